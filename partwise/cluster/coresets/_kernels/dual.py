"""Lower bounds of the cost of k medians, from the dual of the linear program.

Points lie in leaves: ``leaf_ptr`` (int64, of shape (n_leaves + 1,)) delimits runs of points that
are near one another, ``low`` and ``high`` (float64, of shape (n_leaves, d)) are their bounding
boxes.
"""

from __future__ import annotations

import math

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["best_gain", "gain_bound", "greedy_medians", "leaf_boxes"]


@kernel
def leaf_boxes(Y, leaf_ptr):
    """Return (low, high), the bounding boxes of the leaves."""
    n_leaves, d = leaf_ptr.size - 1, Y.shape[1]
    low = np.full((n_leaves, d), np.inf)
    high = np.full((n_leaves, d), -np.inf)
    for leaf in range(n_leaves):
        for p in range(leaf_ptr[leaf], leaf_ptr[leaf + 1]):
            for i in range(d):
                low[leaf, i] = min(low[leaf, i], Y[p, i])
                high[leaf, i] = max(high[leaf, i], Y[p, i])
    return low, high


@kernel
def _tallest(v, leaf_ptr, top):
    """Write the largest v of every leaf to `top`."""
    for leaf in range(top.size):
        top[leaf] = 0.0
        for p in range(leaf_ptr[leaf], leaf_ptr[leaf + 1]):
            top[leaf] = max(top[leaf], v[p])


@kernel
def _box_gains(Y, w, v, leaf_ptr, leaf_low, leaf_high, top, low, high):
    """Return (most that a centre in the box can save, what the centre of the box saves)."""
    d = Y.shape[1]
    above, found = 0.0, 0.0
    for leaf in range(top.size):
        apart = 0.0
        for i in range(d):
            t = max(low[i] - leaf_high[leaf, i], leaf_low[leaf, i] - high[i], 0.0)
            apart += t * t
        if apart >= top[leaf] * top[leaf]:
            continue
        for p in range(leaf_ptr[leaf], leaf_ptr[leaf + 1]):
            near, middle = 0.0, 0.0
            for i in range(d):
                y = Y[p, i]
                t = max(low[i] - y, y - high[i], 0.0)
                near += t * t
                t = y - 0.5 * (low[i] + high[i])
                middle += t * t
            if near < v[p] * v[p]:
                above += w[p] * (v[p] - math.sqrt(near))
                if middle < v[p] * v[p]:
                    found += w[p] * (v[p] - math.sqrt(middle))
    return above, found


@kernel
def best_gain(Y, w, v, leaf_ptr, low, high, places):
    """Return the largest of ``sum of w_p * max(v_p - ||p - c||, 0)`` over the rows c of places."""
    top = np.empty(leaf_ptr.size - 1)
    _tallest(v, leaf_ptr, top)
    best = 0.0
    for c in range(places.shape[0]):
        y = places[c]
        _, gain = _box_gains(Y, w, v, leaf_ptr, low, high, top, y, y)
        best = max(best, gain)
    return best


@kernel
def greedy_medians(Y, w, leaf_ptr, low, high, candidates, first, k, most, dn, best_dn):
    """Add the candidate that saves most, again and again: (bound, the first k of them).

    For any centres A, with dn(p) the distance of p to them, ``cost(A) - k * max gain(c)`` is at
    most the smallest cost of k of the candidates, because k centres more cannot save more than k
    times what one saves at best. The best of these bounds over all A that the greedy choice passes
    through is returned, and its dn in `best_dn`.

    Parameters
    ----------
    Y : float64 ndarray of shape (s, d)
    w : float64 ndarray of shape (s,)
    candidates : int64 ndarray of shape (n_candidates,)
        Points that may be chosen.
    first : int
        The point that is chosen first.
    k, most : int
        Number of centres, and at most how many are chosen.
    dn, best_dn : float64 ndarrays of shape (s,)
        Receive distances to all centres, and to those of the best bound.

    Notes
    -----
    Gains only fall, so that the largest is found by computing few of them again.
    """
    s, d = Y.shape
    gains = np.full(candidates.size, np.inf)
    top = np.empty(leaf_ptr.size - 1)
    medians = np.empty(k, np.int64)
    best = -np.inf
    dn[:] = np.inf
    chosen = 0
    c = np.int64(-1)
    while True:
        latest = first if c < 0 else candidates[c]
        centre = Y[latest]
        cost = 0.0
        for p in range(s):
            t = 0.0
            for i in range(d):
                t += (Y[p, i] - centre[i]) ** 2
            dn[p] = min(dn[p], math.sqrt(t))
            cost += w[p] * dn[p]
        _tallest(dn, leaf_ptr, top)
        if chosen < k:
            medians[chosen] = latest
        chosen += 1
        if c >= 0:
            gains[c] = 0.0
        while True:
            c = np.argmax(gains)
            if gains[c] == 0.0:
                break
            y = Y[candidates[c]]
            before = gains[c]
            _, gains[c] = _box_gains(Y, w, dn, leaf_ptr, low, high, top, y, y)
            if gains[c] >= before or gains[c] >= gains.max():
                break
        bound = cost - k * gains[c]
        if bound > best:
            best = bound
            best_dn[:] = dn
        if gains[c] == 0.0 or (chosen >= k and (cost <= best or chosen >= most)):
            return best, medians[: min(k, chosen)]


@kernel
def gain_bound(Y, w, v, leaf_ptr, leaf_low, leaf_high, found, slack, most):
    """Return an upper bound of ``max over c of sum of w_p * max(v_p - ||p - c||, 0)``.

    All of space is searched, by branch and bound over boxes; no place outside the points' own box
    can be better than the nearest place in it. The bound is valid whenever the search stops: when
    it is within `slack` of the best value known (at first `found`), or after `most` boxes.
    """
    d = Y.shape[1]
    low = np.empty((most + 2, d))
    high = np.empty((most + 2, d))
    above = np.empty(most + 2)
    top = np.empty(leaf_ptr.size - 1)
    _tallest(v, leaf_ptr, top)
    for i in range(d):
        low[0, i] = leaf_low[:, i].min()
        high[0, i] = leaf_high[:, i].max()
    above[0], value = _box_gains(Y, w, v, leaf_ptr, leaf_low, leaf_high, top, low[0], high[0])
    best = max(found, value)
    count, seen = 1, 1
    while True:
        b = np.argmax(above[:count])
        if above[b] <= best + slack or seen + 2 > most:
            return above[b]
        axis = 0
        for i in range(1, d):
            if high[b, i] - low[b, i] > high[b, axis] - low[b, axis]:
                axis = i
        middle = 0.5 * (low[b, axis] + high[b, axis])
        low[count] = low[b]
        high[count] = high[b]
        low[count, axis] = middle
        high[b, axis] = middle
        for box in (b, count):
            above[box], value = _box_gains(
                Y, w, v, leaf_ptr, leaf_low, leaf_high, top, low[box], high[box]
            )
            best = max(best, value)
        count += 1
        seen += 2
