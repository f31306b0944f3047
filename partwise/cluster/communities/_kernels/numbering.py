"""Numbers of communities by their sizes."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["ranks_by_size"]


@kernel
def ranks_by_size(labels, n_labels, out):
    """Order the communities by decreasing size, equal ones by their first node.

    Parameters
    ----------
    labels : ndarray (n,), of integers in ``range(n_labels)``
    n_labels : int
    out : int32 ndarray (n,)
        Receives the new labels.

    Notes
    -----
    O(n + n_labels): the communities are listed as they first occur, and then sorted by counting.
    """
    n = len(labels)
    size = np.zeros(n_labels, np.int64)
    rank = np.full(n_labels, -1, np.int32)
    seen = np.empty(min(n, n_labels), np.int64)
    n_seen = 0
    for v in range(n):
        c = labels[v]
        size[c] += 1
        if size[c] == 1:
            seen[n_seen] = c
            n_seen += 1
    start = np.zeros(n + 2, np.int64)
    for i in range(n_seen):
        start[n - size[seen[i]] + 1] += 1
    for s in range(n + 1):
        start[s + 1] += start[s]
    for i in range(n_seen):
        c = seen[i]
        at = n - size[c]
        rank[c] = start[at]
        start[at] += 1
    for v in range(n):
        out[v] = rank[labels[v]]
