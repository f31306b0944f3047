"""Which regions of a plan are drawn, and what nodes inherit from those above them."""

from __future__ import annotations

from partwise.kernels.jit import kernel

__all__ = ["inherit", "number_shown"]


@kernel
def number_shown(parent, depth, deepest, indptr, closed, number):
    """Fill the numbers of the regions that are drawn, in their order, and return how many.

    Parameters
    ----------
    parent : int32 array of shape (m,)
        Of each region; parents come before their children.
    depth : int32 array of shape (m,)
    deepest : int
        Regions of a greater depth are not drawn.
    indptr : int64 array of shape (m + 1,)
        Of the vertices; a region without any is not drawn, nor is what lies below it.
    closed : bool array of shape (m,)
        Regions in which nothing is drawn.
    number : int32 array of shape (m,)
        Receives the numbers, -1 for a region that is not drawn.
    """
    shown = 0
    for i in range(len(parent)):
        up = parent[i]
        opened = up < 0 or (number[up] >= 0 and not closed[up])
        if opened and depth[i] <= deepest and indptr[i + 1] - indptr[i] >= 3:
            number[i] = shown
            shown += 1
        else:
            number[i] = -1
    return shown


@kernel
def inherit(order, parent, value):
    """Give every node whose value is negative the value of its parent, from the root down.

    Parameters
    ----------
    order, parent : int32 arrays of shape (n,)
        Parents come before their children in `order`; the first one is the root.
    value : int64 array of shape (n,)
    """
    for k in range(1, len(order)):
        i = order[k]
        if value[i] < 0:
            value[i] = value[parent[i]]
