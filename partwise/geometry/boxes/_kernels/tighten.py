"""The parts of every group moved together until two of their points are as near as they may be."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["ranges_of", "tighten"]


@kernel
def ranges_of(parent, start, stop):
    """Extend the ranges of points, which are given for groups without parts, to all groups.

    Parameters
    ----------
    parent : int32 array of shape (m,)
        Parents before their children in number.
    start, stop : int64 arrays of shape (m,)
        Of groups with parts at first a large number and 0.
    """
    for v in range(len(parent) - 1, 0, -1):
        start[parent[v]] = min(start[parent[v]], start[v])
        stop[parent[v]] = max(stop[parent[v]], stop[v])


@kernel
def least_scale(a, b, start, stop, points, spread, low, high, gap, scale):
    """Return the least scale, at least `scale`, from which on two parts are `gap` apart up to 1.

    The points of the parts are ``spread[a] * t + points`` and ``spread[b] * t + points`` at scale
    t, with the boxes `low` to `high` around `points`.
    """
    d = points.shape[1]
    square = gap * gap
    apart = 0.0
    for k in range(d):
        toward = spread[a, k] - spread[b, k]
        if toward > 0.0:
            side = scale * toward + low[a, k] - high[b, k]
        else:
            side = -scale * toward + low[b, k] - high[a, k]
        if side > 0.0:
            apart += side * side
    if apart >= square:  # boxes only move apart as the scale grows
        return scale
    for i in range(start[a], stop[a]):
        for j in range(start[b], stop[b]):
            # The squared distance at scale t is x t^2 + 2 y t + z.
            x = y = z = 0.0
            for k in range(d):
                toward = spread[a, k] - spread[b, k]
                offset = points[i, k] - points[j, k]
                x += toward * toward
                y += toward * offset
                z += offset * offset
            if x * scale + y >= 0.0 and (x * scale + 2.0 * y) * scale + z >= square:
                continue
            if x + 2.0 * y + z < square:
                return 1.0
            if x + y <= 0.0:  # they come no nearer as the scale falls
                continue
            cross = 0.0  # x z - y^2, as a sum of squares (Lagrange) that keeps its digits
            for k in range(d):
                for m in range(k):
                    minor = (spread[a, k] - spread[b, k]) * (points[i, m] - points[j, m])
                    minor -= (spread[a, m] - spread[b, m]) * (points[i, k] - points[j, k])
                    cross += minor * minor
            root = x * square - cross
            if root > 0.0:
                root = np.sqrt(root)
                meet = (square - z) / (root + y) if y > 0.0 else (root - y) / x
                scale = min(max(scale, meet), 1.0)
    return scale


@kernel
def tighten(indptr, children, start, stop, gaps, margin, centre, points):
    """Move the parts of every group toward its centre, groups of few points first.

    All parts of a group move at the same scale, and as far as no two points of different parts come
    nearer than their distance in the ultrametric. In the symmetric box of the group the box of a
    part stays inside, so that bounds that hold for boxes go on to hold.

    Parameters
    ----------
    indptr, children : int64 and int32 arrays
        The groups, parents before their children in number, parts in the order of points.
    start, stop : int64 arrays of shape (m,)
        The points of each group.
    gaps : float64 array of shape (n - 1,)
        Distance in the ultrametric of each point to the next one.
    margin : float
        Added to distances, against rounding.
    centre : float64 array of shape (m, d)
        Of the boxes of groups.
    points : float64 array of shape (n, d)
        Zeros; receives the places of the points relative to the centre of group 0.
    """
    m, d = centre.shape
    low, high = np.zeros((m, d)), np.zeros((m, d))  # of the points of a group, from its centre
    spread = np.empty((m, d))
    for v in range(m - 1, -1, -1):
        begin, end = indptr[v], indptr[v + 1]
        if begin == end:
            continue
        for k in range(begin, end):
            for j in range(d):
                spread[children[k], j] = centre[children[k], j] - centre[v, j]
        scale = 0.0
        for k in range(begin, end):
            gap = 0.0
            a = children[k]
            for other in range(k + 1, end):
                if scale >= 1.0:
                    break
                b = children[other]
                gap = max(gap, gaps[start[b] - 1])
                scale = least_scale(
                    a, b, start, stop, points, spread, low, high, gap + margin, scale
                )
        for j in range(d):
            low[v, j], high[v, j] = np.inf, -np.inf
        for k in range(begin, end):
            part = children[k]
            for j in range(d):
                step = scale * spread[part, j]
                for i in range(start[part], stop[part]):
                    points[i, j] += step
                low[v, j] = min(low[v, j], step + low[part, j])
                high[v, j] = max(high[v, j], step + high[part, j])
