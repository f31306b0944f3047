"""Validation of a CSR structure, once, at the door."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = [
    "BAD_START",
    "DECREASING",
    "BAD_END",
    "OUT_OF_RANGE",
    "check_csr",
    "count_self_loops",
    "mend_symmetry",
]

BAD_START, DECREASING, BAD_END, OUT_OF_RANGE = 1, 2, 3, 4


@kernel
def check_csr(indptr, indices):
    """Check that row pointers and column indices describe a square matrix.

    Parameters
    ----------
    indptr : int64 array (n + 1,)
    indices : int32 or int64 array (m,)

    Returns
    -------
    fault : int
        0, or one of the codes of this module.
    where : int
        Position of the fault in `indptr` (codes 1 to 3) or in `indices` (code 4).
    canonical : bool
        Whether every row is strictly ascending, if there is no fault.
    """
    n = len(indptr) - 1
    if indptr[0] != 0:
        return BAD_START, 0, False
    for u in range(n):
        if indptr[u + 1] < indptr[u]:
            return DECREASING, u + 1, False
    if indptr[n] != len(indices):
        return BAD_END, n, False
    canonical = True
    for u in range(n):
        last = np.int64(-1)
        for e in range(indptr[u], indptr[u + 1]):
            v = np.int64(indices[e])
            if v < 0 or v >= n:
                return OUT_OF_RANGE, e, False
            canonical &= v > last
            last = v
    return 0, 0, canonical


@kernel
def count_self_loops(indptr, indices):
    """Count the entries on the diagonal."""
    loops = 0
    for u in range(len(indptr) - 1):
        for e in range(indptr[u], indptr[u + 1]):
            loops += np.int64(indices[e]) == u
    return loops


@kernel
def mend_symmetry(indptr, indices, weights, tolerance):
    """Check that a canonical CSR matrix is symmetric; even out rounding in float weights.

    When the rows are visited in ascending order, the transposed entries of a row appear in
    ascending order too, so one cursor per row finds each partner: O(n + m).

    Parameters
    ----------
    indptr, indices
        Canonical CSR: rows strictly ascending.
    weights : None, int64 or float64 array (m,)
        Float weights that differ from their partner by at most `tolerance` times the larger of the
        two become their mean, in place; integers must agree exactly.
    tolerance : float

    Returns
    -------
    row, column : int
        An entry whose partner is missing or has another weight; (-1, -1) if symmetric.
    """
    n = len(indptr) - 1
    cursor = indptr[:n].copy()
    for u in range(n):
        for e in range(indptr[u], indptr[u + 1]):
            v = np.int64(indices[e])
            f = cursor[v]
            if f == indptr[v + 1]:
                return u, v
            partner = np.int64(indices[f])
            if partner != u:
                # A partner below u was never asked for: (v, partner) stands alone.
                if partner < u:
                    return v, partner
                return u, v
            cursor[v] = f + 1
            if weights is not None and weights[e] != weights[f]:
                gap = np.float64(abs(weights[e] - weights[f]))
                if gap > tolerance * max(weights[e], weights[f]):
                    return u, v
                if u < v:
                    mean = weights[e] + (weights[f] - weights[e]) / 2
                    weights[e] = mean
                    weights[f] = mean
    return -1, -1
