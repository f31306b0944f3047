"""Heat-kernel PageRank by relaxing the terms of its Taylor series, one after the other."""

from __future__ import annotations

from partwise.cluster.local._kernels.ball import PUSHES, TOUCHED, WORK, open_row
from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel

__all__ = ["relax_heat"]


@kernel
def relax_heat(indptr, indices, weights, kept, ball, t, bars):
    """Move the residuals of the touched nodes, ``ball.mass``, into ``ball.x``, term by term.

    The residual of a term can only come from the term before, so that all its nodes are done once
    and at the same time; ``ball.room`` collects the next one.

    Parameters
    ----------
    t : float
        Temperature: term j + 1 is ``t / (j + 1) P`` times term j.
    bars : float64 array of shape (n_terms,)
        A residual of term j below ``bars[j]`` times the degree is dropped.
    """
    count = ball.count
    now = 0
    for i in range(count[TOUCHED]):
        ball.room[i] = 0.0
        if ball.mass[i] > 0.0:
            ball.queue[now] = i
            now += 1
    terms = bars.size
    for j in range(terms):
        factor = t / (j + 1)
        later = 0
        for q in range(now):
            i = ball.queue[q]
            held = ball.mass[i]
            ball.mass[i] = 0.0
            if held < bars[j] * ball.degree[i]:
                continue
            if ball.first[i] < 0:
                start = count[TOUCHED]
                open_row(indptr, indices, weights, None, 0.0, kept, ball, i)
                for k in range(start, count[TOUCHED]):
                    ball.room[k] = 0.0
            ball.x[i] += held
            count[PUSHES] += 1
            count[WORK] += ball.last[i] - ball.first[i]
            share = factor * held / ball.degree[i]
            if j + 1 == terms:
                for a in range(ball.first[i], ball.last[i]):
                    ball.x[ball.to[a]] += share * arc_weight(kept, a)
                ball.x[i] += share * ball.loop[i]
                continue
            for a in range(ball.first[i], ball.last[i]):
                k = ball.to[a]
                if ball.room[k] == 0.0:
                    ball.stack[later] = k
                    later += 1
                ball.room[k] += share * arc_weight(kept, a)
            if ball.loop[i] > 0.0:
                if ball.room[i] == 0.0:
                    ball.stack[later] = i
                    later += 1
                ball.room[i] += share * ball.loop[i]
        for q in range(later):
            i = ball.stack[q]
            ball.queue[q] = i
            ball.mass[i] = ball.room[i]
            ball.room[i] = 0.0
        now = later
