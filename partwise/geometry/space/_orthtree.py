"""Quadtrees and octrees: squares and cubes quartered where points are many."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_count
from partwise.geometry._points import check_points, check_weights
from partwise.geometry.space._input import CellBoxes, Floats, check_box, check_cloud
from partwise.geometry.space._kernels.orthtree import (
    coarsest_leaves,
    neighbour_parents,
    weight_reach,
)
from partwise.kernels.morton import join_bits, morton_keys, part_bits
from partwise.kernels.radix import sort_by_key

__all__ = ["Octree", "Quadtree"]

Keys = NDArray[np.uint64]
Leaves = tuple[Keys, NDArray[np.int8], NDArray[np.int64]]


class _Orthtree:
    """What a quadtree and an octree share: everything but the dimension."""

    __slots__ = ("_bits", "_first", "corner", "leaf_start", "level", "perm", "side")

    dimension: ClassVar[int]
    _finest: ClassVar[int]

    def __init__(
        self,
        X: ArrayLike,
        max_points: int = 32,
        max_depth: int | None = None,
        *,
        sample_weight: ArrayLike | None = None,
        max_weight: float | None = None,
        balanced: bool = False,
        cube: Any = None,
    ) -> None:
        d = self.dimension
        points = check_cloud(X, d)
        n = len(points)
        most = check_count("max_points", max_points)
        self._bits = self._check_depth(max_depth)
        weights = None if sample_weight is None else check_weights(sample_weight, n)
        self.corner, self.side = _bounding_cube(points) if cube is None else _as_cube(cube, points)
        keys = self._keys(points)
        order = np.arange(n, dtype=np.uint32)
        sort_by_key(keys, order, np.empty_like(keys), np.empty_like(order))
        self.perm = perm = order.astype(np.int32)
        reach = np.minimum(np.arange(most, n + most), n)
        if max_weight is not None:
            if not max_weight > 0:
                raise ValueError(f"max_weight must be positive, got {max_weight}")
            heavy = np.ones(n) if weights is None else weights[perm]
            weight_reach(heavy, float(max_weight), reach)
        elif weights is not None:
            raise ValueError("sample_weight plays no part without max_weight, which is None")
        leaves: Leaves = coarsest_leaves(keys, reach, d, self._bits)
        if balanced:
            leaves = _balance(keys, leaves, d, self._bits)
        self._first, self.level, self.leaf_start = leaves
        for name in ("_first", "level", "leaf_start", "perm"):
            getattr(self, name).flags.writeable = False

    def _check_depth(self, max_depth: int | None) -> int:
        if max_depth is None:
            return self._finest
        depth = check_count("max_depth", max_depth)
        if depth > self._finest:
            raise ValueError(f"max_depth must be at most {self._finest}, got {depth}")
        return depth

    def _keys(self, points: Floats) -> Keys:
        keys = np.empty(len(points), np.uint64)
        scale = min(2.0**self._bits / self.side, np.finfo(np.float64).max)
        morton_keys(points, self.corner, scale, self._bits, keys)
        return keys

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(n_points={self.n_points}, n_leaves={self.n_leaves}, "
            f"depth={self.depth})"
        )

    @property
    def n_points(self) -> int:
        """Number of points."""
        return int(self.perm.size)

    @property
    def n_leaves(self) -> int:
        """Number of leaves, empty ones included."""
        return int(self.level.size)

    @property
    def depth(self) -> int:
        """Level of the smallest leaf; the root has level 0."""
        return int(self.level.max())

    @property
    def labels(self) -> NDArray[np.int32]:
        """Leaf of every point, int32 of shape (n,)."""
        labels = np.empty(self.n_points, np.int32)
        sizes = np.diff(self.leaf_start)
        labels[self.perm] = np.repeat(np.arange(self.n_leaves, dtype=np.int32), sizes)
        return labels

    def leaf_of(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the leaf in which each place lies, int32 of shape (m,), -1 outside the root.

        Parameters
        ----------
        X : array-like of shape (m, dimension)

        Raises
        ------
        ValueError, TypeError
            `X` has another number of columns, NaN or infinity.

        Notes
        -----
        A cell contains its lower sides and not its upper ones, but for those of the root. O(log
        n_leaves) a place.

        Examples
        --------
        >>> Quadtree([[0, 0], [4, 4]], max_points=1).leaf_of([[1, 3], [9, 9]]).tolist()
        [1, -1]
        """
        places = check_points(X, "X", self.dimension, empty=True)
        leaf = np.searchsorted(self._first, self._keys(places), side="right") - 1
        beyond = (places < self.corner) | (places > self.corner + self.side)
        leaf[beyond.any(axis=1)] = -1
        return leaf.astype(np.int32)

    def cells(self) -> CellBoxes:
        """Return the leaves' cells: ``low`` and ``high``, each of shape (n_leaves, dimension).

        Examples
        --------
        >>> Quadtree([[0, 0], [4, 4]], max_points=1).cells().high.tolist()
        [[2.0, 2.0], [2.0, 4.0], [4.0, 2.0], [4.0, 4.0]]
        """
        cells = np.empty((self.n_leaves, self.dimension), np.uint32)
        part_bits(self._first, self._bits, cells)
        unit = self.side * 2.0**-self._bits
        low = self.corner + unit * cells
        width = 2.0 ** (self._bits - self.level.astype(np.float64))
        return CellBoxes(low, self.corner + unit * (cells + width[:, None]))


class Quadtree(_Orthtree):
    """A square cut into four equal squares wherever it holds too many points.

    Parameters
    ----------
    X : array-like of shape (n, 2)
        Finite numbers.
    max_points : int, default=32
        Points that a leaf may hold; only a leaf of the greatest depth holds more.
    max_depth : int, optional
        Level of the smallest squares, at most 31, which is the default.
    sample_weight : array-like of shape (n,), optional
        Weights for `max_weight`, by default ones.
    max_weight : float, optional
        Weight that a leaf may have; only a leaf of the greatest depth has more. For about k leaves
        of points with total weight W, ``W / k`` times two or three.
    balanced : bool, default=False
        Whether leaves that share a side or a corner differ by one level at most (2:1 rule), with
        the fewest squares more that are needed.
    cube : (low, high), optional
        Two corners of the root, a square that holds all points: by default the smallest one from
        the lowest coordinates.

    Attributes
    ----------
    n_points, n_leaves, depth : int
    perm : int32 ndarray of shape (n,)
        Indices of the points in the order of the leaves, that of the Morton curve; points of one
        smallest square keep their order.
    leaf_start : int64 ndarray of shape (n_leaves + 1,)
        The points of leaf l are ``perm[leaf_start[l]:leaf_start[l + 1]]``.
    level : int8 ndarray of shape (n_leaves,)
        The side of leaf l is ``side / 2 ** level[l]``.
    corner : float64 ndarray of shape (2,)
    side : float
        Lower corner and side of the root.

    Raises
    ------
    ValueError
        `X` has another shape, no rows, NaN or infinity; `max_points` below 1; `max_depth` out of
        range; weights of another shape or negative, or given without `max_weight`; a cube that is
        no square or leaves points out.
    TypeError
        `X` holds no numbers; `max_points` or `max_depth` is no integer.

    Notes
    -----
    The points are sorted by Morton key, O(n log n); the leaves are then found in one sweep over the
    keys, each as the largest square that starts where the last one ends and is not too full.
    Balancing goes once from the smallest squares to the largest: a square that is cut needs all
    squares of its size around it, and so their parents are cut too.

    References
    ----------
    I. Gargantini, "An effective way to represent quadtrees", CACM 25(12), 1982,
    doi:10.1145/358728.358741 (trees as lists of keys). T. Karras, "Maximizing parallelism in the
    construction of BVHs, octrees, and k-d trees", HPG 2012 (trees from sorted Morton keys). H.
    Sundar, R. S. Sampath, G. Biros, "Bottom-up construction and 2:1 balance refinement of linear
    octrees in parallel", SIAM J. Sci. Comput. 30(5), 2008, doi:10.1137/070681727. The sweep and the
    balancing are worked out here and are not the text of these papers.

    Examples
    --------
    >>> tree = Quadtree([[0.1, 0.1], [0.2, 0.1], [0.9, 0.9]], max_points=1,
    ...                 cube=((0, 0), (1, 1)))
    >>> tree
    Quadtree(n_points=3, n_leaves=10, depth=3)
    >>> tree.leaf_of([[0.95, 0.8], [2.0, 0.0]]).tolist()
    [9, -1]
    """

    __slots__ = ()

    dimension = 2
    _finest = 31


class Octree(_Orthtree):
    """A cube cut into eight equal cubes wherever it holds too many points.

    Parameters
    ----------
    X : array-like of shape (n, 3)
        Finite numbers.
    max_points : int, default=32
        Points that a leaf may hold; only a leaf of the greatest depth holds more.
    max_depth : int, optional
        Level of the smallest cubes, at most 21, which is the default.
    sample_weight, max_weight, balanced, cube
        As for :class:`Quadtree`; the 2:1 rule holds across faces, edges and corners.

    Attributes
    ----------
    n_points, n_leaves, depth, perm, leaf_start, level, corner, side
        As for :class:`Quadtree`.

    Raises
    ------
    ValueError, TypeError
        As for :class:`Quadtree`.

    See Also
    --------
    Quadtree : The same in the plane; complexity and sources are given there.

    Examples
    --------
    >>> tree = Octree([[0, 0, 0], [0, 0, 1], [0, 1, 1], [1, 1, 1]], max_points=1)
    >>> tree
    Octree(n_points=4, n_leaves=8, depth=1)
    >>> tree.cells().volumes.sum()
    np.float64(1.0)
    """

    __slots__ = ()

    dimension = 3
    _finest = 21


def _bounding_cube(points: Floats) -> tuple[Floats, float]:
    low = points.min(axis=0)
    side = float((points.max(axis=0) - low).max())
    if not math.isfinite(side):
        raise ValueError("X must have a bounding box of finite size, got one beyond float64")
    while side > 0 and (low + side < points.max(axis=0)).any():  # rounding at the upper side
        side = math.nextafter(side, math.inf)
    return low, side or 1.0


def _as_cube(cube: Any, points: Floats) -> tuple[Floats, float]:
    low, high = check_box(cube, points.shape[1], "cube")
    sides = high - low
    if np.ptp(sides) > 1e-12 * sides.max():
        raise ValueError(f"cube must have equal sides, got {sides.tolist()}")
    beyond = ((points < low) | (points > high)).any(axis=1)
    if beyond.any():
        at = int(np.argmax(beyond))
        raise ValueError(f"cube must hold all points, X[{at}] is {points[at].tolist()}")
    return low.copy(), float(sides.max())


def _balance(keys: Keys, leaves: Leaves, d: int, bits: int) -> Leaves:
    """Return the leaves of the smallest tree that refines `leaves` and keeps the 2:1 rule.

    A square that is cut touches, with its children, all squares of its size around it: if one of
    these lay inside a larger leaf, that leaf would be two levels above the children. So their
    parents must be cut, and if that is so for all cuts the rule holds.
    """
    first, level, _ = leaves
    cut: list[Keys] = [np.empty(0, np.uint64) for _ in range(bits + 1)]
    for at in range(int(level.max()), 0, -1):
        # parents of leaves and of cuts of this level, and around the parents' siblings
        own = np.concatenate([first[level == at] >> np.uint64(d * (bits - at + 1)),
                              cut[at] >> np.uint64(d)])  # fmt: skip
        around = _parents_around(cut[at], d, at) if cut[at].size else cut[at]
        cut[at - 1] = np.unique(np.concatenate([own, around]))
    children = np.arange(2**d, dtype=np.uint64)
    firsts, levels = [], []
    if cut[0].size == 0:
        return leaves
    for at in range(bits):
        if cut[at].size == 0:
            break
        made = ((cut[at] << np.uint64(d))[:, None] | children).ravel()
        made = made[~np.isin(made, cut[at + 1], assume_unique=True)]
        firsts.append(made << np.uint64(d * (bits - at - 1)))
        levels.append(np.full(made.size, at + 1, np.int8))
    first, level = np.concatenate(firsts), np.concatenate(levels)
    order = np.argsort(first)
    first = first[order]
    begin = np.append(np.searchsorted(keys, first), keys.size)
    return first, level[order], begin


def _parents_around(cut: Keys, d: int, level: int) -> Keys:
    """Return the parents of all neighbours of cells of a level, by their keys."""
    cells = np.empty((cut.size, d), np.uint32)
    part_bits(cut, level, cells)
    around = np.empty((cut.size << d, d), np.uint32)
    neighbour_parents(cells, 1 << level, around)
    keys = np.empty(len(around), np.uint64)
    join_bits(around, keys)
    return keys
