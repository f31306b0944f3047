"""Flow diffusion: mass is poured on seeds and spreads until every node can hold its share."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.cluster.local._kernels.ball import FAULT, PUSHES, TOUCHED, WORK, clear, touch_all
from partwise.cluster.local._kernels.diffusion import (
    BAD_POINT,
    BAD_SINK,
    DONE,
    INFEASIBLE,
    LIMIT,
    SINK_ARRAY,
    SINK_DEGREE,
    SINK_UNIT,
    add_source,
    diffuse,
    exceeds_component,
    sample_squares,
)
from partwise.cluster.local._query import (
    MANY,
    Query,
    check_nodes,
    check_positive,
    check_pushes,
    check_rounding,
    local_graph,
)
from partwise.cluster.local._result import LocalCluster
from partwise.cluster.local._workspace import Workspace, borrow
from partwise.errors import InfeasibleWarning

__all__ = ["FlowDiffusion", "flow_diffusion", "plan_flow_diffusion"]

N_SAMPLED = 1000  # edges near the seeds, for gamma="auto"
_SINKS = {"degree": SINK_DEGREE, "unit": SINK_UNIT}
_NOTHING = np.empty(0)


def flow_diffusion(
    graph: Any,
    seeds: ArrayLike,
    *,
    source_mass: float | ArrayLike,
    sink: Literal["degree", "unit"] | ArrayLike = "degree",
    attributes: ArrayLike | None = None,
    gamma: float | Literal["auto"] = "auto",
    cluster: Literal["sweep", "support"] = "sweep",
    tol: float = 1e-4,
    max_pushes: int | None = None,
) -> LocalCluster:
    """Find a cluster around seeds by (weighted) 2-norm flow diffusion.

    Mass is put on the seeds, more than they can hold, and flows along edges to nodes with room
    left. The flow of least energy is unique; its dual vector x is positive on few nodes and large
    near the seeds, and where mass gets stuck behind a thin cut, that cut bounds the cluster.
    Attributes make edges between unlike nodes thin.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, undirected. Weights are conductances of the
        edges. A self-loop counts once in the degree and carries no flow.
    seeds : int or array-like of int
        One or more nodes; repeated ones count once.
    source_mass : float or array-like
        Mass to be spread, in units of `sink`: a number is divided evenly among the seeds; an array
        gives one number per entry of `seeds` (summed for repeated ones). With ``sink="degree"`` a
        few times the volume of the cluster that is sought is right.
    sink : {"degree", "unit"} or array-like of shape (n,), default="degree"
        How much mass a node can hold: its degree, 1, or its entry, finite and at least 0. A float64
        array is used as it is, others are copied. Entries are checked where they are read.
    attributes : array-like of shape (n, d), optional
        Rows of finite numbers. The weight of an edge is multiplied by
        ``exp(-gamma |X_i - X_j|^2)`` (below 1e-100: taken for 0), computed when a node is first
        pushed. float32 and float64 arrays are used as they are, others are copied; only rows that
        are met are read and checked.
    gamma : float or "auto", default="auto"
        At least 0; 0 ignores the attributes. ``"auto"`` is 2 over the median squared distance along
        the 1000 edges that are nearest to the seeds in breadth-first order.
    cluster : {"sweep", "support"}, default="sweep"
        The prefix of least conductance in the order of x (ties by node number; with attributes,
        conductance means that of the new weights, without the volume of the rest, which is not
        known); or all nodes where x is positive.
    tol : float, default=1e-4
        A node may hold this much more than its capacity in the end.
    max_pushes : int, optional
        Stop after so many pushes, by default only when done.

    Returns
    -------
    LocalCluster
        `x_val` is x, `n_pushes` counts pushes: coordinate minimisations. Where x is 0 everywhere,
        because the seeds can hold all mass, the cluster is the seeds. `converged` is False after
        `max_pushes`, and where a component can not hold the mass on it (the seed has no edges, for
        example): then no solution exists, and the cluster comes from the x that was reached.

    Raises
    ------
    ValueError
        A directed graph, a bad argument, or a sink or attributes that are not finite at a node that
        was met.
    TypeError
        Arguments of wrong type.

    Warns
    -----
    InfeasibleWarning
        A component cannot hold the mass on it.

    See Also
    --------
    WeightedFlowDiffusion : the same as an estimator that looks for a source mass by itself.
    batch_local_clusters : for many seeds.

    Notes
    -----
    The dual problem is ``min x'Lx / 2 + x'(T - source)`` over x >= 0, with the Laplacian L of the
    weights. Coordinates are minimised exactly, first come first served; x only grows, and on its
    support every node holds at least its capacity, so that the capacities there sum to at most the
    source: with ``sink="degree"`` the volume of the support, and ``touched_volume``, are at most
    the mass, whatever the size of the graph. The method converges linearly; the work is the sum of
    the degrees of pushed nodes. That no solution exists is noticed when a component has been read
    whole; a query that has made millions of pushes, and done more work than reading the graph
    would be, looks once at the capacities of the components. Working memory belongs to the graph
    and is reused: pass a :class:`~partwise.graph.Graph` when you ask more than once.

    References
    ----------
    .. [1] S. Yang, K. Fountoulakis, "Weighted flow diffusion for local graph clustering with node
       attributes: an algorithm and statistical guarantees", ICML 2023, arXiv:2301.13187.
    .. [2] K. Fountoulakis, D. Wang, S. Yang, "p-norm flow diffusion for local graph clustering",
       ICML 2020, arXiv:2005.09810.

    Examples
    --------
    Two triangles with an edge between them:

    >>> edges = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3)]
    >>> result = flow_diffusion(edges, 0, source_mass=8)
    >>> result.cluster.tolist(), round(result.conductance, 3)
    ([0, 1, 2], 0.143)
    """
    query = plan_flow_diffusion(
        graph,
        source_mass=1.0,
        sink=sink,
        attributes=attributes,
        gamma=gamma,
        cluster=cluster,
        tol=tol,
        max_pushes=max_pushes,
    )
    nodes, mass = _source(seeds, source_mass, query.graph.n_nodes)
    with borrow(query.graph) as workspace:
        result, status = query.spread(workspace, nodes, mass)
    if status == INFEASIBLE:
        warnings.warn(
            "source_mass is more than a component of the graph can hold; lower it, or raise sink",
            InfeasibleWarning,
            stacklevel=2,
        )
    return result


def plan_flow_diffusion(
    graph: Any,
    *,
    source_mass: float,
    sink: Any = "degree",
    attributes: ArrayLike | None = None,
    gamma: float | str = "auto",
    cluster: str = "sweep",
    tol: float = 1e-4,
    max_pushes: int | None = None,
) -> FlowDiffusion:
    """Check the arguments of :func:`flow_diffusion` that do not depend on seeds."""
    graph = local_graph(graph)
    kind, room = _as_sink(sink, graph.n_nodes)
    points = _as_points(attributes, graph.n_nodes)
    if isinstance(gamma, str):
        if gamma != "auto":
            raise ValueError(f"gamma must be a number or 'auto', got {gamma!r}")
        factor = math.nan
    else:
        factor = float(gamma)
        if not 0 <= factor < math.inf:
            raise ValueError(f"gamma must be finite and at least 0, got {gamma}")
    return FlowDiffusion(
        graph=graph,
        rounding=check_rounding(cluster),
        source_mass=check_positive("source_mass", source_mass),
        sink_kind=kind,
        sink=room,
        points=None if factor == 0 else points,
        gamma=factor,
        tol=check_positive("tol", tol),
        max_pushes=check_pushes(max_pushes),
    )


def _source(
    seeds: ArrayLike, source_mass: float | ArrayLike, n_nodes: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the seeds, ascending and each once, and the mass on each."""
    nodes = check_nodes(seeds, n_nodes)
    if np.ndim(source_mass) == 0:
        total = check_positive("source_mass", source_mass)
        return nodes, np.full(nodes.size, total / nodes.size)
    given: NDArray[np.int64] = np.atleast_1d(np.asarray(seeds))
    mass = np.asarray(source_mass, dtype=np.float64)
    if mass.shape != given.shape:
        raise ValueError(
            f"source_mass must be a number or have one entry per seed, {given.size}, got shape "
            f"{mass.shape}"
        )
    if not ((mass > 0) & (mass < np.inf)).all():
        raise ValueError("source_mass must be finite and above 0")
    summed = np.bincount(np.searchsorted(nodes, given), weights=mass)
    return nodes, summed.astype(np.float64)


def _as_sink(sink: Any, n_nodes: int) -> tuple[int, NDArray[np.float64]]:
    if isinstance(sink, str):
        if sink not in _SINKS:
            raise ValueError(f"sink must be 'degree', 'unit' or an array, got {sink!r}")
        return _SINKS[sink], _NOTHING
    room = np.ascontiguousarray(sink, dtype=np.float64)
    if room.shape != (n_nodes,):
        raise ValueError(f"sink must have shape ({n_nodes},), got {room.shape}")
    return SINK_ARRAY, _writeable(room)


def _as_points(attributes: Any, n_nodes: int) -> NDArray[Any] | None:
    if attributes is None:
        return None
    if type(attributes).__module__.startswith("scipy.sparse"):
        raise TypeError("attributes must be dense, got a sparse matrix; call toarray() first")
    points = np.asarray(attributes)
    if points.dtype.kind not in "biuf":
        raise TypeError(f"attributes must be real numbers, got dtype {points.dtype}")
    if points.ndim != 2 or points.shape[0] != n_nodes:
        raise ValueError(f"attributes must have shape ({n_nodes}, d), got {points.shape}")
    if points.dtype not in (np.float32, np.float64):
        points = points.astype(np.float64)
    return _writeable(np.ascontiguousarray(points))


def _writeable(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array, a copy if it is read-only: kernels are not compiled once more for these."""
    return array if array.flags.writeable else array.copy()


@dataclass(frozen=True)
class FlowDiffusion(Query):
    """Weighted flow diffusion with its parameters; `gamma` is NaN for "auto"."""

    source_mass: float
    sink_kind: int
    sink: NDArray[np.float64]
    points: NDArray[Any] | None
    gamma: float
    tol: float
    max_pushes: int

    def answer(self, workspace: Workspace, seeds: NDArray[np.int64]) -> LocalCluster:
        """Spread `source_mass` from the seeds, in equal parts."""
        mass = np.full(seeds.size, self.source_mass / seeds.size)
        return self.spread(workspace, seeds, mass)[0]

    def spread(
        self, workspace: Workspace, seeds: NDArray[np.int64], mass: NDArray[np.float64]
    ) -> tuple[LocalCluster, int]:
        """Spread ``mass[s]`` from every seed; return the cluster and how it ended."""
        gamma = self.scale(workspace, seeds)
        status = self.pour(workspace, seeds, mass, gamma)
        return self.collect(workspace, seeds, status), status

    def scale(self, workspace: Workspace, seeds: NDArray[np.int64]) -> float:
        """Return gamma for these seeds; the ball is empty before and after."""
        if self.points is None:
            return 0.0
        if not math.isnan(self.gamma):
            return self.gamma
        indptr, indices, weights, _ = self.graph._arrays
        ball = workspace.ball
        squares = np.empty(N_SAMPLED)
        touch_all(indptr, weights, ball, seeds)
        filled = sample_squares(indptr, indices, weights, self.points, ball, squares)
        fault = int(ball.count[FAULT])
        clear(ball)
        if filled < 0:
            self._refuse(BAD_POINT, fault)
        if filled == 0:
            return 0.0
        median = float(np.median(squares[:filled]))
        # where most neighbours are alike, those that are not still tell the scale
        typical = median if median > 0 else float(squares[:filled].mean())
        return 2.0 / typical if typical > 0 else 0.0

    def kept(self, workspace: Workspace) -> NDArray[np.float64] | None:
        """Return where the weights of the ball's arcs are, None if all are 1."""
        plain = self.graph.weights is None and self.points is None
        return None if plain else workspace.ball.weight

    def pour(
        self,
        workspace: Workspace,
        seeds: NDArray[np.int64],
        mass: NDArray[np.float64],
        gamma: float,
    ) -> int:
        """Add mass to the seeds and push until all is placed; return the kernel's last word.

        The ball may hold the outcome of mass poured before: the result is that of their sum.
        """
        indptr, indices, weights, _ = self.graph._arrays
        ball = workspace.ball
        status = add_source(indptr, weights, ball, seeds, mass, self.sink_kind, self.sink, self.tol)
        stuck, surveyed = np.zeros(1, np.bool_), False
        if status == DONE:
            status = LIMIT
            while status == LIMIT and ball.count[PUSHES] < self.max_pushes:
                status = diffuse(
                    indptr, indices, weights, self.points, gamma, self.kept(workspace), ball,
                    self.sink_kind, self.sink, self.tol,
                    min(self.max_pushes, int(ball.count[PUSHES]) + MANY), stuck,
                )  # fmt: skip
                if status == LIMIT and not surveyed and ball.count[WORK] > indices.size:
                    surveyed = True  # at a cost below that of the work done
                    if exceeds_component(
                        indptr, indices, weights, ball, self.sink_kind, self.sink, self.tol
                    ):
                        status = INFEASIBLE
        if status in (BAD_POINT, BAD_SINK):
            self._refuse(status, int(ball.count[FAULT]))
        if status == INFEASIBLE and not ball.room[: ball.count[TOUCHED]].any():
            raise ValueError("sink must be above 0 somewhere in the component of the seeds")
        return INFEASIBLE if status == DONE and stuck[0] else status

    def _refuse(self, status: int, node: int) -> None:
        if status == BAD_SINK:
            raise ValueError(
                f"sink must be finite and at least 0, got {self.sink[node]} for node {node}"
            )
        raise ValueError(
            "attributes must be finite, and below 1e150 in size, which they are not at node "
            f"{node} or a neighbour"
        )

    def collect(self, workspace: Workspace, seeds: NDArray[np.int64], status: int) -> LocalCluster:
        """Make the cluster out of the x in the ball."""
        ball = workspace.ball
        x = ball.x[: ball.count[TOUCHED]].copy()
        return self._round(
            workspace,
            seeds,
            x,
            status == DONE,
            self.kept(workspace),
            by_degree=False,
            attributed=self.points is not None,
        )
