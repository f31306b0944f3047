"""Local moving on several threads, while it pays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from partwise.cluster.communities._kernels.move import HUB, ROW, SPARE
from partwise.cluster.communities._problem import Problem, label_sums
from partwise.kernels.parallel import launch_on

__all__ = ["Moving", "move_on_threads", "spare_sums"]

_BATCH_ARCS = 100_000
_MIN_BATCHES, _MAX_BATCHES = 4, 128
_MAX_ROUNDS = 40
_HUBS_EVERY = 4  # rounds
_REST = 0.005  # share of the arcs that may go on waiting, and of nodes that end it if they move


@dataclass
class Moving:
    """A partition in motion; see :func:`~...communities._kernels.move.local_moves`."""

    labels: NDArray[np.uint32]
    table: NDArray[np.float64]
    members: NDArray[np.uint32]
    free: NDArray[np.uint32]
    n_free: int
    held: NDArray[np.uint32] | None


def spare_sums(n_threads: int, n: int) -> NDArray[np.float64]:
    """Return zeros for n sums of every thread, and positive numbers in the spare places."""
    sums = np.zeros((n_threads, n + SPARE))
    sums[:, n:] = 1.0
    return sums


def move_on_threads(
    problem: Problem,
    moving: Moving,
    sequence: NDArray[np.uint32],
    algorithm: str,
    n_threads: int,
) -> tuple[NDArray[np.uint8], int]:
    """Move nodes in rounds, while many move.

    Parameters
    ----------
    problem : Problem
    moving : Moving
        Changed.
    sequence : uint32 ndarray of shape (n,)
        Order in which nodes are visited.
    algorithm : {"parallel", "free"}
    n_threads : int

    Returns
    -------
    waiting : uint8 ndarray of shape (n,)
        1 for nodes that may still have something to gain.
    n_moves : int
    """
    from partwise.cluster.communities._kernels.rounds import LINE

    room = np.ones(problem.n + n_threads * LINE, np.uint8)
    waiting = room[: problem.n]
    if problem.pinned is not None:
        waiting[problem.pinned > 0] = 0
    if algorithm == "free" and problem.bulk is None:
        moved = _race(problem, moving, sequence, waiting, n_threads)
    else:
        moved = _take_turns(problem, moving, sequence, room, n_threads)
    if problem.pinned is not None:
        waiting[problem.pinned > 0] = 0
    return waiting, moved


def _take_turns(
    problem: Problem,
    moving: Moving,
    sequence: NDArray[np.uint32],
    waiting: NDArray[np.uint8],
    n_threads: int,
) -> int:
    """Decide in batches on all threads, move on one: see the kernels in ``rounds``."""
    from partwise.cluster.communities._kernels.rounds import round_moves, waiting_nodes

    n = problem.n
    degree = np.diff(problem.indptr).astype(np.int64)
    sums = spare_sums(n_threads, n)
    touched = np.empty((n_threads, n + 1), np.uint32)
    moved_in_batch = np.zeros(n, np.uint8)
    active = np.empty(n + 1, np.uint32)
    decisions = np.empty(n, np.uint32), np.empty(n), np.empty(n)
    pinned = np.zeros(n, np.uint8) if problem.pinned is None else problem.pinned
    n_moves = 0
    hub = degree > HUB * degree.mean()
    for round_ in range(_MAX_ROUNDS):
        n_active = waiting_nodes(sequence, waiting, active)
        now = active[:n_active]
        if round_ > 0 and degree[now].sum() <= _REST * len(problem.indices):
            break
        if round_ % _HUBS_EVERY:
            now = now[~hub[now]]
        cost = np.concatenate([np.zeros(1, np.int64), np.cumsum(degree[now] + 1)])
        with launch_on(n_threads):
            moved, moving.n_free = round_moves(
                *problem.csr, *problem.null_model, moving.labels, moving.table, moving.members,
                moving.free, moving.n_free, pinned, problem.bulk, moving.held, problem.capacity,
                now, _shares(cost, n_threads),
                sums, touched, *decisions, moved_in_batch, waiting,
            )  # fmt: skip
        n_moves += int(moved)
        if moved <= _REST * len(now) and round_ % _HUBS_EVERY == 0:
            break
    return n_moves


def _shares(cost: NDArray[np.int64], n_threads: int) -> NDArray[np.int64]:
    """Split the visits of a round into batches, which depend on the graph alone, and these.

    Parameters
    ----------
    cost : int64 ndarray of shape (k + 1,)
        Running total of the cost of the visits.

    Returns
    -------
    int64 ndarray of shape (n_batches, n_threads + 1)
    """
    n_batches = min(max(int(cost[-1]) // _BATCH_ARCS, _MIN_BATCHES), _MAX_BATCHES)
    cuts = np.searchsorted(cost, np.linspace(0, cost[-1], n_batches + 1))
    first, last = cost[cuts[:-1], None], cost[cuts[1:], None]
    shares = np.searchsorted(cost, first + (last - first) * np.linspace(0, 1, n_threads + 1))
    shares[:, 0], shares[:, -1] = cuts[:-1], cuts[1:]
    return shares


def _race(
    problem: Problem,
    moving: Moving,
    sequence: NDArray[np.uint32],
    waiting: NDArray[np.uint8],
    n_threads: int,
) -> int:
    """Let every thread move its share of the nodes at will, then put the books in order."""
    from partwise.cluster.communities._kernels.racing import racing_sweep

    n = problem.n
    sums = spare_sums(n_threads, n)
    touched = np.empty((n_threads, n + 1), np.uint32)
    cost = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.diff(problem.indptr)[sequence])])
    bounds = np.searchsorted(cost, np.linspace(0, cost[-1], n_threads + 1)).astype(np.int64)
    bounds[0], bounds[-1] = 0, n
    moves = np.zeros(n_threads, np.int64)
    n_moves = 0
    for _ in range(_MAX_ROUNDS):
        with launch_on(n_threads):
            racing_sweep(
                *problem.csr, *problem.null_model, moving.labels, moving.table, problem.pinned,
                waiting, sequence, bounds, sums, touched, moves,
            )  # fmt: skip
        n_moves += int(moves.sum())
        if moves.sum() <= _REST * n:
            break
    table = moving.table[: ROW * n].reshape(-1, ROW)
    table[:, 1] = label_sums(moving.labels, problem.a, n)
    if problem.b is not None:
        table[:, 2] = label_sums(moving.labels, problem.b, n)
    moving.members[:] = np.bincount(moving.labels, minlength=n)
    empty = np.flatnonzero(moving.members == 0)
    moving.n_free = len(empty)
    moving.free[: len(empty)] = empty[::-1]
    return n_moves
