"""Markov clustering: flow that expands and inflates until it only circulates inside clusters."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise._checks import check_count, check_jobs
from partwise.cluster.communities._numbering import by_size
from partwise.cluster.communities._outcome import Outcome
from partwise.graph._convert import as_graph
from partwise.graph._graph import Graph

__all__ = ["MarkovResult", "markov_clustering"]

_CHUNK = 1024  # columns that are computed together, whatever the number of threads

Columns = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class MarkovResult(Outcome):
    """Clusters found by Markov clustering.

    Attributes
    ----------
    labels, n_communities, quality, n_iter
        As for every method: labels by decreasing size, modularity, rounds.
    converged : bool
        Whether no entry of the flow matrix changed by `tol` or more in the last round.
    n_attractors : int
        Nodes with flow to themselves in the end.
    n_overlapping : int
        Nodes with flow to more than one cluster, of which they are in one.
    """

    n_attractors: int
    n_overlapping: int


def markov_clustering(
    graph: Any,
    *,
    expansion: int = 2,
    inflation: float = 2.0,
    pruning: float = 1e-5,
    max_iter: int = 200,
    tol: float = 1e-6,
    n_jobs: int | None = 1,
) -> MarkovResult:
    r"""Find clusters by expansion and inflation of a flow matrix (MCL).

    Every node gets a self-loop as heavy as its heaviest edge, and the columns of the adjacency
    matrix are scaled to sum 1. Then, again and again, the matrix is raised to the power `expansion`
    and each entry to the power `inflation`, entries below `pruning` are dropped and the columns are
    scaled to sum 1, until nothing changes.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes. Flow follows the direction of
        the edges in a directed graph. A self-loop that is heavier than all other edges of its node
        is taken as it is.
    expansion : int, default=2
        At least 2. Larger values give larger clusters.
    inflation : float, default=2.0
        Above 1. Larger values give smaller clusters; 1.2 to 5 is usual.
    pruning : float, default=1e-5
        From 0 to below 1. The largest entry of a column is always kept.
    max_iter : int, default=200
        Most rounds.
    tol : float, default=1e-6
        Positive.
    n_jobs : int, optional
        Threads: None for 1, -1 for all processors. The result does not depend on it.

    Returns
    -------
    MarkovResult

    Raises
    ------
    ValueError, TypeError
        `graph` is no graph, or another argument is out of range.

    Notes
    -----
    Clusters are read off the last matrix. Attractors are the nodes with flow to themselves, and
    attractors with flow between them are one system. A node belongs to the system that it has most
    flow to (of equals, the one with the smallest attractor). Where the rounds ended too early, a
    node without flow to an attractor is a cluster of its own.

    A column takes O(d^2) time for columns of d entries, of which pruning leaves at most
    ``1 / pruning``; memory is what the entries take, and n floats for each thread.

    References
    ----------
    S. van Dongen, "Graph clustering by flow simulation", PhD thesis, University of Utrecht, 2000.
    S. van Dongen, "Graph clustering via a discrete uncoupling process", SIAM Journal on Matrix
    Analysis and Applications 30, 2008, doi:10.1137/040608635.

    Examples
    --------
    >>> two_triangles = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (2, 3)]
    >>> markov_clustering(two_triangles).labels.tolist()
    [0, 0, 0, 1, 1, 1]
    """
    from partwise.metrics import modularity

    graph = as_graph(graph)
    power = check_count("expansion", expansion)
    if power < 2:
        raise ValueError(f"expansion must be at least 2, got {power}")
    if not (math.isfinite(inflation) and inflation > 1):
        raise ValueError(f"inflation must be finite and above 1, got {inflation}")
    if not 0 <= pruning < 1:
        raise ValueError(f"pruning must be at least 0 and below 1, got {pruning}")
    if not tol > 0:
        raise ValueError(f"tol must be positive, got {tol}")
    rounds = check_count("max_iter", max_iter)
    n_threads = check_jobs(n_jobs)
    flow = _initial_flow(graph)
    n_iter, change = 0, 0.0 if graph.n_nodes == 0 else math.inf
    with ThreadPoolExecutor(n_threads) as pool:
        while change >= tol and n_iter < rounds:
            flow, change = _next_flow(pool, flow, (power, float(inflation), float(pruning)))
            n_iter += 1
    found, n_attractors, n_overlapping = _read_clusters(flow)
    labels = by_size(found)
    return MarkovResult(
        labels=labels,
        n_communities=int(labels.max(initial=-1)) + 1,
        quality=modularity(graph, labels),
        n_iter=n_iter,
        converged=change < tol,
        n_attractors=n_attractors,
        n_overlapping=n_overlapping,
    )


def _initial_flow(graph: Graph) -> Columns:
    """Return the columns of the adjacency matrix with loops, scaled to sum 1."""
    from scipy.sparse import diags_array

    matrix = graph.to_scipy(np.float64)
    heaviest = np.asarray(matrix.max(axis=1).todense()).ravel() if graph.n_nodes else np.zeros(0)
    loops = np.where(heaviest > 0, heaviest, 1.0) - matrix.diagonal()
    matrix = (matrix + diags_array(np.maximum(loops, 0.0))).tocsr()
    sums = np.asarray(matrix.sum(axis=1)).ravel()
    # Row k of the graph has the arcs from k: it is column k of the flow matrix.
    values = matrix.data / np.repeat(sums, np.diff(matrix.indptr))
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), values


def _next_flow(
    pool: ThreadPoolExecutor, flow: Columns, powers: tuple[int, float, float]
) -> tuple[Columns, float]:
    n = len(flow[0]) - 1
    firsts = range(0, n, _CHUNK)
    pieces = list(pool.map(lambda at: _chunk(flow, at, min(at + _CHUNK, n), powers), firsts))
    indptr = np.zeros(n + 1, np.int64)
    np.cumsum(np.concatenate([lengths for lengths, *_ in pieces]), out=indptr[1:])
    indices = np.concatenate([x for _, x, _, _ in pieces])
    values = np.concatenate([x for _, _, x, _ in pieces])
    return (indptr, indices, values), max(change for *_, change in pieces)


def _chunk(
    flow: Columns, first: int, last: int, powers: tuple[int, float, float]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64], float]:
    """Compute some columns, with more room where it turns out too small."""
    from partwise.cluster.communities._kernels.flow import flow_columns

    n = len(flow[0]) - 1
    mass, scratch = np.zeros(n), np.empty((2, n), np.int32)
    room = max(n, 4 * int(flow[0][last] - flow[0][first]))
    lengths, indices, values, change = [], [], [], 0.0
    while first < last:
        out_ptr = np.empty(last - first + 1, np.int64)
        out_indices, out_values = np.empty(room, np.int32), np.empty(room)
        done, moved = flow_columns(
            *flow, first, last, *powers, mass, scratch[0], scratch[1],
            out_ptr, out_indices, out_values,
        )  # fmt: skip
        lengths.append(np.diff(out_ptr[: done + 1]))
        indices.append(out_indices[: out_ptr[done]].copy())
        values.append(out_values[: out_ptr[done]].copy())
        first += done
        change = max(change, moved)
    return np.concatenate(lengths), np.concatenate(indices), np.concatenate(values), change


def _read_clusters(flow: Columns) -> tuple[NDArray[np.int64], int, int]:
    """Return a cluster for every node, the number of attractors and that of overlapping nodes."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    indptr, indices, values = flow
    n = len(indptr) - 1
    if n == 0:
        return np.zeros(0, np.int64), 0, 0
    columns = csr_array((values, indices, indptr), shape=(n, n))
    attractors = np.flatnonzero(columns.diagonal() > 0)
    n_systems, system = connected_components(columns[attractors][:, attractors], directed=False)
    member = csr_array(
        (np.ones(len(attractors)), (attractors, system)), shape=(n, max(n_systems, 1))
    )
    share = (columns @ member).tocsr()
    # Equal flows must not be told apart by rounding; the first system wins then.
    share.data = share.data.round(9)
    share.eliminate_zeros()
    share.sort_indices()
    n_shares = np.diff(share.indptr)
    cluster = np.asarray(share.argmax(axis=1), np.int64).ravel()
    lost = np.flatnonzero(n_shares == 0)
    cluster[lost] = n_systems + np.arange(len(lost))
    return cluster, len(attractors), int(np.count_nonzero(n_shares > 1))
