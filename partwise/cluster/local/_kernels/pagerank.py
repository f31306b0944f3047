"""Personalised PageRank by pushing, approximate and l1-regularised."""

from __future__ import annotations

import numpy as np

from partwise.cluster.local._kernels.ball import (
    PUSHES,
    TOUCHED,
    WAITING,
    WORK,
    enqueue,
    open_row,
    pop,
    touch,
)
from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel

__all__ = ["push_pagerank", "start_pagerank"]


@kernel
def _settle(ball, start, bar):
    for i in range(start, ball.count[TOUCHED]):
        ball.room[i] = bar * ball.degree[i]


@kernel
def start_pagerank(indptr, weights, ball, seeds, bar):
    """Spread a residual of 1 evenly over `seeds`; nodes wait from `bar` times their degree on."""
    for u in seeds:
        start = ball.count[TOUCHED]
        i = touch(indptr, weights, ball, u)
        _settle(ball, start, bar)
        if ball.degree[i] == 0.0:
            ball.x[i] = 1.0 / seeds.size  # the walk never leaves
            continue
        ball.mass[i] = 1.0 / seeds.size
        if ball.mass[i] >= ball.room[i]:
            enqueue(ball, i)


@kernel
def push_pagerank(indptr, indices, weights, kept, ball, alpha, eps, bar, exact, limit):
    """Push residuals ``ball.mass`` into ``ball.x`` until all are below `bar` times the degree.

    The walk is lazy: ``W = (I + A D^-1) / 2``, and ``x + pr(mass) = pr(seeds)`` holds throughout,
    with ``pr(s) = alpha s + (1 - alpha) W pr(s)``.

    Parameters
    ----------
    exact : bool
        False takes the whole residual of a node (approximate PageRank). True takes just so much
        that ``eps * degree`` is left in the end, which is the minimiser along a coordinate of the
        l1-regularised problem.

    Returns
    -------
    bool
        Whether it came to an end within `limit` pushes.
    """
    count = ball.count
    half = (1.0 - alpha) / 2.0
    while count[WAITING] > 0:
        if count[PUSHES] >= limit:
            return False
        i = pop(ball)
        if ball.first[i] < 0:
            start = count[TOUCHED]
            open_row(indptr, indices, weights, None, 0.0, kept, ball, i)
            _settle(ball, start, bar)
        degree = ball.degree[i]
        back = half * (1.0 + ball.loop[i] / degree)  # of what is taken, returns at once
        if exact:
            rest = eps * degree
            taken = (ball.mass[i] - rest) / (1.0 - back)
        else:
            taken = ball.mass[i]
            rest = taken * back
        ball.x[i] += alpha * taken
        ball.mass[i] = rest
        share = half * taken / degree
        for a in range(np.uint64(ball.first[i]), np.uint64(ball.last[i])):
            k = ball.to[a]
            held = ball.mass[k] + share * arc_weight(kept, a)
            ball.mass[k] = held
            if held >= ball.room[k] and ball.queued[k] == 0:
                enqueue(ball, k)
        if ball.queued[i] == 0 and ball.mass[i] >= ball.room[i]:
            enqueue(ball, i)
        count[PUSHES] += 1
        count[WORK] += ball.last[i] - ball.first[i]
    return True
