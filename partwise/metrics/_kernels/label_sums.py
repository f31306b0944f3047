"""What every cluster has inside and at its border, in one pass over the arcs."""

from __future__ import annotations

import numpy as np

from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel

__all__ = ["add_label_sums"]


@kernel
def add_label_sums(
    indptr, indices, weights, labels, directed, zero, inside, loops, leaving, entering
):
    """Add the weight of every arc to a sum of its cluster.

    Parameters
    ----------
    labels : int32 array
        Cluster of each node.
    directed : bool
        Whether to fill `entering`, which else equals `leaving`.
    zero : int64 or float64
        Zero of the type of the sums. Floats are summed row by row, in order: the result is always
        the same, and rounding does not grow with the number of arcs.
    inside, loops, leaving, entering : arrays, one entry per cluster
        Arcs between two different nodes of the cluster (both directions of an undirected edge),
        self-loops, arcs to other clusters, arcs from other clusters.
    """
    for u in range(np.uint64(len(indptr) - 1)):
        c = labels[u]
        # Selections, not branches: whether a neighbour is in the same cluster is hard to predict.
        same, loop, out = zero, zero, zero
        for j in range(np.uint64(indptr[u]), np.uint64(indptr[u + np.uint64(1)])):
            v = np.uint64(indices[j])
            w = zero + arc_weight(weights, j)
            together = labels[v] == c
            same += w if together & (v != u) else zero
            loop += w if v == u else zero
            out += zero if together else w
            if directed and not together:
                entering[labels[v]] += w
        inside[c] += same
        loops[c] += loop
        leaving[c] += out
