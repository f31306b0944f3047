"""Flows along the arcs of the ball, which grows while they are routed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from partwise.cluster.local._kernels.ball import open_row
from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel

__all__ = ["Network", "new_network", "open_arcs"]


class Network(NamedTuple):
    """Arrays by arc of the ball (m) and by local number (n)."""

    back: NDArray[np.int64]  # (m,) the same edge the other way round, -1 while that end is closed
    flow: NDArray[np.float64]  # (m,) net flow along the arc; minus that of `back`
    level: NDArray[np.int64]  # (n,)
    at: NDArray[np.int64]  # (n,) arc to try next
    path: NDArray[np.int64]  # (n,) arcs, or nodes in a list
    source: NDArray[np.float64]  # (n,) capacity from the source that is left
    drain: NDArray[np.float64]  # (n,) capacity to the sink that is left


def new_network(n_nodes: int, n_arcs: int) -> Network:
    """Return arrays for a graph of this size; memory is used only as it is written."""
    return Network(
        back=np.empty(n_arcs, np.int64),
        flow=np.empty(n_arcs),
        level=np.empty(n_nodes, np.int64),
        at=np.empty(n_nodes, np.int64),
        path=np.empty(n_nodes, np.int64),
        source=np.empty(n_nodes),
        drain=np.empty(n_nodes),
    )


@kernel
def _find(indptr, indices, ball, k, u):
    """Return the arc in the opened row of `k` that leads to node `u` of the graph."""
    v = ball.node[k]
    low, high = indptr[v], indptr[v + 1]
    while low < high:
        middle = (low + high) // 2
        if indices[middle] < u:
            low = middle + 1
        else:
            high = middle
    place = low - indptr[v]
    if ball.last[k] - ball.first[k] < indptr[v + 1] - indptr[v] and v < u:
        place -= 1  # the row has a self-loop, which comes before and is not kept
    return ball.first[k] + place


@kernel
def open_arcs(indptr, indices, weights, kept, ball, net, i):
    """Open the row of `i` and join its arcs to those that lead to it from opened nodes."""
    open_row(indptr, indices, weights, None, 0.0, kept, ball, i)
    u = ball.node[i]
    for a in range(ball.first[i], ball.last[i]):
        k = ball.to[a]
        net.back[a] = -1
        net.flow[a] = 0.0
        if ball.first[k] >= 0:
            b = _find(indptr, indices, ball, k, u)
            net.back[a] = b
            net.back[b] = a
            net.flow[a] = -net.flow[b]


@kernel
def room_along(kept, net, a):
    """Return how much more flow an edge of the graph can carry along arc `a`."""
    return arc_weight(kept, a) - net.flow[a]
