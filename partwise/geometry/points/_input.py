"""Points, weights and targets as the partitioners take them, checked in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise._checks import check_count

__all__ = ["Task", "apportion", "as_points", "as_targets", "as_weights", "bounds_of", "pose"]

LARGEST = 1e150  # coordinates whose squares can still be summed in float64
MOST_ROWS = 2**31 - 1  # kernels number points in 32 bits, and multiply two such numbers


def as_points(X: Any) -> NDArray[np.float64]:
    """Return points as a C-ordered float64 array of shape (n, d), without a copy if X is one.

    Raises
    ------
    ValueError
        Another shape, no rows or columns, an entry that is NaN, infinite or above 1e150 in size.
    TypeError
        A sparse matrix, or entries that are not real numbers.
    """
    if hasattr(X, "tocsr") or hasattr(X, "todense"):
        raise TypeError(f"X must be dense, got {type(X).__name__}; use .toarray()")
    given = np.asarray(X)
    if given.dtype.kind == "c":
        raise TypeError(f"X must be real, got dtype {given.dtype}")
    try:
        points = np.ascontiguousarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"X must hold numbers, got dtype {given.dtype}") from None
    if points.ndim != 2 or given.ndim != 2:
        raise ValueError(
            f"X must have shape (n, d), got {given.shape}; "
            "for points on a line use X.reshape(-1, 1)"
        )
    if not 0 < points.shape[0] <= MOST_ROWS or points.shape[1] == 0:
        raise ValueError(
            f"X must have at least one column and from 1 to {MOST_ROWS} rows, "
            f"got shape {points.shape}"
        )
    bounds_of(points)
    return points


def bounds_of(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the lowest and the highest corner of points, shape (2, d).

    Raises
    ------
    ValueError
        An entry is NaN, infinite or above 1e150 in size.
    """
    from partwise.geometry.points._kernels.bounds import column_bounds

    bounds = np.empty((2, points.shape[1]))
    row = int(column_bounds(points, LARGEST, bounds))
    if row >= 0:
        column = int(np.argmin(np.abs(points[row]) <= LARGEST))
        raise ValueError(
            f"X[{row}, {column}] is {points[row, column]}, allowed are finite numbers (no NaN, no "
            f"infinity) of at most {LARGEST:g} in size"
        )
    return bounds


def as_weights(sample_weight: Any, n: int, name: str = "sample_weight") -> NDArray[np.float64]:
    """Return weights as a float64 array of shape (n,).

    Raises
    ------
    ValueError
        Another shape, an entry that is negative or not finite, or a sum that is not positive.
    TypeError
        Entries that are not real numbers.
    """
    given = np.asarray(sample_weight)
    if given.dtype.kind not in "iufb":
        raise TypeError(f"{name} must hold real numbers, got dtype {given.dtype}")
    if given.shape != (n,):
        raise ValueError(f"{name} must have shape ({n},), got {given.shape}")
    weights = np.ascontiguousarray(given, dtype=np.float64)
    good = (weights >= 0) & (weights < np.inf)
    if not good.all():
        at = int(np.argmin(good))
        raise ValueError(f"{name}[{at}] is {weights[at]}, allowed are finite numbers of at least 0")
    if not 0 < weights.sum() < np.inf:
        raise ValueError(f"{name} must have a positive and finite sum, got {weights.sum()}")
    return weights


def as_targets(targets: Any, k: int) -> NDArray[np.float64] | None:
    """Return targets as a float64 array of shape (k,), None for equal ones."""
    if targets is None:
        return None
    found = as_weights(targets, k, "targets")
    if not found.all():
        at = int(np.argmin(found))
        raise ValueError(f"targets[{at}] is 0, allowed are positive numbers")
    return None if (found == found[0]).all() else found


def apportion(targets: NDArray[np.float64] | None, k: int, n: int) -> NDArray[np.int64]:
    """Return how many of n points each of k parts gets: its share, rounded down or up.

    Those with the largest remainders are rounded up (Hamilton's method), of equal ones the first.
    """
    units = np.ones(k) if targets is None else targets
    # whole numbers as targets have exact remainders
    whole, remainders = np.divmod(units * n, units.sum())
    sizes = whole.astype(np.int64)
    largest = np.argsort(-remainders, kind="stable")
    sizes[largest[: n - int(sizes.sum())]] += 1
    return sizes


@dataclass(frozen=True, slots=True)
class Task:
    """A partition problem, checked.

    Attributes
    ----------
    points : float64 ndarray of shape (n, d)
    weights : float64 ndarray of shape (n,) or None
        None if all are equal, so that points are counted.
    given_weights : float64 ndarray of shape (n,) or None
        As given; None for ones.
    n_parts : int
    targets : float64 ndarray of shape (k,)
        Fractions of the total weight, of sum 1.
    shares : float64 ndarray of shape (k + 1,)
        Prefix sums of the targets as given, or of ones.
    sizes : int64 ndarray of shape (k + 1,)
        Prefix sums of the numbers of points that the parts get where points are counted.
    """

    points: NDArray[np.float64]
    weights: NDArray[np.float64] | None
    given_weights: NDArray[np.float64] | None
    n_parts: int
    targets: NDArray[np.float64]
    shares: NDArray[np.float64]
    sizes: NDArray[np.int64]


def pose(X: Any, n_parts: Any, sample_weight: Any, targets: Any) -> Task:
    """Check the arguments that all partitioners share.

    Raises
    ------
    ValueError, TypeError
        What is wrong with which of them.
    """
    points = as_points(X)
    n = points.shape[0]
    k = check_count("n_parts", n_parts)
    if k > n:
        raise ValueError(f"n_parts must be at most n_samples={n}, got {k}")
    given = None if sample_weight is None else as_weights(sample_weight, n)
    weights = None if given is None or (given == given[0]).all() else given
    wanted = as_targets(targets, k)
    units = np.ones(k) if wanted is None else wanted
    return Task(
        points,
        weights,
        given,
        k,
        units / units.sum(),
        np.concatenate(([0.0], np.cumsum(units))),
        np.concatenate(([0], np.cumsum(apportion(wanted, k, n)))),
    )
