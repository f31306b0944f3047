"""Squarified treemaps: rows of rectangles that are as square as the next one allows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from partwise.geometry._plan import Plan
from partwise.geometry.treemaps._cells import Boxes
from partwise.geometry.treemaps._drawn import SHAPES, Drawn, Rect
from partwise.geometry.treemaps._kernels.rows import squarify

if TYPE_CHECKING:
    from partwise.geometry.treemaps._treemap import Settings

__all__ = ["Rows", "boxes_for", "drawn_boxes", "lay_squarified"]


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of a layout, for a later layout of the same tree with other weights.

    Attributes
    ----------
    row : int32 ndarray of shape (n_nodes,)
        The number of each node's row among its siblings, -1 for none.
    axis : int8 ndarray of shape (n_nodes,)
        Direction of the row: 0 for side by side, 1 for stacked.
    """

    row: NDArray[np.int32]
    axis: NDArray[np.int8]


def lay_squarified(plan: Plan, rect: Rect, settings: Settings) -> Drawn:
    """Return the layout of Bruls, Huizing and van Wijk (2000). O(n) once siblings are sorted."""
    boxes = boxes_for(plan, rect)
    row, axis = np.full(plan.n_regions, -1, np.int32), np.zeros(plan.n_regions, np.int8)
    if isinstance(settings.kept, Rows):
        row, axis = settings.kept.row[plan.top], settings.kept.axis[plan.top]
    squarify(
        plan.first, plan.count, plan.share, boxes, row, axis,
        settings.ratio, settings.padding, settings.header,
    )  # fmt: skip
    n = plan.tree.n_nodes
    kept = Rows(np.full(n, -1, np.int32), np.zeros(n, np.int8))
    kept.row[plan.top], kept.axis[plan.top] = row, axis
    return replace(drawn_boxes(boxes), kept=kept)


def boxes_for(plan: Plan, rect: Rect) -> np.ndarray:
    """Return room for the boxes of all regions, with that of the root filled in."""
    boxes = np.empty((plan.n_regions, 4))
    boxes[0] = rect.x, rect.y, rect.x + rect.width, rect.y + rect.height
    return boxes


def drawn_boxes(boxes: np.ndarray) -> Drawn:
    """Return boxes as a layout of rectangles without a bound."""
    shape = np.full(len(boxes), SHAPES.index("rectangle"), np.uint8)
    return Drawn(Boxes(boxes), "sides", shape)
