"""Counting the partitions of integers."""

from __future__ import annotations

from partwise.kernels.jit import kernel

__all__ = ["count_partitions"]


@kernel
def count_partitions(total, parts, order, undercount, counts, found):
    """Find q(m, n), the number of partitions of m into at most n parts, for given pairs.

    Parameters
    ----------
    total, parts : int64 ndarrays
        The pairs, with 1 <= n <= m.
    order : int64 ndarray
        The pairs by ascending n.
    undercount : bool
        Count as the table of the bipartiteSBM package does, whose recurrence has q(0, .) = 0 and
        no partitions with more than half of m in one part, apart from m itself.
    counts : float64 ndarray of shape (max(total) + 1,)
        Work: q(., n) for one n after the other.
    found : float64 ndarray
        Output: the logarithms of q.
    """
    largest = counts.size - 1
    counts[0] = 0.0 if undercount else 1.0
    counts[1:] = 1.0
    n = 1
    for at in order:
        while n < parts[at]:
            n += 1
            # Of m into n parts exactly: one is taken off each of them.
            for m in range(2 * n if undercount else n, largest + 1):
                counts[m] += counts[m - n]
        found[at] = counts[total[at]]
