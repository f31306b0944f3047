"""First bisections of a netlist: by fullness, or grown around a node."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below, shuffle
from partwise.partition.netlist._kernels.search import search

__all__ = ["by_fullness", "first_bisection", "grown"]


@kernel
def by_fullness(amounts, current, base, slope, state):
    """Place nodes in random order, each where the resource that matters most for it is freer.

    That is the resource that it uses and in which the fullness of the sides, usage over limit,
    differs most. Nodes that use nothing go to a random side.
    """
    n = current.size
    width = amounts.shape[1]
    usage = np.zeros((2, width))
    limit = np.empty((2, width))
    for r in range(width):
        total = 0.0
        for v in range(n):
            total += amounts[current[v], r]
        for b in range(2):
            limit[b, r] = max(base[b, r] + slope[b, r] * total, 1.0)
    side = np.empty(n, dtype=np.uint8)
    order = np.arange(n)
    shuffle(state, order)
    for v in order:
        largest = -1.0
        s = next_below(state, 2)
        for r in range(width):
            if amounts[current[v], r] > 0:
                difference = usage[0, r] / limit[0, r] - usage[1, r] / limit[1, r]
                if abs(difference) > largest:
                    largest = abs(difference)
                    if difference != 0.0:
                        s = 1 if difference > 0.0 else 0
        side[v] = s
        for r in range(width):
            usage[s, r] += amounts[current[v], r]
    return side


@kernel
def grown(net_ptr, pins, node_ptr, nets, amounts, current, share, state):
    """Grow side 0 breadth first from a random node until it has `share` of the mean resource."""
    n = current.size
    width = amounts.shape[1]
    worth = np.zeros(width)
    for v in range(n):
        for r in range(width):
            worth[r] += amounts[current[v], r]
    used = 0
    for r in range(width):
        if worth[r] > 0.0:
            worth[r] = 1.0 / worth[r]
            used += 1
    side = np.ones(n, dtype=np.uint8)
    queued = np.zeros(n, dtype=np.bool_)
    queue = np.empty(n, dtype=np.int64)
    order = np.arange(n)
    shuffle(state, order)
    head, tail, following = 0, 0, 0
    size = 0.0
    while True:
        if head == tail:
            while following < n and queued[order[following]]:
                following += 1
            if following == n:
                break
            queue[tail] = order[following]
            queued[order[following]] = True
            tail += 1
        v = queue[head]
        head += 1
        for r in range(width):
            size += amounts[current[v], r] * worth[r] / max(used, 1)
        if size > share and head > 1:
            break
        side[v] = 0
        for i in range(node_ptr[v], node_ptr[v + 1]):
            e = nets[i]
            for j in range(net_ptr[e], net_ptr[e + 1]):
                u = pins[j]
                if not queued[u]:
                    queued[u] = True
                    queue[tail] = u
                    tail += 1
    return side


@kernel
def first_bisection(
    net_ptr, pins, node_ptr, nets, weights, pers_ptr, amounts, current, base, slope, active, ratio,
    adaptive, policy, depth, tries, passes, patience, state,
):  # fmt: skip
    """Return (side, current) of the best of `tries` bisections, each refined by :func:`search`.

    They are made in turn by fullness, grown breadth first, and grown from one node by the search
    itself, which then starts with all others on side 1.
    """
    n = current.size
    share = (base[0] + slope[0]).sum() / max((base + slope).sum(), 1e-300)
    best_side = np.zeros(n, dtype=np.uint8)
    best_current = current.copy()
    best_over, best_cut = np.inf, np.int64(0)
    for i in range(tries):
        mine = current.copy()
        if i % 3 == 0:
            side = by_fullness(amounts, mine, base, slope, state)
        elif i % 3 == 1:
            side = grown(net_ptr, pins, node_ptr, nets, amounts, mine, share, state)
        else:
            side = np.ones(n, dtype=np.uint8)
            side[next_below(state, n)] = 0
        over, cut, _ = search(
            net_ptr, pins, node_ptr, nets, weights, pers_ptr, amounts, side, mine, base, slope,
            active, ratio, adaptive, policy, depth, passes, patience, state,
        )  # fmt: skip
        if over < best_over or (over == best_over and cut < best_cut):
            best_side, best_current, best_over, best_cut = side, mine, over, cut
    return best_side, best_current
