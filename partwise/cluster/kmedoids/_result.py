"""What a k-medoids function returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["KMedoidsResult"]


@dataclass(frozen=True, slots=True)
class KMedoidsResult:
    """Medoids, the objects they serve, and what that costs.

    Attributes
    ----------
    loss : int or float
        Summed (weighted) dissimilarity of every object to its medoid, an integer where the
        dissimilarities are integers and there are no weights.
    labels : int32 ndarray of shape (n,)
        Position in `medoids` of the medoid of every object.
    medoids : int64 ndarray of shape (k,)
        Objects that are medoids.
    n_iter : int
        Rounds over all candidates, or iterations.
    n_swap : int
        Exchanges of a medoid that were made.
    seed : int or None
        Seed with which the call can be repeated, where random numbers were drawn.
    device : str
        Where the medoids were searched: "cpu" or "cuda".
    """

    loss: int | float
    labels: NDArray[np.int32] = field(repr=False)
    medoids: NDArray[np.int64] = field(repr=False)
    n_iter: int
    n_swap: int
    seed: int | None = None
    device: str = "cpu"

    def to_dict(self, *, labels: bool = False) -> dict[str, Any]:
        """Return the numbers as plain Python values, ready for JSON.

        Parameters
        ----------
        labels : bool, default=False
            Whether to include the labels, as a list.
        """
        result: dict[str, Any] = {
            "loss": self.loss,
            "n_clusters": int(self.medoids.size),
            "medoids": self.medoids.tolist(),
            "sizes": np.bincount(self.labels, minlength=self.medoids.size).tolist(),
            "n_iter": self.n_iter,
            "n_swap": self.n_swap,
            "seed": self.seed,
        }
        if labels:
            result["labels"] = self.labels.tolist()
        return result
