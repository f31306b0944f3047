"""The partitioner of netlists as a scikit-learn style estimator."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClusterMixin

from partwise.graph import Hypergraph
from partwise.partition.netlist._netlist import Netlist, Personalities
from partwise.partition.netlist.multi_personality import partition_netlist

__all__ = ["MultiPersonalityPartitioner"]


class MultiPersonalityPartitioner(ClusterMixin, BaseEstimator):
    """Partition a netlist whose nodes can be implemented in several ways.

    Parameters
    ----------
    n_parts : int, default=2
        Number of blocks.
    capacities : array-like of shape (R,) or (n_parts, R), optional
        Most that every block may use of every resource; `balance` is ignored then.
    balance : float, default=0.01
        Without capacities: how far blocks may differ, as a fraction of the total.
    target_ratio : array-like of shape (R,), optional
        Mix of resources that the whole design should use.
    mapping : {"proportional", "random", "universal", "min_variance"}, default="proportional"
        Personalities to start from.
    selection : {"affinity", "classic", "most_unbalanced", "random_resource"}, default="affinity"
        Which nodes a step of the search compares.
    adaptive : bool, default=True
        Whether nodes may change their personality after the initial mapping.
    relaxed : bool, default=False
        Whether only the first resource is limited while the netlist is coarse.
    n_starts : int, default=50
        Independent starts, of which the best result is kept.
    method : {"extended", "klfm"}, default="extended"
        Our development of the algorithm, or the published one.
    objective : {"cut", "km1"}, default="cut"
        The weight of cut nets, or the sum of weight times (blocks touched - 1).
    universal_resource : int or str, default=0
        The resource of ``mapping="universal"``.
    max_personalities : int, default=16
        Combinations kept per coarse node.
    search_depth : int, default=3
        Nodes that are looked at per side and resource.
    max_passes : int, default=30
        Passes of the search on a level, at most.
    n_jobs : int, optional
        Threads over which starts are spread; the result does not depend on it.
    time_limit : float, optional
        Seconds after which no start is begun.
    random_state : int, RandomState or None
        The seed.
    verbose : int, default=0
        From 1 on progress is written to stderr.

    Attributes
    ----------
    labels_ : int32 ndarray of shape (n_nodes,)
        Block of every node.
    personality_ : int32 ndarray of shape (n_nodes,)
        Which of its own personalities every node has.
    cut_ : int or float
        Summed weight of the nets in more than one block.
    usage_ : int64 ndarray of shape (n_parts, R)
        What every block uses of every resource.
    utilisation_ : float64 ndarray of shape (n_parts, R)
        Usage divided by the limits.
    violation_ : float64 ndarray of shape (n_parts, R)
        By how much usage exceeds the limits.
    feasible_ : bool
        Whether all limits hold.
    deviation_ : float
        Root mean square deviation from the target ratio; NaN without one.
    result_ : NetlistPartition
        All of it, and the rest.

    See Also
    --------
    partwise.partition.partition_netlist : the function, with the method and its source.

    Examples
    --------
    >>> from partwise.partition import rent_netlist
    >>> netlist = rent_netlist(200, random_state=0)
    >>> model = MultiPersonalityPartitioner(2, balance=0.1, n_starts=4, random_state=0)
    >>> model.fit(netlist).feasible_
    True
    """

    def __init__(
        self,
        n_parts: int = 2,
        *,
        capacities: ArrayLike | None = None,
        balance: float = 0.01,
        target_ratio: ArrayLike | None = None,
        mapping: str = "proportional",
        selection: str = "affinity",
        adaptive: bool = True,
        relaxed: bool = False,
        n_starts: int = 50,
        method: str = "extended",
        objective: str = "cut",
        universal_resource: int | str = 0,
        max_personalities: int = 16,
        search_depth: int = 3,
        max_passes: int = 30,
        n_jobs: int | None = None,
        time_limit: float | None = None,
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        self.n_parts = n_parts
        self.capacities = capacities
        self.balance = balance
        self.target_ratio = target_ratio
        self.mapping = mapping
        self.selection = selection
        self.adaptive = adaptive
        self.relaxed = relaxed
        self.n_starts = n_starts
        self.method = method
        self.objective = objective
        self.universal_resource = universal_resource
        self.max_personalities = max_personalities
        self.search_depth = search_depth
        self.max_passes = max_passes
        self.n_jobs = n_jobs
        self.time_limit = time_limit
        self.random_state = random_state
        self.verbose = verbose

    def fit(
        self, X: Netlist | Hypergraph, y: Personalities | None = None
    ) -> MultiPersonalityPartitioner:
        """Partition a netlist.

        Parameters
        ----------
        X : Netlist or Hypergraph
        y : personalities, optional
            Of every node of a hypergraph: a list of n lists of vectors, or a tuple
            ``(indptr, amounts)``. A netlist has its own.

        Returns
        -------
        MultiPersonalityPartitioner
            The estimator itself.
        """
        if y is not None:
            if not isinstance(X, Hypergraph):
                raise TypeError(
                    f"personalities go with a Hypergraph, got {type(X).__name__}, which has its own"
                )
            X = Netlist.from_hypergraph(X, y)
        result = partition_netlist(X, **self.get_params(deep=False))
        self.result_ = result
        self.labels_: NDArray[np.int32] = result.labels
        self.personality_ = result.personality
        self.cut_ = result.cut
        self.usage_ = result.usage
        self.utilisation_ = result.utilisation
        self.violation_ = result.violation
        self.feasible_ = result.feasible
        self.deviation_ = result.deviation
        return self

    def fit_predict(self, X: Any, y: Any = None, **kwargs: Any) -> NDArray[np.int32]:
        """Partition a netlist and return ``labels_``; see :meth:`fit`."""
        return self.fit(X, y).labels_
