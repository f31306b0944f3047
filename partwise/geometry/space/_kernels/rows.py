"""Rows put on the two sides of the one that sorting would put at a given place.

Rows are ordered by one coordinate and, where that is equal, by their index in the input: a total
order, so that the two sides are determined by the points alone.
"""

from __future__ import annotations

import math

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["select", "spread"]

_PLAIN = 600  # rows up to which a pivot is taken as it comes


@kernel
def _swap(P, perm, i, j):
    for c in range(P.shape[1]):
        P[i, c], P[j, c] = P[j, c], P[i, c]
    perm[i], perm[j] = perm[j], perm[i]


@kernel
def select(P, perm, first, last, place, axis):
    """Reorder rows first to last - 1 so that row `place` is where sorting would put it.

    Rows before it precede it in the order of (coordinate, index), rows behind it follow.

    Parameters
    ----------
    P : float64 ndarray of shape (n, d)
        Points, reordered.
    perm : int32 ndarray of shape (n,)
        Their indices, reordered alike.
    first, last, place : int
        ``first <= place < last``.
    axis : int
        The coordinate.

    Notes
    -----
    R. W. Floyd, R. L. Rivest, "Expected time bounds for selection", CACM 18(3), 1975,
    doi:10.1145/360680.360691, with their recursion on samples as a short stack: 1.5 comparisons a
    row on average where `place` is the middle.
    """
    left, right = np.empty(64, np.int64), np.empty(64, np.int64)
    sampled = np.zeros(64, np.bool_)
    left[0], right[0] = first, last - 1
    top = 0
    while top >= 0:
        lo, hi = left[top], right[top]
        if hi <= lo:
            top -= 1
            continue
        if hi - lo > _PLAIN and not sampled[top]:
            # first among some rows around the place, so that the pivot is close to it
            size = float(hi - lo + 1)
            z = math.log(size)
            s = 0.5 * math.exp(2.0 * z / 3.0)
            sign = -1.0 if 2.0 * (place - lo) < size else 1.0
            margin = 0.5 * math.sqrt(z * s * (size - s) / size) * sign
            share = s / size
            sampled[top] = True
            top += 1
            left[top] = max(lo, np.int64(place - (place - lo + 1) * share + margin))
            right[top] = min(hi, np.int64(place + (hi - place) * share + margin))
            left[top] = min(left[top], place)
            right[top] = max(right[top], place)
            sampled[top] = False
            continue
        sampled[top] = False
        pivot, name = P[place, axis], perm[place]
        i, j = lo, hi
        _swap(P, perm, lo, place)
        value = P[hi, axis]
        if value > pivot or (value == pivot and perm[hi] > name):
            _swap(P, perm, lo, hi)
        while i < j:
            _swap(P, perm, i, j)
            i += 1
            j -= 1
            while P[i, axis] < pivot or (P[i, axis] == pivot and perm[i] < name):
                i += 1
            while P[j, axis] > pivot or (P[j, axis] == pivot and perm[j] > name):
                j -= 1
        if perm[lo] == name:
            _swap(P, perm, lo, j)
        else:
            j += 1
            _swap(P, perm, j, hi)
        if j <= place:
            left[top] = j + 1
        if place <= j:
            right[top] = j - 1


@kernel
def spread(P, first, last):
    """Return (the axis in which the rows are spread most, that spread); ties: the lowest axis."""
    best, width = 0, -1.0
    for axis in range(P.shape[1]):
        low = high = P[first, axis]
        for i in range(first + 1, last):
            value = P[i, axis]
            if value < low:
                low = value
            if value > high:
                high = value
        if high - low > width:
            best, width = axis, high - low
    return best, width
