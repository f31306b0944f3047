"""Weights for prescribed areas by a damped Newton method, and sites moved to the centroids.

For distinct sites the weights that give the cells prescribed areas exist and are unique up to a
constant; they maximise a concave function whose gradient is the difference of the areas and whose
second derivative is the Laplacian of :mod:`~.laplacian`. A Newton step is halved until no cell has
less than a fixed area and the residual has gone down by the fraction that the step promises.
"""

from __future__ import annotations

import numpy as np

from partwise.geometry.cells._kernels.clip import diagram
from partwise.geometry.cells._kernels.laplacian import laplacian, solve
from partwise.geometry.cells._kernels.tree import (
    build_tree,
    fill_boxes,
    fill_tops,
    nearest,
    tree_levels,
)
from partwise.kernels.jit import kernel

__all__ = ["newton", "prepare", "relax", "settle"]

_ACCURACY = 1e-7  # of the linear systems
_HALVINGS = 40
_FLOOR = 0.5  # of the smallest area at the start or the end: no cell gets below
_PASSES = 50
_FOLLOWING = 3  # Newton steps after every move of the sites
_ROUGH = 0.1  # relative area error that is good enough while sites move
_REACH = 0.5  # a weight of this times the squared distance to the next site hides no site


@kernel
def prepare(sites):
    """Return (order, sites in this order, levels, boxes) of the tree."""
    n = sites.shape[0]
    levels = tree_levels(n)
    order = build_tree(sites)
    sorted_sites = np.empty((n, 2))
    for i in range(n):
        sorted_sites[i, 0], sorted_sites[i, 1] = sites[order[i], 0], sites[order[i], 1]
    boxes = np.empty(((2 << levels) - 1, 4))
    fill_boxes(sorted_sites, levels, boxes)
    return order, sorted_sites, levels, boxes


@kernel
def _residual(areas, targets):
    """Return (norm of the differences, each relative to its target's root; worst relative one)."""
    total = worst = 0.0
    for i in range(areas.size):
        difference = abs(areas[i] - targets[i])
        total += difference * difference / targets[i]
        worst = max(worst, difference / targets[i])
    return np.sqrt(total), worst


@kernel
def newton(sites, weights, targets, order, levels, boxes, domain, scale, tol, max_iter):
    """Change `weights` in place until all areas are within `tol` of their targets, relatively.

    All arrays are in tree order, and no cell may be empty at the start.

    Returns
    -------
    residuals : float64 ndarray
        Root of the summed squared area errors over the targets, at the start and after each step.
    worst : float
        Largest relative error at the end.
    areas, centroids : arrays
        Of the last diagram; centroids relative to the sites.
    """
    n = sites.shape[0]
    residuals = np.empty(max_iter + 1)
    _, indptr, tags, x, y, areas, centroids = diagram(
        sites, weights, order, levels, boxes, domain, scale, -1.0
    )
    residuals[0], worst = _residual(areas, targets)
    least = _FLOOR * min(areas.min(), targets.min())
    trial = np.empty(n)
    steps = 0
    while steps < max_iter and worst > tol and least > 0.0:
        ptr, columns, values, diagonal = laplacian(indptr, tags, x, y, sites)
        step = solve(ptr, columns, values, diagonal, targets - areas, _ACCURACY)
        damping, accepted = 1.0, False
        for _ in range(_HALVINGS):
            for i in range(n):
                trial[i] = weights[i] + damping * step[i]
            complete, indptr, tags, x, y, new_areas, new_centroids = diagram(
                sites, trial, order, levels, boxes, domain, scale, least
            )
            if complete:
                residual, new_worst = _residual(new_areas, targets)
                if residual <= (1.0 - 0.5 * damping) * residuals[steps]:
                    accepted = True
                    break
            damping *= 0.5
        if not accepted:
            break
        steps += 1
        weights[:] = trial
        areas, centroids, worst, residuals[steps] = new_areas, new_centroids, new_worst, residual
    return residuals[: steps + 1].copy(), worst, areas, centroids


@kernel
def _nearest_squares(sites, order, levels, boxes, domain, scale):
    """Return the squared distance of every site to the nearest other one.

    It is a neighbour in the Voronoi diagram, as all sites are inside the convex domain.
    """
    n = sites.shape[0]
    _, indptr, tags, _x, _y, _areas, _centroids = diagram(
        sites, np.zeros(n), order, levels, boxes, domain, scale, -1.0
    )
    squares = np.full(n, np.inf)
    for i in range(n):
        for e in range(indptr[i], indptr[i + 1]):
            j = tags[e]
            if j >= 0:
                dx, dy = sites[i, 0] - sites[j, 0], sites[i, 1] - sites[j, 1]
                squares[i] = min(squares[i], dx * dx + dy * dy)
    return squares


@kernel
def _uncover(sites, weights, targets, order, levels, boxes):
    """Raise `weights` until every site lies well inside its own cell; tell whether this was met.

    A site whose rival, the power-nearest other one, is nearer to it than a disc of its target area
    allows, gets the weight that leaves room for this disc.
    """
    n = sites.shape[0]
    tops, stack = np.empty(boxes.shape[0]), np.empty(levels + 2, np.int64)
    for _ in range(_PASSES):
        fill_tops(weights, levels, tops)
        settled = True
        for i in range(n):
            x, y = sites[i, 0], sites[i, 1]
            power, j = nearest(x, y, i, sites, weights, order, levels, boxes, tops, stack)
            if j < 0:
                return True
            d = np.hypot(sites[j, 0] - x, sites[j, 1] - y)
            room = min(2.0 * np.sqrt(targets[i] / np.pi), _REACH * d) * d
            if weights[i] + power < 0.5 * room:
                weights[i] = room - power
                settled = False
        if settled:
            return True
    return False


@kernel
def _start(sites, weights, targets, order, levels, boxes, domain, scale):
    """Change `weights` so that no cell is empty."""
    if _uncover(sites, weights, targets, order, levels, boxes):
        return
    squares = _nearest_squares(sites, order, levels, boxes, domain, scale)
    lowest = weights.min()
    for i in range(weights.size):
        weights[i] = min(weights[i] - lowest, _REACH * squares[i])


@kernel
def settle(sites, weights, targets, domain, scale, tol, max_iter, offsets):
    """Fit `weights` to sites at any place inside the domain; all arrays in the sites' own order.

    Weights that hide a cell are mended first; `offsets` receives the ways to the centroids. Returns
    residuals and worst error as :func:`newton` does.
    """
    order, placed, levels, boxes = prepare(sites)
    u, t = weights[order], targets[order]
    _start(placed, u, t, order, levels, boxes, domain, scale)
    residuals, worst, _areas, centroids = newton(
        placed, u, t, order, levels, boxes, domain, scale, tol, max_iter
    )
    for i in range(u.size):
        weights[order[i]] = u[i]
        offsets[order[i], 0], offsets[order[i], 1] = centroids[i, 0], centroids[i, 1]
    return residuals, worst


@kernel
def relax(sites, weights, targets, domain, scale, still, max_rounds):
    """Move sites to the centroids of their cells, again and again, while the areas are kept.

    Sites and weights are changed in place, in the sites' own order. All sites start inside the
    domain, all different. The weights follow the sites by a few Newton steps a round, and are left
    to be made exact by :func:`settle`.

    Parameters
    ----------
    still : float
        Rounds end when the mean way of the sites to their centroids, each relative to the root of
        its area and counted as 1 at most, is at most this.
    max_rounds : int

    Returns
    -------
    rounds : int
        Rounds done.
    way : float
        The mean way that is left, 0 if there were no rounds to do.
    """
    n = sites.shape[0]
    offsets = np.empty((n, 2))
    way = 0.0
    for done in range(max_rounds):
        settle(sites, weights, targets, domain, scale, _ROUGH, _FOLLOWING, offsets)
        way = 0.0
        for i in range(n):
            square = offsets[i, 0] ** 2 + offsets[i, 1] ** 2
            way += min(1.0, np.sqrt(square / targets[i]))
        way /= n
        if way <= still:
            return done, way
        for i in range(n):
            sites[i, 0] += offsets[i, 0]
            sites[i, 1] += offsets[i, 1]
            # keeps the value of the power function at the new site
            weights[i] -= offsets[i, 0] ** 2 + offsets[i, 1] ** 2
    return max_rounds, way
