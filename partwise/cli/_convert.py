"""``partwise convert``: a graph from one file format into another."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

from partwise.cli._errors import UsageProblem
from partwise.cli._jobs import Job, expand_inputs
from partwise.cli._options import (
    Debug,
    Jobs,
    OutDir,
    Quiet,
    ReportFile,
    Resume,
    Retries,
    Threads,
    Verbose,
    paragraphs,
)
from partwise.cli._progress import Monitor

__all__ = ["CONVERT_HELP", "convert", "run"]

CONVERT_HELP = paragraphs("""Convert graphs between file formats.

Formats are told by suffix: .graph (METIS), .mtx (Matrix Market), .npz (scipy), .parquet, .graphml,
.gml, .hgr (hMETIS); anything else is an edge list. A .gz after it compresses.

With --out-dir every file named is an input, and --to says what to make of it.

\b
Examples:
  partwise convert roads.txt.gz roads.graph --no-names
  partwise convert mesh.graph mesh.npz
  partwise convert - roads.mtx --from edgelist < roads.txt
  partwise convert data/*.txt --to metis --no-names --out-dir graphs --jobs 4
""")

SUFFIXES = {
    "edgelist": ".txt",
    "metis": ".graph",
    "matrixmarket": ".mtx",
    "npz": ".npz",
    "parquet": ".parquet",
    "graphml": ".graphml",
    "gml": ".gml",
    "hmetis": ".hgr",
}
_TASK = "partwise.cli._convert:run"


def convert(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="IN OUT",
            help="Input and output, - for a pipe; with --out-dir inputs only, @list.txt for a list "
            "of them.",
            show_default=False,
        ),
    ],
    source_format: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="F",
            help="Format of the input, where its suffix does not say it.",
            show_default=False,
        ),
    ] = None,
    target_format: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="F",
            help=f"Format of the output, where its suffix does not say it: {', '.join(SUFFIXES)}.",
            show_default=False,
        ),
    ] = None,
    directed: Annotated[
        bool | None,
        typer.Option(
            "--directed/--undirected",
            help="Whether edges have a direction. By default what the file says.",
            show_default=False,
        ),
    ] = None,
    no_weights: Annotated[
        bool, typer.Option("--no-weights", help="Leave the weights of the edges out.")
    ] = False,
    no_names: Annotated[
        bool, typer.Option("--no-names", help="Number the nodes instead of keeping their ids.")
    ] = False,
    duplicates: Annotated[
        str,
        typer.Option(
            "--duplicates",
            metavar="RULE",
            help="Repeated edges: auto (sum weights, else once), sum, first, max, min, error.",
        ),
    ] = "auto",
    out_dir: OutDir = None,
    jobs: Jobs = 1,
    resume: Resume = False,
    report: ReportFile = None,
    retries: Retries = 1,
    threads: Threads = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> int:
    """Turn the options into jobs and run them."""
    from partwise.cli._batch import BatchOptions, run_batch

    for option, name in (("--from", source_format), ("--to", target_format)):
        if name is not None and name not in SUFFIXES:
            raise UsageProblem(f"{option}: must be one of {', '.join(SUFFIXES)}, got {name!r}")
    options: dict[str, Any] = {
        "from": source_format,
        "to": target_format,
        "directed": directed,
        "weights": "none" if no_weights else "auto",
        "names": not no_names,
        "duplicates": duplicates,
    }
    several = False
    if out_dir is None:
        if len(paths) != 2:
            raise UsageProblem(f"needs IN and OUT, or --out-dir; got {len(paths)} paths")
        pairs = [(paths[0], paths[1])]
    else:
        if target_format is None:
            raise UsageProblem("--out-dir needs --to, the format of the outputs")
        sources, several = expand_inputs(paths)
        pairs = [(source, _target(source, out_dir, SUFFIXES[target_format])) for source in sources]
    work = []
    for source, target in pairs:
        files = () if target == "-" else (target,)
        work.append(Job(source, files, (), {**options, "output": target}, {"quiet": quiet}))
    batch = BatchOptions(
        several, out_dir, jobs, resume, report, retries, threads, quiet, verbose, debug
    )
    return run_batch(_TASK, work, batch, _line)


def _target(source: str, out_dir: str, suffix: str) -> str:
    name = "stdin" if source == "-" else os.path.basename(source)
    stem = name.removesuffix(".gz")
    known = os.path.splitext(stem)[1].lower() in {*SUFFIXES.values(), ".csv", ".tsv", ".edges"}
    return os.path.join(out_dir, (os.path.splitext(stem)[0] if known else stem) + suffix)


def is_hypergraph(path: str, format: str | None) -> bool:
    """Tell whether a file holds a hypergraph, by its format or its name."""
    if format is not None:
        return format == "hmetis"
    return path.lower().removesuffix(".gz").endswith(".hgr")


def run(job: Job, monitor: Monitor) -> dict[str, Any]:
    """Convert the input of `job` and return what was converted."""
    from partwise.graph.io import read_graph, read_hypergraph, write_graph, write_hypergraph

    options = job.options
    monitor.stage(0.0, "reading")
    record: dict[str, Any] = {"input": job.source, "output": options["output"]}
    if is_hypergraph(job.source, options["from"]):
        hypergraph = read_hypergraph(job.source, format=options["from"])
        monitor.stage(0.5, "writing")
        write_hypergraph(hypergraph, options["output"], format=options["to"])
        record |= {
            "n_nodes": hypergraph.n_nodes,
            "n_nets": hypergraph.n_nets,
            "n_pins": hypergraph.n_pins,
        }
    else:
        if is_hypergraph(options["output"], options["to"]):
            raise ValueError("a graph cannot be written as a hypergraph file")
        graph = read_graph(
            job.source,
            format=options["from"],
            directed=options["directed"],
            weights=options["weights"],
            duplicates=options["duplicates"],
        )
        monitor.stage(0.5, "writing")
        write_graph(graph, options["output"], format=options["to"], names=options["names"])
        record |= {"n_nodes": graph.n_nodes, "n_edges": graph.n_edges}
    monitor.stage(1.0, "done")
    return record


def _line(job: Job, record: dict[str, Any]) -> str | None:
    if job.settings["quiet"] or record["output"] == "-":
        return None
    sizes = [f"{key}={record[key]}" for key in ("n_nodes", "n_edges", "n_nets") if key in record]
    return "\t".join([record["input"], record["output"], *sizes])
