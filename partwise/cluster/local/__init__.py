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
        "approximate_pagerank": "_pagerank",
        "l1_pagerank": "_pagerank",
    },
)
