"""Convex treemaps: straight cuts, in directions that keep the angles of all polygons large."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from partwise.geometry._plan import Plan
from partwise.geometry.treemaps._cells import Polygons
from partwise.geometry.treemaps._drawn import SHAPES, Drawn, Rect
from partwise.geometry.treemaps._kernels.binary import binarise, binarise_again
from partwise.geometry.treemaps._kernels.convex import (
    ANGULAR,
    CONVEX,
    GREEDY,
    GREEDY_SAFE,
    divide,
)

if TYPE_CHECKING:
    from partwise.geometry.treemaps._treemap import Settings

__all__ = ["Cuts", "convex_bound", "lay_angular", "lay_convex", "lay_greedy", "lay_greedy_safe"]

#: Side of the smallest piece that is cut off, as a part of the picture's: float64 ends there.
_SMALLEST_SIDE = 1e-12


def convex_bound(height: int, elongation: float = 1.0) -> float:
    """Return the aspect ratio that "convex" and "greedy_safe" never exceed.

    Parameters
    ----------
    height : int
        Depth of the tree in edges, only children not counted.
    elongation : float, default=1
        Long over short side of the root's rectangle.

    Returns
    -------
    float
        Squared diameter over area: ``max(4 / tan(phi / 2), 2 rho / cos(phi / 2)^2)`` where
        ``phi = pi / (2 (height + 4))`` is the least angle between edges that are not parallel, and
        ``rho = max(elongation, 5.45)``.

    Notes
    -----
    The rate O(height) is that of de Berg, Speckmann and van der Weele (2014); the constant is our
    own analysis of the same cuts.

    Examples
    --------
    >>> round(convex_bound(2), 1)
    30.4
    """
    phi = math.pi / (2.0 * (height + 4))
    rho = max(elongation, 5.45)
    return max(4.0 / math.tan(phi / 2), 2.0 * rho / math.cos(phi / 2) ** 2)


def lay_convex(plan: Plan, rect: Rect, settings: Settings) -> Drawn:
    """Return the convex layout of de Berg, Speckmann and van der Weele (2014)."""
    return _lay(plan, rect, settings, CONVEX, convex_bound(plan.height, rect.elongation))


def lay_greedy_safe(plan: Plan, rect: Rect, settings: Settings) -> Drawn:
    """Return the layout by the best of the cuts that keep the promises of the convex one."""
    return _lay(plan, rect, settings, GREEDY_SAFE, convex_bound(plan.height, rect.elongation))


def lay_angular(plan: Plan, rect: Rect, settings: Settings) -> Drawn:
    """Return the layout by the cuts that keep the smallest angle largest.

    After de Berg, Onak and Sidiropoulos (2013), reconstructed: their ratio is O(depth + log n), no
    constant of which we assert.
    """
    return _lay(plan, rect, settings, ANGULAR, math.inf)


def lay_greedy(plan: Plan, rect: Rect, settings: Settings) -> Drawn:
    """Return the layout by the cuts whose two pieces are fattest.

    After de Berg, Onak and Sidiropoulos (2013), reconstructed: a search over directions stands for
    the minimum over all lines, and no bound is asserted.
    """
    return _lay(plan, rect, settings, GREEDY, math.inf)


@dataclass(frozen=True, eq=False)
class Cuts:
    """The cuts of a layout, for a later layout of the same tree with other weights.

    Attributes
    ----------
    root : int32 ndarray of shape (n_nodes,)
        The first cut between the children of each tree node, -1 for none.
    one, other : int32 ndarrays of shape (n_cuts,)
        What a cut separates: ``~c`` for what cut c separates, or a tree node.
    theta : float64 ndarray of shape (n_cuts,)
        Direction in [0, pi); NaN for cuts that were not made.
    side, part_off : int8 ndarrays of shape (n_cuts,)
        At which end a part is cut off, and which, 0 for `one`.
    """

    root: NDArray[np.int32]
    one: NDArray[np.int32]
    other: NDArray[np.int32]
    theta: NDArray[np.float64]
    side: NDArray[np.int8]
    part_off: NDArray[np.int8]


def _lay(plan: Plan, rect: Rect, settings: Settings, method: int, bound: float) -> Drawn:
    x, y, width, height = rect
    corners = np.array((x, y, x + width, y + height))
    tiny = (_SMALLEST_SIDE * max(width, height, abs(x), abs(y))) ** 2
    parents = plan.tree.parents
    before = settings.kept
    if isinstance(before, Cuts):
        bound = math.inf  # directions that were apart then may meet in one polygon now
        root, one, other, weight, old = binarise_again(
            plan.first, plan.count, plan.share, plan.top, parents, plan.region,
            before.root, before.one, before.other,
        )  # fmt: skip
        given = before.theta[old], before.side[old], before.part_off[old]
        given[0][old < 0] = np.nan
    else:
        root, one, other, weight = binarise(plan.first, plan.count, plan.share)
        given = np.full(len(one), np.nan), np.zeros(len(one), np.int8), np.zeros(len(one), np.int8)
    indptr, xy, lines, angles, least_angle, directions = divide(
        plan.first, plan.count, plan.share, root, one, other, weight, given, corners,
        method, plan.height, tiny,
    )  # fmt: skip
    shape = np.full(plan.n_regions, SHAPES.index("convex"), np.uint8)
    empty = np.diff(indptr) == 0
    shape[empty] = SHAPES.index("none")
    divided = plan.count > 1
    first_cut = np.full(len(parents), -1, np.int32)
    first_cut[parents[plan.top[plan.first[divided]]]] = ~root[divided]
    one, other = (np.where(part < 0, part, plan.top[part]) for part in (one, other))
    kept = Cuts(first_cut, one, other, *given)
    return Drawn(
        Polygons(indptr, xy, lines),
        "diameter",
        shape,
        bound,
        degenerate=empty,
        facts={"min_angle": float(least_angle), "direction_count": int(directions)},
        angles=angles,
        kept=kept,
    )
