"""Parts of a graph that are graphs themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph._build import as_index_vector, csr_from_arcs
from partwise.graph._graph import Graph

__all__ = ["subgraph", "without_self_loops"]


def subgraph(graph: Graph, nodes: ArrayLike) -> Graph:
    """Return the graph on some of the nodes; see :meth:`Graph.subgraph`."""
    from partwise.graph._kernels.subgraph import count_subgraph, fill_subgraph

    chosen = _as_nodes(nodes, graph.n_nodes)
    indptr, indices, weights, node_weights = graph._arrays
    new_id = np.full(graph.n_nodes, -1, dtype=indices.dtype)
    new_id[chosen] = np.arange(len(chosen), dtype=indices.dtype)
    if np.count_nonzero(new_id >= 0) != len(chosen):
        counts = np.bincount(chosen, minlength=graph.n_nodes)
        raise ValueError(f"nodes must be distinct, got {int(np.argmax(counts > 1))} more than once")

    out_indptr = np.empty(len(chosen) + 1, np.int64)
    count_subgraph(indptr, indices, chosen, new_id, out_indptr)
    out_indices = np.empty(out_indptr[-1], indices.dtype)
    out_weights = None if weights is None else np.empty(out_indptr[-1], weights.dtype)
    fill_subgraph(indptr, indices, weights, chosen, new_id, out_indptr, out_indices, out_weights)
    if np.any(chosen[1:] < chosen[:-1]):
        rows = np.repeat(np.arange(len(chosen), dtype=indices.dtype), np.diff(out_indptr))
        out_indptr, out_indices, out_weights = csr_from_arcs(
            len(chosen), rows, out_indices, out_weights, symmetrize=False, duplicates="sum"
        )
    return Graph._trusted(
        out_indptr,
        out_indices,
        out_weights,
        None if node_weights is None else node_weights[chosen],
        graph.directed,
        None if graph.names is None else graph.names[chosen],
    )


def _as_nodes(nodes: ArrayLike, n_nodes: int) -> NDArray[np.int64]:
    array: NDArray[Any] = np.asarray(nodes)
    if array.dtype == np.bool_:
        if array.shape != (n_nodes,):
            raise ValueError(
                f"nodes must have shape ({n_nodes},) if it is a mask, got {array.shape}"
            )
        return np.flatnonzero(array)
    chosen = as_index_vector(array, "nodes").astype(np.int64)
    outside = (chosen < 0) | (chosen >= n_nodes)
    if outside.any():
        raise ValueError(
            f"nodes holds {chosen[np.argmax(outside)]}, allowed are node numbers from 0 to "
            f"{n_nodes - 1}"
        )
    return chosen


def without_self_loops(graph: Graph) -> Graph:
    """Copy a graph without its self-loops."""
    from partwise.graph._kernels.subgraph import drop_loops

    indptr, indices, weights, node_weights = graph._arrays
    kept = len(indices) - graph._count_loops()
    out_indptr = np.empty(len(indptr), np.int64)
    out_indices = np.empty(kept, indices.dtype)
    out_weights: Any = None if weights is None else np.empty(kept, weights.dtype)
    drop_loops(indptr, indices, weights, out_indptr, out_indices, out_weights)
    return Graph._trusted(
        out_indptr, out_indices, out_weights, node_weights, graph.directed, graph.names
    )
