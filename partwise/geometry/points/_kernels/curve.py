"""Keys of points along space-filling curves: Morton's and Hilbert's."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["hilbert_keys", "hilbert_keys_by_table", "morton_keys"]

_ONE = np.uint64(1)


@kernel(inline="always")
def _cell(x, low, scale, top):
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


@kernel
def morton_keys(points, lower, scale, bits, keys):
    """Write the interleaved bits of the cells, those of axis 0 first.

    Parameters
    ----------
    points : float64 array of shape (n, d)
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
    dim = np.uint64(d)
    for i in range(n):
        key = np.uint64(0)
        for j in range(d):
            cell = _cell(points[i, j], lower[j], scale, top)
            at = np.uint64(d - 1 - j)
            if d == 2:
                key |= _spread_2(cell) << at
            elif d == 3:
                key |= _spread_3(cell) << at
            else:
                while cell:
                    key |= (cell & _ONE) << at
                    cell >>= _ONE
                    at += dim
        keys[i] = key


@kernel
def hilbert_keys(points, lower, scale, bits, keys):
    """Write the keys along Hilbert's curve in any dimension, by Skilling's transposition.

    The parameters are those of :func:`morton_keys`.
    """
    n, d = points.shape
    top = (_ONE << np.uint64(bits)) - _ONE
    cells = np.empty(d, np.uint64)
    for i in range(n):
        for j in range(d):
            cells[j] = _cell(points[i, j], lower[j], scale, top)
        bit = _ONE << np.uint64(bits - 1)
        while bit > _ONE:
            below = bit - _ONE
            for j in range(d):
                if cells[j] & bit:
                    cells[0] ^= below
                else:
                    swap = (cells[0] ^ cells[j]) & below
                    cells[0] ^= swap
                    cells[j] ^= swap
            bit >>= _ONE
        for j in range(1, d):
            cells[j] ^= cells[j - 1]
        flip = np.uint64(0)
        bit = _ONE << np.uint64(bits - 1)
        while bit > _ONE:
            if cells[d - 1] & bit:
                flip ^= bit - _ONE
            bit >>= _ONE
        key = np.uint64(0)
        for level in range(bits - 1, -1, -1):
            for j in range(d):
                key = (key << _ONE) | (((cells[j] ^ flip) >> np.uint64(level)) & _ONE)
        keys[i] = key


@kernel
def hilbert_keys_by_table(points, lower, scale, bits, table, keys):
    """Write the keys along Hilbert's curve in two or three dimensions: one look-up per level.

    Parameters
    ----------
    table : uint16 array of shape (n_states << d,)
        At ``state << d | cell`` the next state and the digit, ``next << d | digit``; `cell` has one
        bit per axis, that of axis 0 first.

    The other parameters are those of :func:`morton_keys`.
    """
    n, d = points.shape
    top = (_ONE << np.uint64(bits)) - _ONE
    dim = np.uint64(d)
    digit = (_ONE << dim) - _ONE
    for i in range(n):
        x = _cell(points[i, 0], lower[0], scale, top)
        y = _cell(points[i, 1], lower[1], scale, top)
        z = np.uint64(0)
        if d == 3:
            z = _cell(points[i, 2], lower[2], scale, top)
        key = state = np.uint64(0)
        level = np.uint64(bits)
        while level:
            level -= _ONE
            cell = ((x >> level) & _ONE) << _ONE | ((y >> level) & _ONE)
            if d == 3:
                cell = cell << _ONE | ((z >> level) & _ONE)
            entry = np.uint64(table[state << dim | cell])
            key = key << dim | (entry & digit)
            state = entry >> dim
        keys[i] = key
