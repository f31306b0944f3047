"""Edge arrays to compressed sparse rows, by a two-level counting sort.

The arcs are first distributed to buckets of consecutive rows, few enough that each bucket is
written as a stream, then every bucket is sorted on its own while it sits in the cache. Rows come
out ascending and without repetitions. Buckets and chunks depend on the input only, and arcs keep
their input order until equal ones are combined, so that the result, sums of floats included, does
not depend on the number of threads, and both directions of an undirected edge get the same sum.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from partwise.kernels.jit import kernel
from partwise.kernels.parallel import LAUNCH, SERIAL_BELOW

__all__ = ["DUPLICATES", "csr_from_edges"]

DUPLICATES = {"sum": 0, "first": 1, "max": 2, "min": 3, "error": 4}
"""Codes of what happens to the weights of an edge that is given more than once."""

_FIRST, _MAX, _MIN, _ERROR = 1, 2, 3, 4
_CHUNKS = 16  # pieces of the edge list in the parallel passes
_BUCKET_ARCS = 1 << 15  # keys of a bucket, 8 bytes each, should fit a second-level cache
_MAX_BUCKETS = 1024
_RANK_SORT = 48  # rows up to this length are sorted by counting smaller neighbours
_NO_REPEAT = np.uint64(2**64 - 1)


@kernel
def _count_chunk(src, dst, lo, hi, symmetrize, shift, hist):
    """Add the arcs of edges ``lo:hi`` to ``hist``, by bucket of their row."""
    shift = np.uint64(shift)
    for e in range(lo, hi):
        u, v = np.uint64(src[e]), np.uint64(dst[e])
        hist[u >> shift] += 1
        if symmetrize and u != v:
            hist[v >> shift] += 1


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
    if code == _MAX:
        return max(old, new)
    if code == _MIN:
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

    repeated = _NO_REPEAT
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
                    if code == _ERROR and spare_ids[rank] >= 0:
                        key = (np.uint64(row0 + r) << np.uint64(32)) | np.uint64(x)
                        repeated = min(repeated, key)
                    spare_ids[rank] = x
                elif spare_ids[rank] < 0:
                    spare_ids[rank] = x
                    spare[rank] = vals[at + i]
                else:
                    if code == _ERROR:
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
                if code == _ERROR and j > i + 1:
                    key = (np.uint64(row0 + r) << np.uint64(32)) | np.uint64(x)
                    repeated = min(repeated, key)
                i = j
        row_counts[row0 + r] = put - row_put
    return repeated


@kernel
def _close_gaps(out, values, starts, lengths):
    """Move the buckets' rows together; returns their total length."""
    put = 0
    for b in range(len(lengths)):
        get = 2 * starts[b]
        for i in range(lengths[b]):
            out[put + i] = out[get + i]
        if values is not None and put != starts[b]:
            for i in range(lengths[b]):
                values[put + i] = values[starts[b] + i]
        put += lengths[b]
    return put


@kernel(parallel=True)
def _count_parallel(src, dst, bounds, symmetrize, shift, hist):
    for c in prange(len(bounds) - 1):
        _count_chunk(src, dst, bounds[c], bounds[c + 1], symmetrize, shift, hist[c])


@kernel(parallel=True)
def _scatter_parallel(src, dst, weights, bounds, symmetrize, shift, cursor, keys, values):
    for c in prange(len(bounds) - 1):
        lo, hi = bounds[c], bounds[c + 1]
        _scatter_chunk(src, dst, weights, lo, hi, symmetrize, shift, cursor[c], keys, values)


@kernel(parallel=True)
def _sort_parallel(keys, out, values, starts, n, shift, n_bits, code, row_counts, repeated):
    n_buckets = len(starts) - 1
    # An odd stride spreads heavy neighbouring buckets over the threads.
    stride = 2 * (n_buckets // 3) + 1
    while np.gcd(stride, n_buckets) != 1:
        stride += 2
    for i in prange(n_buckets):
        b = (i * stride) % n_buckets
        row0 = b << shift
        row1 = min(n, row0 + (1 << shift))
        repeated[b] = _sort_bucket(
            keys, out, values, starts[b], starts[b + 1], row0, row1, n_bits, code, row_counts
        )


def csr_from_edges(
    n: int,
    src: np.ndarray,
    dst: np.ndarray,
    weights: np.ndarray | None,
    symmetrize: bool,
    duplicates_code: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Build the sorted, duplicate-free CSR arrays of a list of edges.

    Parameters
    ----------
    n : int
        Number of nodes.
    src, dst : ndarray of shape (m,)
        End points, ``0 <= id < n``. This is not checked.
    weights : ndarray of shape (m,) or None
        int64 or float64. Zero weights are absent edges. Without weights, repeated edges are one.
    symmetrize : bool
        Store both directions of every edge; a self-loop is stored once. ``(u, v)`` and ``(v, u)``
        then are the same edge.
    duplicates_code : int
        A value of :data:`DUPLICATES`. Equal edges are combined in input order.

    Returns
    -------
    indptr : ndarray of shape (n + 1,), int64
    indices : ndarray, int32 (int64 if n >= 2**31)
    weights : ndarray of the dtype of `weights`, or None

    Raises
    ------
    ValueError
        An edge is repeated and `duplicates_code` is that of "error", or integer weights are so
        large that their sum may not fit an int64.

    Notes
    -----
    Linear time. Beside the result it needs 8 bytes per arc, and 8 more with weights, of which half
    and all, respectively, become the result.
    """
    if weights is not None and len(weights) and not weights.all():
        kept = weights != 0
        src, dst, weights = src[kept], dst[kept], weights[kept]
    if weights is not None and weights.dtype.kind == "i" and duplicates_code == 0:
        _check_total(weights)
    if n >= 2**31:
        return _csr_by_comparison(n, src, dst, weights, symmetrize, duplicates_code)
    src = np.ascontiguousarray(src, dtype=np.int32)
    dst = np.ascontiguousarray(dst, dtype=np.int32)
    if weights is not None:
        weights = np.ascontiguousarray(weights)

    m = len(src)
    serial = m < SERIAL_BELOW
    wanted = 1 if serial else min(_MAX_BUCKETS, (2 * m) // _BUCKET_ARCS + 1)
    shift = max(0, (max(n, 1) - 1).bit_length() - (wanted - 1).bit_length())
    n_buckets = max(1, -(-n >> shift) if n else 1)
    n_chunks = 1 if serial else _CHUNKS
    bounds = np.linspace(0, m, n_chunks + 1).astype(np.int64)

    hist = np.zeros((n_chunks, n_buckets), np.int64)
    if serial:
        _count_chunk(src, dst, 0, m, symmetrize, shift, hist[0])
    else:
        with LAUNCH:
            _count_parallel(src, dst, bounds, symmetrize, shift, hist)
    by_bucket = np.zeros(n_buckets + 1, np.int64)
    np.cumsum(hist.sum(axis=0), out=by_bucket[1:])
    cursor = np.cumsum(hist, axis=0) - hist + by_bucket[:-1]

    n_arcs = int(by_bucket[-1])
    out = np.empty(2 * n_arcs, np.int32)
    keys = out.view(np.uint64)
    values = None if weights is None else np.empty(n_arcs, weights.dtype)
    if serial:
        _scatter_chunk(src, dst, weights, 0, m, symmetrize, shift, cursor[0], keys, values)
    else:
        with LAUNCH:
            _scatter_parallel(src, dst, weights, bounds, symmetrize, shift, cursor, keys, values)

    indptr = np.zeros(n + 1, np.int64)
    row_counts = indptr[1:]
    n_bits = max(n - 1, 1).bit_length()
    repeated = np.full(n_buckets, _NO_REPEAT, np.uint64)
    if serial:
        repeated[0] = _sort_bucket(
            keys, out, values, 0, n_arcs, 0, n, n_bits, duplicates_code, row_counts
        )
    else:
        with LAUNCH:
            _sort_parallel(
                keys, out, values, by_bucket, n, shift, n_bits, duplicates_code, row_counts,
                repeated,
            )  # fmt: skip
    if (worst := repeated.min()) != _NO_REPEAT:
        u, v = int(worst) >> 32, int(worst) & 0xFFFFFFFF
        raise ValueError(f"edge ({u}, {v}) occurs more than once")

    np.cumsum(indptr, out=indptr)
    rows = np.minimum(np.arange(n_buckets + 1, dtype=np.int64) << shift, n)
    n_stored = _close_gaps(out, values, by_bucket, np.diff(indptr[rows]))
    del keys
    out.resize(n_stored, refcheck=False)
    if values is not None:
        values.resize(n_stored, refcheck=False)
    return indptr, out, values


def _check_total(weights: np.ndarray) -> None:
    """Refuse integer weights whose sum may leave the range of int64."""
    if len(weights) == 0:
        return
    largest = max(int(weights.max()), -int(weights.min()))
    if largest > 2**62 // len(weights):
        total = float(np.abs(weights.astype(np.float64)).sum())
        if total >= 2.0**62:
            raise ValueError(f"integer weights sum to {total:.3g}, allowed are sums below 2**62")


def _csr_by_comparison(n, src, dst, weights, symmetrize, code):
    """Build the same arrays with NumPy's sort, for ids that do not fit 32 bits."""
    src, dst = np.asarray(src, np.int64), np.asarray(dst, np.int64)
    if symmetrize:
        # Both directions of edge e stay next to each other, so equal arcs keep the input order.
        pair = np.stack([src, dst, dst, src], axis=1).reshape(-1, 2)
        keep = np.ones(len(pair), bool)
        keep[1::2] = src != dst
        src, dst = pair[keep, 0], pair[keep, 1]
        if weights is not None:
            weights = np.repeat(weights, 2)[keep]
    order = np.lexsort((dst, src))
    src, dst = src[order], dst[order]
    new = np.ones(len(src), bool)
    new[1:] = (src[1:] != src[:-1]) | (dst[1:] != dst[:-1])
    if code == _ERROR and not new.all():
        at = int(np.argmin(new))
        raise ValueError(f"edge ({src[at]}, {dst[at]}) occurs more than once")
    heads = np.flatnonzero(new)
    if weights is not None:
        weights = weights[order]
        if code == _FIRST:
            weights = weights[heads]
        elif len(heads):
            ufunc = {0: np.add, _MAX: np.maximum, _MIN: np.minimum, _ERROR: np.add}[code]
            weights = ufunc.reduceat(weights, heads)
        nonzero = weights != 0
        heads, weights = heads[nonzero], weights[nonzero]
    indptr = np.zeros(n + 1, np.int64)
    np.add.at(indptr, src[heads] + 1, 1)
    np.cumsum(indptr, out=indptr)
    indices = dst[heads]
    return indptr, indices if n >= 2**31 else indices.astype(np.int32), weights
