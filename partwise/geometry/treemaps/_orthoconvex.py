"""Orthoconvex treemaps: axis-parallel regions of a ratio bounded by a constant for any tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from partwise.geometry._plan import Plan
from partwise.geometry.treemaps._cells import Polygons
from partwise.geometry.treemaps._drawn import SHAPES, Drawn, Rect
from partwise.geometry.treemaps._kernels.halved import halve_lists
from partwise.geometry.treemaps._kernels.orthoconvex import FATTEST, draw_orthoconvex
from partwise.geometry.treemaps._kernels.pieces import fill_polygons, point_pieces
from partwise.geometry.treemaps._union_cells import UnionCells

if TYPE_CHECKING:
    from partwise.geometry.treemaps._treemap import Settings

__all__ = ["smallest_sides", "lay_orthoconvex", "polygons_of"]

BOUNDS = {"rectangle": 8.0, "L": 32.0, "S": 32.0, "orthoconvex": 64.0}
"""Proven for the squared side of the smallest enclosing square over the area, by shape."""


def lay_orthoconvex(plan: Plan, rect: Rect, settings: Settings) -> Drawn:
    """Return the orthoconvex layout of de Berg, Speckmann and van der Weele (2011).

    Leaves are rectangles of ratio at most 8, L and S shapes of at most 32; inner regions are
    orthoconvex, of at most 64, whatever the tree and its weights. Where `rect` itself is longer
    than 8 to 1, slices across its longer side come first wherever they do not make slivers, and
    all bounds are multiplied by its ratio over 8.

    Parameters
    ----------
    plan : Plan
    rect : Rect
    settings : Settings
        None matters here.

    Returns
    -------
    Drawn
        Leaves whose side would be lost among the roundings of float64 are empty and degenerate.

    Notes
    -----
    Every step gives each part of the tree at most 7/8 of its weight, so that the time is
    O(n log(W / w)) for a lightest drawn leaf w of a total W, and O(n log n) for balanced trees.
    The case analysis follows a description and the authors' published program, with two of its
    cuts and marks corrected; the binary tree that it works on, lists of children halved by weight,
    is a choice of this library.

    References
    ----------
    M. de Berg, B. Speckmann, V. van der Weele, "Treemaps with bounded aspect ratio", ISAAC 2011,
    Computational Geometry 47(6), 2014, arXiv 1012.1749.
    """
    leaf = plan.count == 0
    n = 2 * int(np.count_nonzero(leaf)) - 1
    links, weight, region = np.empty((n, 4), np.int32), np.empty(n), np.empty(n, np.int32)
    halve_lists(plan.first, plan.count, plan.share, links, weight, region)
    frame = np.array([rect.x, rect.y, rect.x + rect.width, rect.y + rect.height])
    pieces = np.empty((plan.n_regions, 8))
    lacking = np.full(plan.n_regions, -1, np.int8)
    draw_orthoconvex(links, weight, region, frame, *smallest_sides(frame), pieces, lacking)

    cells = UnionCells(polygons_of(pieces, lacking), plan.first, plan.count, plan.parent)
    shape = np.take(_codes("none", "rectangle", "L", "S"), lacking + 1)
    shape[~leaf & ~np.isnan(cells.boxes[:, 0])] = SHAPES.index("orthoconvex")
    stretch = max(1.0, rect.elongation / FATTEST)
    bounds = np.array([BOUNDS.get(name, np.inf) for name in SHAPES])[shape] * stretch
    return Drawn(
        cells, "square", shape, BOUNDS["orthoconvex"] * stretch, bounds, shape == 0,
        {f"n_{name}": int(np.count_nonzero(shape == SHAPES.index(name))) for name in ("L", "S")},
    )  # fmt: skip


def _codes(*names: str) -> NDArray[np.uint8]:
    return np.array([SHAPES.index(name) for name in names], np.uint8)


def smallest_sides(frame: NDArray[np.float64]) -> tuple[float, float]:
    """Return the width and the height below which a region is not drawn: 16 roundings."""
    x, y = (float(np.abs(frame[k::2]).max()) for k in (0, 1))
    return 2.0**-48 * x, 2.0**-48 * y


def polygons_of(pieces: NDArray[np.float64], lacking: NDArray[np.int8]) -> Polygons:
    """Return the polygons of pieces; none where a piece lacks -1 corners."""
    indptr = np.empty(len(pieces) + 1, np.int64)
    point_pieces(lacking, indptr)
    xy = np.empty((int(indptr[-1]), 2))
    fill_polygons(pieces, indptr, xy)
    return Polygons(indptr, xy)
