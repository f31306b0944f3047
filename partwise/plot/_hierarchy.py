"""Blocks of blocks: rings of a circle, within which edges run in bundles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph import Graph, as_graph, quotient_graph
from partwise.graph._labels import check_labels
from partwise.plot._axes import new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_hierarchy"]

Floats = NDArray[np.float64]

_MOST_EDGES = 20_000  # beyond, bundles between the smallest blocks stand for them
_STEPS = 40  # points of a curve
_STRENGTH = 0.85  # of bundling; 0 draws straight lines
_RING = 0.11  # width of a level, radii of the circle
_GAP = 0.04
_NAMED_ANGLE = 0.1  # radians that a block needs for its name


def plot_hierarchy(
    levels: Sequence[ArrayLike],
    graph: Any = None,
    *,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw nested blocks as rings around a circle of nodes, and the edges inside it.

    Parameters
    ----------
    levels : sequence of array-like of int
        Block of every node; block of the next level for every block; and so on. Blocks are numbered
        from 0 without gaps.
    graph : graph-like, optional
        Whatever :func:`partwise.graph.as_graph` takes, with as many nodes as ``levels[0]`` has
        entries. Without it the tree of the blocks is drawn.
    ax : matplotlib Axes, optional
        Where to draw; new axes by default.
    title : str, optional

    Returns
    -------
    matplotlib Axes
        The innermost ring has the smallest blocks, as wide as they have nodes; a last level of one
        block is the circle itself and has no ring.

    Raises
    ------
    ValueError, TypeError
        There is no level, a level does not have an entry for each block of the one below, or
        `graph` has another number of nodes.
    ImportError
        matplotlib is missing.

    Notes
    -----
    Edges follow the tree of the blocks, up and down again, as smooth curves that are drawn together
    in bundles [1]_. Of graphs with more than 20,000 edges, those between two blocks are one curve,
    the wider the more there are. O(n + m) time and memory.

    References
    ----------
    .. [1] D. Holten, "Hierarchical edge bundles: visualization of adjacency relations in
       hierarchical data", IEEE Transactions on Visualization and Computer Graphics 12, 2006,
       doi:10.1109/TVCG.2006.147.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> axes = plot_hierarchy([[0, 0, 1, 1, 2, 2], [0, 0, 1], [0, 0]], ax=Figure().add_subplot())
    >>> [len(ring.get_paths()) for ring in axes.collections[1:]]
    [3, 2]
    """
    tree = _Tree.of(levels)
    if graph is not None:
        graph = as_graph(graph)
        if graph.n_nodes != len(tree.angle):
            raise ValueError(
                f"graph must have {len(tree.angle)} nodes, one for each entry of levels[0], got "
                f"{graph.n_nodes}"
            )
    ax = new_axes(ax)
    if len(tree.angle):
        if graph is None:
            _draw_tree(ax, tree)
        else:
            _draw_edges(ax, graph, tree)
        _draw_rings(ax, tree)
    ax.set_aspect("equal")
    ax.autoscale_view()
    ax.set_axis_off()
    if title is not None:
        ax.set_title(title)
    return ax


@dataclass(frozen=True)
class _Tree:
    """Where nodes and blocks lie on the circle.

    Attributes
    ----------
    angle : float64 ndarray of shape (n,)
        Of each node, in radians.
    blocks : list of int32 ndarrays of shape (n,)
        Block of each node at each level; the last level has a single one, the root.
    start, stop : lists of float64 ndarrays
        Angles between which the blocks of each level lie.
    """

    angle: Floats
    blocks: list[NDArray[np.int32]]
    start: list[Floats]
    stop: list[Floats]

    @staticmethod
    def of(levels: Sequence[ArrayLike]) -> _Tree:
        """Check the levels, and lay nodes out so that those of each block lie together."""
        if len(levels) == 0:
            raise ValueError("levels must have at least one level, got none")
        blocks: list[NDArray[np.int32]] = []
        entries = np.size(levels[0])
        n = entries
        for number, level in enumerate(levels):
            try:
                parent, count = check_labels(level, entries)
            except (ValueError, TypeError) as error:
                raise type(error)(f"levels[{number}]: {error}") from error
            if len(np.unique(parent)) < count:
                raise ValueError(f"levels[{number}] must number its blocks without gaps")
            blocks.append(parent if number == 0 else parent[blocks[-1]])
            entries = count
        if entries > 1:
            blocks.append(np.zeros(n, np.int32))
        order = np.lexsort(blocks)  # by the last level first
        rank = np.empty(n, np.int64)
        rank[order] = np.arange(n)
        start, stop = [], []
        for block in blocks:
            sizes = np.bincount(block)
            first = np.full(len(sizes), n)
            np.minimum.at(first, block, rank)
            start.append(_turn(first, n))
            stop.append(_turn(first + sizes, n))
        return _Tree(_turn(rank + 0.5, n), blocks, start, stop)

    @property
    def root(self) -> int:
        """Number of the last level."""
        return len(self.blocks) - 1

    def points(self, level: int) -> Floats:
        """Return where the blocks of a level lie inside the circle, shape (n_blocks, 2)."""
        middle = (self.start[level] + self.stop[level]) / 2
        return _on_circle(middle, 1.0 - (level + 1) / (self.root + 1))

    def colors(self, level: int) -> Floats:
        """Return a colour for each block of a level, shape (n_blocks, 3): the hue is its angle."""
        from matplotlib.colors import hsv_to_rgb

        hue = (self.start[level] + self.stop[level]) / (4 * np.pi) % 1.0
        rank = np.argsort(np.argsort(hue))
        # neighbours are told apart by their brightness
        return hsv_to_rgb(np.stack((hue, np.full(len(hue), 0.65), 0.95 - 0.2 * (rank % 2)), axis=1))


def _turn(rank: Any, n: int) -> Floats:
    """Return how far round the circle a rank is, in radians."""
    return 2 * np.pi * np.asarray(rank, dtype=np.float64) / max(n, 1)


def _on_circle(angle: Floats, radius: float) -> Floats:
    """Return points, the angle 0 being at the top."""
    return radius * np.stack((np.sin(angle), np.cos(angle)), axis=1)


def _draw_rings(ax: Axes, tree: _Tree) -> None:
    """Draw a ring of wedges for every level but the root's, or for that if there is no other."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Wedge

    for level in range(max(1, tree.root)):
        inner = 1.0 + _GAP + level * _RING
        start, stop = tree.start[level], tree.stop[level]
        wedges = [
            Wedge((0, 0), inner + 0.9 * _RING, 90 - high, 90 - low, width=0.9 * _RING)
            for low, high in zip(np.degrees(start), np.degrees(stop))
        ]
        ring = PatchCollection(
            wedges,
            facecolors=tree.colors(level),
            edgecolors="white",
            linewidths=min(0.8, 80 / len(wedges)),
            zorder=3,
        )
        ax.add_collection(ring)
        middle = _on_circle((start + stop) / 2, inner + 0.45 * _RING)
        for block in np.flatnonzero(stop - start >= _NAMED_ANGLE):
            x, y = middle[block]
            ax.text(x, y, str(block), ha="center", va="center", fontsize=7, zorder=4)
    # a collection of curves does not tell the axes how far the rings go
    reach = 1.0 + _GAP + max(1, tree.root) * _RING
    ax.update_datalim([(-reach, -reach), (reach, reach)])


def _draw_tree(ax: Axes, tree: _Tree) -> None:
    """Draw lines from the rim to the smallest blocks, and from blocks to those that hold them."""
    from matplotlib.collections import LineCollection

    lines = []
    for level in range(tree.root + 1):
        here = tree.points(level)
        below = _on_circle(tree.angle, 1.0) if level == 0 else tree.points(level - 1)
        inside = tree.blocks[level] if level == 0 else _parents(tree, level)
        lines.append(np.stack((below, here[inside]), axis=1))
    drawn = np.concatenate(lines)
    width = float(np.clip(200 / len(drawn), 0.1, 1.0))
    ax.add_collection(LineCollection(list(drawn), colors="0.5", linewidths=width, zorder=1))


def _parents(tree: _Tree, level: int) -> NDArray[np.int32]:
    """Return the block of a level that holds each block of the one below."""
    parents = np.zeros(len(tree.start[level - 1]), np.int32)
    parents[tree.blocks[level - 1]] = tree.blocks[level]
    return parents


def _draw_edges(ax: Axes, graph: Graph, tree: _Tree) -> None:
    """Draw edges, or those between two smallest blocks as one, as curves along the tree."""
    from matplotlib.collections import LineCollection

    colors = tree.colors(0)
    if graph.n_edges <= _MOST_EDGES:
        first, second, _ = graph.to_edges()
        apart = first != second
        first, second = first[apart], second[apart]
        ends = _on_circle(tree.angle, 1.0)
        blocks = tree.blocks
        share = np.ones(len(first))
    else:
        between = quotient_graph(graph, tree.blocks[0], len(colors))
        first, second, flow = between.to_edges()
        flow = np.ones(len(first)) if flow is None else np.asarray(flow, dtype=np.float64)
        heavy = np.argsort(-flow, kind="stable")[:_MOST_EDGES]
        first, second, flow = first[heavy], second[heavy], flow[heavy]
        ends = _on_circle((tree.start[0] + tree.stop[0]) / 2, 1.0)
        blocks = _blocks_of_blocks(tree)
        share = np.sqrt(flow / flow.max(initial=1e-300))
    if len(first) == 0:
        return
    alpha = float(np.clip(30 / np.sqrt(len(first)), 0.08, 0.7))
    width = float(np.clip(30 / np.sqrt(len(first)), 0.25, 1.2))
    for chosen, curves in _curves(tree, blocks, ends, first, second):
        lines = LineCollection(
            list(curves),
            colors=colors[blocks[0][first[chosen]]],
            linewidths=width * share[chosen],
            alpha=alpha,
            zorder=1,
            rasterized=True,
        )
        ax.add_collection(lines)


def _blocks_of_blocks(tree: _Tree) -> list[NDArray[np.int32]]:
    """Return the block at each level of every block of the first one."""
    count = len(tree.start[0])
    found = []
    for block in tree.blocks:
        of = np.zeros(count, np.int32)
        of[tree.blocks[0]] = block
        found.append(of)
    return found


def _curves(
    tree: _Tree,
    blocks: list[NDArray[np.int32]],
    ends: Floats,
    first: NDArray[Any],
    second: NDArray[Any],
) -> list[tuple[NDArray[np.bool_], Floats]]:
    """Return, for each level at which edges meet, which those are and their curves.

    Parameters
    ----------
    blocks : list of int32 ndarrays
        Block of each end at each level.
    ends : float64 ndarray of shape (n_ends, 2)
    first, second : int ndarrays of shape (m,)

    Returns
    -------
    list of (bool ndarray of shape (m,), float64 ndarray of shape (.., 40, 2))
    """
    points = [tree.points(level) for level in range(len(blocks))]
    meet = np.zeros(len(first), np.int64)
    for block in blocks[:-1]:
        meet += block[first] != block[second]
    found = []
    for level in range(len(blocks)):
        chosen = meet == level
        if not chosen.any():
            continue
        u, v = first[chosen], second[chosen]
        # where two ways meet is left out, or all curves would run through a few points
        up = range(level) if level else range(1)
        down = range(level - 1, -1, -1)
        path = [ends[u], *(points[i][blocks[i][u]] for i in up)]
        path += [*(points[i][blocks[i][v]] for i in down), ends[v]]
        found.append((chosen, _smooth(np.stack(path))))
    return found


def _smooth(path: Floats) -> Floats:
    """Return points of B-splines with control points (p, m, 2), as (m, 40, 2)."""
    from scipy.interpolate import BSpline

    count = len(path)
    share = np.linspace(0.0, 1.0, count)[:, None, None]
    straight = path[0] + share * (path[-1] - path[0])
    control = _STRENGTH * path + (1.0 - _STRENGTH) * straight
    degree = min(3, count - 1)
    inner = np.linspace(0.0, 1.0, count - degree + 1)
    knots = np.concatenate((np.zeros(degree), inner, np.ones(degree)))
    drawn = BSpline(knots, control, degree)(np.linspace(0.0, 1.0, _STEPS))
    return np.ascontiguousarray(drawn.transpose(1, 0, 2))
