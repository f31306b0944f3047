"""Binary space partitions: space cut by hyperplanes, for solids, scenes and arrangements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike

from partwise._random import RandomState
from partwise.geometry.space._bsp_boolean import Operation, merge
from partwise.geometry.space._bsp_build import check_choice, clip_to_box, grow, tell_apart
from partwise.geometry.space._bsp_faces import (
    Faces,
    as_polygons,
    as_segments,
    mesh_polygons,
    ring_segments,
)
from partwise.geometry.space._bsp_queries import BSPQueries
from partwise.geometry.space._hyperplanes import check_hyperplanes
from partwise.geometry.space._input import check_box, check_cloud

__all__ = ["BSPTree"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BSPTree(BSPQueries):
    """A tree of hyperplanes whose leaves are convex cells of space.

    Build it with :meth:`from_segments` or :meth:`from_rings` in the plane, :meth:`from_polygons` or
    :meth:`from_mesh` in space, or :meth:`from_hyperplanes` in any dimension. Trees of solids are
    combined by ``a | b``, ``a & b`` and ``a - b``.

    Attributes
    ----------
    normals : float64 ndarray of shape (n_nodes, d)
        Normals of length 1. Node 0 is the root; a parent comes before its children.
    offsets : float64 ndarray of shape (n_nodes,)
        A node cuts at ``normals[i] . x = offsets[i]``; points with a larger product are in front.
    children : int32 ndarray of shape (n_nodes, 2)
        Node behind and node in front; ``-1 - leaf`` for a leaf.
    inside : int8 ndarray of shape (n_leaves,)
        1 for a leaf in the solid, 0 outside; -1 throughout where there is no solid.
    vertices : float64 ndarray of shape (n_vertices, d)
        Vertices of the pieces into which the faces are cut.
    piece_ptr : int64 ndarray of shape (n_pieces + 1,)
        The vertices of piece p are rows piece_ptr[p] to piece_ptr[p + 1] - 1.
    piece_node : int32 ndarray of shape (n_pieces,)
        The node in whose plane a piece lies, ascending.
    piece_face : int32 ndarray of shape (n_pieces,)
        The face, segment or hyperplane of the input that it is a part of; -1 after an operation.
    bounds : (low, high)
        Corners of a box around everything that was put in.
    eps : float
        How close to a plane counts as within it, in units of length.

    Examples
    --------
    >>> square = BSPTree.from_rings([[(0, 0), (2, 0), (2, 2), (0, 2)]], random_state=0)
    >>> square
    BSPTree(dimension=2, n_nodes=4, n_leaves=5, n_pieces=4, solid)
    >>> corner = BSPTree.from_rings([[(1, 1), (3, 1), (3, 3), (1, 3)]], random_state=0)
    >>> (square - corner).contains([(0.5, 0.5), (1.5, 1.5), (2.5, 2.5)]).tolist()
    [True, False, False]
    >>> round((square | corner).volume(), 9)
    7.0
    """

    @classmethod
    def from_segments(
        cls,
        segments: ArrayLike,
        *,
        solid: bool | None = None,
        n_candidates: int = 8,
        balance: float = 0.5,
        random_state: RandomState = None,
    ) -> BSPTree:
        """Build a tree in the plane along the lines of segments.

        Parameters
        ----------
        segments : array-like of shape (n, 2, 2)
            Start and end of each. For a solid they run around it with the inside on their left,
            counterclockwise outside and clockwise around holes, with ends that are exactly equal,
            and do not cross; where solids touch, opposite segments cancel. Segments without length
            are left out.
        solid : bool, optional
            Whether the segments bound a solid; by default, whether as many segments end as start in
            every place. Segments that run the other way round bound the complement.
        n_candidates : int, default=8
            Lines that are tried at a node: all of those left if they are no more, else so many that
            are drawn.
        balance : float, default=0.5
            A line costs the number of segments it cuts plus `balance` times the difference between
            the numbers on both sides; the cheapest is taken.
        random_state : int, Generator, RandomState or None
            Seed of the draws.

        Returns
        -------
        BSPTree

        Raises
        ------
        ValueError
            Another shape, NaN or infinity, no segment with a length; `solid` for segments that are
            not closed; parameters out of range.

        Notes
        -----
        Segments are cut by the lines of others (Sutherland and Hodgman), ends within 1e-9 of the
        diagonal of a line counting as on it, until no cell has any inside. With lines in random
        order O(n log n) pieces are expected in the plane; in space O(n^2) can be needed. Each level
        of the tree takes O(n_candidates n) time; a convex figure has no better tree than a path,
        with a node for each of its sides.

        References
        ----------
        H. Fuchs, Z. M. Kedem, B. F. Naylor, "On visible surface generation by a priori tree
        structures", SIGGRAPH 1980, doi:10.1145/965105.807481. M. S. Paterson, F. F. Yao, "Efficient
        binary space partitions for hidden-surface removal and solid modeling", Discrete Comput.
        Geom. 5, 1990, doi:10.1007/BF02187806.

        Examples
        --------
        >>> tree = BSPTree.from_segments([[(0, 0), (1, 0)], [(0, 1), (1, 2)]], random_state=0)
        >>> tree.back_to_front((0.5, -3)).tolist()
        [1, 0]
        """
        return cls._build(as_segments(segments), solid, n_candidates, balance, random_state)

    @classmethod
    def from_rings(
        cls,
        rings: Sequence[ArrayLike],
        *,
        n_candidates: int = 8,
        balance: float = 0.5,
        random_state: RandomState = None,
    ) -> BSPTree:
        """Build the tree of polygons with holes in the plane, by the even-odd rule.

        Parameters
        ----------
        rings : sequence of array-like of shape (m, 2)
            Closed curves, in either direction, that do not cross themselves or one another; they
            may touch.
        n_candidates, balance, random_state
            As for :meth:`from_segments`.

        Returns
        -------
        BSPTree
            A solid: the places that lie in an odd number of rings.

        Raises
        ------
        ValueError
            A ring with fewer than three vertices, NaN or infinity; parameters out of range.

        Examples
        --------
        >>> outer, hole = [(0, 0), (4, 0), (4, 4), (0, 4)], [(1, 1), (3, 1), (3, 3), (1, 3)]
        >>> BSPTree.from_rings([outer, hole], random_state=0).contains([(0.5, 2), (2, 2)]).tolist()
        [True, False]
        """
        return cls._build(as_segments(ring_segments(rings)), True, n_candidates, balance,
                          random_state)  # fmt: skip

    @classmethod
    def from_polygons(
        cls,
        polygons: ArrayLike | Sequence[ArrayLike],
        *,
        solid: bool | None = None,
        n_candidates: int = 8,
        balance: float = 0.5,
        random_state: RandomState = None,
    ) -> BSPTree:
        """Build a tree in space along the planes of convex polygons.

        Parameters
        ----------
        polygons : ndarray of shape (n, m, 3) or sequence of array-like of shape (m, 3)
            Vertices of plane convex polygons, such as triangles, counterclockwise as seen from
            outside the solid if there is one; where solids touch, opposite polygons cancel. Those
            without area are left out.
        solid : bool, optional
            Whether the polygons bound a solid; by default, whether every edge runs as often in one
            direction as in the other, ends being the same if they are exactly equal. Polygons that
            are turned inside out bound the complement.
        n_candidates, balance, random_state
            As for :meth:`from_segments`.

        Returns
        -------
        BSPTree

        Raises
        ------
        ValueError
            Another shape, NaN or infinity, a polygon that is not plane or not convex, none with an
            area; `solid` for polygons that are not closed; parameters out of range.

        Examples
        --------
        >>> import numpy as np
        >>> corner = np.eye(4, 3, k=-1)
        >>> tetrahedron = corner[[[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]]
        >>> tree = BSPTree.from_polygons(tetrahedron, random_state=0)
        >>> tree.contains([(0.1, 0.1, 0.1), (0.9, 0.9, 0.9)]).tolist()
        [True, False]
        >>> round(tree.volume() * 6, 9)
        1.0
        """
        return cls._build(as_polygons(polygons), solid, n_candidates, balance, random_state)

    @classmethod
    def from_mesh(
        cls,
        vertices: ArrayLike,
        faces: ArrayLike,
        *,
        solid: bool | None = None,
        n_candidates: int = 8,
        balance: float = 0.5,
        random_state: RandomState = None,
    ) -> BSPTree:
        """Build a tree in space along the planes of the faces of a mesh.

        Parameters
        ----------
        vertices : array-like of shape (n_vertices, 3)
        faces : array-like of int, shape (n, m)
            Vertices of plane convex faces, m to each.
        solid, n_candidates, balance, random_state
            As for :meth:`from_polygons`.

        Returns
        -------
        BSPTree

        Raises
        ------
        ValueError
            As for :meth:`from_polygons`; a vertex number that there is not.

        Examples
        --------
        >>> vertices = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]
        >>> BSPTree.from_mesh(vertices, [(0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3)])
        BSPTree(dimension=3, n_nodes=4, n_leaves=5, n_pieces=4, solid)
        """
        return cls._build(as_polygons(mesh_polygons(vertices, faces)), solid, n_candidates,
                          balance, random_state)  # fmt: skip

    @classmethod
    def from_hyperplanes(
        cls,
        normals: ArrayLike,
        offsets: ArrayLike,
        *,
        points: ArrayLike | None = None,
        box: ArrayLike | None = None,
        n_candidates: int = 8,
        balance: float = 0.5,
        random_state: RandomState = None,
    ) -> BSPTree:
        """Build the tree of an arrangement of hyperplanes, whole or as far as points need it.

        Parameters
        ----------
        normals : array-like of shape (m, d)
            Not zero.
        offsets : array-like of shape (m,)
            Hyperplane j is ``normals[j] . x = offsets[j]``.
        points : array-like of shape (n, d), optional
            With points, in any dimension, leaves are the cells of :func:`hyperplane_cells`, with
            the same numbers, and nodes only cut between them.
        box : (low, high), optional
            Without points, in two or three dimensions, leaves are the cells into which the
            hyperplanes cut this box; a hyperplane that misses it plays no part.
        n_candidates, balance, random_state
            As for :meth:`from_segments`.

        Returns
        -------
        BSPTree
            Without a solid, and with points without pieces.

        Raises
        ------
        ValueError
            Shapes that do not fit, a zero normal, NaN or infinity; neither points nor box; a box in
            other than two or three dimensions; parameters out of range.

        Examples
        --------
        >>> cross = [(1, 0), (0, 1)]
        >>> BSPTree.from_hyperplanes(cross, [0, 0], box=((-1, -1), (1, 1))).n_leaves
        4
        >>> tree = BSPTree.from_hyperplanes(cross, [0, 0], points=[(1, 1), (1, 2), (-1, 1)])
        >>> tree.leaf_of([(5, 5), (-5, 5)]).tolist()
        [1, 0]
        """
        choice = check_choice(n_candidates, balance, random_state)
        if points is None:
            planes, constants = check_hyperplanes(normals, offsets)
            d = planes.shape[1]
            if box is None or d not in (2, 3):
                raise ValueError(
                    f"from_hyperplanes needs points, or in 2 or 3 dimensions a box; got "
                    f"{'neither' if box is None else f'a box in {d} dimensions'}"
                )
            bounds = check_box(box, d)
            return cls(*grow(clip_to_box(planes, constants, bounds), False, bounds, choice))
        X = check_cloud(points, name="points")
        planes, constants = check_hyperplanes(normals, offsets, X.shape[1])
        bounds = (X.min(axis=0), X.max(axis=0)) if box is None else check_box(box, X.shape[1])
        return cls(*tell_apart(X, planes, constants, bounds, choice))

    @classmethod
    def _build(
        cls,
        faces: Faces,
        solid: bool | None,
        n_candidates: int,
        balance: float,
        random_state: RandomState,
    ) -> BSPTree:
        if solid and not faces.closed:
            raise ValueError("solid=True needs faces that are closed, got some with free ends")
        choice = check_choice(n_candidates, balance, random_state)
        bounds = (faces.V.min(axis=0), faces.V.max(axis=0))
        return cls(*grow(faces, faces.closed if solid is None else solid, bounds, choice))

    def union(self, other: BSPTree) -> BSPTree:
        """Return the solid of all places in this one or the other; also ``a | b``.

        Parameters
        ----------
        other : BSPTree
            Of the same dimension.

        Returns
        -------
        BSPTree
            With new pieces, those of the boundary of the result.

        Raises
        ------
        ValueError
            A tree has no solid; different dimensions.

        Notes
        -----
        This is tree merging: the cuts of this tree stay on top, and under every leaf that does not
        settle the matter come those cuts of the other that reach into the leaf's cell, found by
        cutting convex cells. Nodes with equal leaves on both sides are dropped, and the boundary is
        what of a node's plane separates inside from outside. Of the choices that the paper leaves
        open, which of the two roots becomes the root of the result, this is the simplest.

        References
        ----------
        B. Naylor, J. Amanatides, W. Thibault, "Merging BSP trees yields polyhedral set operations",
        SIGGRAPH 1990, doi:10.1145/97880.97892. W. C. Thibault, B. F. Naylor, "Set operations on
        polyhedra using binary space partitioning trees", SIGGRAPH 1987, doi:10.1145/37402.37421.
        """
        return self._merge("union", other)

    def intersection(self, other: BSPTree) -> BSPTree:
        """Return the solid of all places in this one and the other; also ``a & b``.

        Parameters, result, errors and sources are those of :meth:`union`.
        """
        return self._merge("intersection", other)

    def difference(self, other: BSPTree) -> BSPTree:
        """Return the solid of all places in this one and not in the other; also ``a - b``.

        Parameters, result, errors and sources are those of :meth:`union`.
        """
        return self._merge("difference", other)

    def __or__(self, other: object) -> BSPTree:
        return self.union(other) if isinstance(other, BSPTree) else NotImplemented

    def __and__(self, other: object) -> BSPTree:
        return self.intersection(other) if isinstance(other, BSPTree) else NotImplemented

    def __sub__(self, other: object) -> BSPTree:
        return self.difference(other) if isinstance(other, BSPTree) else NotImplemented

    def _merge(self, operation: Operation, other: BSPTree) -> BSPTree:
        for tree in (self, other):
            tree.need_solid(operation)
        if self.dimension != other.dimension:
            raise ValueError(
                f"{operation} needs solids of one dimension, got {self.dimension} and "
                f"{other.dimension}"
            )
        return BSPTree(*merge(operation, self, other))
