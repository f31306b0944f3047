"""From cells that were built one by one to one planar subdivision with shared vertices.

Neighbours compute their common vertices separately, so they differ in the last bits, and where four
or more cells meet in a point some see an edge of no length that others do not. Ends of the two
sides of every edge are merged here, edges that only one side sees are shrunk to a point, and every
merged vertex gets one place: a corner of the domain, a point exactly on a side of it, or the place
that the first cell computed. Afterwards the two sides of an edge agree bit by bit.
"""

from __future__ import annotations

import numpy as np

from partwise.geometry.cells._kernels.clip import measures
from partwise.kernels.jit import kernel

__all__ = ["weld"]

_SHRINK = 1e-9  # one-sided edges up to this times the scale are rounding, never longer ones


@kernel
def _root(parent, a):
    while parent[a] != a:
        parent[a] = parent[parent[a]]
        a = parent[a]
    return a


@kernel
def _merge(parent, a, b):
    a, b = _root(parent, a), _root(parent, b)
    if a < b:
        parent[b] = a
    else:
        parent[a] = b


@kernel
def _next(indptr, i, e):
    return e + 1 if e + 1 < indptr[i + 1] else indptr[i]


@kernel
def _twins(indptr, tags, n):
    """Return the other side of every edge, -1 where there is none."""
    end = indptr[n]
    start = np.zeros(n + 1, np.int64)
    for e in range(end):
        if tags[e] >= 0:
            start[tags[e] + 1] += 1
    for j in range(n):
        start[j + 1] += start[j]
    fill = start[:n].copy()
    into = np.empty(max(start[n], 1), np.int64)  # edges towards each site, by their own cell
    cell = np.empty(max(end, 1), np.int64)
    for i in range(n):
        for e in range(indptr[i], indptr[i + 1]):
            cell[e] = i
            if tags[e] >= 0:
                into[fill[tags[e]]] = e
                fill[tags[e]] += 1
    twin = np.full(max(end, 1), -1)
    seen, slot = np.full(n, -1), np.empty(n, np.int64)
    for j in range(n):
        for e in range(indptr[j], indptr[j + 1]):
            if tags[e] >= 0:
                seen[tags[e]], slot[tags[e]] = j, e
        for k in range(start[j], start[j + 1]):
            if seen[cell[into[k]]] == j:
                twin[into[k]] = slot[cell[into[k]]]
    return twin, cell


@kernel
def _shared_vertices(indptr, tags, x, y, n, scale, shortest):
    """Return the representative of every vertex."""
    end = indptr[n]
    twin, cell = _twins(indptr, tags, n)
    parent = np.arange(max(end, 1))
    for i in range(n):
        for e in range(indptr[i], indptr[i + 1]):
            f = _next(indptr, i, e)
            length = abs(x[e] - x[f]) + abs(y[e] - y[f])
            if tags[e] >= 0 and twin[e] >= 0:
                _merge(parent, e, _next(indptr, cell[twin[e]], twin[e]))
                _merge(parent, f, twin[e])
            elif tags[e] >= 0 and length <= _SHRINK * scale:
                _merge(parent, e, f)
            if length <= shortest:
                _merge(parent, e, f)
    for e in range(end):
        parent[e] = _root(parent, e)
    return parent


@kernel
def _places(indptr, tags, x, y, sites, domain, parent):
    """Return the coordinates of every representative."""
    n, m = sites.shape[0], domain.shape[0]
    end = indptr[n]
    place = np.zeros((max(end, 1), 2))
    side, corner = np.full(max(end, 1), -1), np.full(max(end, 1), -1)
    for i in range(n):
        for e in range(indptr[i], indptr[i + 1]):
            r = parent[e]
            if r == e:
                place[r, 0], place[r, 1] = sites[i, 0] + x[e], sites[i, 1] + y[e]
            before = tags[e - 1] if e > indptr[i] else tags[indptr[i + 1] - 1]
            for tag in (before, tags[e]):
                if tag >= 0:
                    continue
                s = -1 - tag
                if side[r] < 0 or side[r] == s:
                    side[r] = s
                elif (side[r] + 1) % m == s:
                    corner[r] = s
                elif (s + 1) % m == side[r]:
                    corner[r] = side[r]
    for r in range(end):
        if parent[r] != r or side[r] < 0:
            continue
        if corner[r] >= 0:
            place[r, 0], place[r, 1] = domain[corner[r], 0], domain[corner[r], 1]
            continue
        a, b = side[r], (side[r] + 1) % m
        dx, dy = domain[b, 0] - domain[a, 0], domain[b, 1] - domain[a, 1]
        t = (place[r, 0] - domain[a, 0]) * dx + (place[r, 1] - domain[a, 1]) * dy
        t = min(1.0, max(0.0, t / (dx * dx + dy * dy)))
        place[r, 0], place[r, 1] = domain[a, 0] + t * dx, domain[a, 1] + t * dy
    return place


@kernel
def weld(indptr, tags, x, y, sites, order, domain, scale, shortest):
    """Return the subdivision in the sites' own order.

    Parameters
    ----------
    indptr, tags, x, y : arrays
        A complete diagram in tree order, as :func:`~.clip.diagram` gives it.
    sites : float64 ndarray of shape (n, 2)
        In tree order; ``order[i]`` is the own number of site i.
    shortest : float
        Edges up to this length are shrunk to a point.

    Returns
    -------
    indptr, xy, across, areas, centroids : arrays
        Absolute coordinates; ``across`` is ``-1 - side`` on a side of the domain.
    """
    n = sites.shape[0]
    parent = _shared_vertices(indptr, tags, x, y, n, scale, shortest)
    place = _places(indptr, tags, x, y, sites, domain, parent)
    position = np.empty(n, np.int64)
    for i in range(n):
        position[order[i]] = i
    end = indptr[n]
    ptr = np.zeros(n + 1, np.int64)
    xy, across = np.empty((end, 2)), np.empty(end, np.int64)
    areas, centroids = np.zeros(n), np.empty((n, 2))
    size = 0
    for v in range(n):
        i = position[v]
        first = size
        for e in range(indptr[i], indptr[i + 1]):
            r = parent[e]
            if r == parent[_next(indptr, i, e)]:
                continue  # an edge of no length
            xy[size, 0], xy[size, 1] = place[r, 0], place[r, 1]
            across[size] = order[tags[e]] if tags[e] >= 0 else tags[e]
            size += 1
        if size - first < 3:
            size = first
        centroids[v, 0], centroids[v, 1] = np.nan, np.nan
        if size > first:
            areas[v], centroids[v, 0], centroids[v, 1] = measures(xy[:, 0], xy[:, 1], first, size)
        ptr[v + 1] = size
    return ptr, xy[:size].copy(), across[:size].copy(), areas, centroids
