"""The partitioning suite from end to end on a small graph."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks._instances import Instance, evaluate
from benchmarks._peers import SOLVERS, Runner, installed_solvers
from benchmarks.partition import _warm_up_instances, main


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a folder with the 8 x 8 grid as a METIS file."""
    side = 8
    lines = [f"{side * side} {2 * side * (side - 1)}"]
    for row in range(side):
        for column in range(side):
            near = [(row - 1, column), (row, column - 1), (row, column + 1), (row + 1, column)]
            inside = [r * side + c + 1 for r, c in near if 0 <= r < side and 0 <= c < side]
            lines.append(" ".join(map(str, inside)))
    (tmp_path / "grid8.graph").write_text("\n".join(lines) + "\n")
    return tmp_path


@pytest.mark.peer
@pytest.mark.parametrize("name", [name for name in SOLVERS if not name.startswith("partwise")])
def test_every_peer_partitions_every_kind_of_weights(name: str) -> None:
    if name not in installed_solvers():
        pytest.skip(f"the package of {name} is not installed")
    runner = Runner(name)
    for instance in _warm_up_instances():
        runner.prepare(instance)
        answer = runner.solve(2, 0.03, 1)
        numbers = evaluate(instance, answer["labels"], 2, 0.03)
        assert 0 < numbers["cut"] < instance.n_edges
        assert answer["seconds"] > 0
        assert answer["compile_seconds"] == 0


def test_partwise_runs_without_compiling_in_the_timed_run() -> None:
    runner = Runner("partwise-fast")
    instance = _warm_up_instances()[0]
    runner.prepare(instance)
    answer = runner.solve(2, 0.03, 1)
    numbers = evaluate(instance, answer["labels"], 2, 0.03)
    assert numbers["feasible"]
    # the straight cut of the 24 x 24 grid is 24
    assert 20 <= numbers["cut"] <= 36
    assert runner.solve(2, 0.03, 1)["compile_seconds"] == 0


def test_suite_writes_and_resumes_its_report(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = data / "results" / "partition.json"
    arguments = ["--data", str(data), "--no-generated", "--k", "2", "--seeds", "1"]
    arguments += ["--solvers", "partwise-fast", "--out", str(out)]
    assert main(arguments) == 0
    assert "grid8: 64 nodes, 112 edges" in capsys.readouterr().err
    report = json.loads(out.read_text())
    assert report["facts"]["cases"] == 1
    [line] = report["measured"]
    assert (line["instance"], line["k"], line["solver"]) == ("grid8", 2, "partwise-fast")
    assert line["cut"] == [8]
    assert line["feasible"] == [True]
    assert out.with_suffix(".svg").stat().st_size > 0
    assert "| partwise-fast | 1 |" in out.with_suffix(".md").read_text()
    # nothing is missing, so nothing runs again
    before = out.with_suffix(".rows.jsonl").read_text()
    assert main([*arguments, "--resume"]) == 0
    assert out.with_suffix(".rows.jsonl").read_text() == before
    with pytest.raises(SystemExit) as caught:
        main([*arguments, "--resume", "--imbalance", "0.1"])
    assert caught.value.code == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--solvers", "metiss"], "no solver metiss"),
        (["--instances", "nothing-like-it"], "matches none of"),
        (["--data", "/no/such/folder"], "no *.graph file below"),
        (["--k", "0"], "must be at least 1"),
        (["--out", "table.md"], "must end in .json"),
    ],
)
def test_wrong_usage_is_told(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*arguments, "--list"])
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def test_command_knows_its_suites(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["partitions"]) == 2
    assert f"there are {', '.join(command.SUITES)}" in capsys.readouterr().err
    assert command.main(["--help"]) == 0
    assert command.main([]) == 2


def test_warm_up_graphs_are_grids() -> None:
    kinds = set()
    for instance in _warm_up_instances():
        assert isinstance(instance, Instance)
        assert (instance.n_nodes, instance.n_edges) == (576, 1104)
        degrees = np.diff(instance.indptr)
        assert (degrees.min(), degrees.max()) == (2, 4)
        kinds.add((instance.weights is None, instance.node_weights is None))
    assert len(kinds) == 4
