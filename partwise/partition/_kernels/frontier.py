"""The frontier: a growing list of nodes that may lie on a boundary, with a flag per node.

It is a superset of the boundary. Refinement visits only it, so that a level costs what its boundary
costs and not what its nodes do.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel

__all__ = ["cut_weight", "full_frontier", "grow_frontier", "project", "unlist_inner"]


@kernel
def cut_weight(indptr, indices, weights, part):
    """Return the summed weight of the edges between blocks."""
    total = np.int64(0)
    for u in range(part.size):
        a = part[u]
        for j in range(np.uint64(indptr[u]), np.uint64(indptr[u + 1])):
            if part[indices[j]] != a:
                total += arc_weight(weights, j)
    return total // 2


@kernel
def full_frontier(indptr, indices, part):
    """Return (frontier, listed, size) holding every boundary node: O(n + m)."""
    n = part.size
    frontier = np.empty(n + 1, dtype=np.uint32)
    listed = np.zeros(n, dtype=np.bool_)
    size = 0
    for u in range(n):
        a = part[u]
        for j in range(np.uint64(indptr[u]), np.uint64(indptr[u + 1])):
            if part[indices[j]] != a:
                listed[u] = True
                frontier[size] = u
                size += 1
                break
    return frontier, listed, size


@kernel
def grow_frontier(frontier, listed, size, u):
    """List `u` if it is not yet and return the new size."""
    if not listed[u]:
        listed[u] = True
        frontier[size] = u
        size += 1
    return size


@kernel
def unlist_inner(indptr, indices, part, frontier, listed, size):
    """Clear the flags of listed nodes that are inside their block.

    The list itself is left as it is: this is for the end of a level, before :func:`project`.
    """
    for i in range(size):
        u = frontier[i]
        a = part[u]
        inner = True
        for j in range(np.uint64(indptr[u]), np.uint64(indptr[u + 1])):
            if part[indices[j]] != a:
                inner = False
                break
        if inner:
            listed[u] = False


@kernel
def project(cluster, coarse_part, coarse_listed):
    """Carry a partition and its frontier one level down: (part, frontier, listed, size)."""
    n = cluster.size
    part = np.empty(n, dtype=np.int32)
    frontier = np.empty(n + 1, dtype=np.uint32)
    listed = np.empty(n, dtype=np.bool_)
    size = 0
    for u in range(n):
        c = cluster[u]
        part[u] = coarse_part[c]
        listed[u] = coarse_listed[c]
        frontier[size] = u  # kept if the node is listed; hence one place more than nodes
        size += coarse_listed[c]
    return part, frontier, listed, size
