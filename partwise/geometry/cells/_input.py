"""From a user's sites, weights and domain to what the kernels take."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.geometry._points import LARGEST, check_finite

__all__ = [
    "Floats",
    "as_domain",
    "as_shares",
    "as_weights",
    "domain_area",
    "span",
]

Floats = NDArray[np.float64]

_ROUNDING = 1e-12  # what is left of zero, relative to the square of the domain's size


def _numbers(name: str, values: ArrayLike, largest: float = LARGEST) -> Floats:
    try:
        array = np.array(values, dtype=np.float64, order="C")
    except (TypeError, ValueError):
        raise TypeError(f"{name} must hold real numbers, got {type(values).__name__}") from None
    check_finite(array, name, largest)
    return array


def as_weights(weights: ArrayLike, n: int) -> Floats:
    """Return the weights as a float64 array of shape (n,)."""
    array = _numbers("weights", weights)
    if array.shape != (n,):
        raise ValueError(f"weights must have shape ({n},), got {array.shape}")
    return array


def as_shares(
    name: str, shares: ArrayLike, n: int | None, whole: float, *, zero: bool = False
) -> Floats:
    """Return positive numbers scaled to sum up to `whole`; with `zero` some, not all, may be 0."""
    array = _numbers(name, shares, np.inf)
    if array.ndim != 1 or array.size == 0 or (n is not None and array.size != n):
        raise ValueError(f"{name} must have shape ({'n' if n is None else n},), got {array.shape}")
    bad = array < 0 if zero else array <= 0
    if bad.any():
        at = int(np.argmax(bad))
        allowed = "numbers of at least 0" if zero else "positive numbers"
        raise ValueError(f"{name}[{at}] is {array[at]}, allowed are {allowed}")
    if not array.any():
        raise ValueError(f"{name} must have a positive entry, all are zero")
    array /= array.max()  # so that the sum is finite
    array *= whole / array.sum()
    if not zero and not array.all():
        at = int(np.argmin(array))
        raise ValueError(f"{name}[{at}] is too small: nothing is left of it beside the largest")
    return array


def as_domain(domain: ArrayLike, name: str = "domain") -> Floats:
    """Return the corners of a convex polygon, counter-clockwise, shape (m, 2).

    Parameters
    ----------
    domain : array-like
        Corners of shape (m, 2) in either direction, or a rectangle (x, y, width, height). Corners
        that repeat the one before are left out; three on a line are allowed.

    Raises
    ------
    ValueError
        Not convex, no area, or another shape.
    """
    array = _numbers(name, domain)
    if array.shape == (4,):
        x, y, width, height = array.tolist()
        if not (width > 0 and height > 0):
            raise ValueError(
                f"{name} must have positive width and height, got {width} and {height}"
            )
        return np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]])
    if array.ndim != 2 or array.shape[1] != 2 or array.shape[0] < 3:
        raise ValueError(
            f"{name} must be (x, y, width, height) or at least 3 corners of shape (m, 2), "
            f"got shape {array.shape}"
        )
    array = array[(array != np.roll(array, 1, axis=0)).any(axis=1)]
    if array.shape[0] < 3:
        raise ValueError(f"{name} must have at least 3 different corners, got {array.shape[0]}")
    sides = np.roll(array, -1, axis=0) - array
    after = np.roll(sides, -1, axis=0)
    turns = sides[:, 0] * after[:, 1] - sides[:, 1] * after[:, 0]
    area = domain_area(array)
    if area < 0:
        array, turns, area = np.ascontiguousarray(array[::-1]), -turns, -area
    square = span(array) ** 2
    if not area > _ROUNDING * square:
        raise ValueError(f"{name} must have a positive area, got {area}")
    # a convex polygon turns one way, and around once
    angles = np.arctan2(turns, (sides * after).sum(axis=1))
    if turns.min() < -_ROUNDING * square or angles.sum() > 3 * np.pi:
        raise ValueError(
            f"{name} must be a convex polygon, got {array.shape[0]} corners that bend in"
        )
    return array


def domain_area(domain: Floats) -> float:
    """Return the signed area, positive when counter-clockwise."""
    x, y = (domain - domain[0]).T
    return 0.5 * float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]))


def span(*points: Floats) -> float:
    """Return the diagonal of the box around all points."""
    low = np.min([p.min(axis=0) for p in points], axis=0)
    high = np.max([p.max(axis=0) for p in points], axis=0)
    return float(np.hypot(*(high - low)))
