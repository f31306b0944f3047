"""Pictures of results, drawn with matplotlib (the extra ``plot``).

Every function draws on ``ax``, or on new axes, returns the axes, and never shows anything.
"""

from partwise._lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "plot_partition": "_partition",
        "plot_blocks": "_blocks",
        "plot_adjacency": "_matrix",
        "plot_block_matrix": "_block_matrix",
        "plot_hierarchy": "_hierarchy",
        "plot_communities": "_communities",
        "plot_community_sizes": "_communities",
        "plot_local_cluster": "_local",
        "plot_sweep": "_local",
        "plot_clusters": "_clusters",
        "plot_silhouette": "_clusters",
        "plot_utilisation": "_netlist",
        "plot_incidence": "_netlist",
        "graph_layout": "_layout",
    },
)
