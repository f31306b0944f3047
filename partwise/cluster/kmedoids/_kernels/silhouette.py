"""The silhouette of objects, from rows of their dissimilarities."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["silhouette_rows"]


@kernel
def _value(own, self_distance, sums, lane, sizes):
    """Return the silhouette of one object from its summed dissimilarities to every cluster."""
    if sizes[own] <= 1:
        return 0.0
    within = (sums[own, lane] - self_distance) / (sizes[own] - 1)
    nearest = np.inf
    for c in range(sizes.size):
        if c != own:
            nearest = min(nearest, sums[c, lane] / sizes[c])
    largest = max(within, nearest)
    return (nearest - within) / largest if largest > 0.0 else 0.0


@kernel
def silhouette_rows(block, first, labels, sizes, sums, out):
    """Write the silhouettes of the objects from `first` on whose rows are in `block`.

    Parameters
    ----------
    block : ndarray of shape (b, n)
        Dissimilarities of object ``first + i`` to all objects in row i.
    labels : uint32 ndarray of shape (n,)
        Clusters, from 0 to k - 1.
    sizes : int64 ndarray of shape (k,)
        None is 0; k is at least 2.
    sums : float64 ndarray of shape (k, 4)
        Room: four objects at a time, so that what is added up does not wait for itself.
    out : float64 ndarray of shape (n,)

    Notes
    -----
    O(b (n + k)) time. Every sum is taken in the order of the objects, whatever the blocks.
    """
    b, n = block.shape
    whole = b - b % 4
    for i in range(0, whole, 4):
        p, q, r, s = block[i], block[i + 1], block[i + 2], block[i + 3]
        sums[:] = 0.0
        for x in range(n):
            c = labels[x]
            sums[c, 0] += np.float64(p[x])
            sums[c, 1] += np.float64(q[x])
            sums[c, 2] += np.float64(r[x])
            sums[c, 3] += np.float64(s[x])
        for lane in range(4):
            o = first + i + lane
            d = np.float64(block[i + lane, o])
            out[o] = _value(np.int64(labels[o]), d, sums, lane, sizes)
    for i in range(whole, b):
        sums[:] = 0.0
        row = block[i]
        for x in range(n):
            sums[labels[x], 0] += np.float64(row[x])
        o = first + i
        out[o] = _value(np.int64(labels[o]), np.float64(row[o]), sums, 0, sizes)
