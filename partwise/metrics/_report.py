"""All numbers of a partition at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph._convert import as_graph
from partwise.graph._labels import check_labels
from partwise.metrics._balance import block_weights, imbalance
from partwise.metrics._boundary import boundary_nodes
from partwise.metrics._connectivity import n_components_per_block
from partwise.metrics._cut import edge_cut
from partwise.metrics._volume import communication_volume

__all__ = ["PartitionReport", "evaluate_partition"]


@dataclass(frozen=True)
class PartitionReport:
    """What a partition is worth, recomputed from the graph and the labels alone.

    Attributes
    ----------
    n_nodes, n_edges, n_parts : int
    cut : int or float
        Weight of the edges between blocks.
    imbalance : float
        As :func:`imbalance` defines it.
    communication_volume : int
    n_boundary : int
        Number of nodes with an edge to another block.
    n_empty : int
        Number of blocks without a node.
    block_weights : ndarray of shape (n_parts,)
    n_components : ndarray of shape (n_parts,), int64
        Number of connected pieces of each block.
    """

    n_nodes: int
    n_edges: int
    n_parts: int
    cut: int | float
    imbalance: float
    communication_volume: int
    n_boundary: int
    n_empty: int
    block_weights: NDArray[Any]
    n_components: NDArray[np.int64]

    @property
    def connected(self) -> bool:
        """Whether no block falls into pieces."""
        return bool((self.n_components <= 1).all())

    def to_dict(self) -> dict[str, Any]:
        """Return the report as numbers and lists, ready for JSON."""
        return {
            "n_nodes": self.n_nodes,
            "n_edges": self.n_edges,
            "n_parts": self.n_parts,
            "cut": self.cut,
            "imbalance": self.imbalance,
            "communication_volume": self.communication_volume,
            "n_boundary": self.n_boundary,
            "n_empty": self.n_empty,
            "connected": self.connected,
            "block_weights": self.block_weights.tolist(),
            "n_components": self.n_components.tolist(),
        }


def evaluate_partition(
    graph: Any,
    labels: ArrayLike,
    n_parts: int | None = None,
    *,
    target_weights: ArrayLike | None = None,
) -> PartitionReport:
    """Compute every metric of a partition.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes.
    labels : array-like of int, shape (n,)
        Block of each node, from 0 on.
    n_parts : int, optional
        Number of blocks, default one more than the largest label.
    target_weights : array-like of shape (n_parts,), optional
        Shares of the blocks, default equal.

    Returns
    -------
    PartitionReport

    Raises
    ------
    ValueError, TypeError
        `graph` is no graph, or the other arguments have a wrong length, dtype or range.

    Examples
    --------
    >>> report = evaluate_partition([(0, 1), (1, 2), (2, 3)], [0, 0, 1, 1])
    >>> report.cut, report.imbalance, report.connected
    (1, 0.0, True)
    """
    graph = as_graph(graph)
    if n_parts is None and target_weights is not None:
        n_parts = len(np.atleast_1d(np.asarray(target_weights)))
    part, n_parts = check_labels(labels, graph.n_nodes, n_parts)
    sizes = np.bincount(part, minlength=n_parts)
    return PartitionReport(
        n_nodes=graph.n_nodes,
        n_edges=graph.n_edges,
        n_parts=n_parts,
        cut=edge_cut(graph, part),
        imbalance=imbalance(graph, part, n_parts, target_weights),
        communication_volume=communication_volume(graph, part),
        n_boundary=len(boundary_nodes(graph, part)),
        n_empty=int(np.count_nonzero(sizes == 0)),
        block_weights=block_weights(graph, part, n_parts),
        n_components=n_components_per_block(graph, part, n_parts),
    )
