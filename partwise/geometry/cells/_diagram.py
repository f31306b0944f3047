"""Voronoi and power diagrams of sites in a convex domain of the plane."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from partwise.geometry._points import check_points
from partwise.geometry.cells._input import Floats, as_domain, as_weights, span
from partwise.geometry.cells._result import PowerDiagram

__all__ = ["build", "power_diagram", "voronoi_diagram"]


def voronoi_diagram(sites: ArrayLike, domain: ArrayLike = (0, 0, 1, 1)) -> PowerDiagram:
    """Divide a convex domain into the regions that are nearest to each site.

    Parameters
    ----------
    sites : array-like of shape (n, 2)
        Anywhere. Of several at one place the first has the cell, the others are hidden.
    domain : array-like
        Corners of a convex polygon, shape (m, 2), or a rectangle (x, y, width, height).

    Returns
    -------
    PowerDiagram
        With weights 0.

    Raises
    ------
    ValueError, TypeError
        Sites or corners that are no finite numbers, or a domain that is not convex.

    See Also
    --------
    power_diagram : with a weight for every site, and how it is done.
    prescribed_areas : weights that give the cells areas as wanted.

    Examples
    --------
    >>> diagram = voronoi_diagram([[0.25, 0.5], [0.75, 0.5]])
    >>> diagram.areas.tolist(), diagram.edges.tolist(), diagram.lengths.tolist()
    ([0.5, 0.5], [[0, 1]], [1.0])
    """
    placed = check_points(sites, "sites", 2)
    return build(placed, np.zeros(placed.shape[0]), as_domain(domain))


def power_diagram(
    sites: ArrayLike, weights: ArrayLike, domain: ArrayLike = (0, 0, 1, 1)
) -> PowerDiagram:
    """Divide a convex domain: the cell of site s with weight u has the least |x - s|^2 - u.

    Parameters
    ----------
    sites : array-like of shape (n, 2)
        Anywhere, inside the domain or not.
    weights : array-like of shape (n,)
        In units of squared length: a circle of radius r around a site has the weight r^2. A
        constant added to all changes nothing.
    domain : array-like
        Corners of a convex polygon, shape (m, 2), or a rectangle (x, y, width, height).

    Returns
    -------
    PowerDiagram
        Sites that are nowhere power-nearest are hidden and have no cell. Of several with the same
        place and weight the first counts.

    Raises
    ------
    ValueError, TypeError
        Sites, weights or corners that are no finite numbers, shapes that do not fit, or a domain
        that is not convex.

    Notes
    -----
    Every cell is cut out of the domain by the bisectors with other sites, which come from a
    kd-tree that also knows the largest weight below each node, so that branches which cannot reach
    the cell are left out. About O(n log n) time for sites that are spread evenly, O(n^2) at worst;
    O(n) memory. Afterwards the vertices that cells share are merged; edges shorter than about
    1e-15 of the extent of sites and domain vanish.

    References
    ----------
    .. [1] F. Aurenhammer, "Power diagrams: properties, algorithms and applications", SIAM J.
       Comput. 16(1), 1987, doi:10.1137/0216006.

    Examples
    --------
    >>> diagram = power_diagram([[0.25, 0.5], [0.75, 0.5]], [0.1, 0.0])
    >>> diagram.areas.round(12).tolist()
    [0.6, 0.4]
    >>> diagram.locate([[0.59, 0.1], [0.61, 0.1], [2.0, 2.0]]).tolist()
    [0, 1, -1]
    """
    placed = check_points(sites, "sites", 2)
    return build(placed, as_weights(weights, placed.shape[0]), as_domain(domain))


def build(
    sites: Floats,
    weights: Floats,
    domain: Floats,
    targets: Floats | None = None,
    residuals: Floats | None = None,
    n_iter: int = 0,
) -> PowerDiagram:
    """Return the diagram of checked arrays, with whatever is known about how it came about."""
    from partwise.geometry.cells._kernels.clip import diagram
    from partwise.geometry.cells._kernels.newton import prepare
    from partwise.geometry.cells._kernels.weld import weld

    scale = span(sites, domain)
    order, placed, levels, boxes = prepare(sites)
    _, ptr, tags, x, y, _, _ = diagram(
        placed, weights[order], order, levels, boxes, domain, scale, -1.0
    )
    indptr, xy, across, areas, centroids = weld(ptr, tags, x, y, placed, order, domain, scale, 0.0)
    across = np.maximum(across, -1)
    cell = np.repeat(np.arange(sites.shape[0]), np.diff(indptr))
    following = np.arange(1, xy.shape[0] + 1)
    there = np.diff(indptr) > 0
    following[indptr[1:][there] - 1] = indptr[:-1][there]
    once = np.flatnonzero(across > cell)
    once = once[np.lexsort((across[once], cell[once]))]
    edges = np.column_stack([cell[once], across[once]])
    lengths = np.hypot(*(xy[following[once]] - xy[once]).T)
    return PowerDiagram(
        sites,
        weights,
        domain,
        indptr,
        xy,
        across,
        areas,
        centroids,
        edges,
        lengths,
        targets,
        residuals,
        n_iter,
    )
