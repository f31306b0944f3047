"""Marks at neighbours on the CPU: the twin of the kernels of ``cuda/mark.cuh``."""

from __future__ import annotations

import numba

from partwise.kernels.jit import kernel

__all__ = ["mark"]


@kernel(parallel=True)
def mark(indptr, indices, nodes, size, marks):
    """Mark nodes and all their neighbours."""
    for i in numba.prange(size):
        v = nodes[i]
        marks[v] = 1
        for arc in range(indptr[v], indptr[v + 1]):
            marks[indices[arc]] = 1
