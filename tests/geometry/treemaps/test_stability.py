"""Layouts that are kept while weights change, and how far two layouts are apart."""

import math

import numpy as np
import pytest

from partwise.geometry import Tree, layout_distance, treemap
from partwise.geometry.treemaps._treemap import METHODS
from tests.oracles.trees import random_tree, star

KEEPING = [name for name, how in METHODS.items() if how.may_keep]


def changed(tree, seed, *, vanish=0.0):
    """The same tree with weights that differ by a few per cent, some of them 0."""
    rng = np.random.default_rng(seed)
    weights = np.where(tree.is_leaf, tree.weights * rng.lognormal(0, 0.1, tree.n_nodes), 0.0)
    weights[rng.random(tree.n_nodes) < vanish] = 0.0
    weights[np.flatnonzero(tree.is_leaf)[0]] = 1.0
    return Tree.from_parents(tree.parents, weights)


@pytest.mark.parametrize("method", KEEPING)
@pytest.mark.parametrize("seed", range(14))
def test_same_weights_give_the_same_layout(method, seed):
    tree = random_tree(seed)
    layout = treemap(tree, method)
    again = treemap(tree, method, previous=layout)
    np.testing.assert_allclose(again.boxes, layout.boxes, atol=1e-12)


@pytest.mark.parametrize("method", KEEPING)
@pytest.mark.parametrize("seed", range(14))
def test_leaves_that_vanish_and_return_still_tile(method, seed):
    tree = random_tree(seed)
    layout = treemap(tree, method)
    fewer = treemap(changed(tree, seed, vanish=0.2), method, previous=layout, validate=True)
    more = treemap(changed(tree, seed + 1), method, previous=fewer, validate=True)
    assert (more.areas[tree.is_leaf & ~more.degenerate] > 0).all()
    assert fewer.bound == math.inf


@pytest.mark.parametrize("method", KEEPING)
def test_kept_layouts_move_less_than_new_ones(method):
    kept, new = [], []
    for seed in range(60):
        tree = random_tree(seed)
        other = changed(tree, seed)
        layout = treemap(tree, method)
        kept.append(layout_distance(layout, treemap(other, method, previous=layout)))
        new.append(layout_distance(layout, treemap(other, method)))
    assert np.mean(kept) < 0.5 * np.mean(new)


def test_two_boxes_that_swap_their_widths_have_known_distances():
    a = treemap(Tree.from_parents([-1, 0, 0], [0, 1, 3]), "slice_and_dice")
    b = treemap(Tree.from_parents([-1, 0, 0], [0, 3, 1]), "slice_and_dice")
    # The cut moves from x = 1/4 to x = 3/4.
    root_two = math.sqrt(2)
    assert layout_distance(a, b, "centroid") == pytest.approx(0.25 / root_two)
    assert layout_distance(a, b, "corner") == pytest.approx(0.25 / root_two)
    assert layout_distance(a, b, "box") == pytest.approx((0.5 + 0.5 * root_two) / 2 / root_two)
    assert layout_distance(a, b, "direction") == 0.0


def test_direction_measures_turns_of_pairs():
    a = treemap(star([1.0, 1.0]), "slice_and_dice")
    turned = treemap(star([1.0, 1.0]), "strip", rect=(0, 0, 1, 4))
    assert layout_distance(a, turned, "direction") == pytest.approx(0.5)


@pytest.mark.parametrize("kind", ["centroid", "box", "corner", "direction"])
def test_distance_is_zero_to_itself_and_symmetric(kind):
    tree = random_tree(8)
    a, b = treemap(tree, "convex"), treemap(tree, "squarified")
    assert layout_distance(a, a, kind) == 0.0
    assert layout_distance(a, b, kind) == pytest.approx(layout_distance(b, a, kind))
    assert layout_distance(a, b, kind) > 0.0


def test_previous_of_another_kind_is_refused():
    tree = star([1.0, 2.0])
    layout = treemap(tree, "convex")
    with pytest.raises(ValueError, match="previous must be a layout by greedy, got one by convex"):
        treemap(tree, "greedy", previous=layout)
    with pytest.raises(ValueError, match=r"previous serves convex, .* not strip"):
        treemap(tree, "strip", previous=layout)
    with pytest.raises(ValueError, match="same tree: parents differ"):
        treemap(star([1.0, 2.0, 3.0]), "convex", previous=layout)
    with pytest.raises(ValueError, match="kind must be one of"):
        layout_distance(layout, layout, "far")
    with pytest.raises(ValueError, match="same tree: parents differ"):
        layout_distance(layout, treemap(star([1.0])))
