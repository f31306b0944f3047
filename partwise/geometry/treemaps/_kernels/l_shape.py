"""Single-level treemaps of rectangles and L shapes: two cuts that are weighed, or a notch."""

from __future__ import annotations

import math

import numpy as np

from partwise.geometry.treemaps._kernels.pieces import cut, put_piece, ratio_of
from partwise.kernels.jit import kernel

__all__ = ["ALPHA", "draw_l_shapes", "leaf_limit"]

ALPHA = 1.0 + math.sqrt(3.0)
"""The ratio that rectangles of groups keep."""


@kernel
def leaf_limit(top):
    """Return the ratio that leaves keep if no rectangle of a group has more than `top`."""
    return top / (1.0 - 1.0 / (top * top))


@kernel
def _deal(order, begin, end, share, side):
    """Give each item, heaviest first, to the lighter of two groups; fill its `side`, 0 or 1.

    Returns the weights of the groups, the number of items in the second one and the last of them.
    """
    first = second = 0.0
    members, last = 0, order[begin]
    for k in range(begin, end):
        if first <= second:
            first += share[order[k]]
            side[k] = 0
        else:
            second += share[order[k]]
            side[k] = 1
            members += 1
            last = order[k]
    return first, second, members, last


@kernel
def _part(order, begin, end, side, spare):
    """Move the items of side 1 behind those of side 0, both in their order; return the border."""
    at, held = begin, 0
    for k in range(begin, end):
        if side[k] == 0:
            order[at] = order[k]
            at += 1
        else:
            spare[held] = order[k]
            held += 1
    order[at:end] = spare[:held]
    return at


@kernel
def _sliced(ratio, part, whole):
    """Return the ratio of the part of a rectangle that a cut across its longer side makes."""
    long = ratio * (part / whole)
    return max(long, 1.0 / long)


@kernel
def _push(jobs, todo, room, begin, end, x0, y0, x1, y1, proven):
    """Put items and their rectangle on the stack, unless the rectangle is empty."""
    if not (x0 < x1 and y0 < y1):
        return jobs
    todo[jobs, 0], todo[jobs, 1] = begin, end
    room[jobs, 0], room[jobs, 1], room[jobs, 2], room[jobs, 3] = x0, y0, x1, y1
    room[jobs, 4] = proven
    return jobs + 1


@kernel
def draw_l_shapes(first, count, share, frame, least_x, least_y, pieces, lacking, bounds):
    """Cut a rectangle into rectangles for regions and L shapes for heavy leaves, level by level.

    A rectangle of ratio r that several items share is cut across its longer side, either between
    the heaviest item and the rest or between two groups of about the same weight, if the parts
    keep their limits: ``max(ALPHA, r)`` for groups and inner regions, and the
    :func:`leaf_limit` of that for leaves. Otherwise a heaviest leaf becomes an L around the rest.
    If the heaviest item is an inner region, which must be a rectangle, the better cut is made
    although it breaks the limits.

    Parameters
    ----------
    first, count : int32 arrays of shape (m,)
    share : float64 array of shape (m,)
        Descending among siblings.
    frame : float64 array of shape (4,)
        x0, y0, x1, y1.
    least_x, least_y : float
        Parts that are shorter get no region.
    pieces : float64 array of shape (m, 8)
        Receives the pieces of the regions.
    lacking : int8 array of shape (m,)
        All -1; receives 0 or 1 for regions that are drawn.
    bounds : float64 array of shape (m,)
        Receives what is proven for the ratio, infinity below parts that break their limits.

    Returns
    -------
    int
        How many cuts broke their limits.
    """
    m = len(first)
    order = np.arange(m).astype(np.int32)
    side, spare = np.empty(m, np.uint8), np.empty(m, np.int32)
    todo = np.empty((m, 2), np.int32)
    room = np.empty((m, 5))  # the rectangle, and what is proven for those of groups inside
    start = max(ALPHA, ratio_of(frame[0], frame[1], frame[2], frame[3]))
    jobs = _push(0, todo, room, 0, 1, frame[0], frame[1], frame[2], frame[3], start)
    forced = 0
    while jobs > 0:
        jobs -= 1
        begin, end = todo[jobs, 0], todo[jobs, 1]
        x0, y0, x1, y1 = room[jobs, 0], room[jobs, 1], room[jobs, 2], room[jobs, 3]
        proven = room[jobs, 4]
        while end - begin == 1:
            i = order[begin]
            lacking[i] = put_piece(pieces[i], x0, y0, x1, y1, x0, y0, x1, y1)
            bounds[i] = proven if count[i] > 0 else leaf_limit(proven)
            begin, end = first[i], first[i] + count[i]
        if end == begin:
            continue

        ratio = ratio_of(x0, y0, x1, y1)
        top = max(ALPHA, ratio)
        leaf_top = leaf_limit(top)
        proven = top if proven < np.inf else np.inf
        heavy = order[begin]
        rest = 0.0
        for k in range(end - 1, begin, -1):
            rest += share[order[k]]
        both = share[heavy] + rest
        limit_0 = leaf_top if count[heavy] == 0 else top
        limit_1 = leaf_top if end - begin == 2 and count[order[end - 1]] == 0 else top
        a, b = _sliced(ratio, share[heavy], both), _sliced(ratio, rest, both)
        worst, fits = max(a, b), a <= limit_0 and b <= limit_1

        dealt, others, members, last = _deal(order, begin, end, share, side)
        dealt_0 = limit_0 if end - begin - members == 1 else top
        dealt_1 = leaf_top if members == 1 and count[last] == 0 else top
        c, d = _sliced(ratio, dealt, dealt + others), _sliced(ratio, others, dealt + others)
        dealt_worst, dealt_fits = max(c, d), c <= dealt_0 and d <= dealt_1

        if not fits and not dealt_fits:
            bent = ratio * both / share[heavy]
            forced += count[heavy] > 0 or bent > leaf_top
            if count[heavy] == 0 and (bent <= leaf_top or bent <= min(worst, dealt_worst)):
                # An L around the rest, whose rectangle is similar to the whole.
                scale = math.sqrt(rest / both)
                px, py = x1 - (x1 - x0) * scale, y1 - (y1 - y0) * scale
                if x1 - px < least_x or y1 - py < least_y:
                    px, py = x1, y1
                lacking[heavy] = put_piece(pieces[heavy], x0, y0, x1, y1, x0, y0, px, py)
                bounds[heavy] = leaf_limit(proven) if bent <= leaf_top else np.inf
                jobs = _push(jobs, todo, room, begin + 1, end, px, py, x1, y1, proven)
                continue

        border, fraction = begin + 1, share[heavy] / both
        if dealt_fits > fits or (dealt_fits == fits and dealt_worst < worst):
            border = _part(order, begin, end, side, spare)
            fraction = dealt / (dealt + others)
            a, b, limit_0, limit_1 = c, d, dealt_0, dealt_1
        if x1 - x0 >= y1 - y0:
            at = cut(x0, x1, fraction, least_x)
            ox, oy, px, py = at, y1, at, y0
        else:
            at = cut(y0, y1, fraction, least_y)
            ox, oy, px, py = x1, at, x0, at
        below = proven if b <= limit_1 else np.inf
        jobs = _push(jobs, todo, room, border, end, px, py, x1, y1, below)
        below = proven if a <= limit_0 else np.inf
        jobs = _push(jobs, todo, room, begin, border, x0, y0, ox, oy, below)
    return forced
