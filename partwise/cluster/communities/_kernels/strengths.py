"""Sums of weights at the nodes."""

from __future__ import annotations

from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel

__all__ = ["row_sums"]


@kernel
def row_sums(indptr, indices, weights, loops_twice, out):
    """Sum the weights of every row, in order; self-loops twice if asked for."""
    for u in range(len(out)):
        if weights is None and not loops_twice:
            out[u] = indptr[u + 1] - indptr[u]
            continue
        total = 0.0
        for j in range(indptr[u], indptr[u + 1]):
            total += arc_weight(weights, j)
            if loops_twice and indices[j] == u:
                total += arc_weight(weights, j)
        out[u] = total
