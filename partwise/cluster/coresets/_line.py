"""Coresets of points on a line: buckets replaced by their means."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from partwise.cluster.coresets._kernels.line import (
    bucket_means,
    line_optimum,
    median_of,
    sweep_line,
    sweep_side,
)

__all__ = ["Buckets", "line_coreset", "optimum_bounds", "certified_eps", "share_of"]

Floats = NDArray[np.float64]
Bounds = tuple[float, float]

EXACT = 2_000_000  # points times clusters up to which the optimum is computed exactly
PER_CLUSTER = 20  # points per cluster, at least, that stand for all of them beyond that
SLACK = 1e-12  # keeps what is proven clear of rounding


class Buckets(NamedTuple):
    """Sorted distinct points cut into intervals.

    Attributes
    ----------
    starts : int64 ndarray of shape (m + 1,)
        First point of every bucket, and the number of points.
    eps : float
        The costs of points and of bucket means differ by no more than a factor ``1 + eps``.
    bounds : (float, float) or None
        Lower and upper bound of the smallest cost of k centres, where they were needed.
    """

    starts: NDArray[np.int64]
    eps: float
    bounds: Bounds | None


def certified_eps(under: float, over: float = 0.0) -> float:
    """Return the smallest eps for costs that may be too small and too large by these fractions."""
    return math.inf if under >= 1.0 else max(under / (1.0 - under), over)


def share_of(eps: float) -> float:
    """Return the fraction by which a cost may be too small: the inverse ratio is ``1 + eps``."""
    return eps / (1.0 + eps) * (1.0 - SLACK)


def line_coreset(
    x: Floats, w: Floats, k: int, eps: float | None, size: int | None, lower: float | None
) -> Buckets:
    """Cut sorted distinct points into the fewest buckets for `eps`, or into at most `size`.

    Parameters
    ----------
    x, w : float64 ndarrays of shape (n,)
        Ascending points and positive weights.
    k : int
    eps : float or None
    size : int or None
        Exactly one of the two is given.
    lower : float or None
        A lower bound of the smallest cost, which is computed if it is not given.
    """
    n = x.size
    if n <= max(k, size or 0) or eps == 0.0:
        return Buckets(np.arange(n + 1), 0.0, (0.0, 0.0) if n <= k else None)
    if k == 1:
        return _one_median(x, w, eps, size)
    return _many_medians(x, w, k, eps, size, lower)


def _one_median(x: Floats, w: Floats, eps: float | None, size: int | None) -> Buckets:
    n = x.size
    q, optimum, before = median_of(x, w)
    bounds = (optimum, optimum)
    if size == 1:
        return Buckets(np.array([0, n]), math.inf, bounds)
    left, w_left = x[q] - x[:q][::-1], np.ascontiguousarray(w[:q][::-1])
    right, w_right = x[q:] - x[q], w[q:]
    beyond = float(w_right.sum())
    starts = np.empty((2, n + 1), dtype=np.int64)
    ratio = np.empty((2, n))

    def cut(share: float) -> tuple[int, int]:
        """Return how many buckets each side takes, at this share of the error."""
        return (
            sweep_side(left, w_left, optimum, beyond, share, starts[0], ratio[0]),
            sweep_side(right, w_right, optimum, before, share, starts[1], ratio[1]),
        )

    if eps is not None:
        share = share_of(eps)
    else:
        assert size is not None
        # a side deviates by twice its own part of the cost at most
        share = _smallest(lambda share: sum(cut(share)) <= size, 2.0)
    n_left, n_right = cut(share)
    worst = max(ratio[0, :n_left].max(initial=0.0), ratio[1, :n_right].max(initial=0.0))
    joined = np.concatenate([q - starts[0, n_left:0:-1], q + starts[1, : n_right + 1]])
    return Buckets(joined, certified_eps(float(worst)), bounds)


def _many_medians(
    x: Floats, w: Floats, k: int, eps: float | None, size: int | None, lower: float | None
) -> Buckets:
    n = x.size
    bounds = optimum_bounds(x, w, k, lower)
    starts = np.empty(n + 1, dtype=np.int64)
    deviation = np.empty(n)
    if eps is not None:
        limit = share_of(eps) * bounds[0] / k
    else:
        assert size is not None
        limit = _smallest(
            lambda limit: sweep_line(x, w, limit, starts, deviation) <= size,
            2.0 * median_of(x, w)[1],
        )
    count = sweep_line(x, w, limit, starts, deviation)
    # buckets that hold a centre can lose cost, k of them, those between two centres can gain some
    largest = np.sort(deviation[:count])[::-1]
    under, over = float(largest[:k].sum()), float(largest[: k - 1].sum())
    if under == 0.0:
        eps = 0.0
    else:
        eps = certified_eps(under / bounds[0], over / bounds[0]) if bounds[0] > 0 else math.inf
    return Buckets(starts[: count + 1].copy(), eps, bounds)


def _smallest(works: Callable[[float], bool], high: float) -> float:
    """Return about the smallest positive number for which `works` holds, as it does for `high`."""
    low = high / 16.0
    while low > 0.0 and works(low):
        high, low = low, low / 16.0
    for _ in range(30):
        middle = math.sqrt(low) * math.sqrt(high)
        if works(middle):
            high = middle
        else:
            low = middle
    return high


def optimum_bounds(x: Floats, w: Floats, k: int, lower: float | None = None) -> Bounds:
    """Return lower and upper bounds of the cost of the best k centres on a line.

    They agree, but for rounding, where ``n * k`` is at most 2 million. Beyond, the points are first
    replaced by means of buckets. Any k centres then cost as much as before, up to the deviations of
    k buckets, and so does the best choice.

    Parameters
    ----------
    x, w : float64 ndarrays of shape (n,)
        Ascending points and positive weights.
    k : int
    lower : float, optional
        A lower bound that is known; nothing is computed then, and the upper bound is infinity.
    """
    if lower is not None:
        return float(lower), math.inf
    q, single, _ = median_of(x, w)
    slack = 16.0 * k * 2.0**-53 * single
    error = 0.0
    y, v = x - x[q], w
    if x.size * k > EXACT:
        most = max(EXACT // k, PER_CLUSTER * k)
        starts = np.empty(x.size + 1, dtype=np.int64)
        deviation = np.empty(x.size)
        # of a bucket and its next point at least half the limit is cost, and no point is in more
        # than two such unions: there are at most 4 * single / limit + 1 buckets
        limit = 8.0 * single / most
        while limit > slack and sweep_line(y, v, limit / 4.0, starts, deviation) <= most:
            limit /= 4.0
        count = sweep_line(y, v, limit, starts, deviation)
        error = float(np.sort(deviation[:count])[::-1][:k].sum())
        means, weights = np.empty(count), np.empty(count)
        bucket_means(y, v, starts[: count + 1], means, weights)
        y, v = means, weights
    optimum = float(line_optimum(y, v, k))
    return max(optimum - error - slack, 0.0), optimum + error + slack
