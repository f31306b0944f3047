"""What every local method shares: checked input, a workspace, a cluster out of a vector."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.cluster.local._kernels.ball import PUSHES, TOUCHED, Ball
from partwise.cluster.local._kernels.sweep import ROUNDING, cut_and_volume, sweep
from partwise.cluster.local._result import LocalCluster
from partwise.cluster.local._workspace import Workspace, borrow, total_volume
from partwise.graph._convert import as_graph
from partwise.graph._graph import Graph

__all__ = [
    "MANY",
    "Query",
    "check_fraction",
    "check_nodes",
    "check_positive",
    "check_pushes",
    "check_rounding",
    "local_graph",
]

#: Pushes of one call of a kernel, between which Ctrl-C is heard.
MANY = 2_000_000

_ROUNDINGS = ("sweep", "support")


def local_graph(graph: Any) -> Graph:
    """Return `graph` as an undirected :class:`~partwise.graph.Graph`; refuse a directed one."""
    graph = as_graph(graph)
    if graph.directed:
        raise ValueError(
            "graph must be undirected, got a directed graph; add the reverse of every arc, for "
            "example Graph.from_edges(graph.to_edges()[:2])"
        )
    return graph


def check_nodes(nodes: ArrayLike, n_nodes: int, name: str = "seeds") -> NDArray[np.int64]:
    """Return one or more node numbers, ascending and each once."""
    array: NDArray[Any] = np.atleast_1d(np.asarray(nodes))
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name} must be a node or a list of nodes, got shape {array.shape}")
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name} must be integers, got dtype {array.dtype}")
    if array.size > 1:
        array = np.unique(array)
    low, high = int(array[0]), int(array[-1])
    if low < 0 or high >= n_nodes:
        raise ValueError(
            f"{name} holds {low if low < 0 else high}, allowed are nodes from 0 to {n_nodes - 1}"
        )
    return array.astype(np.int64)


def check_rounding(cluster: str) -> str:
    """Return how a vector becomes a cluster: ``"sweep"`` or ``"support"``."""
    if cluster not in _ROUNDINGS:
        raise ValueError(f"cluster must be one of {_ROUNDINGS}, got {cluster!r}")
    return cluster


def check_positive(name: str, value: Any) -> float:
    """Return a finite number above 0."""
    number = _number(name, value)
    if not 0 < number < np.inf:
        raise ValueError(f"{name} must be a finite number above 0, got {value}")
    return number


def check_fraction(name: str, value: Any) -> float:
    """Return a number above 0 and below 1."""
    number = _number(name, value)
    if not 0 < number < 1:
        raise ValueError(f"{name} must be above 0 and below 1, got {value}")
    return number


def _number(name: str, value: Any) -> float:
    if isinstance(value, (bool, np.bool_, str)):
        raise TypeError(f"{name} must be a number, got {value!r}")
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number, got {value!r}") from None


def check_pushes(max_pushes: Any) -> int:
    """Return the most pushes; None stands for no limit."""
    if max_pushes is None:
        return 2**62
    if isinstance(max_pushes, (bool, np.bool_)) or not isinstance(max_pushes, (int, np.integer)):
        raise TypeError(f"max_pushes must be None or an integer, got {max_pushes!r}")
    if max_pushes < 0:
        raise ValueError(f"max_pushes must be at least 0, got {max_pushes}")
    return int(max_pushes)


@dataclass(frozen=True)
class Query(ABC):
    """A method with its parameters, checked and ready to answer for any seeds.

    Attributes
    ----------
    graph : Graph
    rounding : str
        ``"sweep"`` or ``"support"``.
    """

    graph: Graph
    rounding: str

    @abstractmethod
    def answer(self, workspace: Workspace, seeds: NDArray[np.int64]) -> LocalCluster:
        """Find the cluster of `seeds`, in a workspace whose ball is empty."""

    def run(self, seeds: ArrayLike) -> LocalCluster:
        """Check the seeds, borrow a workspace and answer."""
        nodes = check_nodes(seeds, self.graph.n_nodes)
        with borrow(self.graph) as workspace:
            return self.answer(workspace, nodes)

    def _kept(self, ball: Ball) -> NDArray[np.float64] | None:
        """Return where the weights of the ball's arcs are, None if all are 1."""
        return None if self.graph.weights is None else ball.weight

    def _round(
        self,
        workspace: Workspace,
        seeds: NDArray[np.int64],
        values: NDArray[np.float64],
        converged: bool,
        kept: NDArray[np.float64] | None,
        *,
        by_degree: bool = True,
        attributed: bool = False,
    ) -> LocalCluster:
        """Turn the vector `values` by local number into a cluster.

        A sweep orders by value over degree, with nodes without edges last, or by value. All nodes
        with a positive value must be opened.
        """
        support = np.flatnonzero(values > 0)
        if support.size == 0:
            return self._result(workspace, seeds, support, values, converged)
        total = np.inf if attributed else None
        if self.rounding == "sweep":
            score = values[support]
            if by_degree:
                degrees = workspace.ball.degree[support]
                score = score / np.where(degrees > 0, degrees, np.inf)
            order, length, phi = self._sweep(workspace, support, score, kept, total)
        else:
            order, length = support, int(support.size)
            phi = self._prefixes(workspace, order, kept, total)[1]
        weighted = float(phi[length - 1]) if attributed and length else None
        chosen = workspace.ball.node[order[:length]] if length else seeds
        return self._result(workspace, chosen, support, values, converged, weighted)

    def _sweep(
        self,
        workspace: Workspace,
        members: NDArray[np.int64],
        score: NDArray[np.float64],
        kept: NDArray[np.float64] | None,
        total: float | None = None,
    ) -> tuple[NDArray[np.int64], int, NDArray[np.float64]]:
        """Return local numbers by falling score, the best length, and all conductances.

        The workspace remembers nodes and conductances, for network community profiles.
        """
        nodes = workspace.ball.node[members]
        by_score = np.lexsort((nodes, -score))
        order = members[by_score]
        length, phi = self._prefixes(workspace, order, kept, total)
        workspace.swept = nodes[by_score], phi
        return order, length, phi

    def _prefixes(
        self,
        workspace: Workspace,
        order: NDArray[np.int64],
        kept: NDArray[np.float64] | None,
        total: float | None,
    ) -> tuple[int, NDArray[np.float64]]:
        """Return the best length of a prefix and the conductances of all."""
        phi = np.empty(order.size)
        volume = total_volume(self.graph) if total is None else total
        return int(sweep(workspace.ball, kept, order, volume, phi)), phi

    def _result(
        self,
        workspace: Workspace,
        cluster: NDArray[np.int64],
        support: NDArray[np.int64],
        values: NDArray[np.float64],
        converged: bool,
        weighted_conductance: float | None = None,
    ) -> LocalCluster:
        ball = workspace.ball
        nodes = ball.node[support]
        order = np.argsort(nodes)
        volume = float(ball.volume[0])
        whole = self.graph.weights is None or self.graph.weights.dtype.kind == "i"
        return LocalCluster(
            cluster=np.sort(cluster),
            x_idx=nodes[order],
            x_val=values[support][order],
            conductance=conductance_of(self.graph, workspace, cluster),
            n_touched=int(ball.count[TOUCHED]),
            touched_volume=int(volume) if whole else volume,
            n_pushes=int(ball.count[PUSHES]),
            converged=bool(converged),
            weighted_conductance=weighted_conductance,
        )


def conductance_of(graph: Graph, workspace: Workspace, cluster: NDArray[np.int64]) -> float:
    """Return the conductance of a set of nodes, 1 where one side has no volume."""
    indptr, indices, weights, _ = graph._arrays
    cut, volume = cut_and_volume(
        indptr, indices, weights, workspace.ball.known, workspace.member, cluster
    )
    rest = total_volume(graph) - volume
    return float(cut / min(volume, rest)) if volume > 0 and rest > ROUNDING * volume else 1.0
