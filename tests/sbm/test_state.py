"""The state of a fit: what moves and merges change equals recomputation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.graph import Graph
from partwise.kernels.rng import seed_state
from partwise.metrics import description_length
from partwise.metrics._integer_partitions import estimate, log_partitions
from partwise.sbm._kernels import blocks as kernels
from partwise.sbm._kernels import counting
from partwise.sbm._kernels.gains import gain_of_merge, gain_of_move, total_cost
from partwise.sbm._kernels.proposals import draw_target, probability, return_probability
from partwise.sbm._kernels.splits import (
    members_of,
    merge_blocks,
    move_all,
    split_block,
    try_blocks,
    undo_merge,
)
from partwise.sbm._problem import Model, make_blocks, pose
from partwise.sbm._tables import make_tables
from tests.oracles import block_models as oracle

ROOM = 8


class Case:
    """A random multigraph with labels, its state and its description length."""

    def __init__(self, seed, bipartite, degree_corrected, general=False):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(3, 12))
        self.types = [0, 1, *rng.integers(0, 2, n - 2).tolist()] if bipartite else None
        edges = oracle.random_multigraph(rng, n, int(rng.integers(1, 25)), self.types)
        src, dst, times = (np.array(x) for x in zip(*edges, strict=True))
        self.graph = Graph.from_edges(np.stack((src, dst), 1), times, n_nodes=n)
        self.model = Model(degree_corrected, general)
        labels = rng.integers(0, 3, n) + (3 * np.array(self.types) if bipartite else 0)
        self.problem = pose(self.graph, self.types)
        self.blocks = make_blocks(self.problem, self.model, labels.astype(np.int32), ROOM)
        self.rng, self.n = rng, n

    def length(self, labels=None):
        return description_length(
            self.graph,
            self.blocks.label if labels is None else labels,
            types=self.types,
            degree_corrected=self.model.degree_corrected,
            edge_prior="general" if self.model.general_edges else "auto",
        )

    def target(self, i):
        """Some block other than that of node i; a taken one, if it had no nodes."""
        blocks, r = self.blocks, self.blocks.label[i]
        fitting = [
            s
            for s in range(ROOM)
            if s != r and (blocks.size[s] == 0 or blocks.kind[s] == blocks.kind[r])
        ]
        s = int(self.rng.choice(fitting))
        return int(kernels.take_idle(blocks, r)) if blocks.size[s] == 0 else s

    def assert_counts_are_right(self):
        blocks = self.blocks
        again = make_blocks(self.problem, self.model, blocks.label, ROOM)
        for name in ("edges", "ends", "size", "alike", "n_active"):
            assert (getattr(again, name) == getattr(blocks, name)).all(), name
        assert not blocks.toward.any()
        idle = blocks.idle[: blocks.n_idle[0]]
        assert sorted(idle) == np.flatnonzero(blocks.size == 0).tolist()
        for r in np.flatnonzero(blocks.size):
            members = np.empty(self.n, np.int32)
            count = members_of(blocks, r, members)
            assert sorted(members[:count]) == np.flatnonzero(blocks.label == r).tolist()


kinds = pytest.mark.parametrize("bipartite", [False, True])
models = pytest.mark.parametrize("degree_corrected", [False, True])


@kinds
@models
@given(seed=st.integers(0, 10**6), general=st.booleans())
def test_gain_of_a_move_is_the_difference_of_description_lengths(
    bipartite, degree_corrected, seed, general
):
    case = Case(seed, bipartite, degree_corrected, general)
    rest = case.length() - total_cost(case.blocks)
    for _ in range(10):
        i = int(case.rng.integers(case.n))
        before = case.length()
        count = kernels.gather(case.blocks, i)
        s = case.target(i)
        gain = gain_of_move(case.blocks, i, s, count)
        kernels.move_node(case.blocks, i, s, count)
        kernels.release(case.blocks, count)
        assert case.length() - before == pytest.approx(gain, abs=1e-9)
        assert case.length() - total_cost(case.blocks) == pytest.approx(rest, abs=1e-9)
    case.assert_counts_are_right()


@kinds
@models
@given(seed=st.integers(0, 10**6), general=st.booleans())
def test_gain_of_a_merge_is_the_difference_of_description_lengths(
    bipartite, degree_corrected, seed, general
):
    case = Case(seed, bipartite, degree_corrected, general)
    blocks = case.blocks
    active = np.flatnonzero(blocks.size)
    for r in active:
        for s in active:
            if r != s and blocks.kind[r] == blocks.kind[s]:
                merged = np.where(blocks.label == r, s, blocks.label)
                gain = gain_of_merge(blocks, r, s)
                assert case.length(merged) - case.length() == pytest.approx(gain, abs=1e-9)


@kinds
@given(seed=st.integers(0, 10**6))
def test_a_merge_is_undone(bipartite, seed):
    case = Case(seed, bipartite, True)
    blocks, labels = case.blocks, case.blocks.label.copy()
    members = np.empty(case.n, np.int32)
    pairs = [
        (r, s)
        for r in np.flatnonzero(blocks.size)
        for s in np.flatnonzero(blocks.size)
        if r != s and blocks.kind[r] == blocks.kind[s]
    ]
    for r, s in pairs:
        count = merge_blocks(blocks, r, s, members)
        assert (blocks.label == np.where(labels == r, s, labels)).all()
        undo_merge(blocks, members, count, s, -1)
        assert (blocks.label == labels).all()
    case.assert_counts_are_right()


@kinds
@models
@given(seed=st.integers(0, 10**6))
def test_a_split_says_by_how_much_it_changes_the_length_and_is_undone(
    bipartite, degree_corrected, seed
):
    case = Case(seed, bipartite, degree_corrected)
    blocks, labels = case.blocks, case.blocks.label.copy()
    before, members, rng = case.length(), np.empty(case.n, np.int32), seed_state(seed)
    for r in np.flatnonzero(blocks.size > 1):
        count, s, change = split_block(blocks, rng, r, members)
        assert count == (labels == r).sum()
        assert blocks.size[r] > 0
        assert blocks.size[s] > 0
        assert case.length() - before == pytest.approx(change, abs=1e-9)
        move_all(blocks, members, count, s, r)
        assert (blocks.label == labels).all()
    case.assert_counts_are_right()


@kinds
@models
@given(seed=st.integers(0, 10**6), beta=st.sampled_from([0.5, 2.0, np.inf]))
def test_tries_say_by_how_much_they_change_the_length(bipartite, degree_corrected, seed, beta):
    case = Case(seed, bipartite, degree_corrected)
    work, tally, rng = np.zeros((2, case.n), np.int32), np.zeros(2, np.int64), seed_state(seed)
    for _ in range(10):
        before = case.length()
        change = try_blocks(case.blocks, rng, beta, 1.0, work[0], work[1], tally)
        assert case.length() - before == pytest.approx(change, abs=1e-9)
        if beta == np.inf:
            assert change <= 0
    assert tally[0] == 10
    case.assert_counts_are_right()


@kinds
@given(seed=st.integers(0, 10**6))
def test_proposals_are_as_probable_as_they_say(bipartite, seed):
    case = Case(seed, bipartite, True)
    blocks, i = case.blocks, int(case.rng.integers(case.n))
    kind = blocks.kind[blocks.label[i]]
    count = kernels.gather(blocks, i)
    active = blocks.active[kind, : blocks.n_active[kind]]
    chances = np.array([probability(blocks, i, s, count, 0.7) for s in active])
    assert chances.sum() == pytest.approx(1)
    rng = seed_state(seed)
    drawn = np.array([draw_target(blocks, rng, i, count, 0.7) for _ in range(2000)])
    found = np.array([(drawn == s).mean() for s in active])
    assert np.abs(found - chances).max() < 5 * 0.5 / np.sqrt(2000)


@kinds
@given(seed=st.integers(0, 10**6))
def test_the_way_back_is_as_probable_as_foretold(bipartite, seed):
    case = Case(seed, bipartite, True)
    blocks, i = case.blocks, int(case.rng.integers(case.n))
    r, kind = int(blocks.label[i]), blocks.kind[blocks.label[i]]
    if blocks.size[r] == 1:
        return
    count = kernels.gather(blocks, i)
    s = case.target(i)
    after = blocks.n_active[kind] + (blocks.size[s] == 0)
    foretold = return_probability(blocks, i, s, count, 0.7, after)
    kernels.move_node(blocks, i, s, count)
    assert probability(blocks, i, r, count, 0.7) == pytest.approx(foretold, rel=1e-12)


def test_tables_agree_with_counts_and_estimates():
    tables = make_tables(10**6)
    rng = np.random.default_rng(0)
    m = np.exp(rng.uniform(0, np.log(1e7), 2000)).astype(np.int64)
    n = np.maximum(1, np.exp(rng.uniform(0, 1, 2000) * np.log(m))).astype(np.int64)
    found = np.array(
        [
            counting.log_partitions(
                tables.partitions, tables.largest, tables.curves, tables.factorials, a, b
            )
            for a, b in zip(m, n, strict=True)
        ]
    )
    small = m <= tables.largest
    assert found[small] == pytest.approx(log_partitions(m[small], n[small]), abs=1e-10)
    expected = estimate(m[~small].astype(float), n[~small].astype(float))
    assert found[~small] == pytest.approx(expected, abs=1e-5)


def test_factorials_continue_beyond_their_table():
    from math import lgamma

    table = make_tables(100).factorials
    for x in (0, 1, 2, 20, table.size - 1, table.size, table.size + 1, 10**6, 10**9):
        assert counting.log_factorial(table, x) == pytest.approx(lgamma(x + 1), rel=1e-13)
