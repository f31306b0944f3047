"""The convex cells of a BSP tree's leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from partwise.geometry.space._input import Floats

__all__ = ["BSPCells", "box_faces"]


@dataclass(frozen=True, slots=True, eq=False)
class BSPCells:
    """Convex polygons or polytopes that tile a box, one for every leaf that reaches into it.

    Attributes
    ----------
    leaf : int32 ndarray of shape (n_cells,)
        Leaf of every cell.
    volumes : float64 ndarray of shape (n_cells,)
        Volumes, in the plane areas.
    vertices : float64 ndarray of shape (n_vertices, d)
        Vertices of faces, one face after the other.
    face_ptr : int64 ndarray of shape (n_faces + 1,)
        The vertices of face f are rows face_ptr[f] to face_ptr[f + 1] - 1, counterclockwise as seen
        from outside.
    cell_ptr : int64 ndarray of shape (n_cells + 1,)
        The faces of cell i are cell_ptr[i] to cell_ptr[i + 1] - 1; in the plane that is one, the
        cell itself.
    """

    leaf: NDArray[np.int32] = field(repr=False)
    volumes: Floats
    vertices: Floats = field(repr=False)
    face_ptr: NDArray[np.int64] = field(repr=False)
    cell_ptr: NDArray[np.int64] = field(repr=False)

    def __len__(self) -> int:
        return int(self.leaf.size)

    def faces(self, cell: int) -> list[Floats]:
        """Return the polygons that bound a cell, each of shape (m, d).

        Raises
        ------
        IndexError
            There is no such cell.
        """
        if not 0 <= cell < len(self):
            raise IndexError(f"cell must be from 0 to {len(self) - 1}, got {cell}")
        first, last = self.cell_ptr[cell], self.cell_ptr[cell + 1]
        rows = self.face_ptr[first : last + 1]
        return [self.vertices[i:j] for i, j in pairwise(rows)]

    def polygon(self, cell: int) -> Floats:
        """Return the polygon of a cell in the plane, of shape (m, 2), counterclockwise.

        Raises
        ------
        IndexError
            There is no such cell.
        ValueError
            The cells are polytopes, which :meth:`faces` gives.
        """
        if self.vertices.shape[1] != 2:
            raise ValueError("cells in space are no polygons; faces(cell) gives those around them")
        return self.faces(cell)[0]


def box_faces(low: Floats, high: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Return (vertices, ptr) of the faces of a rectangle or a box, seen from outside."""
    if low.size == 2:
        corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)])
        ptr = np.array([0, 4])
    else:
        top = np.array([(0, 0), (1, 0), (1, 1), (0, 1)])
        faces = []
        for axis in range(3):
            # a, b, axis is a right-handed system, so that the face at the upper end looks outward
            a, b = (axis + 1) % 3, (axis + 2) % 3
            for end in (0, 1):
                face = np.empty((4, 3), np.int64)
                face[:, axis] = end
                face[:, [a, b]] = top if end else top[::-1]
                faces.append(face)
        corners, ptr = np.concatenate(faces), np.arange(0, 25, 4)
    return np.where(corners == 0, low, high).astype(np.float64), ptr.astype(np.int64)
