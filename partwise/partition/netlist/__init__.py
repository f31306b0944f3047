"""Netlists whose nodes can be implemented in several ways, and their partitioning."""

from partwise._lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "Netlist": "_netlist",
        "NetlistPartition": "_result",
        "partition_netlist": "multi_personality",
        "partition_static": "multi_personality",
        "partition_then_map": "multi_personality",
        "exact_partition": "_exact",
        "MultiPersonalityPartitioner": "_multi_personality_estimator",
        "read_netlist": "_files",
        "write_netlist": "_files",
        "rent_netlist": "_generators",
        "typed_netlist": "_generators",
    },
)
