"""Localized multi-try k-way FM, constrained or paying for overfull blocks."""

from __future__ import annotations

import numpy as np

from partwise.kernels.csr_access import arc_weight
from partwise.kernels.heap import heap_clear, heap_pop, heap_push, heap_remove, heap_update
from partwise.kernels.jit import kernel
from partwise.kernels.rng import shuffle
from partwise.partition._kernels.connectivity import best_move, fill, shift
from partwise.partition._kernels.frontier import grow_frontier
from partwise.partition._kernels.penalty import overfill_cost

__all__ = ["fm_round", "relocate"]


@kernel
def relocate(indptr, indices, weights, node_weights, part, load, k, pool, place, count, v, b):
    """Move `v` to block `b` and keep loads and the filled entries of its neighbours true."""
    a = part[v]
    part[v] = b
    load[a] -= node_weights[v]
    load[b] += node_weights[v]
    for j in range(np.uint64(indptr[v]), np.uint64(indptr[v + 1])):
        u = indices[j]
        if count[u] >= 0:
            shift(k, pool, place, count, u, a, b, arc_weight(weights, j))


@kernel
def _paid_move(k, pool, place, count, load, limit, v, a, weight, volume, cost, factor):
    """Return (block, gain, gain less penalty) of the best move when blocks may overfill."""
    at = place[v]
    n = count[v]
    dense = n == k
    inside = np.int64(0)
    best = np.int64(-1)
    best_w = np.int64(0)
    best_score = -np.inf
    best_room = np.int64(0)
    for i in range(n):
        if dense:
            b = np.int64(i)
            w = np.int64(pool[at + i])
        else:
            b = np.int64(pool[at + 2 * i])
            w = np.int64(pool[at + 2 * i + 1])
        if b == a:
            inside = w
            continue
        if w == 0:
            continue
        if w < best_score:
            continue
        room = limit[b] - load[b] - weight
        score = np.float64(w)
        if room < 0:
            score -= factor * overfill_cost(
                volume, cost, b, np.float64(load[b] - limit[b]), np.float64(-room)
            )
        if score > best_score or (score == best_score and room > best_room):
            best, best_w, best_score, best_room = b, w, score, room
    return best, best_w - inside, best_score - inside


@kernel
def fm_round(
    indptr, indices, weights, node_weights, fixed, part, load, limit, k,
    pool, place, count, top, frontier, listed, size, keys, nodes, where, stamp, mark, moved,
    origin, seeds_each, patience, strict, volume, cost, factor, state,
):  # fmt: skip
    """One round of local searches from all boundary nodes: (gain, new size of the frontier).

    A search starts from `seeds_each` random boundary nodes, moves the node of best gain again and
    again, also at a loss, taking in the neighbours of what it moves, stops when further gain has
    become unlikely, and goes back to its best state. A node is moved once a round at most.

    Parameters
    ----------
    stamp : int32 ndarray of shape (n,)
        ``stamp[v] == mark`` where `v` has been moved in this round.
    moved, origin : ndarray of shape (n,)
        Work space for the moves of one search.
    patience : float
        A search goes on for ``patience * log(n) + 1`` moves after its best state at least.
    strict : bool
        Whether limits hold; if not, `volume`, `cost` and `factor` price an overfull block.

    References
    ----------
    V. Osipov, P. Sanders, "n-level graph partitioning", ESA 2010 (local searches and the stopping
    rule), arXiv:1004.4024.
    """
    n_seeds = size
    seeds = frontier[:size].copy()
    shuffle(state, seeds)
    beta = patience * np.log(np.float64(part.size)) + 1.0
    total_gain = np.int64(0)
    cursor = 0
    block = np.int64(-1)
    gain = np.int64(0)
    score = 0.0
    while cursor < n_seeds:
        heap = np.int64(0)
        started = 0
        while cursor < n_seeds and started < seeds_each:
            v = seeds[cursor]
            cursor += 1
            if stamp[v] == mark or (fixed.size > 0 and fixed[v] >= 0):
                continue
            if count[v] < 0:
                fill(indptr, indices, weights, part, k, pool, place, count, top, v)
            if strict:
                block, gain = best_move(
                    k, pool, place, count, load, limit, v, part[v], node_weights[v], True
                )
                score = np.float64(gain)
            else:
                block, gain, score = _paid_move(
                    k, pool, place, count, load, limit, v, part[v], node_weights[v],
                    volume, cost, factor,
                )  # fmt: skip
            if block >= 0:
                heap = heap_push(keys, nodes, where, heap, v, score)
                started += 1
        n_moved = 0
        n_best = 0
        current = 0.0
        best = 0.0
        true_gain = np.int64(0)
        best_true = np.int64(0)
        steps = 0
        mean = 0.0
        spread = 0.0
        while heap > 0:
            v = nodes[0]
            a = np.int64(part[v])
            if strict:
                block, gain = best_move(
                    k, pool, place, count, load, limit, v, a, node_weights[v], True
                )
                score = np.float64(gain)
            else:
                block, gain, score = _paid_move(
                    k, pool, place, count, load, limit, v, a, node_weights[v], volume, cost, factor
                )
            if block < 0:
                heap = heap_pop(keys, nodes, where, heap)
                continue
            if score < keys[0]:
                heap_update(keys, nodes, where, heap, v, score)
                if nodes[0] != v:
                    continue
            heap = heap_pop(keys, nodes, where, heap)
            stamp[v] = mark
            moved[n_moved] = v
            origin[n_moved] = a
            n_moved += 1
            current += score
            step_gain = score
            true_gain += gain
            part[v] = block
            load[a] -= node_weights[v]
            load[block] += node_weights[v]
            for j in range(np.uint64(indptr[v]), np.uint64(indptr[v + 1])):
                u = indices[j]
                if count[u] >= 0:
                    shift(k, pool, place, count, u, a, block, arc_weight(weights, j))
                if stamp[u] == mark or (fixed.size > 0 and fixed[u] >= 0):
                    continue
                if count[u] < 0:
                    fill(indptr, indices, weights, part, k, pool, place, count, top, u)
                size = grow_frontier(frontier, listed, size, u)
                if strict:
                    b, gain = best_move(
                        k, pool, place, count, load, limit, u, part[u], node_weights[u], True
                    )
                    score = np.float64(gain)
                else:
                    b, gain, score = _paid_move(
                        k, pool, place, count, load, limit, u, part[u], node_weights[u],
                        volume, cost, factor,
                    )  # fmt: skip
                if where[u] >= 0:
                    if b >= 0:
                        heap_update(keys, nodes, where, heap, u, score)
                    else:
                        heap = heap_remove(keys, nodes, where, heap, u)
                elif b >= 0:
                    heap = heap_push(keys, nodes, where, heap, u, score)
            if current > best:
                best = current
                best_true = true_gain
                n_best = n_moved
                steps = 0
                mean = 0.0
                spread = 0.0
            else:
                steps += 1
                # Welford's running mean and variance of the gains since the best state
                delta = step_gain - mean
                mean += delta / steps
                spread += delta * (step_gain - mean)
                if steps > beta:
                    variance = spread / (steps - 1)
                    if mean == 0.0 or steps * mean * mean >= 0.25 * variance:
                        break
        heap_clear(nodes, where, heap)
        while n_moved > n_best:
            n_moved -= 1
            relocate(
                indptr, indices, weights, node_weights, part, load, k, pool, place, count,
                moved[n_moved], origin[n_moved],
            )  # fmt: skip
        total_gain += best_true
    return total_gain, size
