"""Multi-jagged partition as a scikit-learn estimator."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.geometry.points._estimator import BoxPartitioner
from partwise.geometry.points._multi_jagged import multi_jagged
from partwise.geometry.points._result import PointPartition

__all__ = ["MultiJagged"]


class MultiJagged(BoxPartitioner):
    """Cut points into balanced boxes: slabs across one axis, each cut across the next (MJ).

    Parameters
    ----------
    n_parts : int, default=8
        Number of parts k.
    factors : sequence of int, optional
        Slabs per slab, level by level; their product is k. By default nearly equal factors, one for
        every axis, larger ones first.
    targets : array-like of shape (k,), optional
        Share of every part, positive, in any unit; by default all are equal.

    Attributes
    ----------
    labels_ : int32 ndarray of shape (n,)
        Part of every point.
    part_weights_ : float64 ndarray of shape (k,)
        Summed weight of every part.
    imbalance_ : float
        By how much the fullest part exceeds its share, as a fraction.
    cuts_ : JaggedCuts
        The cuts, level by level.
    boxes_ : float64 ndarray of shape (k, 2, d)
        Lower and upper corners of the parts, the outer ones infinite; disjoint.
    n_features_in_ : int
        Number of columns d.

    See Also
    --------
    multi_jagged : the function, with balance, cost and source.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(1000, 2))
    >>> model = MultiJagged(n_parts=6).fit(X)
    >>> model.cuts_.factors, model.part_weights_.tolist()
    ((3, 2), [167.0, 167.0, 167.0, 167.0, 166.0, 166.0])
    """

    def __init__(
        self,
        n_parts: int = 8,
        factors: Sequence[int] | None = None,
        targets: ArrayLike | None = None,
    ) -> None:
        self.n_parts = n_parts
        self.factors = factors
        self.targets = targets

    def _partition(
        self, X: NDArray[np.float64], sample_weight: NDArray[np.float64] | None
    ) -> PointPartition:
        return multi_jagged(
            X,
            self.n_parts,
            factors=self.factors,
            sample_weight=sample_weight,
            targets=self.targets,
        )
