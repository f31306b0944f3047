"""The adjacency matrix of a graph, ordered by block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph import Graph, as_graph
from partwise.graph._labels import check_labels
from partwise.plot._axes import new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["density", "plot_adjacency"]

_PIXELS = 512
_LINED_PARTS = 128


def plot_adjacency(
    graph: Any,
    labels: ArrayLike,
    n_parts: int | None = None,
    *,
    name: str = "block",
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw the adjacency matrix with rows and columns ordered by block.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes and m edges.
    labels : array-like of int, shape (n,)
        Block or community of every node; 0 comes first.
    n_parts : int, optional
        Number of blocks; by default one more than the largest label.
    name : str, default="block"
        What the labels are.
    ax : matplotlib Axes, optional
        Where to draw; new axes by default.
    title : str, optional

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError, TypeError
        `graph` is no graph, or the labels have a wrong shape, dtype or value.
    ImportError
        matplotlib is missing.

    Notes
    -----
    A pixel is the darker the more edges fall on it, up to 512 by 512 of them; lines part the
    blocks, up to 128. Within a block rows are ordered by bandwidth. O(n + m) time and memory.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from partwise.graph import grid_graph
    >>> axes = plot_adjacency(grid_graph((2, 3)), [0, 0, 1, 0, 0, 1], ax=Figure().add_subplot())
    >>> axes.images[0].get_array().shape
    (6, 6)
    """
    graph = as_graph(graph)
    part, n_parts = check_labels(labels, graph.n_nodes, n_parts)
    ax = new_axes(ax)
    n = graph.n_nodes
    if n:
        from matplotlib.colors import LogNorm

        counts = density(graph, part, min(n, _PIXELS))
        ax.imshow(
            np.ma.masked_equal(counts, 0),
            cmap="Blues",
            norm=LogNorm(vmin=0.3, vmax=max(counts.max(), 1)),
            extent=(0, n, n, 0),
            interpolation="nearest",
        )
    ends = np.cumsum(np.bincount(part, minlength=n_parts))[:-1]
    if n_parts <= _LINED_PARTS:
        ax.hlines(ends, 0, n, colors="tab:red", linewidths=0.4)
        ax.vlines(ends, 0, n, colors="tab:red", linewidths=0.4)
    ax.set_xlabel(f"node, ordered by {name}")
    ax.set_ylabel(f"node, ordered by {name}")
    if title is not None:
        ax.set_title(title)
    return ax


def density(graph: Graph, part: NDArray[np.int32], pixels: int) -> NDArray[np.float64]:
    """Return the number of stored edges on each of pixels x pixels cells, shape of that."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import reverse_cuthill_mckee

    n = graph.n_nodes
    if n == 0:
        return np.zeros((0, 0))
    ones = np.ones(len(graph.indices), dtype=np.int8)
    pattern = csr_array((ones, graph.indices, graph.indptr), shape=(n, n))
    by_bandwidth = reverse_cuthill_mckee(pattern, symmetric_mode=not graph.directed)
    order = by_bandwidth[np.argsort(part[by_bandwidth], kind="stable")]
    pixel = np.empty(n, dtype=np.int64)
    pixel[order] = np.arange(n) * pixels // n
    rows = np.repeat(pixel, graph.degrees())
    counts = np.bincount(rows * pixels + pixel[graph.indices], minlength=pixels * pixels)
    return counts.reshape(pixels, pixels).astype(np.float64)
