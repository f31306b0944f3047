"""Where :func:`graph_layout` puts nodes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.graph import Graph, barabasi_albert_graph, grid_graph
from partwise.plot import graph_layout


def edge_lengths(graph, points):
    src, dst, _ = graph.to_edges()
    return np.linalg.norm(points[src] - points[dst], axis=1)


@given(st.integers(0, 12), st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11))))
def test_every_node_has_a_finite_place_of_its_own(n, edges):
    pairs = np.array([e for e in edges if max(e) < n], dtype=np.int64).reshape(-1, 2)
    graph = Graph.from_edges(pairs, n_nodes=n)
    points = graph_layout(graph)
    assert points.shape == (n, 2)
    assert np.isfinite(points).all()
    assert len(np.unique(points.round(6), axis=0)) == n


def test_neighbours_are_close():
    graph = grid_graph((15, 20))
    points = graph_layout(graph)
    lengths = edge_lengths(graph, points)
    everything = np.linalg.norm(points[:, None] - points[None, :], axis=2)
    assert lengths.mean() < everything.mean() / 4


def test_forces_shorten_the_longest_edges_of_a_network():
    graph = barabasi_albert_graph(200, 2, random_state=1)
    placed, relaxed = graph_layout(graph, n_rounds=0), graph_layout(graph)
    spread = [np.ptp(points, axis=0).max() for points in (placed, relaxed)]
    share = [edge_lengths(graph, p).mean() / s for p, s in zip((placed, relaxed), spread)]
    assert share[1] < share[0]


def test_components_do_not_overlap():
    two = Graph.from_edges([(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)], n_nodes=8)
    points = graph_layout(two)
    boxes = [
        (points[nodes].min(axis=0), points[nodes].max(axis=0)) for nodes in ([0, 1, 2], [3, 4, 5])
    ]
    (low, high), (low2, high2) = boxes
    assert (low2 > high).any() or (low > high2).any()


def test_same_graph_same_picture():
    graph = barabasi_albert_graph(60, 2, random_state=0)
    assert np.array_equal(graph_layout(graph), graph_layout(graph))


@pytest.mark.parametrize("directed", [False, True])
def test_direction_and_weights_do_not_matter(directed):
    edges = [(0, 1), (1, 2), (2, 3), (3, 4)]
    plain = graph_layout(Graph.from_edges(edges))
    other = Graph.from_edges(edges, weights=[1.0, 5.0, 2.0, 9.0], directed=directed)
    assert np.allclose(graph_layout(other), plain)
