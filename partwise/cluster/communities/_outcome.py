"""What every method of this package that maximises no quality function returns."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Communities of a graph's nodes.

    Attributes
    ----------
    labels : int32 ndarray of shape (n,)
        Community of every node: 0 is the largest, equals are ordered by their smallest node.
    n_communities : int
    quality : float
        Modularity, computed from the labels and the graph as given.
    n_iter : int
        Rounds.
    converged : bool
        Whether the method ended by itself.
    """

    labels: NDArray[np.int32] = field(repr=False)
    n_communities: int
    quality: float
    n_iter: int
    converged: bool

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Number of nodes of every community, by label."""
        return np.bincount(self.labels)

    def to_dict(self, *, labels: bool = False) -> dict[str, Any]:
        """Return the numbers as plain Python values, ready for JSON.

        Parameters
        ----------
        labels : bool, default=False
            Whether to include the labels, as a list.
        """
        result = {x.name: getattr(self, x.name) for x in fields(self) if x.name != "labels"}
        result = {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in result.items()}
        result["sizes"] = self.sizes.tolist()
        if labels:
            result["labels"] = self.labels.tolist()
        return result
