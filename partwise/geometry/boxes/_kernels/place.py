"""Points of an ultrametric placed in boxes of R^d, and the bounds that go with it.

Volumes are carried as their d-th roots, which neither overflow nor underflow.
"""

from __future__ import annotations

import numpy as np

from partwise.geometry.boxes._kernels.split import copy_box, shrink, split_group
from partwise.kernels.jit import kernel

__all__ = ["demand_room", "packing_bound", "place_groups"]

#: The least weight of a sibling against the heaviest.
FAINT = 1e-300


@kernel
def demand_room(indptr, children, label, eps, dim, room, weight):
    """Fill the d-th root of the volume that each group of a contracted dendrogram needs.

    A point needs none; a part of a group needs its own volume and a margin that keeps it away from
    the others, and the group the sum over its parts, and what the slack of the partition takes.

    Parameters
    ----------
    indptr, children : int64 and int32 arrays
        The groups, parents before their children in number.
    label : float64 array of shape (m,)
        Distance of points in different parts of a group; 0 for points.
    eps : float
    dim : int
    room : float64 array of shape (m,)
        Receives A ** (1 / dim).
    weight : float64 array of shape (m,)
        Receives the volume for each part of a group, over that of the largest part.
    """
    for v in range(len(label) - 1, -1, -1):
        begin, end = indptr[v], indptr[v + 1]
        room[v] = 0.0
        if begin == end:
            continue
        margin = label[v] / eps
        largest = 0.0
        for k in range(begin, end):
            largest = max(largest, room[children[k]] + margin)
        total = 0.0
        for k in range(begin, end):
            child = children[k]
            weight[child] = max(((room[child] + margin) / largest) ** dim, FAINT)
            total += weight[child]
        room[v] = largest * (total / (1.0 - eps)) ** (1.0 / dim)


@kernel
def place_groups(indptr, children, label, eps, room, weight, lower, upper, sides):
    """Fill the box of every group: a point is at the centre of its box.

    The box of a part is shrunk about its centre: by its label on all sides, so that parts keep
    their distance, and down to the volume that it needs, so that they do not drift apart.

    Parameters
    ----------
    indptr, children : int64 and int32 arrays
        The groups, parents before their children in number, parts by descending weight.
    label, room, weight : float64 arrays of shape (m,)
    eps : float
    lower, upper, sides : float64 arrays of shape (m, d)
        With the box of group 0.
    """
    m, d = sides.shape
    items = children.copy()
    rest, spare = np.empty(len(items)), np.empty(len(items), np.int32)
    stack = np.empty((64, 2), np.int64)
    for v in range(m):
        begin, end = indptr[v], indptr[v + 1]
        if begin == end:
            continue
        copy_box(v, items[begin], lower, upper, sides)
        split_group(items, begin, end, weight, eps, lower, upper, sides, rest, spare, stack)
        for k in range(begin, end):
            part = items[k]
            shortest = sides[part, 0]
            mean = 1.0  # geometric, of the sides
            for j in range(d):
                shortest = min(shortest, sides[part, j])
                mean *= sides[part, j] ** (1.0 / d)
            scale = min(1.0 - label[v] / shortest, room[part] / mean)
            shrink(part, max(scale, 0.0), lower, upper, sides)


@kernel
def packing_bound(parts, heights, dim):
    """Return a factor that every embedding into R^dim must stretch some distance by.

    Images that keep all distances are centres of disjoint bodies: the points within half the height
    of a merge of one part are apart from those of the other. Brunn and Minkowski say how their
    volumes grow with the height, and the isodiametric inequality what that means for the diameter.

    Parameters
    ----------
    parts : int64 array of shape (n - 1, 2)
    heights : float64 array of shape (n - 1,)
    dim : int
    """
    n = len(heights) + 1
    radius = np.zeros(2 * n - 1)  # of a ball of the volume that a cluster takes at its height
    best = 1.0
    for i in range(n - 1):
        if heights[i] == 0.0:
            continue
        left, right = parts[i]
        low = heights[left - n] if left >= n else 0.0
        x = radius[left] + 0.5 * (heights[i] - low)
        low = heights[right - n] if right >= n else 0.0
        y = radius[right] + 0.5 * (heights[i] - low)
        x, y = max(x, y), min(x, y)
        radius[n + i] = x * (1.0 + (y / x) ** dim) ** (1.0 / dim)
        best = max(best, 2.0 * radius[n + i] / heights[i] - 1.0)
    return best
