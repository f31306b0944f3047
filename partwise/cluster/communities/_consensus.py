"""One partition from many runs, and how far each node can rely on it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from partwise.cluster.communities._problem import Problem
from partwise.cluster.communities._solver import Settings, Solution, optimise

__all__ = ["agree", "stability_of"]

_MAX_ROUNDS = 10


def agree(
    problem: Problem,
    start: NDArray[np.uint32],
    settings: Settings,
    seed: int,
    n_runs: int,
) -> tuple[Solution, NDArray[np.float64]]:
    """Run the search many times, and again on what the runs agree about.

    Every edge is weighed by the share of runs that have both ends in one community, and the null
    model follows. The search runs on these weights, and so on until all runs are equal.

    Returns
    -------
    solution : Solution
        The common one; where ten rounds do not lead to one, the run closest to the others.
    stability : float64 ndarray of shape (n,)
        Mean Jaccard index of the node's community here and in the runs on the graph itself.
    """
    from partwise.cluster.communities._kernels.agreement import agreeing_weights

    solutions = _runs(problem, start, settings, seed, n_runs)
    first = solutions
    for round_ in range(1, _MAX_ROUNDS):
        if _all_equal(solutions):
            break
        partitions = np.stack([solution.labels for solution in solutions], axis=1)
        weights = np.empty(len(problem.indices))
        agreeing_weights(*problem.csr, partitions, weights)
        # edges that no run keeps are left out: kernels take zero weights for untouched sums
        weighed = _without_zeros(problem.reweighted(weights))
        solutions = _runs(weighed, start, settings, seed + round_, n_runs)
    if _all_equal(solutions):
        chosen = solutions[0]
    else:
        overlap = [stability_of(s.labels, [t.labels for t in solutions]) for s in solutions]
        chosen = solutions[int(np.argmax([o.mean() for o in overlap]))]
    return chosen, stability_of(chosen.labels, [solution.labels for solution in first])


def _runs(
    problem: Problem, start: NDArray[np.uint32], settings: Settings, seed: int, n_runs: int
) -> list[Solution]:
    """Run with different seeds, several at a time where there are threads for it."""
    seeds = np.random.SeedSequence(seed).generate_state(n_runs, np.uint64) >> np.uint64(1)
    n_jobs = min(settings.n_threads, n_runs)
    alone = replace(settings, algorithm="sequential", n_threads=1)
    if n_jobs == 1:
        return [optimise(problem, start, alone, int(s)) for s in seeds]
    with ThreadPoolExecutor(n_jobs) as pool:
        jobs = [pool.submit(optimise, problem, start, alone, int(s)) for s in seeds]
        return [job.result() for job in jobs]


def _all_equal(solutions: list[Solution]) -> bool:
    from partwise.cluster.communities._numbering import by_size

    first = by_size(solutions[0].labels)
    return all(np.array_equal(by_size(solution.labels), first) for solution in solutions[1:])


def _without_zeros(problem: Problem) -> Problem:
    assert problem.weights is not None
    kept = problem.weights > 0
    before = np.concatenate([np.zeros(1, np.uint64), np.cumsum(kept, dtype=np.uint64)])
    return replace(
        problem,
        indptr=before[problem.indptr.astype(np.int64)],
        indices=problem.indices[kept],
        weights=problem.weights[kept],
    )


def stability_of(labels: NDArray[np.uint32], runs: list[NDArray[np.uint32]]) -> NDArray[np.float64]:
    """Return the mean Jaccard index of every node's community in `labels` and in each run."""
    from partwise.cluster.communities._kernels.aggregate import piece_members
    from partwise.cluster.communities._kernels.agreement import community_overlap

    n = len(labels)
    starts = np.zeros(int(labels.max(initial=0)) + 2, np.uint64)
    nodes = np.empty(n, np.uint32)
    piece_members(labels, starts, nodes)
    total = np.zeros(n)
    for run in runs:
        sizes = np.bincount(run, minlength=1)
        community_overlap(
            starts.astype(np.int64), nodes, sizes, run, np.zeros(len(sizes), np.int64), total
        )
    return total / max(len(runs), 1)
