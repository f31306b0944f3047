"""Silhouettes, FasterMSC and DynMSC against their definitions, written out slowly."""

import itertools
import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.datasets import load_iris, make_blobs
from sklearn.metrics import adjusted_rand_score, silhouette_samples
from sklearn.utils.estimator_checks import check_estimator

from partwise.cluster.kmedoids import _input
from partwise.cluster.kmedoids._kernels import msc
from partwise.cluster.kmedoids._kernels.msc_lanes import DT, NEAR, SECOND, WIDTH
from partwise.cluster.kmedoids._medoid_silhouette_estimator import MedoidSilhouette
from partwise.cluster.kmedoids._silhouette import (
    _read,
    dynmsc,
    fastermsc,
    medoid_silhouette,
    silhouette,
)

DTYPES = (np.float64, np.float32, np.int64, np.uint8)
KINDS = ("plane", "grid", "any", "few values")


def matrix(kind, n, seed, dtype=np.float64):
    """Return a metric, one with duplicates, an asymmetric matrix, or one full of ties and zeros."""
    rng = np.random.default_rng(seed)
    if kind in ("plane", "grid"):
        points = rng.normal(size=(n, 2)) * 20 if kind == "plane" else rng.integers(0, 6, (n, 2))
        D = abs(points[:, None] - points).sum(axis=2)
    else:
        D = rng.integers(0, 250 if kind == "any" else 4, (n, n)).astype(float)
        np.fill_diagonal(D, 0)
    return D.astype(dtype)


def loss(a, b):
    return 0.0 if a == 0 else a / b


def slow_values(D, medoids):
    """Return 1 - a/b of every object, from the columns of the medoids."""
    rows = (sorted(float(D[o, m]) for m in medoids) for o in range(len(D)))
    return np.array([1.0 - loss(a, b) for a, b, *_ in rows])


def slow_silhouettes(D, labels):
    """Return the silhouettes by their definition."""
    n = len(labels)
    values = []
    for o in range(n):
        means = {
            c: np.mean([float(D[o, x]) for x in range(n) if labels[x] == c and x != o] or [np.nan])
            for c in set(labels)
        }
        a = means.pop(labels[o])
        b = min(means.values())
        values.append(0.0 if np.isnan(a) or max(a, b) == 0 else (b - a) / max(a, b))
    return np.array(values)


def some_medoids(n, k, seed):
    return np.random.default_rng(seed + 1000).permutation(n)[:k].astype(np.int64)


def room(n):
    return np.empty(n, np.int64), np.empty((n, 2))


def total_loss(rows, medoids):
    return len(rows) - slow_values(rows.T, medoids).sum()


def changes_of(rows, medoids, candidate):
    """Return what the search thinks of every exchange for a candidate."""
    k = medoids.size
    if k == 2:
        now, _ = msc.pair_losses(rows[medoids[0]], rows[medoids[0]], rows[medoids[1]])
        then = msc.pair_losses(rows[candidate], rows[medoids[0]], rows[medoids[1]])
        return np.array(then) - now
    table, third, _ = msc.assign3(rows, medoids)
    losses, gains, shared = np.empty(k), np.empty((k, 1)), np.empty(1)
    msc.losses_of(table, table.view(np.int64), losses)
    msc.price(rows[candidate], table, third, gains, shared)
    return losses + gains[:, 0] + shared[0]


def check_state(rows, medoids, table, third, third_slot):
    """Hold what is kept of the three nearest medoids against a full reassignment."""
    n, k = rows.shape[1], medoids.size
    fresh, fresh_third, _ = msc.assign3(rows, medoids)
    assert (table[:, :NEAR] == fresh[:, :NEAR]).all()
    assert (third == fresh_third).all()
    assert (third == table[:, DT]).all()
    three = np.column_stack([table.view(np.int64)[:, [NEAR, SECOND]], third_slot]).astype(int)
    assert ((three >= 0) & (three < k)).all()
    assert all(len(set(line)) == 3 for line in three.tolist())
    found = rows[medoids[three], np.arange(n)[:, None]]
    expected = np.sort(rows[medoids], axis=0)[:3].T
    assert (found == expected).all()


# the measures


def test_a_case_by_hand():
    D = np.array([[0, 2, 6], [1, 0, 4], [5, 5, 0]])
    # object 1: 1 from medoid 0, 4 from medoid 2; the medoids themselves have 1
    assert medoid_silhouette(D, [0, 2], per_sample=True).tolist() == [1.0, 0.75, 1.0]
    assert medoid_silhouette(D, [0, 2]) == pytest.approx(2.75 / 3)
    # object 0: a = 2, b = 6; object 1: a = 1, b = 4; object 2 is alone
    values = silhouette(D, [0, 0, 1], per_sample=True)
    assert values.tolist() == pytest.approx([2 / 3, 0.75, 0.0], abs=1e-15)


def test_zero_distances_to_both_medoids_count_as_well_served():
    D = np.zeros((3, 3))
    assert medoid_silhouette(D, [0, 1], per_sample=True).tolist() == [1.0, 1.0, 1.0]
    assert silhouette(D, [0, 0, 1], per_sample=True).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [*DTYPES, np.float16, np.longdouble])
def test_measures_are_their_definitions(kind, dtype):
    D = matrix(kind, 37, 3, dtype)
    for k in (2, 3, 6):
        medoids = some_medoids(37, k, k)
        expected = slow_values(D, medoids)
        assert medoid_silhouette(D, medoids, per_sample=True) == pytest.approx(expected, abs=1e-15)
        assert medoid_silhouette(D, medoids) == pytest.approx(expected.mean(), abs=1e-15)
        labels = np.random.default_rng(k).integers(0, k, 37)
        labels[:k] = np.arange(k)
        expected = slow_silhouettes(D, labels.tolist())
        assert silhouette(D, labels, per_sample=True) == pytest.approx(expected, abs=1e-12)
        assert silhouette(D, labels) == pytest.approx(expected.mean(), abs=1e-12)


def test_silhouette_agrees_with_scikit_learn():
    X, y = make_blobs(203, centers=7, random_state=0)
    D = abs(X[:, None] - X).sum(axis=2)
    y[y == 6] = np.where(np.arange(np.count_nonzero(y == 6)) == 0, 6, 5)  # one cluster of one
    expected = silhouette_samples(D, y, metric="precomputed")
    assert silhouette(D, y, per_sample=True) == pytest.approx(expected, abs=1e-13)


def test_silhouette_streams_a_memory_map_in_blocks(tmp_path, monkeypatch):
    from partwise.cluster.kmedoids import _silhouette as module

    D = matrix("any", 101, 0, np.float32)
    labels = np.arange(101) % 5
    whole = silhouette(D, labels, per_sample=True)
    np.save(tmp_path / "d.npy", D)
    mapped = np.load(tmp_path / "d.npy", mmap_mode="r")
    monkeypatch.setattr(module, "_BLOCK_BYTES", 4 * 101 * 9)
    for source in (mapped, np.asfortranarray(D), np.repeat(D, 2, axis=1)[:, ::2]):
        assert (silhouette(source, labels, per_sample=True) == whole).all()
    bad = D.copy()
    bad[57, 3] = np.nan
    with pytest.raises(ValueError, match=r"D\[57, 3\] is nan"):
        silhouette(bad, labels)


def test_clusters_may_have_any_names():
    D = matrix("plane", 30, 1)
    labels = np.arange(30) % 3
    expected = silhouette(D, labels)
    assert silhouette(D, np.array(["x", "a", "m"])[labels]) == pytest.approx(expected, abs=1e-15)
    assert silhouette(D, labels * 7 - 9) == expected


# what the kernels keep


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("k", [2, 3, 5])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.uint8])
def test_changes_of_all_exchanges_are_brute_force(kind, k, dtype):
    for n, seed in ((7, 0), (20, 1), (70, 2)):
        rows = matrix(kind, n, seed, dtype)
        medoids = some_medoids(n, k, seed)
        now = total_loss(rows, medoids)
        for j in np.setdiff1d(np.arange(n), medoids):
            found = changes_of(rows, medoids, j)
            for i in range(k):
                then = medoids.copy()
                then[i] = j
                assert found[i] == pytest.approx(total_loss(rows, then) - now, abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.uint8])
def test_four_candidates_at_once_cost_exactly_the_same(kind, dtype):
    n, k = 203, 6
    rows = matrix(kind, n, 5, dtype)
    medoids = some_medoids(n, k, 5)
    table, third, _ = msc.assign3(rows, medoids)
    gains4, shared4 = np.empty((k, 4)), np.empty(4)
    gains, shared = np.empty((k, 1)), np.empty(1)
    candidates = np.setdiff1d(np.arange(n), medoids)[:40].reshape(10, 4)
    for four in candidates:
        msc._price4(*(rows[j] for j in four), table, third, gains4, shared4)
        for lane, j in enumerate(four):
            msc.price(rows[j], table, third, gains, shared)
            assert (gains[:, 0] == gains4[:, lane]).all()
            assert shared[0] == shared4[lane]


@given(
    seed=st.integers(0, 10**6),
    n=st.integers(6, 90),
    k=st.integers(3, 6),
    kind=st.sampled_from(KINDS),
)
def test_the_state_after_exchanges_and_removals_is_that_of_a_fresh_start(seed, n, k, kind):
    n = max(n, k + 1)
    rows = matrix(kind, n, seed)
    rng = np.random.default_rng(seed)
    medoids = some_medoids(n, k, seed)
    state = msc.assign3(rows, medoids)
    assert state[0].shape == (n, WIDTH)
    losses, fresh = np.empty(k), np.empty(k)
    msc.losses_of(state[0], state[0].view(np.int64), losses)
    for _ in range(8):
        slot, j = rng.integers(k), rng.choice(np.setdiff1d(np.arange(n), medoids))
        expected = medoids.copy()
        expected[slot] = j
        msc.exchange3(rows, medoids, slot, j, *state, losses, *room(n))
        assert medoids.tolist() == expected.tolist()
        check_state(rows, medoids, *state)
        total = msc.losses_of(state[0], state[0].view(np.int64), fresh)
        assert total == pytest.approx(total_loss(rows, medoids), abs=1e-11)
        assert losses == pytest.approx(fresh, abs=1e-11)
        for s in range(k):  # what dropping a medoid costs
            rest = np.delete(medoids, s)
            assert fresh[s] == pytest.approx(total_loss(rows, rest) - total, abs=1e-11)
    while medoids.size > 3:
        slot = rng.integers(medoids.size)
        expected = set(np.delete(medoids, slot).tolist())
        medoids = msc.drop(rows, medoids, slot, *state, *room(n))
        assert set(medoids.tolist()) == expected
        check_state(rows, medoids, *state)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("k", [2, 3, 7])
def test_every_swap_raises_the_score(kind, k):
    n = 60
    D = matrix(kind, n, k)
    rows = np.ascontiguousarray(D.T)
    medoids = some_medoids(n, k, k)
    if k > 2:
        is_medoid = np.isin(np.arange(n), medoids)
        state = msc.assign3(rows, medoids)
    score = medoid_silhouette(D, medoids)
    total = 0
    for j in np.tile(np.arange(n), 3):
        one = np.array([j])
        if k == 2:
            _, swaps = msc.optimise_pair(rows, medoids, one, 1, 1e-10)
        else:
            _, swaps = msc.optimise(rows, medoids, is_medoid, one, 1, 1e-10, *state, *room(n))
            assert np.flatnonzero(is_medoid).tolist() == sorted(medoids.tolist())
        before, score = score, medoid_silhouette(D, medoids)
        assert score > before if swaps else score == before
        total += swaps
    assert total > 0


# the searches


@given(
    seed=st.integers(0, 10**6),
    n=st.integers(4, 10),
    k=st.integers(2, 4),
    kind=st.sampled_from(KINDS),
    dtype=st.sampled_from(DTYPES),
)
def test_no_exchange_improves_a_result(seed, n, k, kind, dtype):
    D = matrix(kind, n, seed, dtype)
    result = fastermsc(D, k, random_state=seed, symmetric=False)
    assert result.score == pytest.approx(slow_values(D, result.medoids).mean(), abs=1e-14)
    assert len(set(result.medoids.tolist())) == k
    for i, j in itertools.product(range(k), np.setdiff1d(np.arange(n), result.medoids)):
        then = result.medoids.copy()
        then[i] = j
        assert slow_values(D, then).mean() <= result.score + 2e-12


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_dynmsc_reports_the_truth_for_every_number(kind, dtype):
    n = 90
    D = matrix(kind, n, 8, dtype)
    result = dynmsc(D, 9, random_state=3)
    assert result.k_values.tolist() == list(range(2, 10))
    for k, score in zip(result.k_values.tolist(), result.scores):
        medoids = result.medoids_of[k]
        assert len(set(medoids.tolist())) == k
        assert score == medoid_silhouette(D, medoids)
        rows = np.ascontiguousarray(D.T)
        worst = min(changes_of(rows, medoids, j).min() for j in np.setdiff1d(range(n), medoids))
        assert worst > -1e-12 * n - 1e-12
    assert result.best_k == result.k_values[np.argmax(result.scores)]
    assert result.score == result.scores.max()
    assert (result.medoids == result.medoids_of[result.best_k]).all()
    served = D[np.arange(n), result.medoids[result.labels]]
    assert (served == D[:, result.medoids].min(axis=1)).all()
    assert result.labels[result.medoids].tolist() == list(range(result.best_k))
    assert result.labels.dtype == np.int32


def test_dynmsc_starts_like_fastermsc_and_may_stop_anywhere():
    D = matrix("plane", 80, 0)
    whole = dynmsc(D, 8, random_state=1)
    for k_min in (2, 3, 5, 8):
        part = dynmsc(D, 8, k_min, random_state=1)
        assert part.k_values.tolist() == list(range(k_min, 9))
        assert part.scores.tolist() == whole.scores[k_min - 2 :].tolist()
    single = fastermsc(D, 8, random_state=1)
    assert single.medoids.tolist() == whole.medoids_of[8].tolist()
    assert single.score == whole.scores[-1]
    given = dynmsc(D, 3, init=[4, 5, 6])
    assert given.seed is None
    assert given.medoids_of[3].tolist() == fastermsc(D, [4, 5, 6]).medoids.tolist()
    two = dynmsc(D, 2, random_state=1)
    assert two.medoids.tolist() == fastermsc(D, 2, random_state=1).medoids.tolist()


def test_the_number_of_separate_groups_is_found():
    for centers, seed in ((3, 0), (5, 1), (8, 4)):
        X, y = make_blobs(400, 6, centers=centers, center_box=(-50, 50), random_state=seed)
        D = np.sqrt(((X[:, None] - X) ** 2).sum(axis=2)).astype(np.float32)
        result = dynmsc(D, 2 * centers, random_state=0)
        assert result.best_k == centers
        assert adjusted_rand_score(y, result.labels) == 1.0
        assert silhouette(D, result.labels) > 0.5


@pytest.mark.parametrize("search", [fastermsc, dynmsc])
def test_columns_of_medoids_count_in_an_asymmetric_matrix(search):
    D = matrix("any", 70, 4)
    result = search(D, 4, random_state=0)
    assert result.score == medoid_silhouette(D, result.medoids)
    same = search(np.asfortranarray(D), 4, random_state=0, symmetric=False)
    assert same.medoids.tolist() == result.medoids.tolist()
    # rows instead of columns would be another problem
    assert search(D.T, 4, random_state=0).medoids.tolist() != result.medoids.tolist()


@pytest.mark.parametrize("search", [fastermsc, dynmsc])
def test_hidden_asymmetry_is_noticed(search, monkeypatch):
    D = matrix("any", 70, 4)
    expected = search(D, 6, random_state=0, symmetric=False)
    monkeypatch.setattr(_input, "looks_symmetric", lambda matrix: True)
    result = search(D, 6, random_state=0)
    assert result.medoids.tolist() == expected.medoids.tolist()
    assert result.score == expected.score == medoid_silhouette(D, result.medoids)
    # told that it is symmetric, the search believes it, and still reports the truth
    fooled = search(D, 6, random_state=0, symmetric=True)
    assert fooled.medoids.tolist() != expected.medoids.tolist()
    assert fooled.score == medoid_silhouette(D, fooled.medoids)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.int64, np.uint8])
def test_matrices_are_taken_as_they_are(dtype):
    D = matrix("grid", 50, 0, dtype)
    for laid_out in (D, np.asfortranarray(D)):
        assert np.shares_memory(_read(laid_out, None)[1], laid_out)
    transposed = np.asfortranarray(matrix("any", 50, 0, dtype))
    assert np.shares_memory(_read(transposed, False)[1], transposed)
    expected = dynmsc(D.astype(np.float64), 6, random_state=0)
    if dtype == np.float32:
        D.flags.writeable = False
    result = dynmsc(D, 6, random_state=0)
    assert result.scores.tolist() == expected.scores.tolist()
    assert result.medoids.tolist() == expected.medoids.tolist()


def test_same_seed_same_result_and_scaling_changes_nothing():
    D = matrix("plane", 150, 7)
    first = dynmsc(D, 12, random_state=5)
    for other in (D, 4.0 * D, D.copy(order="F")):
        again = dynmsc(other, 12, random_state=np.int64(5))
        assert again.scores.tolist() == first.scores.tolist()
        assert again.labels.tolist() == first.labels.tolist()
    drawn = fastermsc(D, 5)
    assert fastermsc(D, 5, random_state=drawn.seed).medoids.tolist() == drawn.medoids.tolist()
    start = [1, 2, 3, 4]
    assert fastermsc(D, start).seed is None
    assert fastermsc(D, start).medoids.tolist() == fastermsc(D, start).medoids.tolist()
    assert start == [1, 2, 3, 4]


def test_degenerate_inputs():
    D = matrix("plane", 6, 0)
    everything = fastermsc(D, 6)
    assert (everything.score, everything.n_swap) == (1.0, 0)
    assert sorted(everything.medoids.tolist()) == list(range(6))
    assert dynmsc(D, 6, random_state=0).best_k == 6
    assert fastermsc(D[:2, :2], 2).score == 1.0
    equal = np.ones((9, 9)) - np.eye(9)
    for k in (2, 3, 4):
        result = fastermsc(equal, k, random_state=0)
        assert result.n_swap == 0
        assert result.score == pytest.approx(k / 9)
    same = fastermsc(np.zeros((9, 9)), 3, random_state=0)
    assert (same.score, same.n_swap) == (1.0, 0)
    assert same.labels[same.medoids].tolist() == [0, 1, 2]
    # a round is a round: one is not enough here
    big = matrix("plane", 200, 1)
    assert fastermsc(big, 5, max_iter=1, random_state=0).n_iter == 1
    assert fastermsc(big, 5, random_state=0).n_iter > 1


def test_results_are_plain_and_complete():
    D = matrix("plane", 40, 0)
    one, many = fastermsc(D, 3, random_state=2), dynmsc(D, 5, random_state=2)
    for result in (one, many):
        told = json.loads(json.dumps(result.to_dict(labels=True)))
        assert told["labels"] == result.labels.tolist()
        assert sum(told["sizes"]) == 40
        assert told["seed"] == 2
        assert "labels" not in result.to_dict()
        assert pickle.loads(pickle.dumps(result)).score == result.score
    assert one.to_dict()["n_clusters"] == 3
    assert many.to_dict()["k_values"] == [2, 3, 4, 5]


SQUARE = np.ones((5, 5)) - np.eye(5)
BAD = SQUARE.copy()
BAD[3, 1] = BAD[1, 3] = -2.0
NAN = SQUARE.copy()
NAN[2, 4] = NAN[4, 2] = np.nan
INF = SQUARE.copy()
INF[0, 4] = INF[4, 0] = np.inf


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: fastermsc(SQUARE, 1), ValueError, "at least 2 medoids, got 1: .* second nearest"),
        (lambda: fastermsc(SQUARE, [3]), ValueError, "at least 2 medoids"),
        (lambda: medoid_silhouette(SQUARE, [3]), ValueError, "at least 2 medoids"),
        (lambda: medoid_silhouette(SQUARE, 3), ValueError, "at least 2 medoids"),
        (lambda: medoid_silhouette(SQUARE, [1, 5]), ValueError, r"medoids\[1\] is 5"),
        (lambda: medoid_silhouette(SQUARE, [1, 1]), ValueError, "1 more than once"),
        (lambda: medoid_silhouette(SQUARE, [0.5, 1]), TypeError, "vector of integers"),
        (lambda: medoid_silhouette(BAD, [0, 1]), ValueError, r"D\[3, 1\] is -2.0, allowed are"),
        (lambda: medoid_silhouette(np.ones((2, 3)), [0, 1]), ValueError, r"got shape \(2, 3\)"),
        (lambda: medoid_silhouette([["a"]], [0, 1]), TypeError, "D must hold integers or floats"),
        (lambda: fastermsc(SQUARE, 6), ValueError, "from 1 to 5, got 6"),
        (lambda: fastermsc(BAD, 2), ValueError, r"D\[1, 3\] is -2.0"),
        (lambda: fastermsc(NAN, 2), ValueError, r"D\[2, 4\] is nan"),
        (lambda: dynmsc(INF, 3), ValueError, r"D\[0, 4\] is inf"),
        (lambda: fastermsc(np.empty((0, 0)), 2), ValueError, "at least one object"),
        (lambda: fastermsc(SQUARE, 2, max_iter=0), ValueError, "max_iter must be at least 1"),
        (lambda: fastermsc(SQUARE, 2, random_state="x"), TypeError, "random_state"),
        (lambda: dynmsc(SQUARE, 3, 1), ValueError, "k_min must be at least 2, got 1"),
        (lambda: dynmsc(SQUARE, 3, 4), ValueError, "k_max must be at least k_min, 4, got 3"),
        (lambda: dynmsc(SQUARE, 6), ValueError, "at most the number of objects, 5, got 6"),
        (lambda: dynmsc(SQUARE, 2.5), TypeError, "k_max must be an integer"),
        (lambda: dynmsc(SQUARE, 3, init=[0, 1]), ValueError, "k_max = 3 objects, got 2"),
        (lambda: silhouette(SQUARE, [0, 1]), ValueError, r"labels must have shape \(5,\)"),
        (lambda: silhouette(SQUARE, [3] * 5), ValueError, "at least two clusters, got only .*3"),
        (lambda: silhouette(NAN, [0, 0, 0, 1, 1]), ValueError, r"D\[2, 4\] is nan"),
    ],
)
def test_bad_input_is_explained(call, error, message):
    with pytest.raises(error, match=message):
        call()


# the estimator


def test_estimator_passes_the_checks_of_scikit_learn():
    check_estimator(MedoidSilhouette(random_state=0))


def test_estimator_agrees_with_the_functions():
    X = load_iris().data
    model = MedoidSilhouette(k_max=6, random_state=0).fit(X)
    assert model.n_clusters_ == model.k_values_[np.argmax(model.scores_)]
    assert model.medoid_silhouette_ == model.scores_.max()
    assert model.cluster_centers_.shape == (model.n_clusters_, 4)
    assert (model.cluster_centers_ == X[model.medoid_indices_]).all()
    assert model.labels_[model.medoid_indices_].tolist() == list(range(model.n_clusters_))
    assert (model.predict(X) == model.labels_).all()
    D = abs(X[:, None] - X).sum(axis=2)
    given = MedoidSilhouette(k_max=6, metric="precomputed", random_state=0).fit(D)
    direct = dynmsc(D, 6, random_state=0)
    assert given.labels_.tolist() == direct.labels.tolist()
    assert given.scores_.tolist() == direct.scores.tolist()
    assert given.cluster_centers_ is None
    assert (given.predict(D) == given.labels_).all()
    single = MedoidSilhouette(1, metric="precomputed").fit(D)
    assert single.medoid_indices_.tolist() == [D.sum(axis=0).argmin()]
    assert np.isnan(single.medoid_silhouette_)
    named = MedoidSilhouette(k_max=6, metric="manhattan", dtype="float64", random_state=0).fit(X)
    assert named.scores_ == pytest.approx(given.scores_, abs=1e-9)
    fixed = MedoidSilhouette(4, metric="precomputed", random_state=0).fit(D)
    assert fixed.medoid_indices_.tolist() == fastermsc(D, 4, random_state=0).medoids.tolist()
    assert (fixed.n_clusters_, fixed.k_values_.tolist()) == (4, [4])
    for copy in (clone(model).fit(X), pickle.loads(pickle.dumps(model))):
        assert copy.labels_.tolist() == model.labels_.tolist()


def test_estimator_takes_a_function_that_is_no_metric():
    X = np.random.default_rng(0).normal(size=(40, 2))

    def uphill(x, y):
        return max(y[0] - x[0], 0.0) + abs(x[1] - y[1])

    model = MedoidSilhouette(3, metric=uphill, dtype="float64", random_state=0).fit(X)
    D = np.array([[uphill(x, y) for y in X] for x in X])
    assert model.medoid_silhouette_ == medoid_silhouette(D, model.medoid_indices_)


def test_estimator_explains_bad_arguments():
    X = np.arange(8.0).reshape(4, 2)
    with pytest.raises(ValueError, match="n_clusters must be at most n_samples=4, got 5"):
        MedoidSilhouette(5).fit(X)
    with pytest.raises(ValueError, match="k_min must be at most n_samples=4, got 5"):
        MedoidSilhouette(k_min=5).fit(X)
    with pytest.raises(ValueError, match="k_max must be at least k_min, 4, got 3"):
        MedoidSilhouette(k_min=4, k_max=3).fit(X)
    with pytest.raises(ValueError, match="square"):
        MedoidSilhouette(2, metric="precomputed").fit(X)
    assert MedoidSilhouette(random_state=0).fit(X).k_values_.tolist() == [2, 3, 4]
