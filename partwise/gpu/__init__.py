"""Traversal of graphs with balanced loads and products by tiles on GPUs, with twins on the CPU."""

from partwise._lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "BFSResult": "_bfs",
        "bfs": "_bfs",
        "bfs_memory": "_bfs",
        "PairwiseArgmaxResult": "_argmax",
        "pairwise_argmax": "_argmax",
        "pairwise_argmax_memory": "_argmax",
        "contrastive_loss": "_contrastive",
        "ComponentsResult": "_components",
        "components_memory": "_components",
        "connected_components": "_components",
        "PointMedoids": "_medoids",
        "k_medoids": "_medoids",
        "kmedoids_memory": "_medoids",
        "PageRankResult": "_pagerank",
        "pagerank": "_pagerank",
        "pagerank_memory": "_pagerank",
        "SSSPResult": "_sssp",
        "sssp": "_sssp",
        "sssp_memory": "_sssp",
        "has_cuda": "_device",
        "resolve_device": "_device",
    },
)
