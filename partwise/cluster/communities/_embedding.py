"""Eigenvectors of the Bethe-Hessian matrix and of the adjacency matrix, for spectral methods."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise.graph._graph import Graph
from partwise.graph._spectrum import (
    component_labels,
    count_above,
    largest_eigenpairs,
    symmetric_matrix,
)

__all__ = ["bethe_hessian_eigenpairs", "estimate_n_clusters", "score_ratios"]

_ROUNDING = 1e-9  # of the largest eigenvalue: what is nearer to 0 is not negative


def _bethe_hessian(graph: Graph) -> tuple[Any, float]:
    """Return c I - H for the Bethe-Hessian H, positive semidefinite, and c."""
    from scipy.sparse import diags_array

    matrix = symmetric_matrix(graph)
    matrix.setdiag(0.0)
    matrix.eliminate_zeros()
    matrix.data[:] = 1.0
    degree = np.asarray(matrix.sum(axis=1)).ravel()
    total = float(degree.sum())
    # Mean number of further edges at the end of an edge; below 1 there is no large component.
    r = np.sqrt(max(float((degree**2).sum()) / total - 1.0, 1.0)) if total else 1.0
    # No eigenvalue of H exceeds the largest row sum of absolute values.
    c = r * r - 1.0 + (1.0 + r) * float(degree.max(initial=0.0))
    return (r * matrix + diags_array(c - (r * r - 1.0) - degree)).tocsr(), c


def bethe_hessian_eigenpairs(
    graph: Graph, k: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the k smallest eigenvalues, ascending, of the Bethe-Hessian matrix, and eigenvectors.

    Weights and self-loops of `graph` are ignored.
    """
    flipped, c = _bethe_hessian(graph)
    values, vectors = largest_eigenpairs(flipped, k)
    return c - values, vectors


def estimate_n_clusters(graph: Graph) -> int:
    """Count the negative eigenvalues of the Bethe-Hessian matrix; the answer is at least 1."""
    if graph.n_nodes == 0:
        return 1
    flipped, c = _bethe_hessian(graph)
    return max(count_above(flipped, c * (1.0 + _ROUNDING)), 1)


def score_ratios(graph: Graph, k: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return ratios of eigenvectors of A to the first, cut off at log n, and the eigenvalues.

    Parameters
    ----------
    graph : Graph
        Connected.
    k : int

    Returns
    -------
    ratios : float64 ndarray of shape (n, k - 1)
    values : float64 ndarray of shape (k,)
        Largest in size first.

    Raises
    ------
    ValueError
        The graph is not connected.
    """
    matrix = symmetric_matrix(graph)
    n_components = int(component_labels(matrix).max(initial=-1)) + 1
    if n_components > 1:
        raise ValueError(
            "method='score' needs a connected graph, isolated nodes aside, got "
            f"{n_components} components; take another method or the largest component"
        )
    high, of_high = largest_eigenpairs(matrix, k)
    low, of_low = largest_eigenpairs(-matrix, k)
    values = np.concatenate([high, -low])
    # The first eigenvalue is the largest in size; of equal sizes (a bipartite graph) the positive.
    order = np.argsort(-np.abs(values).round(9), kind="stable")[:k]
    vectors = np.column_stack([of_high, of_low])[:, order]
    first = vectors[:, :1]
    limit = np.log(max(graph.n_nodes, 2))
    # The first eigenvector is positive but may underflow far from the hubs.
    ratios = vectors[:, 1:] / np.maximum(np.abs(first), np.finfo(np.float64).tiny)
    return np.clip(ratios, -limit, limit), values[order]
