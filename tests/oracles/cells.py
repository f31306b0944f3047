"""Slow, obviously right power diagrams: every cell clipped by every bisector, mirrored sites."""

import math

import numpy as np
import pytest

from tests.oracles.treemaps import area, clip

HEXAGON = [(math.cos(a), math.sin(a)) for a in np.arange(6) * math.pi / 3]


def power_cells(sites, weights, domain):
    """Polygons of all cells, as lists of (x, y)."""
    cells = []
    for i, (s, u) in enumerate(zip(sites, weights, strict=True)):
        cell = [(x, y, None) for x, y in domain]
        for j, (t, v) in enumerate(zip(sites, weights, strict=True)):
            if j == i or len(cell) < 3:
                continue
            # |p - s|^2 - u <= |p - t|^2 - v
            n = 2 * (t - s)
            level = float(t @ t - v - s @ s + u)
            cell = clip(cell, *n, level) if n.any() else (cell if (v, j) < (u, i) else [])
        cells.append([p[:2] for p in cell] if len(cell) >= 3 and area(cell) > 1e-14 else [])
    return cells


def voronoi_areas(sites, rect):
    """Areas of Voronoi cells in a rectangle, by scipy: mirror images cut at its sides."""
    from scipy.spatial import ConvexHull, Voronoi

    x, y, width, height = rect
    images = [sites]
    for axis, at in ((0, x), (0, x + width), (1, y), (1, y + height)):
        image = sites.copy()
        image[:, axis] = 2 * at - image[:, axis]
        images.append(image)
    diagram = Voronoi(np.concatenate(images))
    corners = [diagram.vertices[diagram.regions[r]] for r in diagram.point_region[: len(sites)]]
    return np.array([ConvexHull(c).volume for c in corners])


def power_nearest(points, sites, weights):
    """Number of the power-nearest site of every point, the first of equal ones."""
    squares = ((points[:, None] - sites) ** 2).sum(axis=2)
    return (squares - weights).argmin(axis=1)


def transport_cost(sites, shares, resolution):
    """Least mean squared distance of the unit square's grid cells to sites with whole shares.

    `shares` count the cells of the grid that every site gets.
    """
    from scipy.optimize import linear_sum_assignment

    ticks = (np.arange(resolution) + 0.5) / resolution
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    costs = ((grid[:, None] - np.repeat(sites, shares, axis=0)) ** 2).sum(axis=2)
    rows, columns = linear_sum_assignment(costs)
    return costs[rows, columns].mean()


def check_tiling(diagram):
    """Cells are convex and counter-clockwise, and inner edges occur once in both directions."""
    edges = {}
    border = []
    for i in range(diagram.n_cells):
        cell = diagram.cell(i)
        if not len(cell):
            continue
        side, after = np.roll(cell, -1, axis=0) - cell, np.roll(cell, -2, axis=0) - cell
        scale = np.abs(diagram.domain).max()
        turns = side[:, 0] * after[:, 1] - side[:, 1] * after[:, 0]
        assert turns.min() >= -1e-14 * scale**2
        across = diagram.across[diagram.indptr[i] : diagram.indptr[i + 1]]
        for a, b, j in zip(cell, np.roll(cell, -1, axis=0), across, strict=True):
            assert tuple(a) != tuple(b)
            if j < 0:
                border.append((a, b))
            else:
                edges[tuple(a), tuple(b)] = (i, int(j))
    for (a, b), (i, j) in edges.items():
        assert edges[b, a] == (j, i)
    # what is left runs once around the domain
    length = sum(math.dist(a, b) for a, b in border)
    domain = diagram.domain
    assert length == pytest.approx(np.hypot(*(np.roll(domain, -1, axis=0) - domain).T).sum())
    starts, ends = ({tuple(edge[k]) for edge in border} for k in (0, 1))
    assert starts == ends
    assert {tuple(c) for c in domain} <= starts
    x, y = domain.T
    whole = 0.5 * (x * np.roll(y, -1) - y * np.roll(x, -1)).sum()
    assert diagram.areas.sum() == pytest.approx(whole, rel=1e-12)


def cheapest_sizes(X, sites, sizes):
    """Least sum of squared distances of points to sites that take exactly `sizes` of them."""
    from scipy.optimize import linear_sum_assignment

    costs = ((X[:, None] - np.repeat(sites, sizes, axis=0)) ** 2).sum(axis=2)
    return costs[linear_sum_assignment(costs)].sum()


def cheapest_loads(X, weights, sites, low, high):
    """The same for divisible weights and loads between bounds, by linear programming."""
    from scipy.optimize import linprog
    from scipy.sparse import kron, vstack

    n, k = len(X), len(sites)
    costs = ((X[:, None] - sites) ** 2).sum(axis=2)
    loads = kron(np.ones((1, n)), np.eye(k))
    found = linprog(
        costs.ravel(),
        A_ub=vstack([loads, -loads]),
        b_ub=np.concatenate((high, -np.asarray(low))),
        A_eq=kron(np.eye(n), np.ones((1, k))),
        b_eq=weights,
    )
    return found.fun
