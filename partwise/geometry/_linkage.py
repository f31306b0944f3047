"""A tree from the linkage of a hierarchical clustering, and the heights of its nodes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.geometry._tree import Tree

__all__ = ["dendrogram_labels", "tree_of_linkage"]


def tree_of_linkage(
    linkage: ArrayLike, weights: ArrayLike | None, names: Sequence[Any] | None
) -> Tree:
    """Return the dendrogram; see :meth:`Tree.from_linkage`."""
    merges = _as_linkage(linkage)
    n = len(merges) + 1
    parents = np.full(2 * n - 1, -1, np.int32)
    parents[merges[:, :2].astype(np.int64)] = np.arange(n, 2 * n - 1)[:, None]
    own = np.zeros(2 * n - 1)
    if weights is None:
        own[:n] = 1.0
    else:
        given = np.asarray(weights)
        if given.dtype.kind not in "iufb":
            raise TypeError(f"weights must be numbers, got {given.dtype}")
        if given.shape != (n,):
            raise ValueError(
                f"weights must have shape ({n},), one for each observation, got {given.shape}"
            )
        own[:n] = given
    called = None
    if names is not None:
        if len(names) != n:
            raise ValueError(f"names must be {n}, one for each observation, got {len(names)}")
        called = [*names, *range(n, 2 * n - 1)]
    return Tree(parents, own, called)


def dendrogram_labels(linkage: ArrayLike) -> NDArray[np.float64]:
    """Return the height of every node of ``Tree.from_linkage(linkage)``.

    The distance of two observations in the ultrametric of the clustering is the height of their
    lowest common ancestor.

    Parameters
    ----------
    linkage : array-like of shape (n - 1, 4)
        As scipy's ``linkage`` returns it.

    Returns
    -------
    float64 ndarray of shape (2 n - 1,)
        0 for the n observations, then the height at which each cluster was merged.

    Raises
    ------
    ValueError
        What is no linkage, or a cluster merged at a lower height than one that is in it, as the
        methods ``centroid`` and ``median`` may give: these heights are no ultrametric.

    Notes
    -----
    O(n) time.

    Examples
    --------
    >>> dendrogram_labels([[0, 1, 0.5, 2], [2, 3, 2.0, 3]]).tolist()
    [0.0, 0.0, 0.0, 0.5, 2.0]
    """
    merges = _as_linkage(linkage)
    n = len(merges) + 1
    heights = np.concatenate((np.zeros(n), merges[:, 2]))
    lower = heights[merges[:, :2].astype(np.int64)].max(axis=1, initial=0.0) > merges[:, 2]
    if lower.any():
        row = int(np.argmax(lower))
        raise ValueError(
            f"linkage must not descend, row {row} merges at {merges[row, 2]} what was merged higher"
        )
    return heights


def _as_linkage(linkage: ArrayLike) -> NDArray[np.float64]:
    given = np.asarray(linkage)
    if given.dtype.kind not in "iuf":
        raise TypeError(f"linkage must be numbers, got {given.dtype}")
    if given.ndim != 2 or given.shape[1] != 4 or given.shape[0] == 0:
        raise ValueError(f"linkage must have shape (n - 1, 4), at least one row, got {given.shape}")
    merges = given.astype(np.float64)
    n = len(merges) + 1
    clusters = merges[:, :2]
    known = (clusters >= 0) & (clusters < np.arange(n, 2 * n - 1)[:, None])
    known &= clusters == np.floor(clusters)
    if not known.all():
        row, side = np.argwhere(~known)[0]
        raise ValueError(
            f"linkage must merge clusters made before, row {row} has {clusters[row, side]:g}, "
            f"allowed are integers from 0 to {n + row - 1}"
        )
    merged, first = np.unique(clusters, return_index=True)
    if len(merged) < clusters.size:
        at = np.setdiff1d(np.arange(clusters.size), first)[0]
        raise ValueError(
            f"linkage must merge each cluster once, row {at // 2} has {clusters.flat[at]:g} again"
        )
    wrong = np.flatnonzero(~(np.isfinite(merges[:, 2]) & (merges[:, 2] >= 0)))
    if wrong.size:
        raise ValueError(
            f"linkage must have finite heights of at least 0, row {wrong[0]} has "
            f"{merges[wrong[0], 2]}"
        )
    return merges
