"""Two colours for the nodes of a bipartite graph."""

from __future__ import annotations

from partwise.kernels.jit import kernel

__all__ = ["inner_edge", "two_colour"]


@kernel
def two_colour(indptr, indices, colour, queue):
    """Colour every component with edges by breadth-first search from its first node.

    Parameters
    ----------
    colour : int8 ndarray (n,)
        -1 everywhere; receives 0 and 1, so that only a graph that is not bipartite has an edge
        between nodes of one colour. Nodes without edges keep -1.
    queue : int64 ndarray (n,)
        Scratch.

    Returns
    -------
    int
        Number of components with edges.
    """
    n_components = 0
    for root in range(len(colour)):
        if colour[root] >= 0 or indptr[root] == indptr[root + 1]:
            continue
        n_components += 1
        colour[root] = 0
        queue[0] = root
        head, tail = 0, 1
        while head < tail:
            u = queue[head]
            head += 1
            for j in range(indptr[u], indptr[u + 1]):
                v = indices[j]
                if colour[v] < 0:
                    colour[v] = 1 - colour[u]
                    queue[tail] = v
                    tail += 1
    return n_components


@kernel
def inner_edge(indptr, indices, side):
    """Return the first arc between two nodes of one side, or -1."""
    for u in range(len(side)):
        for j in range(indptr[u], indptr[u + 1]):
            if side[u] == side[indices[j]]:
                return j
    return -1
