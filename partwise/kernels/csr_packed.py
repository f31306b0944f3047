"""Sorting the arcs of an edge list in buckets, as 32-bit keys.

A step of :mod:`partwise.kernels.csr`, for arcs without weights. A bucket has few rows, so the row
within it and the neighbour often fit 32 bits together. Equal keys are equal arcs, so that any
sorting of the keys gives the same result; a radix sort of three digits, one of them the row, takes
few passes over a bucket, and its counts are the lengths of the rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import prange

from partwise.kernels.csr_wide import NO_REPEAT
from partwise.kernels.jit import kernel
from partwise.kernels.parallel import LAUNCH

if TYPE_CHECKING:
    from partwise.kernels.csr import Buckets

__all__ = ["KEY_BITS", "MAX_EDGES", "fill_rows"]

KEY_BITS = 32
"""Bits for a row within its bucket and for a neighbour."""

MAX_EDGES = 2**31 - 1
"""Both arcs of so many edges can be counted in 32 bits."""


@kernel
def _scatter_chunk(src, dst, lo, hi, symmetrize, shift, n_bits, cursor, keys):
    """Write the arcs of edges ``lo:hi`` at the cursors of their buckets."""
    # Unsigned indices spare the compiled loop the test for negative ones.
    one, shift, n_bits = np.uint64(1), np.uint64(shift), np.uint64(n_bits)
    within = (one << shift) - one
    for e in range(lo, hi):
        u, v = np.uint64(src[e]), np.uint64(dst[e])
        at = np.uint64(cursor[u >> shift])
        cursor[u >> shift] = at + one
        keys[at] = ((u & within) << n_bits) | v
        if symmetrize and u != v:
            at = np.uint64(cursor[v >> shift])
            cursor[v >> shift] = at + one
            keys[at] = ((v & within) << n_bits) | u


@kernel
def _sort_digit(keys, out, shift, count):
    """Write the keys to `out`, sorted stably by the digit from bit `shift` on.

    ``count`` holds how often each value of the digit occurs, and is used up.
    """
    shift, mask = np.uint64(shift), np.uint64(len(count) - 1)
    total = np.uint32(0)
    for d in range(len(count)):
        here = count[d]
        count[d] = total
        total += here
    for i in range(len(keys)):
        digit = (np.uint64(keys[i]) >> shift) & mask
        at = count[digit]
        count[digit] = at + np.uint32(1)
        out[np.uint64(at)] = keys[i]


@kernel
def _sort_bucket(keys, out, row0, row1, shift, n_bits, row_counts):
    """Sort the arcs of the rows ``row0:row1``, at most ``1 << shift``, and drop repetitions.

    The neighbours replace the keys: they are written to ``out``, the same memory. The lengths of
    the rows go to ``row_counts``. Returns the smallest arc that occurred twice, row in the upper
    half, or ``NO_REPEAT``.
    """
    n_low = (n_bits + 1) // 2
    one, low_shift, row_shift = np.uint32(1), np.uint64(n_low), np.uint64(n_bits)
    low = np.zeros(1 << n_low, np.uint32)
    high = np.zeros(1 << (n_bits - n_low), np.uint32)
    rows = np.zeros(1 << shift, np.uint32)
    low_mask, high_mask = np.uint64(len(low) - 1), np.uint64(len(high) - 1)
    for i in range(len(keys)):
        key = np.uint64(keys[i])
        low[key & low_mask] += one
        high[(key >> low_shift) & high_mask] += one
        rows[key >> row_shift] += one
    for r in range(row1 - row0):
        row_counts[row0 + r] = rows[r]

    spare = np.empty_like(keys)
    _sort_digit(keys, spare, 0, low)
    _sort_digit(spare, keys, n_low, high)
    _sort_digit(keys, spare, n_bits, rows)

    repeated = NO_REPEAT
    neighbour_mask = (np.uint64(1) << row_shift) - np.uint64(1)
    put = np.uint64(0)
    previous = ~spare[0] if len(spare) else one  # differs from the first key
    for key in spare:
        # Written in any case, overwritten by the next one after a repetition.
        out[put] = np.int32(np.uint64(key) & neighbour_mask)
        if key != previous:
            put += np.uint64(1)
        else:
            row = np.uint64(row0) + (np.uint64(key) >> row_shift)
            row_counts[row] -= 1
            repeated = min(repeated, (row << np.uint64(32)) | (np.uint64(key) & neighbour_mask))
        previous = key
    return repeated


@kernel(parallel=True)
def _scatter_parallel(src, dst, bounds, symmetrize, shift, n_bits, cursor, keys):
    for c in prange(len(bounds) - 1):
        lo, hi = bounds[c], bounds[c + 1]
        _scatter_chunk(src, dst, lo, hi, symmetrize, shift, n_bits, cursor[c], keys)


@kernel(parallel=True)
def _sort_parallel(keys, out, starts, rows, order, shift, n_bits, row_counts, repeated):
    for i in prange(len(order)):
        b = order[i]
        lo, hi = starts[b], starts[b + 1]
        repeated[b] = _sort_bucket(
            keys[lo:hi], out[lo:hi], rows[b], rows[b + 1], shift, n_bits, row_counts
        )


def fill_rows(
    src: np.ndarray,
    dst: np.ndarray,
    symmetrize: bool,
    buckets: Buckets,
    n_bits: int,
    row_counts: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Sort the arcs of every bucket and drop repetitions.

    Parameters
    ----------
    src, dst : ndarray of shape (m,), int32
        At most ``MAX_EDGES`` edges.
    symmetrize : bool
    buckets : Buckets
        Its cursors are used up.
    n_bits : int
        Of a row number; ``buckets.shift + n_bits <= KEY_BITS``.
    row_counts : ndarray of shape (n,), int64
        Receives the lengths of the rows.

    Returns
    -------
    neighbours : ndarray of shape (n_arcs,), int32
        Those of bucket ``b`` lie from ``starts[b]`` on.
    repeated : ndarray of shape (n_buckets,), uint64
        The smallest repeated arc of each bucket, row in the upper half, or ``NO_REPEAT``.
    """
    out = np.empty(int(buckets.starts[-1]), np.int32)
    keys = out.view(np.uint32)
    bounds, cursor, shift = buckets.bounds, buckets.cursor, buckets.shift
    repeated = np.empty(len(buckets.order), np.uint64)
    if buckets.serial:
        _scatter_chunk(src, dst, 0, len(src), symmetrize, shift, n_bits, cursor[0], keys)
        repeated[0] = _sort_bucket(keys, out, 0, len(row_counts), shift, n_bits, row_counts)
    else:
        with LAUNCH:
            _scatter_parallel(src, dst, bounds, symmetrize, shift, n_bits, cursor, keys)
            _sort_parallel(
                keys, out, buckets.starts, buckets.rows, buckets.order, shift, n_bits,
                row_counts, repeated,
            )  # fmt: skip
    return out, repeated
