"""Where to cut a line of values so that a given amount lies on the left: by bins, exactly.

A cut is a pair (value, ties): what lies left of it are the values below `value` and the first
`ties` of those equal to it, in the order in which they stand. So equal values can be split at any
place, and are split by their order.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["BINS", "amount", "cut_line", "extremes", "ordered_bits"]

#: Bins of the histograms, and the length of the array of their sums.
BINS = 1024

_FEW = 32  # values that are sorted by insertion
_SIGN = np.uint64(1 << 63)
_ALL = np.uint64(2**64 - 1)


@kernel(fastmath={"nnan", "nsz"})
def extremes(values):
    """Return the smallest and the largest of at least one finite value."""
    low = high = values[0]
    for x in values:
        low = min(low, x)
        high = max(high, x)
    return low, high


@kernel
def ordered_bits(bits):
    """Turn the bits of a float64 (no NaN, no -0.0) into a uint64 of the same order."""
    return bits ^ (_ALL if bits & _SIGN else _SIGN)


@kernel
def amount(weights, i):
    """Return the weight of value `i`, 1 if there are none."""
    if weights is None:
        return 1
    return weights[i]


@kernel
def _find_bin(sums, n_bins, need):
    """Return the bin in which `need` is reached, and what is needed of it."""
    found, rest = 0, need
    for b in range(n_bins):
        if sums[b] > 0:
            found, rest = b, need
            if need <= sums[b]:
                break
            need -= sums[b]
    return found, rest


@kernel
def _linear_round(values, weights, need, low, high, sums, kept, kept_weights):
    """Keep the values of that one of equally wide bins which the cut runs through.

    Returns
    -------
    (int, int or float)
        How many are kept, and how much of them lies left of the cut.
    """
    n = len(values)
    n_bins = BINS if n > 4 * BINS else BINS // 16
    scale = n_bins / (high - low)
    if not scale < np.inf:
        scale = 0.0
    last = n_bins - 1
    sums[:n_bins] = 0
    for i in range(n):
        b = np.uint64(min(np.int64((values[i] - low) * scale), last))
        sums[b] += amount(weights, i)
    found, need = _find_bin(sums, n_bins, need)
    size = 0
    for i in range(n):
        x = values[i]
        if min(np.int64((x - low) * scale), last) == found:
            kept[size] = x
            if weights is not None:
                kept_weights[size] = weights[i]
            size += 1
    return size, need


@kernel
def _bit_round(size, need, low, high, sums, kept, kept_bits, kept_weights):
    """Do the same to the kept values, with bins that are equally many float64 numbers wide.

    However the values are spread, six rounds leave only equal ones.
    """
    first = ordered_bits(np.float64(low).view(np.uint64))
    spread = ordered_bits(np.float64(high).view(np.uint64)) - first
    shift = np.uint64(0)
    while (spread >> shift) >= np.uint64(BINS):
        shift += np.uint64(1)
    sums[:] = 0
    for i in range(size):
        b = (ordered_bits(kept_bits[i]) - first) >> shift
        sums[b] += 1 if kept_weights is None else kept_weights[i]
    found, need = _find_bin(sums, BINS, need)
    smaller = 0
    for i in range(size):
        if (ordered_bits(kept_bits[i]) - first) >> shift == np.uint64(found):
            kept[smaller] = kept[i]
            if kept_weights is not None:
                kept_weights[smaller] = kept_weights[i]
            smaller += 1
    return smaller, need


@kernel
def _sort_few(size, kept, kept_weights):
    """Sort by insertion; equal values stay in order."""
    for i in range(1, size):
        x = kept[i]
        w = amount(kept_weights, i)
        j = i
        while j > 0 and kept[j - 1] > x:
            kept[j] = kept[j - 1]
            if kept_weights is not None:
                kept_weights[j] = kept_weights[j - 1]
            j -= 1
        kept[j] = x
        if kept_weights is not None:
            kept_weights[j] = w


@kernel
def cut_line(values, weights, need, sums, kept, kept_weights):
    """Return the cut (value, ties) that has `need` on its left.

    Parameters
    ----------
    values : float64 array of shape (n,)
        Finite, without -0.0.
    weights : float64 array of shape (n,) or None
        Non-negative, None for ones.
    need : int or float
        How many values, or how much weight: the cut whose left side weighs nearest to it is taken,
        of two the one further right. With weights, their sum must be positive.
    sums : int64 or float64 array of shape (BINS,)
        Scratch, of the type of the amounts.
    kept : float64 array, at least n long
        Scratch.
    kept_weights : float64 array, at least n long, or None
        Scratch, None with `weights`.
    """
    if need <= 0:
        return -np.inf, 0
    if weights is None and need >= len(values):
        return np.inf, 0
    size = len(values)
    if size > _FEW:
        low, high = extremes(values)
        if low < high:
            size, need = _linear_round(values, weights, need, low, high, sums, kept, kept_weights)
        else:
            kept[:size] = values
            if weights is not None:
                kept_weights[:size] = weights
        kept_bits = kept.view(np.uint64)
        while size > _FEW:
            low, high = extremes(kept[:size])
            if low == high:
                break
            size, need = _bit_round(size, need, low, high, sums, kept, kept_bits, kept_weights)
    else:
        kept[:size] = values
        if weights is not None:
            kept_weights[:size] = weights
    if size <= _FEW:
        _sort_few(size, kept, kept_weights)
    value, ties = kept[0], 0
    for i in range(size):
        w = amount(kept_weights, i)
        if kept[i] > value:
            value, ties = kept[i], 0
        if w >= need:
            if w - need <= need:
                ties += 1
            break
        need -= w
        ties += 1
    return value, ties
