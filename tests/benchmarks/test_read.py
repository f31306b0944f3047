"""The reading suite from end to end on small files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks._readers import READERS, ReaderRunner, installed_readers
from benchmarks.read import KINDS, main, write_edges


@pytest.mark.parametrize("kind", KINDS)
def test_files_are_reproducible_and_whole(tmp_path: Path, kind: str) -> None:
    first = write_edges(tmp_path / "first.txt", kind, 500)
    second = write_edges(tmp_path / "second.txt", kind, 500)
    lines = first.read_text().splitlines()
    assert first.read_bytes() == second.read_bytes()
    assert {len(line.split()) for line in lines} == {KINDS[kind]}
    assert len(lines) == 500
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("kind", ["integers", "weighted"])
def test_every_reader_finds_every_line(tmp_path: Path, name: str, kind: str) -> None:
    if name not in installed_readers():
        pytest.skip(f"the package of {name} is not installed")
    path = tmp_path / "edges.txt"
    path.write_text("0 1 0.5\n1 2 2.5\n4 2 1.5\n" if kind == "weighted" else "0 1\n1 2\n4 2\n")
    answer = ReaderRunner(name).read(path, KINDS[kind])
    assert answer["edges"] == 3
    assert answer["seconds"] > 0


def test_suite_writes_its_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "read.json"
    arguments = ["--edges", "1000", "--repeats", "2", "--kinds", "words", "--readers", "partwise"]
    assert main([*arguments, "--data", str(tmp_path / "data"), "--out", str(out)]) == 0
    assert capsys.readouterr().err.count("words") == 2
    report = json.loads(out.read_text())
    [row] = report["rows"]
    assert (row["kind"], row["reader"], row["status"]) == ("words", "partwise", "ok")
    assert row["file_bytes"] == (tmp_path / "data" / "words-1000.txt").stat().st_size
    assert row["graph_bytes"] > 0
    assert "| partwise |" in out.with_suffix(".md").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--edges", "0"], "must be at least 1"),
        (["--out", "x.md"], "must end in .json"),
        (["--kinds", "letters"], "invalid choice"),
    ],
)
def test_wrong_usage_is_told(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err
