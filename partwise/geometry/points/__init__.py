"""Point sets cut into balanced parts, so that new points and boxes can be placed too."""

from partwise._lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "PointPartition": "_result",
        "coordinate_bisection": "_bisection",
        "inertial_bisection": "_bisection",
        "curve_partition": "_curve",
        "multi_jagged": "_multi_jagged",
        "hilbert_key": "_curve",
        "morton_key": "_curve",
        "chains_on_chains": "_chains",
        "BoxCuts": "_tree_cuts",
        "PlaneCuts": "_tree_cuts",
        "CurveCuts": "_curve",
        "JaggedCuts": "_multi_jagged",
        "RecursiveCoordinateBisection": "_coordinate_bisection_estimator",
        "RecursiveInertialBisection": "_inertial_bisection_estimator",
        "SpaceFillingCurvePartition": "_curve_estimator",
        "MultiJagged": "_multi_jagged_estimator",
        "Line": "_line",
        "ham_sandwich_cut": "_ham_sandwich",
        "EquitablePartition": "_equitable",
        "equitable_partition": "_equitable",
        "centerpoint": "_centerpoint",
        "Sphere": "_sphere",
        "SphereSeparator": "_separator",
        "sphere_separator": "_separator",
        "BlockLayout": "_block_layout",
        "SceneBlocks": "_scene_blocks_estimator",
        "scene_blocks": "_scene_blocks",
        "grid_blocks": "_grid_blocks",
        "ColmapPoints": "_colmap",
        "read_colmap_points": "_colmap",
    },
)
