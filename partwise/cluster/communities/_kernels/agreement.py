"""How far several partitions agree: over edges, and around every node."""

from __future__ import annotations

import numpy as np

from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel

__all__ = ["agreeing_weights", "community_overlap"]


@kernel
def agreeing_weights(indptr, indices, weights, partitions, out):
    """Weigh every arc by the share of partitions that have both its ends in one community.

    Parameters
    ----------
    partitions : uint32 ndarray (n, n_partitions)
        A row has the labels of one node.
    out : float64 ndarray (m,)
    """
    n_partitions = partitions.shape[1]
    for u in range(np.uint64(partitions.shape[0])):
        for j in range(indptr[u], indptr[u + np.uint64(1)]):
            v = np.uint64(indices[j])
            together = 0
            for r in range(n_partitions):
                together += partitions[u, r] == partitions[v, r]
            out[j] = arc_weight(weights, j) * together / n_partitions


@kernel
def community_overlap(starts, nodes, sizes, labels, count, out):
    """Add to every node the Jaccard index of its communities in two partitions.

    Parameters
    ----------
    starts, nodes : ndarray
        The nodes of community c of the first partition are ``nodes[starts[c]:starts[c + 1]]``.
    sizes, labels : ndarray
        Sizes of the communities of the second partition, and its labels.
    count : int64 ndarray (number of communities of the second)
        Zeros before and after.
    out : float64 ndarray (n,)
    """
    for c in range(len(starts) - 1):
        members = nodes[starts[c] : starts[c + 1]]
        for v in members:
            count[labels[v]] += 1
        for v in members:
            shared = count[labels[v]]
            out[v] += shared / (len(members) + sizes[labels[v]] - shared)
        for v in members:
            count[labels[v]] = 0
