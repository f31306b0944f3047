"""Stochastic block models as scikit-learn estimators."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph import Graph, as_graph
from partwise.graph._graph_estimator import GraphEstimator
from partwise.sbm._fit import fit_sbm
from partwise.sbm._result import BlockModelResult

__all__ = ["BipartiteSBM", "DegreeCorrectedSBM", "StochasticBlockModel"]


class _BlockModel(GraphEstimator):
    """What the estimators share: graphs with whole weights, and what is learned."""

    def __sklearn_tags__(self) -> Any:
        # Its own checks draw matrices of real numbers, which are no numbers of edges.
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        return tags

    def _multigraph(self, X: Any) -> Graph:
        graph = self._as_graph(X, directed=False)
        weights = graph.weights
        if (
            weights is not None
            and weights.dtype.kind == "f"
            and (weights == np.rint(weights)).all()
        ):
            # a matrix of whole numbers comes as floats
            indptr, indices, _, node_weights = graph._arrays
            whole = weights.astype(np.int64)
            graph = Graph._trusted(indptr, indices, whole, node_weights, names=graph.names)
        return graph

    def _learn(self, result: BlockModelResult) -> None:
        self.result_ = result
        self.labels_ = result.labels
        self.n_clusters_: int | tuple[int, ...] = result.n_blocks
        self.description_length_ = result.description_length
        self.terms_ = result.terms.to_dict()
        self.degree_corrected_ = result.degree_corrected
        self.trace_ = result.trace


class StochasticBlockModel(_BlockModel):
    """Find the blocks of a graph that make its description shortest, and how many there are.

    Parameters
    ----------
    n_clusters : int or "auto", default="auto"
        Number of blocks; by default it is found.
    degree_corrected : bool or "auto", default="auto"
        Whether nodes of a block may have degrees of their own; by default whichever model has the
        shorter description.
    min_blocks, max_blocks : int, optional
        Bounds of the number of blocks.
    q_table : {"exact", "reference"}, default="exact"
        See :func:`partwise.metrics.description_length`.
    initial_labels : array-like of int, shape (n,), optional
        Blocks to begin with; the result is never worse.
    n_init : int, default=1
        Runs, of which the best one counts.
    n_sweeps : int or "auto", default="auto"
        Length of the annealing.
    time_limit : float, optional
        Seconds after which the best so far is taken.
    n_jobs : int, optional
        Threads for the runs.
    random_state : int, RandomState or None
        The seed.

    Attributes
    ----------
    labels_ : int32 ndarray of shape (n,)
        Block of every node, 0 being the largest.
    n_clusters_ : int
    description_length_ : float
        In nats.
    terms_ : dict
        Its terms.
    degree_corrected_ : bool
        Of the model that was chosen.
    trace_ : float64 ndarray
        Description length after each stage of the search.
    result_ : BlockModelResult
    n_features_in_ : int
        Number of nodes, where the graph came as a matrix.

    See Also
    --------
    fit_sbm : the function, with the method and its sources.

    Examples
    --------
    >>> from partwise.graph import planted_partition_graph
    >>> model = StochasticBlockModel(random_state=0).fit(planted_partition_graph(3, 20, 0.6, 0.01))
    >>> model.n_clusters_
    3
    """

    def __init__(
        self,
        n_clusters: Any = "auto",
        *,
        degree_corrected: Any = "auto",
        min_blocks: int | None = None,
        max_blocks: int | None = None,
        q_table: str = "exact",
        initial_labels: ArrayLike | None = None,
        n_init: int = 1,
        n_sweeps: Any = "auto",
        time_limit: float | None = None,
        n_jobs: int | None = None,
        random_state: Any = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.degree_corrected = degree_corrected
        self.min_blocks = min_blocks
        self.max_blocks = max_blocks
        self.q_table = q_table
        self.initial_labels = initial_labels
        self.n_init = n_init
        self.n_sweeps = n_sweeps
        self.time_limit = time_limit
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:
        """Find the blocks of the graph `X`.

        Parameters
        ----------
        X : graph-like
            An adjacency matrix of shape (n, n) of numbers of edges, dense or sparse, or anything
            else that :func:`partwise.graph.as_graph` takes.
        y : ignored

        Returns
        -------
        self
            The estimator itself.
        """
        options = self.get_params(deep=False)
        n_blocks = options.pop("n_clusters")
        self._learn(fit_sbm(self._multigraph(X), n_blocks=n_blocks, **options))
        return self


class DegreeCorrectedSBM(StochasticBlockModel):
    """A :class:`StochasticBlockModel` in which nodes of a block may have degrees of their own.

    Parameters, attributes and methods are the same, but that ``degree_corrected`` is fixed to True
    by default.

    Examples
    --------
    >>> from partwise.graph import planted_partition_graph
    >>> model = DegreeCorrectedSBM(random_state=0).fit(planted_partition_graph(3, 20, 0.6, 0.01))
    >>> model.n_clusters_, model.degree_corrected_
    (3, True)
    """

    def __init__(
        self,
        n_clusters: Any = "auto",
        *,
        degree_corrected: Any = True,
        min_blocks: int | None = None,
        max_blocks: int | None = None,
        q_table: str = "exact",
        initial_labels: ArrayLike | None = None,
        n_init: int = 1,
        n_sweeps: Any = "auto",
        time_limit: float | None = None,
        n_jobs: int | None = None,
        random_state: Any = None,
    ) -> None:
        super().__init__(
            n_clusters,
            degree_corrected=degree_corrected,
            min_blocks=min_blocks,
            max_blocks=max_blocks,
            q_table=q_table,
            initial_labels=initial_labels,
            n_init=n_init,
            n_sweeps=n_sweeps,
            time_limit=time_limit,
            n_jobs=n_jobs,
            random_state=random_state,
        )


class BipartiteSBM(_BlockModel):
    """Find the blocks of both sides of a bipartite graph, and how many there are on each.

    Parameters
    ----------
    n_clusters : (int, int) or "auto", default="auto"
        Numbers of blocks (Ka, Kb); by default they are found.
    degree_corrected : bool or "auto", default=True
    edge_prior : {"auto", "bipartite", "general"}, default="auto"
        "general" forgets the types where numbers of edges are described, and so sees fewer blocks.
    min_blocks, max_blocks : (int, int), optional
        Bounds of the numbers of blocks.
    q_table, initial_labels, n_init, n_sweeps, time_limit, n_jobs, random_state
        See :class:`StochasticBlockModel`.

    Attributes
    ----------
    labels_ : int32 ndarray of shape (n,)
        Block of every node: 0 to Ka - 1 on the first side, Ka to Ka + Kb - 1 on the second.
    row_labels_ : int32 ndarray of shape (n_a,)
        Those of the nodes of the first type, in their order.
    column_labels_ : int32 ndarray of shape (n_b,)
        Those of the second type, from 0 to Kb - 1.
    n_clusters_ : (int, int)
    description_length_, terms_, degree_corrected_, trace_, result_
        See :class:`StochasticBlockModel`.

    See Also
    --------
    fit_sbm : the function, with the method and its sources.

    Examples
    --------
    >>> biadjacency = np.kron(np.eye(2, dtype=int), np.ones((8, 6), dtype=int))
    >>> model = BipartiteSBM(random_state=0).fit(biadjacency)
    >>> model.n_clusters_, model.column_labels_.tolist()
    ((2, 2), [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
    """

    def __init__(
        self,
        n_clusters: Any = "auto",
        *,
        degree_corrected: Any = True,
        edge_prior: str = "auto",
        min_blocks: Any = None,
        max_blocks: Any = None,
        q_table: str = "exact",
        initial_labels: ArrayLike | None = None,
        n_init: int = 1,
        n_sweeps: Any = "auto",
        time_limit: float | None = None,
        n_jobs: int | None = None,
        random_state: Any = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.degree_corrected = degree_corrected
        self.edge_prior = edge_prior
        self.min_blocks = min_blocks
        self.max_blocks = max_blocks
        self.q_table = q_table
        self.initial_labels = initial_labels
        self.n_init = n_init
        self.n_sweeps = n_sweeps
        self.time_limit = time_limit
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, *, types: ArrayLike | None = None) -> Self:
        """Find the blocks of a bipartite graph.

        Parameters
        ----------
        X : matrix or graph-like
            A biadjacency matrix of shape (n_a, n_b) of numbers of edges, dense or sparse; or, with
            `types`, a graph of n nodes, whatever :func:`partwise.graph.as_graph` takes.
        y : ignored
        types : array-like of shape (n,), optional
            One of two values for each node of a graph; the lesser one is the first type.

        Returns
        -------
        self
            The estimator itself.

        Raises
        ------
        ValueError
            A graph without `types`, or an edge between nodes of the same type (the message has it).
        """
        if types is None:
            graph, types = _from_biadjacency(X)
        else:
            graph = self._multigraph(X)
        options = self.get_params(deep=False)
        n_blocks = options.pop("n_clusters")
        result = fit_sbm(graph, types=types, n_blocks=n_blocks, **options)
        self._learn(result)
        first, second = result.n_blocks_by_type
        self.n_clusters_ = first, second
        kinds = np.asarray(types)
        is_second = kinds == np.unique(kinds)[-1]
        self.row_labels_ = result.labels[~is_second]
        self.column_labels_ = result.labels[is_second] - np.int32(first)
        return self


def _from_biadjacency(X: Any) -> tuple[Graph, NDArray[np.int8]]:
    """Return the graph of a matrix, rows first, and the types of its nodes."""
    from scipy.sparse import coo_array

    if isinstance(X, Graph) or not (hasattr(X, "shape") or isinstance(X, (list, tuple))):
        raise ValueError(f"types must be given with a graph, got {type(X).__name__} without")
    matrix = coo_array(X)
    if matrix.ndim != 2 or min(matrix.shape) == 0:
        raise ValueError(
            f"X must be a matrix of shape (n_a, n_b), both at least 1, got {matrix.shape}"
        )
    times = matrix.data
    if times.dtype.kind not in "biu":
        raise TypeError(f"X must hold integers, numbers of edges, got dtype {times.dtype}")
    if times.size and times.min() < 0:
        at = int(np.argmin(times))
        row, column = int(matrix.coords[0][at]), int(matrix.coords[1][at])
        raise ValueError(f"X[{row}, {column}] is {times[at]}, allowed are numbers of at least 0")
    n_a, n_b = matrix.shape
    kept = times > 0
    pairs = np.stack((matrix.coords[0][kept], n_a + matrix.coords[1][kept].astype(np.int64)), 1)
    graph = Graph.from_edges(pairs, times[kept].astype(np.int64), n_nodes=n_a + n_b)
    return as_graph(graph), np.repeat(np.array([0, 1], np.int8), (n_a, n_b))
