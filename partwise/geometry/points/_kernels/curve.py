"""Keys of points along Hilbert's curve; those of Morton's are in partwise.kernels.morton."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel
from partwise.kernels.morton import cell_at

__all__ = ["hilbert_keys", "hilbert_keys_by_table"]

_ONE = np.uint64(1)


@kernel
def hilbert_keys(points, lower, scale, bits, keys):
    """Write the keys along Hilbert's curve in any dimension, by Skilling's transposition.

    The parameters are those of :func:`~partwise.kernels.morton.morton_keys`.
    """
    n, d = points.shape
    top = (_ONE << np.uint64(bits)) - _ONE
    cells = np.empty(d, np.uint64)
    for i in range(n):
        for j in range(d):
            cells[j] = cell_at(points[i, j], lower[j], scale, top)
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

    The other parameters are those of :func:`~partwise.kernels.morton.morton_keys`.
    """
    n, d = points.shape
    top = (_ONE << np.uint64(bits)) - _ONE
    dim = np.uint64(d)
    digit = (_ONE << dim) - _ONE
    for i in range(n):
        x = cell_at(points[i, 0], lower[0], scale, top)
        y = cell_at(points[i, 1], lower[1], scale, top)
        z = np.uint64(0)
        if d == 3:
            z = cell_at(points[i, 2], lower[2], scale, top)
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
