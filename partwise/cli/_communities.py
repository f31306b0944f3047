"""``partwise communities``: its options, and the jobs that they make."""

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
    CommunityOutput,
    Debug,
    Device,
    Format,
    Inputs,
    Jobs,
    JsonFile,
    LabelTable,
    OutDir,
    Picture,
    Quiet,
    ReportFile,
    Resume,
    Retries,
    Seed,
    Threads,
    Verbose,
    Weights,
    paragraphs,
)

__all__ = ["COMMUNITIES_HELP", "METHODS", "communities"]

COMMUNITIES_HELP = paragraphs("""Find the communities of networks: groups with many edges inside and
few between them. How many there are follows from the network, and from --resolution.

Methods take different options; one that the chosen method does not know is refused.

The community of every node goes to INPUT.communities, one number per line in the order of the
file's nodes, 0 being the largest; the numbers that matter go to stdout. --labels writes the ids of
the nodes beside their communities.

Files with labels (--initial, --fixed) hold a number per line, in the order of the nodes, or id, tab
and label.

With several inputs, an option that names a file holds {name}, {stem} or {dir}, which become the
input's file name, the same without suffixes, and its folder.

\b
Examples:
  partwise communities friends.txt
  partwise communities friends.txt --labels friends.tsv --json friends.json --plot friends.png
  partwise communities web.txt.gz --resolution 2 --algorithm parallel --threads 8
  partwise communities cells.txt --quality cpm --resolution 0.05 --min-size 10
  partwise communities friends.txt --consensus 20 --json
  partwise communities friends.txt --fixed known.tsv --initial last-week.tsv
  partwise communities data/*.txt --out-dir out -j 4 --resume --report out.jsonl
""")

_TASK = "partwise.cli._communities_job:run"
_SEARCH = "Search"

_MODULARITY_OPTIONS = {
    "quality": "quality",
    "resolution": "resolution",
    "iterations": "n_iterations",
    "algorithm": "algorithm",
    "consensus": "consensus",
    "min-size": "min_size",
    "max-size": "max_size",
    "initial": "initial_labels",
    "fixed": "fixed",
    "sides": "sides",
    "device": "device",
}
_COMMON = ("random_state", "n_jobs", "callback")
METHODS = {
    "leiden": Method("leiden", {**_MODULARITY_OPTIONS, "theta": "theta"}, _COMMON),
    "louvain": Method("louvain", _MODULARITY_OPTIONS, _COMMON),
    "label-propagation": Method(
        "label_propagation",
        {
            "iterations": "max_iter",
            "initial": "initial_labels",
            "fixed": "fixed",
            "device": "device",
        },
        ("random_state", "n_jobs"),
    ),
    "spectral": Method("spectral_communities", {"clusters": "n_clusters"}, ("random_state",)),
    "markov": Method("markov_clustering", {"inflation": "inflation"}, ("n_jobs",)),
}
"""The methods of the command, functions of :mod:`partwise.cluster`."""


class Quality(StrEnum):
    """What communities maximise."""

    modularity = "modularity"
    cpm = "cpm"
    rb_er = "rb_er"
    barber = "barber"


class Algorithm(StrEnum):
    """How nodes are moved."""

    sequential = "sequential"
    parallel = "parallel"
    free = "free"


def communities(
    inputs: Inputs,
    method: Annotated[
        str,
        typer.Option(
            "--method",
            metavar="|".join(METHODS),
            help="leiden: communities are connected; louvain: they may fall apart; "
            "label-propagation: quick and rough; spectral: for few communities, whose number it "
            "estimates; markov: flow that gathers, for small and dense communities.",
        ),
    ] = "leiden",
    quality: Annotated[
        Quality | None,
        typer.Option(
            "--quality",
            help="What is maximised: modularity (the default), the constant Potts model, the same "
            "relative to the density (rb_er), or Barber's modularity of bipartite graphs.",
            show_default=False,
        ),
    ] = None,
    resolution: Annotated[
        float | None,
        typer.Option(
            "--resolution",
            "-r",
            metavar="R",
            help="Larger values give more and smaller communities; 1 by default.",
            show_default=False,
        ),
    ] = None,
    clusters: Annotated[
        int | None,
        typer.Option(
            "-k",
            "--clusters",
            min=1,
            metavar="K",
            help="Of spectral: number of communities, estimated by default.",
            show_default=False,
        ),
    ] = None,
    inflation: Annotated[
        float | None,
        typer.Option(
            "--inflation",
            metavar="I",
            help="Of markov: above 1; larger gives more and smaller communities. 2 by default.",
            show_default=False,
        ),
    ] = None,
    seed: Seed = 0,
    format: Format = None,
    iterations: Annotated[
        int | None,
        typer.Option(
            "--iterations",
            min=-1,
            metavar="N",
            help="Runs through all levels, each from the result of the one before; -1: until one "
            "changes nothing. By default 3 for leiden, 1 for louvain. Of label-propagation: most "
            "rounds, 100.",
            rich_help_panel=_SEARCH,
            show_default=False,
        ),
    ] = None,
    theta: Annotated[
        float | None,
        typer.Option(
            "--theta",
            metavar="T",
            help="Randomness of leiden's refinement, in units of edge weight; none by default.",
            rich_help_panel=_SEARCH,
            show_default=False,
        ),
    ] = None,
    algorithm: Annotated[
        Algorithm | None,
        typer.Option(
            "--algorithm",
            help="sequential (the default): one node after the other, threads help with the rest; "
            "parallel: many nodes at a time, another result; free: threads race, and the result "
            "depends on chance.",
            rich_help_panel=_SEARCH,
            show_default=False,
        ),
    ] = None,
    consensus: Annotated[
        int | None,
        typer.Option(
            "--consensus",
            min=1,
            metavar="N",
            help="Make this many runs agree; the report then says how stable every node is.",
            rich_help_panel=_SEARCH,
            show_default=False,
        ),
    ] = None,
    min_size: Annotated[
        int | None,
        typer.Option(
            "--min-size",
            min=1,
            metavar="N",
            help="Communities of fewer nodes join a neighbour, where there is one.",
            rich_help_panel=LIMITS,
            show_default=False,
        ),
    ] = None,
    max_size: Annotated[
        int | None,
        typer.Option(
            "--max-size",
            min=1,
            metavar="N",
            help="Most nodes of a community.",
            rich_help_panel=LIMITS,
            show_default=False,
        ),
    ] = None,
    initial: Annotated[
        str | None,
        typer.Option(
            "--initial",
            metavar="FILE",
            help="Labels to start from.",
            rich_help_panel=LIMITS,
            show_default=False,
        ),
    ] = None,
    fixed: Annotated[
        str | None,
        typer.Option(
            "--fixed",
            metavar="FILE",
            help="Labels that nodes must keep, -1 for the others; with ids, other nodes may be "
            "left out.",
            rich_help_panel=LIMITS,
            show_default=False,
        ),
    ] = None,
    sides: Annotated[
        str | None,
        typer.Option(
            "--sides",
            metavar="FILE",
            help="For barber: the side of every node, 0 or 1, where the edges do not tell.",
            rich_help_panel=LIMITS,
            show_default=False,
        ),
    ] = None,
    weights: Weights = "auto",
    directed: Annotated[
        bool | None,
        typer.Option(
            "--directed/--undirected",
            help="Whether edges have directions. By default what the file says.",
            rich_help_panel=LIMITS,
            show_default=False,
        ),
    ] = None,
    output: CommunityOutput = None,
    labels: LabelTable = None,
    json: JsonFile = None,
    plot: Picture = None,
    out_dir: OutDir = None,
    jobs: Jobs = 1,
    resume: Resume = False,
    report: ReportFile = None,
    retries: Retries = 1,
    threads: Threads = None,
    device: Device = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> int:
    """Turn the options into jobs and run them."""
    from partwise.cli._batch import BatchOptions, run_batch

    arguments = choose(
        METHODS,
        method,
        {
            "quality": quality and quality.value,
            "resolution": resolution,
            "clusters": clusters,
            "inflation": inflation,
            "iterations": iterations,
            "theta": theta,
            "algorithm": algorithm and algorithm.value,
            "consensus": consensus,
            "min-size": min_size,
            "max-size": max_size,
            "initial": initial,
            "fixed": fixed,
            "sides": sides,
            "device": device and device.value,
        },
    )
    _check_numbers(resolution, theta, min_size, max_size)
    check_range("--inflation", inflation, 1.0)
    _check_iterations(method, iterations)
    if sides is not None and quality is not Quality.barber:
        raise UsageProblem("--sides: is for --quality barber")
    if directed and quality is Quality.barber:
        raise UsageProblem("--directed: --quality barber is for undirected graphs")
    if "algorithm" in METHODS[method].options:
        # not "auto", which depends on the number of threads
        arguments.setdefault("algorithm", Algorithm.sequential.value)
    check_format(format)
    check_picture(plot)
    sources, several = expand_inputs(inputs)
    refuse_netlists(sources, format)
    settings = {"threads": threads or (1 if jobs > 1 else -1), "quiet": quiet}
    work = []
    for source in sources:
        made, files = place_all(
            {"output": output, "labels": labels, "json": json, "plot": plot},
            source,
            default="{name}.communities",
            out_dir=out_dir,
            several=several,
        )
        needed = {
            "weights": weights if weights in ("auto", "none") else fill(weights, source),
            "initial": initial and fill(initial, source),
            "fixed": fixed and fill(fixed, source),
            "sides": sides and fill(sides, source),
        }
        reads = tuple(path for path in needed.values() if path and path not in ("auto", "none"))
        options: dict[str, Any] = {
            "method": method,
            "arguments": {k: v for k, v in arguments.items() if k not in _LABEL_FILES.values()},
            "seed": seed,
            "format": format,
            "directed": directed,
            **needed,
            **made,
        }
        work.append(Job(source, files, reads, options, settings))
    batch = BatchOptions(
        several, out_dir, jobs, resume, report, retries, threads, quiet, verbose, debug
    )
    return run_batch(_TASK, work, batch, _line if several else _lines)


_LABEL_FILES = {"initial": "initial_labels", "fixed": "fixed", "sides": "sides"}


def _check_numbers(
    resolution: float | None,
    theta: float | None,
    min_size: int | None,
    max_size: int | None,
) -> None:
    check_range("--resolution", resolution, open=False)
    check_range("--theta", theta, open=False)
    if min_size is not None and max_size is not None and min_size > max_size:
        raise UsageProblem(f"--min-size: must be at most --max-size {max_size}, got {min_size}")


def _check_iterations(method: str, iterations: int | None) -> None:
    if iterations is None or iterations >= 1:
        return
    endless = "n_iterations" in METHODS[method].options.values()
    if iterations == 0 or not endless:
        more = ", or -1 for as many as improve" if endless else ""
        raise UsageProblem(f"--iterations: must be at least 1{more}, got {iterations}")


_KEYS = (
    "n_nodes", "n_edges", "n_communities", "largest", "quality", "modularity", "coverage",
    "mean_conductance", "n_disconnected", "mean_stability", "seconds",
)  # fmt: skip


def _lines(job: Job, record: dict[str, Any]) -> str | None:
    from partwise.cli._record import lines_of

    return lines_of(job, record, _KEYS)


def _line(job: Job, record: dict[str, Any]) -> str | None:
    from partwise.cli._record import line_of

    return line_of(job, record, _KEYS)
