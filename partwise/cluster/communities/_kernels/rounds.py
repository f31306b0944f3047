"""Local moving on several threads, with the same result for any number of them.

Nodes are taken in batches. The threads decide for every node of a batch on the state before the
batch; then the moves are made one after the other, in the order of the batch. A move is made only
if it is sure to gain: the sums of communities are read anew, and for every neighbour that moved
meanwhile the worst is assumed. What is not sure waits for a later round, as do the neighbours of
what moved, which the threads mark while they decide for the next batch.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from partwise.cluster.communities._kernels.move import (
    _CACHED,
    _SLACK,
    ROW,
    SPARE,
    _add,
    _times,
    _value,
    announce_neighbours,
    announce_node,
    announce_row,
    penalty,
    zero_like,
)
from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel

__all__ = ["LINE", "round_moves", "waiting_nodes"]

LINE = 64
"""Bytes of a cache line: two threads that write to one wait for each other."""

_ROW = np.uint64(ROW)
_SPARE_MASK = np.uint64(SPARE - 1)
_0, _1, _3, _6 = (np.uint64(i) for i in (0, 1, 3, 6))
_EMPTY = np.uint32(0xFFFFFFFF)


@kernel
def _decide_range(
    indptr, indices, weights, a, b, coefficient, labels, table, members, bulk, held, capacity,
    batch, first, last, sums, touched, target, linked, inside,
):  # fmt: skip
    """Find the best community for the nodes ``batch[first:last]``; only the outputs change."""
    spare = np.uint64(len(labels))
    far = spare > _CACHED
    end = np.uint64(last) - _1
    for i in range(np.uint64(first), np.uint64(last)):
        v = np.uint64(batch[i])
        if far:
            announce_node(indptr, labels, a, np.uint64(batch[min(i + _6, end)]))
            announce_row(indptr, indices, weights, np.uint64(batch[min(i + _3, end)]))
            announce_neighbours(indptr, indices, labels, np.uint64(batch[min(i + _1, end)]))
        own = np.uint64(labels[v])
        n_touched = _0
        within = zero_like(weights)
        for j in range(indptr[v], indptr[v + _1]):
            d = np.uint64(labels[np.uint64(indices[j])])
            mine = d == own
            at = (spare + (j & _SPARE_MASK)) if mine else d
            before = sums[at]
            touched[n_touched] = d
            n_touched += np.uint64(before == 0.0)
            sums[at] = before + arc_weight(weights, j)
            within += arc_weight(weights, j) * mine
        value_b = _value(b, v)
        x = a[v] * coefficient
        y = _times(value_b, coefficient)
        # the node itself counts in the sums of its own community; that is taken back here
        stay = within - penalty(table, own * _ROW, x, y) + x * (a[v] if b is None else 2.0 * b[v])
        alone = members[own] == 1
        if within == 0.0 and not alone:
            stay = -np.inf
        best = stay
        choice = np.uint32(own)
        weight_there = within
        for k in range(n_touched):
            d = np.uint64(touched[k])
            weight = sums[d]
            sums[d] = 0.0
            score = weight - penalty(table, d * _ROW, x, y)
            if score > best and (bulk is None or held[d] + bulk[v] <= capacity):
                best = score
                choice = np.uint32(d)
                weight_there = weight
        if best < 0.0 and not alone:
            choice = _EMPTY
            weight_there = 0.0
        target[i] = choice
        linked[i] = weight_there
        inside[i] = within


@kernel
def _commit_range(
    indptr, indices, weights, a, b, coefficient, labels, table, members, free, n_free,
    pinned, bulk, held, capacity, batch, first, last, target, linked, inside, moved, waiting,
):  # fmt: skip
    """Make the moves of ``batch[first:last]`` that are sure to gain; what is not sure waits.

    Returns the number of moves, and of empty communities.
    """
    moves = 0
    top = np.uint64(n_free)
    for i in range(np.uint64(first), np.uint64(last)):
        v = np.uint64(batch[i])
        own = np.uint64(labels[v])
        to = target[i]
        if to == np.uint32(own):
            # a neighbour that moves sets it waiting again
            continue
        if pinned[v]:
            continue
        alone = members[own] == 1
        if to == _EMPTY:
            if alone:
                continue
            to = free[top - _1]
        elif members[to] == 0 or (bulk is not None and held[np.uint64(to)] + bulk[v] > capacity):
            waiting[v] = 1  # its choice is full, or was left
            continue
        there = np.uint64(to)
        value_b = _value(b, v)
        x = a[v] * coefficient
        y = _times(value_b, coefficient)
        lost = penalty(table, own * _ROW, x, y) - x * (a[v] if b is None else 2.0 * b[v])
        taken = penalty(table, there * _ROW, x, y)
        gain = (linked[i] - taken) - (inside[i] - lost)
        least = _SLACK * (linked[i] + inside[i] + taken + lost)
        # a node without edges into its own community leaves it in any case
        astray = inside[i] == 0.0 and not alone and gain >= 0.0
        shifted = zero_like(weights)
        if gain > least or astray:
            for j in range(indptr[v], indptr[v + _1]):
                shifted += arc_weight(weights, j) * moved[np.uint64(indices[j])]
        if gain - 2.0 * shifted <= least and not (astray and shifted == 0.0):
            waiting[v] |= np.uint8(gain > 0.0)
            continue
        if members[there] == 0:
            top -= _1
        moves += 1
        _add(table, own * _ROW, a[v], value_b, -1.0)
        _add(table, there * _ROW, a[v], value_b, 1.0)
        labels[v] = to
        moved[v] = 1
        members[own] -= np.uint32(1)
        members[there] += np.uint32(1)
        if alone:
            free[top] = own
            top += _1
        if bulk is not None:
            held[own] -= bulk[v]
            held[there] += bulk[v]
    return moves, np.int64(top)


@kernel
def _call_neighbours(indptr, indices, labels, batch, first, last, moved, waiting, unused):
    """Let the neighbours of ``batch[first:last]`` wait that are not in the community moved to.

    Threads may do so at once, since all write the same; what need not be written goes to `unused`.
    """
    for i in range(np.uint64(first), np.uint64(last)):
        v = np.uint64(batch[i])
        if not moved[v]:
            continue
        own = labels[v]
        for j in range(indptr[v], indptr[v + _1]):
            u = np.uint64(indices[j])
            waiting[u if labels[u] != own else np.uint64(unused)] = 1


@kernel(parallel=True)
def round_moves(
    indptr, indices, weights, a, b, coefficient, labels, table, members, free, n_free,
    pinned, bulk, held, capacity, active, shares, sums, touched, target, linked, inside,
    moved, waiting,
):  # fmt: skip
    """Move nodes batch by batch: all threads decide, one makes the moves, all tell the neighbours.

    Parameters
    ----------
    indptr, indices, weights, a, b, coefficient, labels, table, members, free, n_free, pinned
        As for :func:`~partwise.cluster.communities._kernels.move.local_moves`, as are `bulk`,
        `held` and `capacity`.
    active : uint32 ndarray (k,)
        The nodes to visit.
    shares : int64 ndarray (n_batches, n_threads + 1)
        Thread t decides for ``active[shares[i, t]:shares[i, t + 1]]`` in batch i.
    sums : float64 ndarray (n_threads, n + SPARE)
        Zeros before and after, but positive in the spare places.
    touched : uint32 ndarray (n_threads, n + 1)
    target, linked, inside : uint32, float64, float64 ndarray (k,)
        Scratch: decisions (2**32 - 1 for an empty community), the weights to the chosen and to the
        own community.
    moved : uint8 ndarray (n,)
        Zeros before and after.
    waiting : uint8 ndarray (n + n_threads * LINE,)
        1 for nodes that must be looked at; changed. The rest is scratch.

    Returns
    -------
    n_moves, n_free : int
    """
    moves = 0
    n_batches = len(shares)
    for k in range(n_batches + 1):
        for t in prange(shares.shape[1] - 1):
            if k > 0:
                _call_neighbours(
                    indptr, indices, labels, active, shares[k - 1, t], shares[k - 1, t + 1],
                    moved, waiting, len(labels) + t * LINE,
                )  # fmt: skip
            if k < n_batches:
                _decide_range(
                    indptr, indices, weights, a, b, coefficient, labels, table, members,
                    bulk, held, capacity, active, shares[k, t], shares[k, t + 1], sums[t],
                    touched[t], target, linked, inside,
                )  # fmt: skip
        if k > 0:
            for i in range(shares[k - 1, 0], shares[k - 1, -1]):
                moved[active[i]] = 0
        if k == n_batches:
            break
        first, last = shares[k, 0], shares[k, -1]
        for i in range(first, last):
            waiting[active[i]] = 0
        more, n_free = _commit_range(
            indptr, indices, weights, a, b, coefficient, labels, table, members, free, n_free,
            pinned, bulk, held, capacity, active, first, last, target, linked, inside,
            moved, waiting,
        )  # fmt: skip
        moves += more
    return moves, n_free


@kernel
def waiting_nodes(sequence, waiting, out):
    """List the waiting nodes in the order of the sequence, and return how many there are."""
    put = _0
    for i in range(len(sequence)):
        v = sequence[i]
        out[put] = v
        put += np.uint64(waiting[np.uint64(v)])
    return np.int64(put)
