"""Partition along a space-filling curve as a scikit-learn estimator."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.geometry.points._curve import curve_partition
from partwise.geometry.points._estimator import PointPartitioner
from partwise.geometry.points._result import PointPartition

__all__ = ["SpaceFillingCurvePartition"]


class SpaceFillingCurvePartition(PointPartitioner):
    """Cut points into balanced parts that are pieces of a space-filling curve (SFC).

    Parameters
    ----------
    n_parts : int, default=8
        Number of parts k.
    targets : array-like of shape (k,), optional
        Share of every part, positive, in any unit; by default all are equal.
    curve : {"hilbert", "morton"}, default="hilbert"
        The curve.
    chain : {"greedy", "optimal"}, default="greedy"
        How the weights along the curve are cut; with ``"optimal"`` no other cuts of the curve have
        a smaller imbalance.

    Attributes
    ----------
    labels_ : int32 ndarray of shape (n,)
        Part of every point.
    part_weights_ : float64 ndarray of shape (k,)
        Summed weight of every part.
    imbalance_ : float
        By how much the fullest part exceeds its share, as a fraction.
    cuts_ : CurveCuts
        The curve and the keys at which it is cut.
    n_features_in_ : int
        Number of columns d.

    See Also
    --------
    curve_partition : the function, with balance, cost and source.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(1000, 3))
    >>> model = SpaceFillingCurvePartition(n_parts=6).fit(X)
    >>> model.part_weights_.tolist()
    [167.0, 167.0, 167.0, 167.0, 166.0, 166.0]
    """

    def __init__(
        self,
        n_parts: int = 8,
        targets: ArrayLike | None = None,
        curve: Literal["hilbert", "morton"] = "hilbert",
        chain: Literal["greedy", "optimal"] = "greedy",
    ) -> None:
        self.n_parts = n_parts
        self.targets = targets
        self.curve = curve
        self.chain = chain

    def _partition(
        self, X: NDArray[np.float64], sample_weight: NDArray[np.float64] | None
    ) -> PointPartition:
        return curve_partition(
            X,
            self.n_parts,
            sample_weight=sample_weight,
            targets=self.targets,
            curve=self.curve,
            chain=self.chain,
        )
