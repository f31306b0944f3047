"""Expected mutual information of two random labelings with given cluster sizes."""

from __future__ import annotations

import math

from partwise.kernels.jit import kernel

__all__ = ["expected_information"]

_NEGLIGIBLE = 1e-20  # of the largest probability


@kernel
def _expected_term(a, b, n):
    """Return E[x / n log(n x / (a b))] for x hypergeometric: a and b items out of n in common.

    Probabilities are taken relative to that of the mode and divided by their sum in the end, so
    that no factorial is needed and nothing overflows.
    """
    a, b, n = float(a), float(b), float(n)
    low, high = max(0.0, a + b - n), min(a, b)
    mode = min(max(math.floor((a + 1.0) * (b + 1.0) / (n + 2.0)), low), high)
    mass, total = 0.0, 0.0
    x, p = mode, 1.0
    while x <= high and p > _NEGLIGIBLE:
        mass += p
        if x > 0.0:
            total += p * x * math.log(n * x / (a * b))
        p *= (a - x) * (b - x) / ((x + 1.0) * (n - a - b + x + 1.0))
        x += 1.0
    x, p = mode, 1.0
    while x > low and p > _NEGLIGIBLE:
        p *= x * (n - a - b + x) / ((a - x + 1.0) * (b - x + 1.0))
        x -= 1.0
        mass += p
        if x > 0.0:
            total += p * x * math.log(n * x / (a * b))
    return total / mass / n


@kernel
def expected_information(sizes_a, times_a, sizes_b, times_b, n):
    """Return the expected mutual information, in nats.

    Parameters
    ----------
    sizes_a, sizes_b : int64 arrays
        The different cluster sizes of either labeling.
    times_a, times_b : int64 arrays
        How many clusters have each size: pairs of equal sizes have equal terms.
    n : int
        Number of items.
    """
    total = 0.0
    for i in range(len(sizes_a)):
        for j in range(len(sizes_b)):
            term = _expected_term(sizes_a[i], sizes_b[j], n)
            total += term * float(times_a[i]) * float(times_b[j])
    return total
