"""Voronoi treemaps: the polygon of every region divided by a power diagram of its children.

Regions are numbered level by level and siblings by descending weight, so one pass over the regions
finds every parent's polygon drawn. A power diagram is drawn relative to a corner of its polygon,
with digits to spare; what it adds to the picture are bisectors, each with a number and a direction,
and what lies on the polygon's sides keeps their numbers.

Float64 weights of sites give areas to about 1e-17 of the polygon's, so children of very different
weights are not drawn at once: those that are small beside their siblings first share one cell. So
they do where the diagram would squeeze them between large ones.
Where this cell would be too small itself, a straight cut takes it off at a corner, which is exact
at any size; the same serves in the place of diagrams that miss an area. Two children are always
divided by a straight cut: every one is a power diagram of two sites.
"""

from __future__ import annotations

import math

import numpy as np

from partwise.geometry.cells._kernels.seeding import longer_axis
from partwise.geometry.cells._kernels.shares import compact_cells
from partwise.geometry.treemaps._kernels.cut import area_of, cut_polygon
from partwise.geometry.treemaps._kernels.measure import squared_diameter
from partwise.kernels.jit import kernel
from partwise.kernels.rng import stream_state

__all__ = ["nest"]

_LEAST = 1e-6  # of its polygon's area: smaller cells are not drawn in one diagram with larger ones
_MOST = 50_000  # cells of a diagram: the time for more grows faster than their number
_ROUNDING = 1e-17  # areas of cells are exact to about this part of their polygon's area
_AIM = 1e-13  # relative error of an area that ends the search for weights
_PASSES = 1e-10  # and one that is accepted: errors of the levels of a tree add up
_SHORT = 1e-14  # edges shorter than this part of their polygon's extent are shrunk to a point
_THIN = 16.0  # a diagram with a cell of this aspect ratio is tried again,
_SIMILAR = 0.01  # with children below this part of the largest one in one cell
_FLAT = 1e-6  # a corner of less than this is no corner
_DIRECTIONS = 12  # of straight cuts that are tried in any case
_STEPS = 60  # of Newton's method


@kernel
def _grown(array, needed):
    """Return `array`, or a copy at least twice as long if it has less than `needed` rows."""
    if needed <= len(array):
        return array
    larger = np.empty((max(needed, 2 * len(array)), *array.shape[1:]), array.dtype)
    larger[: len(array)] = array
    return larger


@kernel
def _extent(xy):
    """Return the longer side of the bounding box."""
    x0 = x1 = xy[0, 0]
    y0 = y1 = xy[0, 1]
    for i in range(1, len(xy)):
        x0, x1 = min(x0, xy[i, 0]), max(x1, xy[i, 0])
        y0, y1 = min(y0, xy[i, 1]), max(y1, xy[i, 1])
    return max(x1 - x0, y1 - y0)


@kernel
def _direction(nx, ny):
    """Return the direction in [0, pi) of lines with normal (nx, ny)."""
    if nx == 0.0:
        return 0.0
    theta = math.atan2(-nx, ny)
    if theta < 0.0:
        theta += math.pi
    return theta if theta < math.pi else 0.0


@kernel
def _columns(xy):
    """Return x and y as arrays of their own."""
    x, y = np.empty(len(xy)), np.empty(len(xy))
    for i in range(len(xy)):
        x[i], y[i] = xy[i, 0], xy[i, 1]
    return x, y


@kernel
def _work(room):
    """Return the room that a cut of a polygon of `room` - 2 vertices needs."""
    return (
        np.empty(room),
        np.empty(room), np.empty(room), np.empty(room, np.int32),
        np.empty(room), np.empty(room), np.empty(room, np.int32),
    )  # fmt: skip


@kernel
def _fattest_cut(xy, line, part):
    """Return the normal of the cut that takes `part` off with the fattest pieces, and their ratio.

    Candidates cut off a corner, across the line that halves its angle, or an end of the polygon,
    across its longer axis or in one of twelve directions.
    """
    k = len(xy)
    x, y = _columns(xy)
    height, x0, y0, line0, x1, y1, line1 = _work(k + 2)
    best, best_x, best_y = math.inf, 1.0, 0.0
    area = area_of(x, y, k)
    for i in range(k + 1 + _DIRECTIONS):
        if i < k:
            a, b = (i + k - 1) % k, (i + 1) % k
            ax, ay, bx, by = x[a] - x[i], y[a] - y[i], x[b] - x[i], y[b] - y[i]
            la, lb = math.hypot(ax, ay), math.hypot(bx, by)
            if not (la > 0.0 and lb > 0.0):
                continue
            nx, ny = ax / la + bx / lb, ay / la + by / lb
            length = math.hypot(nx, ny)
            if not length > _FLAT:
                continue
            nx, ny = nx / length, ny / length
        elif i == k:
            nx, ny = longer_axis(x, y, k)
        else:
            theta = (i - k - 0.5) * (2.0 * math.pi / _DIRECTIONS)
            nx, ny = math.cos(theta), math.sin(theta)
        k0, k1 = cut_polygon(
            x, y, line, k, nx, ny, part, np.int32(0), height, x0, y0, line0, x1, y1, line1
        )
        if k0 == 0:
            continue
        ratio = max(
            squared_diameter(x0, y0, k0) / (part * area),
            squared_diameter(x1, y1, k1) / ((1.0 - part) * area),
        )
        if ratio < best:
            best, best_x, best_y = ratio, nx, ny
    return best_x, best_y


@kernel
def _straight(xy, line, one, other, nx, ny, angle, n_lines):
    """Return (indptr, xy, lines, angle, n_lines) of two pieces with areas as `one` to `other`.

    The normal points from the first piece to the second. Only one piece, the polygon itself, where
    this is too small to be cut.
    """
    k = len(xy)
    x, y = _columns(xy)
    height, x0, y0, line0, x1, y1, line1 = _work(k + 2)
    # the lighter one is cut off, which keeps its digits
    swapped = one > other
    sign, part = (-1.0, other) if swapped else (1.0, one)
    k0, k1 = cut_polygon(
        x, y, line, k, sign * nx, sign * ny, part / (one + other), np.int32(n_lines),
        height, x0, y0, line0, x1, y1, line1,
    )  # fmt: skip
    if k0 == 0:
        return np.array((0, k)), xy.copy(), line.copy(), angle, n_lines
    angle = _grown(angle, n_lines + 1)
    angle[n_lines] = _direction(nx, ny)
    pieces, lines = np.empty((k0 + k1, 2)), np.empty(k0 + k1, np.int32)
    a, b = (k1, 0) if swapped else (0, k0)
    for i in range(k0):
        pieces[a + i, 0], pieces[a + i, 1], lines[a + i] = x0[i], y0[i], line0[i]
    for i in range(k1):
        pieces[b + i, 0], pieces[b + i, 1], lines[b + i] = x1[i], y1[i], line1[i]
    return np.array((0, k1 if swapped else k0, k0 + k1)), pieces, lines, angle, n_lines + 1


@kernel
def _numbered(indptr, across, n, first_number, numbers):
    """Write the number of the bisector of every inner edge, the same on both sides.

    Sides of the polygon get ``-1 - side``. Returns how many bisectors there are, or
    -1 if some edge is missing on the other side.
    """
    head, owner = np.full(n, -1), np.full(n, -1)
    end = indptr[n]
    following = np.empty(max(end, 1), np.int64)  # edges towards the same later cell
    number_of = np.empty(n, np.int64)
    of_edge = np.empty(max(end, 1), np.int64)
    count = waiting = 0
    for i in range(n):
        e = head[i]
        while e >= 0:
            owner[of_edge[e]], number_of[of_edge[e]] = i, numbers[e]
            e = following[e]
        for e in range(indptr[i], indptr[i + 1]):
            j = across[e]
            if j < 0:
                numbers[e] = j
            elif j > i:
                numbers[e] = first_number + count
                of_edge[e] = i
                following[e], head[j] = head[j], e
                count += 1
                waiting += 1
            else:
                if owner[j] != i:
                    return -1
                numbers[e] = number_of[j]
                waiting -= 1
    return count if waiting == 0 else -1


@kernel
def _put_back(indptr, xy, across, x, y):
    """Move cells from the frame of their polygon's first vertex to the picture.

    The corners of the polygon (x, y) get back what they are, to the bit.
    """
    k = len(x)
    for i in range(len(indptr) - 1):
        for e in range(indptr[i], indptr[i + 1]):
            before = e - 1 if e > indptr[i] else indptr[i + 1] - 1
            corner = -1
            for tag in (across[before], across[e]):
                if tag >= 0:
                    continue
                for c in (-1 - tag, -tag if -tag < k else 0):
                    if xy[e, 0] == x[c] - x[0] and xy[e, 1] == y[c] - y[0]:
                        corner = c
            xy[e, 0] = x[corner] if corner >= 0 else xy[e, 0] + x[0]
            xy[e, 1] = y[corner] if corner >= 0 else xy[e, 1] + y[0]


@kernel
def _runs_along(indptr, xy, across, sites, x, y):
    """Return whether all cells have area and all edges run along the direction of their line."""
    for i in range(len(indptr) - 1):
        begin, end = indptr[i], indptr[i + 1]
        if end - begin < 3:
            return False
        for e in range(begin, end):
            f = e + 1 if e + 1 < end else begin
            j = across[e]
            if j >= 0:  # counterclockwise around site i, so site j lies to the right
                ux, uy = sites[i, 1] - sites[j, 1], sites[j, 0] - sites[i, 0]
            else:
                a = -1 - j
                b = a + 1 if a + 1 < len(x) else 0
                ux, uy = x[b] - x[a], y[b] - y[a]
            if not (xy[f, 0] - xy[e, 0]) * ux + (xy[f, 1] - xy[e, 1]) * uy > 0.0:
                return False
    return True


@kernel
def _sum(share, lo, hi):
    """Return the sum of descending numbers, smallest ones first."""
    total = 0.0
    for i in range(hi - 1, lo - 1, -1):
        total += share[i]
    return total


@kernel
def _many(share, lo, hi, least):
    """Return the first of the siblings with a share below `least`, none of too many."""
    mid = lo
    while mid < hi and mid - lo < _MOST and share[mid] >= least:
        mid += 1
    return mid


@kernel
def _nothing(angle, n_lines):
    """Return no pieces."""
    return np.zeros(1, np.int64), np.empty((0, 2)), np.empty(0, np.int32), angle, n_lines


@kernel
def _diagram(xy, line, share, lo, mid, hi, state, still, rounds, shortest, angle, n_lines):
    """Return (bounds, pieces) as :func:`_step` does; siblings from `mid` on share one cell.

    No pieces if an area is off, a cell is missing or an edge is too short for its direction.
    """
    n, k = mid - lo + (mid < hi), len(xy)
    shares, bounds = np.empty(n), np.empty(n + 1, np.int64)
    for i in range(mid - lo):
        shares[i], bounds[i] = share[lo + i], lo + i
    if mid < hi:
        shares[n - 1], bounds[n - 1] = _sum(share, mid, hi), mid
    bounds[n] = hi
    x, y = _columns(xy)
    extent = _extent(xy)
    total = shares.sum()
    areas = shares * (area_of(x, y, k) / total)
    aim = max(_AIM, _ROUNDING * total / shares.min())
    indptr, cells, across, sites, worst = compact_cells(
        areas, xy - xy[0], extent, state, still, rounds, aim, _STEPS,
        max(_SHORT * extent, shortest),
    )  # fmt: skip
    if not worst <= _PASSES:
        return bounds, _nothing(angle, n_lines)
    _put_back(indptr, cells, across, x, y)
    if not _runs_along(indptr, cells, across, sites, x, y):
        return bounds, _nothing(angle, n_lines)
    numbers = np.empty(len(across), np.int64)
    new = _numbered(indptr, across, n, n_lines, numbers)
    if new < 0:
        return bounds, _nothing(angle, n_lines)
    angle = _grown(angle, n_lines + new)
    lines = np.empty(len(across), np.int32)
    for i in range(n):
        for e in range(indptr[i], indptr[i + 1]):
            j = across[e]
            lines[e] = line[-1 - j] if j < 0 else numbers[e]
            if j > i:
                angle[numbers[e]] = _direction(sites[j, 0] - sites[i, 0], sites[j, 1] - sites[i, 1])
    return bounds, (indptr, cells, lines, angle, n_lines + new)


@kernel
def _thinnest(indptr, xy):
    """Return the largest aspect ratio of the cells, infinity if there are none."""
    worst = 0.0 if len(indptr) > 1 else math.inf
    for i in range(len(indptr) - 1):
        x, y = _columns(xy[indptr[i] : indptr[i + 1]])
        worst = max(worst, squared_diameter(x, y, len(x)) / area_of(x, y, len(x)))
    return worst


@kernel
def _half(share, lo, hi):
    """Return where siblings are best divided in two of similar weight."""
    half = 0.5 * _sum(share, lo, hi)
    mid, part = lo + 1, share[lo]
    while mid < hi - 1 and part + 0.5 * share[mid] < half:
        part += share[mid]
        mid += 1
    return mid


@kernel
def _step(xy, line, share, lo, hi, state, still, rounds, shortest, angle, n_lines):
    """Divide the polygon of siblings lo, ..., hi - 1 once.

    Returns
    -------
    bounds : int64 array of shape (n + 1,)
        Piece i is for the siblings from ``bounds[i]`` to ``bounds[i + 1] - 1``.
    pieces : (indptr, xy, lines, angle, n_lines)
        May be fewer than the bounds tell, where the polygon is too small.
    cuts : int
        1 for a straight cut that stands for a diagram.
    """
    total = _sum(share, lo, hi)
    mid = _many(share, lo, hi, _LEAST * total)
    n = mid - lo + (mid < hi)
    if mid > lo and n > 2 and (mid == hi or _sum(share, mid, hi) >= _LEAST * total):
        few = _many(share, lo, hi, _SIMILAR * share[lo])
        thin = math.inf
        bounds, pieces = np.empty(0, np.int64), _nothing(angle, n_lines)
        for until in (mid, few):
            again = thin < math.inf and until == mid
            if thin <= _THIN or again or until - lo + (until < hi) < 3:
                break
            new_bounds, new = _diagram(
                xy, line, share, lo, until, hi, state, still, rounds, shortest, pieces[3], pieces[4]
            )
            ratio = _thinnest(new[0], new[1])
            if ratio < thin:
                thin, bounds, pieces = ratio, new_bounds, new
        if thin <= _THIN or (thin < math.inf and few > lo + 1):
            return bounds, pieces, 0
        mid = few if few == lo + 1 else hi
    if mid in (lo, hi):
        mid = _half(share, lo, hi)
    one, other = _sum(share, lo, mid), _sum(share, mid, hi)
    nx, ny = _fattest_cut(xy, line, min(one, other) / (one + other))
    if one > other:
        nx, ny = -nx, -ny
    pieces = _straight(xy, line, one, other, nx, ny, angle, n_lines)
    return np.array((lo, mid, hi)), pieces, np.int64(hi - lo > 2)


@kernel
def _large(xy, share, lo, hi, tiny):
    """Return the end of the siblings that are large enough to be drawn; one is in any case."""
    if hi - lo == 1:
        return hi
    x, y = _columns(xy)
    area = area_of(x, y, len(xy))
    total = _sum(share, lo, hi)
    while hi - lo > 1 and not share[hi - 1] * area > tiny * total:
        hi -= 1
    return hi


@kernel
def nest(first, count, share, wide, high, seed, still, rounds, tiny, shortest):
    """Divide a rectangle from (0, 0) to (wide, high) among the regions of a plan.

    Parameters
    ----------
    first, count : int32 arrays of shape (m,)
        Children of the regions, by descending share.
    share : float64 array of shape (m,)
    wide, high : float
    seed : int
        Every region draws from a stream of its own.
    still, rounds : float, int
        When sites stop moving to the centroids of their cells; see :func:`relax`.
    tiny : float
        Regions of a smaller area are not drawn; their siblings take it all.
    shortest : float
        Length of an edge of which rounding in the picture would not leave the direction.

    Returns
    -------
    indptr : int64 array of shape (m + 1,)
    xy : float64 array of shape (indptr[-1], 2)
    lines : int32 array of shape (indptr[-1],)
        Polygons, and the lines that hold their edges; 0 to 3 are the sides of the rectangle. Empty
        for regions that were too small.
    angle : float64 array
        Direction of each line in [0, pi).
    cuts : int
        Straight cuts that stand where a diagram would have missed an area.
    """
    m = len(first)
    begin_of, length_of = np.zeros(m, np.int64), np.zeros(m, np.int64)
    out, out_line = np.empty((8 * m + 64, 2)), np.empty(8 * m + 64, np.int32)
    out[:4] = np.array(((0.0, 0.0), (wide, 0.0), (wide, high), (0.0, high)))
    out_line[:4] = np.arange(4)
    length_of[0] = end = 4
    angle, n_lines, cuts = np.zeros(4 * m + 64), 4, 0
    angle[1] = angle[3] = 0.5 * math.pi
    # Pending ranges of siblings, and where their common polygon lies on a stack of polygons.
    pending = np.empty((64, 4), np.int64)
    stack, stack_line = np.empty((1024, 2)), np.empty(1024, np.int32)
    for v in range(m):
        if count[v] == 0 or length_of[v] == 0:
            continue
        state = stream_state(seed, v)
        k = length_of[v]
        stack, stack_line = _grown(stack, k), _grown(stack_line, k)
        stack[:k] = out[begin_of[v] : begin_of[v] + k]
        stack_line[:k] = out_line[begin_of[v] : begin_of[v] + k]
        pending[0, 0], pending[0, 1], pending[0, 2], pending[0, 3] = (
            first[v],
            first[v] + count[v],
            0,
            k,
        )
        n_pending = 1
        while n_pending > 0:
            n_pending -= 1
            lo, hi = pending[n_pending, 0], pending[n_pending, 1]
            start, k = pending[n_pending, 2], pending[n_pending, 3]
            xy, line = stack[start : start + k].copy(), stack_line[start : start + k].copy()
            hi = _large(xy, share, lo, hi, tiny)
            if hi - lo == 1:
                out, out_line = _grown(out, end + k), _grown(out_line, end + k)
                out[end : end + k], out_line[end : end + k] = xy, line
                begin_of[lo], length_of[lo] = end, k
                end += k
                continue
            bounds, pieces, cut = _step(
                xy, line, share, lo, hi, state, still, rounds, shortest, angle, n_lines
            )
            indptr, pieces_xy, pieces_line, angle, n_lines = pieces
            cuts += cut
            n, size = len(indptr) - 1, len(pieces_line)
            stack, stack_line = _grown(stack, start + size), _grown(stack_line, start + size)
            stack[start : start + size] = pieces_xy
            stack_line[start : start + size] = pieces_line
            pending = _grown(pending, n_pending + n)
            for i in range(n):
                pending[n_pending, 0], pending[n_pending, 1] = bounds[i], bounds[i + 1]
                pending[n_pending, 2] = start + indptr[i]
                pending[n_pending, 3] = indptr[i + 1] - indptr[i]
                n_pending += 1
    indptr = np.zeros(m + 1, np.int64)
    for v in range(m):
        indptr[v + 1] = indptr[v] + length_of[v]
    xy, lines = np.empty((indptr[m], 2)), np.empty(indptr[m], np.int32)
    for v in range(m):
        a, b, k = indptr[v], begin_of[v], length_of[v]
        xy[a : a + k], lines[a : a + k] = out[b : b + k], out_line[b : b + k]
    return indptr, xy, lines, angle[:n_lines].copy(), cuts
