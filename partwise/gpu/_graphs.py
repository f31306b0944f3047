"""Graphs as kernels want them, on the CPU and on a device."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise.gpu._backend import Backend
from partwise.gpu._traversal import DeviceGraph
from partwise.graph import Graph

__all__ = ["check_source", "incoming", "incoming_weighted", "on_device"]


def check_source(source: Any, n_nodes: int) -> int:
    """Return a node's number.

    Raises
    ------
    TypeError
        It is no integer.
    IndexError
        There is no such node.
    """
    if isinstance(source, bool) or not isinstance(source, (int, np.integer)):
        raise TypeError(f"source must be the number of a node, got {source!r}")
    if not 0 <= source < n_nodes:
        raise IndexError(f"source must be from 0 to {n_nodes - 1}, got {source}")
    return int(source)


def incoming(graph: Graph) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Return the arcs in rows of their second node; those of an undirected graph itself."""
    indptr, indices, _, _ = graph._arrays
    if not graph.directed:
        return indptr, indices
    return _turned(indptr, indices)[:2]


def incoming_weighted(
    graph: Graph, weights: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[Any], NDArray[np.float64]]:
    """Return the arcs in rows of their second node, and their weights."""
    indptr, indices, _, _ = graph._arrays
    if not graph.directed:
        return indptr, indices, weights
    in_indptr, in_indices, order = _turned(indptr, indices)
    return in_indptr, in_indices, weights[order]


def _turned(
    indptr: NDArray[np.int64], indices: NDArray[Any]
) -> tuple[NDArray[np.int64], NDArray[Any], NDArray[np.intp]]:
    n = len(indptr) - 1
    order = np.argsort(indices, kind="stable")
    rows = np.repeat(np.arange(n, dtype=indices.dtype), np.diff(indptr))
    in_indptr = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(indices, minlength=n), out=in_indptr[1:])
    return in_indptr, rows[order], order


def on_device(backend: Backend, graph: Graph, *, both_ways: bool) -> DeviceGraph:
    """Copy the arcs of a graph, in rows of their second nodes too where these differ."""
    xp = backend.xp
    indptr, indices, _, _ = graph._arrays
    forward = xp.asarray(indptr), xp.asarray(indices, dtype=xp.int32)
    if not both_ways or not graph.directed:
        return DeviceGraph(*forward, *forward)
    in_indptr, in_indices = incoming(graph)
    return DeviceGraph(*forward, xp.asarray(in_indptr), xp.asarray(in_indices, dtype=xp.int32))
