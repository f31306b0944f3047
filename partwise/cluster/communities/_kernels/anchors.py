"""The rows of the anchors, which stand for nodes with fixed labels."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["complete_anchors"]

_1 = np.uint64(1)


@kernel
def complete_anchors(indptr, n_free, cursor, indices, weights):
    """Write the edges of the free nodes to anchors into the rows of the anchors.

    Parameters
    ----------
    indptr : uint64 ndarray (n + 1,)
    n_free : int
        Nodes from there on are anchors.
    cursor : uint64 ndarray (n + 1,)
        A copy of `indptr`, used up.
    indices, weights : ndarray
        The rows of the free nodes; those of the anchors are filled.
    """
    for u in range(np.uint64(n_free)):
        for j in range(indptr[u], indptr[u + _1]):
            v = np.uint64(indices[j])
            if v >= np.uint64(n_free):
                at = cursor[v]
                cursor[v] = at + _1
                indices[at] = u
                weights[at] = weights[j]
