"""Cutting convex polygons by lines, at a given fraction of their area.

A polygon is a slice of three arrays: x and y of its vertices, counterclockwise, and for each vertex
the number of the line that holds the edge to the next one. Pieces share the two points of a cut
bit for bit, and edges keep the number of their line; directions are looked up in a table and never
computed from coordinates, which small polygons do not have the digits for.
"""

from __future__ import annotations

import math

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["SNAP", "area_of", "cut_polygon"]

SNAP = 1e-13
"""A cut within this fraction of an edge from its end goes through the vertex."""


@kernel
def area_of(x, y, k):
    """Return the area of the first `k` vertices, relative to the first one to keep digits."""
    twice = 0.0
    for i in range(1, k - 1):
        twice += (x[i] - x[0]) * (y[i + 1] - y[0]) - (x[i + 1] - x[0]) * (y[i] - y[0])
    return 0.5 * twice


@kernel
def _snapped(part):
    """Return whether a point at `part` of an edge is its start (-1), inside (0), or its end (1)."""
    return -1 if part <= SNAP else (1 if part >= 1.0 - SNAP else 0)


@kernel
def _place(x, y, a, b, part, axis, level):
    """Return the point at `part` of the edge a-b; across an axis, exactly at `level`."""
    snapped = _snapped(part)
    if snapped < 0:
        return x[a], y[a]
    if snapped > 0:
        return x[b], y[b]
    px, py = x[a] + (x[b] - x[a]) * part, y[a] + (y[b] - y[a]) * part
    if axis == 0:
        py = level
    elif axis == 1:
        px = level
    return px, py


@kernel
def cut_polygon(x, y, line, k, nx, ny, fraction, number, height, x0, y0, line0, x1, y1, line1):
    """Cut off a fraction of the area of a convex polygon, at the end where x nx + y ny is least.

    Parameters
    ----------
    x, y : float64 arrays
    line : int32 array
    k : int
        The polygon is the first `k` entries.
    nx, ny : float
        Unit normal of the cut; exact zeros and ones for axis-parallel cuts.
    fraction : float
        Above 0 and below 1.
    number : int
        The number of the new line.
    height : float64 array of at least `k` entries
        Room to work in.
    x0, y0, line0 : arrays of at least k + 2 entries
        Receive the piece that is cut off.
    x1, y1, line1 : arrays of at least k + 2 entries
        Receive the rest.

    Returns
    -------
    k0, k1 : int
        Vertices of both pieces; 0 and 0 if the polygon is too small to be cut.

    Notes
    -----
    O(k). The area below a level is quadratic between two vertices. In the slab that holds the cut,
    of height H and with chords w0 at its foot and w1 at its top, the missing area is at
    ``t = 2 need / (w0 + sqrt(w0^2 + 2 (w1 - w0) / H need))``, the root that loses no digits.
    """
    low = high = 0
    for i in range(k):
        height[i] = (x[i] - x[0]) * nx + (y[i] - y[0]) * ny
        if height[i] < height[low]:
            low = i
        if height[i] > height[high]:
            high = i
    need = area_of(x, y, k) * fraction
    if not need > 0.0 or not height[high] > height[low]:
        return 0, 0
    # Two chains climb from the lowest vertex to the highest: a counterclockwise, b clockwise. The
    # edge of chain a is a -> a + 1, that of chain b is b - 1 -> b, walked backwards.
    a = b = low
    level = height[low]
    width = 0.0
    t = level
    while True:
        a1, b1 = (a + 1) % k, (b + k - 1) % k
        # Flat steps at the foot.
        if a != high and height[a1] <= level:
            width += (x[a1] - x[a]) * ny - (y[a1] - y[a]) * nx
            a = a1
            continue
        if b != high and height[b1] <= level:
            width += (x[b] - x[b1]) * ny - (y[b] - y[b1]) * nx
            b = b1
            continue
        if a == high or b == high:
            return 0, 0
        top = min(height[a1], height[b1])
        # Slope of the chord: both chains run along straight edges up to `top`.
        rise_a, rise_b = height[a1] - height[a], height[b1] - height[b]
        run_a = ((x[a1] - x[a]) * ny - (y[a1] - y[a]) * nx) / rise_a
        run_b = ((x[b1] - x[b]) * ny - (y[b1] - y[b]) * nx) / rise_b
        slope = run_a - run_b
        step = top - level
        wider = width + slope * step
        area = 0.5 * (width + wider) * step
        if area >= need or top >= height[high]:
            divisor = width + math.sqrt(max(width * width + 2.0 * slope * need, 0.0))
            if not divisor > 0.0:
                return 0, 0
            t = level + min(step, 2.0 * need / divisor)
            break
        need -= area
        width = max(wider, 0.0)
        level = top
        # The chain that has reached its next vertex steps; the other one goes on along its edge.
        if height[a1] <= top:
            a = a1
        if height[b1] <= top:
            b = b1
        if a == high or b == high:
            return 0, 0
    part_a = (t - height[a]) / (height[a1] - height[a])
    part_b = (t - height[b]) / (height[b1] - height[b])
    at_a, at_b = _snapped(part_a), _snapped(part_b)
    # Both ends of an axis-parallel cut get the same coordinate, to the bit: that of a vertex where
    # the cut goes through one.
    axis = 0 if nx == 0.0 else (1 if ny == 0.0 else 2)
    along = y if axis == 0 else x
    edge = along[0] + t * (ny if axis == 0 else nx)
    if at_a != 0:
        edge = along[a] if at_a < 0 else along[a1]
    elif at_b != 0:
        edge = along[b] if at_b < 0 else along[b1]
    ax, ay = _place(x, y, a, a1, part_a, axis, edge)
    bx, by = _place(x, y, b, b1, part_b, axis, edge)
    # The piece that is cut off: b, ..., a, point on chain a, point on chain b.
    k0 = 0
    i = b
    while True:
        x0[k0], y0[k0], line0[k0] = x[i], y[i], line[i]
        k0 += 1
        if i == a:
            break
        i = (i + 1) % k
    if at_a < 0:
        line0[k0 - 1] = number
    else:
        x0[k0], y0[k0], line0[k0] = ax, ay, number
        k0 += 1
    if at_b >= 0:
        x0[k0], y0[k0], line0[k0] = bx, by, line[b1]
        k0 += 1
    # The rest: point on chain a, a + 1, ..., b - 1, point on chain b.
    k1 = 0
    if at_a <= 0:
        x1[k1], y1[k1], line1[k1] = ax, ay, line[a]
        k1 += 1
    i = a1
    while True:
        x1[k1], y1[k1], line1[k1] = x[i], y[i], line[i]
        k1 += 1
        if i == b1:
            break
        i = (i + 1) % k
    if at_b > 0:
        line1[k1 - 1] = number
    else:
        x1[k1], y1[k1], line1[k1] = bx, by, number
        k1 += 1
    if k0 < 3 or k1 < 3:
        return 0, 0
    return np.int64(k0), np.int64(k1)
