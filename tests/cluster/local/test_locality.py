"""Strong locality: a query sees its surroundings and nothing of the size of the graph."""

import gc
import threading
import weakref

import numpy as np
import pytest

from partwise.cluster.local import (
    approximate_pagerank,
    capacity_releasing_diffusion,
    flow_diffusion,
    heat_kernel_pagerank,
    l1_pagerank,
    mqi,
    simple_local,
    sweep_cut,
)
from partwise.cluster.local._workspace import _POOLS, Workspace, borrow, total_volume
from partwise.graph import Graph, planted_partition_graph

SIZE = 60  # nodes of the cluster
SIZES = (10_000, 100_000, 1_000_000)
SHELL = 3  # distance from the cluster up to which the graphs agree


def embedded(n, weighted):
    """Return a cluster in a background of n nodes that is the same up to distance 3.

    Nodes from 0 on form the cluster, each node of a shell has two neighbours in the next one, and
    the last shell hangs on a random background.
    """
    rng = np.random.default_rng(0)
    inner = np.argwhere(np.triu(rng.random((SIZE, SIZE)) < 0.3, 1))
    edges = [inner]
    shell, start = np.arange(0, SIZE, 6), SIZE
    for _ in range(SHELL):
        children = start + np.arange(2 * shell.size)
        edges.append(np.stack([np.repeat(shell, 2), children], axis=1))
        edges.append(np.stack([children, np.roll(children, 1)], axis=1))
        shell, start = children, start + children.size
    outside = np.random.default_rng(n).integers(start, n, (3 * n, 2))
    edges.append(outside[outside[:, 0] != outside[:, 1]])
    hooks = np.random.default_rng(n + 1).integers(start, n, shell.size)
    edges.append(np.stack([shell, hooks], axis=1))
    joined = np.concatenate(edges)
    weights = None
    if weighted:
        weights = np.where(joined.max(axis=1) < start, 0.5 + (joined.sum(axis=1) % 7) / 3.0, 1.0)
    return Graph.from_edges(joined, weights, n_nodes=n, duplicates="first")


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "weighted"])
def graphs(request):
    return [embedded(n, request.param) for n in SIZES]


def points(graph):
    """Return attributes that differ in the cluster and around it, but not in the background."""
    return np.where(np.arange(graph.n_nodes) < 2 * SIZE, np.arange(graph.n_nodes) % 5.0, 0.0)[
        :, None
    ]


METHODS = {
    "flow": lambda g: flow_diffusion(g, 0, source_mass=1200.0),
    "flow with attributes": lambda g: flow_diffusion(
        g, 0, source_mass=700.0, attributes=points(g), gamma=0.1
    ),
    "gamma": lambda g: flow_diffusion(g, 0, source_mass=250.0, attributes=points(g)),
    "acl": lambda g: approximate_pagerank(g, 0, alpha=0.2, eps=1e-3),
    "l1": lambda g: l1_pagerank(g, 0, alpha=0.2, rho=1e-3),
    "heat": lambda g: heat_kernel_pagerank(g, 0, t=3, eps=4e-3),
    "crd": lambda g: capacity_releasing_diffusion(g, 0, n_rounds=5),
    "mqi": lambda g: mqi(g, np.arange(SIZE + 10)),
    "sweep": lambda g: sweep_cut(g, np.arange(SIZE + 4), np.arange(SIZE + 4.0)[::-1]),
}


@pytest.mark.parametrize("name", METHODS)
def test_a_query_is_the_same_in_any_background(graphs, name):
    small, *others = [METHODS[name](graph) for graph in graphs]
    assert small.size > 1
    assert small.n_touched < 1000  # else the ball was larger than what the graphs share
    for other in others:
        assert other.to_dict(vector=True) == small.to_dict(vector=True)


def test_improvement_reads_the_same_rows_in_any_background(graphs):
    # how much a flow may leave the set depends, a little, on the volume of the rest
    small, *others = [simple_local(graph, np.arange(SIZE - 4), delta=8.0) for graph in graphs]
    assert small.cluster.tolist() == list(range(SIZE))
    for other in others:
        assert other.cluster.tolist() == small.cluster.tolist()
        assert other.conductance == small.conductance
        assert abs(other.n_touched - small.n_touched) <= 10


@pytest.mark.parametrize("mass", [200.0, 800.0, 1500.0])
def test_the_source_mass_bounds_the_volume_that_is_read(graphs, mass):
    result = flow_diffusion(graphs[0], 0, source_mass=mass)
    assert result.touched_volume <= mass


def test_repeated_queries_use_one_workspace(graphs, monkeypatch):
    graph = graphs[0]
    METHODS["acl"](graph)
    made = []
    monkeypatch.setattr(Workspace, "__init__", lambda self, graph: made.append(graph))
    for _ in range(5):
        METHODS["acl"](graph)
        METHODS["flow"](graph)
    assert not made


def test_a_workspace_is_clean_when_it_is_given_back(graphs):
    for method in METHODS.values():
        method(graphs[0])
    with borrow(graphs[0]) as workspace:
        assert not workspace.ball.slot.any()
        assert not workspace.ball.count.any()
        assert not workspace.member.any()
        assert workspace.swept is None


def test_workspaces_go_with_their_graph():
    graph = planted_partition_graph(4, 10, 0.5, 0.05, random_state=0)
    approximate_pagerank(graph, 0)
    watch = weakref.ref(_POOLS[graph])
    del graph
    gc.collect()
    assert watch() is None


def test_queries_may_run_at_the_same_time():
    graph = planted_partition_graph(20, 20, 0.5, 0.01, random_state=0)
    expected = [approximate_pagerank(graph, seed).to_dict(vector=True) for seed in range(40)]
    found = {}

    def ask(first):
        for seed in range(first, 40, 4):
            found[seed] = approximate_pagerank(graph, seed).to_dict(vector=True)

    threads = [threading.Thread(target=ask, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[seed] for seed in range(40)] == expected


def test_total_volume_counts_a_loop_once():
    loops = Graph.from_edges([(0, 1), (1, 1)], weights=[2.0, 5.0])
    assert total_volume(loops) == 9.0
    assert total_volume(Graph.from_edges([(0, 1), (1, 1)])) == 3.0
