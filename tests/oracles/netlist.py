"""Slow, obviously right counterparts of the netlist kernels, on plain Python lists."""

from __future__ import annotations

import itertools


def cut_of(nets, weights, labels):
    """Return the summed weight of the nets with pins in several blocks."""
    return sum(w for net, w in zip(nets, weights) if len({labels[v] for v in net}) > 1)


def gain_of(nets, weights, labels, v):
    """Return by how much the cut of a bisection falls when `v` changes sides."""
    other = list(labels)
    other[v] = 1 - other[v]
    return cut_of(nets, weights, labels) - cut_of(nets, weights, other)


def usage_of(personalities, labels, chosen, n_parts):
    """Return what every block uses of every resource."""
    width = len(personalities[0][0])
    usage = [[0] * width for _ in range(n_parts)]
    for v, (b, j) in enumerate(zip(labels, chosen)):
        for r in range(width):
            usage[b][r] += personalities[v][j][r]
    return usage


def best_joint(nets, weights, personalities, capacities):
    """Return the smallest cut over all blocks and personalities within the capacities, or None."""
    n, k = len(personalities), len(capacities)
    best = None
    for labels in itertools.product(range(k), repeat=n):
        cut = cut_of(nets, weights, labels)
        if best is not None and cut >= best:
            continue
        for chosen in itertools.product(*(range(len(p)) for p in personalities)):
            usage = usage_of(personalities, labels, chosen, k)
            if all(u <= c for row, cap in zip(usage, capacities) for u, c in zip(row, cap)):
                best = cut
                break
    return best
