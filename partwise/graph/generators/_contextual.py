"""A planted cluster whose nodes are alike: a random graph with node attributes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from partwise._random import RandomState, check_seed
from partwise.graph._graph import Graph
from partwise.graph.generators._blocks import stochastic_block_graph
from partwise.graph.generators._checks import check_count, check_fraction

__all__ = ["contextual_block_graph"]


def contextual_block_graph(
    n_nodes: int,
    cluster_size: int,
    p_in: float,
    p_cross: float,
    p_out: float,
    *,
    n_features: int = 100,
    separation: float = 1.0,
    noise: float = 1.0,
    random_state: RandomState = None,
) -> tuple[Graph, NDArray[np.float64]]:
    """Return a graph with one planted cluster, and attributes that tell its nodes from the others.

    Parameters
    ----------
    n_nodes : int
    cluster_size : int
        Nodes 0 to ``cluster_size - 1`` form the cluster.
    p_in, p_cross, p_out : float
        Probability of an edge between two nodes of the cluster, between a node of it and another,
        and between two others.
    n_features : int, default=100
        Length d of an attribute vector.
    separation : float, default=1.0
        Every coordinate has mean `separation` in the cluster and minus that outside.
    noise : float, default=1.0
        Standard deviation of the Gaussian noise on every coordinate.
    random_state : None, int, Generator or RandomState

    Returns
    -------
    graph : Graph
        Without self-loops.
    attributes : float64 ndarray of shape (n_nodes, n_features)

    Raises
    ------
    ValueError
        A parameter out of range.

    Notes
    -----
    O(edges + n_nodes n_features) expected time. The means of the two groups are
    ``2 separation sqrt(d)`` apart.

    References
    ----------
    S. Yang, K. Fountoulakis, "Weighted flow diffusion for local graph clustering with node
    attributes: an algorithm and statistical guarantees", ICML 2023, arXiv:2301.13187.

    Examples
    --------
    >>> graph, X = contextual_block_graph(50, 10, 0.8, 0.1, 0.1, n_features=4, random_state=0)
    >>> graph.n_nodes, X.shape
    (50, (50, 4))
    >>> bool(X[:10].mean() > 0.5 and X[10:].mean() < -0.5)
    True
    """
    n = check_count(n_nodes, "n_nodes", 0)
    k = check_count(cluster_size, "cluster_size", 0, n)
    d = check_count(n_features, "n_features", 0)
    p = [check_fraction(v, name) for v, name in
         ((p_in, "p_in"), (p_cross, "p_cross"), (p_out, "p_out"))]  # fmt: skip
    for value, name in ((separation, "separation"), (noise, "noise")):
        if not (np.isfinite(value) and value >= 0):
            raise ValueError(f"{name} must be finite and at least 0, got {value}")
    seed = check_seed(random_state)
    graph = stochastic_block_graph([k, n - k], [[p[0], p[1]], [p[1], p[2]]], random_state=seed)
    attributes = noise * np.random.default_rng(seed).standard_normal((n, d))
    attributes[:k] += separation
    attributes[k:] -= separation
    return graph, attributes
