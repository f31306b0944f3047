"""k-medoids as a scikit-learn estimator: data or dissimilarities in, medoids out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClusterMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, check_non_negative, validate_data

from partwise._checks import check_count, check_jobs
from partwise._random import check_seed
from partwise.cluster.kmedoids import _pam
from partwise.cluster.kmedoids._input import check_weights, draw
from partwise.cluster.kmedoids._result import KMedoidsResult

__all__ = ["KMedoids"]

_ON_MATRIX = {
    "fasterpam": _pam.fasterpam,
    "fastpam1": _pam.fastpam1,
    "pam": _pam.pam,
    "alternating": _pam.alternating,
}
_ON_POINTS = ("fasterclara", "fasterclarans", "onebatch")
_INITS = ("random", "build", "lab", "k-medoids++")
_STRIDE = 1_000_003  # between the seeds of restarts


class KMedoids(ClusterMixin, TransformerMixin, BaseEstimator):
    """Group objects around k of them, the medoids, for any dissimilarity.

    Parameters
    ----------
    n_clusters : int, default=8
        Number of medoids k.
    metric : str or callable, default="euclidean"
        ``"precomputed"`` for dissimilarities, else a name that
        :func:`scipy.spatial.distance.cdist` knows, or a function of two rows.
    method : str, default="fasterpam"
        On the matrix of all distances: ``"fasterpam"``, ``"fastpam1"``, ``"pam"``,
        ``"alternating"``. Without it, for many points: ``"fasterclara"`` (samples),
        ``"fasterclarans"`` (random candidates), ``"onebatch"`` (distances to one batch).
    init : {"random", "build", "lab", "k-medoids++"} or array-like of int, default="random"
        Objects to start from.
    max_iter : int, default=100
        Most rounds or iterations.
    n_init : int or "ils", default=1
        Restarts, of which the best result counts; ``"ils"`` disturbs one result locally again and
        again instead (:func:`~partwise.cluster.iterated_fasterpam`), which is better for the time.
    coreset : int or Coreset, optional
        A coreset of this many points, or a given one whose points are rows of X, stands for X
        while medoids are searched.
    batch_size : int, optional
        Of ``"onebatch"``.
    n_sampling, sampling_size : int, optional
        Of ``"fasterclara"``: samples, and objects of each.
    dtype : {"float32", "float64"}, default="float32"
        Of the distances that are computed.
    random_state : int, RandomState or None
        The seed.
    n_jobs : int, optional
        Threads for restarts, or else for distances: None for 1, -1 for all processors. The result
        does not depend on it.

    Attributes
    ----------
    medoid_indices_ : int64 ndarray of shape (k,)
        Rows of X that are medoids.
    cluster_centers_ : ndarray of shape (k, d) or None
        The medoids themselves; None for precomputed dissimilarities.
    labels_ : int32 ndarray of shape (n,)
        Which medoid serves every object.
    inertia_ : int or float
        Summed (weighted) dissimilarity of the objects to their medoids.
    distances_ : ndarray of shape (n,)
        Dissimilarity of every object to its medoid.
    n_iter_, n_swaps_ : int
        Rounds, and exchanges made, of the best restart.
    n_features_in_ : int

    See Also
    --------
    fasterpam : the default method, with its sources.

    Notes
    -----
    The matrix takes 4 n^2 bytes in float32; from some 50,000 points on take a method without it.

    Examples
    --------
    >>> X = [[0], [1], [2], [10], [11], [12]]
    >>> model = KMedoids(2, random_state=0).fit(X)
    >>> sorted(model.cluster_centers_.ravel().tolist()), model.inertia_
    ([1, 11], 4.0)
    >>> model.predict([[3], [9]]).tolist() == model.labels_[[2, 3]].tolist()
    True
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        metric: Any = "euclidean",
        method: str = "fasterpam",
        init: Any = "random",
        max_iter: int = 100,
        n_init: int | str = 1,
        coreset: Any = None,
        batch_size: int | None = None,
        n_sampling: int | None = None,
        sampling_size: int | None = None,
        dtype: str = "float32",
        random_state: Any = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.metric = metric
        self.method = method
        self.init = init
        self.max_iter = max_iter
        self.n_init = n_init
        self.coreset = coreset
        self.batch_size = batch_size
        self.n_sampling = n_sampling
        self.sampling_size = sampling_size
        self.dtype = dtype
        self.random_state = random_state
        self.n_jobs = n_jobs

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        precomputed = isinstance(self.metric, str) and self.metric == "precomputed"
        tags.input_tags.pairwise = tags.input_tags.positive_only = precomputed
        return tags

    def fit(self, X: ArrayLike, y: Any = None, sample_weight: ArrayLike | None = None) -> KMedoids:
        """Find the medoids of points, or of objects with given dissimilarities.

        Parameters
        ----------
        X : array-like of shape (n, d), or (n, n) for ``metric="precomputed"``
            ``X[o, m]`` is the dissimilarity of object o to medoid m then.
        y : ignored
        sample_weight : array-like of shape (n,), optional

        Returns
        -------
        KMedoids
            The estimator itself.
        """
        if self.method not in _ON_MATRIX and self.method not in _ON_POINTS:
            allowed = ", ".join(map(repr, (*_ON_MATRIX, *_ON_POINTS)))
            raise ValueError(f"method must be one of {allowed}, got {self.method!r}")
        precomputed = isinstance(self.metric, str) and self.metric == "precomputed"
        data: Any = validate_data(self, X, dtype="numeric", ensure_all_finite=True)
        if precomputed:
            check_non_negative(data, "KMedoids")
        n = data.shape[0]
        k = check_count("n_clusters", self.n_clusters)
        if k > n:
            raise ValueError(f"n_clusters must be at most n_samples={n}, got {k}")
        weights = check_weights(sample_weight, n)
        seed = check_seed(self.random_state)
        if precomputed and (self.method in _ON_POINTS or self.coreset is not None):
            what = f"method={self.method!r}" if self.method in _ON_POINTS else "coreset"
            raise ValueError(f"{what} needs points, metric='precomputed' gives dissimilarities")
        if self.coreset is not None:
            result = self._on_coreset(data, k, weights, seed)
        elif self.method in _ON_MATRIX:
            matrix = data if precomputed else self._matrix(data)
            result = self._restarts(matrix, k, weights, seed, None if precomputed else True)
        else:
            result = self._on_points(data, k, weights, seed)
        self._keep(data, result, weights, precomputed)
        return self

    def _matrix(self, X: NDArray[Any]) -> NDArray[Any]:
        from partwise.cluster.kmedoids._distances import pairwise_matrix

        return pairwise_matrix(X, self.metric, self.dtype, n_jobs=check_jobs(self.n_jobs))

    def _restarts(
        self,
        D: NDArray[Any],
        k: int,
        weights: NDArray[np.float64] | None,
        seed: int,
        symmetric: bool | None,
    ) -> KMedoidsResult:
        """Return the best of ``n_init`` runs on a matrix; ties go to the earlier one."""
        threads = check_jobs(self.n_jobs)
        options: dict[str, Any] = {"sample_weight": weights, "symmetric": symmetric}
        if isinstance(self.n_init, str):
            if self.n_init != "ils":
                raise ValueError(f"n_init must be a positive integer or 'ils', got {self.n_init!r}")
            start = self._start(D, k, weights, seed, symmetric)
            return _pam.iterated_fasterpam(D, start, random_state=seed, **options)
        runs = check_count("n_init", self.n_init)
        search = _ON_MATRIX[self.method]
        options["max_iter"] = self.max_iter
        if self.method == "fasterpam" and runs == 1:
            options["n_jobs"] = threads

        def run(number: int) -> KMedoidsResult:
            own = (seed + number * _STRIDE) % 2**63
            start = self._start(D, k, weights, own, symmetric)
            return search(D, start, random_state=own, **options)

        if threads > 1 and runs > 1:
            with ThreadPoolExecutor(min(threads, runs)) as pool:
                results = list(pool.map(run, range(runs)))
        else:
            results = [run(number) for number in range(runs)]
        return min(results, key=lambda result: result.loss)

    def _start(
        self,
        D: NDArray[Any],
        k: int,
        weights: NDArray[np.float64] | None,
        seed: int,
        symmetric: bool | None,
    ) -> Any:
        """Return the objects to start from."""
        if not isinstance(self.init, str):
            given = np.asarray(self.init)
            if given.shape != (k,):
                raise ValueError(f"init must have shape ({k},), one object each, got {given.shape}")
            return given
        if self.init not in _INITS:
            raise ValueError(
                f"init must be one of {', '.join(map(repr, _INITS))} or an array of objects, "
                f"got {self.init!r}"
            )
        options: dict[str, Any] = {"sample_weight": weights, "symmetric": symmetric}
        if self.init == "build":
            return _pam.pam_build(D, k, **options)
        if self.init == "lab":
            return _pam.lab_init(D, k, random_state=seed, **options)
        if self.init == "k-medoids++":
            return _pam.plusplus_init(D, k, random_state=seed, **options)
        return draw(D.shape[0], k, seed)

    def _on_points(
        self, X: NDArray[Any], k: int, weights: NDArray[np.float64] | None, seed: int
    ) -> KMedoidsResult:
        """Run a method that never has the matrix."""
        from partwise.cluster import kmedoids as room

        options: dict[str, Any] = {
            "metric": self.metric,
            "sample_weight": weights,
            "random_state": seed,
            "n_jobs": self.n_jobs,
        }
        if self.method == "onebatch":
            return room.one_batch_pam(
                X, k, batch_size=self.batch_size, max_iter=self.max_iter, **options
            )
        if self.method == "fasterclarans":
            return room.clarans(X, k, method="fasterclarans", **options)
        if self.n_sampling is not None:
            options["n_sampling"] = self.n_sampling
        return room.clara(X, k, sampling_size=self.sampling_size, **options)

    def _on_coreset(
        self, X: NDArray[Any], k: int, weights: NDArray[np.float64] | None, seed: int
    ) -> KMedoidsResult:
        """Search the medoids among the points of a coreset, and assign all points to them."""
        from partwise.cluster.coresets import Coreset, coreset

        chosen = self.coreset
        if not isinstance(chosen, Coreset):
            size = check_count("coreset", chosen)
            chosen = coreset(
                X, k, size=max(size, k), sample_weight=weights, random_state=seed, augment=False
            )
        rows = np.asarray(chosen.indices)
        if (rows < 0).any() or rows.size < k or rows.max(initial=0) >= X.shape[0]:
            raise ValueError(
                f"coreset must consist of at least n_clusters={k} rows of X; methods "
                "'sensitivity', 'lightweight' and 'uniform' without augmentation give such"
            )
        points = X[rows]
        found = self._restarts(
            self._matrix(points), k, np.asarray(chosen.weights, dtype=np.float64), seed, True
        )
        medoids = rows[found.medoids].astype(np.int64)
        return KMedoidsResult(
            found.loss, np.zeros(0, np.int32), medoids, found.n_iter, found.n_swap, seed
        )

    def _keep(
        self,
        X: NDArray[Any],
        result: KMedoidsResult,
        weights: NDArray[np.float64] | None,
        precomputed: bool,
    ) -> None:
        """Set the attributes; labels and loss are those of X itself."""
        self.medoid_indices_ = result.medoids
        self.n_iter_ = result.n_iter
        self.n_swaps_ = result.n_swap
        if precomputed:
            self.cluster_centers_ = None
            self.labels_ = result.labels
            self.distances_ = X[np.arange(X.shape[0]), result.medoids[result.labels]]
            self.inertia_ = result.loss
            return
        self.cluster_centers_ = X[result.medoids]
        labels, distances = self._assign(X)
        labels[result.medoids] = np.arange(result.medoids.size)
        self.labels_, self.distances_ = labels, distances
        total = distances.sum() if weights is None else np.dot(distances, weights)
        self.inertia_ = float(total)

    def _assign(self, X: NDArray[Any]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        from partwise.cluster.kmedoids._distances import nearest_medoid

        centers: Any = self.cluster_centers_
        return nearest_medoid(X, centers, self.metric, n_jobs=check_jobs(self.n_jobs))

    def predict(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the nearest medoid of other objects.

        Parameters
        ----------
        X : array-like of shape (m, d), or (m, n) for precomputed dissimilarities
            ``X[i, o]`` is the dissimilarity to object o of the fitted ones then.

        Returns
        -------
        int32 ndarray of shape (m,)
        """
        check_is_fitted(self)
        data: Any = validate_data(self, X, reset=False, dtype="numeric")
        if self.cluster_centers_ is None:
            return np.argmin(data[:, self.medoid_indices_], axis=1).astype(np.int32)
        return self._assign(data)[0]

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        """Return the dissimilarities of other objects to the medoids, shape (m, k)."""
        check_is_fitted(self)
        data: Any = validate_data(self, X, reset=False, dtype="numeric")
        if self.cluster_centers_ is None:
            columns: NDArray[Any] = data[:, self.medoid_indices_]
            return columns
        from partwise.cluster.kmedoids._distances import distance_block

        return distance_block(data, self.cluster_centers_, self.metric)

    def score(self, X: ArrayLike, y: Any = None) -> float:
        """Return minus the summed dissimilarity of objects to their nearest medoids."""
        return -float(np.min(self.transform(X), axis=1).sum(dtype=np.float64))
