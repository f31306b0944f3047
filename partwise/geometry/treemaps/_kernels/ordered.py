"""Rectangles in the given order of children: slice and dice, strips, pivots."""

from __future__ import annotations

import math

import numpy as np

from partwise.geometry.treemaps._kernels.rows import inset, slice_row
from partwise.kernels.jit import kernel

__all__ = ["PIVOTS", "pivot_boxes", "slice_and_dice", "strips"]

PIVOTS = ("middle", "size", "split")
"""Which child is the pivot: the middle one, the largest, or the one that halves the weight."""


@kernel
def _sum(share, begin, end):
    total = 0.0
    for i in range(begin, end):
        total += share[i]
    return total


@kernel
def slice_and_dice(first, count, share, level, boxes, padding, header):
    """Fill the boxes of all regions but the first, side by side at even levels, else stacked."""
    inner = boxes[0].copy()
    for i in range(len(first)):
        if count[i] > 0:
            inset(boxes[i], inner, padding, header)
            begin, end = first[i], first[i] + count[i]
            slice_row(
                begin, end, share, _sum(share, begin, end), level[i] % 2,
                inner[0], inner[1], inner[2], inner[3], boxes,
            )  # fmt: skip


@kernel
def _mean_ratio(share, begin, end, total, width, area_of_share):
    """Return the mean of long over short sides in a strip across `width`."""
    height = total * area_of_share / width
    ratios = 0.0
    for i in range(begin, end):
        wide = share[i] * area_of_share / height
        ratios += max(wide / height, height / wide)
    return ratios / (end - begin)


@kernel
def strips(first, count, share, boxes, padding, header):
    """Fill the boxes of all regions but the first, in strips from the top down."""
    inner = boxes[0].copy()
    rest = share.copy()  # of each region and the siblings after it
    for i in range(len(first)):
        begin, end = first[i], first[i] + count[i]
        for k in range(end - 2, begin - 1, -1):
            rest[k] += rest[k + 1]
    for i in range(len(first)):
        if count[i] == 0:
            continue
        inset(boxes[i], inner, padding, header)
        x0, y0, x1, y1 = inner[0], inner[1], inner[2], inner[3]
        begin, end = first[i], first[i] + count[i]
        wide, high = x1 - x0, y1 - y0
        if wide <= 0.0 or high <= 0.0:
            slice_row(begin, end, share, rest[begin], 0, x0, y0, x1, y1, boxes)
            continue
        scale = wide * high / rest[begin]
        while begin < end:
            total = share[begin]
            ratio = _mean_ratio(share, begin, begin + 1, total, wide, scale)
            stop = begin + 1
            while stop < end:
                longer = _mean_ratio(share, begin, stop + 1, total + share[stop], wide, scale)
                if longer > ratio:
                    break
                total += share[stop]
                ratio = longer
                stop += 1
            y = y0 + (y1 - y0) * (total / rest[begin]) if stop < end else y1
            slice_row(begin, stop, share, total, 0, x0, y0, x1, y, boxes)
            y0 = y
            begin = stop


@kernel
def _grow(share, begin, end, sums, largest):
    """Build the trees of sums and of the positions of maxima over a list of children."""
    n = end - begin
    for i in range(n):
        sums[n + i], largest[n + i] = share[begin + i], i
    for i in range(n - 1, 0, -1):
        sums[i] = sums[2 * i] + sums[2 * i + 1]
        left, right = largest[2 * i], largest[2 * i + 1]
        if share[begin + left] > share[begin + right] or (
            share[begin + left] == share[begin + right] and left < right
        ):
            largest[i] = left
        else:
            largest[i] = right


@kernel
def _query(share, base, n, low, high, sums, largest):
    """Return the sum over low, ..., high - 1 of a list of `n`, and where its first maximum is.

    Sums are added up from parts, never subtracted, so that small ones keep their digits.
    """
    total = 0.0
    best = low
    left, right = low + n, high + n
    while left < right:
        for which in range(2):
            if which == 0 and left & 1:
                node = left
                left += 1
            elif which == 1 and right & 1:
                right -= 1
                node = right
            else:
                continue
            total += sums[node]
            at = largest[node]
            if share[base + at] > share[base + best] or (
                share[base + at] == share[base + best] and at < best
            ):
                best = at
        left >>= 1
        right >>= 1
    return total, best


@kernel
def _pivot(share, base, n, low, high, total, rule, sums, largest):
    """Return the pivot among low, ..., high - 1."""
    if rule == 0:
        return (low + high) // 2
    if rule == 1:
        return _query(share, base, n, low, high, sums, largest)[1]
    left, right = low, high - 1  # the first whose sum with all before it is at least half
    while left < right:
        middle = (left + right) // 2
        if _query(share, base, n, low, middle + 1, sums, largest)[0] * 2.0 >= total:
            right = middle
        else:
            left = middle + 1
    return left


@kernel
def _beside(share, base, n, pivot, high, long, short, total, sums, largest):
    """Return the end of the list that stands beside the pivot, so that this is most square.

    The column of the pivot and its list is ``long * (p + s) / total`` wide, and the pivot takes
    ``p / (p + s)`` of its height: its width over height grows with s, so bisection finds where it
    passes 1.
    """
    own = share[base + pivot]
    left, right = pivot + 1, high
    while left < right:
        middle = (left + right + 1) // 2
        column = own + _query(share, base, n, pivot + 1, middle, sums, largest)[0]
        if (long * column / total) <= short * (own / column):
            left = middle
        else:
            right = middle - 1
    best, best_end = math.inf, left
    for end in range(left, min(left + 2, high + 1)):
        column = own + _query(share, base, n, pivot + 1, end, sums, largest)[0]
        wide, tall = long * column / total, short * (own / column)
        ratio = max(wide / tall, tall / wide) if wide > 0.0 and tall > 0.0 else math.inf
        if ratio < best:
            best, best_end = ratio, end
    return best_end


@kernel
def pivot_boxes(first, count, share, boxes, rule, padding, header):
    """Fill the boxes of all regions but the first, around pivots."""
    longest = 1
    for i in range(len(first)):
        longest = max(longest, count[i])
    sums, largest = np.empty(2 * longest), np.empty(2 * longest, np.int64)
    lists = np.empty((longest + 8, 2), np.int64)
    rooms = np.empty((longest + 8, 4))
    inner = boxes[0].copy()
    for i in range(len(first)):
        n = np.int64(count[i])
        if n == 0:
            continue
        base = np.int64(first[i])
        inset(boxes[i], inner, padding, header)
        _grow(share, base, base + n, sums, largest)
        lists[0, 0], lists[0, 1], rooms[0] = 0, n, inner
        pending = 1
        while pending > 0:
            pending -= 1
            low, high = lists[pending, 0], lists[pending, 1]
            x0, y0 = rooms[pending, 0], rooms[pending, 1]
            x1, y1 = rooms[pending, 2], rooms[pending, 3]
            total = _query(share, base, n, low, high, sums, largest)[0]
            if high - low <= 2 or x1 <= x0 or y1 <= y0:
                axis = 0 if x1 - x0 >= y1 - y0 else 1
                slice_row(base + low, base + high, share, total, axis, x0, y0, x1, y1, boxes)
                continue
            wide = x1 - x0 >= y1 - y0
            pivot = _pivot(share, base, n, low, high, total, rule, sums, largest)
            # Before the pivot: a full slab at the low end of the long side.
            before = _query(share, base, n, low, pivot, sums, largest)[0]
            if pivot > low:
                lists[pending, 0], lists[pending, 1] = low, pivot
                rooms[pending, 0], rooms[pending, 1] = x0, y0
                if wide:
                    x0 = min(x0 + (x1 - x0) * (before / total), x1)
                    rooms[pending, 2], rooms[pending, 3] = x0, y1
                else:
                    y0 = min(y0 + (y1 - y0) * (before / total), y1)
                    rooms[pending, 2], rooms[pending, 3] = x1, y0
                pending += 1
            total = _query(share, base, n, pivot, high, sums, largest)[0]
            long, short = (x1 - x0, y1 - y0) if wide else (y1 - y0, x1 - x0)
            stop = _beside(share, base, n, pivot, high, long, short, total, sums, largest)
            column = _query(share, base, n, pivot, stop, sums, largest)[0]
            edge_x, edge_y = x1, y1
            # Beyond the pivot's column: a slab at the high end.
            if stop < high:
                if wide:
                    edge_x = min(x0 + (x1 - x0) * (column / total), x1)
                    rooms[pending, 0], rooms[pending, 1] = edge_x, y0
                else:
                    edge_y = min(y0 + (y1 - y0) * (column / total), y1)
                    rooms[pending, 0], rooms[pending, 1] = x0, edge_y
                rooms[pending, 2], rooms[pending, 3] = x1, y1
                lists[pending, 0], lists[pending, 1] = stop, high
                pending += 1
            # In the column: the pivot, then the list beside it.
            end_x, end_y = edge_x, edge_y
            if stop > pivot + 1:
                part = share[base + pivot] / column
                if wide:
                    end_y = min(y0 + (edge_y - y0) * part, edge_y)
                    rooms[pending, 0], rooms[pending, 1] = x0, end_y
                else:
                    end_x = min(x0 + (edge_x - x0) * part, edge_x)
                    rooms[pending, 0], rooms[pending, 1] = end_x, y0
                rooms[pending, 2], rooms[pending, 3] = edge_x, edge_y
                lists[pending, 0], lists[pending, 1] = pivot + 1, stop
                pending += 1
            box = boxes[base + pivot]
            box[0], box[1], box[2], box[3] = x0, y0, end_x, end_y
