"""Working memory of local methods, kept with the graph so that a query costs nothing in its size.

Every graph has a pool of workspaces. A query borrows one, writes to as much of it as its ball is
large, undoes that and gives it back; threads that query at the same time get different ones. The
pool goes when the graph goes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from partwise.cluster.local._kernels.ball import Ball, clear, new_ball
from partwise.cluster.local._kernels.network import Network, new_network
from partwise.graph._graph import Graph
from partwise.kernels.parallel import deal

__all__ = ["Workspace", "borrow", "total_volume", "visit_all"]


class Workspace:
    """The arrays of one query at a time on one graph.

    Attributes
    ----------
    ball : Ball
        Cleared by whoever has used it.
    member : uint8 ndarray of shape (n,)
        All zero between uses.
    swept : tuple of (ndarray, ndarray) or None
        Nodes in the order of the last sweep, and the conductance of every prefix.
    """

    def __init__(self, graph: Graph) -> None:
        self._size = graph.n_nodes, len(graph.indices)
        self.ball: Ball = new_ball(*self._size, weighted=graph.weights is not None)
        self.member = np.zeros(graph.n_nodes, np.uint8)
        self.swept: tuple[NDArray[np.int64], NDArray[np.float64]] | None = None

    @cached_property
    def network(self) -> Network:
        """Arrays of flows along the arcs of the ball, made when first asked for."""
        return new_network(*self._size)


class _Pool:
    """The idle workspaces of one graph, and its volume."""

    def __init__(self, graph: Graph) -> None:
        self.idle: list[Workspace] = []
        weights = graph.weights
        self.volume = float(len(graph.indices) if weights is None else weights.sum())


_LOCK = threading.Lock()
_POOLS: WeakKeyDictionary[Graph, _Pool] = WeakKeyDictionary()


def _pool(graph: Graph) -> _Pool:
    with _LOCK:
        pool = _POOLS.get(graph)
        if pool is None:
            pool = _POOLS[graph] = _Pool(graph)
        return pool


def total_volume(graph: Graph) -> float:
    """Return the summed degrees of a graph; O(m) for the first call on a weighted one, then O(1).

    A self-loop counts once.
    """
    return _pool(graph).volume


@contextmanager
def borrow(graph: Graph) -> Iterator[Workspace]:
    """Lend a workspace of `graph`; its ball is empty at the start and cleared at the end.

    After an exception, which may have left anything in it, it is thrown away.
    """
    pool = _pool(graph)
    try:
        workspace = pool.idle.pop()  # atomic
    except IndexError:
        workspace = Workspace(graph)
    yield workspace
    clear(workspace.ball)
    workspace.swept = None
    pool.idle.append(workspace)


def visit_all(
    graph: Graph, visit: Callable[[Workspace, int, int], None], n_jobs: int, n_items: int
) -> None:
    """Call ``visit(workspace, item, job)`` for every item, each thread with one workspace.

    The ball is empty at every call.
    """

    def work(job: int, n_jobs: int) -> None:
        """Visit every n_jobs-th item."""
        with borrow(graph) as workspace:
            for item in range(job, n_items, n_jobs):
                workspace.swept = None
                visit(workspace, item, job)
                clear(workspace.ball)

    deal(work, n_jobs, n_items)
