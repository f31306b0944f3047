"""What the partitioners have in common as estimators: fit, predict, attributes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

__all__ = ["BoxPartitioner", "PointPartitioner"]


class PointPartitioner(ClusterMixin, BaseEstimator, ABC):
    """An estimator whose parts are those of a function that returns labels and more."""

    @abstractmethod
    def _partition(self, X: NDArray[np.float64], sample_weight: NDArray[np.float64] | None) -> Any:
        """Return the parts of checked points: labels, part weights, imbalance and more."""

    def _learn(self, found: Any) -> None:
        """Keep what new points are assigned by."""
        self.cuts_ = found.cuts

    def _assign(self, points: NDArray[np.float64]) -> NDArray[np.int32]:
        """Return the parts of checked points that are new."""
        labels: NDArray[np.int32] = self.cuts_.assign(points)
        return labels

    def fit(self, X: ArrayLike, y: Any = None, sample_weight: ArrayLike | None = None) -> Self:
        """Cut points into parts.

        Parameters
        ----------
        X : array-like of shape (n, d)
        y : ignored
        sample_weight : array-like of shape (n,), optional
            Weight of every point, non-negative and not all zero; by default all weigh the same.

        Returns
        -------
        self
            The estimator itself.

        Raises
        ------
        ValueError, TypeError
            X, the weights or a parameter are out of range or of the wrong shape.
        """
        points: Any = validate_data(self, X, dtype=np.float64, order="C")
        weights: Any = None
        if sample_weight is not None:
            weights = _check_sample_weight(
                sample_weight, points, dtype=np.float64, ensure_non_negative=True
            )
        found = self._partition(points, weights)
        self.labels_ = found.labels
        self.part_weights_ = found.part_weights
        self.imbalance_ = found.imbalance
        self._learn(found)
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the parts of points.

        Parameters
        ----------
        X : array-like of shape (m, d)

        Returns
        -------
        int32 ndarray of shape (m,)
            For the points of `fit` these are ``labels_``, except for points exactly on a cut.
        """
        check_is_fitted(self)
        points: Any = validate_data(self, X, reset=False, dtype=np.float64, order="C")
        return self._assign(points)


class BoxPartitioner(PointPartitioner):
    """A :class:`PointPartitioner` whose parts are boxes."""

    def _learn(self, found: Any) -> None:
        super()._learn(found)
        self.boxes_ = self.cuts_.boxes()

    def parts_of_box(self, lower: ArrayLike, upper: ArrayLike) -> NDArray[np.int32]:
        """Return the parts that a closed box meets, in ascending order.

        Parameters
        ----------
        lower, upper : array-like of shape (d,)
            Corners of the box; infinite ones are allowed.
        """
        check_is_fitted(self)
        return self.cuts_.parts_of_box(lower, upper)
