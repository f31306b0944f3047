"""All distances along the edges of a graph."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from partwise.graph._convert import as_graph

__all__ = ["shortest_path_matrix"]

_BLOCK_BYTES = 2**26  # of distances in float64 that are held beside the result


def shortest_path_matrix(
    graph: Any, *, weighted: bool = True, dtype: DTypeLike | None = None
) -> NDArray[Any]:
    """Return the lengths of the shortest paths between all nodes.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes and m edges, of weights of at
        least 0, which are lengths.
    weighted : bool, default=True
        Whether edge weights count; otherwise every edge has length 1.
    dtype : dtype, optional
        float32 or float64; by default int32 for whole lengths, if no path can exceed it, and
        float64 for others.

    Returns
    -------
    ndarray of shape (n, n)
        Row u holds the lengths of paths from u. Pairs without a path have infinity in a matrix of
        floats.

    Raises
    ------
    ValueError
        By default, if some pair has no path: it says how many components there are.
    TypeError, ValueError
        `graph` is no graph, or `dtype` another one.

    Notes
    -----
    Dijkstra's algorithm from every node (scipy), O(n (m + n log n)) time and, apart from the
    result, O(n + m) memory.

    Examples
    --------
    >>> from partwise.graph import Graph
    >>> shortest_path_matrix(Graph.from_edges([(0, 1), (1, 2)], [1, 5])).tolist()
    [[0, 1, 6], [1, 0, 5], [6, 5, 0]]
    """
    from scipy.sparse.csgraph import connected_components, dijkstra

    graph = as_graph(graph)
    n = graph.n_nodes
    if dtype is not None and np.dtype(dtype) not in (np.dtype("f4"), np.dtype("f8")):
        raise ValueError(f"dtype must be float32 or float64, got {np.dtype(dtype)}")
    matrix = graph.to_scipy()
    if dtype is None:
        parts, _ = connected_components(matrix, directed=graph.directed, connection="strong")
        if parts > 1:
            kind = "strongly connected components" if graph.directed else "components"
            raise ValueError(
                f"the graph has {parts} {kind}, so there are nodes without a path between them; "
                "allowed is one, or dtype float64, which has infinity"
            )
    lengths = matrix.data if weighted and graph.weights is not None else np.ones(1, np.int64)
    whole = dtype is None and lengths.dtype.kind in "iu"
    fits = whole and (n - 1) * int(lengths.max(initial=0)) <= np.iinfo(np.int32).max
    distances = np.empty((n, n), dtype or (np.int32 if fits else np.float64))
    step = max(1, _BLOCK_BYTES // (8 * max(n, 1)))
    for start in range(0, n, step):
        rows = np.arange(start, min(start + step, n))
        block = dijkstra(matrix, indices=rows, unweighted=not weighted)
        distances[rows] = np.rint(block) if fits else block
    return distances
