"""What a fit of a nested block model returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise.metrics._nested_description_length import NestedDescriptionLength
from partwise.sbm._result import Effort

__all__ = ["NestedResult"]


@dataclass(frozen=True, slots=True, eq=False)
class NestedResult:
    """A hierarchy of blocks, and how long it takes to describe the graph with its help.

    Attributes
    ----------
    labels : int32 ndarray of shape (n,)
        Block of each node, the same as ``levels[0]``; larger blocks come first, with types those of
        the first type before those of the second.
    levels : list of int32 ndarrays
        Level 0 has the block of each node, level l the block of each block of level l - 1, the last
        one 0 for all. Within a level, blocks of more blocks come first.
    n_blocks : int
        Of nodes.
    n_blocks_by_level : tuple of int
        From level 0 to the last, 1.
    description_length : float
        In nats, computed anew from graph and levels.
    terms : NestedDescriptionLength
        Its terms.
    degree_corrected : bool
        What the model is; the better one if both were fitted.
    trace : float64 ndarray
        Description length after each stage of the search.
    effort : Effort
    seed : int
    """

    labels: NDArray[np.int32] = field(repr=False)
    levels: list[NDArray[np.int32]] = field(repr=False)
    n_blocks: int
    n_blocks_by_level: tuple[int, ...]
    description_length: float
    terms: NestedDescriptionLength = field(repr=False)
    degree_corrected: bool
    trace: NDArray[np.float64] = field(repr=False)
    effort: Effort = field(repr=False)
    seed: int

    def labels_at(self, level: int) -> NDArray[np.int32]:
        """Return the block of a level that each node is in.

        Parameters
        ----------
        level : int
            From 0 on; negative ones count from the last.

        Returns
        -------
        int32 ndarray of shape (n,)

        Raises
        ------
        ValueError
            There is no such level.
        """
        depth = len(self.levels)
        if not -depth <= level < depth:
            raise ValueError(f"level must be from {-depth} to {depth - 1}, got {level}")
        found = self.levels[0]
        for labels in self.levels[1 : level % depth + 1]:
            found = labels[found]
        return found

    def to_dict(self, *, labels: bool = False) -> dict[str, Any]:
        """Return the numbers as plain Python values, ready for JSON.

        Parameters
        ----------
        labels : bool, default=False
            Whether to include the labels of the nodes; those of the levels above always are.
        """
        found: dict[str, Any] = {
            "n_blocks": self.n_blocks,
            "n_blocks_by_level": list(self.n_blocks_by_level),
            "description_length": self.description_length,
            "terms": self.terms.to_dict(),
            "degree_corrected": self.degree_corrected,
            "levels_above": [level.tolist() for level in self.levels[1:]],
            "trace": self.trace.tolist(),
            "effort": self.effort.to_dict(),
            "seed": self.seed,
        }
        if labels:
            found["labels"] = self.labels.tolist()
        return found
