"""A partition as a picture file."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partwise.graph import Graph

__all__ = ["draw_partition"]

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
    """Draw a partition and write it to `path`, whose suffix (.png, .svg, .pdf, .html) says how.

    No display and no pyplot are involved: the figure belongs to this function alone.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from partwise.graph.io import atomic_write
    from partwise.plot import plot_partition

    figure = Figure(figsize=(8, 8), layout="constrained")
    FigureCanvasAgg(figure)
    plot_partition(
        graph, labels, n_parts, coordinates=coordinates, ax=figure.add_subplot(), title=title
    )
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
