"""The two sides of a bipartite graph."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph._graph import Graph

__all__ = ["check_sides"]


def check_sides(graph: Graph, sides: ArrayLike | None) -> NDArray[np.bool_]:
    """Return the side of every node of a bipartite graph, found by two colours if not given.

    Raises
    ------
    ValueError
        The graph is not bipartite, the sides have the wrong shape or an edge inside, or are not
        given for a graph of several components, where two colours leave a choice.
    """
    from partwise.graph._kernels.bipartite import inner_edge, two_colour

    indptr, indices, _, _ = graph._arrays
    n = graph.n_nodes
    if sides is None:
        colour = np.full(n, -1, np.int8)
        n_components = two_colour(indptr, indices, colour, np.empty(n, np.int64))
        if n_components > 1:
            raise ValueError(
                f"sides must be given for a graph with {n_components} components that have edges: "
                "which side of one belongs to which side of another cannot be known"
            )
        side = colour == 1
    else:
        array = np.asarray(sides)
        if array.shape != (n,):
            raise ValueError(f"sides must have shape ({n},), one entry per node, got {array.shape}")
        kinds = np.unique(array)
        if len(kinds) > 2:
            raise ValueError(f"sides must hold two different values, got {len(kinds)}")
        side = array == kinds[-1] if len(kinds) == 2 else np.zeros(n, bool)
    at = int(inner_edge(indptr, indices, side))
    if at >= 0:
        u, v = int(np.searchsorted(indptr, at, side="right")) - 1, int(indices[at])
        if graph.names is not None:
            u, v = graph.names[u], graph.names[v]
        raise ValueError(
            f"the graph is not bipartite: edge ({u}, {v}) joins two nodes of the same side"
        )
    return side
