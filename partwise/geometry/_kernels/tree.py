"""Rooted trees given by parents: children, breadth-first order, sums over subtrees."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["breadth_first", "group_children", "own_of_totals", "sum_up"]


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


@kernel
def own_of_totals(parents, order, is_given, values, slack, below):
    """Turn totals, which hold those of the children, into what each node has of its own, in place.

    Parameters
    ----------
    parents, order : int32 arrays of shape (n,)
        Parents come first in `order`.
    is_given : bool array of shape (n,)
        Nodes without a total get the sum over their children.
    values : float64 array of shape (n,)
        Totals, then own weights.
    slack : float
        How much less than its children a total may be, for each child, as rounded ones are.
    below : float64 array of shape (n,)
        Zeros; receives the sum over the children of each node.

    Returns
    -------
    int
        A node whose total is less than that of its children, or -1.
    """
    n_children = np.zeros(len(parents), np.int32)
    wrong = -1
    for at in range(len(order) - 1, -1, -1):
        node = order[at]
        if not is_given[node]:
            values[node] = below[node]
        rest = values[node] - below[node]
        if rest < -(slack * n_children[node] + 1e-9 * values[node]):
            wrong = node
        parent = parents[node]
        if parent >= 0:
            below[parent] += values[node]
            n_children[parent] += 1
        values[node] = max(rest, 0.0)
    return wrong
