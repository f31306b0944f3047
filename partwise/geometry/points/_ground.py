"""From a point cloud to coordinates on its ground: outliers, ground plane, smallest rectangle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.geometry._points import finite_points
from partwise.geometry.points._cut_input import common_scale

__all__ = ["Frame", "ground_frame", "in_region", "is_inlier", "rectangle_axes"]

Floats = NDArray[np.float64]

_QUERIES = 200_000  # at once, which bounds the memory
_LETTERS = {"x": 0, "y": 1, "z": 2}


@dataclass(frozen=True, slots=True)
class Frame:
    """Coordinates on the ground.

    Attributes
    ----------
    origin : float64 ndarray of shape (d,)
    axes : float64 ndarray of shape (2, d)
        Orthonormal; the directions of the two coordinates.
    up : float64 ndarray of shape (d,) or None
        Direction of heights; None unless d = 3.
    """

    origin: Floats
    axes: Floats
    up: Floats | None

    def ground(self, points: Floats) -> Floats:
        """Return the (n, 2) coordinates of points on the ground."""
        return np.stack([_along(points, self.origin, axis) for axis in self.axes], axis=1)

    def turned(self, turn: Floats) -> Frame:
        """Return the frame whose axes are `turn`, (2, 2) and orthonormal, in this one."""
        return Frame(self.origin, turn @ self.axes, self.up)

    def height(self, points: Floats) -> Floats | None:
        """Return the heights of points, None where there are none."""
        return None if self.up is None else _along(points, self.origin, self.up)


def _along(points: Floats, origin: Floats, axis: Floats) -> Floats:
    """Return (points - origin) @ axis, summed in one order whatever the number of points is.

    A matrix product may round one and the same point differently among others, and a point must
    not change its block because of that.
    """
    total = np.zeros(len(points))
    for j in range(axis.size):
        total += (points[:, j] - origin[j]) * axis[j]
    return total


def is_inlier(points: Floats, n_neighbors: int, n_std: float, n_jobs: int) -> NDArray[np.bool_]:
    """Tell which points are not much farther from their neighbours than points are on average.

    A point is an outlier if its mean distance to its `n_neighbors` nearest other points exceeds the
    mean of all these by more than `n_std` standard deviations. O(n log n) time.
    """
    n = len(points)
    n_neighbors = min(n_neighbors, n - 1)
    if n_neighbors < 1:
        return np.ones(n, dtype=bool)
    from scipy.spatial import cKDTree

    tree = cKDTree(points, leafsize=32)
    order = tree.indices  # one leaf after the other: neighbours are still in the cache
    mean = np.empty(n)
    for some in np.array_split(order, -(-n // _QUERIES)):
        distance, _ = tree.query(points[some], k=n_neighbors + 1, workers=n_jobs)
        # among many equal points the point itself need not come first, but a zero does
        mean[some] = distance[:, 1:].mean(axis=1)
    return mean <= mean.mean() + n_std * mean.std()


def ground_frame(points: Floats, weights: Floats | None, up: Any) -> Frame:
    """Return the frame of the ground plane through the mean of the points.

    Raises
    ------
    ValueError
        `up` is no direction of this space.
    """
    d = points.shape[1]
    origin = np.average(points, axis=0, weights=weights)
    if isinstance(up, str) and up == "auto":
        if d == 2:
            return Frame(origin, np.eye(2), None)
        centred = points - origin
        w = np.ones(len(points)) if weights is None else weights
        _, vectors = np.linalg.eigh((centred * w[:, None]).T @ centred)
        vectors = vectors * np.sign(vectors[np.argmax(np.abs(vectors), axis=0), range(d)])
        axes = np.ascontiguousarray(vectors[:, [-1, -2]].T)
        return Frame(origin, axes, vectors[:, 0].copy() if d == 3 else None)
    if d != 3:
        raise ValueError(f"up must be 'auto' unless points have three coordinates, got {up!r}")
    direction = _direction(up)
    # the coordinate axes least along it span the ground, in their order
    first, second = sorted(np.argsort(np.abs(direction), kind="stable")[:2])
    first_axis = np.eye(3)[first] - direction[first] * direction
    first_axis /= np.linalg.norm(first_axis)
    second_axis = np.cross(direction, first_axis)
    second_axis *= np.sign(second_axis[second]) or 1.0
    return Frame(origin, np.stack((first_axis, second_axis)), direction)


def _direction(up: Any) -> Floats:
    allowed = "up must be 'auto', 'x', 'y', 'z' or three numbers that are not all 0"
    if isinstance(up, str):
        if up not in _LETTERS:
            raise ValueError(f"{allowed}, got {up!r}")
        return np.eye(3)[_LETTERS[up]]
    vector = np.asarray(up)
    if vector.shape != (3,) or vector.dtype.kind not in "iuf":
        raise ValueError(f"{allowed}, got {up!r}")
    vector = vector.astype(np.float64)
    length = float(np.linalg.norm(vector))
    if not (np.isfinite(length) and length > 0):
        raise ValueError(f"{allowed}, got {up!r}")
    return vector / length


def rectangle_axes(ground: Floats) -> Floats:
    """Return the axes (2, 2) of the smallest rectangle around points of the plane.

    One side of it lies on an edge of their convex hull (H. Freeman, R. Shapira, "Determining the
    minimum-area encasing rectangle for an arbitrary closed curve", Communications of the ACM 18,
    1975, doi:10.1145/360881.360919). O(n log n) time. The first axis is turned by at most 45
    degrees from the first coordinate.
    """
    from partwise.geometry.points._kernels.hull import hull_of_sorted, smallest_rectangle_edge

    (scaled,) = common_scale(ground[np.lexsort((ground[:, 1], ground[:, 0]))])
    distinct = np.ones(len(scaled), dtype=bool)
    distinct[1:] = (scaled[1:] != scaled[:-1]).any(axis=1)
    scaled = scaled[distinct]
    if len(scaled) < 2:
        return np.eye(2)
    room = np.empty(2 * len(scaled), dtype=np.int64)
    corners = scaled[room[: hull_of_sorted(scaled, room)]]
    at = int(smallest_rectangle_edge(corners))
    edge = corners[(at + 1) % len(corners)] - corners[at]
    edge /= np.abs(edge).max()
    x, y = edge / np.hypot(edge[0], edge[1])
    if abs(y) > abs(x):
        x, y = y, -x
    if x < 0:
        x, y = -x, -y
    return np.array([[x, y], [-y, x]])


def in_region(ground: Floats, region: ArrayLike, frame: Frame) -> NDArray[np.bool_]:
    """Tell which points lie in the polygon `region`, whose corners are points of space."""
    from partwise.geometry.points._kernels.hull import in_polygon

    corners = finite_points(region, "region", frame.axes.shape[1])
    if len(corners) < 3:
        raise ValueError(f"region must have at least three corners, got {len(corners)}")
    points, polygon = common_scale(ground, frame.ground(corners))
    inside = np.empty(len(points), dtype=bool)
    in_polygon(points, polygon, inside)
    return inside
