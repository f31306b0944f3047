import numpy as np
import pytest

from partwise.graph import Graph, quotient_graph
from partwise.graph.generators import planted_partition_graph, stochastic_block_graph

SIZES = [40, 0, 25, 60]
P = np.array(
    [[0.3, 0.5, 0.05, 0.0], [0.5, 0.5, 0.5, 0.5], [0.05, 0.5, 1.0, 0.2], [0.0, 0.5, 0.2, 0.02]]
)
LABELS = np.repeat(np.arange(4), SIZES)


def block_counts(graph, labels, k):
    return quotient_graph(graph, labels, k, self_loops=True).to_scipy(float).toarray()


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_edge_counts_are_binomial(directed, seed):
    p = P.copy()
    if directed:
        p[0, 2] = 0.4
    graph = stochastic_block_graph(SIZES, p, directed=directed, random_state=seed)
    assert not graph.has_self_loops
    assert graph.n_nodes == 125
    sizes = np.array(SIZES)
    pairs = np.outer(sizes, sizes) - np.diag(sizes)
    if not directed:
        pairs[np.diag_indices(4)] //= 2
    deviation = np.abs(block_counts(graph, LABELS, 4) - p * pairs)
    assert (deviation <= 5 * np.sqrt(p * (1 - p) * pairs)).all()


def test_every_pair_is_drawn_with_its_probability():
    # 2000 graphs on 3 + 4 nodes: each cell of the matrix is a binomial of its own.
    p = [[0.2, 0.7], [0.7, 0.5]]
    draws = 2000
    total = np.zeros((7, 7))
    for seed in range(draws):
        total += stochastic_block_graph([3, 4], p, random_state=seed).to_scipy(float).toarray()
    labels = np.repeat([0, 1], [3, 4])
    expected = np.array(p)[np.ix_(labels, labels)]
    np.fill_diagonal(expected, 0)
    bound = 5 * np.sqrt(expected * (1 - expected) / draws)
    assert (np.abs(total / draws - expected) <= bound).all()


def test_certain_and_impossible_edges():
    graph = stochastic_block_graph([3, 4], [[1.0, 0.0], [0.0, 1.0]])
    expected = np.kron(np.eye(2), np.ones((4, 4)))[1:, 1:] - np.eye(7)
    assert np.array_equal(graph.to_scipy(int).toarray(), expected)
    arcs = stochastic_block_graph([2, 3], [[0, 1], [0, 0]], directed=True)
    assert arcs.n_edges == 6
    assert (arcs.to_edges()[0] < 2).all()
    full = stochastic_block_graph([4], [[1.0]], directed=True)
    assert full.n_edges == 12


def test_tiny_probabilities_do_not_overflow():
    graph = stochastic_block_graph([10**6, 10**6], np.full((2, 2), 1e-300), random_state=0)
    assert graph.n_edges == 0
    sparse = stochastic_block_graph([10**6, 10**6], np.full((2, 2), 1e-9), random_state=0)
    expected = 1e-9 * 2e6 * (2e6 - 1) / 2
    assert abs(sparse.n_edges - expected) < 5 * np.sqrt(expected)


@pytest.mark.parametrize("seed", range(5))
def test_planted_partition(seed):
    graph = planted_partition_graph(6, 50, 0.3, 0.02, random_state=seed)
    counts = block_counts(graph, np.repeat(np.arange(6), 50), 6)
    inside, outside = np.trace(counts), np.triu(counts, 1).sum()
    for found, p, pairs in ((inside, 0.3, 6 * 50 * 49 / 2), (outside, 0.02, 15 * 50 * 50)):
        assert abs(found - p * pairs) < 5 * np.sqrt(p * (1 - p) * pairs)
    assert not graph.has_self_loops


def test_planted_extremes():
    assert planted_partition_graph(0, 5, 0.5, 0.5).n_nodes == 0
    assert planted_partition_graph(5, 0, 0.5, 0.5).n_nodes == 0
    assert planted_partition_graph(4, 1, 1.0, 1.0).n_edges == 6
    assert planted_partition_graph(2, 3, 0.0, 1.0).equals(
        Graph.from_edges([(u, v) for u in range(3) for v in range(3, 6)])
    )


def test_same_seed_same_graph():
    def make(seed):
        return stochastic_block_graph(SIZES, P, random_state=seed)

    assert make(3).equals(make(3))
    assert not make(3).equals(make(4))
    assert make(np.random.default_rng(1)).equals(make(np.random.default_rng(1)))
    generator = np.random.default_rng(1)
    assert not make(generator).equals(make(generator))


@pytest.mark.parametrize(
    ("sizes", "p", "message"),
    [
        ([3, -1], np.zeros((2, 2)), r"sizes must be non-negative, got -1"),
        ([3, 4], np.zeros((2, 3)), r"p_matrix must have shape \(2, 2\).*got \(2, 3\)"),
        ([3, 4], [[0, 1.5], [1.5, 0]], r"p_matrix must hold probabilities, got 1.5 at \(0, 1\)"),
        ([3, 4], [[0, np.nan], [0, 0]], r"got nan at \(0, 1\)"),
        ([3, 4], [[0, 0.5], [0.4, 0]], r"symmetric.*got 0.5 at \(0, 1\) and 0.4 at \(1, 0\)"),
    ],
)
def test_bad_blocks(sizes, p, message):
    with pytest.raises(ValueError, match=message):
        stochastic_block_graph(sizes, p)


def test_bad_planted_partition():
    with pytest.raises(ValueError, match=r"p_in must be from 0 to 1, got 1.2"):
        planted_partition_graph(2, 3, 1.2, 0.0)
    with pytest.raises(ValueError, match=r"n_blocks must be from 0 to .*, got -2"):
        planted_partition_graph(-2, 3, 0.5, 0.0)
