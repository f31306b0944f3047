"""Points and weights: checked once, and brought into lexicographic order."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["check_points", "check_row_ids", "check_weights", "distinct"]

LARGEST = 1e150  # coordinates whose squares can still be summed up in float64
LARGEST_SINGLE = 1e17  # and in float32
ROWS = 1 << 16  # that are looked at while they are in the cache


def check_points(X: Any, name: str = "X", *, empty: bool = False) -> NDArray[Any]:
    """Return points as a C-ordered float32 or float64 array of shape (n, d).

    Parameters
    ----------
    X : array-like of shape (n, d)
        float32 and float64 are taken as they are; other real types become float64.
    name : str
        What to call it in messages.
    empty : bool
        Whether n may be 0.
    """
    if hasattr(X, "tocsr") or hasattr(X, "todense"):
        raise TypeError(f"{name} must be dense, got {type(X).__name__}; use .toarray()")
    points = np.asarray(X)
    if points.dtype.kind == "c":
        raise TypeError(f"{name} must be real, got {points.dtype}")
    if points.dtype not in (np.float32, np.float64):
        try:
            points = points.astype(np.float64)
        except (TypeError, ValueError):
            raise TypeError(f"{name} must be numeric, got {points.dtype}") from None
    if points.ndim != 2:
        raise ValueError(
            f"{name} must have shape (n, d), got {points.shape}; "
            "for points on a line use X.reshape(-1, 1)"
        )
    if points.shape[1] == 0 or (points.shape[0] == 0 and not empty):
        raise ValueError(f"{name} must have at least one row and one column, got {points.shape}")
    largest = 0.0
    for start in range(0, points.shape[0], ROWS):
        block = points[start : start + ROWS]
        low, high = float(block.min()), float(block.max())
        if not (np.isfinite(low) and np.isfinite(high)):
            bad = int(np.flatnonzero(~np.isfinite(block).all(axis=1))[0]) + start
            raise ValueError(f"{name} must be finite, row {bad} is {points[bad].tolist()}")
        largest = max(largest, -low, high)
    if largest > LARGEST:
        raise ValueError(f"{name} must be at most {LARGEST:g} in size, got {largest:g}")
    if points.dtype == np.float32 and largest > LARGEST_SINGLE:
        points = points.astype(np.float64)
    # the native byte order, which kernels need
    return np.ascontiguousarray(points, dtype=points.dtype.newbyteorder("="))


def check_weights(sample_weight: Any, n: int, *, zero: bool = False) -> NDArray[np.float64] | None:
    """Return weights as float64 of shape (n,), or None for ones; `zero` if all may be 0."""
    if sample_weight is None:
        return None
    try:
        weights = np.ascontiguousarray(sample_weight, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError("sample_weight must be numeric") from None
    if weights.shape != (n,):
        raise ValueError(f"sample_weight must have shape ({n},), got {weights.shape}")
    bad = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if bad.size:
        raise ValueError(
            f"sample_weight must be finite and at least 0, entry {bad[0]} is {weights[bad[0]]}"
        )
    with np.errstate(over="ignore"):
        total = weights.sum()
    if not np.isfinite(total):
        raise ValueError("sample_weight must have a finite sum")
    if not zero and total == 0.0:
        raise ValueError("sample_weight must be positive somewhere, all are zero")
    return weights


def check_row_ids(row_ids: Any, n: int) -> NDArray[np.int64] | None:
    """Return row numbers as int64 of shape (n,), or None for 0, 1, 2 and so on."""
    if row_ids is None:
        return None
    ids = np.asarray(row_ids)
    if ids.dtype.kind not in "iu":
        raise TypeError(f"row_ids must be integers, got {ids.dtype}")
    if ids.shape != (n,):
        raise ValueError(f"row_ids must have shape ({n},), got {ids.shape}")
    if n > 0 and ids.min() < -1:
        raise ValueError(f"row_ids must be at least -1 (for none), got {ids.min()}")
    return ids.astype(np.int64)


def distinct(
    X: NDArray[Any], weights: NDArray[np.float64] | None, ids: NDArray[np.int64] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Return the distinct points of positive weight in lexicographic order, their weights and ids.

    Equal points become one, with the sum of their weights and the smallest id that is not -1. The
    result does not depend on the order of the points, not even by rounding.
    """
    if ids is None:
        ids = np.arange(X.shape[0])
    if weights is not None and not weights.all():
        some = np.flatnonzero(weights)
        X, weights, ids = X[some], weights[some], ids[some]
    keys = list(X.T[::-1])
    if weights is not None:
        keys.insert(0, weights)  # so that equal points are summed in an order of their own
    order = np.lexsort(keys)
    points = X[order].astype(np.float64, copy=False)
    new = np.ones(order.size, dtype=np.bool_)
    np.any(points[1:] != points[:-1], axis=1, out=new[1:])
    first = np.flatnonzero(new)
    if weights is None:
        summed = np.diff(np.append(first, order.size)).astype(np.float64)
    else:
        summed = np.add.reduceat(weights[order], first)
    # -1 is the largest unsigned integer
    smallest = np.minimum.reduceat(ids[order].astype(np.uint64), first).astype(np.int64)
    return np.ascontiguousarray(points[first]), summed, smallest
