"""``partwise info``: what a graph file holds."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from partwise.cli._convert import is_hypergraph
from partwise.cli._errors import UsageProblem
from partwise.cli._jobs import Job, expand_inputs, fill
from partwise.cli._netlist_options import PersonalitiesFile, check_kinds
from partwise.cli._options import (
    Debug,
    Format,
    Inputs,
    Jobs,
    Quiet,
    ReportFile,
    Retries,
    Threads,
    Verbose,
    paragraphs,
)
from partwise.cli._progress import Monitor

if TYPE_CHECKING:
    from partwise.partition import Netlist

__all__ = ["INFO_HELP", "info", "run"]

INFO_HELP = paragraphs("""Say what graph and netlist files hold: sizes, weights, degrees,
components.

One line per fact, a name and a value; with several files, a blank line between them.

\b
Examples:
  partwise info roads.txt.gz
  partwise info circuit.hgr
  partwise info design.hgr --personalities design.csv
  partwise info data/*.graph --report - --quiet
""")

_TASK = "partwise.cli._info:run"


def info(
    context: typer.Context,
    inputs: Inputs,
    format: Format = None,
    personalities: PersonalitiesFile = None,
    json: Annotated[
        bool, typer.Option("--json-lines", help="One line of JSON per file instead of text.")
    ] = False,
    jobs: Jobs = 1,
    report: ReportFile = None,
    retries: Retries = 1,
    threads: Threads = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> int:
    """Turn the options into jobs and run them."""
    from partwise.cli._batch import BatchOptions, run_batch

    sources, several = expand_inputs(inputs)
    check_kinds(context, sources, format)
    if personalities == "-" and (several or sources == ["-"]):
        raise UsageProblem("--personalities: '-' (standard input) can be read once only")
    settings = {"quiet": quiet, "json": json, "several": several}
    work = []
    for source in sources:
        beside = personalities and fill(personalities, source)
        options = {"format": format, "personalities": beside}
        work.append(Job(source, (), () if beside in (None, "-") else (beside,), options, settings))
    batch = BatchOptions(
        several, None, jobs, False, report, retries, threads, quiet, verbose, debug
    )
    return run_batch(_TASK, work, batch, _lines)


def run(job: Job, monitor: Monitor) -> dict[str, Any]:
    """Read the file of `job` and return the facts about it."""
    monitor.stage(0.0, "reading")
    format = job.options["format"]
    record: dict[str, Any] = {"input": job.source}
    if job.source != "-" and os.path.isfile(job.source):
        record["file_size"] = os.path.getsize(job.source)
    if is_hypergraph(job.source, format):
        from partwise.cli._netlist_job import read_input

        netlist = read_input(job.source, job.options["personalities"])
        monitor.stage(0.7, "counting")
        return {**record, "format": "hmetis", **_netlist_facts(netlist)}
    from partwise.graph.io import read_graph
    from partwise.graph.io._format import graph_format

    graph = read_graph(job.source, format=format)
    monitor.stage(0.7, "counting")
    return {**record, "format": graph_format(job.source, format), **_facts(graph)}


def _facts(graph: Any) -> dict[str, Any]:
    import numpy as np
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    facts = dict(graph.to_dict())
    n = graph.n_nodes
    if n:
        ones = np.ones(len(graph.indices), dtype=np.int8)
        pattern = csr_array((ones, graph.indices, graph.indptr), shape=(n, n))
        count, component = connected_components(pattern, directed=graph.directed)
        degrees = graph.degrees()
        facts["mean_degree"] = float(degrees.mean())
        facts["median_degree"] = float(np.median(degrees))
        facts["n_components"] = int(count)
        facts["largest_component"] = int(np.bincount(component).max())
    for name, values in (("edge", graph.weights), ("node", graph.node_weights)):
        if values is not None and len(values):
            facts[f"min_{name}_weight"] = values.min().item()
            facts[f"max_{name}_weight"] = values.max().item()
            facts[f"{name}_weight_type"] = str(values.dtype)
    if graph.names is not None:
        facts["ids"] = "integers" if graph.names.dtype.kind == "i" else "words"
    return facts


def _netlist_facts(netlist: Netlist) -> dict[str, Any]:
    import numpy as np
    from scipy.sparse import block_array
    from scipy.sparse.csgraph import connected_components

    facts = dict(netlist.to_dict())
    n, nets = netlist.n_nodes, netlist.hypergraph
    if n:
        facts["mean_net_size"] = netlist.n_pins / max(netlist.n_nets, 1)
        facts["mean_degree"] = netlist.n_pins / n
        if netlist.n_nets:
            component = connected_components(
                block_array([[None, nets.to_scipy(np.int8)], [nets.to_scipy(np.int8).T, None]]),
                directed=False,
            )[1][:n]
        else:
            component = np.arange(n)
        sizes = np.bincount(component)
        facts["n_components"] = int(np.count_nonzero(sizes))
        facts["largest_component"] = int(sizes.max())
        starts = netlist.personality_indptr[:-1]
        for name, extreme in (("least", np.minimum), ("most", np.maximum)):
            total = extreme.reduceat(netlist.amounts, starts, axis=0).sum(axis=0)
            facts[f"{name}_use"] = dict(zip(netlist.resources, total.tolist()))
    weights = nets.net_weights
    if weights is not None and len(weights):
        facts["min_net_weight"] = weights.min().item()
        facts["max_net_weight"] = weights.max().item()
    return facts


def _lines(job: Job, record: dict[str, Any]) -> str | None:
    from partwise.cli._report import flat, format_lines

    if job.settings["quiet"]:
        return None
    facts = {key: value for key, value in record.items() if key != "status"}
    if job.settings["json"]:
        import json

        return json.dumps(facts)
    return format_lines(flat(facts)) + ("\n" if job.settings["several"] else "")
