"""Orthoconvex treemaps: every case of the analysis, constant ratios, regions in one piece."""

import math

import numpy as np
import pytest

from partwise.geometry import Tree, treemap
from tests.oracles import corner_layouts
from tests.oracles.rectilinear import Grid, is_orthoconvex, square_ratio
from tests.oracles.trees import caterpillar, random_tree, star
from tests.oracles.uneven_trees import shrouded_tree, uneven_tree

UNIT = (0.0, 0.0, 1.0, 1.0)
LIMITS = {"rectangle": 8.0, "L": 32.0, "S": 32.0, "orthoconvex": 64.0}
CORNERS = {"rectangle": 4, "L": 6, "S": 8}
FAMILIES = {"random": random_tree, "uneven": uneven_tree, "shrouded": shrouded_tree}


def frame_of(rect):
    x, y, width, height = rect
    return np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])


def corners(polygon):
    return sorted(map(tuple, np.asarray(polygon).tolist()))


def drawn_leaves(layout):
    tree = layout.tree
    return [v for v in range(tree.n_nodes) if tree.is_leaf[v] and layout.shape[v] != "none"]


def cells_below(layout, grid):
    """The cells of every node: those of a leaf's polygon, of an inner node those of its leaves."""
    tree = layout.tree
    empty = np.zeros((len(grid.x) - 1, len(grid.y) - 1), bool)
    cells = [empty] * tree.n_nodes
    for v in drawn_leaves(layout):
        cells[v] = grid.cells(layout.polygon(v))
    for v in tree.order[::-1].tolist():
        if not tree.is_leaf[v]:
            cells[v] = np.logical_or.reduce([cells[c] for c in tree.children_of(v).tolist()])
    return cells


# -- by hand -------------------------------------------------------------------------------------


def test_two_halves_are_cut_across_the_longer_side():
    layout = treemap(star([1.0, 1.0]), "orthoconvex", (0, 0, 2, 1))
    assert corners(layout.polygon(1)) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert corners(layout.polygon(2)) == [(1, 0), (1, 1), (2, 0), (2, 1)]


def test_fifteen_sixteenths_surround_the_rest_as_an_l():
    layout = treemap(star([15.0, 1.0]), "orthoconvex", (0, 0, 1, 2))
    assert corners(layout.polygon(2)) == [(0.75, 1.5), (0.75, 2), (1, 1.5), (1, 2)]
    assert corners(layout.polygon(1)) == [(0, 0), (0, 2), (0.75, 1.5), (0.75, 2), (1, 0), (1, 1.5)]
    assert layout.shape.tolist() == ["orthoconvex", "L", "rectangle"]
    assert layout.aspect_ratio[1] == pytest.approx(4 / (15 / 8), rel=1e-15)
    assert layout.facts == {"n_L": 1, "n_S": 0}


def test_seven_eighths_are_the_border_between_slice_and_l():
    assert treemap(star([7.0, 1.0]), "orthoconvex").shape.tolist()[1:] == ["rectangle"] * 2
    assert treemap(star([7.001, 1.0]), "orthoconvex").shape[1] == "L"


def test_a_large_leaf_between_two_tiny_parts_is_an_s():
    # 60 is drawn first, as an L. What is left is marked at 1, where 60 was: 1 of 16 in all, with
    # 13 as large leaf beside it and 2 as the rest, an eighth.
    tree = Tree.from_parents([-1, 0, 0, 1, 1, 2, 2], [0, 0, 0, 13.0, 2.0, 1.0, 600.0])
    layout = treemap(tree, "orthoconvex", (0, 0, 1, 1))
    assert layout.shape.tolist()[3:] == ["S", "rectangle", "rectangle", "L"]
    side = math.sqrt(16 / 616)
    low = 1 - side
    a, b = side / 4, side * math.sqrt(1 / 8)
    np.testing.assert_allclose(layout.boxes[3], [low, low, 1, 1], rtol=1e-14)
    np.testing.assert_allclose(layout.boxes[5], [low, low, low + a, low + a], rtol=1e-14)
    np.testing.assert_allclose(layout.boxes[4], [1 - b, 1 - b, 1, 1], rtol=1e-14)
    # Node 2, the L and the tiny part, fills all but the S and its other neighbour.
    assert layout.areas[2] == pytest.approx(601 / 616)
    assert len(layout.polygon(2)) == 8


# -- against recursion on copied trees -----------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
def test_leaves_are_those_of_the_case_analysis_by_recursion(family):
    used = set()
    for seed in range(40):
        tree = FAMILIES[family](seed)
        for rect in (UNIT, (-3.0, 2.0, 1.0, 5.3)):
            layout = treemap(tree, "orthoconvex", rect)
            regions, cases = corner_layouts.orthoconvex(tree, rect)
            used |= cases
            area = rect[2] * rect[3]
            for leaf, region in regions.items():
                if layout.areas[leaf] < 1e-8 * area:
                    continue
                mine, theirs = layout.polygon(leaf), np.array(corner_layouts.vertices(region))
                assert len(mine) == len(theirs)
                far = np.abs(mine[:, None] - theirs[None]).max(axis=2)
                assert far.min(axis=0).max() < 1e-9
                assert far.min(axis=1).max() < 1e-9
    expected = {
        "random": {"a, slice", "a, L", "b", "c, L", "c, S", "c, slice and L"},
        "uneven": {"a, slice", "a, L", "b", "c, L", "c, S", "c, slice and L"},
        "shrouded": {"a, slice", "a, L", "c, slice and L", "d"},
    }
    assert used >= expected[family]


@pytest.mark.parametrize(
    ("family", "flaw"),
    [
        ("uneven", "shallow mark"),
        ("shrouded", "shallow mark"),
        ("shrouded", "vertical cut"),
        ("shrouded", "same corner"),
        ("shrouded", "corner across"),
    ],
)
def test_these_trees_tell_the_case_analysis_from_its_known_errors(family, flaw):
    """With any of the errors, some region is not orthoconvex or some rectangle is too long."""
    found = {True: 0, False: 0}
    for seed in range(60):
        tree = FAMILIES[family](seed)
        for flawed in (False, True):
            regions, _ = corner_layouts.orthoconvex(tree, UNIT, (flaw,) if flawed else ())
            pieces = {}
            for leaf, (box, notches) in regions.items():
                pieces[leaf] = [box_corners(part) for part in (box, *notches)]
                if not notches:
                    found[flawed] += square_ratio(pieces[leaf][0]) > 8.0 * (1 + 1e-9)
            grid = Grid([p for parts in pieces.values() for p in parts])
            cells = {
                leaf: np.logical_xor.reduce([grid.cells(part) for part in parts])
                for leaf, parts in pieces.items()
            }
            for v in tree.order[::-1].tolist():
                if not tree.is_leaf[v]:
                    below = [cells[c] for c in tree.children_of(v).tolist()]
                    cells[v] = np.logical_or.reduce(below)
                    found[flawed] += not is_orthoconvex(cells[v])
    assert found[False] == 0
    assert found[True] > 0


def box_corners(box):
    x0, y0, x1, y1 = box
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])


# -- promises, by the cells of a grid -------------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
def test_regions_tile_are_orthoconvex_and_keep_their_bounds(family):
    shapes = set()
    for seed in range(35):
        tree = FAMILIES[family](seed)
        layout = treemap(tree, "orthoconvex")
        leaves = drawn_leaves(layout)
        polygons = [layout.polygon(v) for v in leaves]
        grid = Grid([*polygons, frame_of(UNIT)])
        assert grid.uncancelled(polygons, frame_of(UNIT)) == {}
        cells = cells_below(layout, grid)
        assert (np.sum([cells[v] for v in leaves], axis=0) == 1).all()
        for v in range(tree.n_nodes):
            shape = layout.shape[v]
            if shape == "none":
                assert tree.weights[v] < 1e-20 * tree.weights[tree.root]
                continue
            shapes.add(shape)
            polygon = layout.polygon(v)
            assert is_orthoconvex(cells[v]), (seed, v)
            np.testing.assert_array_equal(grid.cells(polygon), cells[v])
            assert len(polygon) == CORNERS.get(shape, len(polygon))
            if not layout.degenerate[v]:
                assert square_ratio(polygon) <= LIMITS[shape] * (1 + 1e-9)
                share = tree.weights[v] / tree.weights[tree.root]
                assert layout.areas[v] == pytest.approx(share, rel=1e-8)
                assert layout.bounds[v] == LIMITS[shape]
    assert shapes >= {"rectangle", "L", "orthoconvex"}


@pytest.mark.slow
@pytest.mark.parametrize("family", ["uneven", "shrouded"])
def test_bounds_hold_on_two_thousand_trees_of_all_cases(family):
    worst = dict.fromkeys(LIMITS, 0.0)
    for seed in range(2000):
        layout = treemap(FAMILIES[family](seed), "orthoconvex", validate=True)
        for shape in worst:
            of_shape = (layout.shape == shape) & ~layout.degenerate
            worst[shape] = max(worst[shape], layout.aspect_ratio[of_shape].max(initial=0.0))
    assert all(worst[shape] <= LIMITS[shape] * (1 + 1e-9) for shape in LIMITS)


def test_a_region_in_one_point_with_itself_is_not_orthoconvex():
    assert is_orthoconvex(np.array([[1, 1], [0, 1]], bool))
    assert not is_orthoconvex(np.array([[1, 0], [0, 1]], bool))
    assert not is_orthoconvex(np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], bool))
    assert not is_orthoconvex(np.array([[1, 0, 1], [1, 1, 1]], bool))
    assert not is_orthoconvex(np.zeros((2, 2), bool))


@pytest.mark.parametrize("ratio", [8.0, 20.0, 1000.0])
@pytest.mark.parametrize("upright", [False, True])
def test_elongated_rectangles_multiply_the_bounds(ratio, upright):
    rect = (0, 0, 1, ratio) if upright else (0, 0, ratio, 1)
    for seed in range(24):
        tree = (uneven_tree if seed % 2 else shrouded_tree)(seed)
        layout = treemap(tree, "orthoconvex", rect, validate=True)
        assert layout.bound == 64.0 * ratio / 8.0
        for v in drawn_leaves(layout):
            if not layout.degenerate[v]:
                limit = LIMITS[str(layout.shape[v])] * ratio / 8.0
                assert square_ratio(layout.polygon(v)) <= limit * (1 + 1e-9)


def test_elongated_rectangles_are_sliced_to_fat_ones_where_weights_allow():
    layout = treemap(star(np.ones(1000)), "orthoconvex", (0, 0, 1000, 1))
    assert layout.aspect_ratio[1:].max() <= 8.0


# -- symmetries ----------------------------------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
def test_exchanging_the_axes_exchanges_coordinates_to_the_bit(family):
    for seed in range(20):
        tree = FAMILIES[family](seed)
        a = treemap(tree, "orthoconvex", (0.0, 0.0, 3.0, math.pi))
        b = treemap(tree, "orthoconvex", (0.0, 0.0, math.pi, 3.0))
        assert a.shape.tolist() == b.shape.tolist()
        for v in range(tree.n_nodes):
            assert corners(a.polygon(v)[:, ::-1]) == corners(b.polygon(v))


@pytest.mark.parametrize("factor", [2.0**-40, 4.0])
def test_powers_of_two_scale_coordinates_to_the_bit(factor):
    for seed in range(10):
        tree = shrouded_tree(seed)
        heavier = Tree.from_parents(tree.parents, np.where(tree.is_leaf, tree.weights * 8.0, 0.0))
        a = treemap(tree, "orthoconvex", (0, 0, 3, 2))
        b = treemap(heavier, "orthoconvex", (0, 0, 3 * factor, 2 * factor))
        np.testing.assert_array_equal(b.polygons()[1], a.polygons()[1] * factor)


# -- degenerate trees ----------------------------------------------------------------------------


def test_leaves_lost_among_roundings_are_empty_and_reported():
    layout = treemap(star([1.0, 1e-40, 1e-41]), "orthoconvex", validate=True)
    assert layout.shape.tolist() == ["orthoconvex", "rectangle", "none", "none"]
    assert layout.degenerate.tolist() == [False, False, True, True]
    assert corners(layout.polygon(1)) == corners(frame_of(UNIT))
    assert layout.polygon(2).shape == (0, 2)


def test_subtrees_of_weight_zero_change_nothing():
    plain = treemap(Tree.from_parents([-1, 0, 0, 1, 1], [0, 0, 9.0, 40.0, 1.0]), "orthoconvex")
    tree = Tree.from_parents([-1, 0, 0, 1, 1, 0, 5, 5, 1], [0, 0, 9.0, 40.0, 1.0, 0, 0, 0, 0])
    layout = treemap(tree, "orthoconvex", validate=True)
    for v in range(5):
        np.testing.assert_array_equal(layout.polygon(v), plain.polygon(v))
    assert (layout.shape[5:] == "none").all()


@pytest.mark.parametrize("weights", ["equal", "halves", "growing"])
def test_a_caterpillar_of_two_thousand_levels_keeps_every_promise(weights):
    n = 2000
    values = {"equal": np.ones(n), "halves": 2.0 ** -np.arange(n), "growing": np.arange(1.0, n + 1)}
    layout = treemap(caterpillar(values[weights]), "orthoconvex", validate=True)
    assert layout.depth == n
    assert layout.areas[0] == pytest.approx(1.0, rel=1e-12)


def test_ratios_do_not_grow_with_depth_or_skew():
    for sigma in (0.0, 2.0, 4.0):
        values = np.random.default_rng(1).lognormal(0.0, sigma, 3000)
        for tree in (star(values), caterpillar(values)):
            layout = treemap(tree, "orthoconvex", validate=True)
            # Far below 32 and 64, which are proven.
            assert np.nanmax(layout.aspect_ratio[~layout.degenerate]) < 10.0
