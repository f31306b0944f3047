"""Medians in a direction, and the directions in which two points change places.

A direction `D` is a vector of four numbers, the points p and q of q - p, so that the direction from
one point to another needs no rounding. Points are ordered across it, the leftmost last. Weights are
int64 with an odd total, which is why there is one median and not two.
"""

from __future__ import annotations

import numpy as np

from partwise.geometry.points._kernels.predicates import cross_sign
from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below_wide

__all__ = ["crossing_between", "first_touched", "median_across", "order_after"]


@kernel
def _rise(D, P, i, j):
    """Return 1 if point j comes after point i across `D`, -1 if before, 0 if level."""
    return cross_sign(D[0], D[1], D[2], D[3], P[i, 0], P[i, 1], P[j, 0], P[j, 1])


@kernel
def _along(D, P, i, j):
    """Return 1 if point j, level with point i, lies ahead of it in the direction `D`."""
    dx, dy = D[2] - D[0], D[3] - D[1]
    if dx != 0.0:
        ahead = P[j, 0] - P[i, 0] if dx > 0.0 else P[i, 0] - P[j, 0]
    else:
        ahead = P[j, 1] - P[i, 1] if dy > 0.0 else P[i, 1] - P[j, 1]
    return 1 if ahead > 0.0 else (-1 if ahead < 0.0 else 0)


@kernel
def _levels(D, P, order, levels):
    """Write how far points lie to the left of `D`, rounded; return what difference is sure."""
    dx, dy = D[2] - D[0], D[3] - D[1]
    widest_x, widest_y = 0.0, 0.0
    for at in range(order.size):
        x, y = P[order[at], 0], P[order[at], 1]
        levels[at] = dx * y - dy * x
        widest_x, widest_y = max(widest_x, abs(x)), max(widest_y, abs(y))
    # a level is wrong by no more than three roundings of its largest term
    return 8.0 * 2.0**-53 * (abs(dx) * widest_y + abs(dy) * widest_x)


@kernel
def _swap(order, levels, i, j):
    order[i], order[j] = order[j], order[i]
    levels[i], levels[j] = levels[j], levels[i]


@kernel
def median_across(D, P, w, total, order, levels, state):
    """Return a point of `P` whose level across `D` halves the weights `w`, of odd sum `total`.

    `order` is any permutation of the points and is rearranged; `levels` is room for n floats.
    Quickselect with three classes, so that many equal points cost no more than different ones:
    expected O(n).
    """
    doubt = _levels(D, P, order, levels)
    low, high = 0, order.size
    below = 0
    while True:
        drawn = low + next_below_wide(state, high - low)
        pivot, pivot_level = order[drawn], levels[drawn]
        first, last, i = low, high, low
        lighter, level = 0, 0
        while i < last:
            gap = pivot_level - levels[i]
            if gap > doubt:
                rise = 1
            elif gap < -doubt:
                rise = -1
            else:
                rise = _rise(D, P, order[i], pivot)
            if rise > 0:
                lighter += w[order[i]]
                _swap(order, levels, i, first)
                first += 1
                i += 1
            elif rise < 0:
                last -= 1
                _swap(order, levels, i, last)
            else:
                level += w[order[i]]
                i += 1
        if 2 * (below + lighter) > total:
            high = first
        elif 2 * (below + lighter + level) > total:
            return pivot
        else:
            below += lighter + level
            low = last


@kernel
def _precedes(D, P, i, j, when):
    """Tell whether i comes before j just after (`when` 1) or just before (-1) the direction `D`."""
    rise = _rise(D, P, i, j)
    if rise == 0:
        # turning to the left lowers what lies ahead
        return when * _along(D, P, i, j) < 0
    return rise > 0


@kernel
def _merge(D, P, when, order, spare, low, middle, high, found, state):
    """Merge two ordered runs; count the pairs that change places and keep one at random."""
    i, j = low, middle
    for at in range(low, high):
        if j == high or (i < middle and not _precedes(D, P, order[j], order[i], when)):
            spare[at] = order[i]
            i += 1
            continue
        spare[at] = order[j]
        if i < middle:
            found[0] += middle - i
            drawn = next_below_wide(state, found[0])
            if drawn < middle - i:
                found[1], found[2] = order[i + drawn], order[j]
        j += 1


@kernel
def _merge_sort(D, P, when, order, found, state):
    n = order.size
    source, target = order, np.empty_like(order)
    width = 1
    while width < n:
        for low in range(0, n, 2 * width):
            middle, high = min(low + width, n), min(low + 2 * width, n)
            _merge(D, P, when, source, target, low, middle, high, found, state)
        source, target = target, source
        width *= 2
    return source


@kernel
def order_after(D, P, state):
    """Return the points in their order across a direction that lies a hair to the left of `D`."""
    return _merge_sort(D, P, 1, np.arange(P.shape[0]), np.zeros(3, np.int64), state)


@kernel
def crossing_between(order, D, P, state):
    """Return (count, i, j): the pairs that change places before `D`, and one of them at random.

    `order` holds the points in their order just after an earlier direction.
    """
    found = np.zeros(3, np.int64)
    _merge_sort(D, P, -1, order.copy(), found, state)
    return found[0], found[1], found[2]


@kernel
def first_touched(D, P, centre):
    """Return the point that a line through point `centre` along `D` touches first, turning left.

    Points at the place of `centre` do not count; -1 if there are no others.
    """
    best, best_flip = -1, 1
    for i in range(P.shape[0]):
        if P[i, 0] == P[centre, 0] and P[i, 1] == P[centre, 1]:
            continue
        flip = _rise(D, P, centre, i)
        if flip == 0:
            return i
        if best >= 0:
            closer = cross_sign(
                P[centre, 0], P[centre, 1], P[best, 0], P[best, 1],
                P[centre, 0], P[centre, 1], P[i, 0], P[i, 1],
            )  # fmt: skip
            if closer * flip * best_flip >= 0:
                continue
        best, best_flip = i, flip
    return best
