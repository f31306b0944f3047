"""From a user's segments, polygons and meshes to faces in arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.geometry._points import check_finite, check_points
from partwise.geometry.space._input import Floats
from partwise.geometry.space._kernels.bsp_pieces import face_planes

__all__ = ["Faces", "as_polygons", "as_segments", "mesh_polygons", "ring_segments"]

_FLAT = 1e-9  # of the diagonal that a polygon may be off its plane or from being convex


class Faces(NamedTuple):
    """Segments or polygons and their planes.

    Attributes
    ----------
    V : float64 ndarray of shape (n_vertices, d)
    ptr : int64 ndarray of shape (n + 1,)
    normals : float64 ndarray of shape (n, d)
    offsets : float64 ndarray of shape (n,)
    name : int32 ndarray of shape (n,)
        Which of the user's faces each is: those without length or area are left out.
    closed : bool
        Whether every end of a segment is the start of another, or every edge of a polygon is the
        opposite edge of another.
    """

    V: Floats
    ptr: NDArray[np.int64]
    normals: Floats
    offsets: Floats
    name: NDArray[np.int32]
    closed: bool


def as_segments(segments: ArrayLike) -> Faces:
    """Return segments of shape (n, 2, 2) as faces."""
    given = np.asarray(segments)
    if given.ndim != 3 or given.shape[1:] != (2, 2) or given.dtype.kind not in "iufb":
        raise ValueError(
            f"segments must be numbers of shape (n, 2, 2): two ends each, got {given.shape}"
        )
    V = given.astype(np.float64).reshape(-1, 2)
    check_finite(V.reshape(-1, 2, 2), "segments")
    return _faces("segments", V, np.arange(0, len(V) + 1, 2), 2)


def as_polygons(polygons: ArrayLike | Sequence[ArrayLike]) -> Faces:
    """Return polygons, as an array of shape (n, m, 3) or a list of arrays (m, 3), as faces."""
    if isinstance(polygons, np.ndarray) and polygons.ndim == 3:
        n, m, d = polygons.shape
        if m < 3 or d != 3 or polygons.dtype.kind not in "iufb":
            raise ValueError(f"polygons must be numbers of shape (n, m, 3), got {polygons.shape}")
        V = polygons.astype(np.float64).reshape(-1, 3)
        check_finite(V.reshape(n, m, 3), "polygons")
        return _faces("polygons", V, np.arange(0, n * m + 1, m), 3)
    parts = [check_points(part, f"polygons[{i}]", 3, empty=True) for i, part in enumerate(polygons)]  # type: ignore[arg-type]
    sizes = [len(part) for part in parts]
    for i, size in enumerate(sizes):
        if size < 3:
            raise ValueError(f"polygons[{i}] must have at least 3 vertices, got {size}")
    V = np.concatenate(parts) if parts else np.empty((0, 3))
    return _faces("polygons", V, np.append(0, np.cumsum(sizes, dtype=np.int64)), 3)


def mesh_polygons(vertices: ArrayLike, faces: ArrayLike) -> Floats:
    """Return the faces of a mesh, indices of shape (n, m), as an array of shape (n, m, 3)."""
    points = check_points(vertices, "vertices", 3, empty=True)
    corners = np.asarray(faces)
    if corners.ndim != 2 or corners.shape[1] < 3 or corners.dtype.kind not in "iu":
        raise ValueError(
            f"faces must be integers of shape (n, m) with m >= 3, got shape {corners.shape} and "
            f"dtype {corners.dtype}"
        )
    beyond = (corners < 0) | (corners >= len(points))
    if beyond.any():
        at = tuple(int(i) for i in np.argwhere(beyond)[0])
        raise ValueError(f"faces{list(at)} is {corners[at]}, allowed are 0 to {len(points) - 1}")
    return points[corners]


def ring_segments(rings: Sequence[ArrayLike]) -> Floats:
    """Return the sides of rings, turned so that the even-odd interior is on their left.

    A ring that lies in an even number of others is turned counterclockwise, the others clockwise.
    """
    if isinstance(rings, np.ndarray) and rings.ndim == 2:
        rings = [rings]
    parts = [check_points(ring, f"rings[{i}]", 2, empty=True) for i, ring in enumerate(rings)]
    if not parts:
        raise ValueError("rings must hold at least one ring, got none")
    for i, part in enumerate(parts):
        if len(part) > 1 and (part[0] == part[-1]).all():
            parts[i] = part = part[:-1]
        if len(part) < 3:
            raise ValueError(f"rings[{i}] must have at least 3 different vertices, got {len(part)}")
    sides = np.concatenate([np.stack([p, np.roll(p, -1, axis=0)], axis=1) for p in parts])
    ptr = np.append(0, np.cumsum([len(part) for part in parts]))
    turned = sides.copy()
    for i, part in enumerate(parts):
        own = slice(ptr[i], ptr[i + 1])
        middle = 0.5 * (part[0] + part[1])
        depth = _crossings(sides, middle) - _crossings(sides[own], middle)
        if (_signed_area(part) > 0) != (depth % 2 == 0):
            turned[own] = sides[own][::-1, ::-1]
    return turned


def _signed_area(ring: Floats) -> float:
    x, y = (ring - ring[0]).T
    return 0.5 * float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum())


def _crossings(sides: Floats, point: Floats) -> int:
    """Return how many segments a ray from a point to the right crosses."""
    a, b = sides[:, 0], sides[:, 1]
    spans = (a[:, 1] > point[1]) != (b[:, 1] > point[1])
    a, b = a[spans], b[spans]
    x = a[:, 0] + (point[1] - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0])
    return int((x > point[0]).sum())


def _faces(name: str, V: Floats, ptr: NDArray[np.int64], d: int) -> Faces:
    V, ptr = V + 0.0, ptr.astype(np.int64)  # no negative zeros: vertices are compared
    n = ptr.size - 1
    if n == 0:
        raise ValueError(f"{name} must hold at least one face, got none")
    normals, offsets = np.empty((n, d)), np.empty(n)
    measure, bend = np.empty(n), np.empty(n)
    face_planes(V, ptr, normals, offsets, measure, bend)
    diagonal = float(np.linalg.norm(np.ptp(V, axis=0)))
    bad = bend > _FLAT * diagonal + 1e-14 * np.abs(V).max()
    if bad.any():
        at = int(np.argmax(bad))
        raise ValueError(
            f"{name}[{at}] must be plane and convex, a vertex is off by {bend[at]}; cut it into "
            f"triangles"
        )
    closed = _is_closed(V, ptr, d)
    kept = np.flatnonzero(measure > 0)
    if kept.size == 0:
        raise ValueError(f"{name} must hold a face with a positive length or area, got none")
    if kept.size < n:
        sizes = np.diff(ptr)
        V = V[np.repeat(measure > 0, sizes)]
        ptr = np.append(0, np.cumsum(sizes[kept]))
        normals, offsets = normals[kept], offsets[kept]
    return Faces(V, ptr, normals, offsets, kept.astype(np.int32), closed)


def _is_closed(V: Floats, ptr: NDArray[np.int64], d: int) -> bool:
    """Tell whether faces have no free ends, vertices being the same if they are equal."""
    vertex = np.unique(V, axis=0, return_inverse=True)[1].ravel()
    if d == 2:
        return bool((np.bincount(vertex[0::2], minlength=len(V))
                     == np.bincount(vertex[1::2], minlength=len(V))).all())  # fmt: skip
    ahead = np.roll(vertex, -1)
    ahead[ptr[1:] - 1] = vertex[ptr[:-1]]
    some = vertex != ahead
    count = np.int64(len(V))
    there = np.sort(vertex[some] * count + ahead[some])
    return bool(np.array_equal(there, np.sort(ahead[some] * count + vertex[some])))
