"""Markov clustering as a scikit-learn estimator."""

from __future__ import annotations

from typing import Any

from partwise.cluster.communities._markov import markov_clustering
from partwise.graph._graph_estimator import GraphEstimator

__all__ = ["MarkovClustering"]


class MarkovClustering(GraphEstimator):
    """Find clusters by expansion and inflation of a flow matrix (MCL).

    Parameters
    ----------
    inflation : float, default=2.0
        Above 1. Larger values give smaller clusters.
    expansion : int, default=2
    pruning : float, default=1e-5
    max_iter : int, default=200
    tol : float, default=1e-6
    n_jobs : int, optional
        Threads; the result does not depend on it.

    Attributes
    ----------
    labels_ : int32 ndarray of shape (n,)
        Cluster of every node, 0 being the largest.
    quality_ : float
        Modularity.
    n_communities_ : int
    n_iter_ : int
    converged_ : bool
    result_ : MarkovResult
    n_features_in_ : int
        Number of nodes, where the graph came as a matrix.

    See Also
    --------
    markov_clustering : the function, with the method and its source.

    Examples
    --------
    >>> from partwise.graph import planted_partition_graph
    >>> MarkovClustering().fit(planted_partition_graph(3, 20, 1.0, 0)).n_communities_
    3
    """

    def __init__(
        self,
        inflation: float = 2.0,
        *,
        expansion: int = 2,
        pruning: float = 1e-5,
        max_iter: int = 200,
        tol: float = 1e-6,
        n_jobs: int | None = 1,
    ) -> None:
        self.inflation = inflation
        self.expansion = expansion
        self.pruning = pruning
        self.max_iter = max_iter
        self.tol = tol
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any = None) -> MarkovClustering:
        """Find the clusters of the graph `X`.

        Parameters
        ----------
        X : graph-like
            An adjacency matrix of shape (n, n), dense or sparse, or anything else that
            :func:`partwise.graph.as_graph` takes.
        y : ignored

        Returns
        -------
        MarkovClustering
            The estimator itself.
        """
        result = markov_clustering(self._as_graph(X), **self.get_params(deep=False))
        self.result_ = result
        self.labels_, self.quality_ = result.labels, result.quality
        self.n_communities_, self.n_iter_ = result.n_communities, result.n_iter
        self.converged_ = result.converged
        return self
