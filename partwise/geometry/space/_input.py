"""Points and boxes: checked, and explained, in one place."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.geometry._points import check_points

__all__ = ["CellBoxes", "check_box", "check_cloud"]

Floats = NDArray[np.float64]


class CellBoxes(NamedTuple):
    """Boxes with axis-parallel sides, one a row.

    Attributes
    ----------
    low, high : float64 ndarray of shape (n_cells, d)
        Smallest and largest coordinates.
    """

    low: Floats
    high: Floats

    @property
    def volumes(self) -> Floats:
        """Volume of every box (area in the plane)."""
        return np.prod(self.high - self.low, axis=1)


def check_cloud(X: ArrayLike, dim: int | None = None, name: str = "X") -> Floats:
    """Return the points of a tree: at least one, of at most 127 coordinates."""
    points = check_points(X, name, dim)
    if points.shape[1] > 127:
        raise ValueError(f"{name} must have at most 127 columns, got {points.shape[1]}")
    return points


def check_box(box: Any, dimension: int, name: str = "box") -> tuple[Floats, Floats]:
    """Return (low, high), each of shape (d,), low below high in every axis."""
    corners = np.asarray(box, dtype=np.float64)
    if corners.shape != (2, dimension):
        raise ValueError(f"{name} must be (low, high) of {dimension} numbers each, got {box!r}")
    low, high = corners
    if not (np.isfinite(corners).all() and (low < high).all()):
        raise ValueError(f"{name} must be finite with low < high in every axis, got {box!r}")
    return low, high
