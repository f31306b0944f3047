"""Voronoi treemaps: compact convex cells, those of a power diagram in every polygon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from partwise.geometry._plan import Plan
from partwise.geometry.treemaps._cells import Polygons
from partwise.geometry.treemaps._drawn import SHAPES, Drawn, Rect
from partwise.geometry.treemaps._kernels.voronoi import nest

if TYPE_CHECKING:
    from partwise.geometry.treemaps._treemap import Settings

__all__ = ["lay_voronoi"]

_STILL = 0.1  # sites as near to their centroids, relative to the roots of areas, stop moving
_ROUNDS = 30
#: Side of the smallest region that is drawn, as a part of the picture's: float64 ends there.
_SMALLEST_SIDE = 1e-12
_SHORTEST = 1e-15  # edge that keeps a direction, likewise


def lay_voronoi(plan: Plan, rect: Rect, settings: Settings) -> Drawn:
    """Return the Voronoi treemap, in the manner of Balzer and Deussen (2005).

    In every polygon sites move to the centroids of their cells, as Nocaj and Brandes (2012) do it;
    weights come from Newton's method. No bound of the aspect ratio is proven.
    """
    x, y, width, height = rect
    scale = max(width, height, abs(x), abs(y))
    indptr, xy, lines, angles, cuts = nest(
        plan.first, plan.count, plan.share, width, height, settings.seed, _STILL, _ROUNDS,
        (_SMALLEST_SIDE * scale) ** 2, _SHORTEST * scale,
    )  # fmt: skip
    xy += (x, y)
    empty = np.diff(indptr) == 0
    shape = np.full(plan.n_regions, SHAPES.index("convex"), np.uint8)
    shape[empty] = SHAPES.index("none")
    return Drawn(
        Polygons(indptr, xy, lines),
        "diameter",
        shape,
        degenerate=empty,
        facts={"straight_cuts": int(cuts)},
        angles=angles,
    )
