"""The Newton system of cell areas: a graph Laplacian, solved by conjugate gradients.

Area i changes with weight j by ``-length / (2 |s_i - s_j|)`` where cells i and j share an edge of
that length. The matrix is an M-matrix, so an incomplete factor without fill exists; the sites are
in tree order, near ones at near positions, which makes it a good preconditioner.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["laplacian", "solve"]

_SHIFT = 1e-11  # of the diagonal, so that the last pivot of a singular matrix is positive


@kernel
def laplacian(indptr, tags, x, y, sites):
    """Return (ptr, columns, values, diagonal): the part below the diagonal, by rows, and this."""
    n = sites.shape[0]
    ptr = np.zeros(n + 1, np.int64)
    for j in range(n):
        for e in range(indptr[j], indptr[j + 1]):
            if tags[e] > j:
                ptr[tags[e] + 1] += 1
    for i in range(n):
        ptr[i + 1] += ptr[i]
    fill = ptr[:n].copy()
    columns, values = np.empty(ptr[n], np.int64), np.empty(ptr[n])
    diagonal = np.zeros(n)
    # rows i are filled in the order of columns j; the length is the one that j sees
    for j in range(n):
        for e in range(indptr[j], indptr[j + 1]):
            i = tags[e]
            if i <= j:
                continue
            f = e + 1 if e + 1 < indptr[j + 1] else indptr[j]
            length = np.hypot(x[f] - x[e], y[f] - y[e])
            value = 0.5 * length / np.hypot(sites[i, 0] - sites[j, 0], sites[i, 1] - sites[j, 1])
            columns[fill[i]], values[fill[i]] = j, -value
            fill[i] += 1
            diagonal[i] += value
            diagonal[j] += value
    return ptr, columns, values, diagonal


@kernel
def _factor(ptr, columns, values, diagonal):
    """Return (below, inverse pivots) of the incomplete Cholesky factor without fill."""
    n = diagonal.size
    below, pivot = values.copy(), np.empty(n)
    work = np.zeros(n)
    for i in range(n):
        d = diagonal[i] * (1.0 + _SHIFT)
        for e in range(ptr[i], ptr[i + 1]):
            j = columns[e]
            s = values[e]
            for f in range(ptr[j], ptr[j + 1]):
                s -= below[f] * work[columns[f]]
            s *= pivot[j]
            below[e] = work[j] = s
            d -= s * s
        for e in range(ptr[i], ptr[i + 1]):
            work[columns[e]] = 0.0
        d = max(d, _SHIFT * diagonal[i])
        pivot[i] = 1.0 / np.sqrt(d) if d > 0.0 else 0.0
    return below, pivot


@kernel
def _precondition(ptr, columns, below, pivot, r, z):
    n = r.size
    for i in range(n):
        s = r[i]
        for e in range(ptr[i], ptr[i + 1]):
            s -= below[e] * z[columns[e]]
        z[i] = s * pivot[i]
    for i in range(n - 1, -1, -1):
        s = z[i] * pivot[i]
        z[i] = s
        for e in range(ptr[i], ptr[i + 1]):
            z[columns[e]] -= below[e] * s


@kernel
def _multiply(ptr, columns, values, diagonal, p, q):
    for i in range(p.size):
        s = diagonal[i] * p[i]
        for e in range(ptr[i], ptr[i + 1]):
            s += values[e] * p[columns[e]]
            q[columns[e]] += values[e] * p[i]
        q[i] = s


@kernel
def solve(ptr, columns, values, diagonal, b, accuracy):
    """Return the solution for a right-hand side `b` that sums to zero, up to a constant.

    Parameters
    ----------
    accuracy : float
        Of the residual, relative to `b`, both in the norm of the preconditioner.
    """
    n = b.size
    below, pivot = _factor(ptr, columns, values, diagonal)
    solution, r = np.zeros(n), b - b.sum() / n
    z, q = np.empty(n), np.empty(n)
    _precondition(ptr, columns, below, pivot, r, z)
    p = z.copy()
    rz = r @ z
    goal = accuracy * accuracy * rz
    for _ in range(10 * n + 50):
        if not rz > goal:
            break
        _multiply(ptr, columns, values, diagonal, p, q)
        curvature = p @ q
        if not curvature > 0.0:
            break
        step = rz / curvature
        for i in range(n):
            solution[i] += step * p[i]
            r[i] -= step * q[i]
        _precondition(ptr, columns, below, pivot, r, z)
        before, rz = rz, r @ z
        ratio = rz / before
        for i in range(n):
            p[i] = z[i] + ratio * p[i]
    return solution
