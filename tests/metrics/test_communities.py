"""Quality of communities: cases by hand, plain references, networkx and igraph."""

import itertools
import json

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.graph import Graph
from partwise.graph._spectrum import DENSE_BELOW
from partwise.graph.generators import grid_graph, planted_partition_graph
from partwise.metrics import (
    bipartite_modularity,
    community_report,
    conductance,
    coverage,
    cpm_score,
    expansion,
    modularity,
    normalized_cut,
    normalized_cut_bound,
    rb_er_score,
)

TRIANGLES = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (2, 3)]
HALVES = [0, 0, 0, 1, 1, 1]


@st.composite
def clustered(draw, max_nodes=10, max_clusters=4, directed=None):
    """Draw n, distinct weighted edges (self-loops too), labels, node weights, directedness."""
    n = draw(st.integers(1, max_nodes))
    directed = draw(st.booleans()) if directed is None else directed
    node = st.integers(0, n - 1)
    pairs = draw(st.lists(st.tuples(node, node), max_size=3 * n))
    if not directed:
        pairs = [(min(pair), max(pair)) for pair in pairs]
    edges = [(*pair, draw(st.integers(1, 9))) for pair in sorted(set(pairs))]
    labels = draw(st.lists(st.integers(0, max_clusters - 1), min_size=n, max_size=n))
    node_weights = draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))
    return n, edges, labels, node_weights, directed


def build(n, edges, directed, dtype=np.int64, node_weights=None):
    pairs = np.array([edge[:2] for edge in edges], np.int64).reshape(-1, 2)
    weights = np.array([edge[2] for edge in edges], dtype)
    return Graph.from_edges(pairs, weights, n_nodes=n, directed=directed, node_weights=node_weights)


# -- by hand ---------------------------------------------------------------------------------------


def test_two_triangles_by_hand():
    assert modularity(TRIANGLES, HALVES) == pytest.approx(6 / 7 - 2 / 4)
    assert modularity(TRIANGLES, HALVES, resolution=2) == pytest.approx(6 / 7 - 1)
    assert modularity(TRIANGLES, [0] * 6) == 0.0
    assert cpm_score(TRIANGLES, HALVES, resolution=0.5) == 6 - 0.5 * 6
    assert rb_er_score(TRIANGLES, HALVES) == pytest.approx(6 - 7 / 15 * 6)
    assert conductance(TRIANGLES, HALVES).tolist() == [1 / 7, 1 / 7]
    assert expansion(TRIANGLES, HALVES).tolist() == [1 / 3, 1 / 3]
    assert coverage(TRIANGLES, HALVES) == 6 / 7
    assert normalized_cut(TRIANGLES, HALVES) == 2 / 7


def test_a_self_loop_counts_once_inside_and_twice_in_the_degree():
    # Edge 0-1 and a loop of weight 3 at 0: m = 4, d = (7, 1).
    graph = Graph.from_edges([(0, 1), (0, 0)], [1, 3])
    assert modularity(graph, [0, 1]) == pytest.approx(3 / 4 - (7 / 8) ** 2 - (1 / 8) ** 2)
    # In volumes it counts once: cut 1, volumes 4 and 1.
    assert conductance(graph, [0, 1]).tolist() == [1.0, 1.0]
    assert normalized_cut(graph, [0, 1]) == 1 / 4 + 1


def test_a_directed_cycle_of_two_arcs_by_hand():
    graph = Graph.from_edges([(0, 1), (1, 2)], directed=True)
    # m = 2; community {0, 1}: e = 1, out = 2, in = 1; {2}: out = 0.
    assert modularity(graph, [0, 0, 1]) == 1 / 2 - 2 / 4


def test_noise_is_a_cluster_or_none_or_singletons():
    labels = [0, 0, 0, -1, -1, -1]
    assert modularity(TRIANGLES, labels) == modularity(TRIANGLES, HALVES)
    alone = modularity(TRIANGLES, [0, 0, 0, 1, 2, 3])
    assert modularity(TRIANGLES, labels, noise="singletons") == pytest.approx(alone)
    assert modularity(TRIANGLES, labels, noise="exclude") == 3 / 7 - 1 / 4
    assert coverage(TRIANGLES, labels, noise="exclude") == 3 / 7
    assert conductance(TRIANGLES, labels, noise="exclude").tolist() == [1 / 7]
    assert len(conductance(TRIANGLES, labels, noise="singletons")) == 4
    report = community_report(TRIANGLES, labels, noise="exclude")
    assert (report.n_communities, report.sizes.tolist()) == (1, [3])
    assert expansion(TRIANGLES, labels, noise="exclude").tolist() == [1 / 3]


# -- plain references ------------------------------------------------------------------------------


@given(clustered(), st.sampled_from([0.0, 0.7, 1.0, 2.5]), st.sampled_from([np.int64, np.float64]))
def test_modularity_is_the_sum_over_pairs(oracles, case, gamma, dtype):
    n, edges, labels, _, directed = case
    found = modularity(build(n, edges, directed, dtype), labels, resolution=gamma)
    plain = oracles.communities.modularity(edges, n, labels, directed, gamma)
    assert found == pytest.approx(plain, abs=1e-12)


@given(clustered())
def test_potts_scores_count_pairs(oracles, case):
    n, edges, labels, sizes, directed = case
    graph = build(n, edges, directed, node_weights=sizes)
    plain = oracles.communities.potts(edges, labels, sizes, directed, 0.3)
    assert cpm_score(graph, labels, resolution=0.3) == pytest.approx(plain, abs=1e-9)
    pairs = sum(sizes) * (sum(sizes) - 1) / (1 if directed else 2)
    density = sum(w for *_, w in edges) / pairs if pairs > 0 else 0.0
    plain = oracles.communities.potts(edges, labels, sizes, directed, 0.3 * density)
    assert rb_er_score(graph, labels, resolution=0.3) == pytest.approx(plain, abs=1e-9)


@given(clustered(max_nodes=5), clustered(max_nodes=5), st.data())
def test_barber_modularity_is_the_sum_over_red_and_blue_pairs(oracles, one, other, data):
    red, blue = one[0], other[0]
    n = red + blue
    pairs = [(u, red + v) for u in range(red) for v in range(blue)]
    kept = data.draw(st.lists(st.sampled_from(pairs), min_size=1, unique=True))
    edges = [(u, v, data.draw(st.integers(1, 5))) for u, v in kept]
    labels = one[2] + other[2]
    sides = [0] * red + [1] * blue
    graph = build(n, edges, False)
    plain = oracles.communities.barber(edges, n, labels, sides)
    assert bipartite_modularity(graph, labels, sides) == pytest.approx(plain, abs=1e-12)
    swapped = [1 - side for side in sides]
    assert bipartite_modularity(graph, labels, swapped) == pytest.approx(plain, abs=1e-12)


@given(clustered())
def test_conductance_expansion_and_cuts_are_those_of_sets(oracles, case):
    n, edges, labels, _, directed = case
    graph = build(n, edges, directed)
    phi, h = conductance(graph, labels), expansion(graph, labels)
    ncut = 0.0
    for c in range(max(labels) + 1):
        members = {u for u in range(n) if labels[u] == c}
        cut, inside, outside = oracles.communities.cut_and_volume(edges, members, directed)
        smaller = min(inside, outside)
        assert phi[c] == (cut / smaller if smaller else 1.0)
        fewer = min(len(members), n - len(members))
        assert h[c] == (cut / fewer if fewer else np.inf)
        ncut += cut / inside if inside else 0.0
        mask = [label == c for label in labels]
        assert conductance(graph, mask) == phi[c]
        assert expansion(graph, mask) == h[c]
    assert normalized_cut(graph, labels) == pytest.approx(ncut)
    total = sum(w for *_, w in edges)
    inside = sum(w for u, v, w in edges if labels[u] == labels[v])
    assert coverage(graph, labels) == (inside / total if total else 1.0)


# -- invariants ------------------------------------------------------------------------------------


@given(clustered(), st.randoms(use_true_random=False))
def test_names_of_communities_and_order_of_nodes_do_not_matter(case, random):
    n, edges, labels, _, directed = case
    names = random.sample(range(100), 4)
    place = random.sample(range(n), n)
    moved = [(place[u], place[v], w) for u, v, w in edges]
    renamed = [0] * n
    for u in range(n):
        renamed[place[u]] = names[labels[u]]
    one, other = build(n, edges, directed), build(n, moved, directed)
    for score in (modularity, coverage, normalized_cut, cpm_score, rb_er_score):
        assert score(one, labels) == pytest.approx(score(other, renamed), abs=1e-12)


@given(clustered(), st.integers(1, 1000))
def test_modularity_and_conductance_do_not_depend_on_the_unit_of_weight(case, factor):
    n, edges, labels, _, directed = case
    scaled = [(u, v, w * factor) for u, v, w in edges]
    one, other = build(n, edges, directed), build(n, scaled, directed)
    assert modularity(one, labels) == pytest.approx(modularity(other, labels), abs=1e-12)
    assert conductance(one, labels) == pytest.approx(conductance(other, labels))


@given(clustered())
def test_the_arcs_of_both_directions_have_the_modularity_of_the_edges(case):
    n, edges, labels, _, _ = case
    edges = [(min(u, v), max(u, v), w) for u, v, w in edges if u != v]
    both = edges + [(v, u, w) for u, v, w in edges]
    undirected, directed = build(n, edges, False), build(n, both, True)
    assert modularity(undirected, labels) == pytest.approx(modularity(directed, labels), abs=1e-12)


# -- the eigenvalue bound --------------------------------------------------------------------------


@given(clustered(max_nodes=7, directed=False))
def test_no_clustering_is_below_the_bound_and_the_bound_is_the_spectrum(oracles, case):
    n, edges, *_ = case
    graph = build(n, edges, False)
    values = np.linalg.eigvalsh(oracles.communities.normalized_laplacian(edges, n))
    bounds = {k: normalized_cut_bound(graph, k) for k in range(1, n + 1)}
    for k, bound in bounds.items():
        assert bound == pytest.approx(values[:k].sum(), abs=1e-8)
    for labels in itertools.islice(itertools.product(range(3), repeat=n), 300):
        used = len(set(labels))
        assert normalized_cut(graph, list(labels)) >= bounds[used] - 1e-8


def test_the_bound_of_a_large_graph_is_that_of_the_dense_matrix():
    # Two equal grids (every eigenvalue twice), a third with weights, and isolated nodes.
    grid = np.column_stack(grid_graph((15, 16)).to_edges()[:2])
    weights = np.random.default_rng(0).integers(1, 5, len(grid))
    edges = [(*e, 1) for e in grid] + [(*(e + 240), 1) for e in grid]
    edges += [(*(e + 480), w) for e, w in zip(grid, weights)]
    graph = build(730, edges, False)
    assert graph.n_nodes > DENSE_BELOW
    matrix = graph.to_scipy(float).toarray()
    degree = matrix.sum(axis=1)
    root = np.sqrt(np.where(degree > 0, degree, 1))
    values = np.linalg.eigvalsh(np.diag((degree > 0) * 1.0) - matrix / np.outer(root, root))
    assert normalized_cut_bound(graph, 13) == 0.0  # three grids and ten isolated nodes
    for k in (14, 16, 20, 30):
        assert normalized_cut_bound(graph, k) == pytest.approx(values[:k].sum(), abs=1e-8)


def test_planted_blocks_are_near_the_bound():
    graph = planted_partition_graph(4, 150, 0.3, 0.001, random_state=0)
    labels = np.repeat(np.arange(4), 150)
    bound, ncut = normalized_cut_bound(graph, 4), normalized_cut(graph, labels)
    assert bound <= ncut <= 1.2 * bound


# -- other packages --------------------------------------------------------------------------------


@pytest.mark.parametrize("source", [nx.karate_club_graph, nx.les_miserables_graph])
@pytest.mark.parametrize("resolution", [0.5, 1.0, 1.7])
def test_equal_to_networkx(source, resolution):
    network = source()
    graph = Graph.from_networkx(network)
    labels = np.random.default_rng(1).integers(0, 5, graph.n_nodes)
    nodes = list(network)
    sets = [{nodes[u] for u in np.flatnonzero(labels == c)} for c in range(5)]
    theirs = nx.community.modularity(network, sets, resolution=resolution)
    assert modularity(graph, labels, resolution=resolution) == pytest.approx(theirs, abs=1e-12)
    phi = conductance(graph, labels)
    for c, members in enumerate(sets):
        assert phi[c] == pytest.approx(nx.conductance(network, members, weight="weight"))
    coverage_, _ = nx.community.partition_quality(
        nx.Graph(network.edges) if not network.is_multigraph() else network, sets
    )
    assert coverage(Graph.from_networkx(network, weight=None), labels) == pytest.approx(coverage_)


@given(clustered())
def test_directed_and_loops_equal_to_networkx(case):
    n, edges, labels, _, directed = case
    if not edges:
        return
    network = nx.DiGraph() if directed else nx.Graph()
    network.add_nodes_from(range(n))
    network.add_weighted_edges_from(edges)
    sets = [{u for u in range(n) if labels[u] == c} for c in set(labels)]
    theirs = nx.community.modularity(network, sets)
    assert modularity(build(n, edges, directed), labels) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.peer
@given(clustered())
def test_equal_to_igraph(case):
    igraph = pytest.importorskip("igraph")
    n, edges, labels, _, directed = case
    if not edges:
        return
    peer = igraph.Graph(n, [e[:2] for e in edges], directed=directed)
    weights = [float(w) for *_, w in edges]
    theirs = peer.modularity(labels, weights=weights, resolution=1.3, directed=directed)
    graph = build(n, edges, directed)
    assert modularity(graph, labels, resolution=1.3) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.peer
@pytest.mark.parametrize("directed", [False, True])
def test_potts_scores_equal_to_leidenalg(directed):
    igraph, leidenalg = pytest.importorskip("igraph"), pytest.importorskip("leidenalg")
    generator = np.random.default_rng(3)
    pairs = {(u, v) for u, v in generator.integers(0, 20, (80, 2)).tolist() if u < v}
    edges = [(*pair, int(w)) for pair, w in zip(sorted(pairs), generator.integers(1, 9, 80))]
    labels = generator.integers(0, 4, 20).tolist()
    peer = igraph.Graph(20, [e[:2] for e in edges], directed=directed)
    weights = [w for *_, w in edges]
    graph = build(20, edges, directed)
    twice = 1 if directed else 2
    for kind, score in (
        (leidenalg.CPMVertexPartition, cpm_score),
        (leidenalg.RBERVertexPartition, rb_er_score),
    ):
        theirs = kind(peer, labels, weights=weights, resolution_parameter=0.4).quality() / twice
        assert score(graph, labels, resolution=0.4) == pytest.approx(theirs, rel=1e-9)


# -- degenerate and bad input ----------------------------------------------------------------------


def test_graphs_without_edges_or_nodes():
    for n in (0, 3):
        graph = Graph.from_edges(np.zeros((0, 2), int), n_nodes=n)
        labels = np.arange(n)
        assert modularity(graph, labels) == 0.0
        assert bipartite_modularity(graph, labels, np.zeros(n, int)) == 0.0
        assert cpm_score(graph, labels) == rb_er_score(graph, labels) == 0.0
        assert coverage(graph, labels) == 1.0
        assert normalized_cut(graph, labels) == 0.0
        assert conductance(graph, labels).tolist() == [1.0] * n
        assert community_report(graph, labels).n_communities == n
    assert normalized_cut_bound(graph, 3) == 0.0


def test_huge_label_numbers_take_no_memory():
    labels = [0, 0, 0, 2 * 10**9, 2 * 10**9, 2 * 10**9]
    assert modularity(TRIANGLES, labels) == modularity(TRIANGLES, HALVES)
    sides = [0, 1, 0, 1]
    path = [(0, 1), (1, 2), (2, 3)]
    far = bipartite_modularity(path, [5, 5, 2 * 10**9, 2 * 10**9], sides)
    assert far == bipartite_modularity(path, [0, 0, 1, 1], sides)


def test_report():
    # The path 0-1-2-3: its ends together leave by 2 edges, volumes 2 and 4; the middle too.
    report = community_report([(0, 1), (1, 2), (2, 3)], [0, 1, 1, 0])
    assert report.n_disconnected == 1
    assert report.to_dict() == json.loads(json.dumps(report.to_dict()))
    assert report.to_dict()["conductances"] == [2 / 2, 2 / 2]
    assert report.modularity == modularity([(0, 1), (1, 2), (2, 3)], [0, 1, 1, 0])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: modularity(TRIANGLES, [0, 1]), ValueError, r"labels must have shape \(6,\)"),
        (lambda: modularity(TRIANGLES, [0.0] * 6), TypeError, "labels must hold integers"),
        (lambda: modularity(TRIANGLES, [0, 0, 0, -2, 1, 1]), ValueError, "labels holds -2 at"),
        (lambda: modularity(TRIANGLES, HALVES, resolution=-1), ValueError, "resolution.*got -1"),
        (lambda: modularity(TRIANGLES, HALVES, resolution=np.nan), ValueError, "resolution.*nan"),
        (lambda: cpm_score(TRIANGLES, HALVES, resolution="1"), TypeError, "resolution must be"),
        (lambda: coverage(TRIANGLES, HALVES, noise="drop"), ValueError, "noise must be one of"),
        (lambda: normalized_cut_bound(TRIANGLES, 7), ValueError, "k must be at most.*6, got 7"),
        (lambda: normalized_cut_bound(TRIANGLES, 0), ValueError, "k must be at least 1"),
        (
            lambda: bipartite_modularity(TRIANGLES, HALVES, HALVES),
            ValueError,
            r"not bipartite: edge \(0, 1\)",
        ),
        (
            lambda: bipartite_modularity([(0, 1)], [0, 0], [0, 1, 2]),
            ValueError,
            r"sides must have shape \(2,\)",
        ),
        (
            lambda: bipartite_modularity(Graph.from_edges([(0, 1)], directed=True), [0, 0], [0, 1]),
            ValueError,
            "undirected",
        ),
        (lambda: modularity(np.array([[0, -1], [-1, 0]]), [0, 0]), ValueError, "non-negative"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
