"""Small blocks of large graphs: the embedding, its groups, and their bounds."""

import numpy as np
import pytest

from partwise.graph import Graph
from partwise.graph.generators import planted_partition_graph, stochastic_block_graph
from partwise.kernels.rng import seed_state
from partwise.sbm._embedding import embed, small_blocks
from partwise.sbm._kernels.embedding import add_up, gram, nearest, normalise, smooth, turn
from partwise.sbm._problem import pose

NONE = np.array([1, 0])


def small_points(n, d, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


def types_of(n):
    return (np.arange(n) % 3 == 0).astype(np.int8)


def bipartite_graph(n, seed=0):
    """Random edges between the nodes of two types."""
    rng = np.random.default_rng(seed)
    types = types_of(n)
    first, second = np.flatnonzero(types == 0), np.flatnonzero(types == 1)
    edges = np.stack((rng.choice(first, 5 * n), rng.choice(second, 5 * n)), axis=1)
    return Graph.from_edges(edges, n_nodes=n), types


# -- kernels


def test_smooth_multiplies_by_the_scaled_numbers_of_edges():
    edges = np.array([(0, 1), (0, 2), (2, 3), (1, 3)])
    problem = pose(Graph.from_edges(edges, np.array([2, 1, 3, 1]), n_nodes=5))
    matrix = np.zeros((5, 5))
    matrix[edges[:, 0], edges[:, 1]] = [2, 1, 3, 1]
    matrix += matrix.T
    scale = np.array([0.5, 1.0, 2.0, 0.25, 1.0], np.float32)
    points, out = small_points(5, 3), np.empty((5, 3), np.float32)
    smooth(problem.indptr, problem.indices, problem.times, scale, points, out)
    expected = scale[:, None] * (matrix @ (scale[:, None] * points))
    assert out == pytest.approx(expected, rel=1e-5, abs=0)


def test_gram_and_turn_make_columns_orthonormal():
    points, products = small_points(40, 6), np.empty((6, 6))
    gram(points, products)
    assert products == pytest.approx(points.T.astype(float) @ points, rel=1e-6, abs=1e-6)
    turned = points.copy()
    turn(turned, np.linalg.inv(np.linalg.cholesky(products)).T.astype(np.float32))
    assert turned.T @ turned == pytest.approx(np.eye(6), abs=1e-5)


def test_normalised_points_have_length_1_and_0_stays_0():
    points = small_points(7, 4)
    points[3] = 0
    normalise(points)
    lengths = np.linalg.norm(points, axis=1)
    assert lengths == pytest.approx(np.where(np.arange(7) == 3, 0, 1), rel=1e-6)


def test_nearest_centre_has_the_largest_product_and_sums_are_those_of_groups():
    points, centres = small_points(30, 4), small_points(5, 4, seed=1)
    nodes = np.arange(0, 30, 2)
    group, closeness = np.empty(15, np.int32), np.empty(15, np.float32)
    nearest(points, np.ascontiguousarray(centres.T), nodes, group, closeness)
    products = points[nodes] @ centres.T
    assert (group == products.argmax(axis=1)).all()
    assert closeness == pytest.approx(products.max(axis=1), rel=1e-5)
    sums = np.empty((5, 4))
    add_up(points, nodes, group, sums)
    for c in range(5):
        assert sums[c] == pytest.approx(points[nodes[group == c]].sum(axis=0), abs=1e-5)


# -- the embedding


def test_points_lie_in_the_space_of_the_dominant_eigenvectors():
    # 32 blocks are 32 eigenvalues apart from all others, as many as there are dimensions.
    n, graph = 640, planted_partition_graph(32, 20, 0.9, 0.005, random_state=0)
    problem = pose(graph)
    scale = 1 / np.sqrt(problem.degree + problem.degree.mean())
    matrix = scale[:, None] * graph.to_scipy().toarray() * scale
    values, vectors = np.linalg.eigh(matrix)
    dominant = vectors[:, np.argsort(-np.abs(values))[:32]]
    points = embed(problem, seed_state(0)).astype(float)
    assert np.linalg.norm(points, axis=1) == pytest.approx(np.ones(n), rel=1e-5)
    # Points were scaled one by one; this undoes it, up to a factor of each row.
    inside = dominant @ np.linalg.lstsq(dominant, points, rcond=None)[0]
    shrunk = np.linalg.norm(points - inside) / np.linalg.norm(points)
    assert shrunk < 0.1


def test_nodes_without_edges_are_points_at_0():
    problem = pose(Graph.from_edges([(0, 1), (1, 2)], n_nodes=5))
    points = embed(problem, seed_state(0))
    assert (points[3:] == 0).all()


@pytest.mark.parametrize("inside", [0.4, 0.0], ids=["assortative", "disassortative"])
def test_small_blocks_are_parts_of_planted_ones(inside):
    p_matrix = np.full((4, 4), 0.02)
    np.fill_diagonal(p_matrix, inside)
    if inside == 0:
        for r, s in ((0, 1), (2, 3)):
            p_matrix[r, s] = p_matrix[s, r] = 0.4
    graph = stochastic_block_graph([100] * 4, p_matrix, random_state=0)
    planted = np.repeat(np.arange(4), 100)
    labels = small_blocks(pose(graph), 20, NONE, seed_state(0))
    table = np.zeros((labels.max() + 1, 4), int)
    np.add.at(table, (labels, planted), 1)
    assert table.max(axis=1).sum() == 400


def test_small_blocks_of_types_are_apart_and_as_many_as_there_must_be():
    graph, types = bipartite_graph(300)
    for least in ([1, 1], [60, 10], [200, 100]):
        labels = small_blocks(pose(graph, types), 40, np.array(least), seed_state(0))
        first, second = (np.unique(labels[types == kind]) for kind in (0, 1))
        assert len(np.intersect1d(first, second)) == 0
        assert len(first) >= least[0]
        assert len(second) >= least[1]
        assert labels.max() + 1 == len(first) + len(second)


def test_a_graph_without_edges_has_small_blocks():
    problem = pose(Graph.from_edges(np.zeros((0, 2), int), n_nodes=9))
    labels = small_blocks(problem, 3, np.array([4, 0]), seed_state(0))
    assert len(np.unique(labels)) >= 4


def test_the_same_seed_gives_the_same_small_blocks():
    problem = pose(bipartite_graph(200)[0])
    once, again, other = (small_blocks(problem, 30, NONE, seed_state(s)) for s in (5, 5, 6))
    assert (once == again).all()
    assert (once != other).any()
