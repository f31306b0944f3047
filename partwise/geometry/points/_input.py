"""A partition problem as the partitioners take it, checked in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise._checks import check_count
from partwise.geometry._points import check_points, check_weights

__all__ = ["Task", "apportion", "as_targets", "bounds_of", "pose"]


def bounds_of(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the lowest and the highest corner of finite points, shape (2, d)."""
    from partwise.geometry.points._kernels.bounds import column_bounds

    bounds = np.empty((2, points.shape[1]))
    column_bounds(points, bounds)
    return bounds


def as_targets(targets: Any, k: int) -> NDArray[np.float64] | None:
    """Return targets as a float64 array of shape (k,), None for equal ones."""
    if targets is None:
        return None
    found = check_weights(targets, k, "targets")
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
    points = check_points(X)
    n = points.shape[0]
    k = check_count("n_parts", n_parts)
    if k > n:
        raise ValueError(f"n_parts must be at most n_samples={n}, got {k}")
    given = None if sample_weight is None else check_weights(sample_weight, n)
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
