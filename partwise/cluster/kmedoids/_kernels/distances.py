"""Distances between two sets of points, block by block: what is left to do around a product.

The distances of the product family come from ``|x|^2 + |y|^2 - 2 x.y`` of shifted rows: a BLAS
product, then :func:`finish`, which takes the few that cancellation has spoilt from the rows as they
were given. A row may have a factor: ``1 / |x|`` for the cosine distance, else 1.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = [
    "CHEBYSHEV",
    "COSINE",
    "EUCLIDEAN",
    "MANHATTAN",
    "SQEUCLIDEAN",
    "clear_diagonal",
    "column_ranges",
    "direct",
    "finish",
    "inverse_norms",
    "mirror",
    "paired",
    "shift_rows",
]

SQEUCLIDEAN, EUCLIDEAN, COSINE, MANHATTAN, CHEBYSHEV = range(5)

TILE_BYTES = 32 * 1024  # of transposed points at hand in `direct`
SIDE = 32  # of the squares in which `mirror` transposes


@kernel
def column_ranges(X):
    """Return (sums, minima, maxima) of the columns of `X`, float64 each; a NaN shows in the sum."""
    d = X.shape[1]
    sums = np.zeros(d)
    least = np.full(d, np.inf)
    most = np.full(d, -np.inf)
    for i in range(X.shape[0]):
        for t in range(d):
            x = np.float64(X[i, t])
            sums[t] += x
            least[t] = x if x < least[t] else least[t]
            most[t] = x if x > most[t] else most[t]
    return sums, least, most


@kernel
def inverse_norms(X):
    """Return ``1 / |x|`` of every row, infinity for a row of zeros."""
    factors = np.empty(X.shape[0])
    for i in range(X.shape[0]):
        most = 0.0
        for t in range(X.shape[1]):
            most = max(most, abs(np.float64(X[i, t])))
        total = 0.0
        if most > 0.0:
            for t in range(X.shape[1]):
                x = np.float64(X[i, t]) / most
                total += x * x
            factors[i] = 1.0 / np.sqrt(total) / most
        else:
            factors[i] = np.inf
    return factors


@kernel
def shift_rows(X, factors, centre, shifted, norms):
    """Write ``factors * X - centre`` to `shifted` and the squared lengths of its rows to `norms`.

    Parameters
    ----------
    X : ndarray of shape (n, d)
    factors : float64 ndarray of shape (n,) or None
    centre : float64 ndarray of shape (d,)
    shifted : float32 or float64 ndarray of shape (n, d)
    norms : ndarray of shape (n,), of the dtype of `shifted`
    """
    for i in range(X.shape[0]):
        factor = 1.0 if factors is None else factors[i]
        total = 0.0
        for t in range(X.shape[1]):
            shifted[i, t] = np.float64(X[i, t]) * factor - centre[t]
            total += np.float64(shifted[i, t]) ** 2
        norms[i] = total


@kernel(fastmath={"reassoc"})
def _squared(x, y, x_factor, y_factor):
    """Return the squared length of ``x_factor * x - y_factor * y``, in float64.

    Additions may be regrouped; products may not be fused into them, or equal rows would differ.
    """
    total = 0.0
    for t in range(x.size):
        difference = np.float64(x[t]) * x_factor - np.float64(y[t]) * y_factor
        total += difference * difference
    return total


@kernel
def finish(out, row, column, x_norms, y_norms, X, Y, x_factors, y_factors, share, kind):
    """Turn the products in ``out[row:, column:]`` into distances, in place.

    Parameters
    ----------
    out : float32 or float64 ndarray
        ``out[row + i, column + j]`` holds the product of the shifted rows i of X and j of Y.
    x_norms, y_norms : ndarrays of the dtype of `out`
        Squared lengths of the shifted rows.
    X, Y : ndarrays of shapes (a, d) and (b, d)
        The rows as given.
    x_factors, y_factors : float64 ndarrays or None
    share : scalar of the dtype of `out`
        A squared distance of at most this share of ``|x|^2 + |y|^2`` is taken from X and Y.
    kind : int
        SQEUCLIDEAN, EUCLIDEAN or COSINE (half the squared distance of rows of length 1).
    """
    b = y_norms.size
    two = out.dtype.type(2)
    half = out.dtype.type(0.5)
    for i in range(x_norms.size):
        line = out[row + i, column : column + b]
        norm = x_norms[i]
        n_close = 0
        for j in range(b):
            size = norm + y_norms[j]
            square = size - two * line[j]
            n_close += np.int32(square <= share * size)
            line[j] = square
        if n_close > 0:
            x_factor = 1.0 if x_factors is None else x_factors[i]
            for j in range(b):
                if line[j] <= share * (norm + y_norms[j]):
                    y_factor = 1.0 if y_factors is None else y_factors[j]
                    line[j] = _squared(X[i], Y[j], x_factor, y_factor)
        if kind == EUCLIDEAN:
            for j in range(b):
                line[j] = np.sqrt(line[j])
        elif kind == COSINE:
            for j in range(b):
                line[j] *= half


@kernel
def direct(X, Y, out, row, column, chebyshev):
    """Write the sum, or the largest, of ``|x - y|`` to ``out[row:, column:]``.

    Terms are taken in the order of the columns, so that a distance does not depend on the block it
    is computed in. The arithmetic is that of the dtype of X and Y.
    """
    a, d = X.shape
    b = Y.shape[0]
    width = max(16, min(256, TILE_BYTES // (max(d, 1) * X.itemsize) // 16 * 16))
    tile = np.empty((d, width), dtype=X.dtype)
    total = np.empty(width, dtype=X.dtype)
    for start in range(0, b, width):
        n = min(width, b - start)
        for j in range(n):
            for t in range(d):
                tile[t, j] = Y[start + j, t]
        for i in range(a):
            for j in range(n):
                total[j] = 0
            if chebyshev:
                for t in range(d):
                    x = X[i, t]
                    for j in range(n):
                        # unlike max() this becomes vector code
                        total[j] = np.maximum(total[j], abs(x - tile[t, j]))
            else:
                for t in range(d):
                    x = X[i, t]
                    for j in range(n):
                        total[j] += abs(x - tile[t, j])
            for j in range(n):
                out[row + i, column + start + j] = total[j]


@kernel
def paired(X, Y, labels, x_factors, y_factors, kind, out):
    """Write the distance of row i of X to row ``labels[i]`` of Y to ``out[i]``, in float64."""
    for i in range(X.shape[0]):
        x, y = X[i], Y[labels[i]]
        if kind >= MANHATTAN:
            total = 0.0
            for t in range(x.size):
                gap = abs(np.float64(x[t]) - np.float64(y[t]))
                total = max(total, gap) if kind == CHEBYSHEV else total + gap
            out[i] = total
            continue
        x_factor = 1.0 if x_factors is None else x_factors[i]
        y_factor = 1.0 if y_factors is None else y_factors[labels[i]]
        square = _squared(x, y, x_factor, y_factor)
        if kind == EUCLIDEAN:
            out[i] = np.sqrt(square)
        else:
            out[i] = square if kind == SQEUCLIDEAN else 0.5 * square


@kernel
def mirror(out, row, column, a, b):
    """Copy ``out[row:row+a, column:column+b]``, transposed, to the other side of the diagonal."""
    for i0 in range(row, row + a, SIDE):
        i1 = min(i0 + SIDE, row + a)
        for j0 in range(column, column + b, SIDE):
            j1 = min(j0 + SIDE, column + b)
            for j in range(j0, j1):
                for i in range(i0, i1):
                    out[j, i] = out[i, j]


@kernel
def clear_diagonal(out, row, a):
    """Make a square block on the diagonal symmetric and its diagonal zero."""
    for i in range(row, row + a):
        out[i, i] = 0
        for j in range(row, i):
            out[i, j] = out[j, i]
