"""How well clusters are cut off from the rest of the graph."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph._convert import as_graph
from partwise.metrics._clusters import ClusterSums, cluster_labels, cluster_sums

__all__ = ["conductance", "coverage", "expansion", "normalized_cut", "normalized_cut_bound"]


def conductance(
    graph: Any, labels: ArrayLike, *, noise: str = "cluster"
) -> NDArray[np.float64] | float:
    r"""Return the conductance of every cluster, or of one set of nodes.

    .. math:: \phi(S) = \frac{w(S, V \setminus S)}{\min(vol(S), vol(V \setminus S))}

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes. The volume is the sum of the
        degrees, in which a self-loop counts once. A directed graph is taken as A + A^T.
    labels : array-like of int or bool, shape (n,)
        Cluster of each node, from 0 on, and -1 for noise; or True for the members of one set.
    noise : {"cluster", "exclude", "singletons"}, default="cluster"
        Nodes labelled -1 are one more cluster, have no entry, or are one more cluster each. Their
        edges count in any case.

    Returns
    -------
    float64 ndarray of shape (K,), or float for a set
        From 0, no edge leaves, to 1. 1.0 where a volume is 0 (networkx raises an error there).

    Raises
    ------
    ValueError, TypeError
        `graph` is no graph, or `labels` has a wrong length, dtype or value.

    Notes
    -----
    O(n + m + K).

    Examples
    --------
    >>> two_triangles = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (2, 3)]
    >>> conductance(two_triangles, [0, 0, 0, 1, 1, 1]).round(4).tolist()
    [0.1429, 0.1429]
    >>> conductance(two_triangles, [True, True, False, False, False, False])
    0.5
    """
    sums, _, is_set = _sums(graph, labels, noise)
    result = conductances(sums)
    return float(result[1]) if is_set else result


def conductances(sums: ClusterSums) -> NDArray[np.float64]:
    """Return cut / min(volume, volume of the rest), 1 where this is no number."""
    volume = sums.volume.astype(np.float64)
    return _divide(sums.cut, np.minimum(volume, sums.total_volume - volume), 1.0)


def expansion(
    graph: Any, labels: ArrayLike, *, noise: str = "cluster"
) -> NDArray[np.float64] | float:
    r"""Return the edge expansion of every cluster, or of one set of nodes.

    .. math:: \frac{w(S, V \setminus S)}{\min(|S|, |V \setminus S|)}

    Parameters
    ----------
    graph, labels, noise
        As for :func:`conductance`. Nodes count 1, whatever their weights.

    Returns
    -------
    float64 ndarray of shape (K,), or float for a set
        Infinite for a set that is empty or has all nodes.

    Raises
    ------
    ValueError, TypeError
        As for :func:`conductance`.

    Notes
    -----
    O(n + m + K).

    Examples
    --------
    >>> expansion([(0, 1), (1, 2), (2, 3)], [0, 0, 1, 1]).tolist()
    [0.5, 0.5]
    """
    sums, part, is_set = _sums(graph, labels, noise)
    sizes = np.bincount(part, minlength=len(sums.cut))[: len(sums.cut)]
    result = _divide(sums.cut, np.minimum(sizes, len(part) - sizes), np.inf)
    return float(result[1]) if is_set else result


def coverage(graph: Any, labels: ArrayLike, *, noise: str = "cluster") -> float:
    """Return the share of the edge weight that is inside clusters.

    Parameters
    ----------
    graph, labels, noise
        As for :func:`conductance`; `labels` of integers only. Self-loops are inside.

    Returns
    -------
    float
        From 0 to 1. 1.0 for a graph without edges.

    Raises
    ------
    ValueError, TypeError
        As for :func:`conductance`.

    Notes
    -----
    O(n + m). Source: S. Fortunato, "Community detection in graphs", Physics Reports 486, 2010,
    doi:10.1016/j.physrep.2009.11.002.

    Examples
    --------
    >>> coverage([(0, 1), (1, 2), (2, 3), (3, 0)], [0, 0, 1, 1])
    0.5
    """
    graph = as_graph(graph)
    part, k = cluster_labels(labels, graph.n_nodes, noise)
    return coverage_of(cluster_sums(graph, part, k))


def coverage_of(sums: ClusterSums) -> float:
    """Return internal / total weight, 1 where there is none."""
    return float(sums.internal.sum() / sums.total) if sums.total else 1.0


def normalized_cut(graph: Any, labels: ArrayLike, *, noise: str = "cluster") -> float:
    r"""Return the normalised cut of a clustering.

    .. math:: \sum_c \frac{w(c, V \setminus c)}{vol(c)}

    Parameters
    ----------
    graph, labels, noise
        As for :func:`conductance`; `labels` of integers only.

    Returns
    -------
    float
        From 0 to K. A cluster without volume has nothing to cut and adds 0.

    Raises
    ------
    ValueError, TypeError
        As for :func:`conductance`.

    See Also
    --------
    normalized_cut_bound : what no clustering with as many clusters can fall below.

    Notes
    -----
    O(n + m). Source: J. Shi, J. Malik, "Normalized cuts and image segmentation", IEEE PAMI 22(8),
    2000, doi:10.1109/34.868688.

    Examples
    --------
    >>> two_triangles = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (2, 3)]
    >>> round(normalized_cut(two_triangles, [0, 0, 0, 1, 1, 1]), 4)
    0.2857
    """
    graph = as_graph(graph)
    part, k = cluster_labels(labels, graph.n_nodes, noise)
    sums = cluster_sums(graph, part, k)
    return float(_divide(sums.cut, sums.volume, 0.0).sum())


def normalized_cut_bound(graph: Any, k: int) -> float:
    r"""Return a lower bound of the normalised cut of all clusterings into k non-empty clusters.

    It is the sum of the k smallest eigenvalues of the Laplacian
    :math:`I - D^{-1/2} A D^{-1/2}`, with a zero row for a node without an edge.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes. A directed graph is taken as
        A + A^T.
    k : int
        Number of clusters, from 1 to n.

    Returns
    -------
    float
        Exactly 0.0 for k up to the number of connected components; else accurate to about 1e-8.

    Raises
    ------
    ValueError, TypeError
        `graph` is no graph, or `k` is out of range.

    Notes
    -----
    The relaxation: the matrix of the indicator vectors, each scaled by the square roots of the
    degrees, has orthonormal columns, and the trace of the Laplacian on k such columns is smallest
    on its eigenvectors. Up to some hundred nodes the matrix is dense; beyond, the eigenvalues are
    found by Lanczos iteration on the sparse matrix, the null space, which the components give
    exactly, taken out beforehand, and what may have been missed looked for afterwards.

    References
    ----------
    K. Fan, "On a theorem of Weyl concerning eigenvalues of linear transformations", PNAS 35, 1949,
    doi:10.1073/pnas.35.11.652. S. X. Yu, J. Shi, "Multiclass spectral clustering", ICCV 2003,
    doi:10.1109/ICCV.2003.1238361.

    Examples
    --------
    >>> two_triangles = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (2, 3)]
    >>> round(normalized_cut_bound(two_triangles, 2), 4)
    0.2047
    >>> normalized_cut_bound([(0, 1), (2, 3)], 2)
    0.0
    """
    from partwise._checks import check_count
    from partwise.graph._spectrum import laplacian_eigenpairs

    graph = as_graph(graph)
    k = check_count("k", k)
    if k > graph.n_nodes:
        raise ValueError(f"k must be at most the number of nodes, {graph.n_nodes}, got {k}")
    values, _ = laplacian_eigenpairs(graph, k, complete=True)
    return float(values.sum())


def _sums(graph: Any, labels: ArrayLike, noise: str) -> tuple[ClusterSums, NDArray[np.int32], bool]:
    """Return the sums of every cluster, or of (the rest, the set) for a mask."""
    graph = as_graph(graph)
    given = np.asarray(labels)
    is_set = given.dtype == np.bool_
    part, k = cluster_labels(
        given.astype(np.int32) if is_set else given, graph.n_nodes, noise, compact=False
    )
    k = 2 if is_set else k
    return cluster_sums(graph, part, k), part, is_set


def _divide(
    numerator: NDArray[Any], denominator: NDArray[Any], otherwise: float
) -> NDArray[np.float64]:
    """Return the quotients, `otherwise` where the denominator is 0."""
    result = np.full(len(numerator), otherwise)
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result
