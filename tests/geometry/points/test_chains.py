"""Chains on chains."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.geometry import chains_on_chains

RNG = np.random.default_rng(0)
weight_lists = st.lists(st.integers(0, 9), min_size=1, max_size=12).filter(any)


def loads(weights, starts):
    sums = np.concatenate(([0], np.cumsum(weights)))
    return np.diff(sums[starts])


def is_chain(starts, n, k):
    return (
        len(starts) == k + 1 and starts[0] == 0 and starts[-1] == n and np.all(np.diff(starts) >= 0)
    )


def test_a_heavy_item_has_a_part_of_its_own():
    assert chains_on_chains([1, 1, 9, 1, 1], 3).tolist() == [0, 2, 3, 5]
    assert chains_on_chains([1, 1, 9, 1, 1], 3, method="optimal").tolist() == [0, 2, 3, 5]


def test_optimal_is_better_where_greedy_rounds_badly():
    weights = [1, 1, 1, 5, 1, 1, 6, 1]
    assert loads(weights, chains_on_chains(weights, 3)).max() == 8
    assert loads(weights, chains_on_chains(weights, 3, method="optimal")).max() == 7


@given(weight_lists, st.data())
def test_optimal_has_the_least_bottleneck(oracles, weights, data):
    k = data.draw(st.integers(1, len(weights)))
    equal = st.none()
    targets = data.draw(st.one_of(equal, st.lists(st.integers(1, 5), min_size=k, max_size=k)))
    starts = chains_on_chains(weights, k, targets, "optimal")
    assert is_chain(starts, len(weights), k)
    used = [1] * k if targets is None else targets
    found = max(Fraction(int(w), t) for w, t in zip(loads(weights, starts), used))
    assert found == oracles.points.least_bottleneck(weights, used)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12).filter(any), st.data())
def test_optimal_is_optimal_for_fractions(oracles, weights, data):
    k = data.draw(st.integers(1, len(weights)))
    starts = chains_on_chains(weights, k, method="optimal")
    least = float(oracles.points.least_bottleneck(weights, [1] * k))
    assert loads(weights, starts).max() == pytest.approx(least, rel=1e-12, abs=1e-300)


@given(weight_lists, st.data())
def test_greedy_is_off_by_at_most_the_largest_weight(weights, data):
    k = data.draw(st.integers(1, len(weights)))
    targets = data.draw(st.lists(st.integers(1, 5), min_size=k, max_size=k))
    starts = chains_on_chains(weights, k, targets)
    assert is_chain(starts, len(weights), k)
    share = np.array(targets) / sum(targets) * sum(weights)
    assert np.all(np.abs(loads(weights, starts) - share) <= max(weights) + 1e-9)


@given(st.integers(1, 60), st.data())
def test_equal_weights_are_apportioned(oracles, n, data):
    k = data.draw(st.integers(1, n))
    targets = data.draw(st.lists(st.integers(1, 5), min_size=k, max_size=k))
    sizes = np.diff(chains_on_chains(np.full(n, 0.7), k, targets))
    assert sizes.tolist() == oracles.points.apportion(targets, n)
    for method in ("greedy", "optimal"):
        sizes = np.diff(chains_on_chains(np.full(n, 0.7), k, method=method))
        assert sizes.tolist() == oracles.points.apportion([1] * k, n)


@pytest.mark.parametrize("k", [2, 16, 333])
@pytest.mark.parametrize("targets", [False, True])
def test_optimal_is_no_worse_than_greedy_and_near_the_bound(k, targets):
    weights = RNG.pareto(1.5, 5000)
    used = RNG.uniform(1, 3, k) if targets else np.ones(k)
    worst = [
        (loads(weights, chains_on_chains(weights, k, used, method)) / used).max()
        for method in ("greedy", "optimal")
    ]
    assert worst[1] <= worst[0]
    assert worst[1] >= weights.sum() / used.sum() * (1 - 1e-12)


@pytest.mark.parametrize(
    ("weights", "k", "options", "error", "message"),
    [
        ([], 1, {}, ValueError, "n >= 1"),
        ([[1]], 1, {}, ValueError, r"shape \(n,\)"),
        ([0, 0], 1, {}, ValueError, "weights must have a positive entry"),
        ([1, -1], 1, {}, ValueError, r"weights\[1\] is -1"),
        ([1, 1], 3, {}, ValueError, "k must be at most the number of weights, 2, got 3"),
        ([1, 1], True, {}, TypeError, "k must be an integer"),
        ([1, 1], 2, {"targets": [1]}, ValueError, r"targets must have shape \(2,\)"),
        ([1, 1], 2, {"method": "fast"}, ValueError, "method must be 'greedy' or 'optimal'"),
    ],
)
def test_bad_input(weights, k, options, error, message):
    with pytest.raises(error, match=message):
        chains_on_chains(weights, k, **options)
