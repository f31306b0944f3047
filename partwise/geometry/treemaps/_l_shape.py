"""Treemaps of rectangles and L shapes: the best proven ratio for a single level."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from partwise.geometry._plan import Plan
from partwise.geometry.treemaps._drawn import SHAPES, Drawn, Rect
from partwise.geometry.treemaps._kernels.l_shape import draw_l_shapes
from partwise.geometry.treemaps._orthoconvex import polygons_of, smallest_sides

if TYPE_CHECKING:
    from partwise.geometry.treemaps._treemap import Settings

__all__ = ["lay_l_shape"]


def lay_l_shape(plan: Plan, rect: Rect, settings: Settings) -> Drawn:
    """Return the layout of rectangles and L shapes, drawn one level after the other.

    For a tree of one level, every leaf has a ratio of at most ``2 + 2 / sqrt(3) = 3.155``, if
    `rect` has at most ``alpha = 1 + sqrt(3)``; if it has more, ``r``, leaves have at most
    ``r / (1 - 1 / r ** 2)``.

    In deeper trees inner regions must be rectangles of at most `alpha`, so that their children can
    start again; leaves beside them are as fat as above. That cannot be had for every tree: beside
    an inner region of nearly all the weight only a sliver is left. Where no cut keeps the limits,
    the better one is made, and nothing is proven for the parts that it makes too long, nor for
    anything in them. `bounds` has infinity there, `bound` is infinite if that is anywhere, and
    ``facts["n_forced_cuts"]`` counts such cuts; without any, `bound` holds for all leaves.

    Parameters
    ----------
    plan : Plan
    rect : Rect
    settings : Settings
        None matters here.

    Returns
    -------
    Drawn
        Regions whose side would be lost among the roundings of float64 are empty and degenerate.

    Notes
    -----
    O(n log n) time for one level, since an item takes part in O(log(W / w)) divisions of a group
    of weight W. The bounds are those of the paper; the algorithm that reaches them, a choice
    between two cuts and a notch, is a reconstruction with a proof of its own: if neither cut keeps
    its limit, the rest has less than ``1 / (alpha r)`` of the weight, and then the L has a ratio
    of at most ``r / (1 - 1 / (alpha r))``.

    References
    ----------
    M. de Berg, B. Speckmann, V. van der Weele, "Treemaps with bounded aspect ratio", ISAAC 2011,
    Computational Geometry 47(6), 2014, arXiv 1012.1749.
    """
    m = plan.n_regions
    frame = np.array([rect.x, rect.y, rect.x + rect.width, rect.y + rect.height])
    pieces, bounds = np.empty((m, 8)), np.full(m, math.inf)
    lacking = np.full(m, -1, np.int8)
    forced = draw_l_shapes(
        plan.first, plan.count, plan.share, frame, *smallest_sides(frame), pieces, lacking, bounds
    )
    shape = np.take(np.array([SHAPES.index(s) for s in ("none", "rectangle", "L")], np.uint8),
                    lacking + 1)  # fmt: skip
    drawn = lacking >= 0
    return Drawn(
        polygons_of(pieces, lacking), "square", shape, float(bounds[drawn].max(initial=1.0)),
        bounds, ~drawn,
        {"n_L": int(np.count_nonzero(lacking == 1)), "n_forced_cuts": int(forced)},
    )  # fmt: skip
