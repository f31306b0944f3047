"""Clustering by the average medoid silhouette as a scikit-learn estimator."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import validate_data

from partwise._checks import check_count, check_jobs
from partwise._random import check_seed
from partwise.cluster.kmedoids._medoid_estimator import MedoidEstimator
from partwise.cluster.kmedoids._pam import fasterpam
from partwise.cluster.kmedoids._silhouette import dynmsc, fastermsc

__all__ = ["MedoidSilhouette"]


class MedoidSilhouette(MedoidEstimator):
    """Group objects around medoids of large average medoid silhouette, and choose how many.

    Parameters
    ----------
    n_clusters : int, optional
        Number of medoids; by default the best of `k_min` to `k_max`. With a single one, for which
        the measure is undefined, the medoid is that of least summed dissimilarity.
    k_min, k_max : int, default=2 and 10
        Smallest and largest number tried; none larger than the number of samples is. Two or three
        times the number that is expected is a good `k_max`.
    metric : str or callable, default="euclidean"
        ``"precomputed"`` for dissimilarities, else a name that
        :func:`scipy.spatial.distance.cdist` knows, or a function of two rows.
    max_iter : int, default=100
        Most rounds for each number of medoids.
    dtype : {"float32", "float64"}, default="float32"
        Of the distances that are computed.
    random_state : int, RandomState or None
        The seed.
    n_jobs : int, optional
        Threads that compute distances: None for 1, -1 for all processors. The result does not
        depend on it.

    Attributes
    ----------
    labels_ : int32 ndarray of shape (n,)
        Which medoid is nearest to every object.
    medoid_indices_ : int64 ndarray of shape (n_clusters_,)
        Rows of X that are medoids.
    cluster_centers_ : ndarray of shape (n_clusters_, d) or None
        The medoids themselves; None for precomputed dissimilarities.
    n_clusters_ : int
        Number of medoids, given or chosen.
    medoid_silhouette_ : float
        Average medoid silhouette, from 0 to 1; larger is better. NaN with one medoid.
    k_values_, scores_ : ndarrays of shape (m,)
        Numbers of medoids tried, ascending, and the average medoid silhouette for each.
    n_iter_, n_swaps_ : int
        Rounds, and exchanges made, for all numbers together.
    n_features_in_ : int

    See Also
    --------
    dynmsc : the method, with its source; its result has the medoids of every number.
    KMedoids : minimises the summed dissimilarity instead.

    Notes
    -----
    The matrix takes 4 n^2 bytes in float32. O(n^2) time a round, a few rounds per number.

    Examples
    --------
    >>> X = [[x + 10 * group] for group in range(3) for x in range(8)]
    >>> model = MedoidSilhouette(k_max=6, random_state=0).fit(X)
    >>> model.n_clusters_, round(model.medoid_silhouette_, 2)
    (3, 0.76)
    """

    def __init__(
        self,
        n_clusters: int | None = None,
        *,
        k_min: int = 2,
        k_max: int = 10,
        metric: Any = "euclidean",
        max_iter: int = 100,
        dtype: str = "float32",
        random_state: Any = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.k_min = k_min
        self.k_max = k_max
        self.metric = metric
        self.max_iter = max_iter
        self.dtype = dtype
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: ArrayLike, y: Any = None) -> MedoidSilhouette:
        """Find the medoids of points, or of objects with given dissimilarities.

        Parameters
        ----------
        X : array-like of shape (n, d), or (n, n) for ``metric="precomputed"``
            ``X[o, m]`` is the dissimilarity of object o to medoid m then.
        y : ignored

        Returns
        -------
        MedoidSilhouette
            The estimator itself.
        """
        data: NDArray[Any] = validate_data(self, X, dtype="numeric", ensure_min_samples=2)
        n = data.shape[0]
        if self.n_clusters is not None and check_count("n_clusters", self.n_clusters) > n:
            raise ValueError(f"n_clusters must be at most n_samples={n}, got {self.n_clusters}")
        k_min = check_count("k_min", self.k_min)
        k_max = min(check_count("k_max", self.k_max), n)
        if self.n_clusters is None and k_min > n:
            raise ValueError(f"k_min must be at most n_samples={n}, got {k_min}")
        precomputed = self._is_precomputed()
        options: dict[str, Any] = {
            "max_iter": self.max_iter,
            "random_state": check_seed(self.random_state),
            "symmetric": None if precomputed else not callable(self.metric) or None,
        }
        matrix = data if precomputed else self._matrix(data)
        result: Any
        if self.n_clusters is not None:
            k, score = int(self.n_clusters), np.nan
            if k == 1:
                result = fasterpam(matrix, 1, **options)
            else:
                result = fastermsc(matrix, k, **options)
                score = result.score
            self.k_values_: NDArray[np.int64] = np.array([k])
            self.scores_: NDArray[np.float64] = np.array([score])
        else:
            result = dynmsc(matrix, k_max, k_min, **options)
            self.k_values_, self.scores_ = result.k_values, result.scores
        self.medoid_indices_ = result.medoids
        self.n_clusters_ = int(result.medoids.size)
        self.medoid_silhouette_ = float(self.scores_.max())
        self.n_iter_, self.n_swaps_ = result.n_iter, result.n_swap
        self.cluster_centers_ = None if precomputed else data[result.medoids]
        self.labels_: NDArray[np.int32] = result.labels
        if not precomputed:
            # as predict() has it, where two medoids are equally far up to rounding
            self.labels_ = self._assign(data)
            self.labels_[result.medoids] = np.arange(self.n_clusters_)
        return self

    def _matrix(self, X: NDArray[Any]) -> NDArray[Any]:
        from partwise.cluster.kmedoids._distances import pairwise_matrix

        return pairwise_matrix(X, self.metric, self.dtype, n_jobs=check_jobs(self.n_jobs))
