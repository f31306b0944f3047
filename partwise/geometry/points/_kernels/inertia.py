"""The direction in which points spread most."""

from __future__ import annotations

import numpy as np

from partwise.geometry.points._kernels.select import extremes
from partwise.kernels.jit import kernel

__all__ = ["principal_axis", "project_line", "unit_of"]

_SWEEPS = 60  # quadratic convergence: ten are plenty, the rest is a guard against endless loops


@kernel
def unit_of(rows):
    """Return a power of two, so that multiplying is exact, that brings all coordinates to 1."""
    largest = 0.0
    for j in range(rows.shape[0]):
        low, high = extremes(rows[j])
        largest = max(largest, -low, high)
    if largest == 0.0:
        return 1.0
    return 2.0 ** min(1000.0, -np.ceil(np.log2(largest)))


@kernel
def project_line(rows, normal, line):
    """Write the product of every point, a column of `rows` (d, n), with `normal` to `line`.

    The terms are summed axis by axis from 0.0 on; whoever places a new point beside a cut has to do
    the same, so that rounding is the same.
    """
    line[:] = 0.0
    for j in range(rows.shape[0]):
        for i in range(rows.shape[1]):
            line[i] += normal[j] * rows[j, i]


@kernel
def _covariance(rows, weights, unit, mean, matrix):
    d, n = rows.shape
    total = np.float64(n)
    if weights is not None:
        total = weights.sum()
    plain = weights is None or total == 0.0  # the points still have to be cut somewhere
    if plain:
        total = np.float64(n)
    for a in range(d):
        s = 0.0
        for i in range(n):
            w = 1.0
            if weights is not None:
                w = 1.0 if plain else weights[i]
            s += w * rows[a, i]
        mean[a] = s / total
    for a in range(d):
        for b in range(a + 1):
            s = 0.0
            for i in range(n):
                w = 1.0
                if weights is not None:
                    w = 1.0 if plain else weights[i]
                s += w * ((rows[a, i] - mean[a]) * unit) * ((rows[b, i] - mean[b]) * unit)
            matrix[a, b] = matrix[b, a] = s / total


@kernel
def _diagonalise(matrix, vectors):
    """Rotate the symmetric `matrix` to a diagonal one; the columns of `vectors` are its axes.

    Jacobi's method, cyclic: exact to rounding also where eigenvalues are nearly equal.
    """
    d = matrix.shape[0]
    vectors[:] = 0.0
    for a in range(d):
        vectors[a, a] = 1.0
    for _ in range(_SWEEPS):
        changed = False
        for p in range(d - 1):
            for q in range(p + 1, d):
                off = matrix[p, q]
                # too small to change either diagonal entry
                if abs(off) <= 1e-17 * np.sqrt(abs(matrix[p, p] * matrix[q, q])):
                    matrix[p, q] = matrix[q, p] = 0.0
                    continue
                changed = True
                theta = (matrix[q, q] - matrix[p, p]) / (2.0 * off)
                t = 1.0 / (abs(theta) + np.sqrt(theta * theta + 1.0))
                if theta < 0.0:
                    t = -t
                c = 1.0 / np.sqrt(t * t + 1.0)
                s = t * c
                for j in range(d):
                    x, y = matrix[j, p], matrix[j, q]
                    matrix[j, p], matrix[j, q] = c * x - s * y, s * x + c * y
                for j in range(d):
                    x, y = matrix[p, j], matrix[q, j]
                    matrix[p, j], matrix[q, j] = c * x - s * y, s * x + c * y
                for j in range(d):
                    x, y = vectors[j, p], vectors[j, q]
                    vectors[j, p], vectors[j, q] = c * x - s * y, s * x + c * y
                matrix[p, q] = matrix[q, p] = 0.0
        if not changed:
            break


@kernel
def principal_axis(rows, weights, unit, mean, matrix, vectors, normal):
    """Write the unit vector of the largest variance to `normal`.

    Of equal variances the first axis counts; the component that is largest in size is positive.

    Parameters
    ----------
    rows : float64 array of shape (d, n), n >= 1
        Coordinates, axis by axis.
    weights : float64 array of shape (n,) or None
    unit : float
        Coordinates times this are of the order of 1, so that their squares are numbers.
    mean : float64 array of shape (d,)
        Scratch, as are `matrix` and `vectors` of shape (d, d).
    normal : float64 array of shape (d,)
        The result.
    """
    d = rows.shape[0]
    _covariance(rows, weights, unit, mean, matrix)
    _diagonalise(matrix, vectors)
    best = 0
    for a in range(1, d):
        if matrix[a, a] > matrix[best, best]:
            best = a
    top = 0
    for j in range(1, d):
        if abs(vectors[j, best]) > abs(vectors[top, best]):
            top = j
    sign = 1.0 if vectors[top, best] > 0.0 else -1.0
    for j in range(d):
        normal[j] = sign * vectors[j, best]
