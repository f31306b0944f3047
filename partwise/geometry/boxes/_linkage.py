"""Linkage matrices as the arrays that kernels take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.geometry._linkage import dendrogram_labels
from partwise.geometry.boxes._kernels.dendrogram import order_points

__all__ = ["Dendrogram", "as_dendrogram"]

#: Least positive height, as a part of the largest.
FLATTEST = 1e-150

#: Between these the largest height has to be, so that nothing overflows or loses digits.
LEAST, MOST = 1e-150, 1e280


@dataclass(frozen=True, eq=False)
class Dendrogram:
    """The merges of n points, from the lowest up to the one that has all of them.

    Attributes
    ----------
    parts : int64 ndarray of shape (n - 1, 2)
        Merge i makes cluster n + i of these two.
    heights : float64 ndarray of shape (n - 1,)
        The distance between points of different parts.
    """

    parts: NDArray[np.int64]
    heights: NDArray[np.float64]

    @property
    def n_points(self) -> int:
        """Number of points, at least 1."""
        return len(self.heights) + 1

    @property
    def top(self) -> float:
        """The height of the last merge, the largest; 0 if there is none."""
        return float(self.heights[-1]) if self.heights.size else 0.0

    def order(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the points, every cluster a range of them, and the distance of each to the next.

        The distance of any two is the largest between them.
        """
        order, gaps = np.empty(self.n_points, np.int64), np.empty(self.n_points - 1)
        order_points(self.parts, self.heights, order, gaps)
        return order, gaps


def as_dendrogram(linkage: ArrayLike) -> Dendrogram:
    """Return a linkage matrix as a dendrogram.

    Parameters
    ----------
    linkage : array-like of shape (n - 1, 4)
        As :func:`scipy.cluster.hierarchy.linkage` returns it; none of its rows are needed for a
        single point.

    Raises
    ------
    ValueError
        Not such a matrix, or heights that fall or are too far apart: the message tells the row.
    TypeError
        Entries that are no numbers.
    """
    given = np.asarray(linkage)
    if given.shape == (0, 4):
        return Dendrogram(np.empty((0, 2), np.int64), np.empty(0))
    labels = dendrogram_labels(given)
    heights = labels[len(given) + 1 :].copy()
    top = heights[-1]
    if top > 0.0 and not LEAST <= top <= MOST:
        raise ValueError(f"linkage must end at a height from {LEAST} to {MOST}, got {top}")
    flat = np.flatnonzero((heights > 0.0) & (heights < FLATTEST * top))
    if flat.size:
        raise ValueError(
            f"linkage must have heights of 0 or at least {FLATTEST} of the last, {top}, row "
            f"{flat[0]} has {heights[flat[0]]}"
        )
    return Dendrogram(np.ascontiguousarray(given[:, :2], np.int64), heights)
