"""Which function searches the medoids of which data: one place for estimator and command line."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise._checks import check_count
from partwise.cluster.kmedoids import _pam, _silhouette
from partwise.cluster.kmedoids._distances import (
    BLOCK_BYTES,
    Metric,
    distance_block,
    nearest_medoid,
    pairwise_matrix,
)
from partwise.cluster.kmedoids._input import draw
from partwise.cluster.kmedoids._on_device import device_of, search_on_device
from partwise.cluster.kmedoids._result import KMedoidsResult
from partwise.cluster.kmedoids._silhouette_result import MedoidSilhouetteResult

__all__ = [
    "INITS",
    "ON_MATRIX",
    "ON_POINTS",
    "Clustering",
    "Search",
    "distance_matrix",
    "find_medoid_silhouette",
    "find_medoids",
    "medoid_silhouettes",
]

ON_MATRIX: dict[str, Callable[..., KMedoidsResult]] = {
    "fasterpam": _pam.fasterpam,
    "fastpam1": _pam.fastpam1,
    "pam": _pam.pam,
    "alternating": _pam.alternating,
    "ils": _pam.iterated_fasterpam,
}
ON_POINTS = ("fasterclara", "fasterclarans", "onebatch")
INITS = ("random", "build", "lab", "k-medoids++")
_STRIDE = 1_000_003  # between the seeds of restarts


@dataclass(frozen=True, slots=True)
class Search:
    """How medoids are searched; the parameters of :class:`partwise.cluster.KMedoids`, checked."""

    k: int
    seed: int
    metric: Metric = "euclidean"
    method: str = "fasterpam"
    init: Any = "random"
    max_iter: int = 100
    n_init: int | str = 1
    coreset: Any = None
    batch_size: int | None = None
    n_sampling: int | None = None
    sampling_size: int | None = None
    dtype: str = "float32"
    n_threads: int = 1
    device: str | None = "cpu"

    @property
    def precomputed(self) -> bool:
        """Whether the data are dissimilarities."""
        return isinstance(self.metric, str) and self.metric == "precomputed"

    @property
    def symmetric(self) -> bool | None:
        """Whether D[i, j] = D[j, i] is known, or known to be wanted; None for: look."""
        return None if self.precomputed or callable(self.metric) else True


@dataclass(frozen=True, slots=True)
class Clustering:
    """A result on all data: labels and distances are those of the nearest medoid."""

    result: KMedoidsResult
    distances: NDArray[Any]


def find_medoids(
    data: NDArray[Any], search: Search, weights: NDArray[np.float64] | None = None
) -> Clustering:
    """Search the medoids of points, shape (n, d), or of dissimilarities, shape (n, n).

    Raises
    ------
    ValueError
        An unknown method or start, more medoids than objects, a method that needs points, or a GPU
        that is asked for what it cannot do.
    """
    if search.method not in ON_MATRIX and search.method not in ON_POINTS:
        allowed = ", ".join(map(repr, (*ON_MATRIX, *ON_POINTS)))
        raise ValueError(f"method must be one of {allowed}, got {search.method!r}")
    if device_of(search, len(data)) == "cuda":
        return Clustering(*search_on_device(data, search, weights, _STRIDE))
    if search.precomputed:
        if search.method in ON_POINTS or search.coreset is not None:
            what = f"method={search.method!r}" if search.method in ON_POINTS else "coreset"
            raise ValueError(f"{what} needs points, metric='precomputed' gives dissimilarities")
        result = _best_run(data, search, weights)
        return Clustering(result, data[np.arange(len(data)), result.medoids[result.labels]])
    if search.coreset is not None:
        result = _on_coreset(data, search, weights)
    elif search.method in ON_MATRIX:
        result = _best_run(distance_matrix(data, search), search, weights)
    else:
        result = _on_points(data, search, weights)
    return _assigned(data, result, search, weights)


def _assigned(
    X: NDArray[Any], found: KMedoidsResult, search: Search, weights: NDArray[np.float64] | None
) -> Clustering:
    """Return `found` with the labels and the loss of all points, in float64."""
    labels, distances = nearest_medoid(X, X[found.medoids], search.metric, n_jobs=search.n_threads)
    labels[found.medoids] = np.arange(found.medoids.size)  # a copy of a medoid may lie before it
    loss = float(distances.sum() if weights is None else np.dot(distances, weights))
    result = KMedoidsResult(
        loss, labels, found.medoids, found.n_iter, found.n_swap, seed=search.seed
    )
    return Clustering(result, distances)


def distance_matrix(data: NDArray[Any], search: Search) -> NDArray[Any]:
    """Return the dissimilarities of all pairs, shape (n, n): given or computed."""
    if search.precomputed:
        return data
    return pairwise_matrix(data, search.metric, search.dtype, n_jobs=search.n_threads)


def find_medoid_silhouette(data: NDArray[Any], search: Search) -> MedoidSilhouetteResult:
    """Search ``search.k`` medoids, at least 2, of large average medoid silhouette."""
    return _silhouette.fastermsc(
        distance_matrix(data, search),
        search.k,
        max_iter=search.max_iter,
        random_state=search.seed,
        symmetric=search.symmetric,
    )


def medoid_silhouettes(
    data: NDArray[Any], medoids: NDArray[np.int64], search: Search
) -> NDArray[np.float64]:
    """Return the medoid silhouette of every object, shape (n,), in O(n k) time."""
    if search.precomputed:
        return _silhouette.medoid_silhouette(data, medoids, per_sample=True)
    values = np.empty(len(data))
    step = max(1, BLOCK_BYTES // (8 * medoids.size))
    for start in range(0, len(data), step):
        rows = slice(start, start + step)
        block = distance_block(data[rows], data[medoids], search.metric)
        values[rows] = _silhouette.silhouettes_of(block)
    return values


def _best_run(
    D: NDArray[Any], search: Search, weights: NDArray[np.float64] | None
) -> KMedoidsResult:
    """Return the best of ``n_init`` runs on a matrix; ties go to the earlier one."""
    options: dict[str, Any] = {"sample_weight": weights, "symmetric": search.symmetric}
    method, runs = search.method, 1
    if not isinstance(search.n_init, str):
        runs = check_count("n_init", search.n_init)
    elif search.n_init == "ils":
        method = "ils"
    else:
        raise ValueError(f"n_init must be a positive integer or 'ils', got {search.n_init!r}")
    further = {} if method == "ils" else {"max_iter": search.max_iter}
    if method == "fasterpam" and runs == 1:
        further["n_jobs"] = search.n_threads

    def run(number: int) -> KMedoidsResult:
        """Search from the start that this restart draws."""
        seed = (search.seed + number * _STRIDE) % 2**63
        start = _start(D, search, seed, options)
        return ON_MATRIX[method](D, start, random_state=seed, **options, **further)

    if search.n_threads > 1 and runs > 1:
        with ThreadPoolExecutor(min(search.n_threads, runs)) as pool:
            results = list(pool.map(run, range(runs)))
    else:
        results = [run(number) for number in range(runs)]
    return min(results, key=lambda result: result.loss)


def _start(D: NDArray[Any], search: Search, seed: int, options: dict[str, Any]) -> Any:
    """Return the objects to start from."""
    k, init = search.k, search.init
    if not isinstance(init, str):
        given = np.asarray(init)
        if given.shape != (k,):
            raise ValueError(f"init must have shape ({k},), one object each, got {given.shape}")
        return given
    if init not in INITS:
        raise ValueError(
            f"init must be one of {', '.join(map(repr, INITS))} or an array of objects, "
            f"got {init!r}"
        )
    if init == "build":
        return _pam.pam_build(D, k, **options)
    if init == "lab":
        return _pam.lab_init(D, k, random_state=seed, **options)
    if init == "k-medoids++":
        return _pam.plusplus_init(D, k, random_state=seed, **options)
    return draw(D.shape[0], k, seed)


def _on_points(
    X: NDArray[Any], search: Search, weights: NDArray[np.float64] | None
) -> KMedoidsResult:
    """Run a method that never has the matrix."""
    from partwise.cluster import kmedoids as room

    options: dict[str, Any] = {
        "metric": search.metric,
        "sample_weight": weights,
        "random_state": search.seed,
        "n_jobs": search.n_threads,
    }
    if search.method == "onebatch":
        return room.one_batch_pam(
            X, search.k, batch_size=search.batch_size, max_iter=search.max_iter, **options
        )
    if search.method == "fasterclarans":
        return room.clarans(X, search.k, method="fasterclarans", **options)
    if search.n_sampling is not None:
        options["n_sampling"] = search.n_sampling
    return room.clara(X, search.k, sampling_size=search.sampling_size, **options)


def _on_coreset(
    X: NDArray[Any], search: Search, weights: NDArray[np.float64] | None
) -> KMedoidsResult:
    """Search the medoids among the points of a coreset; its labels are not those of X."""
    from partwise.cluster.coresets import Coreset, coreset

    k, chosen = search.k, search.coreset
    if not isinstance(chosen, Coreset):
        size = check_count("coreset", chosen)
        chosen = coreset(
            X,
            k,
            size=max(size, k),
            sample_weight=weights,
            random_state=search.seed,
            augment=False,
        )
    rows = np.asarray(chosen.indices)
    if (rows < 0).any() or rows.size < k or rows.max(initial=0) >= X.shape[0]:
        raise ValueError(
            f"coreset must consist of at least n_clusters={k} rows of X; methods "
            "'sensitivity', 'lightweight' and 'uniform' without augmentation give such"
        )
    found = _best_run(
        distance_matrix(X[rows], search), search, np.asarray(chosen.weights, dtype=np.float64)
    )
    medoids = rows[found.medoids].astype(np.int64)
    return KMedoidsResult(found.loss, np.zeros(0, np.int32), medoids, found.n_iter, found.n_swap)
