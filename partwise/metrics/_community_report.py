"""All numbers of a clustering of nodes at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph._convert import as_graph
from partwise.metrics._clusters import cluster_labels, cluster_sums
from partwise.metrics._conductance import conductances, coverage_of
from partwise.metrics._connectivity import n_components_per_block
from partwise.metrics._modularity import check_resolution, modularity_of

__all__ = ["CommunityReport", "community_report"]


@dataclass(frozen=True, slots=True)
class CommunityReport:
    """What communities are worth, recomputed from the graph and the labels alone.

    Attributes
    ----------
    n_nodes, n_edges : int
    n_communities : int
        Number of communities that have a node.
    modularity : float
    coverage : float
        Share of the edge weight that is inside communities.
    n_disconnected : int
        Number of communities that fall into several pieces.
    sizes : int64 ndarray of shape (K,)
        Number of nodes by label.
    conductances : float64 ndarray of shape (K,)
        As :func:`conductance` defines them.
    """

    n_nodes: int
    n_edges: int
    n_communities: int
    modularity: float
    coverage: float
    n_disconnected: int
    sizes: NDArray[np.int64] = field(repr=False)
    conductances: NDArray[np.float64] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as numbers and lists, ready for JSON."""
        return {
            "n_nodes": self.n_nodes,
            "n_edges": self.n_edges,
            "n_communities": self.n_communities,
            "modularity": self.modularity,
            "coverage": self.coverage,
            "n_disconnected": self.n_disconnected,
            "sizes": self.sizes.tolist(),
            "conductances": self.conductances.tolist(),
        }


def community_report(
    graph: Any, labels: ArrayLike, *, resolution: float = 1.0, noise: str = "cluster"
) -> CommunityReport:
    """Compute what communities are worth: modularity, coverage, conductance, connectedness.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes.
    labels : array-like of int, shape (n,)
        Community of each node, from 0 on, and -1 for noise.
    resolution : float, default=1.0
        Of the modularity.
    noise : {"cluster", "exclude", "singletons"}, default="cluster"
        Nodes labelled -1 are one community, none, or each a community of its own.

    Returns
    -------
    CommunityReport

    Raises
    ------
    ValueError, TypeError
        `graph` is no graph, or another argument has a wrong length, dtype or value.

    Notes
    -----
    O(n + m log n) at worst; close to linear in practice.

    Examples
    --------
    >>> two_triangles = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (2, 3)]
    >>> report = community_report(two_triangles, [0, 0, 0, 1, 1, 1])
    >>> report.n_communities, report.n_disconnected, round(report.coverage, 4)
    (2, 0, 0.8571)
    """
    graph = as_graph(graph)
    gamma = check_resolution(resolution)
    part, k = cluster_labels(labels, graph.n_nodes, noise, compact=False)
    sizes = np.bincount(part, minlength=k)[:k]
    sums = cluster_sums(graph, part, k)
    return CommunityReport(
        n_nodes=graph.n_nodes,
        n_edges=graph.n_edges,
        n_communities=int(np.count_nonzero(sizes)),
        modularity=modularity_of(sums, gamma),
        coverage=coverage_of(sums),
        n_disconnected=int(np.count_nonzero(n_components_per_block(graph, part)[:k] > 1)),
        sizes=sizes,
        conductances=conductances(sums),
    )
