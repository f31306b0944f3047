"""The table of kernels is that of the sources, and runs that are not whole are found out."""

import json
from types import SimpleNamespace

import pytest

from partwise.gpu._registry import kernels, numba_kernels
from tests.gpu import complete, coverage


def test_the_page_has_the_table_of_these_sources():
    stale = "docs/kernels.md is stale: run python -m tests.gpu.coverage"
    assert set(coverage.launches()) == {*kernels(), *numba_kernels()}, stale
    page = coverage.PAGE.read_text()
    assert coverage.page_with_table(page) == page, stale


def test_strategies_are_told_by_names():
    assert coverage.strategy_of("bfs_merge_path") == "merge path"
    assert coverage.strategy_of("bfs_node_splitting") == "node splitting"
    assert coverage.strategy_of("components_flatten") == "–"


@pytest.fixture
def said(tmp_path, monkeypatch):
    """Say that the module a launches every kernel of numba.cuda."""
    (tmp_path / "said.json").write_text(
        json.dumps({name: ["tests/gpu_simulator/a.py"] for name in numba_kernels()})
    )
    monkeypatch.setattr(complete, "COMMITTED", tmp_path / "said.json")
    return {name: ["tests/gpu_simulator/a.py"] for name in numba_kernels()}


def test_a_whole_run_lacks_nothing(said):
    assert complete.missing({"passed": [None] * 3}, 3, "numba", said) == []


def test_skips_few_tests_and_kernels_that_never_run_are_found_out(said):
    skipped = [SimpleNamespace(nodeid="tests/a.py::test_b")]
    del said["vote_warp"]
    said["handshake"] = ["tests/gpu_simulator/b.py"]
    assert complete.missing({"passed": [None], "skipped": skipped}, 2, "numba", said) == [
        "tests/a.py::test_b was skipped",
        "1 tests passed, at least 2 are wanted",
        "no test has launched vote_warp",
        "tests/gpu_simulator/a.py does not launch handshake: python -m tests.gpu.coverage",
    ]
