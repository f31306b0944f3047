"""The parts of every group drawn together until their points are as near as they may be."""

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
def least_scale(first, last, begin, end, points, away, base, low, high, gap, scale):
    """Return the least scale, at least `scale`, from which on two parts are `gap` apart up to 1.

    At scale t, the points ``first:last`` are moved by ``away * t + base``, and ``begin:end`` stay.
    At scale 1 they are far enough apart.

    Parameters
    ----------
    first, last, begin, end : int
    points : float64 array of shape (n, d)
    away, base : float64 arrays of shape (d,)
    low, high : float64 arrays of shape (d,)
        The box around the points that stay.
    gap, scale : float
    """
    d = points.shape[1]
    square = gap * gap
    for i in range(first, last):
        apart = 0.0  # of what point i sweeps from `scale` to 1, and the box
        for k in range(d):
            at = points[i, k] + base[k]
            near = at + min(away[k], scale * away[k]) - high[k]
            side = max(near, low[k] - at - max(away[k], scale * away[k]))
            if side > 0.0:
                apart += side * side
        if apart >= square:
            continue
        for j in range(begin, end):
            # The squared distance at scale t is x t^2 + 2 y t + z.
            x = y = z = 0.0
            for k in range(d):
                offset = points[i, k] + base[k] - points[j, k]
                x += away[k] * away[k]
                y += away[k] * offset
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
                    minor = away[k] * (points[i, m] + base[m] - points[j, m])
                    minor -= away[m] * (points[i, k] + base[k] - points[j, k])
                    cross += minor * minor
            root = x * square - cross
            if root > 0.0:
                root = np.sqrt(root)
                meet = (square - z) / (root + y) if y > 0.0 else (root - y) / x
                scale = min(max(scale, meet), 1.0)
    return scale


@kernel
def draw_in(at, low, high, gap, start, stop, points, away, base):
    """Scale the places of all parts of a group by one factor, as small as may be.

    Parameters
    ----------
    at : float64 array of shape (parts, d)
        Where each part is, relative to the group's centre; changes. Parts are in the order of
        points.
    low, high : float64 arrays of shape (parts, d)
        The box of each part, relative to its place.
    gap : float64 array of shape (parts,)
        How far the points of a part have to be from those of the one before.
    start, stop : int64 arrays of shape (parts,)
        The points of each part.
    points : float64 array of shape (n, d)
        Relative to the places of the parts.
    away, base : float64 arrays of shape (d,)
        Scratch.
    """
    count, d = at.shape
    scale = 0.0
    base[:] = 0.0
    for a in range(count):
        apart = 0.0
        for b in range(a + 1, count):
            apart = max(apart, gap[b])
            square = 0.0  # of the distance of the boxes, which only move apart as the scale grows
            for j in range(d):
                away[j] = at[a, j] - at[b, j]
                if away[j] > 0.0:
                    side = scale * away[j] + low[a, j] - high[b, j]
                else:
                    side = low[b, j] - high[a, j] - scale * away[j]
                if side > 0.0:
                    square += side * side
            if square >= apart * apart:
                continue
            scale = least_scale(
                start[a], stop[a], start[b], stop[b], points, away, base, low[b], high[b], apart,
                scale,
            )  # fmt: skip
            if scale >= 1.0:
                return
    at *= scale


@kernel
def squared_gaps(near, far, lower, upper, square):
    """Fill the squared distance of the box from `near` to `far` to each of many boxes.

    Parameters
    ----------
    near, far : float64 arrays of shape (d,)
    lower, upper : float64 arrays of shape (d, parts)
    square : float64 array of shape (parts,)
    """
    square[:] = 0.0
    for j in range(len(near)):
        for b in range(len(square)):
            before, behind = lower[j, b] - far[j], near[j] - upper[j, b]
            side = before if before > behind else behind
            side = side if side > 0.0 else 0.0
            square[b] += side * side


@kernel
def settle(at, low, high, gap, start, stop, points, away, base):
    """Move each part of a group toward its centre on its own, the nearest first.

    A part moves straight to the centre, then along each axis, as far as it comes before a point is
    as near to one of another part as it may be. Parameters are those of :func:`draw_in`.
    """
    count, d = at.shape
    lower, upper = (at + low).T.copy(), (at + high).T.copy()
    near, far = np.empty(d), np.empty(d)  # the box that a part sweeps
    apart, square = np.zeros(count), np.empty(count)
    distance = np.zeros(count)
    for k in range(count):
        for j in range(d):
            distance[k] += at[k, j] ** 2
    for a in np.argsort(distance, kind="mergesort"):
        apart[a] = 0.0
        for b in range(a - 1, -1, -1):
            apart[b] = max(apart[b + 1], gap[b + 1])
        for b in range(a + 1, count):
            apart[b] = max(apart[b - 1], gap[b])
        for move in range(d + 1 if d > 1 else 1):
            for j in range(d):
                away[j] = at[a, j] if move == 0 or move == j + 1 else 0.0
                near[j] = lower[j, a] - max(away[j], 0.0)
                far[j] = upper[j, a] - min(away[j], 0.0)
            squared_gaps(near, far, lower, upper, square)
            scale = 0.0
            for b in range(count):
                if square[b] < apart[b] * apart[b] and scale < 1.0:
                    for j in range(d):
                        base[j] = at[a, j] - away[j] - at[b, j]
                    scale = least_scale(
                        start[a], stop[a], start[b], stop[b], points, away, base, low[b], high[b],
                        apart[b], scale,
                    )  # fmt: skip
            for j in range(d):
                at[a, j] += (scale - 1.0) * away[j]
                lower[j, a], upper[j, a] = at[a, j] + low[a, j], at[a, j] + high[a, j]


@kernel
def tighten(indptr, children, start, stop, gaps, margin, centre, points):
    """Draw the parts of every group together, groups of few points first.

    First all parts of a group move at the same scale, then each on its own, and only as far as no
    two points of different parts come nearer than their distance in the ultrametric. As parts only
    move toward the centre of the symmetric box of the group, axis by axis, the box of a part stays
    inside, so that bounds that hold for boxes go on to hold.

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
    away, base = np.empty(d), np.empty(d)
    for v in range(m - 1, -1, -1):
        parts = children[indptr[v] : indptr[v + 1]]
        if len(parts) == 0:
            continue
        first, last = start[parts], stop[parts]
        gap = np.zeros(len(parts))
        gap[1:] = gaps[first[1:] - 1] + margin
        at, lows, highs = centre[parts] - centre[v], low[parts], high[parts]
        draw_in(at, lows, highs, gap, first, last, points, away, base)
        settle(at, lows, highs, gap, first, last, points, away, base)
        low[v], high[v] = np.inf, -np.inf
        for k in range(len(parts)):
            for j in range(d):
                for i in range(first[k], last[k]):
                    points[i, j] += at[k, j]
                low[v, j] = min(low[v, j], at[k, j] + lows[k, j])
                high[v, j] = max(high[v, j], at[k, j] + highs[k, j])
