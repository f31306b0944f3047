"""References for balanced cuts, in exact fractions, by sets, or by trying everything."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np


def exact_side(p, q, x):
    """Return the side of x of the line from p to q: 1 left, 0 on it, -1 right."""
    (px, py), (qx, qy), (x0, x1) = ([Fraction(float(c)) for c in point] for point in (p, q, x))
    cross = (qx - px) * (x1 - py) - (qy - py) * (x0 - px)
    return (cross > 0) - (cross < 0)


def halves(line, points, weights=None):
    """Tell whether at most half of the points, or of their weight, is strictly on each side."""
    weights = [1] * len(points) if weights is None else weights
    shares = {1: Fraction(0), 0: Fraction(0), -1: Fraction(0)}
    for point, weight in zip(points, weights):
        shares[exact_side(line.p, line.q, point)] += Fraction(float(weight))
    return 2 * max(shares[1], shares[-1]) <= sum(shares.values())


def tukey_depth(X, centre):
    """Return the smallest number of points of the plane in a closed half-plane that holds `centre`.

    It is attained just beside a direction across one of the points.
    """
    arms = np.asarray(X, dtype=float) - centre
    arms = arms[np.abs(arms).max(axis=1) > 1e-12]
    at_centre = len(X) - len(arms)
    if not len(arms):
        return len(X)
    angles = np.arctan2(arms[:, 1], arms[:, 0])
    edges = np.sort(np.concatenate((angles + np.pi / 2, angles - np.pi / 2)) % (2 * np.pi))
    tries = (edges + np.append(edges[1:], edges[0] + 2 * np.pi)) / 2
    inside = np.array([np.cos(tries), np.sin(tries)]).T @ arms.T >= 0
    return at_centre + int(inside.sum(axis=1).min())


def smallest_rectangle(X):
    """Return the area of the smallest rectangle with a side along a pair of points."""
    best = np.inf
    for a, b in itertools.combinations(np.unique(X, axis=0), 2):
        along = (b - a) / np.linalg.norm(b - a)
        u, v = X @ along, X @ np.array([-along[1], along[0]])
        best = min(best, np.ptp(u) * np.ptp(v))
    return best


def even_odd(polygon, x, y):
    """Tell by a ray to the right whether a point that is on no edge lies in a polygon."""
    inside = False
    for (px, py), (qx, qy) in zip(polygon, np.roll(polygon, -1, axis=0)):
        if (py > y) != (qy > y) and x < px + (y - py) / (qy - py) * (qx - px):
            inside = not inside
    return inside


def mean_neighbour_distance(X, k):
    """Return the mean distance of every point to its k nearest other points."""
    D = np.sqrt(((X[:, None] - X[None]) ** 2).sum(axis=2))
    np.fill_diagonal(D, np.inf)
    return np.sort(D, axis=1)[:, :k].mean(axis=1)


def views_of_blocks(members, visibility, view_share, block_share):
    """Return the set of views of each block, by sets.

    Parameters
    ----------
    members : list of sets of points
    visibility : dense bool ndarray of shape (n, n_views), points that do not count all False
    """
    seen = [set(np.flatnonzero(column).tolist()) for column in visibility.T]
    chosen = []
    for block in members:
        views = set()
        for view, points in enumerate(seen):
            shared = len(points & block)
            if shared and (shared / len(points) > view_share or shared / len(block) > block_share):
                views.add(view)
        chosen.append(views)
    return chosen
