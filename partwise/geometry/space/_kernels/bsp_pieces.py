"""Pieces of faces: segments in the plane, convex polygons in space, and what a cut does to them.

A plane is ``n . x = c`` with a normal of length 1; in front of it ``n . x > c``. A piece is `size`
rows of an array of vertices from `begin` on: two in the plane, a closed polygon in space.
"""

from __future__ import annotations

import math

import numpy as np

from partwise.kernels.jit import kernel

__all__ = [
    "BACK",
    "FRONT",
    "SPLIT",
    "face_planes",
    "height",
    "measure_of",
    "side_of",
    "split_piece",
]

#: What side_of returns, beside 0 for a piece within the plane; SPLIT is both.
FRONT, BACK, SPLIT = 1, 2, 3


@kernel
def height(normals, offsets, plane, V, v):
    """Return the signed distance of row v of V to a plane."""
    total = 0.0
    for c in range(normals.shape[1]):
        total += normals[plane, c] * V[v, c]
    return total - offsets[plane]


@kernel
def measure_of(V, begin, size):
    """Return the length of a segment or the area of a polygon."""
    total = 0.0
    if V.shape[1] == 2:
        for c in range(2):
            total += (V[begin + 1, c] - V[begin, c]) ** 2
        return math.sqrt(total)
    for c in range(3):
        a, b = (c + 1) % 3, (c + 2) % 3
        across = 0.0
        for v in range(begin + 1, begin + size - 1):
            across += (V[v, a] - V[begin, a]) * (V[v + 1, b] - V[begin, b])
            across -= (V[v, b] - V[begin, b]) * (V[v + 1, a] - V[begin, a])
        total += across * across
    return 0.5 * math.sqrt(total)


@kernel
def side_of(V, begin, size, normals, offsets, plane, eps):
    """Return on which side a piece is: 0 if no vertex is farther than `eps` from the plane."""
    code = 0
    for v in range(begin, begin + size):
        h = height(normals, offsets, plane, V, v)
        if h > eps:
            code |= FRONT
        elif h < -eps:
            code |= BACK
        if code == SPLIT:
            break
    return code


@kernel
def split_piece(V, begin, size, normals, offsets, plane, eps, front, back):
    """Write what is in front of a plane and what is behind it; return the numbers of vertices.

    Vertices within `eps` belong to both parts (I. E. Sutherland, G. W. Hodgman, "Reentrant polygon
    clipping", CACM 17(1), 1974, doi:10.1145/360767.360802, both sides at once). The point of an
    edge is computed from its front end to its back end, so that the neighbour across the edge gets
    the same.

    Parameters
    ----------
    front, back : float64 ndarrays of shape (at least 2 size + 2, d)
    """
    d = V.shape[1]
    n_front = n_back = 0
    for i in range(size):
        v = begin + i
        h = height(normals, offsets, plane, V, v)
        if h >= -eps:
            front[n_front] = V[v]
            n_front += 1
        if h <= eps:
            back[n_back] = V[v]
            n_back += 1
        if i == size - 1 and d == 2:
            break
        w = begin if i == size - 1 else v + 1
        g = height(normals, offsets, plane, V, w)
        if (h > eps and g < -eps) or (h < -eps and g > eps):
            high, low = (v, w) if h > g else (w, v)
            top, bottom = max(h, g), min(h, g)
            t = top / (top - bottom)
            for c in range(d):
                x = V[high, c] + t * (V[low, c] - V[high, c])
                front[n_front, c], back[n_back, c] = x, x
            n_front += 1
            n_back += 1
    return n_front, n_back


@kernel
def face_planes(V, ptr, normals, offsets, measure, bend):
    """Write the planes of faces, their lengths or areas, and how plane and convex they are.

    In the plane the normal points to the right of a segment, in space to where the vertices run
    counterclockwise (Newell's normal, about the first vertex). A face without length or area gets
    a zero normal.

    Parameters
    ----------
    V : float64 ndarray of shape (n_vertices, d), d = 2 or 3
    ptr : int64 ndarray of shape (n + 1,)
    normals : float64 ndarray of shape (n, d)
    offsets, measure, bend : float64 ndarrays of shape (n,)
        ``bend`` receives the greatest distance of a vertex to the plane, or by which a vertex lies
        on the wrong side of an edge.
    """
    d = V.shape[1]
    for f in range(ptr.size - 1):
        first, last = ptr[f], ptr[f + 1]
        normals[f], offsets[f], measure[f], bend[f] = 0.0, 0.0, 0.0, 0.0
        if d == 2:
            normals[f, 0] = V[first + 1, 1] - V[first, 1]
            normals[f, 1] = V[first, 0] - V[first + 1, 0]
        else:
            for v in range(first + 1, last - 1):
                for c in range(3):
                    a, b = (c + 1) % 3, (c + 2) % 3
                    normals[f, c] += (V[v, a] - V[first, a]) * (V[v + 1, b] - V[first, b])
                    normals[f, c] -= (V[v, b] - V[first, b]) * (V[v + 1, a] - V[first, a])
        length = 0.0
        for c in range(d):
            length += normals[f, c] * normals[f, c]
        length = math.sqrt(length)
        if length == 0.0:
            continue
        measure[f] = length if d == 2 else 0.5 * length
        for c in range(d):
            normals[f, c] /= length
            mean = 0.0
            for v in range(first, last):
                mean += V[v, c] - V[first, c]
            offsets[f] += normals[f, c] * (V[first, c] + mean / (last - first))
        for v in range(first, last):
            bend[f] = max(bend[f], abs(height(normals, offsets, f, V, v)))
        if d == 3 and last - first > 3:
            bend[f] = max(bend[f], _dent(V, first, last, normals[f]))


@kernel
def _dent(V, first, last, normal):
    """Return by how much a vertex lies to the right of an edge of a polygon, at most."""
    worst = 0.0
    edge, across = np.empty(3), np.empty(3)
    for v in range(first, last):
        w = first if v == last - 1 else v + 1
        length = 0.0
        for c in range(3):
            edge[c] = V[w, c] - V[v, c]
            length += edge[c] * edge[c]
        length = math.sqrt(length)
        if length == 0.0:
            continue
        for c in range(3):
            a, b = (c + 1) % 3, (c + 2) % 3
            across[c] = (normal[a] * edge[b] - normal[b] * edge[a]) / length
        for u in range(first, last):
            inward = 0.0
            for c in range(3):
                inward += across[c] * (V[u, c] - V[v, c])
            worst = max(worst, -inward)
    return worst
