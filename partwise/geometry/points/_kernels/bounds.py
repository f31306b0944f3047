"""The bounding box of points."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["column_bounds"]


@kernel
def column_bounds(points, bounds):
    """Write the least and the largest coordinate of every column to `bounds` of shape (2, d)."""
    n, d = points.shape
    bounds[0] = np.inf
    bounds[1] = -np.inf
    for i in range(n):
        for j in range(d):
            x = points[i, j]
            bounds[0, j] = min(bounds[0, j], x)
            bounds[1, j] = max(bounds[1, j], x)
