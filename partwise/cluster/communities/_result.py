"""What community detection returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CommunityResult"]


@dataclass(frozen=True, slots=True)
class CommunityResult:
    """Communities of a graph's nodes, with the numbers a user asks next.

    Attributes
    ----------
    labels : int32 ndarray of shape (n,)
        Community of every node: 0 is the largest, equals are ordered by their smallest node. Nodes
        with a fixed label keep it, and the other communities take the numbers that are free.
    quality : float
        Value of the quality function, computed from the labels and the graph as given.
    n_communities : int
    levels : tuple of int32 ndarray of shape (n,)
        Partitions after the moves of every level of the last iteration, from fine to coarse, the
        last one being the result before `min_size` and consensus.
    quality_function : str
        Which quality function was maximised.
    resolution : float
    n_iterations : int
    n_moves : int
        Moves of nodes, and of groups of nodes, in all iterations.
    converged : bool
        Whether the last iteration moved nothing.
    device : str
        Where it was computed, ``"cpu"`` or ``"cuda"``.
    stability : float64 ndarray of shape (n,) or None
        With ``consensus``: how much of the community of each node is the same in every run, from
        0 to 1.
    seconds : float
        Wall time of the call.
    seed : int
        Seed with which the call can be repeated.
    """

    labels: NDArray[np.int32] = field(repr=False)
    quality: float
    n_communities: int
    levels: tuple[NDArray[np.int32], ...] = field(repr=False)
    quality_function: str
    resolution: float
    n_iterations: int
    n_moves: int
    converged: bool
    device: str
    stability: NDArray[np.float64] | None = field(repr=False)
    seconds: float
    seed: int

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Number of nodes of every community, in ascending order of the labels."""
        return np.unique_counts(self.labels).counts

    def to_dict(self, *, labels: bool = False) -> dict[str, Any]:
        """Return the numbers as plain Python values, ready for JSON.

        Parameters
        ----------
        labels : bool, default=False
            Whether to include the labels and the stability, as lists.
        """
        result: dict[str, Any] = {
            "n_communities": self.n_communities,
            "quality": self.quality,
            "quality_function": self.quality_function,
            "resolution": self.resolution,
            "sizes": self.sizes.tolist(),
            "n_levels": len(self.levels),
            "n_iterations": self.n_iterations,
            "n_moves": self.n_moves,
            "converged": self.converged,
            "device": self.device,
            "seconds": self.seconds,
            "seed": self.seed,
        }
        if self.stability is not None:
            result["mean_stability"] = float(self.stability.mean()) if len(self.stability) else 1.0
        if labels:
            result["labels"] = self.labels.tolist()
            if self.stability is not None:
                result["stability"] = self.stability.tolist()
        return result
