"""Points told apart by hyperplanes: the cells of an arrangement that hold points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.geometry._points import check_points
from partwise.geometry.space._input import Floats, check_cloud
from partwise.geometry.space._kernels.arrangement import adjacent_cells, sides_of_points
from partwise.graph import Graph

__all__ = ["HyperplaneCells", "Sides", "check_hyperplanes", "hyperplane_cells", "sides_of"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class HyperplaneCells:
    """The cells of an arrangement of hyperplanes with at least one point.

    Attributes
    ----------
    labels : int32 ndarray of shape (n,)
        Cell of every point.
    sides : bool ndarray of shape (n_cells, n_hyperplanes)
        Whether a cell is in front of a hyperplane.
    sizes : int64 ndarray of shape (n_cells,)
        Points in every cell.
    edges : int32 ndarray of shape (n_edges, 2)
        Pairs of cells that share a facet, each once.
    across : int32 ndarray of shape (n_edges,)
        The hyperplane between them.
    """

    labels: NDArray[np.int32]
    sides: NDArray[np.bool_]
    sizes: NDArray[np.int64]
    edges: NDArray[np.int32]
    across: NDArray[np.int32]

    def __repr__(self) -> str:
        return f"HyperplaneCells(n_cells={self.n_cells}, n_edges={len(self.edges)})"

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return int(self.sizes.size)

    @property
    def graph(self) -> Graph:
        """The adjacency of the cells as a graph; nodes weigh what they have points."""
        return Graph.from_edges(self.edges, n_nodes=self.n_cells, node_weights=self.sizes)

    def to_dict(self, *, labels: bool = False) -> dict[str, Any]:
        """Return the numbers as plain Python values, ready for JSON.

        Parameters
        ----------
        labels : bool, default=False
            Whether to include the labels, as a list.
        """
        result: dict[str, Any] = {
            "n_cells": self.n_cells,
            "sizes": self.sizes.tolist(),
            "edges": self.edges.tolist(),
            "across": self.across.tolist(),
        }
        if labels:
            result["labels"] = self.labels.tolist()
        return result


@dataclass(frozen=True, slots=True)
class Sides:
    """Which points are on the same side of all hyperplanes.

    Attributes
    ----------
    labels : int32 ndarray of shape (n,)
    words : uint64 ndarray of shape (n_cells, n_words)
        Bit j says whether a cell is in front of hyperplane j; rows are different and ascending,
        the last word counting most.
    """

    labels: NDArray[np.int32]
    words: NDArray[np.uint64]


def hyperplane_cells(X: ArrayLike, normals: ArrayLike, offsets: ArrayLike) -> HyperplaneCells:
    """Group points that lie on the same side of every hyperplane, and find adjacent groups.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Finite numbers.
    normals : array-like of shape (m, d)
        Not zero; their length does not matter.
    offsets : array-like of shape (m,)
        Hyperplane j is ``normals[j] . x = offsets[j]``; a point on it counts as behind it, a point
        with a larger product as in front.

    Returns
    -------
    HyperplaneCells
        Cells are numbered by their sides, read as a binary number with hyperplane 0 as the lowest
        digit.

    Raises
    ------
    ValueError
        Shapes that do not fit, no rows, NaN or infinity, a zero normal; two hyperplanes that are
        the same, because no two cells differ in one of them alone.
    TypeError
        Entries that are not numbers.

    Notes
    -----
    Two cells share a facet if and only if their sides differ in a single hyperplane: the segment
    between a point of each crosses no other. With c cells, O(n d m) time to find the sides, O(n log
    n * m / 64) to group them and O(c m log c) for the pairs.

    See Also
    --------
    BSPTree.from_hyperplanes : The same cells as leaves of a tree, for new points.

    Examples
    --------
    >>> found = hyperplane_cells([[-1.0, -1.0], [1.0, -1.0], [1.0, 2.0], [1.0, 1.0]],
    ...                          normals=[[1, 0], [0, 1]], offsets=[0, 0])
    >>> found.labels.tolist()
    [0, 1, 2, 2]
    >>> found.edges.tolist(), found.across.tolist()
    ([[0, 1], [1, 2]], [0, 1])
    >>> found.graph
    Graph(n_nodes=3, n_edges=2, undirected, node weights)
    """
    points = check_cloud(X)
    planes, constants = check_hyperplanes(normals, offsets, points.shape[1])
    _refuse_equal(planes, constants)
    found = sides_of(points, planes, constants)
    m = len(constants)
    pairs, across = np.empty((0, 2), np.int32), np.empty(0, np.int32)
    count = int(adjacent_cells(found.words, m, pairs, across))
    pairs, across = np.empty((count, 2), np.int32), np.empty(count, np.int32)
    adjacent_cells(found.words, m, pairs, across)
    bits = np.unpackbits(found.words.astype("<u8").view(np.uint8), axis=1, bitorder="little")
    return HyperplaneCells(
        labels=found.labels,
        sides=bits[:, :m].astype(np.bool_),
        sizes=np.bincount(found.labels),
        edges=pairs,
        across=across,
    )


def check_hyperplanes(
    normals: ArrayLike, offsets: ArrayLike, dimension: int | None = None
) -> tuple[Floats, Floats]:
    """Return (normals of length 1, offsets), at least one of them."""
    planes = check_points(normals, "normals", dimension, empty=True)
    constants = np.array(offsets, dtype=np.float64)
    if len(planes) == 0:
        raise ValueError("normals must have at least one row, got none")
    if constants.shape != (len(planes),):
        raise ValueError(f"offsets must have shape ({len(planes)},), got {constants.shape}")
    if not np.isfinite(constants).all():
        at = int(np.argmin(np.isfinite(constants)))
        raise ValueError(f"offsets[{at}] is {constants[at]}, allowed are finite numbers")
    scale = np.abs(planes).max(axis=1)
    if not scale.all():
        raise ValueError(f"normals[{int(np.argmin(scale))}] must not be zero")
    # scaled first, so that no square overflows
    planes = planes / scale[:, None]
    length = np.linalg.norm(planes, axis=1)
    return planes / length[:, None], constants / scale / length


def sides_of(points: Floats, normals: Floats, offsets: Floats) -> Sides:
    """Return which points are on the same side of all hyperplanes."""
    words = np.zeros((len(points), -(-len(offsets) // 64)), np.uint64)
    sides_of_points(points, normals, offsets, words)
    order = np.lexsort(words.T)
    words = words[order]
    fresh = np.ones(len(points), np.bool_)
    fresh[1:] = (words[1:] != words[:-1]).any(axis=1)
    labels = np.empty(len(points), np.int32)
    labels[order] = np.cumsum(fresh) - 1
    return Sides(labels, np.ascontiguousarray(words[fresh]))


def _refuse_equal(normals: Floats, offsets: Floats) -> None:
    """Refuse two hyperplanes that are the same up to rounding."""
    # turned so that the first coordinate that is not tiny is positive
    first = np.argmax(np.abs(normals) > 1e-12, axis=1)
    sign = np.sign(normals[np.arange(len(first)), first])
    rows = np.column_stack([normals * sign[:, None], offsets * sign])
    rounded = np.round(rows / np.maximum(1.0, np.abs(rows).max(axis=0)), 12) + 0.0
    order = np.lexsort(rounded.T)
    same = (rounded[order][1:] == rounded[order][:-1]).all(axis=1)
    if same.any():
        at = int(np.argmax(same))
        i, j = sorted((int(order[at]), int(order[at + 1])))
        raise ValueError(f"hyperplanes must be different, {i} and {j} are the same")
