"""Edge arrays to compressed sparse rows, by a two-level counting sort.

The arcs are first distributed to buckets of consecutive rows, few enough that each bucket is
written as a stream, then every bucket is sorted on its own while it sits in the cache: as 32-bit
keys where an arc without a weight fits one (:mod:`partwise.kernels.csr_packed`), else as 64-bit
keys beside their weights (:mod:`partwise.kernels.csr_wide`). Rows come out ascending and without
repetitions. Buckets and chunks depend on the input only, and arcs keep their input order until
equal ones are combined, so that the result, sums of floats included, does not depend on the number
of threads, and both directions of an undirected edge get the same sum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import prange

from partwise.kernels import csr_packed, csr_wide
from partwise.kernels.csr_wide import DUPLICATES, ERROR, FIRST, MAX, MIN, NO_REPEAT
from partwise.kernels.jit import kernel
from partwise.kernels.parallel import LAUNCH, SERIAL_BELOW

__all__ = ["DUPLICATES", "csr_from_edges"]

_CHUNKS = 16  # pieces of the edge list in the parallel passes
_BUCKET_ARCS = 1 << 15  # of 8 bytes, should fit a second-level cache
_MAX_BUCKETS = 1 << 10
_MAX_PACKED_BUCKETS = 1 << 14  # more streams than the cache likes, but 32-bit keys are worth it


@kernel
def _count_chunk(src, dst, lo, hi, symmetrize, shift, hist):
    """Add the arcs of edges ``lo:hi`` to ``hist``, by bucket of their row."""
    shift = np.uint64(shift)
    for e in range(lo, hi):
        u, v = np.uint64(src[e]), np.uint64(dst[e])
        hist[u >> shift] += 1
        if symmetrize and u != v:
            hist[v >> shift] += 1


@kernel(parallel=True)
def _count_parallel(src, dst, bounds, symmetrize, shift, hist):
    for c in prange(len(bounds) - 1):
        _count_chunk(src, dst, bounds[c], bounds[c + 1], symmetrize, shift, hist[c])


@dataclass(frozen=True)
class Buckets:
    """Where the arcs of an edge list go.

    Attributes
    ----------
    shift : int
        Bucket ``b`` has the rows from ``b << shift`` on.
    rows : ndarray of shape (n_buckets + 1,), int64
        First row of each bucket.
    starts : ndarray of shape (n_buckets + 1,), int64
        First arc of each bucket.
    order : ndarray of shape (n_buckets,), int64
        In which to sort them, heavy neighbours apart, so that threads get equal shares.
    bounds : ndarray of shape (n_chunks + 1,), int64
        The pieces of the edge list; one piece is to be done without threads.
    cursor : ndarray of shape (n_chunks, n_buckets), int64
        Where each piece starts to write in each bucket.
    """

    shift: int
    rows: np.ndarray
    starts: np.ndarray
    order: np.ndarray
    bounds: np.ndarray
    cursor: np.ndarray

    @property
    def serial(self) -> bool:
        return len(self.bounds) == 2


def _assign_buckets(
    n: int, src: np.ndarray, dst: np.ndarray, symmetrize: bool, packable: bool
) -> Buckets:
    """Choose the buckets and count their arcs."""
    m = len(src)
    serial = m < SERIAL_BELOW
    wanted = 1 if serial else min(_MAX_BUCKETS, (2 * m) // _BUCKET_ARCS + 1)
    n_bits = (max(n, 1) - 1).bit_length()
    fitting = 1 << max(0, 2 * n_bits - csr_packed.KEY_BITS)
    if packable and not serial and fitting <= _MAX_PACKED_BUCKETS:
        wanted = max(wanted, fitting)
    shift = max(0, n_bits - (wanted - 1).bit_length())
    n_buckets = max(1, -(-n >> shift))
    bounds = np.linspace(0, m, (1 if serial else _CHUNKS) + 1).astype(np.int64)

    hist = np.zeros((len(bounds) - 1, n_buckets), np.int64)
    if serial:
        _count_chunk(src, dst, 0, m, symmetrize, shift, hist[0])
    else:
        with LAUNCH:
            _count_parallel(src, dst, bounds, symmetrize, shift, hist)
    starts = np.zeros(n_buckets + 1, np.int64)
    np.cumsum(hist.sum(axis=0), out=starts[1:])
    cursor = np.cumsum(hist, axis=0) - hist + starts[:-1]
    rows = np.minimum(np.arange(n_buckets + 1, dtype=np.int64) << shift, n)
    stride = 2 * (n_buckets // 3) + 1
    while math.gcd(stride, n_buckets) != 1:
        stride += 2
    order = np.arange(n_buckets, dtype=np.int64) * stride % n_buckets
    return Buckets(shift, rows, starts, order, bounds, cursor)


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
    Linear time. The result is made in place of the arcs. These take 4 bytes each, as the result
    does, without weights and with up to 2**23 nodes (2**16 in graphs too small for threads), else
    8 bytes, and 8 more with weights.
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

    packable = weights is None and len(src) <= csr_packed.MAX_EDGES
    buckets = _assign_buckets(n, src, dst, symmetrize, packable)
    indptr = np.zeros(n + 1, np.int64)
    n_bits = max(n - 1, 1).bit_length()
    values = None
    if packable and buckets.shift + n_bits <= csr_packed.KEY_BITS:
        out, repeated = csr_packed.fill_rows(src, dst, symmetrize, buckets, n_bits, indptr[1:])
        gaps = buckets.starts
    else:
        out, values, repeated = csr_wide.fill_rows(
            src, dst, weights, symmetrize, buckets, n_bits, duplicates_code, indptr[1:]
        )
        gaps = 2 * buckets.starts
    if duplicates_code == DUPLICATES["error"] and (worst := repeated.min()) != NO_REPEAT:
        u, v = int(worst) >> 32, int(worst) & 0xFFFFFFFF
        raise ValueError(f"edge ({u}, {v}) occurs more than once")

    np.cumsum(indptr, out=indptr)
    lengths = np.diff(indptr[buckets.rows])
    _close_gaps(out, gaps, lengths)
    if values is not None:
        _close_gaps(values, buckets.starts, lengths)
    return indptr, out, values


def _close_gaps(column: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> None:
    """Move the buckets' entries together and cut the rest off, in place."""
    put = 0
    for get, length in zip(starts.tolist(), lengths.tolist()):
        if put != get:
            column[put : put + length] = column[get : get + length]
        put += length
    column.resize(put, refcheck=False)


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
    if code == ERROR and not new.all():
        at = int(np.argmin(new))
        raise ValueError(f"edge ({src[at]}, {dst[at]}) occurs more than once")
    heads = np.flatnonzero(new)
    if weights is not None:
        weights = weights[order]
        if code == FIRST:
            weights = weights[heads]
        elif len(heads):
            ufunc = {0: np.add, MAX: np.maximum, MIN: np.minimum, ERROR: np.add}[code]
            weights = ufunc.reduceat(weights, heads)
        nonzero = weights != 0
        heads, weights = heads[nonzero], weights[nonzero]
    indptr = np.zeros(n + 1, np.int64)
    np.add.at(indptr, src[heads] + 1, 1)
    np.cumsum(indptr, out=indptr)
    indices = dst[heads]
    return indptr, indices if n >= 2**31 else indices.astype(np.int32), weights
