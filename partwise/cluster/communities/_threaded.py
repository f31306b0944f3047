"""One level on several threads: the moves as the algorithm says, all other steps in any case."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from partwise.cluster.communities._kernels.aggregate import (
    number_pieces,
    piece_capacity,
    piece_members,
)
from partwise.cluster.communities._kernels.levels import community_table, single_pieces
from partwise.cluster.communities._kernels.move import ROW, SPARE, hubs_among, local_moves
from partwise.cluster.communities._kernels.order import community_order
from partwise.cluster.communities._kernels.threads import (
    aggregate_on_threads,
    close_gaps,
    permute_on_threads,
    refine_on_threads,
)
from partwise.cluster.communities._moving import Moving, move_on_threads, spare_sums
from partwise.cluster.communities._problem import Problem, label_sums
from partwise.cluster.communities._solver import Settings
from partwise.kernels.optional import sum_by
from partwise.kernels.parallel import launch_on
from partwise.kernels.rng import next_u64, shuffle

__all__ = ["Step", "aggregate", "threaded_level"]


@dataclass(frozen=True)
class Step:
    """What a level leads to.

    Attributes
    ----------
    n_moves, n_communities : int
    problem : Problem
        Of the next level; the same if every community is a single node.
    node_of : uint32 ndarray of shape (n,)
        The next level's node of every node.
    labels : uint32 ndarray
        Communities of the next level's nodes.
    """

    n_moves: int
    n_communities: int
    problem: Problem
    node_of: NDArray[np.uint32]
    labels: NDArray[np.uint32]


def threaded_level(
    problem: Problem, labels: NDArray[np.uint32], settings: Settings, state: NDArray[np.uint64]
) -> Step:
    """Move, and make the next level; `labels` and the state of random numbers are changed."""
    n = problem.n
    members = np.empty(n, np.uint32)
    sequence = np.arange(n, dtype=np.uint32)
    shuffle(state, sequence)
    n_moves = _move(problem, labels, members, sequence, settings)
    starts = np.empty(n + 1, np.uint64)
    place, nodes, number = (np.empty(n, np.uint32) for _ in range(3))
    n_communities = int(community_order(labels, members, sequence, starts, number, place, nodes))
    if n_communities == n:
        return Step(n_moves, n_communities, problem, place, labels)
    starts = starts[: n_communities + 1]
    n_threads = settings.n_threads
    if not settings.refine:
        smaller = aggregate(problem, labels, starts, nodes, n_threads)
        own = np.arange(n_communities, dtype=np.uint32)
        return Step(n_moves, n_communities, smaller, labels, own)
    seed = int(next_u64(state)) >> 1
    piece, smaller, communities = _refined(
        problem, labels, starts, place, nodes, n_threads, settings.theta, seed
    )
    return Step(n_moves, n_communities, smaller, piece[place], communities)


def _move(
    problem: Problem,
    labels: NDArray[np.uint32],
    members: NDArray[np.uint32],
    sequence: NDArray[np.uint32],
    settings: Settings,
) -> int:
    """Move nodes while it pays; only if none gains, none is moved. Return the number of moves."""
    n = problem.n
    table, free = np.empty(ROW * (n + SPARE)), np.empty(n + 1, np.uint32)
    n_free = int(community_table(labels, problem.a, problem.b, members, free, table))
    moving = Moving(labels, table, members, free, n_free, sum_by(labels, problem.bulk, n))
    pinned = np.zeros(n, np.uint8) if problem.pinned is None else problem.pinned
    if settings.algorithm == "sequential":
        waiting = 1 - pinned
    else:
        waiting, moved = move_on_threads(
            problem, moving, sequence, settings.algorithm, settings.n_threads
        )
        if moved:
            return moved  # what there is left to gain, a later iteration finds
    left = sequence[waiting[sequence] > 0]
    queue = np.zeros(n, np.uint32)
    queue[: len(left)] = left
    moved, _ = local_moves(
        *problem.csr, *problem.null_model, labels, table, members, free, moving.n_free,
        pinned, problem.bulk, moving.held, problem.capacity, queue, len(left), waiting,
        hubs_among(problem.indptr, sequence), np.empty(n + 1, np.uint32),
    )  # fmt: skip
    return int(moved)


def _shares(cost: NDArray[np.uint64], n_threads: int) -> NDArray[np.int64]:
    """Split a range into pieces of about equal cost, given the running total of the cost."""
    wanted = np.linspace(0, float(cost[-1]), n_threads + 1)
    bounds = np.searchsorted(cost, wanted).astype(np.int64)
    bounds[0], bounds[-1] = 0, len(cost) - 1
    return np.maximum.accumulate(bounds)


def _refined(
    problem: Problem,
    labels: NDArray[np.uint32],
    starts: NDArray[np.uint64],
    place: NDArray[np.uint32],
    nodes: NDArray[np.uint32],
    n_threads: int,
    theta: float,
    seed: int,
) -> tuple[NDArray[np.uint32], Problem, NDArray[np.uint32]]:
    """Split the communities into pieces.

    Returns
    -------
    piece : uint32 ndarray of shape (n,)
        Of the node at every place.
    problem : Problem
        Of the pieces.
    labels : uint32 ndarray of shape (n_pieces,)
        Community of every piece.
    """
    n = problem.n
    ordered, external = _permuted(problem, labels, starts, place, nodes, n_threads)
    room = n + SPARE * n_threads
    piece, table = np.empty(room, np.uint32), np.empty(ROW * room)
    single_pieces(ordered.a, ordered.b, external, piece, table)
    longest = int(np.diff(ordered.indptr).max(initial=0)) + 1
    bounds = _shares(ordered.indptr[starts] + starts, n_threads)
    grown = np.zeros(n, np.uint8)
    touched = np.empty((n_threads, longest), np.uint32)
    chance = np.empty((n_threads, longest if theta > 0 else 1))
    joined = np.zeros(n_threads, np.int64)
    for randomness in (theta, 0.0):
        # see _pieces in the kernels
        if not joined.any():
            with launch_on(n_threads):
                refine_on_threads(
                    *ordered.csr, *ordered.null_model, starts, bounds, randomness, seed,
                    piece, table, grown, touched, chance, joined,
                )  # fmt: skip
    piece = piece[:n]
    n_pieces = int(number_pieces(piece, np.empty(n, np.uint32)))
    piece_starts, members = np.zeros(n_pieces + 1, np.uint64), np.empty(n, np.uint32)
    piece_members(piece, piece_starts, members)
    communities = np.empty(n_pieces, np.uint32)
    communities[piece] = labels[nodes]
    return piece, aggregate(ordered, piece, piece_starts, members, n_threads), communities


def _permuted(
    problem: Problem,
    labels: NDArray[np.uint32],
    starts: NDArray[np.uint64],
    place: NDArray[np.uint32],
    nodes: NDArray[np.uint32],
    n_threads: int,
) -> tuple[Problem, NDArray[np.float64]]:
    """Return the problem in community order, and the weight of each node inside its community."""
    n = problem.n
    indptr = np.zeros(n + 1, np.uint64)
    np.cumsum(np.diff(problem.indptr)[nodes], out=indptr[1:])
    indices = np.empty(len(problem.indices), np.uint32)
    weights = None if problem.weights is None else np.empty(len(indices))
    external = np.empty(n)
    old = (*problem.csr, labels, starts, place, nodes)
    new = (indptr, indices, weights, external)
    with launch_on(n_threads):
        permute_on_threads(*old, _shares(indptr, n_threads), *new)
    ordered = replace(
        problem,
        indptr=indptr,
        indices=indices,
        weights=weights,
        a=problem.a[nodes],
        b=None if problem.b is None else problem.b[nodes],
        pinned=None if problem.pinned is None else problem.pinned[nodes],
        bulk=None if problem.bulk is None else problem.bulk[nodes],
    )
    return ordered, external


def aggregate(
    problem: Problem,
    piece: NDArray[np.uint32],
    starts: NDArray[np.uint64],
    nodes: NDArray[np.uint32],
    n_threads: int,
) -> Problem:
    """Return the problem of the pieces, ``nodes[starts[p]:starts[p + 1]]``."""
    n_pieces = len(starts) - 1
    room = len(problem.indices) + n_threads
    indices, weights = np.empty(room, np.uint32), np.empty(room)
    lengths = np.zeros(n_pieces + 1, np.uint64)
    capacity = np.empty(n_pieces + 1, np.uint64)
    piece_capacity(problem.indptr, starts, nodes, capacity)
    bounds = _shares(capacity, n_threads)
    # one place more for each thread: a row is written one entry ahead
    begin = capacity[bounds[:-1]] + np.arange(n_threads, dtype=np.uint64)
    ends = np.empty(n_threads, np.uint64)
    with launch_on(n_threads):
        aggregate_on_threads(
            *problem.csr, piece, starts, nodes, bounds, begin,
            spare_sums(n_threads, n_pieces), indices, weights, lengths, ends,
        )  # fmt: skip
    size = close_gaps(begin, ends, indices, weights)
    pinned = None
    if problem.pinned is not None:
        pinned = np.zeros(n_pieces, np.uint8)
        pinned[piece[problem.pinned > 0]] = 1
    bulk = None
    if problem.bulk is not None:
        bulk = np.bincount(piece, problem.bulk, n_pieces).astype(np.uint32)
    return replace(
        problem,
        indptr=np.cumsum(lengths, dtype=np.uint64),
        indices=indices[:size],
        weights=weights[:size],
        a=label_sums(piece, problem.a, n_pieces),
        b=None if problem.b is None else label_sums(piece, problem.b, n_pieces),
        pinned=pinned,
        bulk=bulk,
    )
