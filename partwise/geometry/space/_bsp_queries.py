"""A BSP tree as arrays, and what it answers: places, painting, rays, cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.geometry._points import check_points
from partwise.geometry.space._bsp_cells import BSPCells, box_faces
from partwise.geometry.space._input import Floats, check_box
from partwise.geometry.space._kernels.bsp_cells import leaf_cells
from partwise.geometry.space._kernels.bsp_query import (
    far_to_near,
    find_leaves,
    first_hits,
    tree_depth,
)

__all__ = ["NO_LABEL", "SLACK", "BSPQueries", "TreeArrays", "eps_of"]

NO_LABEL = -1  # of leaves where there is no solid
SLACK = 1e-13  # of the diagonal: how close to a plane a vertex of a cell lies within it
_EPS = 1e-9  # of the diagonal: the same for faces


class TreeArrays(NamedTuple):
    """What a BSP tree is made of, in the order in which it takes them."""

    normals: Floats
    offsets: Floats
    children: NDArray[np.int32]
    inside: NDArray[np.int8]
    vertices: Floats
    piece_ptr: NDArray[np.int64]
    piece_node: NDArray[np.int32]
    piece_face: NDArray[np.int32]
    bounds: tuple[Floats, Floats]
    eps: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BSPQueries:
    """Hyperplanes, leaves and pieces of faces; :class:`~partwise.geometry.BSPTree` says more."""

    normals: Floats
    offsets: Floats
    children: NDArray[np.int32]
    inside: NDArray[np.int8]
    vertices: Floats
    piece_ptr: NDArray[np.int64]
    piece_node: NDArray[np.int32]
    piece_face: NDArray[np.int32]
    bounds: tuple[Floats, Floats]
    eps: float

    def __repr__(self) -> str:
        return (
            f"BSPTree(dimension={self.dimension}, n_nodes={len(self.offsets)}, "
            f"n_leaves={self.n_leaves}, n_pieces={self.n_pieces}"
            f"{', solid' if self.is_solid else ''})"
        )

    @property
    def dimension(self) -> int:
        """Number of coordinates."""
        return int(self.normals.shape[1])

    @property
    def n_leaves(self) -> int:
        """Number of leaves, one more than of nodes."""
        return int(self.inside.size)

    @property
    def n_pieces(self) -> int:
        """Number of pieces of faces."""
        return int(self.piece_node.size)

    @property
    def is_solid(self) -> bool:
        """Whether leaves are known to be inside or outside."""
        return bool(self.inside[0] != NO_LABEL)

    @property
    def depth(self) -> int:
        """Number of nodes above the deepest leaf."""
        return int(tree_depth(self.children))

    def piece(self, number: int) -> Floats:
        """Return the vertices of a piece, of shape (m, d).

        Raises
        ------
        IndexError
            There is no such piece.

        Examples
        --------
        >>> from partwise.geometry import BSPTree
        >>> BSPTree.from_segments([[(0, 0), (1, 0)]]).piece(0).tolist()
        [[0.0, 0.0], [1.0, 0.0]]
        """
        if not 0 <= number < self.n_pieces:
            raise IndexError(f"number must be from 0 to {self.n_pieces - 1}, got {number}")
        return self.vertices[self.piece_ptr[number] : self.piece_ptr[number + 1]]

    def leaf_of(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the leaf in which each place lies, int32 of shape (m,).

        A place in a plane counts as behind it. O(depth) a place.

        Raises
        ------
        ValueError, TypeError
            `X` has another number of columns, NaN or infinity.

        Examples
        --------
        >>> from partwise.geometry import BSPTree
        >>> BSPTree.from_segments([[(0, 0), (1, 0)]]).leaf_of([(9, 5), (9, -5)]).tolist()
        [1, 0]
        """
        places = check_points(X, "X", self.dimension, empty=True)
        leaf = np.empty(len(places), np.int32)
        find_leaves(self.normals, self.offsets, self.children, places, leaf)
        return leaf

    def contains(self, X: ArrayLike) -> NDArray[np.bool_]:
        """Tell for each place whether it is in the solid, bool of shape (m,).

        Places within :attr:`eps` of the boundary may count as either.

        Raises
        ------
        ValueError
            The tree has no solid; `X` has another number of columns, NaN or infinity.
        TypeError
            `X` holds no numbers.

        Examples
        --------
        >>> from partwise.geometry import BSPTree
        >>> triangle = BSPTree.from_rings([[(0, 0), (4, 0), (0, 4)]])
        >>> triangle.contains([(1, 1), (3, 3)]).tolist()
        [True, False]
        """
        self.need_solid("contains")
        return self.inside[self.leaf_of(X)] == 1

    def back_to_front(self, viewpoint: ArrayLike) -> NDArray[np.int32]:
        """Return the pieces in an order in which none hides a later one (painter's algorithm).

        Parameters
        ----------
        viewpoint : array-like of shape (d,)

        Returns
        -------
        int32 ndarray of shape (n_pieces,)
            Reversed, it is an order from front to back.

        Raises
        ------
        ValueError, TypeError
            `viewpoint` has another shape, NaN or infinity; a tree without pieces, built for
            points.

        Notes
        -----
        O(n_nodes + n_pieces): what is on the far side of a plane, what is in it, then what is on
        the side of the viewpoint (Fuchs, Kedem and Naylor 1980).

        Examples
        --------
        >>> from partwise.geometry import BSPTree
        >>> walls = BSPTree.from_segments([[(0, y), (1, y)] for y in (0, 1, 2)], random_state=0)
        >>> walls.piece_face[walls.back_to_front((0.5, 9))].tolist()
        [0, 1, 2]
        """
        self._need_pieces("back_to_front")
        eye = check_points(
            np.atleast_2d(np.asarray(viewpoint)), "viewpoint", self.dimension, empty=True
        )
        if len(eye) != 1:
            raise ValueError(f"viewpoint must be a single place, got {len(eye)}")
        order = np.empty(self.n_pieces, np.int32)
        far_to_near(self.normals, self.offsets, self.children, self._piece_range(), eye, order)
        return order

    def ray_cast(
        self, origins: ArrayLike, directions: ArrayLike
    ) -> tuple[Floats, NDArray[np.int32]]:
        """Return how far rays go until they meet a piece, and which.

        Parameters
        ----------
        origins : array-like of shape (m, d)
        directions : array-like of shape (m, d)
            Not zero.

        Returns
        -------
        lengths : float64 ndarray of shape (m,)
            In units of the directions, infinity for a ray that meets nothing.
        pieces : int32 ndarray of shape (m,)
            -1 for nothing; ``piece_face[pieces]`` are faces of the input.

        Raises
        ------
        ValueError, TypeError
            Shapes that do not fit, NaN or infinity, a direction that is zero; a tree without
            pieces, built for points.

        Notes
        -----
        The cells along a ray are visited in order, and the pieces in the planes between them. A
        piece that a ray runs along, within its plane, is not met.

        Examples
        --------
        >>> from partwise.geometry import BSPTree
        >>> walls = BSPTree.from_segments([[(0, y), (1, y)] for y in (0, 1, 2)], random_state=0)
        >>> lengths, pieces = walls.ray_cast([(0.5, 9), (5, 9)], [(0, -2), (0, -2)])
        >>> lengths.tolist(), walls.piece_face[pieces[0]]
        ([3.5, inf], np.int32(2))
        """
        self._need_pieces("ray_cast")
        starts = check_points(origins, "origins", self.dimension, empty=True)
        ways = check_points(directions, "directions", self.dimension, empty=True)
        if starts.shape != ways.shape:
            raise ValueError(f"directions must have shape {starts.shape}, got {ways.shape}")
        if not ways.any(axis=1).all():
            at = int(np.argmin(ways.any(axis=1)))
            raise ValueError(f"directions[{at}] must not be zero")
        lengths, pieces = np.empty(len(starts)), np.empty(len(starts), np.int32)
        first_hits(self.normals, self.offsets, self.children, self._piece_range(), self.vertices,
                   self.piece_ptr[:-1], np.diff(self.piece_ptr), starts, ways, self.eps, lengths,
                   pieces)  # fmt: skip
        return lengths, pieces

    def cells(self, box: Any = None) -> BSPCells:
        """Return the convex cells of the leaves within a box, which they tile.

        Parameters
        ----------
        box : (low, high), optional
            Two corners, by default :attr:`bounds`.

        Returns
        -------
        BSPCells

        Raises
        ------
        ValueError
            Other than two or three dimensions; a box that is none, such as the bounds of a flat
            input.

        Notes
        -----
        The box is cut on the way down by every plane that reaches into the cell, with the work
        proportional to the sizes of all cells on the way.

        Examples
        --------
        >>> from partwise.geometry import BSPTree
        >>> cells = BSPTree.from_segments([[(0, 0), (1, 0)]]).cells(((0, -1), (3, 2)))
        >>> cells.leaf.tolist(), cells.volumes.tolist()
        ([1, 0], [6.0, 3.0])
        >>> cells.polygon(1).tolist()
        [[0.0, -1.0], [3.0, -1.0], [3.0, 0.0], [0.0, 0.0]]
        """
        if self.dimension not in (2, 3):
            raise ValueError(f"cells needs 2 or 3 dimensions, the tree has {self.dimension}")
        low, high = check_box(self.bounds if box is None else box, self.dimension)
        walls, ptr = box_faces(low, high)
        # relative to the box, so that nothing is lost if it is small
        diagonal = float(np.linalg.norm(high - low))
        return BSPCells(*leaf_cells(self.normals, self.offsets, self.children, walls, ptr,
                                    SLACK * diagonal, SLACK * diagonal))  # fmt: skip

    def volume(self, box: Any = None) -> float:
        """Return the volume (in the plane, the area) of the solid within a box.

        Parameters
        ----------
        box : (low, high), optional
            By default :attr:`bounds`, in which all of it lies.

        Raises
        ------
        ValueError
            The tree has no solid; errors of :meth:`cells`.

        Examples
        --------
        >>> from partwise.geometry import BSPTree
        >>> round(BSPTree.from_rings([[(0, 0), (4, 0), (0, 4)]]).volume(), 9)
        8.0
        """
        self.need_solid("volume")
        cells = self.cells(box)
        return float(cells.volumes[self.inside[cells.leaf] == 1].sum())

    def _piece_range(self) -> NDArray[np.int64]:
        """Return where the pieces of every node begin, of shape (n_nodes + 1,)."""
        return np.searchsorted(self.piece_node, np.arange(len(self.offsets) + 1)).astype(np.int64)

    def _need_pieces(self, what: str) -> None:
        if len(self.offsets) and not self.n_pieces and not self.is_solid:
            raise ValueError(
                f"{what} needs pieces of faces, a tree that is built for points has none"
            )

    def need_solid(self, what: str) -> None:
        """Raise a ValueError that names `what` if the tree has no solid."""
        if not self.is_solid:
            raise ValueError(
                f"{what} needs a tree with a solid: closed faces, and no hyperplanes alone"
            )


def eps_of(low: Floats, high: Floats) -> float:
    """Return the distance that counts as none within a box."""
    size = float(np.abs(np.stack([low, high])).max())
    return _EPS * float(np.linalg.norm(high - low)) + 1e-15 * size
