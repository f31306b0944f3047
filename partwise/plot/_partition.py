"""A partition of a graph as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph import Graph, as_graph
from partwise.graph._labels import check_labels
from partwise.plot._axes import block_colors, new_axes
from partwise.plot._layout import graph_layout
from partwise.plot._matrix import plot_adjacency

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["is_drawable", "plot_partition"]

_LAYOUT_NODES, _LAYOUT_EDGES = 4_000, 20_000  # beyond, a layout is slow and a tangle
_DRAWN_EDGES = 150_000


def plot_partition(
    graph: Any,
    labels: ArrayLike,
    n_parts: int | None = None,
    *,
    coordinates: ArrayLike | None = None,
    kind: str = "auto",
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw a graph with its nodes coloured by block.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes and m edges.
    labels : array-like of int, shape (n,)
        Block of every node.
    n_parts : int, optional
        Number of blocks; by default one more than the largest label.
    coordinates : array-like of shape (n, 2) or (n, 3), optional
        Where the nodes lie. Three dimensions are seen from the side on which they spread least.
    kind : {"auto", "layout", "matrix"}, default="auto"
        Without coordinates: "layout" places the nodes by :func:`graph_layout`; "matrix" draws the
        adjacency matrix by :func:`plot_adjacency`; "auto" takes the matrix beyond 4,000 nodes or
        20,000 edges.
    ax : matplotlib Axes, optional
        Where to draw; new axes by default.
    title : str, optional

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError, TypeError
        `graph` is no graph, or the other arguments have a wrong shape, dtype or value.
    ImportError
        matplotlib is missing.

    Notes
    -----
    Edges between blocks are dark, others take the colour of their block. More than 150,000 edges
    are not drawn with coordinates: nodes alone then show the blocks. O(n + m) time and memory with
    coordinates or as a matrix.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from partwise.graph import grid_graph
    >>> axes = Figure().add_subplot()
    >>> plot_partition(grid_graph((2, 3)), [0, 0, 1, 0, 0, 1], ax=axes) is axes
    True
    """
    graph = as_graph(graph)
    part, n_parts = check_labels(labels, graph.n_nodes, n_parts)
    if kind not in ("auto", "layout", "matrix"):
        raise ValueError(f"kind must be 'auto', 'layout' or 'matrix', got {kind!r}")
    points = None if coordinates is None else _plane(coordinates, graph.n_nodes)
    ax = new_axes(ax)
    if points is None and (kind == "layout" or (kind == "auto" and is_drawable(graph))):
        points = graph_layout(graph)
    if points is None:
        plot_adjacency(graph, part, n_parts, ax=ax)
    else:
        _draw_nodes(ax, graph, part, n_parts, points)
    if title is not None:
        ax.set_title(title)
    return ax


def is_drawable(graph: Graph) -> bool:
    """Tell whether a graph is small enough to be laid out without coordinates."""
    return graph.n_nodes <= _LAYOUT_NODES and graph.n_edges <= _LAYOUT_EDGES


def _plane(coordinates: ArrayLike, n: int) -> NDArray[np.float64]:
    """Return two-dimensional positions; three dimensions are projected on the main two."""
    points = np.asarray(coordinates, dtype=np.float64)
    if points.ndim != 2 or points.shape[0] != n or points.shape[1] not in (2, 3):
        raise ValueError(f"coordinates must have shape ({n}, 2) or ({n}, 3), got {points.shape}")
    if not np.isfinite(points).all():
        raise ValueError("coordinates must be finite, got NaN or infinity")
    if points.shape[1] == 2 or n == 0:
        return points[:, :2]
    centred = points - points.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    return centred @ axes[:, :0:-1]


def _draw_nodes(
    ax: Axes, graph: Graph, part: NDArray[np.int32], n_parts: int, points: NDArray[np.float64]
) -> None:
    from matplotlib.collections import LineCollection

    colors = block_colors(n_parts)
    n = graph.n_nodes
    size = float(np.clip(12_000 / max(n, 1), 0.4, 60))
    if graph.n_edges <= _DRAWN_EDGES:
        src, dst, _ = graph.to_edges()
        cut = part[src] != part[dst]
        width = float(np.clip(np.sqrt(size) / 5, 0.15, 1.2))
        for chosen, color, alpha, z in (
            (~cut, colors[part[src[~cut]]], 0.5, 1),
            (cut, "0.15", 0.8, 2),
        ):
            lines = np.stack([points[src[chosen]], points[dst[chosen]]], axis=1)
            ax.add_collection(
                LineCollection(
                    list(lines),
                    colors=color,
                    linewidths=width,
                    alpha=alpha,
                    zorder=z,
                    rasterized=True,
                )
            )
    ax.scatter(
        points[:, 0],
        points[:, 1],
        s=size,
        c=colors[part] if n else [],
        linewidths=0,
        zorder=3,
        rasterized=n > 5_000,
    )
    ax.set_aspect("equal")
    ax.autoscale_view()
    ax.set_axis_off()
