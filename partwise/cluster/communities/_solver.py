"""Leiden and Louvain: move, refine, aggregate, and again on the smaller graph.

A level is a graph with a partition of its nodes. Local moving improves the partition; Leiden then
splits every community into well-connected pieces and Louvain takes the communities themselves; the
pieces are the nodes of the next level, which starts from the communities they came from. When
every community is a single node, an iteration is over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from partwise.cluster.communities._kernels.aggregate import (
    aggregate_rows,
    number_pieces,
    piece_capacity,
    piece_members,
)
from partwise.cluster.communities._kernels.move import ROW, local_moves
from partwise.cluster.communities._kernels.order import community_order, permute_rows
from partwise.cluster.communities._kernels.refine import refine
from partwise.cluster.communities._moving import Moving, move_on_threads
from partwise.cluster.communities._problem import Problem, label_sums
from partwise.kernels.parallel import launch_on
from partwise.kernels.rng import next_u64, seed_state, shuffle

__all__ = ["Settings", "Solution", "aggregate", "optimise"]

_THREADS_FROM_ARCS = 200_000  # below, starting threads costs more than they save


@dataclass(frozen=True)
class Settings:
    """How to search.

    Attributes
    ----------
    refine : bool
        Leiden, else Louvain.
    theta : float
        Randomness of the refinement; 0 takes the best piece.
    n_iterations : int
        -1: until an iteration moves no node.
    algorithm : {"sequential", "parallel", "free"}
        How nodes are moved.
    n_threads : int
    """

    refine: bool = True
    theta: float = 0.0
    n_iterations: int = 2
    algorithm: str = "sequential"
    n_threads: int = 1


@dataclass(frozen=True)
class Solution:
    """What a search found.

    Attributes
    ----------
    labels : uint32 ndarray of shape (n,)
        In ``range(n_communities)``.
    levels : tuple of uint32 ndarray of shape (n,)
        The partitions after the moves of every level of the last iteration, the last one `labels`.
    n_iterations, n_moves : int
    converged : bool
        Whether the last iteration moved nothing.
    connected : bool
        Whether every community is sure to hang together.
    """

    labels: NDArray[np.uint32]
    levels: tuple[NDArray[np.uint32], ...]
    n_iterations: int
    n_moves: int
    converged: bool
    connected: bool


def optimise(
    problem: Problem,
    start: NDArray[np.uint32],
    settings: Settings,
    seed: int,
    report: Callable[[float, str], None] | None = None,
) -> Solution:
    """Improve a partition, iteration by iteration.

    Parameters
    ----------
    problem : Problem
    start : uint32 ndarray of shape (n,)
        Labels in ``range(n)``; not changed.
    settings : Settings
    seed : int
    report : callable, optional
        Called with (fraction done, message) before every iteration and at the end.
    """
    state = seed_state(seed)
    labels = start
    levels: tuple[NDArray[np.uint32], ...] = (start,)
    n_moves, done, converged, connected = 0, 0, False, True
    while done != settings.n_iterations and not converged:
        if report is not None:
            share = done / settings.n_iterations if settings.n_iterations > 0 else 0.0
            report(share, f"iteration {done + 1}, {n_moves} moves so far")
        levels, moved, connected = _iterate(problem, labels, settings, state)
        labels = levels[-1]
        n_moves += moved
        converged = moved == 0
        done += 1
    if report is not None:
        report(1.0, f"{int(labels.max(initial=0)) + 1 if len(labels) else 0} communities")
    return Solution(labels, levels, done, n_moves, converged, connected)


def _iterate(
    problem: Problem, labels: NDArray[np.uint32], settings: Settings, state: NDArray[np.uint64]
) -> tuple[tuple[NDArray[np.uint32], ...], int, bool]:
    """Go through all levels once; return the partitions, the moves, and whether pieces sufficed."""
    labels = labels.copy()
    node_of: NDArray[np.uint32] | None = None  # the node of this level each node belongs to
    levels: list[NDArray[np.uint32]] = []
    n_moves = 0
    while True:
        n = problem.n
        members = np.bincount(labels, minlength=n).astype(np.uint32)
        sequence = np.arange(n, dtype=np.uint32)
        shuffle(state, sequence)
        n_moves += _move(problem, labels, members, sequence, settings)
        starts = np.empty(n + 1, np.uint64)
        place, nodes = np.empty(n, np.uint32), np.empty(n, np.uint32)
        number = np.empty(n, np.uint32)
        n_communities = int(
            community_order(labels, members, sequence, starts, number, place, nodes)
        )
        levels.append(labels if node_of is None else labels[node_of])
        if n_communities == n:
            return tuple(levels), n_moves, True
        starts = starts[: n_communities + 1]
        if settings.refine:
            piece, problem, labels = _refined(
                problem, labels, starts, place, nodes, settings, int(next_u64(state) >> 1)
            )
            if problem.n == n:
                return tuple(levels), n_moves, False
            piece = piece[place]
        else:
            piece = labels
            problem = aggregate(problem, piece, starts, nodes, settings.n_threads)
            labels = np.arange(n_communities, dtype=np.uint32)
        node_of = piece if node_of is None else piece[node_of]


def _threads(problem: Problem, n_threads: int) -> int:
    return n_threads if len(problem.indices) >= _THREADS_FROM_ARCS else 1


def _move(
    problem: Problem,
    labels: NDArray[np.uint32],
    members: NDArray[np.uint32],
    sequence: NDArray[np.uint32],
    settings: Settings,
) -> int:
    """Move nodes until none gains; return the number of moves."""
    n = problem.n
    table = np.zeros((n, ROW))
    table[:, 1] = label_sums(labels, problem.a, n)
    if problem.b is not None:
        table[:, 2] = label_sums(labels, problem.b, n)
    bulk = None
    if problem.bulk is not None:
        bulk = problem.bulk, np.bincount(labels, problem.bulk, n).astype(np.uint32)
    free = np.empty(n, np.uint32)
    empty = np.flatnonzero(members == 0)
    free[: len(empty)] = empty[::-1]
    state = Moving(
        labels, table.reshape(-1), members, free, len(empty), bulk, np.empty(n + 1, np.uint32)
    )
    queue, n_queued, waiting, moved = sequence, n, np.ones(n, np.uint8), 0
    if settings.algorithm != "sequential" and len(problem.indices) >= _THREADS_FROM_ARCS:
        queue, n_queued, waiting, moved = move_on_threads(
            problem, state, sequence, settings.algorithm, settings.n_threads
        )
    elif problem.pinned is not None:
        loose = sequence[problem.pinned[sequence] == 0]
        queue, n_queued = sequence.copy(), len(loose)
        queue[:n_queued] = loose
        waiting = 1 - problem.pinned
    else:
        queue = sequence.copy()
    more, state.n_free = local_moves(
        *problem.csr, *problem.null_model, labels, state.table, members, free, state.n_free,
        problem.pinned, bulk, problem.capacity, queue, n_queued, waiting, state.touched,
    )  # fmt: skip
    return moved + int(more)


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
    settings: Settings,
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
    n, n_threads = problem.n, _threads(problem, settings.n_threads)
    ordered, external = _permuted(problem, labels, starts, place, nodes, n_threads)
    piece = np.arange(n + 1, dtype=np.uint32)
    table = np.zeros((n + 1, ROW))
    table[:n, 1] = ordered.a
    if ordered.b is not None:
        table[:n, 2] = ordered.b
    table[:n, 3] = external
    table[n, 0] = 1.0
    grown = np.zeros(n, np.uint8)
    longest = int(np.diff(ordered.indptr).max(initial=0)) + 1
    touched = np.empty((n_threads, longest), np.uint32)
    chance = np.empty((n_threads, longest if settings.theta > 0 else 0))
    common = (piece, table.reshape(-1), grown)
    if n_threads == 1:
        refine(
            *ordered.csr, *ordered.null_model, starts, 0, len(starts) - 1,
            settings.theta, seed, *common, touched[0], chance[0],
        )  # fmt: skip
    else:
        from partwise.cluster.communities._kernels.threads import refine_on_threads

        bounds = _shares(ordered.indptr[starts] + starts, n_threads)
        with launch_on(n_threads):
            refine_on_threads(
                *ordered.csr, *ordered.null_model, starts, bounds,
                settings.theta, seed, *common, touched, chance, np.empty(n_threads, np.int64),
            )  # fmt: skip
    piece = piece[:n]
    n_pieces = int(number_pieces(piece, np.empty(n, np.uint32)))
    piece_starts = np.zeros(n_pieces + 1, np.uint64)
    members = np.empty(n, np.uint32)
    piece_members(piece, piece_starts, members)
    communities = np.repeat(
        np.arange(len(starts) - 1, dtype=np.uint32), np.diff(starts).astype(np.int64)
    )
    of_piece = communities[members[piece_starts[:-1].astype(np.int64)]]
    return piece, aggregate(ordered, piece, piece_starts, members, n_threads), of_piece


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
    if n_threads == 1:
        permute_rows(*old, 0, n, *new)
    else:
        from partwise.cluster.communities._kernels.threads import permute_on_threads

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
    n_threads = _threads(problem, n_threads)
    room = len(problem.indices) + n_threads
    indices, weights = np.empty(room, np.uint32), np.empty(room)
    lengths = np.zeros(n_pieces + 1, np.uint64)
    old = (*problem.csr, piece, starts, nodes)
    if n_threads == 1:
        end = int(
            aggregate_rows(*old, 0, n_pieces, 0, np.zeros(n_pieces), indices, weights, lengths)
        )
        indices, weights = indices[:end], weights[:end]
    else:
        from partwise.cluster.communities._kernels.threads import aggregate_on_threads

        capacity = np.empty(n_pieces + 1, np.uint64)
        piece_capacity(problem.indptr, starts, nodes, capacity)
        bounds = _shares(capacity, n_threads)
        # one place more for each thread: a row is written one entry ahead
        begin = capacity[bounds[:-1]] + np.arange(n_threads, dtype=np.uint64)
        ends = np.empty(n_threads, np.uint64)
        sums = np.zeros((n_threads, n_pieces))
        with launch_on(n_threads):
            aggregate_on_threads(*old, bounds, begin, sums, indices, weights, lengths, ends)
        parts = [slice(int(b), int(e)) for b, e in zip(begin, ends)]
        indices = np.concatenate([indices[part] for part in parts])
        weights = np.concatenate([weights[part] for part in parts])
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
        indices=indices,
        weights=weights,
        a=label_sums(piece, problem.a, n_pieces),
        b=None if problem.b is None else label_sums(piece, problem.b, n_pieces),
        pinned=pinned,
        bulk=bulk,
    )
