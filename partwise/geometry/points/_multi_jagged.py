"""Multi-jagged partition: slabs across one axis, each cut into slabs across the next."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_count
from partwise.geometry.points._input import pose
from partwise.geometry.points._result import PointPartition, report
from partwise.geometry.points._tree_cuts import as_box, as_points_of

__all__ = ["JaggedCuts", "default_factors", "multi_jagged"]


@dataclass(frozen=True, slots=True)
class JaggedCuts:
    """Cuts of slabs within slabs; every part is a box.

    At level l every slab is cut across axis ``l % dim`` into ``factors[l]`` slabs; those of the
    last level are the parts. A point whose coordinate is at most a cut goes left of it.

    Attributes
    ----------
    dim, n_parts : int
        Dimension d and number of parts k.
    factors : tuple of int
        Slabs that every slab is cut into, level by level; their product is k.
    values : tuple of float64 ndarray
        Level l has shape ``(factors[0] * ... * factors[l - 1], factors[l] - 1)``: for every slab
        its cuts in ascending order.
    """

    dim: int
    n_parts: int
    factors: tuple[int, ...]
    values: tuple[NDArray[np.float64], ...] = field(repr=False)

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
        from partwise.geometry.points._kernels.tree import slabs_within

        points = as_points_of(X, self.dim)
        slabs = np.zeros(points.shape[0], np.int32)
        for level, cuts in enumerate(self.values):
            slabs_within(points, level % self.dim, cuts, slabs)
        return slabs

    def boxes(self) -> NDArray[np.float64]:
        """Return the boxes of the parts, which are disjoint and cover space.

        Returns
        -------
        float64 ndarray of shape (k, 2, d)
            Lower and upper corners, the outer ones infinite. A box contains its upper faces and
            not its lower ones.
        """
        boxes = np.empty((1, 2, self.dim))
        boxes[:, 0], boxes[:, 1] = -np.inf, np.inf
        for level, (factor, cuts) in enumerate(zip(self.factors, self.values)):
            axis = level % self.dim
            boxes = np.repeat(boxes[:, None], factor, axis=1)
            # cuts of no or of equal points may lie outside
            inside = np.clip(cuts, boxes[:, :1, 0, axis], boxes[:, :1, 1, axis])
            boxes[:, 1:, 0, axis] = boxes[:, :-1, 1, axis] = inside
            boxes = boxes.reshape(-1, 2, self.dim)
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
        slabs = np.zeros(1, np.int64)
        for level, (factor, cuts) in enumerate(zip(self.factors, self.values)):
            axis = level % self.dim
            here = cuts[slabs]
            meets = np.ones((slabs.size, factor), np.bool_)
            meets[:, :-1] &= low[axis] <= here
            meets[:, 1:] &= high[axis] >= here
            row, column = np.nonzero(meets)
            slabs = slabs[row] * factor + column
        return slabs.astype(np.int32)


def multi_jagged(
    X: ArrayLike,
    n_parts: int,
    *,
    factors: Sequence[int] | None = None,
    sample_weight: ArrayLike | None = None,
    targets: ArrayLike | None = None,
) -> PointPartition:
    """Cut points into slabs across the first axis, each slab across the second, and so on (MJ).

    Parameters
    ----------
    X : array-like of shape (n, d)
        Points, of any dimension; finite, at most 1e150 in size.
    n_parts : int
        Number of parts k, from 1 to n.
    factors : sequence of int, optional
        Slabs per slab, level by level; their product is k. Level l cuts across axis ``l % d``. By
        default d factors that are as nearly equal as the prime factors of k allow, larger ones
        first; factors 1 at the end are left out.
    sample_weight : array-like of shape (n,), optional
        Weight of every point, non-negative and not all zero; by default all weigh the same.
    targets : array-like of shape (k,), optional
        Share of every part, positive, in any unit; by default all are equal.

    Returns
    -------
    PointPartition
        Its `cuts` are :class:`JaggedCuts`. ``cuts.assign(X)`` gives the labels again, except for
        points that lie exactly on a cut.

    Raises
    ------
    ValueError
        An argument is out of range or of the wrong shape, or the product of `factors` is not k.
    TypeError
        An argument is not made of numbers.

    See Also
    --------
    coordinate_bisection : boxes that are cut across their longest axis, better where the extents
        of X differ much.

    Notes
    -----
    Where all weights are equal, part j gets exactly floor or ceil of its share of n points. Else
    its weight is at most its share plus the largest weight per level (twice the largest weight for
    equal targets), and it has at least one point. Points with equal coordinates are divided by
    their order.

    One histogram per slab finds the bins of all its cuts at once, and only the values in these bins
    are sorted: O(n d) time per level, of which there are at most d by default; 16 n d + 40 n bytes
    beside X.

    References
    ----------
    .. [1] M. Deveci, S. Rajamanickam, K. D. Devine, Ü. V. Çatalyürek, "Multi-jagged: a scalable
       parallel spatial partitioning algorithm", IEEE Transactions on Parallel and Distributed
       Systems 27(3), 2016, doi:10.1109/TPDS.2015.2412545.

    Examples
    --------
    >>> X = [[x, y] for x in range(6) for y in range(4)]
    >>> found = multi_jagged(X, 6)
    >>> found.labels.reshape(6, 4).tolist()
    [[0, 0, 1, 1], [0, 0, 1, 1], [2, 2, 3, 3], [2, 2, 3, 3], [4, 4, 5, 5], [4, 4, 5, 5]]
    >>> found.cuts.factors, found.cuts.values[0].tolist()
    ((3, 2), [[1.0, 3.0]])
    """
    from partwise.geometry.points._kernels.jagged import cut_slabs

    task = pose(X, n_parts, sample_weight, targets)
    n, d = task.points.shape
    k = task.n_parts
    used = default_factors(k, d) if factors is None else _checked_factors(factors, k)
    coordinates = np.empty((2, d, n))
    np.add(task.points.T, 0.0, out=coordinates[0])  # -0.0 becomes 0.0
    weights = None
    if task.weights is not None:
        weights = np.empty((2, n))
        weights[0] = task.weights
    ids = np.empty((2, n), np.uint32)
    ids[0] = np.arange(n, dtype=np.uint32)
    labels = np.zeros(n, np.int32)
    starts = np.array([0, n])
    values = []
    copy = 0
    for level, factor in enumerate(used):
        n_slabs = starts.size - 1
        cuts = np.empty((n_slabs, factor - 1))
        values.append(cuts)
        if factor == 1:
            continue
        new_starts = np.empty(n_slabs * factor + 1, np.int64)
        cut_slabs(
            coordinates,
            weights,
            ids,
            copy,
            starts,
            level % d,
            task.shares,
            task.sizes,
            cuts,
            new_starts,
            labels,
        )
        starts, copy = new_starts, 1 - copy
    return report(task, labels, JaggedCuts(d, k, used, tuple(values)))


def default_factors(k: int, d: int) -> tuple[int, ...]:
    """Return up to d factors of k, nearly equal, larger ones first.

    Prime factors are taken from the largest on, and each goes to the smallest product so far.
    """
    primes = []
    rest, prime = k, 2
    while prime * prime <= rest:
        while rest % prime == 0:
            primes.append(prime)
            rest //= prime
        prime += 1
    if rest > 1:
        primes.append(rest)
    products = [1] * min(d, len(primes))
    for prime in reversed(primes):
        products[products.index(min(products))] *= prime
    return tuple(sorted(products, reverse=True))


def _checked_factors(factors: Sequence[int], k: int) -> tuple[int, ...]:
    used = tuple(check_count("every one of factors", factor) for factor in factors)
    if math.prod(used) != k:
        raise ValueError(f"factors must have the product n_parts={k}, got {used}")
    return used
