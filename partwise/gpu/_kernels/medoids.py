"""k-medoids on the CPU without a matrix of distances: what the kernels of ``medoids.cuh`` do.

Arrays and rules are those of :mod:`partwise.gpu._medoid_search`. Distances are computed in float32
in the order of the columns, sums are integers: results do not depend on the number of threads.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from partwise.kernels.jit import kernel

__all__ = [
    "EUCLIDEAN",
    "MANHATTAN",
    "SQEUCLIDEAN",
    "TILE",
    "assign",
    "best_changes",
    "decide",
    "evaluate",
    "measure",
    "price",
    "radii",
    "settle",
    "update",
]

EUCLIDEAN, SQEUCLIDEAN, MANHATTAN = range(3)
TILE = 64  # rows, and candidates, of a tile; as in medoids.cuh
LOG_LARGEST, LOG_FINEST = 60, 100
_PIECE = 1024  # rows that a thread takes at a time


@kernel(allocates=False)
def _raw(points, o, others, c, metric):
    """Return the sum of squares, or of absolute differences, of two columns."""
    total = np.float32(0)
    for t in range(points.shape[0]):
        gap = points[t, o] - others[t, c]
        total += abs(gap) if metric == MANHATTAN else gap * gap
    return total


@kernel(allocates=False)
def _distance(raw, metric):
    return np.sqrt(raw) if metric == EUCLIDEAN else raw


@kernel(allocates=False)
def _length(distance, metric):
    """Return what obeys the triangle inequality."""
    return np.sqrt(distance) if metric == SQEUCLIDEAN else distance


@kernel(allocates=False)
def _whole(distance, factor):
    """Return a distance as a multiple of the quantum."""
    return np.int64(np.rint(distance * factor))


@kernel(allocates=False)
def _two_nearest(points, o, medoid_points, k, metric, bound, near, second, d1, d2):
    """Find the nearest and the second nearest medoid of a row; the first of equals."""
    first, other = -1, -1
    first_d, other_d = bound, bound
    for s in range(k):
        d = _distance(_raw(points, o, medoid_points, s, metric), metric)
        if first < 0 or d < first_d:
            other, other_d = first, first_d
            first, first_d = s, d
        elif other < 0 or d < other_d:
            other, other_d = s, d
    near[o], second[o] = first, other
    d1[o] = first_d
    d2[o] = other_d if other >= 0 else bound


@kernel(parallel=True)
def assign(points, n, medoid_points, k, metric, bound, near, second, d1, d2):
    """Find the two nearest medoids of all rows, and how far they are; O(n k d)."""
    for piece in numba.prange(-(-n // _PIECE)):
        for o in range(piece * _PIECE, min(n, (piece + 1) * _PIECE)):
            _two_nearest(points, o, medoid_points, k, metric, bound, near, second, d1, d2)


@kernel
def measure(n, near, d1, d2, weights, scale, losses, total):
    """Choose the quantum; write what the removal of every medoid costs, and the loss, in quanta.

    All sums of a search are at most that of the weighted distances to the second nearest medoids:
    the quantum is the power of two of which that is just below 2^60.
    """
    spread = 0.0
    for o in range(n):
        spread += np.float64(weights[o] * d2[o])
    exponent = min(LOG_LARGEST - math.frexp(spread)[1], LOG_FINEST) if spread > 0.0 else 0
    scale[0] = math.ldexp(1.0, exponent)
    losses[:] = 0
    total[0] = 0
    for o in range(n):
        factor = weights[o] * scale[0]
        q1 = _whole(d1[o], factor)
        losses[near[o]] += _whole(d2[o], factor) - q1
        total[0] += q1


@kernel(parallel=True)
def radii(points, n, centres, metric, d2, slack, radius):
    """Write, for every tile of rows, how far from its centre candidates can matter."""
    for tile in numba.prange(radius.size):
        most = np.float32(-1)
        for o in range(tile * TILE, min(n, (tile + 1) * TILE)):
            reach = _length(_distance(_raw(points, o, centres, tile, metric), metric), metric)
            most = max(most, reach + _length(d2[o], metric))
        radius[tile] = most * (np.float32(1) + slack)


@kernel
def _tile_of_raw(points, o, others, metric, raw):
    """Write the raw distances of a row to a tile of candidates."""
    for c in range(TILE):
        raw[c] = 0
    for t in range(points.shape[0]):
        x = points[t, o]
        if metric == MANHATTAN:
            for c in range(TILE):
                raw[c] += abs(x - others[t, c])
        else:
            for c in range(TILE):
                gap = x - others[t, c]
                raw[c] += gap * gap


@kernel(parallel=True)
def evaluate(
    points, n, metric, centres, radius, slack, near, d1, d2, weights, scale, tiles, gains, shared
):
    """Write what exchanges with the candidates of some tiles change, but for removal losses.

    Parameters
    ----------
    tiles : int32 ndarray
        Candidates are the rows of these tiles.
    gains : int64 ndarray of shape (tiles.size * 64, k)
        Zeros; output: gain for the medoid that goes.
    shared : int64 ndarray of shape (tiles.size * 64,)
        Output: gain whichever goes.
    """
    for i in numba.prange(tiles.size):
        first = tiles[i] * TILE
        others = points[:, first : first + TILE].copy()
        raw = np.empty(TILE, np.float32)
        for c in range(TILE):
            shared[i * TILE + c] = 0
        candidates = min(TILE, n - first)
        for tile in range(-(-n // TILE)):
            _tile_of_raw(centres, tile, others, metric, raw)
            nearest = raw[0]
            for c in range(1, candidates):
                nearest = min(nearest, raw[c])
            nearest = _length(_distance(nearest, metric), metric)
            if nearest * (np.float32(1) - slack) >= radius[tile]:
                continue
            for o in range(tile * TILE, min(n, (tile + 1) * TILE)):
                _tile_of_raw(points, o, others, metric, raw)
                limit = d2[o]
                if metric == EUCLIDEAN:
                    limit = limit * limit * np.float32(1.0001) + np.float32(1e-37)
                slot = near[o]
                factor = weights[o] * scale[0]
                q1, q2 = _whole(d1[o], factor), _whole(d2[o], factor)
                for c in range(candidates):
                    if raw[c] >= limit:
                        continue
                    distance = _distance(raw[c], metric)
                    if distance < d1[o]:
                        shared[i * TILE + c] += _whole(distance, factor) - q1
                        gains[i * TILE + c, slot] += q1 - q2
                    elif distance < d2[o]:
                        gains[i * TILE + c, slot] += _whole(distance, factor) - q2


@kernel(parallel=True)
def best_changes(tiles, n, losses, total, gains, shared, changes):
    """Write the best change of the loss for every candidate; 0 where that is none."""
    for i in numba.prange(changes.size):
        best = losses[0] + gains[i, 0]
        for s in range(1, losses.size):
            best = min(best, losses[s] + gains[i, s])
        change = shared[i] + best
        is_row = tiles[i // TILE] * TILE + i % TILE < n
        changes[i] = change if is_row and change < -(total[0] >> 30) else 0


@kernel(parallel=True)
def _distances_to(points, n, candidate, metric, distances):
    for piece in numba.prange(-(-n // _PIECE)):
        first, last = piece * _PIECE, min(n, (piece + 1) * _PIECE)
        for o in range(first, last):
            distances[o] = 0
        for t in range(points.shape[0]):
            y = points[t, candidate]
            if metric == MANHATTAN:
                for o in range(first, last):
                    distances[o] += abs(points[t, o] - y)
            else:
                for o in range(first, last):
                    gap = points[t, o] - y
                    distances[o] += gap * gap
        for o in range(first, last):
            distances[o] = _distance(distances[o], metric)


@kernel
def price(points, n, metric, candidate, near, d1, d2, weights, scale, distances, gains, shared):
    """Write what exchanges with one candidate change, and the distances of all rows to it."""
    _distances_to(points, n, candidate, metric, distances)
    gains[:] = 0
    shared[0] = 0
    for o in range(n):
        if distances[o] < d2[o]:
            factor = weights[o] * scale[0]
            q1, q2 = _whole(d1[o], factor), _whole(d2[o], factor)
            if distances[o] < d1[o]:
                shared[0] += _whole(distances[o], factor) - q1
                gains[near[o]] += q1 - q2
            else:
                gains[near[o]] += _whole(distances[o], factor) - q2


@kernel
def decide(points, candidate, ids, losses, total, gains, shared, medoids, medoid_points):
    """Let a candidate take the place that is best, if that lowers the loss; return it, or -1."""
    slot = 0
    for s in range(1, losses.size):
        if losses[s] + gains[s] < losses[slot] + gains[slot]:
            slot = s
    if shared[0] + losses[slot] + gains[slot] >= -(total[0] >> 30):
        return -1
    medoids[slot] = ids[candidate]
    for t in range(points.shape[0]):
        medoid_points[t, slot] = points[t, candidate]
    return slot


@kernel(parallel=True)
def update(points, n, medoid_points, k, metric, bound, slot, distances, near, second, d1, d2):
    """Find the two nearest medoids of all rows after the one in a slot has changed."""
    for piece in numba.prange(-(-n // _PIECE)):
        for o in range(piece * _PIECE, min(n, (piece + 1) * _PIECE)):
            d = distances[o]
            if near[o] == slot:
                if d < d2[o] or (d == d2[o] and slot < second[o]):
                    d1[o] = d
                else:
                    _two_nearest(points, o, medoid_points, k, metric, bound, near, second, d1, d2)
            elif d < d1[o] or (d == d1[o] and slot < near[o]):
                second[o], d2[o] = near[o], d1[o]
                near[o], d1[o] = slot, d
            elif second[o] == slot:
                if d <= d2[o]:
                    d2[o] = d
                else:
                    _two_nearest(points, o, medoid_points, k, metric, bound, near, second, d1, d2)
            elif d < d2[o] or (d == d2[o] and slot < second[o]):
                second[o], d2[o] = slot, d


@kernel(parallel=True)
def settle(X, medoids, metric, two, labels, distances):
    """Write the nearer of two medoids of every row, and how far it is, in float64.

    Parameters
    ----------
    X, medoids : ndarrays of shapes (n, d) and (k, d)
    two : int32 ndarray of shape (2, n)
        Two medoids of every row; the second may be -1 for none.
    """
    for o in numba.prange(len(X)):
        best, best_slot = np.inf, -1
        for i in range(2):
            slot = two[i, o]
            if slot < 0:
                continue
            total = 0.0
            for t in range(X.shape[1]):
                gap = np.float64(X[o, t]) - np.float64(medoids[slot, t])
                total += abs(gap) if metric == MANHATTAN else gap * gap
            if total < best or (total == best and slot < best_slot):
                best, best_slot = total, slot
        labels[o] = best_slot
        distances[o] = np.sqrt(best) if metric == EUCLIDEAN else best
