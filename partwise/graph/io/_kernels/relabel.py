"""Node ids to row numbers: by a table over their range, or by hashing if they are sparse."""

from __future__ import annotations

import numpy as np
from numba import prange

from partwise.kernels.jit import kernel

__all__ = ["apply_ranks", "build_table", "distinct_ids", "look_up", "mark_ids"]

_EMPTY = np.int64(-(2**63))  # never an id
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_PIECE = 1 << 20


@kernel
def _mark_piece(src, dst, lo, hi, base, seen):
    for e in range(lo, hi):
        seen[src[e] - base] = 1
        seen[dst[e] - base] = 1


@kernel(parallel=True)
def mark_ids(src, dst, base, seen):
    """Set ``seen[id - base]`` for every id. Threads may write the same byte: the same value."""
    m = len(src)
    for c in prange((m + _PIECE - 1) // _PIECE):
        _mark_piece(src, dst, c * _PIECE, min(m, (c + 1) * _PIECE), base, seen)


@kernel
def _rank_piece(ids, lo, hi, base, ranks, out):
    for e in range(lo, hi):
        out[e] = ranks[ids[e] - base]


@kernel(parallel=True)
def apply_ranks(ids, base, ranks, out):
    """Write ``ranks[id - base]`` of every id to ``out``, which may be ``ids`` itself."""
    m = len(ids)
    for c in prange((m + _PIECE - 1) // _PIECE):
        _rank_piece(ids, c * _PIECE, min(m, (c + 1) * _PIECE), base, ranks, out)


@kernel
def _slot(table, x):
    """Return where `x` is in an open-addressing table, or would be put."""
    mask = np.uint64(len(table) - 1)
    at = ((np.uint64(x) * _GOLDEN) >> np.uint64(20)) & mask
    while table[at] != x and table[at] != _EMPTY:
        at = (at + np.uint64(1)) & mask
    return at


@kernel
def distinct_ids(src, dst, part, bits):
    """Return the distinct ids whose hash starts with the `bits` bits `part`, in no order."""
    table = np.full(1 << 12, _EMPTY)
    n = 0
    for which in range(2):
        ids = src if which == 0 else dst
        for e in range(len(ids)):
            x = np.int64(ids[e])
            if np.int64((np.uint64(x) * _GOLDEN) >> np.uint64(64 - bits)) != part:
                continue
            at = _slot(table, x)
            if table[at] == _EMPTY:
                table[at] = x
                n += 1
                if 2 * n > len(table):
                    old = table
                    table = np.full(2 * len(old), _EMPTY)
                    for y in old:
                        if y != _EMPTY:
                            table[_slot(table, y)] = y
    return table[table != _EMPTY]


@kernel
def build_table(ids):
    """Return a hash table of distinct ids, and the position in ``ids`` for every slot."""
    size = 2
    while size < 2 * len(ids):
        size *= 2
    table, ranks = np.full(size, _EMPTY), np.empty(size, np.int32)
    for i in range(len(ids)):
        at = _slot(table, ids[i])
        table[at] = ids[i]
        ranks[at] = i
    return table, ranks


@kernel
def _look_up_piece(ids, lo, hi, table, ranks, out):
    for e in range(lo, hi):
        out[e] = ranks[_slot(table, np.int64(ids[e]))]


@kernel(parallel=True)
def look_up(ids, table, ranks, out):
    """Write the rank of every id, all of which are in the table, to ``out``."""
    m = len(ids)
    for c in prange((m + _PIECE - 1) // _PIECE):
        _look_up_piece(ids, c * _PIECE, min(m, (c + 1) * _PIECE), table, ranks, out)
