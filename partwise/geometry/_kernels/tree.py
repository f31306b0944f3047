"""Rooted trees given by parents: children, breadth-first order, sums over subtrees."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["breadth_first", "group_children", "sum_up"]


@kernel
def group_children(parents, indptr, children):
    """Fill the lists of children, ascending in each.

    Parameters
    ----------
    parents : int32 array of shape (n,)
        -1 for the root.
    indptr : int64 array of shape (n + 1,)
        Zeros; receives the pointers into `children`.
    children : int32 array of shape (n - 1,)
        Receives the children, those of node 0 first.
    """
    n = len(parents)
    for node in range(n):
        if parents[node] >= 0:
            indptr[parents[node] + 1] += 1
    for node in range(n):
        indptr[node + 1] += indptr[node]
    free = indptr[:-1].copy()
    for node in range(n):
        parent = parents[node]
        if parent >= 0:
            children[free[parent]] = node
            free[parent] += 1


@kernel
def breadth_first(root, indptr, children, order, depths):
    """Fill the order of nodes, parents before children, and their depths; return how many.

    Fewer than all nodes means that the rest lies on, or hangs from, a cycle.
    """
    order[0] = root
    depths[root] = 0
    end = 1
    at = 0
    while at < end:
        node = order[at]
        for k in range(indptr[node], indptr[node + 1]):
            child = children[k]
            order[end] = child
            depths[child] = depths[node] + 1
            end += 1
        at += 1
    return end


@kernel
def sum_up(parents, order, values):
    """Add to every node the sum over its subtree, in place; `order` has parents first."""
    for at in range(len(order) - 1, 0, -1):
        node = order[at]
        values[parents[node]] += values[node]
    return np.isfinite(values[order[0]])
