"""Dendrograms: the points of a linkage in order, its merges contracted.

Points are numbered 0, ..., n - 1; merge i makes cluster n + i of clusters of smaller numbers.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["contract_merges", "order_points"]


@kernel
def order_points(parts, heights, order, gaps):
    """Fill an order of the points in which every cluster is a range of it.

    Parameters
    ----------
    parts : int64 array of shape (n - 1, 2)
    heights : float64 array of shape (n - 1,)
    order : int64 array of shape (n,)
        Receives the points.
    gaps : float64 array of shape (n - 1,)
        Receives the distance of each point of the order to the next one. The distance of any two
        points is the largest gap between them.
    """
    n = len(order)
    size = np.ones(2 * n - 1, np.int64)
    for i in range(n - 1):
        size[n + i] = size[parts[i, 0]] + size[parts[i, 1]]
    start = np.zeros(2 * n - 1, np.int64)
    for i in range(n - 2, -1, -1):
        left, right = parts[i]
        start[left] = start[n + i]
        start[right] = start[n + i] + size[left]
        gaps[start[right] - 1] = heights[i]
    for point in range(n):
        order[start[point]] = point


@kernel
def contract_merges(parts, levels, identical, group, parent, level):
    """Give numbers to groups of merges of one level, parents first; return how many there are.

    Parameters
    ----------
    parts : int64 array of shape (n - 1, 2)
    levels : int64 array of shape (n - 1,)
        The level of each merge; a merge joins the group of the merge above it if they are equal.
    identical : int64
        The level of merges that make one point of their parts.
    group : int32 array of shape (2 n - 1,)
        Receives the group of each point and each merge.
    parent : int32 array of shape (2 n - 1,)
        Receives the group above each group, -1 for group 0.
    level : int64 array of shape (2 n - 1,)
        Receives the level of each group, `identical` for points.
    """
    n = len(parts) + 1
    group[2 * n - 2] = 0
    parent[0] = -1
    level[0] = levels[n - 2] if n > 1 else identical
    made = 1
    for i in range(n - 2, -1, -1):
        mine = group[n + i]
        for k in range(2):
            part = parts[i, k]
            own = levels[part - n] if part >= n else identical
            if own == levels[i]:
                group[part] = mine
            else:
                group[part] = made
                parent[made], level[made] = mine, own
                made += 1
    return made
