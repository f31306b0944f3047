"""Radon points, one after the other."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["iterated_radon"]

_RANK = 1e-13  # pivots below this part of the first one count as zero


@kernel
def _affine_dependence(Q, at, M, columns, dependence):
    """Find numbers, not all 0, with sum 0 by which the d + 2 points of `Q` from `at` cancel out.

    Gauss and Jordan with full pivoting on `M` (d + 1, d + 2). Where the points lie in a flat of
    lower dimension there are several answers; the one with the first free column is taken.
    """
    m = M.shape[1]
    d = m - 2
    scale = 0.0
    for j in range(m):
        columns[j] = j
        M[0, j] = 1.0
        for i in range(d):
            M[i + 1, j] = Q[at + j, i] - Q[at, i]
            scale = max(scale, abs(M[i + 1, j]))
    if scale > 0.0:
        for i in range(1, d + 1):
            for j in range(m):
                M[i, j] /= scale
    rank = 0
    first_pivot = 0.0
    while rank <= d:
        row, column, largest = rank, rank, 0.0
        for i in range(rank, d + 1):
            for j in range(rank, m):
                if abs(M[i, j]) > largest:
                    row, column, largest = i, j, abs(M[i, j])
        first_pivot = max(first_pivot, largest)
        if largest <= _RANK * first_pivot:
            break
        for j in range(m):
            M[rank, j], M[row, j] = M[row, j], M[rank, j]
        for i in range(d + 1):
            M[i, rank], M[i, column] = M[i, column], M[i, rank]
        columns[rank], columns[column] = columns[column], columns[rank]
        for i in range(d + 1):
            if i != rank and M[i, rank] != 0.0:
                factor = M[i, rank] / M[rank, rank]
                for j in range(rank, m):
                    M[i, j] -= factor * M[rank, j]
        rank += 1
    dependence[:] = 0.0
    dependence[columns[rank]] = 1.0
    for i in range(rank):
        dependence[columns[i]] = -M[i, rank] / M[i, i]


@kernel
def iterated_radon(Q, n):
    """Replace the first d + 2 points by their Radon point, put at the end, until one is left.

    Parameters
    ----------
    Q : float64 ndarray of shape (n + (n - 1) / (d + 1), d)
        The first `n` rows are points; overwritten.
    n : int
        1 more than a multiple of d + 1.

    Returns
    -------
    int
        The row of the last point.
    """
    d = Q.shape[1]
    M = np.empty((d + 1, d + 2))
    columns = np.empty(d + 2, np.int64)
    dependence = np.empty(d + 2)
    head, tail = 0, n
    while tail - head > 1:
        _affine_dependence(Q, head, M, columns, dependence)
        total = 0.0
        Q[tail, :] = 0.0
        for j in range(d + 2):
            # points with positive and with negative numbers have hulls that meet here
            if dependence[j] > 0.0:
                total += dependence[j]
                for i in range(d):
                    Q[tail, i] += dependence[j] * Q[head + j, i]
        for i in range(d):
            Q[tail, i] /= total
        head += d + 2
        tail += 1
    return head
