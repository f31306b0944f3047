"""Recursive inertial bisection as a scikit-learn estimator."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.geometry.points._bisection import inertial_bisection
from partwise.geometry.points._estimator import PointPartitioner
from partwise.geometry.points._result import PointPartition

__all__ = ["RecursiveInertialBisection"]


class RecursiveInertialBisection(PointPartitioner):
    """Cut points into balanced parts, each cut across the direction of largest spread (RIB).

    Parameters
    ----------
    n_parts : int, default=8
        Number of parts k.
    targets : array-like of shape (k,), optional
        Share of every part, positive, in any unit; by default all are equal.
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
    cuts_ : PlaneCuts
        The tree of the cuts.
    n_features_in_ : int
        Number of columns d.

    See Also
    --------
    inertial_bisection : the function, with balance, cost and source.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(1000, 3)) @ np.diag([9, 3, 1])
    >>> model = RecursiveInertialBisection(n_parts=2).fit(X)
    >>> model.part_weights_.tolist(), abs(model.cuts_.normals).round(1).tolist()
    ([500.0, 500.0], [[1.0, 0.0, 0.0]])
    """

    def __init__(
        self,
        n_parts: int = 8,
        targets: ArrayLike | None = None,
        average_cuts: bool = False,
    ) -> None:
        self.n_parts = n_parts
        self.targets = targets
        self.average_cuts = average_cuts

    def _partition(
        self, X: NDArray[np.float64], sample_weight: NDArray[np.float64] | None
    ) -> PointPartition:
        return inertial_bisection(
            X,
            self.n_parts,
            sample_weight=sample_weight,
            targets=self.targets,
            average_cuts=self.average_cuts,
        )

    def parts_of_box(self, lower: ArrayLike, upper: ArrayLike) -> NDArray[np.int32]:
        """Return the parts that a closed box may meet, in ascending order.

        Parameters
        ----------
        lower, upper : array-like of shape (d,)
            Corners of the box; infinite ones are allowed.
        """
        return self.cuts_.parts_of_box(lower, upper)
