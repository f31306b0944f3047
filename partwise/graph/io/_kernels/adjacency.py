"""Rows of a METIS graph file to arrays."""

from __future__ import annotations

from partwise.kernels.jit import kernel

__all__ = [
    "BAD_EDGE_WEIGHT",
    "BAD_NEIGHBOUR",
    "BAD_NODE_WEIGHT",
    "LOOP",
    "ODD",
    "SHORT",
    "split_adjacency",
]

SHORT, ODD, BAD_NODE_WEIGHT, BAD_NEIGHBOUR, LOOP, BAD_EDGE_WEIGHT = 1, 2, 3, 4, 5, 6


@kernel
def split_adjacency(values, row_ptr, skip, node_weights, weights, src, dst):
    """Split rows ``[size] [weight] (neighbour [edge weight])*`` into arcs and node weights.

    ``skip`` numbers (the size) are passed over; ``node_weights`` and ``weights`` are None if the
    file has none. Returns a reason, the row at fault and the value found there, or 0, the number
    of arcs, 0.
    """
    n = len(row_ptr) - 1
    arcs = 0
    for u in range(n):
        at, end = row_ptr[u] + skip, row_ptr[u + 1]
        if node_weights is not None:
            if at >= end:
                return SHORT, u, end - row_ptr[u]
            if values[at] < 0:
                return BAD_NODE_WEIGHT, u, values[at]
            node_weights[u] = values[at]
            at += 1
        if at > end:
            return SHORT, u, end - row_ptr[u]
        if weights is not None and (end - at) & 1:
            return ODD, u, end - at
        while at < end:
            v = values[at]
            if v < 1 or v > n:
                return BAD_NEIGHBOUR, u, v
            if v == u + 1:
                return LOOP, u, v
            src[arcs] = u
            dst[arcs] = v - 1
            at += 1
            if weights is not None:
                if values[at] < 1:
                    return BAD_EDGE_WEIGHT, u, values[at]
                weights[arcs] = values[at]
                at += 1
            arcs += 1
    return 0, arcs, 0
