"""Coresets as a scikit-learn estimator."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from partwise.cluster.coresets._coreset import coreset
from partwise.cluster.coresets._result import Coreset
from partwise.cluster.coresets._stream import CoresetStream

__all__ = ["KMedianCoreset"]


class KMedianCoreset(BaseEstimator):
    """Choose few weighted points whose cost is that of all points, whatever the centres.

    Parameters
    ----------
    n_clusters : int, default=8
        Number k of centres.
    eps : float, optional
        Proven relative error of the deterministic methods; 0.1 by default.
    size : int, optional
        Number of points, at most; ``100 * n_clusters`` by default.
    method : {"sensitivity", "lightweight", "uniform", "grid", "interval1d"}
        How the points are chosen; the last two are deterministic, for z = 1 and few dimensions.
    z : float, default=1
        Power of the distances in the cost.
    augment : bool, default=True
        With "sensitivity": whether the total weight is made exact by points of the seeding.
    chunk_size : int, optional
        Rows per chunk of :meth:`partial_fit`.
    random_state : int, RandomState or None
        The seed.

    Attributes
    ----------
    points_ : float64 ndarray of shape (m, n_features)
        Distinct points, in lexicographic order.
    weights_ : float64 ndarray of shape (m,)
        Their weights.
    indices_ : int64 ndarray of shape (m,)
        Which row a point is, counted over all calls of `partial_fit`; -1 where it is a mean.
    eps_ : float or None
        Proven relative error, where there is one.
    coreset_ : Coreset
        All of it, and the rest.
    n_features_in_ : int
        Number of columns.

    See Also
    --------
    partwise.cluster.coreset : the function, with the methods and their sources.
    partwise.cluster.CoresetStream : what `partial_fit` uses.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(3000, 4))
    >>> model = KMedianCoreset(5, size=200, random_state=0).fit(X)
    >>> model.points_.shape[0] <= 200, np.array_equal(X[model.indices_], model.points_)
    (True, True)
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        eps: float | None = None,
        size: int | None = None,
        method: str = "sensitivity",
        z: float = 1.0,
        augment: bool = True,
        chunk_size: int | None = None,
        random_state: Any = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.eps = eps
        self.size = size
        self.method = method
        self.z = z
        self.augment = augment
        self.chunk_size = chunk_size
        self.random_state = random_state

    def fit(
        self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None
    ) -> KMedianCoreset:
        """Make a coreset of all rows.

        Parameters
        ----------
        X : array-like of shape (n, d)
        y : ignored
        sample_weight : array-like of shape (n,), optional

        Returns
        -------
        KMedianCoreset
            The estimator itself.
        """
        X = validate_data(self, X, dtype=[np.float64, np.float32])
        self._stream: CoresetStream | None = None
        self._coreset: Coreset | None = coreset(
            X, self.n_clusters, sample_weight=sample_weight, **self._options(streaming=False)
        )
        return self

    def partial_fit(
        self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None
    ) -> KMedianCoreset:
        """Add rows to those of earlier calls; a call of `fit` begins anew.

        Parameters
        ----------
        X : array-like of shape (n, d)
        y : ignored
        sample_weight : array-like of shape (n,), optional

        Returns
        -------
        KMedianCoreset
            The estimator itself. The coreset is made when an attribute is first asked for.
        """
        first = getattr(self, "_stream", None) is None
        X = validate_data(self, X, dtype=[np.float64, np.float32], reset=first)
        if first:
            self._stream = CoresetStream(self.n_clusters, **self._options(streaming=True))
        assert self._stream is not None
        self._stream.add(X, sample_weight)
        self._coreset = None
        return self

    def _options(self, *, streaming: bool) -> dict[str, Any]:
        options = self.get_params(deep=False)
        del options["n_clusters"]
        if not streaming:
            del options["chunk_size"]
        return options

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_coreset")

    @property
    def coreset_(self) -> Coreset:
        """The coreset of all rows so far."""
        check_is_fitted(self)
        if self._coreset is None:
            assert self._stream is not None
            self._coreset = self._stream.result()
        return self._coreset

    @property
    def points_(self) -> NDArray[np.float64]:
        """Points, float64 of shape (m, d)."""
        return self.coreset_.points

    @property
    def weights_(self) -> NDArray[np.float64]:
        """Weights, float64 of shape (m,)."""
        return self.coreset_.weights

    @property
    def indices_(self) -> NDArray[np.int64]:
        """Rows, int64 of shape (m,)."""
        return self.coreset_.indices

    @property
    def eps_(self) -> float | None:
        """Proven relative error."""
        return self.coreset_.eps
