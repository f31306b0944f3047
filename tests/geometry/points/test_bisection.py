"""Recursive bisection; what all partitioners share is in test_partitioners.py."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.geometry import coordinate_bisection, inertial_bisection, multi_jagged

RNG = np.random.default_rng(0)
by_name = {"ids": lambda f: f.__name__}


@st.composite
def problems(draw, weights=False):
    """Few points on a small grid, so that many coordinates are equal: (X, targets, weights)."""
    n, d = draw(st.integers(1, 30)), draw(st.integers(1, 3))
    X = draw(st.lists(st.integers(-3, 3), min_size=n * d, max_size=n * d))
    k = draw(st.integers(1, n))
    targets = draw(st.one_of(st.none(), st.lists(st.integers(1, 6), min_size=k, max_size=k)))
    weight = None
    if weights:
        some = st.lists(st.integers(0, 9), min_size=n, max_size=n).filter(any)
        weight = np.array(draw(some), dtype=float)
    return np.array(X, dtype=float).reshape(n, d), k, targets, weight


def as_sets(labels):
    return {frozenset(np.flatnonzero(labels == j)) for j in np.unique(labels)}


def test_a_line_is_cut_into_equal_runs():
    found = coordinate_bisection([[3], [1], [4], [1], [5], [9]], 3)
    assert found.labels.tolist() == [1, 0, 1, 0, 2, 2]
    assert found.cuts.values.tolist() == [4.0, 1.0]
    assert found.cuts.children.tolist() == [[1, ~2], [~0, ~1]]
    assert found.part_weights.tolist() == [2, 2, 2]
    assert found.imbalance == 0


def test_a_cross_is_cut_across_its_longer_arm():
    X = [[-9, 0], [9, 0], [0, -2], [0, 2]]
    found = coordinate_bisection(X, 2)
    assert found.cuts.axes.tolist() == [0]
    assert found.labels.tolist() == [0, 1, 0, 1]  # of the two in the middle the first goes left


def test_a_diagonal_is_cut_across_itself():
    X = [[0, 0], [1, 1], [2, 2], [3, 3]]
    found = inertial_bisection(X, 4)
    assert found.labels.tolist() == [0, 1, 2, 3]
    assert found.cuts.normals == pytest.approx(np.full((3, 2), 2**-0.5))


@given(problems())
def test_coordinate_bisection_is_the_oracle_s(oracles, problem):
    X, k, targets, _ = problem
    found = coordinate_bisection(X, k, targets=targets)
    used = [1] * k if targets is None else targets
    sizes = oracles.points.apportion(used, len(X))
    assert found.labels.tolist() == oracles.points.bisection(X, used, sizes).tolist()
    assert np.bincount(found.labels, minlength=k).tolist() == sizes


@given(problems(weights=True))
def test_coordinate_bisection_with_weights_is_the_oracle_s(oracles, problem):
    X, k, targets, weight = problem
    found = coordinate_bisection(X, k, targets=targets, sample_weight=weight)
    used = [1] * k if targets is None else targets
    if (weight == weight[0]).all():
        sizes = oracles.points.apportion(used, len(X))
        expected = oracles.points.bisection(X, used, sizes)
    else:
        expected = oracles.points.bisection(X, used, weights=weight)
    loads = np.bincount(expected, weight, minlength=k)
    assert found.labels.tolist() == expected.tolist()
    shares = np.array(used) / sum(used)
    assert found.imbalance == pytest.approx(max(loads / (shares * weight.sum())) - 1)
    assert np.bincount(found.labels, minlength=k).min() >= 1
    slack = (2 if targets is None else 3) * weight.max()
    assert (loads <= shares * weight.sum() + slack + 1e-9).all()


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("d", "k"), [(1, 5), (2, 7), (3, 16), (10, 6)])
def test_inertial_bisection_is_the_oracle_s(oracles, d, k, weighted):
    X = RNG.normal(size=(300, d)) @ RNG.normal(size=(d, d)) + 100
    weight = RNG.integers(1, 9, 300).astype(float) if weighted else None
    found = inertial_bisection(X, k, sample_weight=weight)
    sizes = oracles.points.apportion([1] * k, 300)
    expected = oracles.points.bisection(X, [1] * k, sizes, weight, oracles.points.principal_axis)
    assert found.labels.tolist() == expected.tolist()


@given(problems(), st.booleans())
def test_boxes_are_disjoint_and_cover_the_bounding_box(problem, rectilinear):
    X, k, targets, _ = problem
    X[:, 0] *= 1.5
    found = coordinate_bisection(X, k, targets=targets, rectilinear=rectilinear)
    boxes = found.cuts.boxes()
    places = X[:, None]  # labels are right: closed boxes, as equal points may be divided
    inside = ((boxes[:, 0] <= places) & (places <= boxes[:, 1])).all(axis=2)
    assert inside[np.arange(len(X)), found.labels].all()
    # half-open boxes: every place of a finer grid is in exactly one, the one that it is assigned
    grid = np.stack(np.meshgrid(*[np.arange(-5.25, 5.5, 0.75)] * X.shape[1]), -1)
    grid = grid.reshape(-1, 1, X.shape[1])
    inside = ((boxes[:, 0] < grid) & (grid <= boxes[:, 1])).all(axis=2)
    assert (inside.sum(axis=1) == 1).all()
    assert inside.argmax(axis=1).tolist() == found.cuts.assign(grid[:, 0]).tolist()
    clipped = np.clip(boxes, X.min(axis=0), X.max(axis=0))
    volume = np.prod(clipped[:, 1] - clipped[:, 0], axis=1)
    assert volume.min() >= 0
    assert volume.sum() == pytest.approx(np.prod(X.max(axis=0) - X.min(axis=0)))


@given(problems(weights=True), st.booleans(), st.booleans())
def test_rectilinear_parts_know_all_their_points(problem, average, weighted):
    X, k, targets, weight = problem
    found = coordinate_bisection(
        X,
        k,
        targets=targets,
        sample_weight=weight if weighted else None,
        rectilinear=True,
        average_cuts=average,
    )
    assert found.cuts.assign(X).tolist() == found.labels.tolist()


def test_rectilinear_takes_the_better_side():
    X = np.array([[0], [1], [1], [1], [2]])
    assert coordinate_bisection(X, 2).labels.tolist() == [0, 0, 0, 1, 1]
    # 1 or 4 of 5 points on the left: the fuller side is equally full, and left is taken
    assert coordinate_bisection(X, 2, rectilinear=True).labels.tolist() == [0, 0, 0, 0, 1]
    more = np.append(X, [[3]], axis=0)
    assert coordinate_bisection(more, 2, rectilinear=True).labels.tolist() == [0, 0, 0, 0, 1, 1]
    weight = [1, 1, 1, 1, 9, 1]
    found = coordinate_bisection(more, 2, rectilinear=True, sample_weight=weight)
    assert found.labels.tolist() == [0, 0, 0, 0, 1, 1]
    weight = [9, 1, 1, 1, 1, 1]
    found = coordinate_bisection(more, 2, rectilinear=True, sample_weight=weight)
    assert found.labels.tolist() == [0, 1, 1, 1, 1, 1]


@pytest.mark.parametrize("rectilinear", [False, True])
def test_grid_without_ties_across_cuts_is_the_same_rectilinear(rectilinear):
    X = np.stack(np.meshgrid(np.arange(8), np.arange(16)), -1).reshape(-1, 2)
    found = coordinate_bisection(X, 8, rectilinear=rectilinear)
    assert np.bincount(found.labels).tolist() == [16] * 8
    assert found.cuts.assign(X).tolist() == found.labels.tolist()


def test_average_cuts_lie_in_the_middle():
    X = [[0, 0], [1, 0], [4, 0], [9, 0]]
    found = coordinate_bisection(X, 4, average_cuts=True)
    assert found.cuts.values.tolist() == [2.5, 0.5, 6.5]
    turned = inertial_bisection(X, 4, average_cuts=True)
    assert (turned.cuts.values + turned.cuts.origin[0]).tolist() == [2.5, 0.5, 6.5]
    close = np.nextafter(1.0, 2)
    assert coordinate_bisection([[1.0], [close]], 2, average_cuts=True).cuts.values == [1.0]


@pytest.mark.parametrize("partition", [coordinate_bisection, multi_jagged], **by_name)
def test_parts_of_a_box_are_those_whose_boxes_meet_it(partition):
    X = RNG.random((2000, 3))
    found = partition(X, 60)
    boxes = found.cuts.boxes()
    for _ in range(50):
        lower, upper = np.sort(RNG.random((2, 3)), axis=0)
        meets = ((boxes[:, 0] <= upper) & (boxes[:, 1] >= lower)).all(axis=1)
        assert found.cuts.parts_of_box(lower, upper).tolist() == np.flatnonzero(meets).tolist()


def test_a_box_meets_few_inertial_parts():
    X = RNG.random((2000, 3))
    found = inertial_bisection(X, 64)
    for point, label in zip(X[:50], found.labels):
        parts = found.cuts.parts_of_box(point - 0.01, point + 0.01)
        assert label in parts
        assert len(parts) <= 32


@pytest.mark.parametrize("d", [2, 3])
def test_inertial_parts_turn_with_the_points(d):
    X = RNG.normal(size=(512, d)) * np.arange(1, d + 1)
    rotation = np.linalg.qr(RNG.normal(size=(d, d)))[0]
    plain, turned = inertial_bisection(X, 8), inertial_bisection(X @ rotation, 8)
    assert as_sets(turned.labels) == as_sets(plain.labels)


def test_no_magnitude_is_too_large_or_too_small():
    X = RNG.normal(size=(200, 2)) @ [[1, 2], [0, 3]]
    expected = inertial_bisection(X, 8).labels.tolist()
    for exponent in (-1000, -600, 300, 490):
        assert inertial_bisection(X * 2.0**exponent, 8).labels.tolist() == expected


def test_far_from_the_origin_nothing_is_lost():
    X = RNG.integers(0, 2**20, (500, 2)) * 2.0**-30
    far = X + 2.0**22
    assert inertial_bisection(far, 8).labels.tolist() == inertial_bisection(X, 8).labels.tolist()


def test_empty_regions_of_coinciding_points_are_still_regions():
    found = coordinate_bisection(np.ones((6, 2)), 5, rectilinear=True)
    assert len(set(found.labels)) == 1
    assert found.imbalance == pytest.approx(4)
    assert len(found.cuts.boxes()) == 5
    assert found.cuts.assign([[1, 1], [0, 0], [5, 5]]).dtype == np.int32
