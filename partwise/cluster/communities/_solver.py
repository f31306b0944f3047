"""Leiden and Louvain: move, refine, aggregate, and again on the smaller graph.

A level is a graph with a partition of its nodes. Local moving improves the partition; Leiden then
splits every community into well-connected pieces and Louvain takes the communities themselves; the
pieces are the nodes of the next level, which starts from the communities they came from. When
every community is a single node, an iteration is over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise.cluster.communities._kernels.levels import serial_iteration, serial_run
from partwise.cluster.communities._problem import Problem
from partwise.kernels.rng import seed_state

__all__ = ["Settings", "Solution", "optimise"]

_THREADS_FROM_ARCS = 200_000  # below, starting threads costs more than they save
_MAX_LEVELS = 64  # more than any graph has had; from there on only the last is kept


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

    def use_threads(self, problem: Problem) -> bool:
        """Tell whether a level of this size is one for threads, or for their algorithm on one."""
        wanted = self.n_threads > 1 or self.algorithm != "sequential"
        return wanted and len(problem.indices) >= _THREADS_FROM_ARCS


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
    small = len(problem.indices) < _THREADS_FROM_ARCS
    labels = start
    levels: tuple[NDArray[np.uint32], ...] = (start,)
    n_moves, done, converged, connected = 0, 0, False, True
    while done != settings.n_iterations and not converged:
        if report is not None:
            share = done / settings.n_iterations if settings.n_iterations > 0 else 0.0
            report(share, f"iteration {done + 1}, {n_moves} moves so far")
        # all at once where it takes no time; else one by one, so that Ctrl-C is heard
        count = settings.n_iterations if small and report is None else 1
        if settings.use_threads(problem):
            levels, moved, converged, connected = _threaded_iteration(
                problem, labels.copy(), settings, state
            )
            count = 1
        else:
            identity = np.arange(problem.n, dtype=np.uint32)
            room = np.empty((_MAX_LEVELS, problem.n), np.uint32)
            n_levels, moved, count, converged, connected = serial_run(
                *_for_kernels(problem), labels, settings.refine, settings.theta, count, state,
                identity, room,
            )  # fmt: skip
            levels = _kept(room, n_levels)
        labels = levels[-1]
        n_moves += moved
        done += count
    if report is not None:
        report(1.0, f"{int(labels.max(initial=0)) + 1 if len(labels) else 0} communities")
    return Solution(labels, levels, done, n_moves, bool(converged), bool(connected))


def _for_kernels(problem: Problem) -> tuple[Any, ...]:
    pinned = np.zeros(problem.n, np.uint8) if problem.pinned is None else problem.pinned
    return problem.csr, problem.null_model, pinned, problem.bulk, problem.capacity


def _kept(room: NDArray[np.uint32], n_levels: int) -> tuple[NDArray[np.uint32], ...]:
    """Copy the levels out of their buffer, so that it does not outlive them."""
    return tuple(level.copy() for level in room[: min(n_levels, _MAX_LEVELS)])


def _threaded_iteration(
    problem: Problem, labels: NDArray[np.uint32], settings: Settings, state: NDArray[np.uint64]
) -> tuple[tuple[NDArray[np.uint32], ...], int, bool, bool]:
    """Go through all levels once, the large ones on threads.

    Returns
    -------
    levels, n_moves, converged, connected
    """
    from partwise.cluster.communities._threaded import threaded_level

    node_of = np.arange(problem.n, dtype=np.uint32)
    levels: list[NDArray[np.uint32]] = []
    n_moves = 0
    while settings.use_threads(problem):
        n = problem.n
        step = threaded_level(problem, labels, settings, state)
        n_moves += step.n_moves
        levels.append(labels[node_of])
        if step.n_communities == n or step.problem.n == n:
            return tuple(levels), n_moves, n_moves == 0, step.n_communities == n
        node_of = step.node_of[node_of]
        problem, labels = step.problem, step.labels
    room = np.empty((_MAX_LEVELS, len(node_of)), np.uint32)
    n_levels, moved, connected = serial_iteration(
        *_for_kernels(problem), labels, settings.refine, settings.theta, state, node_of, room
    )
    n_moves += moved
    return (*levels, *_kept(room, n_levels)), n_moves, n_moves == 0, connected
