"""``partwise sbm``: its options, and the jobs that they make."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any

import typer

from partwise.cli._checks import check_format, check_picture, check_range, refuse_netlists
from partwise.cli._errors import UsageProblem
from partwise.cli._jobs import Job, expand_inputs, fill, place_all
from partwise.cli._options import (
    LIMITS,
    BlockOutput,
    Debug,
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
    Undirected,
    Verbose,
    paragraphs,
)

__all__ = ["SBM_HELP", "sbm"]

SBM_HELP = paragraphs("""Find the blocks of networks: nodes that are alike in whom they have edges
to, be it one another or those of other blocks.

How many blocks there are is found as well: as many as make the description of the network in a
stochastic block model shortest. A random network has one.

The block of every node goes to INPUT.sbm, one number per line in the order of the file's nodes, 0
being the largest; the numbers that matter go to stdout, description lengths in nats. --labels
writes the ids of the nodes beside their blocks.

With one input, Ctrl-C ends the search as --time-limit does: the best blocks so far are written. A
second Ctrl-C ends at once and writes nothing.

With several inputs, an option that names a file holds {name}, {stem} or {dir}, which become the
input's file name, the same without suffixes, and its folder.

\b
Examples:
  partwise sbm friends.txt
  partwise sbm friends.txt --labels friends.tsv --json friends.json --plot friends.png
  partwise sbm visits.txt --bipartite types.tsv --runs 5
  partwise sbm visits.txt --bipartite auto --blocks 4,6
  partwise sbm web.txt.gz --nested --time-limit 60 --plot web.svg
  partwise sbm friends.txt --init last-week.tsv --model ndc --json
  partwise sbm data/*.txt --out-dir out -j 4 --resume --report out.jsonl
""")

_TASK = "partwise.cli._sbm_job:run"
_SEARCH = "Search"


class Model(StrEnum):
    """Whether nodes of a block may have degrees of their own."""

    auto = "auto"
    dc = "dc"
    ndc = "ndc"


class Edges(StrEnum):
    """What weights in the graph file mean."""

    auto = "auto"
    none = "none"


def sbm(
    inputs: Inputs,
    bipartite: Annotated[
        str | None,
        typer.Option(
            "--bipartite",
            metavar="FILE|auto",
            help="Edges join nodes of two types, and no block has both. FILE has id, tab and type "
            "on each line, or types by row; any two words are types. auto: as the edges tell, "
            "where all hang together.",
            show_default=False,
        ),
    ] = None,
    nested: Annotated[
        bool,
        typer.Option(
            "--nested", help="Find blocks of blocks, too: more and smaller blocks are seen so."
        ),
    ] = False,
    model: Annotated[
        Model,
        typer.Option(
            "--model",
            help="dc: nodes of a block may have degrees of their own; ndc: they are alike; auto: "
            "both are fitted, and the shorter description counts.",
        ),
    ] = Model.auto,
    seed: Seed = 0,
    format: Format = None,
    runs: Annotated[
        int,
        typer.Option(
            "--runs",
            min=1,
            metavar="N",
            help="Runs with different random numbers, of which the best one counts.",
            rich_help_panel=_SEARCH,
        ),
    ] = 1,
    sweeps: Annotated[
        int | None,
        typer.Option(
            "--sweeps",
            min=1,
            metavar="N",
            help="Times that every node is moved while annealing; by default 60 to 2000, the fewer "
            "the larger the graph.",
            rich_help_panel=_SEARCH,
            show_default=False,
        ),
    ] = None,
    time_limit: Annotated[
        float | None,
        typer.Option(
            "--time-limit",
            metavar="SECONDS",
            help="Take the best blocks so far after this time.",
            rich_help_panel=_SEARCH,
            show_default=False,
        ),
    ] = None,
    init: Annotated[
        str | None,
        typer.Option(
            "--init",
            "--initial",
            metavar="FILE",
            help="Blocks to start from, by id or by row; the result is never worse.",
            rich_help_panel=_SEARCH,
            show_default=False,
        ),
    ] = None,
    blocks: Annotated[
        str | None,
        typer.Option(
            "--blocks",
            "-k",
            metavar="K|KA,KB",
            help="Number of blocks, or of those of the first and of the second type, in the order "
            "of their names; found by default.",
            rich_help_panel=LIMITS,
            show_default=False,
        ),
    ] = None,
    min_blocks: Annotated[
        str | None,
        typer.Option(
            "--min-blocks",
            metavar="K|KA,KB",
            help="Fewest blocks.",
            rich_help_panel=LIMITS,
            show_default=False,
        ),
    ] = None,
    max_blocks: Annotated[
        str | None,
        typer.Option(
            "--max-blocks",
            metavar="K|KA,KB",
            help="Most blocks.",
            rich_help_panel=LIMITS,
            show_default=False,
        ),
    ] = None,
    weights: Annotated[
        Edges,
        typer.Option(
            "--weights",
            help="auto: weights in the graph file are whole and count parallel edges; none: every "
            "edge counts once.",
            rich_help_panel=LIMITS,
        ),
    ] = Edges.auto,
    undirected: Undirected = False,
    output: BlockOutput = None,
    labels: LabelTable = None,
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

    limits = _limits(blocks, min_blocks, max_blocks, bipartite is not None)
    check_range("--time-limit", time_limit)
    check_format(format)
    check_picture(plot)
    sources, several = expand_inputs(inputs)
    refuse_netlists(sources, format)
    settings = {
        "threads": threads or (1 if jobs > 1 else -1),
        "quiet": quiet,
        # who interrupts a batch does not mean one of its inputs
        "stops_early": not several,
    }
    work = []
    for source in sources:
        made, files = place_all(
            {"output": output, "labels": labels, "json": json, "plot": plot},
            source,
            default="{name}.sbm",
            out_dir=out_dir,
            several=several,
        )
        needed = {
            "bipartite": bipartite and fill(bipartite, source),
            "init": init and fill(init, source),
        }
        reads = tuple(path for path in needed.values() if path and path != "auto")
        options: dict[str, Any] = {
            "model": model.value,
            "nested": nested,
            "seed": seed,
            "runs": runs,
            "sweeps": sweeps,
            "time_limit": time_limit,
            **limits,
            "format": format,
            "weights": weights.value,
            "undirected": undirected,
            **needed,
            **made,
        }
        work.append(Job(source, files, reads, options, settings))
    batch = BatchOptions(
        several, out_dir, jobs, resume, report, retries, threads, quiet, verbose, debug
    )
    return run_batch(_TASK, work, batch, _line if several else _lines)


def _limits(
    blocks: str | None, least: str | None, most: str | None, has_types: bool
) -> dict[str, list[int] | None]:
    """Return the least and the largest number of blocks, of each type if there are types."""
    if blocks is not None and (least is not None or most is not None):
        raise UsageProblem("--blocks: excludes --min-blocks and --max-blocks")
    if blocks is not None:
        both = _numbers("--blocks", blocks, has_types)
        return {"min_blocks": both, "max_blocks": both}
    low = _numbers("--min-blocks", least, has_types)
    high = _numbers("--max-blocks", most, has_types)
    if low and high and any(a > b for a, b in zip(low, high)):
        raise UsageProblem(f"--min-blocks: must be at most --max-blocks {most}, got {least}")
    return {"min_blocks": low, "max_blocks": high}


def _numbers(option: str, text: str | None, has_types: bool) -> list[int] | None:
    if text is None:
        return None
    pattern, what = r"[1-9][0-9]{0,8}", "a whole number of at least 1"
    if has_types:
        pattern, what = rf"{pattern},{pattern}", "two whole numbers, of the types, as in 4,6"
    if not re.fullmatch(pattern, text):
        raise UsageProblem(f"{option}: must be {what}, got {text!r}")
    return [int(word) for word in text.split(",")]


_KEYS = (
    "n_nodes", "n_edges", "n_blocks", "n_blocks_by_type", "n_blocks_by_level", "largest", "model",
    "description_length", "trivial_length", "acceptance", "is_complete", "seconds",
)  # fmt: skip


def _lines(job: Job, record: dict[str, Any]) -> str | None:
    from partwise.cli._record import lines_of

    return lines_of(job, record, _KEYS)


def _line(job: Job, record: dict[str, Any]) -> str | None:
    from partwise.cli._record import line_of

    return line_of(job, record, _KEYS)
