"""Power diagrams whose cells have prescribed areas."""

from __future__ import annotations

import warnings
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike

from partwise._checks import check_count
from partwise._random import RandomState, check_seed
from partwise.errors import InfeasibleWarning
from partwise.geometry._points import check_points
from partwise.geometry.cells._diagram import build
from partwise.geometry.cells._input import (
    Floats,
    as_domain,
    as_shares,
    domain_area,
    span,
)
from partwise.geometry.cells._result import PowerDiagram

__all__ = ["centroidal_power_diagram", "check_tol", "prescribed_areas", "warn_if_off"]


def prescribed_areas(
    sites: ArrayLike,
    areas: ArrayLike,
    domain: ArrayLike = (0, 0, 1, 1),
    *,
    tol: float = 1e-9,
    max_iter: int = 200,
) -> PowerDiagram:
    """Find the weights with which the cells of given sites have given areas.

    This is optimal transport from the uniform density on the domain to the sites: among all ways
    to give every site its area, the cells have the least integral of squared distances. The weights
    exist for any different sites and are unique up to a constant.

    Parameters
    ----------
    sites : array-like of shape (n, 2)
        All different, anywhere.
    areas : array-like of shape (n,)
        Positive, in any unit: they are scaled to fill the domain.
    domain : array-like
        Corners of a convex polygon, shape (m, 2), or a rectangle (x, y, width, height).
    tol : float, default=1e-9
        Largest error of an area, relative to the area itself.
    max_iter : int, default=200
        Most Newton steps.

    Returns
    -------
    PowerDiagram
        Its weights are 0 at least; ``targets`` holds the scaled areas and ``residuals`` how the
        error went down.

    Raises
    ------
    ValueError, TypeError
        Sites that coincide, areas that are not positive, a tolerance that is not, or what
        :func:`power_diagram` refuses.

    Warns
    -----
    InfeasibleWarning
        The areas are not within `tol`, because of `max_iter` or of rounding.

    Notes
    -----
    Damped Newton steps on the concave dual [1]_: a step is halved until no cell has less than half
    the smallest area of the start and of the targets, and the residual has gone down by at least
    half of what the step promises. That converges from any start without empty cells, and
    quadratically in the end: typically 5 to 8 steps for areas of the same order and 15 to 30 for
    areas that differ by 10^6. Where sites lie outside the domain, a shrunken copy of them inside it
    provides a start without empty cells. Each step costs a diagram and a sparse linear system by
    preconditioned conjugate gradients.

    References
    ----------
    .. [1] J. Kitagawa, Q. Mérigot, B. Thibert, "Convergence of a Newton algorithm for semi-discrete
       optimal transport", J. Eur. Math. Soc. 21(9), 2019, arXiv:1603.05579.
    .. [2] F. Aurenhammer, F. Hoffmann, B. Aronov, "Minkowski-type theorems and least-squares
       clustering", Algorithmica 20, 1998, doi:10.1007/PL00009187.

    Examples
    --------
    >>> sites = np.random.default_rng(0).random((50, 2))
    >>> diagram = prescribed_areas(sites, np.arange(1, 51))
    >>> bool(np.allclose(diagram.areas * 50 * 51 / 2, np.arange(1, 51), rtol=1e-9))
    True
    """
    placed, corners = check_points(sites, "sites", 2), as_domain(domain)
    _check_different(placed)
    targets = as_shares("areas", areas, placed.shape[0], domain_area(corners))
    check_tol(tol)
    return _fit(placed, _start(placed, corners), targets, corners, tol, max_iter)


def _fit(
    sites: Floats,
    weights: Floats,
    targets: Floats,
    domain: Floats,
    tol: float,
    max_iter: int,
    n_iter: int = 0,
) -> PowerDiagram:
    from partwise.geometry.cells._kernels.newton import newton, prepare

    steps = check_count("max_iter", max_iter)
    order, placed, levels, boxes = prepare(sites)
    u = weights[order]
    # a little less than asked, so that the merging of vertices stays within what was asked
    residuals, *_ = newton(
        placed,
        u,
        targets[order],
        order,
        levels,
        boxes,
        domain,
        span(sites, domain),
        0.5 * tol,
        steps,
    )
    weights = np.empty_like(u)
    weights[order] = u - u.min()
    diagram = build(sites, weights, domain, targets, residuals, n_iter)
    warn_if_off(diagram.area_error, tol)
    return diagram


def _start(sites: Floats, domain: Floats) -> Floats:
    """Return weights without empty cells: those of a copy of the sites that is inside the domain.

    The power diagram of the sites with these weights is the Voronoi diagram of the copy.
    """
    sides = np.roll(domain, -1, axis=0) - domain
    lengths = np.hypot(*sides.T)
    offset = sites[:, None] - domain
    inside = sides[:, 0] * offset[..., 1] - sides[:, 1] * offset[..., 0]
    if (inside >= 0).all():
        return np.zeros(sites.shape[0])
    middle, centre = sites.mean(axis=0), domain.mean(axis=0)
    depth = sides[:, 0] * (centre - domain)[:, 1] - sides[:, 1] * (centre - domain)[:, 0]
    s = sites - middle
    reach = float(np.hypot(*s.T).max())
    shrink = 0.9 * float((depth / lengths).min()) / reach if reach > 0 else 1.0
    copy = shrink * s + (centre - middle)
    return (s * s).sum(axis=1) - (copy * copy).sum(axis=1) / shrink


def centroidal_power_diagram(
    areas: ArrayLike,
    domain: ArrayLike = (0, 0, 1, 1),
    *,
    sites: ArrayLike | None = None,
    tol: float = 1e-9,
    still: float = 0.01,
    max_rounds: int = 100,
    max_iter: int = 200,
    random_state: RandomState = 0,
) -> PowerDiagram:
    """Divide a convex domain into compact convex cells of given areas.

    Sites are moved to the centroids of their cells while the weights keep the areas, which makes
    the cells rounder with every round: a centroidal Voronoi diagram under area constraints. All
    areas equal give a capacity-constrained centroidal diagram of n equal cells.

    Parameters
    ----------
    areas : array-like of shape (n,)
        Positive, in any unit: they are scaled to fill the domain.
    domain : array-like
        Corners of a convex polygon, shape (m, 2), or a rectangle (x, y, width, height).
    sites : array-like of shape (n, 2), optional
        Places to start from, all different and inside the domain. By default the domain is cut in
        two again and again, in proportion to the areas, and the pieces' centroids are taken.
    tol : float, default=1e-9
        Largest error of an area, relative to the area itself.
    still : float, default=0.01
        Rounds end when the sites are this near to the centroids of their cells, on average and
        relative to the roots of the areas.
    max_rounds : int, default=100
        Most moves of the sites.
    max_iter : int, default=200
        Most Newton steps after the last move.
    random_state : int, Generator, RandomState or None, default=0
        Order in which areas are dealt out when the domain is cut.

    Returns
    -------
    PowerDiagram
        ``n_iter`` tells how often the sites were moved.

    Raises
    ------
    ValueError, TypeError
        As for :func:`prescribed_areas`; sites outside the domain.

    Warns
    -----
    InfeasibleWarning
        The areas are not within `tol`.

    See Also
    --------
    voronoi_cells : the same for the polygons alone, for many small calls.

    Notes
    -----
    A round costs a few Newton steps, see :func:`prescribed_areas`. The scheme, Lloyd's moves with
    adaptation of weights, is that of [1]_ and [2]_; the adaptation here is Newton's.

    References
    ----------
    .. [1] M. Balzer, T. Schlömer, O. Deussen, "Capacity-constrained point distributions: a variant
       of Lloyd's method", ACM TOG 28(3), 2009, doi:10.1145/1531326.1531392.
    .. [2] A. Nocaj, U. Brandes, "Computing Voronoi treemaps: faster, simpler, and
       resolution-independent", Computer Graphics Forum 31(3), 2012,
       doi:10.1111/j.1467-8659.2012.03078.x.

    Examples
    --------
    >>> diagram = centroidal_power_diagram(np.ones(30))
    >>> bool(np.allclose(diagram.areas, 1 / 30, rtol=1e-9))
    True
    >>> ways = np.hypot(*(diagram.sites - diagram.centroids).T)
    >>> bool(ways.mean() < 0.02 / np.sqrt(30))
    True
    """
    from partwise.geometry.cells._kernels.newton import relax
    from partwise.geometry.cells._kernels.seeding import bisection_sites
    from partwise.kernels.rng import shuffle, stream_state

    corners = as_domain(domain)
    targets = as_shares("areas", areas, None, domain_area(corners))
    n = targets.size
    check_tol(tol)
    check_tol(still, "still")
    rounds = check_count("max_rounds", max_rounds)
    if sites is None:
        sequence, placed = np.arange(n), np.empty((n, 2))
        shuffle(stream_state(check_seed(random_state), 0), sequence)
        bisection_sites(targets, sequence, corners, placed)
    else:
        placed = check_points(sites, "sites", 2)
        if placed.shape[0] != n:
            raise ValueError(f"sites must have shape ({n}, 2), got {placed.shape}")
        _check_different(placed)
        _check_inside(placed, corners)
    weights = targets / np.pi
    moves, _ = relax(placed, weights, targets, corners, span(corners), still, rounds)
    return _settled(placed, weights, targets, corners, tol, max_iter, moves)


def _settled(
    sites: Floats,
    weights: Floats,
    targets: Floats,
    domain: Floats,
    tol: float,
    max_iter: int,
    n_iter: int,
) -> PowerDiagram:
    from partwise.geometry.cells._kernels.newton import settle

    steps = check_count("max_iter", max_iter)
    residuals, _ = settle(
        sites, weights, targets, domain, span(domain), 0.5 * tol, steps, np.empty_like(sites)
    )
    diagram = build(sites, weights - weights.min(), domain, targets, residuals, n_iter)
    warn_if_off(diagram.area_error, tol)
    return diagram


def check_tol(tol: float, name: str = "tol") -> None:
    """Refuse a tolerance that is not a positive number."""
    if not (isinstance(tol, Real) and 0 < tol < np.inf):
        raise ValueError(f"{name} must be a positive number, got {tol!r}")


def warn_if_off(error: float, tol: float, depth: int = 2) -> None:
    """Warn where areas miss their targets; the user called the function `depth` calls above."""
    if error > tol:
        warnings.warn(
            f"areas differ from their targets by up to {error:.2g} of these, more than tol={tol:g}",
            InfeasibleWarning,
            stacklevel=2 + depth,
        )


def _check_different(sites: Floats) -> None:
    order = np.lexsort(sites.T)
    same = (np.diff(sites[order], axis=0) == 0).all(axis=1)
    if same.any():
        at = int(np.argmax(same))
        a, b = sorted((int(order[at]), int(order[at + 1])))
        raise ValueError(f"sites must be different, sites[{a}] and sites[{b}] are the same")


def _check_inside(sites: Floats, domain: Floats) -> None:
    sides = np.roll(domain, -1, axis=0) - domain
    offset = sites[:, None] - domain
    out = (sides[:, 0] * offset[..., 1] - sides[:, 1] * offset[..., 0] < 0).any(axis=1)
    if out.any():
        at = int(np.argmax(out))
        raise ValueError(
            f"sites must lie in the domain, sites[{at}] = {sites[at].tolist()} does not"
        )
