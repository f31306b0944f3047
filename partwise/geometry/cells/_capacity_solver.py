"""Lloyd's rounds under capacities: an exact division of the points, then sites to the centroids."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from partwise.geometry.cells._input import Floats
from partwise.geometry.cells._kernels.transport import (
    SMALL,
    central_prices,
    gaps,
    squared_costs,
    transport,
)

__all__ = ["Division", "balanced_rounds", "whole_points"]

_SHRINK = 8  # every sample is this much larger than the one before
_LEAST_POINTS = 32  # of the first sample, a part
_SOURCES = 256  # nodes from which distances are averaged for the final prices


class Division(NamedTuple):
    """Sites, prices (the last one is that of the loads), and the pieces of points in parts."""

    sites: Floats
    prices: Floats
    point: NDArray[np.int64]
    part: NDArray[np.int32]
    amount: Floats
    n_iter: int


def balanced_rounds(
    X: Floats,
    weights: Floats,
    labels: NDArray[np.int32],
    low: Floats,
    high: Floats,
    max_iter: int,
    tol: float,
    rng: np.random.Generator,
) -> Division:
    """Divide points of positive weight among parts with loads between bounds, compactly.

    Rounds on random samples come first, each eight times as large as the one before: they bring the
    sites near their final places, and prices so near that few points have to be moved.

    Parameters
    ----------
    labels : int32 ndarray of shape (n,)
        Parts to start from.
    max_iter : int
        Most rounds of all points, and of each sample.
    tol : float
        Rounds end when the cost goes down by less than this part of itself.
    """
    n, k = X.shape[0], low.size
    sites = _centroids(X, weights, labels, np.zeros((k, X.shape[1])))
    prices = np.zeros(k + 1)
    order = rng.permutation(n)
    size = n
    sizes = [n]
    while size > _SHRINK * _LEAST_POINTS * k:
        size //= _SHRINK
        sizes.append(size)
    for size in sizes[::-1]:
        chosen = np.sort(order[:size])
        some, heavy, start = X[chosen], weights[chosen], labels[chosen]
        scale = 1.0 if size == n else heavy.sum() / weights.sum()
        division = _rounds(
            some, heavy, start, sites, prices, scale * low, scale * high, max_iter, tol
        )
        sites, prices = division.sites, division.prices
    return division


def _rounds(
    X: Floats,
    weights: Floats,
    labels: NDArray[np.int32],
    sites: Floats,
    prices: Floats,
    low: Floats,
    high: Floats,
    max_iter: int,
    tol: float,
) -> Division:
    before = np.inf
    for done in range(1, max_iter + 1):
        point, part, amount, loads, _moves = transport(X, weights, sites, prices, low, high, labels)
        cost = squared_costs(X[point], amount, sites, part)
        if done == max_iter or not cost < (1.0 - tol) * before:
            break
        before = cost
        labels = _main_parts(point, part, amount, labels.size)
        sites = _centroids(X[point], amount, part, sites)
    sources = min(low.size + 1, _SOURCES)
    best = gaps(X, sites, point, part)
    prices = central_prices(best, loads, low, high, prices, SMALL * weights.sum(), sources)
    return Division(sites, prices, point, part, amount, done)


def _centroids(X: Floats, weights: Floats, labels: NDArray[np.int32], empty: Floats) -> Floats:
    """Return the centroids of the parts; those of empty parts from `empty`."""
    k = empty.shape[0]
    loads = np.bincount(labels, weights, minlength=k)
    there = loads > 0
    sites = empty.copy()
    for c in range(X.shape[1]):
        sums = np.bincount(labels, weights * X[:, c], minlength=k)
        sites[there, c] = sums[there] / loads[there]
    return sites


def _main_parts(
    point: NDArray[np.int64], part: NDArray[np.int32], amount: Floats, n: int
) -> NDArray[np.int32]:
    """Return the part that holds the largest piece of every point."""
    labels = np.empty(n, np.int32)
    order = np.argsort(amount, kind="stable")
    labels[point[order]] = part[order]  # the last one stays
    return labels


def whole_points(division: Division, n: int) -> NDArray[np.int32]:
    """Return a part for every point, such that parts gain less than the largest weight.

    Points that are divided and the parts that hold them form a forest where the division is a basic
    solution. A part that holds one divided point alone takes it whole, and so on from the leaves
    inwards: no part takes two (J. K. Lenstra, D. B. Shmoys, E. Tardos, Mathematical Programming 46,
    1990, doi:10.1007/BF01585745).
    """
    labels = _main_parts(division.point, division.part, division.amount, n)
    pieces = np.bincount(division.point, minlength=n)
    divided = pieces[division.point] > 1
    holders: dict[int, set[int]] = {}
    for i, j in zip(division.point[divided].tolist(), division.part[divided].tolist()):
        holders.setdefault(i, set()).add(j)
    held: dict[int, set[int]] = {}
    for i, parts in holders.items():
        if len(parts) > 1:
            for j in parts:
                held.setdefault(j, set()).add(i)
    while held:
        j = min(held, key=lambda part: (len(held[part]), part))
        i = min(held.pop(j), default=-1)
        if i < 0:
            continue
        labels[i] = j
        for other in holders[i]:
            if other in held:
                held[other].discard(i)
    return labels
