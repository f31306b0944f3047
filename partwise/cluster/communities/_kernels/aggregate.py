"""The graph of the pieces: each becomes one node, edges between two pieces become one edge."""

from __future__ import annotations

import numpy as np

from partwise.cluster.communities._kernels.move import SPARE
from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel

__all__ = ["aggregate_rows", "number_pieces", "piece_capacity", "piece_members", "spared_sums"]

_0, _1 = np.uint64(0), np.uint64(1)
_SPARE_MASK = np.uint64(SPARE - 1)


@kernel
def number_pieces(piece, number):
    """Replace the first node of every piece by the number of the piece, in order; return how many.

    Parameters
    ----------
    piece : uint32 ndarray (n,)
        The first node of each node's piece.
    number : uint32 ndarray (n,)
        Scratch.
    """
    n_pieces = np.uint32(0)
    for v in range(len(piece)):
        number[v] = n_pieces
        n_pieces += np.uint32(piece[v] == v)
    for v in range(len(piece)):
        piece[v] = number[np.uint64(piece[v])]
    return np.int64(n_pieces)


@kernel
def piece_members(piece, starts, nodes):
    """Sort the nodes by piece: those of p are ``nodes[starts[p]:starts[p + 1]]``.

    Parameters
    ----------
    piece : uint32 ndarray (n,)
    starts : uint64 ndarray (n_pieces + 1,)
        Zeros; filled.
    nodes : uint32 ndarray (n,)
    """
    for v in range(len(piece)):
        starts[np.uint64(piece[v])] += _1
    total = _0
    for p in range(len(starts)):
        total += starts[p]
        starts[p] = total
    for v in range(len(piece) - 1, -1, -1):
        p = np.uint64(piece[v])
        at = starts[p] - _1
        starts[p] = at
        nodes[at] = v


@kernel
def piece_capacity(indptr, starts, nodes, capacity):
    """Fill in where the row of every piece may begin: no row is longer than those of its nodes."""
    total = _0
    for p in range(len(starts) - 1):
        capacity[p] = total
        for i in range(starts[p], starts[p + 1]):
            v = np.uint64(nodes[i])
            total += indptr[v + _1] - indptr[v]
    capacity[len(starts) - 1] = total


@kernel
def aggregate_rows(
    indptr, indices, weights, piece, starts, nodes, first, last, begin,
    sums, new_indices, new_weights, lengths,
):  # fmt: skip
    """Write the rows of the pieces ``first:last`` one after the other, from `begin` on.

    Parameters
    ----------
    indptr, indices, weights, piece
        A graph and the piece of every node.
    starts, nodes
        From :func:`piece_members`.
    sums : float64 ndarray (n_pieces + SPARE,)
        Zeros before and after, but positive in the spare places.
    new_indices, new_weights : uint32, float64 ndarray
        One longer than the rows of all nodes together.
    lengths : uint64 ndarray (n_pieces + 1,)
        Receives the length of row p at ``p + 1``.

    Returns
    -------
    uint64
        Where the last row ended.
    """
    put = np.uint64(begin)
    spare = np.uint64(len(sums) - SPARE)
    for p in range(np.uint64(first), np.uint64(last)):
        row = put
        for i in range(starts[p], starts[p + _1]):
            v = np.uint64(nodes[i])
            for j in range(indptr[v], indptr[v + _1]):
                q = np.uint64(piece[np.uint64(indices[j])])
                # weight inside the piece goes to the spare sums, see the kernels in ``move``
                at = spare + (j & _SPARE_MASK) if q == p else q
                before = sums[at]
                new_indices[put] = q
                put += np.uint64(before == 0.0)
                sums[at] = before + arc_weight(weights, j)
        for i in range(row, put):
            q = np.uint64(new_indices[i])
            new_weights[i] = sums[q]
            sums[q] = 0.0
        lengths[p + _1] = put - row
    return put


@kernel
def spared_sums(n):
    """Return zeros for n sums, and positive numbers in the spare places behind them."""
    sums = np.zeros(n + SPARE)
    sums[n:] = 1.0
    return sums
