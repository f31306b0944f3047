"""Slow, obviously right answers about rectilinear polygons: they are sets of cells of a grid."""

from collections import Counter

import numpy as np


class Grid:
    """The grid of all coordinates of some polygons; its cells are numbered by rank, not measured.

    Nothing is rounded: two coordinates are the same or they are not.
    """

    def __init__(self, polygons):
        points = np.concatenate([np.asarray(p, float).reshape(-1, 2) for p in polygons])
        self.x, self.y = np.unique(points[:, 0]), np.unique(points[:, 1])

    def ranks(self, polygon):
        """The vertices of a polygon, as ranks of its coordinates."""
        i = np.searchsorted(self.x, polygon[:, 0])
        j = np.searchsorted(self.y, polygon[:, 1])
        assert (self.x[i] == polygon[:, 0]).all()
        assert (self.y[j] == polygon[:, 1]).all()
        return np.column_stack((i, j))

    def cells(self, polygon):
        """Which cells are inside: a ray to the right of the middle meets the boundary once or so.

        A boolean array of shape (columns, rows).
        """
        inside = np.zeros((len(self.x) - 1, len(self.y) - 1), bool)
        if len(polygon) == 0:
            return inside
        a = self.ranks(polygon)
        for (i, j), (k, m) in zip(a, np.roll(a, -1, axis=0), strict=True):
            assert (i == k) != (j == m), "an edge that is not parallel to an axis, or has no length"
            if i == k:
                inside[:i, min(j, m) : max(j, m)] ^= True
        return inside

    def uncancelled(self, polygons, frame):
        """What is left of all unit edges of `polygons` beside those of `frame`, by direction."""
        count = Counter()
        for polygon, sign in [*((p, 1) for p in polygons), (frame, -1)]:
            if len(polygon) == 0:
                continue
            a = self.ranks(polygon)
            for (i, j), (k, m) in zip(a.tolist(), np.roll(a, -1, axis=0).tolist(), strict=True):
                for at in range(min(i, k), max(i, k)):
                    count["x", at, j] += sign if k > i else -sign
                for at in range(min(j, m), max(j, m)):
                    count["y", i, at] += sign if m > j else -sign
        return {edge: total for edge, total in count.items() if total}


def is_orthoconvex(cells):
    """Whether the closed set of `cells` is in one piece and meets axis-parallel lines in intervals.

    A line between grid lines meets the cells of one row or column. A grid line meets those of two
    neighbouring ones: their intervals must overlap, and not in a point only, or else the region
    falls apart there.
    """
    for lines in (cells, cells.T):
        used = np.flatnonzero(lines.any(axis=1))
        if used.size == 0 or used[-1] - used[0] + 1 != used.size:
            return False
        for line in lines[used]:
            on = np.flatnonzero(line)
            if on[-1] - on[0] + 1 != on.size:
                return False
        if not all((lines[i] & lines[i + 1]).any() for i in used[:-1]):
            return False
    return True


def square_ratio(polygon):
    """Squared side of the smallest enclosing square over the area, by the trapezoid rule."""
    near = polygon - polygon[0]
    after = np.roll(near, -1, axis=0)
    area = 0.5 * ((near[:, 0] + after[:, 0]) * (after[:, 1] - near[:, 1])).sum()
    return float(np.ptp(near, axis=0).max() ** 2 / area)
