"""CLARANS and its kin: candidates whose rows are made on demand, until too many bring nothing."""

from __future__ import annotations

import numpy as np

from partwise.cluster.kmedoids._kernels.fasterpam import (
    TOLERANCE,
    best_exchange,
    cheapest_slot,
    exchange_losses,
)
from partwise.cluster.kmedoids._kernels.nearest import exchange
from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below

__all__ = ["draw_exchanges", "try_candidates", "try_single"]


@kernel
def draw_exchanges(state, n, k, candidates, slots):
    """Draw a candidate below `n` and, if there are any `slots`, a slot below `k` for each."""
    for i in range(candidates.size):
        candidates[i] = next_below(state, n)
        if slots.size > 0:
            slots[i] = next_below(state, k)


@kernel
def try_candidates(
    fresh, candidates, wanted, held, medoids, is_medoid, weights, far, slots, distances, lengths,
    bounds, near, both, ds, losses, gains, touched, loss, idle, budget,
):  # fmt: skip
    """Try candidates in order, swap at once where that helps: (loss, idle, tried, swaps).

    Stops when `idle`, the number of candidates in a row that brought nothing, reaches `budget`.
    Candidates that are medoids do not count.

    Parameters
    ----------
    fresh : ndarray of shape (c, n)
        Distances of all objects to the candidates.
    candidates : int64 ndarray of shape (c,)
    wanted : int64 ndarray of shape (c,) or (0,)
        The slot that each may take; if empty, the best one.
    held : ndarray of shape (k, n)
        Distances of all objects to the medoids, kept up to date.
    medoids : int64 ndarray of shape (k,)
    is_medoid : bool ndarray of shape (n,)
    gains, touched : ndarrays
        Room for :func:`best_exchange`.
    """
    places = np.arange(medoids.size)
    least = cheapest_slot(losses)
    tried = 0
    swaps = 0
    for i in range(candidates.size):
        if idle >= budget:
            break
        j = candidates[i]
        if is_medoid[j]:
            continue
        row = fresh[i]
        if wanted.size > 0:
            slot = wanted[i]
            change = exchange_losses(row, weights, near, both, ds, losses)[slot]
        else:
            change, slot = best_exchange(
                row, weights, near, both, ds, losses, least, gains, touched
            )
        idle += 1
        tried += 1
        if change < -TOLERANCE * loss:
            is_medoid[medoids[slot]] = False
            is_medoid[j] = True
            medoids[slot] = j
            held[slot] = row
            exchange(
                held, weights, places, slot, slot, far, slots, distances, lengths, bounds, near,
                both, ds, losses,
            )  # fmt: skip
            least = cheapest_slot(losses)
            loss += change
            swaps += 1
            idle = 0
    return loss, idle, tried, swaps


@kernel
def try_single(fresh, candidates, medoids, weights, loss, idle, budget):
    """Do what :func:`try_candidates` does, for k = 1: (loss, idle, tried, swaps)."""
    tried = 0
    swaps = 0
    for i in range(candidates.size):
        if idle >= budget:
            break
        if candidates[i] == medoids[0]:
            continue
        idle += 1
        tried += 1
        total = 0.0
        for o in range(fresh.shape[1]):
            d = np.float64(fresh[i, o])
            total += d if weights is None else d * weights[o]
        if total < loss * (1.0 - TOLERANCE):
            medoids[0] = candidates[i]
            loss = total
            swaps += 1
            idle = 0
    return loss, idle, tried, swaps
