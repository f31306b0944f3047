"""Networks with heavy-tailed degrees."""

from __future__ import annotations

import numpy as np

from partwise._random import RandomState, check_seed
from partwise.graph._graph import Graph
from partwise.graph.generators._checks import check_count, check_fraction

__all__ = ["barabasi_albert_graph", "rmat_graph"]


def rmat_graph(
    scale: int,
    edge_factor: float = 16,
    a: float = 0.57,
    b: float = 0.19,
    c: float = 0.19,
    *,
    directed: bool = False,
    random_state: RandomState = None,
) -> Graph:
    """Return a recursive-matrix (R-MAT) graph: skewed degrees, as in social and web networks.

    Every edge falls into a quadrant of the adjacency matrix with probabilities a, b, c and
    ``1 - a - b - c``, then into a quadrant of that one, and so on.

    Parameters
    ----------
    scale : int
        There are ``2**scale`` nodes, from 0 to 30; many are isolated.
    edge_factor : float, default=16
        Edges drawn per node. Repeated edges and self-loops are dropped, so the graph has fewer.
    a, b, c : float
        Probabilities of the quadrants (0, 0), (0, 1) and (1, 0); the defaults are those of the
        Graph500 benchmark.
    directed : bool, default=False
    random_state : None, int, Generator or RandomState

    Returns
    -------
    Graph
        Nodes are not shuffled: small numbers tend to have large degrees.

    Raises
    ------
    ValueError
        A parameter out of range.

    Notes
    -----
    O(scale * edges) time. Probabilities are rounded to multiples of 2**-32.

    References
    ----------
    D. Chakrabarti, Y. Zhan, C. Faloutsos, "R-MAT: a recursive model for graph mining", SIAM
    International Conference on Data Mining, 2004, doi:10.1137/1.9781611972740.43.

    Examples
    --------
    >>> rmat_graph(10, 4, random_state=0).n_nodes
    1024
    """
    from partwise.graph.generators._kernels.networks import rmat_edges
    from partwise.kernels.parallel import LAUNCH

    scale = check_count(scale, "scale", 0, 30)
    factor = float(edge_factor)
    if not 0 <= factor < np.inf:
        raise ValueError(f"edge_factor must be finite and non-negative, got {edge_factor}")
    quadrants = [check_fraction(p, name) for p, name in ((a, "a"), (b, "b"), (c, "c"))]
    if sum(quadrants) > 1 + 1e-12:
        raise ValueError(f"a + b + c must be at most 1, got {sum(quadrants)}")
    limits = [np.uint64(min(round(t * 2**32), 2**32)) for t in np.cumsum(quadrants)]
    seed = check_seed(random_state)
    n = 1 << scale
    m = round(factor * n)
    src, dst = np.empty(m, np.int32), np.empty(m, np.int32)
    with LAUNCH:
        rmat_edges(seed, scale, *limits, src, dst)
    proper = src != dst
    return Graph.from_edges((src[proper], dst[proper]), n_nodes=n, directed=directed)


def barabasi_albert_graph(n: int, m: int, *, random_state: RandomState = None) -> Graph:
    """Return a network grown by preferential attachment.

    It starts as a star on ``m + 1`` nodes; every further node joins m distinct earlier ones, drawn
    with probability proportional to their degrees.

    Parameters
    ----------
    n : int
        Number of nodes.
    m : int
        Edges per new node, ``1 <= m < n``.
    random_state : None, int, Generator or RandomState

    Returns
    -------
    Graph
        Connected, with ``(n - m) * m`` edges.

    Raises
    ------
    ValueError
        n or m out of range.

    Notes
    -----
    O(n m^2) time at most.

    References
    ----------
    A.-L. Barabási, R. Albert, "Emergence of scaling in random networks", Science 286, 1999,
    doi:10.1126/science.286.5439.509. Linear-time sampling: V. Batagelj, U. Brandes, "Efficient
    generation of large random networks", Physical Review E 71, 2005,
    doi:10.1103/PhysRevE.71.036113.

    Examples
    --------
    >>> barabasi_albert_graph(100, 3, random_state=0)
    Graph(n_nodes=100, n_edges=291, undirected)
    """
    from partwise.graph.generators._kernels.networks import barabasi_albert_edges

    n = check_count(n, "n", 2)
    m = check_count(m, "m", 1, n - 1)
    n_edges = (n - m) * m
    src, dst = np.empty(n_edges, np.int32), np.empty(n_edges, np.int32)
    barabasi_albert_edges(check_seed(random_state), n, m, src, dst)
    return Graph.from_edges((src, dst), n_nodes=n)
