"""Sums over rows on the CPU."""

from __future__ import annotations

import numba

from partwise.kernels.jit import kernel

__all__ = ["row_sums"]


@kernel(parallel=True)
def row_sums(indptr, indices, weights, x, out):
    """Write the sum of ``x[indices[arc]] * weights[arc]`` over each row; weights may be None."""
    for v in numba.prange(out.size):
        total = 0.0
        for arc in range(indptr[v], indptr[v + 1]):
            if weights is None:
                total += x[indices[arc]]
            else:
                total += x[indices[arc]] * weights[arc]
        out[v] = total
