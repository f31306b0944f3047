"""Communities of networks: Leiden, Louvain, label propagation, spectral and Markov clustering."""

from partwise._lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "CommunityResult": "_result",
        "Leiden": "_modularity_estimators",
        "Louvain": "_modularity_estimators",
        "LabelPropagation": "_label_propagation_estimator",
        "LabelPropagationResult": "_label_propagation",
        "MarkovClustering": "_markov_estimator",
        "MarkovResult": "_markov",
        "SpectralGraphClustering": "_spectral_estimator",
        "SpectralResult": "_spectral",
        "label_propagation": "_label_propagation",
        "leiden": "_leiden",
        "louvain": "_louvain",
        "markov_clustering": "_markov",
        "spectral_communities": "_spectral",
    },
)
