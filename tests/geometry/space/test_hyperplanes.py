"""Cells of hyperplane arrangements: by the signs of points, and in a box."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.geometry import BSPTree, hyperplane_cells

RNG = np.random.default_rng(0)


def signs_of(X, normals, offsets):
    return np.asarray(X) @ np.asarray(normals).T > offsets


def check(found, X, normals, offsets):
    """Cells are the different sign vectors, and neighbours differ in one sign."""
    signs = signs_of(X, normals, offsets)
    assert np.array_equal(found.sides[found.labels], signs)
    assert len(np.unique(signs, axis=0)) == found.n_cells == len(found.sides)
    assert np.array_equal(np.bincount(found.labels), found.sizes)
    numbers = [sum(1 << j for j in np.flatnonzero(row).tolist()) for row in found.sides]
    assert numbers == sorted(numbers)
    expected = {
        (i, j, int(np.flatnonzero(found.sides[i] != found.sides[j])[0]))
        for i in range(found.n_cells)
        for j in range(i + 1, found.n_cells)
        if (found.sides[i] != found.sides[j]).sum() == 1
    }
    edges = {
        (*sorted(pair), plane) for pair, plane in zip(found.edges.tolist(), found.across.tolist())
    }
    assert edges == expected
    assert len(edges) == len(found.edges)


def test_quadrants_by_hand():
    X = [(-1, -1), (1, -1), (-1, 1), (1, 1), (2, 2), (0, 5)]
    found = hyperplane_cells(X, [(3, 0), (0, 1)], [0, 0])
    # a point on a hyperplane counts as behind it
    assert found.labels.tolist() == [0, 1, 2, 3, 3, 2]
    assert found.sizes.tolist() == [1, 1, 2, 2]
    assert sorted(map(tuple, found.edges.tolist())) == [(0, 1), (0, 2), (1, 3), (2, 3)]
    assert found.graph.n_edges == 4
    assert found.to_dict(labels=True)["labels"] == [0, 1, 2, 3, 3, 2]
    assert repr(found) == "HyperplaneCells(n_cells=4, n_edges=4)"


@pytest.mark.parametrize(("d", "m"), [(1, 5), (2, 12), (3, 64), (3, 65), (5, 130), (10, 8)])
def test_cells_are_sign_vectors(d, m):
    X, normals, offsets = RNG.normal(size=(400, d)), RNG.normal(size=(m, d)), RNG.normal(size=m)
    found = hyperplane_cells(X, normals, offsets)
    check(found, X, normals, offsets)
    tree = BSPTree.from_hyperplanes(normals, offsets, points=X, random_state=0)
    assert np.array_equal(tree.leaf_of(X), found.labels)
    assert (tree.n_leaves, len(tree.offsets)) == (found.n_cells, found.n_cells - 1)
    assert tree.dimension == d
    scaled = hyperplane_cells(X, normals * 7, offsets * 7)
    assert np.array_equal(scaled.labels, found.labels)


@given(data=st.data())
def test_points_on_hyperplanes(data):
    d = data.draw(st.integers(1, 3))
    number = st.integers(-2, 2)
    X = np.array(data.draw(st.lists(st.tuples(*[number] * d), min_size=1, max_size=20)))
    # across an axis, so that a point is exactly on a hyperplane or not at all
    planes = data.draw(st.lists(st.tuples(st.integers(0, d - 1), number), min_size=1, max_size=6,
                                unique=True))  # fmt: skip
    normals = np.array([np.eye(d)[axis] for axis, _ in planes])
    offsets = np.array([float(value) for _, value in planes])
    found = hyperplane_cells(X, normals, offsets)
    check(found, X, normals, offsets)
    tree = BSPTree.from_hyperplanes(normals, offsets, points=X, n_candidates=2, random_state=1)
    assert np.array_equal(tree.leaf_of(X), found.labels)


@pytest.mark.parametrize(("d", "m"), [(2, 1), (2, 12), (2, 30), (3, 1), (3, 9)])
def test_cells_in_a_box_are_as_many_as_there_are(oracles, d, m):
    rng = np.random.default_rng(m)
    normals, offsets = rng.integers(-40, 41, (m, d)), rng.integers(-60, 61, m)
    low, high = [-1] * d, [2] * d
    expected = oracles.space.cells_in_box(normals, offsets, low, high)
    tree = BSPTree.from_hyperplanes(normals, offsets, box=(low, high), random_state=0)
    assert tree.n_leaves == expected
    cells = tree.cells()
    assert len(cells) == expected
    assert cells.volumes.sum() == pytest.approx(3.0**d, rel=1e-9)
    # no hyperplane cuts a cell, and any two cells are apart
    Q = low + 3 * rng.random((4000, d))
    signs, leaf = signs_of(Q, normals, offsets), tree.leaf_of(Q)
    pairs = {(int(at), tuple(row)) for at, row in zip(leaf, signs.tolist())}
    assert len(pairs) == len({at for at, _ in pairs}) == len({row for _, row in pairs})
    assert not tree.is_solid
    # every hyperplane that meets the box has its pieces, and no other
    alone = [oracles.space.cells_in_box(normals[j : j + 1], offsets[j : j + 1], low, high) > 1
             for j in range(m)]  # fmt: skip
    assert set(tree.piece_face.tolist()) == set(np.flatnonzero(alone).tolist())


def test_a_grid_of_lines():
    normals = [(1, 0)] * 4 + [(0, 1)] * 3
    offsets = [1, 2, 3, 4, 1, 2, 3]
    tree = BSPTree.from_hyperplanes(normals, offsets, box=((0, 0), (5, 4)), random_state=0)
    assert tree.n_leaves == 20
    assert np.allclose(tree.cells().volumes, 1)
    assert len(tree.cells().polygon(3)) == 4


def test_hyperplanes_that_are_equal_or_miss_the_box():
    box = ((0, 0), (1, 1))
    assert BSPTree.from_hyperplanes([(1, 0)], [5], box=box).n_leaves == 1
    twice = BSPTree.from_hyperplanes([(1, 0), (-2, 0)], [0.5, -1], box=box)
    assert (twice.n_leaves, len(twice.offsets)) == (2, 1)


def test_seeds_decide():
    normals, offsets = RNG.normal(size=(40, 2)), RNG.normal(size=40)
    X = RNG.normal(size=(300, 2))
    for options in ({"points": X}, {"box": ((-1, -1), (1, 1))}):
        one, two = (
            BSPTree.from_hyperplanes(normals, offsets, random_state=3, **options) for _ in range(2)
        )
        assert np.array_equal(one.children, two.children)
        assert np.array_equal(one.offsets, two.offsets)


def test_a_single_cell_has_no_nodes():
    X = RNG.random((5, 2)) + 1
    tree = BSPTree.from_hyperplanes([(1, 0)], [0], points=X)
    assert (tree.n_leaves, tree.depth, tree.leaf_of(X).tolist()) == (1, 0, [0] * 5)
    found = hyperplane_cells(X, [(1, 0)], [0])
    assert (found.n_cells, found.edges.shape, found.graph.n_edges) == (1, (0, 2), 0)
    missed = BSPTree.from_hyperplanes([(1, 0)], [5], box=((0, 0), (1, 1)))
    assert (missed.n_leaves, missed.n_pieces) == (1, 0)
    assert missed.cells().volumes.tolist() == [1.0]
    assert missed.ray_cast([(0, 0)], [(1, 1)])[1].tolist() == [-1]
    assert missed.back_to_front((0, 0)).tolist() == []


class TestBadInput:
    @pytest.mark.parametrize(
        ("X", "normals", "offsets", "message"),
        [
            ([(0, 0)], [(0, 0)], [0], r"normals\[0\] must not be zero"),
            ([(0, 0)], [(1, 0, 0)], [0], "normals must have 2 columns, got 3"),
            ([(0, 0)], [(1, 0)], [0, 1], r"offsets must have shape \(1,\), got \(2,\)"),
            ([(0, 0)], [(1, 0)], [np.nan], r"offsets\[0\] is nan"),
            ([(0, 0)], np.empty((0, 2)), [], "normals must have at least one row"),
            ([(0, 0)], [(1, 0), (0, 1), (-2, 0)], [1, 1, -2], "hyperplanes must be different, 0 a"),
            (np.empty((0, 2)), [(1, 0)], [0], "X must have at least one row"),
            ([(0, np.nan)], [(1, 0)], [0], r"X\[0, 1\] is nan"),
        ],
    )
    def test_cells(self, X, normals, offsets, message):
        with pytest.raises(ValueError, match=message):
            hyperplane_cells(X, normals, offsets)

    def test_trees(self):
        with pytest.raises(ValueError, match="needs points, or in 2 or 3 dimensions a box; got ne"):
            BSPTree.from_hyperplanes([(1, 0)], [0])
        with pytest.raises(ValueError, match="got a box in 4 dimensions"):
            BSPTree.from_hyperplanes(np.eye(4), np.zeros(4), box=(np.zeros(4), np.ones(4)))
        tree = BSPTree.from_hyperplanes(np.eye(4), np.zeros(4), points=RNG.normal(size=(9, 4)))
        with pytest.raises(ValueError, match="cells needs 2 or 3 dimensions, the tree has 4"):
            tree.cells()
        with pytest.raises(ValueError, match="ray_cast needs pieces of faces"):
            tree.ray_cast(np.zeros((1, 4)), np.ones((1, 4)))
        with pytest.raises(ValueError, match="back_to_front needs pieces of faces"):
            tree.back_to_front(np.zeros(4))
