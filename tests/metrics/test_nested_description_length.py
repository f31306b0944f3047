"""Description lengths of hierarchies: sums over everything, definitions, bad input."""

from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.graph import Graph
from partwise.metrics import description_length, nested_description_length
from partwise.metrics._nested_description_length import nested_description_terms
from tests.oracles import block_models, nested_block_models
from tests.oracles.nested_block_models import hierarchies, random_levels


def graph_of(n, edges):
    src, dst, times = (np.array(x, np.int64) for x in zip(*edges, strict=True))
    return Graph.from_edges(np.stack((src, dst), 1), times, n_nodes=n)


def random_case(seed, bipartite):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 12))
    types = [0, 1, *rng.integers(0, 2, n - 2).tolist()] if bipartite else None
    edges = block_models.random_multigraph(rng, n, int(rng.integers(1, 20)), types)
    return rng, n, types, edges


# -- by hand


def test_four_nodes_two_blocks_one_on_top():
    edges = [(0, 1, 1), (2, 3, 1), (1, 2, 1)]
    found = nested_description_terms(
        graph_of(4, edges), [[0, 0, 1, 1], [0, 0]], degree_corrected=False
    )
    # the blocks have 3 ends each, one edge inside each and one between
    assert found.adjacency == pytest.approx(6 * log(2) - 2 * log(2))
    assert found.degree == 0
    # two blocks: 3 ways to be that big, 6 to be in them, 4 numbers of blocks; one: 2 numbers
    assert found.partitions == pytest.approx((log(3 * 6 * 4), log(2)))
    # 3 edges in 3 places
    assert found.edges == pytest.approx((log(10), 0))
    assert found.total == pytest.approx(sum([found.adjacency, log(72), log(2), log(10)]))
    assert found.to_dict()["total"] == found.total


# -- sums over everything


@pytest.mark.parametrize("degree_corrected", [True, False])
@pytest.mark.parametrize(("n", "n_edges", "n_levels"), [(3, 2, 2), (3, 1, 3)])
def test_probabilities_of_all_graphs_and_hierarchies_add_up_to_one(
    n, n_edges, n_levels, degree_corrected
):
    pairs = [(u, v) for v in range(n) for u in range(v + 1)]
    total = 0.0
    for edges in block_models.multigraphs(pairs, n_edges):
        graph = graph_of(n, edges)
        for levels in hierarchies(n, n_levels):
            total += exp(
                -nested_description_length(graph, levels, degree_corrected=degree_corrected)
            )
    assert total == pytest.approx(1, abs=1e-9)


def test_probabilities_of_all_bipartite_graphs_and_hierarchies_apart_by_type_add_up_to_one():
    n_a, n_b, n_edges = 2, 2, 3
    types = [0] * n_a + [1] * n_b
    pairs = [(u, n_a + v) for u in range(n_a) for v in range(n_b)]
    total = 0.0
    for edges in block_models.multigraphs(pairs, n_edges):
        graph = graph_of(n_a + n_b, edges)
        for left in hierarchies(n_a, 2):
            for right in hierarchies(n_b, 2):
                levels = [
                    [*a, *(max(a) + 1 + r for r in b)] for a, b in zip(left, right, strict=True)
                ]
                # blocks of the first type have the lower labels; other names are no other model
                total += exp(-nested_description_length(graph, levels, types=types))
    assert total == pytest.approx(1, abs=1e-9)


# -- definitions and invariants


@given(st.integers(0, 10**6), st.booleans(), st.booleans(), st.booleans())
def test_terms_are_those_of_the_definition(seed, bipartite, degree_corrected, ends):
    rng, n, types, edges = random_case(seed, bipartite)
    levels = random_levels(rng, n, types, ends)
    found = nested_description_length(
        graph_of(n, edges), levels, types=types, degree_corrected=degree_corrected
    )
    expected = nested_block_models.nested_description_length(
        n, edges, levels, types, degree_corrected
    )
    assert found == pytest.approx(expected, abs=1e-9)


@given(st.integers(0, 10**6), st.booleans(), st.booleans())
def test_one_more_level_of_a_single_block_adds_the_logarithm_of_the_blocks(
    seed, bipartite, degree_corrected
):
    rng, n, types, edges = random_case(seed, bipartite)
    labels = random_levels(rng, n, types)[0]
    n_blocks = max(labels) + 1
    graph = graph_of(n, edges)
    options = {"types": types, "degree_corrected": degree_corrected}
    flat = description_length(graph, labels, **options)
    alone = nested_description_length(graph, [labels], **options)
    topped = nested_description_length(graph, [labels, [0] * n_blocks], **options)
    assert alone == pytest.approx(flat, abs=1e-9)
    assert topped == pytest.approx(flat + log(n_blocks), abs=1e-9)


@given(st.integers(0, 10**6), st.booleans())
def test_names_of_blocks_do_not_matter(seed, bipartite):
    rng, n, types, edges = random_case(seed, bipartite)
    levels = [np.array(level) for level in random_levels(rng, n, types)]
    renamed, order = [], np.arange(n)
    for level in levels:
        names = rng.permutation(level.max() + 1)
        new = np.empty_like(level)
        new[order] = names[level]
        renamed.append(new)
        order = names
    graph = graph_of(n, edges)
    once, again = (nested_description_length(graph, x, types=types) for x in (levels, renamed))
    assert again == pytest.approx(once, abs=1e-9)


def test_a_level_more_above_one_block_costs_nothing():
    graph = graph_of(4, [(0, 1, 1), (2, 3, 1), (1, 2, 1)])
    levels = [[0, 0, 1, 1], [0, 0]]
    once = nested_description_length(graph, levels)
    assert nested_description_length(graph, [*levels, [0], [0]]) == pytest.approx(once)


def test_a_graph_without_edges_and_one_without_nodes():
    graph = Graph.from_edges(np.empty((0, 2), int), n_nodes=3)
    found = nested_description_terms(graph, [[0, 0, 1], [0, 0]])
    assert (found.adjacency, *found.edges) == pytest.approx((0, 0, 0), abs=1e-12)
    empty = Graph.from_edges(np.empty((0, 2), int), n_nodes=0)
    assert nested_description_length(empty, [[], []]) == 0


# -- bad input


@pytest.mark.parametrize(
    ("levels", "error", "message"),
    [
        ([], ValueError, "levels must hold the labels of one level at least"),
        ([[0, 0, 2]], ValueError, r"levels\[0\] must hold every label up to its largest, 2"),
        ([[0, 1]], ValueError, r"levels\[0\]: labels must have shape \(3,\)"),
        ([[0, 1, 1], [0]], ValueError, r"levels\[1\]: labels must have shape \(2,\)"),
        ([[0, 1, 1], [0.5, 0]], TypeError, r"levels\[1\]: labels must hold integers"),
    ],
)
def test_levels_that_are_no_hierarchy(levels, error, message):
    with pytest.raises(error, match=message):
        nested_description_length([(0, 1), (1, 2)], levels)


def test_blocks_of_nodes_of_both_types_are_refused():
    with pytest.raises(ValueError, match="node 0 and node 1"):
        nested_description_length([(0, 1)], [[0, 0], [0]], types=[0, 1])


def test_counts_are_exact_or_as_the_reference_has_them():
    with pytest.raises(ValueError, match="q_table must be"):
        nested_description_length([(0, 1)], [[0, 0]], q_table="none")
