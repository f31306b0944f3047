"""k-medoids: objects as centres, for any dissimilarity."""

from partwise._lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "KMedoids": "_kmedoids_estimator",
        "KMedoidsResult": "_result",
        "fasterpam": "_pam",
        "iterated_fasterpam": "_pam",
        "fastpam1": "_pam",
        "pam": "_pam",
        "alternating": "_pam",
        "pam_build": "_pam",
        "lab_init": "_pam",
        "plusplus_init": "_pam",
        "swap_deltas": "_pam",
        "clara": "_clara",
        "clarans": "_clarans",
        "one_batch_pam": "_one_batch",
        "MedoidSilhouette": "_medoid_silhouette_estimator",
        "MedoidSilhouetteResult": "_silhouette_result",
        "DynMSCResult": "_silhouette_result",
        "medoid_silhouette": "_silhouette",
        "silhouette": "_silhouette",
        "fastermsc": "_silhouette",
        "dynmsc": "_silhouette",
    },
)
