"""Label propagation: a cheap pass of single moves that gain, before FM."""

from __future__ import annotations

import numpy as np

from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel
from partwise.kernels.rng import shuffle
from partwise.partition._kernels.connectivity import best_move, fill, shift
from partwise.partition._kernels.frontier import grow_frontier

__all__ = ["label_propagation"]


@kernel
def label_propagation(
    indptr, indices, weights, node_weights, fixed, part, load, limit, k,
    pool, place, count, top, frontier, listed, size, rounds, state,
):  # fmt: skip
    """Move nodes of the frontier to their best block while that gains: (gain, frontier size).

    A move without gain is made when it takes weight from a fuller block to an emptier one.
    """
    total = np.int64(0)
    for _ in range(rounds):
        order = frontier[:size].copy()
        shuffle(state, order)
        n_moves = 0
        for v in order:
            if fixed.size > 0 and fixed[v] >= 0:
                continue
            if count[v] < 0:
                fill(indptr, indices, weights, part, k, pool, place, count, top, v)
            a = np.int64(part[v])
            weight = node_weights[v]
            b, gain = best_move(k, pool, place, count, load, limit, v, a, weight, True)
            if b < 0 or gain < 0:
                continue
            if gain == 0 and limit[b] - load[b] - weight <= limit[a] - load[a]:
                continue
            n_moves += 1
            total += gain
            part[v] = b
            load[a] -= weight
            load[b] += weight
            for j in range(np.uint64(indptr[v]), np.uint64(indptr[v + 1])):
                u = indices[j]
                if count[u] >= 0:
                    shift(k, pool, place, count, u, a, b, arc_weight(weights, j))
                size = grow_frontier(frontier, listed, size, u)
        if 1000 * n_moves < order.size:
            break
    return total, size
