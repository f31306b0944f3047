"""A partition of a netlist as pictures: how full its blocks are, and which nets it cuts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph import Hypergraph
from partwise.graph._labels import check_labels
from partwise.partition import Netlist, NetlistPartition
from partwise.plot._axes import block_colors, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_incidence", "plot_utilisation"]

_MOST_BARS = 400
_PIXELS = 512
_RULED_PARTS = 128


def plot_utilisation(
    result: NetlistPartition, *, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw which part of its limit every block uses, for every resource.

    Parameters
    ----------
    result : NetlistPartition
        With k blocks and R resources.
    ax : matplotlib Axes, optional
        Where to draw; new axes by default.
    title : str, optional

    Returns
    -------
    matplotlib Axes
        A group of bars per block with a bar per resource, and a line at 1, the limit. Bars beyond
        it have an edge. More than 400 bars become a stepped line per resource. What is used
        where the limit is 0 has no height that could be drawn, and goes up to the frame.

    Raises
    ------
    TypeError
        `result` is no partition of a netlist.
    ImportError
        matplotlib is missing.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from partwise.partition import partition_netlist, rent_netlist
    >>> result = partition_netlist(rent_netlist(60), 2, balance=0.2, n_starts=2, random_state=0)
    >>> axes = plot_utilisation(result, ax=Figure().add_subplot())
    >>> axes.get_ylabel()
    'used part of the limit'
    """
    if not isinstance(result, NetlistPartition):
        raise TypeError(f"result must be a NetlistPartition, got {type(result).__name__}")
    ax = new_axes(ax)
    from matplotlib.ticker import MaxNLocator

    part = result.utilisation
    k, n_resources = part.shape
    finite = np.isfinite(part)
    top = 1.05 * max(1.0, float(part.max(initial=0.0, where=finite)))
    height = np.where(finite, part, top)
    over = result.violation > 0
    blocks = np.arange(k)
    width = 0.8 / max(n_resources, 1)
    for r, (name, color) in enumerate(zip(result.resources, block_colors(n_resources))):
        if part.size <= _MOST_BARS:
            left = blocks - 0.4 + (r + 0.5) * width
            ax.bar(left, height[:, r], width, label=name, color=color)
            wrong = over[:, r]
            ax.bar(left[wrong], height[wrong, r], width, color="none", edgecolor="black")
        else:
            ax.plot(blocks, height[:, r], drawstyle="steps-mid", label=name, color=color)
    ax.axhline(1.0, color="0.15", linestyle="--", linewidth=1)
    ax.set_ylim(0.0, top)
    ax.set_xlim(-0.6, max(k, 1) - 0.4)
    ax.set_xlabel("block")
    ax.set_ylabel("used part of the limit")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    if n_resources:
        ax.legend(loc="lower right")
    if title is not None:
        ax.set_title(title)
    return ax


def plot_incidence(
    netlist: Netlist | Hypergraph,
    labels: ArrayLike,
    n_parts: int | None = None,
    *,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw the incidence matrix of a netlist, ordered by block.

    Parameters
    ----------
    netlist : Netlist or Hypergraph
        With n nodes, the rows; nets are the columns.
    labels : array-like of int, shape (n,)
        Block of every node.
    n_parts : int, optional
        Number of blocks; by default one more than the largest label.
    ax : matplotlib Axes, optional
        Where to draw; new axes by default.
    title : str, optional

    Returns
    -------
    matplotlib Axes
        A dark pixel where there are many pins. Nets inside a block form a square on the diagonal
        for each block; those that are cut stand in a band of their own to the right of a line.

    Raises
    ------
    TypeError, ValueError
        `netlist` is none, or the labels have a wrong shape, dtype or value.
    ImportError
        matplotlib is missing.

    Notes
    -----
    O(n + pins) time and memory, apart from sorting the nets.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> nets = Hypergraph.from_nets([[0, 1], [1, 2], [2, 3]])
    >>> axes = plot_incidence(nets, [0, 0, 1, 1], ax=Figure().add_subplot())
    >>> axes.images[0].get_array().filled(0).astype(int).tolist()
    [[1, 0, 0], [1, 0, 1], [0, 1, 1], [0, 1, 0]]
    """
    hypergraph = netlist.hypergraph if isinstance(netlist, Netlist) else netlist
    if not isinstance(hypergraph, Hypergraph):
        raise TypeError(f"netlist must be a Netlist or Hypergraph, got {type(netlist).__name__}")
    part, n_parts = check_labels(labels, hypergraph.n_nodes, n_parts)
    ax = new_axes(ax)
    n, n_nets = hypergraph.n_nodes, hypergraph.n_nets
    density, inside = _density(hypergraph, part, min(n, _PIXELS), min(n_nets, _PIXELS))
    if density.size:
        from matplotlib.colors import LogNorm

        ax.imshow(
            np.ma.masked_equal(density, 0),
            cmap="Blues",
            norm=LogNorm(vmin=0.3, vmax=max(density.max(), 1)),
            extent=(0, n_nets, n, 0),
            aspect="auto",
            interpolation="nearest",
        )
    if n_parts <= _RULED_PARTS:
        ends = np.cumsum(np.bincount(part, minlength=n_parts))[:-1]
        ax.hlines(ends, 0, n_nets, colors="tab:red", linewidths=0.4)
    ax.axvline(inside, color="tab:red", linewidth=0.8)
    ax.set_xlabel("net, ordered by block; cut nets on the right")
    ax.set_ylabel("node, ordered by block")
    if title is not None:
        ax.set_title(title)
    return ax


def _density(
    hypergraph: Hypergraph, part: NDArray[np.int32], rows: int, columns: int
) -> tuple[NDArray[np.float64], int]:
    """Return the number of pins on each of rows x columns cells, and how many nets are not cut."""
    n, n_nets = hypergraph.n_nodes, hypergraph.n_nets
    sizes = np.diff(hypergraph.net_indptr)
    place = np.empty(n, dtype=np.int64)
    place[np.argsort(part, kind="stable")] = np.arange(n)
    pins = hypergraph.net_pins
    net = np.repeat(np.arange(n_nets), sizes)
    low, high = np.full(n_nets, -1, dtype=np.int64), np.full(n_nets, -1, dtype=np.int64)
    filled = np.flatnonzero(sizes)
    if filled.size:
        starts = hypergraph.net_indptr[filled]
        low[filled] = np.minimum.reduceat(part[pins], starts)
        high[filled] = np.maximum.reduceat(part[pins], starts)
    middle = np.bincount(net, place[pins], minlength=n_nets) / np.maximum(sizes, 1)
    cut = low != high
    column = np.empty(n_nets, dtype=np.int64)
    column[np.lexsort((middle, low, cut))] = np.arange(n_nets)
    row_pixel = place * rows // max(n, 1)
    column_pixel = column * columns // max(n_nets, 1)
    cells = row_pixel[pins] * columns + column_pixel[net]
    counts = np.bincount(cells, minlength=rows * columns).reshape(rows, columns)
    return counts.astype(np.float64), int(n_nets - np.count_nonzero(cut))
