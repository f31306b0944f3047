"""k-medoids as a scikit-learn estimator: data or dissimilarities in, medoids out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_non_negative, validate_data

from partwise._checks import check_count, check_jobs, check_sample_weight
from partwise._random import check_seed
from partwise.cluster.kmedoids._medoid_estimator import MedoidEstimator
from partwise.cluster.kmedoids._search import Search, find_medoids

__all__ = ["KMedoids"]


class KMedoids(MedoidEstimator):
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
        ``"alternating"``, or ``"ils"``, which disturbs one result locally again and again
        (:func:`~partwise.cluster.iterated_fasterpam`) and is better than restarts for the time.
        Without it, for many points: ``"fasterclara"`` (samples), ``"fasterclarans"`` (random
        candidates), ``"onebatch"`` (distances to one batch).
    init : {"random", "build", "lab", "k-medoids++"} or array-like of int, default="random"
        Objects to start from.
    max_iter : int, default=100
        Most rounds or iterations.
    n_init : int or "ils", default=1
        Restarts, of which the best result counts; ``"ils"`` stands for ``method="ils"`` without
        restarts.
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
    device : {"cpu", "cuda", "auto"}, optional
        Where medoids are searched. A GPU runs FasterPAM on points without the matrix
        (:func:`partwise.gpu.k_medoids`): for ``method="fasterpam"``, the metrics
        ``"euclidean"``, ``"sqeuclidean"`` and ``"manhattan"`` (and their other names), ``init``
        ``"random"`` or given objects, and ``dtype="float32"``; with ``"cuda"`` all else is an
        error. ``"auto"`` takes a GPU where there is one, it can do the search, and n^2 is at least
        10^7. By default the environment variable ``PARTWISE_DEVICE``, else ``"cpu"``.

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
    device_ : str
        Where medoids were searched: "cpu" or "cuda".
    n_features_in_ : int

    See Also
    --------
    fasterpam : the default method, with its sources.
    partwise.gpu.k_medoids : the same from points without the matrix, on a GPU.

    Notes
    -----
    On the CPU the matrix takes 4 n^2 bytes in float32; from some 50,000 points on take a method
    without it, or a GPU, which never has it.

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
        device: str | None = None,
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
        self.device = device

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
        data: Any = validate_data(self, X, dtype="numeric", ensure_all_finite=True)
        precomputed = self._is_precomputed()
        if precomputed:
            check_non_negative(data, "KMedoids")
        n = data.shape[0]
        k = check_count("n_clusters", self.n_clusters)
        if k > n:
            raise ValueError(f"n_clusters must be at most n_samples={n}, got {k}")
        weights = check_sample_weight(sample_weight, n)
        search = Search(
            k,
            check_seed(self.random_state),
            self.metric,
            self.method,
            self.init,
            self.max_iter,
            self.n_init,
            self.coreset,
            self.batch_size,
            self.n_sampling,
            self.sampling_size,
            self.dtype,
            check_jobs(self.n_jobs),
            self.device,
        )
        found = find_medoids(data, search, weights)
        result = found.result
        self.medoid_indices_ = result.medoids
        self.cluster_centers_ = None if precomputed else data[result.medoids]
        self.labels_, self.distances_ = result.labels, found.distances
        self.inertia_ = result.loss
        self.n_iter_, self.n_swaps_ = result.n_iter, result.n_swap
        self.device_ = result.device
        return self

    def score(self, X: ArrayLike, y: Any = None) -> float:
        """Return minus the summed dissimilarity of objects to their nearest medoids."""
        return -float(np.min(self.transform(X), axis=1).sum(dtype=np.float64))
