"""Points and boxes: checked, and explained, in one place."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["CellBoxes", "check_box", "check_finite", "check_points", "check_queries"]

Floats = NDArray[np.float64]

_LARGEST = 1e150  # coordinates whose squares can still be summed in float64


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


def check_points(X: ArrayLike, name: str = "X", dimension: int | None = None) -> Floats:
    """Return `X` as finite C-contiguous float64 of shape (n, d), n and d at least 1.

    Raises
    ------
    ValueError
        Another shape, no rows, no columns, more than 127 columns or 2^31 - 2 rows, NaN, infinity or
        a number above 1e150 in size.
    TypeError
        Entries that are not numbers.
    """
    points = check_queries(X, name, dimension)
    if len(points) == 0:
        raise ValueError(f"{name} must have at least one row, got none")
    if len(points) >= 2**31 - 1:
        raise ValueError(f"{name} must have fewer than 2**31 - 1 rows, got {len(points)}")
    if points.shape[1] > 127:
        raise ValueError(f"{name} must have at most 127 columns, got {points.shape[1]}")
    return points


def check_queries(X: ArrayLike, name: str = "X", dimension: int | None = None) -> Floats:
    """Return `X` as finite C-contiguous float64 of shape (n, d); there may be no rows.

    Raises
    ------
    ValueError, TypeError
        As for :func:`check_points`.
    """
    given = np.asarray(X)
    if given.dtype.kind not in "iufb":
        raise TypeError(f"{name} must hold real numbers, got dtype {given.dtype}")
    if given.ndim != 2 or given.shape[1] == 0:
        raise ValueError(f"{name} must have shape (n, d) with d >= 1, got {given.shape}")
    if dimension is not None and given.shape[1] != dimension:
        raise ValueError(f"{name} must have {dimension} columns, got {given.shape[1]}")
    points = np.ascontiguousarray(given, dtype=np.float64)
    check_finite(points, name)
    return points


def check_finite(points: Floats, name: str) -> None:
    """Refuse NaN, infinity, and what is too large to be squared, and say where it is."""
    good = np.abs(points) <= _LARGEST
    if not good.all():
        at = [int(i) for i in np.argwhere(~good)[0]]
        raise ValueError(
            f"{name}{at} is {points[tuple(at)]}, allowed are finite numbers of at most "
            f"{_LARGEST:g} in size"
        )


def check_box(box: Any, dimension: int, name: str = "box") -> tuple[Floats, Floats]:
    """Return (low, high), each of shape (d,), low below high in every axis."""
    corners = np.asarray(box, dtype=np.float64)
    if corners.shape != (2, dimension):
        raise ValueError(f"{name} must be (low, high) of {dimension} numbers each, got {box!r}")
    low, high = corners
    if not (np.isfinite(corners).all() and (low < high).all()):
        raise ValueError(f"{name} must be finite with low < high in every axis, got {box!r}")
    return low, high
