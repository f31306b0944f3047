"""Capacity releasing diffusion (CRD): flow that is held back by bottlenecks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_count
from partwise.cluster.local._kernels.ball import TOUCHED, touch_all
from partwise.cluster.local._kernels.capacity_releasing import release, start_release
from partwise.cluster.local._query import Query, check_fraction, check_positive, local_graph
from partwise.cluster.local._result import LocalCluster
from partwise.cluster.local._workspace import Workspace

__all__ = [
    "CapacityReleasing",
    "capacity_releasing_diffusion",
    "plan_capacity_releasing_diffusion",
]


def capacity_releasing_diffusion(
    graph: Any,
    seeds: ArrayLike,
    *,
    capacity: int = 3,
    height: int = 10,
    factor: float = 2.0,
    n_rounds: int = 20,
    tau: float = 0.9,
) -> LocalCluster:
    """Find a cluster around seeds by capacity releasing diffusion.

    In every round the mass that nodes hold is multiplied and spreads by push and relabel, until
    much of it cannot get out of where it is: the bottleneck is the boundary of the cluster. Unlike
    a random walk it does not leak through the bottleneck in proportion to its width.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, undirected. Weights multiply the capacities
        of edges. A self-loop counts once in the degree and carries no flow.
    seeds : int or array-like of int
        Nodes that start with mass of their degree; repeated ones count once.
    capacity : int, default=3
        What an edge carries at most, per weight. Larger finds clusters that hold together less.
    height : int, default=10
        Largest label. Larger means that mass travels farther.
    factor : float, default=2.0
        By which the mass is multiplied before every round, above 1.
    n_rounds : int, default=20
        Most rounds.
    tau : float, default=0.9
        Stop when the mass within degrees is below this part of what there would be without
        bottlenecks; above 0 and below 1. Smaller goes on past clusters to unions of them.

    Returns
    -------
    LocalCluster
        The cluster is the set of least conductance among those of nodes with at least some label,
        over all rounds. `x_val` holds the labels of its round, `n_pushes` counts pushes,
        `converged` is False if `n_rounds` came first.

    Raises
    ------
    ValueError, TypeError
        A directed graph or a bad argument.

    Notes
    -----
    Among nodes with more mass than their degree, the one of lowest label moves; an edge from label
    l opens up to ``min(l, capacity)``. That much follows the paper, from memory; weights, the
    generalised factor, the default of `tau`, the order among equal labels (last come first served)
    and the choice among rounds are our reconstruction. A round costs O(`height` times `capacity`
    times the volume of the nodes with a label).

    References
    ----------
    D. Wang, K. Fountoulakis, M. Henzinger, M. W. Mahoney, S. Rao, "Capacity releasing diffusion for
    speed and locality", ICML 2017, arXiv:1706.05826.

    Examples
    --------
    >>> from partwise.graph import planted_partition_graph
    >>> graph = planted_partition_graph(20, 10, 0.9, 0.005, random_state=0)
    >>> capacity_releasing_diffusion(graph, 0).cluster.tolist()
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    return plan_capacity_releasing_diffusion(
        graph, capacity=capacity, height=height, factor=factor, n_rounds=n_rounds, tau=tau
    ).run(seeds)


def plan_capacity_releasing_diffusion(
    graph: Any,
    *,
    capacity: int = 3,
    height: int = 10,
    factor: float = 2.0,
    n_rounds: int = 20,
    tau: float = 0.9,
) -> CapacityReleasing:
    """Check the arguments of :func:`capacity_releasing_diffusion` but for the seeds."""
    factor = check_positive("factor", factor)
    if factor <= 1:
        raise ValueError(f"factor must be above 1, got {factor}")
    return CapacityReleasing(
        graph=local_graph(graph),
        rounding="sweep",
        capacity=check_count("capacity", capacity),
        height=check_count("height", height),
        factor=factor,
        n_rounds=check_count("n_rounds", n_rounds),
        tau=check_fraction("tau", tau),
    )


@dataclass(frozen=True)
class CapacityReleasing(Query):
    """Capacity releasing diffusion with its parameters."""

    capacity: int
    height: int
    factor: float
    n_rounds: int
    tau: float

    def answer(self, workspace: Workspace, seeds: NDArray[np.int64]) -> LocalCluster:
        """Let mass spread in rounds and cut by labels."""
        indptr, indices, weights, _ = self.graph._arrays
        ball, net = workspace.ball, workspace.network
        touch_all(indptr, weights, ball, seeds)
        start_release(ball)
        ideal = float(ball.degree[: seeds.size].sum())
        best, chosen, labels = np.inf, seeds, np.zeros(ball.count[TOUCHED])
        converged = False
        for _ in range(self.n_rounds):
            ideal *= self.factor
            _, held = release(
                indptr, indices, weights, self._kept(ball), ball, net, self.capacity, self.height,
                self.factor,
            )  # fmt: skip
            phi, found = self._level_cut(workspace)
            if phi <= best and found.size:
                best, chosen = phi, found
                labels = net.level[: ball.count[TOUCHED]].astype(np.float64)
            if held <= self.tau * ideal:
                converged = True
                break
        return self._result(workspace, chosen, np.flatnonzero(labels > 0), labels, converged)

    def _level_cut(self, workspace: Workspace) -> tuple[float, NDArray[np.int64]]:
        """Return the best of the sets of nodes with at least some label, and its conductance."""
        ball = workspace.ball
        labels = workspace.network.level[: ball.count[TOUCHED]]
        support = np.flatnonzero(labels > 0)
        if support.size == 0:
            return np.inf, support
        order = support[np.lexsort((ball.node[support], -labels[support]))]
        phi = self._prefixes(workspace, order, self._kept(ball), None)[1]
        ends = np.flatnonzero(np.diff(labels[order], append=-1))
        at = ends[ends.size - 1 - int(np.argmin(phi[ends][::-1]))]  # the longest of several
        if not np.isfinite(phi[at]):
            return np.inf, support[:0]
        return float(phi[at]), ball.node[order[: at + 1]]
