"""Refinement of one level: rebalancing, label propagation, rounds of FM."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel
from partwise.partition._kernels.connectivity import clear_connectivity, new_connectivity
from partwise.partition._kernels.fm import fm_round
from partwise.partition._kernels.label_propagation import label_propagation
from partwise.partition._kernels.penalty import push_out_prices
from partwise.partition._kernels.rebalancing import overload, rebalance

__all__ = ["refine_level"]

LP_ROUNDS = 2
FIRST_FACTOR = 0.2  # share of the estimated price that the first unconstrained round pays
WORTHWHILE = 0.002  # relative improvement under which a round counts as idle
IDLE_ROUNDS = 1  # idle rounds after which a level ends


@kernel
def refine_level(
    indptr, indices, weights, node_weights, fixed, part, load, limit, frontier, listed, size, cut,
    rounds, seeds_each, patience, like, state,
):  # fmt: skip
    """Refine `part` in place: return (cut, size of the frontier).

    After rebalancing and label propagation each of up to `rounds` rounds runs FM that may overfill
    blocks at a price, rebalances, and runs FM within the limits (a single round only where there
    was something to rebalance). The best state (least overload,
    then least cut) is what remains.

    Parameters
    ----------
    part : int32 ndarray of shape (n,)
    load, limit : int64 ndarray of shape (k,)
        Weight and largest weight of every block; `load` is kept true.
    frontier, listed, size
        A superset of the boundary nodes, see :mod:`partwise.partition._kernels.frontier`.
    cut : int
        Cut of `part`.
    rounds : int
    seeds_each : int
        Boundary nodes that start one local search of FM: fewer make more and narrower searches.
    patience : float
        How long a search goes on without a new best state, see :func:`fm_round`.
    like : ndarray
        Its dtype, which must hold the sum of all edge weights, is that of the connections.
    """
    n = part.size
    k = load.size
    if n == 0 or k == 1:
        return cut, size
    pool, place, count, top = new_connectivity(indptr, k, like)
    keys = np.empty(n)
    nodes = np.empty(n, dtype=np.uint32)
    where = np.full(n, -1, dtype=np.int32)
    stamp = np.zeros(n, dtype=np.int32)
    moved = np.empty(n, dtype=np.uint32)
    origin = np.empty(n, dtype=np.int32)
    over = overload(load, limit)
    gain = np.int64(0)
    if over > 0:
        gain, size = rebalance(
            indptr, indices, weights, node_weights, fixed, part, load, limit, k,
            pool, place, count, top, frontier, listed, size, keys, nodes, where,
        )  # fmt: skip
        cut -= gain
    gain, size = label_propagation(
        indptr, indices, weights, node_weights, fixed, part, load, limit, k,
        pool, place, count, top, frontier, listed, size, LP_ROUNDS, state,
    )  # fmt: skip
    cut -= gain
    if rounds == 0:
        return cut, size
    best_part = part.copy()
    best_load = load.copy()
    best_over = overload(load, limit)
    best_cut = cut
    volume, cost = push_out_prices(indptr, indices, weights, node_weights, part, listed, k)
    idle = 0
    mark = 0
    for r in range(rounds):
        before = best_cut
        was_over = best_over
        factor = FIRST_FACTOR + (1.0 - FIRST_FACTOR) * r / max(rounds - 1, 1)
        mark += 1
        gain, size = fm_round(
            indptr, indices, weights, node_weights, fixed, part, load, limit, k,
            pool, place, count, top, frontier, listed, size, keys, nodes, where, stamp, mark,
            moved, origin, seeds_each, patience, False, volume, cost, factor, state,
        )  # fmt: skip
        cut -= gain
        rebalanced = overload(load, limit) > 0
        if rebalanced:
            gain, size = rebalance(
                indptr, indices, weights, node_weights, fixed, part, load, limit, k,
                pool, place, count, top, frontier, listed, size, keys, nodes, where,
            )  # fmt: skip
            cut -= gain
        if rebalanced or rounds > 1:
            mark += 1
            gain, size = fm_round(
                indptr, indices, weights, node_weights, fixed, part, load, limit, k,
                pool, place, count, top, frontier, listed, size, keys, nodes, where, stamp, mark,
                moved, origin, seeds_each, patience, True, volume, cost, 0.0, state,
            )  # fmt: skip
            cut -= gain
        over = overload(load, limit)
        if over < best_over or (over == best_over and cut < best_cut):
            best_over, best_cut = over, cut
            best_part[:] = part
            best_load[:] = load
        elif r + 1 < rounds:
            part[:] = best_part
            load[:] = best_load
            cut = best_cut
            clear_connectivity(count, top)
        if was_over == best_over and before - best_cut <= WORTHWHILE * before:
            idle += 1
            if idle == IDLE_ROUNDS:
                break
        else:
            idle = 0
    part[:] = best_part
    load[:] = best_load
    return best_cut, size
