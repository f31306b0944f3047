"""Geometry: planes into treemap cells, space into boxes, points into blocks.

Treemaps whose cells have a proven aspect ratio start with a :class:`Tree` and end with
:func:`treemap`.
"""

from partwise._lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "Tree": "_tree",
        "treemap": "treemaps",
        "TreemapLayout": "treemaps",
        "layout_distance": "treemaps",
        "convex_bound": "treemaps",
    },
)
