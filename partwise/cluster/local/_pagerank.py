"""Personalised PageRank near seeds: approximate (push) and l1-regularised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.cluster.local._kernels.ball import PUSHES, TOUCHED, open_all
from partwise.cluster.local._kernels.pagerank import push_pagerank, start_pagerank
from partwise.cluster.local._query import (
    MANY,
    Query,
    check_fraction,
    check_positive,
    check_pushes,
    check_rounding,
    local_graph,
)
from partwise.cluster.local._result import LocalCluster
from partwise.cluster.local._workspace import Workspace

__all__ = [
    "PageRank",
    "approximate_pagerank",
    "l1_pagerank",
    "plan_approximate_pagerank",
    "plan_l1_pagerank",
]


def approximate_pagerank(
    graph: Any,
    seeds: ArrayLike,
    *,
    alpha: float = 0.15,
    eps: float = 1e-6,
    cluster: Literal["sweep", "support"] = "sweep",
    max_pushes: int | None = None,
) -> LocalCluster:
    """Find a cluster around seeds by approximate personalised PageRank (PageRank-Nibble).

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, undirected. Weights are those of the walk's
        steps. A self-loop counts once in the degree; the walk that takes it stays where it is.
    seeds : int or array-like of int
        Nodes where the walk starts, all with the same probability; repeated ones count once.
    alpha : float, default=0.15
        Probability of a return to the seeds in each step of the lazy walk ``(I + A D^-1) / 2``,
        above 0 and below 1. A walk that is not lazy and returns with probability b (whose damping
        is 1 - b, as in networkx) is the same for ``alpha = b / (2 - b)``.
    eps : float, default=1e-6
        The error at every node is below eps times its degree. Smaller means a larger cluster.
    cluster : {"sweep", "support"}, default="sweep"
        The prefix of least conductance in the order of PageRank over degree (ties by node number),
        or all nodes with a positive value.
    max_pushes : int, optional
        Stop after so many pushes, by default only when done.

    Returns
    -------
    LocalCluster
        `x_val` is the approximate PageRank p, of sum 1 minus the residual. `n_pushes` counts
        pushes: a node gives its residual away.

    Raises
    ------
    ValueError, TypeError
        A directed graph or a bad argument.

    See Also
    --------
    l1_pagerank : the sparse vector that this one is close to.
    batch_local_clusters : for many seeds.

    Notes
    -----
    Residuals r are pushed first come first served: at any time ``p + pr(r) = pr(seeds)``. The
    degrees of the pushed nodes sum to at most ``1 / (alpha eps)``, whatever the size of the graph,
    and the volume of the support is at most ``2 / ((1 - alpha) eps)``.

    References
    ----------
    R. Andersen, F. Chung, K. Lang, "Local graph partitioning using PageRank vectors", FOCS 2006,
    doi:10.1109/FOCS.2006.44.

    Examples
    --------
    >>> edges = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3)]
    >>> result = approximate_pagerank(edges, 0, alpha=0.1, eps=1e-4)
    >>> result.cluster.tolist(), round(result.conductance, 3)
    ([0, 1, 2], 0.143)
    """
    return plan_approximate_pagerank(
        graph, alpha=alpha, eps=eps, cluster=cluster, max_pushes=max_pushes
    ).run(seeds)


def l1_pagerank(
    graph: Any,
    seeds: ArrayLike,
    *,
    alpha: float = 0.15,
    rho: float = 1e-6,
    cluster: Literal["sweep", "support"] = "sweep",
    tol: float = 1e-4,
    max_pushes: int | None = None,
) -> LocalCluster:
    """Find a cluster around seeds by l1-regularised personalised PageRank.

    The vector that :func:`approximate_pagerank` computes depends on the order of its pushes; this
    one is the solution of a convex problem, sparse because of the l1 norm.

    Parameters
    ----------
    graph, seeds, alpha, cluster, max_pushes
        As for :func:`approximate_pagerank`.
    rho : float, default=1e-6
        Weight of the l1 norm. The support has at most the volume ``1 / rho``.
    tol : float, default=1e-4
        Relative tolerance of the optimality conditions.

    Returns
    -------
    LocalCluster
        `x_val` is ``D^(1/2) q``, comparable with PageRank, for the minimiser q of
        ``q'Qq / 2 - alpha s'D^(-1/2)q + rho alpha |D^(1/2) q|_1``, where
        ``Q = alpha I + (1 - alpha)/2 (I - D^(-1/2) A D^(-1/2))``. `n_pushes` counts coordinate
        minimisations.

    Raises
    ------
    ValueError, TypeError
        A directed graph or a bad argument.

    Notes
    -----
    Coordinates are minimised exactly, first come first served; they only grow, and the volume of
    the nodes that are pushed, `touched_volume`, is at most ``1 / rho``.

    References
    ----------
    K. Fountoulakis, F. Roosta-Khorasani, J. Shun, X. Cheng, M. W. Mahoney, "Variational perspective
    on local graph clustering", Mathematical Programming 174, 2019, doi:10.1007/s10107-017-1214-8.

    Examples
    --------
    >>> edges = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3)]
    >>> result = l1_pagerank(edges, 0, alpha=0.1, rho=0.02)
    >>> result.cluster.tolist()
    [0, 1, 2]
    """
    return plan_l1_pagerank(
        graph, alpha=alpha, rho=rho, cluster=cluster, tol=tol, max_pushes=max_pushes
    ).run(seeds)


def plan_approximate_pagerank(
    graph: Any,
    *,
    alpha: float = 0.15,
    eps: float = 1e-6,
    cluster: str = "sweep",
    max_pushes: int | None = None,
) -> PageRank:
    """Check the arguments of :func:`approximate_pagerank` but for the seeds."""
    threshold = check_positive("eps", eps)
    return PageRank(
        graph=local_graph(graph),
        rounding=check_rounding(cluster),
        alpha=check_fraction("alpha", alpha),
        eps=threshold,
        bar=threshold,
        exact=False,
        max_pushes=check_pushes(max_pushes),
    )


def plan_l1_pagerank(
    graph: Any,
    *,
    alpha: float = 0.15,
    rho: float = 1e-6,
    cluster: str = "sweep",
    tol: float = 1e-4,
    max_pushes: int | None = None,
) -> PageRank:
    """Check the arguments of :func:`l1_pagerank` but for the seeds."""
    threshold = check_positive("rho", rho)
    return PageRank(
        graph=local_graph(graph),
        rounding=check_rounding(cluster),
        alpha=check_fraction("alpha", alpha),
        eps=threshold,
        bar=threshold * (1.0 + check_positive("tol", tol)),
        exact=True,
        max_pushes=check_pushes(max_pushes),
    )


@dataclass(frozen=True)
class PageRank(Query):
    """Personalised PageRank with its parameters.

    Attributes
    ----------
    eps, bar : float
        What is left at a node, and what makes it wait for a push, both per degree.
    exact : bool
        Whether coordinates are minimised (l1-regularised) or residuals given away whole.
    """

    alpha: float
    eps: float
    bar: float
    exact: bool
    max_pushes: int

    def answer(self, workspace: Workspace, seeds: NDArray[np.int64]) -> LocalCluster:
        """Push from the seeds and round."""
        ball = workspace.ball
        converged = self.push(workspace, seeds)
        indptr, indices, weights, _ = self.graph._arrays
        kept = self._kept(ball)
        values = ball.x[: ball.count[TOUCHED]].copy()
        alone = np.flatnonzero(ball.degree[: seeds.size] == 0)
        if alone.size:  # these seeds have rank and are never pushed
            open_all(indptr, indices, weights, None, 0.0, kept, ball, alone)
        return self._round(workspace, seeds, values, converged, kept)

    def push(self, workspace: Workspace, seeds: NDArray[np.int64]) -> bool:
        """Leave the vector in ``ball.x`` and the residual in ``ball.mass``."""
        indptr, indices, weights, _ = self.graph._arrays
        ball = workspace.ball
        start_pagerank(indptr, weights, ball, seeds, self.bar)
        done = False
        while not done and ball.count[PUSHES] < self.max_pushes:
            limit = min(self.max_pushes, int(ball.count[PUSHES]) + MANY)
            done = push_pagerank(
                indptr, indices, weights, self._kept(ball), ball, self.alpha, self.eps, self.bar,
                self.exact, limit,
            )  # fmt: skip
        return done
