"""Cutting a chain of weights into consecutive parts whose fullest is as empty as can be."""

from __future__ import annotations

from partwise.kernels.jit import kernel

__all__ = ["cut_within", "least_bottleneck"]


@kernel
def _ratio(sums, start, end, share):
    return (sums[end] - sums[start]) / share


@kernel
def _reach(sums, start, share, limit):
    """Return the farthest end up to which a part from `start` on has a ratio of at most `limit`."""
    low, high = start, len(sums) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if _ratio(sums, start, middle, share) <= limit:
            low = middle
        else:
            high = middle - 1
    return low


@kernel
def _fits(sums, start, first, shares, limit):
    """Return whether the parts from `first` on can take everything from `start` on."""
    n = len(sums) - 1
    for j in range(first, len(shares)):
        if start == n:
            return True
        start = _reach(sums, start, shares[j], limit)
    return start == n


@kernel
def least_bottleneck(sums, shares, known):
    """Return the least possible maximum of weight over share.

    Nicol's search: part by part, the shortest end with whose ratio the rest can be done is a
    candidate, and the part then takes one item less. Ratios between the largest that is known to
    fail and the smallest that is known to do are the only ones that are tried. All comparisons are
    between computed ratios, which are monotone, so that rounding cannot mislead the search.

    Parameters
    ----------
    sums : float64 array of shape (n + 1,)
        Prefix sums of the weights.
    shares : float64 array of shape (k,)
    known : float
        A maximum that is possible.
    """
    n = len(sums) - 1
    best, failing, start = known, -1.0, 0
    for j in range(len(shares)):
        low, high = start, n
        while low < high:
            end = (low + high) // 2
            ratio = _ratio(sums, start, end, shares[j])
            if ratio >= best:
                works = True
            elif ratio <= failing:
                works = False
            else:
                works = _fits(sums, end, j + 1, shares, ratio)
                if works:
                    best = ratio
                else:
                    failing = ratio
            if works:
                high = end
            else:
                low = end + 1
        ratio = _ratio(sums, start, low, shares[j])
        if ratio < best and _fits(sums, low, j + 1, shares, ratio):
            best = ratio
        if low == start:
            break
        start = low - 1
    return best


@kernel
def cut_within(sums, shares, limit, wanted, starts):
    """Cut as near to the `wanted` starts as a maximum of `limit` allows.

    Parameters
    ----------
    limit : float
        A maximum of weight over share that is possible.
    wanted, starts : int64 arrays of shape (k + 1,)
        The wish and the result, from 0 to n.
    """
    k = len(shares)
    n = len(sums) - 1
    starts[k] = n
    for j in range(k - 1, -1, -1):
        # the earliest start from which the parts from j on can be done
        low, high = 0, starts[j + 1]
        while low < high:
            middle = (low + high) // 2
            if _ratio(sums, middle, starts[j + 1], shares[j]) <= limit:
                high = middle
            else:
                low = middle + 1
        starts[j] = low
    starts[0] = 0
    for j in range(1, k):
        last = _reach(sums, starts[j - 1], shares[j - 1], limit)
        starts[j] = min(max(wanted[j], starts[j], starts[j - 1]), last)
