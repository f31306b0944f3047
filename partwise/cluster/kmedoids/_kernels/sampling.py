"""Random draws of objects."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below, next_float

__all__ = ["draw_weighted", "draw_without_replacement"]


@kernel
def draw_without_replacement(state, n, size):
    """Return `size` different numbers below `n` in random order: O(n)."""
    pool = np.arange(n)
    for i in range(size):
        other = i + next_below(state, n - i)
        pool[i], pool[other] = pool[other], pool[i]
    return pool[:size].copy()


@kernel
def draw_weighted(state, sums, size):
    """Return `size` numbers, each with a probability in proportion to its step in `sums`.

    Parameters
    ----------
    sums : float64 ndarray of shape (n,)
        Running sums of the weights, the last one positive.
    """
    found = np.empty(size, dtype=np.int64)
    for i in range(size):
        at = np.searchsorted(sums, next_float(state) * sums[-1], side="right")
        found[i] = min(at, sums.size - 1)
    return found
