"""Treemaps of rectangles and L shapes: the best ratio of one level, and what follows deeper."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partwise.geometry import Tree, treemap
from tests.oracles import corner_layouts
from tests.oracles.corner_layouts import ALPHA, BETA
from tests.oracles.rectilinear import Grid, is_orthoconvex, square_ratio
from tests.oracles.trees import random_tree, star

TINY = 1e-9  # relative


def corners(polygon):
    return sorted(map(tuple, np.asarray(polygon).tolist()))


def limit(elongation):
    """What is proven for the leaves of one level in a rectangle."""
    most = max(ALPHA, elongation)
    return most / (1.0 - 1.0 / most**2)


def random_weights(rng, n):
    """Weights of one of the families that layouts meet."""
    family = rng.integers(4)
    if family == 0:
        return rng.lognormal(0.0, rng.uniform(0.0, 4.0), n)
    if family == 1:
        return rng.uniform(0.3, 1.0) ** np.arange(n)
    if family == 2:
        return rng.pareto(rng.uniform(0.3, 3.0), n) + 1e-9
    return rng.integers(1, 6, n).astype(float)


# -- by hand -------------------------------------------------------------------------------------


def test_three_quarters_surround_one_quarter():
    layout = treemap(star([3.0, 1.0]), "l_shape")
    assert layout.shape.tolist() == ["rectangle", "L", "rectangle"]
    assert corners(layout.polygon(2)) == [(0.5, 0.5), (0.5, 1), (1, 0.5), (1, 1)]
    assert corners(layout.polygon(1)) == [(0, 0), (0, 1), (0.5, 0.5), (0.5, 1), (1, 0), (1, 0.5)]
    assert layout.aspect_ratio[1:].tolist() == pytest.approx([4 / 3, 1.0], rel=1e-15)
    assert layout.bound == pytest.approx(BETA, rel=1e-15)
    assert layout.facts == {"n_L": 1, "n_forced_cuts": 0}


def test_a_part_may_be_as_long_as_the_limit_and_no_longer():
    # A piece with the part f of a square is 1 / f times as long as wide.
    for f, shape in ((1 / BETA + 1e-9, "rectangle"), (1 / BETA - 1e-9, "L")):
        layout = treemap(star([1.0 - f, f]), "l_shape")
        assert layout.shape[1] == shape
        assert layout.aspect_ratio.max() <= BETA * (1 + TINY)


def test_the_bound_is_tight():
    f = (1 + 1e-9) / (ALPHA * BETA)
    layout = treemap(star([1.0 - f, f]), "l_shape", (0, 0, ALPHA, 1))
    assert layout.shape.tolist() == ["rectangle"] * 3
    assert layout.aspect_ratio[2] == pytest.approx(BETA, rel=1e-8)
    # The L that is as long as can be: the rest is just too light for a rectangle of its own.
    f = (1 - 1e-9) / ALPHA**2
    layout = treemap(star([1.0 - f, *[f / 3] * 3]), "l_shape", (0, 0, ALPHA, 1))
    assert layout.shape[1] == "L"
    assert layout.aspect_ratio[1] == pytest.approx(BETA, rel=1e-8)


# -- one level -----------------------------------------------------------------------------------


@given(seed=st.integers(0, 10**6), n=st.integers(1, 40), elongation=st.floats(1.0, ALPHA))
@settings(max_examples=300, deadline=None)
def test_leaves_keep_two_and_two_over_root_three(seed, n, elongation):
    weights = random_weights(np.random.default_rng(seed), n)
    layout = treemap(star(weights), "l_shape", (0, 0, elongation, 1))
    assert layout.bound <= BETA * (1 + TINY)
    assert layout.facts["n_forced_cuts"] == 0
    for v in range(1, n + 1):
        if not layout.degenerate[v]:
            assert square_ratio(layout.polygon(v)) <= BETA * (1 + TINY)
            assert layout.shape[v] in ("rectangle", "L")


@given(seed=st.integers(0, 10**6), n=st.integers(2, 30), elongation=st.floats(ALPHA, 1e3))
@settings(max_examples=100, deadline=None)
def test_longer_rectangles_have_a_bound_of_their_own(seed, n, elongation):
    weights = random_weights(np.random.default_rng(seed), n)
    layout = treemap(star(weights), "l_shape", (0, 0, 1, elongation), validate=True)
    # Less if the first cut leaves only groups, which are not as long.
    assert elongation <= layout.bound <= limit(elongation) * (1 + TINY)
    assert layout.facts["n_forced_cuts"] == 0


@given(seed=st.integers(0, 10**6), n=st.integers(2, 5))
@settings(max_examples=80, deadline=None)
def test_against_all_ways_to_slice_a_square(seed, n):
    """Rectangles alone are no better than the best way; where that is bad, there is an L."""
    weights = random_weights(np.random.default_rng(seed), n).tolist()
    layout = treemap(star(weights), "l_shape")
    best = corner_layouts.best_sliced_ratio(weights)
    worst = np.nanmax(layout.aspect_ratio[~layout.degenerate])
    if layout.facts["n_L"] == 0:
        assert worst >= best * (1 - TINY)
    if best > BETA * (1 + TINY):
        assert layout.facts["n_L"] > 0
        assert worst < best


def test_rectangles_alone_can_be_as_bad_as_one_likes():
    weights = [1000.0, 1.0]
    assert corner_layouts.best_sliced_ratio(weights) == pytest.approx(1001.0)
    assert treemap(star(weights), "l_shape").aspect_ratio.max() < 1.01


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 7, 64, 1000])
def test_equal_weights_need_no_l(n):
    layout = treemap(star(np.ones(n)), "l_shape", validate=True)
    assert (layout.shape == "rectangle").all()
    np.testing.assert_allclose(layout.areas[1:], 1 / n, rtol=1e-12)


# -- deeper trees --------------------------------------------------------------------------------


@pytest.mark.parametrize("rect", [(0.0, 0.0, 1.0, 1.0), (5.0, -2.0, 1.0, 2.3)])
def test_regions_are_those_of_the_same_choices_by_recursion(rect):
    area = rect[2] * rect[3]
    compared = 0
    for seed in range(60):
        tree = random_tree(seed, 40)
        layout = treemap(tree, "l_shape", rect)
        regions, forced = corner_layouts.l_shape(tree, rect)
        if not layout.degenerate.any():
            assert layout.facts["n_forced_cuts"] == forced
        for v, region in regions.items():
            if layout.areas[v] < 1e-8 * area:
                continue
            mine, theirs = layout.polygon(v), np.array(corner_layouts.vertices(region))
            assert len(mine) == len(theirs)
            far = np.abs(mine[:, None] - theirs[None]).max(axis=2)
            assert far.min(axis=0).max() < 1e-8
            assert far.min(axis=1).max() < 1e-8
            compared += 1
    assert compared > 500


def test_regions_tile_and_keep_the_bounds_that_are_given_for_them():
    free = 0
    for seed in range(70):
        tree = random_tree(seed, 60)
        layout = treemap(tree, "l_shape", validate=True)
        leaves = [v for v in np.flatnonzero(tree.is_leaf) if layout.shape[v] != "none"]
        polygons = [layout.polygon(v) for v in leaves]
        frame = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], float)
        grid = Grid([*polygons, frame])
        assert grid.uncancelled(polygons, frame) == {}
        cells = [grid.cells(polygon) for polygon in polygons]
        assert (np.sum(cells, axis=0) == 1).all()
        assert all(map(is_orthoconvex, cells))
        drawn = (layout.shape != "none") & ~layout.degenerate
        assert (layout.aspect_ratio[drawn] <= layout.bounds[drawn] * (1 + TINY)).all()
        # Inner regions are rectangles, unless all in them is one leaf.
        n_living = np.bincount(tree.parents[(tree.parents >= 0) & (tree.weights > 0)],
                               minlength=tree.n_nodes)  # fmt: skip
        assert (layout.shape[drawn & (n_living > 1)] == "rectangle").all()
        # Nothing is proven inside of what broke a limit, and all else keeps that of one level.
        lost = np.isinf(layout.bounds) & drawn
        above = tree.parents[drawn & (tree.parents >= 0)]
        below = np.flatnonzero(drawn & (tree.parents >= 0))
        assert lost[below[np.isinf(layout.bounds[above])]].all()
        assert (layout.bounds[drawn & ~lost] <= BETA * (1 + TINY)).all()
        assert math.isinf(layout.bound) == bool(np.isinf(layout.bounds[tree.weights > 0]).any())
        if layout.facts["n_forced_cuts"] == 0:
            free += 1
            assert layout.aspect_ratio[drawn].max() <= BETA * (1 + TINY)
    assert free >= 20


def test_beside_an_inner_region_of_nearly_all_the_weight_is_a_sliver():
    tree = Tree.from_parents([-1, 0, 0, 1, 1], [0, 0, 1.0, 500.0, 499.0])
    layout = treemap(tree, "l_shape")
    assert layout.facts["n_forced_cuts"] == 1
    assert layout.aspect_ratio[2] == pytest.approx(1000.0)
    assert math.isinf(layout.bound)
    assert np.isinf(layout.bounds).tolist() == [False, False, True, False, False]


# -- symmetries and degenerate trees -------------------------------------------------------------


def test_exchanging_the_axes_exchanges_coordinates_to_the_bit():
    for seed in range(28):
        tree = random_tree(seed, 40)
        a = treemap(tree, "l_shape", (0.0, 0.0, 3.0, math.pi))
        b = treemap(tree, "l_shape", (0.0, 0.0, math.pi, 3.0))
        assert a.shape.tolist() == b.shape.tolist()
        for v in range(tree.n_nodes):
            assert corners(a.polygon(v)[:, ::-1]) == corners(b.polygon(v))


def test_powers_of_two_scale_coordinates_to_the_bit():
    for seed in range(14):
        tree = random_tree(seed, 40)
        a, b = (treemap(tree, "l_shape", (0, 0, 3 * s, 2 * s)) for s in (1.0, 2.0**-30))
        np.testing.assert_array_equal(b.polygons()[1], a.polygons()[1] * 2.0**-30)


def test_a_rest_lost_among_roundings_leaves_a_rectangle():
    layout = treemap(star([1.0, 1e-40]), "l_shape", validate=True)
    assert layout.shape.tolist() == ["rectangle", "rectangle", "none"]
    assert layout.degenerate.tolist() == [False, False, True]
    assert layout.facts["n_L"] == 0


def test_a_hundred_thousand_leaves_of_one_level_keep_the_bound():
    weights = np.random.default_rng(3).lognormal(0.0, 3.0, 100_000)
    layout = treemap(star(weights), "l_shape", validate=True)
    assert np.nanmax(layout.aspect_ratio[~layout.degenerate]) <= BETA * (1 + TINY)
