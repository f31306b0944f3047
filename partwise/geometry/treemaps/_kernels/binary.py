"""A binary tree over every list of children, as balanced as the weights allow."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["binarise", "binarise_again"]

_THIRD = 1.0 / 3.0


@kernel
def _split_by_weight(items, weights, begin, end, spare_items, spare_weights):
    """Deal out begin, ..., end - 1, which descend, each to the lighter group; the first wins ties.

    Both groups keep their order and stand one after the other; return where the second begins.
    """
    first = second = 0.0
    at = begin
    spare = 0
    for i in range(begin, end):
        if first <= second:
            first += weights[i]
            items[at], weights[at] = items[i], weights[i]
            at += 1
        else:
            second += weights[i]
            spare_items[spare], spare_weights[spare] = items[i], weights[i]
            spare += 1
    for i in range(spare):
        items[at + i], weights[at + i] = spare_items[i], spare_weights[i]
    return at


@kernel
def _sum_from_end(weights, rest, begin, end):
    """Fill the sums of the weights from each of begin, ..., end - 1 to the end."""
    total = 0.0
    for i in range(end - 1, begin - 1, -1):
        total += weights[i]
        rest[i] = total


@kernel
def _binarise_list(begin, end, cut, one, other, weight, work):
    """Make the binary tree over begin, ..., end - 1, whose weights and their sums are in `work`.

    Return its root and the number of the next cut.
    """
    items, weights, rest, spare_items, spare_weights, ranges, parent = work
    for i in range(begin, end):
        items[i] = i
    _sum_from_end(weights, rest, begin, end)
    ranges[0, 0], ranges[0, 1] = begin, end
    pending = 1
    root = ~np.int32(cut) if end - begin > 1 else np.int32(begin)
    parent[0] = len(one)  # none
    while pending > 0:
        pending -= 1
        begin, end = ranges[pending, 0], ranges[pending, 1]
        here = items[begin] if end - begin == 1 else ~np.int32(cut)
        above = parent[pending]
        if above < 0:
            other[~above] = here
        elif above < len(one):
            one[above] = here
        if end - begin == 1:
            continue
        if weights[begin] >= _THIRD * rest[begin]:
            middle = begin + 1
        else:
            middle = _split_by_weight(items, weights, begin, end, spare_items, spare_weights)
            _sum_from_end(weights, rest, begin, middle)
            _sum_from_end(weights, rest, middle, end)
        first_part = weights[begin] if middle == begin + 1 else rest[begin]
        weight[cut] = first_part + rest[middle]
        ranges[pending, 0], ranges[pending, 1], parent[pending] = middle, end, ~cut
        pending += 1
        ranges[pending, 0], ranges[pending, 1], parent[pending] = begin, middle, cut
        pending += 1
        cut += 1
    return root, cut


@kernel
def _room_for(first, count, share):
    """Return the number of cuts, and room to make binary trees over the longest list."""
    m = len(first)
    n_cuts = 0
    longest = 1
    for region in range(m):
        n_cuts += max(count[region] - 1, 0)
        longest = max(longest, count[region])
    work = (
        np.empty(m, np.int32),
        share.copy(),
        np.empty(m),
        np.empty(longest, np.int32),
        np.empty(longest),
        np.empty((longest + 1, 2), np.int64),
        np.empty(longest + 1, np.int64),
    )
    return n_cuts, work


@kernel
def binarise(first, count, share):
    """Make a binary tree over every list of children.

    The heaviest child stands alone where it weighs a third of its list or more; otherwise the list
    is dealt out, largest first, to the lighter of two groups, which weigh a third or more each. So
    either both parts of a node weigh a third or more, or the heavier is a child.

    Parameters
    ----------
    first, count : int32 arrays of shape (m,)
        Children of the regions; siblings descend by share.
    share : float64 array of shape (m,)

    Returns
    -------
    root : int32 array of shape (m,)
        The binary tree over the children of a region: ``~c`` for cut c, or a region.
    one, other : int32 arrays of shape (n_cuts,)
        Both parts of each cut: ``~c`` for another cut, or a region. Cuts come before the cuts of
        their parts.
    weight : float64 array of shape (n_cuts,)

    Notes
    -----
    O(n log(W / w)) time: a child of weight w in a list of weight W is dealt out as often as W can
    be divided by 3/2.
    """
    n_cuts, work = _room_for(first, count, share)
    root = np.full(len(first), -1, np.int32)
    one, other = np.empty(n_cuts, np.int32), np.empty(n_cuts, np.int32)
    weight = np.empty(n_cuts)
    cut = np.int64(0)
    for region in range(len(first)):
        if count[region] > 0:
            begin = np.int64(first[region])
            root[region], cut = _binarise_list(
                begin, begin + count[region], cut, one, other, weight, work
            )
    return root, one, other, weight


@kernel
def binarise_again(first, count, share, top, parents, region, old_root, old_one, old_other):
    """Make the binary trees that an earlier layout had, where its children are still all there are.

    Parameters
    ----------
    first, count, share : arrays of shape (m,)
        As in :func:`binarise`.
    top : int32 array of shape (m,)
        Highest tree node of each region.
    parents, region : int32 arrays of shape (n_nodes,)
        Of the tree: parent and region of each node.
    old_root : int32 array of shape (n_nodes,)
        The earlier cut of the children of each tree node, -1 for none.
    old_one, old_other : int32 arrays of shape (n_old,)
        Parts of the earlier cuts: ``~c``, or a tree node.

    Returns
    -------
    root, one, other, weight
        As in :func:`binarise`.
    old : int32 array of shape (n_cuts,)
        The earlier cut that each cut repeats, -1 for a new one.
    """
    n_cuts, work = _room_for(first, count, share)
    root = np.full(len(first), -1, np.int32)
    one, other = np.empty(n_cuts, np.int32), np.empty(n_cuts, np.int32)
    weight = np.empty(n_cuts)
    old = np.full(n_cuts, -1, np.int32)
    # What is left of the earlier cuts: how many regions, and their weight.
    n_old = len(old_one)
    living, heft = np.zeros(n_old, np.int32), np.zeros(n_old)
    for c in range(n_old - 1, -1, -1):
        for part in (old_one[c], old_other[c]):
            if part < 0:
                living[c] += living[~part]
                heft[c] += heft[~part]
            elif region[part] >= 0:
                living[c] += 1
                heft[c] += share[region[part]]
    pending = np.empty(n_old + 2, np.int32)
    above = np.empty(n_old + 2, np.int64)
    cut = np.int64(0)
    for r in range(len(first)):
        if count[r] == 0:
            continue
        begin = np.int64(first[r])
        start = old_root[parents[top[begin]]]
        if start < 0 or living[start] != count[r]:
            root[r], cut = _binarise_list(begin, begin + count[r], cut, one, other, weight, work)
            continue
        pending[0], above[0] = ~start, n_cuts
        n_pending = 1
        while n_pending > 0:
            n_pending -= 1
            part, over = pending[n_pending], above[n_pending]
            # Where one part has vanished, the other one stands for both.
            while part < 0:
                a, b = old_one[~part], old_other[~part]
                a_lives = living[~a] > 0 if a < 0 else region[a] >= 0
                b_lives = living[~b] > 0 if b < 0 else region[b] >= 0
                if a_lives and b_lives:
                    break
                part = a if a_lives else b
            here = ~np.int32(cut) if part < 0 else region[part]
            if over == n_cuts:
                root[r] = here
            elif over < 0:
                other[~over] = here
            else:
                one[over] = here
            if part >= 0:
                continue
            old[cut], weight[cut] = ~part, heft[~part]
            pending[n_pending], above[n_pending] = old_other[~part], ~cut
            n_pending += 1
            pending[n_pending], above[n_pending] = old_one[~part], cut
            n_pending += 1
            cut += 1
    return root, one, other, weight, old
