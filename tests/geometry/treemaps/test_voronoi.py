"""Voronoi treemaps: exact areas at any skew, compact cells, regions that do not disturb others."""

import math

import numpy as np
import pytest

from partwise.geometry import Tree, treemap
from partwise.geometry.treemaps._kernels.voronoi import _fattest_cut, _numbered, _straight
from tests.oracles import treemaps as oracle
from tests.oracles.trees import caterpillar, random_tree, recursive_tree, star

SQUARE = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
SIDES = np.arange(4, dtype=np.int32)


def test_two_equal_leaves_of_a_double_square_are_squares():
    layout = treemap(star([1.0, 1.0]), "voronoi", rect=(0, 0, 2, 1), validate=True)
    assert sorted(layout.boxes[1:].tolist()) == [[0, 0, 1, 1], [1, 0, 2, 1]]


def test_a_small_part_is_cut_off_at_a_corner():
    nx, ny = _fattest_cut(SQUARE, SIDES, 0.005)
    assert abs(nx) == pytest.approx(abs(ny))
    indptr, xy, lines, angle, n_lines = _straight(
        SQUARE, SIDES, 0.995, 0.005, -nx, -ny, np.zeros(8), 4
    )
    assert np.diff(indptr).tolist() == [5, 3]
    # an isosceles right triangle of area 0.005 has legs of 0.1
    sides = sorted(math.dist(*np.roll(xy[5:], k, axis=0)[:2]) for k in range(3))
    assert sides == pytest.approx([0.1, 0.1, 0.1 * math.sqrt(2)])
    assert set(lines[5:]) > {4}
    assert angle[4] in (pytest.approx(math.pi / 4), pytest.approx(3 * math.pi / 4))
    assert n_lines == 5


def test_both_sides_of_a_bisector_have_one_number():
    # three cells around a point of a triangle; -1, -2, -3 are its sides
    across = np.array([-1, 1, 2, -2, 2, 0, -3, 0, 1])
    numbers = np.empty(9, np.int64)
    assert _numbered(np.array([0, 3, 6, 9]), across, 3, 10, numbers) == 3
    assert numbers.tolist() == [-1, 10, 11, -2, 12, 10, -3, 11, 12]
    across[8] = -3
    assert _numbered(np.array([0, 3, 6, 9]), across, 3, 10, numbers) == -1


@pytest.mark.parametrize("seed", range(21, 147))
def test_leaves_tile_with_exact_areas(seed):
    layout = treemap(random_tree(seed), "voronoi", validate=True)
    clear = ~layout.degenerate & (layout.tree.weights > 1e-9 * layout.tree.weights.max())
    shares = layout.tree.weights / layout.tree.weights.max()
    np.testing.assert_allclose(layout.areas[clear], shares[clear], rtol=1e-8)


@pytest.mark.slow
def test_promises_are_kept_on_two_thousand_trees():
    for seed in range(2000):
        layout = treemap(random_tree(seed), "voronoi", validate=True)
        assert layout.areas[layout.tree.is_leaf].sum() == pytest.approx(1, rel=1e-9)


@pytest.mark.parametrize("rect", [(0, 0, 1000, 1), (1e6, -3e5, 2, 1), (0, 0, 1e-9, 1e-9)])
def test_any_rectangle_serves(rect):
    for seed in range(14):
        layout = treemap(random_tree(seed), "voronoi", rect, validate=True)
        whole = rect[2] * rect[3]
        assert layout.areas[layout.tree.is_leaf].sum() == pytest.approx(whole, rel=1e-8)


@pytest.mark.parametrize("sigma", [0.0, 2.0, 4.0])
def test_stars_of_any_skew_are_exact_and_compact(sigma):
    weights = np.random.default_rng(0).lognormal(0.0, sigma, 300)
    layout = treemap(star(weights), "voronoi", validate=True)
    assert layout.facts["straight_cuts"] <= 1
    leaves = ~layout.degenerate & layout.tree.is_leaf
    assert layout.aspect_ratio[leaves].max() < 16
    perimeters = [
        sum(math.dist(a, b) for a, b in zip(p, np.roll(p, -1, axis=0), strict=True))
        for p in map(layout.polygon, np.flatnonzero(leaves))
    ]
    # of squares 16, of equilateral triangles 20.8
    assert np.mean(np.square(perimeters) / layout.areas[leaves]) < 20


def test_cells_are_rounder_than_those_of_straight_cuts():
    means = {"voronoi": [], "convex": []}
    for seed in range(200, 260):
        for method, found in means.items():
            layout = treemap(random_tree(seed), method)
            found.append(layout.to_dict()["mean_aspect_ratio"])
    assert np.mean(means["voronoi"]) < np.mean(means["convex"])


def test_geometric_weights_to_two_to_the_minus_sixty_tile():
    layout = treemap(star(2.0 ** -np.arange(61)), "voronoi", validate=True)
    assert layout.degenerate[-1]
    assert not layout.degenerate[:40].any()
    np.testing.assert_allclose(layout.areas[1:31], 2.0 ** -np.arange(1, 31), rtol=1e-9)


def test_weights_that_underflow_are_reported_as_degenerate():
    layout = treemap(star([1e300, 1.0, 1e-300]), "voronoi", validate=True)
    assert layout.degenerate.tolist() == [False, False, True, True]


@pytest.mark.parametrize("small", [1e-4, 1e-7, 1e-10])
def test_small_children_share_a_cell_before_it_is_divided(small):
    layout = treemap(star([3.0, 2.0, 1.0, *[small] * 5]), "voronoi", validate=True)
    assert layout.aspect_ratio.max() < 16
    np.testing.assert_allclose(layout.areas[4:] * (6 + 5 * small) / small, 1.0, rtol=1e-8)


def test_caterpillars_of_ten_thousand_edges_are_validated():
    layout = treemap(caterpillar(np.ones(10_000)), "voronoi", validate=True)
    assert layout.depth == 10_000
    assert not layout.degenerate.any()
    np.testing.assert_allclose(layout.areas[layout.tree.is_leaf], 1e-4, rtol=1e-9)


def test_a_path_of_depth_one_hundred_thousand_is_drawn():
    weights = 2.0 ** -np.minimum(np.arange(100_000), 1000)
    layout = treemap(caterpillar(weights), "voronoi", validate=True)
    assert layout.areas[0] == pytest.approx(1.0)


def test_regions_do_not_depend_on_what_is_inside_others():
    parents = [-1, 0, 0, 1, 1, 1, 2, 2, 2]
    one = treemap(Tree.from_parents(parents, [0, 0, 0, 5, 3, 2, 3, 2, 1]), "voronoi")
    other = treemap(Tree.from_parents(parents, [0, 0, 0, 6, 3, 1, 3, 2, 1]), "voronoi")
    for node in (0, 1, 2, 6, 7, 8):
        np.testing.assert_array_equal(one.polygon(node), other.polygon(node))
    assert not np.array_equal(one.boxes[3], other.boxes[3])


def test_the_same_seed_gives_the_same_picture():
    tree = recursive_tree(np.random.default_rng(0), 300, 1.0)
    first, again, other = (treemap(tree, "voronoi", random_state=s) for s in (1, 1, 2))
    assert first.polygons()[1].tobytes() == again.polygons()[1].tobytes()
    assert first.polygons()[1].tobytes() != other.polygons()[1].tobytes()


def test_regions_lie_in_their_parents():
    tree = random_tree(8, 60)
    layout = treemap(tree, "voronoi")
    for node in np.flatnonzero((tree.parents >= 0) & (layout.areas > 0)):
        outer = layout.polygon(tree.parents[node]).tolist()
        for (ax, ay), (bx, by) in zip(outer, outer[1:] + outer[:1], strict=True):
            inner = [(x, y, None) for x, y in layout.polygon(node)]
            # beyond a side of the parent there is nothing
            n = (ay - by, bx - ax)
            beyond = oracle.clip(inner, *n, ax * n[0] + ay * n[1])
            assert abs(oracle.area(beyond)) < 1e-13
