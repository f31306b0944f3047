"""Clustering: points and objects into groups."""

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
_CORESETS = (
    "Coreset",
    "CoresetStream",
    "KMedianCoreset",
    "coreset",
    "coreset_distortion",
    "merge_coresets",
)

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        **dict.fromkeys(_KMEDOIDS, "kmedoids"),
        **dict.fromkeys(_CORESETS, "coresets"),
        "PointTable": "_points_file",
        "read_points": "_points_file",
    },
)
