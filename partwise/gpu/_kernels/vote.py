"""The vote of the neighbours on the CPU."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["vote"]


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
                if best < 0 or sums[r] > best_sum or (sums[r] == best_sum and r < best):
                    best, best_sum = r, sums[r]
                is_there[r] = 0
                sums[r] = 0.0
        winner[v], won[v] = best, best_sum
