"""Grids, tori and hypercubes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from partwise.graph._graph import Graph
from partwise.graph.generators._checks import check_count

__all__ = ["grid_graph", "hypercube_graph", "torus_graph"]


def grid_graph(shape: Sequence[int], periodic: bool | Sequence[bool] = False) -> Graph:
    """Return a rectangular grid of any dimension.

    Parameters
    ----------
    shape : sequence of int
        Number of nodes along each axis.
    periodic : bool or sequence of bool, default=False
        Whether an axis is closed to a ring; one value per axis or one for all. Axes of length 1 and
        2 have nothing to close.

    Returns
    -------
    Graph
        Nodes are numbered in C order: ``np.unravel_index(node, shape)`` is the place of a node.

    Raises
    ------
    ValueError
        A negative length, more than 2**31 - 1 nodes, or not one `periodic` per axis.

    Examples
    --------
    >>> grid_graph((3, 4))
    Graph(n_nodes=12, n_edges=17, undirected)
    """
    lengths = [check_count(length, "shape", 0) for length in shape]
    n = check_count(int(np.prod(lengths, dtype=object)), "the number of nodes", 0)
    closed = [bool(periodic)] * len(lengths) if np.isscalar(periodic) else list(periodic)  # type: ignore[arg-type]
    if len(closed) != len(lengths):
        raise ValueError(f"periodic must have {len(lengths)} values, one per axis, got {closed}")
    place = np.arange(n, dtype=np.int32).reshape(lengths)
    src, dst = [np.zeros(0, np.int32)], [np.zeros(0, np.int32)]
    for axis, ring in enumerate(closed):
        along = np.moveaxis(place, axis, 0)
        src.append(along[:-1].ravel())
        dst.append(along[1:].ravel())
        if ring and lengths[axis] > 2:
            src.append(along[-1].ravel())
            dst.append(along[0].ravel())
    return Graph.from_edges((np.concatenate(src), np.concatenate(dst)), n_nodes=n)


def torus_graph(shape: Sequence[int]) -> Graph:
    """Return a grid whose axes are all closed to rings.

    Parameters
    ----------
    shape : sequence of int
        Number of nodes along each axis.

    Returns
    -------
    Graph
        Regular of degree ``2 * len(shape)`` if all lengths are at least 3.

    Examples
    --------
    >>> torus_graph((3, 4))
    Graph(n_nodes=12, n_edges=24, undirected)
    """
    return grid_graph(shape, periodic=True)


def hypercube_graph(dimension: int) -> Graph:
    """Return the hypercube: nodes are bit strings, joined where one bit differs.

    Parameters
    ----------
    dimension : int
        From 0 to 30.

    Returns
    -------
    Graph
        With ``2**dimension`` nodes of degree `dimension`.

    Examples
    --------
    >>> hypercube_graph(4)
    Graph(n_nodes=16, n_edges=32, undirected)
    """
    d = check_count(dimension, "dimension", 0, 30)
    n = 1 << d
    nodes = np.arange(n, dtype=np.int32)[:, None]
    bits = np.int32(1) << np.arange(d, dtype=np.int32)[None, :]
    neighbours = np.sort(nodes ^ bits, axis=1)
    indptr = np.arange(n + 1, dtype=np.int64) * d
    return Graph._trusted(indptr, neighbours.ravel())
