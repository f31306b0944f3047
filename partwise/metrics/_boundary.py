"""Nodes at the border of their block."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph._convert import as_graph
from partwise.graph._labels import check_labels

__all__ = ["boundary_nodes"]


def boundary_nodes(graph: Any, labels: ArrayLike) -> NDArray[np.int64]:
    """Return the nodes that have an edge to or from another block, ascending.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes.
    labels : array-like of int, shape (n,)
        Block of each node, from 0 on.

    Returns
    -------
    ndarray of shape (n_boundary,), int64

    Raises
    ------
    ValueError, TypeError
        `graph` is no graph, or `labels` has a wrong length, dtype or range.

    Examples
    --------
    >>> boundary_nodes([(0, 1), (1, 2), (2, 3)], [0, 0, 1, 1]).tolist()
    [1, 2]
    """
    from partwise.metrics._kernels.cut import mark_boundary

    graph = as_graph(graph)
    part, _ = check_labels(labels, graph.n_nodes)
    indptr, indices, _, _ = graph._arrays
    boundary = np.zeros(graph.n_nodes, np.bool_)
    mark_boundary(indptr, indices, part, boundary)
    return np.flatnonzero(boundary)
