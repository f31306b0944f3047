"""The suite `gpu`: its graphs, its bookkeeping, and runs without and with an emulated device."""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import benchmarks._gpu_checks as checks
import benchmarks._gpu_traversal as traversal
import benchmarks.gpu as suite
from benchmarks._gpu_inputs import Case, cases, large_case, to_graph
from benchmarks._gpu_run import Bench, seconds_of
from partwise.gpu import _device
from partwise.gpu._host import Host
from tests.gpu.emulated import Emulated


@pytest.mark.parametrize("case", cases(on_gpu=False, quick=True), ids=lambda case: case.name)
def test_graphs_are_symmetric_and_simple(case: Case) -> None:
    made = case.make(Host())
    matrix = to_graph(Host(), made).to_scipy().toarray()
    assert (matrix == matrix.T).all()
    assert set(np.unique(matrix)) == {0, 1}
    assert not matrix.diagonal().any()
    assert made.n_nodes == case.nodes
    assert 0.5 * case.edges <= made.n_arcs / 2 <= case.edges
    again = case.make(Host())
    assert again.indices.tolist() == made.indices.tolist()


@pytest.mark.parametrize("family", ["road", "R-MAT"])
def test_large_graphs_are_about_as_large_as_wanted(family: str) -> None:
    case = large_case(family, 20_000)
    assert 10_000 <= case.make(Host()).n_arcs / 2 <= 40_000


def test_what_fails_and_what_comes_too_late_is_told() -> None:
    lines: list[str] = []
    bench = Bench(1000.0, lines.append)

    def fail() -> dict[str, Any]:
        raise ValueError("no good")

    assert bench.run({"part": "a", "what": "b"}, lambda: {"seconds": 1.5}) is not None
    assert bench.run({"part": "a", "what": "c"}, fail) is None
    bench.limit = 0.0
    assert bench.run({"part": "a", "what": "d"}, lambda: {}) is None
    assert [row["status"] for row in bench.rows] == ["ok", "failed", "not run"]
    assert "ValueError: no good (test_gpu.py:" in bench.rows[1]["reason"]
    assert lines[0] == "a b: seconds 1.5"
    assert lines[2] == "a d: not run: the 0 seconds were over"


def test_means_leave_out_the_first_call_and_stop_in_time() -> None:
    calls: list[int] = []
    seconds, runs = seconds_of(Host(), [lambda i=i: calls.append(i) for i in range(5)])
    assert calls == [0, 0, 1, 2, 3, 4]
    assert (runs, seconds >= 0) == (5, True)
    assert seconds_of(Host(), [lambda: None] * 5, most=-1.0)[1] == 1


def report_of(path: Path) -> tuple[dict[str, Any], str]:
    return json.loads(path.read_text()), path.with_suffix(".md").read_text()


def test_without_a_device_the_cpu_is_timed_and_the_rest_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suite, "why_not_cuda", lambda: "no GPU was found")
    out = tmp_path / "gpu-none.json"
    assert suite.main(["--quick", "--out", str(out)]) == 0
    report, page = report_of(out)
    rows = report["rows"]
    assert {row["part"] for row in rows} == set(suite.PARTS)
    assert {row["status"] for row in rows} == {"ok", "not run"}
    for row in rows:
        if row["part"] == "peers":
            assert row["status"] == "ok" or row["reason"] == "it is not installed"
        elif row["status"] == "not run":
            assert row["reason"] == "no GPU was found"
        else:
            assert row["device"] == "cpu"
    assert report["facts"]["device"] is None
    assert "no GPU (no GPU was found)" in page
    assert "## Not run" in page


def test_on_a_device_everything_is_checked_and_timed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = Emulated()
    pool = types.SimpleNamespace(
        free_all_blocks=lambda: None, total_bytes=iter(range(0, 10**9, 10**6)).__next__
    )
    fake = types.ModuleType("cupy")
    fake.get_default_memory_pool = lambda: pool  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "cupy", fake)
    monkeypatch.setattr(np, "get_default_memory_pool", lambda: pool, raising=False)
    monkeypatch.setattr(suite, "why_not_cuda", lambda: None)
    monkeypatch.setattr(_device, "why_not_cuda", lambda: None)
    monkeypatch.setattr(_device, "available_memory", lambda: 2**40)
    monkeypatch.setattr("partwise.gpu._backend.cuda", lambda: device)
    monkeypatch.setattr(
        suite,
        "_device_facts",
        lambda _: {"device": "Emulator", "slug": "emulator", "copy_bytes_per_second": 1e12},
    )
    monkeypatch.setattr(traversal, "SOURCES", 2)
    monkeypatch.setattr(checks, "POINTS", (120, 150))
    out = tmp_path / "gpu-emulator.json"
    code = suite.main(["--quick", "--out", str(out), "--time-limit", "3000"])
    report, page = report_of(out)
    wrong = [row for row in report["rows"] if row["status"] != "ok" and row["part"] != "peers"]
    assert not wrong
    assert code == 0
    compared = [row for row in report["rows"] if row["part"] == "checks"]
    assert {row["what"] for row in compared} >= {
        "bfs, push", "bfs, direction-optimising", "sssp", "components", "row sums", "vote",
        "contraction", "partition", "label propagation", "leiden", "k-medoids", "pairwise arg-max",
    }  # fmt: skip
    assert all(row["agrees"] for row in compared)
    assert f"{len(compared)} comparisons with the CPU agree, 0 do not." in page
    memory = [row for row in report["rows"] if row["part"] == "memory"]
    assert all(row["allocated"] == 10**6 and row["estimate"] > 0 for row in memory)


def test_a_result_that_differs_is_a_failure() -> None:
    with pytest.raises(AssertionError, match=r"25.00% of the results differ"):
        checks._same(np.array([1, 2, 3, 4]), np.array([1, 2, 3, 5]))
    with pytest.raises(AssertionError, match="sums differ by"):
        checks._close(np.array([1.0, 2.0]), np.array([1.0, 2.001]))


def test_a_time_limit_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as error:
        suite.main(["--time-limit", "0"])
    assert error.value.code == 2
    assert "--time-limit must be above 0" in capsys.readouterr().err
