"""``partwise info``: what a graph file holds."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

from partwise.cli._convert import is_hypergraph
from partwise.cli._jobs import Job, expand_inputs
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

__all__ = ["INFO_HELP", "info", "run"]

INFO_HELP = paragraphs("""Say what graph files hold: sizes, weights, degrees, components.

One line per fact, a name and a value; with several files, a blank line between them.

\b
Examples:
  partwise info roads.txt.gz
  partwise info circuit.hgr
  partwise info data/*.graph --report - --quiet
""")

_TASK = "partwise.cli._info:run"


def info(
    inputs: Inputs,
    format: Format = None,
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
    settings = {"quiet": quiet, "json": json, "several": several}
    work = [Job(source, (), (), {"format": format}, settings) for source in sources]
    options = BatchOptions(
        several, None, jobs, False, report, retries, threads, quiet, verbose, debug
    )
    return run_batch(_TASK, work, options, _lines)


def run(job: Job, monitor: Monitor) -> dict[str, Any]:
    """Read the file of `job` and return the facts about it."""
    monitor.stage(0.0, "reading")
    format = job.options["format"]
    record: dict[str, Any] = {"input": job.source}
    if job.source != "-" and os.path.isfile(job.source):
        record["file_size"] = os.path.getsize(job.source)
    if is_hypergraph(job.source, format):
        from partwise.graph.io import read_hypergraph

        hypergraph = read_hypergraph(job.source, format=format)
        return {**record, "format": "hmetis", **hypergraph.to_dict()}
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


def _lines(job: Job, record: dict[str, Any]) -> str | None:
    from partwise.cli._report import format_lines

    if job.settings["quiet"]:
        return None
    facts = {key: value for key, value in record.items() if key != "status"}
    if job.settings["json"]:
        import json

        return json.dumps(facts)
    return format_lines(facts) + ("\n" if job.settings["several"] else "")
