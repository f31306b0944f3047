"""Cells of a power diagram by clipping: every cell on its own, exact up to rounding.

The cell of site s with weight u is the part of the domain with |x - s|^2 - u at most that of every
other site. It starts as the domain and is cut by one bisector after the other while the tree of the
sites is searched, nearest sites first; a branch is left out when no vertex of the cell as it stands
can be nearer to any site in the branch's box with the branch's largest weight. What remains is
exact whatever the weights are, and hidden sites end with an empty cell.

Coordinates are relative to the site, which keeps small cells accurate. Polygons run
counter-clockwise; `tags[k]` tells what lies across the edge from vertex k to the next: a site j, or
``-1 - side`` for a side of the domain.
"""

from __future__ import annotations

import numpy as np

from partwise.geometry.cells._kernels.tree import fill_tops, gap
from partwise.kernels.jit import kernel

__all__ = ["SLACK", "diagram", "measures"]

#: A vertex on the wrong side of a bisector by less than this times the scale is not cut off.
SLACK = 1e-15


@kernel
def _clip(X, Y, T, cur, m, nx, ny, c, slack, tag, h):
    """Cut polygon `cur` of the two to nx x + ny y <= c; return (which of the two, vertices)."""
    worst, least = -np.inf, np.inf
    for k in range(m):
        h[k] = nx * X[cur, k] + ny * Y[cur, k] - c
        worst = max(worst, h[k])
        least = min(least, h[k])
    if worst <= slack:
        return cur, m
    if least > slack:
        return cur, 0
    new = 1 - cur
    size = 0
    for k in range(m):
        b = k + 1 if k + 1 < m else 0
        inside, follows = h[k] <= slack, h[b] <= slack
        if inside:
            X[new, size], Y[new, size], T[new, size] = X[cur, k], Y[cur, k], T[cur, k]
            size += 1
            if follows:
                continue
            if h[k] >= -slack:  # the vertex lies on the line: no edge of no length
                T[new, size - 1] = tag
                continue
        elif not follows or h[b] >= -slack:
            continue
        t = h[k] / (h[k] - h[b])
        X[new, size] = X[cur, k] + t * (X[cur, b] - X[cur, k])
        Y[new, size] = Y[cur, k] + t * (Y[cur, b] - Y[cur, k])
        T[new, size] = tag if inside else T[cur, k]
        size += 1
    return new, size if size >= 3 else 0


@kernel
def _reaches(boxes, tops, node, sx, sy, u, X, Y, cur, m):
    """Tell whether a site of `node` may be as power-near to some vertex as the cell's own."""
    x0, y0 = boxes[node, 0] - sx, boxes[node, 1] - sy
    x1, y1 = boxes[node, 2] - sx, boxes[node, 3] - sy
    lead = tops[node] - u
    for k in range(m):
        x, y = X[cur, k], Y[cur, k]
        dx, dy = max(x0 - x, x - x1, 0.0), max(y0 - y, y - y1, 0.0)
        # equal for a site at the same place, which hides this one or is hidden
        if dx * dx + dy * dy - lead <= x * x + y * y:
            return True
    return False


@kernel
def _cell(i, sites, weights, order, levels, boxes, tops, domain, scale, X, Y, T, h, stack):
    """Build the cell of site `i`; return (which of the two polygons, vertices)."""
    n, m = sites.shape[0], domain.shape[0]
    sx, sy, u = sites[i, 0], sites[i, 1], weights[i]
    cur = 0
    for k in range(m):
        X[0, k], Y[0, k], T[0, k] = domain[k, 0] - sx, domain[k, 1] - sy, -1 - k
    inner = (1 << levels) - 1
    stack[0], size = 0, 1
    while size > 0:
        size -= 1
        node = stack[size]
        if not _reaches(boxes, tops, node, sx, sy, u, X, Y, cur, m):
            continue
        if node < inner:
            a, b = 2 * node + 1, 2 * node + 2
            if gap(boxes, tops, a, sx, sy) < gap(boxes, tops, b, sx, sy):
                a, b = b, a
            stack[size], stack[size + 1] = a, b  # the nearer one is taken next
            size += 2
            continue
        p = node - inner
        for j in range((p * n) >> levels, ((p + 1) * n) >> levels):
            if j == i:
                continue
            nx, ny = sites[j, 0] - sx, sites[j, 1] - sy
            square = nx * nx + ny * ny
            lead = weights[j] - u
            if square == 0.0:
                if lead > 0 or (lead == 0 and order[j] < order[i]):
                    return cur, 0
                continue
            slack = SLACK * scale * np.sqrt(square)
            cur, m = _clip(X, Y, T, cur, m, nx, ny, 0.5 * (square - lead), slack, j, h)
            if m == 0:
                return cur, 0
    return cur, m


@kernel
def measures(x, y, lo, hi):
    """Return (area, centroid x, centroid y) of the convex polygon of the vertices lo to hi - 1."""
    x0, y0 = x[lo], y[lo]
    area = mx = my = 0.0
    for k in range(lo + 1, hi - 1):
        ax, ay, bx, by = x[k] - x0, y[k] - y0, x[k + 1] - x0, y[k + 1] - y0
        cross = ax * by - ay * bx
        area += cross
        mx += cross * (ax + bx)
        my += cross * (ay + by)
    if area <= 0.0:
        return 0.0, x0, y0
    return 0.5 * area, x0 + mx / (3.0 * area), y0 + my / (3.0 * area)


@kernel
def _longer(a, size):
    b = np.empty(size, a.dtype)
    b[: a.size] = a
    return b


@kernel
def diagram(sites, weights, order, levels, boxes, domain, scale, least):
    """Return the whole diagram, or stop at the first cell whose area is below `least`.

    Returns
    -------
    complete : bool
        False where a cell was too small; the rest then means nothing.
    indptr, tags, x, y : arrays
        Polygons, relative to their sites.
    areas, centroids : arrays
        Of the cells; centroids relative to the sites.
    """
    n, m = sites.shape[0], domain.shape[0]
    tops = np.empty(boxes.shape[0])
    fill_tops(weights, levels, tops)
    X, Y = np.empty((2, n + m + 2)), np.empty((2, n + m + 2))
    T = np.empty((2, n + m + 2), np.int64)
    h = np.empty(n + m + 2)
    stack = np.empty(levels + 2, np.int64)
    indptr = np.zeros(n + 1, np.int64)
    areas, centroids = np.zeros(n), np.zeros((n, 2))
    room = 7 * n + 2 * m + 8
    tags, x, y = np.empty(room, np.int64), np.empty(room), np.empty(room)
    end = 0
    for i in range(n):
        cur, size = _cell(
            i, sites, weights, order, levels, boxes, tops, domain, scale, X, Y, T, h, stack
        )
        if end + size > room:
            room = 2 * (end + size)
            tags, x, y = _longer(tags, room), _longer(x, room), _longer(y, room)
        for k in range(size):
            x[end + k], y[end + k], tags[end + k] = X[cur, k], Y[cur, k], T[cur, k]
        if size > 0:
            areas[i], centroids[i, 0], centroids[i, 1] = measures(x, y, end, end + size)
        end += size
        indptr[i + 1] = end
        if areas[i] < least:
            return False, indptr, tags, x, y, areas, centroids
    return True, indptr, tags, x, y, areas, centroids
