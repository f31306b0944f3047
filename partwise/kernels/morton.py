"""Morton keys: the bits of the coordinates of a cell, interleaved.

The highest bits of all coordinates come first, and among bits of equal weight that of axis 0. A
cube of ``2^s`` cells a side is then a run of ``2^(d s)`` keys that starts at a multiple of that.

References
----------
G. M. Morton, "A computer oriented geodetic data base and a new technique in file sequencing", IBM,
1966.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["cell_at", "join_bits", "morton_keys", "part_bits"]

_ONE = np.uint64(1)


@kernel(inline="always")
def cell_at(x, low, scale, top):
    """Return the number of the cell that x lies in; beyond the ends that of the outermost one."""
    t = (x - low) * scale
    if not t > 0.0:
        return np.uint64(0)
    return np.uint64(np.int64(t)) if t < np.float64(top) else top


@kernel(inline="always")
def _spread_2(x):
    """Put the lower 31 bits of x two places apart."""
    x = (x | x << np.uint64(16)) & np.uint64(0x0000FFFF0000FFFF)
    x = (x | x << np.uint64(8)) & np.uint64(0x00FF00FF00FF00FF)
    x = (x | x << np.uint64(4)) & np.uint64(0x0F0F0F0F0F0F0F0F)
    x = (x | x << np.uint64(2)) & np.uint64(0x3333333333333333)
    return (x | x << np.uint64(1)) & np.uint64(0x5555555555555555)


@kernel(inline="always")
def _spread_3(x):
    """Put the lower 21 bits of x three places apart."""
    x = (x | x << np.uint64(32)) & np.uint64(0x001F00000000FFFF)
    x = (x | x << np.uint64(16)) & np.uint64(0x001F0000FF0000FF)
    x = (x | x << np.uint64(8)) & np.uint64(0x100F00F00F00F00F)
    x = (x | x << np.uint64(4)) & np.uint64(0x10C30C30C30C30C3)
    return (x | x << np.uint64(2)) & np.uint64(0x1249249249249249)


@kernel(inline="always")
def _shifted(cell, j, d):
    """Return the bits of coordinate `j` of a cell, at their places in the key."""
    at = np.uint64(d - 1 - j)
    if d == 2:
        return _spread_2(cell) << at
    if d == 3:
        return _spread_3(cell) << at
    bits = np.uint64(0)
    while cell:
        bits |= (cell & _ONE) << at
        cell >>= _ONE
        at += np.uint64(d)
    return bits


@kernel
def morton_keys(points, lower, scale, bits, keys):
    """Write the keys of the cells that points lie in.

    Parameters
    ----------
    points : float64 array of shape (n, d)
        Those outside of the cube belong to its outermost cells.
    lower : float64 array of shape (d,)
        Lowest corner of the cube.
    scale : float
        Cells per unit of length.
    bits : int
        Bits per axis, at most 63 // d.
    keys : uint64 array of shape (n,)
        The result.
    """
    n, d = points.shape
    top = (_ONE << np.uint64(bits)) - _ONE
    for i in range(n):
        key = np.uint64(0)
        for j in range(d):
            key |= _shifted(cell_at(points[i, j], lower[j], scale, top), j, d)
        keys[i] = key


@kernel
def join_bits(cells, keys):
    """Write the keys of cells, uint32 of shape (n, d), of at most 63 // d bits each, as uint64."""
    n, d = cells.shape
    for i in range(n):
        key = np.uint64(0)
        for j in range(d):
            key |= _shifted(np.uint64(cells[i, j]), j, d)
        keys[i] = key


@kernel
def part_bits(keys, bits, cells):
    """Write the cells of keys: the inverse of :func:`join_bits`."""
    d = cells.shape[1]
    for i in range(keys.size):
        key = keys[i]
        for j in range(d):
            x = np.uint64(0)
            for b in range(bits):
                x |= ((key >> np.uint64(b * d + d - 1 - j)) & _ONE) << np.uint64(b)
            cells[i, j] = np.uint32(x)
