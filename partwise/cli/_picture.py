"""A result as a picture file.

No display and no pyplot are involved: a figure belongs to the function that makes it alone.
"""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from partwise.graph import Graph
    from partwise.partition import Netlist, NetlistPartition

__all__ = [
    "draw_block_model",
    "draw_clusters",
    "draw_communities",
    "draw_local",
    "draw_netlist",
    "draw_partition",
    "draw_silhouette",
]

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title>
<style>body {{ margin: 2em auto; max-width: 60em; font-family: sans-serif }}
svg {{ width: 100%; height: auto }}</style></head>
<body>
{picture}
</body>
</html>
"""


def draw_partition(
    path: str,
    graph: Graph,
    labels: NDArray[Any],
    n_parts: int,
    coordinates: NDArray[Any] | None,
    title: str,
) -> None:
    """Draw a partition and write it to `path`, whose suffix (.png, .svg, .pdf, .html) says how."""
    from partwise.plot import plot_partition

    figure = _new_figure(8, 8)
    plot_partition(
        graph, labels, n_parts, coordinates=coordinates, ax=figure.add_subplot(), title=title
    )
    _save(figure, path, title)


def draw_communities(path: str, graph: Graph, labels: NDArray[Any], title: str) -> None:
    """Draw the ordered adjacency matrix, the sizes and, if small, the graph; write it to `path`."""
    from partwise.plot import plot_communities

    figure = _new_figure(13, 6)
    plot_communities(graph, labels, figure=figure, title=title)
    if len(figure.axes) > 2:
        figure.set_size_inches(19, 6)
    _save(figure, path, title)


def draw_block_model(
    path: str,
    graph: Graph,
    labels: NDArray[Any],
    levels: list[NDArray[Any]] | None,
    title: str,
) -> None:
    """Draw nodes and blocks as matrices, and the levels if there are some; write it to `path`."""
    from partwise.plot import plot_adjacency, plot_block_matrix, plot_hierarchy

    columns = 2 if levels is None else 3
    figure = _new_figure(6.5 * columns, 6)
    figure.suptitle(title)
    axes = figure.subplots(1, columns)
    plot_adjacency(graph, labels, ax=axes[0])
    plot_block_matrix(graph, labels, ax=axes[1])
    if levels is not None:
        plot_hierarchy(levels, graph, ax=axes[2])
    _save(figure, path, title)


def draw_local(
    path: str,
    graph: Graph,
    cluster: NDArray[Any],
    seeds: NDArray[Any],
    profile: NDArray[Any] | None,
    title: str,
) -> None:
    """Draw a cluster and its surroundings, beside its sweep if given; write it to `path`."""
    from partwise.plot import plot_local_cluster, plot_sweep

    figure = _new_figure(7 if profile is None else 13, 6)
    figure.suptitle(title)
    axes = figure.subplots(1, 1 if profile is None else 2, squeeze=False)[0]
    plot_local_cluster(graph, cluster, seeds, ax=axes[0])
    if profile is not None:
        plot_sweep(profile, len(cluster) if len(cluster) <= len(profile) else None, ax=axes[1])
    _save(figure, path, title)


def draw_netlist(path: str, netlist: Netlist, result: NetlistPartition, title: str) -> None:
    """Draw what the blocks of a netlist use, beside its pins, and write it to `path`."""
    from partwise.plot import plot_incidence, plot_utilisation

    figure = _new_figure(13, 6)
    figure.suptitle(title)
    left, right = figure.subplots(1, 2)
    plot_utilisation(result, ax=left)
    plot_incidence(netlist, result.labels, result.n_parts, ax=right)
    _save(figure, path, title)


def draw_clusters(
    path: str, points: NDArray[Any], labels: NDArray[Any], medoids: NDArray[Any], title: str
) -> None:
    """Draw points coloured by cluster and write the picture to `path`."""
    from partwise.plot import plot_clusters

    figure = _new_figure(8, 8)
    plot_clusters(points, labels, medoids, ax=figure.add_subplot(), title=title)
    _save(figure, path, title)


def draw_silhouette(
    path: str, values: NDArray[Any], labels: NDArray[Any], name: str, title: str
) -> None:
    """Draw a silhouette plot and write it to `path`."""
    from partwise.plot import plot_silhouette

    figure = _new_figure(8, 8)
    plot_silhouette(values, labels, name=name, ax=figure.add_subplot(), title=title)
    _save(figure, path, title)


def _new_figure(width: float, height: float) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _save(figure: Figure, path: str, title: str) -> None:
    import matplotlib

    from partwise.graph.io import atomic_write

    suffix = os.path.splitext(path)[1].lower().removeprefix(".")
    kind = "svg" if suffix == "html" else suffix
    # Without a date and with fixed ids, the same partition gives the same bytes.
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}[kind]
    content = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "partwise"}):
        figure.savefig(content, format=kind, dpi=150, metadata=undated)
    data = content.getvalue()
    if suffix == "html":
        from html import escape

        picture = data.decode()
        page = _PAGE.format(title=escape(title), picture=picture[picture.index("<svg") :])
        data = page.encode()
    with atomic_write(path) as file:
        file.write(data)
