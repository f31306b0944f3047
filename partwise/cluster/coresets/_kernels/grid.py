"""Cells of grids that grow coarser with the distance from a centre, and means of cells."""

from __future__ import annotations

import math

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["movement", "snap"]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S27, _S30, _S31 = np.uint64(27), np.uint64(30), np.uint64(31)


@kernel
def _mix(z):
    z = (z ^ (z >> _S30)) * _MIX_1
    z = (z ^ (z >> _S27)) * _MIX_2
    return z ^ (z >> _S31)


@kernel
def _cell_of(X, p, centre, ratio, unit, out):
    """Write the cell of point p to `out`: the number of its ring, then a lattice point.

    `ratio` is the distance from the centre divided by the radius of the innermost ring.
    """
    ring = np.int64(0)
    if ratio > 1.0:
        mantissa, exponent = math.frexp(ratio)
        ring = np.int64(exponent) - (1 if mantissa == 0.5 else 0)
    side = math.ldexp(unit, int(ring))
    out[0] = ring
    for i in range(X.shape[1]):
        out[i + 1] = np.int64(math.floor((X[p, i] - centre[i]) / side))


@kernel
def snap(X, weights, centres, label, d2, radius, share, group):
    """Group points by the cell they lie in: (weights, means) of the groups.

    Ring j >= 1 of a centre holds its points at a distance in (2^(j-1), 2^j] times `radius`, ring 0
    those within `radius`. The cells of ring j are cubes of side ``share * 2^j * radius``.

    Parameters
    ----------
    X : float64 ndarray of shape (n, d)
    weights : float64 ndarray of shape (n,)
    centres : float64 ndarray of shape (c, d)
    label : uint32 ndarray of shape (n,)
        The centre of every point.
    d2 : float64 ndarray of shape (n,)
        Squared distance to it.
    group : uint32 ndarray of shape (n,)
        Receives the group of every point; groups are numbered as they first appear.

    Notes
    -----
    One pass over an open-addressing table that compares cells, not only their hashes: O(n d).
    """
    n, d = X.shape
    bits = 4
    while (1 << bits) < 2 * n:
        bits += 1
    mask = np.uint64((1 << bits) - 1)
    table = np.full(1 << bits, -1, np.int64)
    member = np.empty(n, np.int64)  # the first point of a group
    total = np.empty(n)
    moment = np.empty((n, d))  # relative to the centre, so that little is lost to rounding
    mine = np.empty(d + 1, np.int64)
    other = np.empty(d + 1, np.int64)
    unit = share * radius
    count = 0
    for p in range(n):
        centre = centres[label[p]]
        _cell_of(X, p, centre, math.sqrt(d2[p]) / radius, unit, mine)
        h = _mix(np.uint64(label[p]) + _GOLDEN)
        for i in range(d + 1):
            h = _mix(h + np.uint64(mine[i]) * _GOLDEN)
        slot = h & mask
        g = np.int64(-1)
        while True:
            g = table[slot]
            if g < 0:
                break
            q = member[g]
            if label[q] == label[p]:
                _cell_of(X, q, centre, math.sqrt(d2[q]) / radius, unit, other)
                same = True
                for i in range(d + 1):
                    same = same and mine[i] == other[i]
                if same:
                    break
            slot = (slot + np.uint64(1)) & mask
        if g < 0:
            g = count
            count += 1
            table[slot] = g
            member[g] = p
            total[g] = 0.0
            moment[g] = 0.0
        group[p] = np.uint32(g)
        total[g] += weights[p]
        for i in range(d):
            moment[g, i] += weights[p] * (X[p, i] - centre[i])
    means = np.empty((count, d))
    for g in range(count):
        centre = centres[label[member[g]]]
        for i in range(d):
            means[g, i] = centre[i] + moment[g, i] / total[g]
    return total[:count].copy(), means


@kernel
def movement(X, weights, group, means):
    """Return the summed weighted distance of the points from the means of their groups."""
    n, d = X.shape
    total = 0.0
    for p in range(n):
        s = 0.0
        for i in range(d):
            t = X[p, i] - means[group[p], i]
            s += t * t
        total += weights[p] * math.sqrt(s)
    return total
