"""What the functions of power diagrams return."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.geometry._points import check_points
from partwise.geometry.cells._input import Floats, span

__all__ = ["PowerDiagram"]

_ON_SIDE = 1e-12  # points outside by less than this times the size of the domain count as inside


@dataclass(frozen=True, slots=True, eq=False)
class PowerDiagram:
    """A convex domain divided among sites: the cell of site i has the smallest |x - s_i|^2 - u_i.

    Cells are convex polygons, counter-clockwise; neighbours share their vertices bit by bit.

    Attributes
    ----------
    sites : float64 ndarray of shape (n, 2)
    weights : float64 ndarray of shape (n,)
        u, in units of squared length.
    domain : float64 ndarray of shape (m, 2)
        Corners, counter-clockwise.
    indptr : int64 ndarray of shape (n + 1,)
        The polygon of cell i is ``xy[indptr[i]:indptr[i + 1]]``, nothing for a hidden site.
    xy : float64 ndarray of shape (indptr[-1], 2)
    across : int64 ndarray of shape (indptr[-1],)
        The cell on the other side of the edge from a vertex to the next one, -1 at the border.
    areas : float64 ndarray of shape (n,)
    centroids : float64 ndarray of shape (n, 2)
        NaN for hidden sites.
    edges : int64 ndarray of shape (e, 2)
        Neighbours i < j, sorted.
    lengths : float64 ndarray of shape (e,)
        Of the edges that they share.
    targets : float64 ndarray of shape (n,) or None
        Areas that were prescribed.
    residuals : float64 ndarray or None
        Root of the summed squared area errors, each over its target, before the first and after
        every Newton step.
    n_iter : int
        Moves of the sites to their centroids.
    """

    sites: Floats = field(repr=False)
    weights: Floats = field(repr=False)
    domain: Floats = field(repr=False)
    indptr: NDArray[np.int64] = field(repr=False)
    xy: Floats = field(repr=False)
    across: NDArray[np.int64] = field(repr=False)
    areas: Floats
    centroids: Floats = field(repr=False)
    edges: NDArray[np.int64] = field(repr=False)
    lengths: Floats = field(repr=False)
    targets: Floats | None = field(default=None, repr=False)
    residuals: Floats | None = field(default=None, repr=False)
    n_iter: int = 0

    @property
    def n_cells(self) -> int:
        """Number of sites, hidden ones included."""
        return self.sites.shape[0]

    @property
    def hidden(self) -> NDArray[np.bool_]:
        """Which sites have no cell."""
        return np.diff(self.indptr) == 0

    @property
    def area_error(self) -> float:
        """Largest error of an area, relative to its target; NaN if no areas were prescribed."""
        if self.targets is None:
            return float("nan")
        return float(np.max(np.abs(self.areas - self.targets) / self.targets))

    @property
    def cost(self) -> float:
        """Integral of the squared distance to the site of one's cell, over the domain."""
        cell = np.repeat(np.arange(self.n_cells), np.diff(self.indptr))
        a = self.xy - self.sites[cell]
        b = self.xy[self._following()] - self.sites[cell]
        cross = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
        return float((cross * (a * a + a * b + b * b).sum(axis=1)).sum() / 12)

    def _following(self) -> NDArray[np.int64]:
        """Return for every vertex the next one of its polygon."""
        following = np.arange(1, self.indptr[-1] + 1)
        there = ~self.hidden
        following[self.indptr[1:][there] - 1] = self.indptr[:-1][there]
        return following

    def cell(self, i: int) -> Floats:
        """Return the polygon of cell i, shape (m, 2) with m = 0 for a hidden site.

        Raises
        ------
        IndexError
            There is no such site.
        """
        if not -self.n_cells <= i < self.n_cells:
            raise IndexError(f"cell {i} of {self.n_cells}")
        i %= self.n_cells
        return self.xy[self.indptr[i] : self.indptr[i + 1]]

    def locate(self, points: ArrayLike) -> NDArray[np.int64]:
        """Return the cell of every point, -1 outside the domain.

        Parameters
        ----------
        points : array-like of shape (q, 2)

        Returns
        -------
        int64 ndarray of shape (q,)
            The power-nearest site, the lower one on common borders; O(log n) time a point.

        Raises
        ------
        ValueError, TypeError
            No finite numbers of this shape.
        """
        from partwise.geometry.cells._kernels.newton import prepare
        from partwise.geometry.cells._kernels.tree import fill_tops, locate

        queries = check_points(points, "points", 2, empty=True)
        order, placed, levels, boxes = prepare(self.sites)
        weights = self.weights[order]
        tops = np.empty(boxes.shape[0])
        fill_tops(weights, levels, tops)
        found = np.empty(queries.shape[0], dtype=np.int64)
        locate(queries, placed, weights, order, levels, boxes, tops, found)
        sides = np.roll(self.domain, -1, axis=0) - self.domain
        slack = _ON_SIDE * span(self.domain)
        for corner, side in zip(self.domain, sides):
            gap = side[0] * (queries[:, 1] - corner[1]) - side[1] * (queries[:, 0] - corner[0])
            found[gap < -slack * np.hypot(*side)] = -1
        return found

    def to_dict(self, *, cells: bool = False) -> dict[str, Any]:
        """Return the numbers as plain Python values, ready for JSON.

        Parameters
        ----------
        cells : bool, default=False
            Whether to include the polygons, as lists of [x, y].
        """
        result: dict[str, Any] = {
            "n_cells": self.n_cells,
            "n_hidden": int(self.hidden.sum()),
            "sites": self.sites.tolist(),
            "weights": self.weights.tolist(),
            "areas": self.areas.tolist(),
            "edges": self.edges.tolist(),
            "lengths": self.lengths.tolist(),
            "cost": self.cost,
            "n_iter": self.n_iter,
        }
        if self.targets is not None:
            result["targets"] = self.targets.tolist()
            result["area_error"] = self.area_error
        if cells:
            result["cells"] = [self.cell(i).tolist() for i in range(self.n_cells)]
        return result
