"""Cutting a line of values: the histogram finds what sorting finds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.geometry.points._kernels.select import BINS, cut_line, ordered_bits

RNG = np.random.default_rng(0)
LINES = {
    "uniform": RNG.random(9000),
    "normal": RNG.normal(size=6000),
    "powers of two": 2.0 ** -RNG.integers(0, 1000, 5000),
    "both signs, all magnitudes": RNG.choice([-1, 1], 5000) * 10.0 ** RNG.uniform(-300, 149, 5000),
    "few values": RNG.integers(0, 5, 7000).astype(float),
    "one value": np.full(3000, 7.5),
    "one outlier": np.append(RNG.random(5000), 1e150),
    "subnormal": RNG.integers(0, 900, 5000) * 5e-324,
    "neighbours": 1 + RNG.integers(0, 99, 5000) * 2.0**-52,
    "sorted": np.arange(5000.0),
    "short": RNG.normal(size=20),
}


def cut(values, weights, need):
    n = len(values)
    if weights is None:
        sums, kept_weights = np.empty(BINS, np.int64), None
    else:
        sums, kept_weights = np.empty(BINS), np.empty(n)
    return cut_line(values, weights, need, sums, np.empty(n), kept_weights)


def left(values, value, ties):
    """Which values lie left of the cut."""
    equal = values == value
    return (values < value) | (equal & (np.cumsum(equal) <= ties))


def test_ties_are_cut_in_order():
    values = np.array([2.0, 1.0, 2.0, 2.0, 0.0])
    assert cut(values, None, 3) == (2.0, 1)
    assert left(values, 2.0, 1).tolist() == [True, True, False, False, True]


def test_the_nearest_weight_is_taken():
    values, weights = np.array([1.0, 0.0, 2.0]), np.array([4.0, 1.0, 1.0])
    assert cut(values, weights, 2.9)[1] == 0  # 1 is nearer than 5
    assert cut(values, weights, 3.0) == (1.0, 1)  # 1 and 5 are equally near


@pytest.mark.parametrize("name", LINES)
def test_left_are_the_smallest(name):
    values = LINES[name]
    order = np.argsort(values, kind="stable")
    for m in {0, 1, 2, len(values) // 3, len(values) // 2, len(values) - 1, len(values)}:
        found = left(values, *cut(values, None, m))
        assert np.array_equal(np.flatnonzero(found), np.sort(order[:m]))


@pytest.mark.parametrize("name", LINES)
def test_left_weighs_what_is_needed(name, oracles):
    values = LINES[name]
    weights = RNG.integers(0, 9, len(values)).astype(float)
    order = np.argsort(values, kind="stable")
    for need in weights.sum() * np.array([0.001, 0.25, 0.5, 0.77, 0.999]):
        found = left(values, *cut(values, weights, need))
        m = oracles.points.left_of(weights[order], need)
        assert np.array_equal(np.flatnonzero(found), np.sort(order[:m]))


@given(st.lists(st.floats(-1e150, 1e150), min_size=2, max_size=50).map(lambda v: np.array(v) + 0.0))
def test_ordered_bits_are_in_order(values):
    bits = np.array([ordered_bits(b) for b in values.view(np.uint64)], dtype=np.uint64)
    assert np.array_equal(np.argsort(bits, kind="stable"), np.argsort(values, kind="stable"))
