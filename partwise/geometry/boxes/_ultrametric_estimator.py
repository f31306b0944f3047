"""The embedding of an ultrametric as an estimator; the one file here that needs scikit-learn."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

from partwise.geometry.boxes._ultrametric import ultrametric_embedding

__all__ = ["UltrametricEmbedding"]


class UltrametricEmbedding(BaseEstimator):
    """Place the points of a hierarchical clustering in R^d so that distances tell where they merge.

    X is no matrix of features but a linkage, of which a row is a merge of two clusters and not a
    sample. Like scikit-learn's MDS it has `fit_transform` and no `transform`: a point that was not
    clustered has no place.

    Parameters
    ----------
    n_components : int, default=2
        Dimension d of the space, at least 1.
    eps : float, optional
        Slack of the partition of boxes, above 0 and at most 1/3; by default 1 / max(3, depth).

    Attributes
    ----------
    embedding_ : float64 ndarray of shape (n_points, n_components)
        No two points are nearer than the height of the merge that joins them.
    distortion_ : float
        Largest over least ratio of a distance in R^d to that height, over all pairs of points.
    lower_bound_ : float
        No embedding into R^d has a smaller distortion.
    certified_ratio_ : float
        `distortion_` over `lower_bound_`: no embedding is better by more than this factor.
    result_ : UltrametricResult
        These numbers, and the rest.
    n_features_in_ : int
        The number of columns of a linkage, 4.

    See Also
    --------
    partwise.geometry.ultrametric_embedding : the function, with the method and its source.
    partwise.geometry.Tree.from_linkage : the same clustering as a tree, for treemaps.

    Notes
    -----
    scikit-learn's ``check_estimator`` leaves out what fits random matrices, which are no linkages;
    the tag ``input_tags.two_d_array``, false, tells it so.

    Examples
    --------
    >>> from scipy.cluster.hierarchy import linkage
    >>> from partwise.geometry import UltrametricEmbedding
    >>> X = np.random.default_rng(0).normal(size=(100, 6))
    >>> model = UltrametricEmbedding(n_components=3)
    >>> model.fit_transform(linkage(X, "average")).shape
    (100, 3)
    >>> bool(1 <= model.lower_bound_ <= model.distortion_ <= 12)
    True
    """

    def __init__(self, n_components: int = 2, eps: float | None = None) -> None:
        self.n_components = n_components
        self.eps = eps

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Embed the points of a linkage.

        Parameters
        ----------
        X : array-like of shape (n_points - 1, 4)
            As of :func:`scipy.cluster.hierarchy.linkage`: two clusters, height, number of points.
            No merge may be lower than its parts. A matrix without rows is a single point.
        y : ignored

        Returns
        -------
        self
            The estimator itself.

        Raises
        ------
        ValueError, TypeError
            X is no such linkage, or a parameter is out of range.
        """
        linkage: Any = validate_data(self, X, dtype=np.float64, ensure_min_samples=0)
        self.result_ = ultrametric_embedding(linkage, self.n_components, self.eps)
        self.embedding_ = self.result_.embedding
        self.distortion_ = self.result_.distortion
        self.lower_bound_ = self.result_.lower_bound
        self.certified_ratio_ = self.result_.certified_ratio
        return self

    def fit_transform(self, X: ArrayLike, y: Any = None) -> NDArray[np.float64]:
        """Embed the points of a linkage and return their places.

        Parameters
        ----------
        X : array-like of shape (n_points - 1, 4)
            See :meth:`fit`.
        y : ignored

        Returns
        -------
        float64 ndarray of shape (n_points, n_components)
        """
        return self.fit(X).embedding_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        return tags
