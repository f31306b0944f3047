"""Graphs on points of space."""

from __future__ import annotations

from typing import Any, Literal, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._random import RandomState, check_seed
from partwise.graph._graph import Graph
from partwise.graph.generators._checks import check_count, check_fraction

__all__ = ["delaunay_graph", "knn_graph", "random_geometric_graph", "road_graph"]

Points = NDArray[np.float64]


def _uniform_points(n: int, dim: int, seed: int) -> Points:
    return np.random.default_rng(seed).random((n, dim))


@overload
def random_geometric_graph(
    n: int,
    radius: float | None = ...,
    dim: int = ...,
    return_points: Literal[False] = ...,
    *,
    random_state: RandomState = ...,
) -> Graph: ...
@overload
def random_geometric_graph(
    n: int,
    radius: float | None = ...,
    dim: int = ...,
    *,
    return_points: Literal[True],
    random_state: RandomState = ...,
) -> tuple[Graph, Points]: ...
def random_geometric_graph(
    n: int,
    radius: float | None = None,
    dim: int = 2,
    return_points: bool = False,
    *,
    random_state: RandomState = None,
) -> Graph | tuple[Graph, Points]:
    """Return a graph on random points of the unit cube, joined where they are close.

    Parameters
    ----------
    n : int
        Number of points.
    radius : float, optional
        Points at most this far apart (Euclidean) are joined. Default:
        ``0.55 * (log(n) / n) ** (1 / dim)``, which in the plane gives an average degree of about
        ``log(n)`` and leaves the graph almost connected.
    dim : int, default=2
        Dimension of space.
    return_points : bool, default=False
        Return the points, too.
    random_state : None, int, Generator or RandomState

    Returns
    -------
    graph : Graph
    points : ndarray of shape (n, dim)
        Only if `return_points`.

    Raises
    ------
    ValueError
        A parameter out of range.

    Notes
    -----
    O(n log n + edges) time, by a k-d tree.

    References
    ----------
    E. N. Gilbert, "Random plane networks", Journal of the SIAM 9, 1961, doi:10.1137/0109045.

    Examples
    --------
    >>> random_geometric_graph(100, radius=2.0, random_state=0).n_edges
    4950
    """
    from scipy.spatial import cKDTree

    n, dim = check_count(n, "n", 0), check_count(dim, "dim", 1)
    if radius is None:
        radius = 0.55 * (np.log(max(n, 2)) / max(n, 1)) ** (1 / dim)
    if not 0 <= radius < np.inf:
        raise ValueError(f"radius must be finite and non-negative, got {radius}")
    points = _uniform_points(n, dim, check_seed(random_state))
    pairs = np.zeros((0, 2), np.int64)
    if n > 1:
        pairs = cKDTree(points).query_pairs(radius, output_type="ndarray")
    graph = Graph.from_edges(pairs, n_nodes=n)
    return (graph, points) if return_points else graph


def _delaunay_pairs(points: Points) -> NDArray[Any]:
    """Return the edges of the Delaunay triangulation, some more than once."""
    from scipy.spatial import Delaunay

    n, dim = points.shape
    if n < dim + 2:
        # Too few points for Qhull: they all see one another.
        return np.stack(np.triu_indices(n, 1), axis=1)
    simplices = Delaunay(points).simplices
    pairs = [simplices[:, [i, j]] for i in range(dim + 1) for j in range(i)]
    return np.concatenate(pairs)


@overload
def delaunay_graph(
    n: int, return_points: Literal[False] = ..., *, random_state: RandomState = ...
) -> Graph: ...
@overload
def delaunay_graph(
    n: int, return_points: Literal[True], *, random_state: RandomState = ...
) -> tuple[Graph, Points]: ...
def delaunay_graph(
    n: int, return_points: bool = False, *, random_state: RandomState = None
) -> Graph | tuple[Graph, Points]:
    """Return the Delaunay triangulation of random points of the unit square.

    Parameters
    ----------
    n : int
        Number of points.
    return_points : bool, default=False
        Return the points, too.
    random_state : None, int, Generator or RandomState

    Returns
    -------
    graph : Graph
        Planar and connected, with average degree just under 6.
    points : ndarray of shape (n, 2)
        Only if `return_points`.

    Notes
    -----
    O(n log n) time, in Qhull.

    References
    ----------
    B. Delaunay, "Sur la sphère vide", Bulletin de l'Académie des Sciences de l'URSS, 1934.

    Examples
    --------
    >>> delaunay_graph(1000, random_state=0).n_edges < 3 * 1000 - 6
    True
    """
    points = _uniform_points(check_count(n, "n", 0), 2, check_seed(random_state))
    graph = Graph.from_edges(_delaunay_pairs(points), n_nodes=len(points))
    return (graph, points) if return_points else graph


@overload
def road_graph(
    n: int,
    keep: float = ...,
    return_points: Literal[False] = ...,
    *,
    random_state: RandomState = ...,
) -> Graph: ...
@overload
def road_graph(
    n: int, keep: float = ..., *, return_points: Literal[True], random_state: RandomState = ...
) -> tuple[Graph, Points]: ...
def road_graph(
    n: int,
    keep: float = 0.15,
    return_points: bool = False,
    *,
    random_state: RandomState = None,
) -> Graph | tuple[Graph, Points]:
    """Return a graph that looks like a road network: planar, connected, of degree about 2.6.

    It is the Euclidean minimum spanning tree of random points of the unit square, together with
    each other edge of their Delaunay triangulation with probability `keep`.

    Parameters
    ----------
    n : int
        Number of points.
    keep : float, default=0.15
        From 0 (a tree) to 1 (the triangulation); there are about ``(1 + 2 keep) n`` edges.
    return_points : bool, default=False
        Return the points, too.
    random_state : None, int, Generator or RandomState

    Returns
    -------
    graph : Graph
    points : ndarray of shape (n, 2)
        Only if `return_points`.

    Notes
    -----
    O(n log n) time. A model of this library, after the observation that road networks are sparse,
    nearly planar graphs with long chains of degree 2.

    Examples
    --------
    >>> road_graph(100, keep=0, random_state=0).n_edges
    99
    """
    from scipy.sparse.csgraph import minimum_spanning_tree

    keep = check_fraction(keep, "keep")
    seed = check_seed(random_state)
    points = _uniform_points(check_count(n, "n", 0), 2, seed)
    whole = Graph.from_edges(_delaunay_pairs(points), n_nodes=len(points))
    src, dst, _ = whole.to_edges()
    # A distance of 0 would be no edge to scipy.
    length = np.maximum(np.linalg.norm(points[src] - points[dst], axis=1), 1e-300)
    one_way = Graph.from_edges((src, dst), length, n_nodes=len(points), directed=True)
    tree = minimum_spanning_tree(one_way.to_scipy()).tocoo()
    # Not the stream of the points: a second generator, spawned from the same seed.
    (rng,) = np.random.default_rng(seed).spawn(1)
    kept = rng.random(len(src)) < keep
    ends = (np.concatenate([tree.row, src[kept]]), np.concatenate([tree.col, dst[kept]]))
    graph = Graph.from_edges(ends, n_nodes=len(points))
    return (graph, points) if return_points else graph


def knn_graph(points: ArrayLike, k: int) -> Graph:
    """Return the nearest-neighbour graph of points, undirected.

    Parameters
    ----------
    points : array-like of shape (n, dim)
    k : int
        Each point is joined to its k nearest others (Euclidean), ``0 <= k < n``.

    Returns
    -------
    Graph
        Degrees are at least k, as an edge exists if either end is among the nearest of the other.

    Raises
    ------
    ValueError
        `points` is not two-dimensional or not finite, or k is out of range.

    Notes
    -----
    O(n k log n) time in low dimension, by a k-d tree; up to O(n^2) in high dimension.

    Examples
    --------
    >>> knn_graph([[0.0], [1.0], [3.0]], 1).to_scipy(int).toarray().tolist()
    [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    """
    from scipy.spatial import cKDTree

    coordinates = np.asarray(points, dtype=np.float64)
    if coordinates.ndim != 2:
        raise ValueError(f"points must have shape (n, dim), got {coordinates.shape}")
    if not np.isfinite(coordinates).all():
        at = int(np.argmin(np.isfinite(coordinates).all(axis=1)))
        raise ValueError(f"points must be finite, got {coordinates[at].tolist()} in row {at}")
    n = len(coordinates)
    k = check_count(k, "k", 0, max(n - 1, 0))
    if k == 0:
        return Graph.from_edges(np.zeros((0, 2), np.int64), n_nodes=n)
    _, found = cKDTree(coordinates).query(coordinates, k=k + 1, workers=-1)
    # A point is among its own neighbours, first or, with copies of it, anywhere or not at all: move
    # it to the end, keeping the order of the others, and drop the last column.
    own = found == np.arange(n)[:, None]
    order = np.argsort(own, axis=1, kind="stable")
    near = np.take_along_axis(found, order, axis=1)[:, :k]
    return Graph.from_edges((np.repeat(np.arange(n), k), near.ravel()), n_nodes=n)
