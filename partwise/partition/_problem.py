"""From a user's graph and arguments to the integer arrays that the kernels take."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph import Graph
from partwise.metrics._balance import target_sizes

__all__ = ["LevelGraph", "Problem", "block_limits", "coarsest_size", "pose"]

_INT32_TOTAL = 2**31 - 1
_INT64_TOTAL = 2**62
_FLOAT_TOTAL = 2.0**50  # what non-integer weights are scaled to sum to


class LevelGraph(NamedTuple):
    """One level of the hierarchy, in the form of the kernels."""

    indptr: NDArray[np.uint64]
    indices: NDArray[np.uint32]
    weights: NDArray[Any] | None
    node_weights: NDArray[np.int64]

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return int(self.node_weights.size)


@dataclass(frozen=True, slots=True)
class Problem:
    """A partitioning problem without self-loops and isolated nodes, in integers.

    Attributes
    ----------
    level : LevelGraph
        The nodes that have neighbours.
    kept : int64 ndarray or None
        Their numbers in the graph as given; None where that is all of them.
    node_weights : int64 ndarray of shape (n,)
        Of all nodes, isolated ones included.
    fractions : float64 ndarray of shape (k,)
        Target share of every block.
    limits : int64 ndarray of shape (k,)
        Largest weight of every block.
    fixed : int32 ndarray of shape (n,) or (0,)
        Block of each fixed node, else -1, for all nodes; empty where none is fixed.
    like : ndarray of shape (0,)
        Its dtype holds sums of edge weights.
    """

    level: LevelGraph
    kept: NDArray[np.int64] | None
    node_weights: NDArray[np.int64]
    fractions: NDArray[np.float64]
    limits: NDArray[np.int64]
    fixed: NDArray[np.int32]
    like: NDArray[Any]

    @property
    def n_parts(self) -> int:
        """Number of blocks."""
        return int(self.limits.size)

    def inner(self, labels: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the labels of the nodes that have neighbours, as a new array."""
        return labels.copy() if self.kept is None else labels[self.kept]

    @property
    def inner_fixed(self) -> NDArray[np.int32]:
        """``fixed`` of the nodes that have neighbours, as a new array."""
        return self.inner(self.fixed) if self.fixed.size else self.fixed


def _whole(values: NDArray[Any]) -> NDArray[np.int64] | None:
    """Return `values` as integers, or None where they are not whole numbers."""
    if values.dtype.kind in "iu":
        return values.astype(np.int64, copy=False)
    if values.size == 0 or (np.abs(values).max() < 2.0**53 and np.all(values == np.rint(values))):
        return values.astype(np.int64)
    return None


def _edge_weights(weights: NDArray[Any] | None) -> tuple[NDArray[Any] | None, NDArray[Any]]:
    """Return (integer weights or None for ones, an empty array of their sums' dtype)."""
    narrow = np.empty(0, dtype=np.int32)
    if weights is None or weights.size == 0:
        return None, narrow
    whole = _whole(weights)
    if whole is None:
        # Rounding to one part in 2^50 of the total; no edge may vanish.
        scale = _FLOAT_TOTAL / float(weights.sum())
        whole = np.maximum(np.rint(weights * scale), 1.0).astype(np.int64)
    if float(whole.sum(dtype=np.float64)) > _INT64_TOTAL:
        raise ValueError("edge weights must sum to less than 2^62; divide them by a constant")
    first = int(whole[0])
    if np.all(whole == first):
        return None, narrow
    divisor = int(np.gcd.reduce(whole))
    if divisor > 1:
        whole = whole // divisor
    if int(whole.sum()) <= _INT32_TOTAL:
        return whole.astype(np.int32), narrow
    return np.array(whole, dtype=np.int64), np.empty(0, dtype=np.int64)


def _integer_node_weights(graph: Graph) -> tuple[NDArray[np.int64], float]:
    """Return (integer node weights, their number per unit of the given ones)."""
    if graph.node_weights is None:
        return np.ones(graph.n_nodes, dtype=np.int64), 1.0
    whole = _whole(graph.node_weights)
    if whole is not None:
        if float(whole.sum(dtype=np.float64)) > _INT64_TOTAL:
            raise ValueError("node weights must sum to less than 2^62; divide them by a constant")
        return np.array(whole, dtype=np.int64), 1.0
    scale = _FLOAT_TOTAL / float(graph.node_weights.sum())
    return np.ceil(graph.node_weights * scale).astype(np.int64), scale


def _fractions(target_weights: ArrayLike | None, n_parts: int) -> NDArray[np.float64]:
    """Return the target fractions: given ones divided by their sum, else all 1 / k."""
    if target_weights is None:
        return np.full(n_parts, 1.0 / n_parts)
    fractions = np.asarray(target_weights, dtype=np.float64)
    if not (fractions > 0).all():
        at = int(np.argmin(fractions > 0))
        raise ValueError(f"target_weights must be positive, got {fractions[at]} at position {at}")
    return fractions / fractions.sum()


def block_limits(
    graph: Graph, n_parts: int, imbalance: float, target_weights: ArrayLike | None
) -> NDArray[Any]:
    """Return the largest weight of every block: ``floor((1 + imbalance) ceil(t_b c(V)))``.

    The ceiling and the floor are left out where node weights are not whole numbers.
    """
    sizes = target_sizes(graph, n_parts, target_weights)
    limits = (1.0 + imbalance) * sizes
    if sizes.dtype.kind == "f":
        return limits
    # the small addend keeps, say, 1.1 * 10 from being floored to 10
    return np.floor(limits + 1e-9).astype(np.int64)


def _check_fixed(fixed: ArrayLike | None, n_nodes: int, n_parts: int) -> NDArray[np.int32]:
    """Return the fixed blocks as int32, or an empty array where no node is fixed."""
    if fixed is None:
        return np.empty(0, dtype=np.int32)
    blocks = np.asarray(fixed)
    if blocks.shape != (n_nodes,):
        raise ValueError(
            f"fixed must have shape ({n_nodes},), one block or -1 per node, got {blocks.shape}"
        )
    if blocks.size and blocks.dtype.kind not in "iu":
        raise TypeError(f"fixed must hold integers, got dtype {blocks.dtype}")
    bad = (blocks < -1) | (blocks >= n_parts)
    if bad.any():
        at = int(np.argmax(bad))
        raise ValueError(
            f"fixed holds {blocks[at]} at position {at}, allowed are -1 for a free node and "
            f"blocks from 0 to {n_parts - 1}"
        )
    return blocks.astype(np.int32) if (blocks >= 0).any() else np.empty(0, dtype=np.int32)


def pose(
    graph: Graph,
    n_parts: int,
    imbalance: float,
    target_weights: ArrayLike | None,
    fixed: ArrayLike | None,
) -> Problem:
    """Validate the arguments and return the problem for the kernels."""
    if graph.n_nodes > _INT32_TOTAL:
        raise ValueError(f"graph must have less than 2^31 nodes, got {graph.n_nodes}")
    graph = graph.without_self_loops()
    limits = block_limits(graph, n_parts, imbalance, target_weights)
    fractions = _fractions(target_weights, n_parts)
    fixed_blocks = _check_fixed(fixed, graph.n_nodes, n_parts)
    node_weights, scale = _integer_node_weights(graph)
    if scale != 1.0:
        limits = np.floor(limits * scale)
    limits = limits.astype(np.int64)
    indptr, indices, edge_weights, _ = graph._arrays
    weights, like = _edge_weights(edge_weights)
    degrees = np.diff(indptr)
    kept = None
    inner_weights = node_weights
    if graph.n_nodes and int(degrees.min()) == 0:
        kept = np.flatnonzero(degrees)
        renumber = np.cumsum(degrees > 0, dtype=np.int64) - 1
        indptr = np.concatenate((np.zeros(1, dtype=np.int64), indptr[1:][kept]))
        indices = renumber[indices].astype(np.int32)
        inner_weights = node_weights[kept]
    level = LevelGraph(indptr.view(np.uint64), indices.view(np.uint32), weights, inner_weights)
    return Problem(level, kept, node_weights, fractions, limits, fixed_blocks, like)


def coarsest_size(n_nodes: int, n_parts: int) -> int:
    """Return the number of nodes at which coarsening ends."""
    return int(max(n_nodes / (40.0 * max(1.0, math.log2(n_parts))), 30 * n_parts))
