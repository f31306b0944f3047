"""CLARA, CLARANS and OneBatchPAM: what they are when nothing is left out, and what they promise."""

import itertools
import tracemalloc

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from partwise.cluster.kmedoids import _clara, _clarans, _one_batch
from partwise.cluster.kmedoids._clara import clara
from partwise.cluster.kmedoids._clarans import clarans
from partwise.cluster.kmedoids._distances import as_measure, pairwise_matrix
from partwise.cluster.kmedoids._kernels.clarans import try_candidates
from partwise.cluster.kmedoids._kernels.fasterpam import total_of
from partwise.cluster.kmedoids._kernels.nearest import assign, removal_losses
from partwise.cluster.kmedoids._kernels.sampling import draw_weighted, draw_without_replacement
from partwise.cluster.kmedoids._one_batch import one_batch_pam
from partwise.cluster.kmedoids._pam import fasterpam, fastpam1, swap_deltas
from partwise.cluster.kmedoids._result import KMedoidsResult
from partwise.cluster.kmedoids._sampling import as_task, random_order, search_rows
from partwise.kernels.rng import stream_state
from tests.oracles import kmedoids as oracle

METHODS = (clara, clarans, one_batch_pam)
VARIANTS = [
    (clara, {}),
    (clara, {"method": "fastpam1", "init": "build"}),
    (clara, {"method": "pam", "init": "lab", "sampling_size": 40}),
    (clara, {"sampling_size": 60, "init": "k-medoids++"}),
    (clarans, {}),
    (clarans, {"method": "fastclarans"}),
    (clarans, {"method": "clarans", "max_neighbor": 300}),
    (one_batch_pam, {"batch_size": 60}),
    (one_batch_pam, {"batch_size": 60, "weighting": "uniform", "init": "build"}),
    (one_batch_pam, {"batch_size": 60, "weighting": "debias"}),
    (one_batch_pam, {"batch_size": 60, "weighting": "lwcs", "n_candidates": 100}),
]
IDS = [f"{f.__name__}-{'-'.join(map(str, options.values()))}" for f, options in VARIANTS]


def whole_numbers(seed, n, d=2, scale=60):
    """Return points whose Manhattan distances float32 holds exactly."""
    return np.random.default_rng(seed).integers(0, scale, (n, d)).astype(np.float64)


def groups(seed, sizes, d=3, spread=0.3):
    rng = np.random.default_rng(seed)
    centres = 10 * np.eye(len(sizes), d) + 5
    return np.concatenate(
        [c + spread * rng.normal(size=(size, d)) for c, size in zip(centres, sizes)]
    )


def lopsided(x, y):
    return float(np.maximum(x - y, 0).sum() + 3 * np.maximum(y - x, 0).sum())


def check_result(result, X, k, metric="euclidean", weights=None):
    """The result is what its medoids make of X, measured by scipy."""
    n = len(X)
    distances = cdist(X, X[result.medoids], metric)
    weights = np.ones(n) if weights is None else weights
    assert isinstance(result, KMedoidsResult)
    assert result.medoids.dtype == np.int64
    assert result.labels.dtype == np.int32
    assert len(set(result.medoids.tolist())) == k
    assert result.labels.shape == (n,)
    assert result.loss == pytest.approx((weights * distances.min(axis=1)).sum(), rel=1e-7)
    served = distances[np.arange(n), result.labels]
    assert served == pytest.approx(distances.min(axis=1), rel=1e-4, abs=1e-12)
    assert (result.labels[result.medoids] == np.arange(k)).all()
    assert result.seed is not None
    assert result.n_iter >= 0
    assert result.n_swap >= 0


def slow_search(rows, medoids, order, weights=None):
    """FasterPAM on rows of candidates, every exchange priced by recomputing the loss."""
    rows = rows.astype(float)
    weights = np.ones(rows.shape[1]) if weights is None else weights

    def loss(chosen):
        return (weights * rows[chosen].min(axis=0)).sum()

    medoids = list(medoids)
    now, last = loss(medoids), None
    for j in itertools.cycle(order):
        if j == last:
            return medoids
        last = j if last is None else last
        if j in medoids:
            continue
        trials = [loss([*medoids[:i], j, *medoids[i + 1 :]]) for i in range(len(medoids))]
        if min(trials) < now * (1 - 1e-12):
            medoids[int(np.argmin(trials))] = j
            now, last = min(trials), j


@pytest.mark.parametrize(("function", "options"), VARIANTS, ids=IDS)
def test_three_groups_are_found(function, options):
    X = groups(0, (50, 30, 40))
    result = function(X, 3, random_state=1, **options)
    check_result(result, X, 3)
    assert [len(set(part)) for part in np.split(result.labels, [50, 80])] == [1, 1, 1]


@pytest.mark.parametrize(("function", "options"), VARIANTS, ids=IDS)
@pytest.mark.parametrize("weighted", [False, True])
def test_results_are_measured_on_all_points(function, options, weighted):
    rng = np.random.default_rng(5)
    X = rng.normal(size=(230, 4)) ** 3
    weights = rng.integers(0, 4, 230) * 1.0 if weighted else None
    result = function(X, 7, random_state=2, sample_weight=weights, **options)
    check_result(result, X, 7, weights=weights)


@pytest.mark.parametrize("metric", ["sqeuclidean", "cosine", "manhattan", "chebyshev", "canberra"])
@pytest.mark.parametrize("function", METHODS)
def test_metrics(function, metric):
    X = np.random.default_rng(1).uniform(0.5, 2, (90, 3)).astype(np.float32)
    result = function(X, 4, metric=metric, random_state=0)
    check_result(result, X.astype(float), 4, "cityblock" if metric == "manhattan" else metric)


def test_parameters_of_a_metric():
    X = np.random.default_rng(1).normal(size=(60, 3))
    one = clara(X, 4, metric="minkowski", metric_params={"p": 1}, random_state=0, dtype="float64")
    two = clara(X, 4, metric="manhattan", random_state=0, dtype="float64")
    assert one.medoids.tolist() == two.medoids.tolist()
    assert one.loss == pytest.approx(two.loss)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_a_function_may_be_asymmetric(k):
    X = whole_numbers(3, 24)
    D = np.array([[lopsided(x, y) for y in X] for x in X])
    assert not np.array_equal(D, D.T)
    start = np.arange(k)
    found = [
        clara(X, k, metric=lopsided, method="fastpam1", init=start, random_state=0),
        fastpam1(D, start, symmetric=False),
    ]
    assert found[0].medoids.tolist() == found[1].medoids.tolist()
    assert found[0].loss == found[1].loss
    many = [
        clarans(X, k, metric=lopsided, max_neighbor=1000, n_local=1, init=start, random_state=0),
        one_batch_pam(X, k, metric=lopsided, batch_size=24, init=start, random_state=0),
    ]
    for result in many:
        assert result.loss == oracle.loss_of(D.tolist(), result.medoids.tolist())
        for j in range(24):
            if j not in result.medoids:
                assert swap_deltas(D, result.medoids, j, symmetric=False).min() >= -1e-9


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("weighted", [False, True])
def test_one_batch_of_all_points_is_fasterpam(seed, weighted):
    X = whole_numbers(seed, 60)
    rows = pairwise_matrix(X, "manhattan", "float32")
    weights = np.random.default_rng(seed).integers(1, 5, 60) * 1.0 if weighted else None
    start = np.random.default_rng(seed).choice(60, 5, replace=False)
    for weighting in ("uniform", "nniw"):
        if len(np.unique(X, axis=0)) < 60 and weighting == "nniw":
            continue
        result = one_batch_pam(
            X, 5, metric="manhattan", batch_size=60, weighting=weighting, init=start,
            random_state=seed, sample_weight=weights,
        )  # fmt: skip
        order = random_order(60, seed, 3)
        expected = search_rows(rows, weights, start, order, "fasterpam", 100)
        assert result.medoids.tolist() == expected[0].tolist()
        assert (result.n_iter, result.n_swap) == expected[1:]
        assert result.medoids.tolist() == slow_search(rows, start, order, weights)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("weighted", [False, True])
def test_clarans_without_an_end_is_fasterpam(seed, weighted):
    X = whole_numbers(seed, 60)
    rows = pairwise_matrix(X, "manhattan", "float32")
    weights = np.random.default_rng(seed).integers(1, 5, 60) * 1.0 if weighted else None
    start = np.random.default_rng(seed).choice(60, 5, replace=False)
    result = clarans(
        X, 5, metric="manhattan", n_local=1, max_neighbor=60, init=start, random_state=seed,
        sample_weight=weights,
    )  # fmt: skip
    order = random_order(60, seed, 1)
    expected = search_rows(rows, weights, start, order, "fasterpam", 100)
    assert result.medoids.tolist() == expected[0].tolist()
    assert result.n_swap == expected[2]


@pytest.mark.parametrize("seed", range(3))
def test_clara_of_all_points_is_as_good_as_restarts(seed):
    X = whole_numbers(seed, 70)
    D = pairwise_matrix(X, "manhattan")
    result = clara(X, 6, metric="manhattan", random_state=seed)
    assert result.loss == oracle.loss_of(D.tolist(), result.medoids.tolist())
    for j in set(range(70)) - set(result.medoids.tolist()):
        assert swap_deltas(D, result.medoids, j).min() >= 0
    assert result.loss <= clara(X, 6, metric="manhattan", n_sampling=1, random_state=seed).loss


def test_small_sets_are_within_the_bound_of_local_search():
    for seed in range(5):
        X = whole_numbers(seed, 9)
        D = pairwise_matrix(X)
        best = oracle.best_loss(D.tolist(), 3)
        for function in METHODS:
            assert best - 1e-9 <= function(X, 3, random_state=seed).loss <= 5 * best


def test_pam_and_fastpam1_make_the_same_swaps_on_samples():
    X = whole_numbers(0, 300)
    options = {"metric": "manhattan", "sampling_size": 50, "random_state": 3}
    one, two = (clara(X, 5, method=m, **options) for m in ("pam", "fastpam1"))
    assert one.medoids.tolist() == two.medoids.tolist()
    assert (one.loss, one.n_swap) == (two.loss, two.n_swap)


def test_more_samples_are_never_worse():
    X = np.random.default_rng(0).normal(size=(2000, 5))
    losses = [
        clara(X, 10, sampling_size=60, n_sampling=m, random_state=4).loss for m in (1, 2, 4, 8)
    ]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0]


def test_the_best_medoids_are_in_the_next_sample(monkeypatch):
    samples, judged = [], []
    sample, loss_of = _clara._sample, _clara.loss_of

    def watch_sample(task, size, known, number):
        objects = sample(task, size, known, number)
        samples.append((known, objects))
        return objects

    def watch_loss(task, medoids):
        found = loss_of(task, medoids)
        judged.append((found[0], medoids.tolist()))
        return found

    monkeypatch.setattr(_clara, "_sample", watch_sample)
    monkeypatch.setattr(_clara, "loss_of", watch_loss)
    X = np.random.default_rng(0).normal(size=(500, 2))
    result = clara(X, 8, sampling_size=30, n_sampling=6, random_state=0)
    assert samples[0][0] is None
    assert len(samples) == len(judged) == 6
    for i, (known, objects) in enumerate(samples):
        assert len(set(objects.tolist())) == 30
        assert set(judged[i][1]) <= set(objects.tolist())
        if i > 0:
            assert known.tolist() == min(judged[:i])[1]
            assert set(known.tolist()) <= set(objects.tolist())
    assert (result.loss, result.medoids.tolist()) == min(judged)


def test_given_objects_are_the_start():
    X = np.random.default_rng(0).normal(size=(400, 2))
    start = np.array([17, 3, 300, 250])
    one = clara(X, 4, init=start, sampling_size=4, n_sampling=1, random_state=0)
    assert one.medoids.tolist() == sorted(start.tolist()) or set(one.medoids) == set(start)
    assert one.n_swap == 0
    loss = cdist(X, X[start]).min(axis=1).sum()
    assert clara(X, 4, init=start, sampling_size=50, random_state=0).loss < loss
    assert clarans(X, 4, init=start, random_state=0, n_local=1).loss < loss
    few = one_batch_pam(X, 4, init=start, n_candidates=4, batch_size=50, random_state=0)
    assert set(few.medoids.tolist()) == set(start.tolist())


@pytest.mark.parametrize("k", [1, 2, 4])
def test_whole_weights_are_like_copies(k):
    X = whole_numbers(6, 40, scale=1000)
    weights = np.random.default_rng(0).integers(1, 4, 40)
    place = np.repeat(np.arange(40), weights)
    start = np.array([3, 20, 31, 39])[:k]
    first = np.searchsorted(place, start)
    options = {"metric": "manhattan", "random_state": 0}
    one = clara(X, k, method="fastpam1", init=start, sample_weight=weights, **options)
    two = clara(X[place], k, method="fastpam1", init=first, **options)
    assert place[two.medoids].tolist() == one.medoids.tolist()
    assert two.loss == one.loss
    assert (two.labels == one.labels[place]).all()
    for function, more in [
        (clarans, {"max_neighbor": 1000}),
        (one_batch_pam, {"batch_size": 40, "weighting": "uniform"}),
    ]:
        found = function(X, k, init=start, sample_weight=weights, **options, **more)
        D = pairwise_matrix(X[place], "manhattan")
        chosen = np.searchsorted(place, found.medoids)
        assert found.loss == oracle.loss_of(D.tolist(), chosen.tolist())
        for j in set(range(len(place))) - set(chosen.tolist()):
            assert swap_deltas(D, chosen, j).min() >= -1e-9


@pytest.mark.parametrize("function", METHODS)
def test_weights_of_one_change_nothing_and_scale_the_loss(function):
    X = np.random.default_rng(0).normal(size=(150, 3))
    plain = function(X, 5, random_state=1)
    ones = function(X, 5, random_state=1, sample_weight=np.ones(150))
    sevens = function(X, 5, random_state=1, sample_weight=np.full(150, 7))
    assert plain.medoids.tolist() == ones.medoids.tolist() == sevens.medoids.tolist()
    assert sevens.loss == pytest.approx(7 * plain.loss)
    scaled = function(X * 4, 5, random_state=1)
    assert scaled.medoids.tolist() == plain.medoids.tolist()
    assert scaled.loss == pytest.approx(4 * plain.loss)


@pytest.mark.parametrize(("function", "options"), VARIANTS, ids=IDS)
def test_same_seed_same_result_for_any_number_of_threads(function, options):
    X = np.random.default_rng(0).normal(size=(700, 5))
    one = function(X, 6, random_state=11, **options)
    two = function(X, 6, random_state=11, n_jobs=2, **options)
    again = function(X, 6, random_state=one.seed, **options)
    for other in (two, again):
        assert one.medoids.tolist() == other.medoids.tolist()
        assert (one.labels == other.labels).all()
        assert one.loss == other.loss
        assert (one.n_iter, one.n_swap) == (other.n_iter, other.n_swap)


@pytest.mark.parametrize("function", METHODS)
def test_seeds_are_drawn_and_reported(function):
    X = np.random.default_rng(0).normal(size=(40, 2))
    result = function(X, 3)
    assert function(X, 3, random_state=result.seed).medoids.tolist() == result.medoids.tolist()
    generator = function(X, 3, random_state=np.random.default_rng(5))
    assert 0 <= generator.seed < 2**63


@pytest.mark.parametrize("method", ["clarans", "fastclarans", "fasterclarans"])
@pytest.mark.parametrize("k", [1, 4])
def test_clarans_does_not_depend_on_how_many_rows_are_made_at_a_time(method, k, monkeypatch):
    X = np.random.default_rng(0).normal(size=(150, 3))
    results = []
    for size in (1, 7, 10**6):
        monkeypatch.setattr(_clarans, "CHUNK_BYTES", size * 150 * 4)
        results.append(clarans(X, k, method=method, max_neighbor=120, random_state=0))
    for other in results[1:]:
        assert other.medoids.tolist() == results[0].medoids.tolist()
        assert (other.n_iter, other.n_swap) == (results[0].n_iter, results[0].n_swap)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("single", [False, True])
def test_clarans_keeps_its_state_true(weighted, single):
    rng = np.random.default_rng(7)
    n, k = 130, 6
    X = whole_numbers(7, n)
    rows = pairwise_matrix(X, "manhattan", "float32")
    weights = rng.integers(1, 4, n) * 1.0 if weighted else None
    medoids = rng.choice(n, k, replace=False)
    far = np.float32(np.inf)
    held = rows[medoids].copy()
    lists = assign(held, np.arange(k), far)
    is_medoid = np.zeros(n, np.bool_)
    is_medoid[medoids] = True
    losses = removal_losses(k, weights, lists[4], lists[5])
    loss = total_of(lists[5], weights)
    idle = swaps = 0
    for _ in range(8):
        candidates = rng.integers(0, n, 9)
        wanted = rng.integers(0, k, 9) if single else np.empty(0, np.int64)
        before = loss
        loss, idle, tried, more = try_candidates(
            rows[candidates], candidates, wanted, held, medoids, is_medoid, weights, far, *lists,
            losses, np.zeros(k), np.empty(0, np.uint32), loss, idle, 10**6,
        )  # fmt: skip
        swaps += more
        assert tried <= 9
        assert loss <= before
        assert (held == rows[medoids]).all()
        assert np.flatnonzero(is_medoid).tolist() == sorted(medoids.tolist())
        ordered = np.sort(held, axis=0)
        assert (lists[5][::2] == ordered[0]).all()
        assert (lists[5][1::2] == ordered[1]).all()
        assert held[lists[4], np.arange(n)].tolist() == ordered[0].tolist()
        assert loss == pytest.approx(total_of(lists[5], weights), rel=1e-12)
        assert losses == pytest.approx(removal_losses(k, weights, lists[4], lists[5]), abs=1e-9)
    assert swaps > 0
    found = try_candidates(
        held, medoids.copy(), np.empty(0, np.int64), held, medoids, is_medoid, weights, far,
        *lists, losses, np.zeros(k), np.empty(0, np.uint32), loss, 3, 10**6,
    )  # fmt: skip
    assert found == (loss, 3, 0, 0)


def test_clarans_stops_after_its_budget_of_failures():
    X = groups(0, (30, 30), spread=0)  # two places: no exchange helps once both are taken
    result = clarans(
        X, 2, method="fastclarans", init=[0, 30], max_neighbor=25, n_local=1, random_state=0
    )
    assert result.loss == 0
    assert (result.n_iter, result.n_swap) == (25, 0)


@pytest.mark.parametrize(
    ("method", "n", "k", "expected"),
    [
        ("clarans", 100, 4, 250),
        ("clarans", 10_000, 10, 1249),
        ("fastclarans", 10_000, 10, 250),
        ("fasterclarans", 100, 4, 96),
        ("fasterclarans", 100_000, 10, 2500),
    ],
)
def test_default_budgets(method, n, k, expected):
    task = as_task(np.zeros((n, 1)), k, "euclidean", None, "float32", None, 0, None)
    assert _clarans._budget_of(None, method, task) == expected


def test_default_sizes():
    def task(n, k):
        return as_task(np.zeros((n, 1)), k, "euclidean", None, "float32", None, 0, None)

    assert _clara._size_of(None, "fasterpam", task(50_000, 10)) == 10_000
    assert _clara._size_of(None, "fasterpam", task(50_000, 3000)) == 12_080
    assert _clara._size_of(None, "fasterpam", task(700, 10)) == 700
    assert _clara._size_of(None, "fastpam1", task(50_000, 10)) == 120
    assert _one_batch._batch_size(None, task(1000, 10)) == 922
    assert _one_batch._batch_size(None, task(50, 10)) == 50
    assert _one_batch._batch_size(9, task(50, 10)) == 9


def test_candidates_are_as_many_as_memory_allows(monkeypatch):
    monkeypatch.setattr(_one_batch, "MAX_BYTES", 100 * 80 * 4)
    X = np.random.default_rng(0).normal(size=(500, 2))
    task = as_task(X, 5, "euclidean", None, "float32", None, 0, None)
    found = _one_batch._candidates(task, None, 80, "random")
    assert found.size == 100
    assert (np.diff(found) > 0).all()
    assert _one_batch._candidates(task, None, 10**6, "random").size == 5
    check_result(one_batch_pam(X, 5, batch_size=80, random_state=0), X, 5)


def test_nearest_weights_are_counts():
    X = np.random.default_rng(0).normal(size=(90, 2))
    weights = np.random.default_rng(1).random(90)
    task = as_task(X, 3, "euclidean", None, "float32", weights, 0, None)
    batch = np.array([3, 50, 70, 81])
    rows = cdist(X, X[batch]).astype(np.float32)
    found = _one_batch._nearest_weights(task, rows, np.arange(90))
    expected = np.bincount(rows.argmin(axis=1), weights, 4)
    assert found.mean() == pytest.approx(1)
    assert found / found.sum() == pytest.approx(expected / expected.sum())


def test_a_lightweight_coreset_estimates_sums_without_bias():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 2)) ** 3
    weights = rng.random(300)
    value = np.abs(X).sum(axis=1)
    sums = []
    for seed in range(400):
        task = as_task(X, 3, "euclidean", None, "float32", weights, seed, None)
        objects, parts = _one_batch._batch(task, 50, "lwcs")
        assert len(set(objects.tolist())) == objects.size <= 50
        sums.append([parts.sum(), (parts * value[objects]).sum()])
    error = np.std(sums, axis=0) / np.sqrt(400)
    expected = np.array([weights.sum(), (weights * value).sum()])
    assert (abs(np.mean(sums, axis=0) - expected) < 4 * error).all()


def test_debias_keeps_objects_of_the_batch_from_serving_themselves(monkeypatch):
    X = np.random.default_rng(0).normal(size=(80, 2))
    seen = {}

    def watch(rows, weights, start, order, method, limit):
        seen.update(rows=rows.copy(), weights=weights)
        return search_rows(rows, weights, start, order, method, limit)

    monkeypatch.setattr(_one_batch, "search_rows", watch)
    one_batch_pam(X, 4, batch_size=20, weighting="debias", random_state=3)
    batch, _ = _one_batch._batch(
        as_task(X, 4, "euclidean", None, "float32", None, 3, None), 20, "debias"
    )
    D = cdist(X, X[batch])
    D[batch, np.arange(20)] = D.max()
    assert seen["rows"] == pytest.approx(D, rel=5e-5)
    assert seen["weights"] is None


@pytest.mark.parametrize("function", METHODS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_one_cluster_and_as_many_as_points(function, dtype):
    X = np.random.default_rng(0).normal(size=(30, 2))
    D = cdist(X, X)
    single = function(X, 1, random_state=0, dtype=dtype)
    check_result(single, X, 1)
    assert single.loss == pytest.approx(D.sum(axis=0).min())
    every = function(X, 30, random_state=0, dtype=dtype)
    check_result(every, X, 30)
    assert every.loss == 0


@pytest.mark.parametrize("function", METHODS)
def test_points_that_coincide(function):
    same = function(np.ones((20, 2)), 3, random_state=0)
    assert same.loss == 0
    assert len(set(same.medoids.tolist())) == 3
    assert same.labels[same.medoids].tolist() == [0, 1, 2]
    assert function([[1.0, 2.0]], 1, random_state=0).medoids.tolist() == [0]
    with pytest.raises(ValueError, match="sample_weight must have a positive entry"):
        function(np.eye(5), 2, random_state=0, sample_weight=np.zeros(5))


@pytest.mark.parametrize("function", METHODS)
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"n_clusters": 0}, ValueError, "n_clusters must be at least 1, got 0"),
        ({"n_clusters": 9}, ValueError, "n_clusters must be at most the number of rows, 8, got 9"),
        ({"n_clusters": 2.0}, TypeError, "n_clusters must be an integer"),
        ({"X": [[np.nan]] * 8}, ValueError, "X must hold finite numbers, got nan in row 0"),
        ({"X": [1, 2]}, ValueError, "X must have two dimensions"),
        ({"metric": "precomputed"}, ValueError, "metric='precomputed' makes no sense"),
        ({"metric": "nearly"}, ValueError, "metric must be one of"),
        ({"dtype": "int8"}, ValueError, "dtype must be float32 or float64, got int8"),
        ({"sample_weight": [1, 2]}, ValueError, r"sample_weight must have shape \(8,\)"),
        ({"sample_weight": [-1] * 8}, ValueError, r"sample_weight\[0\] is -1"),
        ({"init": "best"}, ValueError, "init must be one of 'random'.*got 'best'"),
        ({"init": [0]}, ValueError, "as many objects as n_clusters, 2, got 1"),
        ({"init": [0, 8]}, ValueError, r"init must be .*medoids\[1\] is 8, allowed are 0 to 7"),
        ({"init": [3, 3]}, ValueError, "init must be .*3 more than once"),
        ({"init": [0.5, 1]}, TypeError, "init must be .*vector of integers"),
        ({"random_state": -1}, ValueError, "random_state"),
        ({"n_jobs": 0}, ValueError, "n_jobs"),
    ],
)
def test_bad_arguments_are_named(function, change, error, message):
    arguments = {"X": np.arange(16.0).reshape(8, 2), "n_clusters": 2, **change}
    with pytest.raises(error, match=message):
        function(arguments.pop("X"), arguments.pop("n_clusters"), **arguments)


@pytest.mark.parametrize(
    ("function", "change", "error", "message"),
    [
        (clara, {"method": "clara"}, ValueError, "method must be one of 'fasterpam'"),
        (clara, {"n_sampling": 0}, ValueError, "n_sampling must be at least 1"),
        (clara, {"sampling_size": 1}, ValueError, "sampling_size must be at least n_clusters, 2"),
        (clara, {"max_iter": 0}, ValueError, "max_iter must be at least 1"),
        (clarans, {"method": "pam"}, ValueError, "method must be one of 'fasterclarans'"),
        (clarans, {"n_local": 0}, ValueError, "n_local must be at least 1"),
        (clarans, {"max_neighbor": -1}, ValueError, "max_neighbor must be at least 1"),
        (one_batch_pam, {"weighting": "nn"}, ValueError, "weighting must be one of 'nniw'"),
        (one_batch_pam, {"batch_size": 0}, ValueError, "batch_size must be at least 1"),
        (one_batch_pam, {"n_candidates": 1}, ValueError, "n_candidates must be at least n_clus"),
        (one_batch_pam, {"max_iter": True}, TypeError, "max_iter must be an integer"),
        (one_batch_pam, {"init": "lab"}, ValueError, "init must be one of 'random', 'build'"),
    ],
)
def test_bad_arguments_of_their_own(function, change, error, message):
    with pytest.raises(error, match=message):
        function(np.arange(16.0).reshape(8, 2), 2, **change)


@pytest.mark.parametrize(
    ("function", "options"),
    [
        (clara, {"sampling_size": 200}),
        (clarans, {"max_neighbor": 50, "n_local": 1}),
        (one_batch_pam, {"batch_size": 100, "n_candidates": 1000}),
    ],
    ids=["clara", "clarans", "one_batch"],
)
def test_memory_stays_far_below_the_matrix(function, options, monkeypatch):
    monkeypatch.setattr(_clarans, "CHUNK_BYTES", 2**20)
    n, k = 20_000, 5
    X = np.random.default_rng(0).normal(size=(n, 3))
    function(X[:300], k, random_state=0, **options)  # compiled before memory is watched
    tracemalloc.start()
    function(X, k, random_state=0, **options)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30e6 < 4 * n * n / 50


def test_draws_without_replacement_are_uniform():
    counts = np.zeros((6, 6))
    for seed in range(3000):
        found = draw_without_replacement(stream_state(seed, 0), 6, 3)
        assert len(set(found.tolist())) == 3
        for i, o in enumerate(found):
            counts[i, o] += 1
    assert abs(counts[:3] - 500).max() < 5 * np.sqrt(500)


def test_weighted_draws_follow_the_weights():
    weights = np.array([0.0, 1.0, 0.0, 3.0, 0.0])
    drawn = draw_weighted(stream_state(1, 0), np.cumsum(weights), 4000)
    counts = np.bincount(drawn, minlength=5)
    assert counts[[0, 2, 4]].tolist() == [0, 0, 0]
    assert abs(counts[3] - 3000) < 5 * np.sqrt(750)


def test_quality_beside_fasterpam_on_everything():
    X = np.random.default_rng(3).normal(size=(3000, 8))
    full = fasterpam(pairwise_matrix(X), 10, random_state=0).loss
    limits = {
        clara: (1.02, {"sampling_size": 800}),
        clarans: (1.02, {}),
        one_batch_pam: (1.03, {}),
    }
    for function, (limit, options) in limits.items():
        assert function(X, 10, random_state=0, **options).loss <= limit * full


def test_a_measure_is_settled_once():
    X = np.random.default_rng(0).normal(size=(50, 3))
    measure = as_measure("euclidean", X, dtype="float32")
    assert as_measure(measure, X[:3]) is measure
    assert measure.symmetric
    assert not as_measure(lopsided, X).symmetric
