"""What every partitioner of points returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.geometry.points._input import Task

__all__ = ["Cuts", "PointPartition", "report"]


class Cuts(Protocol):
    """The cuts of a partition: they give every point of space a part."""

    @property
    def n_parts(self) -> int:
        """Number of parts."""

    def assign(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the part of every row of X."""


@dataclass(frozen=True, slots=True)
class PointPartition:
    """Points in parts, and the cuts between them.

    Attributes
    ----------
    labels : int32 ndarray of shape (n,)
        Part of every point, in ``range(n_parts)``.
    n_parts : int
        Number of parts k asked for.
    targets : float64 ndarray of shape (k,)
        Fraction of the total weight that every part should have; they sum to 1.
    part_weights : float64 ndarray of shape (k,)
        Summed weight of every part.
    imbalance : float
        ``max_j part_weights[j] / (targets[j] * total) - 1``, a fraction of at least 0: 0.03 means
        that the fullest part has 3 % more than its share.
    cuts : BoxCuts, PlaneCuts, CurveCuts or JaggedCuts
        The structure of the cuts; ``cuts.assign(X)`` gives the parts of other points.
    """

    labels: NDArray[np.int32] = field(repr=False)
    n_parts: int
    targets: NDArray[np.float64] = field(repr=False)
    part_weights: NDArray[np.float64] = field(repr=False)
    imbalance: float
    cuts: Any = field(repr=False)

    def to_dict(self, *, labels: bool = False) -> dict[str, Any]:
        """Return the numbers as plain Python values, ready for JSON.

        Parameters
        ----------
        labels : bool, default=False
            Whether to include the labels, as a list.
        """
        result: dict[str, Any] = {
            "n_parts": self.n_parts,
            "imbalance": self.imbalance,
            "part_weights": self.part_weights.tolist(),
            "sizes": np.bincount(self.labels, minlength=self.n_parts).tolist(),
            "targets": self.targets.tolist(),
        }
        if labels:
            result["labels"] = self.labels.tolist()
        return result


def report(task: Task, labels: NDArray[np.int32], cuts: Cuts) -> PointPartition:
    """Weigh the parts, from the labels alone, and put the result together."""
    k = task.n_parts
    part_weights = np.bincount(labels, task.given_weights, minlength=k).astype(np.float64)
    fullest = (part_weights / (task.targets * part_weights.sum())).max()
    return PointPartition(
        labels=labels,
        n_parts=k,
        targets=task.targets,
        part_weights=part_weights,
        imbalance=max(0.0, float(fullest) - 1.0),
        cuts=cuts,
    )
