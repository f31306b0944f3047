"""The multilevel method with heavy-edge matching and Jet, on the CPU or a GPU."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise.gpu._backend import Backend
from partwise.gpu._device import needs_memory
from partwise.gpu._host import Host
from partwise.kernels.rng import stream_state
from partwise.partition._jet.level import Level, contract_level, from_host, to_host
from partwise.partition._jet.matching import clusters, match
from partwise.partition._jet.refinement import refine
from partwise.partition._presets import Preset
from partwise.partition._problem import Problem
from partwise.partition._solver import Candidate, Clock, evaluate, initial_partition

__all__ = ["backend_for", "jet_memory", "solve_with_jet"]

_STALL = 0.95  # coarsening ends when a level keeps more than this share of its nodes
_COARSEST, _LARGEST_COARSEST = 4096, 32_768  # nodes at which it ends, too: between these bounds
_SHRINK = 12  # times fewer than there are, and
_EACH = 8  # at least so many for each block; but
_MOST_ARCS, _FEWEST = 2_000_000, 1024  # with more arcs than that it goes on, down to so few nodes
_HEAVIEST = 1.5  # largest weight of a coarse node, in mean weights of the coarsest level
_FINEST, _COARSER = 0.25, 0.75  # share of its inner weight that a move may lose
_EXACT = 2.0**53  # sums of weights below it are exact in float64


def solve_with_jet(
    problem: Problem,
    preset: Preset,
    *,
    backend: Backend,
    init: NDArray[np.int32] | None,
    n_trials: int,
    seed: int,
    clock: Clock,
) -> tuple[Candidate, int]:
    """Return the best partition found and the number of trials from scratch.

    Parameters
    ----------
    init : ndarray or None
        A partition to improve: the graph is coarsened inside its blocks only.
    n_trials : int
        Partitions computed from scratch, of which the best is taken.

    Raises
    ------
    ValueError
        Weights sum to 2^53 or more.
    """
    weights = problem.level.weights
    for name, total in (
        ("edge weights", 0 if weights is None else float(weights.sum(dtype=np.float64))),
        ("node weights", float(problem.level.node_weights.sum(dtype=np.float64))),
    ):
        if total >= _EXACT:
            raise ValueError(f"{name} must sum to less than 2^53 for preset='jet'; divide them")
    clock.total = n_trials if init is None else 1
    if init is not None:
        start = evaluate(problem, init)
        found = _trial(problem, preset, backend, init, seed, 0, clock)
        return min(start, found, key=lambda candidate: candidate.value), 0
    done: list[Candidate] = []
    for trial in range(n_trials):
        if trial > 0 and clock.over:
            break
        done.append(_trial(problem, preset, backend, None, seed, trial, clock))
    return min(done, key=lambda candidate: candidate.value), len(done)


def _trial(
    problem: Problem,
    preset: Preset,
    backend: Backend,
    init: NDArray[np.int32] | None,
    seed: int,
    trial: int,
    clock: Clock,
) -> Candidate:
    state = stream_state(seed, trial)
    chance = int(state[0] >> np.uint64(2))
    held = problem.inner_fixed if problem.fixed.size else None
    group = held
    if init is not None:
        # nodes that are held are contracted with their like only
        group = 2 * init if held is None else 2 * init + (held >= 0)
    finest = from_host(backend, problem.level, held, group)
    levels, maps = _coarsen(finest, problem, chance)
    if init is None:
        part = _first(levels[-1], problem, preset, state)
    else:
        part = levels[-1].group // 2
    total = float(problem.level.node_weights.sum())
    ideal = problem.fractions * total
    work = 1.0 / sum(level.n_nodes for level in levels)
    for number, level in enumerate(reversed(levels)):
        if number > 0:
            part = part[maps[-number]]
        tolerance = _FINEST if level is finest else _COARSER
        part, over, cut = refine(
            level, part, problem.limits, ideal, tolerance, chance + number, lambda: clock.over
        )
        clock.advance(work * level.n_nodes, f"trial {trial + 1}: refining")
    return Candidate(over, cut, backend.to_host(part), len(levels))


def _coarsen(finest: Level, problem: Problem, chance: int) -> tuple[list[Level], list[Any]]:
    """Return the levels, the finest one first, and for all but the last each node's cluster."""
    size = min(finest.n_nodes // _SHRINK, _LARGEST_COARSEST)
    size = max(size, _COARSEST, _EACH * problem.n_parts)
    total = int(problem.level.node_weights.sum())
    fewest = max(_FEWEST, _EACH * problem.n_parts)
    levels, maps = [finest], []
    while True:
        level = levels[-1]
        is_dense = level.n_arcs > _MOST_ARCS and level.n_nodes > fewest
        if level.n_nodes <= size and not is_dense:
            break
        aim = size if level.n_nodes > size else level.n_nodes // 2
        heaviest = min(int(_HEAVIEST * total / aim), int(problem.limits.min()) // 2)
        mate = match(level, max(1, heaviest), chance + 1000 * len(levels))
        cluster, count = clusters(level, mate)
        if count > _STALL * level.n_nodes:
            break
        levels.append(contract_level(level, cluster, count))
        maps.append(cluster)
    return levels, maps


def _first(level: Level, problem: Problem, preset: Preset, state: NDArray[np.uint64]) -> Any:
    """Partition the coarsest level, on the CPU."""
    backend = level.backend
    held = np.empty(0, np.int32) if level.held is None else backend.to_host(level.held)
    coarsest = to_host(level, problem.like.dtype)
    part = initial_partition(problem, coarsest, held, preset, state)
    return backend.xp.asarray(part)


def backend_for(where: str, problem: Problem, n_jobs: int) -> Backend:
    """Return the backend of a device.

    Raises
    ------
    MemoryError
        The problem does not fit on the GPU.
    """
    if where == "cpu":
        return Host(n_jobs)
    from partwise.gpu import _backend

    needs_memory(jet_memory(problem), "a partition by preset='jet'")
    return _backend.cuda()


def jet_memory(problem: Problem) -> int:
    """Return the bytes that a partition takes on a GPU, those of the graph included.

    With n nodes and m arcs, all levels take twice the finest; a contraction sorts the arcs.
    """
    n, m = problem.level.n_nodes, problem.level.indices.size
    arcs = 12 if problem.level.weights is not None else 4
    return (2 * arcs + 12) * m + 40 * m + 120 * n
