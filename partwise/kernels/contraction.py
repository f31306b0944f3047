"""Contraction of a graph along a map of its nodes to clusters."""

from __future__ import annotations

import numpy as np

from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel

__all__ = ["contract"]


@kernel
def contract(indptr, indices, weights, node_weights, cluster, n_clusters, like):
    """Return the graph of the clusters: (indptr, indices, weights, node_weights).

    Arcs between two clusters become one arc of the summed weight, arcs inside a cluster vanish.
    The order of a row is that in which its neighbours are first met.

    Parameters
    ----------
    indptr, indices, weights : ndarray of shape (n + 1,), (m,), (m,)
        The fine graph; `weights` may be None for ones.
    node_weights : ndarray of shape (n,)
    cluster : ndarray of shape (n,)
        The cluster of every node, in ``range(n_clusters)``.
    like : ndarray
        Its dtype is that of the coarse weights.

    Notes
    -----
    O(n + m) time; one array of n_clusters marks where a neighbour already stands in the row.
    """
    n = cluster.size
    start = np.zeros(n_clusters + 1, dtype=np.int64)
    coarse_node_weights = np.zeros(n_clusters, dtype=node_weights.dtype)
    for u in range(n):
        c = cluster[u]
        start[c + 1] += 1
        coarse_node_weights[c] += node_weights[u]
    for c in range(n_clusters):
        start[c + 1] += start[c]
    members = np.empty(n, dtype=np.uint32)
    for u in range(n - 1, -1, -1):
        # filled from the back, start[c + 1] is moved down to the start of c's members
        c = cluster[u]
        start[c + 1] -= 1
        members[start[c + 1]] = u
    # now start[c + 1] is where the members of c begin, and those of the last one end at n
    coarse_indptr = np.empty(n_clusters + 1, dtype=indptr.dtype)
    coarse_indices = np.empty(indices.size, dtype=indices.dtype)
    coarse_weights = np.empty(indices.size, dtype=like.dtype)
    place = np.zeros(n_clusters, dtype=np.uint64)  # one past the position in the current row
    top = np.uint64(0)
    one = np.uint64(1)
    for c in range(n_clusters):
        row = top
        coarse_indptr[c] = row
        end = start[c + 2] if c + 2 <= n_clusters else n
        for i in range(start[c + 1], end):
            u = members[i]
            for j in range(np.uint64(indptr[u]), np.uint64(indptr[u + 1])):
                d = cluster[indices[j]]
                w = arc_weight(weights, j)
                p = place[d]
                if p > row:
                    coarse_weights[p - one] += w
                elif d != c:
                    coarse_indices[top] = d
                    coarse_weights[top] = w
                    top += one
                    place[d] = top
    coarse_indptr[n_clusters] = top
    return (
        coarse_indptr,
        coarse_indices[:top].copy(),
        coarse_weights[:top].copy(),
        coarse_node_weights,
    )
