"""Contraction of graphs: by a sort and sums over runs on a device, row by row on the CPU."""

from __future__ import annotations

from typing import Any

import numpy as np

from partwise.gpu._backend import Backend
from partwise.gpu._segments import run_starts, segment_sums

__all__ = ["contracted", "first_nodes"]


def first_nodes(xp: Any, indptr: Any, n_arcs: int) -> Any:
    """Return the node that each arc begins at, int32 of shape (m,)."""
    places = xp.arange(n_arcs, dtype=xp.int64)
    return (xp.searchsorted(indptr, places, side="right") - 1).astype(xp.int32)


def contracted(
    backend: Backend, indptr: Any, indices: Any, weights: Any, cluster: Any, n_clusters: int
) -> tuple[Any, Any, Any]:
    """Return the arcs between clusters, their weights summed up; those inside vanish.

    Parameters
    ----------
    backend : Backend
    indptr, indices : int64 array of shape (n + 1,), int32 array of shape (m,)
    weights : float64 array of shape (m,), or None
        Whole numbers of a sum below 2^53: sums are exact then, in any order. None is 1 each.
    cluster : int32 array of shape (n,)
        From 0 up to but not `n_clusters`.

    Returns
    -------
    indptr, indices, weights
        Rows are sorted on a device, and in the order of their first arcs on the CPU.

    Notes
    -----
    O(m log m) time on a device, where a sort takes less than tables in memory; O(m) on the CPU.
    """
    if backend.is_host:
        return _on_host(indptr, indices, weights, cluster, n_clusters)
    xp = backend.xp
    source = cluster[first_nodes(xp, indptr, int(indices.shape[0]))]
    target = cluster[indices]
    crossing = source != target
    key = source[crossing].astype(xp.int64) * n_clusters + target[crossing]
    del source, target
    if weights is None:
        key = xp.sort(key)
        starts = run_starts(backend, key)
        sums = xp.diff(starts).astype(xp.float64)
    else:
        order = xp.argsort(key)
        key = key[order]
        starts = run_starts(backend, key)
        sums = segment_sums(backend, weights[crossing][order], starts)
    key = key[starts[:-1]]
    rows = key // n_clusters
    out = xp.zeros(n_clusters + 1, xp.int64)
    xp.cumsum(xp.bincount(rows, minlength=n_clusters), out=out[1:])
    return out, (key - rows * n_clusters).astype(xp.int32), sums


def _on_host(
    indptr: Any, indices: Any, weights: Any, cluster: Any, n_clusters: int
) -> tuple[Any, Any, Any]:
    from partwise.kernels.contraction import contract

    found = contract(
        indptr.view(np.uint64), indices.view(np.uint32), weights,
        np.zeros(len(indptr) - 1, np.int64), cluster.view(np.uint32), n_clusters, np.empty(0),
    )  # fmt: skip
    return found[0].view(np.int64), found[1].view(np.int32), found[2]
