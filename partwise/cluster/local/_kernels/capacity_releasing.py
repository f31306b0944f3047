"""Capacity releasing diffusion: push and relabel, where edges open with the label of their tail."""

from __future__ import annotations

import numpy as np

from partwise.cluster.local._kernels.ball import ARCS, PUSHES, TOUCHED, WORK
from partwise.cluster.local._kernels.network import open_arcs
from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel

__all__ = ["release", "start_release"]


@kernel
def start_release(ball):
    """Give every touched node mass of its degree."""
    for i in range(ball.count[TOUCHED]):
        ball.mass[i] = ball.degree[i]


@kernel
def release(indptr, indices, weights, kept, ball, net, capacity, height, factor):
    """Multiply the mass that nodes hold within their degrees by `factor` and let it spread.

    Nodes with more mass than their degree are taken lowest label first. Such a node v sends along
    an edge to a node u of lower label, at most ``min(label(v), capacity)`` times the weight of the
    edge in sum, and not so much that u has more than `factor` times its degree; if it cannot, its
    label goes up by one. It gives up at label `height`.

    Returns
    -------
    tuple of float
        Mass at the start, and mass within degrees at the end.
    """
    head = np.full(height, -1, dtype=np.int64)  # a list of active nodes for every label
    following = net.path
    total = 0.0
    for a in range(ball.count[ARCS]):
        net.flow[a] = 0.0
    for i in range(ball.count[TOUCHED]):
        ball.mass[i] = factor * min(ball.mass[i], ball.degree[i])
        total += ball.mass[i]
        net.level[i] = 0
        net.at[i] = ball.first[i]
        if ball.mass[i] > ball.degree[i]:
            following[i] = head[0]
            head[0] = i
    label = 0
    while label < height:
        v = head[label]
        if v < 0:
            label += 1
            continue
        if ball.first[v] < 0:
            start = ball.count[TOUCHED]
            open_arcs(indptr, indices, weights, kept, ball, net, v)
            for k in range(start, ball.count[TOUCHED]):
                net.level[k] = 0
                net.at[k] = -1
            net.at[v] = ball.first[v]
        elif net.at[v] < 0:
            net.at[v] = ball.first[v]
        open_part = np.float64(min(label, capacity))
        below = -1
        while net.at[v] < ball.last[v]:
            a = net.at[v]
            ball.count[WORK] += 1
            u = np.int64(ball.to[a])
            if net.level[u] < label:
                spare = open_part * arc_weight(kept, a) - net.flow[a]
                amount = min(
                    ball.mass[v] - ball.degree[v], spare, factor * ball.degree[u] - ball.mass[u]
                )
                if amount > 0.0:
                    was_idle = ball.mass[u] <= ball.degree[u]
                    if amount == ball.mass[v] - ball.degree[v]:
                        ball.mass[v] = ball.degree[v]
                    else:
                        ball.mass[v] -= amount
                    ball.mass[u] += amount
                    net.flow[a] += amount
                    if net.back[a] >= 0:
                        net.flow[net.back[a]] = -net.flow[a]
                    ball.count[PUSHES] += 1
                    if was_idle and ball.mass[u] > ball.degree[u]:
                        below = u
                    if below >= 0 or ball.mass[v] <= ball.degree[v]:
                        break
            net.at[v] += 1
        if ball.mass[v] <= ball.degree[v]:
            head[label] = following[v]
        elif below < 0:
            head[label] = following[v]
            net.level[v] = label + 1
            net.at[v] = ball.first[v]
            if label + 1 < height:
                following[v] = head[label + 1]
                head[label + 1] = v
        if below >= 0:
            label = net.level[below]
            following[below] = head[label]
            head[label] = below
    held = 0.0
    for i in range(ball.count[TOUCHED]):
        held += min(ball.mass[i], ball.degree[i])
    return total, held
