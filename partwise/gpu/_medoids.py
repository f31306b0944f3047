"""k-medoids of points without the matrix of distances, on the CPU or on a GPU."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_count, check_jobs, check_rows, check_sample_weight
from partwise._random import RandomState, check_seed
from partwise.gpu._device import Device, needs_memory, resolve_device
from partwise.gpu._medoid_state import METRICS

__all__ = ["PointMedoids", "k_medoids", "kmedoids_memory"]


@dataclass(frozen=True, slots=True, eq=False)
class PointMedoids:
    """Medoids of points, and what they serve.

    Attributes
    ----------
    loss : float
        Summed (weighted) distance of every point to its medoid.
    labels : int32 ndarray of shape (n,)
        Position in `medoids` of the medoid of every point.
    distances : float64 ndarray of shape (n,)
        How far that is.
    medoids : int64 ndarray of shape (k,)
        Rows that are medoids.
    n_iter, n_swap : int
        Rounds over all candidates, and exchanges made.
    device : str
        What was used.
    """

    loss: float
    labels: NDArray[np.int32] = field(repr=False)
    distances: NDArray[np.float64] = field(repr=False)
    medoids: NDArray[np.int64] = field(repr=False)
    n_iter: int
    n_swap: int
    device: str


def k_medoids(
    X: ArrayLike,
    medoids: ArrayLike,
    *,
    metric: str = "euclidean",
    max_iter: int = 100,
    sample_weight: ArrayLike | None = None,
    random_state: RandomState = None,
    n_jobs: int | None = None,
    device: Device | None = None,
) -> PointMedoids:
    """Improve k medoids by exchanges, until none lowers the loss; distances are never stored.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Points: finite numbers.
    medoids : array-like of int, shape (k,)
        Different rows of X to start from.
    metric : {"euclidean", "sqeuclidean", "manhattan"}, default="euclidean"
        Also ``"l2"``, ``"cityblock"`` and ``"l1"``.
    max_iter : int, default=100
        Most rounds over all points as candidates; some five to ten are usual.
    sample_weight : array-like of shape (n,), optional
        Weight of every point's distance: finite, at least 0.
    random_state : int, Generator, RandomState or None
        Seed of the order in which candidates are evaluated.
    n_jobs : int, optional
        Threads of the CPU: None for 1, -1 for all. The result does not depend on it.
    device : {"cpu", "cuda", "auto"}, optional
        By default the environment variable ``PARTWISE_DEVICE``, else "auto": a GPU where there is
        one and n^2 is at least 10^7, else the CPU.

    Returns
    -------
    PointMedoids
        The same for every number of threads and in every run. Devices agree where float32 holds
        all distances exactly, such as squared ones of small whole numbers; else they may round a
        few of them otherwise and end at another local optimum.

    Raises
    ------
    ValueError, TypeError
        An argument is out of range.
    partwise.errors.DeviceError
        A GPU was asked for and cannot be used.
    MemoryError
        The points do not fit on the GPU.

    See Also
    --------
    partwise.cluster.KMedoids : draws the start, and takes other metrics and dissimilarities.
    partwise.cluster.fasterpam : on a matrix.

    Notes
    -----
    O(n^2 d) time a round at worst, O(n d + n + k) memory and 256 MiB at most for sums. The gains of
    all k exchanges of a candidate are found at once, as in FasterPAM [1]_. A batch of candidates is
    evaluated together, then the best ones are tried in turn: each is priced anew before it takes a
    place, so that every exchange lowers the loss. Rows are sorted by their medoids, and tiles of 64
    that no candidate of a tile can be near enough to are left out.

    Search is in float32, by differences of coordinates and not by products of points, which would
    lose small distances of points far from the origin. Sums are integers, of multiples of 2^-60 of
    their largest possible value, which makes them independent of the order. In the end no exchange
    lowers the loss of these distances by more than 2^-30 of it; rounding of distances is up to
    (d + 2) 2^-24 of each. Below 2^-63 of the largest distance differences vanish. Labels, distances
    and loss are computed from the two nearest medoids in float64.

    References
    ----------
    .. [1] E. Schubert, P. Rousseeuw, "Fast and eager k-medoids clustering: O(k) runtime improvement
       of the PAM, CLARA, and CLARANS algorithms", Information Systems 101, 2021, arXiv:2008.05171.

    Examples
    --------
    >>> points = np.array([[0], [1], [2], [10], [11], [12]])
    >>> found = k_medoids(points, [0, 1], metric="manhattan", random_state=0)
    >>> sorted(found.medoids.tolist()), found.loss
    ([1, 4], 4.0)
    """
    points = _check_points(X)
    n, d = points.shape
    start = check_rows("medoids", medoids, n)
    if metric not in METRICS:
        allowed = ", ".join(map(repr, METRICS))
        raise ValueError(f"metric must be one of {allowed}, got {metric!r}")
    limit, seed, threads = (
        check_count("max_iter", max_iter),
        check_seed(random_state),
        check_jobs(n_jobs),
    )
    weights = check_sample_weight(sample_weight, n)
    where = resolve_device(device, work=float(n) * n)
    if where == "cuda":
        needs_memory(kmedoids_memory(n, d, len(start)), f"k_medoids of {n} points")
    return _found(points, start, METRICS[metric], weights, seed, limit, threads, where)


def _found(
    X: NDArray[Any],
    start: NDArray[np.int64],
    metric: int,
    weights: NDArray[np.float64] | None,
    seed: int,
    max_iter: int,
    n_threads: int,
    device: str,
) -> PointMedoids:
    from partwise.gpu._kernels.medoids import settle
    from partwise.gpu._medoid_search import improve, tiles_at_once
    from partwise.gpu._medoid_state import load
    from partwise.gpu._medoid_steps import OnCPU, OnDevice, Steps
    from partwise.kernels.parallel import launch_on

    n, k = len(X), len(start)
    size = tiles_at_once(n, k)
    steps: Steps
    to_host: Callable[[Any], NDArray[Any]]
    if device == "cuda":
        from partwise.gpu._backend import cuda

        backend = cuda()
        to_host = backend.to_host
        state = load(backend.xp, X, start, metric, weights)
        steps = OnDevice(backend, state, size)
    else:
        to_host = np.asarray
        state = load(np, X, start, metric, weights)
        steps = OnCPU(state, size, n_threads)
    n_iter, n_swap = improve(steps, state, seed, max_iter)
    chosen = to_host(state.medoids).astype(np.int64)
    two = np.empty((2, n), np.int32)
    rows = to_host(state.ids)[:n]
    two[0, rows], two[1, rows] = to_host(state.near)[:n], to_host(state.second)[:n]
    labels, distances = np.empty(n, np.int32), np.empty(n)
    with launch_on(n_threads):
        settle(X, X[chosen], metric, two, labels, distances)
    labels[chosen] = np.arange(k)  # a copy of a medoid may come before it
    loss = float(distances.sum() if weights is None else np.dot(distances, weights))
    return PointMedoids(loss, labels, distances, chosen, n_iter, n_swap, device)


def kmedoids_memory(n: int, d: int, k: int) -> int:
    """Return the bytes that k-medoids of points takes on a GPU.

    Parameters
    ----------
    n, d, k : int
        Numbers of points, of dimensions and of medoids: 8 bytes for each coordinate, as points are
        copied when they are sorted, 96 for each point, 4 for each coordinate of a medoid, and 8 for
        each medoid and candidate of a batch.

    Examples
    --------
    >>> kmedoids_memory(1_000_000, 64, 100) // 2**20
    584
    """
    from partwise.gpu._medoid_search import tiles_at_once

    rows, tiles = n + 64, n // 64 + 128
    sums = 64 * tiles_at_once(n, k) * (8 * k + 40)
    return 8 * d * rows + 96 * rows + 4 * (d + 1) * tiles + 4 * d * (k + 64) + 24 * k + sums


def _check_points(X: ArrayLike) -> NDArray[Any]:
    """Return X as float32 where it is, else as float64."""
    points = np.asarray(X)
    if points.dtype.kind not in "buif":
        raise TypeError(f"X must hold real numbers, got dtype {points.dtype}")
    if points.ndim != 2 or 0 in points.shape:
        raise ValueError(
            f"X must be a matrix with at least one row and one column, got shape {points.shape}"
        )
    points = np.ascontiguousarray(
        points, dtype=np.float32 if points.dtype == np.float32 else np.float64
    )
    with np.errstate(over="ignore", invalid="ignore"):
        total = points.sum(dtype=np.float64)  # finite only if all entries are
    if not np.isfinite(total):
        wrong = np.argwhere(~np.isfinite(points))
        if len(wrong):
            i, j = wrong[0]
            raise ValueError(
                f"X must hold finite numbers, got {points[i, j]} in row {i}, column {j}"
            )
        raise ValueError("X must hold numbers whose sum is finite; scale the data down")
    return points
