"""Geometry: planes into treemap cells, space into boxes, cells and trees, points into parts.

Treemaps whose cells have a proven aspect ratio start with a :class:`Tree` and end with
:func:`treemap`.
"""

from partwise._lazy import lazy_exports

_TREEMAPS = ("TreemapLayout", "convex_bound", "layout_distance", "treemap")
_BOXES = (
    "BoxPartition",
    "UltrametricEmbedding",
    "UltrametricResult",
    "slack_partition",
    "ultrametric_embedding",
)
_POINTS = (
    "BlockLayout",
    "BoxCuts",
    "ColmapPoints",
    "CurveCuts",
    "EquitablePartition",
    "JaggedCuts",
    "Line",
    "MultiJagged",
    "PlaneCuts",
    "PointPartition",
    "RecursiveCoordinateBisection",
    "RecursiveInertialBisection",
    "SceneBlocks",
    "SpaceFillingCurvePartition",
    "Sphere",
    "SphereSeparator",
    "centerpoint",
    "chains_on_chains",
    "coordinate_bisection",
    "curve_partition",
    "equitable_partition",
    "grid_blocks",
    "ham_sandwich_cut",
    "hilbert_key",
    "inertial_bisection",
    "morton_key",
    "multi_jagged",
    "read_colmap_points",
    "scene_blocks",
    "sphere_separator",
)
_SPACE = (
    "BSPCells",
    "BSPTree",
    "CellBoxes",
    "HyperplaneCells",
    "KDTree",
    "Octree",
    "Quadtree",
    "Neighbourhoods",
    "hyperplane_cells",
    "kd_partition",
)

_CELLS = (
    "CapacitatedResult",
    "CapacitatedVoronoi",
    "PowerDiagram",
    "capacitated_voronoi",
    "centroidal_power_diagram",
    "power_diagram",
    "prescribed_areas",
    "voronoi_cells",
    "voronoi_diagram",
)

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "Tree": "_tree",
        "read_tree": "tree_files",
        "dendrogram_labels": "_linkage",
        **dict.fromkeys(_TREEMAPS, "treemaps"),
        **dict.fromkeys(_BOXES, "boxes"),
        **dict.fromkeys(_POINTS, "points"),
        **dict.fromkeys(_CELLS, "cells"),
        "boxes": "",
        "cells": "",
        **dict.fromkeys(_SPACE, "space"),
        "points": "",
        "space": "",
        "treemaps": "",
    },
)
