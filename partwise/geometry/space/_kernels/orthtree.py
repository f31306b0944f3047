"""Quadtrees and octrees as sorted runs of Morton keys.

A cell of level l is ``2^(d (bits - l))`` keys that start at a multiple of that number. The leaves
of a tree tile the range of all keys: they are described by first keys, ascending, and levels.
"""

from __future__ import annotations

import numpy as np

from partwise.geometry.space._kernels.room import room_for
from partwise.kernels.jit import kernel

__all__ = ["coarsest_leaves", "neighbour_parents", "weight_reach"]


@kernel(inline="always")
def _two_sum(a, b):
    """Return the sum and its rounding error (D. E. Knuth, TAOCP 2, 4.2.2)."""
    total = a + b
    moved = total - a
    return total, (a - (total - moved)) + (b - moved)


@kernel
def weight_reach(weights, most, reach):
    """Lower reach[i] to the first j such that weights i to j exceed `most` together.

    The sum of a window is kept as two numbers, so that heavy weights that have left it leave no
    rounding error behind.

    Parameters
    ----------
    weights : float64 ndarray of shape (n,)
        At least 0, in the order of the keys.
    most : float
    reach : int64 ndarray of shape (n,)
    """
    total, rest, j = 0.0, 0.0, 0
    for i in range(weights.size):
        if j <= i:
            j, total, rest = i, 0.0, 0.0
        while j < weights.size:
            larger, error = _two_sum(total, weights[j])
            if larger + (rest + error) > most:
                break
            total, rest = larger, rest + error
            j += 1
        reach[i] = min(reach[i], j)
        if j > i:
            total, error = _two_sum(total, -weights[i])
            rest += error


@kernel
def coarsest_leaves(keys, reach, d, bits):
    """Return the leaves of the smallest tree whose cells are not too full, in one sweep.

    A leaf is the largest cell, starting where the one before it ends, that is not too full: its
    parent was too full already, or it would have been taken.

    Parameters
    ----------
    keys : uint64 ndarray of shape (n,)
        Ascending.
    reach : int64 ndarray of shape (n,)
        A cell whose first point is i is too full if it holds point ``reach[i]`` too.
    d, bits : int
        ``d * bits <= 63``.

    Returns
    -------
    first : uint64 ndarray of shape (n_leaves,)
    level : int8 ndarray of shape (n_leaves,)
    begin : int64 ndarray of shape (n_leaves + 1,)
        The points of leaf l are begin[l] to begin[l + 1] - 1.
    """
    first, level = np.empty(64, np.uint64), np.empty(64, np.int8)
    begin = np.empty(64, np.int64)
    n = keys.size
    one, width = np.uint64(1), np.uint64(d)
    whole = np.uint64(bits)
    end = one << np.uint64(d * bits)
    at = np.uint64(0)
    n_leaves, i = 0, 0
    while at < end:
        first = room_for(first, n_leaves, n_leaves + 1)
        level = room_for(level, n_leaves, n_leaves + 1)
        begin = room_for(begin, n_leaves, n_leaves + 2)
        # the side of the cell is 2^up
        up = whole
        while at & ((one << (width * up)) - one):
            up -= one
        if i < n and reach[i] < n:
            apart = at ^ keys[reach[i]]
            while up > np.uint64(0) and (apart >> (width * up)) == np.uint64(0):
                up -= one
        first[n_leaves], level[n_leaves], begin[n_leaves] = at, bits - np.int64(up), i
        n_leaves += 1
        at += one << (width * up)
        while i < n and keys[i] < at:
            i += 1
    begin[n_leaves] = n
    return first[:n_leaves].copy(), level[:n_leaves].copy(), begin[: n_leaves + 1].copy()


@kernel
def neighbour_parents(cells, side, out):
    """Write the cells, of twice the side, that hold the neighbours of cells.

    Parameters
    ----------
    cells : uint32 ndarray of shape (n, d)
        In a grid of `side` cells a side, at least 2.
    side : int
    out : uint32 ndarray of shape (n * 2^d, d)
        Receives ``2^d`` cells for each; beyond the edge of the grid, the one at the edge.
    """
    d = cells.shape[1]
    edge = side // 2 - 1
    for i in range(cells.shape[0]):
        for corner in range(1 << d):
            row = (i << d) + corner
            for c in range(d):
                x = np.int64(cells[i, c])
                # one half of the neighbours has the parent of the cell, the other the next
                parent = x // 2 + ((corner >> c) & 1) * (1 if x % 2 else -1)
                out[row, c] = np.uint32(min(max(parent, 0), edge))
