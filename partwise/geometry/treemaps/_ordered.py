"""Rectangles in the given order of children: slice and dice, strips, pivots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partwise.geometry._plan import Plan
from partwise.geometry.treemaps._drawn import Drawn, Rect
from partwise.geometry.treemaps._kernels.ordered import PIVOTS, pivot_boxes, slice_and_dice, strips
from partwise.geometry.treemaps._squarified import boxes_for, drawn_boxes

if TYPE_CHECKING:
    from partwise.geometry.treemaps._treemap import Settings

__all__ = ["lay_pivot", "lay_slice_and_dice", "lay_strip"]


def lay_slice_and_dice(plan: Plan, rect: Rect, settings: Settings) -> Drawn:
    """Return the layout of Johnson and Shneiderman (1991), doi:10.1109/VISUAL.1991.175815.

    Children side by side at even levels, above each other at odd ones. Nothing jumps when weights
    change, and nothing keeps the regions fat. O(n).
    """
    boxes = boxes_for(plan, rect)
    slice_and_dice(
        plan.first, plan.count, plan.share, plan.level, boxes, settings.padding, settings.header
    )
    return drawn_boxes(boxes)


def lay_strip(plan: Plan, rect: Rect, settings: Settings) -> Drawn:
    """Return the strip layout of Bederson, Shneiderman and Wattenberg (2002).

    Strips across the width, read like lines of text; the next child joins the strip while the mean
    aspect ratio in it does not rise. doi:10.1145/571647.571649. O(n) times the length of a strip.
    """
    boxes = boxes_for(plan, rect)
    strips(plan.first, plan.count, plan.share, boxes, settings.padding, settings.header)
    return drawn_boxes(boxes)


def lay_pivot(plan: Plan, rect: Rect, settings: Settings) -> Drawn:
    """Return the ordered layout of Shneiderman and Wattenberg (2001).

    What comes before the pivot is on one side of it, what comes after it beside and beyond it, so
    that the pivot is as square as can be; then again in each of the three parts. Settings say which
    child is the pivot: the middle one, the largest one, or the one that halves the weight.
    O(n log^2 n). doi:10.1109/INFVIS.2001.963283.
    """
    boxes = boxes_for(plan, rect)
    pivot_boxes(
        plan.first, plan.count, plan.share, boxes, PIVOTS.index(settings.pivot),
        settings.padding, settings.header,
    )  # fmt: skip
    return drawn_boxes(boxes)
