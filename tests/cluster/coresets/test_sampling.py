"""Sampled coresets: expectations, exact weights, and less variance than uniform sampling."""

import numpy as np
import pytest

from partwise.cluster.coresets._coreset import coreset, coreset_distortion

METHODS = ("sensitivity", "lightweight", "uniform")


def imbalanced(n=4000, d=4, seed=0):
    """Return blobs that hold from 60 % down to 0.2 % of the points."""
    rng = np.random.default_rng(seed)
    shares = np.array([0.6, 0.3, 0.06, 0.03, 0.005, 0.003, 0.002])
    sizes = np.round(shares * n).astype(int)
    X = np.concatenate([rng.normal(size=(size, d)) + rng.uniform(-25, 25, d) for size in sizes])
    return X[rng.permutation(len(X))]


def cost(X, w, C, z=1.0):
    nearest = np.sqrt(((X[:, None] - C[None]) ** 2).sum(axis=2)).min(axis=1)
    return float((w * nearest**z).sum())


def seeded_centres(X, k, seed):
    """Return k points by D^1 sampling: one of the good places for centres."""
    rng = np.random.default_rng(seed)
    C = X[[rng.integers(len(X))]]
    while len(C) < k:
        d = np.sqrt(((X[:, None] - C[None]) ** 2).sum(axis=2)).min(axis=1)
        C = np.append(C, X[[rng.choice(len(X), p=d / d.sum())]], axis=0)
    return C


def sets_of_centres(X, k):
    rng = np.random.default_rng(0)
    sets = [seeded_centres(X, k, seed) for seed in range(4)]
    sets += [X[rng.integers(0, len(X), k)] for _ in range(2)]
    sets.append(np.tile(X.max(axis=0) + 1e4, (k, 1)))
    return np.array(sets)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("z", [1.0, 2.0, 1.5])
@pytest.mark.parametrize("weighted", [False, True])
def test_costs_are_right_on_average(method, z, weighted):
    X = imbalanced(n=1500)
    rng = np.random.default_rng(5)
    w = rng.random(len(X)) * 3 if weighted else np.ones(len(X))
    given_weights = w if weighted else None
    repeats = 300
    sets = sets_of_centres(X, 5)
    whole = np.array([cost(X, w, C, z) for C in sets])
    found = np.empty((repeats, len(sets)))
    for seed in range(repeats):
        small = coreset(
            X, 5, size=60, method=method, z=z, augment=False,
            sample_weight=given_weights, random_state=seed,
        )  # fmt: skip
        found[seed] = [cost(small.points, small.weights, C, z) for C in sets] / whole
    # five standard errors of the mean: one chance in a million, and the seeds are fixed
    error = found.std(axis=0, ddof=1) / np.sqrt(repeats)
    assert (abs(found.mean(axis=0) - 1) <= 5 * error + 1e-12).all()


@pytest.mark.parametrize("method", METHODS)
def test_total_weights_are_right_on_average(method):
    X = imbalanced(n=1500)
    totals = [
        coreset(X, 5, size=60, method=method, augment=False, random_state=seed).weights.sum()
        for seed in range(300)
    ]
    assert np.mean(totals) == pytest.approx(len(X), abs=5 * np.std(totals) / np.sqrt(300) + 1e-6)


@pytest.mark.parametrize("z", [1.0, 2.0])
@pytest.mark.parametrize("size", [1, 2, 5, 40, 300])
@pytest.mark.parametrize("weighted", [False, True])
def test_augmented_coresets_weigh_what_the_points_weigh(z, size, weighted):
    X = imbalanced()
    w = np.random.default_rng(0).random(len(X)) if weighted else None
    small = coreset(X, 6, size=size, z=z, sample_weight=w, random_state=1)
    assert small.size <= size
    assert small.weights.sum() == pytest.approx(len(X) if w is None else w.sum(), rel=1e-12)
    assert (small.weights > 0).all()


def test_uniform_samples_weigh_what_the_points_weigh():
    X = imbalanced()
    small = coreset(X, 6, size=100, method="uniform", random_state=1)
    assert small.weights.sum() == pytest.approx(len(X), rel=1e-12)
    assert set(small.weights.tolist()) <= {len(X) / 100, 2 * len(X) / 100}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_points_are_rows_of_the_data(method, dtype):
    X = imbalanced().astype(dtype)
    small = coreset(X, 5, size=200, method=method, random_state=0)
    assert 150 <= small.size <= 200
    assert X[small.indices].astype(np.float64).tolist() == small.points.tolist()
    assert len(set(small.indices.tolist())) == small.size
    assert small.eps is None
    assert small.seed == 0


@pytest.mark.parametrize("z", [1.0, 2.0])
@pytest.mark.parametrize("augment", [True, False])
def test_distortion_varies_far_less_than_with_uniform_sampling(z, augment):
    X = imbalanced(n=10_000)
    centres = sets_of_centres(X, 7)[:4]
    whole = np.array([cost(X, np.ones(len(X)), C, z) for C in centres])
    ratio = {}
    for method in ("sensitivity", "uniform"):
        found = []
        for seed in range(40):
            small = coreset(X, 7, size=300, method=method, z=z, augment=augment, random_state=seed)
            found.append([cost(small.points, small.weights, C, z) for C in centres] / whole)
        ratio[method] = np.var(found, axis=0)
    # each set of centres leaves some small cluster out, or none
    assert np.median(ratio["uniform"] / ratio["sensitivity"]) >= 5


def test_distortion_is_small_for_all_kinds_of_centres():
    X = imbalanced(n=10_000)
    worst = [
        coreset_distortion(
            X, coreset(X, 7, size=700, random_state=seed), sets_of_centres(X, 7)
        ).max()
        for seed in range(10)
    ]
    assert max(worst) < 1.1
    assert np.mean(worst) < 1.05


def test_small_clusters_are_always_seen():
    X = imbalanced()
    small_cluster = np.random.default_rng(9).normal(size=(3, 4)) + 500.0
    X = np.append(X, small_cluster, axis=0)
    for seed in range(20):
        small = coreset(X, 8, size=100, random_state=seed)
        far = small.points[:, 0] > 400
        assert small.weights[far].sum() == pytest.approx(3, rel=1e-9)


def test_asking_for_eps_asks_for_a_size():
    X = imbalanced()
    assert coreset(X, 5, eps=0.2, random_state=0).size <= 125
    assert coreset(X, 5, eps=0.2, z=2, random_state=0).size > 250
    assert coreset(X, 5, eps=0.2, random_state=0).eps is None
    everything = coreset(X, 5, eps=1e-9, random_state=0)
    assert everything.size == len(X)
    assert everything.eps == 0.0
    assert coreset(X, 5, eps=0.0, random_state=0).size == len(X)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("k", [1, 3, 50])
def test_enough_room_leaves_the_distinct_points_and_their_counts(method, k):
    X = np.random.default_rng(0).integers(0, 4, size=(50, 2)).astype(float)
    small = coreset(X, k, size=50, method=method)
    values, first, counts = np.unique(X, axis=0, return_index=True, return_counts=True)
    assert small.points.tolist() == values.tolist()
    assert small.weights.tolist() == counts.tolist()
    assert small.indices.tolist() == first.tolist()
    assert small.eps == 0.0


def test_as_many_centres_as_rows_leave_nothing_out():
    X = np.random.default_rng(0).normal(size=(30, 3))
    small = coreset(X, 30, size=5)
    assert small.size == 30
    assert small.cost_bounds == (0.0, 0.0)


@pytest.mark.parametrize("method", METHODS)
def test_duplicates_collapse(method):
    X = np.repeat(np.random.default_rng(0).normal(size=(40, 2)), 100, axis=0)
    small = coreset(X, 4, size=120, method=method, random_state=0)
    assert small.size <= 40
    assert len(np.unique(small.points, axis=0)) == small.size
    assert X[small.indices].tolist() == small.points.tolist()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("augment", [True, False])
def test_weights_count_as_copies(method, augment):
    # the same draws fall on the same places of the running probability
    rng = np.random.default_rng(1)
    X = rng.normal(size=(600, 3))
    copies = rng.integers(0, 4, 600)
    given_copies = {"size": 80, "method": method, "augment": augment, "random_state": 7}
    one = coreset(X, 4, sample_weight=copies, **given_copies)
    two = coreset(np.repeat(X, copies, axis=0), 4, **given_copies)
    assert one.points.tolist() == two.points.tolist()
    assert one.weights == pytest.approx(two.weights, rel=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_rows_of_weight_zero_are_never_drawn(method):
    rng = np.random.default_rng(2)
    X = rng.normal(size=(1000, 2))
    w = (rng.random(1000) < 0.5) * rng.random(1000)
    X[w == 0] += 100
    small = coreset(X, 3, size=100, method=method, sample_weight=w, random_state=0)
    assert (w[small.indices] > 0).all()
    few = coreset(X, 3, size=900, method=method, sample_weight=w, random_state=0)
    assert few.size == np.count_nonzero(w)


@pytest.mark.parametrize("method", METHODS)
def test_the_seed_decides(method):
    X = imbalanced()
    one, two, other = (coreset(X, 3, size=50, method=method, random_state=s) for s in (1, 1, 2))
    assert one.points.tolist() == two.points.tolist()
    assert one.weights.tolist() == two.weights.tolist()
    assert one.points.tolist() != other.points.tolist()
    drawn = coreset(X, 3, size=50, method=method)
    again = coreset(X, 3, size=50, method=method, random_state=drawn.seed)
    assert drawn.points.tolist() == again.points.tolist()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("scale", [1e-12, 1e-3, 1e12, 1e100])
def test_units_do_not_matter(method, scale):
    X = imbalanced()
    one = coreset(X, 3, size=50, method=method, random_state=1)
    two = coreset(X * scale, 3, size=50, method=method, random_state=1)
    same = np.isin(two.indices, one.indices).mean()
    assert same > 0.95  # but for rounding
    assert two.weights.sum() == pytest.approx(one.weights.sum(), rel=1e-3)


def test_large_values_in_single_precision_become_double():
    X = (imbalanced() * 1e30).astype(np.float32)
    small = coreset(X, 3, size=50, random_state=1)
    assert np.isfinite(small.weights).all()
    assert coreset_distortion(X, small, X[:3]) < 2


@pytest.mark.parametrize("method", METHODS)
def test_all_points_the_same(method):
    small = coreset(np.ones((500, 3)), 4, size=20, method=method, random_state=0)
    assert small.points.tolist() == [[1.0, 1.0, 1.0]]
    assert small.weights == pytest.approx([500.0])


@pytest.mark.parametrize("layout", ["C", "F", "readonly", "strided", "list", "int", "half", ">f8"])
def test_containers(layout):
    X = np.random.default_rng(0).integers(0, 50, size=(800, 3)).astype(np.float64)
    variants = {
        "C": lambda: X,
        "F": lambda: np.asfortranarray(X),
        "readonly": lambda: np.frombuffer(X.tobytes()).reshape(X.shape),
        "strided": lambda: np.repeat(X, 2, axis=1)[:, ::2],
        "list": lambda: X.tolist(),
        "int": lambda: X.astype(np.int32),
        "half": lambda: X.astype(np.float16),
        ">f8": lambda: X.astype(">f8"),
    }
    expected = coreset(X, 3, size=60, random_state=0)
    found = coreset(variants[layout](), 3, size=60, random_state=0)
    assert found.points.tolist() == expected.points.tolist()
    assert found.weights.tolist() == expected.weights.tolist()
