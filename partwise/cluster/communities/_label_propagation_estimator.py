"""Label propagation as a scikit-learn estimator."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from partwise.cluster.communities._label_propagation import label_propagation
from partwise.graph._graph_estimator import GraphEstimator

__all__ = ["LabelPropagation"]


class LabelPropagation(GraphEstimator):
    """Find communities by letting nodes take the label that weighs most among their neighbours.

    Parameters
    ----------
    method : {"auto", "queue", "asynchronous", "semi-synchronous", "parallel"}, default="auto"
    initial_labels, fixed : array-like of int, shape (n,), optional
        Where to start, and labels to keep (-1 for free nodes).
    max_iter : int, default=100
    n_jobs : int, optional
        Threads of ``"parallel"``.
    device : {"cpu", "cuda", "auto"}, optional
        Where to compute.
    random_state : int, RandomState or None
        The seed.

    Attributes
    ----------
    labels_ : int32 ndarray of shape (n,)
        Community of every node, 0 being the largest.
    quality_ : float
        Modularity.
    n_communities_ : int
    n_iter_ : int
    converged_ : bool
    device_ : str
        Where it was computed.
    result_ : LabelPropagationResult
    n_features_in_ : int
        Number of nodes, where the graph came as a matrix.

    See Also
    --------
    label_propagation : the function, with the methods and their sources.

    Examples
    --------
    >>> from partwise.graph import planted_partition_graph
    >>> LabelPropagation(random_state=0).fit(planted_partition_graph(3, 20, 1.0, 0)).n_communities_
    3
    """

    def __init__(
        self,
        method: str = "auto",
        *,
        initial_labels: ArrayLike | None = None,
        fixed: ArrayLike | None = None,
        max_iter: int = 100,
        n_jobs: int | None = None,
        device: str | None = None,
        random_state: Any = None,
    ) -> None:
        self.method = method
        self.initial_labels = initial_labels
        self.fixed = fixed
        self.max_iter = max_iter
        self.n_jobs = n_jobs
        self.device = device
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> LabelPropagation:
        """Find the communities of the graph `X`.

        Parameters
        ----------
        X : graph-like
            An adjacency matrix of shape (n, n), dense or sparse, or anything else that
            :func:`partwise.graph.as_graph` takes.
        y : ignored

        Returns
        -------
        LabelPropagation
            The estimator itself.
        """
        result = label_propagation(self._as_graph(X), **self.get_params(deep=False))
        self.result_ = result
        self.labels_, self.quality_ = result.labels, result.quality
        self.n_communities_, self.n_iter_ = result.n_communities, result.n_iter
        self.converged_, self.device_ = result.converged, result.device
        return self
