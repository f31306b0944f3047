"""Trees that cut space: kd-trees, quadtrees and octrees, binary space partitions.

A structure holds its points or faces in arrays that are never changed once it is built; cells are
numbered from 0, and ``leaf_of`` says in which cell a point lies.
"""

from partwise._lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "BSPCells": "_bsp_cells",
        "BSPTree": "_bsp_tree",
        "CellBoxes": "_input",
        "HyperplaneCells": "_hyperplanes",
        "KDTree": "_kd_tree",
        "Octree": "_orthtree",
        "Quadtree": "_orthtree",
        "Neighbourhoods": "_kd_tree",
        "hyperplane_cells": "_hyperplanes",
        "kd_partition": "_kd_partition",
    },
)
