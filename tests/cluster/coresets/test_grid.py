"""Grids in one to three dimensions: the error is proven, whatever the centres."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partwise.cluster.coresets._coreset import coreset, coreset_distortion
from partwise.cluster.coresets._grid import _Grid


def blobs(d, k, n=600, seed=0):
    rng = np.random.default_rng(seed)
    X = np.concatenate([rng.normal(size=(n, d)) + rng.uniform(-15, 15, d) for _ in range(k)])
    return np.concatenate([X, 100 * rng.standard_cauchy((5, d))])


def sets_of_centres(X, small, k, seed=0):
    """Return sets of k centres: random, of points or coreset, close, far, and good ones."""
    rng = np.random.default_rng(seed)
    d = X.shape[1]
    low, high = X.min(axis=0), X.max(axis=0)
    sets = [rng.uniform(low, high, (k, d)) for _ in range(30)]
    sets += [X[rng.integers(0, len(X), k)] for _ in range(60)]
    sets += [small.points[rng.integers(0, small.size, k)] for _ in range(30)]
    sets += [X[rng.integers(len(X))] + 0.01 * rng.normal(size=(k, d)) for _ in range(20)]
    sets.append(np.tile(high + 1e5, (k, 1)))
    for P, w in ((X, np.ones(len(X))), (small.points, small.weights)):
        C = P[rng.choice(len(P), k, p=w / w.sum())]
        for _ in range(10):  # Weiszfeld's steps from there
            dist = np.sqrt(((P[:, None] - C[None]) ** 2).sum(axis=2))
            label = dist.argmin(axis=1)
            pull = w / np.maximum(dist.min(axis=1), 1e-9)
            for j in range(k):
                if (label == j).any():
                    C[j] = np.average(P[label == j], axis=0, weights=pull[label == j])
            sets.append(C.copy())
    return np.array(sets)


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("k", [1, 2, 5])
@pytest.mark.parametrize("eps", [0.5, 0.2])
def test_the_error_is_within_eps(d, k, eps):
    X = blobs(d, k)
    small = coreset(X, k, method="grid", eps=eps)
    assert small.eps <= eps
    assert small.size < len(X)
    assert small.weights.sum() == len(X)
    found = coreset_distortion(X, small, sets_of_centres(X, small, k))
    assert found.max() <= 1 + small.eps * (1 + 1e-9)
    low, high = small.cost_bounds
    assert 0 < low <= high <= 3 * low


@pytest.mark.parametrize("d", [1, 2, 3])
def test_the_number_of_cells_is_within_its_bound(d):
    k, eps = 3, 0.3
    X = blobs(d, k)
    n = len(X)
    small = coreset(X, k, method="grid", eps=eps)
    grid = _Grid(np.unique(X, axis=0), np.ones(n), 2 * k + 4)
    # the coarsest share that could be needed, and a tenth less for the last step
    share = 0.9 * eps / (1 + eps) * small.cost_bounds[0] / (3 * math.sqrt(d) * grid.cost)
    rings = math.ceil(math.log2(n)) + 1
    assert small.size <= (2 * k + 4) * rings * (2 / share + 2) ** d


@settings(max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    d=st.integers(1, 3),
    k=st.integers(1, 4),
    eps=st.sampled_from([0.1, 0.5, 2.0]),
)
def test_the_error_is_within_eps_for_any_small_input(seed, d, k, eps):
    rng = np.random.default_rng(seed)
    n = rng.integers(1, 60)
    X = (rng.normal(size=(n, d)) ** 3).round(rng.integers(0, 3))
    w = rng.choice([0.0, 1.0, 3.5, 100.0], size=n)
    w[0] = 1.0
    small = coreset(X, k, method="grid", eps=eps, sample_weight=w)
    centres = np.concatenate(
        [rng.normal(size=(100, k, d)) * 3, X[rng.integers(0, n, size=(100, k))]]
    )
    assert small.eps <= eps
    assert small.weights.sum() == pytest.approx(w.sum())
    assert coreset_distortion(X, small, centres, w).max() <= 1 + small.eps * (1 + 1e-9) + 1e-12


@pytest.mark.parametrize("eps", [0.0, 1e-9])
def test_no_error_at_all_leaves_the_distinct_points_and_their_counts(eps):
    X = np.random.default_rng(0).integers(0, 6, size=(400, 2)).astype(float)
    small = coreset(X, 3, method="grid", eps=eps)
    values, first, counts = np.unique(X, axis=0, return_index=True, return_counts=True)
    assert small.points.tolist() == values.tolist()
    assert small.weights.tolist() == counts.tolist()
    assert small.indices.tolist() == first.tolist()
    assert small.eps == 0.0


@pytest.mark.parametrize("size", [1, 2, 7, 40, 300])
@pytest.mark.parametrize("d", [1, 3])
def test_a_size_is_kept_and_its_error_known(size, d):
    X = blobs(d, 2)
    small = coreset(X, 2, method="grid", size=size)
    assert small.size <= size
    assert small.weights.sum() == len(X)
    if math.isfinite(small.eps):
        found = coreset_distortion(X, small, sets_of_centres(X, small, 2))
        assert found.max() <= 1 + small.eps
    assert size < 300 or small.eps < 1


def test_a_permutation_changes_nothing_but_indices():
    rng = np.random.default_rng(0)
    X = blobs(2, 3).round(1)
    w = rng.random(len(X))
    order = rng.permutation(len(X))
    one = coreset(X, 3, method="grid", eps=0.3, sample_weight=w)
    two = coreset(X[order], 3, method="grid", eps=0.3, sample_weight=w[order])
    assert one.points.tolist() == two.points.tolist()
    assert one.weights.tolist() == two.weights.tolist()
    kept = one.indices >= 0
    assert (kept == (two.indices >= 0)).all()
    assert X[one.indices[kept]].tolist() == X[order][two.indices[kept]].tolist()


def test_weights_count_as_copies():
    rng = np.random.default_rng(3)
    X, copies = blobs(2, 2, n=200), rng.integers(0, 4, 405)
    one = coreset(X, 2, method="grid", eps=0.3, sample_weight=copies)
    two = coreset(np.repeat(X, copies, axis=0), 2, method="grid", eps=0.3)
    assert one.points == pytest.approx(two.points)
    assert one.weights.tolist() == two.weights.tolist()


def test_tight_clusters_far_apart():
    # the optimum is a hundred-millionth of the spread
    rng = np.random.default_rng(0)
    centres = np.array([[0.0, 0.0], [1e8, 0.0], [0.0, 1e8]])
    X = np.concatenate([c + rng.normal(size=(300, 2)) for c in centres])
    small = coreset(X, 3, method="grid", eps=0.2)
    assert small.size < 700
    near = centres[None] + rng.normal(size=(100, 3, 2))
    assert coreset_distortion(X, small, near).max() <= 1.2


def test_a_given_bound_of_the_optimum_is_believed():
    X = blobs(2, 2)
    low = coreset(X, 2, method="grid", eps=0.3).cost_bounds[0]
    given_it = coreset(X, 2, method="grid", eps=0.3, opt_lower=low)
    assert given_it.eps <= 0.3
    assert given_it.cost_bounds == (low, math.inf)
    finer = coreset(X, 2, method="grid", eps=0.3, opt_lower=low / 4)
    assert finer.size > given_it.size
    assert coreset(X, 2, method="grid", eps=0.3, opt_lower=0.0).size == len(X)


@pytest.mark.parametrize("scale", [1e-200, 1e-150, 1e-20, 1e20, 1e149])
@pytest.mark.parametrize("options", [{"eps": 0.3}, {"eps": 1e-30}, {"size": 30}])
def test_units_do_not_matter(scale, options):
    X = blobs(2, 2, n=100)
    X /= abs(X).max()
    small = coreset(X * scale, 2, method="grid", **options)
    one = coreset(X, 2, method="grid", **options)
    assert small.weights.sum() == len(X)
    if scale > 1e-160:
        assert abs(small.size - one.size) <= 2
        assert small.eps == pytest.approx(one.eps, abs=0.02)
    else:  # all squares underflow
        assert small.eps == 0.0


@pytest.mark.parametrize("options", [{"eps": 0.1}, {"size": 40}])
def test_points_that_lie_closer_than_cells_can_tell(options):
    X = np.random.default_rng(0).normal(size=(40, 2)).repeat(3, axis=0)
    X[::3] = np.nextafter(X[::3], 9)
    small = coreset(X, 2, method="grid", **options)
    assert small.weights.sum() == 120
    assert small.eps <= 0.5
