"""The kd-tree: points halved again and again, for questions about neighbours."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_count, check_jobs
from partwise.geometry._points import check_points
from partwise.geometry.space._input import CellBoxes, Floats, check_box, check_cloud
from partwise.geometry.space._kernels.kd_build import halve, slide, tight_boxes
from partwise.geometry.space._kernels.kd_query import (
    cell_boxes,
    find_leaf,
    nearest,
    node_depth,
    pair_distances,
    within,
)
from partwise.kernels.parallel import deal

__all__ = ["KDTree", "Neighbourhoods"]

_BLOCK = 1024  # queries that a thread takes at a time
_SPLITS = ("median", "sliding_midpoint")


class Neighbourhoods(NamedTuple):
    """Points within a radius of several places.

    Attributes
    ----------
    indptr : int64 ndarray of shape (m + 1,)
        The points of place q are ``indices[indptr[q]:indptr[q + 1]]``, ascending.
    indices : int32 ndarray
    distances : float64 ndarray
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    distances: Floats


class KDTree:
    """A tree of cuts orthogonal to the axes, with few points in each leaf.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Finite numbers, ``1 <= d <= 127``. A copy is kept, in the order of the leaves.
    leaf_size : int, default=32
        Points in a leaf at most.
    split : {"median", "sliding_midpoint"}, default="median"
        ``"median"``: halves of the points, across the axis in which they are spread most. No
        leaf is deeper than ``ceil(log2(n / leaf_size))``, whatever the points, equal ones included.
        ``"sliding_midpoint"``: halves of the cell, across its longest side in which points differ;
        where a half would be empty, the cut slides to the nearest point. Cells are fatter, leaves
        lie at different depths, at most ``2 log2(n / leaf_size) + 16`` cuts and a balanced rest.

    Attributes
    ----------
    n_points, n_features, n_leaves, depth : int
    perm : int32 ndarray of shape (n,)
        Indices of the points in the order of the leaves.
    start, stop : int32 ndarrays of shape (n_nodes,)
        The points of a node are ``perm[start[node]:stop[node]]``.
    left : int32 ndarray of shape (n_nodes,)
        First child of a node, whose second one is the next; -1 for a leaf. With ``"median"`` that
        is the layout of a heap, ``left[i] = 2 i + 1``.
    split_dim : int8 ndarray of shape (n_nodes,)
        Axis of the cut, -1 for a leaf.
    split_val : float64 ndarray of shape (n_nodes,)
        Coordinate of the cut, NaN for a leaf.

    Raises
    ------
    ValueError
        `X` has another shape, no rows, NaN or infinity; `leaf_size` below 1; an unknown `split`.
    TypeError
        `X` holds no numbers; `leaf_size` is no integer.

    See Also
    --------
    kd_partition : A given number of parts of equal weight.

    Notes
    -----
    Building takes O(n log(n / leaf_size)) time on average and O(n) memory beside the points; every
    cut is a selection, not a sort. Nodes carry the bounding boxes of their points for questions.

    References
    ----------
    J. H. Friedman, J. L. Bentley, R. A. Finkel, "An algorithm for finding best matches in
    logarithmic expected time", ACM TOMS 3(3), 1977, doi:10.1145/355744.355745.
    S. Maneewongvatana, D. M. Mount, "It's okay to be skinny, if your friends are fat", CGC Workshop
    on Computational Geometry, 1999 (the sliding midpoint).

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0], [3.0, 3.0]])
    >>> tree = KDTree(X, leaf_size=1)
    >>> tree
    KDTree(n_points=4, n_features=2, n_leaves=4, depth=2)
    >>> distances, indices = tree.query([[0.0, 0.5]], k=2)
    >>> indices.tolist()
    [[0, 1]]
    """

    __slots__ = (
        "_high",
        "_least",
        "_low",
        "_points",
        "depth",
        "leaf_size",
        "left",
        "perm",
        "split",
        "split_dim",
        "split_val",
        "start",
        "stop",
    )

    def __init__(
        self,
        X: ArrayLike,
        leaf_size: int = 32,
        split: Literal["median", "sliding_midpoint"] = "median",
    ) -> None:
        points = check_cloud(X)
        self.leaf_size = check_count("leaf_size", leaf_size)
        if split not in _SPLITS:
            raise ValueError(f"split must be one of {', '.join(map(repr, _SPLITS))}, got {split!r}")
        self.split = split
        n, d = points.shape
        self._points = points.copy() if np.may_share_memory(points, X) else points
        self.perm = np.arange(n, dtype=np.int32)
        self._halve() if split == "median" else self._slide()
        n_nodes = self.left.size
        self._low, self._high = np.empty((n_nodes, d)), np.empty((n_nodes, d))
        self._least = np.empty(n_nodes, np.int32)
        tight_boxes(self._points, self.perm, self.left, self.start, self.stop, self._low,
                    self._high, self._least)  # fmt: skip
        self._place_cuts()
        self.depth = int(node_depth(self.left, np.empty(n_nodes, np.int32)))
        for name in ("perm", "left", "start", "stop", "split_dim", "split_val"):
            getattr(self, name).flags.writeable = False

    def _halve(self) -> None:
        # halves of single points would be empty
        n_leaves = self.n_points
        if self.leaf_size > 1:
            n_leaves = 2 ** _halvings(self.n_points, self.leaf_size)
        n_nodes = 2 * n_leaves - 1
        self.left, self.start, self.stop = (np.empty(n_nodes, np.int32) for _ in range(3))
        self.split_dim, self.split_val = np.empty(n_nodes, np.int8), np.full(n_nodes, np.nan)
        halve(self._points, self.perm, n_leaves, self.left, self.start, self.stop, self.split_dim)

    def _slide(self) -> None:
        most = 2 * self.n_points - 1
        left, start, stop = (np.empty(most, np.int32) for _ in range(3))
        axis, value = np.empty(most, np.int8), np.empty(most)
        limit = 2 * _halvings(self.n_points, self.leaf_size) + 16
        low, high = self._points.min(axis=0), self._points.max(axis=0)
        used = slide(self._points, self.perm, self.leaf_size, limit, low, high, left, start, stop,
                     axis, value)  # fmt: skip
        self.left, self.start, self.stop = (a[:used].copy() for a in (left, start, stop))
        self.split_dim, self.split_val = axis[:used].copy(), value[:used].copy()

    def _place_cuts(self) -> None:
        """Put cuts that are not placed yet halfway between the points on both sides."""
        node = np.flatnonzero((self.left >= 0) & np.isnan(self.split_val))
        axis, child = self.split_dim[node], self.left[node]
        below, above = self._high[child, axis], self._low[child + 1, axis]
        middle = 0.5 * below + 0.5 * above
        self.split_val[node] = np.where((below <= middle) & (middle < above), middle, below)

    def __repr__(self) -> str:
        return (
            f"KDTree(n_points={self.n_points}, n_features={self.n_features}, "
            f"n_leaves={self.n_leaves}, depth={self.depth})"
        )

    @property
    def n_points(self) -> int:
        """Number of points."""
        return int(self._points.shape[0])

    @property
    def n_features(self) -> int:
        """Number of coordinates."""
        return int(self._points.shape[1])

    @property
    def n_leaves(self) -> int:
        """Number of leaves; they are numbered from left to right."""
        return (self.left.size + 1) // 2

    @property
    def labels(self) -> NDArray[np.int32]:
        """Leaf of every point, int32 of shape (n,)."""
        nodes = self._leaves()
        labels = np.empty(self.n_points, np.int32)
        sizes = self.stop[nodes] - self.start[nodes]
        labels[self.perm] = np.repeat(np.arange(nodes.size, dtype=np.int32), sizes)
        return labels

    def _leaves(self) -> NDArray[np.int64]:
        """Return the nodes that are leaves, from left to right."""
        nodes = np.flatnonzero(self.left < 0)
        return nodes[np.argsort(self.start[nodes])]

    def _arrays(self) -> tuple[NDArray, ...]:
        return (self._points, self.perm, self.left, self.start, self.stop, self._low, self._high)

    def query(
        self, X: ArrayLike, k: int = 1, *, n_jobs: int | None = None
    ) -> tuple[Floats, NDArray[np.int32]]:
        """Return the k nearest points of every place.

        Parameters
        ----------
        X : array-like of shape (m, d)
        k : int, default=1
            ``1 <= k <= n``.
        n_jobs : int, optional
            Threads; the result does not depend on it.

        Returns
        -------
        distances : float64 ndarray of shape (m, k)
            Euclidean, ascending.
        indices : int32 ndarray of shape (m, k)
            Of points equally far the one with the smaller index counts as nearer.

        Raises
        ------
        ValueError, TypeError
            Places with another number of coordinates, NaN or infinity; `k` or `n_jobs` out of
            range.

        Notes
        -----
        O(k log k + log n) expected a place where the dimension is low.

        Examples
        --------
        >>> tree = KDTree([[0.0], [1.0], [5.0]])
        >>> tree.query([[4.0]], k=2)[0].tolist()
        [[1.0, 3.0]]
        """
        places = check_points(X, "X", self.n_features, empty=True)
        k, jobs = check_count("k", k), check_jobs(n_jobs)
        if k > self.n_points:
            raise ValueError(f"k must be at most the number of points, {self.n_points}, got {k}")
        m = len(places)
        distances, indices = np.empty((m, k)), np.empty((m, k), np.int32)
        arrays = self._arrays()

        def work(job: int, n_jobs: int) -> None:
            """Answer every n_jobs-th block of places."""
            for at in range(job * _BLOCK, m, n_jobs * _BLOCK):
                nearest(*arrays, self.depth, self._least, places, at, min(m, at + _BLOCK),
                        distances, indices)  # fmt: skip

        deal(work, jobs, -(-m // _BLOCK))
        return distances, indices

    def query_radius(
        self, X: ArrayLike, r: ArrayLike, *, n_jobs: int | None = None
    ) -> Neighbourhoods:
        """Return all points within a distance of places, the distance itself included.

        Parameters
        ----------
        X : array-like of shape (m, d)
        r : float or array-like of shape (m,)
            At least 0.
        n_jobs : int, optional
            Threads; the result does not depend on it.

        Returns
        -------
        Neighbourhoods
            ``(indptr, indices, distances)``: rows of different lengths one after the other.

        Raises
        ------
        ValueError, TypeError
            As for :meth:`query`; `r` of another shape, negative or NaN.

        Examples
        --------
        >>> tree = KDTree([[0.0], [1.0], [5.0]])
        >>> found = tree.query_radius([[1.0], [9.0]], 1.0)
        >>> found.indptr.tolist(), found.indices.tolist()
        ([0, 2, 2], [0, 1])
        """
        places = check_points(X, "X", self.n_features, empty=True)
        jobs = check_jobs(n_jobs)
        m = len(places)
        radius = np.asarray(r, dtype=np.float64)
        if radius.shape not in ((), (m,)):
            raise ValueError(f"r must be a number or have shape ({m},), got {radius.shape}")
        if not (radius >= 0).all():
            raise ValueError("r must be at least 0 everywhere, got a negative number or NaN")
        radius = np.ascontiguousarray(np.broadcast_to(radius, (m,)))
        arrays = self._arrays()
        indptr = np.zeros(m + 1, np.int64)
        indices = np.empty(0, np.int32)

        def work(job: int, n_jobs: int) -> None:
            """Count, or write, the neighbours of every n_jobs-th block of places."""
            for at in range(job * _BLOCK, m, n_jobs * _BLOCK):
                within(*arrays, self.depth, places, radius, at, min(m, at + _BLOCK), indptr,
                       indices)  # fmt: skip

        deal(work, jobs, -(-m // _BLOCK))
        np.cumsum(indptr, out=indptr)
        distances = np.empty(int(indptr[-1]))
        if distances.size:
            indices = np.empty(distances.size, np.int32)
            deal(work, jobs, -(-m // _BLOCK))
            rank = np.empty_like(self.perm)
            rank[self.perm] = np.arange(self.n_points, dtype=np.int32)
            pair_distances(self._points, rank, places, indptr, indices, distances)
        return Neighbourhoods(indptr, indices, distances)

    def leaf_of(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the leaf in whose cell each place lies, int32 of shape (m,).

        A place on a cut belongs to the lower side. A point of the tree lies in its own leaf, unless
        it is on a cut that equal coordinates straddle (:attr:`labels` says where it is then).

        Raises
        ------
        ValueError, TypeError
            As for :meth:`query`.

        Examples
        --------
        >>> KDTree([[0.0], [1.0], [5.0]], leaf_size=1).leaf_of([[-9.0], [9.0]]).tolist()
        [0, 2]
        """
        places = check_points(X, "X", self.n_features, empty=True)
        node_of = np.empty(len(places), np.int64)
        find_leaf(self.left, self.split_dim, self.split_val, places, node_of)
        number = np.empty(self.left.size, np.int32)
        nodes = self._leaves()
        number[nodes] = np.arange(nodes.size, dtype=np.int32)
        return number[node_of]

    def cells(self, box: ArrayLike | None = None) -> CellBoxes:
        """Return the cells of the leaves: boxes that tile `box`.

        Parameters
        ----------
        box : (low, high), optional
            Two corners, by default those of the bounding box of the points.

        Returns
        -------
        CellBoxes
            ``low`` and ``high``, each of shape (n_leaves, d). Cells outside the box are empty.

        Raises
        ------
        ValueError
            `box` is none.

        Examples
        --------
        >>> KDTree([[0.0], [1.0], [5.0]], leaf_size=2).cells().high.tolist()
        [[3.0], [5.0]]
        """
        low, high = np.empty_like(self._low), np.empty_like(self._high)
        if box is None:
            low[0], high[0] = self._low[0], self._high[0]
        else:
            low[0], high[0] = check_box(box, self.n_features)
        cell_boxes(self.left, self.split_dim, self.split_val, low, high)
        leaves = self._leaves()
        return CellBoxes(low[leaves], high[leaves])


def _halvings(n: int, leaf_size: int) -> int:
    """Return how often n points are halved until no part has more than leaf_size."""
    depth = 0
    while -(-n // 2**depth) > leaf_size:
        depth += 1
    return depth
