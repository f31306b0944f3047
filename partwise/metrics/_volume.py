"""Communication volume."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from partwise.graph._convert import as_graph
from partwise.graph._labels import check_labels

__all__ = ["communication_volume"]


def communication_volume(graph: Any, labels: ArrayLike) -> int:
    """Return the total number of copies that neighbours in other blocks need.

    It is the sum over all nodes of the number of other blocks that hold at least one neighbour:
    what one sparse matrix-vector product with the blocks on different machines sends.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes. Edge and node weights do not
        matter. In a directed graph the neighbours of u are the targets of its edges.
    labels : array-like of int, shape (n,)
        Block of each node, from 0 on.

    Returns
    -------
    int

    Raises
    ------
    ValueError, TypeError
        `graph` is no graph, or `labels` has a wrong length, dtype or range.

    Notes
    -----
    O(n + m + number of blocks).

    Examples
    --------
    >>> communication_volume([(0, 1), (0, 2), (0, 3)], [0, 1, 1, 2])
    5
    """
    from partwise.metrics._kernels.cut import foreign_blocks

    graph = as_graph(graph)
    part, n_parts = check_labels(labels, graph.n_nodes)
    indptr, indices, _, _ = graph._arrays
    return int(foreign_blocks(indptr, indices, part, n_parts))
