"""The layout of a treemap: a region for every node, its measures, its pictures."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
from numpy.typing import NDArray

from partwise.geometry._plan import Plan
from partwise.geometry._tree import Tree
from partwise.geometry.treemaps._drawn import SHAPES, AspectKind, Drawn, Rect
from partwise.geometry.treemaps._kernels.measure import diameters_of

if TYPE_CHECKING:
    from matplotlib.collections import PatchCollection

__all__ = ["DEGENERATE_SIDE", "TreemapLayout"]

#: Regions whose side is a smaller part of the picture's are reported as degenerate.
DEGENERATE_SIDE = 1e-7


@dataclass(frozen=True, eq=False)
class TreemapLayout:
    """A region for every node of a tree; children tile their parent.

    Returned by :func:`treemap`. Arrays with one entry for each node of the tree are computed when
    first asked for.

    Attributes
    ----------
    tree : Tree
    method : str
    rect : Rect
        (x, y, width, height) of the root's region.
    aspect_kind : {"diameter", "square", "sides"}
        Which aspect ratio the method keeps low; see :meth:`aspect`.
    bound : float
        Proven for that ratio of every region that is not degenerate; infinity without a proof.
    padding, header : float
        What was left free inside each inner node's region: a margin, and a strip at its top.
        Areas are in proportion to weights only where both are 0.
    facts : mapping
        What else the method found out.
    """

    tree: Tree
    method: str
    rect: Rect
    aspect_kind: AspectKind
    bound: float
    padding: float
    header: float
    facts: Mapping[str, Any] = field(repr=False)
    _plan: Plan = field(repr=False)
    _drawn: Drawn = field(repr=False)

    def polygon(self, node: int) -> NDArray[np.float64]:
        """Return the region of `node`, of an inner node too.

        Parameters
        ----------
        node : int

        Returns
        -------
        float64 ndarray of shape (m, 2)
            Vertices, counterclockwise where y points up; none for a node of weight 0, or one too
            small to draw.

        Raises
        ------
        IndexError
            There is no such node.
        """
        if not 0 <= node < self.tree.n_nodes:
            raise IndexError(f"node must be at least 0 and below {self.tree.n_nodes}, got {node}")
        region = int(self._plan.region[node])
        return np.empty((0, 2)) if region < 0 else self._drawn.cells.polygon(region)

    def polygons(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the regions of all nodes, one after the other.

        Returns
        -------
        indptr : int64 ndarray of shape (n_nodes + 1,)
            The polygon of node ``v`` is ``xy[indptr[v]:indptr[v + 1]]``.
        xy : float64 ndarray of shape (indptr[-1], 2)
        """
        pointers, vertices = self._drawn.cells.ragged()
        region = self._plan.region
        counts = np.where(region < 0, 0, np.diff(pointers)[region])
        indptr = np.zeros(len(region) + 1, np.int64)
        np.cumsum(counts, out=indptr[1:])
        start = np.where(region < 0, 0, pointers[region])
        take = np.arange(indptr[-1]) + np.repeat(start - indptr[:-1], counts)
        return indptr, vertices[take]

    @cached_property
    def areas(self) -> NDArray[np.float64]:
        """Area of the region of each node, shape (n_nodes,); 0 for a node of weight 0."""
        return self._per_node(self._drawn.cells.areas, 0.0)

    @cached_property
    def boxes(self) -> NDArray[np.float64]:
        """Bounding box (x0, y0, x1, y1) of each node's region, shape (n_nodes, 4), or NaN."""
        return self._per_node(self._drawn.cells.boxes, np.nan)

    @cached_property
    def aspect_ratio(self) -> NDArray[np.float64]:
        """Aspect ratio of each node's region in the sense of `aspect_kind`, NaN without one."""
        return self.aspect(self.aspect_kind)

    def aspect(self, kind: AspectKind) -> NDArray[np.float64]:
        """Return the aspect ratio of each node's region, shape (n_nodes,); NaN without a region.

        Parameters
        ----------
        kind : {"diameter", "square", "sides"}
            "diameter": squared diameter over area, 2 for a square. "square": squared side of the
            smallest enclosing axis-parallel square over area, 1 for a square. "sides": long over
            short side of the bounding box.
        """
        if kind not in get_args(AspectKind):
            raise ValueError(f"kind must be one of {get_args(AspectKind)}, got {kind!r}")
        return self._per_node(region_aspects(self._drawn, kind), np.nan)

    @cached_property
    def bounds(self) -> NDArray[np.float64]:
        """What is proven for the aspect ratio of each node's region; infinity without a proof."""
        given = self._drawn.bounds
        if given is None:
            given = np.full(self._plan.n_regions, self.bound)
        return self._per_node(given, np.inf)

    @cached_property
    def shape(self) -> NDArray[np.str_]:
        """What each node's region is: "rectangle", "L", "S", "convex", "orthoconvex", "none"."""
        return np.array(SHAPES)[self._per_node(self._drawn.shape, 0)]

    @cached_property
    def degenerate(self) -> NDArray[np.bool_]:
        """Whether the side of a node's region is below 1e-7 of the picture's, shape (n_nodes,).

        There float64 coordinates are too coarse for the area and the shape. Nodes of weight 0 do
        not count.
        """
        lost = self.tree.weights > 0.0
        return self._per_node(degenerate_regions(self._drawn, self.rect), lost)

    @property
    def depth(self) -> int:
        """Depth of the tree in edges."""
        return self.tree.depth

    def to_svg(self, path: str | os.PathLike[str] | None = None, **options: Any) -> str:
        """Return the layout as SVG and write it to `path`, if given.

        Options are those of :func:`partwise.geometry.treemaps.draw_svg`.
        """
        from partwise.geometry.treemaps._svg import draw_svg

        return draw_svg(self, path, **options)

    def to_png(self, path: str | os.PathLike[str] | None = None, **options: Any) -> bytes:
        """Return the layout as a PNG file's bytes and write them to `path`, if given.

        Options are those of :func:`partwise.geometry.treemaps.draw_png`.
        """
        from partwise.geometry.treemaps._png import draw_png

        return draw_png(self, path, **options)

    def to_html(self, path: str | os.PathLike[str] | None = None, **options: Any) -> str:
        """Return the layout as a self-contained interactive page and write it to `path`, if given.

        Options are those of :func:`partwise.geometry.treemaps.draw_html`.
        """
        from partwise.geometry.treemaps._html import draw_html

        return draw_html(self, path, **options)

    def to_geojson(self, path: str | os.PathLike[str] | None = None) -> dict[str, Any]:
        """Return the regions as a GeoJSON FeatureCollection and write it to `path`, if given."""
        from partwise.geometry.treemaps._geojson import draw_geojson

        return draw_geojson(self, path)

    def to_patches(self, **options: Any) -> PatchCollection:
        """Return the leaves as a matplotlib collection; options are those of PatchCollection."""
        from partwise.geometry.treemaps._patches import draw_patches

        return draw_patches(self, **options)

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers of the layout as plain Python values, ready for JSON."""
        leaves = self.tree.is_leaf & (self._plan.region >= 0) & ~self.degenerate
        ratios, weights = self.aspect_ratio[leaves], self.tree.weights[leaves]
        return {
            "method": self.method,
            "n_nodes": self.tree.n_nodes,
            "n_leaves": self.tree.n_leaves,
            "depth": self.depth,
            "rect": list(self.rect),
            "aspect_kind": self.aspect_kind,
            "max_aspect_ratio": float(ratios.max()) if ratios.size else None,
            "mean_aspect_ratio": float(np.average(ratios, weights=weights))
            if ratios.size
            else None,
            "bound": self.bound if np.isfinite(self.bound) else None,
            "n_degenerate": int(np.count_nonzero(self.degenerate)),
            "padding": self.padding,
            "header": self.header,
            **self.facts,
        }

    def _per_node(self, values: NDArray[Any], missing: Any) -> NDArray[Any]:
        """Spread values of regions over the nodes of the tree."""
        region = self._plan.region
        none = region < 0
        spread = values[region]
        spread[none] = missing[none] if isinstance(missing, np.ndarray) else missing
        return spread


def region_aspects(drawn: Drawn, kind: AspectKind) -> NDArray[np.float64]:
    """Return the aspect ratio of each region."""
    cells = drawn.cells
    x0, y0, x1, y1 = cells.boxes.T
    wide, high = x1 - x0, y1 - y0
    with np.errstate(divide="ignore", invalid="ignore"):
        if kind == "sides":
            ratios = np.maximum(wide, high) / np.minimum(wide, high)
        elif kind == "square":
            ratios = np.maximum(wide, high) ** 2 / cells.areas
        else:
            rectangle = drawn.shape == SHAPES.index("rectangle")
            if rectangle.all():
                squares = wide**2 + high**2
            else:
                pointers, vertices = cells.ragged()
                squares = np.empty(len(drawn.shape))
                diameters_of(pointers, vertices, squares)
            ratios = squares / cells.areas
    ratios[~(cells.areas > 0.0)] = np.nan
    return ratios


def least_sides(drawn: Drawn) -> NDArray[np.float64]:
    """Return area over the longer side of the bounding box: the short side of a rectangle."""
    x0, y0, x1, y1 = drawn.cells.boxes.T
    with np.errstate(divide="ignore", invalid="ignore"):
        sides: NDArray[np.float64] = drawn.cells.areas / np.maximum(x1 - x0, y1 - y0)
    return sides


def degenerate_regions(drawn: Drawn, rect: Rect) -> NDArray[np.bool_]:
    """Return which regions are too small for their areas to mean anything."""
    small = ~(least_sides(drawn) >= DEGENERATE_SIDE * max(rect.width, rect.height))
    return small if drawn.degenerate is None else small | drawn.degenerate
