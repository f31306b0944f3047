"""Point sets cut into parts: by lines, planes and spheres, with a stated balance."""

from partwise._lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
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
