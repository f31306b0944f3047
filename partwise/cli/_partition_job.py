"""One input of ``partwise partition``: read, cut, write."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from partwise.cli._convert import is_hypergraph
from partwise.cli._errors import UsageProblem
from partwise.cli._graph_input import read_input
from partwise.cli._jobs import Job
from partwise.cli._progress import Monitor
from partwise.cli._record import complete

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partwise.graph import Graph

__all__ = ["check_parts", "run"]

_READ, _SOLVED = 0.1, 0.9  # how the bar is shared out


def run(job: Job, monitor: Monitor) -> dict[str, Any]:
    """Partition the graph or netlist of `job`, write its files and return the report.

    Raises
    ------
    UsageProblem
        More blocks than there are nodes, or options that do not fit a netlist's resources.
    GraphFormatError, OSError, ValueError
        The input, or a file beside it, cannot be used, or an output cannot be written.
    """
    options = job.options
    if is_hypergraph(job.source, options["format"]):
        from partwise.cli import _netlist_job

        return _netlist_job.run(job, monitor)
    from partwise.graph.io import read_fixed, read_partition
    from partwise.partition import partition_graph

    started = time.perf_counter()
    monitor.stage(0.0, "reading")
    graph = read_input(
        job.source,
        options["format"],
        options["weights"],
        directed=False if options["undirected"] else None,
    )
    n, k = graph.n_nodes, options["k"]
    check_parts(n, k)
    fixed = options["fixed"] and read_fixed(options["fixed"], n)
    init = options["input_partition"] and read_partition(options["input_partition"], n)
    coordinates = options["coords"] and _read_coordinates(options["coords"], n)
    read = time.perf_counter()

    result = partition_graph(
        graph,
        k,
        imbalance=options["imbalance"],
        preset=options["preset"],
        target_weights=options["part_weights"],
        fixed=fixed,
        init=init,
        contiguous=options["contiguous"],
        n_trials=options["trials"],
        n_jobs=job.settings["threads"],
        time_limit=options["time_limit"],
        device=options["device"],
        random_state=options["seed"],
        callback=lambda fraction, message: monitor.stage(
            _READ + (_SOLVED - _READ) * fraction, message
        ),
    )
    solved = time.perf_counter()

    monitor.stage(_SOLVED, "writing")
    _write_labels(graph, result.labels, options)
    if options["plot"] is not None:
        monitor.stage(_SOLVED, "drawing")
        from partwise.cli._picture import draw_partition

        title = (
            f"{os.path.basename(job.source)}: {k} blocks, cut {result.cut:,}, "
            f"imbalance {result.imbalance:.1%}"
        )
        draw_partition(options["plot"], graph, result.labels, k, coordinates, title)
    written = time.perf_counter()
    record = {
        "input": job.source,
        "n_nodes": n,
        "n_edges": graph.n_edges,
        **result.to_dict(),
        "max_imbalance": options["imbalance"],
    }
    times = {"read": read - started, "solve": solved - read, "write": written - solved}
    return complete(job, record, times, monitor)


def check_parts(n: int, k: int) -> None:
    """Refuse more blocks than nodes; an empty input has an empty result."""
    if 0 < n < k:
        raise UsageProblem(f"-k: must be at most the number of nodes, {n}, got {k}")


def _write_labels(graph: Graph, labels: NDArray[Any], options: dict[str, Any]) -> None:
    from partwise.graph.io import write_labels, write_partition

    if options["output"] is not None:
        write_partition(labels, options["output"])
    if options["labels"] is not None:
        write_labels(graph.names, labels, options["labels"])


def _read_coordinates(path: str, n: int) -> NDArray[Any]:
    """Return the coordinates of `path`, shape (n, 2) or (n, 3)."""
    import numpy as np

    from partwise.errors import GraphFormatError

    try:
        if path.lower().endswith(".npy"):
            points = np.load(path, allow_pickle=False)
        else:
            points = np.loadtxt(path, comments=("#", "%"), ndmin=2)
        points = np.asarray(points, dtype=np.float64)
    except ValueError as error:
        raise GraphFormatError(path, None, f"no coordinates: {error}") from error
    if points.ndim != 2 or points.shape[0] != n or points.shape[1] not in (2, 3):
        found = " x ".join(map(str, points.shape))
        raise GraphFormatError(path, None, f"holds {found} numbers, allowed is {n} x 2 or {n} x 3")
    if not np.isfinite(points).all():
        raise GraphFormatError(path, None, "holds a coordinate that is not finite")
    return points
