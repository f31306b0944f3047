"""Coresets by sampling: uniform, lightweight, sensitivity."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise.cluster.coresets._kernels.distances import nearest, weighted_mean
from partwise.cluster.coresets._kernels.sampling import cluster_sums, draw_points, slice_targets
from partwise.cluster.coresets._kernels.seeding import seed_centres
from partwise.kernels.rng import stream_state

__all__ = ["sample", "seeds_for"]

Floats = NDArray[np.float64]
Sample = tuple[NDArray[np.int64], Floats]


def seeds_for(k: int) -> int:
    """Return how many centres are seeded to guide a coreset for k of them."""
    return 2 * k + 4


def sample(
    X: NDArray[Any],
    weights: Floats | None,
    k: int,
    z: float,
    size: int,
    method: str,
    augment: bool,
    seed: int,
) -> Sample:
    """Return rows of X, `size` at most, and their weights.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        More than `size` rows.
    weights : float64 ndarray of shape (n,) or None
    method : {"uniform", "lightweight", "sensitivity"}
    """
    state = stream_state(seed, 0)
    if method == "uniform":
        return _uniform(X.shape[0], weights, slice_targets(size, state))
    if method == "lightweight":
        return _lightweight(X, weights, z, slice_targets(size, state))
    return _sensitivity(X, weights, k, z, size, augment, state)


def _uniform(n: int, weights: Floats | None, targets: Floats) -> Sample:
    if weights is None:
        total = float(n)
        rows = np.minimum((targets * n).astype(np.int64), n - 1)
    else:
        running = np.cumsum(weights)
        total = float(running[-1])
        rows = np.searchsorted(running, targets * total, side="right")
        rows = np.minimum(rows, np.flatnonzero(weights)[-1])
    found, count = np.unique(rows, return_counts=True)
    return found.astype(np.int64), count.astype(np.float64) * (total / targets.size)


def _lightweight(X: NDArray[Any], weights: Floats | None, z: float, targets: Floats) -> Sample:
    d2 = np.full(X.shape[0], np.inf, dtype=X.dtype)
    label = np.zeros(X.shape[0], dtype=np.uint32)
    nearest(X, weighted_mean(X, weights)[None].astype(X.dtype), 0, d2, label)
    mass, cost = cluster_sums(d2, label, weights, z, 1)
    _check_cost(float(cost[0]), z)
    slope = 1.0 / cost[0] if cost[0] > 0.0 else 0.0
    return draw_points(d2, label, weights, z, mass, cost, 1.0 / mass, slope, targets)


def _check_cost(cost: float, z: float) -> None:
    if not np.isfinite(cost):
        raise ValueError(f"z must be smaller for distances of this size, got {z:g}: costs overflow")


def _sensitivity(
    X: NDArray[Any],
    weights: Floats | None,
    k: int,
    z: float,
    size: int,
    augment: bool,
    state: NDArray[np.uint64],
) -> Sample:
    n = X.shape[0]
    most = max(1, min(seeds_for(k), size // 2))
    chosen = np.empty(most, dtype=np.int64)
    d2 = np.empty(n, dtype=X.dtype)
    label = np.zeros(n, dtype=np.uint32)
    count, total = seed_centres(X, weights, most, z, state, chosen, d2, label)
    _check_cost(total, z)
    mass, cost = cluster_sums(d2, label, weights, z, count)
    with np.errstate(divide="ignore"):
        share = np.where(mass > 0.0, 1.0 / mass, 0.0)
    even, slope = share / count, 0.0
    if total > 0.0:
        even += cost * share / total
        slope = 1.0 / total
    draws = size - count if augment else size
    if draws == 0:
        return chosen[:count], mass
    targets = slice_targets(draws, state)
    rows, drawn = draw_points(d2, label, weights, z, mass, cost, even, slope, targets)
    if not augment:
        return rows, drawn
    mine = label[rows]
    found = np.bincount(mine, weights=drawn, minlength=count)
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn *= np.where(found > mass, mass / found, 1.0)[mine]
    return (
        np.concatenate([rows, chosen[:count]]),
        np.concatenate([drawn, np.maximum(mass - found, 0.0)]),
    )
