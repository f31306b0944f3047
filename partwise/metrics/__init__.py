"""What a partition is worth: cut, balance, volume, boundary, connectedness.

Every function takes whatever :func:`partwise.graph.as_graph` takes and the labels of the nodes, and
recomputes its number from these alone in O(n + m) time.
"""

from partwise._lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "edge_cut": "_cut",
        "block_weights": "_balance",
        "imbalance": "_balance",
        "communication_volume": "_volume",
        "boundary_nodes": "_boundary",
        "n_components_per_block": "_connectivity",
        "connected_blocks": "_connectivity",
        "evaluate_partition": "_report",
        "PartitionReport": "_report",
    },
)
