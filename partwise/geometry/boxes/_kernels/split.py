"""Boxes of R^d cut into boxes with slack: what partitions, treemaps and embeddings share.

A box is a row of three arrays of shape (m, d): its lower and its upper corner, and its sides. The
sides are carried along, not taken from the corners, so that they keep all their digits when a box
is small against its distance from the origin; the corners are shared to the bit, so that the
pieces of a box tile it.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["shrink", "slack_boxes", "split_group"]

#: Sides below this become 0: ratios of subnormal numbers would mean nothing.
TINY = 1e-300

#: Sides that differ by this part of the longest count as equal, so that rounding decides nothing.
TIE = 1e-12


@kernel
def copy_box(row, other, lower, upper, sides):
    """Copy the box of `row` to that of `other`."""
    for k in range(sides.shape[1]):
        lower[other, k], upper[other, k] = lower[row, k], upper[row, k]
        sides[other, k] = sides[row, k]


@kernel
def cut(row, other, first, second, lower, upper, sides):
    """Cut the box of `row` across its longest side (the first of several that are equal).

    `row` keeps the lower piece, of the fraction `first` of the volume; `other` receives the rest,
    of the fraction `second`. Both are given because 1 - `first` would lose the digits of a small
    one.
    """
    copy_box(row, other, lower, upper, sides)
    axis = 0
    for k in range(1, sides.shape[1]):
        if sides[row, k] > (1.0 + TIE) * sides[row, axis]:
            axis = k
    side = sides[row, axis]
    upper[row, axis] = min(lower[row, axis] + first * side, upper[row, axis])
    lower[other, axis] = upper[row, axis]
    sides[row, axis] = first * side if first * side > TINY else 0.0
    sides[other, axis] = second * side if second * side > TINY else 0.0


@kernel
def shrink(row, scale, lower, upper, sides):
    """Shrink the box of `row` about its centre."""
    for k in range(sides.shape[1]):
        margin = 0.5 * (1.0 - scale) * sides[row, k]
        lower[row, k] += margin
        upper[row, k] = max(upper[row, k] - margin, lower[row, k])
        sides[row, k] *= scale


@kernel
def add_up(items, begin, end, weight, rest):
    """Fill the weight of each item and those after it: added, so never a small difference."""
    total = 0.0
    for at in range(end - 1, begin - 1, -1):
        total += weight[items[at]]
        rest[at] = total


@kernel
def deal_out(items, begin, end, weight, rest, spare):
    """Deal items, heaviest first, to the lighter of two groups; return where the second begins.

    Items stay in descending order in both; if the heaviest weighs less than a third of all, each
    group weighs at least a third (longest processing time first).
    """
    first = second = 0.0
    kept, moved = begin, 0
    for at in range(begin, end):
        item = items[at]
        if first <= second:
            first += weight[item]
            items[kept] = item
            kept += 1
        else:
            second += weight[item]
            spare[moved] = item
            moved += 1
    for at in range(moved):
        items[kept + at] = spare[at]
    add_up(items, begin, kept, weight, rest)
    add_up(items, kept, end, weight, rest)
    return kept


@kernel
def split_group(items, begin, end, weight, eps, lower, upper, sides, rest, spare, stack):
    """Cut one box into boxes for items[begin:end]; the box is in the row of the first of them.

    A heaviest item of at least a third of its group is cut off, with its fraction of the volume but
    at most 1 - `eps`; otherwise the group is dealt out in two. All cuts go across the longest side
    with fractions of at least `eps`, so no ratio of sides exceeds max(that of the box, 1 / eps); a
    group never has less than its part of the volume, an item no less than 1 - `eps` of it. While it
    is cut, the box of a group is in the row of its first item.

    Parameters
    ----------
    items : int32 array
        Rows of the boxes to be made, by descending weight; changes its order.
    begin, end : int
        At least one item.
    weight : float64 array of shape (m,)
    eps : float
        Above 0, at most 1/3.
    lower, upper, sides : float64 arrays of shape (m, d)
    rest : float64 array as long as `items`
    spare : int32 array as long as `items`
    stack : int64 array of shape (64, 2)
        Groups that wait; the larger one of two waits, so that there are at most log2(m).
    """
    add_up(items, begin, end, weight, rest)
    stack[0, 0], stack[0, 1] = begin, end
    waiting = 1
    while waiting > 0:
        waiting -= 1
        at, stop = stack[waiting, 0], stack[waiting, 1]
        while stop - at > 1:
            heaviest = weight[items[at]]
            if heaviest >= rest[at] / 3.0:
                first, second = 1.0 - eps, eps
                if rest[at + 1] > eps * rest[at]:
                    first, second = heaviest / rest[at], rest[at + 1] / rest[at]
                cut(items[at], items[at + 1], first, second, lower, upper, sides)
                at += 1
                continue
            middle = deal_out(items, at, stop, weight, rest, spare)
            total = rest[at] + rest[middle]
            first, second = rest[at] / total, rest[middle] / total
            cut(items[at], items[middle], first, second, lower, upper, sides)
            if middle - at < stop - middle:
                stack[waiting, 0], stack[waiting, 1] = middle, stop
                stop = middle
            else:
                stack[waiting, 0], stack[waiting, 1] = at, middle
                at = middle
            waiting += 1


@kernel
def slack_boxes(first, count, weight, eps, trim, lower, upper, sides):
    """Fill the boxes of all regions of a tree but the first, whose box is given.

    Parameters
    ----------
    first, count : int32 arrays of shape (m,)
        The children of region i are first[i], ..., first[i] + count[i] - 1, by descending weight;
        parents come before children.
    weight : float64 array of shape (m,)
    eps : float
    trim : bool
        Whether to shrink what has more than its share of the volume of region 0 to that share.
    lower, upper, sides : float64 arrays of shape (m, d)
    """
    m, d = sides.shape
    items = np.arange(m).astype(np.int32)
    rest, spare = np.empty(m), np.empty(m, np.int32)
    stack = np.empty((64, 2), np.int64)
    whole = sides[0].copy()
    for i in range(m):
        if trim and i > 0:
            volume = 1.0
            for k in range(d):
                volume *= sides[i, k] / whole[k]
            share = weight[i] / weight[0]
            if volume > share:
                shrink(i, (share / volume) ** (1.0 / d), lower, upper, sides)
        if count[i] > 0:
            child = first[i]
            copy_box(i, child, lower, upper, sides)
            split_group(
                items, child, child + count[i], weight, eps, lower, upper, sides, rest, spare, stack
            )
