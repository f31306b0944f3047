"""A graph as the kernels of block models take it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph import as_graph
from partwise.metrics._description_length import check_multigraph, check_types
from partwise.metrics._integer_partitions import QTable
from partwise.sbm._kernels.blocks import Blocks
from partwise.sbm._tables import make_tables

__all__ = ["Model", "Problem", "compact", "cost_of", "make_blocks", "pose"]

_MOST_ENDS = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Model:
    """What kind of block model.

    Attributes
    ----------
    degree_corrected : bool
    general_edges : bool
        Whether the prior of the numbers of edges between blocks knows nothing of types.
    q_table : {"exact", "reference"}
    """

    degree_corrected: bool = True
    general_edges: bool = False
    q_table: QTable = "exact"


@dataclass(frozen=True, slots=True)
class Problem:
    """An undirected multigraph of n nodes, checked.

    Attributes
    ----------
    indptr : int64 ndarray of shape (n + 1,)
    indices : int32 ndarray
        Neighbours, without self-loops.
    times : int64 ndarray
        Parallel edges to each.
    degree, loops : int64 ndarrays of shape (n,)
    types : int8 ndarray of shape (n,)
        0 and 1, or 0 for all.
    is_bipartite : bool
    n_edges : int
        Parallel ones and self-loops included.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    times: NDArray[np.int64]
    degree: NDArray[np.int64]
    loops: NDArray[np.int64]
    types: NDArray[np.int8]
    is_bipartite: bool
    n_edges: int

    @property
    def n_nodes(self) -> int:
        """Number of nodes, n."""
        return len(self.degree)


def pose(graph: Any, types: ArrayLike | None = None) -> Problem:
    """Check a graph and its types.

    Raises
    ------
    ValueError, TypeError
        See :func:`partwise.metrics.description_length`; more than 2^30 edges.
    """
    checked = check_multigraph(as_graph(graph))
    indptr, indices, weights, _ = checked._arrays
    n = checked.n_nodes
    side = np.zeros(n, np.int8) if types is None else check_types(checked, types).astype(np.int8)
    rows = np.repeat(np.arange(n), np.diff(indptr))
    times = np.ones(len(indices), np.int64) if weights is None else weights.astype(np.int64)
    loop = rows == indices
    loops = np.bincount(rows[loop], times[loop], n).astype(np.int64)
    kept = ~loop
    ends = np.bincount(rows[kept], times[kept], n).astype(np.int64)
    pointers = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(rows[kept], minlength=n), out=pointers[1:])
    degree = ends + 2 * loops
    if degree.sum() > _MOST_ENDS:
        raise ValueError(f"graph must have at most 2**30 edges, got {degree.sum() // 2}")
    return Problem(
        pointers,
        indices[kept].astype(np.int32),
        times[kept],
        degree,
        loops,
        side,
        types is not None,
        int(degree.sum()) // 2,
    )


def make_blocks(
    problem: Problem,
    model: Model,
    labels: NDArray[np.int32],
    room: int | None = None,
    limits: NDArray[np.int64] | None = None,
) -> Blocks:
    """Return the state of a fit with given labels.

    Parameters
    ----------
    labels : int32 ndarray of shape (n,)
        From 0 on; those of the two types differ.
    room : int, optional
        Number of blocks that the state can hold; by default as many as labels need.
    limits : int64 ndarray of shape (2, 2), optional
        Least and largest number of blocks of each type; by default there are none.
    """
    from partwise.sbm._kernels.blocks import count_all

    n = problem.n_nodes
    c = max(1, int(labels.max(initial=0)) + 1, room or 0)
    tables = make_tables(2 * problem.n_edges, model.q_table)
    degrees, degree_class = np.unique(problem.degree, return_inverse=True)
    second = int(problem.types.sum())
    blocks = Blocks(
        problem.indptr,
        problem.indices,
        problem.times,
        problem.degree,
        problem.loops,
        degree_class.astype(np.int32),
        np.array(
            [n, problem.n_edges, model.degree_corrected, problem.is_bipartite,
             model.general_edges, n - second, second],
            np.int64,
        ),
        *tables,
        label=np.array(labels, np.int32),
        edges=np.zeros((c, c), np.int32),
        ends=np.zeros(c, np.int64),
        size=np.zeros(c, np.int64),
        alike=np.zeros((c, max(1, len(degrees))), np.int32),
        own=np.zeros(c),
        kind=np.zeros(c, np.int8),
        active=np.zeros((2, c), np.int32),
        place=np.full(c, -1, np.int32),
        n_active=np.zeros(2, np.int64),
        limits=np.array([[0, n], [0, n]], np.int64) if limits is None else limits,
        idle=np.zeros(c, np.int32),
        n_idle=np.zeros(1, np.int64),
        head=np.full(c, -1, np.int32),
        after=np.full(n, -1, np.int32),
        before=np.full(n, -1, np.int32),
        toward=np.zeros(c, np.int64),
        touched=np.zeros(c, np.int32),
    )  # fmt: skip
    count_all(blocks, problem.types)
    return blocks


def cost_of(problem: Problem, model: Model, labels: NDArray[np.int32]) -> float:
    """Return the description length without the terms that no blocks change."""
    from partwise.sbm._kernels.gains import total_cost

    return float(total_cost(make_blocks(problem, model, labels)))


def compact(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return labels from 0 on without gaps, in the order of the old ones."""
    used = np.zeros(int(labels.max(initial=0)) + 1, np.int32)
    used[labels] = 1
    numbers: NDArray[np.int32] = (np.cumsum(used) - 1).astype(np.int32)
    return numbers[labels]
