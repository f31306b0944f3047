"""Fixed labels: all nodes that keep the same label become one node, which never moves."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.cluster.communities._numbering import compact
from partwise.cluster.communities._problem import Problem, label_sums

__all__ = ["Anchored", "anchor", "check_fixed"]


@dataclass(frozen=True)
class Anchored:
    """A smaller problem: the free nodes in their order, then one anchor for every fixed label.

    Attributes
    ----------
    problem : Problem
    node_of : uint32 ndarray of shape (n,)
        The node of the smaller problem that stands for each node.
    """

    problem: Problem
    node_of: NDArray[np.uint32]


def check_fixed(fixed: ArrayLike | None, n: int) -> NDArray[np.int64] | None:
    """Return fixed labels as int64, -1 for free nodes; None if there are none."""
    if fixed is None:
        return None
    array = np.asarray(fixed)
    if array.shape != (n,):
        raise ValueError(f"fixed must have shape ({n},), one label per node, got {array.shape}")
    if array.dtype.kind not in "iu":
        raise TypeError(f"fixed must hold integers, got dtype {array.dtype}")
    bad = (array < -1) | (array >= 2**31 - 1)
    if bad.any():
        at = int(np.argmax(bad))
        raise ValueError(
            f"fixed holds {array[at]} at position {at}, allowed are -1 (free) and labels from 0 to "
            f"{2**31 - 2}"
        )
    labels: NDArray[np.int64] = array.astype(np.int64)
    return labels if (labels >= 0).any() else None


def anchor(problem: Problem, fixed: NDArray[np.int64]) -> Anchored:
    """Contract the fixed nodes, label by label.

    Notes
    -----
    Only rows of free nodes are read: edges between two anchors cannot change any more. O(n) for
    the values of the nodes, and linear in the degrees of the free nodes.
    """
    from partwise.cluster.communities._kernels.aggregate import aggregate_rows, spared_sums
    from partwise.cluster.communities._kernels.anchors import complete_anchors

    loose = np.flatnonzero(fixed < 0)
    n_free = len(loose)
    held = fixed >= 0
    anchors, n_anchors = compact(fixed[held])
    n = n_free + n_anchors
    node_of = np.empty(len(fixed), np.uint32)
    node_of[loose] = np.arange(n_free, dtype=np.uint32)
    node_of[held] = n_free + anchors
    degrees = np.diff(problem.indptr)[loose]
    room = int(degrees.sum()) + 1
    indices, weights = np.empty(room, np.uint32), np.empty(room)
    lengths = np.zeros(n + 1, np.uint64)
    end = int(
        aggregate_rows(
            *problem.csr, node_of, np.arange(n_free + 1, dtype=np.uint64),
            loose.astype(np.uint32), 0, n_free, 0, spared_sums(n), indices, weights, lengths,
        )
    )  # fmt: skip
    lengths[n_free + 1 :] = np.bincount(
        indices[:end][indices[:end] >= n_free] - n_free, minlength=n_anchors
    )
    indptr = np.cumsum(lengths, dtype=np.uint64)
    whole_indices, whole_weights = np.empty(int(indptr[-1]), np.uint32), np.empty(int(indptr[-1]))
    whole_indices[:end], whole_weights[:end] = indices[:end], weights[:end]
    complete_anchors(indptr, n_free, indptr.copy(), whole_indices, whole_weights)
    pinned = np.zeros(n, np.uint8)
    pinned[n_free:] = 1
    bulk = None
    if problem.bulk is not None:
        bulk = np.bincount(node_of, problem.bulk, n).astype(np.uint32)
    smaller = replace(
        problem,
        indptr=indptr,
        indices=whole_indices,
        weights=whole_weights,
        a=label_sums(node_of, problem.a, n),
        b=None if problem.b is None else label_sums(node_of, problem.b, n),
        pinned=pinned,
        bulk=bulk,
    )
    return Anchored(smaller, node_of)
