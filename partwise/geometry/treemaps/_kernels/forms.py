"""Whether polygons have the form that their method promises."""

from __future__ import annotations

import math

from partwise.kernels.jit import kernel

__all__ = ["first_concave", "first_dented"]


@kernel
def first_concave(indptr, xy, lines, angle, scale):
    """Return the first polygon that is not convex by its lines and its coordinates, or -1.

    By lines: the directions of the edges ascend around the polygon and make one full turn. Only
    which way an edge runs along its line is taken from coordinates. By coordinates: no turn to the
    right by more than rounding.

    Parameters
    ----------
    indptr : int64 array of shape (m + 1,)
    xy : float64 array of shape (indptr[-1], 2)
    lines : int32 array of shape (indptr[-1],)
    angle : float64 array
        Direction of every line.
    scale : float
        Size of the picture.
    """
    for i in range(len(indptr) - 1):
        begin, end = indptr[i], indptr[i + 1]
        k = end - begin
        if k == 0:
            continue
        turned = 0.0
        before = 0.0
        for j in range(k + 1):
            at, to, past = begin + j % k, begin + (j + 1) % k, begin + (j + 2) % k
            ex, ey = xy[to, 0] - xy[at, 0], xy[to, 1] - xy[at, 1]
            theta = angle[lines[at]]
            if ex * math.cos(theta) + ey * math.sin(theta) < 0.0:
                theta += math.pi
            if j > 0:
                step = (theta - before) % (2.0 * math.pi)
                if not 0.0 < step < math.pi:
                    return i
                turned += step
            before = theta
            fx, fy = xy[past, 0] - xy[to, 0], xy[past, 1] - xy[to, 1]
            if ex * fy - ey * fx < -1e-12 * scale * scale:
                return i
        if k < 3 or abs(turned - 2.0 * math.pi) > 1e-6:
            return i
    return -1


@kernel
def first_dented(indptr, xy):
    """Return the first rectilinear polygon that is not orthoconvex, or -1.

    A simple rectilinear polygon meets every axis-parallel line in one interval if and only if no
    edge has a turn to the right at both ends. Edges that go on straight count as one.
    """
    for i in range(len(indptr) - 1):
        begin, end = indptr[i], indptr[i + 1]
        k = end - begin
        if k == 0:
            continue
        right_turns = 0  # in a row
        longest = 0
        turns = 0
        for j in range(2 * k):
            at, to, past = begin + j % k, begin + (j + 1) % k, begin + (j + 2) % k
            ex, ey = xy[to, 0] - xy[at, 0], xy[to, 1] - xy[at, 1]
            fx, fy = xy[past, 0] - xy[to, 0], xy[past, 1] - xy[to, 1]
            if (ex != 0.0 and ey != 0.0) or (ex == 0.0 and ey == 0.0):
                return i
            # Signs only: products of tiny edges underflow.
            turn = _sign(ex) * _sign(fy) - _sign(ey) * _sign(fx)
            if turn < 0:
                right_turns += 1
                longest = max(longest, right_turns)
            elif turn > 0:
                right_turns = 0
            if j < k:
                turns += turn
        if turns != 4 or longest > 1:
            return i
    return -1


@kernel
def _sign(value):
    """Return -1, 0 or 1."""
    return (value > 0.0) * 1 - (value < 0.0) * 1
