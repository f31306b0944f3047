"""Selecting rows, columns and entries of a CSR graph."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["count_subgraph", "drop_loops", "fill_subgraph", "forward_edges"]


@kernel
def count_subgraph(indptr, indices, nodes, new_id, out_indptr):
    """Fill the row pointers of the subgraph on `nodes`; ``new_id[v]`` is -1 outside."""
    out_indptr[0] = 0
    for i in range(len(nodes)):
        u = nodes[i]
        kept = 0
        for e in range(indptr[u], indptr[u + 1]):
            kept += new_id[indices[e]] >= 0
        out_indptr[i + 1] = out_indptr[i] + kept


@kernel
def fill_subgraph(indptr, indices, weights, nodes, new_id, out_indptr, out_indices, out_weights):
    """Copy the rows of the subgraph; they stay ascending if `nodes` is ascending."""
    for i in range(len(nodes)):
        u = nodes[i]
        put = out_indptr[i]
        for e in range(indptr[u], indptr[u + 1]):
            v = new_id[indices[e]]
            if v >= 0:
                out_indices[put] = v
                if weights is not None:
                    out_weights[put] = weights[e]
                put += 1


@kernel
def drop_loops(indptr, indices, weights, out_indptr, out_indices, out_weights):
    """Copy a CSR graph without its diagonal."""
    put = np.int64(0)
    out_indptr[0] = 0
    for u in range(len(indptr) - 1):
        for e in range(indptr[u], indptr[u + 1]):
            if indices[e] != u:
                out_indices[put] = indices[e]
                if weights is not None:
                    out_weights[put] = weights[e]
                put += 1
        out_indptr[u + 1] = put


@kernel
def forward_edges(indptr, indices, weights, everything, src, dst, out_weights):
    """List the entries (u, v): all of them, or those with u <= v."""
    put = np.int64(0)
    for u in range(len(indptr) - 1):
        for e in range(indptr[u], indptr[u + 1]):
            if everything or indices[e] >= u:
                src[put] = u
                dst[put] = indices[e]
                if weights is not None:
                    out_weights[put] = weights[e]
                put += 1
