"""Graphs to try things on: lattices, geometric graphs, random networks, planted blocks.

Everything is seeded (``random_state``), sparse and returns a :class:`~partwise.graph.Graph`; the
same seed gives the same graph, whatever the number of threads.
"""

from partwise._lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "grid_graph": "_lattices",
        "torus_graph": "_lattices",
        "hypercube_graph": "_lattices",
        "random_geometric_graph": "_geometric",
        "delaunay_graph": "_geometric",
        "road_graph": "_geometric",
        "knn_graph": "_geometric",
        "rmat_graph": "_networks",
        "barabasi_albert_graph": "_networks",
        "stochastic_block_graph": "_blocks",
        "planted_partition_graph": "_blocks",
        "contextual_block_graph": "_contextual",
        "lfr_graph": "_lfr",
    },
)
