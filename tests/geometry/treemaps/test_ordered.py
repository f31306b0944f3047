"""Slice and dice, strips, pivots: rectangles in the given order."""

import numpy as np
import pytest

from partwise.geometry import Tree, treemap
from tests.oracles.trees import random_tree, star


def test_slice_and_dice_alternates_between_levels():
    layout = treemap(Tree.from_parents([-1, 0, 0, 2, 2], [0, 1, 0, 1, 2]), "slice_and_dice")
    expected = [(0, 0, 1, 1), (0, 0, 0.25, 1), (0.25, 0, 1, 1), (0.25, 0, 1, 1 / 3),
                (0.25, 1 / 3, 1, 1)]  # fmt: skip
    np.testing.assert_allclose(layout.boxes, expected)


def test_strips_fill_lines_while_the_mean_ratio_does_not_rise():
    # One square alone has ratio 4 / 1; two have ratio 2; three 4/3; the fourth is the next to make
    # it worse than 1.
    layout = treemap(star(np.ones(16)), "strip")
    np.testing.assert_allclose(layout.aspect_ratio[1:], 1.0)
    np.testing.assert_allclose(layout.boxes[1:5, 1], 0.0)
    np.testing.assert_allclose(layout.boxes[5:9, 1], 0.25)


@pytest.mark.parametrize("seed", range(7))
def test_strips_are_read_like_lines(seed):
    tree = star(np.random.default_rng(seed).lognormal(0, 1, 50))
    boxes = treemap(tree, "strip", rect=(0, 0, 2, 1)).boxes[1:]
    reading = np.lexsort((boxes[:, 0], np.round(boxes[:, 1], 12)))
    np.testing.assert_array_equal(reading, np.arange(50))


@pytest.mark.parametrize(("pivot", "chosen"), [("middle", 4), ("size", 5), ("split", 4)])
def test_the_pivot_has_all_before_it_on_one_side(pivot, chosen):
    weights = [1.0, 1.0, 1.0, 2.0, 3.0, 1.0]
    boxes = treemap(star(weights), "pivot", rect=(0, 0, 3, 1), pivot=pivot).boxes
    before = sum(weights[: chosen - 1]) / sum(weights) * 3
    np.testing.assert_allclose(boxes[chosen, :2], [before, 0.0], atol=1e-12)
    assert (boxes[1:chosen, 2] <= before + 1e-12).all()
    assert (boxes[chosen + 1 :, 0] >= before - 1e-12).all()


@pytest.mark.parametrize("pivot", ["middle", "size", "split"])
def test_the_list_beside_the_pivot_makes_it_most_square(pivot):
    rng = np.random.default_rng(3)
    for _ in range(50):
        weights = rng.lognormal(0, 1, 12)
        boxes = treemap(star(weights), "pivot", rect=(0, 0, 2, 1), pivot=pivot).boxes[1:]
        total = weights.sum()
        if pivot == "middle":
            at = 6
        elif pivot == "size":
            at = int(np.argmax(weights))
        else:
            at = int(np.argmax(np.cumsum(weights) * 2 >= total))
        # Every end of the list beside the pivot, tried out.
        ratios = []
        for end in range(at + 1, 13):
            column = weights[at:end].sum()
            wide, high = 2 * column / total, weights[at] / column
            ratios.append(max(wide / high, high / wide))
        x0, y0, x1, y1 = boxes[at]
        found = max((x1 - x0) / (y1 - y0), (y1 - y0) / (x1 - x0))
        # The rest after the first slab is wide unless the slab took more than half.
        if 2 - x0 >= 1:
            assert found == pytest.approx(min(ratios), rel=1e-9)


@pytest.mark.parametrize("method", ["slice_and_dice", "strip", "pivot"])
def test_small_changes_of_weight_move_slice_and_dice_least(method):
    tree = random_tree(15, 60)
    layout = treemap(tree, method, validate=True)
    assert layout.areas[tree.is_leaf].sum() == pytest.approx(1.0)
