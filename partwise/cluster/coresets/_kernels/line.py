"""Buckets of points on a line, and the optimum of k-median there."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["bucket_means", "line_optimum", "median_of", "sweep_line", "sweep_side"]


@kernel
def _grow(x, w, first, limit):
    """Return (end, deviation) of the longest bucket from `first` whose deviation is in the limit.

    The deviation of a bucket B is ``sum over B of w_p * |x_p - mean(B)|``. The mean moves right as
    points are added, so that the points below it are kept up to date in constant mean time; all
    sums are taken relative to the first point.
    """
    n = x.size
    base = x[first]
    weight, moment = w[first], 0.0
    middle, low_weight, low_moment = first + 1, w[first], 0.0
    deviation = 0.0
    end = first + 1
    while end < n:
        new_weight = weight + w[end]
        new_moment = moment + w[end] * (x[end] - base)
        mean = new_moment / new_weight
        m, lw, lm = middle, low_weight, low_moment
        while m <= end and x[m] - base <= mean:
            lw += w[m]
            lm += w[m] * (x[m] - base)
            m += 1
        # below and above the mean deviations are equal
        new_deviation = 2.0 * (lw * mean - lm)
        if new_deviation > limit:
            break
        weight, moment, deviation = new_weight, new_moment, new_deviation
        middle, low_weight, low_moment = m, lw, lm
        end += 1
    return end, deviation


@kernel
def sweep_line(x, w, limit, starts, deviation):
    """Cut ascending points, from left to right, into the fewest buckets of limited deviation.

    Parameters
    ----------
    x, w : float64 ndarrays of shape (n,)
        Distinct points, ascending, and their positive weights.
    limit : float
        Of ``sum over a bucket of w_p * |x_p - mean|``.
    starts : int64 ndarray of shape (n + 1,)
        Receives the first point of every bucket, and n.
    deviation : float64 ndarray of shape (n,)
        Receives the deviation of every bucket.

    Returns
    -------
    int
        The number of buckets.
    """
    count, first = 0, 0
    while first < x.size:
        starts[count] = first
        first, deviation[count] = _grow(x, w, first, limit)
        count += 1
    starts[count] = first
    return count


@kernel
def sweep_side(r, w, optimum, inner, share, starts, ratio):
    """Cut one side of a median into the fewest buckets of limited relative error.

    Parameters
    ----------
    r : float64 ndarray of shape (n,)
        Distances of the distinct points of this side from the median, ascending.
    w : float64 ndarray of shape (n,)
    optimum : float
        Cost of the median.
    inner : float
        Weight of all points that are not on this side.
    share : float
        Allowed error, as a fraction of the cost.
    starts : int64 ndarray of shape (n + 1,)
        Receives the first point of every bucket, and n.
    ratio : float64 ndarray of shape (n,)
        Receives, for every bucket, an upper bound of error / cost over all centres.

    Returns
    -------
    int
        The number of buckets.

    Notes
    -----
    A bucket may deviate by `share` times the cost of its inner end, which is the cheapest centre
    in it. What is left of the side is one bucket as soon as its weight R satisfies
    ``2 R <= share * (total - 2 R)``: a centre c in it, beyond its inner end b, costs
    ``(total - 2 R) |c - b|`` more than b at least, and errs by ``2 R |c - b|`` at most.
    """
    n = r.size
    outer = 0.0
    for i in range(n):
        outer += w[i]
    total = inner + outer
    cost, position = optimum, 0.0
    count, first, reached = 0, 0, 0
    while first < n:
        while reached <= first:
            cost += (r[reached] - position) * (inner - outer)
            position = r[reached]
            inner += w[reached]
            outer -= w[reached]
            reached += 1
        starts[count] = first
        end, deviation = _grow(r, w, first, share * cost)
        if deviation > 0.0:
            ratio[count] = deviation / cost
        else:
            ratio[count] = 0.0
        rest = outer + w[first]
        if end < n and 2.0 * rest <= share * (total - 2.0 * rest):
            end = n
            ratio[count] = 2.0 * rest / (total - 2.0 * rest)
        first = end
        count += 1
    starts[count] = n
    return count


@kernel
def bucket_means(x, w, starts, means, weights):
    """Write mean and weight of every bucket; ``starts`` has one entry more than there are."""
    for b in range(starts.size - 1):
        base = x[starts[b]]
        weight, moment = 0.0, 0.0
        for p in range(starts[b], starts[b + 1]):
            weight += w[p]
            moment += w[p] * (x[p] - base)
        means[b] = base + moment / weight
        weights[b] = weight


@kernel
def median_of(x, w):
    """Return (q, cost, weight before q): the first point that half the weight does not exceed.

    Parameters
    ----------
    x, w : float64 ndarrays of shape (n,)
        Ascending points and positive weights.
    """
    total = 0.0
    for p in range(x.size):
        total += w[p]
    q, before = 0, 0.0
    while q < x.size - 1 and 2.0 * (before + w[q]) < total:
        before += w[q]
        q += 1
    cost = 0.0
    for p in range(x.size):
        cost += w[p] * abs(x[p] - x[q])
    return q, cost, before


@kernel
def _median_from(sums, first, end, q):
    """Return the weighted median of points first..end-1, which is at q or to the right of it.

    `sums` are the weights before every point. Steps double while they fail, then bisect.
    """
    half = sums[first] + 0.5 * (sums[end] - sums[first])
    if sums[q + 1] >= half or q + 1 >= end:
        return q
    step = 1
    while q + step < end - 1 and sums[q + step + 1] < half:
        q += step
        step *= 2
    low, high = q + 1, min(q + step, end - 1)
    while low < high:
        middle = (low + high) // 2
        if sums[middle + 1] >= half:
            high = middle
        else:
            low = middle + 1
    return low


@kernel
def _cost(x, sums, moments, first, end, q):
    below = x[q] * (sums[q] - sums[first]) - (moments[q] - moments[first])
    above = (moments[end] - moments[q]) - x[q] * (sums[end] - sums[q])
    return below + above


@kernel
def line_optimum(x, w, k):
    """Return the smallest cost of k medians of points on a line.

    Parameters
    ----------
    x, w : float64 ndarrays of shape (n,)
        Ascending points, best with their median at 0 (for rounding), and positive weights.
    k : int
        At least 1.

    Notes
    -----
    Dynamic programming over the last cluster, whose first point moves right with its last point
    (the cost of intervals is Monge), so that every layer is solved by divide and conquer:
    O(k n log n) intervals, whose medians are found by galloping in nearly constant time. The error
    is at most about ``8 k 2**-53`` times the cost of one median. Dynamic programming on a line:
    R. Hassin, A. Tamir, Operations Research Letters 10(7), 1991, doi:10.1016/0167-6377(91)90041-M.
    """
    n = x.size
    sums = np.zeros(n + 1)
    moments = np.zeros(n + 1)
    lost_w, lost_m = 0.0, 0.0
    for p in range(n):  # compensated, so that the prefix sums are correctly rounded
        term = w[p] - lost_w
        sums[p + 1] = sums[p] + term
        lost_w = (sums[p + 1] - sums[p]) - term
        term = w[p] * x[p] - lost_m
        moments[p + 1] = moments[p] + term
        lost_m = (moments[p + 1] - moments[p]) - term
    best = np.empty(n + 1)
    q = np.int64(0)
    best[0] = 0.0
    for end in range(1, n + 1):
        q = _median_from(sums, 0, end, q)
        best[end] = max(_cost(x, sums, moments, 0, end, q), 0.0)
    previous = np.empty(n + 1)
    stack = np.empty((200, 4), np.int64)
    for layer in range(1, min(k, n)):
        previous[:] = best
        top = 1
        stack[0, 0], stack[0, 1], stack[0, 2], stack[0, 3] = layer + 1, n, layer, n - 1
        while top > 0:
            top -= 1
            low, high, first_low, first_high = stack[top]
            end = (low + high) // 2
            smallest, where = np.inf, first_low
            q = first_low
            for first in range(first_low, min(first_high, end - 1) + 1):
                q = _median_from(sums, first, end, max(q, first))
                cost = previous[first] + max(_cost(x, sums, moments, first, end, q), 0.0)
                if cost < smallest:
                    smallest, where = cost, first
            best[end] = smallest
            if low < end:
                stack[top, 0], stack[top, 1] = low, end - 1
                stack[top, 2], stack[top, 3] = first_low, where
                top += 1
            if end < high:
                stack[top, 0], stack[top, 1] = end + 1, high
                stack[top, 2], stack[top, 3] = where, first_high
                top += 1
    return 0.0 if k >= n else best[n]
