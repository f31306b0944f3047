"""A level of the hierarchy, where a backend has its arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from partwise.gpu._backend import Backend
from partwise.gpu._contraction import contracted
from partwise.gpu._rows import Rows
from partwise.partition._problem import LevelGraph

__all__ = ["Level", "contract_level", "from_host", "to_host"]


@dataclass(frozen=True, slots=True)
class Level:
    """A graph without self-loops.

    Attributes
    ----------
    backend : Backend
    indptr, indices : int64 array of shape (n + 1,), int32 array of shape (m,)
    weights : float64 array of shape (m,), or None
        Whole numbers; None is 1 each.
    node_weights : int64 array of shape (n,)
    held : int32 array of shape (n,), or None
        Block of each node that must not move, -1 for others.
    group : int32 array of shape (n,), or None
        Nodes of different groups are not contracted.
    rows : Rows
    """

    backend: Backend
    indptr: Any
    indices: Any
    weights: Any
    node_weights: Any
    held: Any
    group: Any
    rows: Rows

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return int(self.node_weights.shape[0])

    @property
    def n_arcs(self) -> int:
        """Number of arcs, two for each edge."""
        return int(self.indices.shape[0])

    @property
    def arcs(self) -> tuple[Any, Any, Any, int]:
        """What kernels take: indptr, indices, weights, and whether there are any."""
        no_weights = self.backend.xp.zeros(1, self.backend.xp.float64)
        is_weighted = self.weights is not None
        return self.indptr, self.indices, self.weights if is_weighted else no_weights, is_weighted


def from_host(backend: Backend, graph: LevelGraph, held: Any, group: Any) -> Level:
    """Move a graph to where a backend has its arrays."""
    xp = backend.xp
    indptr = xp.asarray(graph.indptr.view(np.int64))
    weights = None if graph.weights is None else xp.asarray(graph.weights.astype(np.float64))
    return Level(
        backend,
        indptr,
        xp.asarray(graph.indices.view(np.int32)),
        weights,
        xp.asarray(graph.node_weights),
        None if held is None else xp.asarray(held),
        None if group is None else xp.asarray(group),
        Rows(backend, indptr),
    )


def to_host(level: Level, dtype: Any) -> LevelGraph:
    """Return the graph for kernels of the CPU, with weights of a type that holds their sums.

    Rows are sorted, so that it is the same from every device.
    """
    take = level.backend.to_host
    indptr, indices = take(level.indptr), take(level.indices)
    rows = np.repeat(np.arange(level.n_nodes), np.diff(indptr))
    order = np.lexsort((indices, rows))
    if level.weights is None:
        weights = np.ones(len(indices), dtype)
    else:
        weights = take(level.weights)[order].astype(dtype)
    return LevelGraph(
        indptr.view(np.uint64), indices[order].view(np.uint32), weights, take(level.node_weights)
    )


def contract_level(level: Level, cluster: Any, n_clusters: int) -> Level:
    """Return the graph of the clusters."""
    backend = level.backend
    xp = backend.xp
    indptr, indices, weights = contracted(
        backend, level.indptr, level.indices, level.weights, cluster, n_clusters
    )
    node_weights = xp.bincount(cluster, level.node_weights.astype(xp.float64), n_clusters)

    def carried(labels: Any) -> Any:
        """Return the labels of the clusters, whose nodes all have the same."""
        if labels is None:
            return None
        coarse = xp.empty(n_clusters, xp.int32)
        coarse[cluster] = labels
        return coarse

    return Level(
        backend, indptr, indices, weights, node_weights.astype(xp.int64), carried(level.held),
        carried(level.group), Rows(backend, indptr),
    )  # fmt: skip
