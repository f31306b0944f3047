"""Logarithms of factorials and of numbers of integer partitions, in tables and beyond them."""

from __future__ import annotations

import math

from partwise.kernels.jit import kernel

__all__ = ["fill_partitions", "log_choose", "log_factorial", "log_multisets", "log_partitions"]

_HALF_LOG_TWO_PI = 0.5 * math.log(2.0 * math.pi)


@kernel(allocates=False)
def log_factorial(table, x):
    """Return ln x! for an integer x >= 0; beyond `table` by Stirling's series, to 1e-15 of itself.

    The series is right to 1e-18 absolutely where the table ends, at 4096 or more.
    """
    if x < table.size:
        return table[x]
    y = float(x)
    inverse = 1.0 / y
    square = inverse * inverse
    series = inverse * (1.0 / 12.0 - square * (1.0 / 360.0 - square / 1260.0))
    return (y + 0.5) * math.log(y) - y + _HALF_LOG_TWO_PI + series


@kernel(allocates=False)
def log_choose(table, n, k):
    """Return ln of the number of ways to choose k of n."""
    return log_factorial(table, n) - log_factorial(table, k) - log_factorial(table, n - k)


@kernel(allocates=False)
def log_multisets(table, kinds, size):
    """Return ln of the number of multisets of `size` out of `kinds`."""
    if kinds == 0 or size == 0:
        return 0.0
    return log_choose(table, kinds + size - 1, size)


@kernel(allocates=False)
def fill_partitions(largest, undercount, counts, table):
    """Fill a table with ln q(m, n) for 1 <= n <= m <= `largest`, at ``m (m - 1) / 2 + n - 1``.

    Parameters
    ----------
    largest : int
    undercount : bool
        As :func:`partwise.metrics._kernels.integer_partitions.count_partitions` has it.
    counts : float64 ndarray of shape (largest + 1,)
        Work.
    table : float64 ndarray of shape (largest * (largest + 1) // 2,)
        Output.
    """
    counts[0] = 0.0 if undercount else 1.0
    counts[1:] = 1.0
    for n in range(1, largest + 1):
        if n > 1:
            for m in range(2 * n if undercount else n, largest + 1):
                counts[m] += counts[m - n]
        for m in range(n, largest + 1):
            table[m * (m - 1) // 2 + n - 1] = math.log(counts[m])


@kernel(allocates=False)
def log_partitions(table, largest, curves, factorials, m, n):
    """Return ln q(m, n), the number of partitions of m into at most n parts; 0 for m or n = 0.

    Parameters
    ----------
    table : float64 ndarray
        Of :func:`fill_partitions`.
    largest : int
        The largest m in the table.
    curves : float64 ndarray of shape (k, 2)
        See :func:`partwise.sbm._tables.partition_curves`; beyond the table ln q is
        ``-ln m + f(u) + sqrt(m) g(u)``, where f and g are functions of ``u = n / sqrt(m)``.
    factorials : float64 ndarray
    m, n : int
    """
    if m <= 0 or n <= 0:
        return 0.0
    if n > m:
        n = m
    if m <= largest:
        return table[m * (m - 1) // 2 + n - 1]
    y = float(m)
    root = math.sqrt(y)
    if n < math.sqrt(root):
        return log_choose(factorials, m - 1, n - 1) - log_factorial(factorials, n)
    # The grid is even in ln u; between its points, a cubic through four of them.
    first, step = curves[0, 0], curves[0, 1]
    at = (math.log(n / root) - first) / step
    cell = int(at)
    last = curves.shape[0] - 4
    if cell > last:
        cell, at = last, float(last)
    cell = max(cell, 1)
    t = at - cell
    w0 = -t * (t - 1.0) * (t - 2.0) / 6.0
    w1 = (t + 1.0) * (t - 1.0) * (t - 2.0) / 2.0
    w2 = -(t + 1.0) * t * (t - 2.0) / 2.0
    w3 = (t + 1.0) * t * (t - 1.0) / 6.0
    f = (
        w0 * curves[cell, 0]
        + w1 * curves[cell + 1, 0]
        + w2 * curves[cell + 2, 0]
        + w3 * curves[cell + 3, 0]
    )
    g = (
        w0 * curves[cell, 1]
        + w1 * curves[cell + 1, 1]
        + w2 * curves[cell + 2, 1]
        + w3 * curves[cell + 3, 1]
    )
    return f + root * g - math.log(y)
