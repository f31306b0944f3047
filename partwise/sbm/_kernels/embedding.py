"""Nodes as points such that those with edges to the same nodes are close, and groups of points."""

from __future__ import annotations

import math

import numpy as np

from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_u64

__all__ = ["add_up", "draw_signs", "gram", "nearest", "normalise", "smooth", "turn"]


@kernel
def draw_signs(rng, points):
    """Fill the points with random signs, 1 and -1."""
    for i in range(points.shape[0]):
        bits = next_u64(rng)
        for a in range(points.shape[1]):
            if a % 64 == 0:
                bits = next_u64(rng)
            points[i, a] = 1.0 if bits & np.uint64(1) else -1.0
            bits >>= np.uint64(1)


@kernel
def smooth(indptr, indices, times, scale, points, out):
    """Write S A S `points`, with S = diag(`scale`) and A the numbers of edges, to `out`.

    Parameters
    ----------
    indptr, indices, times : ndarrays
        The graph's arcs.
    scale : float32 ndarray of shape (n,)
    points, out : float32 ndarrays of shape (n, d)
    """
    d = points.shape[1]
    for i in range(points.shape[0]):
        row = out[i]
        row[:] = 0.0
        for arc in range(indptr[i], indptr[i + 1]):
            j = indices[arc]
            x = scale[i] * scale[j] * np.float32(times[arc])
            other = points[j]
            for a in range(d):
                row[a] += x * other[a]


@kernel
def gram(points, products):
    """Write the scalar products of the columns to `products`, a float64 ndarray of shape (d, d)."""
    d = points.shape[1]
    products[:] = 0.0
    wide = np.empty(d)
    for i in range(points.shape[0]):
        for a in range(d):
            wide[a] = points[i, a]
        for a in range(d):
            x = wide[a]
            row = products[a]
            for b in range(d):
                row[b] += x * wide[b]


@kernel
def turn(points, matrix):
    """Multiply every point by a float32 matrix of shape (d, d), in place."""
    d = points.shape[1]
    turned = np.empty(d, np.float32)
    for i in range(points.shape[0]):
        turned[:] = 0.0
        for a in range(d):
            x = points[i, a]
            row = matrix[a]
            for b in range(d):
                turned[b] += x * row[b]
        points[i, :] = turned


@kernel
def normalise(points):
    """Scale every point but 0 to length 1, in place."""
    for i in range(points.shape[0]):
        square = 0.0
        for x in points[i]:
            square += np.float64(x) * np.float64(x)
        if square > 0.0:
            factor = np.float32(1.0 / math.sqrt(square))
            for a in range(points.shape[1]):
                points[i, a] *= factor


@kernel
def nearest(points, centres, nodes, group, closeness):
    """Find for every node the centre of the largest scalar product, the first among equals.

    Parameters
    ----------
    points : float32 ndarray of shape (n, d)
    centres : float32 ndarray of shape (d, k)
        A centre in each column.
    nodes : int64 ndarray of shape (m,)
    group : int32 ndarray of shape (m,)
        Output.
    closeness : float32 ndarray of shape (m,)
        Output: the product.
    """
    d, k = centres.shape
    products = np.empty(k, np.float32)
    for at in range(nodes.size):
        point = points[nodes[at]]
        products[:] = 0.0
        for a in range(d):
            x = point[a]
            row = centres[a]
            for c in range(k):
                products[c] += x * row[c]
        best = 0
        for c in range(1, k):
            if products[c] > products[best]:
                best = c
        group[at] = best
        closeness[at] = products[best]


@kernel
def add_up(points, nodes, group, sums):
    """Add the points of every group up in a row of `sums`, a float64 ndarray of shape (k, d)."""
    sums[:] = 0.0
    for at in range(nodes.size):
        point = points[nodes[at]]
        row = sums[group[at]]
        for a in range(point.size):
            row[a] += point[a]
