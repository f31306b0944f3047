"""The vote of the neighbours on the CPU."""

from __future__ import annotations

from partwise.gpu._kernels import bodies
from partwise.kernels.jit import kernel

__all__ = ["vote", "vote_of_nodes"]

_is_better = kernel(bodies.is_better)


@kernel(allocates=False)
def vote(
    indptr, indices, weights, label, share, total, mass, nodes, job, n_jobs, sums, is_there,
    winner, won, kept,
):  # fmt: skip
    """Find the best label but its own, of every n_jobs-th node from number `job` on.

    Parameters
    ----------
    indptr, indices
        Arcs in rows; self-loops do not count.
    weights : float64 ndarray of shape (m,), or None
    label : int32 ndarray of shape (n,)
        From 0 on, below the length of `sums`.
    share, total, mass : float64 ndarray, or None
        A label r is worth ``share[v] * total[r]`` less than the sum of the weights, and a node's
        own ``share[v] * (total[r] - mass[v])`` less.
    nodes : int32 ndarray of shape (k,)
    job, n_jobs : int
    sums, is_there : float64 and uint8 ndarray
        0 everywhere, before and after.
    winner, won, kept : int32 and float64 ndarrays of shape (n,)
        Output: of several best labels the smallest, -1 where there is no other; its score; the
        score of the node's own.
    """
    for i in range(job, nodes.size, n_jobs):
        v = nodes[i]
        own = label[v]
        for arc in range(indptr[v], indptr[v + 1]):
            u = indices[arc]
            if u != v:
                is_there[label[u]] = 1
                sums[label[u]] += 1.0 if weights is None else weights[arc]
        for_own = sums[own]
        sums[own] = 0.0
        is_there[own] = 0
        best, score = -1, 0.0
        for arc in range(indptr[v], indptr[v + 1]):
            r = label[indices[arc]]
            if is_there[r] == 0:
                continue
            found = sums[r]
            if share is not None:
                found -= share[v] * total[r]
            if _is_better(found, r, score, best):
                best, score = r, found
            is_there[r] = 0
            sums[r] = 0.0
        if share is not None:
            for_own -= share[v] * (total[own] - mass[v])
        winner[v], won[v], kept[v] = best, score, for_own


@kernel(allocates=False)
def vote_of_nodes(
    indptr, indices, weights, weighted, label, penalised, share, total, mass, nodes, size, winner,
    won, kept,
):  # fmt: skip
    """Find the same for some nodes of few arcs: no table of all labels, but quadratic time.

    Parameters
    ----------
    indptr, indices, label, share, total, mass, winner, won, kept
        See :func:`vote`.
    weights : float64 ndarray of shape (m,)
    weighted, penalised : int
        0 where weights are 1 and not read, and where there is no penalty.
    nodes : int32 ndarray of shape (size,)
    size : int
    """
    for v in nodes[:size]:
        own, first, last = label[v], indptr[v], indptr[v + 1]
        best, score, for_own = -1, 0.0, 0.0
        for arc in range(first, last):
            candidate, found, is_new = label[indices[arc]], 0.0, indices[arc] != v
            for other in range(first, last):
                if indices[other] == v or label[indices[other]] != candidate:
                    continue
                if other < arc:
                    is_new = False
                    break
                found += weights[other] if weighted != 0 else 1.0
            if is_new and candidate == own:
                for_own = found
            elif is_new:
                if penalised != 0:
                    found -= share[v] * total[candidate]
                if _is_better(found, candidate, score, best):
                    best, score = candidate, found
        if penalised != 0:
            for_own -= share[v] * (total[own] - mass[v])
        winner[v], won[v], kept[v] = best, score, for_own
