"""Convex hulls in the plane, the smallest rectangle around one, points in polygons and boxes."""

from __future__ import annotations

import numpy as np

from partwise.geometry.points._kernels.predicates import cross_sign, turn
from partwise.kernels.jit import kernel

__all__ = ["hull_of_sorted", "in_polygon", "keep_inside", "smallest_rectangle_edge"]


@kernel
def hull_of_sorted(P, hull):
    """Write the corners of the hull of lexicographically sorted points, to the left around.

    Points on an edge are no corners. `hull` has room for 2 n numbers; the number of corners is
    returned (Andrew's monotone chain, with exact turns).
    """
    n = P.shape[0]
    count = 0
    for i in range(n):
        while count >= 2 and turn(P, hull[count - 2], hull[count - 1], i) <= 0:
            count -= 1
        hull[count] = i
        count += 1
    lower = count + 1
    for i in range(n - 2, -1, -1):
        while count >= lower and turn(P, hull[count - 2], hull[count - 1], i) <= 0:
            count -= 1
        hull[count] = i
        count += 1
    return max(count - 1, 1)  # the first corner came again


@kernel
def _advance(H, at, ex, ey):
    """Return the next corner from `at` on that is farthest in the direction (ex, ey)."""
    h = H.shape[0]
    for _ in range(h):
        after = at + 1 if at + 1 < h else 0
        if (H[after, 0] - H[at, 0]) * ex + (H[after, 1] - H[at, 1]) * ey <= 0.0:
            break
        at = after
    return at


@kernel
def smallest_rectangle_edge(H):
    """Return the edge of the convex polygon `H` on which its smallest rectangle lies.

    Rotating calipers: O(h). The first edge wins among equals.
    """
    h = H.shape[0]
    best, smallest = 0, np.inf
    ahead, top, behind = 0, 0, 0
    for i in range(h):
        j = i + 1 if i + 1 < h else 0
        ex, ey = H[j, 0] - H[i, 0], H[j, 1] - H[i, 1]
        length = np.hypot(ex, ey)
        ex, ey = ex / length, ey / length
        if i == 0:
            ahead = _advance(H, j, ex, ey)
            top = _advance(H, ahead, -ey, ex)
            behind = _advance(H, top, -ex, -ey)
        else:
            ahead = _advance(H, ahead, ex, ey)
            top = _advance(H, top, -ey, ex)
            behind = _advance(H, behind, -ex, -ey)
        width = (H[ahead, 0] - H[behind, 0]) * ex + (H[ahead, 1] - H[behind, 1]) * ey
        height = (H[top, 1] - H[i, 1]) * ex - (H[top, 0] - H[i, 0]) * ey
        if width * height < smallest:
            best, smallest = i, width * height
    return best


@kernel
def in_polygon(P, corners, out):
    """Write whether points lie in the polygon or on its edge, by the even-odd rule, exactly."""
    m = corners.shape[0]
    for i in range(P.shape[0]):
        x, y = P[i, 0], P[i, 1]
        inside = False
        for j in range(m):
            k = j + 1 if j + 1 < m else 0
            px, py, qx, qy = corners[j, 0], corners[j, 1], corners[k, 0], corners[k, 1]
            if min(py, qy) > y or max(py, qy) < y or max(px, qx) < x:
                continue
            side = cross_sign(px, py, qx, qy, px, py, x, y)
            if side == 0 and min(px, qx) <= x:
                inside = True
                break
            # an edge counts with its lower end and without its upper one
            if (py <= y) != (qy <= y) and (side > 0) == (qy > py):
                inside = not inside
        out[i] = inside


@kernel
def keep_inside(P, low, high, some):
    """Move those of the points `some` that lie in a box to the front; return how many they are."""
    count = 0
    for at in range(some.size):
        i = some[at]
        inside = low[0] <= P[i, 0] <= high[0] and low[1] <= P[i, 1] <= high[1]
        some[count] = i  # written anyway, and kept only if it counts
        count += inside
    return count
