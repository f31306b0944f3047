"""Edge cut."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from partwise.graph._convert import as_graph
from partwise.graph._labels import check_labels

__all__ = ["edge_cut"]


def edge_cut(graph: Any, labels: ArrayLike) -> int | float:
    """Return the weight of the edges between different blocks.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes. Each undirected edge counts
        once, as does each arc of a directed graph; self-loops never.
    labels : array-like of int, shape (n,)
        Block of each node, from 0 on.

    Returns
    -------
    int or float
        The number of cut edges for an unweighted graph, else the sum of their weights: an exact
        int for integer weights.

    Raises
    ------
    ValueError, TypeError
        `graph` is no graph, or `labels` has a wrong length, dtype or range.

    Notes
    -----
    O(n + m). Float weights are summed in a fixed order.

    Examples
    --------
    >>> edge_cut([(0, 1), (1, 2), (2, 3), (3, 0)], [0, 0, 1, 1])
    2
    """
    from partwise.metrics._kernels.cut import cut_weight

    graph = as_graph(graph)
    part, _ = check_labels(labels, graph.n_nodes)
    indptr, indices, weights, _ = graph._arrays
    zero = np.int64(0) if weights is None else weights.dtype.type(0)
    total = cut_weight(indptr, indices, weights, part, graph.directed, zero)
    return float(total) if isinstance(zero, np.float64) else int(total)
