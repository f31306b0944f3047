"""Boxes of R^d: partitions with slack."""

from partwise._lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "slack_partition": "_slack",
        "BoxPartition": "_slack",
    },
)
