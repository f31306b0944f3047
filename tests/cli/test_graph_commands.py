"""What the commands that label the nodes of a graph have in common."""

import json

import pytest

from tests.cli._reading import table_of

COMMANDS = (["communities"], ["sbm", "--sweeps", 20])


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_many_files_with_resume(call, karate, pairs, command):
    folder = karate.parent
    (folder / "bad.txt").write_text("1 2\n3\n")
    words = [
        *command, karate, pairs, folder / "bad.txt", "--out-dir", folder / "out", "-j", 2,
        "--report", folder / "report.jsonl", "--resume", "--labels", "{stem}.tsv",
    ]  # fmt: skip
    done = call(*words)
    assert (done.code, len(done.errors)) == (1, 1)
    assert done.errors[0].startswith(f"{folder / 'bad.txt'}:2: ")
    (folder / "bad.txt").write_text("1 2\n3 1\n")
    assert call(*words).code == 0
    lines = [json.loads(line) for line in (folder / "report.jsonl").read_text().splitlines()]
    assert sorted(line["status"] for line in lines[-3:]) == ["ok", "skipped", "skipped"]
    assert len(table_of(folder / "out" / "karate.tsv")) == 34


@pytest.mark.parametrize("suffix", ["png", "svg", "html"])
@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_pictures_are_the_same_each_time(call, pairs, command, suffix):
    pytest.importorskip("matplotlib")
    picture = pairs.parent / f"picture.{suffix}"
    assert call(*command, pairs, "--plot", picture).code == 0
    first = picture.read_bytes()
    assert call(*command, pairs, "--plot", picture).code == 0
    assert picture.read_bytes() == first
