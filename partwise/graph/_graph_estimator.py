"""What estimators that take a graph share; the one module of this package that needs sklearn."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils.validation import check_non_negative, validate_data

from partwise.graph._convert import as_graph
from partwise.graph._graph import Graph

__all__ = ["GraphEstimator"]


class GraphEstimator(ClusterMixin, BaseEstimator):
    """A clusterer of the nodes of a graph; a matrix is a non-negative adjacency, pairwise input."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.pairwise = True
        tags.input_tags.positive_only = True
        return tags

    def _as_graph(self, X: Any, *, directed: bool | None = None, min_nodes: int = 1) -> Graph:
        """Check a matrix the way scikit-learn does, and take anything else as a graph."""
        is_edge_frame = "source" in getattr(X, "columns", ())
        is_matrix = hasattr(X, "shape") and not is_edge_frame
        if not is_matrix and not isinstance(X, (list, tuple)):
            return as_graph(X, directed=directed)
        matrix = validate_data(
            self, X, accept_sparse="csr", dtype=np.float64, ensure_min_samples=min_nodes
        )
        check_non_negative(matrix, type(self).__name__)
        if matrix.shape[0] != matrix.shape[1]:
            raise ValueError(
                "X must be a square adjacency matrix or a graph, "
                f"got a matrix of shape {matrix.shape}; for a list of edges use as_graph"
            )
        return as_graph(matrix, directed=directed)
