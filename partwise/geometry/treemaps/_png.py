"""A treemap as PNG, by a raster of its own that knows the exact coverage of every pixel."""

from __future__ import annotations

import math
import os
import struct
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from partwise.geometry.treemaps._colours import Colour, as_background, dark_text
from partwise.geometry.treemaps._font import ADVANCE, TALL, letters, text_mask
from partwise.geometry.treemaps._kernels.coverage import paint_faces, paint_lines
from partwise.geometry.treemaps._labels import place_labels
from partwise.geometry.treemaps._names import as_text
from partwise.geometry.treemaps._picture import TITLE_STRIP, Picture, make_picture

if TYPE_CHECKING:
    from partwise.geometry.treemaps._layout import TreemapLayout

__all__ = ["draw_png", "encode_png"]

#: Pixels that are lightened around names that lie over other regions.
_HALO = 1


def draw_png(
    layout: TreemapLayout,
    path: str | os.PathLike[str] | None = None,
    *,
    size: int | Sequence[int] = 1000,
    depth: int | None = None,
    labels: bool = True,
    colour: Colour = "branch",
    border: float = 3.0,
    background: str = "white",
    title: str | None = None,
) -> bytes:
    r"""Return a layout as the bytes of a PNG file, and write them if `path` is given.

    The colour of a pixel is the average over its square, by the exact area of the regions in it
    and not by samples: even a million leaves on a small picture leave no noise. Labels and title
    are written in a small bitmap font of ASCII: accents are dropped, other letters become boxes.

    Parameters
    ----------
    layout : TreemapLayout
    path : str or path-like, optional
        Written atomically.
    size : int or (width, height), default=1000
        Pixels of the longer side, or of a picture in whose middle the layout is put as large as it
        fits. A title adds 32 pixels to the height.
    depth, labels, colour, border
        As in :func:`partwise.geometry.treemaps.draw_svg`.
    background : str, default="white"
        A CSS colour.
    title : str, optional

    Returns
    -------
    bytes

    Raises
    ------
    ValueError, TypeError
        An argument that makes no sense.

    Notes
    -----
    O(n + pixels) time for regions of bounded nesting, with 28 bytes of memory for a pixel.

    Examples
    --------
    >>> from partwise.geometry import Tree, treemap
    >>> tree = Tree.from_parents([-1, 0, 0], [0, 3, 1])
    >>> treemap(tree, "squarified").to_png(size=64)[:8]
    b'\x89PNG\r\n\x1a\n'
    """
    ground = as_background(background)
    if ground is None:
        raise ValueError("background must be a CSS colour in a PNG picture, got None")
    picture = make_picture(
        layout, size=size, depth=depth, colour=colour, border=border, title=title
    )
    pixels = _paint(picture, np.array(ground) / 255.0)
    if labels:
        _write_labels(pixels, picture)
    if title:
        _write_title(pixels, letters(as_text(title)), ground)
    encoded = encode_png(pixels)
    if path is not None:
        from partwise.graph.io._source import open_output

        with open_output(path, compress=False) as file:
            file.write(encoded)
    return encoded


def encode_png(pixels: NDArray[np.uint8]) -> bytes:
    r"""Return a picture as the bytes of a PNG file (ISO/IEC 15948).

    Parameters
    ----------
    pixels : uint8 ndarray of shape (height, width, 3)
        Red, green and blue in sRGB.

    Examples
    --------
    >>> encode_png(np.zeros((1, 1, 3), np.uint8))[12:16]
    b'IHDR'
    """
    high, wide, _ = pixels.shape
    # Each row as its difference from the one above, which is mostly 0: filter type 2.
    rows = np.empty((high, 1 + 3 * wide), np.uint8)
    rows[:, 0] = 2
    flat = pixels.reshape(high, -1)
    rows[0, 1:] = flat[0]
    np.subtract(flat[1:], flat[:-1], out=rows[1:, 1:])
    header = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in (
            (b"IHDR", header),
            (b"sRGB", b"\0"),
            (b"IDAT", zlib.compress(rows.tobytes(), 6)),
            (b"IEND", b""),
        )
    )


def _paint(picture: Picture, ground: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the pixels of all regions and their borders on a background."""
    # Borders reach beyond the layout, their slanted ends by the square root of 2.
    margin = math.ceil(picture.line.max(initial=0.0)) + 1
    high, wide = picture.height + 2 * margin, picture.width + 2 * margin
    canvas = np.zeros((high, wide, 4), np.float32)
    cover = np.zeros((high, wide + 2))
    low, high_end = np.full(high, wide + 2, np.int64), np.full(high, -1, np.int64)
    indptr, xy = picture.indptr, picture.xy + margin
    colours = np.ones((picture.n_regions, 4), np.float32)
    colours[:, :3] = picture.rgb / np.float32(255.0)
    if picture.is_tiled:
        wanted = picture.is_face
    else:
        # Every region adds the difference to its parent, and so replaces it where it lies.
        wanted = np.ones(picture.n_regions, bool)
        colours[1:] -= colours[picture.shown.parent[1:]]
    paint_faces(*_polygons(indptr, xy, wanted), colours[wanted], canvas, cover, low, high_end)
    part = np.clip(canvas[..., 3:], 0.0, 1.0)
    colour = canvas[..., :3] + (1.0 - part) * ground.astype(np.float32)
    lined = picture.line > 0.0
    if lined.any():
        mask = np.zeros((high, wide), np.float32)
        paint_lines(*_polygons(indptr, xy, lined), picture.line[lined], mask, cover, low, high_end)
        colour += mask[..., None] * (1.0 - colour)
    inner = colour[margin : high - margin, margin : wide - margin]
    return np.rint(np.clip(inner, 0.0, 1.0) * 255.0).astype(np.uint8)


def _polygons(
    indptr: NDArray[np.int64], xy: NDArray[np.float64], wanted: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return some of the polygons, one after the other."""
    lengths = np.diff(indptr)
    chosen = np.zeros(int(wanted.sum()) + 1, np.int64)
    np.cumsum(lengths[wanted], out=chosen[1:])
    return chosen, xy[np.repeat(wanted, lengths)]


def _write_labels(pixels: NDArray[np.uint8], picture: Picture) -> None:
    dark = dark_text(picture.rgb)
    for label in place_labels(picture, smallest=TALL, width_of=_width_of):
        ink = 0 if label.over or dark[label.region] else 255
        # Whole pixels to a dot.
        _write(
            pixels, letters(label.text), label.x, label.y, int(label.size // TALL), ink,
            halo=label.over,
        )  # fmt: skip


def _write_title(pixels: NDArray[np.uint8], title: str, ground: tuple[int, int, int]) -> None:
    most = int((pixels.shape[1] / 2 - 4) // ADVANCE)
    if len(title) > most:
        title = title[: max(most - 3, 0)] + "..."
    ink = 0 if dark_text(np.array([ground], np.uint8))[0] else 255
    _write(pixels, title, pixels.shape[1] / 2, TITLE_STRIP / 2, 2, ink)


def _width_of(text: str) -> float:
    """Return the width of a text in heights of its letters."""
    return len(letters(text)) * ADVANCE / TALL


def _write(
    pixels: NDArray[np.uint8], text: str, x: float, y: float, scale: int, ink: int,
    *, halo: bool = False,
) -> None:  # fmt: skip
    """Write a text around a place, or leave it out where it would leave the picture."""
    mask = np.pad(text_mask(text, scale), _HALO)
    tall, long = mask.shape
    row, column = round(y - TALL * scale / 2) - _HALO, round(x - long / 2)
    if row < 0 or column < 0 or row + tall > len(pixels) or column + long > pixels.shape[1]:
        return
    part = pixels[row : row + tall, column : column + long]
    if halo:
        around = np.zeros_like(mask)
        for down in range(-_HALO, _HALO + 1):
            for right in range(-_HALO, _HALO + 1):
                around |= np.roll(mask, (down, right), (0, 1))
        part[around] += ((255 - part[around]) * 0.75).astype(np.uint8)
    part[mask] = ink
