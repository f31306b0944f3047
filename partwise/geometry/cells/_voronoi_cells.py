"""One convex polygon divided among shares: what a Voronoi treemap does at each of its nodes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_count
from partwise._random import RandomState, check_seed
from partwise.geometry.cells._input import Floats, as_domain, as_shares, domain_area, span
from partwise.geometry.cells._prescribed import check_tol, warn_if_off

__all__ = ["voronoi_cells"]

_EXACT = 1e-9  # relative error of the areas, where rounding admits it
_STEPS = 200


def voronoi_cells(
    shares: ArrayLike,
    polygon: ArrayLike,
    *,
    random_state: RandomState = 0,
    tol: float = 0.1,
    max_iter: int = 30,
) -> tuple[NDArray[np.int64], Floats]:
    """Divide a convex polygon into compact convex cells with areas proportional to shares.

    Parameters
    ----------
    shares : array-like of shape (n,)
        Numbers of at least 0, not all of them 0; a share of 0 gets no cell.
    polygon : array-like
        Corners of a convex polygon, shape (m, 2), or a rectangle (x, y, width, height).
    random_state : int, Generator, RandomState or None, default=0
        Decides which shares come to lie side by side.
    tol : float, default=0.1
        Sites stop moving when they are this near to the centroids of their cells, on average and
        relative to the roots of their areas. The areas themselves are exact to 1e-9 in any case.
    max_iter : int, default=30
        Most moves of the sites.

    Returns
    -------
    indptr : int64 ndarray of shape (n + 1,)
    xy : float64 ndarray of shape (indptr[-1], 2)
        Cell i is ``xy[indptr[i]:indptr[i + 1]]``, counter-clockwise; neighbours share vertices, and
        corners of the polygon, bit by bit.

    Raises
    ------
    ValueError, TypeError
        Shares or a polygon that are not as above, `tol` not positive, `max_iter` below 1.

    Warns
    -----
    InfeasibleWarning
        An area is off by more than 1e-9 of itself: shares that differ too much, or a polygon too
        small for float64.

    See Also
    --------
    centroidal_power_diagram : the same with sites, weights and neighbours.

    Notes
    -----
    A power diagram whose sites move to the centroids of their cells while the weights are adapted,
    as in [1]_; adaptation is by damped Newton steps here, a few after every move and as many as the
    areas need at the end. Sites start at the centroids of pieces that are cut in proportion to the
    shares. 5 cells take some 50 microseconds, 20 with shares that differ by 10^6 about 2
    milliseconds, 10,000 similar ones a fraction of a second.

    References
    ----------
    .. [1] A. Nocaj, U. Brandes, "Computing Voronoi treemaps: faster, simpler, and
       resolution-independent", Computer Graphics Forum 31(3), 2012,
       doi:10.1111/j.1467-8659.2012.03078.x.

    Examples
    --------
    >>> indptr, xy = voronoi_cells([2, 0, 1], (0, 0, 1, 1))
    >>> np.diff(indptr).tolist()
    [4, 0, 4]
    """
    from partwise.geometry.cells._kernels.shares import divide

    corners = as_domain(polygon, "polygon")
    area = domain_area(corners)
    targets = as_shares("shares", shares, None, area, zero=True)
    check_tol(tol)
    moves = check_count("max_iter", max_iter)
    indptr, xy, worst = divide(
        targets, corners, span(corners), check_seed(random_state), tol, moves, 0.5 * _EXACT, _STEPS
    )
    warn_if_off(worst, _EXACT, 1)
    return indptr, xy
