"""Heat-kernel PageRank near seeds (hk-relax)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.cluster.local._kernels.ball import TOUCHED, open_all, touch_all
from partwise.cluster.local._kernels.heat_kernel import relax_heat
from partwise.cluster.local._query import (
    Query,
    check_positive,
    check_rounding,
    local_graph,
)
from partwise.cluster.local._result import LocalCluster
from partwise.cluster.local._workspace import Workspace

__all__ = ["HeatKernel", "heat_kernel_pagerank", "plan_heat_kernel_pagerank"]

HOTTEST = 500.0  # exp(-t) must be far from underflow


def heat_kernel_pagerank(
    graph: Any,
    seeds: ArrayLike,
    *,
    t: float = 10.0,
    eps: float = 1e-4,
    cluster: Literal["sweep", "support"] = "sweep",
) -> LocalCluster:
    """Find a cluster around seeds by heat-kernel PageRank.

    A random walk whose number of steps is Poisson distributed: it forgets the seeds faster than
    personalised PageRank does and prefers smaller, denser clusters.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, undirected. Weights are those of the walk's
        steps. A self-loop counts once in the degree; the walk that takes it stays where it is.
    seeds : int or array-like of int
        Nodes where the walk starts, all with the same probability; repeated ones count once.
    t : float, default=10.0
        Mean number of steps, at most 500. Larger means a larger cluster.
    eps : float, default=1e-4
        The error at every node is below eps times its degree.
    cluster : {"sweep", "support"}, default="sweep"
        The prefix of least conductance in the order of the vector over the degree (ties by node
        number), or all nodes with a positive value.

    Returns
    -------
    LocalCluster
        `x_val` approximates ``exp(-t (I - P)) s`` for the walk ``P = A D^-1``, from below.
        `n_pushes` counts relaxations: residuals of one node in one term of the series.

    Raises
    ------
    ValueError, TypeError
        A directed graph or a bad argument.

    Notes
    -----
    The series is cut after N terms, about ``t + sqrt(t) log(1/eps)``, such that they contribute at
    most half of the error; residuals of term j are dropped below ``eps / (2 N psi_j(t))`` per
    degree, with ``psi_j(t)`` the sum of ``j! t^k / (j + k)!`` over k, which accounts for the other
    half. Time is O(t e^t / eps) at worst, whatever the size of the graph.

    References
    ----------
    K. Kloster, D. F. Gleich, "Heat kernel based community detection", KDD 2014,
    doi:10.1145/2623330.2623706.

    Examples
    --------
    >>> edges = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3)]
    >>> heat_kernel_pagerank(edges, 0, t=3).cluster.tolist()
    [0, 1, 2]
    """
    return plan_heat_kernel_pagerank(graph, t=t, eps=eps, cluster=cluster).run(seeds)


def plan_heat_kernel_pagerank(
    graph: Any, *, t: float = 10.0, eps: float = 1e-4, cluster: str = "sweep"
) -> HeatKernel:
    """Check the arguments of :func:`heat_kernel_pagerank` but for the seeds."""
    temperature = check_positive("t", t)
    if temperature > HOTTEST:
        raise ValueError(f"t must be at most {HOTTEST:g}, got {t}")
    return HeatKernel(
        graph=local_graph(graph),
        rounding=check_rounding(cluster),
        t=temperature,
        eps=check_positive("eps", eps),
    )


@lru_cache(maxsize=64)
def _bars(t: float, eps: float, tail: float) -> NDArray[np.float64]:
    """Return the least residual per degree that counts, for every term up to a small tail."""
    n_terms = 1
    term = math.exp(-t) * t  # the last one that is kept
    kept = math.exp(-t) + term
    # The tail after term k is below the next term over 1 - t / (k + 2), once k + 2 > t.
    while n_terms + 2 <= t or term * t / (n_terms + 1) / (1 - t / (n_terms + 2)) > tail:
        n_terms += 1
        term *= t / n_terms
        kept += term
    psi = np.ones(n_terms + 1)
    for j in range(n_terms - 1, -1, -1):
        psi[j] = psi[j + 1] * t / (j + 1) + 1.0
    return eps / (2 * n_terms * psi[:n_terms])


@dataclass(frozen=True)
class HeatKernel(Query):
    """Heat-kernel PageRank with its parameters."""

    t: float
    eps: float

    def answer(self, workspace: Workspace, seeds: NDArray[np.int64]) -> LocalCluster:
        """Relax from the seeds and round."""
        indptr, indices, weights, _ = self.graph._arrays
        ball = workspace.ball
        kept = self._kept(ball)
        self.relax(workspace, seeds)
        values = ball.x[: ball.count[TOUCHED]].copy()
        open_all(indptr, indices, weights, None, 0.0, kept, ball, np.flatnonzero(values > 0))
        return self._round(workspace, seeds, values, True, kept)

    def relax(self, workspace: Workspace, seeds: NDArray[np.int64]) -> None:
        """Leave the vector in ``ball.x``."""
        indptr, indices, weights, _ = self.graph._arrays
        ball = workspace.ball
        touch_all(indptr, weights, ball, seeds)
        degrees = ball.degree[: seeds.size]
        alone = degrees == 0
        ball.x[: seeds.size][alone] = 1.0 / seeds.size  # the walk never leaves
        if alone.all():
            return
        ball.mass[: seeds.size][~alone] = math.exp(-self.t) / seeds.size
        tail = self.eps / 2 * min(1.0, float(degrees[~alone].min()))
        bars = _bars(self.t, self.eps, tail)
        relax_heat(indptr, indices, weights, self._kept(ball), ball, self.t, bars)
