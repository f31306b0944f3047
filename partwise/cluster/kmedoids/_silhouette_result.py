"""What the searches for a large medoid silhouette return."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["DynMSCResult", "MedoidSilhouetteResult"]


@dataclass(frozen=True, slots=True)
class MedoidSilhouetteResult:
    """Medoids, the objects they serve, and their average medoid silhouette.

    Attributes
    ----------
    score : float
        Average medoid silhouette, from 0 to 1; larger is better.
    labels : int32 ndarray of shape (n,)
        Position in `medoids` of the nearest medoid of every object.
    medoids : int64 ndarray of shape (k,)
        Objects that are medoids.
    n_iter : int
        Rounds over all candidates.
    n_swap : int
        Exchanges of a medoid that were made.
    seed : int or None
        Seed with which the call can be repeated, where random numbers were drawn.
    """

    score: float
    labels: NDArray[np.int32] = field(repr=False)
    medoids: NDArray[np.int64] = field(repr=False)
    n_iter: int
    n_swap: int
    seed: int | None = None

    def to_dict(self, *, labels: bool = False) -> dict[str, Any]:
        """Return the numbers as plain Python values, ready for JSON.

        Parameters
        ----------
        labels : bool, default=False
            Whether to include the labels, as a list.
        """
        result: dict[str, Any] = {
            "score": self.score,
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


@dataclass(frozen=True, slots=True)
class DynMSCResult:
    """The best clustering over a range of numbers of clusters, and the score of every number.

    Attributes
    ----------
    best_k : int
        Number of clusters of the largest score, the smallest of equals.
    score : float
        Average medoid silhouette with `best_k` medoids.
    labels : int32 ndarray of shape (n,)
        Position in `medoids` of the nearest medoid of every object.
    medoids : int64 ndarray of shape (best_k,)
    k_values : int64 ndarray of shape (m,)
        Numbers of clusters tried, ascending.
    scores : float64 ndarray of shape (m,)
        Average medoid silhouette for each of them.
    medoids_of : dict of int to int64 ndarray
        Medoids for each of them.
    n_iter, n_swap : int
        Rounds over all candidates, and exchanges of a medoid, for all numbers together.
    seed : int or None
        Seed with which the call can be repeated, where random numbers were drawn.
    """

    best_k: int
    score: float
    labels: NDArray[np.int32] = field(repr=False)
    medoids: NDArray[np.int64] = field(repr=False)
    k_values: NDArray[np.int64] = field(repr=False)
    scores: NDArray[np.float64] = field(repr=False)
    medoids_of: dict[int, NDArray[np.int64]] = field(repr=False)
    n_iter: int
    n_swap: int
    seed: int | None = None

    def to_dict(self, *, labels: bool = False) -> dict[str, Any]:
        """Return the numbers as plain Python values, ready for JSON.

        Parameters
        ----------
        labels : bool, default=False
            Whether to include the labels, as a list.
        """
        result: dict[str, Any] = {
            "best_k": self.best_k,
            "score": self.score,
            "medoids": self.medoids.tolist(),
            "sizes": np.bincount(self.labels, minlength=self.best_k).tolist(),
            "k_values": self.k_values.tolist(),
            "scores": self.scores.tolist(),
            "n_iter": self.n_iter,
            "n_swap": self.n_swap,
            "seed": self.seed,
        }
        if labels:
            result["labels"] = self.labels.tolist()
        return result
