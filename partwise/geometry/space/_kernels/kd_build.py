"""Building kd-trees: points reordered in place, nodes as segments of them.

The children of a node are neighbours: ``left[node]`` and ``left[node] + 1``; a leaf has -1.
"""

from __future__ import annotations

import numpy as np

from partwise.geometry.space._kernels.room import room_for
from partwise.geometry.space._kernels.rows import select, spread
from partwise.kernels.jit import kernel

__all__ = ["halve", "slide", "tight_boxes"]


@kernel
def _leaves_at_left(n_leaves):
    """Return how many leaves of a heap are below the first child of its root."""
    half = 1
    while 4 * half <= n_leaves:
        half *= 2
    # the last level is filled from the left
    return half + min(n_leaves - 2 * half, half)


@kernel
def halve(P, perm, n_leaves, left, start, stop, split_dim):
    """Cut every segment at the median of its widest axis, down to `n_leaves` leaves.

    The nodes are a heap: node i has the children 2 i + 1 and 2 i + 2. A segment is cut in
    proportion to the leaves on both sides, which are as many if `n_leaves` is a power of two; the
    left side gets the odd point.

    Parameters
    ----------
    P : float64 ndarray of shape (n, d)
        Points, reordered.
    perm : int32 ndarray of shape (n,)
        Their indices, reordered alike.
    n_leaves : int
        A power of two, at most n, or n itself.
    left, start, stop : int32 ndarrays of shape (2 n_leaves - 1,)
        Receive the nodes.
    split_dim : int8 ndarray of the same shape
        Receives the axis of every cut, -1 for leaves.
    """
    stack = np.empty((66, 2), np.int64)
    stack[0, 0], stack[0, 1] = 0, n_leaves
    start[0], stop[0] = 0, P.shape[0]
    top = 1
    # depth first: a segment that fits into the cache stays there
    while top > 0:
        top -= 1
        node, leaves = stack[top, 0], stack[top, 1]
        lo, hi = np.int64(start[node]), np.int64(stop[node])
        if leaves == 1:
            left[node], split_dim[node] = -1, -1
            continue
        axis, _ = spread(P, lo, hi)
        part = _leaves_at_left(leaves)
        middle = lo + ((hi - lo) * part + leaves - 1) // leaves
        select(P, perm, lo, hi, middle, axis)
        child = 2 * node + 1
        left[node], split_dim[node] = child, axis
        start[child], stop[child] = lo, middle
        start[child + 1], stop[child + 1] = middle, hi
        stack[top, 0], stack[top, 1] = child + 1, leaves - part
        stack[top + 1, 0], stack[top + 1, 1] = child, part
        top += 2


@kernel
def _longest_side(P, lo, hi, low, high):
    """Return (longest side of the cell in which points differ, smallest, largest), -1 if none."""
    best = -1
    smallest = largest = 0.0
    for axis in range(P.shape[1]):
        if best >= 0 and high[axis] - low[axis] <= high[best] - low[best]:
            continue
        least = most = P[lo, axis]
        for i in range(lo + 1, hi):
            value = P[i, axis]
            if value < least:
                least = value
            if value > most:
                most = value
        if most > least:
            best, smallest, largest = axis, least, most
    return best, smallest, largest


@kernel
def _divide(P, perm, lo, hi, axis, cut, strict):
    """Put rows at most `cut` (below it if strict) before the others; return where these begin."""
    i, j = lo, hi - 1
    while True:
        while i <= j and (P[i, axis] < cut or (not strict and P[i, axis] == cut)):
            i += 1
        while i <= j and (P[j, axis] > cut or (strict and P[j, axis] == cut)):
            j -= 1
        if i >= j:
            return i
        for c in range(P.shape[1]):
            P[i, c], P[j, c] = P[j, c], P[i, c]
        perm[i], perm[j] = perm[j], perm[i]
        i += 1
        j -= 1


@kernel
def slide(P, perm, leaf_size, limit, low, high, left, start, stop, split_dim, split_val):
    """Cut cells in the middle of their longest side; slide the cut to a point if a half is empty.

    Where points differ in no axis, or below depth `limit`, segments are cut at the median.

    Parameters
    ----------
    P, perm
        As for :func:`halve`.
    leaf_size, limit : int
    low, high : float64 ndarrays of shape (d,)
        The cell of the root.
    left, start, stop : int32 ndarrays of shape (2 n - 1,)
        Receive the nodes; a parent comes before its children.
    split_dim : int8 ndarray of shape (2 n - 1,)
    split_val : float64 ndarray of shape (2 n - 1,)
        Receive the cuts; NaN where the tight boxes of the children say where it is.

    Returns
    -------
    n_nodes : int
    """
    d = P.shape[1]
    stack = np.empty((64, 2), np.int64)
    box_low, box_high = np.empty((64, d)), np.empty((64, d))
    stack[0] = 0
    box_low[0], box_high[0] = low, high
    start[0], stop[0] = 0, P.shape[0]
    n_nodes, top = 1, 1
    cell_low, cell_high = np.empty(d), np.empty(d)
    while top > 0:
        top -= 1
        node, level = stack[top]
        cell_low[:], cell_high[:] = box_low[top], box_high[top]
        lo, hi = np.int64(start[node]), np.int64(stop[node])
        if hi - lo <= leaf_size:
            left[node], split_dim[node], split_val[node] = -1, -1, np.nan
            continue
        axis, smallest, largest = -1, 0.0, 0.0
        if level < limit:
            axis, smallest, largest = _longest_side(P, lo, hi, cell_low, cell_high)
        value = np.nan
        if axis < 0:
            axis, _ = spread(P, lo, hi)
            middle = lo + (hi - lo + 1) // 2
            select(P, perm, lo, hi, middle, axis)
            edge = P[middle, axis]
        else:
            edge = cell_low[axis] + 0.5 * (cell_high[axis] - cell_low[axis])
            if edge < smallest:
                edge = smallest
            elif edge < largest:
                value = edge
            else:
                edge = largest
            middle = _divide(P, perm, lo, hi, axis, edge, edge == largest)
        child = n_nodes
        n_nodes += 2
        left[node], split_dim[node], split_val[node] = child, axis, value
        start[child], stop[child] = lo, middle
        start[child + 1], stop[child + 1] = middle, hi
        stack = room_for(stack, top, top + 2)
        box_low, box_high = room_for(box_low, top, top + 2), room_for(box_high, top, top + 2)
        for side in range(2):
            stack[top, 0], stack[top, 1] = child + 1 - side, level + 1
            box_low[top], box_high[top] = cell_low, cell_high
            if side == 0:
                box_low[top, axis] = edge
            else:
                box_high[top, axis] = edge
            top += 1
    return n_nodes


@kernel
def tight_boxes(P, perm, left, start, stop, low, high, least):
    """Write the bounding boxes of all nodes, of shape (n_nodes, d), and their smallest indices.

    A parent comes before its children, so that one pass from the last node to the first will do.
    """
    for node in range(left.size - 1, -1, -1):
        child = left[node]
        if child >= 0:
            least[node] = min(least[child], least[child + 1])
        else:
            least[node] = perm[start[node]]
            for i in range(start[node] + 1, stop[node]):
                least[node] = min(least[node], perm[i])
        for c in range(P.shape[1]):
            if child >= 0:
                low[node, c] = min(low[child, c], low[child + 1, c])
                high[node, c] = max(high[child, c], high[child + 1, c])
                continue
            below = above = P[start[node], c]
            for i in range(start[node] + 1, stop[node]):
                value = P[i, c]
                if value < below:
                    below = value
                if value > above:
                    above = value
            low[node, c], high[node, c] = below, above
