"""Measures of polygons that are stored one after the other."""

from __future__ import annotations

import math

import numpy as np

from partwise.kernels.jit import kernel

__all__ = [
    "areas_of",
    "boxes_of",
    "centroids_of",
    "diameters_of",
    "mean_turn",
    "squared_diameter",
]


@kernel
def areas_of(indptr, xy, areas):
    """Fill the signed area of each polygon: positive counterclockwise, 0 for an empty one.

    Coordinates are taken relative to the first vertex, which keeps the digits of small polygons.
    """
    for i in range(len(areas)):
        begin, end = indptr[i], indptr[i + 1]
        twice = 0.0
        if end - begin >= 3:
            x, y = xy[begin, 0], xy[begin, 1]
            for k in range(begin + 1, end - 1):
                twice += (xy[k, 0] - x) * (xy[k + 1, 1] - y) - (xy[k + 1, 0] - x) * (xy[k, 1] - y)
        areas[i] = 0.5 * twice


@kernel
def boxes_of(indptr, xy, boxes):
    """Fill the bounding box (x0, y0, x1, y1) of each polygon, NaN for an empty one."""
    for i in range(len(boxes)):
        begin, end = indptr[i], indptr[i + 1]
        if begin == end:
            boxes[i] = np.nan
            continue
        x0 = x1 = xy[begin, 0]
        y0 = y1 = xy[begin, 1]
        for k in range(begin + 1, end):
            x0, x1 = min(x0, xy[k, 0]), max(x1, xy[k, 0])
            y0, y1 = min(y0, xy[k, 1]), max(y1, xy[k, 1])
        boxes[i, 0], boxes[i, 1], boxes[i, 2], boxes[i, 3] = x0, y0, x1, y1


@kernel
def squared_diameter(x, y, k):
    """Return the squared diameter of a convex polygon: its first `k` vertices, counterclockwise.

    All pairs of a small polygon; of a large one the antipodal pairs, O(k).
    """
    best = 0.0
    if k <= 16:
        for i in range(k):
            for j in range(i + 1, k):
                dx, dy = x[i] - x[j], y[i] - y[j]
                best = max(best, dx * dx + dy * dy)
        return best
    far = 1  # the farthest vertex from an edge only moves forward
    for i in range(k):
        following = (i + 1) % k
        ex, ey = x[following] - x[i], y[following] - y[i]
        for _ in range(k):
            past = (far + 1) % k
            if ex * (y[past] - y[far]) - ey * (x[past] - x[far]) <= 0.0:
                break
            far = past
        # Both neighbours too: parallel edges have two antipodal vertices, and rounding may stop the
        # walk one early.
        for j in (far, (far + 1) % k, (far + k - 1) % k):
            for near in (i, following):
                dx, dy = x[near] - x[j], y[near] - y[j]
                best = max(best, dx * dx + dy * dy)
    return best


@kernel
def diameters_of(indptr, xy, diameters):
    """Fill the squared diameter of each convex polygon, NaN for an empty one."""
    for i in range(len(diameters)):
        begin, end = indptr[i], indptr[i + 1]
        part = xy[begin:end]
        diameters[i] = squared_diameter(part[:, 0], part[:, 1], end - begin)
        if begin == end:
            diameters[i] = np.nan


@kernel
def centroids_of(indptr, xy, centroids):
    """Fill the centroid of each polygon, NaN for an empty one."""
    for i in range(len(centroids)):
        begin, end = indptr[i], indptr[i + 1]
        if begin == end:
            centroids[i] = np.nan
            continue
        x, y = xy[begin, 0], xy[begin, 1]
        twice = sum_x = sum_y = 0.0
        for k in range(begin + 1, end - 1):
            ax, ay = xy[k, 0] - x, xy[k, 1] - y
            bx, by = xy[k + 1, 0] - x, xy[k + 1, 1] - y
            cross = ax * by - bx * ay
            twice += cross
            sum_x += cross * (ax + bx)
            sum_y += cross * (ay + by)
        if twice != 0.0:
            centroids[i, 0], centroids[i, 1] = x + sum_x / (3 * twice), y + sum_y / (3 * twice)
        else:
            centroids[i, 0], centroids[i, 1] = x, y


@kernel
def mean_turn(before, after):
    """Return the mean angle, over all pairs of points, by which their direction has turned."""
    n = len(before)
    total = 0.0
    for i in range(n):
        for j in range(i + 1, n):
            ax, ay = before[j, 0] - before[i, 0], before[j, 1] - before[i, 1]
            bx, by = after[j, 0] - after[i, 0], after[j, 1] - after[i, 1]
            total += abs(math.atan2(ax * by - ay * bx, ax * bx + ay * by))
    return total / (0.5 * n * (n - 1)) if n > 1 else 0.0
