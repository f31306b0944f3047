"""Orthoconvex treemaps: a marked binary tree, a rectangle and a corner, cut until leaves remain."""

from __future__ import annotations

import math

import numpy as np

from partwise.geometry.treemaps._kernels.halved import (
    LARGEST,
    LEFT,
    RIGHT,
    UP,
    heavy_below,
    refresh,
    split_off,
)
from partwise.geometry.treemaps._kernels.pieces import cut, put_piece
from partwise.kernels.jit import kernel

__all__ = ["FATTEST", "draw_orthoconvex"]

FATTEST = 8.0
"""Rectangles of at most this ratio stay so: no slice takes less than an eighth."""


@kernel
def _slice(ax, ay, bx, by, fraction, least_x, least_y):
    """Cut a rectangle across its longer side; return b of the part at corner a, a of the rest."""
    if abs(bx - ax) >= abs(by - ay):
        at = cut(ax, bx, fraction, least_x)
        return at, by, at, ay
    at = cut(ay, by, fraction, least_y)
    return bx, at, ax, at


@kernel
def _notch(ax, ay, bx, by, fraction, least_x, least_y):
    """Return the inner corner of the rectangle at corner a that has `fraction` of the area.

    It is similar to the whole one, which a leaf of at least 5/8 of the area surrounds as an L. In
    a rectangle that is more elongated than any but the picture itself can be, it is a slab across
    the longer side, unless that would be too thin.
    """
    wide, high = abs(bx - ax), abs(by - ay)
    long, short = max(wide, high), min(wide, high)
    if long > FATTEST * short and long * fraction * FATTEST >= short:
        ox, oy, _, _ = _slice(ax, ay, bx, by, fraction, least_x, least_y)
        return ox, oy
    side = math.sqrt(fraction)
    if side * wide < least_x or side * high < least_y:
        return ax, ay
    return ax + (bx - ax) * side, ay + (by - ay) * side


@kernel
def _push(jobs, todo, room, root, mark, ax, ay, bx, by):
    """Put a tree, its mark and its rectangle on the stack, unless the rectangle is empty."""
    if ax == bx or ay == by:
        return jobs
    todo[jobs, 0], todo[jobs, 1] = root, mark
    room[jobs, 0], room[jobs, 1], room[jobs, 2], room[jobs, 3] = ax, ay, bx, by
    return jobs + 1


@kernel
def _surround(piece, ax, ay, bx, by, nx, ny, fx, fy):
    """Give a leaf what the rectangles at corner a (up to n) and at corner b (from f) leave.

    Slabs shorten the leaf's rectangle; notches make it an L or an S. Returns the corners it lacks.
    """
    if nx == bx:
        ay, nx = ny, ax
    elif ny == by:
        ax, ny = nx, ay
    if fx == ax:
        by, fx = fy, bx
    elif fy == ay:
        bx, fy = fx, by
    return put_piece(piece, ax, ay, bx, by, nx, ny, fx, fy)


@kernel
def draw_orthoconvex(links, weight, region, frame, least_x, least_y, pieces, lacking):
    """Cut a rectangle into pieces for the leaves of a binary tree, which is used up.

    The state is a tree T with a marked node, a rectangle R and its corner a: what remains of an
    inner region below the mark's ancestors must touch a, where its other parts lie. The cases are
    those of de Berg, Speckmann and van der Weele (2011) with corrected cuts and marks; w is the
    weight of T.

    Parameters
    ----------
    links : int32 array of shape (n, 4)
    weight : float64 array of shape (n,)
    region : int32 array of shape (n,)
        As :func:`halve_lists` fills them.
    frame : float64 array of shape (4,)
        x0, y0, x1, y1.
    least_x, least_y : float
        Parts that are shorter get no region.
    pieces : float64 array of shape (m, 8)
        Receives the pieces of the leaves' regions.
    lacking : int8 array of shape (m,)
        All -1; receives how many corners a leaf's piece lacks, and stays -1 for leaves without.
    """
    todo = np.empty((len(links) // 2 + 1, 2), np.int32)
    room = np.empty((len(todo), 4))
    jobs = _push(0, todo, room, 0, 0, frame[0], frame[1], frame[2], frame[3])
    while jobs > 0:
        jobs -= 1
        root, mark = todo[jobs, 0], todo[jobs, 1]
        ax, ay, bx, by = room[jobs, 0], room[jobs, 1], room[jobs, 2], room[jobs, 3]
        if links[root, LEFT] < 0:
            i = region[root]
            lacking[i] = put_piece(pieces[i], ax, ay, bx, by, ax, ay, bx, by)
            continue
        whole = weight[root]
        tiny, most = 0.125 * whole, 0.875 * whole

        if weight[mark] >= tiny:
            # (a) Cut out a heavy part at or below the mark; what stays is marked where it was.
            part = heavy_below(links, weight, mark, most)
            other = split_off(links, weight, part)
            rest = other if links[other, UP] < 0 else root
            both = weight[part] + weight[rest]
            if weight[part] <= most:
                ox, oy, px, py = _slice(ax, ay, bx, by, weight[part] / both, least_x, least_y)
                jobs = _push(jobs, todo, room, rest, other, px, py, bx, by)
                jobs = _push(jobs, todo, room, part, part, ax, ay, ox, oy)
            else:
                fx, fy = _notch(bx, by, ax, ay, weight[rest] / both, least_x, least_y)
                i = region[part]
                lacking[i] = _surround(pieces[i], ax, ay, bx, by, ax, ay, fx, fy)
                jobs = _push(jobs, todo, room, rest, other, fx, fy, bx, by)
            continue

        # The last node on the way up from the mark that is not nearly everything.
        low = mark
        while weight[links[low, UP]] < most:
            low = links[low, UP]
        if weight[low] >= tiny:
            # (b)
            other = split_off(links, weight, low)
            rest = other if links[other, UP] < 0 else root
            fraction = weight[low] / (weight[low] + weight[rest])
            ox, oy, px, py = _slice(ax, ay, bx, by, fraction, least_x, least_y)
            jobs = _push(jobs, todo, room, rest, other, px, py, bx, by)
            jobs = _push(jobs, todo, room, low, mark, ax, ay, ox, oy)
            continue

        above = links[low, UP]
        beside = links[above, LEFT] + links[above, RIGHT] - low
        leaf = links[beside, LARGEST]
        if weight[leaf] >= 0.25 * whole:
            # (c) A big leaf surrounds the tiny part at corner a.
            other = split_off(links, weight, leaf)
            rest = other if links[other, UP] < 0 else root
            i = region[leaf]
            both = weight[low] + weight[leaf]
            if rest == low:
                nx, ny = _notch(ax, ay, bx, by, weight[low] / both, least_x, least_y)
                lacking[i] = _surround(pieces[i], ax, ay, bx, by, nx, ny, bx, by)
                jobs = _push(jobs, todo, room, low, mark, ax, ay, nx, ny)
                continue
            # The mark of the rest is the deeper of the two places where something is missing.
            last = split_off(links, weight, low)
            rest = last if links[last, UP] < 0 else rest
            if other == low:
                other = last
            all_three = both + weight[rest]
            if weight[rest] <= tiny:
                nx, ny = _notch(ax, ay, bx, by, weight[low] / all_three, least_x, least_y)
                fx, fy = _notch(bx, by, ax, ay, weight[rest] / all_three, least_x, least_y)
                lacking[i] = _surround(pieces[i], ax, ay, bx, by, nx, ny, fx, fy)
                jobs = _push(jobs, todo, room, rest, other, fx, fy, bx, by)
            else:
                ox, oy, px, py = _slice(ax, ay, bx, by, both / all_three, least_x, least_y)
                jobs = _push(jobs, todo, room, rest, other, px, py, bx, by)
                if ax == ox or ay == oy:
                    continue
                nx, ny = _notch(ax, ay, ox, oy, weight[low] / both, least_x, least_y)
                lacking[i] = _surround(pieces[i], ax, ay, ox, oy, nx, ny, ox, oy)
            jobs = _push(jobs, todo, room, low, mark, ax, ay, nx, ny)
            continue

        # (d) Three slabs: the tiny part with a light one, the middle without that, the rest.
        child = links[beside, LEFT]
        if weight[links[beside, RIGHT]] > weight[child]:
            child = links[beside, RIGHT]
        middle = heavy_below(links, weight, child, 0.75 * whole)
        light = heavy_below(links, weight, middle, 0.25 * whole)
        last = split_off(links, weight, low)
        root = last if links[last, UP] < 0 else root
        rest_mark = split_off(links, weight, middle)
        rest = rest_mark if links[rest_mark, UP] < 0 else root
        middle_mark = split_off(links, weight, light)
        if links[middle_mark, UP] < 0:
            middle = middle_mark
        near = above  # the number of the node that has just gone
        links[near, LEFT], links[near, RIGHT], links[near, UP] = light, low, -1
        links[light, UP] = links[low, UP] = near
        refresh(links, weight, near)
        others = weight[middle] + weight[rest]
        fraction = weight[near] / (weight[near] + others)
        ox, oy, px, py = _slice(ax, ay, bx, by, fraction, least_x, least_y)
        across_x = abs(bx - ax) >= abs(by - ay)
        fraction = weight[middle] / others
        if px != bx and py != by:
            # Both cuts are parallel, whatever the proportions of what the first one leaves.
            if across_x:
                qx, qy = cut(px, bx, fraction, least_x), py
                jobs = _push(jobs, todo, room, rest, rest_mark, qx, qy, bx, by)
                jobs = _push(jobs, todo, room, middle, middle_mark, px, by, qx, py)
            else:
                qx, qy = px, cut(py, by, fraction, least_y)
                jobs = _push(jobs, todo, room, rest, rest_mark, qx, qy, bx, by)
                jobs = _push(jobs, todo, room, middle, middle_mark, bx, py, px, qy)
        jobs = _push(jobs, todo, room, near, mark, ax, ay, ox, oy)
