"""Regions that are the unions of the leaves below them, put together when they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from partwise.geometry.treemaps._cells import Polygons
from partwise.geometry.treemaps._kernels.union import boxes_up, unite_all, unite_below

__all__ = ["UnionCells"]


@dataclass(frozen=True, eq=False)
class UnionCells:
    """Rectilinear polygons of leaves, and the unions of them that inner regions are.

    Boundaries of inner regions are found by cancellation of the leaves' edges on shared
    coordinates, which must be equal to the bit. Areas and boxes need no boundaries.

    Attributes
    ----------
    leaves : Polygons
        One for each region, empty for inner ones.
    first, count, parent : int32 ndarrays of shape (m,)
        Of the plan.
    """

    leaves: Polygons
    first: NDArray[np.int32]
    count: NDArray[np.int32]
    parent: NDArray[np.int32]

    def polygon(self, i: int) -> NDArray[np.float64]:
        """Return the vertices of region `i`, shape (k, 2). O(s log s) for s vertices of leaves."""
        if self.count[i] == 0:
            return self.leaves.polygon(i)
        if "_united" in self.__dict__:
            return self._united.polygon(i)
        boundary: NDArray[np.float64] = unite_below(
            i, self.first, self.count, self.leaves.indptr, self.leaves.xy
        )
        return boundary

    def ragged(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return pointers and the vertices of all regions."""
        return self._united.indptr, self._united.xy

    @property
    def areas(self) -> NDArray[np.float64]:
        """Area of each region, of an inner one the sum over its leaves."""
        return self._measures[0]

    @property
    def boxes(self) -> NDArray[np.float64]:
        """Bounding box (x0, y0, x1, y1) of each region, NaN for an empty one; shape (m, 4)."""
        return self._measures[1]

    @cached_property
    def _united(self) -> Polygons:
        indptr = np.empty(len(self.first) + 1, np.int64)
        xy = unite_all(self.first, self.count, self.leaves.indptr, self.leaves.xy, indptr)
        return Polygons(indptr, xy)

    @cached_property
    def _measures(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        areas, boxes = self.leaves.areas.copy(), self.leaves.boxes.copy()
        boxes_up(self.parent, areas, boxes)
        return areas, boxes
