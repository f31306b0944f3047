"""Communities of networks: Leiden, Louvain, label propagation, spectral and Markov clustering."""

from partwise._lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "CommunityResult": "_result",
        "Leiden": "_modularity_estimators",
        "Louvain": "_modularity_estimators",
        "leiden": "_leiden",
        "louvain": "_louvain",
    },
)
