"""What flows between blocks, as a heat map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from partwise.graph import quotient_graph
from partwise.plot._axes import new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_blocks"]

_MOST_PARTS = 4096  # a dense matrix of more would not be seen on any screen
_WRITTEN_PARTS = 16


def plot_blocks(
    graph: Any,
    labels: ArrayLike,
    n_parts: int | None = None,
    *,
    inside: bool = False,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw the weight of the edges between every two blocks.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes.
    labels : array-like of int, shape (n,)
        Block of every node.
    n_parts : int, optional
        Number of blocks, at most 4,096; by default one more than the largest label.
    inside : bool, default=False
        Show the weight inside the blocks on the diagonal too, which mostly dwarfs the rest.
    ax : matplotlib Axes, optional
        Where to draw; new axes by default.
    title : str, optional

    Returns
    -------
    matplotlib Axes
        With a colour bar; up to 16 blocks the weights are written into the cells.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from partwise.graph import grid_graph
    >>> axes = plot_blocks(grid_graph((2, 3)), [0, 0, 1, 0, 0, 1], ax=Figure().add_subplot())
    >>> axes.images[0].get_array().tolist()
    [[None, 2.0], [2.0, None]]
    """
    blocks = quotient_graph(graph, labels, n_parts, self_loops=inside)
    k = blocks.n_nodes
    if k > _MOST_PARTS:
        raise ValueError(f"n_parts must be at most {_MOST_PARTS} to be drawn, got {k}")
    flow = np.ma.masked_equal(blocks.to_scipy().toarray().astype(np.float64), 0.0)
    ax = new_axes(ax)
    if k:
        image = ax.imshow(flow, cmap="viridis", interpolation="nearest")
        ax.figure.colorbar(image, ax=ax, label="edge weight", shrink=0.8)
    if k <= _WRITTEN_PARTS:
        middle = flow.min() + (flow.max() - flow.min()) / 2 if flow.count() else 0.0
        for row, column in zip(*np.nonzero(~np.ma.getmaskarray(flow))):
            value = flow[row, column]
            color = "white" if value <= middle else "black"
            ax.text(column, row, f"{value:g}", ha="center", va="center", color=color, fontsize=8)
        ax.set_xticks(range(k))
        ax.set_yticks(range(k))
    ax.set_xlabel("block")
    ax.set_ylabel("block")
    if title is not None:
        ax.set_title(title)
    return ax
