"""Recursive bisection of points: at every node a cut, and all points of one side moved together.

Coordinates lie axis by axis, in two copies: a node reads its points from one and writes them, in
order and side by side, to the other. So every loop runs over neighbouring memory, and among equal
coordinates the order is always that of the input.
"""

from __future__ import annotations

import numpy as np

from partwise.geometry.points._kernels.inertia import principal_axis, project_line, unit_of
from partwise.geometry.points._kernels.select import BINS, cut_line, extremes
from partwise.kernels.jit import kernel

__all__ = ["bisect", "cut_value", "move"]


@kernel
def _middle(shares, first, last):
    """Return where the parts first..last-1 are halved: the prefix nearest to half their share.

    Of two equally near the longer one; neither side is empty.
    """
    centre = 0.5 * (shares[first] + shares[last])
    low, high = first + 1, last - 1
    while low < high:
        middle = (low + high) // 2
        if shares[middle] >= centre:
            high = middle
        else:
            low = middle + 1
    # a hair's breadth: sums of equal shares differ by rounding
    if low > first + 1 and shares[low] - centre > (centre - shares[low - 1]) * (1 + 1e-9):
        low -= 1
    return low


@kernel
def _widest(rows):
    """Return the axis of the largest extent, the first of several."""
    axis, extent = 0, -1.0
    for j in range(rows.shape[0]):
        low, high = extremes(rows[j])
        if high - low > extent:
            axis, extent = j, high - low
    return axis


@kernel
def _count(line, value):
    """Return how many values are below `value`, and how many equal to it."""
    below = np.int64(0)
    equal = np.int64(0)
    for x in line:
        below += np.int64(x < value)
        equal += np.int64(x == value)
    return below, equal


@kernel
def _better_side(line, weights, value, ties, share):
    """Put all values equal to `value` on one side; return 0, or their number."""
    below, equal = _count(line, value)
    if ties == equal:
        return ties
    total, less, same = float(len(line)), float(below), float(equal)
    if weights is not None:
        total, less, same = 0.0, 0.0, 0.0
        for i in range(len(line)):
            total += weights[i]
            less += weights[i] if line[i] < value else 0.0
            same += weights[i] if line[i] == value else 0.0
    right = max(less / share, (total - less) / (1.0 - share))
    left = max((less + same) / share, (total - less - same) / (1.0 - share))
    return equal if left <= right else np.int64(0)


@kernel
def _find_cut(line, weights, parts, shares, sizes, rectilinear, sums, counts, kept, kept_weights):
    """Return the cut (value, ties) of a node whose parts are halved, and the points on its left.

    `parts` are the first one, the first one on the right, and one more than the last one.
    """
    first, middle, last = parts
    n = len(line)
    share = (shares[middle] - shares[first]) / (shares[last] - shares[first])
    if weights is None:
        # the sizes themselves, unless ties have moved points to other parts
        whole = max(sizes[last] - sizes[first], 1)
        wanted = (2 * n * (sizes[middle] - sizes[first]) + whole) // (2 * whole)
        value, ties = cut_line(line, None, wanted, counts, kept, None)
    else:
        total = weights.sum()
        wanted = np.int64(np.rint(share * n))
        if total > 0.0:
            value, ties = cut_line(line, weights, share * total, sums, kept, kept_weights)
            wanted = _count(line, value)[0] + ties
        if not rectilinear:
            # a point for every part, however heavy a few of them are
            wanted = min(max(wanted, middle - first), n - (last - middle))
        if total == 0.0 or (not rectilinear and wanted != _count(line, value)[0] + ties):
            value, ties = cut_line(line, None, wanted, counts, kept, None)
    if rectilinear:
        ties = _better_side(line, weights, value, ties, share)
    return value, ties, _count(line, value)[0] + ties


@kernel
def _sides(line, value, ties, n_left, to):
    """Write to `to` where every point goes; return the last left and the first right value."""
    to_left, to_right = np.uint32(0), np.uint32(n_left)
    one, seen = np.uint32(1), np.int64(0)
    largest, smallest = -np.inf, np.inf
    for i in range(len(line)):
        x = line[i]
        same = x == value
        left = (x < value) | (same & (seen < ties))
        seen += np.int64(same)
        to[i] = to_left if left else to_right
        to_left += np.uint32(left)
        to_right += one - np.uint32(left)
        largest = max(largest, x if left else -np.inf)
        smallest = min(smallest, np.inf if left else x)
    return largest, smallest


@kernel
def move(values, to, moved):
    """Write value i to place ``to[i]`` of `moved`."""
    for i in range(len(values)):
        moved[to[i]] = values[i]


@kernel
def cut_value(largest, smallest, average):
    """Return c such that left is x <= c: the last left value, or between it and the first right."""
    if largest == -np.inf and smallest == np.inf:
        return np.inf  # no points: all space is left
    if largest == -np.inf:
        return np.nextafter(smallest, -np.inf)
    if average and smallest < np.inf:
        between = largest + 0.5 * (smallest - largest)
        if between < smallest:
            return between
    return largest


@kernel
def bisect(
    coordinates, weights, shares, sizes, rectilinear, average, normals, axes, cuts, children, labels
):
    """Cut n points into k parts by k - 1 cuts.

    Parameters
    ----------
    coordinates : float64 array of shape (2, d, n)
        The points, axis by axis, in the first copy; both are overwritten. No -0.0.
    weights : float64 array of shape (2, n) or None
        Likewise, of positive sum; None for ones.
    shares : float64 array of shape (k + 1,)
        Prefix sums of the targets, in any unit.
    sizes : int64 array of shape (k + 1,)
        Prefix sums of the numbers of points that the parts get if there are no weights.
    rectilinear : bool
        Whether equal values all lie on one side of a cut.
    average : bool
        Whether a cut lies in the middle between the values beside it.
    normals : float64 array of shape (k - 1, d) or None
        Result: the direction of every cut. None for cuts across the longest axis.
    axes : int32 array of shape (k - 1,)
        Result, without `normals`: the axis of every cut.
    cuts : float64 array of shape (k - 1,)
        Result: left is what does not exceed it.
    children : int32 array of shape (k - 1, 2)
        Result: the cuts left and right, ~part where a part lies. A cut's number is less than its
        children's.
    labels : int32 array of shape (n,)
        Result.
    """
    _, d, n = coordinates.shape
    k = len(shares) - 1
    ids = np.empty((2, n), np.uint32)
    for i in range(n):
        ids[0, i] = i
    to = np.empty(n, np.uint32)
    kept = np.empty(n)
    counts = np.empty(BINS, np.int64)
    sums = np.empty(BINS)
    kept_weights = None if weights is None else np.empty(n)
    if normals is not None:
        unit = unit_of(coordinates[0])
        buffer = np.empty(n)
        mean = np.empty(d)
        matrix = np.empty((d, d))
        vectors = np.empty((d, d))
    # Nodes that wait: their points, their parts, the parent and the side, which copy.
    waiting = np.empty((k + 1, 7), np.int64)
    waiting[0] = (0, n, 0, k, -1, 0, 0)
    n_waiting, n_nodes = 1, 0
    while n_waiting > 0:
        n_waiting -= 1
        task = waiting[n_waiting]
        lo, hi, first, last = task[0], task[1], task[2], task[3]
        parent, side, copy = task[4], task[5], task[6]
        if last - first == 1:
            for i in range(lo, hi):
                labels[ids[copy, i]] = first
            if parent >= 0:
                children[parent, side] = ~first
            continue
        node = n_nodes
        n_nodes += 1
        if parent >= 0:
            children[parent, side] = node
        middle = _middle(shares, first, last)
        n_here = hi - lo
        here = coordinates[copy, :, lo:hi]
        if n_here == 0:
            n_left = np.int64(0)
            cuts[node] = np.inf
            if normals is None:
                axes[node] = 0
            else:
                normals[node, 0] = 1.0
        else:
            some = None if weights is None else weights[copy, lo:hi]
            if normals is None:
                axis = _widest(here)
                axes[node] = axis
                line = coordinates[copy, axis, lo:hi]
            else:
                principal_axis(here, some, unit, mean, matrix, vectors, normals[node])
                line = buffer[lo:hi]
                project_line(here, normals[node], line)
            value, ties, n_left = _find_cut(
                line,
                some,
                (first, middle, last),
                shares,
                sizes,
                rectilinear,
                sums,
                counts,
                kept,
                kept_weights,
            )
            largest, smallest = _sides(line, value, ties, n_left, to)
            cuts[node] = cut_value(largest, smallest, average)
            other = 1 - copy
            move(ids[copy, lo:hi], to, ids[other, lo:hi])
            if last - first > 2:
                for j in range(d):
                    move(coordinates[copy, j, lo:hi], to, coordinates[other, j, lo:hi])
                if weights is not None:
                    move(weights[copy, lo:hi], to, weights[other, lo:hi])
        cut_at = lo + n_left
        waiting[n_waiting] = (cut_at, hi, middle, last, node, 1, 1 - copy)
        waiting[n_waiting + 1] = (lo, cut_at, first, middle, node, 0, 1 - copy)
        n_waiting += 2
