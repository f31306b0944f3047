"""``partwise local``: its options, and the jobs that they make."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from partwise.cli._checks import check_format, check_picture, check_range, refuse_netlists
from partwise.cli._errors import UsageProblem
from partwise.cli._jobs import Job, expand_inputs, fill, place_all
from partwise.cli._methods import Method, choose
from partwise.cli._options import (
    LIMITS,
    Debug,
    Format,
    Inputs,
    Jobs,
    JsonFile,
    MemberOutput,
    OutDir,
    Picture,
    Quiet,
    ReportFile,
    Resume,
    Retries,
    Threads,
    Undirected,
    Verbose,
    paragraphs,
)

__all__ = ["LOCAL_HELP", "METHODS", "SWEPT", "local", "parse_mass"]

LOCAL_HELP = paragraphs("""Find the cluster around some nodes of a network, without looking at the
rest of it.

The nodes of the cluster go to INPUT.cluster, one per line, id, tab and the value that the method
gave it; the numbers that matter go to stdout. Ids are those of the file; where it has none (METIS),
nodes are numbered from 0.

--seed-node may be given several times: the seeds of one cluster. --seeds names a file with a query
on each line, ids separated by white space or commas; each finds a cluster of its own, and the
number of the query, from 1, becomes the first column of the output.

wfd (the default) and flow let mass flow out of the seeds, flow as much as --mass says and wfd more
and more of it, of which the best cluster counts; --attributes make edges between unlike nodes thin.
acl, l1 and heat-kernel are random walks from the seeds; crd is a flow that bottlenecks hold back;
mqi and simple-local take the seeds as a set and find the best cut within it, or near it.

\b
Examples:
  partwise local friends.txt --seed-node alice
  partwise local friends.txt --seed-node alice --seed-node bob --json --plot alice.png
  partwise local web.txt.gz --seed-node 4711 --method acl --alpha 0.05 --epsilon 1e-5
  partwise local web.txt.gz --seeds queries.txt --max-mass 5000 --threads 8 -o clusters.tsv
  partwise local papers.txt --seed-node 12 --attributes words.npy --gamma 0.5
""")

_TASK = "partwise.cli._local_job:run"
_WALKS, _FLOWS, _SETS = "Random walks", "Flows", "Sets and bottlenecks"

_FLOW_OPTIONS = {
    "attributes": "attributes",
    "gamma": "gamma",
    "sink": "sink",
    "rounding": "cluster",
}
METHODS = {
    "wfd": Method("weighted_flow_diffusion", {**_FLOW_OPTIONS, "max-mass": "max_source_mass"}),
    "flow": Method("flow_diffusion", {**_FLOW_OPTIONS, "mass": "source_mass"}),
    "acl": Method(
        "approximate_pagerank", {"alpha": "alpha", "epsilon": "eps", "rounding": "cluster"}
    ),
    "l1": Method("l1_pagerank", {"alpha": "alpha", "epsilon": "rho", "rounding": "cluster"}),
    "heat-kernel": Method(
        "heat_kernel_pagerank", {"temperature": "t", "epsilon": "eps", "rounding": "cluster"}
    ),
    "crd": Method("capacity_releasing_diffusion", {"capacity": "capacity", "height": "height"}),
    "mqi": Method("mqi", {}),
    "simple-local": Method("simple_local", {"delta": "delta"}),
}
"""The methods of the command; all but wfd are functions of :mod:`partwise.cluster.local`."""

SWEPT = {
    "wfd": False, "flow": False, "crd": False, "acl": True, "l1": True, "heat-kernel": True,
}  # fmt: skip
"""Methods whose cluster is the prefix of an order of nodes, and whether by value over degree."""


class Sink(StrEnum):
    """What a node can hold."""

    degree = "degree"
    unit = "unit"


class Rounding(StrEnum):
    """How a vector becomes a cluster."""

    sweep = "sweep"
    support = "support"


def local(
    inputs: Inputs,
    seed_nodes: Annotated[
        list[str] | None,
        typer.Option(
            "--seed-node",
            "-s",
            metavar="ID",
            help="A node of the cluster, by its id in the file; may be repeated.",
            show_default=False,
        ),
    ] = None,
    seeds: Annotated[
        str | None,
        typer.Option(
            "--seeds",
            metavar="FILE",
            help="A query on each line: the ids of its seeds. Lines that begin with # or % do not "
            "count.",
            show_default=False,
        ),
    ] = None,
    method: Annotated[
        str,
        typer.Option(
            "--method",
            metavar="|".join(METHODS),
            help="How the cluster is found.",
        ),
    ] = "wfd",
    format: Format = None,
    rounding: Annotated[
        Rounding | None,
        typer.Option(
            "--rounding",
            help="sweep (the default): the best of the sets of nodes with the largest values; "
            "support: all nodes with a value. Of flows and random walks.",
            show_default=False,
        ),
    ] = None,
    mass: Annotated[
        str | None,
        typer.Option(
            "--mass",
            metavar="M",
            help="Of flow: mass to spread, a few times the volume (summed degree) of the cluster "
            "that is sought; 3x is three times what the seeds can hold.",
            rich_help_panel=_FLOWS,
            show_default=False,
        ),
    ] = None,
    max_mass: Annotated[
        str | None,
        typer.Option(
            "--max-mass",
            metavar="M",
            help="Of wfd: the largest mass that is tried, about twice the volume of the largest "
            "cluster that you want, as a number or as 50x. By default half of what the graph can "
            "hold.",
            rich_help_panel=_FLOWS,
            show_default=False,
        ),
    ] = None,
    attributes: Annotated[
        str | None,
        typer.Option(
            "--attributes",
            metavar="FILE",
            help="A row of numbers for every node, in row order: .npy, CSV, TSV or Parquet.",
            rich_help_panel=_FLOWS,
            show_default=False,
        ),
    ] = None,
    gamma: Annotated[
        float | None,
        typer.Option(
            "--gamma",
            metavar="G",
            help="An edge counts exp(-G d^2) for attributes at distance d. By default 2 over the "
            "median of d^2 near the seeds.",
            rich_help_panel=_FLOWS,
            show_default=False,
        ),
    ] = None,
    sink: Annotated[
        Sink | None,
        typer.Option(
            "--sink",
            help="How much mass a node can hold: its degree (the default), or 1.",
            rich_help_panel=_FLOWS,
            show_default=False,
        ),
    ] = None,
    alpha: Annotated[
        float | None,
        typer.Option(
            "--alpha",
            metavar="A",
            help="Of acl and l1: probability of a return to the seeds in each step of a lazy "
            "walk; smaller goes farther. 0.15 by default.",
            rich_help_panel=_WALKS,
            show_default=False,
        ),
    ] = None,
    epsilon: Annotated[
        float | None,
        typer.Option(
            "--epsilon",
            metavar="E",
            help="Of acl, l1, heat-kernel: error per degree, or weight of the l1 norm; smaller "
            "goes farther. By default 1e-6, and 1e-4 for heat-kernel.",
            rich_help_panel=_WALKS,
            show_default=False,
        ),
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(
            "--temperature",
            metavar="T",
            help="Of heat-kernel: mean number of steps; 10 by default.",
            rich_help_panel=_WALKS,
            show_default=False,
        ),
    ] = None,
    capacity: Annotated[
        int | None,
        typer.Option(
            "--capacity",
            min=1,
            metavar="N",
            help="Of crd: what an edge carries at most; larger finds clusters that hold together "
            "less. 3 by default.",
            rich_help_panel=_SETS,
            show_default=False,
        ),
    ] = None,
    height: Annotated[
        int | None,
        typer.Option(
            "--height",
            min=1,
            metavar="N",
            help="Of crd: the largest label; larger goes farther. 10 by default.",
            rich_help_panel=_SETS,
            show_default=False,
        ),
    ] = None,
    delta: Annotated[
        float | None,
        typer.Option(
            "--delta",
            metavar="D",
            help="Of simple-local: larger stays closer to the set; 0.3 by default.",
            rich_help_panel=_SETS,
            show_default=False,
        ),
    ] = None,
    unweighted: Annotated[
        bool,
        typer.Option(
            "--unweighted", help="Every edge of the graph counts 1.", rich_help_panel=LIMITS
        ),
    ] = False,
    undirected: Undirected = False,
    output: MemberOutput = None,
    json: JsonFile = None,
    plot: Picture = None,
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

    if (seeds is None) == (not seed_nodes):
        which = "one of them is needed" if seeds is None else "only one of them can be given"
        raise UsageProblem(f"--seed-node, --seeds: {which}")
    arguments = choose(
        METHODS,
        method,
        {
            "rounding": rounding and rounding.value,
            "mass": mass,
            "max-mass": max_mass,
            "attributes": attributes,
            "gamma": gamma,
            "sink": sink and sink.value,
            "alpha": alpha,
            "epsilon": epsilon,
            "temperature": temperature,
            "capacity": capacity,
            "height": height,
            "delta": delta,
        },
    )
    for option, text in (("--mass", mass), ("--max-mass", max_mass)):
        if text is not None:
            parse_mass(option, text)
    if method == "flow" and mass is None:
        raise UsageProblem("--mass: --method flow needs it; --method wfd finds it by itself")
    if gamma is not None and attributes is None:
        raise UsageProblem("--gamma: serves --attributes, which are not given")
    check_range("--gamma", gamma, open=False)
    check_range("--alpha", alpha, 0.0, 1.0)
    check_range("--epsilon", epsilon)
    check_range("--temperature", temperature)
    check_range("--delta", delta, open=False)
    check_format(format)
    check_picture(plot)
    sources, several = expand_inputs(inputs)
    refuse_netlists(sources, format)
    if [*sources, seeds].count("-") > 1:
        raise UsageProblem("--seeds: '-' (standard input) can be read once only")
    settings = {"threads": threads or (1 if jobs > 1 else -1), "quiet": quiet}
    work = []
    for source in sources:
        made, files = place_all(
            {"output": output, "json": json, "plot": plot},
            source,
            default="{name}.cluster",
            out_dir=out_dir,
            several=several,
        )
        needed = {
            "attributes": attributes and fill(attributes, source),
            "seeds": seeds and fill(seeds, source),
        }
        reads = tuple(path for path in needed.values() if path not in (None, "-"))
        options: dict[str, Any] = {
            "method": method,
            "arguments": {k: v for k, v in arguments.items() if k != "attributes"},
            "seed_nodes": seed_nodes,
            "format": format,
            "unweighted": unweighted,
            "undirected": undirected,
            **needed,
            **made,
        }
        work.append(Job(source, files, reads, options, settings))
    batch = BatchOptions(
        several, out_dir, jobs, resume, report, retries, threads, quiet, verbose, debug
    )
    return run_batch(_TASK, work, batch, _line if several else _lines)


def parse_mass(option: str, text: str) -> tuple[float, bool]:
    """Return a mass, and whether it is a multiple of what the seeds can hold.

    >>> parse_mass("--mass", "500"), parse_mass("--mass", "2.5x")
    ((500.0, False), (2.5, True))
    """
    try:
        number = float(text.removesuffix("x"))
    except ValueError:
        raise UsageProblem(
            f"{option}: must be a number, or a multiple such as 3x, got {text!r}"
        ) from None
    check_range(option, number)
    return number, text.endswith("x")


_KEYS = (
    "n_nodes", "n_edges", "n_queries", "size", "mean_size", "conductance", "mean_conductance",
    "source_mass", "n_touched", "touched_volume", "n_pushes", "converged", "seconds",
)  # fmt: skip


def _lines(job: Job, record: dict[str, Any]) -> str | None:
    from partwise.cli._record import lines_of

    return lines_of(job, record, [key for key in _KEYS if key in record])


def _line(job: Job, record: dict[str, Any]) -> str | None:
    from partwise.cli._record import line_of

    return line_of(job, record, [key for key in _KEYS if key in record])
