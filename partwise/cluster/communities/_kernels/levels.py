"""All levels of one iteration on one thread, without a step outside compiled code.

On small graphs the calls between steps would take longer than the steps.
"""

from __future__ import annotations

import numpy as np

from partwise.cluster.communities._kernels.aggregate import (
    aggregate_rows,
    number_pieces,
    piece_members,
    spared_sums,
)
from partwise.cluster.communities._kernels.move import ROW, SPARE, hubs_among, local_moves
from partwise.cluster.communities._kernels.order import community_order, permute_rows
from partwise.cluster.communities._kernels.refine import refine
from partwise.kernels.jit import kernel
from partwise.kernels.optional import gather, room_like, sum_by
from partwise.kernels.rng import next_u64, shuffle

__all__ = ["community_table", "serial_iteration", "serial_run", "single_pieces"]

_1 = np.uint64(1)


@kernel
def community_table(labels, a, b, members, free, table):
    """Fill the sums of the communities, their numbers of members and the stack of empty ones.

    Returns
    -------
    int
        Number of empty communities.
    """
    n = np.uint64(len(labels))
    members[:] = 0
    table[:] = 0.0
    for i in range(n, n + np.uint64(SPARE)):
        table[i * np.uint64(ROW)] = 1.0
    for v in range(n):
        c = np.uint64(labels[v])
        members[c] += np.uint32(1)
        table[c * np.uint64(ROW) + _1] += a[v]
        if b is not None:
            table[c * np.uint64(ROW) + _1 + _1] += b[v]
    n_free = np.uint64(0)
    for i in range(n):
        c = n - _1 - i
        free[n_free] = c
        n_free += np.uint64(members[c] == 0)
    return n_free


@kernel
def _move_all(csr, null_model, pinned, bulk, capacity, labels, members, sequence):
    """Run the queue on every node that is not pinned; return the number of moves."""
    indptr, indices, weights = csr
    a, b, coefficient = null_model
    n = len(labels)
    table = np.empty(ROW * (n + SPARE))
    free = np.empty(n + 1, np.uint32)
    n_free = community_table(labels, a, b, members, free, table)
    queue = np.zeros(n, np.uint32)
    waiting = np.zeros(n, np.uint8)
    n_queued = np.uint64(0)
    for i in range(n):
        v = np.uint64(sequence[i])
        queue[n_queued] = v
        loose = pinned[v] == 0
        waiting[v] = loose
        n_queued += np.uint64(loose)
    moves, _ = local_moves(
        indptr, indices, weights, a, b, coefficient, labels, table, members, free, n_free,
        pinned, bulk, sum_by(labels, bulk, n), capacity, queue, n_queued, waiting,
        hubs_among(indptr, sequence), np.empty(n + 1, np.uint32),
    )  # fmt: skip
    return moves


@kernel
def _aggregated(csr, null_model, pinned, bulk, piece, starts, members):
    """Return the graph, the values, the pins and the sizes of the pieces."""
    indptr, indices, weights = csr
    a, b, coefficient = null_model
    n_pieces = len(starts) - 1
    new_indices = np.empty(len(indices) + 1, np.uint32)
    new_weights = np.empty(len(indices) + 1)
    lengths = np.zeros(n_pieces + 1, np.uint64)
    end = aggregate_rows(
        indptr, indices, weights, piece, starts, members, 0, n_pieces, 0,
        spared_sums(n_pieces), new_indices, new_weights, lengths,
    )  # fmt: skip
    for p in range(np.uint64(n_pieces)):
        lengths[p + _1] += lengths[p]
    new_csr = (lengths, new_indices[:end], new_weights[:end])
    new_null_model = (sum_by(piece, a, n_pieces), sum_by(piece, b, n_pieces), coefficient)
    new_pinned = np.zeros(n_pieces, np.uint8)
    for v in range(np.uint64(len(piece))):
        new_pinned[np.uint64(piece[v])] |= pinned[v]
    return new_csr, new_null_model, new_pinned, sum_by(piece, bulk, n_pieces)


@kernel
def _pieces(csr, null_model, starts, place, nodes, labels, theta, seed):
    """Refine: return the graph in community order, its values, and the piece of every place."""
    indptr, indices, weights = csr
    a, b, coefficient = null_model
    n = len(nodes)
    new_indptr = np.empty(n + 1, np.uint64)
    new_indptr[0] = 0
    longest = np.uint64(0)
    for i in range(np.uint64(n)):
        v = np.uint64(nodes[i])
        length = indptr[v + _1] - indptr[v]
        longest = max(longest, length)
        new_indptr[i + _1] = new_indptr[i] + length
    new_indices = np.empty(len(indices), np.uint32)
    new_weights = room_like(weights)
    external = np.empty(n)
    permute_rows(
        indptr, indices, weights, labels, starts, place, nodes, 0, n,
        new_indptr, new_indices, new_weights, external,
    )  # fmt: skip
    new_a, new_b = gather(a, nodes), gather(b, nodes)
    piece = np.empty(n + SPARE, np.uint32)
    table = np.empty(ROW * (n + SPARE))
    single_pieces(new_a, new_b, external, piece, table)
    grown = np.zeros(n, np.uint8)
    touched = np.empty(longest + _1, np.uint32)
    chance = np.empty(longest + _1 if theta > 0.0 else _1)
    joined = 0
    for randomness in (theta, 0.0):
        # chance may leave all nodes alone; then the best pieces are taken, as the search must go on
        if joined == 0:
            joined = refine(
                new_indptr, new_indices, new_weights, new_a, new_b, coefficient, starts, 0,
                len(starts) - 1, randomness, seed, piece, table, n, grown, touched, chance,
            )  # fmt: skip
    return (new_indptr, new_indices, new_weights), (new_a, new_b, coefficient), piece[:n]


@kernel
def single_pieces(a, b, external, piece, table):
    """Fill in the pieces that :func:`refine` starts from: every node its own."""
    row = np.uint64(0)
    for v in range(np.uint64(len(a))):
        piece[v] = v
        table[row] = 0.0
        table[row + _1] = a[v]
        table[row + np.uint64(2)] = 0.0 if b is None else b[v]
        table[row + np.uint64(3)] = external[v]
        row += np.uint64(ROW)
    for v in range(len(a), len(piece)):
        piece[v] = v
        table[np.uint64(v) * np.uint64(ROW)] = 1.0


@kernel
def _level(csr, null_model, pinned, bulk, capacity, labels, with_refinement, theta, state):
    """Move, and make the next level.

    Returns
    -------
    moves, n_communities : int
    node_of : uint32 ndarray (n,)
        The next level's node of every node; empty if every community is a single node.
    csr, null_model, pinned, bulk, labels
        Of the next level.
    """
    a = null_model[0]
    n = len(a)
    members = np.empty(n + 1, np.uint32)
    sequence = np.empty(n, np.uint32)
    for v in range(n):
        sequence[v] = v
    shuffle(state, sequence)
    moves = _move_all(csr, null_model, pinned, bulk, capacity, labels, members, sequence)
    starts = np.empty(n + 1, np.uint64)
    place, nodes = np.empty(n, np.uint32), np.empty(n, np.uint32)
    n_communities = np.int64(
        community_order(labels, members[:n], sequence, starts, np.empty(n, np.uint32), place, nodes)
    )
    starts = starts[: n_communities + 1]
    if n_communities == n:
        smaller = _aggregated(csr, null_model, pinned, bulk, labels[:0], starts[:1], nodes[:0])
        return moves, n_communities, labels[:0], smaller, labels[:0]
    if not with_refinement:
        smaller = _aggregated(csr, null_model, pinned, bulk, labels, starts, nodes)
        return moves, n_communities, labels, smaller, np.arange(n_communities).astype(np.uint32)
    seed = np.int64(next_u64(state) >> _1)
    ordered, values, piece = _pieces(csr, null_model, starts, place, nodes, labels, theta, seed)
    n_pieces = number_pieces(piece, np.empty(n, np.uint32))
    piece_starts = np.zeros(n_pieces + 1, np.uint64)
    piece_nodes = np.empty(n, np.uint32)
    piece_members(piece, piece_starts, piece_nodes)
    smaller = _aggregated(
        ordered,
        values,
        gather(pinned, nodes),
        gather(bulk, nodes),
        piece,
        piece_starts,
        piece_nodes,
    )
    next_labels = np.empty(n_pieces, np.uint32)
    for i in range(np.uint64(n)):
        next_labels[np.uint64(piece[i])] = labels[np.uint64(nodes[i])]
    return moves, n_communities, gather(piece, place), smaller, next_labels


@kernel
def serial_iteration(
    csr, null_model, pinned, bulk, capacity, labels, with_refinement, theta, state, node_of, levels
):
    """Go through all levels, from a graph and a partition of it.

    Parameters
    ----------
    csr : tuple (indptr, indices, weights)
    null_model : tuple (a, b, coefficient)
    pinned, bulk, capacity
        As for :func:`~partwise.cluster.communities._kernels.move.local_moves`, `bulk` only for the
        nodes; `pinned` is an array.
    labels : uint32 ndarray (n,)
        In ``range(n)``; changed.
    with_refinement : bool
        Leiden, else Louvain.
    theta : float
    state : uint64 ndarray (1,)
        Of random numbers; changed.
    node_of : uint32 ndarray (n_base,)
        The node of this graph that each node of the user's graph is in.
    levels : uint32 ndarray (max_levels, n_base)
        Receives the partition after the moves of every level; the last row that of the last level,
        if there are more of them.

    Returns
    -------
    n_levels, n_moves : int
    connected : bool
        Whether every community is a single node in the end, and so hangs together.
    """
    n = len(labels)
    moves, n_communities, next_of, smaller, next_labels = _level(
        csr, null_model, pinned, bulk, capacity, labels, with_refinement, theta, state
    )
    n_moves = moves
    n_levels = 0
    level_labels = labels
    while True:
        row = levels[min(n_levels, len(levels) - 1)]
        for v in range(np.uint64(len(node_of))):
            row[v] = level_labels[np.uint64(node_of[v])]
        n_levels += 1
        if n_communities == n:
            return n_levels, n_moves, True
        if len(next_labels) == n:
            return n_levels, n_moves, False
        node_of = gather(next_of, node_of)
        n = len(next_labels)
        level_labels = next_labels
        moves, n_communities, next_of, smaller, next_labels = _level(
            smaller[0], smaller[1], smaller[2], smaller[3], capacity, level_labels,
            with_refinement, theta, state,
        )  # fmt: skip
        n_moves += moves


@kernel
def serial_run(
    csr, null_model, pinned, bulk, capacity, start, with_refinement, theta, n_iterations, state,
    node_of, levels,
):  # fmt: skip
    """Run iterations, each from the partition of the one before, until one moves nothing.

    Parameters
    ----------
    start : uint32 ndarray (n,)
        In ``range(n)``; not changed.
    n_iterations : int
        At most so many; -1 for no limit.
    csr, null_model, pinned, bulk, capacity, with_refinement, theta, state, node_of, levels
        As for :func:`serial_iteration`; `node_of` must be every node itself.

    Returns
    -------
    n_levels, n_moves, done : int
        Of the last iteration, of all, and how many iterations there were.
    converged, connected : bool
    """
    labels = start.copy()
    all_moves, done = 0, 0
    while True:
        n_levels, n_moves, connected = serial_iteration(
            csr, null_model, pinned, bulk, capacity, labels, with_refinement, theta, state,
            node_of, levels,
        )  # fmt: skip
        all_moves += n_moves
        done += 1
        if n_moves == 0 or done == n_iterations:
            return n_levels, all_moves, done, n_moves == 0, connected
        labels[:] = levels[min(n_levels, len(levels)) - 1]
