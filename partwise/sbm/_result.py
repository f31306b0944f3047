"""What a fit of a block model returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise.graph._quotient import quotient_graph
from partwise.metrics._description_length import DescriptionLength

__all__ = ["BlockModelResult", "Effort"]


@dataclass(frozen=True, slots=True)
class Effort:
    """What a search has cost.

    Attributes
    ----------
    sweeps : int
        Times that every node was tried to be moved.
    moves_tried, moves_made : int
        Of single nodes.
    splits_tried, splits_made : int
        Of whole blocks: splits, merges, and both together.
    seconds : float
    is_complete : bool
        False if a time limit or an interruption has ended the search.
    """

    sweeps: int
    moves_tried: int
    moves_made: int
    splits_tried: int
    splits_made: int
    seconds: float
    is_complete: bool

    @property
    def acceptance(self) -> float:
        """Part of the tried moves of nodes that were made."""
        return self.moves_made / max(1, self.moves_tried)

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers, ready for JSON."""
        return {
            "sweeps": self.sweeps,
            "moves_tried": self.moves_tried,
            "moves_made": self.moves_made,
            "acceptance": self.acceptance,
            "splits_tried": self.splits_tried,
            "splits_made": self.splits_made,
            "seconds": self.seconds,
            "is_complete": self.is_complete,
        }


@dataclass(frozen=True, slots=True, eq=False)
class BlockModelResult:
    """The blocks of a graph, and how long it takes to describe it with their help.

    Attributes
    ----------
    labels : int32 ndarray of shape (n,)
        Block of each node. With types, 0 to Ka - 1 for nodes of the first type and Ka to
        Ka + Kb - 1 for those of the second; in each, larger blocks come first.
    n_blocks : int
    n_blocks_by_type : tuple of int
        (Ka, Kb), or (n_blocks,) without types.
    description_length : float
        In nats, computed anew from graph and labels.
    terms : DescriptionLength
        Its terms.
    degree_corrected : bool
        What the model is; the better one if both were fitted.
    trace : float64 ndarray
        Description length after each stage of the search.
    effort : Effort
    seed : int
    """

    labels: NDArray[np.int32] = field(repr=False)
    n_blocks: int
    n_blocks_by_type: tuple[int, ...]
    description_length: float
    terms: DescriptionLength = field(repr=False)
    degree_corrected: bool
    trace: NDArray[np.float64] = field(repr=False)
    effort: Effort = field(repr=False)
    seed: int

    def block_matrix(self, graph: Any) -> NDArray[np.int64]:
        """Return the numbers of edges between blocks, shape (n_blocks, n_blocks).

        Parameters
        ----------
        graph : graph-like
            The graph that was fitted.

        Returns
        -------
        int64 ndarray
            Symmetric; edges inside a block count twice on the diagonal.
        """
        blocks = quotient_graph(graph, self.labels, self.n_blocks, self_loops=True)
        matrix = blocks.to_scipy().toarray().astype(np.int64)
        matrix[np.diag_indices(self.n_blocks)] *= 2
        return matrix

    def to_dict(self, *, labels: bool = False) -> dict[str, Any]:
        """Return the numbers as plain Python values, ready for JSON.

        Parameters
        ----------
        labels : bool, default=False
            Whether to include the labels, as a list.
        """
        found: dict[str, Any] = {
            "n_blocks": self.n_blocks,
            "n_blocks_by_type": list(self.n_blocks_by_type),
            "description_length": self.description_length,
            "terms": self.terms.to_dict(),
            "degree_corrected": self.degree_corrected,
            "trace": self.trace.tolist(),
            "effort": self.effort.to_dict(),
            "seed": self.seed,
        }
        if labels:
            found["labels"] = self.labels.tolist()
        return found
