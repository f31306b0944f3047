"""Breadth-first search on the CPU, from whichever side has fewer arcs to read."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["find_parents", "search"]

#: From the frontier to its neighbours until its arcs are more than 1 / _PULL of those of unknown
#: nodes; back again when it has fewer than 1 / _PUSH of all nodes (Beamer et al. 2012).
_PULL, _PUSH = 14, 24


@kernel
def search(indptr, indices, in_indptr, in_indices, source, may_pull, level, parent):
    """Find the levels of all nodes that are reached.

    Parameters
    ----------
    indptr, indices, in_indptr, in_indices
        Arcs in rows of their first node, and of their second one.
    source : int
    may_pull : bool
        Whether nodes may look for neighbours in the frontier.
    level : int32 ndarray of shape (n,)
        -1 everywhere; output.
    parent : int32 ndarray of shape (n,)
        -1 everywhere; output: the neighbour of least number on the level before.

    Returns
    -------
    depth, read, pulls : int
        The last level, how many arcs were read, and how many rounds pulled.
    """
    n = level.size
    frontier, following = np.empty(n, np.int32), np.empty(n, np.int32)
    level[source] = 0
    frontier[0] = source
    size, depth = 1, 0
    ahead = indptr[source + 1] - indptr[source]
    unknown = indices.size - ahead
    read, pulls = 0, 0
    pulling = False
    while size > 0:
        if pulling:
            pulling = size >= n // _PUSH
        else:
            pulling = may_pull and ahead > unknown // _PULL
        depth += 1
        found = 0
        ahead = 0
        if pulling:
            pulls += 1
            for v in range(n):
                if level[v] >= 0:
                    continue
                for arc in range(in_indptr[v], in_indptr[v + 1]):
                    read += 1
                    if level[in_indices[arc]] == depth - 1:
                        level[v] = depth
                        following[found] = v
                        found += 1
                        ahead += indptr[v + 1] - indptr[v]
                        break
        else:
            for i in range(size):
                u = frontier[i]
                read += indptr[u + 1] - indptr[u]
                for arc in range(indptr[u], indptr[u + 1]):
                    v = indices[arc]
                    if level[v] < 0:
                        level[v] = depth
                        following[found] = v
                        found += 1
                        ahead += indptr[v + 1] - indptr[v]
        unknown -= ahead
        frontier, following = following, frontier
        size = found
    if parent.size > 0:
        find_parents(in_indptr, in_indices, level, parent)
    return depth - 1, read, pulls


@kernel
def find_parents(in_indptr, in_indices, level, parent):
    """Write for every node but the source the neighbour of least number on the level before."""
    for v in range(level.size):
        if level[v] > 0:
            for arc in range(in_indptr[v], in_indptr[v + 1]):
                u = in_indices[arc]
                if level[u] == level[v] - 1 and (parent[v] < 0 or u < parent[v]):
                    parent[v] = u
