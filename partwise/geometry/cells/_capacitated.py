"""Points in convex parts of exactly the sizes that are asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_count
from partwise._random import RandomState, check_seed
from partwise.geometry._points import check_points, check_weights
from partwise.geometry.cells._prescribed import check_tol
from partwise.geometry.points._curve import curve_partition
from partwise.geometry.points._input import Task, pose

__all__ = ["CapacitatedResult", "capacitated_voronoi"]

_CURVE_COLUMNS = 8  # that vary most give the start: a curve through more has no bits for them


@dataclass(frozen=True, slots=True, eq=False)
class CapacitatedResult:
    """Points in the cells of a power diagram, which have the sizes that were asked for.

    Attributes
    ----------
    labels : int32 ndarray of shape (n,)
        Part of every point, in ``range(n_parts)``.
    n_parts : int
        Number of parts k.
    targets : float64 ndarray of shape (k,)
        Fraction of the total weight that every part should have; they sum to 1.
    part_weights : float64 ndarray of shape (k,)
        Summed weight of every part.
    imbalance : float
        ``max_j part_weights[j] / (targets[j] * total) - 1``, a fraction of at least 0.
    centers : float64 ndarray of shape (k, d)
        The sites.
    weights : float64 ndarray of shape (k,)
        u: part j holds the points for which ``|x - centers[j]|^2 - u[j]`` is least.
    cost : float
        Sum of the weighted squared distances of points to the sites of their parts.
    n_iter : int
        Rounds in which all points were divided.
    """

    labels: NDArray[np.int32] = field(repr=False)
    n_parts: int
    targets: NDArray[np.float64] = field(repr=False)
    part_weights: NDArray[np.float64] = field(repr=False)
    imbalance: float
    centers: NDArray[np.float64] = field(repr=False)
    weights: NDArray[np.float64] = field(repr=False)
    cost: float
    n_iter: int

    def assign(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the part of every row of X, whose cell it lies in.

        Parameters
        ----------
        X : array-like of shape (m, d)

        Returns
        -------
        int32 ndarray of shape (m,)
            For the points that were divided these are the labels, except for points that lie on a
            border: copies of a point in several parts, or those that weights had to divide.

        Raises
        ------
        ValueError, TypeError
            No finite numbers of this shape.
        """
        points = check_points(X)
        if points.shape[1] != self.centers.shape[1]:
            raise ValueError(f"X must have {self.centers.shape[1]} columns, got {points.shape[1]}")
        from partwise.geometry.cells._kernels.transport import nearest_parts

        labels = np.empty(points.shape[0], np.int32)
        nearest_parts(points, self.centers, self.weights, labels)
        return labels

    def to_dict(self, *, labels: bool = False) -> dict[str, Any]:
        """Return the numbers as plain Python values, ready for JSON.

        Parameters
        ----------
        labels : bool, default=False
            Whether to include the labels, as a list.
        """
        result: dict[str, Any] = {
            "n_parts": self.n_parts,
            "imbalance": self.imbalance,
            "cost": self.cost,
            "n_iter": self.n_iter,
            "part_weights": self.part_weights.tolist(),
            "sizes": np.bincount(self.labels, minlength=self.n_parts).tolist(),
            "targets": self.targets.tolist(),
            "centers": self.centers.tolist(),
            "weights": self.weights.tolist(),
        }
        if labels:
            result["labels"] = self.labels.tolist()
        return result


def capacitated_voronoi(
    X: ArrayLike,
    n_parts: int,
    capacities: ArrayLike | None = None,
    *,
    min_size: float | None = None,
    max_size: float | None = None,
    sample_weight: ArrayLike | None = None,
    max_iter: int = 20,
    tol: float = 1e-3,
    random_state: RandomState = 0,
) -> CapacitatedResult:
    """Divide points into compact convex parts of exact sizes: balanced k-means, in effect.

    Parts are the cells of a power diagram. For the sites that are returned no other division with
    such sizes has a smaller sum of squared distances.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Points; finite, at most 1e150 in size.
    n_parts : int
        Number of parts k, from 1 to n.
    capacities : array-like of shape (k,), optional
        Positive: the sizes of the parts, or anything in proportion; sizes are these shares of n
        rounded down or up. By default all parts have floor(n / k) or ceil(n / k) points.
    min_size, max_size : float, optional
        Instead of capacities: bounds of the sizes, which are then chosen for compactness.
    sample_weight : array-like of shape (n,), optional
        Weight of every point, non-negative and not all zero; sizes are then sums of weights. By
        default points are counted.
    max_iter : int, default=20
        Most rounds of moving the sites.
    tol : float, default=1e-3
        Rounds end when the cost goes down by less than this part of itself.
    random_state : int, Generator, RandomState or None, default=0
        Chooses the samples of large inputs.

    Returns
    -------
    CapacitatedResult

    Raises
    ------
    ValueError, TypeError
        An argument is out of range, of the wrong shape or not made of numbers; bounds that no
        sizes meet; capacities and bounds at once.

    See Also
    --------
    coordinate_bisection, curve_partition : faster, parts less compact.
    prescribed_areas : the same for an area instead of points.

    Notes
    -----
    Every round solves the transportation problem between points and parts exactly, by shortest
    paths in the graph of the parts [1]_, and moves the sites to the centroids [2]_. It starts with
    pieces of Hilbert's curve and rounds on random samples. About O(n k d) time a round and
    O(k^2) for every path along which points are moved, O(n + k^2) memory: 10^5 points in the plane
    take a second for 64 parts and most of a minute for 500.

    With different weights the exact solution divides some points, fewer than there are parts if no
    two ways are equally long; each goes whole to one of its parts, and a part then has at most its
    size plus the largest weight.

    References
    ----------
    .. [1] F. Aurenhammer, F. Hoffmann, B. Aronov, "Minkowski-type theorems and least-squares
       clustering", Algorithmica 20, 1998, doi:10.1007/PL00009187 (that the parts are power cells;
       the successive shortest paths are the textbook's).
    .. [2] M. Balzer, T. Schlömer, O. Deussen, "Capacity-constrained point distributions: a variant
       of Lloyd's method", ACM TOG 28(3), 2009, doi:10.1145/1531326.1531392.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(1000, 2))
    >>> found = capacitated_voronoi(X, 7)
    >>> found.part_weights.tolist()
    [143.0, 143.0, 143.0, 143.0, 143.0, 143.0, 142.0]
    >>> bool((found.assign(X) == found.labels).all())
    True
    """
    if capacities is not None:
        capacities = check_weights(capacities, check_count("n_parts", n_parts), "capacities")
        if not capacities.all():
            at = int(np.argmin(capacities))
            raise ValueError(f"capacities[{at}] is 0, allowed are positive numbers")
    task = pose(X, n_parts, sample_weight, capacities)
    rounds = check_count("max_iter", max_iter)
    check_tol(tol)
    low, high = _bounds(task, capacities is not None, min_size, max_size)
    return _solve(task, low, high, rounds, float(tol), check_seed(random_state))


def _bounds(
    task: Task, given: bool, min_size: float | None, max_size: float | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the least and the largest load of every part."""
    k = task.n_parts
    total = float(task.points.shape[0] if task.given_weights is None else task.given_weights.sum())
    if min_size is None and max_size is None:
        if task.weights is None:
            sizes = np.diff(task.sizes).astype(np.float64)
        else:
            sizes = task.targets * total
        return sizes, sizes
    if given:
        raise ValueError("capacities and bounds of the sizes exclude each other, got both")
    least = 0.0 if min_size is None else float(min_size)
    most = total if max_size is None else float(max_size)
    if not 0.0 <= least * k <= total:
        raise ValueError(f"min_size must be from 0 to {total / k:g}, got {min_size}")
    if not max(total / k, least) <= most < np.inf:
        raise ValueError(f"max_size must be at least {total / k:g}, got {max_size}")
    unit = 1.0
    if task.weights is None:  # count points
        unit = 1.0 if task.given_weights is None else float(task.given_weights[0])
        least, most = np.ceil(least / unit), np.floor(most / unit)
        n = task.points.shape[0]
        if not least * k <= n <= most * k:
            raise ValueError(
                f"no whole sizes from min_size={min_size} to max_size={max_size} sum up to "
                f"{total:g} in {k} parts"
            )
    return np.full(k, least), np.full(k, min(most, total))


def _solve(
    task: Task,
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    max_iter: int,
    tol: float,
    seed: int,
) -> CapacitatedResult:
    from partwise.geometry.cells._capacity_solver import balanced_rounds, whole_points
    from partwise.geometry.cells._kernels.transport import nearest_parts, squared_costs

    n, k = task.points.shape[0], task.n_parts
    counted = task.weights is None
    heavy = np.arange(n) if task.weights is None else np.flatnonzero(task.weights)
    X = task.points[heavy]
    weights = np.ones(n) if task.weights is None else task.weights[heavy]
    # relative to the middle, coordinates keep their digits when they are squared
    middle = 0.5 * (task.points.min(axis=0) + task.points.max(axis=0))
    X -= middle
    start = _start(task)[heavy]
    division = balanced_rounds(
        X, weights, start, low, high, max_iter, tol, np.random.default_rng(seed)
    )
    prices = division.prices[:k] - division.prices[:k].min()
    labels = np.empty(n, np.int32)
    if not counted:
        nearest_parts(task.points - middle, division.sites, prices, labels)
    labels[heavy] = whole_points(division, heavy.size)
    centers = division.sites + middle
    whole = np.ones(n) if task.given_weights is None else task.given_weights
    part_weights = np.bincount(labels, whole, minlength=k).astype(np.float64)
    fullest = (part_weights / (task.targets * part_weights.sum())).max()
    return CapacitatedResult(
        labels,
        k,
        task.targets,
        part_weights,
        max(0.0, float(fullest) - 1.0),
        centers,
        prices,
        float(squared_costs(task.points, whole, centers, labels)),
        division.n_iter,
    )


def _start(task: Task) -> NDArray[np.int32]:
    """Return pieces of a space-filling curve of about the sizes that are wanted."""
    points = task.points
    if points.shape[1] > _CURVE_COLUMNS:
        spread = np.argsort(-points.var(axis=0), kind="stable")[:_CURVE_COLUMNS]
        points = np.ascontiguousarray(points[:, spread])
    return curve_partition(
        points, task.n_parts, sample_weight=task.weights, targets=task.targets
    ).labels
