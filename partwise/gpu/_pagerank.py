"""PageRank, on the CPU or with balanced loads on a GPU."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_count
from partwise.gpu._advance import ITEMS, Strategy, advance_memory, check_strategy
from partwise.gpu._backend import BLOCK
from partwise.gpu._device import Device, needs_memory, resolve_device
from partwise.gpu._graphs import incoming, incoming_weighted
from partwise.gpu._splitting import n_parts
from partwise.graph import Graph, as_graph

__all__ = ["PageRankResult", "pagerank", "pagerank_memory"]


@dataclass(frozen=True, slots=True, eq=False)
class PageRankResult:
    """Scores, and how they came about.

    Attributes
    ----------
    scores : float64 ndarray of shape (n,)
        Of every node; they add up to 1.
    n_iter : int
    change : float
        Sum of the absolute changes in the last iteration.
    converged : bool
        Whether that is at most `tol`.
    device, strategy : str
        What was used.
    """

    scores: NDArray[np.float64] = field(repr=False)
    n_iter: int
    change: float
    converged: bool
    device: str
    strategy: str


def pagerank(
    graph: Any,
    *,
    damping: float = 0.85,
    personalization: ArrayLike | None = None,
    tol: float = 1e-10,
    max_iter: int = 1000,
    strategy: Strategy = "auto",
    device: Device | None = None,
) -> PageRankResult:
    """Score nodes by how often somebody is there who follows arcs at random and sometimes jumps.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes and m arcs; directed or not.
        Arcs are followed in proportion to their weights, which are not negative.
    damping : float, default=0.85
        Probability not to jump, from 0 up to but not 1.
    personalization : array-like of shape (n,), optional
        In proportion to which nodes are jumped to, also from nodes without arcs; by default all
        alike.
    tol : float, default=1e-10
        Sum of the absolute changes at which to end.
    max_iter : int, default=1000
    strategy : str, default="auto"
        How threads of a GPU share the arcs; see :func:`partwise.gpu.bfs`. "auto" is "merge_path".
        The CPU knows one way.
    device : {"cpu", "cuda", "auto"}, optional
        See :func:`partwise.gpu.bfs`.

    Returns
    -------
    PageRankResult
        Scores do not depend on threads or schedules, but with "edge", "workload_decomposition" and
        "block", which add terms as they come, so that sums differ in their last bits from run to
        run. By all strategies they agree with the CPU within rounding.

    Raises
    ------
    ValueError, TypeError
        An argument is out of range.
    partwise.errors.DeviceError
        A GPU was asked for and cannot be used.
    MemoryError
        The graph does not fit on the GPU.

    Notes
    -----
    Power iteration, O(n + m) time for each; the change shrinks by `damping` every time. Sums over
    rows on a GPU by merge path are those of [2]_.

    References
    ----------
    .. [1] S. Brin, L. Page, "The anatomy of a large-scale hypertextual Web search engine", 1998,
       doi:10.1016/S0169-7552(98)00110-X.
    .. [2] D. Merrill, M. Garland, "Merge-based parallel sparse matrix-vector multiplication", 2016,
       doi:10.1109/SC.2016.57.

    Examples
    --------
    >>> pagerank([(0, 1), (0, 2), (0, 3)]).scores.round(4).tolist()
    [0.4797, 0.1734, 0.1734, 0.1734]
    """
    graph = as_graph(graph)
    check_strategy(strategy)
    if not 0.0 <= damping < 1.0:
        raise ValueError(f"damping must be from 0 up to but not 1, got {damping}")
    if not 0.0 < tol < math.inf:
        raise ValueError(f"tol must be a finite number above 0, got {tol}")
    max_iter = check_count("max_iter", max_iter)
    n = graph.n_nodes
    jumps = _jumps(personalization, n)
    indptr, indices, given, _ = graph._arrays
    weights = None if given is None else np.asarray(given, np.float64)
    if weights is not None and weights.min(initial=0.0) < 0:
        raise ValueError(f"weights must not be negative, got {weights.min():g}")
    where = resolve_device(device, work=len(indices))
    leaving = np.diff(indptr).astype(np.float64)
    if weights is not None:
        leaving = np.bincount(np.repeat(np.arange(n), np.diff(indptr)), weights, n)
    arcs = _incoming(graph, weights)
    if where == "cpu":
        used = "rows"
        found = _iterate(np, _sums_on_cpu(*arcs), leaving, jumps, damping, tol, max_iter)
    else:
        used = "merge_path" if strategy == "auto" else strategy
        found = _on_gpu(graph, arcs, leaving, jumps, damping, tol, max_iter, used)
    scores, n_iter, change = found
    return PageRankResult(scores, n_iter, change, change <= tol, where, used)


def _jumps(personalization: ArrayLike | None, n: int) -> NDArray[np.float64]:
    """Return probabilities of the nodes to be jumped to."""
    if personalization is None:
        return np.full(n, 1.0 / max(n, 1))
    jumps = np.asarray(personalization, np.float64)
    if jumps.shape != (n,):
        raise ValueError(f"personalization must have shape ({n},), got {jumps.shape}")
    total = jumps.sum()
    if not (jumps >= 0).all() or not 0.0 < total < math.inf:
        raise ValueError("personalization must be finite and not negative, and not all 0")
    return jumps / total


Arcs = tuple[NDArray[np.int64], NDArray[Any], NDArray[np.float64] | None]


def _incoming(graph: Graph, weights: NDArray[np.float64] | None) -> Arcs:
    if weights is None:
        return *incoming(graph), None
    return incoming_weighted(graph, weights)


def _sums_on_cpu(
    indptr: NDArray[np.int64], indices: NDArray[Any], weights: NDArray[np.float64] | None
) -> Callable[[Any], Any]:
    from partwise.gpu._kernels.spmv import row_sums

    def sums(x: Any) -> Any:
        """Sum up over all rows."""
        out = np.empty(len(indptr) - 1)
        row_sums(indptr, indices, weights, x, out)
        return out

    return sums


def _on_gpu(
    graph: Graph,
    arcs: Arcs,
    leaving: NDArray[np.float64],
    jumps: NDArray[np.float64],
    damping: float,
    tol: float,
    max_iter: int,
    strategy: Strategy,
) -> tuple[NDArray[np.float64], int, float]:
    from partwise.gpu._backend import cuda
    from partwise.gpu._spmv import RowSums

    needs_memory(pagerank_memory(graph, strategy), f"pagerank by {strategy!r}")
    backend = cuda()
    xp = backend.xp
    indptr, indices, weights = arcs
    there = None if weights is None else xp.asarray(weights)
    sums = RowSums(
        backend, strategy, xp.asarray(indptr), xp.asarray(indices, dtype=xp.int32), there
    )
    scores, n_iter, change = _iterate(
        xp, sums.of, xp.asarray(leaving), xp.asarray(jumps), damping, tol, max_iter
    )
    return backend.to_host(scores), n_iter, change


def _iterate(
    xp: Any, sums: Callable[[Any], Any], leaving: Any, jumps: Any, damping: float, tol: float,
    max_iter: int,
) -> tuple[Any, int, float]:  # fmt: skip
    """Return scores, how often they were computed anew, and their last change."""
    scores = jumps.copy()
    if scores.shape[0] == 0:
        return scores, 0, 0.0
    goes_on = leaving > 0
    per_weight = xp.where(goes_on, 1.0 / xp.where(goes_on, leaving, 1.0), 0.0)
    is_stuck = (~goes_on).astype(xp.float64)
    change, n_iter = math.inf, 0
    while change > tol and n_iter < max_iter:
        n_iter += 1
        stuck = (scores * is_stuck).sum()
        new = damping * (sums(scores * per_weight) + stuck * jumps) + (1.0 - damping) * jumps
        new /= new.sum()
        change = float(xp.abs(new - scores).sum())
        scores = new
    return scores, n_iter, change


def pagerank_memory(graph: Graph, strategy: Strategy = "auto") -> int:
    """Return the bytes that PageRank takes on a GPU, those of the graph included.

    Parameters
    ----------
    graph : Graph
        With n nodes and m arcs, which take 12 bytes for each arc with weights, else 4.
    strategy : str, default="auto"
        The first nodes of arcs, for "edge", take 4 bytes for each arc; "node_splitting" 24 for
        each part and 44 for each node; "merge_path" 12 for 1024 rows and arcs; the others up to 52
        for each node.

    Raises
    ------
    ValueError
        There is no such strategy.

    Examples
    --------
    >>> from partwise.graph import grid_graph
    >>> pagerank_memory(grid_graph((100, 100)), "edge") > pagerank_memory(grid_graph((100, 100)))
    True
    """
    check_strategy(strategy)
    indptr, indices, weights, _ = graph._arrays
    n, m = graph.n_nodes, len(indices)
    arcs = 8 * (n + 1) + (4 if weights is None else 12) * m
    vectors = 90 * n  # scores old and new, jumps, sums, and what is in between
    if strategy in ("auto", "merge_path"):
        return arcs + vectors + 12 * ((n + m) // (ITEMS * BLOCK) + 1)
    if strategy == "node":
        return arcs + vectors
    if graph.directed:
        indptr = incoming(graph)[0]
    extra = advance_memory(indptr, strategy, lists=0)
    if strategy == "node_splitting":
        extra += 8 * n_parts(np, np.diff(indptr))
    return arcs + vectors + extra
