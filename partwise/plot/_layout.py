"""Coordinates for graphs that have none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from partwise.graph import as_graph

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["graph_layout"]

_PIVOTS = 40
_ROUNDS = 60
_CELLS = 24  # side of the grid by which nodes repel one another
_ROWS = 256


def graph_layout(graph: Any, *, n_rounds: int = _ROUNDS) -> NDArray[np.float64]:
    """Place the nodes of a graph in the plane so that neighbours lie close.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes and m edges; directions and
        weights do not matter.
    n_rounds : int, default=60
        Rounds of forces after the first placement; 0 keeps it.

    Returns
    -------
    ndarray of shape (n, 2)
        Components lie side by side, the largest first; isolated nodes form a block of their own.

    Notes
    -----
    Every component is first placed by the hop distances to some pivots, which shows the shape of
    meshes and roads [1]_, then loosened by spring forces [2]_ in which a node is repelled by the
    cells of a grid instead of by all nodes. O(p (n + m) + r (n g + m)) time for p = 40 pivots, r
    rounds and g = 576 cells. There is no randomness in it.

    References
    ----------
    .. [1] U. Brandes, C. Pich, "Eigensolver methods for progressive multidimensional scaling of
       large data", Graph Drawing 2006, doi:10.1007/978-3-540-70904-6_6.
    .. [2] T. Fruchterman, E. Reingold, "Graph drawing by force-directed placement", Softw. Pract.
       Exper. 21, 1991, doi:10.1002/spe.4380211102.

    Examples
    --------
    >>> from partwise.graph import grid_graph
    >>> graph_layout(grid_graph((3, 4))).shape
    (12, 2)
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    graph = as_graph(graph)
    n = graph.n_nodes
    if n == 0:
        return np.empty((0, 2))
    ones = np.ones(len(graph.indices))
    adjacency = csr_array((ones, graph.indices, graph.indptr), shape=(n, n))
    if graph.directed:
        adjacency = csr_array(adjacency + adjacency.T)
    count, component = connected_components(adjacency, directed=False)
    sizes = np.bincount(component, minlength=count)
    order = np.argsort(component, kind="stable")
    starts = np.concatenate([[0], np.cumsum(sizes)])
    boxes: list[tuple[NDArray[Any], NDArray[np.float64]]] = []
    for c in np.flatnonzero(sizes > 1)[np.argsort(-sizes[sizes > 1], kind="stable")]:
        nodes = order[starts[c] : starts[c + 1]]
        part = adjacency[nodes][:, nodes] if count > 1 else adjacency
        boxes.append((nodes, _place_component(part, n_rounds)))
    single = order[np.repeat(sizes == 1, sizes)]
    if len(single):
        side = int(np.ceil(np.sqrt(len(single))))
        at = np.arange(len(single))
        boxes.append((single, np.column_stack([at % side, at // side]).astype(np.float64)))
    return _pack(n, boxes)


def _place_component(adjacency: csr_array, n_rounds: int) -> NDArray[np.float64]:
    """Return positions of a connected graph, about one unit of area per node."""
    n = adjacency.shape[0]
    if n == 2:
        return np.array([[0.0, 0.0], [1.0, 0.0]])
    positions = _pivot_mds(adjacency)
    span = np.ptp(positions, axis=0).max()
    if span > 0:
        positions *= np.sqrt(n) / span
    # Nodes with the same neighbours fall on one point, which no force could part.
    angle = np.arange(n) * 2.399963229728653
    positions += 0.05 * np.column_stack([np.cos(angle), np.sin(angle)])
    return _relax(adjacency, positions, n_rounds) if n_rounds else positions


def _pivot_mds(adjacency: csr_array) -> NDArray[np.float64]:
    """Return the two main directions of the hop distances to pivots far from one another."""
    from scipy.sparse.csgraph import dijkstra

    n = adjacency.shape[0]
    nearest = np.full(n, np.inf)
    pivot, columns = 0, []
    for _ in range(min(_PIVOTS, n)):
        hops = dijkstra(adjacency, directed=False, indices=pivot, unweighted=True)
        columns.append(hops)
        nearest = np.minimum(nearest, hops)
        pivot = int(np.argmax(nearest))
    squared = np.column_stack(columns) ** 2
    squared -= squared.mean(axis=0)
    squared -= squared.mean(axis=1, keepdims=True)
    _, vectors = np.linalg.eigh(squared.T @ squared)
    return squared @ vectors[:, : -min(3, len(columns) + 1) : -1] if len(columns) > 1 else squared


def _relax(
    adjacency: csr_array, positions: NDArray[np.float64], n_rounds: int
) -> NDArray[np.float64]:
    """Pull along edges with d^2 and push with 1/d, for an edge length of one."""
    n = len(positions)
    degrees = np.diff(adjacency.indptr)
    src = np.repeat(np.arange(n), degrees)
    dst = adjacency.indices
    for round_number in range(n_rounds):
        step = positions[dst] - positions[src]
        step *= np.linalg.norm(step, axis=1, keepdims=True)
        force: NDArray[np.float64] = np.column_stack(
            [np.bincount(src, step[:, axis], minlength=n) for axis in range(2)]
        )
        # A hub is pulled by all its neighbours at once and would overshoot.
        force /= np.sqrt(np.maximum(degrees, 1))[:, None]
        force += _repulsion(positions)
        length = np.linalg.norm(force, axis=1, keepdims=True)
        limit = 0.1 * np.sqrt(n) * (1 - round_number / n_rounds) ** 2 + 0.01
        positions = positions + force * np.minimum(1.0, limit / np.maximum(length, 1e-12))
    return positions


def _repulsion(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the push of all nodes on each, those of a grid cell acting from their centre."""
    positions = positions - positions.mean(axis=0)  # small numbers keep float32 exact enough
    low, span = positions.min(axis=0), max(float(np.ptp(positions, axis=0).max()), 1e-9)
    cell = np.minimum(((positions - low) / span * _CELLS).astype(np.int64), _CELLS - 1)
    key = cell[:, 0] * _CELLS + cell[:, 1]
    used, key = np.unique(key, return_inverse=True)
    mass = np.bincount(key, minlength=len(used)).astype(np.float64)
    centre = np.column_stack([np.bincount(key, positions[:, a]) / mass for a in range(2)])
    mass32 = mass.astype(np.float32)
    # |p - c|^2 and the sum of pushes by matrix products, in blocks of rows that stay in the cache
    ones = np.ones(len(centre))
    left = np.column_stack([-2.0 * positions, (positions**2).sum(axis=1)]).astype(np.float32)
    right = np.vstack([centre.T, ones]).astype(np.float32)
    norms = (centre**2).sum(axis=1).astype(np.float32) + np.float32(0.01)
    sums = np.column_stack([centre, ones]).astype(np.float32)
    push = np.empty_like(positions)
    for start in range(0, len(positions), _ROWS):
        block = slice(start, start + _ROWS)
        weight = left[block] @ right
        weight += norms
        np.maximum(weight, np.float32(0.01), out=weight)
        np.divide(mass32, weight, out=weight)
        moment = weight @ sums
        push[block] = positions[block] * moment[:, 2:] - moment[:, :2]
    return push


def _pack(n: int, boxes: list[tuple[NDArray[Any], NDArray[np.float64]]]) -> NDArray[np.float64]:
    """Set components on shelves, from left to right and from top to bottom."""
    result = np.empty((n, 2))
    sides = [np.ptp(points, axis=0) for _, points in boxes]
    width = 1.2 * max(
        float(np.sqrt(sum((s[0] + 1) * (s[1] + 1) for s in sides))),
        max(float(s[0]) for s in sides),
    )
    x = y = shelf = 0.0
    for (nodes, points), side in zip(boxes, sides):
        if x > 0 and x + side[0] > width:
            x, y, shelf = 0.0, y - shelf - 1.0, 0.0
        corner = np.array([points[:, 0].min(), points[:, 1].max()])
        result[nodes] = points - corner + (x, y)
        x += side[0] + 1.0
        shelf = max(shelf, float(side[1]))
    return result
