"""One input of ``partwise treemap``: read, lay out, draw."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from partwise.cli._jobs import Job
from partwise.cli._progress import Monitor
from partwise.cli._record import complete

if TYPE_CHECKING:
    from partwise.geometry import TreemapLayout

__all__ = ["run"]

_READ, _SOLVED = 0.3, 0.6  # how the bar is shared out


def run(job: Job, monitor: Monitor) -> dict[str, Any]:
    """Draw the tree of `job`, write its files and return the report.

    Raises
    ------
    TreeFormatError, OSError, ValueError
        The input cannot be used, or an output cannot be written.
    """
    from partwise.geometry import read_tree, treemap

    options = job.options
    started = time.perf_counter()
    monitor.stage(0.0, "reading")
    tree = read_tree(
        job.source,
        options["format"],
        internal=options["internal"],
        duplicates=options["duplicates"],
        cumulative=options["cumulative"],
        weights=options["weights"],
    )
    read = time.perf_counter()
    monitor.stage(_READ, "laying out")
    layout = treemap(
        tree,
        options["method"],
        (0, 0, *options["size"]),
        validate=options["validate"],
        **options["arguments"],
    )
    solved = time.perf_counter()
    monitor.stage(_SOLVED, "drawing")
    if options["output"] is not None:
        _draw(job, layout)
    written = time.perf_counter()
    record = {"input": job.source, "seconds": solved - read, **layout.to_dict()}
    times = {"read": read - started, "solve": solved - read, "write": written - solved}
    return complete(job, record, times, monitor)


def _draw(job: Job, layout: TreemapLayout) -> None:
    """Write the picture whose suffix the output has; standard output gets SVG."""
    options = job.options
    path = options["output"]
    # The page has a headline anyway; in a picture, a title takes room.
    title = options["title"]
    look = {"depth": options["depth"], "labels": options["with_labels"]}
    suffix = os.path.splitext(path)[1].lower()
    if suffix == ".geojson":
        layout.to_geojson(path)
    elif suffix == ".png":
        layout.to_png(path, size=options["size"], colour=options["colour"], title=title, **look)
    elif suffix == ".html":
        name = "partwise treemap" if job.source == "-" else os.path.basename(job.source)
        layout.to_html(path, colour=options["colour"], title=title or name, **look)
    else:
        layout.to_svg(path, size=options["size"], colour=options["colour"], title=title, **look)
