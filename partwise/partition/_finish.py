"""From the solver's labels to labels of all nodes of the graph as given."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from partwise.partition._kernels.contiguity import balance_connected, join_pieces
from partwise.partition._kernels.repair import fill_empty_blocks, pack_isolated, swap_to_balance
from partwise.partition._problem import Problem

__all__ = ["all_labels", "connect_blocks"]


def all_labels(problem: Problem, inner: NDArray[np.int32]) -> NDArray[np.int32]:
    """Add the isolated nodes, repair the balance by exchanges, and leave no block empty.

    Blocks stay empty only where there are fewer free nodes than it takes to fill them.
    """
    n = problem.node_weights.size
    limits, fixed = problem.limits, problem.fixed
    labels = inner
    load = np.bincount(inner, weights=problem.level.node_weights, minlength=limits.size)
    load = load.astype(np.int64)
    if problem.kept is not None:
        labels = np.full(n, -1, dtype=np.int32)
        labels[problem.kept] = inner
        isolated = np.flatnonzero(labels < 0)
        pack_isolated(isolated, problem.node_weights, fixed, labels, load, limits)
    if (load > limits).any():
        swap_to_balance(problem.node_weights, fixed, labels, load, limits)
    if n >= limits.size and (np.bincount(labels, minlength=limits.size) == 0).any():
        indptr, indices, weights = _whole_graph(problem)
        fill_empty_blocks(indptr, indices, weights, problem.node_weights, fixed, labels, load)
    return labels


def connect_blocks(problem: Problem, labels: NDArray[np.int32]) -> bool:
    """Make every block connected, in place; return whether that was possible.

    Balance comes second: what can be moved without tearing a block apart is moved.
    """
    arrays = _whole_graph(problem)
    load = np.bincount(labels, weights=problem.node_weights, minlength=problem.n_parts)
    load = load.astype(np.int64)
    rest = (problem.node_weights, problem.fixed, labels, load, problem.limits)
    stranded = join_pieces(*arrays, *rest)
    if (load > problem.limits).any():
        balance_connected(*arrays, *rest)
    return int(stranded) == 0


def _whole_graph(
    problem: Problem,
) -> tuple[NDArray[np.uint64], NDArray[np.uint32], NDArray[np.int64] | NDArray[np.int32] | None]:
    """Return the CSR arrays with the isolated nodes put back."""
    level = problem.level
    if problem.kept is None:
        return level.indptr, level.indices, level.weights
    degrees = np.zeros(problem.node_weights.size + 1, dtype=np.uint64)
    degrees[problem.kept + 1] = np.diff(level.indptr)
    indices = problem.kept[level.indices].astype(np.uint32)
    return np.cumsum(degrees, dtype=np.uint64), indices, level.weights
