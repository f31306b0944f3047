"""Blocks of scenes as an estimator."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from partwise.geometry.points._scene_blocks import scene_blocks

__all__ = ["SceneBlocks"]


class SceneBlocks(BaseEstimator):
    """Rectangular blocks of the point cloud of a scene (:func:`scene_blocks`).

    Parameters
    ----------
    max_points : float, default=300_000
        A block with more points, or a larger sum of weights, is halved.
    max_depth : int, default=6
        How often a block is halved at most. BlockGaussian's ``max_tree_depth`` is one less.
    k : int, optional
        The number of blocks, in place of the two limits.
    overlap : float, default=0.05
        Each block is scaled by 1 + overlap about its centre.
    cut : {"midpoint", "median", "weighted"}, default="midpoint"
        Where the longer side of a block is cut.
    up : {"auto", "x", "y", "z"} or array-like of shape (3,), default="auto"
        The direction of heights.
    region : array-like of shape (m, d), optional
        Corners of a polygon outside which points are left out.
    outlier_neighbors : int, default=20
        Neighbours whose mean distance tells outliers; 0 keeps all points.
    outlier_std : float, default=2.0
        Standard deviations above the mean from which on a point is an outlier.
    height_percentiles : tuple of two floats, default=(1.0, 99.0)
        Percentiles of heights between which a block lies, before 20 % are added.
    min_points, min_views : int, default=1 and 0
        Blocks with fewer are dropped.
    view_share, block_share : float, default=0.3 and 0.1
        The rule that gives views to blocks.
    n_jobs : int, optional
        Threads of the search for neighbours.

    Attributes
    ----------
    labels_ : int32 ndarray of shape (n_samples,)
        Block of every point, -1 for outliers and points of dropped blocks.
    n_blocks_ : int
    part_weights_ : float64 ndarray of shape (n_blocks_,)
        Number, or weight, of the points of each block.
    imbalance_ : float
        By what fraction the heaviest block exceeds the mean.
    views_ : scipy csr_array of shape (n_blocks_, n_views) or None
        The views of each block, if `fit` was given visibility.
    layout_ : BlockLayout
        Everything else: corners, expanded blocks, heights.
    n_features_in_ : int

    See Also
    --------
    scene_blocks : the function, which says what is done.

    Examples
    --------
    >>> X = np.random.default_rng(0).random((4000, 3)) * [100, 60, 5]
    >>> model = SceneBlocks(max_points=1000, cut="median", outlier_neighbors=0).fit(X)
    >>> model.n_blocks_, model.part_weights_.tolist()
    (4, [1000.0, 1000.0, 1000.0, 1000.0])
    """

    def __init__(
        self,
        max_points: float = 300_000,
        max_depth: int = 6,
        *,
        k: int | None = None,
        overlap: float = 0.05,
        cut: str = "midpoint",
        up: Any = "auto",
        region: ArrayLike | None = None,
        outlier_neighbors: int = 20,
        outlier_std: float = 2.0,
        height_percentiles: tuple[float, float] = (1.0, 99.0),
        min_points: int = 1,
        min_views: int = 0,
        view_share: float = 0.3,
        block_share: float = 0.1,
        n_jobs: int | None = None,
    ) -> None:
        self.max_points = max_points
        self.max_depth = max_depth
        self.k = k
        self.overlap = overlap
        self.cut = cut
        self.up = up
        self.region = region
        self.outlier_neighbors = outlier_neighbors
        self.outlier_std = outlier_std
        self.height_percentiles = height_percentiles
        self.min_points = min_points
        self.min_views = min_views
        self.view_share = view_share
        self.block_share = block_share
        self.n_jobs = n_jobs

    def fit(
        self,
        X: ArrayLike,
        y: object = None,
        sample_weight: ArrayLike | None = None,
        visibility: Any = None,
    ) -> Self:
        """Cut a point cloud into blocks.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), n_features >= 2
        y : ignored
        sample_weight : array-like of shape (n_samples,), optional
            Finite, at least 0, not all 0.
        visibility : sparse or dense matrix of shape (n_samples, n_views), optional
            Nonzero where a view sees a point.

        Returns
        -------
        self
        """
        X = validate_data(self, X, dtype=np.float64, order="C", ensure_min_features=2)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X, dtype=np.float64)
        self.layout_ = scene_blocks(
            X, visibility=visibility, sample_weight=sample_weight, **self.get_params(deep=False)
        )
        self.labels_ = self.layout_.labels
        self.n_blocks_ = self.layout_.n_blocks
        self.part_weights_ = self.layout_.loads
        self.imbalance_ = self.layout_.imbalance
        self.views_ = self.layout_.views
        return self

    def fit_predict(
        self,
        X: ArrayLike,
        y: object = None,
        sample_weight: ArrayLike | None = None,
        visibility: Any = None,
    ) -> NDArray[np.int32]:
        """Cut a point cloud into blocks and return the block of every point.

        Parameters
        ----------
        X, y, sample_weight, visibility
            As for :meth:`fit`.

        Returns
        -------
        int32 ndarray of shape (n_samples,)
        """
        return self.fit(X, y, sample_weight, visibility).labels_

    def predict(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the block of new points (:meth:`BlockLayout.predict`).

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        int32 ndarray of shape (n_samples,)
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, order="C", reset=False)
        return self.layout_.predict(X)
