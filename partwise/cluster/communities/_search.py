"""From a graph and the options of a user to communities: what Leiden and Louvain share."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_count, check_jobs, progress_printer
from partwise._random import RandomState, check_seed
from partwise.cluster.communities._numbering import by_size, compact, with_fixed
from partwise.cluster.communities._result import CommunityResult
from partwise.graph import as_graph

if TYPE_CHECKING:
    from partwise.cluster.communities._problem import Problem
    from partwise.cluster.communities._solver import Solution
    from partwise.graph import Graph

__all__ = ["Options", "find_communities"]

_ALGORITHMS = ("auto", "sequential", "parallel", "free")


@dataclass(frozen=True)
class Options:
    """The arguments of :func:`leiden` and :func:`louvain` as given, not checked yet."""

    name: str
    refine: bool
    theta: float
    quality: str
    resolution: float
    n_iterations: int
    initial_labels: ArrayLike | None
    fixed: ArrayLike | None
    min_size: int | None
    max_size: int | None
    sides: ArrayLike | None
    consensus: int | None
    algorithm: str
    n_jobs: int | None
    device: str | None
    random_state: RandomState
    verbose: int
    callback: Callable[[float, str], None] | None


def find_communities(graph: Any, options: Options) -> CommunityResult:
    """Check the arguments, search, number the communities and measure them.

    Raises
    ------
    ValueError, TypeError
        As :func:`leiden` says.
    """
    from partwise.cluster.communities._anchors import anchor, check_fixed
    from partwise.cluster.communities._problem import as_problem
    from partwise.cluster.communities._solver import Settings, optimise
    from partwise.metrics._modularity import check_resolution

    started = time.perf_counter()
    graph = as_graph(graph)
    resolution = check_resolution(options.resolution)
    n_threads = check_jobs(options.n_jobs)
    settings = Settings(
        refine=options.refine,
        theta=_check_theta(options.theta),
        n_iterations=_check_iterations(options.n_iterations),
        algorithm=_check_algorithm(options.algorithm, n_threads),
        n_threads=n_threads,
    )
    n_runs = 1 if options.consensus is None else check_count("consensus", options.consensus)
    n = graph.n_nodes
    fixed = check_fixed(options.fixed, n)
    initial = _check_initial(options.initial_labels, n)
    min_size, max_size = _check_sizes(options.min_size, options.max_size)
    problem = as_problem(graph, options.quality, resolution, options.sides)
    seed = check_seed(options.random_state)
    if max_size is not None or min_size is not None:
        problem = problem.with_sizes(n if max_size is None else max_size)
    node_of = None
    if fixed is not None:
        anchored = anchor(problem, fixed)
        problem, node_of = anchored.problem, anchored.node_of
        if initial is not None:
            initial = np.where(fixed >= 0, fixed, initial)
    start = _start(problem, initial, node_of)
    if max_size is not None:
        _check_start(problem, start, max_size)
    report = options.callback
    if report is None and options.verbose > 0:
        report = progress_printer(options.name)

    stability = None
    where = _device(options, problem, n_runs)
    if where == "cuda":
        from partwise.cluster.communities._parallel_leiden import gpu_for, leiden_in_parallel

        solution = leiden_in_parallel(
            gpu_for(problem), problem, start, settings.n_iterations, options.refine, seed, report
        )
        if options.consensus is not None:
            stability = np.ones(problem.n)
    elif n_runs > 1:
        from partwise.cluster.communities._consensus import agree

        solution, stability = agree(problem, start, settings, seed, n_runs)
    else:
        solution = optimise(problem, start, settings, seed, report)
        if options.consensus is not None:
            stability = np.ones(problem.n)
    labels = _finish(problem, solution, options.refine, min_size)
    if node_of is not None:
        labels = labels[node_of]
        stability = None if stability is None else stability[node_of]
    levels = [level if node_of is None else level[node_of] for level in solution.levels]
    numbered = by_size(labels) if fixed is None else with_fixed(labels, fixed)
    return CommunityResult(
        labels=numbered,
        quality=_measure(graph, by_size(labels), options.quality, resolution, options.sides),
        n_communities=int(labels.max()) + 1 if n else 0,
        levels=tuple(by_size(level) if fixed is None else with_fixed(level, fixed)
                     for level in levels),
        quality_function=options.quality,
        resolution=resolution,
        n_iterations=solution.n_iterations,
        n_moves=solution.n_moves,
        device=where,
        converged=solution.converged,
        stability=stability,
        seconds=time.perf_counter() - started,
        seed=seed,
    )  # fmt: skip


def _device(options: Options, problem: Problem, n_runs: int) -> str:
    """Return ``"cpu"`` or ``"cuda"``."""
    from partwise.cluster.communities._parallel_leiden import why_not_on_gpu
    from partwise.gpu._device import device_for

    if options.device is None and "PARTWISE_DEVICE" not in os.environ:
        return "cpu"
    why_not = why_not_on_gpu(problem, options.theta, n_runs)
    work = len(problem.indices)
    return device_for(options.device, why_not=why_not, by_default=False, work=work)


def _check_theta(theta: float) -> float:
    if not (np.isfinite(theta) and theta >= 0):
        raise ValueError(f"theta must be finite and at least 0, got {theta}")
    return float(theta)


def _check_iterations(n_iterations: Any) -> int:
    if isinstance(n_iterations, (int, np.integer)) and n_iterations == -1:
        return -1
    try:
        return check_count("n_iterations", n_iterations)
    except ValueError:
        raise ValueError(
            f"n_iterations must be at least 1, or -1 for as many as improve, got {n_iterations}"
        ) from None


def _check_algorithm(algorithm: str, n_threads: int) -> str:
    if algorithm not in _ALGORITHMS:
        raise ValueError(f"algorithm must be one of {', '.join(_ALGORITHMS)}, got {algorithm!r}")
    if algorithm == "auto":
        return "sequential" if n_threads == 1 else "parallel"
    return algorithm


def _check_sizes(min_size: Any, max_size: Any) -> tuple[int | None, int | None]:
    if min_size is not None:
        min_size = check_count("min_size", min_size)
    if max_size is not None:
        max_size = check_count("max_size", max_size)
        if min_size is not None and min_size > max_size:
            raise ValueError(f"min_size must be at most max_size={max_size}, got {min_size}")
    return min_size, max_size


def _check_initial(labels: ArrayLike | None, n: int) -> NDArray[np.int64] | None:
    if labels is None:
        return None
    from partwise.graph._labels import check_labels

    try:
        return check_labels(labels, n)[0].astype(np.int64)
    except (ValueError, TypeError) as error:
        raise type(error)(str(error).replace("labels", "initial_labels", 1)) from None


def _start(
    problem: Problem, initial: NDArray[np.int64] | None, node_of: NDArray[np.uint32] | None
) -> NDArray[np.uint32]:
    """Return the partition to start from, of the nodes of the problem."""
    if initial is None:
        return np.arange(problem.n, dtype=np.uint32)
    if node_of is not None:
        of_node = np.empty(problem.n, np.int64)
        of_node[node_of] = initial
        initial = of_node
    return compact(initial)[0].astype(np.uint32)


def _check_start(problem: Problem, start: NDArray[np.uint32], max_size: int) -> None:
    assert problem.bulk is not None
    largest = int(np.bincount(start, problem.bulk).max(initial=0))
    if largest > max_size:
        raise ValueError(
            f"max_size={max_size} is below the size of a community of initial_labels or fixed, "
            f"{largest}"
        )


def _finish(
    problem: Problem, solution: Solution, refine: bool, min_size: int | None
) -> NDArray[np.uint32]:
    """Split what does not hang together (Leiden), and join what is too small."""
    labels = solution.labels
    if refine and not solution.connected:
        from partwise.cluster.communities._kernels.pieces import connected_pieces

        labels = labels.copy()
        connected_pieces(problem.indptr, problem.indices, labels)
        labels = compact(labels)[0].astype(np.uint32)
    if min_size is not None and len(labels):
        from partwise.cluster.communities._small import join_small

        labels = join_small(problem, labels, min_size)
    return labels


def _measure(
    graph: Graph, labels: NDArray[np.int32], quality: str, resolution: float, sides: Any
) -> float:
    """Compute the quality from the graph and the labels alone."""
    from partwise import metrics

    if quality == "barber":
        return metrics.bipartite_modularity(graph, labels, sides, resolution=resolution)
    score = {
        "modularity": metrics.modularity,
        "cpm": metrics.cpm_score,
        "rb_er": metrics.rb_er_score,
    }[quality]
    return score(graph, labels, resolution=resolution)
