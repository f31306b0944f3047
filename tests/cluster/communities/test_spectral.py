"""Spectral communities: bounds, thresholds of detection, and where the plain Laplacian fails."""

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.cluster import SpectralGraphClustering, spectral_communities
from partwise.cluster.communities._embedding import (
    bethe_hessian_eigenpairs,
    estimate_n_clusters,
    score_ratios,
)
from partwise.graph import Graph, planted_partition_graph
from partwise.graph._spectrum import laplacian_eigenpairs
from partwise.metrics import adjusted_rand_index, modularity, normalized_cut

BLOCKS = np.repeat(np.arange(4), 150)


@pytest.fixture(scope="module")
def planted():
    return planted_partition_graph(4, 150, 0.15, 0.01, random_state=0)


def with_whiskers(seed):
    """Two blocks of 300 nodes, and ten paths of twelve nodes that hang on them by one end."""
    core = planted_partition_graph(2, 300, 0.06, 0.015, random_state=seed)
    u, v, _ = core.to_edges()
    edges = np.column_stack([u, v]).tolist()
    n = 600
    for hook in np.random.default_rng(seed).choice(600, 10, replace=False).tolist():
        path = [hook, *range(n, n + 12)]
        edges += itertools.pairwise(path)
        n += 12
    return Graph.from_edges(edges), np.repeat([0, 1], 300)


# -- matrices --------------------------------------------------------------------------------------


def test_regularised_laplacians_are_the_dense_ones():
    graph = planted_partition_graph(3, 20, 0.4, 0.1, random_state=0)
    a = graph.to_scipy(float).toarray()
    n, tau = 60, 3.5
    for options, matrix in (
        ({"shift": tau}, a),
        ({"constant": tau}, a + tau / n),
    ):
        root = np.sqrt(a.sum(axis=1) + tau)
        dense = np.eye(n) - matrix / np.outer(root, root)
        values, vectors = laplacian_eigenpairs(graph, 5, **options)
        np.testing.assert_allclose(values, np.linalg.eigvalsh(dense)[:5], atol=1e-10)
        np.testing.assert_allclose(dense @ vectors, vectors * values, atol=1e-8)


def test_bethe_hessian_is_the_dense_one(planted):
    for graph in (planted_partition_graph(2, 40, 0.3, 0.05, random_state=0), planted):
        a = graph.to_scipy(float).toarray()
        degree = a.sum(axis=1)
        r = np.sqrt((degree**2).sum() / degree.sum() - 1)
        dense = (r * r - 1) * np.eye(len(a)) - r * a + np.diag(degree)
        expected = np.linalg.eigvalsh(dense)
        values, vectors = bethe_hessian_eigenpairs(graph, 6)
        np.testing.assert_allclose(values, expected[:6], atol=1e-7)
        np.testing.assert_allclose(dense @ vectors, vectors * values, atol=1e-5)
        assert estimate_n_clusters(graph) == np.count_nonzero(expected < 0)


def test_score_takes_the_ratios_of_the_leading_eigenvectors():
    network = nx.karate_club_graph()
    a = nx.to_numpy_array(network, weight=None)
    values, vectors = np.linalg.eigh(a)
    order = np.argsort(-np.abs(values))
    expected = vectors[:, order[1:3]] / vectors[:, order[:1]]
    ratios, found = score_ratios(Graph.from_networkx(network, weight=None), 3)
    np.testing.assert_allclose(found, values[order[:3]])
    np.testing.assert_allclose(np.abs(ratios), np.minimum(np.abs(expected), np.log(34)), rtol=1e-6)


# -- the bound -------------------------------------------------------------------------------------


@pytest.mark.parametrize("assign", ["kmeans", "qr"])
@given(seed=st.integers(0, 10**6), k=st.integers(1, 5), tau=st.sampled_from([None, "mean_degree"]))
def test_normalised_cut_is_at_least_the_bound(assign, seed, k, tau):
    graph = planted_partition_graph(3, 8, 0.5, 0.1, random_state=seed)
    result = spectral_communities(
        graph, k, regularization=tau, assign=assign, n_init=1, random_state=seed
    )
    assert result.normalized_cut == normalized_cut(graph, result.labels)
    assert result.normalized_cut >= result.bound - 1e-9
    assert result.n_communities <= k
    assert result.quality == modularity(graph, result.labels)
    assert sorted(-result.sizes) == (-result.sizes).tolist()


# -- planted blocks --------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["laplacian", "bethe_hessian", "score"])
@pytest.mark.parametrize("n_clusters", [4, "auto"])
def test_planted_blocks_are_found(planted, method, n_clusters):
    result = spectral_communities(planted, n_clusters, method=method, random_state=0)
    assert result.n_clusters == 4
    assert adjusted_rand_index(result.labels, BLOCKS) > 0.97
    assert result.labels.dtype == np.int32


@pytest.mark.parametrize("options", [{"regularization": None}, {"regularize": "entries"}, {}])
def test_qr_needs_no_seed_and_finds_the_blocks(planted, options):
    one = spectral_communities(planted, 4, assign="qr", random_state=1, **options)
    two = spectral_communities(planted, 4, assign="qr", random_state=2, **options)
    assert one.labels.tolist() == two.labels.tolist()
    assert adjusted_rand_index(one.labels, BLOCKS) > 0.97


@pytest.mark.parametrize("seed", range(4))
def test_blocks_are_counted_above_the_threshold_of_detection_and_not_below(seed):
    n = 2000
    # Two blocks, mean degree 10: (c_in - c_out)^2 / (4 mean degree) is 3.6, and 0.1.
    above = planted_partition_graph(2, n // 2, 16 / n, 4 / n, random_state=seed)
    below = planted_partition_graph(2, n // 2, 11 / n, 9 / n, random_state=seed)
    assert estimate_n_clusters(above) == 2
    assert estimate_n_clusters(below) == 1
    found = spectral_communities(above, method="bethe_hessian", random_state=0)
    overlap = np.mean(found.labels == np.repeat([0, 1], n // 2))
    assert max(overlap, 1 - overlap) > 0.85
    assert spectral_communities(below, random_state=0).n_communities == 1


@pytest.mark.parametrize("seed", range(3))
def test_the_plain_laplacian_finds_appendices_where_the_regularised_one_finds_blocks(seed):
    graph, truth = with_whiskers(seed)
    core = slice(0, 600)
    plain = spectral_communities(graph, 2, regularization=None, random_state=0)
    assert adjusted_rand_index(plain.labels[core], truth) < 0.1
    for regularize in ("degrees", "entries"):
        better = spectral_communities(graph, 2, regularize=regularize, random_state=0)
        assert adjusted_rand_index(better.labels[core], truth) > 0.8
    bethe = spectral_communities(graph, 2, method="bethe_hessian", random_state=0)
    assert adjusted_rand_index(bethe.labels[core], truth) > 0.8


# -- components ------------------------------------------------------------------------------------


@pytest.mark.parametrize("assign", ["kmeans", "qr"])
@pytest.mark.parametrize("method", ["laplacian", "bethe_hessian"])
def test_components_are_clusters_and_isolated_nodes_join_the_largest(method, assign):
    edges = []
    for first, last in ((0, 12), (12, 22), (22, 30)):
        edges += [(u, v) for u in range(first, last) for v in range(first, u)]
    graph = Graph.from_edges(edges, n_nodes=33)
    result = spectral_communities(
        graph, 3, method=method, regularization=None, assign=assign, random_state=0
    )
    assert result.labels.tolist() == [0] * 12 + [1] * 10 + [2] * 8 + [0] * 3
    assert result.normalized_cut == result.bound == 0.0


def test_more_components_than_clusters_are_joined_evenly():
    edges = [(3 * c + i, 3 * c + j) for c in range(5) for i, j in ((0, 1), (1, 2))]
    result = spectral_communities(edges, 2, regularization=None, random_state=0)
    assert result.n_communities == 2
    assert result.normalized_cut == 0.0
    assert result.sizes.tolist() == [9, 6]


def test_tiny_and_empty_graphs():
    assert spectral_communities([], "auto").n_communities == 0
    assert spectral_communities(np.zeros((3, 3)), 2).labels.tolist() == [0, 0, 0]
    assert spectral_communities([(0, 1)], 1, random_state=0).labels.tolist() == [0, 0]
    assert spectral_communities([(0, 1)], 2, random_state=0).n_communities == 2
    directed = Graph.from_edges([(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)], directed=True)
    assert spectral_communities(directed, 2, random_state=0).labels.tolist() == [0] * 3 + [1] * 3


# -- the rest --------------------------------------------------------------------------------------


def test_same_seed_same_labels(planted):
    one, two = (spectral_communities(planted, 5, n_init=1, random_state=3) for _ in range(2))
    assert one.to_dict(labels=True) == two.to_dict(labels=True)


def test_estimator(planted):
    model = SpectralGraphClustering("auto", random_state=0).fit(planted.to_scipy())
    plain = spectral_communities(planted, random_state=0)
    assert model.labels_.tolist() == plain.labels.tolist()
    assert (model.n_clusters_, model.bound_) == (4, plain.bound)
    assert model.normalized_cut_ == plain.normalized_cut
    assert model.eigenvalues_.shape == (4,)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_clusters": 0}, ValueError, "n_clusters must be at least 1, got 0"),
        ({"n_clusters": 7}, ValueError, "n_clusters must be at most the number of nodes, 6"),
        ({"n_clusters": "many"}, ValueError, "positive integer or 'auto', got 'many'"),
        ({"method": "x"}, ValueError, "method must be one of laplacian"),
        ({"assign": "x"}, ValueError, "assign must be one of kmeans"),
        ({"regularize": "x"}, ValueError, "regularize must be one of degrees"),
        ({"regularization": -1.0}, ValueError, "regularization must be None"),
        ({"regularization": "x"}, ValueError, "regularization must be None.*got 'x'"),
        ({"method": "score", "assign": "qr"}, ValueError, "assign='qr' needs eigenvectors"),
        ({"method": "score"}, ValueError, "connected graph.*2 components"),
        ({"n_init": 0}, ValueError, "n_init must be at least 1"),
    ],
)
def test_bad_input(options, error, message):
    two_triangles = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)]
    with pytest.raises(error, match=message):
        spectral_communities(two_triangles, **{"n_clusters": 2, **options})
