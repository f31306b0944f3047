"""Leiden and Louvain as a user calls them."""

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from partwise.cluster import leiden, louvain
from partwise.graph import Graph, barabasi_albert_graph, planted_partition_graph, rmat_graph
from partwise.metrics import (
    bipartite_modularity,
    cpm_score,
    modularity,
    n_components_per_block,
    rb_er_score,
)


def random_graph(draw, n, directed=False):
    pairs = [(u, v) for u in range(n) for v in range(n) if directed or u <= v]
    edges = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=4 * n, unique=True))
    weights = draw(
        st.none() | st.lists(st.integers(1, 5), min_size=len(edges), max_size=len(edges))
    )
    return Graph.from_edges(edges, weights, n_nodes=n, directed=directed)


def same_partition(a, b):
    pairs = set(zip(np.asarray(a).tolist(), np.asarray(b).tolist()))
    return len(pairs) == len({x for x, _ in pairs}) == len({y for _, y in pairs})


def ring_of_cliques(n_cliques, size):
    edges = []
    for c in range(n_cliques):
        base = c * size
        edges += [(base + i, base + j) for i in range(size) for j in range(i)]
        edges.append((base, (base + size) % (n_cliques * size)))
    return Graph.from_edges(edges)


# -- known answers ---------------------------------------------------------------------------------


def best_of_ten(graph):
    return max(leiden(graph, random_state=seed).quality for seed in range(10))


def test_best_known_modularity_of_karate():
    graph = Graph.from_networkx(nx.karate_club_graph(), weight=None)
    assert best_of_ten(graph) == pytest.approx(0.419790, abs=1e-6)


def test_best_known_modularity_of_les_miserables():
    assert best_of_ten(nx.les_miserables_graph()) == pytest.approx(0.566688, abs=1e-6)


def test_resolution_limit_on_a_ring_of_cliques():
    graph = ring_of_cliques(30, 5)
    merged = leiden(graph, random_state=0, n_iterations=-1)
    assert merged.n_communities < 30  # pairs are worth more
    assert merged.quality > modularity(graph, np.arange(150) // 5)
    for resolution in (0.1, 0.5, 0.9):
        found = leiden(graph, quality="cpm", resolution=resolution, random_state=0)
        assert same_partition(found.labels, np.arange(150) // 5)


def test_extreme_resolutions():
    graph = planted_partition_graph(3, 10, 0.9, 0.0, random_state=0)
    whole = leiden(graph, resolution=0.0, random_state=0)
    assert same_partition(whole.labels, np.arange(30) // 10)
    assert leiden(graph, quality="cpm", resolution=1.01, random_state=0).n_communities == 30
    assert leiden(graph, quality="cpm", resolution=0.0, random_state=0).n_communities == 3
    assert leiden(graph, resolution=100.0, random_state=0).n_communities == 30


@pytest.mark.parametrize("quality", ["modularity", "cpm", "rb_er"])
@pytest.mark.parametrize("directed", [False, True])
def test_planted_communities_are_found(quality, directed):
    rng = np.random.default_rng(0)
    truth = np.repeat(np.arange(5), 30)
    dense = rng.random((150, 150)) < np.where(truth[:, None] == truth, 0.4, 0.01)
    np.fill_diagonal(dense, False)
    graph = Graph.from_scipy(sp.csr_array(dense), directed=True)
    if not directed:
        graph = Graph.from_scipy(sp.csr_array(dense | dense.T), directed=False)
    resolution = {"modularity": 1.0, "cpm": 0.15, "rb_er": 1.0}[quality]
    found = leiden(graph, quality=quality, resolution=resolution, random_state=1)
    assert same_partition(found.labels, truth)


def test_bipartite_communities_have_both_sides():
    blocks = np.kron(np.eye(3, dtype=int), np.ones((4, 5), int))
    blocks[0, 5] = blocks[4, 10] = 1  # connected
    rows, columns = np.nonzero(blocks)
    graph = Graph.from_edges((rows, columns + 12))
    found = leiden(graph, quality="barber", random_state=0)
    truth = np.concatenate([np.repeat(np.arange(3), 4), np.repeat(np.arange(3), 5)])
    assert same_partition(found.labels, truth)
    sides = np.arange(27) >= 12
    assert found.quality == pytest.approx(bipartite_modularity(graph, found.labels, sides))
    given_sides = leiden(graph, quality="barber", sides=sides, random_state=0)
    assert np.array_equal(given_sides.labels, found.labels)


# -- against brute force and definitions -----------------------------------------------------------


@given(st.data(), st.sampled_from(["modularity", "cpm", "rb_er", "directed"]))
def test_never_above_the_optimum(oracles, data, quality):
    graph = random_graph(data.draw, data.draw(st.integers(2, 7)), quality == "directed")
    name = "modularity" if quality == "directed" else quality
    score = {"modularity": modularity, "cpm": cpm_score, "rb_er": rb_er_score}[name]
    found = leiden(graph, quality=name, random_state=0)
    assert found.quality == pytest.approx(score(graph, found.labels))
    optimum = max(score(graph, labels) for labels in oracles.leiden.set_partitions(graph.n_nodes))
    assert found.quality <= optimum + 1e-9


def test_best_of_ten_is_the_optimum_on_95_of_100_small_graphs(oracles):
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(100):
        n = int(rng.integers(5, 9))
        edges = [(u, v) for u in range(n) for v in range(u) if rng.random() < 0.45] or [(0, 1)]
        graph = Graph.from_edges(edges, n_nodes=n)
        matrix = graph.to_scipy(float).toarray()
        degree = matrix.sum(axis=1)
        gain = matrix / degree.sum() - np.outer(degree, degree) / degree.sum() ** 2
        optimum = max(
            sum(gain[np.ix_(nodes, nodes)].sum() for nodes in group_nodes(labels))
            for labels in oracles.leiden.set_partitions(n)
        )
        best = max(leiden(graph, random_state=seed).quality for seed in range(10))
        assert best <= optimum + 1e-9
        hits += best >= optimum - 1e-9
    assert hits >= 95


def group_nodes(labels):
    labels = np.asarray(labels)
    return [np.flatnonzero(labels == c) for c in range(labels.max() + 1)]


# -- invariants ------------------------------------------------------------------------------------


@given(st.data(), st.booleans())
def test_every_community_is_connected(data, directed):
    graph = random_graph(data.draw, data.draw(st.integers(2, 25)), directed)
    quality = data.draw(st.sampled_from(["modularity", "cpm", "rb_er"]))
    max_size = data.draw(st.none() | st.integers(1, 8))
    found = leiden(
        graph, quality=quality, max_size=max_size, n_iterations=data.draw(st.integers(1, 3)),
        random_state=0,
    )  # fmt: skip
    assert (n_components_per_block(graph, found.labels) == 1).all()
    if max_size is not None:
        assert found.sizes.max() <= max_size


def test_weights_that_join_only_by_a_bridge_keep_communities_connected():
    # two cliques and a bridge whose end is heavier tied to the other side
    edges = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (0, 6), (1, 5)]
    weights = [3, 1, 5, 1, 3, 2, 2, 4]
    for seed in range(20):
        found = leiden(Graph.from_edges(edges, weights), random_state=seed)
        assert (n_components_per_block(Graph.from_edges(edges), found.labels) == 1).all()


@given(st.data(), st.integers(1, 9))
def test_scaling_the_weights_changes_nothing(data, factor):
    graph = random_graph(data.draw, data.draw(st.integers(2, 20)))
    weights = np.ones(len(graph.indices)) if graph.weights is None else graph.weights
    scaled = Graph(graph.indptr, graph.indices, weights * float(2**factor))
    plain = Graph(graph.indptr, graph.indices, weights * 1.0)
    a, b = (leiden(g, random_state=3) for g in (plain, scaled))
    assert np.array_equal(a.labels, b.labels)
    assert a.quality == pytest.approx(b.quality)


def test_labels_are_numbered_by_size_and_every_container_gives_the_same():
    graph = planted_partition_graph(4, 12, 0.7, 0.03, random_state=2)
    found = leiden(graph, random_state=0)
    sizes = found.sizes
    assert found.labels.dtype == np.int32
    assert len(sizes) == found.n_communities
    assert (np.diff(sizes) <= 0).all()
    first = [int(np.argmax(found.labels == c)) for c in range(len(sizes))]
    assert all(a < b for a, b, x, y in zip(first, first[1:], sizes, sizes[1:]) if x == y)
    dense = graph.to_scipy(float).toarray()
    for other in (dense, sp.coo_array(dense), graph.to_networkx()):
        assert np.array_equal(leiden(other, random_state=0).labels, found.labels)


def test_isolated_nodes_stay_alone_and_components_apart():
    graph = Graph.from_edges([(0, 1), (1, 2), (4, 5), (5, 6)], n_nodes=8)
    for quality in ("modularity", "cpm", "rb_er"):
        found = leiden(graph, quality=quality, resolution=0.1, random_state=0)
        assert same_partition(found.labels, [0, 0, 0, 1, 2, 2, 2, 3])
        warm = leiden(
            graph, quality=quality, resolution=0.1, initial_labels=np.zeros(8, int), random_state=0
        )
        assert same_partition(warm.labels, found.labels)


@pytest.mark.parametrize("n", [0, 1, 3])
def test_graphs_without_edges(n):
    found = leiden(Graph.from_edges(np.zeros((0, 2), int), n_nodes=n), random_state=0)
    assert found.labels.tolist() == list(range(n))
    assert found.n_communities == n
    assert found.quality == 0.0
    assert found.to_dict()["sizes"] == [1] * n


def test_self_loops_count_in_the_degree():
    edges = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3), (0, 0), (4, 4)]
    graph = Graph.from_edges(edges, [1, 1, 1, 1, 1, 1, 1, 4, 2])
    for quality in ("modularity", "cpm"):
        found = leiden(graph, quality=quality, resolution=0.5, random_state=0)
        assert same_partition(found.labels, [0, 0, 0, 1, 1, 1])


def test_node_weights_are_sizes_for_cpm_only():
    edges = [(0, 1), (1, 2), (2, 3)]
    heavy = Graph.from_edges(edges, node_weights=[1, 1, 9, 1])
    found = leiden(heavy, quality="cpm", resolution=0.3, random_state=0)
    assert same_partition(found.labels, [0, 0, 1, 2])  # 9 nodes ask 2.7 of an edge
    light = leiden(Graph.from_edges(edges), random_state=0)
    assert np.array_equal(leiden(heavy, random_state=0).labels, light.labels)


def test_levels_are_nested_in_quality_and_end_in_the_result():
    graph = planted_partition_graph(12, 20, 0.5, 0.01, random_state=3)
    found = leiden(graph, random_state=0)
    values = [modularity(graph, level) for level in found.levels]
    assert values == sorted(values)
    assert np.array_equal(found.levels[-1], found.labels)
    hierarchy = louvain(graph, random_state=0)
    counts = [int(level.max()) + 1 for level in hierarchy.levels]
    assert counts == sorted(counts, reverse=True)
    for fine, coarse in zip(hierarchy.levels, hierarchy.levels[1:]):
        assert len(set(zip(fine.tolist(), coarse.tolist()))) == int(fine.max()) + 1


def test_more_iterations_are_never_worse_and_minus_one_converges():
    graph = barabasi_albert_graph(600, 4, random_state=0)
    values = [leiden(graph, n_iterations=i, random_state=5).quality for i in (1, 2, 4, 8)]
    assert values == sorted(values)
    settled = leiden(graph, n_iterations=-1, random_state=5)
    assert settled.converged
    assert settled.quality >= values[-1]


# -- options ---------------------------------------------------------------------------------------


@given(st.data())
def test_fixed_labels_are_kept_and_the_rest_is_as_good_as_moving_it_alone(data):
    graph = random_graph(data.draw, data.draw(st.integers(3, 15)))
    n = graph.n_nodes
    fixed = np.array(data.draw(st.lists(st.sampled_from([-1, -1, 0, 3]), min_size=n, max_size=n)))
    found = leiden(graph, fixed=fixed, n_iterations=-1, random_state=0)
    held = fixed >= 0
    assert np.array_equal(found.labels[held], fixed[held])
    assert found.quality == pytest.approx(modularity(graph, found.labels))
    assert found.n_communities == len(set(found.labels.tolist()))
    for v in np.flatnonzero(~held):
        for target in {*found.labels.tolist(), n + 4}:
            other = found.labels.copy()
            other[v] = target
            assert modularity(graph, np.unique(other, return_inverse=True)[1]) <= (
                found.quality + 1e-9
            )


def test_fixed_labels_with_limits_and_a_start():
    graph = planted_partition_graph(4, 15, 0.6, 0.02, random_state=1)
    truth = np.arange(60) // 15
    fixed = np.where(np.arange(60) % 5 == 0, truth + 10, -1)
    found = leiden(graph, fixed=fixed, random_state=0)
    assert np.array_equal(found.labels, truth + 10)
    start = leiden(graph, fixed=fixed, initial_labels=truth, n_iterations=1, random_state=0)
    assert np.array_equal(start.labels, truth + 10)
    small = leiden(graph, fixed=fixed, max_size=8, random_state=0)
    assert small.sizes.max() <= 8
    assert np.array_equal(small.labels[fixed >= 0], fixed[fixed >= 0])


def test_a_warm_start_is_never_worse_than_where_it_started():
    graph = barabasi_albert_graph(300, 3, random_state=1)
    rng = np.random.default_rng(0)
    for _ in range(5):
        start = rng.integers(20, size=300)
        found = leiden(graph, initial_labels=start, n_iterations=1, random_state=0)
        assert found.quality >= modularity(graph, start)
    best = leiden(graph, n_iterations=-1, random_state=0)
    again = leiden(graph, initial_labels=best.labels, n_iterations=1, random_state=9)
    assert again.quality >= best.quality - 1e-12


@pytest.mark.parametrize("function", [leiden, louvain])
def test_size_limits(function):
    graph = barabasi_albert_graph(500, 3, random_state=4)
    limited = function(graph, max_size=20, random_state=0)
    assert limited.sizes.max() <= 20
    enlarged = function(graph, min_size=40, random_state=0)
    assert enlarged.sizes.min() >= 40  # the graph is connected
    both = function(graph, min_size=5, max_size=30, random_state=0)
    assert both.sizes.max() <= 30
    assert both.quality == pytest.approx(modularity(graph, both.labels))


def test_min_size_keeps_what_has_no_neighbour():
    graph = Graph.from_edges([(0, 1), (2, 3), (3, 4), (4, 2), (4, 5)], n_nodes=7)
    found = leiden(graph, min_size=3, random_state=0)
    assert same_partition(found.labels, [0, 0, 1, 1, 1, 1, 2])


@pytest.mark.parametrize("function", [leiden, louvain])
def test_results_do_not_depend_on_threads(function):
    graph = rmat_graph(13, 16, random_state=0)  # large enough for threads
    sequential = [function(graph, algorithm="sequential", n_jobs=j, random_state=1) for j in (1, 2)]
    assert np.array_equal(*(result.labels for result in sequential))
    parallel = [function(graph, algorithm="parallel", n_jobs=j, random_state=1) for j in (1, 2, 3)]
    for other in parallel[1:]:
        assert np.array_equal(parallel[0].labels, other.labels)
    assert parallel[0].quality >= sequential[0].quality - 0.01
    assert np.array_equal(function(graph, random_state=1).labels, sequential[0].labels)
    assert np.array_equal(function(graph, n_jobs=2, random_state=1).labels, parallel[0].labels)


def test_racing_threads_give_connected_communities_of_like_quality():
    graph = rmat_graph(13, 16, random_state=0)
    raced = leiden(graph, algorithm="free", n_jobs=2, random_state=1)
    assert (n_components_per_block(graph, raced.labels) == 1).all()
    assert raced.quality == pytest.approx(modularity(graph, raced.labels))
    assert raced.quality >= leiden(graph, random_state=1).quality - 0.01


def test_seeds_repeat_and_a_random_refinement_is_seeded_too():
    graph = barabasi_albert_graph(400, 3, random_state=0)
    for theta in (0.0, 0.3):
        a, b = (leiden(graph, theta=theta, random_state=7) for _ in range(2))
        assert np.array_equal(a.labels, b.labels)
    drawn = leiden(graph)
    assert np.array_equal(leiden(graph, random_state=drawn.seed).labels, drawn.labels)


def test_progress_is_reported():
    calls = []
    leiden(
        planted_partition_graph(3, 10, 0.6, 0.05, random_state=0),
        n_iterations=2,
        random_state=0,
        callback=lambda fraction, message: calls.append((fraction, message)),
    )
    assert [fraction for fraction, _ in calls] == [0.0, 0.5, 1.0]


# -- consensus -------------------------------------------------------------------------------------


def test_consensus_of_a_clear_structure_is_certain():
    graph = planted_partition_graph(4, 20, 0.7, 0.01, random_state=0)
    found = leiden(graph, consensus=8, random_state=0)
    assert same_partition(found.labels, np.arange(80) // 20)
    assert np.array_equal(found.stability, np.ones(80))


def test_stability_tells_the_doubtful_node():
    # node 0 is tied to two cliques alike
    edges = [(i, j) for i in range(1, 7) for j in range(1, i)]
    edges += [(i, j) for i in range(7, 13) for j in range(7, i)]
    edges += [(0, i) for i in (1, 2, 3, 7, 8, 9)]
    found = leiden(Graph.from_edges(edges), consensus=20, random_state=0)
    assert found.n_communities == 2
    assert np.argmin(found.stability) == 0
    assert (found.stability[1:] > found.stability[0]).all()
    assert found.to_dict()["mean_stability"] < 1


def test_consensus_does_not_depend_on_threads_and_needs_a_count():
    graph = barabasi_albert_graph(200, 2, random_state=0)
    options = {"consensus": 6, "random_state": 2}
    one, two = (leiden(graph, n_jobs=jobs, **options) for jobs in (1, 2))
    assert np.array_equal(one.labels, two.labels)
    assert np.array_equal(one.stability, two.stability)
    with pytest.raises(ValueError, match="consensus must be at least 1"):
        leiden(graph, consensus=0)


# -- bad input -------------------------------------------------------------------------------------

PATH = Graph.from_edges([(0, 1), (1, 2)])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"quality": "cut"}, "quality must be one of"),
        ({"resolution": -1.0}, "resolution must be finite and at least 0"),
        ({"resolution": np.nan}, "resolution must be finite and at least 0"),
        ({"n_iterations": 0}, "n_iterations must be at least 1, or -1"),
        ({"theta": -0.1}, "theta must be finite and at least 0"),
        ({"algorithm": "fast"}, "algorithm must be one of"),
        ({"n_jobs": 0}, "n_jobs must be"),
        ({"initial_labels": [0, 1]}, r"initial_labels must have shape \(3,\)"),
        ({"initial_labels": [0, -1, 1]}, "initial_labels holds -1 at position 1"),
        ({"fixed": [0, 1]}, r"fixed must have shape \(3,\)"),
        ({"fixed": [0, -2, 1]}, "fixed holds -2 at position 1"),
        ({"min_size": 0}, "min_size must be at least 1"),
        ({"min_size": 3, "max_size": 2}, "min_size must be at most max_size=2"),
        ({"max_size": 1, "fixed": [0, 0, -1]}, "max_size=1 is below the size"),
        ({"max_size": 1, "initial_labels": [0, 0, 1]}, "max_size=1 is below the size"),
        ({"sides": [0, 1, 0]}, "sides are only for quality='barber'"),
        ({"quality": "barber", "sides": [0, 1]}, r"sides must have shape \(3,\)"),
        ({"quality": "barber", "sides": [0, 1, 2]}, "two different values"),
        ({"quality": "barber", "sides": [0, 0, 1]}, r"not bipartite: edge \(0, 1\)"),
    ],
)
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        leiden(PATH, **options)


def test_bad_types_and_graphs():
    with pytest.raises(TypeError, match="n_iterations must be an integer"):
        leiden(PATH, n_iterations=2.5)
    with pytest.raises(TypeError, match="fixed must hold integers"):
        leiden(PATH, fixed=[0.5, 1.0, 2.0])
    with pytest.raises(ValueError, match="bipartite"):
        leiden([(0, 1), (1, 2), (2, 0)], quality="barber")
    with pytest.raises(ValueError, match="2 components"):
        leiden([(0, 1), (2, 3)], quality="barber")
    with pytest.raises(ValueError, match="undirected"):
        leiden(Graph.from_edges([(0, 1)], directed=True), quality="barber")
    with pytest.raises(ValueError, match=r"negative|non-negative"):
        leiden(np.array([[0.0, -1.0], [-1.0, 0.0]]))
    with pytest.raises(ValueError, match=r"NaN|nan|finite"):
        leiden(np.array([[0.0, np.nan], [np.nan, 0.0]]))


# -- peers -----------------------------------------------------------------------------------------


@pytest.mark.peer
def test_quality_is_that_of_igraph():
    igraph = pytest.importorskip("igraph")
    graph = barabasi_albert_graph(2000, 5, random_state=0)
    edges = np.stack(graph.to_edges()[:2], axis=1)
    peer = igraph.Graph(n=2000, edges=edges)
    theirs = [
        peer.community_leiden(objective_function="modularity", n_iterations=2).modularity
        for _ in range(9)
    ]
    ours = [leiden(graph, random_state=seed).quality for seed in range(9)]
    assert np.median(ours) >= np.median(theirs) - 0.001
    labels = leiden(graph, random_state=0).labels
    assert modularity(graph, labels) == pytest.approx(peer.modularity(labels), abs=1e-12)
