"""Bringing overloaded blocks back under their limits at the least loss."""

from __future__ import annotations

import numpy as np

from partwise.kernels.csr_access import arc_weight
from partwise.kernels.heap import heap_clear, heap_pop, heap_push, heap_update
from partwise.kernels.jit import kernel
from partwise.partition._kernels.connectivity import best_move, connection, fill, shift
from partwise.partition._kernels.frontier import grow_frontier

__all__ = ["overload", "rebalance"]


@kernel
def overload(load, limit):
    """Return by how much all blocks together are over their limits."""
    total = np.int64(0)
    for b in range(load.size):
        total += max(np.int64(0), load[b] - limit[b])
    return total


@kernel
def _roomiest(load, limit, a):
    best = -1
    for b in range(load.size):
        if b != a and (best < 0 or limit[b] - load[b] > limit[best] - load[best]):
            best = b
    return best


@kernel
def _eviction(k, pool, place, count, load, limit, v, a, weight):
    """Return (block, gain, key) of the cheapest move of `v` out of `a` to a block with room."""
    b, gain = best_move(k, pool, place, count, load, limit, v, a, weight, True)
    if b < 0:
        b = np.int64(_roomiest(load, limit, a))
        if limit[b] - load[b] < weight:
            return np.int64(-1), np.int64(0), 0.0
        gain = -connection(k, pool, place, count, v, a)
    # a loss counts by the weight it buys; a gain the more, the lighter the node
    if gain > 0:
        return b, gain, np.float64(gain) * max(weight, 1)
    return b, gain, np.float64(gain) / max(weight, 1)


@kernel
def rebalance(
    indptr, indices, weights, node_weights, fixed, part, load, limit, k,
    pool, place, count, top, frontier, listed, size, keys, nodes, where,
):  # fmt: skip
    """Move nodes out of overloaded blocks, cheapest first: (gain, size of the frontier).

    First the frontier is peeled off, and what it uncovers; where that does not suffice all nodes of
    overloaded blocks are candidates. Blocks that no move can help stay overloaded.
    """
    total = np.int64(0)
    for everywhere in range(2):
        if overload(load, limit) == 0:
            break
        heap = np.int64(0)
        n_candidates = part.size if everywhere == 1 else size
        for i in range(n_candidates):
            v = np.int64(i) if everywhere == 1 else np.int64(frontier[i])
            a = np.int64(part[v])
            if load[a] <= limit[a] or node_weights[v] == 0:
                continue
            if fixed.size > 0 and fixed[v] >= 0:
                continue
            if count[v] < 0:
                fill(indptr, indices, weights, part, k, pool, place, count, top, v)
            b, gain, key = _eviction(k, pool, place, count, load, limit, v, a, node_weights[v])
            if b >= 0:
                heap = heap_push(keys, nodes, where, heap, v, key)
        while heap > 0:
            v = nodes[0]
            old = keys[0]
            a = np.int64(part[v])
            if load[a] <= limit[a]:
                heap = heap_pop(keys, nodes, where, heap)
                continue
            weight = node_weights[v]
            b, gain, key = _eviction(k, pool, place, count, load, limit, v, a, weight)
            if b < 0:
                heap = heap_pop(keys, nodes, where, heap)
                continue
            if key < old:
                heap_update(keys, nodes, where, heap, v, key)
                if nodes[0] != v:
                    continue
            heap = heap_pop(keys, nodes, where, heap)
            total += gain
            part[v] = b
            load[a] -= weight
            load[b] += weight
            size = grow_frontier(frontier, listed, size, v)
            for j in range(np.uint64(indptr[v]), np.uint64(indptr[v + 1])):
                u = indices[j]
                if count[u] >= 0:
                    shift(k, pool, place, count, u, a, b, arc_weight(weights, j))
                size = grow_frontier(frontier, listed, size, u)
                if part[u] != a or load[a] <= limit[a]:
                    continue
                if fixed.size > 0 and fixed[u] >= 0:
                    continue
                if count[u] < 0:
                    fill(indptr, indices, weights, part, k, pool, place, count, top, u)
                c, gain, key = _eviction(k, pool, place, count, load, limit, u, a, node_weights[u])
                if where[u] >= 0:
                    if c >= 0 and key > keys[where[u]]:
                        heap_update(keys, nodes, where, heap, u, key)
                elif c >= 0:
                    heap = heap_push(keys, nodes, where, heap, u, key)
        heap_clear(nodes, where, heap)
    return total, size
