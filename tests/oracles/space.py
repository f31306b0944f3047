"""References for trees that cut space: by comparing everything with everything."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np


def nearest(X, place, k):
    """Return (distances, indices) of the k points nearest to a place, by (distance, index)."""
    squares = [sum(float(c) ** 2 for c in row) for row in X - place]
    order = sorted(range(len(X)), key=lambda i: (squares[i], i))[:k]
    return np.sqrt([squares[i] for i in order]), order


def within(X, place, r):
    """Return the points within distance r, ascending."""
    return [i for i, row in enumerate(X - place) if sum(float(c) ** 2 for c in row) <= r * r]


def orthtree_leaves(cells, bits, is_full):
    """Return the set of leaves (level, corner) of the tree that halves every cell that is full.

    Parameters
    ----------
    cells : int ndarray of shape (n, d)
        Cells of the points in the grid of 2^bits a side.
    is_full : callable
        Tells whether a set of points, given by indices, must be divided.
    """
    d = cells.shape[1]
    leaves, todo = set(), [(0, (0,) * d)]
    while todo:
        level, corner = todo.pop()
        own = np.flatnonzero((cells >> (bits - level) == corner).all(axis=1))
        if level < bits and is_full(own):
            todo += children(level, corner)
        else:
            leaves.add((level, corner))
    return leaves


def children(level, corner):
    """Return the cells of half the side that make up a cell."""
    offsets = itertools.product((0, 1), repeat=len(corner))
    return [(level + 1, tuple(2 * c + o for c, o in zip(corner, offset))) for offset in offsets]


def touch(a, b):
    """Tell whether two cells share a side, an edge or a corner."""
    fine = max(a[0], b[0])
    for x, y in zip(a[1], b[1]):
        low, high = x << (fine - a[0]), (x + 1) << (fine - a[0])
        if (y << (fine - b[0])) > high or ((y + 1) << (fine - b[0])) < low:
            return False
    return True


def balance(leaves):
    """Divide leaves that touch one of less than half their side, until there are none."""
    leaves = set(leaves)
    while True:
        large = {a for a in leaves if any(b[0] > a[0] + 1 and touch(a, b) for b in leaves)}
        if not large:
            return leaves
        leaves -= large
        leaves.update(child for a in large for child in children(*a))


def even_odd(rings, places):
    """Tell whether places, on no edge, lie in an odd number of rings."""
    inside = np.zeros(len(places), bool)
    for ring in rings:
        ring = np.asarray(ring, dtype=float)
        for (px, py), (qx, qy) in zip(ring, np.roll(ring, -1, axis=0)):
            if py == qy:
                continue
            x, y = places.T
            spans = (py > y) != (qy > y)
            inside ^= spans & (x < px + (y - py) / (qy - py) * (qx - px))
    return inside


def normal_of(piece):
    """Return a vector across a segment or a convex polygon."""
    if piece.shape[1] == 2:
        (ax, ay), (bx, by) = piece
        return np.array([by - ay, ax - bx])
    a = piece - piece[0]
    return sum(np.cross(a[i], a[i + 1]) for i in range(1, len(a) - 1))


def lengths_to(piece, origins, ways):
    """Return in units of `ways` how far rays go until they meet a piece, infinity if they miss."""
    normal = normal_of(piece)
    with np.errstate(all="ignore"):
        t = (piece[0] - origins) @ normal / (ways @ normal)
        x = origins + t[:, None] * ways
    if piece.shape[1] == 2:
        along = piece[1] - piece[0]
        share = (x - piece[0]) @ along / (along @ along)
        covered = (share >= 0) & (share <= 1)
    else:
        sides = [np.cross(b - a, x - a) @ normal for a, b in zip(piece, np.roll(piece, -1, axis=0))]
        covered = (np.array(sides) >= 0).all(axis=0)
    return np.where(covered & np.isfinite(t) & (t >= 0), t, np.inf)


def places_in(piece, count, rng):
    """Return places in the interior of a segment or convex polygon."""
    shares = rng.dirichlet(np.ones(len(piece)), count)
    return (0.98 * shares + 0.02 / len(piece)) @ piece


def cells_in_box(normals, offsets, low, high):
    """Count the cells of a general arrangement of whole numbers that meet an open box.

    Every flat of the arrangement, the box itself included, that meets the box adds one.
    """
    d = len(low)
    normals = [[Fraction(int(c)) for c in row] for row in normals]
    offsets = [Fraction(int(c)) for c in offsets]
    total = 0
    for size in range(d + 1):
        for chosen in itertools.combinations(range(len(offsets)), size):
            total += _meets([normals[i] for i in chosen], [offsets[i] for i in chosen], low, high)
    return total


def _meets(rows, constants, low, high):
    """Tell whether a flat meets the interior of a box: by vertices of their closed intersection."""
    d, free = len(low), len(low) - len(rows)
    vertices = []
    for axes in itertools.combinations(range(d), free):
        for ends in itertools.product((0, 1), repeat=free):
            A = [list(row) for row in rows]
            b = list(constants)
            for axis, end in zip(axes, ends):
                A.append([Fraction(int(c == axis)) for c in range(d)])
                b.append(Fraction((low, high)[end][axis]))
            x = _solve(A, b)
            if x is not None and all(lo <= c <= hi for lo, c, hi in zip(low, x, high)):
                vertices.append(x)
    if not vertices:
        return False
    middle = [sum(column) / len(vertices) for column in zip(*vertices)]
    return all(lo < c < hi for lo, c, hi in zip(low, middle, high))


def _solve(A, b):
    """Solve a system of fractions, None if it is singular."""
    n = len(b)
    rows = [[*row, value] for row, value in zip(A, b)]
    for i in range(n):
        at = next((r for r in range(i, n) if rows[r][i]), None)
        if at is None:
            return None
        rows[i], rows[at] = rows[at], rows[i]
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for r in range(n):
            if r != i and rows[r][i]:
                rows[r] = [x - rows[r][i] * y for x, y in zip(rows[r], rows[i])]
    return [row[-1] for row in rows]
