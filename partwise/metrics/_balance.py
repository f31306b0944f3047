"""Block weights and imbalance."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph._convert import as_graph
from partwise.graph._graph import Graph
from partwise.graph._labels import check_labels

__all__ = ["block_weights", "imbalance", "target_sizes"]


def block_weights(
    graph: Any, labels: ArrayLike, n_parts: int | None = None
) -> NDArray[np.int64] | NDArray[np.float64]:
    """Return the total node weight of each block.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes.
    labels : array-like of int, shape (n,)
        Block of each node, from 0 on.
    n_parts : int, optional
        Number of blocks, default one more than the largest label.

    Returns
    -------
    ndarray of shape (n_parts,), int64 or float64
        The numbers of nodes, if there are no node weights.

    Raises
    ------
    ValueError, TypeError
        `graph` is no graph, or `labels` has a wrong length, dtype or range.

    Examples
    --------
    >>> block_weights([(0, 1), (1, 2)], [0, 2, 0]).tolist()
    [2, 0, 1]
    """
    graph = as_graph(graph)
    part, n_parts = check_labels(labels, graph.n_nodes, n_parts)
    return _block_weights(graph, part, n_parts)


def _block_weights(
    graph: Graph, part: NDArray[np.int32], n_parts: int
) -> NDArray[np.int64] | NDArray[np.float64]:
    from partwise.graph._kernels.blocks import add_block_weights

    node_weights = graph._arrays[3]
    sums: NDArray[Any] = np.zeros(n_parts, np.int64 if node_weights is None else node_weights.dtype)
    add_block_weights(part, node_weights, sums)
    return sums


def imbalance(
    graph: Any,
    labels: ArrayLike,
    n_parts: int | None = None,
    target_weights: ArrayLike | None = None,
) -> float:
    r"""Return by how much the fullest block exceeds its share.

    .. math:: \max_b \frac{c(V_b)}{\lceil t_b \, c(V) \rceil} - 1

    where :math:`c(V_b)` is the node weight of block b and :math:`t_b` its share. A partition is
    balanced within :math:`\varepsilon` if this is at most :math:`\varepsilon`. It is negative where
    rounding up leaves every block room.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes.
    labels : array-like of int, shape (n,)
        Block of each node, from 0 on.
    n_parts : int, optional
        Number of blocks, default the length of `target_weights` or one more than the largest label.
        Give it where blocks may be empty: they change the share of the others.
    target_weights : array-like of shape (n_parts,), optional
        Shares :math:`t_b` of the blocks, non-negative, scaled to sum 1. Default: equal shares.

    Returns
    -------
    float
        0.0 for a graph without nodes or weight; inf if a block without a share has weight.

    Raises
    ------
    ValueError, TypeError
        `graph` is no graph, or `labels` or `target_weights` have a wrong length, dtype or range.

    Notes
    -----
    Shares are rounded up only if all node weights are whole numbers, whatever their dtype:
    otherwise rounding would depend on the unit of the weights.

    Examples
    --------
    >>> path = [(0, 1), (1, 2), (2, 3)]
    >>> imbalance(path, [0, 0, 0, 1])
    0.5
    >>> imbalance(path, [0, 0, 0, 1], target_weights=[3, 1])
    0.0
    """
    graph = as_graph(graph)
    if n_parts is None and target_weights is not None:
        n_parts = len(np.atleast_1d(np.asarray(target_weights)))
    part, n_parts = check_labels(labels, graph.n_nodes, n_parts)
    weights = _block_weights(graph, part, n_parts)
    return excess(weights, target_sizes(graph, n_parts, target_weights))


def excess(block_weights: NDArray[Any], sizes: NDArray[Any]) -> float:
    """Return the largest ratio of weight to target size, minus 1."""
    filled = block_weights > 0
    if not filled.any():
        return 0.0
    if (sizes[filled] == 0).any():
        return float("inf")
    return float((block_weights[filled] / sizes[filled]).max() - 1.0)


def target_sizes(
    graph: Graph, n_parts: int, target_weights: ArrayLike | None = None
) -> NDArray[np.int64] | NDArray[np.float64]:
    """Return the weight that each block should have: ceil(t_b c(V)), shape (n_parts,).

    It is not rounded up where a node weight is not a whole number.
    """
    total = graph.total_node_weight
    node_weights = graph.node_weights
    whole = node_weights is None or node_weights.dtype.kind == "i"
    if not whole:
        assert node_weights is not None
        whole = bool((node_weights == np.rint(node_weights)).all()) and total < 2**53
    shares = None if target_weights is None else _shares(target_weights, n_parts)
    if shares is None or (len(shares) and (shares == shares[0]).all()):
        if whole:
            return np.full(n_parts, -(-int(total) // max(n_parts, 1)), np.int64)
        return np.full(n_parts, total / max(n_parts, 1))
    sizes = shares * float(total)
    if not whole:
        return sizes
    # A share such as 0.1 is not exact in binary: what exceeds a whole number only by rounding must
    # not be rounded up to the next one.
    return np.ceil(sizes - 16 * np.finfo(np.float64).eps * sizes).astype(np.int64)


def _shares(target_weights: ArrayLike, n_parts: int) -> NDArray[np.float64]:
    given = np.asarray(target_weights)
    if given.shape != (n_parts,):
        raise ValueError(
            f"target_weights must have shape ({n_parts},), one share per block, got {given.shape}"
        )
    if given.dtype.kind not in "iuf":
        raise TypeError(f"target_weights must hold real numbers, got dtype {given.dtype}")
    shares = given.astype(np.float64)
    good = (shares >= 0) & (shares < np.inf)
    if not good.all():
        at = int(np.argmin(good))
        raise ValueError(
            f"target_weights must be finite and non-negative, got {shares[at]} at position {at}"
        )
    if n_parts and not 0 < shares.sum() < np.inf:
        raise ValueError(f"target_weights must have a positive finite sum, got {shares.sum()}")
    return shares / shares.sum() if n_parts else shares
