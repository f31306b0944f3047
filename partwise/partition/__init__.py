"""Balanced partitioning of graphs, and of netlists whose nodes have several implementations."""

from partwise._lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "partition_graph": "multilevel",
        "refine_partition": "multilevel",
        "PartitionResult": "_result",
        "GraphPartitioner": "_multilevel_estimator",
        "Netlist": "netlist",
        "NetlistPartition": "netlist",
        "partition_netlist": "netlist",
        "partition_static": "netlist",
        "partition_then_map": "netlist",
        "exact_partition": "netlist",
        "MultiPersonalityPartitioner": "netlist",
        "read_netlist": "netlist",
        "write_netlist": "netlist",
        "rent_netlist": "netlist",
        "typed_netlist": "netlist",
    },
)
