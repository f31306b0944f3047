"""How the regions of a layout are stored: as boxes, or as polygons one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from partwise.geometry.treemaps._kernels.measure import areas_of, boxes_of

__all__ = ["Boxes", "Cells", "Polygons"]


class Cells(Protocol):
    """Regions numbered from 0, whatever they are made of. Polygons are counterclockwise."""

    def polygon(self, i: int) -> NDArray[np.float64]:
        """Return the vertices of region `i`, shape (k, 2); none if it is empty."""

    def ragged(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return pointers and the vertices of all regions."""

    @property
    def areas(self) -> NDArray[np.float64]:
        """Area of each region."""

    @property
    def boxes(self) -> NDArray[np.float64]:
        """Bounding box (x0, y0, x1, y1) of each region, NaN for an empty one; shape (m, 4)."""


@dataclass(frozen=True, eq=False)
class Boxes:
    """Axis-parallel rectangles (x0, y0, x1, y1), shape (m, 4)."""

    boxes: NDArray[np.float64]

    def polygon(self, i: int) -> NDArray[np.float64]:
        """Return the corners of region `i`, shape (4, 2)."""
        x0, y0, x1, y1 = self.boxes[i]
        if not x0 < x1 or not y0 < y1:
            return np.empty((0, 2))
        return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])

    def ragged(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return pointers and the corners of all regions."""
        x0, y0, x1, y1 = self.boxes.T
        full = (x0 < x1) & (y0 < y1)
        corners = np.stack((x0, y0, x1, y0, x1, y1, x0, y1), axis=1)
        indptr = np.zeros(len(full) + 1, np.int64)
        np.cumsum(full * 4, out=indptr[1:])
        return indptr, corners[full].reshape(-1, 2)

    @cached_property
    def areas(self) -> NDArray[np.float64]:
        """Area of each region."""
        x0, y0, x1, y1 = self.boxes.T
        areas: NDArray[np.float64] = np.nan_to_num((x1 - x0) * (y1 - y0))
        return areas


@dataclass(frozen=True, eq=False)
class Polygons:
    """Polygons one after the other.

    Attributes
    ----------
    indptr : int64 ndarray of shape (m + 1,)
    xy : float64 ndarray of shape (indptr[-1], 2)
        Counterclockwise.
    lines : int32 ndarray of shape (indptr[-1],), optional
        A number of the line that holds the edge from each vertex to the next one; the same for all
        edges that one cut has made.
    """

    indptr: NDArray[np.int64]
    xy: NDArray[np.float64]
    lines: NDArray[np.int32] | None = None

    def polygon(self, i: int) -> NDArray[np.float64]:
        """Return the vertices of region `i`, shape (k, 2)."""
        return self.xy[self.indptr[i] : self.indptr[i + 1]]

    def ragged(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return pointers and the vertices of all regions."""
        return self.indptr, self.xy

    @cached_property
    def areas(self) -> NDArray[np.float64]:
        """Area of each region."""
        areas = np.empty(len(self.indptr) - 1)
        areas_of(self.indptr, self.xy, areas)
        return areas

    @cached_property
    def boxes(self) -> NDArray[np.float64]:
        """Bounding box (x0, y0, x1, y1) of each region, NaN for an empty one; shape (m, 4)."""
        boxes = np.empty((len(self.indptr) - 1, 4))
        boxes_of(self.indptr, self.xy, boxes)
        return boxes
