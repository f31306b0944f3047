"""One netlist of ``partwise partition``: read, cut, write."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from partwise.cli._jobs import Job
from partwise.cli._netlist_options import per_resource
from partwise.cli._progress import Monitor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partwise.partition import Netlist, NetlistPartition

__all__ = ["largest_imbalance", "read_input", "run"]

_READ, _SOLVED = 0.1, 0.9  # how the bar is shared out
_STARTS, _FEW_STARTS = 50, 10
_MANY_NODES = 20_000


def run(job: Job, monitor: Monitor) -> dict[str, Any]:
    """Partition the netlist of `job`, write its files and return the report.

    Raises
    ------
    UsageProblem
        More blocks than nodes; ``--capacity`` or ``--target-ratio`` that do not name the resources.
    GraphFormatError, OSError, ValueError
        The input, or the personalities, cannot be used, or an output cannot be written.
    """
    from partwise.cli._partition_job import check_parts
    from partwise.cli._record import complete
    from partwise.partition import partition_netlist

    options = job.options
    started = time.perf_counter()
    monitor.stage(0.0, "reading")
    netlist = read_input(job.source, options["personalities"])
    n, k = netlist.n_nodes, options["k"]
    check_parts(n, k)
    capacities = per_resource("--capacity", options["capacity"], netlist.resources)
    ratio = per_resource("--target-ratio", options["target_ratio"], netlist.resources)
    read = time.perf_counter()

    result = partition_netlist(
        netlist,
        k,
        capacities=capacities,
        balance=options["imbalance"],
        target_ratio=ratio,
        mapping=options["mapping"],
        selection=options["selection"],
        adaptive=not options["static"],
        method=options["method"],
        objective=options["objective"],
        n_starts=options["starts"] or (_STARTS if n <= _MANY_NODES else _FEW_STARTS),
        n_jobs=job.settings["threads"],
        time_limit=options["time_limit"],
        random_state=options["seed"],
        callback=lambda fraction, message: monitor.stage(
            _READ + (_SOLVED - _READ) * fraction, message
        ),
    )
    solved = time.perf_counter()

    monitor.stage(_SOLVED, "writing")
    _write_labels(result, options)
    if options["plot"] is not None:
        monitor.stage(_SOLVED, "drawing")
        from partwise.cli._picture import draw_netlist

        verdict = "" if result.feasible else ", over the limits"
        title = f"{os.path.basename(job.source)}: {k} blocks, cut {result.cut:,}{verdict}"
        draw_netlist(options["plot"], netlist, result, title)
    written = time.perf_counter()
    record = {
        "input": job.source,
        "n_nodes": n,
        "n_nets": netlist.n_nets,
        "n_pins": netlist.n_pins,
        "resources": list(netlist.resources),
        **result.to_dict(),
        "imbalance": largest_imbalance(result.usage),
        "max_imbalance": options["imbalance"] if capacities is None else None,
        "max_utilisation": float(result.utilisation.max(initial=0.0)),
    }
    times = {"read": read - started, "solve": solved - read, "write": written - solved}
    return complete(job, record, times, monitor, {"changed": _changes(result)})


def read_input(source: str, personalities: str | None) -> Netlist:
    """Read a netlist; without a file of personalities, one of a single resource."""
    from partwise.partition import Netlist, read_netlist

    if personalities is not None:
        return read_netlist(source, personalities)
    from partwise.graph.io import read_hypergraph

    return Netlist.from_hypergraph(read_hypergraph(source, format="hmetis"))


def largest_imbalance(usage: NDArray[Any]) -> float:
    """Return by how much a block exceeds its even share of a resource, at most, as a fraction.

    >>> import numpy as np
    >>> largest_imbalance(np.array([[6, 1], [4, 1]]))
    0.2
    """
    totals, most = usage.sum(axis=0).tolist(), usage.max(axis=0, initial=0).tolist()
    k = len(usage)
    return max(((m * k - total) / total for m, total in zip(most, totals) if total), default=0.0)


def _write_labels(result: NetlistPartition, options: dict[str, Any]) -> None:
    from partwise.cli._netlist_labels import write_choices
    from partwise.graph.io import write_partition

    if options["output"] is not None:
        write_partition(result.labels, options["output"])
    if options["labels"] is not None:
        chosen = None if options["personalities"] is None else result.personality
        write_choices(options["labels"], result.labels, chosen)


def _changes(result: NetlistPartition) -> list[dict[str, int]]:
    """Return the nodes whose personality is not that of the mapping; all numbers from 1."""
    nodes = result.changed
    columns = (nodes, result.initial_personality[nodes], result.personality[nodes])
    rows = zip(*((column + 1).tolist() for column in columns))
    return [{"node": node, "old": old, "new": new} for node, old, new in rows]
