"""What a coreset is."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Coreset"]


@dataclass(frozen=True, slots=True)
class Coreset:
    """A few weighted points that cost about as much as all points do, whatever the centres.

    The cost of points P with weights w for centres C is ``sum of w_p * min over C of ||p - c||^z``.

    Attributes
    ----------
    points : float64 ndarray of shape (m, d)
        Distinct points, in lexicographic order.
    weights : float64 ndarray of shape (m,)
        Their positive weights.
    indices : int64 ndarray of shape (m,)
        Which row of the data a point is; -1 where it is a mean of several.
    n_clusters : int
        The number k of centres that it is made for.
    z : float
        The power of distances in the cost.
    method : str
        How it was made.
    eps : float or None
        Where it is proven: for all sets of at most `n_clusters` centres, the cost of the points and
        that of the coreset differ by no more than a factor ``1 + eps``. None if it holds with some
        probability only; infinity if no bound was found.
    cost_bounds : (float, float) or None
        Lower and upper bound of the smallest cost of k centres, where they are known.
    n_points : int
        Number of rows that it stands for, those of weight 0 included.
    seed : int or None
        Seed with which the call can be repeated; None where nothing is random.
    """

    points: NDArray[np.float64] = field(repr=False)
    weights: NDArray[np.float64] = field(repr=False)
    indices: NDArray[np.int64] = field(repr=False)
    n_clusters: int
    z: float
    method: str
    eps: float | None
    cost_bounds: tuple[float, float] | None
    n_points: int
    seed: int | None

    @property
    def size(self) -> int:
        """Number m of points."""
        return int(self.weights.size)

    def to_dict(self, *, points: bool = False) -> dict[str, Any]:
        """Return the numbers as plain Python values, ready for JSON (infinity as None).

        Parameters
        ----------
        points : bool, default=False
            Whether to include points, weights and indices, as lists.
        """

        def finite(value: float | None) -> float | None:
            """Return what JSON can hold."""
            return None if value is None or math.isinf(value) else value

        result: dict[str, Any] = {
            "size": self.size,
            "n_points": self.n_points,
            "n_features": int(self.points.shape[1]),
            "total_weight": float(self.weights.sum()),
            "n_clusters": self.n_clusters,
            "z": self.z,
            "method": self.method,
            "eps": finite(self.eps),
            "cost_bounds": None
            if self.cost_bounds is None
            else [finite(bound) for bound in self.cost_bounds],
            "seed": self.seed,
        }
        if points:
            result["points"] = self.points.tolist()
            result["weights"] = self.weights.tolist()
            result["indices"] = self.indices.tolist()
        return result
