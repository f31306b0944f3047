"""The multilevel partitioner as a scikit-learn estimator."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph import Graph
from partwise.graph._graph_estimator import GraphEstimator
from partwise.partition.multilevel import partition_graph

__all__ = ["GraphPartitioner"]


class GraphPartitioner(GraphEstimator):
    """Cut a graph into blocks of about equal weight, with few edges between them.

    Parameters
    ----------
    n_parts : int, default=2
        Number of blocks.
    imbalance : float, default=0.03
        By how much a block may exceed its share, as a fraction.
    preset : {"fast", "default", "quality", "jet"}, default="default"
        How much work the partition is worth; ``"jet"`` is the method that GPUs run.
    target_weights : array-like of shape (n_parts,), optional
        Share of every block; by default all are equal.
    fixed : array-like of int, shape (n_nodes,), optional
        Block of each node that must not move, -1 for the others.
    init : array-like of int, shape (n_nodes,), optional
        A partition to start from.
    contiguous : bool, default=False
        Whether every block must be connected.
    n_trials : int, default=1
        Partitions computed from scratch and combined.
    n_jobs : int, optional
        Threads over which trials are spread; the result does not depend on it.
    time_limit : float, optional
        Seconds after which nothing more is begun.
    device : {"cpu", "cuda", "auto"}, optional
        Where to compute; see :func:`partwise.partition.partition_graph`.
    random_state : int, RandomState or None
        The seed.
    verbose : int, default=0
        From 1 on progress is written to stderr.

    Attributes
    ----------
    labels_ : int32 ndarray of shape (n_nodes,)
        Block of every node.
    cut_ : int or float
        Summed weight of the edges between different blocks.
    imbalance_ : float
        By how much the fullest block exceeds its share, as a fraction.
    block_weights_ : ndarray of shape (n_parts,)
        Weight of every block.
    feasible_ : bool
        Whether no block is heavier than allowed.
    n_levels_ : int
        Levels of the multilevel hierarchy.
    device_ : str
        Where it was computed.
    n_features_in_ : int
        Number of nodes, where the graph came as a matrix.

    See Also
    --------
    partwise.partition.partition_graph : the function, with the method and its sources.

    Notes
    -----
    An adjacency matrix is pairwise input: symmetric, square, non-negative.

    Examples
    --------
    >>> from partwise.graph import grid_graph
    >>> partitioner = GraphPartitioner(n_parts=4, random_state=0).fit(grid_graph((10, 10)))
    >>> partitioner.block_weights_.tolist(), partitioner.feasible_
    ([25, 25, 25, 25], True)
    """

    def __init__(
        self,
        n_parts: int = 2,
        *,
        imbalance: float = 0.03,
        preset: str = "default",
        target_weights: ArrayLike | None = None,
        fixed: ArrayLike | None = None,
        init: ArrayLike | None = None,
        contiguous: bool = False,
        n_trials: int = 1,
        n_jobs: int | None = None,
        time_limit: float | None = None,
        device: str | None = None,
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        self.n_parts = n_parts
        self.imbalance = imbalance
        self.preset = preset
        self.target_weights = target_weights
        self.fixed = fixed
        self.init = init
        self.contiguous = contiguous
        self.n_trials = n_trials
        self.n_jobs = n_jobs
        self.time_limit = time_limit
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    def fit(
        self, X: Any, y: Any = None, sample_weight: ArrayLike | None = None
    ) -> GraphPartitioner:
        """Partition the graph `X`.

        Parameters
        ----------
        X : graph-like
            Adjacency matrix of shape (n_nodes, n_nodes), dense or sparse, or anything else that
            :func:`partwise.graph.as_graph` takes.
        y : None
            Ignored.
        sample_weight : array-like of shape (n_nodes,), optional
            Node weights, in place of the graph's own.

        Returns
        -------
        self : GraphPartitioner
        """
        graph = self._as_graph(X, directed=False, min_nodes=max(self.n_parts, 1))
        if sample_weight is not None:
            graph = _with_node_weights(graph, sample_weight)
        result = partition_graph(
            graph,
            self.n_parts,
            imbalance=self.imbalance,
            preset=self.preset,  # type: ignore[arg-type]
            target_weights=self.target_weights,
            fixed=self.fixed,
            init=self.init,
            contiguous=self.contiguous,
            n_trials=self.n_trials,
            n_jobs=self.n_jobs,
            time_limit=self.time_limit,
            device=self.device,  # type: ignore[arg-type]
            random_state=self.random_state,
            verbose=self.verbose,
        )
        self.labels_: NDArray[np.int32] = result.labels
        self.cut_ = result.cut
        self.imbalance_ = result.imbalance
        self.block_weights_ = result.block_weights
        self.feasible_ = result.feasible
        self.n_levels_ = result.n_levels
        self.device_ = result.device
        return self


def _with_node_weights(graph: Graph, sample_weight: ArrayLike) -> Graph:
    node_weights = np.asarray(sample_weight)
    if node_weights.size and not np.any(node_weights):
        raise ValueError(
            "Sample weights must contain at least one non-zero number: all sample_weight are 0"
        )
    return Graph(
        graph.indptr,
        graph.indices,
        graph.weights,
        node_weights=node_weights,
        directed=graph.directed,
        names=graph.names,
    )
