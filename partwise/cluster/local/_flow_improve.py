"""Better cuts near a given set, exactly, by maximum flows: MQI and SimpleLocal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.cluster.local._kernels.ball import TOUCHED, touch_all
from partwise.cluster.local._kernels.improve import max_flow, open_reference, quotient
from partwise.cluster.local._query import Query, check_nodes, local_graph
from partwise.cluster.local._result import LocalCluster
from partwise.cluster.local._workspace import Workspace, borrow, total_volume

__all__ = ["FlowImprove", "mqi", "plan_mqi", "plan_simple_local", "simple_local"]

_SLACK = 1e-12  # of capacities that are not all integers
_EXACT_BELOW = 2.0**53


def mqi(graph: Any, nodes: ArrayLike) -> LocalCluster:
    """Find the subset of a set that has the least conductance of all its subsets.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, undirected. A self-loop counts once in the
        degree and is never cut.
    nodes : array-like of int
        The set R, of at most half the volume of the graph; repeated nodes count once.

    Returns
    -------
    LocalCluster
        The cluster minimises ``cut(S) / vol(S)`` over the non-empty subsets S of R, exactly for
        integer weights, to a relative 1e-12 for others. `x_val` is 1 on it; `n_pushes` counts
        augmenting paths.

    Raises
    ------
    ValueError, TypeError
        A directed graph, a bad node, or a set of more than half the volume.

    See Also
    --------
    simple_local : may also add nodes, and is never worse.

    Notes
    -----
    A sequence of maximum flows (Dinic), each for the quotient of the set before; it ends, mostly
    after a few, when a flow finds no better set. Only the rows of R are read.

    References
    ----------
    K. Lang, S. Rao, "A flow-based method for improving the expansion or conductance of graph cuts",
    IPCO 2004, doi:10.1007/978-3-540-25960-2_25.

    Examples
    --------
    >>> edges = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3), (5, 6), (6, 7), (7, 5)]
    >>> mqi(edges, [0, 1, 2, 4]).cluster.tolist()
    [0, 1, 2]
    """
    query = plan_mqi(graph)
    reference = check_nodes(nodes, query.graph.n_nodes, "nodes")
    with borrow(query.graph) as workspace:
        return query.answer(workspace, reference)


def simple_local(graph: Any, nodes: ArrayLike, *, delta: float = 0.3) -> LocalCluster:
    """Find a set of small conductance that overlaps with a given one.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, undirected. A self-loop counts once in the
        degree and is never cut.
    nodes : array-like of int
        The set R, of at most half the volume of the graph; repeated nodes count once.
    delta : float, default=0.3
        At least 0. Larger stays closer to R and reads less of the graph; 0 is FlowImprove, which
        may read all of it, and very large values are :func:`mqi`.

    Returns
    -------
    LocalCluster
        The cluster minimises ``cut(S) / (vol(S in R) - e vol(S outside R))`` over all sets for
        which this is positive, where ``e = vol(R) / vol(rest) + delta``. Its conductance is at most
        this minimum, hence at most that of R and of ``mqi(graph, nodes)``. `x_val` is 1 on it;
        `n_pushes` counts augmenting paths.

    Raises
    ------
    ValueError, TypeError
        A directed graph, a bad node, a set of more than half the volume, or a negative `delta`.

    Notes
    -----
    A sequence of maximum flows (Dinic) in a network that grows while the flow is computed: the row
    of a node outside R is read only if its edge to the sink is full. Every flow therefore reads
    rows of at most the volume ``vol(R) (1 + 1 / e)``. The flow problem is the paper's; how it is
    solved is ours.

    References
    ----------
    .. [1] N. Veldt, D. F. Gleich, M. W. Mahoney, "A simple and strongly-local flow-based method for
       cut improvement", ICML 2016, arXiv:1605.08490.
    .. [2] R. Andersen, K. Lang, "An algorithm for improving graph partitions", SODA 2008.

    Examples
    --------
    >>> edges = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3), (5, 6), (6, 7), (7, 5)]
    >>> simple_local(edges, [0, 1], delta=0.1).cluster.tolist()
    [0, 1, 2]
    """
    query = plan_simple_local(graph, delta=delta)
    reference = check_nodes(nodes, query.graph.n_nodes, "nodes")
    with borrow(query.graph) as workspace:
        return query.answer(workspace, reference)


def plan_mqi(graph: Any) -> FlowImprove:
    """Make MQI ready for any set."""
    return FlowImprove(graph=local_graph(graph), rounding="support", delta=math.inf)


def plan_simple_local(graph: Any, *, delta: float = 0.3) -> FlowImprove:
    """Check the arguments of :func:`simple_local` but for the set."""
    number = float(delta)
    if not 0 <= number < math.inf:
        raise ValueError(f"delta must be finite and at least 0, got {delta}")
    return FlowImprove(graph=local_graph(graph), rounding="support", delta=number)


@dataclass(frozen=True)
class FlowImprove(Query):
    """Improvement of a set by flows; an infinite `delta` allows subsets only."""

    delta: float

    def answer(self, workspace: Workspace, seeds: NDArray[np.int64]) -> LocalCluster:
        """Improve the set `seeds` until a flow finds no better one (Dinkelbach's iteration)."""
        graph, size = self.graph, int(seeds.size)
        indptr, indices, weights, _ = graph._arrays
        ball, net = workspace.ball, workspace.network
        kept = self._kept(ball)
        touch_all(indptr, weights, ball, seeds)
        open_reference(indptr, indices, weights, kept, ball, net, size)
        net.level[: ball.count[TOUCHED]] = -1
        net.level[:size] = 0
        cut, volume, _ = quotient(ball, net, kept, size)
        rest = total_volume(graph) - volume
        if volume > rest:
            raise ValueError(
                "nodes must have at most half the volume of the graph, got a set of volume "
                f"{volume:g} out of {volume + rest:g}"
            )
        eps = volume / rest + self.delta if rest > 0 else math.inf
        best = np.arange(size)
        num, den = cut, volume
        while num > 0:
            slack = 0.0 if self._integers(num, den) else _SLACK
            max_flow(indptr, indices, weights, kept, ball, net, size, num, den, eps, volume, slack)
            chosen = np.flatnonzero(net.level[: ball.count[TOUCHED]] >= 0)
            cut, inside, outside = quotient(ball, net, kept, size)
            size_left = inside - eps * outside if outside > 0 else inside
            if size_left <= 0 or cut * den >= num * size_left * (1 - _SLACK):
                break
            best, num, den = chosen, cut, size_left
        ball.x[best] = 1.0
        found = ball.node[best]
        return self._result(workspace, found, best, ball.x[: ball.count[TOUCHED]], True)

    def _integers(self, num: float, den: float) -> bool:
        """Tell whether all capacities, and sums of them, are integers that float64 holds."""
        weights = self.graph.weights
        whole = weights is None or weights.dtype.kind == "i"
        return whole and math.isinf(self.delta) and 4 * num * den < _EXACT_BELOW
