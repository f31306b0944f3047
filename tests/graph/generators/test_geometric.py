import networkx as nx
import numpy as np
import pytest
from scipy.spatial.distance import cdist

from partwise.graph import as_graph
from partwise.graph.generators import delaunay_graph, knn_graph, random_geometric_graph, road_graph
from partwise.metrics import n_components_per_block


def adjacency(graph):
    return graph.to_scipy().toarray()


def is_connected(graph):
    return n_components_per_block(graph, np.zeros(graph.n_nodes, int)).tolist() == [1]


@pytest.mark.parametrize("dim", [1, 2, 3])
@pytest.mark.parametrize("radius", [None, 0.0, 0.3])
def test_random_geometric_joins_exactly_the_close_pairs(dim, radius):
    graph, points = random_geometric_graph(80, radius, dim, return_points=True, random_state=dim)
    assert points.shape == (80, dim)
    assert points.min() >= 0
    assert points.max() < 1
    used = 0.55 * (np.log(80) / 80) ** (1 / dim) if radius is None else radius
    close = cdist(points, points) <= used
    np.fill_diagonal(close, False)
    assert np.array_equal(adjacency(graph), close)


def test_delaunay_triangles_have_empty_circles():
    graph, points = delaunay_graph(40, return_points=True, random_state=3)
    theirs = nx.Graph(zip(*graph.to_edges()[:2]))
    assert nx.check_planarity(theirs)[0]
    assert is_connected(graph)
    # An edge belongs to the triangulation exactly if some circle through its ends is empty. The
    # centres of these circles are middle + t across; every other point forbids a half-line of t.
    for u in range(40):
        for v in range(u):
            low, high = -np.inf, np.inf
            middle = (points[u] + points[v]) / 2
            across = np.array([points[u, 1] - points[v, 1], points[v, 0] - points[u, 0]])
            for w in range(40):
                if w in (u, v):
                    continue
                to_w = points[w] - middle
                slope = 2 * to_w @ across
                gap = to_w @ to_w - np.sum((points[u] - middle) ** 2)
                # w is outside the circle exactly if slope t <= gap.
                if slope > 0:
                    high = min(high, gap / slope)
                else:
                    low = max(low, gap / slope)
            assert adjacency(graph)[u, v] == (low <= high)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5])
def test_few_points(n):
    assert delaunay_graph(n, random_state=0).n_nodes == n
    assert road_graph(n, random_state=0).n_nodes == n
    assert random_geometric_graph(n, random_state=0).n_nodes == n
    if n <= 3:
        assert delaunay_graph(n, random_state=0).n_edges == n * (n - 1) // 2
    if n > 0:
        assert is_connected(road_graph(n, random_state=0))


def test_roads():
    whole, points = delaunay_graph(2000, return_points=True, random_state=5)
    tree = road_graph(2000, keep=0.0, random_state=5)
    roads, same_points = road_graph(2000, return_points=True, random_state=5)
    assert np.array_equal(points, same_points)
    assert tree.n_edges == 1999
    assert is_connected(tree)
    assert road_graph(2000, keep=1.0, random_state=5).equals(whole)
    # Tree edges within the road network, and that within the triangulation.
    assert (tree.to_scipy() > roads.to_scipy()).nnz == 0
    assert (roads.to_scipy() > whole.to_scipy()).nnz == 0
    others = whole.n_edges - 1999
    assert abs(roads.n_edges - 1999 - 0.15 * others) < 5 * np.sqrt(0.15 * 0.85 * others)


def test_the_tree_of_the_roads_is_the_shortest():
    tree, points = road_graph(60, keep=0.0, return_points=True, random_state=1)
    complete = nx.from_numpy_array(cdist(points, points))
    expected = nx.minimum_spanning_tree(complete)
    assert {frozenset(edge) for edge in expected.edges} == {
        frozenset(edge) for edge in zip(*(ends.tolist() for ends in tree.to_edges()[:2]))
    }


@pytest.mark.parametrize("k", [0, 1, 4])
def test_nearest_neighbours(k):
    points = np.random.default_rng(2).random((50, 3))
    distance = cdist(points, points)
    np.fill_diagonal(distance, np.inf)
    expected = np.zeros((50, 50), bool)
    for u, row in enumerate(np.argsort(distance, axis=1)[:, :k]):
        expected[u, row] = expected[row, u] = True
    assert np.array_equal(adjacency(knn_graph(points, k)), expected)


def test_copies_of_a_point_are_neighbours():
    graph = knn_graph(np.zeros((6, 2)), 2)
    assert not graph.has_self_loops
    assert graph.degrees().min() >= 2
    assert knn_graph([[0.0], [0.0], [5.0]], 1).n_edges == 2


@pytest.mark.parametrize("make", [random_geometric_graph, delaunay_graph, road_graph])
def test_same_seed_same_graph(make):
    graph, points = make(200, return_points=True, random_state=7)
    again, same = make(200, return_points=True, random_state=7)
    assert graph.equals(again)
    assert np.array_equal(points, same)
    assert graph.equals(make(200, random_state=7))
    assert not graph.equals(make(200, random_state=8))
    assert as_graph(graph) is graph


def test_bad_geometry():
    with pytest.raises(ValueError, match=r"n must be from 0 to .*, got -1"):
        delaunay_graph(-1)
    with pytest.raises(ValueError, match=r"radius must be finite and non-negative, got nan"):
        random_geometric_graph(5, radius=np.nan)
    with pytest.raises(ValueError, match=r"keep must be from 0 to 1, got 1.5"):
        road_graph(5, keep=1.5)
    with pytest.raises(ValueError, match=r"k must be from 0 to 2, got 3"):
        knn_graph(np.zeros((3, 2)), 3)
    with pytest.raises(ValueError, match=r"points must have shape \(n, dim\), got \(3,\)"):
        knn_graph(np.zeros(3), 1)
    with pytest.raises(ValueError, match=r"points must be finite, got \[nan, 0.0\] in row 1"):
        knn_graph([[0.0, 0.0], [np.nan, 0.0]], 1)
