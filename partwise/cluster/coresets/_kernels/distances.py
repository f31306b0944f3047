"""Distances of many points to few centres, by blocks that stay in the first-level cache."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["BLOCK", "nearest", "powers", "total_cost", "weighted_mean"]

BLOCK = 64  # points side by side: a constant, so that the loops over them become vector code


@kernel
def _first(column, c, out):
    for p in range(BLOCK):
        t = column[p] - c
        out[p] = t * t


@kernel
def _next(column, c, out):
    for p in range(BLOCK):
        t = column[p] - c
        out[p] += t * t


@kernel
def _keep(found, best, name, names):
    for p in range(BLOCK):
        nearer = found[p] < best[p]
        names[p] = name if nearer else names[p]
        best[p] = found[p] if nearer else best[p]


@kernel
def _transpose(X, start, size, out):
    for p in range(size):
        for i in range(X.shape[1]):
            out[i, p] = X[start + p, i]


@kernel
def nearest(X, centres, first, d2, label):
    """Lower squared distances and labels, in place, where one of `centres` is nearer.

    Parameters
    ----------
    X : ndarray of shape (n, d)
    centres : ndarray of shape (c, d), of the type of X
    first : int
        Number of the first centre; the others follow. Of equally near centres the first counts.
    d2 : ndarray of shape (n,), of the type of X
        Squared distance to the nearest centre so far (infinity for none), updated.
    label : uint32 ndarray of shape (n,)
        Its number, updated.

    Notes
    -----
    O(n c d). Differences are squared, so that nothing cancels far from the origin.
    """
    n, d = X.shape
    columns = np.zeros((d, BLOCK), X.dtype)
    found = np.empty(BLOCK, X.dtype)
    best = np.zeros(BLOCK, X.dtype)
    names = np.zeros(BLOCK, np.uint32)
    for start in range(0, n, BLOCK):
        size = min(BLOCK, n - start)
        _transpose(X, start, size, columns)
        for p in range(size):
            best[p] = d2[start + p]
            names[p] = label[start + p]
        for c in range(centres.shape[0]):
            _first(columns[0], centres[c, 0], found)
            for i in range(1, d):
                _next(columns[i], centres[c, i], found)
            _keep(found, best, np.uint32(first + c), names)
        for p in range(size):
            d2[start + p] = best[p]
            label[start + p] = names[p]


@kernel
def powers(d2, z, out):
    """Write ``distance ** z`` of squared distances to `out` (float64, at least as long)."""
    if z == 1.0:
        for p in range(d2.size):
            out[p] = np.sqrt(np.float64(d2[p]))
    elif z == 2.0:
        for p in range(d2.size):
            out[p] = d2[p]
    else:
        for p in range(d2.size):
            out[p] = np.float64(d2[p]) ** (0.5 * z)


@kernel
def total_cost(X, weights, centres, z):
    """Return ``sum of w_p * min over centres of ||p - c|| ** z``, in float64 throughout.

    Parameters
    ----------
    X : ndarray of shape (n, d)
    weights : float64 ndarray of shape (n,) or None
    centres : float64 ndarray of shape (c, d)
    """
    n, d = X.shape
    columns = np.zeros((d, BLOCK))
    found = np.empty(BLOCK)
    best = np.empty(BLOCK)
    names = np.zeros(BLOCK, np.uint32)
    total, lost = 0.0, 0.0
    for start in range(0, n, BLOCK):
        size = min(BLOCK, n - start)
        _transpose(X, start, size, columns)
        best[:] = np.inf
        for c in range(centres.shape[0]):
            _first(columns[0], centres[c, 0], found)
            for i in range(1, d):
                _next(columns[i], centres[c, i], found)
            _keep(found, best, np.uint32(c), names)
        powers(best[:size], z, found)
        part = 0.0
        for p in range(size):
            part += found[p] if weights is None else weights[start + p] * found[p]
        # Kahan's compensation: the error does not grow with the number of blocks
        part -= lost
        grown = total + part
        lost = (grown - total) - part
        total = grown
    return total


@kernel
def weighted_mean(X, weights):
    """Return the mean of the rows, float64 of shape (d,)."""
    n, d = X.shape
    total = 0.0
    mean = np.zeros(d)
    for p in range(n):
        w = 1.0 if weights is None else weights[p]
        total += w
        for i in range(d):
            mean[i] += w * X[p, i]
    return mean / total
