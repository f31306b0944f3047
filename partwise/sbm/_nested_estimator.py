"""The nested stochastic block model as a scikit-learn estimator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from partwise.graph._graph import Graph
from partwise.graph._graph_estimator import GraphEstimator
from partwise.metrics._integer_partitions import QTable
from partwise.sbm._nested_fit import fit_nested_sbm

__all__ = ["NestedSBM"]


class NestedSBM(GraphEstimator):
    """Find the hierarchy of blocks that makes the description of a graph shortest.

    Parameters
    ----------
    degree_corrected : bool or "auto", default=True
        Whether nodes of a block may have degrees of their own; "auto" takes what is better.
    q_table : {"exact", "reference"}, default="exact"
        As for :func:`partwise.metrics.nested_description_length`.
    min_blocks, max_blocks : int or (int, int), optional
        Bounds of the number of blocks of nodes, with types of each type.
    initial_labels : array-like of int, shape (n,), or sequence of such, optional
        Blocks of nodes, or levels, to begin with.
    n_init : int, default=1
        Runs, of which the best one counts.
    n_sweeps : int or "auto", default="auto"
        Of the annealing.
    time_limit : float, optional
        Seconds after which the best so far is taken.
    n_jobs : int, optional
        Threads for the runs.
    random_state : int, RandomState or None

    Attributes
    ----------
    labels_ : int32 ndarray of shape (n,)
        Block of every node.
    levels_ : list of int32 ndarrays
        Block of every node, then of every block of the level before.
    n_clusters_ : int
        Number of blocks of nodes.
    n_blocks_by_level_ : tuple of int
    description_length_ : float
        In nats.
    degree_corrected_ : bool
        What the model is.
    result_ : NestedResult
    n_features_in_ : int
        Number of nodes, where the graph came as a matrix.

    See Also
    --------
    fit_nested_sbm : the function, with the model, the method and its sources.

    Examples
    --------
    >>> cliques = [(u, v) for u in range(60) for v in range(u) if u // 10 == v // 10]
    >>> from partwise.graph import as_graph
    >>> NestedSBM(random_state=0).fit(as_graph(cliques)).n_clusters_
    6
    """

    def __init__(
        self,
        degree_corrected: bool | Literal["auto"] = True,
        *,
        q_table: QTable = "exact",
        min_blocks: int | Sequence[int] | None = None,
        max_blocks: int | Sequence[int] | None = None,
        initial_labels: ArrayLike | Sequence[ArrayLike] | None = None,
        n_init: int = 1,
        n_sweeps: int | Literal["auto"] = "auto",
        time_limit: float | None = None,
        n_jobs: int | None = None,
        random_state: Any = None,
    ) -> None:
        self.degree_corrected = degree_corrected
        self.q_table = q_table
        self.min_blocks = min_blocks
        self.max_blocks = max_blocks
        self.initial_labels = initial_labels
        self.n_init = n_init
        self.n_sweeps = n_sweeps
        self.time_limit = time_limit
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, *, types: ArrayLike | None = None) -> NestedSBM:
        """Find the hierarchy of the graph `X`.

        Parameters
        ----------
        X : graph-like
            An adjacency matrix of shape (n, n), dense or sparse, of numbers of edges, or anything
            else that :func:`partwise.graph.as_graph` takes.
        y : ignored
        types : array-like of shape (n,), optional
            One of two values for each node of a bipartite graph.

        Returns
        -------
        NestedSBM
            The estimator itself.
        """
        graph = _counted(self._as_graph(X))
        result = fit_nested_sbm(graph, types=types, **self.get_params(deep=False))
        self.result_ = result
        self.labels_ = result.labels
        self.levels_ = result.levels
        self.n_clusters_ = result.n_blocks
        self.n_blocks_by_level_ = result.n_blocks_by_level
        self.description_length_ = result.description_length
        self.degree_corrected_ = result.degree_corrected
        return self


def _counted(graph: Graph) -> Graph:
    """Return a graph of numbers of edges that came as floating point numbers, with integers."""
    weights = graph.weights
    if weights is None or weights.dtype.kind == "i" or (weights != np.rint(weights)).any():
        return graph
    indptr, indices, _, node_weights = graph._arrays
    return Graph._trusted(indptr, indices, weights.astype(np.int64), node_weights)
