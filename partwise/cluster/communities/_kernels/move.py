"""Local moving: nodes go to the neighbouring community that gains most, until none gains.

Every quality function here is a sum over communities of the weight inside minus a null model that
is a product of sums, so that the gain of node v from joining community d (v not counted) is

    w(v, d) - c s_v S_d                       with one sum a community (modularity, CPM), or
    w(v, d) - c (a_v B_d + b_v A_d)           with two (directed and bipartite modularity).

``s`` (or ``a``) and ``b`` are values of the nodes, the capitals their sums over a community and
``c`` is the coefficient. Graphs have no self-loops here; their weight is part of the values.

The table of communities has four floats a row: weight to the node at hand (zero between nodes),
S or A, B, and one that only refinement uses. Weights that need no sum in the table, most often
those of neighbours in the same community, are added to spare rows in turn: additions to one place
wait for one another, branches are mispredicted.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel
from partwise.kernels.prefetch import prefetch

__all__ = ["HUB", "ROW", "SPARE", "hubs_among", "local_moves", "penalty", "zero_like"]

ROW = 4
"""Floats in a row of the table of communities."""

SPARE = 8
"""Spare rows, a power of two."""

HUB = 8
"""Times the mean degree from which on a node is a hub: nearly every move asks for it again."""

_PASS = 0.03  # moves by nodes, for the hubs to be looked at once more
_HUB_BIT = np.uint8(2)
_ROW = np.uint64(ROW)
_SPARE_MASK = np.uint64(SPARE - 1)
_0, _1, _2, _3, _6 = (np.uint64(i) for i in (0, 1, 2, 3, 6))
_CACHED = np.uint64(30_000)  # nodes whose state fits a second-level cache
_AHEAD = np.uint64(32)  # labels prefetched; the processor sees the rest coming
_SLACK = 1e-12  # relative; gains below it are rounding


@kernel
def penalty(table, at, x, y):
    """Return x S_d, or x B_d + y A_d (`y` not None): what the null model takes, by c.

    Parameters
    ----------
    at : uint64
        Where the row of d begins in `table`.
    """
    if y is None:
        return x * table[at + _1]
    return x * table[at + _2] + y * table[at + _1]


@kernel
def zero_like(weights):
    """Return a zero for sums of weights: an integer where every weight is 1."""
    if weights is None:
        return np.int64(0)
    return weights.dtype.type(0)


@kernel
def _value(b, v):
    if b is None:
        return None
    return b[v]


@kernel
def _times(b, x):
    if b is None:
        return None
    return b * x


@kernel
def _add(table, at, a, b, sign):
    table[at + _1] += sign * a
    if b is not None:
        table[at + _2] += sign * b


@kernel
def announce_node(indptr, labels, a, v):
    """Prefetch what is known of a node that is six visits ahead."""
    prefetch(indptr, v)
    prefetch(labels, v)
    prefetch(a, v)


@kernel
def announce_row(indptr, indices, weights, v):
    """Prefetch the beginning of the row of a node that is three visits ahead."""
    prefetch(indices, indptr[v])
    if weights is not None:
        prefetch(weights, indptr[v])


@kernel
def announce_neighbours(indptr, indices, labels, v):
    """Prefetch the labels of the first neighbours of the node that is next."""
    first, last = indptr[v], indptr[v + _1]
    if last > first + _AHEAD:
        last = first + _AHEAD
    for j in range(first, last):
        prefetch(labels, np.uint64(indices[j]))


@kernel
def hubs_among(indptr, sequence):
    """Return the hubs of a graph, in the order of a sequence of its nodes."""
    n = len(indptr) - 1
    limit = np.uint64(HUB * (indptr[n] / max(n, 1)))
    count = 0
    for v in range(n):
        count += indptr[v + 1] - indptr[v] > limit
    hubs = np.empty(count, np.uint32)
    put = 0
    if count > 0:
        for i in range(len(sequence)):
            v = np.uint64(sequence[i])
            if indptr[v + _1] - indptr[v] > limit:
                hubs[put] = v
                put += 1
    return hubs[:put]


@kernel
def local_moves(
    indptr, indices, weights, a, b, coefficient,
    labels, table, members, free, n_free, pinned, bulk, held, capacity,
    queue, n_queued, waiting, hubs, touched,
):  # fmt: skip
    """Move the queued nodes, and all that their moves put into the queue again, until none is left.

    Hubs are put there again when all others have come to rest, and not any more once few nodes have
    moved since the last time; but if no node has moved at all, none would gain.

    Parameters
    ----------
    indptr, indices, weights : uint64 ndarray (n + 1,), uint32 ndarray, float64 ndarray or None
        An undirected graph without self-loops.
    a, b : float64 ndarray (n,), the latter or None
        Values of the nodes.
    coefficient : float
    labels : uint32 ndarray (n,)
        Community of every node, in ``range(n)``; changed.
    table : float64 ndarray (4 (n + SPARE),)
        The sums of every community; changed. The weights are zero before and after, but positive in
        the spare rows.
    members : uint32 ndarray (n,)
        Number of nodes in every community; changed.
    free, n_free : uint32 ndarray (n,), int
        Communities without members, a stack; changed.
    pinned : uint8 ndarray (n,)
        Nodes that must not move.
    bulk, held : uint32 ndarray (n,) and (n,), or None and None
        For `capacity`: how many base nodes each node stands for, and each community holds.
    capacity : int
        Most base nodes of a community.
    queue : uint32 ndarray (n,)
        A ring; its first `n_queued` entries are visited in this order.
    waiting : uint8 ndarray (n,)
        1 for nodes in the queue; changed.
    hubs : uint32 ndarray
        From :func:`hubs_among`.
    touched : uint32 ndarray (n + 1,)
        Scratch.

    Returns
    -------
    n_moves, n_free : int

    Notes
    -----
    A node stays unless it gains more than rounding. Of equal gains the community that is met first
    among the neighbours wins; an empty community comes last. A node without an edge into its own
    community leaves it, for it gains nothing there.
    """
    n = np.uint64(len(labels))
    head = _0
    left = np.uint64(n_queued)
    tail = left if left < n else _0
    top = np.uint64(n_free)
    far = n > _CACHED
    moves = 0
    moves_before = 0
    for i in range(len(hubs)):
        waiting[np.uint64(hubs[i])] |= _HUB_BIT
    while True:
        if left == _0:
            if moves > 0 and moves - moves_before <= _PASS * n:
                break
            moves_before = moves
            for i in range(len(hubs)):
                queue[tail] = hubs[i]
                new = np.uint64(waiting[np.uint64(hubs[i])] > _HUB_BIT)
                left += new
                tail += new
                if tail == n:
                    tail = _0
            if left == _0:
                break
        v = np.uint64(queue[head])
        if far:
            near, middle, soon = head + _1, head + _3, head + _6
            if soon >= n:
                near, middle, soon = near % n, middle % n, soon % n
            announce_node(indptr, labels, a, np.uint64(queue[soon]))
            announce_row(indptr, indices, weights, np.uint64(queue[middle]))
            announce_neighbours(indptr, indices, labels, np.uint64(queue[near]))
        head += _1
        if head == n:
            head = _0
        left -= _1
        waiting[v] &= _HUB_BIT

        start, stop = indptr[v], indptr[v + _1]
        own = np.uint64(labels[v])
        n_touched = _0
        inside = zero_like(weights)
        own32 = labels[v]
        for j in range(start, stop):
            d = labels[np.uint64(indices[j])]
            mine = d == own32
            at = ((n + (j & _SPARE_MASK)) if mine else np.uint64(d)) * _ROW
            before = table[at]
            touched[n_touched] = d
            n_touched += np.uint64(before == 0.0)
            table[at] = before + arc_weight(weights, j)
            inside += arc_weight(weights, j) * mine

        value_b = _value(b, v)
        x = a[v] * coefficient
        y = _times(value_b, coefficient)
        at_own = own * _ROW
        _add(table, at_own, a[v], value_b, -1.0)
        stay = inside - penalty(table, at_own, x, y)
        alone = members[own] == 1
        if inside == 0.0 and not alone:
            stay = -np.inf
        best = stay
        target = own
        linked = inside
        for i in range(n_touched):
            d = np.uint64(touched[i])
            at = d * _ROW
            weight = table[at]
            table[at] = 0.0
            score = weight - penalty(table, at, x, y)
            if score > best and (bulk is None or held[d] + bulk[v] <= capacity):
                best = score
                target = d
                linked = weight
        if best < 0.0 and not alone:
            best = 0.0
            top -= _1
            target = np.uint64(free[top])
            linked = 0.0
        if target != own:
            # what went into the two scores, so that the threshold scales with rounding
            at = target * _ROW
            size = linked + inside + penalty(table, at, x, y) + penalty(table, at_own, x, y)
            if best - stay <= _SLACK * size or pinned[v]:
                if members[target] == 0:
                    top += _1
                target = own
        _add(table, target * _ROW, a[v], value_b, 1.0)
        if target != own:
            moves += 1
            labels[v] = target
            members[own] -= np.uint32(1)
            members[target] += np.uint32(1)
            if alone:
                free[top] = own
                top += _1
            if bulk is not None:
                held[own] -= bulk[v]
                held[target] += bulk[v]
            for j in range(start, stop):
                u = np.uint64(indices[j])
                queue[tail] = u
                apart = labels[u] != target
                new = np.uint64((waiting[u] == 0) & apart)
                waiting[u] |= np.uint8(apart)
                left += new
                tail += new
                if tail == n:
                    tail = _0
    return moves, top
