"""Edges between blocks."""

from __future__ import annotations

import numpy as np

from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel

__all__ = ["cut_weight", "foreign_blocks", "mark_boundary"]


@kernel
def cut_weight(indptr, indices, weights, labels, everything, zero):
    """Sum the weights between blocks, over all entries (directed) or those with u < v.

    Parameters
    ----------
    zero : int64 or float64
        Zero of the type of the result. Floats are summed row by row, in order, so that the result
        is always the same and rounding does not grow with the number of edges.
    """
    total = zero
    for u in range(len(indptr) - 1):
        a = labels[u]
        row = zero
        for e in range(indptr[u], indptr[u + 1]):
            v = indices[e]
            if labels[v] != a and (everything or v > u):
                row += arc_weight(weights, e)
        total += row
    return total


@kernel
def foreign_blocks(indptr, indices, labels, n_parts):
    """Count the pairs (node, other block that holds one of its neighbours)."""
    last = np.full(n_parts, -1, np.int64)
    total = np.int64(0)
    for u in range(len(indptr) - 1):
        last[labels[u]] = u
        for e in range(indptr[u], indptr[u + 1]):
            b = labels[indices[e]]
            total += last[b] != u
            last[b] = u
    return total


@kernel
def mark_boundary(indptr, indices, labels, boundary):
    """Mark both ends of every edge between blocks."""
    for u in range(len(indptr) - 1):
        a = labels[u]
        for e in range(indptr[u], indptr[u + 1]):
            v = indices[e]
            if labels[v] != a:
                boundary[u] = True
                boundary[v] = True
