"""Label propagation: nodes take the label that weighs most among their neighbours.

Graphs come without self-loops, as uint64 row pointers, uint32 neighbours and float64 weights or
None; labels are below the number of nodes. `votes` holds zeros between nodes and `seen` the labels
of the neighbours of the node at hand, one entry longer than the largest degree.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel
from partwise.kernels.prefetch import prefetch
from partwise.kernels.rng import next_below

__all__ = ["all_maximal", "colour_classes", "propagate_by_queue", "update_in_order"]

_1 = np.uint64(1)
_AHEAD = np.uint64(6)  # nodes to come whose memory is asked for, in three steps
_3 = np.uint64(3)
_MANY = np.uint64(32)  # neighbours of which the labels are fetched
_NEAR = 1.0 - 1e-12  # labels as heavy as this times the heaviest are ties: sums are rounded


@kernel
def _fetch(indptr, indices, labels, sequence, at, end):
    """Ask for what the nodes after place `at` of a ring of `end` nodes, at least seven, need."""
    place = at + _AHEAD
    v = np.uint64(sequence[place - end if place >= end else place])
    prefetch(indptr, v)
    prefetch(labels, v)
    place = at + _3
    prefetch(indices, indptr[np.uint64(sequence[place - end if place >= end else place])])
    place = at + _1
    v = np.uint64(sequence[place - end if place >= end else place])
    first = indptr[v]
    for j in range(first, min(indptr[v + _1], first + _MANY)):
        prefetch(labels, np.uint64(indices[j]))


@kernel
def _vote(indptr, indices, weights, labels, votes, seen, v):
    """Sum the weights of the neighbours of `v` by label; returns how many labels they have."""
    n_seen = np.uint64(0)
    for j in range(indptr[v], indptr[v + _1]):
        c = labels[np.uint64(indices[j])]
        before = votes[np.uint64(c)]
        seen[n_seen] = c
        n_seen += np.uint64(before == 0.0)
        votes[np.uint64(c)] = before + arc_weight(weights, j)
    return n_seen


@kernel
def _count_heaviest(votes, seen, n_seen):
    """Move the heaviest labels to the front of `seen`, clear the votes, return how many there are.

    They keep the order in which the neighbours have them.
    """
    best = 0.0
    for i in range(n_seen):
        best = max(best, votes[np.uint64(seen[i])])
    limit = best * _NEAR
    n_best = np.uint64(0)
    for i in range(n_seen):
        c = seen[i]
        heavy = votes[np.uint64(c)] >= limit
        votes[np.uint64(c)] = 0.0
        seen[n_best] = c
        n_best += np.uint64(heavy)
    return n_best


@kernel
def _contains(seen, n_best, label):
    found = False
    for i in range(n_best):
        found |= seen[i] == label
    return found


@kernel
def update_in_order(
    indptr, indices, weights, labels, pinned, order, keep, largest, votes, seen, state
):
    """Give every node of `order`, one after the other, a heaviest label of its neighbours.

    Parameters
    ----------
    labels : uint32 array
        Updated.
    pinned : uint8 array
        Nodes that keep their label.
    keep : bool
        Whether a node keeps its label if that is among the heaviest.
    largest : bool
        Whether the largest label wins a tie, and not one at random.

    Returns
    -------
    int
        Number of nodes whose label changed.
    """
    n_changed = 0
    end = np.uint64(len(order))
    for i in range(end):
        v = np.uint64(order[i])
        if end > _AHEAD:
            _fetch(indptr, indices, labels, order, i, end)
        if pinned[v]:
            continue
        n_seen = _vote(indptr, indices, weights, labels, votes, seen, v)
        n_best = _count_heaviest(votes, seen, n_seen)
        if n_best == 0 or (keep and _contains(seen, n_best, labels[v])):
            continue
        new = seen[0]
        if n_best > 1 and largest:
            for k in range(n_best):
                new = max(new, seen[k])
        elif n_best > 1:
            new = seen[np.uint64(next_below(state, n_best))]
        n_changed += new != labels[v]
        labels[v] = new
    return n_changed


@kernel
def all_maximal(indptr, indices, weights, labels, pinned, votes, seen):
    """Tell whether every free node has a label that is among the heaviest of its neighbours."""
    for v in range(np.uint64(len(labels))):
        if pinned[v] or indptr[v] == indptr[v + _1]:
            continue
        n_seen = _vote(indptr, indices, weights, labels, votes, seen, v)
        n_best = _count_heaviest(votes, seen, n_seen)
        if not _contains(seen, n_best, labels[v]):
            return False
    return True


@kernel
def propagate_by_queue(
    indptr, indices, weights, labels, pinned, queue, queued, limit, votes, seen, state
):
    """Update nodes from a queue, and put those into it that a change may have left dissatisfied.

    Whenever a node changes its label, its neighbours with another label than the new one may have
    lost a heaviest label: they are queued, unless they already are. So a node outside the queue
    always has a heaviest label.

    Parameters
    ----------
    queue : uint32 array of shape (n,)
        All free nodes, in the order in which to visit them; used as a ring.
    queued : uint8 array of shape (n,)
        1 for the nodes of `queue`.
    limit : int
        Most visits.

    Returns
    -------
    visits : int
    waiting : int
        Nodes left in the queue, 0 unless the limit was reached.
    """
    capacity = np.uint64(len(queue))
    head, waiting, visits = np.uint64(0), capacity, 0
    while waiting > 0 and visits < limit:
        v = np.uint64(queue[head])
        if capacity > _AHEAD:
            _fetch(indptr, indices, labels, queue, head, capacity)
        head += _1
        if head == capacity:
            head = np.uint64(0)
        waiting -= _1
        queued[v] = 0
        visits += 1
        n_seen = _vote(indptr, indices, weights, labels, votes, seen, v)
        n_best = _count_heaviest(votes, seen, n_seen)
        if n_best == 0 or _contains(seen, n_best, labels[v]):
            continue
        new = seen[0] if n_best == 1 else seen[np.uint64(next_below(state, n_best))]
        labels[v] = new
        for j in range(indptr[v], indptr[v + _1]):
            u = np.uint64(indices[j])
            if labels[u] != new and not queued[u] and not pinned[u]:
                tail = head + waiting
                queue[tail - capacity if tail >= capacity else tail] = u
                queued[u] = 1
                waiting += _1
    return visits, waiting


@kernel
def colour_classes(indptr, indices, colour, taken):
    """Colour every node, in order, with the smallest colour that no neighbour has.

    Parameters
    ----------
    colour : int32 array of shape (n,)
        -1 everywhere; filled.
    taken : int64 array
        -1 everywhere, one entry longer than the largest degree: which node a colour is taken for.
    """
    for v in range(np.uint64(len(colour))):
        for j in range(indptr[v], indptr[v + _1]):
            c = colour[np.uint64(indices[j])]
            if c >= 0:
                taken[c] = v
        c = 0
        while taken[c] == np.int64(v):
            c += 1
        colour[v] = c
