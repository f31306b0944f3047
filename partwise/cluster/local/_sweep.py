"""The prefixes of a vector, and the best of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.cluster.local._kernels.ball import TOUCHED, open_all, touch_all
from partwise.cluster.local._query import Query, check_nodes, local_graph
from partwise.cluster.local._result import LocalCluster
from partwise.cluster.local._workspace import Workspace, borrow

__all__ = ["sweep_cut", "sweep_profile"]


def sweep_cut(
    graph: Any, idx: ArrayLike, values: ArrayLike, *, by_degree: bool = False
) -> LocalCluster:
    """Return the prefix of least conductance when nodes are ordered by a vector.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, undirected. A self-loop counts once in the
        degree and is never cut.
    idx : array-like of int, shape (m,)
        Distinct nodes; all others stay outside.
    values : array-like of float, shape (m,)
        The larger, the earlier; ties by node number. Not NaN.
    by_degree : bool, default=False
        Whether to order by value over degree, as is right for PageRank. Nodes without edges go last
        then.

    Returns
    -------
    LocalCluster
        Of several best prefixes the longest. `x_idx` and `x_val` are the vector, by node number;
        `n_pushes` is 0.

    Raises
    ------
    ValueError, TypeError
        A directed graph, repeated or bad nodes, values of the wrong shape or NaN.

    Notes
    -----
    O(volume of the nodes, plus m log m), whatever the size of the graph.

    Examples
    --------
    >>> edges = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3)]
    >>> sweep_cut(edges, [0, 1, 2, 3], [0.4, 0.3, 0.2, 0.1]).cluster.tolist()
    [0, 1, 2]
    """
    query, nodes = _plan(graph, idx, values, by_degree)
    with borrow(query.graph) as workspace:
        return query.answer(workspace, nodes)


def sweep_profile(
    graph: Any, idx: ArrayLike, values: ArrayLike, *, by_degree: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the conductance of every prefix when nodes are ordered by a vector.

    Parameters
    ----------
    graph, idx, values, by_degree
        As for :func:`sweep_cut`, which returns the best of these prefixes.

    Returns
    -------
    nodes : int64 ndarray of shape (m,)
        The nodes in their order.
    conductance : float64 ndarray of shape (m,)
        Entry i is that of the first i + 1 nodes, infinite where one of the two sides has no volume.

    Raises
    ------
    ValueError, TypeError
        As :func:`sweep_cut`.

    Notes
    -----
    O(volume of the nodes, plus m log m), whatever the size of the graph.

    Examples
    --------
    >>> edges = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3)]
    >>> nodes, conductance = sweep_profile(edges, [0, 1, 2, 3], [0.4, 0.3, 0.2, 0.1])
    >>> nodes.tolist(), conductance.round(3).tolist()
    ([0, 1, 2, 3], [1.0, 0.5, 0.143, 0.5])
    """
    query, nodes = _plan(graph, idx, values, by_degree)
    with borrow(query.graph) as workspace:
        query.answer(workspace, nodes)
        assert workspace.swept is not None
        return workspace.swept


def _plan(
    graph: Any, idx: ArrayLike, values: ArrayLike, by_degree: bool
) -> tuple[_Sweep, NDArray[np.int64]]:
    """Check the arguments of a sweep and return it with its nodes."""
    graph = local_graph(graph)
    nodes = check_nodes(idx, graph.n_nodes, "idx")
    given: NDArray[np.int64] = np.atleast_1d(np.asarray(idx))
    if nodes.size < given.size:
        order = np.sort(given)
        twice = int(order[:-1][order[1:] == order[:-1]][0])
        raise ValueError(f"idx must hold every node once, got {twice} more than once")
    vector = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if vector.shape != given.shape:
        raise ValueError(f"values must have shape {given.shape} like idx, got {vector.shape}")
    if np.isnan(vector).any():
        raise ValueError(f"values must not be NaN, got NaN for node {given[np.isnan(vector)][0]}")
    return _Sweep(graph, "sweep", vector[np.argsort(given)], by_degree), nodes


@dataclass(frozen=True)
class _Sweep(Query):
    """The sweep over a vector that belongs to the nodes asked for."""

    values: NDArray[np.float64]
    by_degree: bool

    def answer(self, workspace: Workspace, seeds: NDArray[np.int64]) -> LocalCluster:
        """Sweep over `seeds`, which `values` belong to."""
        indptr, indices, weights, _ = self.graph._arrays
        ball, kept, size = workspace.ball, self._kept(workspace.ball), seeds.size
        touch_all(indptr, weights, ball, seeds)
        open_all(indptr, indices, weights, None, 0.0, kept, ball, np.arange(size))
        score = self.values
        if self.by_degree:
            degrees = ball.degree[:size]
            score = np.divide(score, degrees, out=np.full(size, -np.inf), where=degrees > 0)
        values = np.zeros(ball.count[TOUCHED])
        values[:size] = self.values
        order, length, _ = self._sweep(workspace, np.arange(size), score, kept)
        chosen = ball.node[order[:length]] if length else seeds
        return self._result(workspace, chosen, np.arange(size), values, True)
