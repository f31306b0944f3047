"""Treemaps of rectangles of bounded ratio, whose areas may fall short by a stated part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from partwise.geometry._plan import Plan
from partwise.geometry.boxes._kernels.split import slack_boxes
from partwise.geometry.treemaps._cells import Boxes
from partwise.geometry.treemaps._drawn import SHAPES, Drawn, Rect

if TYPE_CHECKING:
    from partwise.geometry.treemaps._treemap import Settings

__all__ = ["lay_slack"]


def lay_slack(plan: Plan, rect: Rect, settings: Settings) -> Drawn:
    """Return the partition with slack of de Berg, Onak and Sidiropoulos (2013) in the plane.

    Children tile their parent, and each has at least ``1 - eps`` of its part of the parent's area.
    The facts tell `eps`, and `lost_area`: what leaves lack of their exact areas, added up, in units
    of the whole area. See :func:`partwise.geometry.slack_partition` for the method.
    """
    m = plan.n_regions
    lower, upper, sides = np.empty((m, 2)), np.empty((m, 2)), np.empty((m, 2))
    lower[0] = rect.x, rect.y
    sides[0] = rect.width, rect.height
    upper[0] = lower[0] + sides[0]
    weights = plan.tree.weights[plan.top]
    slack_boxes(plan.first, plan.count, weights, settings.eps, False, lower, upper, sides)
    leaves = plan.count == 0
    fractions = np.prod(sides[leaves] / sides[0], axis=1)
    lost = np.maximum(plan.share[leaves] - fractions, 0.0).sum()
    return Drawn(
        Boxes(np.hstack((lower, upper))),
        "sides",
        np.full(m, SHAPES.index("rectangle"), np.uint8),
        bound=max(rect.elongation, 1.0 / settings.eps),
        loss=settings.eps,
        facts={"eps": settings.eps, "lost_area": float(lost)},
    )
