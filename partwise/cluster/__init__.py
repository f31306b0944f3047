"""Clustering: points, objects and the nodes of networks into groups."""

from partwise._lazy import lazy_exports

_KMEDOIDS = (
    "DynMSCResult",
    "KMedoids",
    "KMedoidsResult",
    "MedoidSilhouette",
    "MedoidSilhouetteResult",
    "alternating",
    "clara",
    "clarans",
    "dynmsc",
    "fastermsc",
    "fasterpam",
    "fastpam1",
    "iterated_fasterpam",
    "lab_init",
    "medoid_silhouette",
    "one_batch_pam",
    "pam",
    "pam_build",
    "plusplus_init",
    "silhouette",
    "swap_deltas",
)
_COMMUNITIES = (
    "CommunityResult",
    "LabelPropagation",
    "LabelPropagationResult",
    "Leiden",
    "Louvain",
    "MarkovClustering",
    "MarkovResult",
    "SpectralGraphClustering",
    "SpectralResult",
    "label_propagation",
    "leiden",
    "louvain",
    "markov_clustering",
    "spectral_communities",
)
_CORESETS = (
    "Coreset",
    "CoresetStream",
    "KMedianCoreset",
    "coreset",
    "coreset_distortion",
    "merge_coresets",
)
_LOCAL = (
    "CommunityProfile",
    "LocalCluster",
    "WeightedFlowDiffusion",
    "approximate_pagerank",
    "batch_local_clusters",
    "capacity_releasing_diffusion",
    "flow_diffusion",
    "heat_kernel_pagerank",
    "l1_pagerank",
    "mqi",
    "ncp_profile",
    "simple_local",
    "sweep_cut",
    "sweep_profile",
)

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        **dict.fromkeys(_KMEDOIDS, "kmedoids"),
        **dict.fromkeys(_CORESETS, "coresets"),
        **dict.fromkeys(_COMMUNITIES, "communities"),
        **dict.fromkeys(_LOCAL, "local"),
        "local": "",
        "PointTable": "_points_file",
        "read_points": "_points_file",
    },
)
