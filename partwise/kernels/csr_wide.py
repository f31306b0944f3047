"""Sorting the arcs of an edge list in buckets, as 64-bit keys with or without weights.

A step of :mod:`partwise.kernels.csr`. A key is the row in its upper half and the neighbour in its
lower half; the weights of the arcs move with the keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import prange

from partwise.kernels.jit import kernel
from partwise.kernels.parallel import LAUNCH

if TYPE_CHECKING:
    from partwise.kernels.csr import Buckets

__all__ = ["DUPLICATES", "NO_REPEAT", "fill_rows"]

DUPLICATES = {"sum": 0, "first": 1, "max": 2, "min": 3, "error": 4}
"""Codes of what happens to the weights of an edge that is given more than once."""

FIRST, MAX, MIN, ERROR = 1, 2, 3, 4
NO_REPEAT = np.uint64(2**64 - 1)
"""Instead of the key of a repeated edge, row in the upper half, if there is none."""

_RANK_SORT = 48  # rows up to this length are sorted by counting smaller neighbours


@kernel
def _scatter_chunk(src, dst, weights, lo, hi, symmetrize, shift, cursor, keys, values):
    """Write the arcs of edges ``lo:hi`` at the cursors of their buckets."""
    # Unsigned indices spare the compiled loop the test for negative ones.
    one, half, shift = np.uint64(1), np.uint64(32), np.uint64(shift)
    for e in range(lo, hi):
        u, v = np.uint64(src[e]), np.uint64(dst[e])
        at = np.uint64(cursor[u >> shift])
        cursor[u >> shift] = at + one
        keys[at] = (u << half) | v
        if weights is not None:
            values[at] = weights[e]
        if symmetrize and u != v:
            at = np.uint64(cursor[v >> shift])
            cursor[v >> shift] = at + one
            keys[at] = (v << half) | u
            if weights is not None:
                values[at] = weights[e]


@kernel
def _combine(old, new, code):
    if code == 0:
        return old + new
    if code == MAX:
        return max(old, new)
    if code == MIN:
        return min(old, new)
    return old


@kernel
def _radix_sort(ids, values, spare_ids, spare_values, n_bits):
    """Sort ``ids`` (and ``values`` with them) stably, 8 bits at a time."""
    n = len(ids)
    count = np.empty(257, np.int64)
    shift = 0
    while shift < n_bits:
        count[:] = 0
        for i in range(n):
            count[((ids[i] >> shift) & 255) + 1] += 1
        for d in range(256):
            count[d + 1] += count[d]
        for i in range(n):
            d = (ids[i] >> shift) & 255
            at = count[d]
            count[d] = at + 1
            spare_ids[at] = ids[i]
            if values is not None:
                spare_values[at] = values[i]
        ids[:] = spare_ids[:n]
        if values is not None:
            values[:] = spare_values[:n]
        shift += 8


@kernel
def _sort_bucket(keys, out, values, start, stop, row0, row1, n_bits, code, row_counts):
    """Sort and combine the arcs ``start:stop``, which belong to rows ``row0:row1``.

    The neighbours replace the keys: they are written to ``out``, the same memory seen as 32-bit
    integers, from ``2 * start`` on; values stay within ``start:stop``. The lengths of the rows go
    to ``row_counts``. Returns the smallest key that occurred twice, or the largest integer.
    """
    first = np.zeros(row1 - row0 + 1, np.int64)
    one, half, base = np.uint64(1), np.uint64(32), np.uint64(row0)
    for i in range(np.uint64(start), np.uint64(stop)):
        first[(keys[i] >> half) - base + one] += 1
    longest = 0
    for r in range(row1 - row0):
        longest = max(longest, first[r + 1])
        first[r + 1] += first[r]
    cursor = first[:-1].copy()
    ids = np.empty(stop - start, np.int32)
    vals = values if values is None else np.empty(stop - start, values.dtype)
    for i in range(np.uint64(start), np.uint64(stop)):
        row = (keys[i] >> half) - base
        at = np.uint64(cursor[row])
        cursor[row] = at + one
        ids[at] = np.int32(keys[i] & np.uint64(0xFFFFFFFF))
        if values is not None:
            vals[at] = values[i]
    spare_ids = np.empty(max(longest, _RANK_SORT), np.int32)
    spare = values if values is None else np.empty(max(longest, _RANK_SORT), values.dtype)

    box = np.empty(_RANK_SORT, np.int32)
    ranks = np.empty(_RANK_SORT, np.int32)

    repeated = NO_REPEAT
    put = 2 * start
    shift_values = start
    for r in range(row1 - row0):
        a, b = first[r], first[r + 1]
        d = b - a
        row_put = put
        if d <= _RANK_SORT:
            # rank[i] counts the smaller neighbours; whole vectors of 8 spare the compiled loop its
            # remainder.
            at, length, padded = np.uint64(a), np.uint64(d), np.uint64((d + 7) & ~7)
            for i in range(length):
                box[i] = ids[at + i]
            for i in range(length, padded):
                box[i] = 0
            for i in range(padded):
                ranks[i] = 0
                spare_ids[i] = -1
            for j in range(length):
                y = box[j]
                for i in range(padded):
                    ranks[i] += y < box[i]
            for i in range(length):
                x = box[i]
                rank = np.uint64(ranks[i])
                if values is None:
                    if code == ERROR and spare_ids[rank] >= 0:
                        key = (np.uint64(row0 + r) << np.uint64(32)) | np.uint64(x)
                        repeated = min(repeated, key)
                    spare_ids[rank] = x
                elif spare_ids[rank] < 0:
                    spare_ids[rank] = x
                    spare[rank] = vals[at + i]
                else:
                    if code == ERROR:
                        key = (np.uint64(row0 + r) << np.uint64(32)) | np.uint64(x)
                        repeated = min(repeated, key)
                    spare[rank] = _combine(spare[rank], vals[at + i], code)
            for i in range(length):
                x = spare_ids[i]
                if values is None:
                    if x >= 0:
                        out[put] = x
                        put += 1
                elif x >= 0 and spare[i] != 0:
                    out[put] = x
                    values[shift_values] = spare[i]
                    put += 1
                    shift_values += 1
        else:
            if values is None:
                _radix_sort(ids[a:b], None, spare_ids, None, n_bits)
            else:
                _radix_sort(ids[a:b], vals[a:b], spare_ids, spare, n_bits)
            i = a
            while i < b:
                x = ids[i]
                j = i + 1
                if values is None:
                    while j < b and ids[j] == x:
                        j += 1
                    out[put] = x
                    put += 1
                else:
                    total = vals[i]
                    while j < b and ids[j] == x:
                        total = _combine(total, vals[j], code)
                        j += 1
                    if total != 0:
                        out[put] = x
                        values[shift_values] = total
                        put += 1
                        shift_values += 1
                if code == ERROR and j > i + 1:
                    key = (np.uint64(row0 + r) << np.uint64(32)) | np.uint64(x)
                    repeated = min(repeated, key)
                i = j
        row_counts[row0 + r] = put - row_put
    return repeated


@kernel(parallel=True)
def _scatter_parallel(src, dst, weights, bounds, symmetrize, shift, cursor, keys, values):
    for c in prange(len(bounds) - 1):
        lo, hi = bounds[c], bounds[c + 1]
        _scatter_chunk(src, dst, weights, lo, hi, symmetrize, shift, cursor[c], keys, values)


@kernel(parallel=True)
def _sort_parallel(keys, out, values, starts, rows, order, n_bits, code, row_counts, repeated):
    for i in prange(len(order)):
        b = order[i]
        repeated[b] = _sort_bucket(
            keys, out, values, starts[b], starts[b + 1], rows[b], rows[b + 1], n_bits, code,
            row_counts,
        )  # fmt: skip


def fill_rows(
    src: np.ndarray,
    dst: np.ndarray,
    weights: np.ndarray | None,
    symmetrize: bool,
    buckets: Buckets,
    n_bits: int,
    code: int,
    row_counts: np.ndarray,
) -> tuple[np.ndarray, np.ndarray | None, np.ndarray]:
    """Sort and combine the arcs of every bucket.

    Parameters
    ----------
    src, dst : ndarray of shape (m,), int32
    weights : ndarray of shape (m,) or None
    symmetrize : bool
    buckets : Buckets
        Its cursors are used up.
    n_bits : int
        Of a row number.
    code : int
        A value of :data:`DUPLICATES`.
    row_counts : ndarray of shape (n,), int64
        Receives the lengths of the rows.

    Returns
    -------
    neighbours : ndarray of shape (2 * n_arcs,), int32
        Those of bucket ``b`` lie from ``2 * starts[b]`` on.
    values : ndarray of shape (n_arcs,) or None
        Those of bucket ``b`` lie from ``starts[b]`` on.
    repeated : ndarray of shape (n_buckets,), uint64
        The smallest repeated key of each bucket if `code` is that of "error", or ``NO_REPEAT``.
    """
    n_arcs = int(buckets.starts[-1])
    bounds, cursor, shift = buckets.bounds, buckets.cursor, buckets.shift
    out = np.empty(2 * n_arcs, np.int32)
    keys = out.view(np.uint64)
    values = None if weights is None else np.empty(n_arcs, weights.dtype)
    repeated = np.empty(len(buckets.order), np.uint64)
    if buckets.serial:
        _scatter_chunk(src, dst, weights, 0, len(src), symmetrize, shift, cursor[0], keys, values)
        repeated[0] = _sort_bucket(
            keys, out, values, 0, n_arcs, 0, len(row_counts), n_bits, code, row_counts
        )
    else:
        with LAUNCH:
            _scatter_parallel(src, dst, weights, bounds, symmetrize, shift, cursor, keys, values)
            _sort_parallel(
                keys, out, values, buckets.starts, buckets.rows, buckets.order, n_bits, code,
                row_counts, repeated,
            )  # fmt: skip
    return out, values, repeated
