"""OneBatchPAM: all objects as candidates, one random batch of them as judges."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from partwise._checks import check_count
from partwise._random import RandomState
from partwise.cluster.kmedoids._distances import Metric, nearest_medoid
from partwise.cluster.kmedoids._kernels.sampling import draw_weighted, draw_without_replacement
from partwise.cluster.kmedoids._result import KMedoidsResult
from partwise.cluster.kmedoids._sampling import (
    Task,
    as_task,
    check_init,
    check_name,
    fill_rows,
    finish,
    random_order,
    search_rows,
    start_on,
)
from partwise.kernels.rng import stream_state

__all__ = ["one_batch_pam"]

MAX_BYTES = 2**29  # of distances between candidates and batch
_WEIGHTINGS = ("nniw", "uniform", "debias", "lwcs")


def one_batch_pam(
    X: ArrayLike,
    n_clusters: int,
    *,
    metric: Metric = "euclidean",
    batch_size: int | None = None,
    n_candidates: int | None = None,
    weighting: Literal["nniw", "uniform", "debias", "lwcs"] = "nniw",
    init: str | ArrayLike = "random",
    max_iter: int = 100,
    sample_weight: ArrayLike | None = None,
    dtype: DTypeLike = "float32",
    metric_params: Mapping[str, Any] | None = None,
    random_state: RandomState = None,
    n_jobs: int | None = None,
) -> KMedoidsResult:
    """Find k medoids among all objects by FasterPAM on a random batch (OneBatchPAM).

    Every object may become a medoid; a batch of objects, drawn once, stands for all when exchanges
    are judged. Many candidates pay in high dimension, where few objects are near the middle of a
    cluster.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Rows of finite numbers. float32 and float64 are used as they are.
    n_clusters : int
        Number of medoids k, ``1 <= k <= n``.
    metric : str or callable, default="euclidean"
        As for :func:`clara`.
    batch_size : int, optional
        Objects in the batch, by default ``100 log(k n)``; never more than n.
    n_candidates : int, optional
        Objects that may become medoids, at least k: by default all, or as many random ones as
        512 MiB of distances allow.
    weighting : {"nniw", "uniform", "debias", "lwcs"}, default="nniw"
        What stands for what. ``"uniform"``: the batch is drawn uniformly. ``"nniw"``: and each of
        it weighs as much as the candidates that are nearest to it. ``"debias"``: uniform, and no
        object of the batch serves itself for free: its distance to itself counts as the largest of
        all. ``"lwcs"``: objects far from the mean are drawn more often, and weigh less (a
        lightweight coreset; objects drawn twice are merged).
    init : {"random", "build"} or array-like of shape (k,)
        Start of the search.
    max_iter : int, default=100
        Most rounds over the candidates.
    sample_weight : array-like of shape (n,), optional
        Weight of every object's distance.
    dtype : {"float32", "float64"}, default="float32"
        Of the distances while searching. Those of the result are summed in float64.
    metric_params : mapping, optional
        Arguments of scipy's metric.
    random_state : int, Generator, RandomState or None
        The seed; None draws one, which the result reports.
    n_jobs : int, optional
        Threads for distances: None for 1, -1 for all processors. The result does not depend on it.

    Returns
    -------
    KMedoidsResult
        The loss is that of all n objects, not of the batch.

    Raises
    ------
    ValueError, TypeError
        As for :func:`clara`.

    See Also
    --------
    clara : several samples that learn from one another; better and slower.
    fasterpam : what this is when the batch holds all objects.

    Notes
    -----
    O(c m d) time for m objects in the batch and c candidates, and O(c m) a round; memory for c m
    distances (512 MiB at most by default) and X.

    References
    ----------
    .. [1] A. de Mathelin et al., "OneBatchPAM: a fast and frugal k-medoids algorithm", AAAI 2025,
       arXiv:2501.19285.
    .. [2] O. Bachem, M. Lucic, A. Krause, "Scalable k-means clustering via lightweight coresets",
       KDD 2018, doi:10.1145/3219819.3219973.

    Examples
    --------
    >>> X = np.repeat([[0.0, 0.0], [5.0, 5.0], [9.0, 0.0]], 1000, axis=0)
    >>> X += np.random.default_rng(0).uniform(-1, 1, X.shape)
    >>> result = one_batch_pam(X, 3, batch_size=100, random_state=0)
    >>> np.bincount(result.labels).tolist()
    [1000, 1000, 1000]
    """
    task = as_task(X, n_clusters, metric, metric_params, dtype, sample_weight, random_state, n_jobs)
    kind = check_name("weighting", weighting, _WEIGHTINGS)
    start = check_init(init, ("random", "build"), task)
    limit = check_count("max_iter", max_iter)
    size = _batch_size(batch_size, task)

    batch, weights = _batch(task, size, kind)
    candidates = _candidates(task, n_candidates, batch.size, start)
    rows = np.empty((candidates.size, batch.size), dtype=task.measure.dtype)
    fill_rows(task, task.X[candidates], task.X[batch], rows)
    if kind == "nniw":
        weights = _nearest_weights(task, rows, candidates)
    elif kind == "debias":
        _, both, place = np.intersect1d(candidates, batch, assume_unique=True, return_indices=True)
        rows[both, place] = rows.max()
    if isinstance(start, str):
        first = start_on(rows, weights, task.k, start, task.seed, 2)
    else:
        first = np.searchsorted(candidates, start)
    order = random_order(candidates.size, task.seed, 3)
    chosen, rounds, swaps = search_rows(rows, weights, first, order, "fasterpam", limit)
    del rows
    return finish(task, candidates[chosen], rounds, swaps)


def _batch_size(batch_size: int | None, task: Task) -> int:
    if batch_size is None:
        return min(task.n, math.ceil(100 * math.log(max(2, task.k * task.n))))
    return min(task.n, check_count("batch_size", batch_size))


def _batch(
    task: Task, size: int, kind: str
) -> tuple[NDArray[np.int64], NDArray[np.float64] | None]:
    """Return (objects in ascending order, what each stands for or None for ones)."""
    state = stream_state(task.seed, 0)
    if kind != "lwcs":
        objects = np.sort(draw_without_replacement(state, task.n, size))
        return objects, task.weights_of(objects)
    mean = np.average(task.X, axis=0, weights=task.weights)[None].astype(task.X.dtype)
    _, spread = nearest_medoid(task.X, mean, task.measure, n_jobs=task.n_jobs)
    mass = np.ones(task.n) if task.weights is None else task.weights
    share = mass / mass.sum()
    spread *= mass
    if spread.sum() > 0:
        share = 0.5 * share + 0.5 * spread / spread.sum()
    drawn, count = np.unique(draw_weighted(state, np.cumsum(share), size), return_counts=True)
    return drawn, count * mass[drawn] / (size * share[drawn])


def _candidates(
    task: Task, n_candidates: int | None, batch: int, start: str | NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the objects that may become medoids, in ascending order."""
    if n_candidates is None:
        fitting = MAX_BYTES // (batch * task.measure.dtype.itemsize)
        size = min(task.n, max(fitting, task.k))
    else:
        size = min(task.n, check_count("n_candidates", n_candidates))
        if size < task.k:
            raise ValueError(
                f"n_candidates must be at least n_clusters, {task.k}, got {n_candidates}"
            )
    if size == task.n:
        return np.arange(size)
    drawn = draw_without_replacement(stream_state(task.seed, 1), task.n, size)
    if not isinstance(start, str):
        others = drawn[~np.isin(drawn, start)]
        drawn = np.concatenate([start, others[: size - start.size]])
    return np.sort(drawn)


def _nearest_weights(
    task: Task, rows: NDArray[Any], candidates: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the weight of the candidates nearest to every object of the batch, 1 on average."""
    counts = np.bincount(
        _row_minima(rows), weights=task.weights_of(candidates), minlength=rows.shape[1]
    ).astype(np.float64)
    total = counts.sum()
    return counts * (counts.size / total) if total > 0 else counts


def _row_minima(rows: NDArray[Any]) -> NDArray[np.int64]:
    step = max(1, 2**22 // rows.shape[1])  # numpy's argmin along rows makes no copies
    return np.concatenate([rows[at : at + step].argmin(axis=1) for at in range(0, len(rows), step)])
