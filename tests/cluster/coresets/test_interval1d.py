"""Points on a line: the proven bounds, on centres that do their worst."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partwise.cluster.coresets._coreset import coreset, coreset_distortion
from partwise.cluster.coresets._line import line_coreset, optimum_bounds

SHAPES = ("normal", "cauchy", "lognormal", "ties", "two groups", "uniform")


def points_on_a_line(shape, n=2000, seed=0):
    rng = np.random.default_rng(seed)
    x = {
        "normal": lambda: rng.normal(size=n),
        "cauchy": lambda: rng.standard_cauchy(n),
        "lognormal": lambda: np.exp(3 * rng.normal(size=n)),
        "ties": lambda: rng.integers(0, 40, n).astype(float) ** 2,
        "two groups": lambda: np.append(rng.normal(size=n // 2), 1e6 + rng.normal(size=n // 10)),
        "uniform": lambda: rng.random(n),
    }[shape]()
    return x[:, None]


def median(points, weights):
    order = np.argsort(points)
    running = np.cumsum(weights[order])
    return points[order][np.searchsorted(running, running[-1] / 2)]


def single_centres(X, small):
    """Return centres all over: a dense grid, within buckets, far away, and both optima."""
    x = np.unique(X)
    step = max(1, x.size // 400)
    within = x[::step]
    return np.concatenate(
        [
            np.linspace(x[0], x[-1], 400),
            within,
            (within[1:] + within[:-1]) / 2,
            small.points[:, 0],
            (small.points[1:, 0] + small.points[:-1, 0]) / 2,
            [x[0] - 1e3 * (1 + np.ptp(x)), x[-1] + 1e3 * (1 + np.ptp(x))],
            [np.median(X), median(small.points[:, 0], small.weights)],
        ]
    )[:, None, None]


def costs(x, w, centres):
    """Return the cost of each set of centres on a line, shape (t,)."""
    return np.array([(w * abs(x[:, None] - c[:, 0]).min(axis=1)).sum() for c in centres])


def size_for_one(eps):
    a = eps / (1 + eps)
    e = math.sqrt(2 * a)
    return 6 / e + 2 * math.log(1 + 2 / a) / math.log1p(e) + 6


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("eps", [0.5, 0.1, 0.01, 0.001])
def test_one_median(shape, eps):
    X = points_on_a_line(shape)
    small = coreset(X, 1, method="interval1d", eps=eps)
    assert small.size <= size_for_one(eps)
    assert small.eps <= eps
    assert small.weights.sum() == 2000 if shape != "two groups" else 1200
    centres = single_centres(X, small)
    assert coreset_distortion(X, small, centres).max() <= 1 + small.eps * (1 + 1e-9)
    # the error has one sign
    whole = costs(X[:, 0], np.ones(len(X)), centres)
    part = costs(small.points[:, 0], small.weights, centres)
    assert (part <= whole * (1 + 1e-12)).all()
    exact = abs(X[:, 0] - np.median(X)).sum()
    assert small.cost_bounds == pytest.approx((exact, exact))


def test_the_size_for_one_median_grows_with_the_root_of_the_precision():
    X = points_on_a_line("normal", n=200_000)
    sizes = [coreset(X, 1, method="interval1d", eps=10.0**-i).size for i in range(1, 6)]
    growth = [b / a for a, b in itertools.pairwise(sizes[1:])]
    assert all(2 < g < 4.5 for g in growth)  # sqrt(10) = 3.16 and a logarithm, not 10


def brute_partition(x, w, k):
    """Return optimal centres of k-median on a line (dynamic programming over all intervals)."""
    n = x.size
    cost = np.full((n + 1, n + 1), math.inf)
    middle = np.zeros((n + 1, n + 1))
    for i in range(n):
        for j in range(i + 1, n + 1):
            middle[i, j] = median(x[i:j], w[i:j])
            cost[i, j] = (w[i:j] * abs(x[i:j] - middle[i, j])).sum()
    best, cut = [cost[0]], []
    for _ in range(1, k):
        table = best[-1][:, None] + cost
        best.append(table.min(axis=0))
        cut.append(table.argmin(axis=0))
    centres, j = [], n
    for layer in reversed(cut):
        i = int(layer[j])
        centres.append(middle[i, j] if i < j else x[0])
        j = i
    return np.array([*centres, middle[0, j]])[:, None]


def sets_of_centres(X, small, k, seed):
    """Return sets of k centres: random ones, pairs within buckets, far ones, and both optima."""
    rng = np.random.default_rng(seed)
    x = np.unique(X)
    spread = np.ptp(x)
    sets = [rng.choice(x, size=(k, 1)) for _ in range(300)]
    sets += [rng.uniform(x[0] - 0.2 * spread, x[-1] + 0.2 * spread, (k, 1)) for _ in range(300)]
    sets += [rng.choice(small.points[:, 0], size=(k, 1)) for _ in range(100)]
    for _ in range(200):  # all centres close together, around the same place
        sets.append(rng.choice(x) + rng.normal(size=(k, 1)) * spread * 10 ** rng.uniform(-6, -1))
    sets.append(np.full((k, 1), x[-1] + 1e6 * (1 + spread)))
    far = rng.choice(x, size=(k, 1))
    far[0] = x[0] - 1e4 * (1 + spread)
    sets.append(far)
    sets.append(brute_partition(x, np.unique(X, return_counts=True)[1], k))
    sets.append(brute_partition(small.points[:, 0], small.weights, min(k, small.size)))
    sets[-1] = np.resize(sets[-1], (k, 1))
    return np.array(sets)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("k", [2, 3, 6])
@pytest.mark.parametrize("eps", [0.5, 0.1, 0.02])
def test_k_medians(shape, k, eps):
    X = points_on_a_line(shape, n=150)
    small = coreset(X, k, method="interval1d", eps=eps)
    assert small.eps <= eps
    assert small.size <= 4 * k * (1 + eps) / eps + k
    assert small.size <= 4 * (2 * k - 1) / eps + k + 1
    assert small.weights.sum() == len(X)
    centres = sets_of_centres(X, small, k, seed=k)
    assert coreset_distortion(X, small, centres).max() <= 1 + small.eps * (1 + 1e-9)


@pytest.mark.parametrize("k", [2, 5])
def test_the_size_of_k_medians_with_many_points(k):
    X = points_on_a_line("normal", n=20_000)
    for eps in (0.5, 0.1, 0.01):
        small = coreset(X, k, method="interval1d", eps=eps)
        assert small.size <= 4 * k * (1 + eps) / eps + k
        rng = np.random.default_rng(0)
        centres = rng.normal(size=(200, k, 1)) * 2
        assert coreset_distortion(X, small, centres).max() <= 1 + eps


def test_fewer_centres_than_planned_are_covered_too():
    X = points_on_a_line("cauchy")
    small = coreset(X, 4, method="interval1d", eps=0.05)
    centres = np.random.default_rng(0).choice(X[:, 0], size=(500, 2, 1))
    assert coreset_distortion(X, small, centres).max() <= 1.05


@settings(max_examples=60)
@given(
    seed=st.integers(0, 10**6),
    k=st.integers(1, 4),
    eps=st.sampled_from([0.05, 0.3, 1.0, 4.0]),
    weighted=st.booleans(),
)
def test_bounds_hold_for_any_small_input(seed, k, eps, weighted):
    rng = np.random.default_rng(seed)
    n = rng.integers(1, 40)
    X = (rng.normal(size=(n, 1)) ** 3).round(rng.integers(0, 4))
    w = rng.choice([0.0, 0.1, 1.0, 50.0], size=n) if weighted else np.ones(n)
    w[0] = 1.0
    small = coreset(X, k, method="interval1d", eps=eps, sample_weight=w)
    low, high = X.min() - 1, X.max() + 1
    centres = np.concatenate(
        [rng.uniform(low, high, size=(200, k, 1)), rng.choice(X[:, 0], size=(100, k, 1))]
    )
    assert coreset_distortion(X, small, centres, w).max() <= 1 + small.eps * (1 + 1e-9) + 1e-12
    assert small.eps <= eps
    assert small.weights.sum() == pytest.approx(w.sum())
    assert (small.points >= X.min()).all()
    assert (small.points <= X.max()).all()


@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize("eps", [0.0, 1e-12])
def test_no_error_at_all_leaves_the_distinct_points_and_their_counts(k, eps):
    X = points_on_a_line("ties")
    small = coreset(X, k, method="interval1d", eps=eps)
    values, first, counts = np.unique(X, return_index=True, return_counts=True)
    assert small.points[:, 0].tolist() == values.tolist()
    assert small.weights.tolist() == counts.tolist()
    assert small.indices.tolist() == first.tolist()
    assert small.eps == 0.0


@pytest.mark.parametrize("k", [1, 2, 5])
@pytest.mark.parametrize("size", [1, 2, 3, 10, 50])
def test_a_size_is_kept_and_its_error_known(k, size):
    X = points_on_a_line("lognormal")
    small = coreset(X, k, method="interval1d", size=size)
    assert small.size <= size
    assert small.weights.sum() == 2000
    if size > 2:  # the best possible cut, so it is nearly used up
        assert small.size >= size - 1
    if math.isfinite(small.eps):
        rng = np.random.default_rng(0)
        centres = rng.choice(X[:, 0], size=(300, k, 1))
        assert coreset_distortion(X, small, centres).max() <= 1 + small.eps * (1 + 1e-9)
    assert size < 50 or small.eps < 1


def test_a_larger_size_has_a_smaller_error():
    X = points_on_a_line("normal")
    for k in (1, 3):
        found = [coreset(X, k, method="interval1d", size=m).eps for m in (20, 40, 80)]
        assert found[0] > found[1] > found[2] > 0


@pytest.mark.parametrize("k", [1, 4])
def test_a_permutation_changes_nothing_but_indices(k):
    rng = np.random.default_rng(0)
    X, w = points_on_a_line("normal"), rng.random(2000)
    X = X.round(2)
    order = rng.permutation(2000)
    one = coreset(X, k, method="interval1d", eps=0.05, sample_weight=w)
    two = coreset(X[order], k, method="interval1d", eps=0.05, sample_weight=w[order])
    assert one.points.tolist() == two.points.tolist()
    assert one.weights.tolist() == two.weights.tolist()
    assert one.eps == two.eps


@pytest.mark.parametrize("k", [1, 4])
def test_scaling_and_shifting_the_line(k):
    X = points_on_a_line("normal")
    one = coreset(X, k, method="interval1d", eps=0.05)
    two = coreset(-8.0 * X, k, method="interval1d", eps=0.05)
    assert coreset_distortion(-8.0 * X, two, [[0.1]] * k) <= 1.05
    shifted = coreset(X * 4.0, k, method="interval1d", eps=0.05)
    assert shifted.points == pytest.approx(one.points * 4)
    assert shifted.weights.tolist() == one.weights.tolist()


@pytest.mark.parametrize("k", [1, 4])
def test_weights_count_as_copies(k):
    rng = np.random.default_rng(3)
    X, copies = points_on_a_line("cauchy", n=300), rng.integers(0, 4, 300)
    one = coreset(X, k, method="interval1d", eps=0.1, sample_weight=copies)
    two = coreset(np.repeat(X, copies, axis=0), k, method="interval1d", eps=0.1)
    assert one.points.tolist() == two.points.tolist()
    assert one.weights.tolist() == two.weights.tolist()
    assert one.weights.sum() == copies.sum()


def test_a_point_that_weighs_nearly_everything():
    # its bucket must not move by more than a billionth, the cost of it is only that of the others
    X = points_on_a_line("uniform")
    w = np.ones(2000)
    w[77] = 1e9
    small = coreset(X, 1, method="interval1d", eps=0.1, sample_weight=w)
    assert small.weights.sum() == w.sum()
    centres = X[77] + np.array([0.0, 1e-9, -1e-9, 1e-7, 1e-6, -1e-6, 1e-3, 0.2])[:, None, None]
    assert coreset_distortion(X, small, centres, w).max() <= 1.1


def test_a_given_bound_of_the_optimum_is_believed():
    X = points_on_a_line("normal")
    exact = coreset(X, 3, method="interval1d", eps=0.1)
    same = coreset(X, 3, method="interval1d", eps=0.1, opt_lower=exact.cost_bounds[0])
    assert same.points.tolist() == exact.points.tolist()
    assert same.cost_bounds[1] == math.inf
    finer = coreset(X, 3, method="interval1d", eps=0.1, opt_lower=exact.cost_bounds[0] / 5)
    assert finer.size > exact.size
    everything = coreset(X, 3, method="interval1d", eps=0.1, opt_lower=0.0)
    assert everything.size == 2000
    assert everything.eps == 0.0


def test_more_points_than_the_exact_optimum_is_computed_for(monkeypatch):
    X = points_on_a_line("cauchy", n=5000)
    exact = coreset(X, 4, method="interval1d", eps=0.1)
    monkeypatch.setattr("partwise.cluster.coresets._line.EXACT", 2000)
    small = coreset(X, 4, method="interval1d", eps=0.1)
    low, high = small.cost_bounds
    assert low <= exact.cost_bounds[0] <= exact.cost_bounds[1] <= high
    assert exact.size <= small.size <= 2 * exact.size
    centres = np.random.default_rng(0).choice(X[:, 0], size=(500, 4, 1))
    assert coreset_distortion(X, small, centres).max() <= 1.1


def test_clusters_far_apart_keep_their_inner_structure():
    # the optimum is a millionth of the spread
    rng = np.random.default_rng(0)
    X = np.concatenate([c + rng.normal(size=400) for c in (0, 1e6, 5e6)])[:, None]
    small = coreset(X, 3, method="interval1d", eps=0.1)
    low, high = small.cost_bounds
    assert high / low < 1 + 1e-6
    centres = np.array([[0.0, 1e6, 5e6]])[:, :, None] + rng.normal(size=(500, 3, 1))
    assert coreset_distortion(X, small, centres).max() <= 1.1
    assert small.size < 150


def test_solver_by_hand():
    # {0, 0.5, 1, 2} and {10, 11} cost 2.5 and 1: a bucket may deviate by 0.5 / 1.5 * 3.5 / 2 = 0.58
    x, w = np.array([0.0, 0.5, 1.0, 2.0, 10.0, 11.0]), np.ones(6)
    assert optimum_bounds(x, w, 2) == pytest.approx((3.5, 3.5))
    cut = line_coreset(x, w, 2, 0.5, None, None)
    # {0, 0.5} deviates by 0.5, {0, 0.5, 1} and {1, 2} would by 1
    assert cut.starts.tolist() == [0, 2, 3, 4, 5, 6]
    assert cut.eps == pytest.approx((0.5 / 3.5) / (1 - 0.5 / 3.5))
