"""Searches on the emulated device, against SciPy and the twin on the CPU."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.gpu import _traversal
from partwise.gpu._advance import STRATEGIES
from partwise.gpu._kernels.bfs import search
from partwise.gpu._splitting import SplitNodes, most_arcs, split_nodes
from partwise.gpu._traversal import PUSH_ONLY, DeviceGraph, bfs_levels, choose
from tests.gpu.strict import Strict, there
from tests.gpu.test_bfs_kernels import GRAPHS, expected, rows_of


def on_cpu(indptr, indices, may_pull):
    n = len(indptr) - 1
    level, parent = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    depth, _, pulls = search(indptr, indices, indptr, indices, 0, may_pull, level, parent)
    assert depth == level.max()
    assert may_pull or pulls == 0
    return level, parent


@pytest.mark.parametrize("may_pull", [False, True])
@pytest.mark.parametrize("graph", GRAPHS)
def test_twin_on_the_cpu(graph, may_pull):
    indptr, indices = rows_of(*GRAPHS[graph])
    level, parent = on_cpu(indptr, indices, may_pull)
    assert level.tolist() == expected(indptr, indices).tolist()
    for v, u in enumerate(parent):
        row = indices[indptr[v] : indptr[v + 1]]
        before = row[level[row] == level[v] - 1]
        assert u == (before.min() if level[v] > 0 else -1)


@pytest.mark.parametrize("may_pull", [False, True])
@pytest.mark.parametrize("strategy", ["auto", *STRATEGIES])
@pytest.mark.parametrize("shape", GRAPHS)
def test_levels(shape, strategy, may_pull):
    indptr, indices = rows_of(*GRAPHS[shape])
    device, arcs = Strict(), there(indptr, indices)
    graph = DeviceGraph(*arcs, *arcs)
    level, rounds = bfs_levels(device, graph, 0, strategy, may_pull=may_pull)
    level = device.to_host(level)
    assert level.tolist() == expected(indptr, indices).tolist()
    # the last round finds nothing; there may be no arcs left for it
    assert level.max() <= len(rounds.strategies) <= level.max() + 1
    pulled = rounds.strategies.count("pull")
    assert device.launched.count("bfs_pull") == pulled
    if shape == "dense":
        assert (pulled > 0) == (may_pull and strategy not in (*PUSH_ONLY, "auto"))
    if pulled == 0:
        reached = np.flatnonzero(level >= 0)
        assert rounds.arcs == np.diff(indptr)[reached].sum()


def test_what_auto_takes():
    assert choose(4096, 65_536, 60_000) == "one_block"
    assert choose(4097, 5_000, 32) == "node"
    assert choose(10, 65_537, 32) == "node"
    assert choose(4097, 5_000, 33) == "merge_path"


@pytest.mark.parametrize(
    ("graph", "taken"),
    [
        ("path", ["node"] * 40),
        ("star from its centre", ["merge_path", "node"]),
        ("two hubs", ["merge_path", "merge_path", "node"]),
        ("dense", ["node", "pull", "pull"]),
    ],
)
def test_auto_with_frontiers_that_are_too_large_for_one_block(monkeypatch, graph, taken):
    monkeypatch.setattr(_traversal, "MOST_NODES", 0)
    indptr, indices = rows_of(*GRAPHS[graph])
    arcs = there(indptr, indices)
    rows = DeviceGraph(*arcs, *arcs)
    level, rounds = bfs_levels(Strict(), rows, 0, "auto", may_pull=graph == "dense")
    assert level.tolist() == expected(indptr, indices).tolist()
    assert rounds.strategies == taken


@given(
    seed=st.integers(0, 10**6),
    strategy=st.sampled_from(["auto", *STRATEGIES]),
    may_pull=st.booleans(),
)
def test_levels_of_random_multigraphs(seed, strategy, may_pull):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 80))
    edges = rng.integers(0, n, (int(rng.integers(0, 3 * n)), 2)).tolist()
    indptr, indices = rows_of(n, edges)
    arcs = there(indptr, indices)
    graph = DeviceGraph(*arcs, *arcs)
    level, _ = bfs_levels(Strict(seed), graph, 0, strategy, may_pull=may_pull)
    assert level.tolist() == on_cpu(indptr, indices, may_pull)[0].tolist()
    assert level.tolist() == expected(indptr, indices).tolist()


def split_on_host(device, indptr, most):
    parts = split_nodes(device, *there(indptr), most)
    arrays = parts.indptr, parts.first_part, parts.owner
    return SplitNodes(*map(device.to_host, arrays))


@given(seed=st.integers(0, 10**6), most=st.integers(1, 12))
def test_parts_have_every_arc_once_and_few_each(seed, most):
    degrees = np.random.default_rng(seed).integers(0, 30, 20)
    indptr = np.concatenate(([0], np.cumsum(degrees)))
    parts = split_on_host(Strict(seed), indptr, most)
    sizes = np.diff(parts.indptr)
    assert sizes.max(initial=0) <= most
    assert np.add.reduceat(sizes, parts.first_part[:-1]).tolist() == degrees.tolist()
    assert (parts.indptr[parts.first_part] == indptr).all()
    assert np.diff(parts.first_part).tolist() == np.maximum(1, -(-degrees // most)).tolist()
    assert parts.owner.tolist() == np.repeat(np.arange(20), np.diff(parts.first_part)).tolist()


def test_most_arcs_is_the_upper_edge_of_the_fullest_bin():
    assert most_arcs(np, np.array([0, 0, 0])) == 1
    assert most_arcs(np, np.array([4, 4, 4, 0])) == 4
    assert most_arcs(np, np.array([1, 2, 3, 4, 100, 0, 0])) == 10  # bins 1..10, 11..20, ...
    assert most_arcs(np, np.array([1, 100, 100])) == 100
