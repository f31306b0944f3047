"""Recursive bisection across the longest axis, or across the direction of largest spread."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.geometry.points._input import Task, bounds_of, pose
from partwise.geometry.points._result import PointPartition, report
from partwise.geometry.points._tree_cuts import BoxCuts, PlaneCuts

__all__ = ["coordinate_bisection", "inertial_bisection"]


def coordinate_bisection(
    X: ArrayLike,
    n_parts: int,
    *,
    sample_weight: ArrayLike | None = None,
    targets: ArrayLike | None = None,
    rectilinear: bool = False,
    average_cuts: bool = False,
) -> PointPartition:
    """Cut points into parts by recursive coordinate bisection (RCB).

    The parts asked for are halved, and the points are cut across the longest axis of their bounding
    box so that either side gets its share; then each side in turn. Every part is a box.

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
    rectilinear : bool, default=False
        Whether points with the same coordinate always stay on the same side of a cut across it: the
        side for which the fuller part is less full. Else the first of them, in the order of X,
        go left, and balance is as good as it can be.
    average_cuts : bool, default=False
        Whether a cut lies in the middle between the two points beside it, and not in the left one.

    Returns
    -------
    PointPartition
        Its `cuts` are :class:`BoxCuts`. ``cuts.assign(X)`` gives the labels again, except for
        points that lie exactly on a cut; with `rectilinear` also for these.

    Raises
    ------
    ValueError
        An argument is out of range or of the wrong shape.
    TypeError
        An argument is not made of numbers.

    See Also
    --------
    inertial_bisection : cuts in any direction; for elongated sets that lie askew.
    curve_partition : one sort instead of log k passes.
    multi_jagged : many cuts at once.

    Notes
    -----
    Where all weights are equal, part j gets exactly floor or ceil of its share of n points. The
    parts that are rounded up are chosen once, by the largest remainders. Else its weight is at most
    its share plus twice the largest weight, or three times for unequal targets, and it has at least
    one point. With `rectilinear` none of this holds: where points coincide parts may be empty.

    A cut is found by a histogram, and a finer one within the bin that the cut lies in, so it is
    exact. O(n d log k) time for equal targets, about 16 n d + 24 n bytes beside X. Ties: the first
    axis of equally long ones, the first point of equal ones.

    References
    ----------
    .. [1] M. J. Berger, S. H. Bokhari, "A partitioning strategy for nonuniform problems on
       multiprocessors", IEEE Transactions on Computers C-36(5), 1987, doi:10.1109/TC.1987.1676942.

    Examples
    --------
    >>> X = [[0, 0], [1, 0], [2, 0], [9, 0], [9, 1], [9, 2]]
    >>> found = coordinate_bisection(X, 3)
    >>> found.labels.tolist(), found.imbalance
    ([0, 0, 1, 1, 2, 2], 0.0)
    >>> found.cuts.axes.tolist(), found.cuts.values.tolist()
    ([0, 0], [9.0, 1.0])
    >>> found.cuts.assign([[-5, 7], [3, 3], [10, 0]]).tolist()
    [0, 1, 2]
    """
    task = pose(X, n_parts, sample_weight, targets)
    k, d = task.n_parts, task.points.shape[1]
    axes = np.zeros(k - 1, np.int32)
    labels, values, children = _bisect(task, task.points, rectilinear, average_cuts, axes, None)
    return report(task, labels, BoxCuts(d, k, axes, values, children))


def inertial_bisection(
    X: ArrayLike,
    n_parts: int,
    *,
    sample_weight: ArrayLike | None = None,
    targets: ArrayLike | None = None,
    average_cuts: bool = False,
) -> PointPartition:
    """Cut points into parts by recursive inertial bisection (RIB).

    As :func:`coordinate_bisection`, but every cut is orthogonal to the direction in which the
    (weighted) points spread most: the eigenvector of the largest eigenvalue of their covariance,
    with its largest component positive. The parts do not depend on how the points are turned.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Points, of any dimension; finite, at most 1e150 in size.
    n_parts : int
        Number of parts k, from 1 to n.
    sample_weight : array-like of shape (n,), optional
        Weight of every point, non-negative and not all zero; by default all weigh the same.
    targets : array-like of shape (k,), optional
        Share of every part, positive, in any unit; by default all are equal.
    average_cuts : bool, default=False
        Whether a cut lies in the middle between the two points beside it, and not in the left one.

    Returns
    -------
    PointPartition
        Its `cuts` are :class:`PlaneCuts`. ``cuts.assign(X)`` gives the labels again, except for
        points that lie exactly on a cut.

    Raises
    ------
    ValueError
        An argument is out of range or of the wrong shape.
    TypeError
        An argument is not made of numbers.

    See Also
    --------
    coordinate_bisection : cuts across the axes.

    Notes
    -----
    Balance and ties are those of :func:`coordinate_bisection`. Where several directions spread
    equally, such as in a set that looks the same along all axes, the first axis counts; points that
    coincide are divided by their order. O(n d^2 log k + k d^3) time.

    References
    ----------
    .. [1] R. D. Williams, "Performance of dynamic load balancing algorithms for unstructured mesh
       calculations", Concurrency: Practice and Experience 3(5), 1991, doi:10.1002/cpe.4330030502.

    Examples
    --------
    >>> X = [[0, 0], [1, 1], [2, 2], [3, 3], [3, 4], [0, 1]]
    >>> found = inertial_bisection(X, 2)
    >>> found.labels.tolist()
    [0, 0, 1, 1, 1, 0]
    >>> found.cuts.normals.round(3).tolist()
    [[0.682, 0.731]]
    """
    task = pose(X, n_parts, sample_weight, targets)
    points, k = task.points, task.n_parts
    low, high = bounds_of(points)
    origin = low + 0.5 * (high - low)
    normals = np.zeros((k - 1, points.shape[1]))
    # what is small beside its distance from 0 keeps its digits
    labels, values, children = _bisect(
        task, points - origin, False, average_cuts, np.empty(0, np.int32), normals
    )
    cuts = PlaneCuts(points.shape[1], k, origin, normals, values, children)
    return report(task, labels, cuts)


def _bisect(
    task: Task,
    points: NDArray[np.float64],
    rectilinear: bool,
    average: bool,
    axes: NDArray[np.int32],
    normals: NDArray[np.float64] | None,
) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.int32]]:
    """Return (labels, cuts, children); axes or normals are filled."""
    from partwise.geometry.points._kernels.bisection import bisect

    n, d = points.shape
    coordinates = np.empty((2, d, n))
    np.add(points.T, 0.0, out=coordinates[0])  # -0.0 becomes 0.0
    weights = None
    if task.weights is not None:
        weights = np.empty((2, n))
        weights[0] = task.weights
    labels = np.zeros(n, np.int32)
    values = np.empty(task.n_parts - 1)
    children = np.zeros((task.n_parts - 1, 2), np.int32)
    bisect(
        coordinates,
        weights,
        task.shares,
        task.sizes,
        bool(rectilinear),
        bool(average),
        normals,
        axes,
        values,
        children,
        labels,
    )
    return labels, values, children
