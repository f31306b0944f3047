"""Communities that are too small join a neighbour."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from partwise.cluster.communities._problem import Problem

__all__ = ["join_small"]


def join_small(problem: Problem, labels: NDArray[np.uint32], min_size: int) -> NDArray[np.uint32]:
    """Merge communities of fewer than `min_size` nodes, the smallest first.

    Each goes to the neighbour with which the quality is largest, as far as the capacity allows. A
    community without a neighbour, or between two anchors, stays as it is.

    Parameters
    ----------
    problem : Problem
        With sizes (`bulk`).
    labels : uint32 ndarray of shape (n,)
        In ``range(n_communities)``, all of them used.
    min_size : int

    Returns
    -------
    uint32 ndarray of shape (n,)
        In ``range(n_communities)`` of the smaller number.

    Notes
    -----
    In each round every community merges at most once, so that the weights between them are right;
    O(m) time a round, and at most about log(min_size) rounds in practice.
    """
    from partwise.cluster.communities._kernels.aggregate import piece_members
    from partwise.cluster.communities._kernels.small import choose_partners
    from partwise.cluster.communities._threaded import aggregate

    assert problem.bulk is not None
    capacity = problem.capacity
    own = labels
    while True:
        n_communities = int(own.max(initial=0)) + 1
        starts = np.zeros(n_communities + 1, np.uint64)
        nodes = np.empty(problem.n, np.uint32)
        piece_members(own, starts, nodes)
        problem = replace(aggregate(problem, own, starts, nodes, 1), capacity=capacity)
        assert problem.bulk is not None
        small = np.flatnonzero(problem.bulk < min_size)
        small = small[np.argsort(problem.bulk[small], kind="stable")]
        partner = np.arange(problem.n, dtype=np.uint32)
        merges = choose_partners(
            *problem.csr, *problem.null_model, problem.pinned, problem.bulk, capacity,
            small.astype(np.uint32), partner,
        )  # fmt: skip
        if merges == 0:
            return labels
        number = np.cumsum(partner == np.arange(problem.n)) - 1
        own = number[partner].astype(np.uint32)
        labels = own[labels]
