"""What a partition of a scene into blocks is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.geometry._points import finite_points
from partwise.geometry.points._block_cuts import CutTree
from partwise.geometry.points._ground import Frame

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["BlockLayout"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BlockLayout:
    """Rectangular blocks of a scene, and what each holds.

    Coordinates of rectangles are those of ``frame.ground``.

    Attributes
    ----------
    labels : int32 ndarray of shape (n,)
        Block of every point, before the blocks are expanded; -1 for outliers, for points outside
        the region and for points of dropped blocks.
    low, high : float64 ndarray of shape (n_blocks, 2)
        Opposite corners of the blocks, which tile a rectangle.
    expanded_low, expanded_high : float64 ndarray of shape (n_blocks, 2)
        The same for the expanded blocks, which overlap.
    heights : float64 ndarray of shape (n_blocks, 2) or None
        Lower and upper end of each block; None unless points have three coordinates.
    loads : float64 ndarray of shape (n_blocks,)
        Number, or weight, of the points of each block.
    members : scipy csr_array of shape (n_blocks, n), bool
        The points of each expanded block.
    views : scipy csr_array of shape (n_blocks, n_views), bool, or None
        The views of each block; None without visibility.
    depth : int64 ndarray of shape (n_blocks,)
        How often the rectangle was halved to get a block.
    imbalance : float
        By what fraction the heaviest block exceeds the mean.
    inlier : bool ndarray of shape (n,)
        False for outliers and points outside the region.
    n_dropped : int
        Blocks that had too few points or views.
    frame : Frame
        ``origin``, ``axes`` of the ground and direction ``up`` of heights, and the maps ``ground``
        and ``height`` of points to coordinates.
    tree : CutTree
        The cuts, by which :meth:`predict` finds the leaf of a point.
    block_of_leaf : int32 ndarray
        Block of every leaf of the tree, -1 for dropped ones.
    """

    labels: NDArray[np.int32] = field(repr=False)
    low: Floats = field(repr=False)
    high: Floats = field(repr=False)
    expanded_low: Floats = field(repr=False)
    expanded_high: Floats = field(repr=False)
    heights: Floats | None = field(repr=False)
    loads: Floats = field(repr=False)
    members: csr_array = field(repr=False)
    views: csr_array | None = field(repr=False)
    depth: NDArray[np.int64] = field(repr=False)
    imbalance: float
    inlier: NDArray[np.bool_] = field(repr=False)
    n_dropped: int
    frame: Frame = field(repr=False)
    tree: CutTree = field(repr=False)
    block_of_leaf: NDArray[np.int32] = field(repr=False)

    @property
    def n_blocks(self) -> int:
        """The number of blocks."""
        return len(self.low)

    def predict(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the block of each point.

        Parameters
        ----------
        X : array-like of shape (n, d)

        Returns
        -------
        int32 ndarray of shape (n,)
            A point outside the rectangle belongs to the block on its side of all cuts; -1 stands
            for a dropped block. Points that were partitioned get their labels again, other than
            outliers and, unless cuts are midpoints, points exactly on a cut, which were shared out
            by number.
        """
        points = finite_points(X, "X", self.frame.origin.size)
        return self.block_of_leaf[self.tree.locate(self.frame.ground(points))]

    def corners(self, block: int, *, expanded: bool = True) -> Floats:
        """Return the corners of a block in space.

        Parameters
        ----------
        block : int
        expanded : bool, default=True

        Returns
        -------
        float64 ndarray of shape (4, d), or (8, 3) for points with heights
            Around the rectangle; first those below, then those above.
        """
        if not 0 <= block < self.n_blocks:
            raise ValueError(f"block must be from 0 to {self.n_blocks - 1}, got {block}")
        low = (self.expanded_low if expanded else self.low)[block]
        high = (self.expanded_high if expanded else self.high)[block]
        around = np.array([low, [high[0], low[1]], high, [low[0], high[1]]])
        flat = self.frame.origin + around @ self.frame.axes
        if self.heights is None or self.frame.up is None:
            return flat
        return np.concatenate([flat + h * self.frame.up for h in self.heights[block]])

    def to_dict(self, *, labels: bool = False) -> dict[str, Any]:
        """Return the numbers as plain Python values, ready for JSON.

        Parameters
        ----------
        labels : bool, default=False
            Whether to include the labels, as a list.
        """
        result: dict[str, Any] = {
            "n_blocks": self.n_blocks,
            "n_dropped": self.n_dropped,
            "n_outside": int((~self.inlier).sum()),
            "imbalance": self.imbalance,
            "loads": self.loads.tolist(),
            "depth": self.depth.tolist(),
            "origin": self.frame.origin.tolist(),
            "axes": self.frame.axes.tolist(),
            "up": None if self.frame.up is None else self.frame.up.tolist(),
            "low": self.low.tolist(),
            "high": self.high.tolist(),
            "expanded_low": self.expanded_low.tolist(),
            "expanded_high": self.expanded_high.tolist(),
            "heights": None if self.heights is None else self.heights.tolist(),
            "n_views": None if self.views is None else np.diff(self.views.indptr).tolist(),
        }
        if labels:
            result["labels"] = self.labels.tolist()
        return result
