"""Binary trees for treemaps: every list of children halved by weight; cutting out subtrees."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["LARGEST", "LEFT", "RIGHT", "UP", "halve_lists", "heavy_below", "refresh", "split_off"]

# Columns of `links`: the children (-1 for a leaf), the parent (-1 for a root) and the heaviest
# leaf below a node, itself included.
LEFT, RIGHT, UP, LARGEST = 0, 1, 2, 3


@kernel
def _halving(begin, end, tail, rest):
    """Return where to split the siblings begin, ..., end - 1 so that both parts weigh the same.

    ``rest[k]`` is the weight of `k` and all its later siblings, `tail` that of the siblings from
    `end` on. Of two equally good places it is the first.
    """
    middle = 0.5 * (rest[begin] + tail)
    low, high = begin + 1, end - 1
    while low < high:
        at = (low + high) // 2
        if rest[at] > middle:
            low = at + 1
        else:
            high = at
    if low > begin + 1 and rest[low - 1] - middle <= middle - rest[low]:
        return low - 1
    return low


@kernel
def halve_lists(first, count, share, links, weight, region):
    """Fill a binary tree that has every inner region as a node; return the number of its nodes.

    A list of children, which is sorted by descending weight, is halved by weight until single ones
    are left. Nodes are numbered in preorder, so that a subtree is a range of numbers. O(m log m).

    Parameters
    ----------
    first, count : int32 arrays of shape (m,)
        The children of each region.
    share : float64 array of shape (m,)
        Weights, descending among siblings.
    links : int32 array of shape (2 n_leaves - 1, 4)
    weight : float64 array of shape (2 n_leaves - 1,)
    region : int32 array of shape (2 n_leaves - 1,)
        Receives the region of a leaf, -1 for other nodes.
    """
    m = len(first)
    # Summed from the lightest sibling on, differences of such sums lose nothing.
    rest = share.copy()
    for i in range(m):
        for k in range(first[i] + count[i] - 2, first[i] - 1, -1):
            rest[k] += rest[k + 1]
    ranges = np.empty((len(links) // 2 + 1, 4), np.int32)  # begin, end, node above, side of it
    tails = np.empty(len(ranges))
    ranges[0, 0], ranges[0, 1], ranges[0, 2], ranges[0, 3] = 0, 1, -1, 0
    tails[0] = 0.0
    waiting = 1
    made = 0
    while waiting > 0:
        waiting -= 1
        begin, end, above = ranges[waiting, 0], ranges[waiting, 1], ranges[waiting, 2]
        tail = tails[waiting]
        if above >= 0:
            links[above, ranges[waiting, 3]] = made
        while end - begin == 1 and count[begin] > 0:
            end = first[begin] + count[begin]
            begin = first[begin]
            tail = 0.0
        links[made, UP] = above
        if end - begin == 1:
            links[made, LEFT] = links[made, RIGHT] = -1
            region[made] = begin
        else:
            region[made] = -1
            at = _halving(begin, end, tail, rest)
            ranges[waiting, 0], ranges[waiting, 1] = at, end
            ranges[waiting, 2], ranges[waiting, 3] = made, RIGHT
            tails[waiting] = tail
            waiting += 1
            ranges[waiting, 0], ranges[waiting, 1] = begin, at
            ranges[waiting, 2], ranges[waiting, 3] = made, LEFT
            tails[waiting] = rest[at]
            waiting += 1
        made += 1
    for node in range(made - 1, -1, -1):
        if links[node, LEFT] < 0:
            weight[node] = share[region[node]]
            links[node, LARGEST] = node
        else:
            refresh(links, weight, node)
    return made


@kernel
def refresh(links, weight, node):
    """Sum up the weight of an inner node anew, and find its heaviest leaf (of equals the left)."""
    left, right = links[node, LEFT], links[node, RIGHT]
    weight[node] = weight[left] + weight[right]
    a, b = links[left, LARGEST], links[right, LARGEST]
    links[node, LARGEST] = a if weight[a] >= weight[b] else b


@kernel
def split_off(links, weight, node):
    """Cut the subtree of `node` out of its tree; return its sibling, which replaces their parent.

    Weights above are summed up anew: differences would lose the digits of light subtrees. O(depth).
    """
    parent = links[node, UP]
    sibling = links[parent, LEFT] + links[parent, RIGHT] - node
    above = links[parent, UP]
    links[node, UP] = -1
    links[sibling, UP] = above
    if above >= 0:
        if links[above, LEFT] == parent:
            links[above, LEFT] = sibling
        else:
            links[above, RIGHT] = sibling
    while above >= 0:
        refresh(links, weight, above)
        above = links[above, UP]
    return sibling


@kernel
def heavy_below(links, weight, node, most):
    """Go from `node` to the heavier child while the weight is above `most`, up to a leaf."""
    while weight[node] > most and links[node, LEFT] >= 0:
        left, right = links[node, LEFT], links[node, RIGHT]
        node = left if weight[left] >= weight[right] else right
    return node
