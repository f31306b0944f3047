"""Balanced partitioning of graphs."""

from partwise._lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "partition_graph": "multilevel",
        "refine_partition": "multilevel",
        "PartitionResult": "_result",
        "GraphPartitioner": "_multilevel_estimator",
    },
)
