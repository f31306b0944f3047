"""Graph types, conversions, readers and writers, generators.

:func:`as_graph` turns whatever holds a graph into a :class:`Graph`; every algorithm of partwise
takes its input through it. Names load on first use.
"""

from partwise._lazy import lazy_exports

_GENERATORS = (
    "grid_graph",
    "torus_graph",
    "hypercube_graph",
    "random_geometric_graph",
    "delaunay_graph",
    "road_graph",
    "knn_graph",
    "rmat_graph",
    "barabasi_albert_graph",
    "stochastic_block_graph",
    "planted_partition_graph",
    "contextual_block_graph",
    "lfr_graph",
)
_FILES = (
    "read_graph",
    "write_graph",
    "read_hypergraph",
    "write_hypergraph",
    "read_partition",
    "write_partition",
    "read_labels",
    "write_labels",
    "read_fixed",
    "read_node_weights",
)

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "Graph": "_graph",
        "Hypergraph": "_hypergraph",
        "as_graph": "_convert",
        "quotient_graph": "_quotient",
        "shortest_path_matrix": "_shortest_paths",
        **dict.fromkeys(_FILES, "io"),
        **dict.fromkeys(_GENERATORS, "generators"),
        "generators": "",
        "io": "",
    },
)
