"""A balanced kd-tree of sites in the plane that knows the largest weight below every node.

Node `p` of level `l` covers the positions ``(p * n) >> l`` to ``((p + 1) * n) >> l`` of the sites
and has number ``2^l - 1 + p``; nothing but the order of the sites, a box and a largest weight per
node is stored. The largest weights change with every step of an optimisation, the rest only with
the sites.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["build_tree", "fill_boxes", "fill_tops", "gap", "locate", "nearest", "tree_levels"]

LEAF = 6  # most sites of a leaf


@kernel
def tree_levels(n):
    """Return the number of levels below the root for `n` sites."""
    levels = 0
    while (n >> levels) > LEAF:
        levels += 1
    return levels


@kernel
def _less(sites, a, b, axis):
    return sites[a, axis] < sites[b, axis] or (sites[a, axis] == sites[b, axis] and a < b)


@kernel
def _select(sites, order, lo, hi, mid, axis):
    """Put the sites of ``order[lo:hi]`` that come first along `axis` before position `mid`."""
    hi -= 1
    while lo < hi:
        # the median of three is a good pivot on sorted input too
        a, b, c = order[lo], order[(lo + hi) >> 1], order[hi]
        if _less(sites, b, a, axis):
            a, b = b, a
        if _less(sites, c, b, axis):
            b = a if _less(sites, c, a, axis) else c
        i, j = lo, hi
        while i <= j:
            while _less(sites, order[i], b, axis):
                i += 1
            while _less(sites, b, order[j], axis):
                j -= 1
            if i <= j:
                order[i], order[j] = order[j], order[i]
                i += 1
                j -= 1
        if mid <= j:
            hi = j
        elif mid >= i:
            lo = i
        else:
            return


@kernel
def build_tree(sites):
    """Return the order of the sites (n, 2): split at the median of the wider side, ties by index.

    O(n log n) time.
    """
    n = sites.shape[0]
    order = np.arange(n)
    levels = tree_levels(n)
    for level in range(levels):
        for p in range(1 << level):
            lo, hi = (p * n) >> level, ((p + 1) * n) >> level
            x0 = x1 = sites[order[lo], 0]
            y0 = y1 = sites[order[lo], 1]
            for k in range(lo + 1, hi):
                x, y = sites[order[k], 0], sites[order[k], 1]
                x0, x1, y0, y1 = min(x0, x), max(x1, x), min(y0, y), max(y1, y)
            axis = 0 if x1 - x0 >= y1 - y0 else 1
            _select(sites, order, lo, hi, ((2 * p + 1) * n) >> (level + 1), axis)
    return order


@kernel
def fill_boxes(sites, levels, boxes):
    """Write the bounding box (x0, y0, x1, y1) of the sites, in tree order, of every node."""
    n = sites.shape[0]
    base = (1 << levels) - 1
    for p in range(1 << levels):
        lo, hi = (p * n) >> levels, ((p + 1) * n) >> levels
        x0 = x1 = sites[lo, 0]
        y0 = y1 = sites[lo, 1]
        for k in range(lo + 1, hi):
            x, y = sites[k, 0], sites[k, 1]
            x0, x1, y0, y1 = min(x0, x), max(x1, x), min(y0, y), max(y1, y)
        boxes[base + p, 0], boxes[base + p, 1] = x0, y0
        boxes[base + p, 2], boxes[base + p, 3] = x1, y1
    for node in range(base - 1, -1, -1):
        a, b = 2 * node + 1, 2 * node + 2
        boxes[node, 0] = min(boxes[a, 0], boxes[b, 0])
        boxes[node, 1] = min(boxes[a, 1], boxes[b, 1])
        boxes[node, 2] = max(boxes[a, 2], boxes[b, 2])
        boxes[node, 3] = max(boxes[a, 3], boxes[b, 3])


@kernel
def fill_tops(weights, levels, tops):
    """Write the largest weight of every node."""
    n = weights.size
    base = (1 << levels) - 1
    for p in range(1 << levels):
        top = weights[(p * n) >> levels]
        for k in range(((p * n) >> levels) + 1, ((p + 1) * n) >> levels):
            top = max(top, weights[k])
        tops[base + p] = top
    for node in range(base - 1, -1, -1):
        tops[node] = max(tops[2 * node + 1], tops[2 * node + 2])


@kernel
def gap(boxes, tops, node, x, y):
    """Return a lower bound of the power distances of (x, y) to the sites of `node`."""
    dx = max(boxes[node, 0] - x, x - boxes[node, 2], 0.0)
    dy = max(boxes[node, 1] - y, y - boxes[node, 3], 0.0)
    return dx * dx + dy * dy - tops[node]


@kernel
def nearest(x, y, skip, sites, weights, order, levels, boxes, tops, stack):
    """Return (power distance, position) of the power-nearest site of (x, y) but `skip`.

    Ties go to the site with the lower own number.
    """
    n = sites.shape[0]
    inner = (1 << levels) - 1
    best, who = np.inf, np.int64(-1)
    stack[0], size = 0, 1
    while size > 0:
        size -= 1
        node = stack[size]
        if gap(boxes, tops, node, x, y) > best:
            continue
        if node < inner:
            a, b = 2 * node + 1, 2 * node + 2
            if gap(boxes, tops, a, x, y) < gap(boxes, tops, b, x, y):
                a, b = b, a
            stack[size], stack[size + 1] = a, b  # the nearer one is taken next
            size += 2
            continue
        p = node - inner
        for k in range((p * n) >> levels, ((p + 1) * n) >> levels):
            dx, dy = x - sites[k, 0], y - sites[k, 1]
            power = dx * dx + dy * dy - weights[k]
            if k != skip and (power < best or (power == best and order[k] < order[who])):
                best, who = power, k
    return best, who


@kernel
def locate(points, sites, weights, order, levels, boxes, tops, found):
    """Write the power-nearest site of every point, by its own number; ties to the lower one."""
    stack = np.empty(levels + 2, np.int64)
    for q in range(points.shape[0]):
        _power, who = nearest(
            points[q, 0], points[q, 1], -1, sites, weights, order, levels, boxes, tops, stack
        )
        found[q] = order[who]
