"""Whether blocks hang together."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph._convert import as_graph
from partwise.graph._labels import check_labels

__all__ = ["connected_blocks", "n_components_per_block"]


def n_components_per_block(
    graph: Any, labels: ArrayLike, n_parts: int | None = None
) -> NDArray[np.int64]:
    """Return into how many connected pieces each block falls.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes. The direction of edges does
        not matter.
    labels : array-like of int, shape (n,)
        Block of each node, from 0 on.
    n_parts : int, optional
        Number of blocks, default one more than the largest label.

    Returns
    -------
    ndarray of shape (n_parts,), int64
        Number of components of the subgraph on each block, 0 for an empty block.

    Raises
    ------
    ValueError, TypeError
        `graph` is no graph, or `labels` has a wrong length, dtype or range.

    Notes
    -----
    O(n + m log n) at worst, by union-find; close to linear in practice.

    Examples
    --------
    >>> n_components_per_block([(0, 1), (1, 2), (2, 3)], [0, 1, 1, 0]).tolist()
    [2, 1]
    """
    from partwise.metrics._kernels.components import count_components

    graph = as_graph(graph)
    part, n_parts = check_labels(labels, graph.n_nodes, n_parts)
    indptr, indices, _, _ = graph._arrays
    components = np.zeros(n_parts, np.int64)
    count_components(indptr, indices, part, components)
    return components


def connected_blocks(
    graph: Any, labels: ArrayLike, n_parts: int | None = None
) -> NDArray[np.bool_]:
    """Tell which blocks are connected; an empty block is.

    Parameters
    ----------
    graph, labels, n_parts
        As for :func:`n_components_per_block`.

    Returns
    -------
    ndarray of shape (n_parts,), bool

    Examples
    --------
    >>> connected_blocks([(0, 1), (1, 2), (2, 3)], [0, 1, 1, 0]).tolist()
    [False, True]
    """
    return n_components_per_block(graph, labels, n_parts) <= 1
