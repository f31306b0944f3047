"""Convex treemaps: one straight cut for each node of a binary tree."""

from __future__ import annotations

import math

import numpy as np

from partwise.geometry.treemaps._kernels.cut import area_of, cut_polygon
from partwise.geometry.treemaps._kernels.measure import squared_diameter
from partwise.kernels.jit import kernel

__all__ = ["ANGULAR", "CONVEX", "GREEDY", "GREEDY_SAFE", "divide"]

CONVEX, ANGULAR, GREEDY, GREEDY_SAFE = 0, 1, 2, 3

_HALF_PI = 0.5 * math.pi
_THIRD = 1.0 / 3.0
_UNIFORM = 32  # directions that the greedy method tries beside those that the polygon suggests
_GOLDEN = 0.6180339887498949
_STEPS = 20  # of the golden-section search
_CLEARLY = 1.0 - 1e-12  # a better ratio is better by more than rounding
_PARALLEL = 1e-9  # closer to the direction of an edge, a cut is ill-conditioned


@kernel
def _directions(line, k, angle, found):
    """Fill the directions of a polygon's edges and of both axes, ascending; return how many."""
    found[0], found[1] = 0.0, _HALF_PI
    count = 2
    for i in range(k):
        theta = angle[line[i]]
        if theta != 0.0 and theta != _HALF_PI:
            found[count] = theta
            count += 1
    if count > 32:
        found[:count].sort()
        return count
    for i in range(2, count):
        theta = found[i]
        j = i
        while j > 0 and found[j - 1] > theta:
            found[j] = found[j - 1]
            j -= 1
        found[j] = theta
    return count


@kernel
def _gap_middle(found, count, rank):
    """Return the middle of the gap of the given rank (0: largest), and half its size.

    Gaps are between directions, which repeat after pi; of equal gaps the first counts as larger.
    """
    bound, bound_at = math.inf, -1
    for _ in range(rank + 1):
        best, best_at = -1.0, -1
        for i in range(count):
            end = found[i + 1] if i + 1 < count else found[0] + math.pi
            gap = end - found[i]
            below = gap < bound or (gap == bound and i > bound_at)
            if below and gap > best:
                best, best_at = gap, i
        bound, bound_at = best, best_at
    theta = found[bound_at] + 0.5 * bound
    return theta if theta < math.pi else theta - math.pi, 0.5 * bound


@kernel
def _clearance(found, count, theta):
    """Return the smallest angle between a direction and those of the polygon."""
    least = math.pi
    for i in range(count):
        apart = abs(theta - found[i])
        least = min(least, apart, math.pi - apart)
    return least


@kernel
def _slanted(line, k, angle):
    """Return the number of edges that are not axis-parallel."""
    count = 0
    for i in range(k):
        theta = angle[line[i]]
        count += theta != 0.0 and theta != _HALF_PI
    return count


@kernel
def _normal(theta, side):
    """Return the normal of a cut in direction `theta`; exact for both axes."""
    sign = 1.0 if side == 0 else -1.0
    if theta == 0.0:
        return 0.0, sign
    if theta == _HALF_PI:
        return sign, 0.0
    return -math.sin(theta) * sign, math.cos(theta) * sign


@kernel
def _try_cut(x, y, line, k, theta, side, fraction, area, angle, number, work):
    """Cut, and return the vertices of both pieces and the worse of their aspect ratios."""
    height, x0, y0, line0, x1, y1, line1 = work
    angle[number] = theta
    nx, ny = _normal(theta, side)
    k0, k1 = cut_polygon(
        x, y, line, k, nx, ny, fraction, number, height, x0, y0, line0, x1, y1, line1
    )
    if k0 == 0:
        return k0, k1, math.inf
    square0, square1 = squared_diameter(x0, y0, k0), squared_diameter(x1, y1, k1)
    return k0, k1, max(square0 / (fraction * area), square1 / ((1.0 - fraction) * area))


@kernel
def _long_side(x, y, k):
    """Return the direction of an axis-parallel cut across the longer side of the box."""
    wide = x[:k].max() - x[:k].min()
    high = y[:k].max() - y[:k].min()
    return 0.0 if high * _CLEARLY > wide else _HALF_PI


@kernel
def _better_side(x, y, line, k, theta, fraction, area, angle, number, work):
    """Return at which end to cut off the light piece: the better one that keeps its edges few."""
    allowed = max(_slanted(line, k, angle), 3)
    best, best_side = math.inf, 0
    fewest, fewest_side = k + 3, 0
    for side in range(2):
        k0, _, ratio = _try_cut(x, y, line, k, theta, side, fraction, area, angle, number, work)
        if k0 == 0:
            continue
        edges = _slanted(work[3], k0, angle)
        # Mirrored cuts of a symmetric polygon differ by rounding; the first of equal ones wins.
        if edges <= allowed and ratio < best * _CLEARLY:
            best, best_side = ratio, side
        if edges < fewest:
            fewest, fewest_side = edges, side
    return best_side if best < math.inf else fewest_side


@kernel
def _farthest_direction(x, y, k):
    """Return the direction of the normal to the diameter, in [0, pi)."""
    farthest, dx, dy = -1.0, 1.0, 0.0
    for i in range(k):
        for j in range(i + 1, k):
            ex, ey = x[j] - x[i], y[j] - y[i]
            if (ex * ex + ey * ey) * _CLEARLY > farthest:
                farthest, dx, dy = ex * ex + ey * ey, ex, ey
    theta = math.atan2(dx, -dy)
    if theta < 0.0:
        theta += math.pi
    return theta if theta < math.pi else 0.0


@kernel
def _ratio_at(x, y, line, k, theta, fraction, area, angle, number, least, found, count, work):
    """Return the worse aspect ratio of both pieces at the better end, infinity if none may be.

    `least` is the smallest angle to all edges that the proof asks of a slanted cut, and then the
    piece cut off may have no more slanted edges than it allows; 0 asks for nothing.
    """
    slanted = theta != 0.0 and theta != _HALF_PI
    if slanted and _clearance(found, count, theta) < max(least, _PARALLEL):
        return math.inf, 0
    if least > 0.0 and not slanted:
        return math.inf, 0
    allowed = max(_slanted(line, k, angle), 3) if least > 0.0 else k + 3
    best, best_side = math.inf, 0
    for side in range(2):
        k0, _, ratio = _try_cut(x, y, line, k, theta, side, fraction, area, angle, number, work)
        if k0 > 0 and ratio < best * _CLEARLY and _slanted(work[3], k0, angle) <= allowed:
            best, best_side = ratio, side
    return best, best_side


@kernel
def _greedy_cut(x, y, line, k, fraction, area, angle, number, least, found, work):
    """Return the direction and side whose worse aspect ratio is lowest, and that ratio.

    Directions: the middles of the four largest gaps, the normal to the diameter, the axes, 32
    uniform ones, then a golden-section search around the best; the first of equal ones wins.
    """
    count = _directions(line, k, angle, found)
    gaps = min(4, count)
    spacing = math.pi / _UNIFORM
    best, best_theta, best_side = math.inf, 0.0, 0
    for candidate in range(gaps + 3 + _UNIFORM):
        if candidate < gaps:
            theta, _ = _gap_middle(found, count, candidate)
        elif candidate == gaps:
            theta = _farthest_direction(x, y, k)
        elif candidate == gaps + 1:
            theta = 0.0
        elif candidate == gaps + 2:
            theta = _HALF_PI
        else:
            theta = (candidate - gaps - 3 + 0.5) * spacing
        ratio, side = _ratio_at(
            x, y, line, k, theta, fraction, area, angle, number, least, found, count, work
        )
        if ratio < best * _CLEARLY:
            best, best_theta, best_side = ratio, theta, side
    if best == math.inf:
        return best_theta, best_side, best
    low, high = best_theta - spacing, best_theta + spacing
    left = right = -1.0
    for _ in range(_STEPS):
        inner, outer = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        # Each step keeps one of the two ratios of the step before; -1 stands for the missing one.
        missing = inner if left < 0.0 else outer
        theta = missing % math.pi
        ratio, side = _ratio_at(
            x, y, line, k, theta, fraction, area, angle, number, least, found, count, work
        )
        if ratio < best * _CLEARLY:
            best, best_theta, best_side = ratio, theta, side
        if left < 0.0:
            left = ratio
        else:
            right = ratio
        if left < 0.0 or right < 0.0:
            continue
        if left <= right:
            high, right, left = outer, left, -1.0
        else:
            low, left, right = inner, right, -1.0
    return best_theta, best_side, best


@kernel
def _room(array, needed):
    """Return `array`, or a copy at least twice as long if it has less than `needed` entries."""
    if needed <= len(array):
        return array
    larger = np.empty(max(needed, 2 * len(array)), array.dtype)
    larger[: len(array)] = array
    return larger


@kernel
def divide(first, count, share, root, one, other, weight, given, corners, method, deepest, tiny):
    """Cut a rectangle into convex regions, one straight cut for each node of a binary tree.

    Light pieces are done first, so that the stack of pending polygons stays logarithmic in the
    range of the weights.

    Parameters
    ----------
    first, count : int32 arrays of shape (m,)
        Children of the regions.
    share : float64 array of shape (m,)
        Weights of the regions.
    root : int32 array of shape (m,)
    one, other : int32 arrays of shape (n_cuts,)
    weight : float64 array of shape (n_cuts,)
        The binary trees over the lists of children, from :func:`binarise`.
    given : (theta, side, cut_off)
        Float64, int8 and int8 arrays of shape (n_cuts,): direction of each cut, NaN where it is to
        be chosen, the end where a part is cut off, and which part, 0 for `one`. Filled in.
    corners : float64 array of shape (4,)
        x0, y0, x1, y1 of the rectangle.
    method : int
        CONVEX, ANGULAR, GREEDY or GREEDY_SAFE.
    deepest : int
        Depth of the tree of regions, which enters the smallest angle that is promised.
    tiny : float
        Pieces of a smaller area are not cut off; the rest of the polygon takes it all.

    Returns
    -------
    indptr : int64 array of shape (m + 1,)
    xy : float64 array of shape (indptr[-1], 2)
    lines : int32 array of shape (indptr[-1],)
        Polygons of the regions, and the lines that hold their edges: 0 to 3 are the sides of the
        rectangle, 4 + c is cut c. Empty for regions that were too small to be cut off.
    least_angle : float
        Smallest angle between a slanted cut and the edges of the polygon that it cut.
    most_directions : int
        Largest number of slanted edges of a polygon.
    """
    m = len(first)
    promised = math.pi / (2.0 * (deepest + 4.0))
    thetas, sides, parts_off = given
    angle = np.zeros(len(one) + 4)
    angle[1] = angle[3] = _HALF_PI
    least_angle = _HALF_PI
    most_directions = 0
    # Pending work: a region or cut, and where its polygon lies on a stack of polygons.
    pending = np.empty(64, np.int32)
    starts, sizes = np.empty(64, np.int64), np.empty(64, np.int64)
    stack_x, stack_y = np.empty(1024), np.empty(1024)
    stack_line = np.empty(1024, np.int32)
    stack_x[0], stack_x[1], stack_x[2], stack_x[3] = corners[0], corners[2], corners[2], corners[0]
    stack_y[0], stack_y[1], stack_y[2], stack_y[3] = corners[1], corners[1], corners[3], corners[3]
    for i in range(4):
        stack_line[i] = i
    begin_of, length_of = np.zeros(m, np.int64), np.zeros(m, np.int32)
    out_x, out_y = np.empty(8 * m + 64), np.empty(8 * m + 64)
    out_line = np.empty(8 * m + 64, np.int32)
    out = 0
    room = 64
    work = _work(room)
    x, y, line, found = np.empty(room), np.empty(room), np.empty(room, np.int32), np.empty(room)
    pending[0], starts[0], sizes[0] = 0, 0, 4
    n_pending = 1
    while n_pending > 0:
        n_pending -= 1
        what, start, k = pending[n_pending], starts[n_pending], sizes[n_pending]
        if what >= 0:
            if out + k > len(out_x):
                out_x, out_y = _room(out_x, out + k), _room(out_y, out + k)
                out_line = _room(out_line, out + k)
            begin_of[what], length_of[what] = out, k
            for i in range(k):
                out_x[out + i], out_y[out + i] = stack_x[start + i], stack_y[start + i]
                out_line[out + i] = stack_line[start + i]
            out += k
            if count[what] > 0:
                pending[n_pending] = root[what]
                n_pending += 1
            continue
        cut = ~what
        a, b = one[cut], other[cut]
        weight_a = share[a] if a >= 0 else weight[~a]
        weight_b = share[b] if b >= 0 else weight[~b]
        a_is_heavy = weight_a >= weight_b
        heavy = max(weight_a, weight_b) / (weight_a + weight_b)
        light = min(weight_a, weight_b) / (weight_a + weight_b)
        if k + 3 > room:
            room = 2 * (k + 3)
            work = _work(room)
            x, y, line = np.empty(room), np.empty(room), np.empty(room, np.int32)
            found = np.empty(room)
        for i in range(k):
            x[i], y[i], line[i] = stack_x[start + i], stack_y[start + i], stack_line[start + i]
        number = np.int32(4 + cut)
        area = area_of(x, y, k)
        k0 = k1 = np.int64(0)
        if light * area > tiny:
            theta, side = thetas[cut], np.int64(sides[cut])
            heavy_is_off = (parts_off[cut] == 0) == a_is_heavy
            if math.isnan(theta):
                theta, side, heavy_is_off = _choose(
                    x, y, line, k, heavy, light, area, angle, number, method, promised, found, work
                )
                thetas[cut], sides[cut] = theta, side
                parts_off[cut] = 0 if heavy_is_off == a_is_heavy else 1
            if theta != 0.0 and theta != _HALF_PI:
                n_found = _directions(line, k, angle, found)
                least_angle = min(least_angle, _clearance(found, n_found, theta))
            angle[number] = theta
            height, x0, y0, line0, x1, y1, line1 = work
            nx, ny = _normal(theta, side)
            k0, k1 = cut_polygon(
                x, y, line, k, nx, ny, heavy if heavy_is_off else light, number,
                height, x0, y0, line0, x1, y1, line1,
            )  # fmt: skip
        if n_pending + 2 > len(pending):
            pending = _room(pending, n_pending + 2)
            starts, sizes = _room(starts, n_pending + 2), _room(sizes, n_pending + 2)
        if k0 == 0:
            pending[n_pending] = a if a_is_heavy else b
            n_pending += 1
            continue
        most_directions = max(
            most_directions, _slanted(line0, k0, angle), _slanted(line1, k1, angle)
        )
        if start + k0 + k1 > len(stack_x):
            stack_x, stack_y = _room(stack_x, start + k0 + k1), _room(stack_y, start + k0 + k1)
            stack_line = _room(stack_line, start + k0 + k1)
        for turn in range(2):
            heavy_turn = turn == 0
            off = heavy_turn == heavy_is_off
            size = k0 if off else k1
            for i in range(size):
                stack_x[start + i] = x0[i] if off else x1[i]
                stack_y[start + i] = y0[i] if off else y1[i]
                stack_line[start + i] = line0[i] if off else line1[i]
            pending[n_pending] = a if heavy_turn == a_is_heavy else b
            starts[n_pending], sizes[n_pending] = start, size
            start += size
            n_pending += 1
    # Polygons in the order of regions.
    indptr = np.zeros(m + 1, np.int64)
    for region in range(m):
        indptr[region + 1] = indptr[region] + length_of[region]
    xy, lines = np.empty((indptr[m], 2)), np.empty(indptr[m], np.int32)
    for region in range(m):
        to = indptr[region]
        for i in range(begin_of[region], begin_of[region] + length_of[region]):
            xy[to, 0], xy[to, 1], lines[to] = out_x[i], out_y[i], out_line[i]
            to += 1
    return indptr, xy, lines, angle, least_angle, most_directions


@kernel
def _work(room):
    """Return heights, and x, y and lines of two pieces, with room for so many vertices."""
    return (
        np.empty(room),
        np.empty(room),
        np.empty(room),
        np.empty(room, np.int32),
        np.empty(room),
        np.empty(room),
        np.empty(room, np.int32),
    )


@kernel
def _choose(x, y, line, k, heavy, light, area, angle, number, method, promised, found, work):
    """Return the direction of a cut, at which end a part is cut off, and if it is the heavy one."""
    if method == GREEDY:
        theta, side, _ = _greedy_cut(x, y, line, k, light, area, angle, number, 0.0, found, work)
        return theta, side, False
    if heavy > 2.0 * _THIRD or method == ANGULAR:
        if method == GREEDY_SAFE:
            theta, side, ratio = _greedy_cut(
                x, y, line, k, light, area, angle, number, promised, found, work
            )
            if ratio < math.inf:
                return theta, side, False
        n_found = _directions(line, k, angle, found)
        theta, _ = _gap_middle(found, n_found, 0)
        return theta, _better_side(x, y, line, k, theta, light, area, angle, number, work), False
    theta = _long_side(x, y, k)
    if method == GREEDY_SAFE:
        _, _, ratio = _try_cut(x, y, line, k, theta, 0, heavy, area, angle, number, work)
        _, _, mirrored = _try_cut(x, y, line, k, theta, 0, light, area, angle, number, work)
        return theta, 0, ratio * _CLEARLY <= mirrored
    return theta, 0, True  # the heavy part at the low coordinates
