"""Local clusters: found around seeds, at a cost that does not depend on the size of the graph.

All functions take whatever :func:`partwise.graph.as_graph` takes; pass a
:class:`~partwise.graph.Graph` to pay for reading it, and for working memory, only once.
"""

from partwise._lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "LocalCluster": "_result",
        "flow_diffusion": "_flow_diffusion",
        "WeightedFlowDiffusion": "_weighted_flow_diffusion_estimator",
        "approximate_pagerank": "_pagerank",
        "l1_pagerank": "_pagerank",
        "heat_kernel_pagerank": "_heat_kernel",
        "capacity_releasing_diffusion": "_capacity_releasing",
        "mqi": "_flow_improve",
        "simple_local": "_flow_improve",
        "sweep_cut": "_sweep",
        "sweep_profile": "_sweep",
        "ncp_profile": "_ncp",
        "CommunityProfile": "_ncp",
        "batch_local_clusters": "_batch",
    },
)
