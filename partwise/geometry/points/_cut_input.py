"""Weights as integers and coordinates of one scale, so that balanced cuts are exact."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["as_shares", "common_scale"]

Floats = NDArray[np.float64]

_EXPONENT = 300  # products of two differences stay finite, and those of their rounding errors exact
_TOTAL = 2.0**58  # of integer weights; doubled and multiplied by two once more they fit int64


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
