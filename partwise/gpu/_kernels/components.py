"""Connected components on the CPU: union-find whose roots are the least numbers."""

from __future__ import annotations

from partwise.kernels.jit import kernel

__all__ = ["least_nodes"]


@kernel(allocates=False)
def least_nodes(indptr, indices, parent):
    """Find the least node of the component of every node, whatever the directions of the arcs.

    Parameters
    ----------
    indptr, indices
        Arcs in rows.
    parent : int32 ndarray of shape (n,)
        The nodes' own numbers; output.
    """
    n = parent.size
    for u in range(n):
        for arc in range(indptr[u], indptr[u + 1]):
            a, b = _root(parent, u), _root(parent, indices[arc])
            if a < b:
                parent[b] = a
            elif b < a:
                parent[a] = b
    for v in range(n):
        parent[v] = parent[parent[v]]  # parents are never larger, so that this one is flat


@kernel(allocates=False)
def _root(parent, v):
    while parent[v] != v:
        parent[v] = parent[parent[v]]
        v = parent[v]
    return v
