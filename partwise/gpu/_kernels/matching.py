"""Matching of nodes that want each other, on the CPU."""

from __future__ import annotations

from partwise.gpu._kernels import bodies
from partwise.kernels.jit import kernel

__all__ = ["handshake"]

_representative_of = kernel(bodies.representative_of)


@kernel
def handshake(best, size, representative):
    """Write for every node the smaller one of its pair, or itself where it has none.

    Parameters
    ----------
    best : int32 ndarray of shape (size,)
        The neighbour that a node wants, -1 for none.
    size : int
    representative : int32 ndarray of shape (size,)
        Output.
    """
    for v in range(size):
        representative[v] = _representative_of(best, v)
