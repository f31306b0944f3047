"""Fits of nested block models: exact changes, published values, planted hierarchies, bad input."""

from math import log

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from partwise.graph import Graph
from partwise.kernels.rng import seed_state
from partwise.metrics import (
    adjusted_rand_index,
    description_length,
    nested_description_length,
)
from partwise.sbm import NestedSBM, fit_nested_sbm, fit_sbm
from partwise.sbm._hierarchy import cost_above, improve, read_levels
from partwise.sbm._kernels.blocks import gather, move_node, release, take_idle
from partwise.sbm._kernels.gains import gain_of_merge, gain_of_move, total_cost
from partwise.sbm._kernels.groups import move_item
from partwise.sbm._kernels.nested_annealing import anneal_nested
from partwise.sbm._nested_search import _items, make_nested
from partwise.sbm._problem import Model, make_blocks, pose
from tests.oracles import block_models
from tests.oracles.nested_block_models import random_levels

SWEEPS = 100


def graph_of(n, edges):
    src, dst, times = (np.array(x, np.int64) for x in zip(*edges, strict=True))
    return Graph.from_edges(np.stack((src, dst), 1), times, n_nodes=n)


class Case:
    """A random multigraph with random levels, and the state of a fit of it."""

    def __init__(self, seed, bipartite, degree_corrected, n_edges=40):
        self.rng = rng = np.random.default_rng(seed)
        n = int(rng.integers(2, 14))
        self.types = [0, 1, *rng.integers(0, 2, n - 2).tolist()] if bipartite else None
        edges = block_models.random_multigraph(rng, n, int(rng.integers(1, n_edges)), self.types)
        self.graph, self.corrected, self.n = graph_of(n, edges), degree_corrected, n
        self.levels = [np.array(x, np.int32) for x in random_levels(rng, n, self.types)]
        self.problem, self.model = pose(self.graph, self.types), Model(degree_corrected)
        self.blocks = make_nested(self.problem, self.model, self.levels, n + 3)

    def current(self, labels=None):
        """The description length of the state, by definition."""
        labels = self.blocks.label if labels is None else labels
        names, bottom = np.unique(labels, return_inverse=True)
        levels = [bottom, *read_levels(self.blocks.upper.parent, names)]
        return nested_description_length(
            self.graph, levels, types=self.types, degree_corrected=self.corrected
        )

    def others(self, r):
        """Blocks of the kind of block r."""
        blocks = self.blocks
        alike = (blocks.size > 0) & (blocks.kind == blocks.kind[r])
        alike[r] = False
        return np.flatnonzero(alike)

    def move_any_node(self):
        """Move a node to another block, or to a new one; return the change by the kernel."""
        blocks, i = self.blocks, int(self.rng.integers(self.n))
        r = int(blocks.label[i])
        choice = self.others(r)
        fresh = blocks.size[r] > 1 and (choice.size == 0 or self.rng.random() < 0.3)
        if not fresh and choice.size == 0:
            return 0.0
        s = take_idle(blocks, r) if fresh else int(self.rng.choice(choice))
        count = gather(blocks, i)
        gain = gain_of_move(blocks, i, s, count)
        move_node(blocks, i, s, count)
        release(blocks, count)
        return gain

    def move_any_item(self):
        """Move a block of some level to another group, or to a new one; return the change."""
        blocks, upper, rng = self.blocks, self.blocks.upper, self.rng
        last = len(upper.edges) - 1
        if last == 0:
            return 0.0
        level = int(rng.integers(last))
        below, alive, kinds = blocks.edges, blocks.size, blocks.kind
        if level > 0:
            below, alive, kinds = (a[level - 1] for a in (upper.edges, upper.size, upper.kind))
        x = int(rng.choice(np.flatnonzero(alive > 0)))
        r = upper.parent[level, x]
        choice = np.flatnonzero((upper.size[level] > 0) & (upper.kind[level] == kinds[x]))
        choice = choice[choice != r]
        if choice.size and rng.random() < 0.7:
            s = int(rng.choice(choice))
        else:
            s = int(np.argmax(upper.size[level] == 0))
            upper.kind[level, s] = kinds[x]
            upper.parent[level + 1, s] = upper.parent[level + 1, r]
        return move_item(upper, below, level, x, s)


# -- exact changes


@settings(deadline=None)
@given(st.integers(0, 10**6), st.booleans(), st.booleans())
def test_change_of_a_move_at_any_level_equals_recomputation(seed, bipartite, degree_corrected):
    case = Case(seed, bipartite, degree_corrected)
    cost, start = total_cost(case.blocks), case.current()
    first = cost
    for _ in range(8):
        cost += case.move_any_node() + case.move_any_item()
        assert total_cost(case.blocks) == pytest.approx(cost, abs=1e-8)
        assert case.current() - start == pytest.approx(cost - first, abs=1e-8)


@settings(deadline=None)
@given(st.integers(0, 10**6), st.booleans(), st.booleans())
def test_change_of_a_merge_equals_recomputation_and_leaves_the_state(
    seed, bipartite, degree_corrected
):
    case = Case(seed, bipartite, degree_corrected)
    blocks = case.blocks
    before = total_cost(blocks)
    for r in np.flatnonzero(blocks.size > 0):
        for s in case.others(r)[:3]:
            gain = gain_of_merge(blocks, int(r), int(s))
            merged = np.where(blocks.label == r, s, blocks.label)
            assert case.current(merged) - case.current() == pytest.approx(gain, abs=1e-8)
    assert total_cost(blocks) == pytest.approx(before, abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.booleans(), st.booleans())
def test_annealing_keeps_the_books_and_the_best(seed, bipartite, degree_corrected):
    case = Case(seed, bipartite, degree_corrected)
    blocks, n = case.blocks, case.n
    width = blocks.upper.parent.shape[1]
    best_label, best_parent = blocks.label.copy(), blocks.upper.parent.copy()
    tally = np.zeros((2, 2), np.int64)
    first = total_cost(blocks)
    offset = case.current() - first
    cost, best, _ = anneal_nested(
        blocks, seed_state(seed), np.array([0.3, 1.0, 3.0, np.inf]), 4, 1.0, 0.1, first, first,
        best_label, best_parent, np.arange(n, dtype=np.int32), np.zeros((2, n), np.int32),
        np.zeros((4, width), np.int32), np.zeros(width), tally, tally.copy(),
    )  # fmt: skip
    assert total_cost(blocks) == pytest.approx(cost, abs=1e-8)
    assert case.current() == pytest.approx(cost + offset, abs=1e-8)
    assert best <= min(first, cost) + 1e-9
    assert not blocks.upper.toward.any()


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6), st.booleans())
def test_mended_levels_are_never_worse(seed, bipartite):
    case = Case(seed, bipartite, True)
    bottom, *above = case.levels
    plain = make_blocks(case.problem, case.model, bottom)
    items = _items(case.problem, plain, int(bottom.max()) + 1)
    mended, cost = improve(items, above, seed_state(seed))
    assert cost <= cost_above(items, above) + 1e-9
    assert cost == pytest.approx(cost_above(items, mended), abs=1e-9)
    total = nested_description_length(case.graph, [bottom, *mended], types=case.types)
    assert total - case.current() == pytest.approx(cost - cost_above(items, above), abs=1e-8)


# -- fits


def planted(group, n_groups, inside, between, seed):
    sizes = [group] * n_groups
    chances = np.full((n_groups, n_groups), between)
    np.fill_diagonal(chances, inside)
    graph = nx.stochastic_block_model(sizes, chances, seed=seed)
    return Graph.from_edges(list(graph.edges), n_nodes=graph.number_of_nodes())


def test_levels_form_a_hierarchy_and_its_length_is_that_of_the_definition():
    graph = planted(12, 6, 0.7, 0.05, 1)
    found = fit_nested_sbm(graph, random_state=0, n_sweeps=SWEEPS)
    assert found.labels is found.levels[0]
    assert found.n_blocks == found.n_blocks_by_level[0] == found.labels.max() + 1
    for count, below, level in zip(
        found.n_blocks_by_level, (72, *found.n_blocks_by_level), found.levels, strict=False
    ):
        assert level.dtype == np.int32
        assert level.shape == (below,)
        assert np.unique(level).tolist() == list(range(count))
    assert found.n_blocks_by_level[-1] == 1
    recomputed = nested_description_length(graph, found.levels)
    assert found.description_length == pytest.approx(recomputed, rel=1e-12)
    assert found.trace[-1] == pytest.approx(recomputed, abs=1e-6)
    assert (np.diff(found.trace) <= 1e-9).all()
    assert found.labels_at(-1).tolist() == [0] * 72
    assert found.labels_at(0).tolist() == found.labels.tolist()
    assert found.to_dict(labels=True)["labels"] == found.labels.tolist()
    with pytest.raises(ValueError, match="level must be from"):
        found.labels_at(len(found.levels))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("degree_corrected", [True, False])
def test_never_longer_than_the_flat_fit_with_one_block_on_top(seed, degree_corrected):
    graph = Graph.from_edges(list(nx.gnm_random_graph(40, 90, seed=seed).edges), n_nodes=40)
    options = {"degree_corrected": degree_corrected, "random_state": seed, "n_sweeps": 30}
    flat = fit_sbm(graph, **options)
    nested = fit_nested_sbm(graph, **options)
    assert nested.description_length <= flat.description_length + log(flat.n_blocks) + 1e-9


def season():
    """A graph like that of a season of college football: conferences and games between them."""
    rng = np.random.default_rng(5)
    conference = np.repeat(np.arange(12), 10)
    chances = np.where(conference[:, None] == conference, 0.8, 0.02)
    upper = np.triu(rng.random((120, 120)) < chances, 1)
    return Graph.from_edges(np.argwhere(upper), n_nodes=120), conference


def test_conferences_are_found_from_every_seed():
    graph, conference = season()
    truth = nested_description_length(graph, [conference, np.zeros(12, int)])
    found = [fit_nested_sbm(graph, random_state=seed, n_sweeps=SWEEPS) for seed in range(3)]
    for each in found:
        assert each.description_length <= truth + 1e-9
        assert adjusted_rand_index(each.labels, conference) > 0.95
    lengths = [each.description_length for each in found]
    assert max(lengths) - min(lengths) < 1e-6


@pytest.mark.parametrize(
    ("name", "degree_corrected", "flat", "n_blocks"),
    [
        ("karate_club_graph", True, 222.890131, 1),
        ("karate_club_graph", False, 215.329714, 2),
        ("les_miserables_graph", True, 698.768119, 7),
        ("les_miserables_graph", False, 688.716031, 8),
    ],
)
def test_at_most_the_best_known_flat_lengths_with_one_block_on_top(
    name, degree_corrected, flat, n_blocks
):
    network = nx.convert_node_labels_to_integers(getattr(nx, name)())
    graph = Graph.from_edges(list(network.edges()), n_nodes=network.number_of_nodes())
    found = fit_nested_sbm(graph, degree_corrected=degree_corrected, random_state=0)
    assert found.description_length <= flat + log(n_blocks) + 1e-5


def test_a_planted_hierarchy_is_found_with_its_middle_level():
    # 4 groups of 4 groups of 20 nodes
    rng = np.random.default_rng(2)
    fine = np.repeat(np.arange(16), 20)
    coarse = fine // 4
    inside = np.where(coarse[:, None] == coarse, 0.12, 0.006)
    chances = np.where(fine[:, None] == fine, 0.8, inside)
    graph = Graph.from_edges(
        np.argwhere(np.triu(rng.random(chances.shape) < chances, 1)), n_nodes=320
    )
    found = fit_nested_sbm(graph, random_state=0, n_sweeps=30)
    assert adjusted_rand_index(found.labels, fine) == pytest.approx(1)
    assert 4 in found.n_blocks_by_level
    middle = found.labels_at(found.n_blocks_by_level.index(4))
    assert adjusted_rand_index(middle, coarse) == pytest.approx(1)
    truth = nested_description_length(graph, [fine, np.arange(16) // 4, [0] * 4])
    assert found.description_length <= truth + 1e-9


def test_smaller_blocks_than_the_flat_model_can_tell():
    # as many cliques as the flat prior of edges makes it unite pairs of
    n_cliques, size = 64, 5
    clique = [(u, v) for u in range(size) for v in range(u)]
    edges = [(size * c + u, size * c + v) for c in range(n_cliques) for u, v in clique]
    graph = Graph.from_edges(edges, n_nodes=n_cliques * size)
    truth = np.repeat(np.arange(n_cliques), size)
    flat = fit_sbm(graph, random_state=0, n_sweeps=20)
    nested = fit_nested_sbm(graph, random_state=0, n_sweeps=20)
    assert nested.description_length < flat.description_length
    assert nested.n_blocks > flat.n_blocks
    planted_length = nested_description_length(graph, [truth, np.zeros(n_cliques, int)])
    assert nested.description_length <= planted_length + 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_random_graphs_have_one_block(seed):
    graph = Graph.from_edges(list(nx.gnm_random_graph(100, 250, seed=seed).edges), n_nodes=100)
    found = fit_nested_sbm(graph, random_state=seed, n_sweeps=SWEEPS)
    assert found.n_blocks_by_level == (1,)
    assert found.description_length == pytest.approx(description_length(graph, np.zeros(100, int)))


def test_types_stay_apart_below_the_last_level():
    rng = np.random.default_rng(0)
    left, right = np.repeat(np.arange(4), 10), np.repeat(np.arange(3), 12)
    chances = np.array([[0.8, 0.05, 0.05], [0.05, 0.8, 0.05], [0.05, 0.05, 0.8], [0.6, 0.6, 0.05]])
    pairs = np.argwhere(rng.random((40, 36)) < chances[left][:, right])
    graph = Graph.from_edges(pairs + np.array([0, 40]), n_nodes=76)
    types = ["a"] * 40 + ["b"] * 36
    found = fit_nested_sbm(graph, types=types, random_state=0, n_sweeps=SWEEPS)
    assert found.description_length == pytest.approx(
        nested_description_length(graph, found.levels, types=types)
    )
    for level in range(len(found.levels) - 1):
        labels = found.labels_at(level)
        assert not set(labels[:40]) & set(labels[40:])
    assert adjusted_rand_index(found.labels[:40], left) == pytest.approx(1)
    assert adjusted_rand_index(found.labels[40:], right) == pytest.approx(1)
    flat = fit_sbm(graph, types=types, random_state=0, n_sweeps=SWEEPS)
    assert found.description_length <= flat.description_length + log(flat.n_blocks) + 1e-9


def test_the_better_one_of_two_models_is_taken():
    graph, _ = season()
    options = {"random_state": 1, "n_sweeps": 10}
    lengths = {
        kind: fit_nested_sbm(graph, degree_corrected=kind, **options).description_length
        for kind in (True, False)
    }
    found = fit_nested_sbm(graph, degree_corrected="auto", **options)
    assert found.description_length == min(lengths.values())
    assert lengths[found.degree_corrected] == found.description_length


# -- starts, limits, stops


def test_never_worse_than_its_start():
    graph, conference = season()
    start = [conference, np.arange(12) // 4, np.zeros(3, int)]
    cost = nested_description_length(graph, start)
    once = fit_nested_sbm(graph, initial_labels=start, n_sweeps=1, random_state=0)
    assert once.description_length <= cost + 1e-9
    again = fit_nested_sbm(graph, initial_labels=once.levels, n_sweeps=1, random_state=1)
    assert again.description_length <= once.description_length + 1e-9
    flat = fit_nested_sbm(graph, initial_labels=conference, n_sweeps=1, random_state=0)
    topped = nested_description_length(graph, [conference, np.zeros(12, int)])
    assert flat.description_length <= topped + 1e-9


def test_numbers_of_blocks_within_bounds():
    graph, _ = season()
    few = fit_nested_sbm(graph, max_blocks=5, n_sweeps=10, random_state=0)
    many = fit_nested_sbm(graph, min_blocks=20, n_sweeps=10, random_state=0)
    assert few.n_blocks <= 5
    assert many.n_blocks >= 20


def test_same_seed_same_levels_whatever_the_threads():
    graph, _ = season()
    one, two = (
        fit_nested_sbm(graph, n_init=2, n_jobs=jobs, n_sweeps=10, random_state=3) for jobs in (1, 2)
    )
    assert one.description_length == two.description_length
    assert all((a == b).all() for a, b in zip(one.levels, two.levels, strict=True))


def test_the_reference_counts_of_partitions_are_fitted_and_reported():
    graph, _ = season()
    found = fit_nested_sbm(graph, q_table="reference", n_sweeps=SWEEPS, random_state=0)
    again = nested_description_length(graph, found.levels, q_table="reference")
    assert found.description_length == pytest.approx(again)
    assert found.description_length < nested_description_length(graph, found.levels)


def test_a_stop_gives_the_best_so_far():
    graph, _ = season()
    seen = []
    found = fit_nested_sbm(
        graph, random_state=0, stop=lambda: True, callback=lambda part, what: seen.append(part)
    )
    assert not found.effort.is_complete
    assert found.description_length == pytest.approx(nested_description_length(graph, found.levels))
    assert seen == sorted(seen)


# -- degenerate and bad input


def test_no_edges_no_nodes_one_node():
    none = Graph.from_edges(np.empty((0, 2), int), n_nodes=0)
    assert fit_nested_sbm(none).n_blocks_by_level == (0,)
    for n in (1, 4):
        found = fit_nested_sbm(Graph.from_edges(np.empty((0, 2), int), n_nodes=n), random_state=0)
        assert found.n_blocks_by_level == (1,)
    pair = fit_nested_sbm([(0, 1)], types=[0, 1], random_state=0)
    assert pair.n_blocks_by_level == (2, 1)


def test_loops_and_parallel_edges():
    graph = Graph.from_edges([(0, 0), (0, 1), (1, 2), (2, 2)], [3, 1, 7, 2])
    found = fit_nested_sbm(graph, random_state=0, n_sweeps=20)
    assert found.description_length == pytest.approx(nested_description_length(graph, found.levels))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"degree_corrected": "no"}, ValueError, "degree_corrected must be"),
        ({"q_table": "none"}, ValueError, "q_table must be"),
        ({"min_blocks": 9}, ValueError, "at least 9 blocks were asked for"),
        ({"n_sweeps": 0}, ValueError, "n_sweeps"),
        ({"time_limit": 0}, ValueError, "time_limit must be positive"),
        ({"initial_labels": [0, 1]}, ValueError, "labels must have shape"),
        ({"initial_labels": [[0, 0, 1, 1], [0]]}, ValueError, r"levels\[1\]"),
        ({"types": [0, 0, 1, 1]}, ValueError, "not bipartite: edge"),
        (
            {"types": [0, 1, 0, 1], "initial_labels": [[0, 1, 0, 2], [0, 0, 1], [0, 0]]},
            ValueError,
            r"initial_labels\[1\] must keep the types apart",
        ),
    ],
)
def test_arguments_that_make_no_sense(options, error, message):
    with pytest.raises(error, match=message):
        fit_nested_sbm([(0, 1), (1, 2), (2, 3)], **options)


# -- the estimator


def test_the_estimator_learns_what_the_function_returns():
    graph, _ = season()
    model = NestedSBM(n_sweeps=10, random_state=0)
    with pytest.raises(NotFittedError):
        check_is_fitted(model)
    fitted = clone(model).fit(graph)
    found = fit_nested_sbm(graph, n_sweeps=10, random_state=0)
    assert (fitted.labels_ == found.labels).all()
    assert fitted.n_blocks_by_level_ == found.n_blocks_by_level
    assert fitted.description_length_ == found.description_length
    assert fitted.n_clusters_ == found.n_blocks
    dense = model.fit(graph.to_scipy().toarray())
    assert (dense.labels_ == found.labels).all()
    assert dense.n_features_in_ == 120
