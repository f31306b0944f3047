"""The kernels of coresets against slow, obviously right versions."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partwise.cluster.coresets._grid import _bounds_of, _Grid, _leaves
from partwise.cluster.coresets._kernels.distances import nearest, powers, total_cost, weighted_mean
from partwise.cluster.coresets._kernels.dual import (
    best_gain,
    gain_bound,
    greedy_medians,
    leaf_boxes,
)
from partwise.cluster.coresets._kernels.grid import movement, snap
from partwise.cluster.coresets._kernels.line import (
    bucket_means,
    line_optimum,
    median_of,
    sweep_line,
    sweep_side,
)
from partwise.cluster.coresets._kernels.sampling import cluster_sums, draw_points, slice_targets
from partwise.cluster.coresets._kernels.seeding import CHUNK, seed_centres
from partwise.cluster.coresets._line import optimum_bounds
from partwise.kernels.rng import seed_state

SEEDS = range(5)


def line(seed, n=30, spread=1.0):
    """Return sorted distinct points and weights of very different sizes."""
    rng = np.random.default_rng(seed)
    x = np.unique(rng.normal(size=n) ** 3 * spread)
    return x, rng.choice([0.01, 1.0, 1.0, 5.0, 300.0], size=x.size)


def deviation(x, w):
    return float((w * abs(x - np.average(x, weights=w))).sum())


def distances(X, C):
    return np.sqrt(((X[:, None, :] - C[None]) ** 2).sum(axis=2))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("n", "d", "c"), [(1, 1, 1), (63, 3, 2), (64, 16, 5), (200, 7, 9)])
def test_nearest_keeps_the_first_of_the_nearest_centres(dtype, n, d, c):
    rng = np.random.default_rng(n)
    X = rng.integers(-3, 4, size=(n, d)).astype(dtype)
    centres = rng.integers(-3, 4, size=(c, d)).astype(dtype)
    d2 = np.full(n, np.inf, dtype)
    label = np.zeros(n, np.uint32)
    nearest(X, centres[: c // 2], 0, d2, label)
    nearest(X, centres[c // 2 :], c // 2, d2, label)
    exact = ((X[:, None, :] - centres[None]) ** 2).sum(axis=2)
    assert d2.tolist() == exact.min(axis=1).tolist()
    assert label.tolist() == exact.argmin(axis=1).tolist()


@pytest.mark.parametrize("z", [1.0, 2.0, 1.5, 3.0])
@pytest.mark.parametrize("weighted", [True, False])
def test_costs(z, weighted):
    rng = np.random.default_rng(0)
    X, C = rng.normal(size=(130, 3)), rng.normal(size=(4, 3))
    w = rng.random(130) if weighted else None
    ones = np.ones(130) if w is None else w
    expected = (ones * distances(X, C).min(axis=1) ** z).sum()
    assert total_cost(X, w, C, z) == pytest.approx(expected, rel=1e-12)
    out = np.empty(130)
    powers(distances(X, C).min(axis=1) ** 2, z, out)
    assert out == pytest.approx(distances(X, C).min(axis=1) ** z)
    assert weighted_mean(X, w) == pytest.approx(np.average(X, axis=0, weights=w))


def test_costs_do_not_cancel_far_from_the_origin():
    X = np.random.default_rng(0).integers(0, 50, size=(500, 2)) / 64
    centre = np.array([[0.25, 0.5]])
    here = total_cost(X, None, centre, 1.0)
    assert total_cost(X + 2.0**40, None, centre + 2.0**40, 1.0) == pytest.approx(here, rel=1e-14)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("limit", [0.0, 1e-3, 0.3, 10.0, np.inf])
def test_buckets_are_as_long_as_their_deviation_allows(seed, limit):
    x, w = line(seed)
    n = x.size
    starts, deviations = np.empty(n + 1, np.int64), np.empty(n)
    count = sweep_line(x, w, limit, starts, deviations)
    expected, first = [], 0
    while first < n:
        expected.append(first)
        end = first + 1
        while end < n and deviation(x[first : end + 1], w[first : end + 1]) <= limit:
            end += 1
        assert deviations[len(expected) - 1] == pytest.approx(
            deviation(x[first:end], w[first:end]), rel=1e-9, abs=1e-12
        )
        first = end
    assert starts[: count + 1].tolist() == [*expected, n]
    means, weights = np.empty(count), np.empty(count)
    bucket_means(x, w, starts[: count + 1], means, weights)
    for b, (i, j) in enumerate(itertools.pairwise(starts[: count + 1])):
        assert means[b] == pytest.approx(np.average(x[i:j], weights=w[i:j]))
        assert weights[b] == pytest.approx(w[i:j].sum())
    assert (np.diff(means) > 0).all()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("share", [1e-3, 0.05, 0.5, 2.0])
def test_a_side_s_ratios_bound_every_error(seed, share):
    x, w = line(seed, n=60)
    q, optimum, before = median_of(x, w)
    assert optimum == pytest.approx(min((w * abs(x - c)).sum() for c in x))
    r, mine = x[q:] - x[q], w[q:]
    starts, ratio = np.empty(r.size + 1, np.int64), np.empty(r.size)
    count = sweep_side(r, mine, optimum, before, share, starts, ratio)
    assert (ratio[:count] <= share * (1 + 1e-12)).all()
    for b, (i, j) in enumerate(itertools.pairwise(starts[: count + 1])):
        mean = np.average(x[q + i : q + j], weights=mine[i:j])
        for c in np.linspace(x[q + i], x[q + j - 1], 50):
            gap = (mine[i:j] * abs(x[q + i : q + j] - c)).sum() - mine[i:j].sum() * abs(mean - c)
            assert -1e-9 <= gap <= ratio[b] * (w * abs(x - c)).sum() + 1e-9


def brute_optimum(x, w, k):
    """Return the optimum of k-median on a line by dynamic programming over all intervals."""
    n = x.size

    def cost(i, j):
        return min((w[i:j] * abs(x[i:j] - c)).sum() for c in x[i:j])

    best = [0.0] + [math.inf] * n
    for _ in range(k):
        best = [0.0] + [min(best[i] + cost(i, j) for i in range(j)) for j in range(1, n + 1)]
    return best[n]


@settings(max_examples=40)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 25), k=st.integers(1, 6))
def test_the_optimum_on_a_line(seed, n, k):
    rng = np.random.default_rng(seed)
    x = np.unique(np.round(rng.normal(size=n) ** 3, 1))
    w = rng.choice([0.01, 1.0, 7.0, 1e4], size=x.size)
    expected = brute_optimum(x, w, k)
    assert line_optimum(x, w, k) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    low, high = optimum_bounds(x + 1000, w, k)
    assert low <= expected * (1 + 1e-9) + 1e-7
    assert expected <= high * (1 + 1e-9) + 1e-7


@pytest.mark.parametrize("k", [1, 3, 8])
def test_the_optimum_of_many_points_is_bounded_by_that_of_buckets(k, monkeypatch):
    x = np.unique(np.random.default_rng(k).standard_cauchy(3000))
    w = np.ones(x.size)
    q, _, _ = median_of(x, w)
    exact = line_optimum(x - x[q], w, k)
    monkeypatch.setattr("partwise.cluster.coresets._line.EXACT", 1000)
    low, high = optimum_bounds(x, w, k)
    assert low <= exact <= high
    assert low >= 0.7 * exact
    assert high <= 1.3 * exact


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("z", [1.0, 2.0])
def test_seeding_keeps_its_books(dtype, z):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(CHUNK + 500, 4)).astype(dtype)
    w = rng.random(len(X)) * (rng.random(len(X)) < 0.9)
    chosen = np.empty(20, np.int64)
    d2, label = np.empty(len(X), dtype), np.zeros(len(X), np.uint32)
    count, cost = seed_centres(X, w, 20, z, seed_state(3), chosen, d2, label)
    assert count == 20
    assert len(set(chosen.tolist())) == 20
    assert (w[chosen] > 0).all()
    exact = distances(X.astype(float), X[chosen].astype(float))
    assert np.sqrt(d2) == pytest.approx(exact.min(axis=1), rel=1e-5, abs=1e-5)
    assert cost == pytest.approx((w * exact.min(axis=1) ** z).sum(), rel=1e-5)
    assert (label[chosen] == np.arange(20)).all()
    mass, costs = cluster_sums(d2, label, w, z, 20)
    assert mass == pytest.approx(np.bincount(label, weights=w, minlength=20))
    assert costs.sum() == pytest.approx(cost, rel=1e-6)


def test_seeding_stops_at_the_last_distinct_point():
    X = np.repeat(np.arange(3.0), 40)[:, None]
    chosen = np.empty(10, np.int64)
    d2, label = np.empty(120), np.zeros(120, np.uint32)
    count, cost = seed_centres(X, None, 10, 1.0, seed_state(0), chosen, d2, label)
    assert cost == 0.0
    assert set(X[chosen[:count], 0]) == {0.0, 1.0, 2.0}


def test_a_far_point_is_always_seeded():
    X = np.random.default_rng(0).normal(size=(5000, 2))
    X[4321] = 1e9
    for seed in range(20):
        chosen = np.empty(6, np.int64)
        d2, label = np.empty(5000), np.zeros(5000, np.uint32)
        seed_centres(X, None, 6, 1.0, seed_state(seed), chosen, d2, label)
        assert 4321 in chosen


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("m", [1, 7, 40])
def test_expected_weights_of_draws_are_the_weights(weighted, m):
    # the mean over a fine grid of places within the slices is the expectation, but for the grid
    rng = np.random.default_rng(m)
    n, n_clusters, steps = 60, 4, 500
    d2 = rng.random(n) ** 4
    label = rng.integers(0, n_clusters, n).astype(np.uint32)
    w = rng.random(n) * (rng.random(n) < 0.8) if weighted else None
    ones = np.ones(n) if w is None else w
    mass, cost = cluster_sums(d2, label, w, 1.0, n_clusters)
    even, slope = rng.random(n_clusters), 2.0
    q = ones * (even[label] + slope * np.sqrt(d2))
    q /= q.sum()
    mean = np.zeros(n)
    for step in range(steps):
        targets = (np.arange(m) + (step + 0.5) / steps) / m
        points, drawn = draw_points(d2, label, w, 1.0, mass, cost, even, slope, targets)
        assert (np.diff(points) > 0).all()
        assert (ones[points] > 0).all()
        assert (drawn * q[points] * m / ones[points]).sum() == pytest.approx(m)
        mean[points] += drawn / steps
    error = abs(mean - ones)[q > 0] * q[q > 0] / ones[q > 0]
    assert error.max() <= 1.01 / (m * steps) * 2


def test_targets_lie_in_their_slices():
    targets = slice_targets(100, seed_state(0))
    assert np.floor(targets * 100).astype(int).tolist() == list(range(100))
    assert 0.3 < np.mean(targets * 100 % 1) < 0.7


def test_targets_past_the_last_point_draw_it():
    d2, label = np.ones(5), np.array([0, 1, 0, 1, 1], np.uint32)
    mass, cost = cluster_sums(d2, label, None, 1.0, 2)
    late = np.array([0.1, 0.39999999999999997, 1.0])
    points, drawn = draw_points(d2, label, None, 1.0, mass, cost, np.ones(2), 0.0, late)
    assert points.tolist() == [0, 2, 4]
    assert drawn == pytest.approx([5 / 3] * 3)


@pytest.mark.parametrize("share", [0.1, 1.0, 7.0])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_cells_are_those_of_the_definition(share, d):
    rng = np.random.default_rng(d)
    X = np.concatenate([rng.normal(size=(300, d)), 50 * rng.normal(size=(50, d))])
    w = rng.random(350)
    centres = X[:3].copy()
    dist = distances(X, centres)
    label = dist.argmin(axis=1).astype(np.uint32)
    dist = dist.min(axis=1)
    radius = 0.5
    group = np.empty(350, np.uint32)
    weights, means = snap(X, w, centres, label, dist**2, radius, share, group)
    keys = {}
    expected = []
    for p in range(350):
        ring = 0
        while dist[p] > radius * 2**ring:
            ring += 1
        offset = (X[p] - centres[label[p]]) / (share * radius * 2**ring)
        key = (label[p], ring, *np.floor(offset).astype(int).tolist())
        expected.append(keys.setdefault(key, len(keys)))
    assert group.tolist() == expected
    for g in range(len(keys)):
        mine = group == g
        assert weights[g] == pytest.approx(w[mine].sum())
        assert means[g] == pytest.approx(np.average(X[mine], axis=0, weights=w[mine]))
    moved = (w * np.sqrt(((X - means[group]) ** 2).sum(axis=1))).sum()
    assert movement(X, w, group, means) == pytest.approx(moved)
    cost = (w * dist).sum()
    # points of ring 0 move by the diagonal of its cells at most, those farther out by a share of
    # their distance
    assert moved <= share * math.sqrt(d) * (radius * w.sum() + 2 * cost)


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("k", [1, 2, 5])
def test_gains_and_bounds_of_the_dual(d, k):
    rng = np.random.default_rng(10 * d + k)
    Y, w = rng.normal(size=(150, d)), rng.random(150)
    order, leaf_ptr = _leaves(Y)
    assert sorted(order.tolist()) == list(range(150))
    Y, w = Y[order], w[order]
    leaves = (leaf_ptr, *leaf_boxes(Y, leaf_ptr))
    dn, v = np.empty(150), np.empty(150)
    bound, medians = greedy_medians(Y, w, *leaves, np.arange(150), 0, k, 40, dn, v)
    assert len(set(medians.tolist())) == k

    def gain(c):
        return (w * np.maximum(v - distances(Y, c[None])[:, 0], 0)).sum()

    largest = max(gain(y) for y in Y)
    assert best_gain(Y, w, v, *leaves, Y) == pytest.approx(largest)
    assert bound == pytest.approx((w * v).sum() - k * largest)
    everywhere = gain_bound(Y, w, v, *leaves, 0.0, 1e-3 * largest, 20_000)
    assert everywhere >= largest * (1 - 1e-12)
    found = max(gain(c) for c in rng.uniform(Y.min(axis=0), Y.max(axis=0), size=(3000, d)))
    assert found <= everywhere <= 1.2 * max(found, largest)
    # a search that is cut short gives a larger bound, never a false one
    assert gain_bound(Y, w, v, *leaves, 0.0, 0.0, 9) >= everywhere


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("k", [1, 2, 3])
def test_bounds_of_the_optimum_enclose_it(seed, k):
    # on a line the optimum is known
    rng = np.random.default_rng(seed)
    x = np.unique(np.concatenate([rng.normal(size=60), 30 + 3 * rng.normal(size=20)]))
    w = rng.choice([1.0, 1.0, 4.0], size=x.size)
    low, high = _bounds_of(x[:, None], w, k)
    optimum = line_optimum(x, w, k)
    assert 0.5 * optimum <= low <= optimum <= high <= 1.5 * optimum
    flat = np.column_stack([x, np.zeros(x.size), x])  # the same, in a plane
    low, high = _bounds_of(flat, w, k)
    assert 0.5 * optimum <= low / math.sqrt(2) <= optimum <= high / math.sqrt(2)


def test_clusters_of_a_grid_are_groups():
    rng = np.random.default_rng(0)
    grid = _Grid(rng.normal(size=(100, 2)), rng.random(100), 7)
    group, weights, means, moved = grid.clusters()
    for g in range(weights.size):
        mine = group == g
        assert weights[g] == pytest.approx(grid.w[mine].sum())
        assert means[g] == pytest.approx(np.average(grid.X[mine], axis=0, weights=grid.w[mine]))
    assert moved <= 2 * grid.cost
