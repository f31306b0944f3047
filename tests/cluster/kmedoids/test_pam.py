"""FasterPAM and its kin: brute force, exactness of what is kept, peers, bad input."""

import itertools
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partwise.cluster.kmedoids import (
    alternating,
    fasterpam,
    fastpam1,
    iterated_fasterpam,
    lab_init,
    pam,
    pam_build,
    swap_deltas,
)
from partwise.cluster.kmedoids._input import farthest
from partwise.cluster.kmedoids._kernels.fasterpam import (
    best_exchange,
    cheapest_slot,
    first_fault,
    total_of,
)
from partwise.cluster.kmedoids._kernels.masks import below, below4, lowest
from partwise.cluster.kmedoids._kernels.nearest import (
    BLOCK,
    NONE,
    SWEPT,
    assign,
    exchange,
    removal_losses,
)
from partwise.errors import PartwiseWarning
from partwise.kernels.jit import kernel
from tests.oracles import kmedoids as oracle

DTYPES = (np.float32, np.float64, np.int32, np.int64, np.uint8, np.uint16)
SEARCHES = (fasterpam, iterated_fasterpam, fastpam1, pam)


def points(seed, n, d=2, scale=100):
    return np.random.default_rng(seed).integers(0, scale, (n, d)).astype(float)


def matrix(seed, n, dtype=np.float64, symmetric=True):
    """Return dissimilarities; whole numbers, so that every dtype holds them exactly."""
    if symmetric:
        x = points(seed, n, scale=60)
        D = abs(x[:, None] - x).sum(axis=2)
    else:
        D = np.random.default_rng(seed).integers(1, 120, (n, n)).astype(float)
        np.fill_diagonal(D, 0)
    return D.astype(dtype)


@kernel
def _bits(row, limit, at):
    mask = below(row, limit, at)
    found = np.zeros(64, np.bool_)
    while mask != np.uint64(0):
        found[lowest(mask)] = True
        mask &= mask - np.uint64(1)
    return found


@kernel
def _four(rows, limit, at):
    return below4(rows[0], rows[1], rows[2], rows[3], limit, at)


@pytest.mark.parametrize("dtype", DTYPES)
def test_masks_are_the_comparison(dtype):
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 5, (4, 200)).astype(dtype)
    limit = rng.integers(0, 5, 200).astype(dtype)
    for at in (0, 1, 64, 136):
        masks = _four(rows, limit, at)
        for row, mask in zip(rows, masks):
            expected = row[at : at + 64] < limit[at : at + 64]
            assert _bits(row, limit, at).tolist() == expected.tolist()
            assert [bool(int(mask) >> b & 1) for b in range(64)] == expected.tolist()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("bad", [np.nan, -1.0, np.inf])
@pytest.mark.parametrize("at", [0, 63, 64, 130, 199])
def test_the_first_fault_of_a_row_is_found(dtype, bad, at):
    row = np.ones(200, dtype)
    assert first_fault(row) == -1
    row[at] = bad
    assert first_fault(row) == at


@pytest.mark.parametrize("dtype", [np.float32, np.int32])
@pytest.mark.parametrize("n", [7, 64, 150])
@pytest.mark.parametrize("weighted", [False, True])
def test_every_exchange_is_priced_exactly(dtype, n, weighted):
    rng = np.random.default_rng(n)
    D = matrix(1, n, dtype)
    weights = rng.integers(0, 4, n).astype(float) if weighted else None
    for k in (2, 3, 6):
        medoids = rng.choice(n, k, replace=False).astype(np.int64)
        *_, near, both, ds = assign(D, medoids, farthest(D.dtype))
        losses = removal_losses(k, weights, near, both)
        plain = D.astype(float).tolist()
        base = oracle.loss_of(plain, medoids, weights)
        for i in range(k):
            fewer = np.delete(medoids, i)
            assert losses[i] == oracle.loss_of(plain, fewer, weights) - base
        gains, touched = np.zeros(k), np.empty(n + 1, np.uint32)
        for j in np.setdiff1d(np.arange(n), medoids)[:12]:
            expected = oracle.deltas(plain, medoids.tolist(), int(j), weights)
            found = swap_deltas(D, medoids, int(j), sample_weight=weights)
            assert found.tolist() == expected
            for few in (touched, touched[:0]):
                change, slot = best_exchange(
                    D[j], weights, near, both, ds, losses, cheapest_slot(losses), gains, few
                )
                assert (change, slot) == (min(expected), int(np.argmin(expected)))
                assert not gains.any()


@settings(max_examples=60)
@given(
    st.integers(0, 10**6),
    st.one_of(st.integers(2, 9), st.integers(SWEPT, SWEPT + 4)),
    st.booleans(),
)
def test_what_is_kept_of_medoids_equals_a_new_assignment_after_every_exchange(seed, k, weighted):
    rng = np.random.default_rng(seed)
    n = 40 if k < 10 else 90
    D = matrix(seed, n, np.float32, symmetric=bool(seed % 2))
    weights = rng.random(n) if weighted else None
    medoids = rng.choice(n, k, replace=False).astype(np.int64)
    far = farthest(D.dtype)
    kept = assign(D, medoids, far)
    losses = removal_losses(k, weights, kept[4], kept[5])
    for _ in range(25):
        candidate = int(rng.choice(np.setdiff1d(np.arange(n), medoids)))
        exchange(D, weights, medoids, int(rng.integers(k)), candidate, far, *kept, losses)
        slots, distances, lengths, bounds, near, both, ds = kept
        every = D[medoids]
        ordered = np.sort(every, axis=0)
        assert both.reshape(n, 2).tolist() == ordered[:2].T.tolist()
        assert ds.tolist() == ordered[1].tolist()
        assert every[near, np.arange(n)].tolist() == ordered[0].tolist()
        assert len(slots) == len(distances) == len(lengths) == len(bounds) == n * (k > SWEPT)
        for o in range(len(slots)):
            listed = slots[o, : lengths[o]]
            assert (slots[o, lengths[o] :] == NONE).all()
            assert len(set(listed.tolist())) == lengths[o] >= min(2, k)
            assert distances[o, : lengths[o]].tolist() == every[listed, o].tolist()
            others = np.setdiff1d(np.arange(k), listed)
            assert (every[others, o] >= bounds[o]).all()
            assert distances[o, lengths[o] - 1] <= bounds[o]
        np.testing.assert_allclose(
            losses, removal_losses(k, weights, near, both), rtol=1e-9, atol=1e-9
        )
        assert total_of(both, weights) == pytest.approx(
            oracle.loss_of(D.T.tolist(), medoids, weights)
        )


@pytest.mark.parametrize("dtype", DTYPES)
def test_sweeps_find_the_two_nearest_across_blocks_and_ties(dtype):
    n = 2 * BLOCK + 37
    rows = np.random.default_rng(0).integers(0, 7, (12, n)).astype(dtype)
    medoids = np.array([3, 0, 11, 7])
    *_, near, both, ds = assign(rows, medoids, farthest(rows.dtype))
    ordered = np.sort(rows[medoids], axis=0)
    assert (both.reshape(n, 2) == ordered[:2].T).all()
    assert (ds == ordered[1]).all()
    assert (near == np.argmin(rows[medoids], axis=0)).all()


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("seed", range(6))
def test_no_exchange_improves_the_result_and_the_bound_holds(search, seed):
    n, k = 10, 2 + seed % 3
    D = matrix(seed, n)
    result = search(D, k, random_state=seed)
    plain = D.tolist()
    assert result.loss == oracle.loss_of(plain, result.medoids)
    for j in np.setdiff1d(np.arange(n), result.medoids):
        assert min(oracle.deltas(plain, result.medoids.tolist(), int(j))) >= 0
    assert result.loss <= 5 * oracle.best_loss(plain, k)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("symmetric", [True, False])
def test_fastpam1_makes_the_swaps_of_pam(seed, symmetric):
    D = matrix(seed, 14, symmetric=symmetric)
    start = [0, 1, 2]
    history = oracle.pam(D.tolist(), start)
    for search in (pam, fastpam1):
        for steps in range(1, len(history) + 1):
            result = search(D, start, max_iter=steps, symmetric=symmetric)
            expected = history[min(steps, len(history) - 1)]
            assert result.medoids.tolist() == expected
            assert result.n_swap == min(steps, len(history) - 1)


@pytest.mark.parametrize(
    ("search", "dtype"),
    [*itertools.product([*SEARCHES, alternating], [np.float32, np.int32]), (fasterpam, np.uint8)],
)
def test_dtypes_and_layouts_agree(search, dtype):
    D = matrix(3, 70, dtype)
    reference = search(D.astype(float), [0, 1, 2, 3, 4], random_state=1)
    for same in (D, np.asfortranarray(D), D.tolist()):
        result = search(same, [0, 1, 2, 3, 4], random_state=1)
        assert result.medoids.tolist() == reference.medoids.tolist()
        assert result.loss == reference.loss
    assert isinstance(search(D, 3, random_state=0).loss, float if D.dtype.kind == "f" else int)


@pytest.mark.parametrize("search", [*SEARCHES, alternating])
def test_asymmetric_matrices_read_object_to_medoid(search):
    D = matrix(5, 60, symmetric=False)
    result = search(D, 4, random_state=0)
    assert result.loss == D[:, result.medoids].min(axis=1).sum()
    turned = search(np.asfortranarray(D), 4, random_state=0, symmetric=False)
    assert turned.medoids.tolist() == result.medoids.tolist()


def test_asymmetry_that_the_first_look_misses_is_found_in_the_end():
    D = matrix(2, 200)
    medoids = fasterpam(D, 3, random_state=0).medoids
    free = np.setdiff1d(np.arange(200), np.arange(0, 200, 6))
    other = next(v for v in free if v not in medoids)
    D[other, medoids[0]] += 1.0
    result = fasterpam(D, 3, random_state=0)
    assert result.loss == D[:, result.medoids].min(axis=1).sum()


@pytest.mark.parametrize("k", [2, 5, 60])
def test_threads_change_nothing(k):
    x = np.random.default_rng(0).random((700, 3)).astype(np.float32)
    D = np.sqrt(((x[:, None] - x) ** 2).sum(axis=2))
    one = fasterpam(D, k, random_state=4, n_jobs=1)
    two = fasterpam(D, k, random_state=4, n_jobs=2)
    assert one.medoids.tolist() == two.medoids.tolist()
    assert (one.loss, one.n_swap) == (two.loss, two.n_swap)
    again = fasterpam(D, one.medoids, n_jobs=2)
    assert again.n_swap == 0


@pytest.mark.parametrize("search", [*SEARCHES, alternating])
def test_weights_are_copies_of_objects(search):
    x = points(7, 25)
    times = np.random.default_rng(0).integers(1, 4, 25)
    rows = np.repeat(np.arange(25), times)
    D = abs(x[:, None] - x).sum(axis=2)
    copies = D[np.ix_(rows, rows)]
    first = np.searchsorted(rows, [3, 9, 14])
    weighted = search(D, [3, 9, 14], sample_weight=times)
    plain = search(copies, first, symmetric=True)
    if search in (pam, fastpam1):
        assert weighted.loss == plain.loss
    assert weighted.loss == (D[:, weighted.medoids].min(axis=1) * times).sum()
    assert copies[:, np.searchsorted(rows, weighted.medoids)].min(axis=1).sum() == weighted.loss


def test_scaling_changes_the_loss_and_nothing_else():
    D = matrix(1, 80)
    first, second = fasterpam(D, 5, random_state=0), fasterpam(4 * D, 5, random_state=0)
    assert first.medoids.tolist() == second.medoids.tolist()
    assert second.loss == 4 * first.loss


def test_renumbering_objects_renumbers_fastpam1():
    rng = np.random.default_rng(0)
    x = rng.random((40, 3))
    D = np.sqrt(((x[:, None] - x) ** 2).sum(axis=2))
    order = rng.permutation(40)
    place = np.argsort(order)
    first = fastpam1(D, [0, 1, 2, 3])
    second = fastpam1(D[np.ix_(order, order)], place[[0, 1, 2, 3]])
    assert order[second.medoids].tolist() == first.medoids.tolist()


def test_the_loss_falls_with_every_swap():
    D = matrix(9, 60)
    losses = [fastpam1(D, [0, 1, 2, 3], max_iter=i).loss for i in range(1, 30)]
    steps = [b - a for a, b in itertools.pairwise(losses)]
    assert all(step <= 0 for step in steps)
    assert sum(step < 0 for step in steps) + 1 == fastpam1(D, [0, 1, 2, 3]).n_swap


@pytest.mark.parametrize("search", [*SEARCHES, alternating])
def test_every_medoid_serves_itself(search):
    x = np.repeat(points(0, 6), 5, axis=0)
    D = abs(x[:, None] - x).sum(axis=2)
    result = search(D, [0, 1, 2, 10], random_state=0)
    assert result.labels[result.medoids].tolist() == [0, 1, 2, 3]
    assert result.labels.min() >= 0
    assert result.labels.max() < 4
    assert result.loss == D[:, result.medoids].min(axis=1).sum()


@pytest.mark.parametrize("search", [*SEARCHES, alternating])
def test_degenerate_sizes(search):
    D = matrix(0, 9)
    best = search(D, 1, random_state=0)
    assert best.medoids.tolist() == [int(np.argmin(D.sum(axis=0)))]
    assert best.loss == D.sum(axis=0).min()
    every = search(D, 9, random_state=0)
    assert sorted(every.medoids.tolist()) == list(range(9))
    assert every.loss == 0
    alone = search(np.zeros((1, 1)), 1)
    assert alone.labels.tolist() == [0]
    equal = np.ones((12, 12)) - np.eye(12)
    assert search(equal, [3, 7]).n_swap == 0


def test_build_is_greedy_and_says_when_objects_coincide():
    D = matrix(4, 30)
    medoids = pam_build(D, 5)
    for s in range(5):
        losses = [D[:, [*medoids[:s], j]].min(axis=1).sum() for j in range(30)]
        assert losses[medoids[s]] == min(losses)
        assert medoids[s] == np.argmin(losses)
    x = np.array([0.0, 0.0, 0.0, 5.0])
    with pytest.warns(PartwiseWarning, match="only 2 medoids lower the loss, 3 were asked for"):
        medoids = pam_build(abs(x[:, None] - x), 3)
    assert len(set(medoids.tolist())) == 3


def test_lab_is_better_than_chance():
    x = np.random.default_rng(1).random((300, 2))
    D = np.sqrt(((x[:, None] - x) ** 2).sum(axis=2))
    lab = [D[:, lab_init(D, 10, random_state=s)].min(axis=1).sum() for s in range(20)]
    chance = [
        D[:, np.random.default_rng(s).choice(300, 10, replace=False)].min(axis=1).sum()
        for s in range(20)
    ]
    assert np.mean(lab) < np.mean(chance)
    assert lab_init(D, 10, random_state=3).tolist() == lab_init(D, 10, random_state=3).tolist()
    assert sorted(lab_init(D, 300, random_state=0).tolist()) == list(range(300))


def test_iterated_search_is_no_worse_than_its_descent_and_repeats():
    x = np.random.default_rng(5).random((250, 2))
    D = np.sqrt(((x[:, None] - x) ** 2).sum(axis=2))
    gains = []
    for seed in range(5):
        iterated = iterated_fasterpam(D, 20, random_state=seed, n_rounds=200)
        plain = fasterpam(D, 20, random_state=seed)
        gains.append(plain.loss - iterated.loss)
        assert iterated.loss == pytest.approx(D[:, iterated.medoids].min(axis=1).sum())
        again = iterated_fasterpam(D, 20, random_state=seed, n_rounds=200)
        assert again.medoids.tolist() == iterated.medoids.tolist()
    assert np.mean(gains) > 0


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("symmetric", [False, True])
def test_iterated_search_finds_the_optimum_of_small_problems(weighted, symmetric):
    for seed in range(6):
        D = matrix(seed, 12, np.int32, symmetric)
        weights = np.random.default_rng(seed).integers(0, 4, 12).astype(float) if weighted else None
        every = itertools.combinations(range(12), 3)
        least = min(oracle.loss_of(D.tolist(), chosen, weights) for chosen in every)
        found = iterated_fasterpam(
            D, 3, random_state=seed, n_rounds=300, sample_weight=weights, symmetric=symmetric
        )
        assert found.loss == least
        assert found.loss == oracle.loss_of(D.tolist(), found.medoids, weights)


@pytest.mark.parametrize("dtype", [np.float32, np.int32])
@pytest.mark.parametrize("k", [2, 7, 60])
def test_no_exchange_improves_an_iterated_search(dtype, k):
    D = matrix(3, 150, dtype)
    start = np.random.default_rng(k).choice(150, k, replace=False)
    found = iterated_fasterpam(D, start, random_state=0, n_rounds=100)
    assert found.loss <= fasterpam(D, start, random_state=0).loss
    assert found.loss == D[:, found.medoids].min(axis=1).sum(dtype=np.float64)
    for j in np.setdiff1d(np.arange(150), found.medoids):
        assert swap_deltas(D, found.medoids, int(j)).min() >= 0


def test_more_rounds_are_never_worse():
    D = matrix(8, 200, np.int32)
    losses = [iterated_fasterpam(D, 30, random_state=1, n_rounds=r).loss for r in (1, 20, 200)]
    assert losses == sorted(losses, reverse=True)


def test_a_time_limit_ends_the_same_search_earlier():
    D = matrix(8, 200, np.int32)
    whole = iterated_fasterpam(D, 30, random_state=1, n_rounds=200)
    timed = iterated_fasterpam(D, 30, random_state=1, n_rounds=200, time_limit=600.0)
    assert timed.n_iter == whole.n_iter == 200
    assert timed.medoids.tolist() == whole.medoids.tolist()
    short = iterated_fasterpam(D, 30, random_state=1, time_limit=0.5)
    again = iterated_fasterpam(D, 30, random_state=1, n_rounds=short.n_iter)
    assert again.medoids.tolist() == short.medoids.tolist()
    over = iterated_fasterpam(D, 30, random_state=1, time_limit=1e-9)
    assert over.n_iter == 0
    assert over.loss == D[:, over.medoids].min(axis=1).sum()
    for wrong in (0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="time_limit must be positive seconds"):
            iterated_fasterpam(D, 30, time_limit=wrong)


@pytest.mark.peer
@pytest.mark.parametrize("k", [2, 10, 60])
def test_same_medoids_as_the_rust_package(k):
    kmedoids = pytest.importorskip("kmedoids")
    x = np.random.default_rng(k).random((500, 4)).astype(np.float32)
    D = np.sqrt(((x[:, None] - x) ** 2).sum(axis=2)).astype(np.float32)
    start = np.random.default_rng(0).choice(500, k, replace=False)
    theirs = kmedoids.fasterpam(D, start.astype(np.uint64), n_cpu=1)
    ours = fasterpam(D, start)
    assert sorted(ours.medoids.tolist()) == sorted(np.asarray(theirs.medoids).tolist())
    assert ours.loss == pytest.approx(theirs.loss, rel=1e-6)


def test_results_describe_themselves():
    result = fasterpam(matrix(0, 20), 3, random_state=5)
    report = result.to_dict(labels=True)
    assert report["seed"] == 5
    assert report["n_clusters"] == 3
    assert sum(report["sizes"]) == 20
    assert report["labels"] == result.labels.tolist()
    assert pickle.loads(pickle.dumps(result)).loss == result.loss
    assert fasterpam(matrix(0, 20), 3).seed is not None
    assert fasterpam(matrix(0, 20), [0, 1]).seed is None


BAD = [
    (np.zeros((2, 3)), 1, {}, ValueError, r"D must be a square matrix.*got shape \(2, 3\)"),
    (np.zeros((0, 0)), 1, {}, ValueError, "at least one object"),
    (np.full((2, 2), "a"), 1, {}, TypeError, "D must hold integers or floats"),
    (np.eye(3), 0, {}, ValueError, "number of medoids must be from 1 to 3, got 0"),
    (np.eye(3), 4, {}, ValueError, "number of medoids must be from 1 to 3, got 4"),
    (np.eye(3), 1.5, {}, TypeError, "medoids must be an integer or an array"),
    (np.eye(3), [0, 3], {}, ValueError, r"medoids\[1\] is 3, allowed are 0 to 2"),
    (np.eye(3), [1, 1], {}, ValueError, "medoids holds 1 more than once"),
    (np.eye(3), [0.5, 1.0], {}, TypeError, "medoids must be a non-empty vector of integers"),
    (np.eye(3), 2, {"max_iter": 0}, ValueError, "max_iter must be at least 1"),
    (np.eye(3), 2, {"sample_weight": [1, 2]}, ValueError, r"sample_weight must have shape \(3,\)"),
    (np.eye(3), 2, {"sample_weight": [1, -2, 1]}, ValueError, r"sample_weight\[1\] is -2.0"),
    (np.eye(3), 2, {"random_state": -1}, ValueError, "random_state must be"),
]


@pytest.mark.parametrize(("D", "medoids", "options", "error", "message"), BAD)
def test_bad_arguments_are_named(D, medoids, options, error, message):
    with pytest.raises(error, match=message):
        fasterpam(D, medoids, **options)


@pytest.mark.parametrize("search", [*SEARCHES, alternating])
@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("bad", [np.nan, -1.0, np.inf])
def test_entries_that_are_no_dissimilarities_are_named(search, k, bad):
    D = matrix(0, 90)
    D[70, 4] = bad
    for layout in (D, np.asfortranarray(D)):
        with pytest.raises(ValueError, match=r"D\[70, 4\] is .*, allowed are finite numbers"):
            search(layout, list(range(k)), symmetric=False)


def test_two_threads_name_the_same_entry():
    D = matrix(0, 90)
    D[70, 4] = D[4, 70] = np.nan
    for n_jobs in (1, 2):
        with pytest.raises(ValueError, match=r"D\[(70, 4|4, 70)\] is nan"):
            fasterpam(D, 3, n_jobs=n_jobs, random_state=0)
