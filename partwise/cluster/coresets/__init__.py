"""Coresets: few weighted points that stand for many."""

from partwise._lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "Coreset": "_result",
        "CoresetStream": "_stream",
        "KMedianCoreset": "_coreset_estimator",
        "coreset": "_coreset",
        "coreset_distortion": "_coreset",
        "merge_coresets": "_coreset",
    },
)
