"""Multi-jagged partition; what all partitioners share is in test_partitioners.py."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.geometry import multi_jagged
from partwise.geometry.points._multi_jagged import default_factors

RNG = np.random.default_rng(0)


@st.composite
def problems(draw):
    """Points on a small grid, factors, targets and weights: (X, factors, targets, weights)."""
    factors = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    k = math.prod(factors)
    n, d = k + draw(st.integers(0, 30)), draw(st.integers(1, 3))
    seed = draw(st.integers(0, 2**32))
    rng = np.random.default_rng(seed)
    X = rng.integers(-3, 4, (n, d)).astype(float)
    targets = rng.integers(1, 6, k).tolist() if draw(st.booleans()) else None
    weight = rng.integers(0, 9, n).astype(float)
    if draw(st.booleans()):  # whole slabs without weight
        weight[rng.random(n) < 0.9] = 0
    return X, factors, targets, weight


def test_a_grid_becomes_its_blocks():
    X = np.stack(np.meshgrid(np.arange(6), np.arange(6), indexing="ij"), -1).reshape(-1, 2)
    found = multi_jagged(X, 9)
    assert found.labels.tolist() == (X // 2 @ [3, 1]).tolist()
    assert found.cuts.factors == (3, 3)
    assert [cuts.tolist() for cuts in found.cuts.values] == [[[1, 3]], [[1, 3]] * 3]
    assert found.cuts.boxes()[4].tolist() == [[1, 1], [3, 3]]


@given(problems())
def test_labels_are_the_oracle_s(oracles, problem):
    X, factors, targets, _ = problem
    k = math.prod(factors)
    used = [1] * k if targets is None else targets
    found = multi_jagged(X, k, factors=factors, targets=targets)
    sizes = oracles.points.apportion(used, len(X))
    assert found.labels.tolist() == oracles.points.multi_jagged(X, used, factors, sizes).tolist()


@given(problems())
def test_labels_with_weights_are_the_oracle_s(oracles, problem):
    X, factors, targets, weight = problem
    weight[0] = 10.0  # not all equal, or else they are counted
    k = math.prod(factors)
    used = [1] * k if targets is None else targets
    found = multi_jagged(X, k, factors=factors, targets=targets, sample_weight=weight)
    if len(X) > 1:
        expected = oracles.points.multi_jagged(X, used, factors, weights=weight)
        assert found.labels.tolist() == expected.tolist()
    assert np.bincount(found.labels, minlength=k).min() >= 1
    share = np.array(used) / sum(used) * weight.sum()
    slack = (2 if targets is None else len(factors)) * weight.max()
    assert (found.part_weights <= share + slack + 1e-9).all()


@pytest.mark.parametrize(
    "X",
    [
        RNG.normal(size=(9000, 2)),
        np.exp(9 * RNG.normal(size=(9000, 2))),
        10.0 ** RNG.uniform(-300, 149, (9000, 2)),
        RNG.integers(0, 900, (9000, 2)) * 5e-324,
        np.append(RNG.random((9000, 2)), [[1e100, -1e100]], axis=0),
        RNG.integers(0, 30, (9000, 2)),
    ],
    ids=["normal", "skew", "all magnitudes", "subnormal", "outlier", "ties"],
)
def test_many_points_are_the_oracle_s(oracles, X):
    sizes = oracles.points.apportion([1] * 60, len(X))
    expected = oracles.points.multi_jagged(X, [1] * 60, (10, 6), sizes)
    assert multi_jagged(X, 60).labels.tolist() == expected.tolist()
    weight = RNG.integers(1, 9, len(X)).astype(float)
    expected = oracles.points.multi_jagged(X, [1] * 60, (10, 6), weights=weight)
    assert multi_jagged(X, 60, sample_weight=weight).labels.tolist() == expected.tolist()


@given(problems())
def test_boxes_are_disjoint_and_cover_space(problem):
    X, factors, targets, _ = problem
    found = multi_jagged(X, math.prod(factors), factors=factors, targets=targets)
    boxes = found.cuts.boxes()
    inside = ((boxes[:, 0] <= X[:, None]) & (X[:, None] <= boxes[:, 1])).all(axis=2)
    assert inside[np.arange(len(X)), found.labels].all()
    grid = np.stack(np.meshgrid(*[np.arange(-4.25, 5, 0.75)] * X.shape[1]), -1)
    grid = grid.reshape(-1, 1, X.shape[1])
    inside = ((boxes[:, 0] < grid) & (grid <= boxes[:, 1])).all(axis=2)
    assert (inside.sum(axis=1) == 1).all()
    assert inside.argmax(axis=1).tolist() == found.cuts.assign(grid[:, 0]).tolist()


@pytest.mark.parametrize(
    ("k", "d", "factors"),
    [
        (1, 3, ()),
        (7, 3, (7,)),
        (8, 2, (4, 2)),
        (12, 2, (4, 3)),
        (36, 2, (6, 6)),
        (64, 3, (4, 4, 4)),
        (1000, 3, (10, 10, 10)),
        (30, 9, (5, 3, 2)),
        (16, 1, (16,)),
    ],
)
def test_factors_are_nearly_equal(k, d, factors):
    assert default_factors(k, d) == factors


@given(st.integers(1, 3000), st.integers(1, 5))
def test_factors_have_the_product(k, d):
    factors = default_factors(k, d)
    assert math.prod(factors) == k
    assert len(factors) <= d
    assert list(factors) == sorted(factors, reverse=True)


def test_more_factors_than_axes_begin_anew():
    X = np.arange(12.0).reshape(-1, 1)
    found = multi_jagged(X, 6, factors=(2, 3))
    assert found.labels.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert found.cuts.boxes()[2].tolist() == [[3], [5]]


@pytest.mark.parametrize(
    ("factors", "error", "message"),
    [
        ((2, 2), ValueError, r"product n_parts=6, got \(2, 2\)"),
        ((6, 0), ValueError, "every one of factors must be at least 1"),
        ((2.0, 3), TypeError, "every one of factors must be an integer"),
    ],
)
def test_bad_factors(factors, error, message):
    with pytest.raises(error, match=message):
        multi_jagged(np.eye(6), 6, factors=factors)
