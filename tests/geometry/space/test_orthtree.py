"""Quadtrees and octrees against trees that divide one cell after the other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.geometry import Octree, Quadtree

RNG = np.random.default_rng(0)
KINDS = {2: Quadtree, 3: Octree}
kinds = pytest.mark.parametrize("d", [2, 3])


def unit_cube(d):
    return np.zeros(d), np.ones(d)


def clusters(d, n=2000):
    return np.clip(0.3 + 0.02 * RNG.standard_cauchy((n, d)), 0, 1)


def as_leaves(tree):
    """The leaves as (level, corner in cells of that level)."""
    cells = tree.cells()
    units = np.round((cells.low - tree.corner) / tree.side * 2.0 ** tree.level[:, None])
    return {(int(at), tuple(int(c) for c in row)) for at, row in zip(tree.level, units)}


def grid_of(X, bits):
    return np.minimum((X * 2**bits).astype(np.int64), 2**bits - 1)


def check_cover(tree, X):
    """Leaves tile the cube and hold their points."""
    cells = tree.cells()
    assert cells.volumes.sum() == pytest.approx(tree.side**tree.dimension, rel=1e-12)
    own = (cells.low[tree.labels] <= X) & (cells.high[tree.labels] >= X)
    assert own.all()
    assert np.array_equal(tree.leaf_of(X), tree.labels)
    assert np.array_equal(np.bincount(tree.labels, minlength=tree.n_leaves),
                          np.diff(tree.leaf_start))  # fmt: skip
    Q = tree.corner + RNG.random((400, tree.dimension)) * tree.side
    inside = (cells.low <= Q[:, None]).all(axis=2) & (cells.high > Q[:, None]).all(axis=2)
    assert (inside.sum(axis=1) == 1).all()
    assert np.array_equal(tree.leaf_of(Q), inside.argmax(axis=1))


def test_four_squares_by_hand():
    X = [[0.1, 0.1], [0.9, 0.1], [0.1, 0.9], [0.6, 0.6], [0.9, 0.9]]
    tree = Quadtree(X, max_points=1, cube=unit_cube(2))
    # the upper right quarter holds two points
    assert tree.level.tolist() == [1, 1, 1, 2, 2, 2, 2]
    assert tree.cells().low[:4].tolist() == [[0, 0], [0, 0.5], [0.5, 0], [0.5, 0.5]]
    assert tree.labels.tolist() == [0, 2, 1, 3, 6]
    assert tree.leaf_start.tolist() == [0, 1, 2, 3, 4, 4, 4, 5]
    assert tree.depth == 2


@kinds
@given(data=st.data())
def test_leaves_are_the_oracle_s(oracles, d, data):
    bits = data.draw(st.integers(1, 4))
    n, most = data.draw(st.integers(1, 30)), data.draw(st.integers(1, 4))
    cells = np.array(data.draw(st.lists(st.integers(0, 2**bits - 1), min_size=n * d,
                                        max_size=n * d))).reshape(n, d)  # fmt: skip
    weight = data.draw(st.one_of(st.none(), st.lists(st.integers(0, 5), min_size=n, max_size=n)))
    options, full = {}, lambda own: len(own) > most
    if weight is not None and any(weight):
        limit = data.draw(st.integers(1, 9))
        options = {"sample_weight": weight, "max_weight": limit}

        def full(own):
            return len(own) > most or sum(weight[i] for i in own) > limit

    X = (cells + 0.5) / 2**bits
    expected = oracles.space.orthtree_leaves(cells, bits, full)
    tree = KINDS[d](X, most, bits, cube=unit_cube(d), **options)
    assert as_leaves(tree) == expected
    balanced = KINDS[d](X, most, bits, cube=unit_cube(d), balanced=True, **options)
    assert as_leaves(balanced) == oracles.space.balance(expected)
    for made in (tree, balanced):
        check_cover(made, X)


@kinds
@pytest.mark.parametrize("balanced", [False, True])
def test_leaves_tile_the_cube(d, balanced):
    X = clusters(d)
    tree = KINDS[d](X, 5, balanced=balanced, cube=unit_cube(d))
    check_cover(tree, X)
    sizes = np.diff(tree.leaf_start)
    assert sizes.max() <= 5
    assert tree.perm.dtype == np.int32
    assert sorted(tree.perm.tolist()) == list(range(len(X)))


@kinds
def test_touching_leaves_differ_by_one_level(oracles, d):
    X = clusters(d, 150)
    plain = as_leaves(KINDS[d](X, 2, 9, cube=unit_cube(d)))
    balanced = as_leaves(KINDS[d](X, 2, 9, cube=unit_cube(d), balanced=True))
    assert len(balanced) > len(plain)
    leaves = sorted(balanced)
    levels = np.array([leaf[0] for leaf in leaves])
    low = np.array([leaf[1] for leaf in leaves]) << (9 - levels)[:, None]
    high = low + (1 << (9 - levels))[:, None]
    touching = ((low[:, None] <= high) & (high[:, None] >= low)).all(axis=2)
    assert np.abs(levels[:, None] - levels)[touching].max() == 1


@kinds
def test_every_stop_counts(d):
    X = clusters(d)
    cube = unit_cube(d)
    assert KINDS[d](X, 1, 3, cube=cube).depth == 3
    assert KINDS[d](X, len(X), cube=cube).n_leaves == 1
    weights = RNG.integers(1, 9, len(X)).astype(float)
    tree = KINDS[d](X, len(X), sample_weight=weights, max_weight=200.0, cube=cube)
    loads = np.bincount(tree.labels, weights, minlength=tree.n_leaves)
    assert loads.max() <= 200
    # no leaf but the root could be larger: the parent of each is too heavy
    parents = np.unique(np.column_stack([tree.level - 1, *grid_parents(tree).T]), axis=0)
    for level, *corner in parents.astype(int):
        own = (grid_of(X, level) == corner).all(axis=1)
        assert weights[own].sum() > 200
    counted = KINDS[d](X, len(X), max_weight=50, cube=cube)
    assert np.diff(counted.leaf_start).max() <= 50


def grid_parents(tree):
    width = tree.side * 2.0 ** (1 - tree.level.astype(float))
    return np.floor((tree.cells().low - tree.corner) / width[:, None] + 1e-9)


@kinds
def test_points_that_cannot_be_divided_stay_together(d):
    X = np.full((50, d), 0.25)
    tree = KINDS[d](X, 3, 4, cube=unit_cube(d))
    assert (tree.depth, np.diff(tree.leaf_start).max()) == (4, 50)
    assert tree.perm.tolist() == list(range(50))
    alone = KINDS[d](X, 3)
    assert (alone.side, alone.labels.max()) == (1.0, alone.labels.min())
    assert alone.depth == {2: 31, 3: 21}[d]
    assert KINDS[d](X[:1]).n_leaves == 1


@kinds
@pytest.mark.parametrize("scale", [1e-150, 1e-9, 1.0, 3e9, 1e149])
def test_any_scale(d, scale):
    X = (RNG.random((300, d)) - 0.5) * scale
    tree = KINDS[d](X, 4)
    assert np.array_equal(tree.leaf_of(X), tree.labels)
    assert np.diff(tree.leaf_start).max() <= 4
    cells = tree.cells()
    slack = 1e-12 * scale
    assert (cells.low[tree.labels] <= X + slack).all()
    assert (cells.high[tree.labels] >= X - slack).all()
    assert tree.leaf_of(X[:1] + 2 * scale).tolist() == [-1]


@kinds
def test_whole_numbers_and_collinear_points(d):
    X = RNG.integers(-50, 50, (200, d))
    assert np.array_equal(KINDS[d](X, 3).labels, KINDS[d](X.astype(float), 3).labels)
    line = np.outer(np.arange(64), np.eye(d)[0])
    tree = KINDS[d](line, 1)
    assert np.diff(tree.leaf_start).max() == 1
    check_cover(tree, line)


@kinds
def test_permuted_points_have_the_same_leaves(d):
    X = clusters(d)
    order = RNG.permutation(len(X))
    one, two = KINDS[d](X, 6, balanced=True), KINDS[d](X[order], 6, balanced=True)
    assert np.array_equal(one.labels[order], two.labels)
    assert np.array_equal(one.level, two.level)


def test_light_weights_beside_heavy_ones_are_summed_exactly():
    weights = np.ones(64)
    weights[::8] = 1e17
    line = np.column_stack([np.arange(64.0), np.zeros(64)])
    tree = Quadtree(line, 64, sample_weight=weights, max_weight=3.0)
    sizes = np.diff(tree.leaf_start)
    # 1e17 alone, its neighbour alone, and then pairs: four points would weigh 4
    assert sizes[sizes > 0].tolist() == [1, 1, 2, 2, 2] * 8


class TestBadInput:
    def test_points(self):
        with pytest.raises(ValueError, match="X must have 2 columns, got 3"):
            Quadtree(np.zeros((1, 3)))
        with pytest.raises(ValueError, match="X must have at least one row"):
            Octree(np.empty((0, 3)))
        with pytest.raises(ValueError, match=r"X\[0, 1\] is nan"):
            Quadtree([[0, np.nan]])
        with pytest.raises(TypeError, match="X must hold real numbers"):
            Quadtree([["a", "b"]])

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"max_points": 0}, "max_points must be at least 1, got 0"),
            ({"max_depth": 32}, "max_depth must be at most 31, got 32"),
            ({"max_depth": 0}, "max_depth must be at least 1, got 0"),
            ({"max_weight": 0.0}, "max_weight must be positive, got 0.0"),
            ({"max_weight": np.nan}, "max_weight must be positive, got nan"),
            ({"sample_weight": [1, 1]}, "sample_weight plays no part without max_weight"),
            ({"sample_weight": [1], "max_weight": 1}, r"sample_weight must have shape \(2,\)"),
            ({"sample_weight": [1, -1], "max_weight": 1}, r"sample_weight\[1\] is -1"),
            ({"cube": ((0, 0), (2, 1))}, "cube must have equal sides"),
            ({"cube": ((0, 0), (1, 1))}, r"cube must hold all points, X\[1\] is \[2.0, 2.0\]"),
            ({"cube": ((0, 0), (np.inf, 1))}, "cube must be finite with low < high"),
            ({"cube": 5}, r"cube must be \(low, high\) of 2 numbers"),
        ],
    )
    def test_parameters(self, options, message):
        with pytest.raises(ValueError, match=message):
            Quadtree([[0, 0], [2, 2]], **options)

    def test_places(self):
        tree = Quadtree([[0, 0], [2, 2]])
        with pytest.raises(ValueError, match="X must have 2 columns, got 1"):
            tree.leaf_of([[1]])
        assert tree.leaf_of(np.empty((0, 2))).tolist() == []
