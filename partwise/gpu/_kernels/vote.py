"""The vote of the neighbours on the CPU."""

from __future__ import annotations

import numpy as np

from partwise.gpu._kernels import bodies
from partwise.kernels.jit import kernel

__all__ = ["vote", "vote_of_nodes"]

_is_better = kernel(bodies.is_better)


@kernel
def vote(indptr, indices, weights, label, n_labels, winner, won):
    """Find for every node the label with the largest sum of weights over its arcs.

    Parameters
    ----------
    indptr, indices
        Arcs in rows.
    weights : float64 ndarray of shape (m,), or None
    label : int32 ndarray of shape (n,)
        From 0 up to but not `n_labels`.
    winner : int32 ndarray of shape (n,)
        Output; of several the smallest label, -1 for nodes without arcs.
    won : float64 ndarray of shape (n,)
        Output: the sum.
    """
    sums, is_there = np.zeros(n_labels), np.zeros(n_labels, np.uint8)
    for v in range(winner.size):
        best, best_sum = -1, 0.0
        for arc in range(indptr[v], indptr[v + 1]):
            r = label[indices[arc]]
            is_there[r] = 1
            sums[r] += 1.0 if weights is None else weights[arc]
        for arc in range(indptr[v], indptr[v + 1]):
            r = label[indices[arc]]
            if is_there[r] != 0:
                if _is_better(sums[r], r, best_sum, best):
                    best, best_sum = r, sums[r]
                is_there[r] = 0
                sums[r] = 0.0
        winner[v], won[v] = best, best_sum


@kernel
def vote_of_nodes(indptr, indices, weights, weighted, label, nodes, size, winner, won):
    """Find the same for some nodes of few arcs: no table of all labels, but quadratic time.

    Parameters
    ----------
    indptr, indices, label, winner, won
        See :func:`vote`.
    weights : float64 ndarray of shape (m,)
    weighted : int
        0 where weights are 1 and not read.
    nodes : int32 ndarray of shape (size,)
    size : int
    """
    for v in nodes[:size]:
        first, last = indptr[v], indptr[v + 1]
        best, best_sum = -1, 0.0
        for arc in range(first, last):
            candidate, total, is_new = label[indices[arc]], 0.0, True
            for other in range(first, last):
                if label[indices[other]] != candidate:
                    continue
                if other < arc:
                    is_new = False
                    break
                total += weights[other] if weighted != 0 else 1.0
            if is_new and _is_better(total, candidate, best_sum, best):
                best, best_sum = candidate, total
        winner[v], won[v] = best, best_sum
