"""Numbers whose sums are exact, so that they do not depend on the order of additions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["as_whole"]

_EXACT = 2.0**53  # whole numbers up to it are exact in float64
_TOTAL = 2.0**50  # what others are scaled to sum to


def as_whole(values: NDArray[Any]) -> tuple[NDArray[np.float64], float]:
    """Return whole numbers in the proportion of those given, and how many there are to one of them.

    Whole numbers of a sum below 2^53 are left as they are; others are rounded to one part in 2^50
    of their sum.

    Parameters
    ----------
    values : ndarray
        Not negative.

    Returns
    -------
    values : float64 ndarray
    scale : float
    """
    given = values.astype(np.float64, copy=False)
    total = float(given.sum())
    if total < _EXACT and bool(np.all(given == np.rint(given))):
        return given, 1.0
    scale = _TOTAL / total
    return np.rint(given * scale), scale
