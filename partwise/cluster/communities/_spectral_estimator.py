"""Spectral communities as a scikit-learn estimator."""

from __future__ import annotations

from typing import Any

from partwise.cluster.communities._spectral import spectral_communities
from partwise.graph._graph_estimator import GraphEstimator

__all__ = ["SpectralGraphClustering"]


class SpectralGraphClustering(GraphEstimator):
    """Find communities from the eigenvectors of a matrix of the graph.

    Parameters
    ----------
    n_clusters : int or "auto", default="auto"
        ``"auto"``: by the Bethe-Hessian matrix.
    method : {"laplacian", "bethe_hessian", "score"}, default="laplacian"
    regularization : "mean_degree", float or None, default="mean_degree"
        Of the Laplacian.
    regularize : {"degrees", "entries"}, default="degrees"
    assign : {"kmeans", "qr"}, default="kmeans"
    n_init : int, default=10
        Starts of k-means.
    random_state : int, RandomState or None
        The seed.

    Attributes
    ----------
    labels_ : int32 ndarray of shape (n,)
        Community of every node, 0 being the largest.
    n_clusters_ : int
        Number of clusters asked for or estimated.
    n_communities_ : int
        Number of clusters that are not empty.
    quality_ : float
        Modularity.
    eigenvalues_ : float64 ndarray of shape (n_clusters_,)
    normalized_cut_, bound_ : float
        Normalised cut, and its bound for as many communities.
    result_ : SpectralResult
    n_features_in_ : int
        Number of nodes, where the graph came as a matrix.

    See Also
    --------
    spectral_communities : the function, with the methods and their sources.

    Examples
    --------
    >>> from partwise.graph import planted_partition_graph
    >>> graph = planted_partition_graph(3, 60, 0.3, 0.01, random_state=0)
    >>> SpectralGraphClustering(assign="qr").fit(graph).n_clusters_
    3
    """

    def __init__(
        self,
        n_clusters: int | str = "auto",
        *,
        method: str = "laplacian",
        regularization: str | float | None = "mean_degree",
        regularize: str = "degrees",
        assign: str = "kmeans",
        n_init: int = 10,
        random_state: Any = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.method = method
        self.regularization = regularization
        self.regularize = regularize
        self.assign = assign
        self.n_init = n_init
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> SpectralGraphClustering:
        """Find the communities of the graph `X`.

        Parameters
        ----------
        X : graph-like
            An adjacency matrix of shape (n, n), dense or sparse, or anything else that
            :func:`partwise.graph.as_graph` takes.
        y : ignored

        Returns
        -------
        SpectralGraphClustering
            The estimator itself.
        """
        result = spectral_communities(self._as_graph(X), **self.get_params(deep=False))
        self.result_ = result
        self.labels_, self.n_clusters_ = result.labels, result.n_clusters
        self.n_communities_, self.quality_ = result.n_communities, result.quality
        self.eigenvalues_ = result.eigenvalues
        self.normalized_cut_, self.bound_ = result.normalized_cut, result.bound
        return self
