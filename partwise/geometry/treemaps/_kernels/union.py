"""Unions of rectilinear polygons with disjoint interiors, by what cancels at their vertices.

Going round a rectilinear polygon, one vertical edge starts or ends at every vertex: +1 or -1. Over
all polygons these numbers add up to 0 at a point where edges cancel or go on, and the points that
remain are the vertices of the union. Along each vertical line two successive ones are the ends of
an edge, and so along each horizontal line. No coordinate is computed, and equal ones are equal to
the bit because one cut has made them.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["boxes_up", "is_orthoconvex", "unite_all", "unite_below"]


@kernel
def _sort(first, second, n, order, spare):
    """Fill `order` with 0, ..., n - 1 sorted by (first, second, number); a merge sort."""
    run = 8
    for begin in range(0, n, run):
        for k in range(begin, min(begin + run, n)):
            at = k
            while at > begin:
                p = order[at - 1]
                if first[p] < first[k] or (first[p] == first[k] and second[p] <= second[k]):
                    break
                order[at] = p
                at -= 1
            order[at] = k
    while run < n:
        for begin in range(0, n, 2 * run):
            middle, end = min(begin + run, n), min(begin + 2 * run, n)
            i, j = begin, middle
            for at in range(begin, end):
                take = i < middle
                if take and j < end:
                    p, q = order[i], order[j]
                    take = first[p] < first[q] or (first[p] == first[q] and second[p] <= second[q])
                if take:
                    spare[at] = order[i]
                    i += 1
                else:
                    spare[at] = order[j]
                    j += 1
        order[:n] = spare[:n]
        run *= 2


@kernel
def _add(xy, begin, end, x, y, jump, n):
    """Append the vertices of one polygon with their numbers; return the new length."""
    for k in range(begin, end):
        after = k + 1 if k + 1 < end else begin
        x[n], y[n] = xy[k, 0], xy[k, 1]
        jump[n] = 1 if xy[k, 0] == xy[after, 0] else -1
        n += 1
    return n


@kernel
def _unite(x, y, jump, n, order, spare, room, out, at):
    """Write the boundary of the union of `n` collected vertices to ``out[at:]``, return its end.

    Counterclockwise from the lowest of the leftmost vertices.
    """
    _sort(x, y, n, order, spare)
    left = 0
    k = 0
    while k < n:
        p = order[k]
        total = 0
        while k < n and x[order[k]] == x[p] and y[order[k]] == y[p]:
            total += jump[order[k]]
            k += 1
        # Twice where two corners of the union touch.
        for _ in range(abs(total)):
            room[left, 0], room[left, 1] = x[p], y[p]
            left += 1
    for k in range(left):
        x[k], y[k] = room[k, 0], room[k, 1]
    # Vertices 2 k and 2 k + 1 share a vertical edge now; `jump` becomes the other end of the
    # horizontal one.
    _sort(y, x, left, order, spare)
    for k in range(0, left - 1, 2):
        jump[order[k]], jump[order[k + 1]] = order[k + 1], order[k]
    v = 0
    while left > 0:
        other = jump[v]
        out[at, 0], out[at, 1] = x[v], y[v]
        out[at + 1, 0], out[at + 1, 1] = x[other], y[other]
        at += 2
        v = other ^ 1
        if v == 0:
            break
    return at


@kernel
def unite_below(i, first, count, indptr, xy):
    """Return the boundary of the union of all leaves below region `i`, shape (k, 2).

    Parameters
    ----------
    i : int
    first, count : int32 arrays of shape (m,)
        The children of each region, numbered breadth-first.
    indptr, xy : int64 and float64 arrays
        The polygons of leaves; those of other regions are empty.
    """
    n = 0
    begin, end = i, i + 1
    while begin < end:
        n += indptr[end] - indptr[begin]
        begin, end = first[begin], first[end - 1] + count[end - 1]
    x, y, jump = np.empty(n), np.empty(n), np.empty(n, np.int64)
    n = 0
    begin, end = i, i + 1
    while begin < end:
        for k in range(begin, end):
            n = _add(xy, indptr[k], indptr[k + 1], x, y, jump, n)
        begin, end = first[begin], first[end - 1] + count[end - 1]
    out = np.empty((n, 2))
    order, spare = np.empty(n, np.int64), np.empty(n, np.int64)
    return out[: _unite(x, y, jump, n, order, spare, np.empty((n, 2)), out, 0)].copy()


@kernel
def unite_all(first, count, indptr, xy, pointers):
    """Fill the pointers of the polygons of all regions, inner ones united; return the vertices.

    Regions are united from the boundaries of their children, the last ones first. O(s log s) time
    for a sum s of the boundaries of all regions.
    """
    m = len(first)
    pool = np.empty((2 * len(xy) + 8, 2))
    starts, sizes = np.empty(m, np.int64), np.empty(m, np.int64)
    used = 0
    n = 8
    x, y, jump, room = np.empty(n), np.empty(n), np.empty(n, np.int64), np.empty((n, 2))
    order, spare = np.empty(n, np.int64), np.empty(n, np.int64)
    for i in range(m - 1, -1, -1):
        need = indptr[i + 1] - indptr[i]
        for k in range(first[i], first[i] + count[i]):
            need += sizes[k]
        if used + need > len(pool):
            larger = np.empty((2 * (used + need), 2))
            larger[:used] = pool[:used]
            pool = larger
        if need > len(x):
            n = 2 * need
            x, y, jump, room = np.empty(n), np.empty(n), np.empty(n, np.int64), np.empty((n, 2))
            order, spare = np.empty(n, np.int64), np.empty(n, np.int64)
        starts[i] = used
        if count[i] == 0:
            pool[used : used + need] = xy[indptr[i] : indptr[i + 1]]
            used += need
        else:
            n = 0
            for k in range(first[i], first[i] + count[i]):
                n = _add(pool, starts[k], starts[k] + sizes[k], x, y, jump, n)
            used = _unite(x, y, jump, n, order, spare, room, pool, used)
        sizes[i] = used - starts[i]
    pointers[0] = 0
    for i in range(m):
        pointers[i + 1] = pointers[i] + sizes[i]
    out = np.empty((used, 2))
    for i in range(m):
        out[pointers[i] : pointers[i + 1]] = pool[starts[i] : starts[i] + sizes[i]]
    return out


@kernel
def boxes_up(parent, areas, boxes):
    """Add the areas of regions to those of their parents, and widen the boxes of these, in place.

    Boxes (x0, y0, x1, y1) are NaN where a region is empty.
    """
    for i in range(len(parent) - 1, 0, -1):
        p = parent[i]
        areas[p] += areas[i]
        if np.isnan(boxes[p, 0]):
            boxes[p] = boxes[i]
        elif not np.isnan(boxes[i, 0]):
            boxes[p, 0] = min(boxes[p, 0], boxes[i, 0])
            boxes[p, 1] = min(boxes[p, 1], boxes[i, 1])
            boxes[p, 2] = max(boxes[p, 2], boxes[i, 2])
            boxes[p, 3] = max(boxes[p, 3], boxes[i, 3])


@kernel
def is_orthoconvex(indptr, xy, convex):
    """Fill whether every vertical and every horizontal line meets each polygon in one interval.

    That is so if going round a rectilinear polygon turns from right to left and from up to down
    once each. Empty polygons are orthoconvex.
    """
    for i in range(len(convex)):
        begin, end = indptr[i], indptr[i + 1]
        turns = 0
        before = end - 2  # the edge before the last vertex is parallel to that of the first
        for k in range(begin, end):
            after = k + 1 if k + 1 < end else begin
            past = before + 1 if before + 1 < end else begin
            along = (xy[after, 0] - xy[k, 0]) * (xy[past, 0] - xy[before, 0])
            along += (xy[after, 1] - xy[k, 1]) * (xy[past, 1] - xy[before, 1])
            turns += along < 0.0
            before = k - 1 if k > begin else end - 1
        convex[i] = turns == 4 or begin == end
