"""A fixed grid of blocks in a contracted space."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_count
from partwise.geometry._points import finite_points

__all__ = ["grid_blocks"]


def grid_blocks(points: ArrayLike, dims: Sequence[int], box: ArrayLike) -> NDArray[np.int32]:
    """Return the block of each point on a grid that covers all space.

    The box is scaled to [-1, 1]^d. A point x outside is moved to (2 - 1 / |x|) x / |x|, where |x|
    is its largest coordinate, which takes all space into [-2, 2]^d; a grid of equal cells divides
    this cube.

    Parameters
    ----------
    points : array-like of shape (n, d)
        Finite coordinates.
    dims : sequence of d ints
        Cells along each axis.
    box : array-like of shape (2, d)
        Lower and upper corner of the part of space that matters. It fills the middle half of the
        cube along each axis.

    Returns
    -------
    int32 ndarray of shape (n,)
        Cells are numbered with the last axis fastest, from 0. A point between two cells belongs to
        the upper one.

    Raises
    ------
    ValueError, TypeError
        Shapes that do not fit, a box without volume, `dims` below 1, entries that are not finite.

    Notes
    -----
    O(n d). J. Fan et al., "Momentum-GS: Momentum Gaussian self-distillation for high-quality large
    scene reconstruction", 2024, arXiv:2412.04887, whose choice of views by rendering is not here;
    the contraction is that of J. T. Barron et al., "Mip-NeRF 360", CVPR 2022, arXiv:2111.12077,
    with the largest coordinate as norm.

    Examples
    --------
    >>> points = [(-0.5, 0.2), (0.5, 0.2), (9.0, -3.0), (-100.0, 40.0)]
    >>> grid_blocks(points, (2, 2), [(-1, -1), (1, 1)]).tolist()
    [1, 3, 2, 1]
    """
    X = finite_points(points, "points")
    d = X.shape[1]
    if len(dims) != d:
        raise ValueError(f"dims must have {d} numbers, one per coordinate, got {len(dims)}")
    cells = np.array([check_count(f"dims[{i}]", size) for i, size in enumerate(dims)])
    n_cells = 1
    for size in cells.tolist():
        n_cells *= size
    if n_cells > np.iinfo(np.int32).max:
        raise ValueError(f"dims must have a product below 2**31, got {n_cells}")
    low, high = finite_points(box, "box", d) if np.shape(box) == (2, d) else _no_box(box, d)
    if not (high > low).all():
        raise ValueError(f"box must have a positive extent along each axis, got {high - low}")
    x = (X - low) / (high - low) * 2.0 - 1.0
    size = np.abs(x).max(axis=1, keepdims=True)
    factor = np.where(size > 1.0, (2.0 - 1.0 / np.maximum(size, 1.0)) / np.maximum(size, 1.0), 1.0)
    place = np.floor((x * factor / 4.0 + 0.5) * cells).astype(np.int64)
    place = np.clip(place, 0, cells - 1)  # so far away that the contraction rounds to 2
    return np.ravel_multi_index(tuple(place.T), tuple(cells)).astype(np.int32)


def _no_box(box: ArrayLike, d: int) -> NDArray[np.float64]:
    raise ValueError(f"box must have shape (2, {d}), got {np.shape(box)}")
