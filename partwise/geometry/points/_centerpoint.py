"""A point deep inside a point set."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_count
from partwise._random import RandomState, check_seed
from partwise.geometry._points import finite_points

__all__ = ["centerpoint", "radon_centre"]

Floats = NDArray[np.float64]


def centerpoint(
    X: ArrayLike, *, n_samples: int | None = None, random_state: RandomState = 0
) -> Floats:
    """Return an approximate centrepoint: every half-space that holds it holds many of the points.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Finite coordinates, n >= 1.
    n_samples : int, optional
        Points that are drawn, the default being (d + 3)^4; more come nearer to the centre. They are
        drawn without repetition until all have been drawn, then anew.
    random_state : None, int or numpy generator, default=0

    Returns
    -------
    float64 ndarray of shape (d,)

    Raises
    ------
    ValueError, TypeError
        `X` is empty or not finite, `n_samples` is less than 1.

    Notes
    -----
    A centrepoint has at least n / (d + 1) points in every closed half-space that holds it; one
    always exists. Iterated Radon points find, with high probability, a point with a part of
    Omega(1 / d^2) of the points in each of these half-spaces, in time linear in `n_samples`: d + 2
    points of a random queue are replaced by a point that lies in the hulls of two disjoint groups
    of them, until one is left. O(n d + n_samples d^2) time.

    K. L. Clarkson, D. Eppstein, G. L. Miller, C. Sturtivant, S.-H. Teng, "Approximating center
    points with iterative Radon points", International Journal of Computational Geometry &
    Applications 6, 1996, doi:10.1142/S021819599600023X.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(1000, 2))
    >>> centre = centerpoint(X)
    >>> angles = np.linspace(0, 2 * np.pi, 100)
    >>> across = (X - centre) @ np.array([np.cos(angles), np.sin(angles)])
    >>> bool(((across >= 0).mean(axis=0) > 1 / 4).all())
    True
    """
    points = finite_points(X, "X")
    if not len(points):
        raise ValueError("X must have at least one point, got none")
    if n_samples is None:
        n_samples = (points.shape[1] + 3) ** 4
    n_samples = check_count("n_samples", n_samples)
    return radon_centre(points, n_samples, np.random.default_rng(check_seed(random_state)))


def radon_centre(points: Floats, n_samples: int, rng: np.random.Generator) -> Floats:
    """Return the last of the Radon points of at most `n_samples` drawn points."""
    from partwise.geometry.points._kernels.radon import iterated_radon

    n, d = points.shape
    m = 1 + (d + 1) * ((n_samples - 1) // (d + 1))
    full, rest = divmod(m, n)
    drawn = [rng.permutation(n) for _ in range(full)]
    drawn.append(rng.choice(n, size=rest, replace=False))
    queue = np.empty((m + (m - 1) // (d + 1), d))
    queue[:m] = points[np.concatenate(drawn)]
    return queue[iterated_radon(queue, m)].copy()
