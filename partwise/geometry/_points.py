"""Points and weights as users give them, checked in one place for the whole room."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "LARGEST",
    "MOST_ROWS",
    "check_finite",
    "check_points",
    "check_weights",
    "finite_points",
    "optional_weights",
]

LARGEST = 1e150  # coordinates whose squares can still be summed in float64
MOST_ROWS = 2**31 - 2  # kernels number points in 32 bits, and name one that is none

Floats = NDArray[np.float64]


def check_points(
    X: ArrayLike,
    name: str = "X",
    dim: int | None = None,
    *,
    empty: bool = False,
    largest: float = LARGEST,
) -> Floats:
    """Return points as C-contiguous float64 of shape (n, d), without a copy if X is that.

    Parameters
    ----------
    X : array-like
    name : str
        Of the parameter, for messages.
    dim : int, optional
        The number of columns d that X must have.
    empty : bool, default=False
        Whether there may be no rows.
    largest : float, default=1e150
        Largest allowed size of a coordinate; infinity for all finite ones.

    Raises
    ------
    ValueError
        Another shape, no columns, an entry that is NaN, infinite or too large in size.
    TypeError
        A sparse matrix, or entries that are not real numbers.
    """
    if hasattr(X, "tocsr") or hasattr(X, "todense"):
        raise TypeError(f"{name} must be dense, got {type(X).__name__}; use .toarray()")
    given = np.asarray(X)
    if given.size == 0 and given.ndim == 1 and empty:
        given = np.empty((0, dim or 1))
    if given.dtype.kind not in "iufb":
        raise TypeError(f"{name} must hold real numbers, got dtype {given.dtype}")
    if given.ndim != 2:
        hint = f"; for points on a line use {name}.reshape(-1, 1)" if given.ndim == 1 else ""
        columns = "d" if dim is None else dim
        raise ValueError(f"{name} must have shape (n, {columns}), got {given.shape}{hint}")
    if given.shape[1] == 0:
        raise ValueError(f"{name} must have at least one column, got shape {given.shape}")
    if dim is not None and given.shape[1] != dim:
        raise ValueError(f"{name} must have {dim} columns, got {given.shape[1]}")
    if not empty and given.shape[0] == 0:
        raise ValueError(f"{name} must have at least one row, got none")
    if given.shape[0] > MOST_ROWS:
        raise ValueError(f"{name} must have at most {MOST_ROWS} rows, got {given.shape[0]}")
    points = np.ascontiguousarray(given, dtype=np.float64)
    check_finite(points, name, largest)
    return points


def finite_points(X: ArrayLike, name: str, dim: int | None = None) -> Floats:
    """Return points, perhaps none, of any finite coordinates; see :func:`check_points`."""
    return check_points(X, name, dim, empty=True, largest=np.inf)


def check_finite(values: Floats, name: str, largest: float = LARGEST) -> None:
    """Refuse NaN, infinity, and what is larger than `largest` in size, and say where it is."""
    limit = min(largest, float(np.finfo(np.float64).max))
    # A NaN is in both, and fails every comparison; no array is made.
    if values.size == 0 or (values.min() >= -limit and values.max() <= limit):
        return
    at = tuple(np.argwhere(~(np.abs(values) <= limit))[0].tolist())
    where = ", ".join(map(str, at))
    size = "" if largest > limit else f" of at most {largest:g} in size"
    raise ValueError(
        f"{name}[{where}] is {values[at]}, allowed are finite numbers (no NaN, no infinity){size}"
    )


def check_weights(weights: ArrayLike, n: int, name: str = "sample_weight") -> Floats:
    """Return weights as C-contiguous float64 of shape (n,).

    Raises
    ------
    ValueError
        Another shape, an entry that is negative or not finite, or a sum that is not positive and
        finite (without points there is none).
    TypeError
        Entries that are not real numbers.
    """
    given: Any = np.asarray(weights)
    if given.size and given.dtype.kind not in "iufb":
        raise TypeError(f"{name} must hold real numbers, got dtype {given.dtype}")
    if given.shape != (n,):
        raise ValueError(f"{name} must have shape ({n},), got {given.shape}")
    checked = np.ascontiguousarray(given, dtype=np.float64)
    good = (checked >= 0) & (checked < np.inf)
    if not good.all():
        at = int(np.argmin(good))
        raise ValueError(f"{name}[{at}] is {checked[at]}, allowed are finite numbers of at least 0")
    if n and not checked.any():
        raise ValueError(f"{name} must have a positive entry, all are zero")
    if not checked.sum() < np.inf:
        raise ValueError(f"{name} must have a finite sum, got {checked.sum()}")
    return checked


def optional_weights(weights: ArrayLike | None, n: int, name: str) -> Floats | None:
    """Return weights as :func:`check_weights` does, None for None."""
    return None if weights is None else check_weights(weights, n, name)
