"""From points to a coreset, and from coresets to one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise.cluster.coresets._points import distinct
from partwise.cluster.coresets._result import Coreset
from partwise.kernels.rng import stream_state

__all__ = ["DETERMINISTIC", "METHODS", "Task", "build", "child_seed", "reduce", "union"]

METHODS = ("sensitivity", "lightweight", "uniform", "grid", "interval1d")
DETERMINISTIC = ("grid", "interval1d")


@dataclass(frozen=True, slots=True)
class Task:
    """What kind of coreset is wanted.

    Exactly one of `eps` and `size` is not None, and of sampling methods it is `size`.
    """

    k: int
    z: float
    method: str
    eps: float | None
    size: int | None
    lower: float | None = None
    augment: bool = True


def child_seed(seed: int, number: int) -> int:
    """Return the seed of chunk `number` of a stream, in [0, 2**63)."""
    return int(stream_state(seed, number)[0]) >> 1


def build(
    X: NDArray[Any],
    weights: NDArray[np.float64] | None,
    ids: NDArray[np.int64] | None,
    task: Task,
    seed: int,
) -> Coreset:
    """Make a coreset of checked points (n >= 1, some weight positive)."""
    n = X.shape[0]
    eps: float | None
    if task.method in DETERMINISTIC:
        points, w, rows = distinct(X, weights, ids)
        points, w, rows, eps, bounds = _deterministic(points, w, rows, task)
    else:
        from partwise.cluster.coresets._sampling import sample

        size = task.size
        assert size is not None
        positive = n if weights is None else int(np.count_nonzero(weights))
        if positive <= max(size, task.k):
            points, w, rows = distinct(X, weights, ids)
            eps, bounds = 0.0, (0.0, 0.0) if w.size <= task.k else None
        else:
            found, w = sample(X, weights, task.k, task.z, size, task.method, task.augment, seed)
            points, w, rows = distinct(X[found], w, found if ids is None else ids[found])
            eps, bounds = None, None
    return Coreset(
        points=points,
        weights=w,
        indices=rows,
        n_clusters=task.k,
        z=task.z,
        method=task.method,
        eps=eps,
        cost_bounds=bounds,
        n_points=n,
        seed=None if task.method in DETERMINISTIC else seed,
    )


def _deterministic(
    points: NDArray[np.float64], w: NDArray[np.float64], rows: NDArray[np.int64], task: Task
) -> tuple[
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.int64],
    float,
    tuple[float, float] | None,
]:
    """Replace groups of sorted distinct points by their means: (points, weights, rows, ...)."""
    if task.method == "interval1d":
        from partwise.cluster.coresets._kernels.line import bucket_means
        from partwise.cluster.coresets._line import line_coreset

        starts, eps, bounds = line_coreset(points[:, 0], w, task.k, task.eps, task.size, task.lower)
        m = starts.size - 1
        means, total = np.empty((m, 1)), np.empty(m)
        bucket_means(points[:, 0], w, starts, means[:, 0], total)
        single = np.diff(starts) == 1
        found = np.where(single, rows[starts[:-1]], -1)
        means[single] = points[starts[:-1][single]]
        return means, total, found, eps, bounds
    from partwise.cluster.coresets._grid import grid_coreset

    group, total, means, eps, bounds = grid_coreset(
        points, w, task.k, task.eps, task.size, task.lower
    )
    members = np.bincount(group, minlength=total.size)
    found = np.full(total.size, -1, dtype=np.int64)
    alone = np.flatnonzero(members[group] == 1)
    found[group[alone]] = rows[alone]
    means = means.copy()
    means[group[alone]] = points[alone]
    return *distinct(means, total, found), eps, bounds


def union(coresets: Sequence[Coreset]) -> Coreset:
    """Return all points of coresets of disjoint data together."""
    first = coresets[0]
    points, weights, rows = distinct(
        np.concatenate([c.points for c in coresets]),
        np.concatenate([c.weights for c in coresets]),
        np.concatenate([c.indices for c in coresets]),
    )
    eps: float | None = 0.0
    low = 0.0
    for c in coresets:
        eps = None if eps is None or c.eps is None else max(eps, c.eps)
        low += 0.0 if c.cost_bounds is None else c.cost_bounds[0]
    if len(coresets) == 1:
        bounds = first.cost_bounds
    else:
        bounds = (low, math.inf) if low > 0.0 else None
    methods = {c.method for c in coresets}
    seeds = {c.seed for c in coresets}
    return Coreset(
        points=points,
        weights=weights,
        indices=rows,
        n_clusters=first.n_clusters,
        z=first.z,
        method=methods.pop() if len(methods) == 1 else "union",
        eps=eps,
        cost_bounds=bounds,
        n_points=sum(c.n_points for c in coresets),
        seed=seeds.pop() if len(seeds) == 1 else None,
    )


def reduce(coreset: Coreset, task: Task, seed: int) -> Coreset:
    """Return a coreset of a coreset: errors multiply."""
    made = build(coreset.points, coreset.weights, coreset.indices, task, seed)
    eps = None
    if coreset.eps is not None and made.eps is not None:
        eps = coreset.eps + made.eps + coreset.eps * made.eps
    bounds = coreset.cost_bounds
    if made.cost_bounds is not None and coreset.eps is not None and coreset.eps < math.inf:
        # the optimum of what was reduced is off by the factor 1 + eps at most
        low, high = made.cost_bounds
        low, high = low / (1.0 + coreset.eps), high * (1.0 + coreset.eps)
        bounds = (low, high) if bounds is None else (max(low, bounds[0]), min(high, bounds[1]))
    return Coreset(
        points=made.points,
        weights=made.weights,
        indices=made.indices,
        n_clusters=made.n_clusters,
        z=made.z,
        method=made.method,
        eps=eps,
        cost_bounds=bounds,
        n_points=coreset.n_points,
        seed=made.seed,
    )
