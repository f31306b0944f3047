import numba
import numpy as np
import pytest

from partwise.graph import Graph
from partwise.graph.generators import barabasi_albert_graph, rmat_graph
from partwise.graph.generators._kernels.networks import rmat_edges
from partwise.metrics import n_components_per_block


def is_valid(graph):
    return Graph.from_csr(graph.indptr, graph.indices, directed=graph.directed).equals(graph)


@pytest.mark.parametrize(("n", "m"), [(2, 1), (10, 9), (50, 1), (300, 4)])
def test_barabasi_albert_grows_as_described(n, m):
    graph = barabasi_albert_graph(n, m, random_state=0)
    assert is_valid(graph)
    assert (graph.n_nodes, graph.n_edges) == (n, (n - m) * m)
    assert not graph.has_self_loops
    assert n_components_per_block(graph, np.zeros(n, int)).tolist() == [1]
    # Every node after the star has exactly m earlier neighbours, all distinct.
    src, dst, _ = graph.to_edges()
    earlier = np.bincount(np.maximum(src, dst), minlength=n)
    assert (earlier[m + 1 :] == m).all()
    assert (earlier[:m] == 0).all()


def test_attachment_is_proportional_to_degree():
    # After the star 1-0, node 2 joins either end with probability 1/2; then node 3 joins the node
    # of degree 2 with probability 1/2 and each leaf with 1/4.
    draws = 4000
    to_centre = 0
    for seed in range(draws):
        src, dst, _ = barabasi_albert_graph(4, 1, random_state=seed).to_edges()
        before = np.bincount(np.concatenate([src, dst])[np.r_[src < 3, src < 3]], minlength=4)
        joined = int(src[dst == 3][0])
        before[joined] -= 1
        to_centre += before[joined] == 2
    assert abs(to_centre - draws / 2) < 5 * np.sqrt(draws / 4)


def test_degrees_have_a_heavy_tail():
    degrees = barabasi_albert_graph(20_000, 3, random_state=1).degrees()
    # P(degree = 3) tends to 2 m (m + 1) / (m (m + 1) (m + 2)) = 2 / (m + 2).
    assert abs((degrees == 3).mean() - 2 / 5) < 0.02
    assert degrees.max() > 200


def test_rmat_quadrants_have_their_probabilities():
    n = 200_000
    for seed in range(3):
        src, dst = np.empty(n, np.int32), np.empty(n, np.int32)
        limits = [np.uint64(t * 2**32) for t in (0.5, 0.7, 0.9)]
        rmat_edges(seed, 7, *limits, src, dst)
        assert src.min() >= 0
        assert max(src.max(), dst.max()) < 128
        for bit in range(7):
            quadrant = ((src >> bit) & 1) * 2 + ((dst >> bit) & 1)
            share = np.bincount(quadrant, minlength=4) / n
            expected = np.array([0.5, 0.2, 0.2, 0.1])
            assert (np.abs(share - expected) < 5 * np.sqrt(expected * (1 - expected) / n)).all()
        # Levels are independent.
        high, low = src >> 6, src & 1
        assert abs(np.corrcoef(high, low)[0, 1]) < 5 / np.sqrt(n)


def test_rmat_extremes():
    corner = rmat_graph(5, 4, a=1.0, b=0.0, c=0.0, random_state=0)
    assert (corner.n_nodes, corner.n_edges) == (32, 0)
    one = rmat_graph(3, 2, a=0.0, b=1.0, c=0.0, directed=True, random_state=0)
    assert one.to_edges()[0].tolist() == [0]
    assert one.to_edges()[1].tolist() == [7]
    assert rmat_graph(0, random_state=0).n_nodes == 1
    assert rmat_graph(4, 0, random_state=0).n_edges == 0


def test_rmat_graph_is_simple_and_skewed():
    graph = rmat_graph(12, 8, random_state=2)
    assert is_valid(graph)
    assert not graph.has_self_loops
    assert graph.n_edges <= 8 * 4096
    assert graph.degrees().max() > 20 * graph.degrees().mean()
    directed = rmat_graph(12, 8, directed=True, random_state=2)
    assert directed.directed
    assert is_valid(directed)


@pytest.mark.parametrize(
    "make",
    [
        lambda seed: rmat_graph(14, 10, random_state=seed),
        lambda seed: barabasi_albert_graph(500, 3, random_state=seed),
    ],
)
def test_same_seed_same_graph_for_any_number_of_threads(make):
    before = numba.get_num_threads()
    try:
        graphs = []
        for threads in (1, numba.config.NUMBA_NUM_THREADS):
            numba.set_num_threads(threads)
            graphs.append(make(11))
    finally:
        numba.set_num_threads(before)
    assert graphs[0].equals(graphs[1])
    assert not graphs[0].equals(make(12))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rmat_graph(31), r"scale must be from 0 to 30, got 31"),
        (lambda: rmat_graph(3, -1), r"edge_factor must be finite and non-negative, got -1"),
        (lambda: rmat_graph(3, a=0.6, b=0.3, c=0.3), r"a \+ b \+ c must be at most 1"),
        (lambda: rmat_graph(3, a=-0.1), r"a must be from 0 to 1, got -0.1"),
        (lambda: barabasi_albert_graph(5, 0), r"m must be from 1 to 4, got 0"),
        (lambda: barabasi_albert_graph(5, 5), r"m must be from 1 to 4, got 5"),
        (lambda: barabasi_albert_graph(1, 1), r"n must be from 2"),
        (lambda: rmat_graph(3, random_state=-1), r"random_state must be .* got -1"),
    ],
)
def test_bad_parameters(call, message):
    with pytest.raises(ValueError, match=message):
        call()
