"""Static mapping: a personality for every node before there are blocks."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below

__all__ = ["map_least_variance", "map_proportional", "map_random", "map_universal"]


@kernel
def map_random(pers_ptr, state):
    """Give every node any of its personalities."""
    n = pers_ptr.size - 1
    current = np.empty(n, dtype=np.int64)
    for v in range(n):
        choices = pers_ptr[v + 1] - pers_ptr[v]
        current[v] = pers_ptr[v] + (next_below(state, choices) if choices > 1 else 0)
    return current


@kernel
def map_universal(pers_ptr, amounts, resource):
    """Give every node the personality that uses most of one resource, the first of equals."""
    n = pers_ptr.size - 1
    current = np.empty(n, dtype=np.int64)
    for v in range(n):
        best = pers_ptr[v]
        for p in range(pers_ptr[v] + 1, pers_ptr[v + 1]):
            if amounts[p, resource] > amounts[best, resource]:
                best = p
        current[v] = best
    return current


@kernel
def map_proportional(pers_ptr, amounts, capacity, flexible, order):
    """Give nodes, in `order`, the first personality that uses the freest resource it can use.

    The freest resource is that of the largest unused fraction of `capacity`. With `flexible` the
    demand of nodes that have no choice is taken off the capacities first, and resources with
    nothing left are looked at last.

    Parameters
    ----------
    capacity : float64 ndarray of shape (R,)
    order : int64 ndarray of shape (n,)
        Nodes of fewest personalities first.
    """
    n = pers_ptr.size - 1
    width = amounts.shape[1]
    current = np.empty(n, dtype=np.int64)
    room = capacity.copy()
    used = np.zeros(width)
    if flexible:
        for v in range(n):
            if pers_ptr[v + 1] - pers_ptr[v] == 1:
                for r in range(width):
                    room[r] -= amounts[pers_ptr[v], r]
    for v in order:
        first, last = pers_ptr[v], pers_ptr[v + 1]
        best = first
        if last - first > 1:
            most = -np.inf
            for p in range(first, last):
                for r in range(width):
                    if amounts[p, r] > 0:
                        free = -1e300
                        if room[r] > 0.0:
                            free = (room[r] - used[r]) / room[r]
                        if free > most:
                            best, most = p, free
        current[v] = best
        if not flexible or last - first > 1:
            for r in range(width):
                used[r] += amounts[best, r]
    return current


@kernel
def map_least_variance(pers_ptr, amounts, capacity, order):
    """Give nodes, in `order`, the personality after which utilisations vary least."""
    n = pers_ptr.size - 1
    width = amounts.shape[1]
    current = np.empty(n, dtype=np.int64)
    used = np.zeros(width)
    for v in order:
        best = pers_ptr[v]
        least = np.inf
        for p in range(pers_ptr[v], pers_ptr[v + 1]):
            mean = 0.0
            for r in range(width):
                mean += (used[r] + amounts[p, r]) / capacity[r] / width
            spread = 0.0
            for r in range(width):
                d = (used[r] + amounts[p, r]) / capacity[r] - mean
                spread += d * d
            if spread < least:
                best, least = p, spread
        current[v] = best
        for r in range(width):
            used[r] += amounts[best, r]
    return current
