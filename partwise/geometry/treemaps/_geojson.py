"""A treemap as GeoJSON."""

from __future__ import annotations

import json
import math
import os
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from partwise.geometry.treemaps._names import as_text, paths_of

if TYPE_CHECKING:
    from partwise.geometry.treemaps._layout import TreemapLayout

__all__ = ["draw_geojson"]


def draw_geojson(
    layout: TreemapLayout, path: str | os.PathLike[str] | None = None
) -> dict[str, Any]:
    """Return the regions of all nodes as a FeatureCollection, and write it if `path` is given.

    Parameters
    ----------
    layout : TreemapLayout
    path : str or path-like, optional
        Written atomically; compressed if it ends with ``.gz``.

    Returns
    -------
    dict
        A feature for each node that has a region, by ascending node, with its number as ``id``. Its
        geometry is a Polygon in the units of the layout: one closed ring, counterclockwise where y
        points up (RFC 7946, the right-hand rule). Its properties are name, path (the middle of a
        path of more than 32 steps is left out), parent (null for the root), depth, weight, area,
        aspect_ratio and shape; numbers that are not finite are null.

    Notes
    -----
    O(n) time and memory. Coordinates are no longitudes and latitudes: a reader must be told that
    they are plane.

    Examples
    --------
    >>> from partwise.geometry import Tree, treemap
    >>> tree = Tree.from_parents([-1, 0, 0], [0, 3, 1], names=["r", "a", "b"])
    >>> feature = treemap(tree, "squarified").to_geojson()["features"][1]
    >>> feature["properties"]["path"], feature["properties"]["weight"]
    ('r/a', 3.0)
    >>> feature["geometry"]["coordinates"]
    [[[0.0, 0.0], [0.75, 0.0], [0.75, 1.0], [0.0, 1.0], [0.0, 0.0]]]
    """
    tree = layout.tree
    indptr, xy = layout.polygons()
    nodes = np.flatnonzero(np.diff(indptr) >= 3).astype(np.int32)
    corners = xy.tolist()
    names = tree.names
    features = [
        {
            "type": "Feature",
            "id": node,
            "geometry": {
                "type": "Polygon",
                "coordinates": [[*corners[begin:end], list(corners[begin])]],
            },
            "properties": {
                "name": as_text(node if names is None else names[node]),
                "path": steps,
                "parent": parent if parent >= 0 else None,
                "depth": depth,
                "weight": weight,
                "area": area,
                "aspect_ratio": ratio,
                "shape": shape,
            },
        }
        for node, begin, end, steps, parent, depth, weight, area, ratio, shape in zip(
            nodes.tolist(),
            indptr[nodes].tolist(),
            indptr[nodes + 1].tolist(),
            paths_of(tree, nodes),
            tree.parents[nodes].tolist(),
            tree.depths[nodes].tolist(),
            tree.weights[nodes].tolist(),
            _or_null(layout.areas[nodes]),
            _or_null(layout.aspect_ratio[nodes]),
            layout.shape[nodes].tolist(),
        )
    ]
    collection: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    if path is not None:
        from partwise.graph.io._source import open_output

        written = json.dumps(collection, allow_nan=False, separators=(",", ":"))
        with open_output(path) as file:
            file.write(written.encode() + b"\n")
    return collection


def _or_null(numbers: NDArray[np.float64]) -> list[float | None]:
    """Return numbers as JSON can hold them."""
    return [number if math.isfinite(number) else None for number in numbers.tolist()]
