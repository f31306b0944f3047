"""Description lengths: published values, sums over everything, definitions, bad input."""

from math import exp, log

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.graph import Graph
from partwise.metrics import description_length
from partwise.metrics._description_length import description_terms
from partwise.metrics._integer_partitions import EXACT_UP_TO, estimate, log_partitions
from tests.oracles import block_models as oracle

CASES = [(3, 2), (3, 3), (4, 2)]
BIPARTITE_CASES = [(2, 2, 3), (2, 3, 2)]


def simple(name):
    """A graph of networkx without its weights, and the kinds of its nodes if it is bipartite."""
    graph = getattr(nx, name)()
    for edge in graph.edges:
        graph.edges[edge].clear()
    kinds = [graph.nodes[u].get("bipartite", 0) for u in graph]
    return Graph.from_networkx(graph), np.array(kinds)


def graph_of(n, edges):
    src, dst, times = (np.array(x, np.int64) for x in zip(*edges, strict=True))
    return Graph.from_edges(np.stack((src, dst), 1), times, n_nodes=n)


# -- integer partitions


def test_partitions_of_the_first_integers_are_counted():
    n = np.arange(1, 11)
    whole = np.exp(log_partitions(n, n))
    assert whole == pytest.approx([1, 2, 3, 5, 7, 11, 15, 22, 30, 42], rel=1e-14)
    ten = np.exp(log_partitions(np.full(10, 10), n))
    assert ten == pytest.approx([1, 6, 14, 23, 30, 35, 38, 40, 41, 42], rel=1e-14)


def test_partitions_equal_enumeration():
    m, n = (x.ravel() for x in np.meshgrid(np.arange(41), np.arange(1, 41)))
    found = log_partitions(m, n)
    for a, b, q in zip(m.tolist(), n.tolist(), found.tolist(), strict=True):
        assert q == pytest.approx(log(oracle.integer_partitions(a, min(a, b))), abs=1e-12)


def test_the_reference_s_count_of_ten_is_sixteen():
    m = np.array([10, 10, 1, 0])
    assert np.exp(log_partitions(m, np.array([10, 1, 1, 1]), "reference")) == pytest.approx(
        [16, 1, 1, 1]
    )


def test_estimates_of_large_integers_are_near_to_counts():
    for m, limit in ((4000, 0.03), (EXACT_UP_TO, 0.02)):
        n = np.unique(np.geomspace(2, m, 40).astype(np.int64))
        counted = log_partitions(np.full(len(n), m), n)
        estimated = estimate(np.full(len(n), float(m)), n.astype(float))
        assert np.abs(counted - estimated).max() < limit
    hundred = log_partitions(np.array([4000]), np.array([100]))
    assert hundred == pytest.approx(143.282560, abs=1e-6)


def test_no_jump_where_estimates_begin():
    m = np.array([EXACT_UP_TO, EXACT_UP_TO + 1])
    for n in (3, 30, 300, 3000):
        below, above = log_partitions(m, np.full(2, n))
        slope = np.diff(log_partitions(m - 1, np.full(2, n)))[0]
        assert above - below == pytest.approx(slope, abs=0.02)


# -- published values


def test_southern_women_as_published_with_the_reference_s_table():
    graph, kinds = simple("davis_southern_women_graph")
    found = description_terms(graph, kinds, types=kinds, q_table="reference")
    assert found.adjacency == pytest.approx(108.99607644928, abs=1e-8)
    assert found.partition == pytest.approx(5.52942908751, abs=1e-8)
    assert found.degree == pytest.approx(77.19985608459, abs=1e-8)
    assert found.edges == 0
    assert found.total == pytest.approx(191.72536162138, abs=1e-8)


def test_southern_women_with_exact_counts():
    graph, kinds = simple("davis_southern_women_graph")
    bipartite = description_length(graph, kinds, types=kinds)
    assert bipartite == pytest.approx(192.18973645364, abs=1e-8)
    assert description_length(graph, kinds) == pytest.approx(221.84885, abs=1e-5)
    assert description_length(graph, 0 * kinds) == pytest.approx(253.21091, abs=1e-5)


@pytest.mark.parametrize(
    ("name", "corrected", "plain"),
    [
        ("karate_club_graph", 222.890131, 234.651472),
        ("les_miserables_graph", 787.613926, 878.766738),
    ],
)
def test_one_block_of_small_networks(name, corrected, plain):
    graph, kinds = simple(name)
    assert description_length(graph, kinds) == pytest.approx(corrected, abs=1e-6)
    without = description_length(graph, kinds, degree_corrected=False)
    assert without == pytest.approx(plain, abs=1e-6)


# -- sums over everything


@pytest.mark.parametrize("degree_corrected", [True, False])
@pytest.mark.parametrize(("n", "n_edges"), CASES)
def test_probabilities_of_all_graphs_and_partitions_add_up_to_one(n, n_edges, degree_corrected):
    pairs = [(u, v) for v in range(n) for u in range(v + 1)]
    total = 0.0
    for edges in oracle.multigraphs(pairs, n_edges):
        graph = graph_of(n, edges)
        for labels in oracle.surjections(n):
            total += exp(-description_length(graph, labels, degree_corrected=degree_corrected))
    assert total == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("degree_corrected", [True, False])
@pytest.mark.parametrize(("n_a", "n_b", "n_edges"), BIPARTITE_CASES)
def test_probabilities_of_all_bipartite_graphs_add_up_to_one(n_a, n_b, n_edges, degree_corrected):
    types = [0] * n_a + [1] * n_b
    pairs = [(u, n_a + v) for u in range(n_a) for v in range(n_b)]
    total = 0.0
    for edges in oracle.multigraphs(pairs, n_edges):
        graph = graph_of(n_a + n_b, edges)
        for left in oracle.surjections(n_a):
            for right in oracle.surjections(n_b, 10):
                found = description_length(
                    graph, left + right, types=types, degree_corrected=degree_corrected
                )
                total += exp(-found)
    assert total == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(("n", "n_edges", "expected"), [(3, 2, 1.528), (3, 3, 1.444), (4, 2, 1.74)])
def test_the_reference_s_table_makes_no_probabilities(n, n_edges, expected):
    pairs = [(u, v) for v in range(n) for u in range(v + 1)]
    total = sum(
        exp(-description_length(graph_of(n, edges), labels, q_table="reference"))
        for edges in oracle.multigraphs(pairs, n_edges)
        for labels in oracle.surjections(n)
    )
    assert total == pytest.approx(expected, abs=1e-3)


# -- definitions and invariants


@given(st.integers(0, 10**6), st.booleans(), st.booleans(), st.booleans())
def test_terms_are_those_of_the_definition(seed, bipartite, degree_corrected, general):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 9))
    types = [0, 1, *rng.integers(0, 2, n - 2).tolist()] if bipartite else None
    edges = oracle.random_multigraph(rng, n, int(rng.integers(1, 14)), types)
    labels = rng.integers(0, 4, n) + (0 if types is None else 5 * np.array(types))
    found = description_terms(
        graph_of(n, edges),
        labels,
        types=types,
        degree_corrected=degree_corrected,
        edge_prior="general" if general else "auto",
    )
    expected = oracle.description_terms(n, edges, labels, types, degree_corrected, general)
    terms = (found.adjacency, found.partition, found.degree, found.edges)
    assert terms == pytest.approx(expected, abs=1e-9)
    assert found.total == pytest.approx(sum(expected))
    assert found.to_dict()["total"] == found.total


@given(st.integers(0, 10**6), st.booleans())
def test_names_of_blocks_and_order_of_nodes_do_not_matter(seed, degree_corrected):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 30))
    edges = oracle.random_multigraph(rng, n, int(rng.integers(1, 80)))
    labels = rng.integers(0, 5, n)
    once = description_length(graph_of(n, edges), labels, degree_corrected=degree_corrected)
    order = rng.permutation(n)
    moved = [(int(order[u]), int(order[v]), times) for u, v, times in edges]
    renamed = np.empty(n, int)
    renamed[order] = rng.permutation(50)[labels]
    again = description_length(graph_of(n, moved), renamed, degree_corrected=degree_corrected)
    assert again == pytest.approx(once, rel=1e-12)


def test_a_prior_for_bipartite_graphs_changes_two_terms_only():
    graph, kinds = simple("davis_southern_women_graph")
    labels = 2 * kinds + np.arange(len(kinds)) % 2
    with_types = description_terms(graph, labels, types=kinds)
    general = description_terms(graph, labels)
    assert with_types.adjacency == pytest.approx(general.adjacency, abs=1e-9)
    assert with_types.degree == pytest.approx(general.degree, abs=1e-9)
    assert with_types.edges < general.edges
    assert with_types.partition < general.partition


def test_every_node_a_block_leaves_nothing_to_say_of_a_simple_graph():
    graph, _ = simple("karate_club_graph")
    found = description_terms(graph, np.arange(34))
    assert found.adjacency == pytest.approx(0, abs=1e-9)
    assert found.degree == pytest.approx(0, abs=1e-9)


def test_a_graph_without_edges_needs_its_partition_only():
    graph = Graph.from_edges(np.empty((0, 2), int), n_nodes=5)
    found = description_terms(graph, [0, 0, 1, 1, 1])
    assert (found.adjacency, found.edges) == pytest.approx((0, 0), abs=1e-12)
    assert found.total == pytest.approx(
        oracle.description_terms(5, [], [0, 0, 1, 1, 1])[1], abs=1e-12
    )
    assert description_length(Graph.from_edges(np.empty((0, 2), int), n_nodes=0), []) == 0


def test_parallel_edges_and_weights_are_the_same():
    pairs = [(0, 1), (0, 1), (1, 2), (2, 2), (2, 2)]
    parallel = Graph.from_edges(pairs, np.ones(5, np.int64))
    weighted = Graph.from_edges([(0, 1), (1, 2), (2, 2)], [2, 1, 2])
    labels = [0, 1, 1]
    assert description_length(parallel, labels) == description_length(weighted, labels)


# -- bad input


def test_an_edge_inside_a_type_is_named():
    with pytest.raises(ValueError, match=r"not bipartite: edge \(1, 2\)"):
        description_length([(0, 1), (1, 2)], [0, 1, 2], types=[0, 1, 1])


def test_one_type_is_refused():
    with pytest.raises(ValueError, match="types must hold two different values, got 1"):
        description_length([(0, 1)], [0, 1], types=["a", "a"])


def test_types_may_be_text():
    found = description_length([(0, 1)], [0, 1], types=["user", "item"])
    assert found == description_length([(0, 1)], [0, 1], types=[0, 1])


def test_a_block_of_both_types_is_refused():
    with pytest.raises(ValueError, match="node 0 and node 1"):
        description_length([(0, 1)], [0, 0], types=[0, 1])


def test_weights_that_are_not_whole_are_refused():
    graph = Graph.from_edges([(0, 1)], [1.5])
    with pytest.raises(TypeError, match="edge weights must be integers"):
        description_length(graph, [0, 1])


def test_directed_graphs_are_refused():
    graph = Graph.from_edges([(0, 1)], directed=True)
    with pytest.raises(ValueError, match="undirected"):
        description_length(graph, [0, 1])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"edge_prior": "bipartite"}, "needs types"),
        ({"edge_prior": "none"}, "edge_prior must be one of"),
        ({"q_table": "none"}, "q_table must be"),
    ],
)
def test_options_that_make_no_sense(options, message):
    with pytest.raises(ValueError, match=message):
        description_length([(0, 1)], [0, 1], **options)
