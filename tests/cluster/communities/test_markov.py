"""Markov clustering: the sparse flow is the dense one, the clusters are its attractor systems."""

from concurrent.futures import ThreadPoolExecutor

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.cluster import MarkovClustering, markov_clustering
from partwise.cluster.communities import _markov
from partwise.graph import Graph, planted_partition_graph
from partwise.metrics import adjusted_rand_index, modularity


@st.composite
def graphs(draw, max_nodes=9):
    n = draw(st.integers(1, max_nodes))
    node = st.integers(0, n - 1)
    pairs = draw(st.lists(st.tuples(node, node), max_size=3 * n, unique=True))
    weights = draw(st.lists(st.integers(1, 5), min_size=len(pairs), max_size=len(pairs)))
    edges = np.array(pairs, np.int64).reshape(-1, 2)
    values = draw(st.sampled_from([None, np.array(weights, float)]))
    return Graph.from_edges(edges, values, n_nodes=n, directed=draw(st.booleans()))


def sparse_flow(graph, powers, rounds):
    flow = _markov._initial_flow(graph)
    with ThreadPoolExecutor(1) as pool:
        for _ in range(rounds):
            flow, change = _markov._next_flow(pool, flow, powers)
    dense = np.zeros((graph.n_nodes, graph.n_nodes))
    indptr, indices, values = flow
    dense[indices, np.repeat(np.arange(graph.n_nodes), np.diff(indptr))] = values
    return dense, change


@given(
    graphs(),
    st.sampled_from([(2, 2.0), (2, 1.3), (3, 2.5)]),
    st.sampled_from([0.0, 1e-5, 0.05]),
    st.integers(1, 4),
)
def test_the_sparse_flow_is_the_dense_flow(oracles, graph, powers, pruning, rounds):
    matrix = graph.to_scipy(float).toarray()
    ours, change = sparse_flow(graph, (*powers, pruning), rounds)
    theirs = oracles.markov.dense_flow(matrix, *powers, pruning, rounds)
    if pruning and (np.abs(theirs - pruning) < 1e-9).any():
        return  # an entry on the very threshold: rounding decides
    before = oracles.markov.dense_flow(matrix, *powers, pruning, rounds - 1)
    np.testing.assert_allclose(ours, theirs, atol=1e-9)
    np.testing.assert_allclose(ours.sum(axis=0), 1.0)
    assert change == pytest.approx(np.abs(theirs - before).max(), abs=1e-9)


@given(graphs())
def test_clusters_are_the_attractor_systems_of_the_dense_flow(oracles, graph):
    result = markov_clustering(graph, max_iter=300)
    if not result.converged:
        return
    matrix = graph.to_scipy(float).toarray()
    flow = oracles.markov.dense_flow(matrix, 2, 2.0, 1e-5, result.n_iter)
    found = oracles.markov.clusters(flow)
    labels = result.labels
    for members in found:
        alone = members - set().union(*(other for other in found if other is not members))
        assert len({labels[j] for j in alone}) == 1
    for j in range(graph.n_nodes):
        homes = [members for members in found if j in members]
        assert any((labels[list(members)] == labels[j]).any() for members in homes)
    overlapping = sum(sum(j in m for m in found) > 1 for j in range(graph.n_nodes))
    assert result.n_overlapping == overlapping
    assert result.n_communities == len(found)


def test_two_cliques_and_karate():
    cliques = [(u, v) for c in (0, 5) for u in range(c, c + 5) for v in range(c, u)]
    result = markov_clustering([*cliques, (4, 5)])
    assert result.labels.tolist() == [0] * 5 + [1] * 5
    assert result.converged
    karate = Graph.from_networkx(nx.karate_club_graph(), weight=None)
    clubs = [d["club"] for _, d in nx.karate_club_graph().nodes(data=True)]
    split = markov_clustering(karate, inflation=1.8)
    assert split.n_communities == 2
    assert adjusted_rand_index(split.labels, clubs) > 0.7
    assert split.quality == modularity(karate, split.labels)


def test_a_node_between_two_cliques_goes_to_the_first():
    # Node 4 has the same edges to both cliques of four.
    cliques = [(u, v) for c in (0, 5) for u in range(c, c + 4) for v in range(c, u)]
    links = [(4, u) for u in (0, 1, 5, 6)]
    result = markov_clustering([*cliques, *links], inflation=2.0)
    assert result.labels.tolist() == [0] * 5 + [1] * 4
    assert result.n_overlapping == 1
    apart = markov_clustering([*cliques, *links], inflation=4.0)
    assert apart.labels.tolist() == [0] * 4 + [2] + [1] * 4
    assert apart.n_overlapping == 0


def test_more_inflation_gives_more_clusters():
    graph = planted_partition_graph(6, 25, 0.4, 0.02, random_state=0)
    counts = [markov_clustering(graph, inflation=r).n_communities for r in (1.3, 1.6, 2.5, 4.0)]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_planted_blocks_in_several_chunks_and_threads(monkeypatch):
    graph = planted_partition_graph(10, 30, 0.5, 0.005, random_state=1)
    whole = markov_clustering(graph, inflation=1.6)
    assert adjusted_rand_index(whole.labels, np.repeat(np.arange(10), 30)) > 0.95
    monkeypatch.setattr(_markov, "_CHUNK", 37)
    for n_jobs in (1, 2):
        pieces = markov_clustering(graph, inflation=1.6, n_jobs=n_jobs)
        assert pieces.to_dict(labels=True) == whole.to_dict(labels=True)


def test_room_for_columns_grows():
    # One chunk whose columns fill up: the star's centre reaches everybody.
    n = 700
    star = np.column_stack([np.zeros(n - 1, int), np.arange(1, n)])
    flow, _ = sparse_flow(Graph.from_edges(star), (2, 2.0, 0.0), 1)
    assert np.count_nonzero(flow) == n * n
    np.testing.assert_allclose(flow.sum(axis=0), 1.0)


def test_components_and_isolated_nodes_stay_apart():
    graph = Graph.from_edges([(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)], n_nodes=8)
    assert markov_clustering(graph).labels.tolist() == [0, 0, 0, 1, 1, 1, 2, 3]
    assert markov_clustering([]).n_communities == 0


def test_too_few_rounds_are_told():
    graph = planted_partition_graph(3, 20, 0.5, 0.1, random_state=0)
    result = markov_clustering(graph, max_iter=1)
    assert (result.n_iter, result.converged) == (1, False)
    assert len(result.labels) == 60


def test_estimator():
    graph = planted_partition_graph(3, 20, 0.9, 0.01, random_state=0)
    model = MarkovClustering(1.7).fit(graph.to_scipy())
    plain = markov_clustering(graph, inflation=1.7)
    assert model.labels_.tolist() == plain.labels.tolist()
    assert (model.n_communities_, model.n_iter_) == (plain.n_communities, plain.n_iter)
    assert model.converged_


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"expansion": 1}, ValueError, "expansion must be at least 2, got 1"),
        ({"expansion": 2.5}, TypeError, "expansion must be an integer"),
        ({"inflation": 1.0}, ValueError, "inflation must be finite and above 1"),
        ({"pruning": 1.0}, ValueError, "pruning must be at least 0 and below 1"),
        ({"tol": 0}, ValueError, "tol must be positive"),
        ({"max_iter": 0}, ValueError, "max_iter must be at least 1"),
        ({"n_jobs": 0}, ValueError, "n_jobs"),
    ],
)
def test_bad_input(options, error, message):
    with pytest.raises(error, match=message):
        markov_clustering([(0, 1), (1, 2)], **options)
