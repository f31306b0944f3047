"""What it will cost to bring an overfull block back under its limit: estimated beforehand.

Unconstrained refinement may overfill a block, and pays for it what the rebalancing after it will
lose. The nodes that rebalancing can push out at a known price are the inner ones: sorted into
buckets by loss per weight they give, for each block, the price of pushing out a given weight.

References
----------
N. Maas, L. Gottesbueren, D. Seemaier, "Parallel unconstrained local search for partitioning
irregular graphs", ALENEX 2024, doi:10.1137/1.9781611977929.3.
"""

from __future__ import annotations

import math

import numpy as np

from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel

__all__ = ["overfill_cost", "push_out_prices"]

BUCKETS = 64
RATIO = 1.2  # of the losses per weight of neighbouring buckets
INNER = 0.7  # share of its connections that an inner node has inside its block
SPAN = 4000.0  # the first bucket's loss per weight lies this much below the mean one


@kernel
def push_out_prices(indptr, indices, weights, node_weights, part, listed, k):
    """Return (volume, cost): what the nodes of each block up to a bucket weigh and would lose.

    Both have shape (k, BUCKETS) and are cumulative. Nodes off the frontier are inner and lose all
    they have; those on it are looked at.
    """
    n = part.size
    volume = np.zeros((k, BUCKETS))
    cost = np.zeros((k, BUCKETS))
    total_arcs = 0.0
    total_weight = 0.0
    for u in range(n):
        total_weight += node_weights[u]
    if weights is None:
        total_arcs = np.float64(indices.size)
    else:
        for j in range(indices.size):
            total_arcs += weights[j]
    if total_arcs == 0.0 or total_weight == 0.0:
        return volume, cost
    base = total_arcs / total_weight / SPAN
    scale = 1.0 / math.log(RATIO)
    for u in range(n):
        a = part[u]
        begin, end = np.uint64(indptr[u]), np.uint64(indptr[u + 1])
        degree = np.int64(0)
        if weights is None:
            degree = np.int64(end - begin)
        else:
            for j in range(begin, end):
                degree += weights[j]
        loss = degree
        if listed[u]:
            inside = np.int64(0)
            for j in range(begin, end):
                if part[indices[j]] == a:
                    inside += arc_weight(weights, j)
            if inside < INNER * degree:
                continue
            # what goes out already comes back wherever the node is pushed, at best
            loss = max(np.int64(0), 2 * inside - degree)
        weight = np.float64(max(node_weights[u], 1))
        ratio = loss / weight / base
        i = 0
        if ratio > 1.0:
            i = min(BUCKETS - 1, np.int64(math.log(ratio) * scale))
        volume[a, i] += weight
        cost[a, i] += loss
    for b in range(k):
        for i in range(1, BUCKETS):
            volume[b, i] += volume[b, i - 1]
            cost[b, i] += cost[b, i - 1]
    return volume, cost


@kernel
def _cost_of(volume, cost, b, x):
    if x <= 0.0:
        return 0.0
    low, high = 0, BUCKETS - 1
    if x >= volume[b, high]:
        if volume[b, high] == 0.0:
            return 0.0
        return cost[b, high] * (x / volume[b, high])
    while low < high:
        middle = (low + high) // 2
        if volume[b, middle] > x:
            high = middle
        else:
            low = middle + 1
    below_volume = volume[b, low - 1] if low > 0 else 0.0
    below_cost = cost[b, low - 1] if low > 0 else 0.0
    share = (x - below_volume) / (volume[b, low] - below_volume)
    return below_cost + share * (cost[b, low] - below_cost)


@kernel
def overfill_cost(volume, cost, b, before, after):
    """Return the estimated price of growing block `b` from `before` to `after` over its limit."""
    return _cost_of(volume, cost, b, after) - _cost_of(volume, cost, b, before)
