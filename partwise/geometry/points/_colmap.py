"""Sparse points of a COLMAP reconstruction."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from partwise.errors import TableFormatError

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["ColmapPoints", "read_colmap_points"]

_RECORD = np.dtype(
    [("id", "<u8"), ("xyz", "<f8", 3), ("rgb", "u1", 3), ("error", "<f8"), ("length", "<u8")]
)
_HEADER = 8


@dataclass(frozen=True, slots=True)
class ColmapPoints:
    """Points of a sparse reconstruction and the images that see them.

    Attributes
    ----------
    points : float64 ndarray of shape (n, 3)
        In the units of the reconstruction.
    colors : uint8 ndarray of shape (n, 3)
        Red, green, blue.
    errors : float64 ndarray of shape (n,)
        Mean reprojection error in pixels, -1 where it was never computed.
    point_ids : uint64 ndarray of shape (n,)
    image_ids : int32 ndarray of shape (n_views,)
        Ascending; the images that see any point.
    visibility : scipy csr_array of shape (n, n_views), bool
        Which image sees which point. Column j is image ``image_ids[j]``.
    """

    points: NDArray[np.float64] = field(repr=False)
    colors: NDArray[np.uint8] = field(repr=False)
    errors: NDArray[np.float64] = field(repr=False)
    point_ids: NDArray[np.uint64] = field(repr=False)
    image_ids: NDArray[np.int32] = field(repr=False)
    visibility: csr_array = field(repr=False)

    def __repr__(self) -> str:
        n, n_views = self.visibility.shape
        return f"ColmapPoints(n_points={n}, n_views={n_views}, observations={self.visibility.nnz})"

    def to_dict(self) -> dict[str, Any]:
        """Return the sizes and the box of the points, ready for JSON."""
        n, n_views = self.visibility.shape
        box = [self.points.min(axis=0).tolist(), self.points.max(axis=0).tolist()] if n else None
        return {
            "n_points": n,
            "n_views": n_views,
            "observations": int(self.visibility.nnz),
            "box": box,
        }


def read_colmap_points(path: str | os.PathLike[str]) -> ColmapPoints:
    """Read the file ``points3D.bin`` of a COLMAP reconstruction.

    Parameters
    ----------
    path : str or path-like
        The file, or the folder that holds it.

    Returns
    -------
    ColmapPoints
        Its `points` and `visibility` are what :func:`scene_blocks` takes.

    Raises
    ------
    TableFormatError
        The file ends too early or too late, or a coordinate is not finite; the message names the
        point, counted from 0, and the byte.
    OSError
        The file cannot be opened.

    Notes
    -----
    The format, little-endian: the number of points as uint64; for each point its id as uint64, x, y
    and z as float64, red, green and blue as uint8, the error as float64, the length of its track as
    uint64, and for each entry of the track two int32, the id of an image and the number of a key
    point in it (https://colmap.github.io/format.html). Key points are skipped; an image that
    appears twice in a track counts once. Two linear passes over the bytes.

    Examples
    --------
    >>> import struct, tempfile
    >>> record = struct.pack("<Q3d3BdQ4i", 7, 1.0, 2.0, 3.0, 255, 0, 0, 0.5, 2, 11, 0, 14, 3)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with open(f"{folder}/points3D.bin", "wb") as file:
    ...         _ = file.write(struct.pack("<Q", 1) + record)
    ...     scene = read_colmap_points(folder)
    >>> scene
    ColmapPoints(n_points=1, n_views=2, observations=2)
    >>> scene.points.tolist(), scene.image_ids.tolist()
    ([[1.0, 2.0, 3.0]], [11, 14])
    """
    from scipy.sparse import csr_array

    from partwise.geometry.points._kernels.colmap import copy_tracks

    place = Path(path)
    if place.is_dir():
        place /= "points3D.bin"
    data = np.fromfile(place, dtype=np.uint8)
    starts, lengths = _records(place, data)
    n = starts.size
    # the records lie at any byte: gather them, then read the copy as what it holds
    raw = data[starts[:, None] + np.arange(_RECORD.itemsize)]
    table = raw.reshape(-1).view(_RECORD)
    bad = ~np.isfinite(table["xyz"]).all(axis=1)
    if bad.any():
        at = int(np.argmax(bad))
        reason = f"point {at} at byte {starts[at]} is {table['xyz'][at].tolist()}, not finite"
        raise TableFormatError(place, None, reason)
    images = np.empty(int(lengths.sum()), dtype=np.int32)
    copy_tracks(data, starts, lengths, _RECORD.itemsize, images)
    image_ids, column = np.unique(images, return_inverse=True)
    indptr = np.concatenate(([0], np.cumsum(lengths)))
    seen = csr_array((np.ones(images.size, dtype=bool), column, indptr), shape=(n, image_ids.size))
    seen.sum_duplicates()
    return ColmapPoints(
        np.ascontiguousarray(table["xyz"], dtype=np.float64),
        np.ascontiguousarray(table["rgb"]),
        np.ascontiguousarray(table["error"], dtype=np.float64),
        np.ascontiguousarray(table["id"], dtype=np.uint64),
        image_ids,
        seen,
    )


def _records(place: Path, data: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where each record starts and the length of its track."""
    from partwise.geometry.points._kernels.colmap import find_records

    if data.size < _HEADER:
        reason = f"the file must start with eight bytes, the number of points; it has {data.size}"
        raise TableFormatError(place, None, reason)
    n = int(data[:_HEADER].view("<u8")[0])
    room = (data.size - _HEADER) // _RECORD.itemsize
    starts = np.empty(min(n, room + 1), dtype=np.int64)
    lengths = np.zeros_like(starts)
    found = int(find_records(data, _HEADER, _RECORD.itemsize, starts, lengths))
    if found < n:
        start = int(starts[found - 1] + _RECORD.itemsize + 8 * lengths[found - 1])
        reason = (
            f"the file says {n} points and ends at byte {data.size}, within point {found}, "
            f"which starts at byte {start if found else _HEADER}"
        )
        raise TableFormatError(place, None, reason)
    end = int(starts[-1] + _RECORD.itemsize + 8 * lengths[-1]) if n else _HEADER
    if end < data.size:
        reason = f"the file says {n} points, which end at byte {end} of {data.size}"
        raise TableFormatError(place, None, reason)
    return starts, lengths
