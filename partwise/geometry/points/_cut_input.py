"""Points and weights as the kernels of balanced cuts take them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["as_points", "as_positive", "as_shares", "common_scale"]

Floats = NDArray[np.float64]

_EXPONENT = 300  # products of two differences stay finite, and those of their rounding errors exact
_TOTAL = 2.0**58  # of integer weights; doubled and multiplied by two once more they fit int64


def as_points(name: str, X: ArrayLike, dim: int | None = None) -> Floats:
    """Return `X` as C-contiguous float64 of shape (n, d).

    Raises
    ------
    ValueError
        Not two-dimensional, another d than `dim`, no coordinates, NaN or infinity.
    TypeError
        Not real numbers.
    """
    given = np.asarray(X)
    if given.size == 0 and given.ndim == 1:
        given = np.empty((0, dim or 1))
    if given.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold integers or floats, got dtype {given.dtype}")
    if given.ndim != 2 or given.shape[1] == 0 or (dim is not None and given.shape[1] != dim):
        columns = "d" if dim is None else dim
        raise ValueError(f"{name} must have shape (n, {columns}), got {given.shape}")
    points = np.ascontiguousarray(given, dtype=np.float64)
    bad = ~np.isfinite(points).all(axis=1)
    if bad.any():
        at = int(np.argmax(bad))
        raise ValueError(f"{name}[{at}] is {points[at].tolist()}, allowed are finite numbers")
    return points


def as_positive(name: str, weights: ArrayLike | None, n: int) -> Floats | None:
    """Return `weights` as float64 of shape (n,), None for None.

    Raises
    ------
    ValueError
        Another shape, a weight that is negative, NaN or infinite, or all weights zero.
    """
    if weights is None:
        return None
    checked = np.array(weights, dtype=np.float64)
    if checked.shape != (n,):
        raise ValueError(f"{name} must have shape ({n},), got {checked.shape}")
    bad = ~(np.isfinite(checked) & (checked >= 0))
    if bad.any():
        at = int(np.argmax(bad))
        raise ValueError(f"{name}[{at}] is {checked[at]}, allowed are finite numbers of at least 0")
    if n and not checked.any():
        raise ValueError(f"{name} must have a positive entry, all are zero")
    return checked


def as_shares(weights: Floats | None, n: int) -> NDArray[np.int64]:
    """Return integers in proportion to the weights, whose sums are exact in any order.

    Integer weights with a sum below 2^58 are taken as they are. Others are rounded to a power of
    two that divides their sum into about 2^58 units.
    """
    if weights is None:
        return np.ones(n, dtype=np.int64)
    if n == 0:
        return np.empty(0, dtype=np.int64)
    largest = float(weights.max())
    if largest * n < _TOTAL and (weights == np.floor(weights)).all():
        return weights.astype(np.int64)
    # halved twice: neither the sum nor the rounding up of every weight can pass the limit
    unit = np.ldexp(1.0, int(np.frexp(largest)[1]) + int(n).bit_length() - 57)
    return np.rint(weights / unit).astype(np.int64)


def common_scale(*points: Any) -> tuple[Floats, ...]:
    """Return copies multiplied by one power of two that brings the largest coordinate to 2^300.

    Scaling by a power of two is exact; predicates on the copies therefore decide about the
    originals, as long as the coordinates that are not zero differ by less than a factor 1e200.
    """
    largest = max((float(np.abs(p).max()) for p in points if p.size), default=0.0)
    exponent = _EXPONENT - int(np.frexp(largest)[1]) if largest > 0 else 0
    return tuple(np.ldexp(p, exponent) for p in points)
