"""Boxes of R^d: partitions with slack, and the embedding of ultrametrics that rests on them."""

from partwise._lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "slack_partition": "_slack",
        "BoxPartition": "_slack",
        "ultrametric_embedding": "_ultrametric",
        "UltrametricResult": "_ultrametric",
        "UltrametricEmbedding": "_ultrametric_estimator",
    },
)
