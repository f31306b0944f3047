"""The ball: the part of a graph that a query has seen, in numbers of its own.

A node gets a local number when it is *touched*, that is when a neighbour's row (or the list of
seeds) names it. Its own row is read when it is *opened*: neighbours become local numbers, weights
are computed, and later visits read these compact arrays and not the graph. Self-loops are kept
apart from the rows.

Arrays have room for the whole graph but are written only as far as the ball reaches, so that the
operating system gives memory only for that; ``slot`` alone is read by node of the graph, and
:func:`clear` undoes exactly the entries that were set.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel

__all__ = [
    "ARCS",
    "FAULT",
    "HEAD",
    "PUSHES",
    "TOUCHED",
    "WAITING",
    "WORK",
    "Ball",
    "clear",
    "degree_of",
    "enqueue",
    "new_ball",
    "open_all",
    "open_row",
    "pop",
    "touch",
    "touch_all",
]

# places in Ball.count
TOUCHED, ARCS, HEAD, WAITING, PUSHES, WORK, FAULT = range(7)

#: Weights below are taken for zero: their inverses must stay finite after a multiplication.
SMALLEST = 1e-100


class Ball(NamedTuple):
    """The state of a query; n is the number of nodes of the graph, m of its stored arcs."""

    count: NDArray[np.int64]  # numbers of touched nodes, stored arcs, pushes...
    volume: NDArray[np.float64]  # (1,) summed degrees of opened nodes
    slot: NDArray[np.int32]  # (n,) by node of the graph: local number + 1, 0 for untouched
    known: NDArray[np.float64]  # (n,) by node of the graph: weighted degree once computed, or 0
    node: NDArray[np.int64]  # local number -> node; this and all others by local number
    degree: NDArray[np.float64]  # summed weights of the graph, a self-loop once
    loop: NDArray[np.float64]  # weight of the self-loop, of opened nodes
    strength: NDArray[np.float64]  # summed weights of the row, of opened nodes
    first: NDArray[np.int64]  # where the row starts, -1 if not opened
    last: NDArray[np.int64]
    to: NDArray[np.uint32]  # (m,) neighbours in rows
    weight: NDArray[np.float64]  # (m,) their weights, unused where all are 1
    x: NDArray[np.float64]
    mass: NDArray[np.float64]
    room: NDArray[np.float64]  # how much mass a node may hold
    queue: NDArray[np.uint32]  # a ring
    queued: NDArray[np.uint8]
    mark: NDArray[np.uint8]
    stack: NDArray[np.uint32]


def new_ball(n_nodes: int, n_arcs: int, weighted: bool) -> Ball:
    """Return an empty ball for a graph of this size; memory is used only as it is written."""
    floats = [np.empty(n_nodes) for _ in range(6)]
    return Ball(
        count=np.zeros(7, np.int64),
        volume=np.zeros(1),
        slot=np.zeros(n_nodes, np.int32),
        known=np.zeros(n_nodes if weighted else 0),
        node=np.empty(n_nodes, np.int64),
        degree=floats[0],
        loop=floats[1],
        strength=floats[2],
        first=np.empty(n_nodes, np.int64),
        last=np.empty(n_nodes, np.int64),
        to=np.empty(n_arcs, np.uint32),
        weight=np.empty(n_arcs),
        x=floats[3],
        mass=floats[4],
        room=floats[5],
        queue=np.empty(n_nodes, np.uint32),
        queued=np.empty(n_nodes, np.uint8),
        mark=np.empty(n_nodes, np.uint8),
        stack=np.empty(n_nodes, np.uint32),
    )


@kernel
def clear(ball):
    """Forget everything but the degrees: O(touched nodes)."""
    for i in range(ball.count[TOUCHED]):
        ball.slot[ball.node[i]] = 0
    ball.count[:] = 0
    ball.volume[0] = 0.0


@kernel
def degree_of(indptr, weights, known, u):
    """Return the summed weights of the row of node `u`; `known` keeps it for the next query."""
    if weights is None:
        return np.float64(indptr[u + 1] - indptr[u])
    if known[u] == 0.0:
        total = 0.0
        for j in range(indptr[u], indptr[u + 1]):
            total += weights[j]
        known[u] = total
    return known[u]


@kernel
def touch(indptr, weights, ball, u):
    """Return the local number of node `u`, a new one with empty state if there is none."""
    held = ball.slot[u]
    if held > 0:
        return np.int64(held - 1)
    i = ball.count[TOUCHED]
    ball.count[TOUCHED] = i + 1
    ball.slot[u] = i + 1
    ball.node[i] = u
    ball.degree[i] = degree_of(indptr, weights, ball.known, u)
    ball.first[i] = -1
    ball.x[i] = 0.0
    ball.mass[i] = 0.0
    ball.queued[i] = 0
    return i


@kernel
def touch_all(indptr, weights, ball, nodes):
    """Touch some nodes, in this order."""
    for u in nodes:
        touch(indptr, weights, ball, u)


@kernel
def _tie(weights, points, gamma, j, u, v):
    """Return the weight of arc `j` from `u` to `v`, smaller the farther apart their points are."""
    if points is None:
        return np.float64(arc_weight(weights, j))
    squares = 0.0
    for k in range(points.shape[1]):
        gap = np.float64(points[u, k]) - np.float64(points[v, k])
        squares += gap * gap
    if not math.isfinite(squares):
        return np.nan
    weight = arc_weight(weights, j) * math.exp(-gamma * squares)
    return weight if weight >= SMALLEST else 0.0


@kernel
def open_row(indptr, indices, weights, points, gamma, kept, ball, i):
    """Read the row of the touched node `i`.

    Parameters
    ----------
    points : None or float array of shape (n, d)
        Attributes: the weight of an edge is multiplied by exp(-gamma |difference|^2).
    kept : None or ``ball.weight``
        None where all weights are 1, which is decided when compiling.
    """
    u = ball.node[i]
    at = ball.count[ARCS]
    ball.first[i] = at
    loop = 0.0
    total = 0.0
    for j in range(indptr[u], indptr[u + 1]):
        v = indices[j]
        if v == u:
            loop = np.float64(arc_weight(weights, j))
            continue
        k = touch(indptr, weights, ball, v)
        ball.to[at] = k
        weight = _tie(weights, points, gamma, j, u, v)
        if kept is not None:
            kept[at] = weight
        total += weight
        at += 1
    ball.last[i] = at
    ball.loop[i] = loop
    ball.strength[i] = total
    ball.count[ARCS] = at
    ball.volume[0] += ball.degree[i]


@kernel
def open_all(indptr, indices, weights, points, gamma, kept, ball, members):
    """Open those of `members` (local numbers) that are not."""
    for i in members:
        if ball.first[i] < 0:
            open_row(indptr, indices, weights, points, gamma, kept, ball, i)


@kernel
def enqueue(ball, i):
    """Append `i` to the ring of waiting nodes, which it must not be in."""
    ball.queued[i] = 1
    at = ball.count[HEAD] + ball.count[WAITING]
    size = ball.queue.size
    ball.queue[at if at < size else at - size] = i
    ball.count[WAITING] += 1


@kernel
def pop(ball):
    """Remove and return the node that waits longest."""
    head = ball.count[HEAD]
    i = np.int64(ball.queue[head])
    head += 1
    ball.count[HEAD] = head if head < ball.queue.size else 0
    ball.count[WAITING] -= 1
    ball.queued[i] = 0
    return i
