"""Potts models of communities: density inside against a constant, without a resolution limit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph._convert import as_graph
from partwise.graph._graph import Graph
from partwise.metrics._clusters import cluster_labels, cluster_sums
from partwise.metrics._modularity import check_resolution

__all__ = ["cpm_score", "rb_er_score"]


def cpm_score(
    graph: Any, labels: ArrayLike, *, resolution: float = 1.0, noise: str = "cluster"
) -> float:
    r"""Return the score of communities in the constant Potts model.

    .. math:: H = \sum_c \left[ e_c - \gamma \binom{n_c}{2} \right]

    where :math:`e_c` is the weight of the edges inside community c, self-loops included, and
    :math:`n_c` its node weight (its number of nodes, if there are no node weights). In a directed
    graph the pairs are ordered, :math:`n_c (n_c - 1)`. A community is worth having if its density
    is above :math:`\gamma`.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes.
    labels : array-like of int, shape (n,)
        Community of each node, from 0 on, and -1 for noise.
    resolution : float, default=1.0
        :math:`\gamma`, a density in units of edge weight, finite and at least 0.
    noise : {"cluster", "exclude", "singletons"}, default="cluster"
        As for :func:`modularity`.

    Returns
    -------
    float
        In units of edge weight, not divided by their sum.

    Raises
    ------
    ValueError, TypeError
        `graph` is no graph, or another argument has a wrong length, dtype or value.

    Notes
    -----
    O(n + m). The package leidenalg reports twice this value for undirected graphs.

    References
    ----------
    V. A. Traag, P. Van Dooren, Y. Nesterov, "Narrow scope for resolution-limit-free community
    detection", Physical Review E 84, 2011, doi:10.1103/PhysRevE.84.016114.

    Examples
    --------
    >>> two_triangles = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (2, 3)]
    >>> cpm_score(two_triangles, [0, 0, 0, 1, 1, 1], resolution=0.5)
    3.0
    """
    graph = as_graph(graph)
    gamma = check_resolution(resolution)
    part, k = cluster_labels(labels, graph.n_nodes, noise)
    return _score(graph, part, k, gamma)


def rb_er_score(
    graph: Any, labels: ArrayLike, *, resolution: float = 1.0, noise: str = "cluster"
) -> float:
    r"""Return the score of Reichardt and Bornholdt against an Erdős–Rényi null model.

    .. math:: H = \sum_c \left[ e_c - \gamma\, p \binom{n_c}{2} \right],
        \qquad p = m \Big/ \binom{n}{2}

    :func:`cpm_score` at the resolution :math:`\gamma p`, where m is the weight of all edges and
    n the node weight of the graph: :math:`\gamma = 1` asks for more than the average density.

    Parameters
    ----------
    graph, labels, noise
        As for :func:`cpm_score`.
    resolution : float, default=1.0
        :math:`\gamma`, in multiples of the density, finite and at least 0.

    Returns
    -------
    float
        In units of edge weight.

    Raises
    ------
    ValueError, TypeError
        As for :func:`cpm_score`.

    Notes
    -----
    O(n + m). Without a pair of nodes the density is taken as 0.

    References
    ----------
    J. Reichardt, S. Bornholdt, "Statistical mechanics of community detection", Physical Review E
    74, 2006, doi:10.1103/PhysRevE.74.016110.

    Examples
    --------
    >>> two_triangles = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (2, 3)]
    >>> round(rb_er_score(two_triangles, [0, 0, 0, 1, 1, 1]), 6)
    3.2
    """
    graph = as_graph(graph)
    gamma = check_resolution(resolution)
    part, k = cluster_labels(labels, graph.n_nodes, noise)
    size = graph.total_node_weight
    pairs = _pairs(size, graph.directed)
    density = cluster_sums(graph, part, k).total / pairs if pairs > 0 else 0.0
    return _score(graph, part, k, gamma * density)


def _pairs(size: Any, directed: bool) -> Any:
    """Return the number of pairs of different nodes, of node weight `size` together."""
    return size * (size - 1.0) / (1.0 if directed else 2.0)


def _score(graph: Graph, part: NDArray[np.int32], n_clusters: int, gamma: float) -> float:
    from partwise.graph._kernels.blocks import add_block_weights

    node_weights = graph._arrays[3]
    sizes: NDArray[Any] = np.zeros(
        n_clusters + 1, np.int64 if node_weights is None else node_weights.dtype
    )
    add_block_weights(part, node_weights, sizes)
    sums = cluster_sums(graph, part, n_clusters)
    penalty = gamma * _pairs(sizes[:n_clusters], graph.directed)
    return float(sums.internal.sum() - penalty.sum())
