"""How dense a graph is within and between its blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph import Graph, as_graph, quotient_graph
from partwise.graph._labels import check_labels
from partwise.plot._axes import new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Normalize

__all__ = ["plot_block_matrix"]

_MOST_PARTS = 4096  # a dense matrix of more would not be seen on any screen
_LINED_PARTS = 128
_NAMED_PART = 0.02  # of the side, that a block needs for its name
_RATIO = 20  # of densities, from which on colours are logarithmic


def plot_block_matrix(
    graph: Any,
    labels: ArrayLike,
    n_parts: int | None = None,
    *,
    name: str = "block",
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw the matrix of blocks, as wide and high as these have nodes, coloured by density.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes and m edges.
    labels : array-like of int, shape (n,)
        Block of every node; 0 comes first.
    n_parts : int, optional
        Number of blocks, at most 4,096; by default one more than the largest label.
    name : str, default="block"
        What the labels are.
    ax : matplotlib Axes, optional
        Where to draw; new axes by default.
    title : str, optional

    Returns
    -------
    matplotlib Axes
        With a colour bar. Pairs of blocks without edges are white.

    Raises
    ------
    ValueError, TypeError
        `graph` is no graph, the labels have a wrong shape, dtype or value, or there are too many
        blocks.
    ImportError
        matplotlib is missing.

    Notes
    -----
    The density is the weight of the edges (or their number) for each pair of nodes that could have
    one: n_r n_s between two blocks of n_r and n_s nodes, n_r (n_r - 1) / 2 inside one of them
    (twice that if edges have directions), 1 for a single node and its self-loop. Colours are
    logarithmic if densities differ by more than a factor of 20. Blocks of at least 2 % of the nodes
    are named on the axes, with their sizes. O(n + m + B^2) time and memory for B blocks.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from partwise.graph import grid_graph
    >>> axes = plot_block_matrix(grid_graph((2, 3)), [0, 0, 1, 0, 0, 1], ax=Figure().add_subplot())
    >>> axes.images[0].get_array().round(2).tolist()
    [[0.67, 0.25], [0.25, 1.0]]
    """
    graph = as_graph(graph)
    part, n_parts = check_labels(labels, graph.n_nodes, n_parts)
    if n_parts > _MOST_PARTS:
        raise ValueError(f"n_parts must be at most {_MOST_PARTS} to be drawn, got {n_parts}")
    ax = new_axes(ax)
    n = graph.n_nodes
    sizes = np.bincount(part, minlength=n_parts)
    if n:
        used = np.flatnonzero(sizes)
        shown = np.ma.masked_equal(_densities(graph, part, sizes)[np.ix_(used, used)], 0.0)
        borders = np.concatenate(([0], np.cumsum(sizes[used])))
        image: Any = ax.pcolorfast(borders, borders, shown, cmap="viridis", norm=_norm(shown))
        ax.figure.colorbar(image, ax=ax, label="edges for each pair of nodes", shrink=0.8)
        if len(used) <= _LINED_PARTS:
            for lines in (ax.hlines, ax.vlines):
                lines(borders[1:-1], 0, n, colors="0.6", linewidths=0.4)
        wide = sizes[used] >= _NAMED_PART * n
        middles = (borders[:-1] + borders[1:])[wide] / 2
        ax.set_xticks(middles, [str(block) for block in used[wide]])
        ax.set_yticks(middles, [f"{block} ({sizes[block]})" for block in used[wide]])
        ax.tick_params(length=0)
        ax.set_xlim(0, n)
        ax.set_ylim(n, 0)
        ax.set_aspect("equal")
    ax.set_xlabel(name)
    ax.set_ylabel(f"{name} (nodes)")
    if title is not None:
        ax.set_title(title)
    return ax


def _densities(
    graph: Graph, part: NDArray[np.int32], sizes: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the weight of edges for each pair of nodes, shape (n_parts, n_parts)."""
    between = quotient_graph(graph, part, len(sizes), self_loops=True)
    weight = between.to_scipy().toarray().astype(np.float64)
    pairs = np.outer(sizes, sizes).astype(np.float64)
    inside = sizes * (sizes - 1.0) / (1 if graph.directed else 2)
    np.fill_diagonal(pairs, inside)
    return weight / np.maximum(pairs, 1.0)


def _norm(shown: np.ma.MaskedArray) -> Normalize:
    from matplotlib.colors import LogNorm, Normalize

    if shown.count() == 0:
        return Normalize(0.0, 1.0)
    low, high = float(shown.min()), float(shown.max())
    return LogNorm(low, high) if high > _RATIO * low else Normalize(0.0, high)
