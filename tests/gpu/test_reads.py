"""How often the host waits for the device: once for every round, and less where it can."""

import numpy as np
import pytest

from partwise.gpu import _near_far, _traversal
from partwise.gpu._advance import STRATEGIES
from partwise.gpu._kernels.bfs import search as on_cpu
from partwise.gpu._traversal import DeviceGraph, bfs_levels
from tests.gpu.device_array import Array
from tests.gpu.strict import Strict, there
from tests.gpu.test_bfs_kernels import rows_of

PATH = rows_of(60, [(v, v + 1) for v in range(59)])
GRID = rows_of(100, [(v, v + step) for v in range(100) for step in (1, 10)
                     if v + step < 100 and (step == 10 or v % 10 < 9)])  # fmt: skip


def levels(rows, strategy, may_pull=False):
    """Return levels and rounds, and how often the host read from the first round on."""
    indptr, indices = there(*rows)
    graph = DeviceGraph(indptr, indices, indptr, indices)
    first = Array.reads
    _traversal._Search(Strict(), graph, 0, strategy)
    second = Array.reads
    level, rounds = bfs_levels(Strict(), graph, 0, strategy, may_pull=may_pull)
    reads = (Array.reads - second) - (second - first)
    return level.tolist(), rounds, reads


@pytest.mark.parametrize("may_pull", [False, True])
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_round_of_bfs_is_one_read(strategy, may_pull):
    level, rounds, reads = levels(PATH, strategy, may_pull)
    assert level == list(range(60))
    assert reads == len(rounds.strategies) == 60


def test_rounds_of_one_block_are_one_read():
    level, rounds, reads = levels(PATH, "auto")
    assert level == list(range(60))
    assert rounds.strategies == ["one_block"] * 60
    assert reads == 1


def test_one_block_hands_over_and_takes_over_again(monkeypatch):
    monkeypatch.setattr(_traversal, "MOST_NODES", 7)
    level, rounds, reads = levels(GRID, "auto")
    expected = np.full(100, -1, np.int32)
    on_cpu(*GRID, *GRID, 0, False, expected, np.zeros(0, np.int32))
    assert level == expected.tolist()
    # diagonals of 1 up to 7 nodes, 8 to 10 and 9 to 8, and 7 and less
    assert rounds.strategies == ["one_block"] * 7 + ["node"] * 5 + ["one_block"] * 7
    assert reads == 7


@pytest.mark.parametrize(("strategy", "most_nodes"), [("node", 0), ("auto", 10**6), ("auto", 3)])
def test_shortest_paths_read_once_in_a_round_or_a_turn(monkeypatch, strategy, most_nodes):
    monkeypatch.setattr(_traversal, "MOST_NODES", most_nodes)
    monkeypatch.setattr(_near_far, "MOST_NODES", most_nodes)
    indptr, indices = there(*GRID)
    graph = DeviceGraph(indptr, indices, indptr, indices)
    (weights,) = there(np.ones(len(GRID[1])))
    device = Strict()
    before = Array.reads
    found, rounds = _near_far.distances(device, graph, weights, 0, strategy, 2.0)
    reads = Array.reads - before
    v = np.arange(100)
    assert found.tolist() == (v // 10 + v % 10).tolist()
    if strategy == "node":
        assert set(rounds.strategies) == {"node"}
        turns = device.launched.count("sssp_split_nodes")
        assert turns == 9
        assert reads == 1 + len(rounds.strategies) + turns
    elif most_nodes == 3:
        assert {"node", "one_block"} == set(rounds.strategies)
        assert "sssp_split_nodes" in device.launched
    else:
        assert device.launched == ["sssp_one_block"]
        assert reads == 2
