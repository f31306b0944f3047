"""The kd-tree against comparing all points, and against scipy's."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.geometry import KDTree, kd_partition
from partwise.geometry.space._kernels.rows import select, spread

RNG = np.random.default_rng(0)
SPLITS = ["median", "sliding_midpoint"]
CLOUDS = {
    "uniform": RNG.random((3000, 3)),
    "plane": RNG.normal(size=(2000, 2)),
    "line": np.outer(RNG.random(1500), [1.0, 2.0, -1.0]),
    "one axis": RNG.normal(size=(1500, 1)),
    "ten axes": RNG.normal(size=(1000, 10)),
    "grid": np.stack(np.meshgrid(*[np.arange(12.0)] * 3), axis=-1).reshape(-1, 3),
    "equal": np.full((777, 2), 3.25),
    "few places": RNG.integers(0, 3, (2000, 2)).astype(float),
    "all magnitudes": RNG.choice([-1, 1], (900, 2)) * 10.0 ** RNG.uniform(-140, 140, (900, 2)),
    "halving": np.column_stack([2.0 ** -np.arange(500.0), np.zeros(500)]),
    "far away": 1e9 + RNG.random((800, 3)),
}


def bound(n, leaf_size):
    return max(0, math.ceil(math.log2(n / leaf_size)))


@st.composite
def clouds(draw):
    """Few points on a small grid, so that many coordinates and distances are equal."""
    n, d = draw(st.integers(1, 40)), draw(st.integers(1, 3))
    X = draw(st.lists(st.integers(-3, 3), min_size=n * d, max_size=n * d))
    return np.array(X, dtype=float).reshape(n, d)


def check_structure(tree, X):
    """Nodes are segments, cuts separate them, leaves are few points and all of them."""
    left, start, stop = tree.left, tree.start, tree.stop
    assert sorted(tree.perm.tolist()) == list(range(len(X)))
    assert (start[0], stop[0]) == (0, len(X))
    P = X[tree.perm]
    for node in np.flatnonzero(left >= 0):
        a, b = left[node], left[node] + 1
        assert (start[a], stop[a], stop[b]) == (start[node], start[b], stop[node])
        axis, value = tree.split_dim[node], tree.split_val[node]
        assert P[start[a] : stop[a], axis].max() <= value <= P[start[b] : stop[b], axis].min()
    leaves = left < 0
    assert (stop - start)[leaves].max() <= tree.leaf_size
    assert (stop - start)[leaves].min() >= 1
    assert np.isnan(tree.split_val[leaves]).all()
    assert (tree.split_dim[leaves] == -1).all()
    assert tree.n_leaves == leaves.sum() == tree.labels.max() + 1
    for leaf, node in enumerate(np.flatnonzero(leaves)[np.argsort(start[leaves])]):
        assert np.array_equal(np.flatnonzero(tree.labels == leaf),
                              np.sort(tree.perm[start[node] : stop[node]]))  # fmt: skip


def test_four_points_by_hand():
    tree = KDTree([[0.0, 0.0], [1.0, 5.0], [8.0, 1.0], [9.0, 6.0]], leaf_size=1)
    assert tree.left.tolist() == [1, 3, 5, -1, -1, -1, -1]
    assert tree.split_dim.tolist() == [0, 1, 1, -1, -1, -1, -1]
    assert tree.split_val[:3].tolist() == [4.5, 2.5, 3.5]
    assert tree.labels.tolist() == [0, 1, 2, 3]
    cells = tree.cells()
    assert cells.low.tolist() == [[0, 0], [0, 2.5], [4.5, 0], [4.5, 3.5]]
    assert cells.high.tolist() == [[4.5, 2.5], [4.5, 6], [9, 3.5], [9, 6]]
    assert tree.query([[1.0, 1.0]], k=3)[1].tolist() == [[0, 1, 2]]


def test_the_midpoint_slides_to_the_nearest_point():
    X = np.array([[0.0], [0.5], [0.7], [16.0]])
    tree = KDTree(X, leaf_size=1, split="sliding_midpoint")
    # of the cell from 0 to 8 the right half is empty: its cut slides from 4 to beside 0.7
    assert tree.split_val[tree.left >= 0].tolist() == pytest.approx([8, 0.6, 0.35])
    check_structure(tree, X)
    assert tree.depth == 3


@pytest.mark.parametrize("leaf_size", [1, 2, 7, 32])
@pytest.mark.parametrize("name", CLOUDS)
def test_halves_are_balanced_whatever_the_points(name, leaf_size):
    X = CLOUDS[name]
    tree = KDTree(X, leaf_size)
    check_structure(tree, X)
    assert tree.depth <= bound(len(X), leaf_size)
    sizes = np.bincount(tree.labels)
    assert sizes.max() - sizes.min() <= 1


@pytest.mark.parametrize("name", CLOUDS)
def test_sliding_midpoints_are_bounded_in_depth(name):
    X = CLOUDS[name]
    tree = KDTree(X, 4, "sliding_midpoint")
    check_structure(tree, X)
    n = len(X)
    assert tree.depth <= 2 * bound(n, 4) + 16 + bound(n, 4)


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("name", CLOUDS)
def test_neighbours_are_scipy_s(name, split):
    spatial = pytest.importorskip("scipy.spatial")
    X = CLOUDS[name]
    Q = np.concatenate([X[::7], X[::9] + 0.3 * np.abs(X).max() * RNG.normal(size=X[::9].shape)])
    tree, other = KDTree(X, 8, split), spatial.cKDTree(X)
    for k in (1, 5, 40):
        distances, indices = tree.query(Q, k)
        expected = other.query(Q, k)[0].reshape(len(Q), k)
        assert np.allclose(distances, expected, rtol=1e-14, atol=0)
        assert indices.dtype == np.int32
        between = np.sqrt(((X[indices] - Q[:, None]) ** 2).sum(axis=2))
        assert np.allclose(between, distances, rtol=1e-14, atol=0)
        assert all(len(set(row)) == k for row in indices.tolist())


@pytest.mark.parametrize("split", SPLITS)
@given(X=clouds(), data=st.data())
def test_neighbours_are_the_oracle_s(oracles, split, X, data):
    k, leaf_size = data.draw(st.integers(1, len(X))), data.draw(st.integers(1, 5))
    tree = KDTree(X, leaf_size, split)
    check_structure(tree, X)
    Q = np.concatenate([X[:3], X[:2] + 0.5])
    distances, indices = tree.query(Q, k)
    found = tree.query_radius(Q, 2.0)
    for q, place in enumerate(Q):
        expected = oracles.space.nearest(X, place, k)
        assert indices[q].tolist() == expected[1]  # of equally far ones the first
        assert distances[q].tolist() == expected[0].tolist()
        rows = slice(found.indptr[q], found.indptr[q + 1])
        assert found.indices[rows].tolist() == oracles.space.within(X, place, 2.0)
        between = np.sqrt(((X[found.indices[rows]] - place) ** 2).sum(axis=1))
        assert found.distances[rows] == pytest.approx(between, rel=1e-15)


@pytest.mark.parametrize("name", CLOUDS)
def test_points_within_a_radius_are_scipy_s(name):
    spatial = pytest.importorskip("scipy.spatial")
    X = CLOUDS[name]
    tree, other = KDTree(X, 8), spatial.cKDTree(X)
    Q = X[::11]
    # between the distances that there are, so that rounding plays no part
    steps = np.unique(tree.query(Q, 12)[0])
    gaps = np.flatnonzero(np.diff(steps) > 1e-9 * steps[1:])
    some = (
        steps[gaps[:: max(1, len(gaps) // 4)]] * 0.5
        + steps[gaps[:: max(1, len(gaps) // 4)] + 1] * 0.5
    )
    for r in some:
        found = tree.query_radius(Q, r)
        expected = other.query_ball_point(Q, r, return_sorted=True)
        assert found.indices.tolist() == [i for row in expected for i in row]
        assert np.diff(found.indptr).tolist() == [len(row) for row in expected]
        assert (found.distances <= r).all()


def test_every_place_has_its_own_radius():
    X = np.arange(10.0)[:, None]
    found = KDTree(X, 2).query_radius(X[:3], [0.0, 1.0, np.inf])
    assert found.indptr.tolist() == [0, 1, 4, 14]
    assert found.indices.tolist() == [0, 0, 1, 2, *range(10)]
    assert found.distances.tolist() == [0, 1, 0, 1, 2, 1, 0, *range(1, 8)]


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("name", ["uniform", "plane", "grid", "few places", "far away"])
def test_cells_tile_the_box(name, split):
    X = CLOUDS[name]
    tree = KDTree(X, 16, split)
    low, high = X.min(axis=0), X.max(axis=0)
    for box in [None, (low - 1, high + 2), (low, 0.5 * (low + high))]:
        cells = tree.cells(box)
        low_, high_ = (low, high) if box is None else box
        assert cells.volumes.sum() == pytest.approx(np.prod(high_ - low_), rel=1e-9)
        assert (cells.low <= cells.high).all()
        Q = low_ + RNG.random((300, X.shape[1])) * (high_ - low_)
        leaf = tree.leaf_of(Q)
        assert ((cells.low[leaf] <= Q) & (cells.high[leaf] >= Q)).all()


@pytest.mark.parametrize("split", SPLITS)
def test_points_in_general_position_lie_in_their_leaves(split):
    X = CLOUDS["uniform"]
    tree = KDTree(X, 10, split)
    assert np.array_equal(tree.leaf_of(X), tree.labels)


@pytest.mark.parametrize("split", SPLITS)
def test_points_that_lie_elsewhere_are_on_a_cut(split):
    X = CLOUDS["few places"]
    tree = KDTree(X, 10, split)
    cells = tree.cells()
    for labels in (tree.leaf_of(X), tree.labels):
        assert ((cells.low[labels] <= X) & (cells.high[labels] >= X)).all()


@given(data=st.data())
def test_rows_are_put_in_order_around_a_place(data):
    n = data.draw(st.integers(1, 2000))
    values = np.random.default_rng(data.draw(st.integers(0, 99))).integers(
        0, data.draw(st.sampled_from([1, 3, 10**6])), n
    )
    P = np.column_stack([np.zeros(n), values.astype(float)])
    perm = np.arange(n, dtype=np.int32)
    first = data.draw(st.integers(0, n - 1))
    last = data.draw(st.integers(first + 1, n))
    place = data.draw(st.integers(first, last - 1))
    select(P, perm, first, last, place, 1)
    assert np.array_equal(P[:, 1], values[perm])
    outside = [*range(first), *range(last, n)]
    assert perm[outside].tolist() == outside
    order = first + np.argsort(values[first:last], kind="stable")
    assert perm[place] == order[place - first]
    assert sorted(perm[first:place].tolist()) == sorted(order[: place - first].tolist())


def test_of_many_equal_points_few_are_looked_at():
    # 4e10 distances would not end in time
    X = np.ones((200_000, 2))
    indices = KDTree(X).query(X, 3)[1]
    assert (indices == [0, 1, 2]).all()


def test_spread_takes_the_first_of_equal_axes():
    P = np.array([[0.0, 5.0, 1.0], [3.0, 9.0, 5.0]])
    assert spread(P, 0, 2) == (1, 4.0)


@pytest.mark.parametrize("split", SPLITS)
def test_threads_do_not_matter(split):
    X, Q = RNG.normal(size=(5000, 3)), RNG.normal(size=(5000, 3))
    tree = KDTree(X, split=split)
    again = KDTree(X, split=split)
    assert np.array_equal(tree.perm, again.perm)
    for one, two in zip(tree.query(Q, 4), again.query(Q, 4, n_jobs=2)):
        assert np.array_equal(one, two)
    for one, two in zip(tree.query_radius(Q, 0.2), again.query_radius(Q, 0.2, n_jobs=2)):
        assert np.array_equal(one, two)


def test_input_is_left_alone_and_kept():
    X = RNG.random((100, 2))
    given = X.copy()
    tree = KDTree(given, 4)
    assert np.array_equal(given, X)
    given[:] = 0
    assert np.array_equal(tree.query(X)[0], np.zeros((100, 1)))
    with pytest.raises(ValueError, match="read-only"):
        tree.perm[0] = 1


def test_whole_numbers_and_lists_are_points():
    X = RNG.integers(-9, 9, (50, 2))
    for form in (X, X.tolist(), np.asfortranarray(X), X.astype(np.float32), X[::-1][::-1]):
        assert (
            KDTree(form, 4).query(X[:5], 3)[1].tolist() == KDTree(X, 4).query(X[:5], 3)[1].tolist()
        )


def test_no_places_have_no_neighbours():
    tree = KDTree([[0.0, 1.0]])
    assert [a.shape for a in tree.query(np.empty((0, 2)))] == [(0, 1), (0, 1)]
    assert tree.query_radius(np.empty((0, 2)), 1.0).indptr.tolist() == [0]
    assert tree.leaf_of(np.empty((0, 2))).shape == (0,)
    assert (tree.depth, tree.n_leaves, tree.labels.tolist()) == (0, 1, [0])


class TestBadInput:
    @pytest.mark.parametrize(
        ("X", "message"),
        [
            (np.empty((0, 2)), "X must have at least one row"),
            (np.empty((3, 0)), "X must have at least one column"),
            ([1.0, 2.0], r"X must have shape \(n, d\)"),
            ([[1.0, np.nan]], r"X\[0, 1\] is nan"),
            ([[1.0], [-np.inf]], r"X\[1, 0\] is -inf"),
            ([[1e151]], r"X\[0, 0\] is 1e\+151"),
            (np.zeros((2, 128)), "X must have at most 127 columns, got 128"),
        ],
    )
    def test_points(self, X, message):
        with pytest.raises(ValueError, match=message):
            KDTree(X)

    @pytest.mark.parametrize("X", [[["a"]], np.array([[1j]])])
    def test_points_that_are_no_numbers(self, X):
        with pytest.raises(TypeError, match="X must hold real numbers, got dtype"):
            KDTree(X)

    def test_parameters(self):
        with pytest.raises(ValueError, match="leaf_size must be at least 1, got 0"):
            KDTree([[0.0]], 0)
        with pytest.raises(TypeError, match="leaf_size must be an integer"):
            KDTree([[0.0]], 1.5)
        with pytest.raises(ValueError, match="split must be one of 'median', 'sliding_midpoint'"):
            KDTree([[0.0]], split="mean")

    def test_questions(self):
        tree = KDTree([[0.0, 0.0], [1.0, 1.0]])
        with pytest.raises(ValueError, match="X must have 2 columns, got 3"):
            tree.query([[0.0, 0.0, 0.0]])
        with pytest.raises(ValueError, match="k must be at most the number of points, 2, got 3"):
            tree.query([[0.0, 0.0]], k=3)
        with pytest.raises(ValueError, match="r must be at least 0"):
            tree.query_radius([[0.0, 0.0]], -1.0)
        with pytest.raises(ValueError, match=r"r must be a number or have shape \(1,\)"):
            tree.query_radius([[0.0, 0.0]], [1.0, 2.0])
        with pytest.raises(ValueError, match="n_jobs must be"):
            tree.query([[0.0, 0.0]], n_jobs=0)
        with pytest.raises(ValueError, match="box must be finite with low < high"):
            tree.cells(((0, 0), (0, 1)))
        with pytest.raises(ValueError, match=r"box must be \(low, high\) of 2 numbers each"):
            tree.cells((0, 1))


def test_kd_partition_is_coordinate_bisection_with_cuts_between_points():
    X = RNG.normal(size=(500, 2))
    found = kd_partition(X, 7)
    assert sorted(set(np.bincount(found.labels).tolist())) == [71, 72]
    assert np.array_equal(found.cuts.assign(X), found.labels)
    assert not np.isin(found.cuts.values, X).any()
    boxes = np.clip(found.cuts.boxes(), X.min(axis=0), X.max(axis=0))
    assert np.prod(boxes[:, 1] - boxes[:, 0], axis=1).sum() == pytest.approx(
        np.prod(np.ptp(X, axis=0))
    )


def test_kd_partition_weighs():
    weights = np.array([3.0, 1.0, 1.0, 1.0])
    found = kd_partition([[0.0], [1.0], [2.0], [3.0]], 2, sample_weight=weights)
    assert found.part_weights.tolist() == [3.0, 3.0]
    shares = kd_partition(np.arange(12.0)[:, None], 3, targets=[1, 2, 3])
    assert np.bincount(shares.labels).tolist() == [2, 4, 6]
