"""CLARANS: k-medoids by random exchanges, each judged on all objects, without a matrix."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from partwise._checks import check_count
from partwise._random import RandomState
from partwise.cluster.kmedoids._distances import Metric
from partwise.cluster.kmedoids._input import farthest
from partwise.cluster.kmedoids._kernels.clarans import (
    draw_exchanges,
    try_candidates,
    try_single,
)
from partwise.cluster.kmedoids._kernels.sampling import draw_without_replacement
from partwise.cluster.kmedoids._result import KMedoidsResult
from partwise.cluster.kmedoids._sampling import (
    Task,
    as_task,
    check_init,
    check_name,
    fill_rows,
    finish,
    random_order,
)
from partwise.kernels.rng import stream_state

__all__ = ["clarans"]

CHUNK_BYTES = 2**26  # of candidates' distances made at a time
_METHODS = ("fasterclarans", "fastclarans", "clarans")
_NO_SLOTS = np.empty(0, dtype=np.int64)


def clarans(
    X: ArrayLike,
    n_clusters: int,
    *,
    metric: Metric = "euclidean",
    method: Literal["fasterclarans", "fastclarans", "clarans"] = "fasterclarans",
    n_local: int = 2,
    max_neighbor: int | None = None,
    init: str | ArrayLike = "random",
    sample_weight: ArrayLike | None = None,
    dtype: DTypeLike = "float32",
    metric_params: Mapping[str, Any] | None = None,
    random_state: RandomState = None,
    n_jobs: int | None = None,
) -> KMedoidsResult:
    """Find k medoids by trying random exchanges until many in a row bring nothing.

    Distances to a candidate are made when it is tried. No n x n matrix is made.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Rows of finite numbers. float32 and float64 are used as they are.
    n_clusters : int
        Number of medoids k, ``1 <= k <= n``.
    metric : str or callable, default="euclidean"
        As for :func:`clara`.
    method : {"fasterclarans", "fastclarans", "clarans"}, default="fasterclarans"
        ``"clarans"`` draws a candidate and the medoid that it may replace, as published.
        ``"fastclarans"`` draws a candidate and looks at all k medoids at once. ``"fasterclarans"``
        takes the candidates from a random permutation, so that none comes twice in a round.
    n_local : int, default=2
        Number of searches from a start of their own.
    max_neighbor : int, optional
        How many candidates in a row may bring nothing before a search ends. By default
        ``max(250, 1.25 % of k (n - k))`` for ``"clarans"``, else ``max(250, 2.5 % of n - k)``. With
        ``"fasterclarans"`` never more than n - k: then no exchange is left that improves, and the
        search was FasterPAM.
    init : "random" or array-like of shape (k,)
        Objects to start from are those of the first search; others start at random.
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
        ``n_iter`` is the number of candidates tried, summed over the searches like ``n_swap``.

    Raises
    ------
    ValueError, TypeError
        As for :func:`clara`.

    See Also
    --------
    clara : the faster choice for very many objects.

    Notes
    -----
    O(n d) time for every candidate tried: at least max_neighbor of them, which for a million
    objects takes minutes. Memory: (k + 16) n distances or so, and X. Defaults are those of [1]_ and
    of the authors of [2]_.

    References
    ----------
    .. [1] R. T. Ng, J. Han, "CLARANS: a method for clustering objects for spatial data mining",
       IEEE TKDE 14(5), 2002, doi:10.1109/TKDE.2002.1033770.
    .. [2] E. Schubert, P. Rousseeuw, "Fast and eager k-medoids clustering: O(k) runtime improvement
       of the PAM, CLARA, and CLARANS algorithms", Information Systems 101, 2021, arXiv:2008.05171.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [2.0], [10.0], [11.0], [12.0]])
    >>> result = clarans(X, 2, random_state=0)
    >>> result.loss, sorted(result.medoids.tolist())
    (4.0, [1, 4])
    """
    task = as_task(X, n_clusters, metric, metric_params, dtype, sample_weight, random_state, n_jobs)
    method_ = check_name("method", method, _METHODS)
    start = check_init(init, ("random",), task)
    searches = check_count("n_local", n_local)
    budget = _budget_of(max_neighbor, method_, task)

    best = math.inf
    medoids = np.empty(0, dtype=np.int64)
    tried = swaps = 0
    for number in range(searches):
        if isinstance(start, str) or number > 0:
            state = stream_state(task.seed, 2 * number)
            first = draw_without_replacement(state, task.n, task.k)
        else:
            first = start.copy()
        loss, n_tried, n_swap = _search(task, first, method_, budget, 2 * number + 1)
        tried, swaps = tried + n_tried, swaps + n_swap
        if loss < best or not medoids.size:
            best, medoids = loss, first
    return finish(task, medoids, tried, swaps)


def _budget_of(max_neighbor: int | None, method: str, task: Task) -> int:
    n, k = task.n, task.k
    if max_neighbor is not None:
        budget = check_count("max_neighbor", max_neighbor)
    elif method == "clarans":
        budget = max(250, math.ceil(0.0125 * k * (n - k)))
    else:
        budget = max(250, math.ceil(0.025 * (n - k)))
    return min(budget, n - k) if method == "fasterclarans" else budget


def _search(
    task: Task, medoids: NDArray[np.int64], method: str, budget: int, stream: int
) -> tuple[float, int, int]:
    """Improve `medoids` in place: (loss, candidates tried, swaps)."""
    from partwise.cluster.kmedoids._kernels.fasterpam import FEW, total_of
    from partwise.cluster.kmedoids._kernels.nearest import assign, removal_losses

    n, k = task.n, task.k
    weights = task.weights
    far = farthest(task.measure.dtype)
    held = np.empty((k, n), dtype=task.measure.dtype)
    fill_rows(task, task.X[medoids], task.X, held)
    loss = float(held[0].sum(dtype=np.float64) if weights is None else (held[0] * weights).sum())
    if n == k:
        return 0.0, 0, 0
    lists: Any = assign(held, np.arange(k), far) if k > 1 else None
    gains = np.zeros(k)
    touched = np.empty(n + 1 if k > FEW else 0, dtype=np.uint32)
    is_medoid = np.zeros(n, dtype=np.bool_)
    is_medoid[medoids] = True

    size = int(min(n, max(1, min(256, CHUNK_BYTES // (n * held.itemsize)))))
    fresh = np.empty((size, n), dtype=held.dtype)
    candidates = np.empty(size, dtype=np.int64)
    wanted = np.empty(size, dtype=np.int64) if method == "clarans" else _NO_SLOTS
    state = stream_state(task.seed, stream)
    order = random_order(n, task.seed, stream) if method == "fasterclarans" else _NO_SLOTS
    at = tried = swaps = idle = 0
    while idle < budget:
        if order.size:
            candidates = order[np.arange(at, at + size) % n]
            at = (at + size) % n
        else:
            draw_exchanges(state, n, k, candidates, wanted)
        fill_rows(task, task.X[candidates], task.X, fresh)
        if k == 1:
            loss, idle, n_tried, n_swap = try_single(
                fresh, candidates, medoids, weights, loss, idle, budget
            )
        else:
            near, both = lists[4], lists[5]
            losses = removal_losses(k, weights, near, both)
            loss, idle, n_tried, n_swap = try_candidates(
                fresh, candidates, wanted, held, medoids, is_medoid, weights, far, *lists, losses,
                gains, touched, total_of(both, weights), idle, budget,
            )  # fmt: skip
        tried += n_tried
        swaps += n_swap
    return float(loss), tried, swaps
