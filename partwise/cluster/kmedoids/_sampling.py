"""What the methods without a full matrix share: the task, the search on a sample, the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from partwise._checks import check_count, check_jobs, check_sample_weight
from partwise._random import RandomState, check_seed
from partwise.cluster.kmedoids._distances import (
    BLOCK_BYTES,
    Measure,
    Metric,
    as_measure,
    check_points,
    nearest_medoid,
)
from partwise.cluster.kmedoids._input import check_medoids, farthest
from partwise.cluster.kmedoids._kernels.sampling import draw_without_replacement
from partwise.cluster.kmedoids._result import KMedoidsResult
from partwise.kernels.blas import run_jobs
from partwise.kernels.rng import shuffle, stream_state

__all__ = [
    "Task",
    "as_task",
    "check_init",
    "check_name",
    "fill_rows",
    "finish",
    "loss_of",
    "random_order",
    "search_rows",
    "start_on",
]


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """Checked arguments that every method has.

    Attributes
    ----------
    X : ndarray of shape (n, d)
    k : int
        Number of medoids.
    measure : Measure
    weights : float64 ndarray of shape (n,) or None
    seed : int
    n_jobs : int
        Threads for distances.
    """

    X: NDArray[Any]
    k: int
    measure: Measure
    weights: NDArray[np.float64] | None
    seed: int
    n_jobs: int

    @property
    def n(self) -> int:
        """Number of objects."""
        return int(self.X.shape[0])

    def weights_of(self, objects: NDArray[np.int64]) -> NDArray[np.float64] | None:
        """Return the weights of some objects."""
        return None if self.weights is None else self.weights[objects]


def as_task(
    X: ArrayLike,
    n_clusters: int,
    metric: Metric,
    metric_params: Mapping[str, Any] | None,
    dtype: DTypeLike,
    sample_weight: ArrayLike | None,
    random_state: RandomState,
    n_jobs: int | None,
) -> Task:
    """Check the arguments that every method has."""
    if isinstance(metric, str) and metric == "precomputed":
        raise ValueError(
            "metric='precomputed' makes no sense for a method that avoids the matrix; pass the "
            "rows of the objects, or the matrix to fasterpam"
        )
    points = check_points(X)
    k = check_count("n_clusters", n_clusters)
    if k > len(points):
        raise ValueError(f"n_clusters must be at most the number of rows, {len(points)}, got {k}")
    weights = check_sample_weight(sample_weight, len(points))
    jobs = check_jobs(n_jobs)
    seed = check_seed(random_state)
    return Task(points, k, as_measure(metric, points, dtype=dtype, params=metric_params), weights,
                seed, jobs)  # fmt: skip


def check_name(name: str, value: Any, allowed: tuple[str, ...]) -> str:
    """Return `value`, one of the allowed names."""
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}")
    return value


def check_init(init: Any, allowed: tuple[str, ...], task: Task) -> str | NDArray[np.int64]:
    """Return the name of a start, or k different objects."""
    if isinstance(init, str):
        return check_name("init", init, allowed)
    try:
        medoids, _ = check_medoids(np.atleast_1d(init), task.n, 0)
    except (TypeError, ValueError) as error:
        names = ", ".join(map(repr, allowed))
        raise type(error)(
            f"init must be one of {names} or objects, as many as clusters: {error}"
        ) from None
    if medoids.size != task.k:
        raise ValueError(
            f"init must hold as many objects as n_clusters, {task.k}, got {medoids.size}"
        )
    return np.asarray(medoids)


def random_order(n: int, seed: int, stream: int) -> NDArray[np.int64]:
    """Return the numbers below `n` in an order that depends on seed and stream."""
    order = np.arange(n)
    shuffle(stream_state(seed, stream), order)
    return order


def start_on(
    rows: NDArray[Any],
    weights: NDArray[np.float64] | None,
    k: int,
    init: str,
    seed: int,
    stream: int,
) -> NDArray[np.int64]:
    """Return initial medoids, candidates of `rows`."""
    from partwise.cluster.kmedoids._kernels.fasterpam import one_medoid
    from partwise.cluster.kmedoids._kernels.pam import build, lab, plusplus

    state = stream_state(seed, stream)
    if init == "build":
        return np.asarray(build(rows, weights, k, one_medoid(rows, weights))[0])
    if init == "lab":
        return np.asarray(lab(rows, weights, k, state))
    if init == "k-medoids++":
        return np.asarray(plusplus(rows, weights, k, state))
    return np.asarray(draw_without_replacement(state, rows.shape[0], k))


def search_rows(
    rows: NDArray[Any],
    weights: NDArray[np.float64] | None,
    start: NDArray[np.int64],
    order: NDArray[np.int64],
    method: str,
    max_iter: int,
) -> tuple[NDArray[np.int64], int, int]:
    """Return (medoids, rounds, swaps) of a search from `start` on a matrix of candidates' rows."""
    from partwise.cluster.kmedoids._kernels.fasterpam import one_medoid, swap_search
    from partwise.cluster.kmedoids._kernels.pam import fastpam1_swap, pam_swap

    if start.size == 1:
        best = int(one_medoid(rows, weights))
        return np.array([best]), 1, int(best != start[0])
    medoids = start.astype(np.int64)
    far = farthest(rows.dtype)
    if method == "fasterpam":
        fault = np.full(2, -1, dtype=np.int64)
        found = swap_search(rows, weights, medoids, order, far, max_iter, True, fault)
    else:
        search = pam_swap if method == "pam" else fastpam1_swap
        found = search(rows, weights, medoids, far, max_iter)
    return medoids, int(found[3]), int(found[4])


def fill_rows(
    task: Task, candidates: NDArray[Any], objects: NDArray[Any], out: NDArray[Any]
) -> None:
    """Write the distances of all objects to the candidates, rows both, to `out`.

    The longer side is taken in blocks of fixed size, so that no copy of it is made.
    """
    along = len(candidates) >= len(objects)
    few = task.measure.load(objects if along else candidates)
    many = candidates if along else objects
    each = task.measure.row_bytes(len(few), many.shape[1])
    size = max(1, 4 * BLOCK_BYTES // each)
    starts = range(0, len(many), size)

    def work(job: int, n_jobs: int) -> None:
        """Do every n_jobs-th block, from this job's on."""
        for at in starts[job::n_jobs]:
            block = task.measure.load(many[at : at + size])
            if along:
                task.measure.write_rows(block, few, out, at, 0)
            else:
                task.measure.write_rows(few, block, out, 0, at)

    run_jobs(work, task.n_jobs, len(starts))


def loss_of(
    task: Task, medoids: NDArray[np.int64]
) -> tuple[float, NDArray[np.int32], NDArray[np.float64]]:
    """Return (loss, labels, distances) over all objects: O(n k d), in blocks."""
    labels, distances = nearest_medoid(task.X, task.X[medoids], task.measure, n_jobs=task.n_jobs)
    labels[medoids] = np.arange(medoids.size)  # whichever of two equal rows came first
    terms = distances if task.weights is None else distances * task.weights
    return float(terms.sum()), labels, distances


def finish(task: Task, medoids: NDArray[np.int64], n_iter: int, n_swap: int) -> KMedoidsResult:
    """Return the result for medoids, measured on all objects."""
    loss, labels, _ = loss_of(task, medoids)
    return KMedoidsResult(loss, labels, medoids, n_iter, n_swap, task.seed)
