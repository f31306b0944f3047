"""The capacitated Voronoi partition as a scikit-learn estimator."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._random import RandomState
from partwise.geometry.cells._capacitated import CapacitatedResult, capacitated_voronoi
from partwise.geometry.points._estimator import PointPartitioner

__all__ = ["CapacitatedVoronoi"]


class CapacitatedVoronoi(PointPartitioner):
    """Divide points into compact convex parts of exact sizes.

    Parameters
    ----------
    n_parts : int, default=8
        Number of parts k.
    capacities : array-like of shape (k,), optional
        Sizes of the parts, or anything in proportion; by default all are equal.
    min_size, max_size : float, optional
        Instead of capacities: bounds of the sizes.
    max_iter : int, default=20
        Most rounds of moving the sites.
    tol : float, default=1e-3
        Rounds end when the cost goes down by less than this part of itself.
    random_state : int, Generator, RandomState or None, default=0
        Chooses the samples of large inputs.

    Attributes
    ----------
    labels_ : int32 ndarray of shape (n,)
        Part of every point.
    part_weights_ : float64 ndarray of shape (k,)
        Summed weight of every part.
    imbalance_ : float
        By how much the fullest part exceeds its share, as a fraction.
    centers_ : float64 ndarray of shape (k, d)
        The sites of the power diagram whose cells are the parts.
    weights_ : float64 ndarray of shape (k,)
        Their weights.
    cost_ : float
        Sum of the weighted squared distances to the sites.
    n_iter_ : int
        Rounds in which all points were divided.
    n_features_in_ : int
        Number of columns d.

    See Also
    --------
    capacitated_voronoi : the function, with cost and source.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(1000, 3))
    >>> model = CapacitatedVoronoi(n_parts=6).fit(X)
    >>> model.part_weights_.tolist()
    [167.0, 167.0, 167.0, 167.0, 166.0, 166.0]
    """

    def __init__(
        self,
        n_parts: int = 8,
        capacities: ArrayLike | None = None,
        *,
        min_size: float | None = None,
        max_size: float | None = None,
        max_iter: int = 20,
        tol: float = 1e-3,
        random_state: RandomState = 0,
    ) -> None:
        self.n_parts = n_parts
        self.capacities = capacities
        self.min_size = min_size
        self.max_size = max_size
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state

    def _partition(
        self, X: NDArray[np.float64], sample_weight: NDArray[np.float64] | None
    ) -> CapacitatedResult:
        return capacitated_voronoi(
            X,
            self.n_parts,
            self.capacities,
            min_size=self.min_size,
            max_size=self.max_size,
            sample_weight=sample_weight,
            max_iter=self.max_iter,
            tol=self.tol,
            random_state=self.random_state,
        )

    def _learn(self, found: CapacitatedResult) -> None:
        self._found = found
        self.centers_ = found.centers
        self.weights_ = found.weights
        self.cost_ = found.cost
        self.n_iter_ = found.n_iter

    def _assign(self, points: NDArray[np.float64]) -> NDArray[np.int32]:
        return self._found.assign(points)
