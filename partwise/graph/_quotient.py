"""The graph of the blocks of a partition."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from partwise.graph._build import csr_from_arcs, index_dtype
from partwise.graph._convert import as_graph
from partwise.graph._graph import Graph
from partwise.graph._labels import check_labels

__all__ = ["quotient_graph"]


def quotient_graph(
    graph: Any, labels: ArrayLike, n_parts: int | None = None, *, self_loops: bool = False
) -> Graph:
    """Return the graph of the blocks: what flows between which of them.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`as_graph` takes, with n nodes.
    labels : array-like of int, shape (n,)
        Block of each node.
    n_parts : int, optional
        Default: one more than the largest label. Empty blocks are isolated nodes.
    self_loops : bool, default=False
        Put the weight of the edges inside a block on a self-loop, each edge counted once, instead
        of dropping it.

    Returns
    -------
    Graph
        With `n_parts` nodes, directed if `graph` is. The weight of an edge is the sum of the edge
        weights between two blocks (the number of edges, if there are no weights), and the node
        weights are those of the blocks. The weights sum to the edge cut.

    Notes
    -----
    O(n + m) time. Float sums are taken in the order of the edges: the result is the same on every
    run, and symmetric if the graph is.

    Examples
    --------
    >>> path = Graph.from_edges([(0, 1), (1, 2), (2, 3)])
    >>> blocks = quotient_graph(path, [0, 0, 1, 1])
    >>> blocks.to_edges()[2].tolist(), blocks.node_weights.tolist()
    ([1], [2, 2])
    """
    from partwise.graph._kernels.blocks import add_block_weights
    from partwise.graph._kernels.quotient import block_edges

    graph = as_graph(graph)
    part, n_parts = check_labels(labels, graph.n_nodes, n_parts)
    indptr, indices, weights, node_weights = graph._arrays
    none = np.empty(0, index_dtype(n_parts))
    dtype: Any = np.int64 if weights is None else weights.dtype
    args = (indptr, indices, weights, part, graph.directed, bool(self_loops))
    m = block_edges(*args, none, none, np.empty(0, dtype))
    src, dst = np.empty(m, none.dtype), np.empty(m, none.dtype)
    flow = np.empty(m, dtype)
    if m:
        block_edges(*args, src, dst, flow)
    csr = csr_from_arcs(n_parts, src, dst, flow, symmetrize=not graph.directed, duplicates="sum")
    sizes = np.zeros(n_parts, np.int64 if node_weights is None else node_weights.dtype)
    add_block_weights(part, node_weights, sizes)
    return Graph._trusted(*csr, sizes, graph.directed, None)
