"""What every picture of a treemap shares: which regions it shows, where, and in which colours."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from partwise.geometry.treemaps._cells import Boxes
from partwise.geometry.treemaps._colours import Colour, Legend, Shown, colour_regions
from partwise.geometry.treemaps._kernels.shown import number_shown
from partwise.geometry.treemaps._names import bottoms_of, paths_of, region_names

if TYPE_CHECKING:
    from partwise.geometry.treemaps._layout import TreemapLayout

__all__ = ["LEAST_LINE", "SHRINK", "TITLE_STRIP", "Picture", "as_border", "as_size", "make_picture"]

#: Height of the strip that holds a title, and the size of its letters, in pixels.
TITLE_STRIP, TITLE_SIZE = 32, 18

#: A border is by this factor thinner than the one a level higher.
SHRINK = 0.6

#: Of the root's border: no leaf has a thinner one, unless it is too small for it.
LEAST_LINE = 0.1

#: Of the side of a square as large as a region, or twice that of a thin one: no border is thicker.
_THICKEST = 0.12

_LARGEST_SIDE = 16_384


@dataclass(frozen=True, eq=False)
class Picture:
    """k regions ready to be drawn, breadth-first, in pixels; y points down.

    Attributes
    ----------
    layout : TreemapLayout
    shown : Shown
    count : int64 ndarray of shape (k,)
        How many children of each region are drawn.
    indptr : int64 ndarray of shape (k + 1,)
    xy : float64 ndarray of shape (indptr[-1], 2)
    boxes : float64 ndarray of shape (k, 4)
        (x0, y0, x1, y1) around each region.
    is_boxed : bool
        Whether each region is its box, with the vertices (x0, y0), (x1, y0), (x1, y1), (x0, y1).
    area : float64 ndarray of shape (k,)
        In square pixels.
    level : int32 ndarray of shape (k,)
        Drawn regions above each one.
    rgb : uint8 ndarray of shape (k, 3)
    legend : Legend or None
    line : float64 ndarray of shape (k,)
        Width of each region's border, 0 for none.
    width, height : int
    strip : int
        Height of the title's strip at the top, 0 without a title.
    scale : float
        Pixels to a unit of the layout.
    """

    layout: TreemapLayout
    shown: Shown
    count: NDArray[np.int64]
    indptr: NDArray[np.int64]
    xy: NDArray[np.float64]
    boxes: NDArray[np.float64]
    is_boxed: bool
    area: NDArray[np.float64]
    level: NDArray[np.int32]
    rgb: NDArray[np.uint8]
    legend: Legend | None
    line: NDArray[np.float64]
    width: int
    height: int
    strip: int
    scale: float

    @property
    def n_regions(self) -> int:
        """Number of regions, k."""
        return len(self.level)

    @property
    def is_face(self) -> NDArray[np.bool_]:
        """Whether nothing is drawn inside a region."""
        return self.shown.is_face

    @cached_property
    def is_tiled(self) -> bool:
        """Whether faces leave nothing of the root's region free."""
        return bool(self.area[self.is_face].sum() >= (1.0 - 1e-9) * self.area[0])

    @cached_property
    def weight(self) -> NDArray[np.float64]:
        """Weight of each region."""
        return self.layout.tree.weights[self.shown.top]

    def names_of(self, regions: NDArray[np.int64]) -> list[str]:
        """Return the names of some regions."""
        shown = self.shown
        return region_names(self.layout.tree, shown.top[regions], shown.bottom[regions])

    @cached_property
    def paths(self) -> list[str]:
        """Path of each region's lowest node."""
        return paths_of(self.layout.tree, self.shown.bottom)


def make_picture(
    layout: TreemapLayout,
    *,
    size: int | Sequence[int] = 1000,
    depth: int | None = None,
    colour: Colour = "branch",
    border: float = 3.0,
    title: str | None = None,
) -> Picture:
    """Return what is to be drawn of a layout.

    Parameters
    ----------
    layout : TreemapLayout
    size : int or (width, height), default=1000
        Pixels of the longer side, or of the sides of a picture in whose middle the layout is put
        as large as it fits.
    depth : int, optional
        The deepest level of the tree to draw; all by default, but nothing in degenerate regions.
    colour : optional
        As :func:`partwise.geometry.treemaps._colours.colour_regions` takes it.
    border : float, default=3
        Width of the root's border; those below are thinner, level by level.
    title : str, optional
        Adds a strip of 32 pixels above the layout.

    Raises
    ------
    ValueError, TypeError
        An argument that makes no sense.
    """
    sides = as_size(size)
    tree, plan, drawn = layout.tree, layout._plan, layout._drawn
    deepest = _as_depth(depth, tree.depth)
    pointers, vertices = drawn.cells.ragged()
    number = np.empty(plan.n_regions, np.int32)
    # What lies in a degenerate region is too small to be seen, and has no shape worth a look.
    closed = layout.degenerate[plan.top]
    number_shown(plan.parent, tree.depths[plan.top], deepest, pointers, closed, number)
    regions = np.flatnonzero(number >= 0)
    parent = np.where(plan.parent[regions] < 0, -1, number[plan.parent[regions]]).astype(np.int32)
    count = np.bincount(parent[1:], minlength=len(regions))
    lengths = np.diff(pointers)[regions]
    indptr = np.zeros(len(regions) + 1, np.int64)
    np.cumsum(lengths, out=indptr[1:])
    if len(regions) < plan.n_regions:
        take = np.arange(indptr[-1]) + np.repeat(pointers[regions] - indptr[:-1], lengths)
        vertices = vertices[take]
    top = plan.top[regions]
    bottom = bottoms_of(tree, plan)[regions]
    shown = Shown(parent, top, bottom, count == 0, layout.aspect_ratio[top])
    rgb, legend = colour_regions(tree, shown, colour)

    rect = layout.rect
    thick = as_border(border, min(sides))
    strip = TITLE_STRIP if title else 0
    wide, high = sides
    if isinstance(size, (int, np.integer)):
        scale = (wide - thick) / max(rect.width, rect.height)
        wide, high = (max(1, math.ceil(side * scale + thick)) for side in rect[2:])
    else:
        scale = min((wide - thick) / rect.width, (high - thick) / rect.height)
    left, above = 0.5 * (wide - rect.width * scale), 0.5 * (high - rect.height * scale) + strip
    boxes = drawn.cells.boxes[regions] - (rect.x, rect.y, rect.x, rect.y)
    boxes = boxes * scale + (left, above, left, above)
    xy = (vertices - (rect.x, rect.y)) * scale + (left, above)
    area = drawn.cells.areas[regions] * scale**2
    level = plan.level[regions]
    line = _lines(level, _sides(area, boxes), count == 0, thick)
    return Picture(
        layout, shown, count, indptr, xy, boxes, isinstance(drawn.cells, Boxes), area, level, rgb,
        legend, line, wide, high + strip, strip, scale,
    )  # fmt: skip


def _sides(area: NDArray[np.float64], boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the side of a square as large as each region, less for a thin one."""
    thin = np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    sides: NDArray[np.float64] = np.minimum(np.sqrt(np.maximum(area, 0.0)), 2.0 * thin)
    return sides


def _lines(
    level: NDArray[np.int32], side: NDArray[np.float64], face: NDArray[np.bool_], border: float
) -> NDArray[np.float64]:
    """Return the widths of borders, each `border` times a power of 0.6.

    Where the lines of inner regions would be as thin as those of the faces, which lie on them, they
    are left out.
    """
    if border == 0.0:
        return np.zeros(len(level))
    by_level = SHRINK ** np.minimum(level, 1000)
    width = np.where(face, np.maximum(by_level, LEAST_LINE), by_level)
    width[~face & (by_level <= LEAST_LINE)] = 0.0
    width = np.minimum(width, _THICKEST * side / border)
    with np.errstate(divide="ignore"):
        power = np.ceil(np.log(width) / math.log(SHRINK) - 1e-9)
    # Below a fiftieth of a pixel nothing is seen.
    lines: NDArray[np.float64] = np.where(width * border >= 0.02, border * SHRINK**power, 0.0)
    return lines


def as_size(size: Any) -> tuple[int, int]:
    """Return width and height of a picture in pixels."""
    given = (size, size) if isinstance(size, (int, np.integer)) else tuple(size)
    if len(given) != 2:
        raise ValueError(f"size must be an integer or (width, height), got {size!r}")
    wide, high = (operator.index(side) for side in given)
    if min(wide, high) < 16 or max(wide, high) > _LARGEST_SIDE:
        raise ValueError(f"size must be from 16 to {_LARGEST_SIDE} pixels, got {size!r}")
    return wide, high


def as_border(border: float, side: int) -> float:
    """Return the width of the root's border."""
    thick = float(border)
    if not (math.isfinite(thick) and 0.0 <= thick <= side / 4):
        raise ValueError(
            f"border must be from 0 to a quarter of the size, {side / 4:g}, got {border}"
        )
    return thick


def _as_depth(depth: int | None, deepest: int) -> int:
    if depth is None:
        return deepest
    level = operator.index(depth)
    if level < 0:
        raise ValueError(f"depth must be at least 0, got {depth}")
    return min(level, deepest)
