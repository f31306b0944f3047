"""What the estimators with medoids have in common: which medoid serves an object, how far it is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClusterMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from partwise._checks import check_jobs

__all__ = ["MedoidEstimator"]


class MedoidEstimator(ClusterMixin, TransformerMixin, BaseEstimator):
    """An estimator that has ``metric``, ``n_jobs`` and, once fitted, ``medoid_indices_``.

    ``cluster_centers_`` holds the medoids, or None for precomputed dissimilarities.
    """

    metric: Any
    n_jobs: int | None
    medoid_indices_: NDArray[np.int64]
    cluster_centers_: NDArray[Any] | None

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = tags.input_tags.positive_only = self._is_precomputed()
        return tags

    def _is_precomputed(self) -> bool:
        return isinstance(self.metric, str) and self.metric == "precomputed"

    def _assign(self, X: NDArray[Any]) -> NDArray[np.int32]:
        from partwise.cluster.kmedoids._distances import nearest_medoid

        centers: Any = self.cluster_centers_
        return nearest_medoid(X, centers, self.metric, n_jobs=check_jobs(self.n_jobs))[0]

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
        data: NDArray[Any] = validate_data(self, X, reset=False, dtype="numeric")
        if self.cluster_centers_ is None:
            return np.argmin(data[:, self.medoid_indices_], axis=1).astype(np.int32)
        return self._assign(data)

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        """Return the dissimilarities of other objects to the medoids, shape (m, k)."""
        check_is_fitted(self)
        data: NDArray[Any] = validate_data(self, X, reset=False, dtype="numeric")
        if self.cluster_centers_ is None:
            return data[:, self.medoid_indices_]
        from partwise.cluster.kmedoids._distances import distance_block

        return distance_block(data, self.cluster_centers_, self.metric)
