"""Recursive coordinate bisection as a scikit-learn estimator."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.geometry.points._bisection import coordinate_bisection
from partwise.geometry.points._estimator import BoxPartitioner
from partwise.geometry.points._result import PointPartition

__all__ = ["RecursiveCoordinateBisection"]


class RecursiveCoordinateBisection(BoxPartitioner):
    """Cut points into balanced boxes, each cut across the longest axis (RCB).

    Parameters
    ----------
    n_parts : int, default=8
        Number of parts k.
    targets : array-like of shape (k,), optional
        Share of every part, positive, in any unit; by default all are equal.
    rectilinear : bool, default=False
        Whether points with the same coordinate stay on the same side of a cut across it.
    average_cuts : bool, default=False
        Whether a cut lies in the middle between the two points beside it.

    Attributes
    ----------
    labels_ : int32 ndarray of shape (n,)
        Part of every point.
    part_weights_ : float64 ndarray of shape (k,)
        Summed weight of every part.
    imbalance_ : float
        By how much the fullest part exceeds its share, as a fraction.
    cuts_ : BoxCuts
        The tree of the cuts.
    boxes_ : float64 ndarray of shape (k, 2, d)
        Lower and upper corners of the parts, the outer ones infinite; disjoint.
    n_features_in_ : int
        Number of columns d.

    See Also
    --------
    coordinate_bisection : the function, with balance, cost and source.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(1000, 3))
    >>> model = RecursiveCoordinateBisection(n_parts=6).fit(X)
    >>> model.part_weights_.tolist()
    [167.0, 167.0, 167.0, 167.0, 166.0, 166.0]
    >>> bool((model.predict(X) == model.labels_).all())
    True
    """

    def __init__(
        self,
        n_parts: int = 8,
        targets: ArrayLike | None = None,
        rectilinear: bool = False,
        average_cuts: bool = False,
    ) -> None:
        self.n_parts = n_parts
        self.targets = targets
        self.rectilinear = rectilinear
        self.average_cuts = average_cuts

    def _partition(
        self, X: NDArray[np.float64], sample_weight: NDArray[np.float64] | None
    ) -> PointPartition:
        return coordinate_bisection(
            X,
            self.n_parts,
            sample_weight=sample_weight,
            targets=self.targets,
            rectilinear=self.rectilinear,
            average_cuts=self.average_cuts,
        )
