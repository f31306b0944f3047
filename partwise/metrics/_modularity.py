"""Modularity: how much more weight is inside communities than degrees alone would put there."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from partwise.graph._bipartite import check_sides
from partwise.graph._convert import as_graph
from partwise.metrics._clusters import ClusterSums, cluster_labels, cluster_sums

__all__ = ["bipartite_modularity", "check_resolution", "modularity", "modularity_of"]


def check_resolution(resolution: Any) -> float:
    """Return `resolution` as a finite float of at least 0."""
    if isinstance(resolution, (bool, np.bool_)) or not isinstance(
        resolution, (int, float, np.integer, np.floating)
    ):
        raise TypeError(f"resolution must be a number, got {resolution!r}")
    if not (math.isfinite(resolution) and resolution >= 0):
        raise ValueError(f"resolution must be finite and at least 0, got {resolution}")
    return float(resolution)


def modularity(
    graph: Any, labels: ArrayLike, *, resolution: float = 1.0, noise: str = "cluster"
) -> float:
    r"""Return the modularity of communities, undirected or directed.

    .. math::
        Q = \sum_c \left[ \frac{e_c}{m} - \gamma \left( \frac{d_c}{2m} \right)^2 \right]
        \qquad \text{directed:} \quad
        Q = \sum_c \left[ \frac{e_c}{m} - \gamma \frac{d_c^{out} d_c^{in}}{m^2} \right]

    where m is the weight of all edges, :math:`e_c` that of the edges inside community c and
    :math:`d_c` the sum of its degrees.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes. An undirected self-loop of
        weight w counts w in :math:`e_c` and in m, and 2w in the degree of its node; a directed one
        w in the out-degree and w in the in-degree.
    labels : array-like of int, shape (n,)
        Community of each node, from 0 on, and -1 for noise.
    resolution : float, default=1.0
        :math:`\gamma`, finite and at least 0. Larger values favour more and smaller communities.
    noise : {"cluster", "exclude", "singletons"}, default="cluster"
        Nodes labelled -1 are one community, none at all (their edges still count in m and in the
        degrees of others), or each a community of its own.

    Returns
    -------
    float
        At most 1; at least -1/2 for `resolution` 1. 0.0 for a graph without edges.

    Raises
    ------
    ValueError, TypeError
        `graph` is no graph, or another argument has a wrong length, dtype or value.

    See Also
    --------
    bipartite_modularity : for graphs with two kinds of nodes.
    cpm_score : without the resolution limit of modularity.

    Notes
    -----
    O(n + m). Integer weights are summed exactly, float weights in a fixed order. There is no signed
    variant, as a :class:`~partwise.graph.Graph` has no negative weights.

    References
    ----------
    M. E. J. Newman, M. Girvan, "Finding and evaluating community structure in networks", Physical
    Review E 69, 2004, doi:10.1103/PhysRevE.69.026113. Directed: E. A. Leicht, M. E. J. Newman,
    "Community structure in directed networks", Physical Review Letters 100, 2008,
    doi:10.1103/PhysRevLett.100.118703. Resolution: J. Reichardt, S. Bornholdt, "Statistical
    mechanics of community detection", Physical Review E 74, 2006, doi:10.1103/PhysRevE.74.016110.

    Examples
    --------
    >>> two_triangles = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (2, 3)]
    >>> round(modularity(two_triangles, [0, 0, 0, 1, 1, 1]), 4)
    0.3571
    """
    graph = as_graph(graph)
    gamma = check_resolution(resolution)
    part, k = cluster_labels(labels, graph.n_nodes, noise)
    return modularity_of(cluster_sums(graph, part, k), gamma)


def modularity_of(sums: ClusterSums, gamma: float) -> float:
    """Return the modularity that sums by community amount to."""
    m = float(sums.total)
    if m == 0:
        return 0.0
    if sums.directed:
        expected = ((sums.internal + sums.leaving) / m) * ((sums.internal + sums.entering) / m)
    else:
        expected = (sums.degree / (2 * m)) ** 2
    return float((sums.internal / m - gamma * expected).sum())


def bipartite_modularity(
    graph: Any,
    labels: ArrayLike,
    sides: ArrayLike | None = None,
    *,
    resolution: float = 1.0,
    noise: str = "cluster",
) -> float:
    r"""Return Barber's modularity of communities in a bipartite graph.

    .. math:: Q = \sum_c \left[ \frac{e_c}{m} - \gamma \frac{r_c b_c}{m^2} \right]

    where :math:`r_c` and :math:`b_c` are the sums of the degrees of the members of community c on
    either side: only pairs that an edge may join are expected to have edges.

    Parameters
    ----------
    graph : graph-like
        Undirected, with n nodes; every edge joins the two sides.
    labels : array-like of int, shape (n,)
        Community of each node, of either side, from 0 on, and -1 for noise.
    sides : array-like of shape (n,), optional
        Two different values that say which side each node is on. Found by two colours if not given;
        where the edges fall into several components they do not tell which of their sides belong
        together, and it must be.
    resolution, noise
        As for :func:`modularity`.

    Returns
    -------
    float
        0.0 for a graph without edges.

    Raises
    ------
    ValueError, TypeError
        The graph is directed, an edge joins two nodes of one side, or an argument has a wrong
        length, dtype or value.

    Notes
    -----
    O(n + m).

    References
    ----------
    M. J. Barber, "Modularity and community detection in bipartite networks", Physical Review E 76,
    2007, doi:10.1103/PhysRevE.76.066102.

    Examples
    --------
    >>> bipartite_modularity([(0, 2), (1, 3)], [0, 1, 0, 1], sides=[0, 0, 1, 1])
    0.5
    """
    graph = as_graph(graph)
    gamma = check_resolution(resolution)
    if graph.directed:
        raise ValueError("graph must be undirected for bipartite_modularity, got a directed graph")
    part, k = cluster_labels(labels, graph.n_nodes, noise)
    side = check_sides(graph, sides).astype(np.int32)
    # Communities split by side: the edges of the graph all leave, and leave by their degrees.
    sums = cluster_sums(graph, 2 * part + side, 2 * (k + 1))
    red, blue = sums.leaving[0::2][:k], sums.leaving[1::2][:k]
    m = float(sums.total)
    if m == 0:
        return 0.0
    internal = cluster_sums(graph, part, k).internal
    return float((internal / m - gamma * (red / m) * (blue / m)).sum())
