"""Weighted flow diffusion: exact coordinate minimisation, first come first served."""

from __future__ import annotations

import math

import numpy as np

from partwise.cluster.local._kernels.ball import (
    FAULT,
    PUSHES,
    TOUCHED,
    WAITING,
    WORK,
    degree_of,
    enqueue,
    open_row,
    pop,
    touch,
)
from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel

__all__ = [
    "BAD_POINT",
    "BAD_SINK",
    "DONE",
    "INFEASIBLE",
    "LIMIT",
    "SINK_ARRAY",
    "SINK_DEGREE",
    "SINK_UNIT",
    "add_source",
    "diffuse",
    "exceeds_component",
    "sample_squares",
]

DONE, LIMIT, INFEASIBLE, BAD_POINT, BAD_SINK = range(5)
SINK_DEGREE, SINK_UNIT, SINK_ARRAY = range(3)

FIRST_CHECK = 2000  # arcs of work before the first look for a component that is too full


@kernel
def _capacity(indptr, weights, ball, sink_kind, sink, u):
    """Return how much mass node `u` of the graph can hold."""
    if sink_kind == SINK_DEGREE:
        return degree_of(indptr, weights, ball.known, u)
    if sink_kind == SINK_UNIT:
        return 1.0
    return sink[u]


@kernel
def _give_room(indptr, weights, ball, start, sink_kind, sink):
    """Set the capacities of nodes touched since there were `start`; return whether all are good."""
    good = True
    for i in range(start, ball.count[TOUCHED]):
        room = _capacity(indptr, weights, ball, sink_kind, sink, ball.node[i])
        ball.room[i] = room
        if not (room >= 0.0 and math.isfinite(room)):
            ball.count[FAULT] = ball.node[i]
            good = False
    return good


@kernel
def add_source(indptr, weights, ball, seeds, source, sink_kind, sink, tol):
    """Put mass ``source[s]`` on every node ``seeds[s]``; return DONE or BAD_SINK."""
    for s in range(seeds.size):
        start = ball.count[TOUCHED]
        i = touch(indptr, weights, ball, seeds[s])
        if not _give_room(indptr, weights, ball, start, sink_kind, sink):
            return BAD_SINK
        ball.mass[i] += source[s]
        if ball.queued[i] == 0 and ball.mass[i] > ball.room[i] + tol:
            enqueue(ball, i)
    return DONE


@kernel
def _too_full(ball, kept, tol):
    """Tell whether a connected component is wholly opened and holds more than its capacity.

    Components are those of the edges with positive weight; only those with a node that has too
    much are looked at.
    """
    n = ball.count[TOUCHED]
    for i in range(n):
        ball.mark[i] = 0
    for root in range(n):
        if ball.mark[root] == 1 or ball.mass[root] <= ball.room[root] + tol:
            continue
        ball.mark[root] = 1
        ball.stack[0] = root
        top = 1
        closed = True
        size = 0
        mass = 0.0
        room = 0.0
        while top > 0:
            top -= 1
            i = ball.stack[top]
            if ball.first[i] < 0:
                closed = False
                continue
            size += 1
            mass += ball.mass[i]
            room += ball.room[i]
            for a in range(ball.first[i], ball.last[i]):
                k = ball.to[a]
                if ball.mark[k] == 0 and arc_weight(kept, a) > 0.0:
                    ball.mark[k] = 1
                    ball.stack[top] = k
                    top += 1
        if closed and mass > room + tol * size:
            return True
    return False


@kernel
def diffuse(
    indptr, indices, weights, points, gamma, kept, ball, sink_kind, sink, tol, limit, stuck,
):  # fmt: skip
    """Push until no node holds more than its room and `tol`, or `limit` pushes have been made.

    A push at node i raises x[i] until the node holds exactly its room, which minimises the dual
    objective ``x'Lx / 2 + x'(T - source)`` along that coordinate. Calling again goes on.

    Parameters
    ----------
    stuck : bool array of length 1
        Set if mass cannot leave a node whose edges all weigh 0.

    Returns
    -------
    int
        DONE, LIMIT, INFEASIBLE (a component holds more than its capacity), or BAD_POINT, BAD_SINK
        (``ball.count[FAULT]`` is the node).
    """
    count = ball.count
    check = max(FIRST_CHECK, 2 * count[WORK])
    while count[WAITING] > 0:
        if count[PUSHES] >= limit:
            return LIMIT
        i = pop(ball)
        if ball.first[i] < 0:
            start = count[TOUCHED]
            open_row(indptr, indices, weights, points, gamma, kept, ball, i)
            if math.isnan(ball.strength[i]):
                count[FAULT] = ball.node[i]
                return BAD_POINT
            if not _give_room(indptr, weights, ball, start, sink_kind, sink):
                return BAD_SINK
        if ball.strength[i] == 0.0:
            stuck[0] = True
            continue
        step = (ball.mass[i] - ball.room[i]) / ball.strength[i]
        ball.x[i] += step
        ball.mass[i] = ball.room[i]
        count[PUSHES] += 1
        for a in range(np.uint64(ball.first[i]), np.uint64(ball.last[i])):
            k = ball.to[a]
            held = ball.mass[k] + step * arc_weight(kept, a)
            ball.mass[k] = held
            if held > ball.room[k] + tol and ball.queued[k] == 0:
                enqueue(ball, k)
        count[WORK] += ball.last[i] - ball.first[i]
        if count[WORK] >= check:
            if _too_full(ball, kept, tol):
                return INFEASIBLE
            check = 2 * count[WORK]
    return DONE


@kernel
def exceeds_component(indptr, indices, weights, ball, sink_kind, sink, tol):
    """Tell whether a connected component of the graph holds more mass than its capacity.

    Reads the components of all nodes with too much mass: for queries that have done more work than
    that already. Capacities of nodes that were not met may not be finite: they are taken as they
    are.
    """
    seen = np.zeros(indptr.size - 1, dtype=np.uint8)
    stack = np.empty(indptr.size - 1, dtype=np.int64)
    for i in range(ball.count[TOUCHED]):
        if seen[ball.node[i]] == 1 or ball.mass[i] <= ball.room[i] + tol:
            continue
        seen[ball.node[i]] = 1
        stack[0] = ball.node[i]
        top = 1
        size = 0
        mass = 0.0
        room = 0.0
        while top > 0:
            top -= 1
            u = stack[top]
            size += 1
            if ball.slot[u] > 0:
                mass += ball.mass[ball.slot[u] - 1]
            room += _capacity(indptr, weights, ball, sink_kind, sink, u)
            for j in range(indptr[u], indptr[u + 1]):
                v = indices[j]
                if seen[v] == 0:
                    seen[v] = 1
                    stack[top] = v
                    top += 1
        if mass > room + tol * size:
            return True
    return False


@kernel
def sample_squares(indptr, indices, weights, points, ball, squares):
    """Fill `squares` with squared distances along edges, nearest to the touched nodes first.

    Rows are read in breadth-first order from the nodes that are touched; the ball must be cleared
    afterwards.

    Returns
    -------
    int
        How many there are; fewer than asked for if the component has fewer. -1 if one is not
        finite (``ball.count[FAULT]`` is the node).
    """
    filled = 0
    i = 0
    while i < ball.count[TOUCHED]:
        u = ball.node[i]
        for j in range(indptr[u], indptr[u + 1]):
            v = indices[j]
            if v == u:
                continue
            if filled == squares.size:
                return filled
            touch(indptr, weights, ball, v)
            total = 0.0
            for k in range(points.shape[1]):
                gap = np.float64(points[u, k]) - np.float64(points[v, k])
                total += gap * gap
            if not math.isfinite(total):
                ball.count[FAULT] = u
                return -1
            squares[filled] = total
            filled += 1
        i += 1
    return filled
