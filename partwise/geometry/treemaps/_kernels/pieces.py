"""Rectangles that may lack two opposite corners: how they are cut, and their polygons.

A piece is eight numbers (ax, ay, bx, by, nx, ny, fx, fy). It is the rectangle with the opposite
corners a and b, in any direction, without the rectangle from a to n and without the one from f to
b. Where nothing is lacking, n is a or f is b. A rectangle is a and b alone; a is the corner that
the algorithm has in view, so that no case depends on directions.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["cut", "fill_polygons", "point_pieces", "put_piece", "ratio_of"]


@kernel
def cut(a, b, fraction, least):
    """Return the coordinate that has `fraction` of the way from `a` to `b` behind it.

    If the smaller part would be shorter than `least`, it gets nothing: a cut there would be lost
    among the roundings of float64.
    """
    at = a + (b - a) * fraction
    if fraction < 0.5:
        if abs(at - a) < least:
            return a
    elif abs(b - at) < least:
        return b
    return at


@kernel
def ratio_of(ax, ay, bx, by):
    """Return long over short side of a rectangle."""
    wide, high = abs(bx - ax), abs(by - ay)
    return max(wide, high) / min(wide, high)


@kernel
def put_piece(piece, ax, ay, bx, by, nx, ny, fx, fy):
    """Fill a piece; return how many corners it lacks."""
    piece[0], piece[1], piece[2], piece[3] = ax, ay, bx, by
    piece[4], piece[5], piece[6], piece[7] = nx, ny, fx, fy
    return int(nx != ax) + int(fx != bx)


@kernel
def point_pieces(lacking, indptr):
    """Fill the pointers of the polygons of pieces: none for -1 lacking corners, else 4, 6 or 8."""
    indptr[0] = 0
    for i in range(len(lacking)):
        indptr[i + 1] = indptr[i] + (4 + 2 * lacking[i] if lacking[i] >= 0 else 0)


@kernel
def fill_polygons(pieces, indptr, xy):
    """Fill the vertices of all pieces, counterclockwise."""
    ring = np.empty((8, 2))
    for i in range(len(pieces)):
        begin, size = indptr[i], indptr[i + 1] - indptr[i]
        if size == 0:
            continue
        ax, ay, bx, by = pieces[i, 0], pieces[i, 1], pieces[i, 2], pieces[i, 3]
        nx, ny, fx, fy = pieces[i, 4], pieces[i, 5], pieces[i, 6], pieces[i, 7]
        k = 0
        if nx == ax:
            ring[k] = ax, ay
            k += 1
        else:
            ring[k] = ax, ny
            ring[k + 1] = nx, ny
            ring[k + 2] = nx, ay
            k += 3
        ring[k] = bx, ay
        k += 1
        if fx == bx:
            ring[k] = bx, by
            k += 1
        else:
            ring[k] = bx, fy
            ring[k + 1] = fx, fy
            ring[k + 2] = fx, by
            k += 3
        ring[k] = ax, by
        backwards = (bx > ax) != (by > ay)
        for v in range(size):
            w = size - 1 - v if backwards else v
            xy[begin + v, 0], xy[begin + v, 1] = ring[w, 0], ring[w, 1]
