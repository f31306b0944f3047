"""Convex treemaps: cuts, bounds, the methods that search for cuts."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partwise.geometry import convex_bound, treemap
from partwise.geometry._plan import make_plan
from partwise.geometry.treemaps._kernels.binary import binarise
from partwise.geometry.treemaps._kernels.cut import cut_polygon
from partwise.geometry.treemaps._kernels.measure import squared_diameter
from tests.oracles import treemaps as oracle
from tests.oracles.trees import random_tree, star

CONVEX = ["convex", "angular", "greedy", "greedy_safe"]


def cut(polygon, nx, ny, fraction):
    """Both pieces of a polygon, as arrays of (x, y) and of line numbers."""
    xy = np.array(polygon, float)
    k = len(xy)
    x, y = xy.T.copy()
    pieces = [np.empty(k + 2), np.empty(k + 2), np.empty(k + 2, np.int32)]
    rest = [np.empty(k + 2), np.empty(k + 2), np.empty(k + 2, np.int32)]
    lines = np.arange(k, dtype=np.int32)
    k0, k1 = cut_polygon(
        x, y, lines, k, nx, ny, fraction, np.int32(99), np.empty(k), *pieces, *rest
    )
    return [
        (np.column_stack(part[:2])[:size], part[2][:size])
        for part, size in ((pieces, k0), (rest, k1))
    ]


def test_a_triangle_is_cut_parallel_to_its_base_at_one_over_root_two():
    (low, lines), (high, _) = cut([(0, 0), (2, 0), (0, 2)], 0.0, -1.0, 0.5)
    # The half at the apex has height sqrt(2); y is exact at both ends of the cut.
    assert low[:, 1].min() == pytest.approx(2 - math.sqrt(2))
    assert np.count_nonzero(low[:, 1] == low[:, 1].min()) == 2
    assert lines.tolist().count(99) == 1
    assert oracle.area(high.tolist()) == pytest.approx(1.0)


def test_a_cut_through_a_vertex_adds_no_edge():
    (low, _), (high, _) = cut(
        [(0, 0), (1, 0), (1, 1), (0, 1)], math.sqrt(0.5), -math.sqrt(0.5), 0.5
    )
    assert (len(low), len(high)) == (3, 3)
    shared = {tuple(p) for p in low.tolist()} & {tuple(p) for p in high.tolist()}
    assert shared == {(0.0, 0.0), (1.0, 1.0)}


@given(
    seed=st.integers(0, 10**6),
    k=st.integers(3, 40),
    theta=st.floats(0, 2 * math.pi),
    exponent=st.floats(-12, 0),
    heavy=st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_pieces_have_the_area_and_share_two_points(seed, k, theta, exponent, heavy):
    rng = np.random.default_rng(seed)
    around = np.sort(rng.uniform(0, 2 * math.pi, k))
    if np.diff(around, append=around[0] + 2 * math.pi).min() < 1e-3:
        return
    polygon = np.column_stack((3 * np.cos(around), np.sin(around))) + rng.normal(size=2)
    part = 10.0**exponent
    fraction = 1 - part if heavy and part < 1 else min(part, 0.999)
    (low, _), (high, _) = cut(polygon, math.cos(theta), math.sin(theta), fraction)
    whole = oracle.area(polygon.tolist())
    got = oracle.area((low - polygon[0]).tolist())
    assert got == pytest.approx(fraction * whole, rel=1e-7, abs=1e-13)
    assert got + oracle.area((high - polygon[0]).tolist()) == pytest.approx(whole, rel=1e-12)
    both = {tuple(p) for p in low.tolist()} & {tuple(p) for p in high.tolist()}
    assert len(both) == 2
    n = np.array((math.cos(theta), math.sin(theta)))
    assert (low @ n).max() <= (high @ n).min() + 1e-9


@given(seed=st.integers(0, 10**6), k=st.integers(3, 80))
@settings(max_examples=100, deadline=None)
def test_diameter_is_that_of_all_pairs(seed, k):
    around = np.sort(np.random.default_rng(seed).uniform(0, 2 * math.pi, k))
    x, y = 2 * np.cos(around), np.sin(around)
    brute = max((x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2 for i in range(k) for j in range(k))
    assert squared_diameter(x, y, k) == pytest.approx(brute, rel=1e-12)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_binary_trees_are_balanced_or_split_off_a_child(seed):
    tree = random_tree(seed)
    plan = make_plan(tree)
    root, one, other, weight = binarise(plan.first, plan.count, plan.share)

    def weight_of(part):
        return plan.share[part] if part >= 0 else weight[~part]

    seen = []
    for cut_number, (a, b) in enumerate(zip(one, other, strict=True)):
        total = weight_of(a) + weight_of(b)
        assert total == pytest.approx(weight[cut_number], rel=1e-12)
        heavy = a if weight_of(a) >= weight_of(b) else b
        assert weight_of(heavy) <= total * (2 / 3 + 1e-12) or heavy >= 0
        seen += [part for part in (a, b) if part >= 0]
    alone = [root[v] for v in range(plan.n_regions) if plan.count[v] == 1]
    assert sorted([*seen, *alone]) == list(range(1, plan.n_regions))


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_convex_layout_is_that_of_clipping_and_bisection(seed):
    tree = random_tree(seed, 25)
    layout = treemap(tree, "convex", (0, 0, 2, 1))
    regions = oracle.convex(tree, (0, 0, 2, 1))
    clear = [v for v in regions if layout.areas[v] > 1e-5]
    for node in clear:
        mine, theirs = layout.polygon(node), np.array(regions[node])
        # Bisection finds vertices to about 1e-8 of short edges; regions may begin anywhere.
        far = np.linalg.norm(mine[:, None] - theirs[None], axis=2)
        assert far.min(axis=0).max() < 1e-6
        assert far.min(axis=1).max() < 1e-6


@pytest.mark.parametrize("method", ["convex", "greedy_safe"])
def test_angles_and_directions_are_as_few_and_large_as_the_proof_says(method):
    for seed in range(40):
        tree = random_tree(seed)
        layout = treemap(tree, method)
        height = layout._plan.height
        assert layout.facts["min_angle"] >= math.pi / (2 * (height + 4)) - 1e-12
        assert layout.facts["direction_count"] <= height + 3
        assert layout.bound == convex_bound(height)


def test_the_bound_grows_with_the_depth_and_the_rectangle():
    assert convex_bound(1) == pytest.approx(4 / math.tan(math.pi / 20))
    assert convex_bound(10) < convex_bound(20) < 5.1 * 24
    assert convex_bound(1, 1000.0) > 2000.0


def test_ratios_stay_low_while_the_skew_of_the_weights_grows():
    worst = []
    for sigma in (0.0, 2.0, 4.0):
        weights = np.random.default_rng(0).lognormal(0.0, sigma, 300)
        layout = treemap(star(weights), "convex", validate=True)
        worst.append(layout.aspect_ratio[~layout.degenerate].max())
    assert max(worst) < convex_bound(1) / 2


def test_greedy_finds_fatter_regions_than_convex():
    means = {}
    for method in CONVEX:
        ratios = []
        for seed in range(60):
            layout = treemap(random_tree(seed), method)
            ratios.append(np.nanmax(layout.aspect_ratio[~layout.degenerate]))
        means[method] = np.mean(ratios)
    assert means["greedy"] < means["greedy_safe"] < means["convex"]


@pytest.mark.parametrize("method", CONVEX)
def test_ten_thousand_edges_of_one_region(method):
    """Tiny leaves of a long path round their polygon off: many edges, all convex."""
    from tests.oracles.trees import caterpillar

    tree = caterpillar(np.append(np.full(2000, 1e-6), 1.0))
    layout = treemap(tree, method, validate=True)
    assert max(len(layout.polygon(v)) for v in (500, 1999, 4001)) > 20
