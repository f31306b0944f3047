"""Label propagation: it ends where every node has a heaviest label, whatever the order."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.cluster import LabelPropagation, label_propagation
from partwise.graph import Graph, lfr_graph, planted_partition_graph
from partwise.metrics import adjusted_rand_index, modularity

METHODS = ["queue", "asynchronous", "semi-synchronous", "parallel"]


@st.composite
def weighted_graphs(draw, max_nodes=14):
    n = draw(st.integers(1, max_nodes))
    node = st.integers(0, n - 1)
    pairs = draw(st.lists(st.tuples(node, node), max_size=4 * n, unique=True))
    weights = draw(st.lists(st.sampled_from([1, 2, 3, 0.1, 0.2, 0.7]), min_size=len(pairs)))
    dtype = draw(st.sampled_from([None, np.float64]))
    values = None if dtype is None else np.array(weights[: len(pairs)], dtype)
    edges = np.array(pairs, np.int64).reshape(-1, 2)
    return Graph.from_edges(edges, values, n_nodes=n, directed=draw(st.booleans()))


def has_heaviest_labels(graph, labels, free):
    """Whether the label of every free node weighs most among its neighbours."""
    matrix = graph.to_scipy(float).toarray()
    if graph.directed:
        matrix = matrix + matrix.T
    np.fill_diagonal(matrix, 0.0)
    for v in np.flatnonzero(free & (matrix.sum(axis=1) > 0)):
        votes = np.bincount(labels, matrix[v])
        if votes[labels[v]] < votes.max() * (1 - 1e-9):
            return False
    return True


@pytest.mark.parametrize("method", METHODS)
def test_two_cliques_by_hand(method):
    cliques = [(u, v) for c in (0, 5) for u in range(c, c + 5) for v in range(c, u)]
    result = label_propagation([*cliques, (4, 5)], method=method, random_state=1)
    assert result.labels.tolist() == [0] * 5 + [1] * 5
    assert result.labels.dtype == np.int32
    assert result.converged
    assert result.quality == modularity([*cliques, (4, 5)], result.labels)


@pytest.mark.parametrize("method", METHODS)
@given(graph=weighted_graphs(), seed=st.integers(0, 2**63 - 1), data=st.data())
def test_it_ends_where_every_free_node_has_a_heaviest_label(method, graph, seed, data):
    n = graph.n_nodes
    fixed = data.draw(st.none() | st.lists(st.integers(-1, 3), min_size=n, max_size=n))
    initial = data.draw(st.none() | st.lists(st.integers(-1, 9), min_size=n, max_size=n))
    result = label_propagation(
        graph, method=method, fixed=fixed, initial_labels=initial, random_state=seed, max_iter=1000
    )
    held = np.full(n, -1) if fixed is None else np.array(fixed)
    assert result.converged
    assert has_heaviest_labels(graph, result.labels, held < 0)
    assert (result.labels[held >= 0] == held[held >= 0]).all()
    assert result.n_communities == len(set(result.labels.tolist()))
    if fixed is None:
        sizes = result.sizes
        first = [int(np.argmax(result.labels == c)) for c in range(len(sizes))]
        assert sorted(zip(-sizes, first)) == list(zip(-sizes, first))


@pytest.mark.parametrize("method", METHODS)
def test_a_start_that_is_an_end_stays(method):
    graph = planted_partition_graph(4, 30, 0.5, 0.01, random_state=0)
    truth = np.repeat([3, 1, 0, 2], 30)
    result = label_propagation(graph, method=method, initial_labels=truth, random_state=0)
    assert adjusted_rand_index(result.labels, truth) == 1.0


def test_semi_synchronous_updates_whole_colour_classes_at_once():
    """The same as updating a class from the labels before it, as the definition has it."""
    network = nx.karate_club_graph()
    graph = Graph.from_networkx(network, weight=None)
    found = label_propagation(graph, method="semi-synchronous", random_state=0)
    neighbours = [sorted(network[v]) for v in network]
    colour = {}
    for v in network:
        taken = {colour[u] for u in neighbours[v] if u in colour}
        colour[v] = min(set(range(len(taken) + 1)) - taken)
    labels = list(range(len(network)))
    changed = True
    while changed:
        changed = False
        for c in range(max(colour.values()) + 1):
            before = list(labels)
            for v in (v for v in network if colour[v] == c):
                votes = {}
                for u in neighbours[v]:
                    votes[before[u]] = votes.get(before[u], 0) + 1
                best = {label for label, x in votes.items() if x == max(votes.values())}
                if before[v] not in best:
                    labels[v] = max(best)
                    changed = True
    assert adjusted_rand_index(found.labels, labels) == 1.0


def test_ties_are_drawn_uniformly():
    # Node 0 has one neighbour of each of three fixed labels.
    star = [(0, 1), (0, 2), (0, 3)]
    draws = [
        label_propagation(star, fixed=[-1, 0, 1, 2], random_state=seed).labels[0]
        for seed in range(600)
    ]
    counts = np.bincount(draws, minlength=3)
    assert (np.abs(counts - 200) < 5 * np.sqrt(600 * 2 / 9)).all()


def test_weights_and_directions_count():
    edges = [(0, 1), (0, 2), (3, 0)]
    heavy = Graph.from_edges(edges, [1.0, 1.0, 2.5])
    assert label_propagation(heavy, fixed=[-1, 0, 0, 1], random_state=0).labels[0] == 1
    light = Graph.from_edges(edges, [1.0, 1.0, 1.5], directed=True)
    assert label_propagation(light, fixed=[-1, 0, 0, 1], random_state=0).labels[0] == 0


@pytest.mark.parametrize("method", METHODS)
def test_planted_communities_are_found(method):
    graph, truth = lfr_graph(
        2000, mixing=0.1, mean_degree=20, max_degree=50, min_community=20, max_community=100,
        random_state=0,
    )  # fmt: skip
    values = [
        adjusted_rand_index(truth, label_propagation(graph, method=method, random_state=s).labels)
        for s in range(5)
    ]
    assert np.median(values) > 0.95


@pytest.mark.parametrize("method", METHODS)
def test_same_seed_same_labels(method):
    graph = planted_partition_graph(5, 40, 0.2, 0.05, random_state=0)
    one, two = (label_propagation(graph, method=method, random_state=4) for _ in range(2))
    assert one.labels.tolist() == two.labels.tolist()
    assert one.to_dict(labels=True) == two.to_dict(labels=True)


@pytest.mark.parametrize("method", METHODS)
def test_without_edges_or_nodes(method):
    alone = label_propagation(np.zeros((3, 3)), method=method)
    assert alone.labels.tolist() == [0, 1, 2]
    assert label_propagation([], method=method).to_dict()["n_communities"] == 0
    loop = Graph.from_edges([(0, 0), (0, 1)])
    assert label_propagation(loop, method=method).n_communities == 1


def test_a_limit_of_rounds_is_told():
    graph = planted_partition_graph(10, 100, 0.05, 0.02, random_state=0)
    for method in METHODS:
        result = label_propagation(graph, method=method, max_iter=1, random_state=0)
        assert (result.n_iter, result.converged) == (1, False)


def test_estimator():
    graph = planted_partition_graph(3, 20, 0.9, 0.01, random_state=0)
    model = LabelPropagation("asynchronous", random_state=3).fit(graph.to_scipy())
    plain = label_propagation(graph, method="asynchronous", random_state=3)
    assert model.labels_.tolist() == plain.labels.tolist()
    assert (model.n_communities_, model.quality_) == (plain.n_communities, plain.quality)
    assert model.n_features_in_ == 60
    assert LabelPropagation(**model.get_params()).fit_predict(graph).tolist() == (
        model.labels_.tolist()
    )


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"method": "fast"}, ValueError, "method must be one of auto, queue"),
        ({"max_iter": 0}, ValueError, "max_iter must be at least 1, got 0"),
        ({"fixed": [0, 1]}, ValueError, r"fixed must have shape \(3,\)"),
        ({"fixed": [0, -2, 1]}, ValueError, "fixed holds -2 at position 1"),
        ({"initial_labels": [0.5, 1, 2]}, TypeError, "initial_labels must hold integers"),
        ({"random_state": -1}, ValueError, "random_state"),
    ],
)
def test_bad_input(options, error, message):
    with pytest.raises(error, match=message):
        label_propagation([(0, 1), (1, 2)], **options)
