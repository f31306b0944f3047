"""Which community gets which number."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["by_size", "compact", "with_fixed"]


def compact(labels: NDArray[np.integer]) -> tuple[NDArray[np.int64], int]:
    """Give the labels the numbers 0, 1, ... in the order in which they first occur."""
    kinds, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(kinds), np.int64)
    rank[np.argsort(first)] = np.arange(len(kinds))
    return rank[inverse], len(kinds)


def by_size(labels: NDArray[np.integer]) -> NDArray[np.int32]:
    """Order communities by decreasing size, equal ones by their smallest node.

    Parameters
    ----------
    labels : ndarray of shape (n,), of non-negative integers

    Returns
    -------
    int32 ndarray of shape (n,)

    Examples
    --------
    >>> by_size(np.array([7, 2, 2, 5, 5])).tolist()
    [2, 0, 0, 1, 1]
    """
    from partwise.cluster.communities._kernels.numbering import ranks_by_size

    out = np.empty(len(labels), np.int32)
    if len(labels):
        ranks_by_size(labels, int(labels.max()) + 1, out)
    return out


def with_fixed(labels: NDArray[np.integer], fixed: NDArray[np.int64]) -> NDArray[np.int32]:
    """Give communities that hold a fixed label its number, the others the smallest free ones.

    Parameters
    ----------
    labels : ndarray of shape (n,), of non-negative integers
        Nodes with the same fixed label share a community, others do not.
    fixed : int64 ndarray of shape (n,)
        Fixed labels, -1 for free nodes.
    """
    numbered = by_size(labels)
    n_communities = int(numbered.max(initial=-1)) + 1
    names = np.full(n_communities, -1, np.int64)
    held = fixed >= 0
    names[numbered[held]] = fixed[held]
    loose = np.flatnonzero(names < 0)
    taken = np.unique(fixed[held])
    numbers = np.setdiff1d(np.arange(n_communities + len(taken)), taken)[: len(loose)]
    names[loose] = numbers
    return names[numbered].astype(np.int32)
