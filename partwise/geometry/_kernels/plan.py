"""The plan of a treemap: which nodes get a region of their own, and in which order."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["by_parent", "depths_of", "lay_plan"]


@kernel
def by_parent(parents, ranked, indptr, children):
    """Group `ranked` nodes by their parents, in the order in which they come.

    Parameters
    ----------
    parents : int32 array of shape (n,)
    ranked : int64 array of shape (n,)
        All nodes, in the order that siblings shall have.
    indptr : int64 array of shape (n + 1,)
        Of the children; not changed.
    children : int32 array of shape (n - 1,)
        Receives the children of every node.
    """
    free = indptr[:-1].copy()
    for at in range(len(ranked)):
        node = ranked[at]
        parent = parents[node]
        if parent >= 0:
            children[free[parent]] = node
            free[parent] += 1


@kernel
def lay_plan(root, indptr, children, weights, contract, region, top, first, count, parent, share):
    """Fill the numbers of regions, breadth-first, so that those of siblings are consecutive.

    Parameters
    ----------
    root : int
    indptr, children : int64 and int32 arrays
        Of the tree, siblings in the order that their regions shall have.
    weights : float64 array of shape (n,)
    contract : bool
        Whether an only child shares the region of its parent.
    region : int32 array of shape (n,)
        Receives the region of every node, -1 where the weight is 0, or so small that its part of
        the root's is 0 in float64.
    top : int32 array of shape (n,)
        Receives the highest node of each region.
    first, count : int32 arrays of shape (n,)
        Receive the first child of each region and the number of its children.
    parent : int32 array of shape (n,)
        Receives the parent of each region.
    share : float64 array of shape (n,)
        Receives the weight of each region over that of the root.

    Returns
    -------
    int
        The number of regions; the arrays hold nothing beyond it.
    """
    total = weights[root]
    region[:] = -1
    if total <= 0.0:
        return 0
    top[0] = root
    parent[0] = -1
    end = 1
    at = 0
    while at < end:
        node = top[at]
        region[node] = at
        share[at] = weights[node] / total
        while True:
            living = 0
            only = -1
            for k in range(indptr[node], indptr[node + 1]):
                if weights[children[k]] / total > 0.0:
                    living += 1
                    only = children[k]
                    if living > 1:
                        break
            if living != 1 or not contract:
                break
            node = only
            region[node] = at
        first[at] = end
        for k in range(indptr[node], indptr[node + 1]):
            child = children[k]
            if weights[child] / total > 0.0:  # may underflow
                top[end] = child
                parent[end] = at
                end += 1
        count[at] = end - first[at]
        at += 1
    return end


@kernel
def depths_of(parent, depth):
    """Fill the depth of each region; return the largest."""
    deepest = 0
    depth[0] = 0
    for at in range(1, len(parent)):
        depth[at] = depth[parent[at]] + 1
        deepest = max(deepest, depth[at])
    return np.int64(deepest)
