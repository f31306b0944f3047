"""Matching of nodes that want each other: a thread for each node."""

from __future__ import annotations

from numba import cuda

from partwise.gpu._kernels import bodies

__all__ = ["handshake"]

_representative_of = cuda.jit(device=True)(bodies.representative_of)


@cuda.jit
def handshake(best, size, representative):
    """Write for every node the smaller one of its pair, or itself where it has none."""
    for v in range(cuda.grid(1), size, cuda.gridsize(1)):
        representative[v] = _representative_of(best, v)
