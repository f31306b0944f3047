"""A local cluster: its surroundings, and the sweep that it was cut from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph import Graph, as_graph
from partwise.plot._axes import new_axes
from partwise.plot._layout import graph_layout
from partwise.plot._partition import is_drawable, plot_partition

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_local_cluster", "plot_sweep"]

_LEAST_AROUND = 60


def plot_local_cluster(
    graph: Any,
    cluster: ArrayLike,
    seeds: ArrayLike | None = None,
    *,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw a cluster of few nodes among its neighbours.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes.
    cluster : array-like of int
        The nodes of the cluster.
    seeds : array-like of int, optional
        Nodes to mark with a star, of the cluster or its neighbours.
    ax : matplotlib Axes, optional
        Where to draw; new axes by default.
    title : str, optional

    Returns
    -------
    matplotlib Axes
        The cluster in one colour and its neighbours in another, edges between them dark. Of the
        neighbours as many are drawn as the cluster has nodes, and 60 at least: those with the
        heaviest edges to the cluster, ties by node number. A cluster too large to be laid out is
        drawn as a matrix, without seeds.

    Raises
    ------
    ValueError, TypeError
        `graph` is no graph, or the nodes are none of it.
    ImportError
        matplotlib is missing.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from partwise.graph import grid_graph
    >>> axes = plot_local_cluster(grid_graph((5, 5)), [0, 1, 5], seeds=0, ax=Figure().add_subplot())
    >>> len(axes.collections[-2].get_offsets()), len(axes.collections[-1].get_offsets())
    (6, 1)
    """
    graph = as_graph(graph)
    members = _check_nodes("cluster", cluster, graph.n_nodes)
    marked = members[:0] if seeds is None else _check_nodes("seeds", seeds, graph.n_nodes)
    around = _neighbours(graph, members, max(_LEAST_AROUND, len(members)))
    nodes = np.concatenate([members, around])
    part = np.repeat(np.array([0, 1], np.int32), [len(members), len(around)])
    near = graph.subgraph(nodes)
    ax = new_axes(ax)
    if not is_drawable(near):
        return plot_partition(near, part, 2, kind="matrix", ax=ax, title=title)
    points = graph_layout(near)
    plot_partition(near, part, 2, coordinates=points, ax=ax, title=title)
    stars = points[np.isin(nodes, marked)]
    if len(stars):
        ax.scatter(
            stars[:, 0], stars[:, 1], s=160, marker="*", c="black", edgecolors="white", zorder=4
        )
    return ax


def _check_nodes(name: str, nodes: ArrayLike, n: int) -> NDArray[np.int64]:
    """Return distinct nodes, ascending."""
    array: NDArray[Any] = np.unique(np.atleast_1d(np.asarray(nodes)))
    if array.size and array.dtype.kind not in "iu":
        raise TypeError(f"{name} must be integers, got dtype {array.dtype}")
    if array.size and not (array[0] >= 0 and array[-1] < n):
        bad = array[0] if array[0] < 0 else array[-1]
        raise ValueError(f"{name} holds {bad}, allowed are nodes from 0 to {n - 1}")
    return array.astype(np.int64)


def _neighbours(graph: Graph, members: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Return the nodes outside that have the heaviest edges to the members."""
    indptr, indices, weights, _ = graph._arrays
    lengths = indptr[members + 1] - indptr[members]
    arcs = np.arange(lengths.sum()) + np.repeat(
        indptr[members] - np.cumsum(lengths) + lengths, lengths
    )
    reached = indices[arcs]
    outside = ~np.isin(reached, members)
    nodes, at = np.unique(reached[outside], return_inverse=True)
    weight = np.bincount(at, None if weights is None else weights[arcs][outside], len(nodes))
    return nodes[np.lexsort((nodes, -weight))[:most]].astype(np.int64)


def plot_sweep(
    conductance: ArrayLike,
    size: int | None = None,
    *,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw the conductance of every prefix of an order of nodes.

    Parameters
    ----------
    conductance : array-like of shape (m,)
        Entry i is that of the first i + 1 nodes; infinite ones are not drawn. See
        :func:`partwise.cluster.local.sweep_profile`.
    size : int, optional
        Size of the prefix to mark, from 1; by default that of least conductance, the longest of
        several.
    ax : matplotlib Axes, optional
        Where to draw; new axes by default.
    title : str, optional

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError, TypeError
        `conductance` is no vector, or `size` is not within it.
    ImportError
        matplotlib is missing.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> axes = plot_sweep([1.0, 0.5, 0.143, 0.5], ax=Figure().add_subplot())
    >>> axes.lines[1].get_xydata().tolist()
    [[3.0, 0.143]]
    """
    phi = np.asarray(conductance, dtype=np.float64)
    if phi.ndim != 1 or np.isnan(phi).any():
        raise ValueError(f"conductance must be a vector without NaN, got shape {phi.shape}")
    if size is not None and not 1 <= size <= len(phi):
        raise ValueError(f"size must be from 1 to {len(phi)}, got {size}")
    ax = new_axes(ax)
    sizes = np.arange(1, len(phi) + 1)
    shown = np.where(np.isfinite(phi), phi, np.nan)
    ax.plot(sizes, shown, color="tab:blue", linewidth=1)
    if size is None and np.isfinite(phi).any():
        size = len(phi) - int(np.argmin(phi[::-1]))
    if size is not None:
        text = f"{size} nodes, {phi[size - 1]:.3g}"
        ax.plot([size], [shown[size - 1]], "o", color="tab:red", label=text)
        ax.legend(loc="best")
    if len(phi) > 100:
        ax.set_xscale("log")
    ax.set_xlabel("number of nodes")
    ax.set_ylabel("conductance")
    if title is not None:
        ax.set_title(title)
    return ax
