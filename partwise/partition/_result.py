"""What a partitioner returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["PartitionResult"]


@dataclass(frozen=True, slots=True)
class PartitionResult:
    """A partition of a graph's nodes into blocks, with the numbers a user asks next.

    The numbers are computed from the labels and the graph as given, not taken from the solver.

    Attributes
    ----------
    labels : int32 ndarray of shape (n,)
        Block of every node, in ``range(n_parts)``.
    n_parts : int
        Number of blocks asked for.
    cut : int or float
        Summed weight of the edges between different blocks.
    imbalance : float
        ``max_b c(V_b) / ceil(t_b c(V)) - 1``, where ``t_b`` is the block's target fraction; a
        fraction, so that 0.03 means 3 %.
    block_weights : ndarray of shape (n_parts,)
        Summed node weight of every block.
    max_block_weights : ndarray of shape (n_parts,)
        Largest weight that `imbalance` allowed each block.
    feasible : bool
        Whether no block is heavier than allowed.
    preset : str
        The preset that ran.
    device : str
        Where it ran, ``"cpu"`` or ``"cuda"``.
    n_levels : int
        Levels of the multilevel hierarchy, the input included.
    n_trials : int
        Partitions that were computed from scratch.
    seconds : float
        Wall time of the call.
    seed : int
        Seed with which the call can be repeated.
    """

    labels: NDArray[np.int32] = field(repr=False)
    n_parts: int
    cut: int | float
    imbalance: float
    block_weights: NDArray[Any] = field(repr=False)
    max_block_weights: NDArray[Any] = field(repr=False)
    feasible: bool
    preset: str
    device: str
    n_levels: int
    n_trials: int
    seconds: float
    seed: int

    def to_dict(self, *, labels: bool = False) -> dict[str, Any]:
        """Return the numbers as plain Python values, ready for JSON.

        Parameters
        ----------
        labels : bool, default=False
            Whether to include the labels, as a list.
        """
        result: dict[str, Any] = {
            "n_parts": self.n_parts,
            "cut": self.cut,
            "imbalance": self.imbalance,
            "feasible": self.feasible,
            "block_weights": self.block_weights.tolist(),
            "max_block_weights": self.max_block_weights.tolist(),
            "preset": self.preset,
            "device": self.device,
            "n_levels": self.n_levels,
            "n_trials": self.n_trials,
            "seconds": self.seconds,
            "seed": self.seed,
        }
        if labels:
            result["labels"] = self.labels.tolist()
        return result
