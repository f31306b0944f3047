"""Spectral communities: eigenvectors of a matrix of the graph, then clusters of their rows."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise._checks import check_count
from partwise._random import RandomState, check_seed
from partwise.cluster.communities._embedding import (
    bethe_hessian_eigenpairs,
    estimate_n_clusters,
    score_ratios,
)
from partwise.cluster.communities._numbering import by_size
from partwise.cluster.communities._outcome import Outcome
from partwise.graph._convert import as_graph
from partwise.graph._graph import Graph

__all__ = ["SpectralResult", "spectral_communities"]

METHODS = ("laplacian", "bethe_hessian", "score")
ASSIGN = ("kmeans", "qr")
REGULARIZE = ("degrees", "entries")


@dataclass(frozen=True, slots=True)
class SpectralResult(Outcome):
    """Communities found by spectral clustering.

    Attributes
    ----------
    labels, n_communities, quality, n_iter, converged
        As for every method: labels by decreasing size, modularity; one round, which converges.
    n_clusters : int
        Number of clusters that were asked for or estimated.
    eigenvalues : float64 ndarray of shape (n_clusters,)
        Of the matrix whose eigenvectors were clustered, in their order.
    normalized_cut : float
        Of the labels.
    bound : float
        Below which the normalised cut of no clustering with as many communities can be.
    seed : int
        Seed with which the call can be repeated.
    """

    n_clusters: int
    eigenvalues: NDArray[np.float64] = field(repr=False)
    normalized_cut: float
    bound: float
    seed: int


def spectral_communities(
    graph: Any,
    n_clusters: int | str = "auto",
    *,
    method: str = "laplacian",
    regularization: str | float | None = "mean_degree",
    regularize: str = "degrees",
    assign: str = "kmeans",
    n_init: int = 10,
    random_state: RandomState = None,
) -> SpectralResult:
    r"""Find communities from the eigenvectors of a matrix of the graph.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes. A directed graph is taken as
        A + A^T; a self-loop counts once in the degree.
    n_clusters : int or "auto", default="auto"
        ``"auto"``: the number of negative eigenvalues of the Bethe-Hessian matrix, at least 1. It
        estimates how many blocks can be told apart at all.
    method : {"laplacian", "bethe_hessian", "score"}, default="laplacian"
        ``"laplacian"``: the smallest eigenvectors of
        :math:`I - D_\tau^{-1/2} A_\tau D_\tau^{-1/2}`.
        ``"bethe_hessian"``: those of :math:`(r^2 - 1) I - r A + D`, with
        :math:`r^2 = \sum d^2 / \sum d - 1`; edge weights and self-loops are ignored.
        ``"score"``: ratios of the leading eigenvectors of A to the first one, which take out the
        degrees; only for a graph that is connected, isolated nodes aside.
    regularization : "mean_degree", float or None, default="mean_degree"
        :math:`\tau` of the Laplacian. None or 0: plain, which on sparse graphs with uneven degrees
        often finds nothing but small appendices.
    regularize : {"degrees", "entries"}, default="degrees"
        Add :math:`\tau` to the degrees only, or :math:`\tau / n` to all entries of A, and so
        :math:`\tau` to the degrees.
    assign : {"kmeans", "qr"}, default="kmeans"
        How rows become clusters: k-means with `n_init` starts, on rows scaled to length 1 (but for
        ``"score"``), or the pivots of a QR decomposition, which needs no chance (not for
        ``"score"``).
    n_init : int, default=10
    random_state : int, Generator, RandomState or None
        For k-means.

    Returns
    -------
    SpectralResult
        Fewer communities than `n_clusters` if some stay empty. Isolated nodes, about which the
        edges say nothing, are in the largest community. If a graph has at least as many components
        with edges as there are clusters, clusters are unions of components for the plain Laplacian.

    Raises
    ------
    ValueError, TypeError
        `graph` is no graph, or another argument is out of range.

    See Also
    --------
    partwise.metrics.normalized_cut_bound : the bound.

    Notes
    -----
    The k eigenvectors are found by Lanczos iteration on the sparse matrix. The bound needs those of
    the plain Laplacian, another such run where that is not the method.

    References
    ----------
    A. Y. Ng, M. I. Jordan, Y. Weiss, "On spectral clustering", NIPS 2001. Added to the degrees:
    T. Qin, K. Rohe, "Regularized spectral clustering under the degree-corrected stochastic
    blockmodel", NIPS 2013, arXiv:1309.4111. Added to the entries: A. A. Amini, A. Chen, P. J.
    Bickel, E. Levina, "Pseudo-likelihood methods for community detection in large sparse networks",
    Annals of Statistics 41, 2013, doi:10.1214/13-AOS1138. Bethe-Hessian: A. Saade, F. Krzakala,
    L. Zdeborová, "Spectral clustering of graphs with the Bethe Hessian", NIPS 2014,
    arXiv:1406.1880; number of blocks: C. M. Le, E. Levina, arXiv:1507.00827. SCORE: J. Jin, "Fast
    community detection by SCORE", Annals of Statistics 43, 2015, doi:10.1214/14-AOS1265. QR:
    A. Damle, V. Minden, L. Ying, "Simple, direct and efficient multi-way spectral clustering",
    Information and Inference 8, 2019, doi:10.1093/imaiai/iay008.

    Examples
    --------
    >>> from partwise.graph import planted_partition_graph
    >>> graph = planted_partition_graph(3, 60, 0.3, 0.01, random_state=0)
    >>> result = spectral_communities(graph, random_state=0)
    >>> result.n_communities, result.bound <= result.normalized_cut
    (3, True)
    """
    from partwise.metrics import modularity, normalized_cut, normalized_cut_bound

    graph = as_graph(graph)
    seed = check_seed(random_state)
    for name, value, allowed in (
        ("method", method, METHODS),
        ("regularize", regularize, REGULARIZE),
        ("assign", assign, ASSIGN),
    ):
        if value not in allowed:
            raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value!r}")
    if assign == "qr" and method == "score":
        raise ValueError("assign='qr' needs eigenvectors, method='score' has their ratios")
    n_init = check_count("n_init", n_init)
    core, nodes = _without_isolated(graph)
    tau = _check_regularization(regularization, core)
    k = _check_n_clusters(n_clusters, graph, core)
    found = np.zeros(graph.n_nodes, np.int64)
    eigenvalues = np.zeros(0)
    if core.n_nodes:
        shift, constant = (tau, 0.0) if regularize == "degrees" else (0.0, tau)
        vectors, eigenvalues, parts = _embed(core, k, method, shift, constant)
        if parts is None and assign == "qr":
            parts = _by_qr(vectors)
        elif parts is None:
            rows = vectors if method == "score" else _unit_rows(vectors)
            parts = _by_kmeans(rows, k, n_init, seed)
        found[nodes] = by_size(parts)
    labels = by_size(found)
    n_found = int(labels.max(initial=-1)) + 1
    return SpectralResult(
        labels=labels,
        n_communities=n_found,
        quality=modularity(graph, labels),
        n_iter=1,
        converged=True,
        n_clusters=k,
        eigenvalues=eigenvalues,
        normalized_cut=normalized_cut(graph, labels),
        bound=normalized_cut_bound(graph, n_found) if n_found else 0.0,
        seed=seed,
    )


def _without_isolated(graph: Graph) -> tuple[Graph, NDArray[np.int64]]:
    """Return the graph on the nodes with an edge, and these nodes."""
    joined = graph.degrees() > 0
    if graph.directed:
        joined[graph.indices] = True
    nodes = np.flatnonzero(joined)
    return (graph if joined.all() else graph.subgraph(nodes)), nodes


def _check_regularization(regularization: Any, core: Graph) -> float:
    if regularization is None:
        return 0.0
    if regularization == "mean_degree":
        from partwise.graph._spectrum import symmetric_matrix

        return float(symmetric_matrix(core).sum()) / max(core.n_nodes, 1)
    if isinstance(regularization, (str, bool)) or not (
        math.isfinite(regularization) and regularization >= 0
    ):
        raise ValueError(
            "regularization must be None, 'mean_degree' or a finite number of at least 0, "
            f"got {regularization!r}"
        )
    return float(regularization)


def _check_n_clusters(n_clusters: Any, graph: Graph, core: Graph) -> int:
    if isinstance(n_clusters, str):
        if n_clusters != "auto":
            raise ValueError(f"n_clusters must be a positive integer or 'auto', got {n_clusters!r}")
        return estimate_n_clusters(core)
    k = check_count("n_clusters", n_clusters)
    if k > graph.n_nodes > 0:
        raise ValueError(
            f"n_clusters must be at most the number of nodes, {graph.n_nodes}, got {k}"
        )
    return min(k, max(core.n_nodes, 1))


def _embed(
    core: Graph, k: int, method: str, shift: float, constant: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64] | None]:
    """Return a row for each node, the eigenvalues, and labels where the components tell them."""
    from partwise.graph._spectrum import laplacian_eigenpairs

    if method == "score":
        return *score_ratios(core, k), None
    if method == "bethe_hessian":
        values, vectors = bethe_hessian_eigenpairs(core, k)
        return vectors, values, None
    values, vectors = laplacian_eigenpairs(core, k, shift=shift, constant=constant)
    plain = shift == 0 and constant == 0
    return vectors, values, _join_components(core, k) if plain and values[-1] == 0.0 else None


def _unit_rows(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0)


def _join_components(core: Graph, k: int) -> NDArray[np.int64]:
    """Join components, the largest first, each to the group that is smallest so far."""
    import heapq

    from partwise.graph._spectrum import component_labels, symmetric_matrix

    component = component_labels(symmetric_matrix(core))
    groups = [(0, g) for g in range(k)]
    sizes = np.bincount(component).tolist()
    group_of = np.empty(len(sizes), np.int64)
    for c, size in enumerate(sizes):
        filled, group = heapq.heappop(groups)
        group_of[c] = group
        heapq.heappush(groups, (filled + size, group))
    return group_of[component]


def _by_kmeans(rows: NDArray[np.float64], k: int, n_init: int, seed: int) -> NDArray[np.int64]:
    from sklearn.cluster import KMeans

    k = min(k, len(np.unique(rows, axis=0))) if k > 1 else 1
    if k == 1:
        return np.zeros(len(rows), np.int64)
    model = KMeans(k, n_init=n_init, random_state=np.random.RandomState(seed % 2**32))
    return model.fit(rows).labels_.astype(np.int64)


def _by_qr(rows: NDArray[np.float64]) -> NDArray[np.int64]:
    """Assign each row to the nearest of k rows that a pivoted QR decomposition picks."""
    from scipy.linalg import polar, qr

    _, _, pivots = qr(rows.T, mode="economic", pivoting=True)
    rotation, _ = polar(rows[pivots[: rows.shape[1]]].T)
    return np.abs(rows @ rotation).argmax(axis=1)
