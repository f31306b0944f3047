"""One input of ``partwise sbm``: read, search, measure, write."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from partwise.cli._graph_input import read_blocks, read_input, read_types
from partwise.cli._jobs import Job
from partwise.cli._progress import Monitor
from partwise.cli._record import complete
from partwise.cli._signals import stop_on_interrupt

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from partwise.graph import Graph

__all__ = ["run"]

_READ, _SOLVED = 0.1, 0.9  # how the bar is shared out
_NOTE = "interrupted: writing the best blocks so far (Ctrl-C again ends without them)"
_CORRECTED = {"auto": "auto", "dc": True, "ndc": False}


def run(job: Job, monitor: Monitor) -> dict[str, Any]:
    """Find the blocks of the graph of `job`, write its files and return the report.

    Raises
    ------
    GraphFormatError, OSError, ValueError, TypeError
        The input, or a file beside it, cannot be used, or an output cannot be written.
    """
    import numpy as np

    from partwise.graph.io import write_labels, write_partition

    options = job.options
    started = time.perf_counter()
    monitor.stage(0.0, "reading")
    graph = _read(job)
    types, names = _types(graph, options["bipartite"])
    arguments = _arguments(job, graph, types)
    read = time.perf_counter()

    monitor.stage(_READ, "searching blocks")
    with _asked_to_stop(job) as stop:
        result = _fit(options["nested"])(
            graph,
            **arguments,
            callback=lambda fraction, message: monitor.stage(
                _READ + (_SOLVED - _READ) * fraction, message
            ),
            stop=stop,
        )
        interrupted = stop()
    solved = time.perf_counter()

    monitor.stage(_SOLVED, "measuring")
    facts = result.to_dict()
    labels, sizes = result.labels, np.bincount(result.labels)
    levels = result.levels if options["nested"] else None
    trivial = _trivial_length(graph, types, result.degree_corrected)
    monitor.stage(_SOLVED, "writing")
    if options["output"] is not None:
        write_partition(labels, options["output"])
    if options["labels"] is not None:
        write_labels(graph.names, labels, options["labels"])
    if options["plot"] is not None:
        monitor.stage(_SOLVED, "drawing")
        from partwise.cli._picture import draw_block_model

        title = (
            f"{os.path.basename(job.source)}: {len(sizes)} blocks, "
            f"{result.description_length:.1f} nats"
        )
        draw_block_model(options["plot"], graph, labels, levels, title)
    written = time.perf_counter()
    effort = facts["effort"]
    record = {
        "input": job.source,
        "n_nodes": graph.n_nodes,
        "n_edges": graph.n_edges,
        "seconds": solved - read,
        "model": "dc" if result.degree_corrected else "ndc",
        "n_blocks": len(sizes),
        "types": names,
        "n_blocks_by_type": None if types is None else _count_by_type(labels, types),
        "n_blocks_by_level": facts.get("n_blocks_by_level"),
        "largest": int(sizes.max(initial=0)),
        "smallest": int(sizes.min(initial=graph.n_nodes)),
        "description_length": result.description_length,
        "terms": facts["terms"],
        "trivial_length": trivial,
        "acceptance": effort["acceptance"],
        "effort": effort,
        "is_complete": effort["is_complete"],
        "is_interrupted": interrupted,
        "seed": result.seed,
    }
    details = {"sizes": sizes.tolist(), "trace": facts["trace"]}
    if levels is not None:
        details["levels_above"] = facts["levels_above"]
    times = {"read": read - started, "solve": solved - read, "write": written - solved}
    return complete(job, record, times, monitor, details)


def _fit(nested: bool) -> Callable[..., Any]:
    if nested:
        from partwise.sbm import fit_nested_sbm

        return fit_nested_sbm
    from partwise.sbm import fit_sbm

    return fit_sbm


@contextlib.contextmanager
def _asked_to_stop(job: Job) -> Iterator[Callable[[], bool]]:
    """Yield what tells whether Ctrl-C was pressed, if that is not to end the command."""
    if job.settings["stops_early"]:
        with stop_on_interrupt(_NOTE) as stop:
            yield stop
    else:
        yield lambda: False


def _read(job: Job) -> Graph:
    """Read the graph; whole weights may be written as floats."""
    import numpy as np

    from partwise.graph import Graph

    options = job.options
    graph = read_input(
        job.source,
        options["format"],
        options["weights"],
        directed=False if options["undirected"] else None,
    )
    if graph.directed:
        raise ValueError("has directed edges; --undirected ignores the directions")
    indptr, indices, weights, _ = graph._arrays
    if weights is not None and weights.dtype.kind == "f":
        if (weights != np.rint(weights)).any():
            bad = float(weights[np.argmax(weights != np.rint(weights))])
            raise ValueError(
                f"edge weights must be whole, numbers of parallel edges, got {bad:g}; "
                "--weights none ignores them"
            )
        weights = weights.astype(np.int64)
    return Graph._trusted(indptr, indices, weights, names=graph.names)


def _types(graph: Graph, given: str | None) -> tuple[NDArray[Any] | None, list[str] | None]:
    """Return the type of every node, 0 or 1, and the names that a file gives to types."""
    import numpy as np

    from partwise.graph._bipartite import check_sides

    if given is None:
        return None, None
    if given == "auto":
        try:
            return check_sides(graph, None).astype(np.int8), None
        except ValueError as error:
            raise ValueError(f"--bipartite auto: {error}") from error
    types, names = read_types(graph, given)
    first, second, _ = graph.to_edges()
    alike = types[first] == types[second]
    if alike.any():
        at = int(np.argmax(alike))
        u, v = (
            end if graph.names is None else graph.names[end]
            for end in (int(first[at]), int(second[at]))
        )
        raise ValueError(
            f"not bipartite with the types of {given}: edge {u} {v} joins two nodes of type "
            f"{names[types[first[at]]]!r}"
        )
    return types, names


def _arguments(job: Job, graph: Graph, types: NDArray[Any] | None) -> dict[str, Any]:
    """Return the arguments of the fit that the options amount to."""
    options = job.options
    bounds = {
        key: options[key] if types is not None else options[key][0]
        for key in ("min_blocks", "max_blocks")
        if options[key] is not None
    }
    initial = options["init"]
    return bounds | {
        "types": types,
        "degree_corrected": _CORRECTED[options["model"]],
        "initial_labels": None if initial is None else read_blocks(graph, initial),
        "n_init": options["runs"],
        "n_sweeps": options["sweeps"] or "auto",
        "time_limit": options["time_limit"],
        "n_jobs": job.settings["threads"],
        "random_state": options["seed"],
    }


def _trivial_length(graph: Graph, types: NDArray[Any] | None, degree_corrected: bool) -> float:
    """Return the description length with one block, or with one of each type."""
    import numpy as np

    from partwise.metrics import description_length

    one = np.zeros(graph.n_nodes, np.int32) if types is None else types.astype(np.int32)
    return description_length(graph, one, types=types, degree_corrected=degree_corrected)


def _count_by_type(labels: NDArray[Any], types: NDArray[Any]) -> list[int]:
    import numpy as np

    return [len(np.unique(labels[types == kind])) for kind in (0, 1)]
