"""``partwise partition``: its options, and the jobs that they make."""

from __future__ import annotations

import math
import os
from enum import StrEnum
from typing import Annotated, Any

import typer

from partwise.cli._errors import UsageProblem
from partwise.cli._jobs import Job, expand_inputs, fill, place
from partwise.cli._options import (
    Debug,
    Format,
    Inputs,
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

__all__ = ["PARTITION_HELP", "partition"]

PARTITION_HELP = paragraphs("""Cut graphs into k balanced blocks with few edges between them.

The block of every node goes to INPUT.part.K, one number per line in the order of the file's nodes
(METIS style), and the numbers that matter to stdout.

Of an edge list the nodes are the ids that occur, in ascending order if they are integers and in
order of first appearance if not; --labels writes them beside their blocks.

With several inputs, an option that names a file holds {name}, {stem} or {dir}, which become the
input's file name, the same without suffixes, and its folder.

\b
Examples:
  partwise partition roads.txt -k 16
  partwise partition mesh.graph -k 8 -e 0.05 --preset quality --json m.json
  partwise partition roads.txt -k 4 --labels roads.tsv --plot roads.png
  zcat roads.txt.gz | partwise partition - -k 4 -o - > blocks
  partwise partition data/*.graph -k 16 --out-dir out -j 4 --report out.jsonl
  partwise partition @list.txt -k 16 --out-dir out --json '{stem}.json' --resume
""")

_TASK = "partwise.cli._partition_job:run"
_PICTURES = (".png", ".svg", ".pdf", ".html")
_RESULT, _LIMITS, _OUTPUT = "Result", "Constraints", "Output"


class Preset(StrEnum):
    """Names of the partitioner's presets."""

    fast = "fast"
    default = "default"
    quality = "quality"


def partition(
    inputs: Inputs,
    parts: Annotated[
        int,
        typer.Option("-k", "--parts", metavar="K", help="Number of blocks.", show_default=False),
    ],
    imbalance: Annotated[
        float,
        typer.Option(
            "-e",
            "--imbalance",
            metavar="E",
            help="By how much a block may exceed its share, as a fraction: 0.03 is 3 percent.",
        ),
    ] = 0.03,
    preset: Annotated[
        Preset, typer.Option("--preset", help="Effort: quick, good, or best.")
    ] = Preset.default,
    seed: Annotated[
        int, typer.Option("--seed", min=0, metavar="N", help="Same seed, same result.")
    ] = 0,
    trials: Annotated[
        int,
        typer.Option("--trials", min=1, metavar="N", help="Partitions to compute and combine."),
    ] = 1,
    time_limit: Annotated[
        float | None,
        typer.Option(
            "--time-limit",
            metavar="SECONDS",
            help="Begin nothing more after this time that is not needed for a whole result.",
            show_default=False,
        ),
    ] = None,
    format: Format = None,
    weights: Annotated[
        str,
        typer.Option(
            "--weights",
            metavar="auto|none|FILE",
            help="auto: the weights in the graph file; none: every edge and node counts 1; FILE: "
            "node weights, one per line in row order, beside the edge weights of the graph file.",
            rich_help_panel=_LIMITS,
        ),
    ] = "auto",
    part_weights: Annotated[
        str | None,
        typer.Option(
            "--part-weights",
            metavar="LIST|FILE",
            help="Shares of the blocks, as in 1,1,2, or a file, one per line; equal by default.",
            rich_help_panel=_LIMITS,
            show_default=False,
        ),
    ] = None,
    fixed: Annotated[
        str | None,
        typer.Option(
            "--fixed",
            metavar="FILE",
            help="Block of every node that must not move, -1 for the others; one per line.",
            rich_help_panel=_LIMITS,
            show_default=False,
        ),
    ] = None,
    input_partition: Annotated[
        str | None,
        typer.Option(
            "--input-partition",
            metavar="FILE",
            help="A partition to start from and improve.",
            rich_help_panel=_LIMITS,
            show_default=False,
        ),
    ] = None,
    contiguous: Annotated[
        bool,
        typer.Option(
            "--contiguous", help="Every block is to be connected.", rich_help_panel=_LIMITS
        ),
    ] = False,
    undirected: Annotated[
        bool,
        typer.Option(
            "--undirected",
            help="Ignore the directions of a file that says it is directed.",
            rich_help_panel=_LIMITS,
        ),
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="Where the blocks go instead of INPUT.part.K; - for stdout, none for nowhere.",
            rich_help_panel=_OUTPUT,
            show_default=False,
        ),
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option(
            "--labels",
            metavar="FILE",
            help="Also write id, tab and block, a line per node, without a header.",
            rich_help_panel=_OUTPUT,
            show_default=False,
        ),
    ] = None,
    json: Annotated[
        str | None,
        typer.Option(
            "--json",
            metavar="FILE",
            help="Also write the report as JSON; - for stdout.",
            rich_help_panel=_OUTPUT,
            show_default=False,
        ),
    ] = None,
    plot: Annotated[
        str | None,
        typer.Option(
            "--plot",
            metavar="FILE",
            help="Also draw the partition: .png, .svg, .pdf or .html.",
            rich_help_panel=_OUTPUT,
            show_default=False,
        ),
    ] = None,
    coords: Annotated[
        str | None,
        typer.Option(
            "--coords",
            metavar="FILE",
            help="Coordinates for --plot, two or three numbers per line in row order, or .npy.",
            rich_help_panel=_OUTPUT,
            show_default=False,
        ),
    ] = None,
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

    _check_numbers(parts, imbalance, time_limit)
    _check_format(format)
    sources, several = expand_inputs(inputs)
    _check_picture(plot)
    if coords is not None and plot is None:
        raise UsageProblem("--coords: serves --plot, which is not given")
    common: dict[str, Any] = {
        "k": parts,
        "imbalance": imbalance,
        "preset": preset.value,
        "seed": seed,
        "trials": trials,
        "time_limit": time_limit,
        "format": format,
        "part_weights": _read_part_weights(part_weights, parts),
        "contiguous": contiguous,
        "undirected": undirected,
    }
    settings = {"threads": threads or (1 if jobs > 1 else -1), "quiet": quiet}
    work = []
    for source in sources:
        where: dict[str, Any] = {"source": source, "out_dir": out_dir, "several": several}
        made = {
            "output": place("--output", output, default=f"{{name}}.part.{parts}", **where),
            "labels": place("--labels", labels, **where),
            "json": place("--json", json, **where),
            "plot": place("--plot", plot, **where),
        }
        _check_streams(made)
        needed = {
            "weights": weights if weights in ("auto", "none") else fill(weights, source),
            "fixed": fixed and fill(fixed, source),
            "input_partition": input_partition and fill(input_partition, source),
            "coords": coords and fill(coords, source),
        }
        files = tuple(path for path in made.values() if path is not None and path != "-")
        reads = tuple(path for path in needed.values() if path and path not in ("auto", "none"))
        work.append(Job(source, files, reads, {**common, **needed, **made}, settings))
    options = BatchOptions(
        several, out_dir, jobs, resume, report, retries, threads, quiet, verbose, debug
    )
    return run_batch(_TASK, work, options, _line if several else _lines)


def _check_numbers(parts: int, imbalance: float, time_limit: float | None) -> None:
    if parts < 1:
        raise UsageProblem(f"-k: must be at least 1, got {parts}")
    if not (math.isfinite(imbalance) and imbalance >= 0):
        raise UsageProblem(f"--imbalance: must be a finite number of at least 0, got {imbalance}")
    if time_limit is not None and not time_limit > 0:
        raise UsageProblem(f"--time-limit: must be positive seconds, got {time_limit}")


def _check_format(format: str | None) -> None:
    if format is None:
        return
    from partwise.graph.io._format import GRAPH_FORMATS

    if format not in GRAPH_FORMATS:
        allowed = ", ".join(GRAPH_FORMATS)
        raise UsageProblem(f"--format: must be one of {allowed}, got {format!r}")


def _check_picture(plot: str | None) -> None:
    if plot in (None, "none"):
        return
    if os.path.splitext(plot)[1].lower() not in _PICTURES:
        raise UsageProblem(f"--plot: must end with one of {', '.join(_PICTURES)}, got {plot!r}")
    from importlib.util import find_spec

    if find_spec("matplotlib") is None:
        raise UsageProblem("--plot: needs matplotlib; pip install 'partwise[plot]'")


def _check_streams(made: dict[str, str | None]) -> None:
    streams = [key for key, path in made.items() if path == "-"]
    if len(streams) > 1:
        raise UsageProblem(
            f"--{streams[0]} and --{streams[1]}: only one of them can go to standard output"
        )


def _read_part_weights(text: str | None, parts: int) -> list[float] | None:
    """Return the shares of the blocks, given as a list or as a file that holds one."""
    if text is None:
        return None
    words = text.replace(",", " ").split()
    try:
        shares = [float(word) for word in words]
    except ValueError:
        try:
            with open(text, encoding="utf-8") as file:
                shares = [float(word) for line in file for word in line.replace(",", " ").split()]
        except OSError as error:
            raise UsageProblem(f"--part-weights: {text}: {error.strerror}") from error
        except ValueError as error:
            raise UsageProblem(f"--part-weights: {text}: {error}") from error
    if len(shares) != parts:
        raise UsageProblem(
            f"--part-weights: needs {parts} numbers, one per block, got {len(shares)}"
        )
    for share in shares:
        if not (math.isfinite(share) and share > 0):
            raise UsageProblem(f"--part-weights: must be finite and positive, got {share}")
    return shares


def _lines(job: Job, record: dict[str, Any]) -> str | None:
    """Return the report of a single input, a name and a value on each line."""
    from partwise.cli._report import format_lines, report_json

    if job.options["json"] == "-":
        return report_json(record)
    if job.settings["quiet"] or "-" in (job.options["output"], job.options["labels"]):
        return None
    keys = ("n_nodes", "n_edges", "n_parts", "cut", "imbalance", "feasible", "seconds")
    return format_lines({key: record[key] for key in keys} | record["outputs"])


def _line(job: Job, record: dict[str, Any]) -> str | None:
    """Return the line of one input among several."""
    from partwise.cli._report import plain

    if job.settings["quiet"]:
        return None
    keys = ("n_nodes", "n_edges", "cut", "imbalance", "feasible", "seconds")
    return "\t".join([job.source, *(f"{key}={plain(record[key])}" for key in keys)])
