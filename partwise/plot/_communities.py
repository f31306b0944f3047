"""Communities of a network: which nodes are tied to which, how large they are, how they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from partwise.graph import as_graph
from partwise.graph._labels import check_labels
from partwise.plot._axes import new_axes, new_figure
from partwise.plot._matrix import plot_adjacency
from partwise.plot._partition import is_drawable, plot_partition

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_communities", "plot_community_sizes"]

_BINS = 30
_RATIO = 10  # of sizes, from which on their axis is logarithmic


def plot_communities(
    graph: Any,
    labels: ArrayLike,
    *,
    coordinates: ArrayLike | None = None,
    figure: Figure | None = None,
    title: str | None = None,
) -> Figure:
    """Draw communities in every way that suits: adjacency matrix, sizes, and the graph itself.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes and m edges.
    labels : array-like of int, shape (n,)
        Community of every node, from 0.
    coordinates : array-like of shape (n, 2) or (n, 3), optional
        Where the nodes lie. Without them only graphs of at most 4,000 nodes and 20,000 edges are
        laid out.
    figure : matplotlib Figure, optional
        Where to draw; a new figure by default.
    title : str, optional

    Returns
    -------
    matplotlib Figure
        With the axes of :func:`plot_adjacency`, :func:`plot_community_sizes` and, if the graph is
        drawn, :func:`plot_partition`.

    Raises
    ------
    ValueError, TypeError
        `graph` is no graph, or the other arguments have a wrong shape, dtype or value.
    ImportError
        matplotlib is missing.

    Notes
    -----
    O(n + m) time and memory, and a layout of a small graph.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> figure = plot_communities([(0, 1), (2, 3)], [0, 0, 1, 1], figure=Figure())
    >>> len(figure.axes)
    3
    """
    graph = as_graph(graph)
    part, k = check_labels(labels, graph.n_nodes)
    drawn = coordinates is not None or is_drawable(graph)
    columns = 3 if drawn else 2
    figure = new_figure(figure, 6.5 * columns, 6.5)
    axes = figure.subplots(1, columns)
    plot_adjacency(graph, part, k, name="community", ax=axes[0])
    plot_community_sizes(part, ax=axes[1])
    if drawn:
        plot_partition(graph, part, k, coordinates=coordinates, kind="layout", ax=axes[2])
    if title is not None:
        figure.suptitle(title)
    return figure


def plot_community_sizes(
    labels: ArrayLike, *, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw how many communities there are of every size.

    Parameters
    ----------
    labels : array-like of int, shape (n,)
        Community of every node, from 0.
    ax : matplotlib Axes, optional
        Where to draw; new axes by default.
    title : str, optional

    Returns
    -------
    matplotlib Axes
        A histogram with at most 30 bins, of equal width on a logarithmic axis if sizes differ by
        more than a factor of ten. Labels without a node do not count.

    Raises
    ------
    ValueError, TypeError
        The labels have a wrong shape, dtype or value.
    ImportError
        matplotlib is missing.

    Notes
    -----
    O(n).

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> axes = plot_community_sizes([0, 0, 1, 1, 2, 2, 2], ax=Figure().add_subplot())
    >>> [int(bar.get_height()) for bar in axes.patches]
    [2, 1]
    """
    part = check_labels(labels, np.size(labels))[0]
    sizes = np.bincount(part)
    sizes = sizes[sizes > 0]
    ax = new_axes(ax)
    if len(sizes):
        from matplotlib.ticker import MaxNLocator

        low, high = int(sizes.min()), int(sizes.max())
        ax.hist(sizes, _borders(low, high), color="tab:blue", edgecolor="white", linewidth=0.5)
        if high > _RATIO * low:
            ax.set_xscale("log")
        else:
            ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("size of the community, in nodes")
    ax.set_ylabel("number of communities")
    if title is not None:
        ax.set_title(title)
    return ax


def _borders(low: int, high: int) -> list[float]:
    """Return the borders of bins for whole sizes: they lie between these."""
    if high > _RATIO * low:
        steps = np.geomspace(low, high + 1, _BINS + 1).round()
    else:
        width = -(-(high - low + 1) // _BINS)
        steps = np.arange(low, high + width + 1, width, dtype=np.float64)
    borders: list[float] = (np.unique(steps) - 0.5).tolist()
    return borders
