"""Space-filling curves: keys of points, and parts that are pieces of a curve."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_count
from partwise.geometry._points import check_points
from partwise.geometry.points._chains import chain_starts, check_chain
from partwise.geometry.points._input import as_targets, bounds_of, pose
from partwise.geometry.points._result import PointPartition, report
from partwise.geometry.points._tree_cuts import as_points_of

__all__ = ["CurveCuts", "curve_partition", "hilbert_key", "morton_key"]

KEY_BITS = 63
Curve = Literal["hilbert", "morton"]


def hilbert_key(
    X: ArrayLike,
    bits: int | None = None,
    *,
    lower: ArrayLike | None = None,
    side: float | None = None,
) -> NDArray[np.uint64]:
    """Return the position of points along Hilbert's curve through a grid of 2^bits cells per axis.

    Consecutive cells of the curve share a face.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Points; finite, at most 1e150 in size.
    bits : int, optional
        Bits per axis, from 1 to 63 // d, which is the default.
    lower : array-like of shape (d,), optional
        Lowest corner of the cube that the grid divides, by default that of the bounding box of X.
    side : float, optional
        Side of the cube, by default what it takes to contain X. The grid is not stretched along any
        axis. Points outside belong to the outermost cells.

    Returns
    -------
    uint64 ndarray of shape (n,)
        From 0 to ``2**(d * bits) - 1``.

    Raises
    ------
    ValueError
        An argument is out of range or of the wrong shape; X has more than 63 columns.
    TypeError
        An argument is not made of numbers.

    See Also
    --------
    morton_key : simpler, with jumps.
    curve_partition : parts that are pieces of the curve.

    Notes
    -----
    O(n d bits) time; for d = 2 and 3 one look-up per bit, in a table that is derived from the
    transformation that serves the other dimensions. Keys of coarser grids are their prefixes:
    ``hilbert_key(X, bits, ...) >> d * m`` counts the blocks of 2^m cells per side along a curve
    (which is the one of fewer bits only up to a rotation).

    References
    ----------
    .. [1] J. Skilling, "Programming the Hilbert curve", AIP Conference Proceedings 707, 2004,
       doi:10.1063/1.1751381.

    Examples
    --------
    Whole numbers are their own cells for a cube from 0 on of side 2^bits:

    >>> cells = [[0, 0], [0, 1], [1, 1], [1, 0]]
    >>> hilbert_key(cells, 1, lower=[0, 0], side=2).tolist()
    [0, 1, 2, 3]
    """
    points, grid = _grid_of(X, bits, lower, side)
    return _keys(points, grid, "hilbert")


def morton_key(
    X: ArrayLike,
    bits: int | None = None,
    *,
    lower: ArrayLike | None = None,
    side: float | None = None,
) -> NDArray[np.uint64]:
    """Return the position of points along the Z-order curve: the bits of their cells, interleaved.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Points; finite, at most 1e150 in size.
    bits : int, optional
        Bits per axis, from 1 to 63 // d, which is the default.
    lower : array-like of shape (d,), optional
        Lowest corner of the cube that the grid divides, by default that of the bounding box of X.
    side : float, optional
        Side of the cube, by default what it takes to contain X. The grid is not stretched along any
        axis. Points outside belong to the outermost cells.

    Returns
    -------
    uint64 ndarray of shape (n,)
        From 0 to ``2**(d * bits) - 1``; of the bits of one level that of axis 0 is the highest.

    Raises
    ------
    ValueError
        An argument is out of range or of the wrong shape; X has more than 63 columns.
    TypeError
        An argument is not made of numbers.

    See Also
    --------
    hilbert_key : neighbours along the curve are neighbours in space.

    Notes
    -----
    O(n d bits) time. G. M. Morton, "A computer oriented geodetic data base and a new technique in
    file sequencing", IBM, 1966.

    Examples
    --------
    >>> cells = [[0, 0], [0, 1], [1, 0], [1, 1], [2, 3]]
    >>> morton_key(cells, 2, lower=[0, 0], side=4).tolist()
    [0, 1, 2, 3, 13]
    """
    points, grid = _grid_of(X, bits, lower, side)
    return _keys(points, grid, "morton")


@dataclass(frozen=True, slots=True)
class CurveCuts:
    """Cuts of a space-filling curve: the parts are its pieces.

    Attributes
    ----------
    dim, n_parts : int
        Dimension d and number of parts k.
    curve : {"hilbert", "morton"}
        The curve.
    bits : int
        Bits per axis of the grid that it runs through.
    lower : float64 ndarray of shape (d,)
        Lowest corner of the cube that the grid divides.
    side : float
        Side of the cube; 0 if all points were equal.
    keys : uint64 ndarray of shape (k - 1,)
        Part j holds the keys from ``keys[j - 1]`` up to but without ``keys[j]``.
    """

    dim: int
    n_parts: int
    curve: Curve
    bits: int
    lower: NDArray[np.float64] = field(repr=False)
    side: float
    keys: NDArray[np.uint64] = field(repr=False)

    def assign(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the part of every row of X.

        Parameters
        ----------
        X : array-like of shape (m, d)
            Points outside of the cube belong to the outermost cells.

        Returns
        -------
        int32 ndarray of shape (m,)
            Points in a cell that a cut had to divide by their order are all given to the part
            before the cut.
        """
        points = as_points_of(X, self.dim)
        keys = _keys(points, Grid(self.bits, self.lower, self.side), self.curve)
        return np.searchsorted(self.keys, keys, side="right").astype(np.int32)


def curve_partition(
    X: ArrayLike,
    n_parts: int,
    *,
    sample_weight: ArrayLike | None = None,
    targets: ArrayLike | None = None,
    curve: Curve = "hilbert",
    chain: Literal["greedy", "optimal"] = "greedy",
) -> PointPartition:
    """Cut points into parts along a space-filling curve (SFC).

    The points are sorted along the curve, and the sequence of their weights is cut.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Points, of up to 63 dimensions; finite, at most 1e150 in size.
    n_parts : int
        Number of parts k, from 1 to n.
    sample_weight : array-like of shape (n,), optional
        Weight of every point, non-negative and not all zero; by default all weigh the same.
    targets : array-like of shape (k,), optional
        Share of every part, positive, in any unit; by default all are equal.
    curve : {"hilbert", "morton"}, default="hilbert"
        Hilbert parts are chains of cells that share faces; Morton parts may jump.
    chain : {"greedy", "optimal"}, default="greedy"
        How the sequence is cut, see :func:`chains_on_chains`.

    Returns
    -------
    PointPartition
        Its `cuts` are :class:`CurveCuts`. ``cuts.assign(X)`` gives the labels again, except for
        points whose key is that of a cut.

    Raises
    ------
    ValueError
        An argument is out of range or of the wrong shape.
    TypeError
        An argument is not made of numbers.

    See Also
    --------
    coordinate_bisection : boxes, with smaller surfaces.
    hilbert_key, morton_key : the keys alone.

    Notes
    -----
    The grid has 2^(63 // d) cells per axis of the bounding cube. Points with the same key stay in
    the order of X. Where all weights are equal, part j gets exactly floor or ceil of its share of n
    points; else its weight differs from its share by at most the largest weight (``"greedy"``), and
    it may be empty beside a heavy point. O(n (d bits + 8)) time.

    References
    ----------
    .. [1] J. R. Pilkington, S. B. Baden, "Dynamic partitioning of non-uniform structured workloads
       with spacefilling curves", IEEE Transactions on Parallel and Distributed Systems 7(3), 1996,
       doi:10.1109/71.491582.

    Examples
    --------
    >>> X = [[x, y] for x in range(4) for y in range(4)]
    >>> curve_partition(X, 4).labels.reshape(4, 4).tolist()
    [[0, 0, 1, 1], [0, 0, 1, 1], [3, 3, 2, 2], [3, 3, 2, 2]]
    """
    if curve not in ("hilbert", "morton"):
        raise ValueError(f"curve must be 'hilbert' or 'morton', got {curve!r}")
    check_chain("chain", chain)
    from partwise.kernels.radix import sort_by_key

    task = pose(X, n_parts, sample_weight, targets)
    n, k = task.points.shape[0], task.n_parts
    points, grid = _grid_of(task.points, None, None, None)
    keys = _keys(points, grid, curve)
    order = np.arange(n, dtype=np.uint32)
    sort_by_key(keys, order, np.empty_like(keys), np.empty_like(order))
    weights = None if task.weights is None else task.weights[order]
    starts = chain_starts(weights, n, as_targets(targets, k), k, chain)
    labels = np.empty(n, np.int32)
    labels[order] = np.repeat(np.arange(k, dtype=np.int32), np.diff(starts))
    inner = starts[1:-1]
    # one above the last key of what lies before; where nothing does, no key is below 0
    cut_keys = np.where(inner > 0, keys[inner - 1] + np.uint64(1), np.uint64(0))
    cuts = CurveCuts(points.shape[1], k, curve, grid.bits, grid.lower, grid.side, cut_keys)
    return report(task, labels, cuts)


@dataclass(frozen=True, slots=True)
class Grid:
    """A cube, cut into 2^bits cells per axis."""

    bits: int
    lower: NDArray[np.float64]
    side: float

    @property
    def scale(self) -> float:
        """Cells per unit of length; finite, and 0 for a cube without extent."""
        cells = 2.0**self.bits
        return min(cells / self.side, np.finfo(np.float64).max) if self.side > 0 else 0.0


def _grid_of(
    X: ArrayLike, bits: int | None, lower: ArrayLike | None, side: float | None
) -> tuple[NDArray[np.float64], Grid]:
    points = check_points(X)
    d = points.shape[1]
    if d > KEY_BITS:
        raise ValueError(
            f"X must have at most {KEY_BITS} columns, as a key has {KEY_BITS} bits, got {d}"
        )
    bits = KEY_BITS // d if bits is None else check_count("bits", bits)
    if bits > KEY_BITS // d:
        raise ValueError(f"bits must be at most 63 // {d} = {KEY_BITS // d}, got {bits}")
    bounds = bounds_of(points)
    if lower is None:
        corner = bounds[0]
    else:
        corner = np.ascontiguousarray(lower, dtype=np.float64)
        if corner.shape != (d,) or not np.isfinite(corner).all():
            raise ValueError(f"lower must be {d} finite numbers, got {lower!r}")
    if side is None:
        side = max(0.0, float((bounds[1] - corner).max()))
    elif not 0 < side < np.inf:
        raise ValueError(f"side must be positive and finite, got {side!r}")
    return points, Grid(bits, corner, float(side))


def _keys(points: NDArray[np.float64], grid: Grid, curve: Curve) -> NDArray[np.uint64]:
    from partwise.geometry.points._hilbert import hilbert_table
    from partwise.geometry.points._kernels import curve as kernels
    from partwise.kernels.morton import morton_keys

    n, d = points.shape
    keys = np.empty(n, np.uint64)
    if curve == "morton":
        morton_keys(points, grid.lower, grid.scale, grid.bits, keys)
    elif d in (2, 3):
        table = hilbert_table(d)
        kernels.hilbert_keys_by_table(points, grid.lower, grid.scale, grid.bits, table, keys)
    else:
        kernels.hilbert_keys(points, grid.lower, grid.scale, grid.bits, keys)
    return keys
