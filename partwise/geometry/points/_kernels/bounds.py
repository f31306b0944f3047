"""The bounding box of points."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["column_bounds"]


@kernel
def column_bounds(points, largest, bounds):
    """Write the least and the largest coordinate of every column to `bounds` of shape (2, d).

    Returns
    -------
    int
        The first row with a coordinate that is NaN or larger in size than `largest`, or -1; the
        bounds hold only for -1.
    """
    n, d = points.shape
    bounds[0] = np.inf
    bounds[1] = -np.inf
    for i in range(n):
        good = True
        for j in range(d):
            x = points[i, j]
            good &= abs(x) <= largest
            bounds[0, j] = min(bounds[0, j], x)
            bounds[1, j] = max(bounds[1, j], x)
        if not good:
            return i
    return -1
