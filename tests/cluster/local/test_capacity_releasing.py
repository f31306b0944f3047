"""Capacity releasing diffusion: what holds after every round."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.cluster.local import capacity_releasing_diffusion
from partwise.cluster.local._capacity_releasing import plan_capacity_releasing_diffusion
from partwise.cluster.local._kernels.ball import TOUCHED, touch_all
from partwise.cluster.local._kernels.capacity_releasing import release, start_release
from partwise.cluster.local._workspace import borrow
from partwise.graph import Graph, planted_partition_graph

TRIANGLES = Graph.from_edges([(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3)])


def rounds(graph, seeds, n_rounds, capacity, height, factor):
    """Yield (mass before, mass, labels, flow, what release returns) of every round."""
    n = graph.n_nodes
    indptr, indices, weights, _ = graph._arrays
    with borrow(graph) as workspace:
        ball, net = workspace.ball, workspace.network
        kept = None if weights is None else ball.weight
        touch_all(indptr, weights, ball, seeds)
        start_release(ball)
        held = np.zeros(n)
        held[seeds] = ball.degree[: seeds.size]
        for _ in range(n_rounds):
            sums = release(indptr, indices, weights, kept, ball, net, capacity, height, factor)
            touched = int(ball.count[TOUCHED])
            nodes = ball.node[:touched]
            mass, labels, flow = np.zeros(n), np.zeros(n, int), np.zeros((n, n))
            mass[nodes], labels[nodes] = ball.mass[:touched], net.level[:touched]
            for i in range(touched):
                if ball.first[i] >= 0:
                    arcs = slice(ball.first[i], ball.last[i])
                    flow[nodes[i], nodes[ball.to[arcs]]] = net.flow[arcs]
            yield held, mass, labels, np.where(flow != 0, flow, -flow.T), sums
            held = mass


def test_one_round_by_hand():
    # node 0 has 4, keeps 2 and, with label 1, sends 1 to both neighbours
    steps = rounds(TRIANGLES, np.array([0]), 1, 3, 10, 2.0)
    _, mass, labels, flow, sums = next(steps)
    assert mass.tolist() == [2, 1, 1, 0, 0, 0]
    assert labels.tolist() == [1, 0, 0, 0, 0, 0]
    assert flow[0].tolist() == [0, 1, 1, 0, 0, 0]
    assert sums == (4.0, 4.0)


@given(
    n=st.integers(3, 20), seed=st.integers(0, 10**6), kind=st.sampled_from([None, "int", "float"]),
    capacity=st.integers(1, 4), height=st.integers(1, 8), factor=st.sampled_from([1.5, 2.0, 3.0]),
)  # fmt: skip
def test_invariants_of_a_round(oracles, n, seed, kind, capacity, height, factor):
    A = oracles.local.small_graph(n, 0.35, seed, kind, loops=True)
    graph = plan_capacity_releasing_diffusion(A).graph
    degrees = A.sum(axis=1)
    off = A - np.diag(np.diag(A))
    tolerance = 1e-9 * max(1.0, A.sum())
    for before, mass, labels, flow, (total, held) in rounds(
        graph, np.array([0]), 5, capacity, height, factor
    ):
        start = factor * np.minimum(before, degrees)
        assert total == pytest.approx(start.sum())
        assert held == pytest.approx(np.minimum(mass, degrees).sum())
        # what a node has is what it started with and what flowed in
        np.testing.assert_allclose(flow, -flow.T, atol=tolerance)
        np.testing.assert_allclose(mass, start - flow.sum(axis=1), atol=tolerance)
        assert (mass <= factor * degrees + tolerance).all()
        assert (abs(flow) <= capacity * off + tolerance).all()
        # mass is left over only where the label is at its largest
        assert ((labels >= 0) & (labels <= height)).all()
        excess = mass > degrees + tolerance
        assert (labels[excess] == height).all()
        assert (mass[labels > 0] >= degrees[labels > 0] - tolerance).all()
        # a steep edge is full, as far as the label of its tail opens it
        steep = (labels[:, None] - labels[None] >= 2) & (off > 0)
        opened = np.minimum(labels[:, None] - 1, capacity) * off
        assert (flow[steep] >= opened[steep] - tolerance).all()


def test_the_cluster_is_a_level_set_of_least_conductance(oracles):
    graph = planted_partition_graph(10, 12, 0.8, 0.01, random_state=0)
    A = graph.to_scipy(float).toarray()
    result = capacity_releasing_diffusion(graph, 0)
    labels = np.zeros(120)
    labels[result.x_idx] = result.x_val
    levels = [np.flatnonzero(labels >= value) for value in set(result.x_val)]
    phis = [oracles.local.conductance(A, nodes) for nodes in levels]
    assert result.conductance == pytest.approx(min(phis))
    assert any(np.array_equal(result.cluster, nodes) for nodes in levels)


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_block_is_found(seed):
    graph = planted_partition_graph(20, 25, 0.6, 0.004, random_state=seed)
    result = capacity_releasing_diffusion(graph, 30)
    block = set(range(25, 50))
    common = len(block & set(result.cluster.tolist()))
    assert 2 * common / (25 + result.size) > 0.9


def test_seeds_without_edges():
    graph = Graph.from_edges([(1, 2), (2, 3)], n_nodes=5)
    result = capacity_releasing_diffusion(graph, 4)
    assert (result.cluster.tolist(), result.x_idx.size) == ([4], 0)
    assert result.conductance == 1.0


@pytest.mark.parametrize(
    ("error", "message", "arguments"),
    [
        (ValueError, "graph must be undirected", {"graph": nx.DiGraph([(0, 1), (1, 2)])}),
        (ValueError, "capacity must be at least 1, got 0", {"capacity": 0}),
        (TypeError, "height must be an integer, got 1.5", {"height": 1.5}),
        (ValueError, "factor must be above 1, got 1", {"factor": 1}),
        (ValueError, "n_rounds must be at least 1, got 0", {"n_rounds": 0}),
        (ValueError, "tau must be above 0 and below 1, got 1", {"tau": 1}),
    ],
)
def test_bad_input(error, message, arguments):
    with pytest.raises(error, match=message):
        capacity_releasing_diffusion(**{"graph": TRIANGLES, "seeds": 0, **arguments})
