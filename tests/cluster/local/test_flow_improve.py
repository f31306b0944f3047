"""MQI and SimpleLocal against all subsets."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partwise.cluster.local import mqi, simple_local
from partwise.cluster.local._flow_improve import plan_simple_local
from partwise.cluster.local._kernels.ball import TOUCHED
from partwise.cluster.local._kernels.improve import max_flow, open_reference
from partwise.cluster.local._workspace import borrow
from partwise.graph import Graph, planted_partition_graph

CHAIN = Graph.from_edges(
    [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3), (5, 6), (6, 7), (7, 8), (8, 6)]
)
KINDS = [None, "int", "float"]


def reference(A, size, rng):
    """Return a random set of at most half the volume that has some, or None."""
    for _ in range(20):
        nodes = rng.choice(len(A), size, replace=False)
        if 0 < 2 * A[nodes].sum() <= A.sum():
            return sorted(nodes.tolist())
    return None


def test_a_triangle_by_hand():
    result = mqi(CHAIN, [0, 1, 2, 3])
    assert result.cluster.tolist() == [0, 1, 2]
    assert result.conductance == pytest.approx(1 / 7)
    assert result.x_idx.tolist() == [0, 1, 2]
    assert result.x_val.tolist() == [1.0, 1.0, 1.0]
    assert simple_local(CHAIN, [0, 1], delta=0.1).cluster.tolist() == [0, 1, 2]


@settings(max_examples=40)
@given(
    n=st.integers(5, 13), seed=st.integers(0, 10**6), kind=st.sampled_from(KINDS),
    p=st.sampled_from([0.25, 0.5]),
)  # fmt: skip
def test_mqi_is_the_best_subset(oracles, n, seed, kind, p):
    A = oracles.local.small_graph(n, p, seed, kind, loops=True)
    nodes = reference(A, max(1, n // 2), np.random.default_rng(seed))
    if nodes is None:
        return
    result = mqi(A, nodes)
    cut, volume = oracles.local.cut_and_volume(A, result.cluster)
    assert set(result.cluster) <= set(nodes)
    assert cut / volume == pytest.approx(oracles.local.best_quotient(A, nodes, np.inf), rel=1e-9)
    assert result.conductance == pytest.approx(cut / volume)


@settings(max_examples=40)
@given(
    n=st.integers(5, 10), seed=st.integers(0, 10**6), kind=st.sampled_from(KINDS),
    p=st.sampled_from([0.25, 0.5]), delta=st.sampled_from([0.0, 0.1, 0.3, 2.0]),
)  # fmt: skip
def test_simple_local_is_the_best_set(oracles, n, seed, kind, p, delta):
    A = oracles.local.small_graph(n, p, seed, kind, loops=True)
    nodes = reference(A, max(1, n // 3), np.random.default_rng(seed))
    if nodes is None:
        return
    volume = A[nodes].sum()
    eps = volume / (A.sum() - volume) + delta
    result = simple_local(A, nodes, delta=delta)
    degrees = A.sum(axis=1)
    inside = np.isin(result.cluster, nodes)
    size = degrees[result.cluster[inside]].sum() - eps * degrees[result.cluster[~inside]].sum()
    cut, _ = oracles.local.cut_and_volume(A, result.cluster)
    assert size > 0
    best = oracles.local.best_quotient(A, nodes, eps)
    assert cut / size == pytest.approx(best, rel=1e-9, abs=1e-12)
    assert result.conductance <= best * (1 + 1e-9) + 1e-12


@pytest.mark.parametrize("seed", range(5))
def test_simple_local_is_never_worse_than_mqi_nor_mqi_than_the_set(seed):
    graph = planted_partition_graph(10, 30, 0.3, 0.01, random_state=seed)
    rng = np.random.default_rng(seed)
    nodes = np.r_[rng.choice(30, 20, replace=False), 30 + rng.choice(270, 8, replace=False)]
    A = graph.to_scipy(float).toarray()
    cut = A[np.ix_(np.isin(range(300), nodes), ~np.isin(range(300), nodes))].sum()
    before = cut / A[nodes].sum()
    subset = mqi(graph, nodes)
    free = simple_local(graph, nodes, delta=0.0)
    local = simple_local(graph, nodes, delta=0.3)
    assert free.conductance <= local.conductance + 1e-12
    assert local.conductance <= subset.conductance <= before
    assert local.conductance < before
    assert subset.touched_volume == A[nodes].sum()
    assert local.touched_volume < free.touched_volume


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("delta", [0.1, 1.0])
def test_a_flow_is_maximal_on_the_whole_graph_and_reads_little_of_it(oracles, kind, delta):
    A = oracles.local.small_graph(60, 0.08, 3, kind)
    query = plan_simple_local(A, delta=delta)
    graph, nodes = query.graph, np.arange(12)
    indptr, indices, weights, _ = graph._arrays
    degrees = A.sum(axis=1)
    cut, volume = oracles.local.cut_and_volume(A, nodes)
    eps = volume / (A.sum() - volume) + delta
    with borrow(graph) as workspace:
        ball, net = workspace.ball, workspace.network
        kept = None if weights is None else ball.weight
        from partwise.cluster.local._kernels.ball import touch_all

        touch_all(indptr, weights, ball, nodes)
        open_reference(indptr, indices, weights, kept, ball, net, 12)
        max_flow(indptr, indices, weights, kept, ball, net, 12, cut, volume, eps, volume, 1e-12)
        touched = int(ball.count[TOUCHED])
        opened = ball.node[:touched][ball.first[:touched] >= 0]
        supply = cut * degrees[nodes] - net.source[:12]
        drained = np.zeros(60)
        capacity = cut * eps * degrees
        limited = np.minimum(capacity, 2 * cut * volume + 1)
        drained[ball.node[12:touched]] = limited[ball.node[12:touched]] - net.drain[12:touched]
        flow = np.zeros((60, 60))
        for i in range(touched):
            if ball.first[i] >= 0:
                arcs = slice(ball.first[i], ball.last[i])
                flow[ball.node[i], ball.node[ball.to[arcs]]] = net.flow[arcs]
    # arcs into nodes that were not opened have no other direction yet
    flow = np.where(flow != 0, flow, -flow.T)
    network = nx.DiGraph()
    for u in range(60):
        if u < 12:
            network.add_edge("s", u, capacity=cut * degrees[u])
        else:
            network.add_edge(u, "t", capacity=capacity[u])
        for v in np.flatnonzero(A[u]):
            network.add_edge(u, int(v), capacity=volume * A[u, v])
    assert supply.sum() == pytest.approx(nx.maximum_flow_value(network, "s", "t"))
    np.testing.assert_allclose(flow, -flow.T, atol=1e-9)
    assert (flow <= volume * A * (1 + 1e-12)).all()
    kept_in = flow.sum(axis=1)
    np.testing.assert_allclose(kept_in[:12], supply, atol=1e-6)
    np.testing.assert_allclose(-kept_in[12:], drained[12:], atol=1e-6)
    outside = opened[opened >= 12]
    assert degrees[outside].sum() <= volume / eps * (1 + 1e-9)


def test_integer_weights_are_exact():
    # quotients that differ by one part in 10^7
    big = 10**7
    edges = [(0, 1), (0, 2), (1, 3), (2, 3), (3, 4), (4, 5)]
    graph = Graph.from_edges(edges, weights=[big, 1, 1, big, 7, 10 * big])
    assert mqi(graph, [0, 1, 2]).cluster.tolist() == [0, 1]
    assert mqi(graph, [0, 1, 2]).conductance == 2 / (2 * big + 2)


@pytest.mark.parametrize("method", [mqi, simple_local])
def test_degenerate_sets(method):
    graph = Graph.from_edges([(0, 1), (1, 2), (2, 0), (3, 4)], n_nodes=6)
    whole = method(graph, [3, 4])
    assert (whole.cluster.tolist(), whole.conductance) == ([3, 4], 0.0)
    alone = method(graph, 5)
    assert (alone.cluster.tolist(), alone.conductance) == ([5], 1.0)
    parts = method(graph, [0, 3, 4])
    assert (parts.cluster.tolist(), parts.conductance) == ([3, 4], 0.0)
    empty = Graph.from_edges(np.empty((0, 2), np.int64), n_nodes=3)
    assert method(empty, [0, 1]).cluster.tolist() == [0, 1]


@pytest.mark.parametrize("method", [mqi, simple_local])
@pytest.mark.parametrize(
    ("error", "message", "graph", "nodes"),
    [
        (ValueError, "graph must be undirected", nx.DiGraph([(0, 1), (1, 2)]), [0]),
        (ValueError, "nodes must have at most half the volume", CHAIN, range(8)),
        (ValueError, "nodes holds 9, allowed are nodes from 0 to 8", CHAIN, [0, 9]),
        (TypeError, "nodes must be integers", CHAIN, [0.5]),
    ],
)
def test_bad_input(method, error, message, graph, nodes):
    with pytest.raises(error, match=message):
        method(graph, nodes)


@pytest.mark.parametrize("delta", [-0.1, np.inf, np.nan])
def test_bad_delta(delta):
    with pytest.raises(ValueError, match="delta must be finite and at least 0"):
        simple_local(CHAIN, [0], delta=delta)
