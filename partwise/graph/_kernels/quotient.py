"""The edges between the blocks of a partition."""

from __future__ import annotations

from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel

__all__ = ["block_edges"]


@kernel
def block_edges(indptr, indices, weights, labels, everything, inside, src, dst, out_weights):
    """List edges by the blocks of their ends; with empty outputs, only count them.

    Parameters
    ----------
    everything : bool
        Take every entry (directed) or only those with u <= v (undirected).
    inside : bool
        Keep edges inside a block, as loops.
    """
    fill = len(src) > 0
    put = 0
    for u in range(len(indptr) - 1):
        a = labels[u]
        for e in range(indptr[u], indptr[u + 1]):
            v = indices[e]
            b = labels[v]
            if (everything or v >= u) and (inside or a != b):
                if fill:
                    src[put] = a
                    dst[put] = b
                    out_weights[put] = arc_weight(weights, e)
                put += 1
    return put
