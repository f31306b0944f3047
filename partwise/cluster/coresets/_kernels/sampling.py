"""Draws from a probability that is linear in the cost within every cluster."""

from __future__ import annotations

import numpy as np

from partwise.cluster.coresets._kernels.distances import powers
from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_float

__all__ = ["cluster_sums", "draw_points", "slice_targets"]

CHUNK = 4096


@kernel
def cluster_sums(d2, label, weights, z, n_clusters):
    """Return (weight, cost) of every cluster, both float64 of shape (n_clusters,)."""
    n = d2.size
    mass = np.zeros(n_clusters)
    cost = np.zeros(n_clusters)
    buffer = np.empty(CHUNK)
    for start in range(0, n, CHUNK):
        powers(d2[start : min(n, start + CHUNK)], z, buffer)
        for p in range(start, min(n, start + CHUNK)):
            w = 1.0 if weights is None else weights[p]
            mass[label[p]] += w
            cost[label[p]] += w * buffer[p - start]
    return mass, cost


@kernel
def slice_targets(m, state):
    """Return m ascending numbers, the i-th drawn evenly from [i / m, (i + 1) / m)."""
    targets = np.empty(m)
    for i in range(m):
        targets[i] = (i + next_float(state)) / m
    return targets


@kernel
def draw_points(d2, label, weights, z, mass, cost, even, slope, targets):
    """Draw a point for every target from q(p) = w_p * (even[j] + slope * cost_p), j = label of p.

    The points are thought to lie one behind the other, cluster after cluster and in their own order
    within, each as long as its q, which is scaled to sum up to 1. A target in [0, 1) draws the
    point it falls on; a point that several fall on appears once, with the sum of its weights.

    Parameters
    ----------
    mass, cost : float64 ndarrays of shape (n_clusters,)
        As :func:`cluster_sums` returns them.
    even : float64 ndarray of shape (n_clusters,)
    slope : float
    targets : float64 ndarray of shape (m,), ascending

    Returns
    -------
    points : int64 ndarray of shape (number found,)
        Ascending.
    drawn : float64 ndarray of shape (number found,)
        ``(targets on p) * w_p / (m * q(p))``.

    Notes
    -----
    One pass: O(n + m) time, O(m + clusters) memory.
    """
    n, m, n_clusters = d2.size, targets.size, even.size
    total = 0.0
    for j in range(n_clusters):
        total += even[j] * mass[j] + slope * cost[j]
    run = np.empty(n_clusters)  # where the next point of the cluster begins
    upcoming = np.empty(n_clusters, np.int64)  # the cluster's next target, and the end of them
    end = np.empty(n_clusters, np.int64)
    due = np.empty(n_clusters)
    tail = np.full(n_clusters, -1, np.int64)
    position, i = 0.0, np.int64(0)
    for j in range(n_clusters):
        run[j] = position
        upcoming[j] = i
        position += (even[j] * mass[j] + slope * cost[j]) / total
        while i < m and (targets[i] < position or j == n_clusters - 1):
            i += 1
        end[j] = i
        due[j] = targets[upcoming[j]] if upcoming[j] < i else np.inf
    points = np.empty(m, np.int64)
    drawn = np.empty(m)
    found = np.int64(0)
    buffer = np.empty(CHUNK)
    for start in range(0, n, CHUNK):
        powers(d2[start : min(n, start + CHUNK)], z, buffer)
        for p in range(start, min(n, start + CHUNK)):
            j = label[p]
            density = (even[j] + slope * buffer[p - start]) / total
            w = 1.0 if weights is None else weights[p]
            run[j] += w * density
            if w > 0.0 and density > 0.0:
                tail[j] = p
            if run[j] > due[j]:
                first = upcoming[j]
                while upcoming[j] < end[j] and targets[upcoming[j]] < run[j]:
                    upcoming[j] += 1
                due[j] = targets[upcoming[j]] if upcoming[j] < end[j] else np.inf
                points[found] = p
                drawn[found] = (upcoming[j] - first) / (m * density)
                found += 1
    # targets that rounding left behind the last point of their cluster
    for j in range(n_clusters):
        p = tail[j]
        if upcoming[j] == end[j] or p < 0:
            continue
        powers(d2[p : p + 1], z, buffer)
        extra = (end[j] - upcoming[j]) * total / (m * (even[j] + slope * buffer[0]))
        i = np.int64(0)
        while i < found and points[i] < p:
            i += 1
        if i < found and points[i] == p:
            drawn[i] += extra
            continue
        for slot in range(found, i, -1):
            points[slot] = points[slot - 1]
            drawn[slot] = drawn[slot - 1]
        points[i] = p
        drawn[i] = extra
        found += 1
    return points[:found].copy(), drawn[:found].copy()
