"""Stochastic block models: blocks of nodes that are alike in whom they have edges to.

The number of blocks is found, not asked for: that which makes the graph's description shortest.
"""

from partwise._lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "BipartiteSBM": "_estimators",
        "DegreeCorrectedSBM": "_estimators",
        "StochasticBlockModel": "_estimators",
        "description_length": "partwise.metrics",
        "fit_sbm": "_fit",
        "BlockPosterior": "_posterior",
        "sample_posterior": "_posterior",
        "fit_nested_sbm": "_nested_fit",
        "NestedSBM": "_nested_estimator",
        "BlockModelResult": "_result",
        "NestedResult": "_nested_result",
    },
)
