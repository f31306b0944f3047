"""What every method of treemap promises, and what the function refuses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partwise.errors import LayoutError
from partwise.geometry import Tree, treemap
from partwise.geometry.treemaps._drawn import Rect
from partwise.geometry.treemaps._treemap import METHODS
from partwise.geometry.treemaps._validate import check_layout, uncovered_lines
from tests.oracles.trees import caterpillar, random_tree, star

PADDED = [name for name, how in METHODS.items() if how.may_pad]
RELATIVE = 1e-9


@pytest.mark.parametrize("method", METHODS)
def test_two_leaves_share_the_rectangle_three_to_one(method):
    layout = treemap(star([3.0, 1.0]), method, rect=(2, 3, 4, 2), eps=0.25, validate=True)
    np.testing.assert_allclose(layout.areas, [8.0, 6.0, 2.0], rtol=1e-9)
    np.testing.assert_allclose(layout.boxes[0], [2, 3, 6, 5])
    assert layout.depth == 1
    assert layout.shape[0] != "none"


@pytest.mark.parametrize("method", METHODS)
def test_one_node_fills_the_rectangle(method):
    layout = treemap(Tree.from_parents([-1], [7.0]), method, rect=(0, 0, 3, 2), validate=True)
    assert layout.areas.tolist() == pytest.approx([6.0])
    assert sorted(map(tuple, layout.polygon(0).tolist())) == [(0, 0), (0, 2), (3, 0), (3, 2)]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(21))
def test_validation_accepts_every_family(method, seed):
    layout = treemap(random_tree(seed), method, validate=True)
    assert np.isfinite(layout.aspect_ratio[~layout.degenerate & (layout.areas > 0)]).all()


@pytest.mark.slow
@pytest.mark.parametrize("method", [m for m in METHODS if m != "voronoi"])
def test_proven_bounds_hold_on_two_thousand_trees(method):
    checked = 0
    for seed in range(2000):
        layout = treemap(random_tree(seed), method, validate=True)
        checked += layout.tree.n_nodes
    assert checked > 100_000


@pytest.mark.parametrize("method", METHODS)
def test_children_tile_their_parent(method):
    tree = random_tree(1)
    layout = treemap(tree, method)
    inner = np.flatnonzero(~tree.is_leaf & (layout.areas > 0) & ~layout.degenerate)
    assert inner.size
    for node in inner:
        children = tree.children_of(node)
        assert layout.areas[children].sum() == pytest.approx(layout.areas[node], rel=1e-9)


@pytest.mark.parametrize("method", [m for m in METHODS if m not in ("slack", "voronoi")])
@given(seed=st.integers(0, 10_000), scale=st.sampled_from([2.0**-20, 0.5, 8.0, 2.0**30]))
@settings(max_examples=15, deadline=None)
def test_scaling_weights_and_rectangle_scales_the_layout(method, seed, scale):
    tree = random_tree(seed, 40)
    scaled = Tree.from_parents(tree.parents, np.where(tree.is_leaf, tree.weights * 4.0, 0.0))
    a, b = treemap(tree, method), treemap(scaled, method, rect=(0, 0, scale, scale))
    clear = ~a.degenerate
    np.testing.assert_allclose(b.areas[clear], a.areas[clear] * scale**2, rtol=1e-7)
    np.testing.assert_allclose(b.boxes[clear], a.boxes[clear] * scale, atol=1e-9 * scale)


@pytest.mark.parametrize("method", [m for m in METHODS if m not in ("greedy", "greedy_safe")])
def test_moving_the_rectangle_moves_the_layout(method):
    # A search for the best cut may end at another one of equal ratio, by rounding.
    tree = random_tree(8, 40)
    a, b = treemap(tree, method), treemap(tree, method, rect=(4.0, -2.0, 1.0, 1.0))
    clear = ~a.degenerate
    np.testing.assert_allclose(b.boxes[clear], a.boxes[clear] + [4, -2, 4, -2], rtol=0, atol=1e-7)


@pytest.mark.parametrize("method", [m for m in METHODS if METHODS[m].by_weight])
def test_permuting_equal_children_changes_names_only(method):
    a = treemap(star(np.ones(12)), method)
    b = treemap(Tree.from_parents([1, -1] + [1] * 11, [1.0, 0.0, *np.ones(11)]), method)
    regions_a = sorted(tuple(np.round(a.boxes[i], 12)) for i in range(13))
    regions_b = sorted(tuple(np.round(b.boxes[i], 12)) for i in range(13))
    assert regions_a == regions_b


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("zero_at", range(4))
def test_leaves_of_weight_zero_have_no_region_and_change_nothing(method, zero_at):
    weights = [5.0, 3.0, 2.0]
    with_zero = treemap(star([*weights[:zero_at], 0.0, *weights[zero_at:]]), method, validate=True)
    without = treemap(star(weights), method)
    zero = zero_at + 1
    assert with_zero.polygon(zero).shape == (0, 2)
    assert with_zero.shape[zero] == "none"
    assert np.isnan(with_zero.aspect_ratio[zero])
    np.testing.assert_allclose(np.delete(with_zero.boxes, zero, axis=0), without.boxes)
    assert not with_zero.degenerate.any()


@pytest.mark.parametrize("method", METHODS)
def test_an_only_child_shares_the_region_of_its_parent(method):
    layout = treemap(Tree.from_parents([-1, 0, 1, 2, 2], [0, 0, 0, 1.0, 1.0]), method)
    np.testing.assert_array_equal(layout.polygon(0), layout.polygon(2))
    assert layout.areas[3] == pytest.approx(0.5, rel=1e-9)


@pytest.mark.parametrize("method", [m for m in METHODS if m != "voronoi"])
def test_geometric_weights_to_two_to_the_minus_sixty_tile(method):
    layout = treemap(star(2.0 ** -np.arange(61)), method, validate=True)
    assert layout.degenerate[-1]
    assert not layout.degenerate[:8].any()


@pytest.mark.parametrize("method", [m for m in METHODS if m not in ("slack", "voronoi")])
def test_weights_that_underflow_are_reported_as_degenerate(method):
    layout = treemap(star([1e300, 1.0, 1e-300]), method, validate=True)
    assert layout.degenerate.tolist() == [False, False, True, True]


@pytest.mark.parametrize("method", [m for m in METHODS if m != "voronoi"])
def test_a_path_of_depth_one_hundred_thousand_is_drawn(method):
    rng = np.random.default_rng(0)
    tree = caterpillar(2.0 ** -np.minimum(np.arange(100_000), 1000) * rng.uniform(0.5, 1, 100_000))
    layout = treemap(tree, method)
    assert layout.depth == 100_000
    assert layout.areas[0] == pytest.approx(1.0)


@pytest.mark.parametrize("method", [m for m in METHODS if m not in ("slack", "voronoi")])
def test_an_elongated_rectangle_keeps_its_promises(method):
    for seed in range(7):
        layout = treemap(random_tree(seed), method, rect=(0, 0, 1000, 1), validate=True)
        assert layout.areas[layout.tree.root] == pytest.approx(1000.0)


def test_aspect_ratios_of_a_rectangle_in_all_three_definitions():
    layout = treemap(star([1.0]), "squarified", rect=(0, 0, 4, 1))
    assert layout.aspect("sides")[0] == 4.0
    assert layout.aspect("square")[0] == 4.0
    assert layout.aspect("diameter")[0] == pytest.approx(17 / 4)


def test_polygons_are_those_of_polygon():
    layout = treemap(random_tree(7), "convex")
    indptr, xy = layout.polygons()
    for node in range(layout.tree.n_nodes):
        np.testing.assert_array_equal(xy[indptr[node] : indptr[node + 1]], layout.polygon(node))


@pytest.mark.parametrize("method", PADDED)
def test_padding_and_header_are_kept_free_and_recorded(method):
    tree = random_tree(8, 30)
    layout = treemap(tree, method, rect=(0, 0, 900, 600), padding=2, header=5, validate=True)
    assert (layout.padding, layout.header) == (2.0, 5.0)
    for node in range(1, tree.n_nodes):
        x0, y0, x1, y1 = layout.boxes[node]
        px0, py0, px1, py1 = layout.boxes[tree.parents[node]]
        if px1 - px0 > 4 and py1 - py0 > 9:
            assert x0 >= px0 + 2
            assert y0 >= py0 + 7
            assert x1 <= px1 - 2 + 1e-9
            assert y1 <= py1 - 2 + 1e-9


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "round"}, "method must be one of convex, .* got 'round'"),
        ({"rect": (0, 0, 1)}, r"rect must be \(x, y, width, height\), got 3 numbers"),
        ({"rect": (0, 0, 0, 1)}, "rect must be finite with a width and a height above 0"),
        ({"rect": (0, 0, 1e-160, 1)}, "rect must have sides from 1e-100 to 1e[+]100, whose areas"),
        ({"rect": (0, 0, 1, 1e200)}, "rect must have sides from 1e-100 to 1e[+]100, whose areas"),
        ({"ratio": 0.5}, "ratio must be a finite number of at least 1, got 0.5"),
        ({"eps": 0.5}, "eps must be above 0 and at most 1/3, got 0.5"),
        ({"padding": -1}, "padding must be a finite number of at least 0, got -1"),
        ({"method": "convex", "padding": 1}, "padding and header serve .* only, not convex"),
        ({"pivot": "last"}, "pivot must be one of middle, size, split, got 'last'"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        treemap(star([1.0, 2.0]), **arguments)


def test_a_tree_without_weight_is_refused():
    with pytest.raises(ValueError, match="weights must have a positive sum, got 0"):
        treemap(star([0.0, 0.0]))
    with pytest.raises(TypeError, match="tree must be a Tree, got list"):
        treemap([1, 2])


def test_nodes_that_do_not_exist_are_refused():
    with pytest.raises(IndexError, match="node must be at least 0 and below 3, got 3"):
        treemap(star([1.0, 2.0])).polygon(3)


class TestValidation:
    """A layout that is spoilt by hand does not pass."""

    def spoilt(self, method, change):
        tree = random_tree(8, 30)
        layout = treemap(tree, method)
        change(layout._drawn.cells)
        with pytest.raises(LayoutError) as caught:
            check_layout(tree, layout._plan, layout._drawn, Rect(0, 0, 1, 1), method, padded=False)
        return str(caught.value)

    def test_a_vertex_moved_by_one_rounding_error_leaves_a_gap(self):
        def change(cells):
            cells.xy[-1, 0] = np.nextafter(cells.xy[-1, 0], 2.0)

        assert "gap or overlap" in self.spoilt("convex", change)

    def test_a_box_moved_by_one_rounding_error_leaves_a_gap(self):
        def change(cells):
            cells.boxes[-1, 0] = np.nextafter(cells.boxes[-1, 0], 2.0)

        assert "gap or overlap" in self.spoilt("squarified", change)

    def test_wrong_areas_are_found(self):
        tree = star([2.0, 1.0])
        layout = treemap(tree, "squarified")
        layout._drawn.cells.boxes[1:] = [[0, 0, 0.6, 1], [0.6, 0, 1, 1]]
        with pytest.raises(LayoutError, match=r"node '0/1': area 0\.6"):
            check_layout(
                tree, layout._plan, layout._drawn, Rect(0, 0, 1, 1), "squarified", padded=False
            )

    def test_overlapping_intervals_on_a_line_do_not_cancel(self):
        start = np.array([(0.0, 0.0), (2.0, 0.0)])
        end = np.array([(2.0, 0.0), (1.0, 0.0)])
        assert uncovered_lines(None, start, end).tolist() == [[0.0, 0.0], [1.0, 0.0]]
        start, end = np.append(start, [[1.0, 0.0]], axis=0), np.append(end, [[0.0, 0.0]], axis=0)
        assert uncovered_lines(None, start, end).size == 0
