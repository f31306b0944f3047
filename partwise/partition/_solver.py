"""The multilevel solver: hierarchies, trials, V-cycles and combination, over the kernels."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from partwise.kernels.contraction import contract
from partwise.kernels.rng import stream_state
from partwise.partition._kernels.clustering import cluster_level
from partwise.partition._kernels.components import pack_components
from partwise.partition._kernels.frontier import (
    cut_weight,
    full_frontier,
    project,
    unlist_inner,
)
from partwise.partition._kernels.recursive_bisection import recursive_bisection
from partwise.partition._kernels.refinement import refine_level
from partwise.partition._presets import Preset
from partwise.partition._problem import LevelGraph, Problem, coarsest_size

__all__ = ["Candidate", "Clock", "evaluate", "initial_partition", "solve"]

SHRINK = 2.5  # a level ends when this factor fewer clusters are left
STALL = 0.95  # coarsening ends when a level keeps more than this share of its nodes
HEAVIEST = 1.5  # largest weight of a coarse node, in mean weights of the coarsest level

IRREGULAR = 20.0  # largest degree, in mean ones, from which a graph counts as irregular
IRREGULAR_ROUNDS = 4  # rounds of FM that such a graph gets at least: one would miss much

_NOWHERE = np.empty(0, dtype=np.int32)


class Candidate(NamedTuple):
    """A partition and what it is worth; ordered by overload, then cut."""

    over: int
    cut: int
    labels: NDArray[np.int32]
    n_levels: int

    @property
    def value(self) -> tuple[int, int]:
        """What candidates are compared by: less is better."""
        return self.over, self.cut


@dataclass(slots=True)
class Clock:
    """A deadline, and the caller's wish to hear of progress."""

    deadline: float
    report: Callable[[float, str], None] | None = None
    done: float = 0.0
    total: float = 1.0

    @property
    def over(self) -> bool:
        """Whether time is up."""
        return time.perf_counter() >= self.deadline

    def advance(self, work: float, message: str) -> None:
        """Say that `work` more of `total` is done."""
        self.done += work
        if self.report is not None:
            self.report(min(1.0, self.done / self.total), message)


class _Level(NamedTuple):
    graph: LevelGraph
    cluster: NDArray[np.uint32]
    fixed: NDArray[np.int32]


def _is_irregular(graph: LevelGraph) -> bool:
    degrees = np.diff(graph.indptr)
    return bool(degrees.size) and float(degrees.max()) > IRREGULAR * float(degrees.mean())


def _coarsen(
    problem: Problem, confine: NDArray[np.int32], state: NDArray[np.uint64]
) -> tuple[list[_Level], LevelGraph, NDArray[np.int32], NDArray[np.int32]]:
    """Return (levels, coarsest graph, its fixed blocks, its confinement)."""
    graph = problem.level
    n, k = graph.n_nodes, problem.n_parts
    size = coarsest_size(n, k)
    total = int(graph.node_weights.sum())
    heaviest = max(1, int(HEAVIEST * total / size))
    heaviest = min(heaviest, max(1, int(problem.limits.min()) // 2))
    fixed = problem.inner_fixed
    # Dividing by the cluster's weight, which keeps clusters even, tears hubs from their leaves.
    rating = 1 if _is_irregular(graph) else 0
    levels: list[_Level] = []
    while graph.n_nodes > size:
        target = max(int(graph.n_nodes / SHRINK), size)
        cluster, count, coarse_fixed, coarse_confine = cluster_level(
            graph.indptr, graph.indices, graph.weights, graph.node_weights,
            confine, fixed, heaviest, target, rating, state,
        )  # fmt: skip
        if count > STALL * graph.n_nodes:
            break
        levels.append(_Level(graph, cluster, fixed))
        graph = LevelGraph(*contract(*graph, cluster, count, problem.like))
        fixed, confine = coarse_fixed, coarse_confine
    return levels, graph, fixed, confine


def _refine(
    problem: Problem,
    levels: list[_Level],
    graph: LevelGraph,
    fixed: NDArray[np.int32],
    part: NDArray[np.int32],
    preset: Preset,
    state: NDArray[np.uint64],
    clock: Clock,
    message: str,
) -> Candidate:
    """Refine a partition of the coarsest graph and carry it up to the finest."""
    limits = problem.limits
    load = np.bincount(part, weights=graph.node_weights, minlength=limits.size).astype(np.int64)
    frontier, listed, size = full_frontier(graph.indptr, graph.indices, part)
    cut = cut_weight(*graph[:3], part)
    steps = [(graph, fixed, _NOWHERE)]
    steps += [(level.graph, level.fixed, level.cluster) for level in reversed(levels)]
    work = 1.0 / sum(step[0].n_nodes + 1 for step in steps)
    for graph, fixed, cluster in steps:
        if cluster.size:
            part, frontier, listed, size = project(cluster, part, listed)
        cut, size = refine_level(
            *graph, fixed, part, load, limits, frontier, listed, size, cut,
            0 if clock.over else preset.rounds, preset.seeds_each,
            preset.patience, problem.like, state,
        )  # fmt: skip
        unlist_inner(*graph[:2], part, frontier, listed, size)
        clock.advance(work * (graph.n_nodes + 1), message)
    over = int(np.maximum(load - limits, 0).sum())
    return Candidate(over, int(cut), part, len(steps))


def initial_partition(
    problem: Problem,
    graph: LevelGraph,
    fixed: NDArray[np.int32],
    preset: Preset,
    state: NDArray[np.uint64],
) -> NDArray[np.int32]:
    """Partition the coarsest graph: components whole if they fit, else by recursive bisection."""
    part: NDArray[np.int32] = pack_components(
        graph.indptr, graph.indices, graph.node_weights, fixed, problem.limits
    )
    if part.size == 0:
        weights = graph.weights
        if weights is None:
            weights = np.ones(graph.indices.size, dtype=np.int32)
        part = recursive_bisection(
            graph.indptr, graph.indices, weights, graph.node_weights, fixed,
            problem.fractions, problem.limits, preset.tries, state,
        )  # fmt: skip
    return part


def _from_scratch(
    problem: Problem, preset: Preset, seed: int, trial: int, clock: Clock
) -> Candidate:
    state = stream_state(seed, trial)
    levels, graph, fixed, _ = _coarsen(problem, _NOWHERE, state)
    part = initial_partition(problem, graph, fixed, preset, state)
    message = f"trial {trial + 1}: refining"
    return _refine(problem, levels, graph, fixed, part, preset, state, clock, message)


def _again(
    problem: Problem,
    preset: Preset,
    start: Candidate,
    others: list[Candidate],
    state: NDArray[np.uint64],
    clock: Clock,
    message: str,
) -> Candidate:
    """V-cycle of `start`; with `others`, edges that any of them cuts are not contracted either."""
    confine = start.labels.astype(np.int64)
    for other in others:
        confine = confine * problem.n_parts + other.labels
        confine = np.unique(confine, return_inverse=True)[1]
    levels, graph, fixed, _ = _coarsen(problem, confine.astype(np.int32), state)
    part = start.labels
    for level in levels:
        coarse = np.empty(int(level.cluster.max()) + 1, dtype=np.int32)
        coarse[level.cluster] = part
        part = coarse
    if not levels:
        part = part.copy()
    found = _refine(problem, levels, graph, fixed, part, preset, state, clock, message)
    return min(start, found, key=lambda candidate: candidate.value)


def solve(
    problem: Problem,
    preset: Preset,
    *,
    init: NDArray[np.int32] | None,
    n_trials: int,
    n_jobs: int,
    seed: int,
    clock: Clock,
) -> tuple[Candidate, int]:
    """Return the best partition found and the number of trials from scratch.

    Parameters
    ----------
    init : ndarray or None
        A partition to improve instead of starting from scratch.
    n_trials : int
        Partitions computed from scratch, with streams of `seed` of their own, so that threads do
        not change the result.
    """
    if _is_irregular(problem.level):
        preset = replace(preset, rounds=max(preset.rounds, IRREGULAR_ROUNDS))
    state = stream_state(seed, 1 << 40)
    combine = n_trials > 1 and init is None
    clock.total = (1 if init is not None else n_trials) + preset.v_cycles + combine
    trials: list[Candidate] = []
    if init is not None:
        start = evaluate(problem, init)
        trials.append(_again(problem, preset, start, [], state, clock, "improving the start"))
    elif n_jobs > 1 and n_trials > 1:
        with ThreadPoolExecutor(min(n_jobs, n_trials)) as pool:
            work = [
                pool.submit(_from_scratch, problem, preset, seed, trial, clock)
                for trial in range(n_trials)
            ]
            trials = [future.result() for future in work]
    else:
        for trial in range(n_trials):
            if trial > 0 and clock.over:
                break
            trials.append(_from_scratch(problem, preset, seed, trial, clock))
    best = min(trials, key=lambda candidate: candidate.value)
    if len(trials) > 1 and best.cut > 0 and not clock.over:
        others = [candidate for candidate in trials if candidate is not best]
        best = _again(problem, preset, best, others, state, clock, "combining trials")
    for _ in range(preset.v_cycles):
        if clock.over or best.cut == 0:
            break
        best = _again(problem, preset, best, [], state, clock, "V-cycle")
    return best, 0 if init is not None else len(trials)


def evaluate(problem: Problem, labels: NDArray[np.int32]) -> Candidate:
    """Return the candidate of a given partition of the inner nodes."""
    level = problem.level
    load = np.bincount(labels, weights=level.node_weights, minlength=problem.n_parts)
    over = int(np.maximum(load.astype(np.int64) - problem.limits, 0).sum())
    return Candidate(over, int(cut_weight(*level[:3], labels)), labels, 1)
