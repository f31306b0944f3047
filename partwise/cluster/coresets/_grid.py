"""Coresets in one, two and three dimensions: cells of grids replaced by their means."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from partwise.cluster.coresets._kernels.distances import nearest
from partwise.cluster.coresets._kernels.dual import (
    best_gain,
    gain_bound,
    greedy_medians,
    leaf_boxes,
)
from partwise.cluster.coresets._kernels.grid import movement, snap
from partwise.cluster.coresets._kernels.seeding import seed_centres
from partwise.cluster.coresets._line import Bounds, certified_eps, share_of
from partwise.cluster.coresets._sampling import seeds_for
from partwise.kernels.rng import stream_state

__all__ = ["Cells", "grid_coreset"]

Floats = NDArray[np.float64]

SEED = 0  # of the draws of centres; the points come in lexicographic order, so nothing is random
COARSE = 20_000  # cells about which the lower bound of the optimum is computed, if that is enough
TOLERANCE = 0.05  # part of the bound that the search for the largest gain may give away
BOXES = 20_000  # that it looks at, at most
CANDIDATES = 500  # points, or eight per cluster, among which the greedy choice is made
MORE_MEDIANS = 20
ROUNDS = 12  # of moving medians
LEAF = 16
REFINEMENTS = 6  # of the share of the radius
FINEST = 2.0**-40  # share of the radius below which no cells are made
COARSEST = 4.0  # share of the radius beyond which cells hardly become fewer


class Cells(NamedTuple):
    """Distinct points in groups.

    Attributes
    ----------
    group : uint32 ndarray of shape (n,)
    weights : float64 ndarray of shape (m,)
    means : float64 ndarray of shape (m, d)
    eps : float
        The costs of points and of means differ by no more than a factor ``1 + eps``.
    bounds : (float, float) or None
        Lower and upper bound of the smallest cost of k centres, where they were needed.
    """

    group: NDArray[np.uint32]
    weights: Floats
    means: Floats
    eps: float
    bounds: Bounds | None


class _Grid:
    """Grids around centres that O(1) times the optimum leads to, at any share of the radius."""

    def __init__(self, X: Floats, w: Floats, n_centres: int) -> None:
        self.X, self.w = X, w
        chosen = np.empty(n_centres, dtype=np.int64)
        self.d2 = np.empty(w.size)
        self.label = np.zeros(w.size, dtype=np.uint32)
        state = stream_state(SEED, 0)
        count, self.cost = seed_centres(X, w, n_centres, 1.0, state, chosen, self.d2, self.label)
        self.centres = X[chosen[:count]]
        self.radius = self.cost / float(w.sum())

    def cells(self, share: float) -> tuple[NDArray[np.uint32], Floats, Floats, float]:
        """Return (group, weights, means, how far all points move in total)."""
        group = np.empty(self.w.size, dtype=np.uint32)
        weights, means = snap(
            self.X, self.w, self.centres, self.label, self.d2, self.radius, share, group
        )
        return group, weights, means, float(movement(self.X, self.w, group, means))

    def clusters(self) -> tuple[NDArray[np.uint32], Floats, Floats, float]:
        """Return the same of the clusters around the centres."""
        used, first = np.unique(self.label, return_inverse=True)
        group = first.astype(np.uint32)
        weights = np.bincount(group, weights=self.w).astype(np.float64)
        means = np.empty((used.size, self.X.shape[1]))
        for i in range(self.X.shape[1]):
            offset = self.X[:, i] - self.centres[self.label, i]
            moment = np.bincount(group, weights=self.w * offset)
            means[:, i] = self.centres[used, i] + moment / weights
        return group, weights, means, float(movement(self.X, self.w, group, means))


def grid_coreset(
    X: Floats, w: Floats, k: int, eps: float | None, size: int | None, lower: float | None
) -> Cells:
    """Group distinct points, sorted, so that `eps` is kept, or into at most `size` groups.

    Parameters
    ----------
    X : float64 ndarray of shape (n, d)
    w : float64 ndarray of shape (n,)
    k : int
    eps : float or None
    size : int or None
        Exactly one of the two is given.
    lower : float or None
        A lower bound of the smallest cost, which is computed if it is not given.
    """
    n = w.size
    alone = Cells(np.arange(n, dtype=np.uint32), w, X, 0.0, (0.0, 0.0) if n <= k else None)
    if n <= max(k, size or 0) or eps == 0.0:
        return alone
    if size == 1:
        mean = np.average(X, axis=0, weights=w)[None]
        return Cells(np.zeros(n, np.uint32), w.sum(keepdims=True), mean, math.inf, None)
    grid = _Grid(X, w, max(1, min(seeds_for(k), n // 2, (size or n) // 2)))
    if grid.radius == 0.0:  # distances whose squares underflow
        return alone
    if lower is not None:
        bounds, share = (float(lower), math.inf), 1.0
    else:
        bounds, share = _bounds(grid, k)
    if eps is not None:
        if bounds[0] == 0.0:
            return alone
        found = _fine_enough(grid, share_of(eps) * bounds[0], share)
    else:
        assert size is not None
        found = _few_enough(grid, size, share)
    group, weights, means, moved = found
    if moved == 0.0:
        certified = 0.0
    else:
        certified = math.inf
        if bounds[0] > 0.0:
            certified = certified_eps(moved / bounds[0], moved / bounds[0])
    return Cells(group, weights, means, certified, bounds)


def _fine_enough(
    grid: _Grid, allowed: float, share: float
) -> tuple[NDArray[np.uint32], Floats, Floats, float]:
    """Return about the coarsest grid of which points move by no more than allowed in total.

    Points move by ``3 sqrt(d) share`` times the cost of the centres at most, so that this ends.
    """
    found = grid.cells(share)
    too_coarse = math.inf
    while found[3] > allowed:
        too_coarse = share
        if share < FINEST:
            return np.arange(grid.w.size, dtype=np.uint32), grid.w, grid.X, 0.0
        share *= min(0.9, max(0.97 * allowed / found[3], 1e-3))
        found = grid.cells(share)
    for _ in range(REFINEMENTS):
        middle = min(math.sqrt(share) * math.sqrt(too_coarse), 1.5 * share)
        if share >= COARSEST or middle < 1.02 * share:
            break
        trial = grid.cells(middle)
        if trial[3] > allowed:
            too_coarse = middle
        else:
            share, found = middle, trial
    return found


def _few_enough(
    grid: _Grid, size: int, share: float
) -> tuple[NDArray[np.uint32], Floats, Floats, float]:
    """Return about the finest grid of at most `size` cells.

    Where rings alone are more than that, the groups are those of the nearest of `size` centres.
    """
    found = grid.cells(share)
    while found[1].size > size:
        if share >= COARSEST:
            return _Grid(grid.X, grid.w, size).clusters()
        share *= 2.0
        found = grid.cells(share)
    low, high = share / 2.0, share
    while low > FINEST and (trial := grid.cells(low))[1].size <= size:
        low, high, found = low / 2.0, low, trial
    for _ in range(8):
        middle = math.sqrt(low * high)
        trial = grid.cells(middle)
        if trial[1].size <= size:
            high = middle
            if trial[3] <= found[3]:
                found = trial
        else:
            low = middle
    return found


def _bounds(grid: _Grid, k: int) -> tuple[Bounds, float]:
    """Return bounds of the smallest cost of k centres, and a share of which cells were made."""
    n = grid.w.size
    share = 1.0
    while True:
        _, weights, means, moved = grid.cells(share)
        enough = moved <= 0.05 * grid.cost or weights.size > COARSE
        if enough or weights.size == n:
            low, high = _bounds_of(means, weights, k)
            if low > 2.0 * moved or weights.size == n or share < FINEST:
                return (max(low - moved, 0.0), high + moved), share
        share /= math.sqrt(2.0)


def _bounds_of(Y: Floats, w: Floats, k: int) -> Bounds:
    """Return bounds of the smallest cost of k centres anywhere.

    Notes
    -----
    For any v >= 0 the smallest cost is at least ``sum of w_p v_p - k * max over c of
    sum of w_p max(v_p - ||p - c||, 0)``: centres C cost at least the sum of w_p v_p less what each
    of them saves of it. Tried are distances to centres that a greedy choice made, and, for k
    centres, these plus a constant in every cluster, the same over all when summed up: clusters far
    apart make that bound tight.
    """
    order, leaf_ptr = _leaves(Y)
    Y, w = Y[order], w[order]
    leaves = (leaf_ptr, *leaf_boxes(Y, leaf_ptr))
    n_candidates = min(w.size, max(CANDIDATES, 8 * k))
    candidates = np.linspace(0, w.size - 1, n_candidates).astype(np.int64)
    mean = np.average(Y, axis=0, weights=w)
    first = int(np.argmin(np.square(Y - mean).sum(axis=1)))
    dn, v = np.empty(w.size), np.empty(w.size)
    bound, medians = greedy_medians(
        Y, w, *leaves, candidates, first, k, 6 * k + MORE_MEDIANS, dn, v
    )
    centres, distance, label = _moved_medians(Y, w, Y[medians])
    cost = float((w * distance).sum())
    mass = np.bincount(label, weights=w, minlength=len(centres))[label]
    places = np.concatenate([Y[candidates], centres])
    for power in range(-3, 5):
        raised = distance + cost / k * 2.0**power / mass
        total = float((w * raised).sum())
        trial = total - k * best_gain(Y, w, raised, *leaves, places)
        if trial > bound:
            bound, v = trial, raised
    total = float((w * v).sum())
    slack = TOLERANCE * max(bound, 0.1 * cost) / k
    gain = gain_bound(Y, w, v, *leaves, (total - bound) / k, slack, BOXES)
    return max((total - k * gain) * (1.0 - 1e-9), 0.0), cost * (1.0 + 1e-9)


def _moved_medians(
    Y: Floats, w: Floats, centres: Floats
) -> tuple[Floats, Floats, NDArray[np.uint32]]:
    """Move each centre towards the median of its cluster: (centres, distances, labels).

    A round is one of Weiszfeld's steps for each cluster; the best centres of all rounds count.
    """
    best: tuple[Floats, Floats, NDArray[np.uint32]] | None = None
    least = math.inf
    for _ in range(ROUNDS):
        d2 = np.full(w.size, np.inf)
        label = np.zeros(w.size, dtype=np.uint32)
        nearest(Y, centres, 0, d2, label)
        distance = np.sqrt(d2)
        cost = float((w * distance).sum())
        if best is None or cost < least:
            best, least = (centres, distance, label), cost
        pull = w / np.maximum(distance, 1e-3 * cost / float(w.sum()) + 1e-300)
        total = np.bincount(label, weights=pull, minlength=len(centres))
        moved = centres.copy()
        for i in range(Y.shape[1]):
            offset = pull * (Y[:, i] - centres[label, i])
            step = np.bincount(label, weights=offset, minlength=len(centres))
            moved[:, i] += step / np.maximum(total, 1e-300)
        centres = moved
    assert best is not None
    return best


def _leaves(Y: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Order points so that each few of them lie together: (order, first of each few)."""
    parts = [np.arange(Y.shape[0])]
    leaves = []
    while parts:
        part = parts.pop()
        if part.size <= LEAF:
            leaves.append(part)
            continue
        axis = int(np.argmax(np.ptp(Y[part], axis=0)))
        part = part[np.argsort(Y[part, axis], kind="stable")]
        parts += [part[part.size // 2 :], part[: part.size // 2]]
    return np.concatenate(leaves), np.cumsum([0, *(leaf.size for leaf in leaves)])
