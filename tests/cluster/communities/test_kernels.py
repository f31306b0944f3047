"""The steps of Leiden one by one: moving, ordering, refining, aggregating."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.cluster.communities._kernels.move import HUB, SPARE, hubs_among, local_moves
from partwise.cluster.communities._kernels.pieces import connected_pieces
from partwise.cluster.communities._moving import Moving, move_on_threads
from partwise.cluster.communities._problem import as_problem
from partwise.cluster.communities._solver import Settings, optimise
from partwise.cluster.communities._threaded import aggregate
from partwise.graph import Graph

QUALITIES = ["modularity", "cpm", "rb_er", "directed", "barber"]


@st.composite
def problems(draw, max_nodes=9):
    """A random small graph under a random quality function."""
    quality = draw(st.sampled_from(QUALITIES))
    n = draw(st.integers(2, max_nodes))
    pairs = [(u, v) for u in range(n) for v in range(n) if quality == "directed" or u <= v]
    if quality == "barber":
        pairs = [(u, v) for u, v in pairs if u % 2 == 0 and v % 2 == 1]
    edges = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=3 * n, unique=True))
    weights = None
    if draw(st.booleans()):
        weights = draw(
            st.lists(st.sampled_from([0.5, 1.0, 3.0]), min_size=len(edges), max_size=len(edges))
        )
    graph = Graph.from_edges(edges, weights, n_nodes=n, directed=quality == "directed")
    resolution = draw(st.sampled_from([0.3, 1.0, 1.7]))
    sides = np.arange(n) % 2 if quality == "barber" else None
    name = "modularity" if quality == "directed" else quality
    return as_problem(graph, name, resolution, sides)


def moving_state(problem, labels):
    """Sums, members and empty communities of a partition, as the kernels keep them."""
    n = problem.n
    table = np.zeros((n + SPARE, 4))
    table[n:, 0] = 1.0
    table[:n, 1] = np.bincount(labels, problem.a, n)
    if problem.b is not None:
        table[:n, 2] = np.bincount(labels, problem.b, n)
    members = np.bincount(labels, minlength=n).astype(np.uint32)
    free = np.zeros(n, np.uint32)
    empty = np.flatnonzero(members == 0)
    free[: len(empty)] = empty
    return Moving(labels, table.reshape(-1), members, free, len(empty), None)


def books(state):
    """The table without the spare rows."""
    return state.table[: 4 * len(state.labels)]


def move(problem, labels, nodes, hubs=()):
    state = moving_state(problem, labels)
    queue = np.zeros(problem.n, np.uint32)
    queue[: len(nodes)] = nodes
    waiting = np.zeros(problem.n, np.uint8)
    waiting[nodes] = 1
    moves, n_free = local_moves(
        *problem.csr, *problem.null_model, labels, state.table, state.members, state.free,
        state.n_free, np.zeros(problem.n, np.uint8), None, None, 0, queue, len(nodes), waiting,
        np.array(hubs, np.uint32), np.empty(problem.n + 1, np.uint32),
    )  # fmt: skip
    # only hubs may be left, and only after moves
    assert set(np.flatnonzero(waiting & 1)) <= (set(hubs) if moves else set())
    assert n_free == np.count_nonzero(state.members == 0)
    return state, moves


def test_two_triangles_and_a_bridge_become_two_communities():
    graph = Graph.from_edges([(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3)])
    problem = as_problem(graph, "modularity", 1.0, None)
    labels = np.arange(6, dtype=np.uint32)
    move(problem, labels, np.arange(6))
    assert len(set(labels[:3])) == len(set(labels[3:])) == 1
    assert labels[0] != labels[3]


@given(problems(), st.integers(0, 2**31))
def test_moves_gain_and_the_books_stay_right(oracles, problem, seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(problem.n, size=problem.n).astype(np.uint32)
    before = oracles.leiden.value(problem, labels)
    state, moves = move(problem, labels, rng.permutation(problem.n))
    after = oracles.leiden.value(problem, labels)
    assert after >= before - 1e-9
    fresh = moving_state(problem, labels)
    assert state.members.tolist() == fresh.members.tolist()
    assert books(state) == pytest.approx(books(fresh), abs=1e-9)
    if moves == 0:
        assert after == before


@given(problems(), st.integers(0, 2**31))
def test_when_a_pass_over_all_nodes_moves_none_no_node_gains_by_any_move(oracles, problem, seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(problem.n, size=problem.n).astype(np.uint32)
    nodes = rng.permutation(problem.n)
    hubs = nodes[rng.random(problem.n) < 0.3]
    while move(problem, labels, nodes, hubs)[1]:
        pass
    best = oracles.leiden.value(problem, labels)
    for v in range(problem.n):
        for target in [*set(labels.tolist()), problem.n]:
            other = labels.copy()
            other[v] = target
            assert oracles.leiden.value(problem, other) <= best + 1e-9


def test_hubs_have_more_than_eight_times_the_mean_degree():
    star = Graph.from_edges([(0, v) for v in range(1, 20)] + [(20, v) for v in range(21, 30)])
    # degrees 19 and 9, the mean is 56 / 30
    assert hubs_among(star.indptr.view(np.uint64), np.arange(29, -1, -1)).tolist() == [0]
    assert HUB == 8
    assert hubs_among(np.zeros(4, np.uint64), np.arange(3)).tolist() == []


@given(problems(), st.integers(0, 2**31))
def test_aggregated_partitions_are_worth_the_same(oracles, problem, seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(problem.n, size=problem.n)
    _, piece = np.unique(labels, return_inverse=True)
    piece = piece.astype(np.uint32)
    n_pieces = int(piece.max()) + 1
    starts = np.concatenate([[0], np.cumsum(np.bincount(piece))]).astype(np.uint64)
    nodes = np.argsort(piece, kind="stable").astype(np.uint32)
    small = aggregate(problem, piece, starts, nodes, 1)
    inside = sum(
        oracles.leiden.value(problem, np.where(piece == p, 0, np.arange(1, problem.n + 1)))
        for p in range(n_pieces)
    ) - n_pieces * oracles.leiden.value(problem, np.arange(problem.n))
    offset = oracles.leiden.value(problem, np.arange(problem.n)) + inside
    offset -= oracles.leiden.value(small, np.arange(n_pieces))
    for _ in range(3):
        coarse = rng.integers(n_pieces, size=n_pieces)
        assert oracles.leiden.value(small, coarse) + offset == pytest.approx(
            oracles.leiden.value(problem, coarse[piece]), abs=1e-9
        )


@given(problems(), st.sampled_from([0.0, 0.5]), st.integers(0, 2**31))
def test_every_level_is_at_least_as_good_as_the_one_before(oracles, problem, theta, seed):
    start = np.arange(problem.n, dtype=np.uint32)
    before = oracles.leiden.value(problem, start)
    for refine in (True, False):
        found = optimise(problem, start, Settings(refine, theta, n_iterations=1), seed)
        values = [oracles.leiden.value(problem, level) for level in found.levels]
        assert all(b >= a - 1e-9 for a, b in zip([before, *values], values))


@given(problems(max_nodes=8), st.sampled_from([0.0, 0.5]), st.integers(0, 2**31))
def test_communities_are_connected_in_the_sense_of_the_paper(oracles, problem, theta, seed):
    start = np.arange(problem.n, dtype=np.uint32)
    found = optimise(problem, start, Settings(theta=theta, n_iterations=-1), seed)
    matrix = oracles.leiden.dense(problem)
    assert found.connected
    for c in range(int(found.labels.max()) + 1):
        nodes = np.flatnonzero(found.labels == c)
        assert oracles.leiden.is_connected(matrix, nodes)
        assert oracles.leiden.is_well_joined(problem, matrix, nodes)


@given(problems(), st.integers(0, 2**31))
def test_at_a_fixed_point_nothing_small_gains(oracles, problem, seed):
    start = np.arange(problem.n, dtype=np.uint32)
    found = optimise(problem, start, Settings(n_iterations=-1), seed)
    assert found.converged
    labels = found.labels
    best = oracles.leiden.value(problem, labels)
    for c in range(int(labels.max()) + 1):
        for d in range(c):
            merged = np.where(labels == c, d, labels)
            assert oracles.leiden.value(problem, merged) <= best + 1e-9
    for v in range(problem.n):
        for target in range(int(labels.max()) + 2):
            other = labels.copy()
            other[v] = target
            assert oracles.leiden.value(problem, other) <= best + 1e-9


@pytest.mark.parametrize("quality", ["modularity", "directed"])
@pytest.mark.parametrize("n_threads", [1, 2, 3])
def test_moves_in_batches_gain_and_do_not_depend_on_threads(quality, n_threads, oracles):
    rng = np.random.default_rng(5)
    n = 400
    edges = rng.integers(n, size=(3000, 2))
    edges[:1500, 1] = edges[:1500, 0] // 20 * 20 + edges[:1500, 1] % 20  # 20 groups
    graph = Graph.from_edges(edges, n_nodes=n, directed=quality == "directed")
    problem = as_problem(graph, "modularity", 1.0, None)
    sequence = rng.permutation(n).astype(np.uint32)

    def run(threads):
        labels = np.arange(n, dtype=np.uint32)
        state = moving_state(problem, labels)
        rest = move_on_threads(problem, state, sequence, "parallel", threads)
        return state, rest

    state, (_, moves) = run(n_threads)
    assert moves > 0
    fresh = moving_state(problem, state.labels)
    assert state.members.tolist() == fresh.members.tolist()
    assert state.n_free == np.count_nonzero(fresh.members == 0)
    assert books(state) == pytest.approx(books(fresh), abs=1e-6)
    assert oracles.leiden.value(problem, state.labels) > oracles.leiden.value(problem, np.arange(n))
    assert np.array_equal(state.labels, run(1)[0].labels)


def test_racing_threads_leave_right_books(oracles):
    rng = np.random.default_rng(6)
    n = 400
    edges = rng.integers(n, size=(3000, 2))
    problem = as_problem(Graph.from_edges(edges, n_nodes=n), "modularity", 1.0, None)
    labels = np.arange(n, dtype=np.uint32)
    state = moving_state(problem, labels)
    sequence = rng.permutation(n).astype(np.uint32)
    _, moves = move_on_threads(problem, state, sequence, "free", 2)
    fresh = moving_state(problem, labels)
    assert moves > 0
    assert books(state) == pytest.approx(books(fresh), abs=1e-9)
    assert state.members.tolist() == fresh.members.tolist()


@given(problems())
def test_pieces_are_the_components_of_communities(oracles, problem):
    labels = (np.arange(problem.n) % 2).astype(np.uint32)
    pieces = labels.copy()
    n_pieces = connected_pieces(problem.indptr, problem.indices, pieces)
    matrix = oracles.leiden.dense(problem)
    assert n_pieces == len(set(pieces.tolist()))
    for p in set(pieces.tolist()):
        nodes = np.flatnonzero(pieces == p)
        assert nodes[0] == p
        assert len(set(labels[nodes].tolist())) == 1
        assert oracles.leiden.is_connected(matrix, nodes)
        others = np.flatnonzero((labels == labels[p]) & (pieces != p))
        assert matrix[np.ix_(nodes, others)].sum() == 0
