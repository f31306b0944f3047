"""Whether a layout keeps what its method promises, checked from its coordinates alone."""

from __future__ import annotations

from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from partwise.errors import LayoutError
from partwise.geometry._plan import Plan
from partwise.geometry._tree import Tree
from partwise.geometry.treemaps._drawn import SHAPES, Drawn, Rect
from partwise.geometry.treemaps._kernels.forms import first_concave, first_dented
from partwise.geometry.treemaps._layout import degenerate_regions, least_sides, region_aspects

__all__ = ["check_layout", "uncovered_lines"]

_AREA = 1e-9  # relative error of an area that passes, where float64 has the digits
_SHARE = 1e-9  # smaller nodes are checked by their part of their parent
_ULPS = 32  # rounding errors of coordinates that may add up in the sides of a region


def check_layout(
    tree: Tree, plan: Plan, drawn: Drawn, rect: Rect, method: str, *, padded: bool
) -> None:
    """Raise unless the layout is what its method promises.

    The leaves tile the rectangle: every line is covered equally often from both sides, vertex by
    vertex, to the bit. Areas are in proportion to weights; regions have their shape and keep their
    bound. Padded layouts, whose regions do not tile, are checked for shape and bound only.

    Raises
    ------
    LayoutError
        The message names the promise and the node.
    """
    check = _Checker(tree, plan, drawn, rect, method)
    if not padded:
        check.cover()
        check.areas()
    check.forms()
    check.bounds()


class _Checker:
    """The promises, one method each."""

    def __init__(self, tree: Tree, plan: Plan, drawn: Drawn, rect: Rect, method: str) -> None:
        self._tree, self._plan, self._drawn = tree, plan, drawn
        self._rect, self._method = rect, method
        self._sides = least_sides(drawn)
        self._degenerate = degenerate_regions(drawn, rect)
        self._scale = max(abs(rect.x), abs(rect.y), rect.width, rect.height)

    def _fail(self, region: int, what: str) -> NoReturn:
        node = int(self._plan.top[region])
        raise LayoutError(f"method {self._method}, node {self._tree.path(node)!r}: {what}")

    def _allowed(self) -> NDArray[np.float64]:
        """Return the relative error of an area that rounding of its coordinates explains."""
        with np.errstate(divide="ignore", invalid="ignore"):
            coarse: NDArray[np.float64] = np.finfo(float).eps * self._scale / self._sides
        return _AREA + _ULPS * coarse

    def cover(self) -> None:
        """Leaves cover the rectangle once."""
        if not self._drawn.shares_vertices:
            return
        drawn, plan = self._drawn, self._plan
        pointers, xy = drawn.cells.ragged()
        size = np.diff(pointers)
        leaf = np.repeat(plan.count == 0, size)
        lines = getattr(drawn.cells, "lines", None)
        following = np.arange(len(xy)) + 1
        ends = pointers[1:][size > 0]
        following[ends - 1] = pointers[:-1][size > 0]
        x0, y0, wide, high = self._rect
        x1, y1 = x0 + wide, y0 + high
        corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
        start = np.concatenate((xy[leaf], np.roll(corners, -1, axis=0)))
        end = np.concatenate((xy[following][leaf], corners))
        if lines is not None:  # lines 0 to 3 are the sides of the rectangle
            lines = np.concatenate((lines[leaf], np.arange(4, dtype=np.int32)))
        wrong = uncovered_lines(lines, start, end)
        if len(wrong):
            raise LayoutError(
                f"method {self._method}: regions leave a gap or overlap near {tuple(wrong[0])}"
            )

    def areas(self) -> None:
        """Areas are in proportion to weights, but for what the method says it loses."""
        plan, areas = self._plan, self._drawn.cells.areas
        total = self._rect.width * self._rect.height
        with np.errstate(divide="ignore", invalid="ignore"):
            allowed = self._allowed()
            large = plan.share >= _SHARE
            # Of the picture, or of the parent.
            wanted = plan.share / np.where(large, 1.0, plan.share[plan.parent])
            found = areas / np.where(large, total, areas[plan.parent])
            if self._drawn.loss > 0.0:
                parent = np.maximum(plan.parent, 0)
                wanted, found = plan.share / plan.share[parent], areas / areas[parent]
                off = np.maximum((1.0 - self._drawn.loss) - found / wanted, 0.0)
            else:
                off = np.abs(found / wanted - 1.0)
            above = self._degenerate[np.maximum(plan.parent, 0)]
            wrong = np.flatnonzero((off > allowed) & ~self._degenerate & ~above)
        if wrong.size:
            at = int(wrong[0])
            self._fail(at, f"area {found[at]} where {wanted[at]} is its share")

    def forms(self) -> None:
        """Regions are convex or orthoconvex where they are called so."""
        drawn = self._drawn
        pointers, xy = drawn.cells.ragged()
        lines = getattr(drawn.cells, "lines", None)
        if lines is not None and drawn.angles is not None:
            wrong = first_concave(pointers, xy, lines, drawn.angles, self._scale)
            if wrong >= 0:
                self._fail(wrong, "the region is not convex")
        rectilinear = np.isin(drawn.shape, [SHAPES.index(s) for s in ("L", "S", "orthoconvex")])
        if rectilinear.any():
            wrong = first_dented(pointers, xy)
            if wrong >= 0:
                self._fail(wrong, "the region is not orthoconvex")

    def bounds(self) -> None:
        """Aspect ratios keep their bounds."""
        drawn = self._drawn
        limit = np.full(len(drawn.shape), drawn.bound) if drawn.bounds is None else drawn.bounds
        ratios = region_aspects(drawn, drawn.aspect_kind)
        with np.errstate(invalid="ignore"):
            too_much = ratios > limit * (1.0 + self._allowed())
        wrong = np.flatnonzero(too_much & ~self._degenerate)
        if wrong.size:
            at = int(wrong[0])
            self._fail(at, f"aspect ratio {ratios[at]} above {limit[at]}, which is proven")


def uncovered_lines(
    lines: NDArray[np.int32] | None, start: NDArray[np.float64], end: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the vertices at which directed edges on common lines do not cancel.

    A set of intervals on a line is given by its signed ends, so edges cancel if on every line each
    vertex is as often an end as a start. Counterclockwise polygons whose edges cancel with the
    clockwise boundary of a region cover this region once.

    Parameters
    ----------
    lines : int32 ndarray of shape (k,) or None
        The line of each edge. None for axis-parallel edges, which have their line from their
        coordinates.
    start, end : float64 ndarrays of shape (k, 2)

    Returns
    -------
    float64 ndarray of shape (n_wrong, 2)
    """
    if lines is None:
        upright = start[:, 0] == end[:, 0]
        keys = [upright, np.where(upright, start[:, 0], start[:, 1])]
    else:
        keys = [lines]
    twice = [np.concatenate((key, key)) for key in keys]
    points = np.concatenate((start, end))
    sign = np.repeat((-1, 1), len(start))
    order = np.lexsort((points[:, 1], points[:, 0], *twice))
    points, sign = points[order], sign[order]
    sorted_keys = [key[order] for key in twice]
    fresh = np.ones(len(points), bool)
    fresh[1:] = (points[1:] != points[:-1]).any(axis=1)
    for key in sorted_keys:
        fresh[1:] |= key[1:] != key[:-1]
    first = np.flatnonzero(fresh)
    sums = np.add.reduceat(sign, first) if len(first) else first
    wrong: NDArray[np.float64] = points[first[sums != 0]]
    return wrong
