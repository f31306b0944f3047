"""The cuts of a recursive bisection: a tree whose leaves are the parts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.geometry._points import check_points

__all__ = ["BoxCuts", "PlaneCuts", "as_box", "as_points_of"]


def as_points_of(X: ArrayLike, dim: int) -> NDArray[np.float64]:
    """Return new points, which must have as many columns as those that were cut."""
    points = check_points(X)
    if points.shape[1] != dim:
        raise ValueError(f"X must have {dim} columns, got {points.shape[1]}")
    return points


def as_box(
    lower: ArrayLike, upper: ArrayLike, dim: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the corners of a box; infinite ones are allowed.

    Raises
    ------
    ValueError
        Another shape than (dim,), NaN, or a lower end above the upper one.
    """
    corners = []
    for name, given in (("lower", lower), ("upper", upper)):
        corner = np.asarray(given, dtype=np.float64)
        if corner.shape != (dim,):
            raise ValueError(f"{name} must have shape ({dim},), got {corner.shape}")
        corners.append(np.ascontiguousarray(corner))
    low, high = corners
    bad = ~(low <= high)
    if bad.any():
        at = int(np.argmax(bad))
        raise ValueError(f"lower[{at}] must not exceed upper[{at}], got {low[at]} and {high[at]}")
    return low, high


@dataclass(frozen=True, slots=True)
class BoxCuts:
    """A tree of cuts across the axes; every part is a box.

    Cut 0 is the root, and cuts are numbered in the order of a walk that goes left first. A point
    whose coordinate on the cut's axis is at most the cut goes left.

    Attributes
    ----------
    dim, n_parts : int
        Dimension d and number of parts k.
    axes : int32 ndarray of shape (k - 1,)
        Axis that every cut is orthogonal to.
    values : float64 ndarray of shape (k - 1,)
        Coordinate of every cut.
    children : int32 ndarray of shape (k - 1, 2)
        Number of the next cut left and right, or ``~part`` where there is no other.
    """

    dim: int
    n_parts: int
    axes: NDArray[np.int32] = field(repr=False)
    values: NDArray[np.float64] = field(repr=False)
    children: NDArray[np.int32] = field(repr=False)

    def assign(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the part of every row of X.

        Parameters
        ----------
        X : array-like of shape (m, d)

        Returns
        -------
        int32 ndarray of shape (m,)
            Of points that lie exactly on a cut, those that it had to divide by their order are
            all given to the left side.
        """
        from partwise.geometry.points._kernels.tree import parts_by_axis

        points = as_points_of(X, self.dim)
        labels = np.zeros(points.shape[0], np.int32)
        if self.n_parts > 1:
            parts_by_axis(points, self.axes, self.values, self.children, labels)
        return labels

    def boxes(self) -> NDArray[np.float64]:
        """Return the boxes of the parts, which are disjoint and cover space.

        Returns
        -------
        float64 ndarray of shape (k, 2, d)
            Lower and upper corners, the outer ones infinite. A box contains its upper faces and
            not its lower ones. ``np.clip(boxes, X.min(axis=0), X.max(axis=0))`` covers the
            bounding box of X.
        """
        from partwise.geometry.points._kernels.tree import part_boxes

        boxes = np.empty((self.n_parts, 2, self.dim))
        boxes[:, 0], boxes[:, 1] = -np.inf, np.inf
        if self.n_parts > 1:
            part_boxes(self.axes, self.values, self.children, boxes)
        return boxes

    def parts_of_box(self, lower: ArrayLike, upper: ArrayLike) -> NDArray[np.int32]:
        """Return the parts that a closed box meets.

        Parameters
        ----------
        lower, upper : array-like of shape (d,)
            Its corners; infinite ones are allowed.

        Returns
        -------
        int32 ndarray
            In ascending order. A box that touches a cut meets both its sides, so every point that
            was cut and lies in the box is in one of these parts.
        """
        low, high = as_box(lower, upper, self.dim)
        return _parts_meeting(self.n_parts, self.axes, None, self.values, self.children, low, high)


@dataclass(frozen=True, slots=True)
class PlaneCuts:
    """A tree of cuts by hyperplanes; every part is a convex polyhedron.

    Cuts are numbered as in :class:`BoxCuts`. A point x goes left of a cut if
    ``normal @ (x - origin)`` is at most its value.

    Attributes
    ----------
    dim, n_parts : int
        Dimension d and number of parts k.
    origin : float64 ndarray of shape (d,)
        Centre of the bounding box of the points that were cut.
    normals : float64 ndarray of shape (k - 1, d)
        Unit normal of every cut.
    values : float64 ndarray of shape (k - 1,)
        Height of every cut above the origin.
    children : int32 ndarray of shape (k - 1, 2)
        Number of the next cut left and right, or ``~part`` where there is no other.
    """

    dim: int
    n_parts: int
    origin: NDArray[np.float64] = field(repr=False)
    normals: NDArray[np.float64] = field(repr=False)
    values: NDArray[np.float64] = field(repr=False)
    children: NDArray[np.int32] = field(repr=False)

    def assign(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the part of every row of X.

        Parameters
        ----------
        X : array-like of shape (m, d)

        Returns
        -------
        int32 ndarray of shape (m,)
            Of points that lie exactly on a cut, those that it had to divide by their order are
            all given to the left side.
        """
        from partwise.geometry.points._kernels.tree import parts_by_normal

        points = as_points_of(X, self.dim) - self.origin
        labels = np.zeros(points.shape[0], np.int32)
        if self.n_parts > 1:
            parts_by_normal(points, self.normals, self.values, self.children, labels)
        return labels

    def parts_of_box(self, lower: ArrayLike, upper: ArrayLike) -> NDArray[np.int32]:
        """Return the parts that a closed box may meet.

        Parameters
        ----------
        lower, upper : array-like of shape (d,)
            Its corners; infinite ones are allowed.

        Returns
        -------
        int32 ndarray
            In ascending order: the parts for which the box meets their side of every single cut.
            Every point that was cut and lies in the box is in one of them; a part that only comes
            near the box may be among them.
        """
        low, high = as_box(lower, upper, self.dim)
        return _parts_meeting(
            self.n_parts,
            np.empty(0, np.int32),
            self.normals,
            self.values,
            self.children,
            low - self.origin,
            high - self.origin,
        )


def _parts_meeting(
    n_parts: int,
    axes: NDArray[np.int32],
    normals: NDArray[np.float64] | None,
    values: NDArray[np.float64],
    children: NDArray[np.int32],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
) -> NDArray[np.int32]:
    from partwise.geometry.points._kernels.tree import parts_meeting

    found = np.zeros(n_parts, np.int32)
    n_found = 1
    if n_parts > 1:
        n_found = parts_meeting(axes, normals, values, children, lower, upper, found)
    return found[:n_found]
