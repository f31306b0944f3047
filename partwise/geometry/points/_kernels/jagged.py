"""Cutting every slab of points into several slabs at once, across one axis."""

from __future__ import annotations

import numpy as np

from partwise.geometry.points._kernels.bisection import cut_value, move
from partwise.geometry.points._kernels.select import amount, extremes, ordered_bits
from partwise.kernels.jit import kernel
from partwise.kernels.radix import sort_by_key

__all__ = ["BINS", "cut_slabs"]

#: Bins of a slab's histogram, and the length of the array of their sums.
BINS = 4096

_FEW_BINS = 64  # for slabs of fewer points than there are bins


@kernel
def _pieces(line, weights, needs, sums, keys, order, keys_2, order_2, piece):
    """Write to `piece` between which of the cuts every value lies.

    In ascending order, values lie left of a cut until its `needs` are reached; the one with which
    they are does if the middle of its own interval of the sums is at most that. Bins tell for most
    values; only those in a bin that a cut runs through are sorted, and equal ones stay in order.

    Parameters
    ----------
    line : float64 array of shape (n,)
    weights : float64 array of shape (n,) or None
    needs : int64 or float64 array of shape (f - 1,), ascending
        What lies left of every cut.
    sums : array of the dtype of `needs` and shape (BINS,)
        Scratch, as are the following ones of shape (n,).
    piece : uint32 array of shape (n,)
        The result.
    """
    n, n_cuts = len(line), len(needs)
    low, high = extremes(line)
    n_bins = BINS if n > BINS else _FEW_BINS
    scale = 0.0
    if low < high:
        scale = n_bins / (high - low)
        if not scale < np.inf:
            scale = 0.0
    sums[:n_bins] = 0
    for i in range(n):
        b = np.uint64(min(np.int64((line[i] - low) * scale), n_bins - 1))
        sums[b] += amount(weights, i)
    # The cuts from first[b] up to first[b + 1] run through bin b.
    first = np.full(n_bins + 1, n_cuts, np.uint32)
    rest = needs.copy()
    q, passed = 0, needs[:1].sum() - needs[:1].sum()
    for b in range(n_bins):
        first[b] = q
        while q < n_cuts and needs[q] <= passed + sums[b]:
            rest[q] = needs[q] - passed
            q += 1
        passed += sums[b]
    first[n_bins] = q
    bits = line.view(np.uint64)
    size = 0
    for i in range(n):
        b = np.uint64(min(np.int64((line[i] - low) * scale), n_bins - 1))
        piece[i] = first[b]
        if first[b] < first[b + np.uint64(1)]:
            keys[size] = ordered_bits(bits[i])
            order[size] = i
            size += 1
    sort_by_key(keys[:size], order[:size], keys_2[:size], order_2[:size])
    bin_here, c, end = -1, 0, 0
    reached = passed - passed
    for at in range(size):
        i = order[at]
        b = min(np.int64((line[i] - low) * scale), n_bins - 1)
        if b != bin_here:
            bin_here, c, end = b, np.int64(first[b]), np.int64(first[b + 1])
            reached = passed - passed
        w = amount(weights, i)
        while c < end and (reached >= rest[c] or 2 * reached + w > 2 * rest[c]):
            c += 1
        piece[i] = c
        reached += w


@kernel
def _count_pieces(line, piece, counts, largest, smallest):
    counts[:] = 0
    largest[:] = -np.inf
    smallest[:] = np.inf
    for i in range(len(line)):
        c = piece[i]
        counts[c] += 1
        largest[c] = max(largest[c], line[i])
        smallest[c] = min(smallest[c], line[i])


@kernel
def cut_slabs(
    coordinates, weights, ids, copy, starts, axis, shares, sizes, cuts, new_starts, labels
):
    """Cut every slab across `axis` into as many slabs as `cuts` has columns, plus one.

    Parameters
    ----------
    coordinates : float64 array of shape (2, d, n)
        The points of all slabs, axis by axis, in `copy`; they are moved to the other one.
    weights : float64 array of shape (2, n) or None
        Likewise; None for ones.
    ids : uint32 array of shape (2, n)
        Likewise: which points they are.
    copy : int
    starts : int64 array of shape (n_slabs + 1,)
        Where the slabs begin.
    shares : float64 array of shape (k + 1,)
        Prefix sums of the targets of the parts.
    sizes : int64 array of shape (k + 1,)
        Prefix sums of the numbers of points of the parts if there are no weights.
    cuts : float64 array of shape (n_slabs, f - 1)
        Result: left is what does not exceed them.
    new_starts : int64 array of shape (n_slabs * f + 1,)
        Result.
    labels : int32 array of shape (n,)
        Result: the new slab of every point, if the slabs are parts.
    """
    _, d, n = coordinates.shape
    n_slabs, n_cuts = cuts.shape
    f = n_cuts + 1
    k = len(shares) - 1
    parts = k // (n_slabs * f)  # of each new slab
    other = 1 - copy
    keys, keys_2 = np.empty(n, np.uint64), np.empty(n, np.uint64)
    order, order_2 = np.empty(n, np.uint32), np.empty(n, np.uint32)
    piece = np.empty(n, np.uint32)
    to = np.empty(n, np.uint32)
    count_sums = np.empty(BINS, np.int64)
    if weights is not None:
        weight_sums = np.empty(BINS)
    counts, at = np.empty(f, np.int64), np.empty(f, np.int64)
    largest, smallest = np.empty(f), np.empty(f)
    numbers = np.empty(n_cuts, np.int64)
    needs = np.empty(n_cuts)
    new_starts[0] = 0
    for slab in range(n_slabs):
        lo, hi = starts[slab], starts[slab + 1]
        first = slab * f * parts
        line = coordinates[copy, axis, lo:hi]
        some = piece[: hi - lo]
        if hi == lo:
            cuts[slab] = np.inf  # no points: all of the slab goes to the first of the new ones
            new_starts[slab * f + 1 : slab * f + f + 1] = lo
            continue
        for q in range(n_cuts):
            numbers[q] = sizes[first + (q + 1) * parts] - sizes[first]
            share = shares[first + (q + 1) * parts] - shares[first]
            needs[q] = share / (shares[first + f * parts] - shares[first])
        counted = True
        if weights is not None:
            part = weights[copy, lo:hi]
            total = part.sum()
            for q in range(n_cuts):
                numbers[q] = np.int64(np.rint(needs[q] * (hi - lo)))
                needs[q] *= total
            if total > 0.0:
                _pieces(line, part, needs, weight_sums, keys, order, keys_2, order_2, some)
                _count_pieces(line, some, counts, largest, smallest)
                numbers[:] = np.cumsum(counts)[:n_cuts]
                counted = counts.min() < parts
            before = np.int64(0)
            for q in range(n_cuts):
                # a point for every part, however heavy a few of them are
                before = min(max(numbers[q], before + parts), hi - lo - parts * (n_cuts - q))
                numbers[q] = before
        if counted:
            _pieces(line, None, numbers, count_sums, keys, order, keys_2, order_2, some)
            _count_pieces(line, some, counts, largest, smallest)
        below, total_left = -np.inf, np.int64(0)
        for q in range(f):
            at[q] = total_left
            total_left += counts[q]
            new_starts[slab * f + q + 1] = lo + total_left
        for q in range(n_cuts - 1, -1, -1):
            smallest[q] = min(smallest[q], smallest[q + 1])
        for q in range(n_cuts):
            below = max(below, largest[q])
            cuts[slab, q] = cut_value(below, smallest[q + 1], False)
        if parts == 1:
            for i in range(hi - lo):
                labels[ids[copy, lo + i]] = slab * f + some[i]
            continue
        for i in range(hi - lo):
            to[i] = at[some[i]]
            at[some[i]] += 1
        move(ids[copy, lo:hi], to, ids[other, lo:hi])
        for j in range(d):
            move(coordinates[copy, j, lo:hi], to, coordinates[other, j, lo:hi])
        if weights is not None:
            move(weights[copy, lo:hi], to, weights[other, lo:hi])
