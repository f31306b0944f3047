"""Leiden and Louvain as scikit-learn estimators."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from partwise.cluster.communities._leiden import leiden
from partwise.cluster.communities._louvain import louvain
from partwise.cluster.communities._result import CommunityResult
from partwise.graph._graph_estimator import GraphEstimator

__all__ = ["Leiden", "Louvain"]


class _CommunityEstimator(GraphEstimator):
    """What Leiden and Louvain learn."""

    def _learn(self, result: CommunityResult) -> None:
        self.result_ = result
        self.labels_ = result.labels
        self.quality_ = result.quality
        self.n_communities_ = result.n_communities
        self.levels_ = result.levels
        self.n_iter_ = result.n_iterations
        self.stability_ = result.stability
        self.device_ = result.device


class Leiden(_CommunityEstimator):
    """Find communities that maximise a quality function, all of them connected.

    Parameters
    ----------
    quality : {"modularity", "cpm", "rb_er", "barber"}, default="modularity"
    resolution : float, default=1.0
        Larger values give more and smaller communities.
    n_iterations : int, default=3
        Runs through all levels; -1: until one changes nothing.
    theta : float, default=0.0
        Randomness of the refinement, 0 for none.
    initial_labels, fixed : array-like of int, shape (n,), optional
        Where to start, and labels to keep (-1 for free nodes).
    min_size, max_size : int, optional
        Fewest and most nodes of a community.
    sides : array-like of shape (n,), optional
        Of a bipartite graph.
    consensus : int, optional
        Runs that are made to agree.
    algorithm : {"auto", "sequential", "parallel", "free"}, default="auto"
    n_jobs : int, optional
        Threads.
    device : {"cpu", "cuda", "auto"}, optional
        Where to compute.
    random_state : int, RandomState or None
        The seed.
    verbose : int, default=0
        From 1 on progress is written to stderr.

    Attributes
    ----------
    labels_ : int32 ndarray of shape (n,)
        Community of every node, 0 being the largest.
    quality_ : float
    n_communities_ : int
    levels_ : tuple of int32 ndarray of shape (n,)
    n_iter_ : int
    stability_ : float64 ndarray of shape (n,) or None
    device_ : str
        Where it was computed.
    result_ : CommunityResult
    n_features_in_ : int
        Number of nodes, where the graph came as a matrix.

    See Also
    --------
    leiden : the function, with the formulas, the method and its sources.

    Examples
    --------
    >>> from partwise.graph import planted_partition_graph
    >>> model = Leiden(random_state=0).fit(planted_partition_graph(3, 20, 0.6, 0.01))
    >>> model.n_communities_
    3
    """

    def __init__(
        self,
        quality: str = "modularity",
        resolution: float = 1.0,
        *,
        n_iterations: int = 3,
        theta: float = 0.0,
        initial_labels: ArrayLike | None = None,
        fixed: ArrayLike | None = None,
        min_size: int | None = None,
        max_size: int | None = None,
        sides: ArrayLike | None = None,
        consensus: int | None = None,
        algorithm: str = "auto",
        n_jobs: int | None = 1,
        device: str | None = None,
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        self.quality = quality
        self.resolution = resolution
        self.n_iterations = n_iterations
        self.theta = theta
        self.initial_labels = initial_labels
        self.fixed = fixed
        self.min_size = min_size
        self.max_size = max_size
        self.sides = sides
        self.consensus = consensus
        self.algorithm = algorithm
        self.n_jobs = n_jobs
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: Any, y: Any = None) -> Leiden:
        """Find the communities of the graph `X`.

        Parameters
        ----------
        X : graph-like
            An adjacency matrix of shape (n, n), dense or sparse, or anything else that
            :func:`partwise.graph.as_graph` takes.
        y : ignored

        Returns
        -------
        Leiden
            The estimator itself.
        """
        self._learn(leiden(self._as_graph(X), **self.get_params(deep=False)))
        return self


class Louvain(_CommunityEstimator):
    """Find communities that maximise a quality function; they may be disconnected.

    Parameters
    ----------
    quality, resolution, initial_labels, fixed, min_size, max_size, sides
        As for :class:`Leiden`.
    n_iterations : int, default=1
    consensus, algorithm, n_jobs, device, random_state, verbose
        As for :class:`Leiden`.

    Attributes
    ----------
    labels_, quality_, n_communities_, levels_, n_iter_, stability_, device_
        As for :class:`Leiden`.
    result_, n_features_in_
        As for :class:`Leiden`.

    See Also
    --------
    louvain : the function, with the method and its source.

    Examples
    --------
    >>> edges = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3)]
    >>> from partwise.graph import Graph
    >>> Louvain(random_state=0).fit(Graph.from_edges(edges)).labels_.tolist()
    [0, 0, 0, 1, 1, 1]
    """

    def __init__(
        self,
        quality: str = "modularity",
        resolution: float = 1.0,
        *,
        n_iterations: int = 1,
        initial_labels: ArrayLike | None = None,
        fixed: ArrayLike | None = None,
        min_size: int | None = None,
        max_size: int | None = None,
        sides: ArrayLike | None = None,
        consensus: int | None = None,
        algorithm: str = "auto",
        n_jobs: int | None = 1,
        device: str | None = None,
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        self.quality = quality
        self.resolution = resolution
        self.n_iterations = n_iterations
        self.initial_labels = initial_labels
        self.fixed = fixed
        self.min_size = min_size
        self.max_size = max_size
        self.sides = sides
        self.consensus = consensus
        self.algorithm = algorithm
        self.n_jobs = n_jobs
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: Any, y: Any = None) -> Louvain:
        """Find the communities of the graph `X`, as :meth:`Leiden.fit` does."""
        self._learn(louvain(self._as_graph(X), **self.get_params(deep=False)))
        return self
