"""Sites to start from: the domain is cut in two again and again, shares in proportion.

Every piece is cut across its longer principal axis, where the shares of a run of cells balance
best. Each share ends with a piece of its own size, and its site is the piece's centroid: near
sites for small shares, distant ones for large, which leaves little for the weights to do.
"""

from __future__ import annotations

import numpy as np

from partwise.geometry.cells._kernels.clip import measures
from partwise.kernels.jit import kernel

__all__ = ["bisection_sites", "longer_axis"]

_SEARCH = 40  # halvings of the offset of a cut: sites need no more digits


@kernel
def longer_axis(x, y, m):
    """Return the unit vector of the longer principal axis of a polygon of m vertices."""
    _area, cx, cy = measures(x, y, 0, m)
    xx = xy = yy = 0.0
    for k in range(m):
        b = k + 1 if k + 1 < m else 0
        ax, ay, bx, by = x[k] - cx, y[k] - cy, x[b] - cx, y[b] - cy
        cross = ax * by - ay * bx
        xx += cross * (ax * ax + ax * bx + bx * bx)
        yy += cross * (ay * ay + ay * by + by * by)
        xy += cross * (ax * ay + bx * by + 0.5 * (ax * by + bx * ay))
    if abs(xx - yy) + abs(xy) <= 1e-9 * (xx + yy):
        return 1.0, 0.0
    angle = 0.5 * np.arctan2(2.0 * xy, xx - yy)
    return np.cos(angle), np.sin(angle)


@kernel
def _half(x, y, m, nx, ny, c, ox, oy):
    """Write the part of a polygon with nx x + ny y <= c; return its vertices."""
    size = 0
    for k in range(m):
        b = k + 1 if k + 1 < m else 0
        h, g = nx * x[k] + ny * y[k] - c, nx * x[b] + ny * y[b] - c
        if h <= 0.0:
            ox[size], oy[size] = x[k], y[k]
            size += 1
        if (h < 0.0 < g) or (g < 0.0 < h):
            t = h / (h - g)
            ox[size], oy[size] = x[k] + t * (x[b] - x[k]), y[k] + t * (y[b] - y[k])
            size += 1
    return size


@kernel
def _cut(x, y, m, fraction, ox, oy):
    """Return (nx, ny, c) of the cut that leaves `fraction` of the area on the lower side."""
    area = measures(x, y, 0, m)[0]
    nx, ny = longer_axis(x, y, m)
    lo, hi = np.inf, -np.inf
    for k in range(m):
        h = nx * x[k] + ny * y[k]
        lo, hi = min(lo, h), max(hi, h)
    for _ in range(_SEARCH):
        c = 0.5 * (lo + hi)
        size = _half(x, y, m, nx, ny, c, ox, oy)
        part = measures(ox, oy, 0, size)[0] if size > 2 else 0.0
        if part < fraction * area:
            lo = c
        else:
            hi = c
    return nx, ny, 0.5 * (lo + hi)


@kernel
def bisection_sites(shares, sequence, domain, sites):
    """Write a site per share; runs of `sequence` stay together."""
    n, m = shares.size, domain.shape[0]
    room = m + n + 2
    levels = 2
    while (1 << levels) < 2 * n:
        levels += 1
    px, py = np.empty((levels + 2, room)), np.empty((levels + 2, room))
    corners = np.empty(levels + 2, np.int64)
    begin, stop = np.empty(levels + 2, np.int64), np.empty(levels + 2, np.int64)
    x, y, ox, oy = np.empty(room), np.empty(room), np.empty(room), np.empty(room)
    sums = np.zeros(n + 1)
    for k in range(n):
        sums[k + 1] = sums[k] + shares[sequence[k]]
    px[0, :m], py[0, :m], corners[0] = domain[:, 0], domain[:, 1], m
    begin[0], stop[0], top = 0, n, 1
    while top > 0:
        top -= 1
        m, lo, hi = corners[top], begin[top], stop[top]
        x[:m], y[:m] = px[top, :m], py[top, :m]
        if hi - lo == 1:
            _area, cx, cy = measures(x, y, 0, m)
            sites[sequence[lo], 0], sites[sequence[lo], 1] = cx, cy
            continue
        half = 0.5 * (sums[lo] + sums[hi])
        mid = np.searchsorted(sums[lo : hi + 1], half) + lo
        if mid > lo + 1 and half - sums[mid - 1] < sums[mid] - half:
            mid -= 1
        mid = min(max(mid, lo + 1), hi - 1)
        run = sums[hi] - sums[lo]  # 0 where shares vanish beside those before
        fraction = (sums[mid] - sums[lo]) / run if run > 0.0 else 0.5
        nx, ny, c = _cut(x, y, m, fraction, ox, oy)
        # the longer run waits below the shorter one, so that the stack stays low
        short_first = mid - lo < hi - mid
        for late in (True, False):
            lower = short_first != late
            if lower:
                size = _half(x, y, m, nx, ny, c, ox, oy)
                begin[top], stop[top] = lo, mid
            else:
                size = _half(x, y, m, -nx, -ny, -c, ox, oy)
                begin[top], stop[top] = mid, hi
            px[top, :size], py[top, :size], corners[top] = ox[:size], oy[:size], size
            top += 1
