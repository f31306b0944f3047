"""Treemaps: layouts of weighted trees in the plane, their measures and pictures."""

from partwise._lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "treemap": "_treemap",
        "TreemapLayout": "_layout",
        "layout_distance": "_distance",
        "convex_bound": "_convex",
        "draw_svg": "_svg",
        "draw_png": "_png",
        "draw_html": "_html",
        "draw_geojson": "_geojson",
        "draw_patches": "_patches",
    },
)
