"""Weighted flow diffusion as an estimator that finds the source mass by itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from partwise._checks import check_jobs
from partwise.cluster.local._mass_grid import MassGrid, plan_mass_grid
from partwise.cluster.local._result import LocalCluster

__all__ = ["WeightedFlowDiffusion"]


class WeightedFlowDiffusion(BaseEstimator):
    """Local clustering by flow diffusion, with attributes and without a given size.

    Several source masses are tried and the cluster of least conductance is kept: with attributes,
    the conductance of the edge weights made from them.

    Parameters
    ----------
    source_mass : float, array-like of float or None, default=None
        Masses to try, in units of `sink`, spread evenly over the seeds. None tries a geometric
        grid: the capacity of the seeds times `growth`, `growth` squared and so on, up to
        `max_source_mass`.
    max_source_mass : float, optional
        End of the geometric grid, by default half of the capacity of the graph. Where clusters form
        larger ones of still less conductance, this says at which scale you look: twice the volume
        of the largest cluster that you want is right.
    sink : {"degree", "unit"} or array-like of shape (n,), default="degree"
        How much mass a node can hold.
    gamma : float or "auto", default="auto"
        How fast the weight of an edge falls with the distance of the attributes: see
        :func:`flow_diffusion`.
    cluster : {"sweep", "support"}, default="sweep"
        The best prefix of the nodes where x is positive, or all of them. The support follows the
        paper; it can only have the sizes that the masses happen to give, so that it needs a fine
        grid.
    growth : float, default=1.5
        Ratio of the grid of masses.
    patience : int or None, default=5
        End the grid when so many masses in a row have reached more nodes and brought nothing
        better. None goes through all of it, which reads large parts of the graph.
    tol : float, default=1e-4
        A node may hold this much more than its capacity in the end.
    max_pushes : int, optional
        Most pushes, over all masses.
    n_jobs : int, optional
        Threads of :meth:`fit_many`: None for 1, -1 for all processors. The results do not depend on
        it.

    Attributes
    ----------
    cluster_ : int64 ndarray
        Nodes of the cluster, ascending.
    embedding_ : scipy csr_array of shape (1, n)
        The dual vector x of the flow.
    conductance_ : float
        Of the cluster, in the graph without attributes.
    source_mass_ : float
        The mass whose cluster was kept.
    result_ : LocalCluster
        With counts over all masses.

    See Also
    --------
    flow_diffusion : the method, with its sources, for one mass.

    Notes
    -----
    The masses are poured one on top of the other: the flow of a larger one is found from that of
    the smaller, and a grid costs about as much as its largest mass.

    Examples
    --------
    >>> from partwise.graph import planted_partition_graph
    >>> graph = planted_partition_graph(20, 10, 0.9, 0.005, random_state=0)
    >>> model = WeightedFlowDiffusion(max_source_mass=200).fit(graph, seeds=0)
    >>> model.cluster_.tolist()
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """

    def __init__(
        self,
        source_mass: Any = None,
        *,
        max_source_mass: float | None = None,
        sink: Any = "degree",
        gamma: float | str = "auto",
        cluster: str = "sweep",
        growth: float = 1.5,
        patience: int | None = 5,
        tol: float = 1e-4,
        max_pushes: int | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.source_mass = source_mass
        self.max_source_mass = max_source_mass
        self.sink = sink
        self.gamma = gamma
        self.cluster = cluster
        self.growth = growth
        self.patience = patience
        self.tol = tol
        self.max_pushes = max_pushes
        self.n_jobs = n_jobs

    def fit(self, graph: Any, X: ArrayLike | None = None, *, seeds: ArrayLike) -> Any:
        """Find the cluster of some seeds.

        Parameters
        ----------
        graph : graph-like
            Whatever :func:`partwise.graph.as_graph` takes, undirected, with n nodes.
        X : array-like of shape (n, d), optional
            Attributes of the nodes.
        seeds : int or array-like of int

        Returns
        -------
        WeightedFlowDiffusion
            The estimator itself.
        """
        from scipy.sparse import csr_array

        grid = self._grid(graph, X)
        result, mass = grid.search(seeds)
        self.result_ = result
        self.source_mass_ = mass
        self.cluster_, self.conductance_ = result.cluster, result.conductance
        self.embedding_ = csr_array(
            (result.x_val, result.x_idx, np.array([0, result.x_idx.size])),
            shape=(1, grid.flow.graph.n_nodes),
        )
        return self

    def fit_many(
        self, graph: Any, X: ArrayLike | None = None, *, seeds_list: Iterable[ArrayLike]
    ) -> list[LocalCluster]:
        """Find the clusters of many seeds, or sets of seeds; leaves the estimator as it is.

        Parameters
        ----------
        graph, X
            As for :meth:`fit`.
        seeds_list : iterable of int or array-like of int

        Returns
        -------
        list of LocalCluster
            In the order of `seeds_list`; each is what :meth:`fit` finds.
        """
        grid = self._grid(graph, X)
        return [result for result, _ in grid.search_all(seeds_list, check_jobs(self.n_jobs))]

    def fit_predict(
        self, graph: Any, X: ArrayLike | None = None, *, seeds: ArrayLike
    ) -> NDArray[np.int32]:
        """Find the cluster and return 1 for its nodes and 0 for all others, shape (n,)."""
        self.fit(graph, X, seeds=seeds)
        check_is_fitted(self)
        labels = np.zeros(self.embedding_.shape[1], np.int32)
        labels[self.cluster_] = 1
        return labels

    def _grid(self, graph: Any, X: ArrayLike | None) -> MassGrid:
        return plan_mass_grid(
            graph,
            X,
            source_mass=self.source_mass,
            max_source_mass=self.max_source_mass,
            sink=self.sink,
            gamma=self.gamma,
            cluster=self.cluster,
            growth=self.growth,
            patience=self.patience,
            tol=self.tol,
            max_pushes=self.max_pushes,
        )
