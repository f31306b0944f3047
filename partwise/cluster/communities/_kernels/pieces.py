"""The connected pieces of communities."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["connected_pieces"]

_1 = np.uint64(1)


@kernel
def connected_pieces(indptr, indices, labels):
    """Replace every label by the first node of the node's piece, and return the number of pieces.

    A piece is a connected component of the subgraph on a community. Depth-first search, O(n + m).
    """
    n = len(labels)
    piece = np.full(n, n, np.uint32)
    stack = np.empty(n, np.uint32)
    n_pieces = 0
    for root in range(n):
        if piece[root] != n:
            continue
        n_pieces += 1
        piece[root] = root
        stack[0] = root
        top = 1
        while top > 0:
            top -= 1
            u = np.uint64(stack[top])
            for j in range(indptr[u], indptr[u + _1]):
                v = np.uint64(indices[j])
                if labels[v] == labels[root] and piece[v] == n:
                    piece[v] = root
                    stack[top] = v
                    top += 1
    labels[:] = piece
    return n_pieces
