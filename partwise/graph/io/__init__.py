"""Readers and writers of graphs, hypergraphs and partitions."""

from partwise._lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "read_graph": "_graph_files",
        "write_graph": "_graph_files",
        "read_hypergraph": "_hypergraph_files",
        "write_hypergraph": "_hypergraph_files",
        "read_partition": "_partition",
        "write_partition": "_partition",
        "read_labels": "_partition",
        "write_labels": "_partition",
        "read_fixed": "_partition",
        "read_node_weights": "_partition",
        "atomic_write": "_atomic",
    },
)
