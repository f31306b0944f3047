"""Where a label fits: the largest rectangle of a given shape inside a polygon.

Once x is divided by the wanted width over height, the rectangle is a square, and its centre the
pole of inaccessibility of the polygon in the metric of the larger difference: the point farthest
from the outline. It is found by halving squares and leaving out those that cannot hold a better
one.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["distance_inside", "find_rooms"]

_PRECISION = 0.03
_LEVELS = 24


@kernel
def _to_segment(ax, ay, bx, by):
    """Return the smallest max(|x|, |y|) over the segment from (ax, ay) to (bx, by)."""
    best = min(max(abs(ax), abs(ay)), max(abs(bx), abs(by)))
    ux, uy = bx - ax, by - ay
    # The maximum of two convex functions of the place on the segment is least where one of them
    # is, or where they meet.
    for above, below in ((-ax, ux), (-ay, uy), (ay - ax, ux - uy), (-ax - ay, ux + uy)):
        if below != 0.0:
            t = above / below
            if 0.0 < t < 1.0:
                best = min(best, max(abs(ax + t * ux), abs(ay + t * uy)))
    return best


@kernel
def distance_inside(x, y, xy, begin, end, shape):
    """Return the distance of a point from the outline of a polygon, negative outside.

    Parameters
    ----------
    x, y : float
    xy : float64 array of shape (n, 2)
        The polygon is ``xy[begin:end]``, convex or not.
    shape : float
        Differences in x are divided by it; the distance is that of the larger difference.
    """
    inside = False
    best = np.inf
    ax, ay = (xy[end - 1, 0] - x) / shape, xy[end - 1, 1] - y
    for k in range(begin, end):
        bx, by = (xy[k, 0] - x) / shape, xy[k, 1] - y
        if (ay > 0.0) != (by > 0.0) and ax - ay * (bx - ax) / (by - ay) > 0.0:
            inside = not inside
        best = min(best, _to_segment(ax, ay, bx, by))
        ax, ay = bx, by
    return best if inside else -best


@kernel
def find_rooms(indptr, xy, which, shapes, rooms):
    """Find the largest rectangle of a given shape in each of some polygons.

    Parameters
    ----------
    indptr, xy : int64 array of shape (k + 1,), float64 array of shape (indptr[-1], 2)
    which : int64 array of shape (r,)
        The polygons.
    shapes : float64 array of shape (r,)
        Width over height of the rectangles.
    rooms : float64 array of shape (r, 3)
        Receives centre x, y and height, at least 97 % of the greatest one.
    """
    stack = np.empty((4 * _LEVELS, 3))
    for r in range(len(which)):
        begin, end = indptr[which[r]], indptr[which[r] + 1]
        shape = shapes[r]
        x0 = x1 = xy[begin, 0]
        y0 = y1 = xy[begin, 1]
        upright = end - begin == 4
        for k in range(begin, end):
            before = k - 1 if k > begin else end - 1
            x0, x1 = min(x0, xy[k, 0]), max(x1, xy[k, 0])
            y0, y1 = min(y0, xy[k, 1]), max(y1, xy[k, 1])
            if xy[k, 0] != xy[before, 0] and xy[k, 1] != xy[before, 1]:
                upright = False
        x, y = 0.5 * (x0 + x1), 0.5 * (y0 + y1)
        if upright:
            rooms[r, 0], rooms[r, 1], rooms[r, 2] = x, y, min((x1 - x0) / shape, y1 - y0)
            continue
        half = 0.5 * max((x1 - x0) / shape, y1 - y0)
        small = half * 0.5**_LEVELS
        rooms[r, 0], rooms[r, 1] = x, y
        best = 0.0
        stack[0, 0], stack[0, 1], stack[0, 2] = x, y, half
        height = 1
        while height > 0:
            height -= 1
            x, y, half = stack[height, 0], stack[height, 1], stack[height, 2]
            distance = distance_inside(x, y, xy, begin, end, shape)
            if distance > best:
                best = distance
                rooms[r, 0], rooms[r, 1] = x, y
            # No point of the square is farther from its centre than half its side.
            if distance + half > best * (1.0 + _PRECISION) + small:
                half *= 0.5
                for part in range(4):
                    stack[height, 0] = x + (half if part & 1 else -half) * shape
                    stack[height, 1] = y + (half if part & 2 else -half)
                    stack[height, 2] = half
                    height += 1
        rooms[r, 2] = 2.0 * best
