"""One input of ``partwise communities``: read, search, measure, write."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from partwise.cli._communities import METHODS
from partwise.cli._evaluate import community_numbers
from partwise.cli._graph_input import read_blocks, read_input, read_some_blocks
from partwise.cli._jobs import Job
from partwise.cli._progress import Monitor
from partwise.cli._record import complete

if TYPE_CHECKING:
    from partwise.graph import Graph

__all__ = ["run"]

_READ, _SOLVED = 0.1, 0.9  # how the bar is shared out


def run(job: Job, monitor: Monitor) -> dict[str, Any]:
    """Find the communities of the graph of `job`, write its files and return the report.

    Raises
    ------
    GraphFormatError, OSError, ValueError
        The input, or a file beside it, cannot be used, or an output cannot be written.
    """
    import numpy as np

    from partwise import cluster
    from partwise.graph.io import write_labels, write_partition

    options = job.options
    started = time.perf_counter()
    monitor.stage(0.0, "reading")
    graph = read_input(
        job.source, options["format"], options["weights"], directed=options["directed"]
    )
    arguments = options["arguments"] | _read_labels(graph, options)
    read = time.perf_counter()

    monitor.stage(_READ, "searching communities")
    method = METHODS[options["method"]]
    common: dict[str, Any] = {
        "random_state": options["seed"],
        "n_jobs": job.settings["threads"],
        "callback": lambda fraction, message: monitor.stage(
            _READ + (_SOLVED - _READ) * fraction, message
        ),
    }
    arguments |= {key: common[key] for key in method.common}
    result = getattr(cluster, method.function)(graph, **arguments)
    solved = time.perf_counter()

    monitor.stage(_SOLVED, "measuring")
    # fixed labels may be any numbers; only those that occur are counted
    compact: Any = np.unique(result.labels, return_inverse=True)[1]
    numbers, measured = community_numbers(graph, compact)
    monitor.stage(_SOLVED, "writing")
    if options["output"] is not None:
        write_partition(result.labels, options["output"])
    if options["labels"] is not None:
        write_labels(graph.names, result.labels, options["labels"])
    if options["plot"] is not None:
        monitor.stage(_SOLVED, "drawing")
        from partwise.cli._picture import draw_communities

        title = (
            f"{os.path.basename(job.source)}: {measured.n_communities} communities, "
            f"modularity {measured.modularity:.3f}"
        )
        draw_communities(options["plot"], graph, compact, title)
    written = time.perf_counter()
    facts = result.to_dict()
    details = {"sizes": measured.sizes.tolist(), "conductances": measured.conductances.tolist()}
    if getattr(result, "stability", None) is not None:
        details["stability"] = result.stability.tolist()
    record = {
        "input": job.source,
        "n_nodes": graph.n_nodes,
        "n_edges": graph.n_edges,
        "directed": graph.directed,
        "seconds": solved - read,
        **{key: value for key, value in facts.items() if key != "sizes"},
        "method": options["method"],
        **numbers,
        "n_communities": measured.n_communities,
        "n_disconnected": measured.n_disconnected,
        "largest": int(measured.sizes.max(initial=0)),
        "smallest": int(measured.sizes.min(initial=graph.n_nodes)),
        "mean_stability": facts.get("mean_stability"),
    }
    times = {"read": read - started, "solve": solved - read, "write": written - solved}
    return complete(job, record, times, monitor, details)


def _read_labels(graph: Graph, options: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments that come from files of labels."""
    found: dict[str, Any] = {}
    if options["initial"] is not None:
        found["initial_labels"] = read_blocks(graph, options["initial"])
    if options["fixed"] is not None:
        found["fixed"] = read_some_blocks(graph, options["fixed"])
    if options["sides"] is not None:
        found["sides"] = read_blocks(graph, options["sides"])
    return found
