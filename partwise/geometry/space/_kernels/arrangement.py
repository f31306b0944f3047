"""Cells of hyperplane arrangements by the sides of points, 64 hyperplanes a word."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below

__all__ = ["adjacent_cells", "separate", "sides_of_points"]

_ONE = np.uint64(1)


@kernel
def sides_of_points(X, normals, offsets, words):
    """Set bit j of a point's words if it is in front of hyperplane j; `words` is zero before.

    Sums run as in :func:`~partwise.geometry.space._kernels.bsp_pieces.height`, so that both agree.
    """
    for i in range(X.shape[0]):
        for j in range(normals.shape[0]):
            total = 0.0
            for c in range(X.shape[1]):
                total += normals[j, c] * X[i, c]
            if total - offsets[j] > 0.0:
                words[i, j >> 6] |= _ONE << np.uint64(j & 63)


@kernel
def _find(words, row):
    """Return where `row` is among rows in ascending order, the last word counting most, or -1."""
    lo, hi = 0, words.shape[0]
    while lo < hi:
        middle = (lo + hi) // 2
        order = 0
        for w in range(row.size - 1, -1, -1):
            if words[middle, w] != row[w]:
                order = -1 if words[middle, w] < row[w] else 1
                break
        if order == 0:
            return middle
        if order < 0:
            lo = middle + 1
        else:
            hi = middle
    return -1


@kernel
def adjacent_cells(words, n_planes, pairs, across):
    """Write the pairs of cells that differ in one hyperplane, if there is room; return how many.

    Parameters
    ----------
    words : uint64 ndarray of shape (n_cells, n_words)
        Different rows, in ascending order, the last word counting most.
    n_planes : int
    pairs : int32 ndarray of shape (room, 2)
    across : int32 ndarray of shape (room,)
        Receives the hyperplane.
    """
    other = np.empty(words.shape[1], np.uint64)
    count = 0
    for cell in range(words.shape[0]):
        other[:] = words[cell]
        for j in range(n_planes):
            bit = _ONE << np.uint64(j & 63)
            if other[j >> 6] & bit:
                continue
            other[j >> 6] |= bit
            at = _find(words, other)
            other[j >> 6] ^= bit
            if at >= 0:
                if count < across.size:
                    pairs[count, 0], pairs[count, 1], across[count] = cell, at, j
                count += 1
    return count


@kernel
def separate(words, n_planes, n_candidates, state, plane, children):
    """Build the tree of hyperplanes that tells all cells apart.

    Of the hyperplanes tried at a node the one counts that cuts most evenly; if none of those drawn
    has cells on both sides, the first one in which the first two cells differ is taken.

    Parameters
    ----------
    words : uint64 ndarray of shape (n_cells, n_words)
        Different rows.
    n_planes, n_candidates : int
    state : uint64 ndarray of shape (1,)
    plane : int32 ndarray of shape (n_cells - 1,)
    children : int32 ndarray of shape (n_cells - 1, 2)
        Receive the nodes; ``-1 - cell`` for the leaf of a cell.
    """
    n = words.shape[0]
    cells = np.arange(n)
    stack = np.empty((n + 1, 4), np.int64)
    stack[0, 0], stack[0, 1], stack[0, 2], stack[0, 3] = -1, 0, 0, n
    top, n_nodes = 1, 0
    while top > 0:
        top -= 1
        parent, side, lo, hi = stack[top]
        if hi - lo == 1:
            if parent >= 0:
                children[parent, side] = -1 - cells[lo]
            continue
        best, least = -1, hi - lo
        for t in range(min(n_planes, n_candidates)):
            j = t if n_planes <= n_candidates else next_below(state, n_planes)
            front = 0
            for i in range(lo, hi):
                front += np.int64((words[cells[i], j >> 6] >> np.uint64(j & 63)) & _ONE)
            if abs(2 * front - (hi - lo)) < least:
                best, least = j, abs(2 * front - (hi - lo))
        if best < 0:
            best = 0
            while (
                (words[cells[lo], best >> 6] ^ words[cells[lo + 1], best >> 6])
                >> np.uint64(best & 63)
            ) & _ONE == np.uint64(0):
                best += 1
        node = n_nodes
        n_nodes += 1
        plane[node] = best
        if parent >= 0:
            children[parent, side] = node
        i, j = lo, hi
        while i < j:
            if (words[cells[i], best >> 6] >> np.uint64(best & 63)) & _ONE:
                j -= 1
                cells[i], cells[j] = cells[j], cells[i]
            else:
                i += 1
        stack[top] = node, 1, i, hi
        stack[top + 1] = node, 0, lo, i
        top += 2
