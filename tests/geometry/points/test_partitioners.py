"""What all partitioners of points have in common."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.geometry import (
    coordinate_bisection,
    curve_partition,
    hilbert_key,
    inertial_bisection,
    multi_jagged,
)

RNG = np.random.default_rng(0)
BISECTIONS = [coordinate_bisection, inertial_bisection]
PARTITIONERS = [*BISECTIONS, curve_partition, multi_jagged]
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


def on_cut(cuts, point):
    """Whether a point lies on a cut, or in the cell before one on a curve."""
    if hasattr(cuts, "axes"):
        return (point[cuts.axes] == cuts.values).any()
    if hasattr(cuts, "normals"):
        return np.isclose(cuts.normals @ (point - cuts.origin), cuts.values).any()
    if hasattr(cuts, "factors"):
        return any((point[i % cuts.dim] == v).any() for i, v in enumerate(cuts.values))
    if cuts.side == 0:
        return True
    key = hilbert_key([point], cuts.bits, lower=cuts.lower, side=cuts.side)
    return key + np.uint64(1) in cuts.keys


def as_sets(labels):
    return {frozenset(np.flatnonzero(labels == j)) for j in np.unique(labels)}


@pytest.mark.parametrize("partition", PARTITIONERS, **by_name)
@given(problem=problems())
def test_sizes_are_apportioned_exactly(oracles, partition, problem):
    X, k, targets, _ = problem
    found = partition(X, k, targets=targets)
    used = [1] * k if targets is None else targets
    assert np.bincount(found.labels, minlength=k).tolist() == oracles.points.apportion(used, len(X))


@pytest.mark.parametrize("partition", PARTITIONERS, **by_name)
def test_equal_weights_are_counted(partition):
    X = RNG.normal(size=(500, 3))
    plain, weighted = partition(X, 7), partition(X, 7, sample_weight=np.full(500, 0.3))
    assert weighted.labels.tolist() == plain.labels.tolist()
    assert weighted.part_weights == pytest.approx(plain.part_weights * 0.3)


@pytest.mark.parametrize("partition", PARTITIONERS, **by_name)
@pytest.mark.parametrize("d", [1, 2, 3, 10])
@pytest.mark.parametrize("weighted", [False, True])
def test_points_in_general_position_are_found_again(partition, d, weighted):
    X = RNG.normal(size=(500, d)) * 1e6 if d < 10 else RNG.random((500, d))
    found = partition(X, 11, sample_weight=RNG.random(500) if weighted else None)
    again = found.cuts.assign(X)
    if d < 10 or partition is not curve_partition:
        assert again.tolist() == found.labels.tolist()
    else:  # six bits per axis: few points share a cell with a cut
        assert (again != found.labels).sum() <= 10


@pytest.mark.parametrize("partition", PARTITIONERS, **by_name)
@given(problem=problems(weights=True))
def test_only_points_on_cuts_are_assigned_elsewhere(partition, problem):
    X, k, targets, weight = problem
    found = partition(X, k, targets=targets, sample_weight=weight)
    again = found.cuts.assign(X)
    assert again.dtype == found.labels.dtype == np.int32
    for i in np.flatnonzero(again != found.labels):
        assert again[i] < found.labels[i]  # to the left, where parts have lower numbers
        assert on_cut(found.cuts, X[i])
    # equal points are assigned equally
    _, inverse = np.unique(X, axis=0, return_inverse=True)
    for place in range(inverse.max() + 1):
        assert len(set(again[inverse.ravel() == place])) == 1


@pytest.mark.parametrize("partition", [*BISECTIONS, multi_jagged], **by_name)
@given(problem=problems(), box=st.lists(st.integers(-4, 4), min_size=6, max_size=6))
def test_points_of_a_box_are_in_the_parts_of_the_box(partition, problem, box):
    X, k, targets, _ = problem
    d = X.shape[1]
    lower, upper = np.sort(np.array(box).reshape(2, 3)[:, :d], axis=0)
    found = partition(X, k, targets=targets)
    parts = found.cuts.parts_of_box(lower, upper)
    inside = ((lower <= X) & (upper >= X)).all(axis=1)
    assert set(found.labels[inside]) <= set(parts)
    assert parts.tolist() == sorted(set(parts))
    assert found.cuts.parts_of_box([-np.inf] * d, [np.inf] * d).tolist() == list(range(k))


@pytest.mark.parametrize("partition", PARTITIONERS, **by_name)
def test_moved_and_scaled_points_have_the_same_parts(partition):
    X = RNG.integers(-1000, 1000, (400, 3)) / 16.0
    expected = partition(X, 9).labels
    assert partition(X * 4, 9).labels.tolist() == expected.tolist()
    assert partition(X + np.array([64, -1024, 3]), 9).labels.tolist() == expected.tolist()


@pytest.mark.parametrize("partition", PARTITIONERS, **by_name)
@pytest.mark.parametrize("weighted", [False, True])
def test_the_order_of_points_does_not_matter(partition, weighted):
    X, order = RNG.normal(size=(600, 2)), RNG.permutation(600)
    weight = RNG.integers(1, 20, 600).astype(float) if weighted else np.ones(600)
    found = partition(X, 13, sample_weight=weight).labels
    again = partition(X[order], 13, sample_weight=weight[order]).labels
    assert again.tolist() == found[order].tolist()


@pytest.mark.parametrize("partition", PARTITIONERS, **by_name)
class TestDegenerate:
    def test_one_part(self, partition):
        found = partition([[1.0, 2.0], [3.0, 4.0]], 1)
        assert found.labels.tolist() == [0, 0]
        assert found.imbalance == 0
        assert found.cuts.assign([[9, 9], [0, 0]]).tolist() == [0, 0]

    def test_as_many_parts_as_points(self, partition):
        X = RNG.integers(0, 3, (40, 2))
        assert sorted(partition(X, 40).labels) == list(range(40))
        weight = RNG.integers(0, 5, 40)
        if partition is not curve_partition:  # the others keep every part non-empty
            assert sorted(partition(X, 40, sample_weight=weight).labels) == list(range(40))

    def test_points_that_coincide_are_divided_by_their_order(self, partition):
        for X in (np.zeros((10, 3)), np.full((10, 1), -7.25)):
            assert partition(X, 4).labels.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 3, 3]
        found = partition(np.ones((4, 2)), 2, sample_weight=[1, 1, 1, 3])
        assert found.part_weights.tolist() == [3, 3]

    def test_collinear_points(self, partition):
        X = np.outer(np.arange(12), [1, 2, -1])
        labels = partition(X, 4).labels
        assert np.bincount(labels).tolist() == [3] * 4
        if partition is not curve_partition:  # a curve may pass a line in any order
            assert as_sets(labels) == {frozenset(range(i, i + 3)) for i in range(0, 12, 3)}

    def test_points_without_weight_get_labels(self, partition):
        X = RNG.normal(size=(60, 2))
        weight = np.repeat([0.0, 2.0, 1.0], 20)
        found = partition(X, 5, sample_weight=weight)
        assert set(found.labels) <= set(range(5))
        assert found.part_weights.sum() == weight.sum()
        assert found.part_weights.max() <= 60 / 5 + 2 * 2

    def test_nothing_but_one_point_has_weight(self, partition):
        weight = np.zeros(9)
        weight[4] = 1.0
        found = partition(np.arange(9).reshape(-1, 1), 3, sample_weight=weight)
        assert found.imbalance == pytest.approx(2)
        assert set(found.labels) <= {0, 1, 2}

    def test_a_heavy_point_is_reported_not_refused(self, partition):
        weight = np.ones(20)
        weight[3] = 1000
        found = partition(RNG.random((20, 2)), 4, sample_weight=weight)
        assert 1000 / (1019 / 4) - 1 <= found.imbalance < 3

    def test_unequal_targets(self, partition):
        targets = np.array([0.5, 0.1, 0.3, 0.1])
        found = partition(RNG.random((1000, 2)), 4, targets=targets)
        assert found.part_weights.tolist() == [500, 100, 300, 100]
        assert found.imbalance == pytest.approx(0)
        tiny = partition(RNG.random((10, 2)), 3, targets=[1e-9, 1, 1])
        assert tiny.part_weights.tolist() == [0, 5, 5]

    def test_whole_numbers_and_single_precision(self, partition):
        X = RNG.integers(0, 1000, (200, 3))
        expected = partition(X.astype(float), 6).labels.tolist()
        assert partition(X, 6).labels.tolist() == expected
        assert partition(X.astype(np.float32), 6).labels.tolist() == expected
        assert partition(np.asfortranarray(X, dtype=float), 6).labels.tolist() == expected
        assert partition(X.tolist(), 6).labels.tolist() == expected

    def test_minus_zero_is_zero(self, partition):
        X = np.array([[0.0, 1], [-0.0, 1], [0.0, 1], [-0.0, 1]])
        assert partition(X, 2).labels.tolist() == [0, 0, 1, 1]

    def test_extreme_magnitudes(self, partition):
        X = np.array([[-1e150], [-5e-324], [0], [5e-324], [1e-300], [1e150]])
        labels = partition(X, 3).labels
        assert np.bincount(labels).tolist() == [2, 2, 2]
        if partition is not curve_partition:  # whose cells are 1e130 wide here
            assert labels.tolist() == [0, 0, 1, 1, 2, 2]

    def test_nothing_is_overwritten(self, partition):
        X, weight = RNG.random((50, 2)), RNG.random(50)
        before = X.copy(), weight.copy()
        partition(X, 3, sample_weight=weight).cuts.assign(X)
        assert np.array_equal(X, before[0])
        assert np.array_equal(weight, before[1])
        X.setflags(write=False)
        weight.setflags(write=False)
        partition(X, 3, sample_weight=weight).cuts.assign(X)

    @pytest.mark.parametrize(
        ("X", "message"),
        [
            (np.zeros((0, 2)), "at least one row"),
            (np.zeros((2, 0)), "at least one column"),
            (np.zeros(3), r"shape \(n, d\), got \(3,\)"),
            ([[0.0], [np.nan]], r"X\[1, 0\] is nan"),
            ([[0.0, np.inf]], r"X\[0, 1\] is inf"),
            ([[0.0, -1e200]], "at most 1e"),
        ],
    )
    def test_bad_points(self, partition, X, message):
        with pytest.raises(ValueError, match=message):
            partition(X, 1)

    @pytest.mark.parametrize("X", [[["a"]], [[1j]], np.array([[object()]])])
    def test_points_of_no_numbers(self, partition, X):
        with pytest.raises(TypeError, match="X must"):
            partition(X, 1)

    @pytest.mark.parametrize(
        ("options", "error", "message"),
        [
            ({"n_parts": 0}, ValueError, "n_parts must be at least 1"),
            ({"n_parts": 5}, ValueError, "n_parts must be at most n_samples=4, got 5"),
            ({"n_parts": 2.0}, TypeError, "n_parts must be an integer"),
            ({"sample_weight": [1, 2]}, ValueError, r"sample_weight must have shape \(4,\)"),
            ({"sample_weight": [1, 2, -1, 1]}, ValueError, r"sample_weight\[2\] is -1"),
            ({"sample_weight": [1, 2, np.nan, 1]}, ValueError, r"sample_weight\[2\] is nan"),
            ({"sample_weight": [0] * 4}, ValueError, "sample_weight must have a positive entry"),
            ({"sample_weight": ["a"] * 4}, TypeError, "sample_weight must hold real numbers"),
            ({"targets": [1, 2, 3]}, ValueError, r"targets must have shape \(2,\)"),
            ({"targets": [1, 0]}, ValueError, r"targets\[1\] is 0"),
            ({"targets": [1, -2]}, ValueError, r"targets\[1\] is -2"),
        ],
    )
    def test_bad_options(self, partition, options, error, message):
        with pytest.raises(error, match=message):
            partition(np.eye(4), **{"n_parts": 2, **options})

    def test_bad_places(self, partition):
        cuts = partition(np.eye(4), 2).cuts
        with pytest.raises(ValueError, match="X must have 4 columns, got 3"):
            cuts.assign(np.eye(3))
        if hasattr(cuts, "parts_of_box"):
            with pytest.raises(ValueError, match=r"lower\[1\] must not exceed upper\[1\]"):
                cuts.parts_of_box([0, 1, 0, 0], [0, 0, 0, 0])
            with pytest.raises(ValueError, match=r"upper must have shape \(4,\)"):
                cuts.parts_of_box([0] * 4, [0])


@pytest.mark.parametrize("partition", PARTITIONERS, **by_name)
def test_threads_do_not_disturb_each_other(partition):
    X = RNG.normal(size=(20_000, 3))
    expected = partition(X, 12).labels
    with ThreadPoolExecutor(2) as pool:
        for found in pool.map(lambda _: partition(X, 12), range(4)):
            assert np.array_equal(found.labels, expected)


def test_result_as_plain_values():
    found = coordinate_bisection([[0], [1], [2]], 2)
    assert found.to_dict(labels=True) == {
        "n_parts": 2,
        "imbalance": pytest.approx(1 / 3),
        "part_weights": [2.0, 1.0],
        "sizes": [2, 1],
        "targets": [0.5, 0.5],
        "labels": [0, 0, 1],
    }
    assert "labels" not in found.to_dict()
    assert repr(found).startswith("PointPartition(n_parts=2, imbalance=0.33")


def test_functions_load_no_scikit_learn():
    code = (
        "import sys; from partwise.geometry import coordinate_bisection as f; "
        "f([[0], [1]], 2); print('sklearn' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
