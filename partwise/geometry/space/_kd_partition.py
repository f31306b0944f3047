"""Parts of equal weight: the leaves of a kd-tree."""

from __future__ import annotations

from numpy.typing import ArrayLike

from partwise.geometry.points._bisection import coordinate_bisection
from partwise.geometry.points._result import PointPartition

__all__ = ["kd_partition"]


def kd_partition(
    X: ArrayLike,
    n_parts: int,
    *,
    sample_weight: ArrayLike | None = None,
    targets: ArrayLike | None = None,
) -> PointPartition:
    """Cut points into parts by a kd-tree that has one leaf for each.

    A kd-tree with a given number of leaves is a recursive coordinate bisection, and is found by
    :func:`coordinate_bisection`: every cut goes across the axis in which the points are spread
    most. As in :class:`KDTree` it lies halfway between the points on both sides.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Points, of any dimension; finite, at most 1e150 in size.
    n_parts : int
        Number of parts k, from 1 to n, no power of two needed.
    sample_weight : array-like of shape (n,), optional
        Weight of every point, non-negative and not all zero; by default all weigh the same.
    targets : array-like of shape (k,), optional
        Share of every part, positive, in any unit; by default all are equal.

    Returns
    -------
    PointPartition
        Its `cuts` are :class:`BoxCuts`: ``cuts.boxes()`` are the cells of the leaves and
        ``cuts.assign`` finds the leaf of other points.

    Raises
    ------
    ValueError
        An argument is out of range or of the wrong shape.
    TypeError
        An argument is not made of numbers.

    See Also
    --------
    KDTree : leaves of few points, for questions about neighbours.
    coordinate_bisection : guarantees, complexity, and parts that never divide equal coordinates.

    References
    ----------
    .. [1] J. L. Bentley, "Multidimensional binary search trees used for associative searching",
       CACM 18(9), 1975, doi:10.1145/361002.361007.

    Examples
    --------
    >>> found = kd_partition([[0.0], [1.0], [2.0], [8.0], [9.0]], 3)
    >>> found.labels.tolist(), found.cuts.values.tolist()
    ([0, 0, 1, 1, 2], [8.5, 1.5])
    """
    return coordinate_bisection(
        X, n_parts, sample_weight=sample_weight, targets=targets, average_cuts=True
    )
