"""``partwise partition``: its options, and the jobs that they make."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from partwise.cli._checks import (
    check_format,
    check_numbers,
    check_picture,
    read_part_weights,
)
from partwise.cli._errors import UsageProblem
from partwise.cli._jobs import Job, expand_inputs, fill, place_all
from partwise.cli._netlist_options import (
    Capacity,
    Method,
    MethodOption,
    Objective,
    ObjectiveOption,
    PersonalitiesFile,
    Selection,
    SelectionOption,
    StartMapping,
    StartMappingOption,
    Starts,
    Static,
    TargetRatio,
    check_kinds,
    is_hypergraph,
    parse_amounts,
)
from partwise.cli._options import (
    LIMITS,
    OUTPUT,
    Debug,
    Device,
    DeviceName,
    Format,
    Inputs,
    Jobs,
    JsonFile,
    LabelTable,
    OutDir,
    Output,
    Picture,
    Quiet,
    ReportFile,
    Resume,
    Retries,
    Seed,
    Threads,
    Undirected,
    Verbose,
    Weights,
    paragraphs,
)

__all__ = ["PARTITION_HELP", "partition"]

PARTITION_HELP = paragraphs("""Cut graphs and netlists into k balanced blocks with little between
them.

The block of every node goes to INPUT.part.K, one number per line in the order of the file's nodes
(METIS style), and the numbers that matter to stdout.

Of an edge list the nodes are the ids that occur, in ascending order if they are integers and in
order of first appearance if not; --labels writes them beside their blocks.

A netlist is an hMETIS file (.hgr). With --personalities its nodes have several implementations, of
which one each is chosen as well; no block may use more of any resource than its share, by
--imbalance, or its --capacity. The personality goes into a third column of --labels. Nodes and
personalities are numbered from 1, as in the files.

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
  partwise partition circuit.hgr -k 4 --imbalance 0.02
  partwise partition design.hgr --personalities design.csv --capacity LUT=9000,DSP=40 -k 2
""")

_TASK = "partwise.cli._partition_job:run"


class Preset(StrEnum):
    """Names of the partitioner's presets."""

    fast = "fast"
    default = "default"
    quality = "quality"
    jet = "jet"


def partition(
    context: typer.Context,
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
            help="By how much a block may exceed its share, as a fraction: 0.03 is 3 percent. A "
            "netlist is balanced so in every resource.",
        ),
    ] = 0.03,
    preset: Annotated[
        Preset, typer.Option("--preset", help="Effort: quick, good, or best; jet runs on GPUs.")
    ] = Preset.default,
    seed: Seed = 0,
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
    weights: Weights = "auto",
    part_weights: Annotated[
        str | None,
        typer.Option(
            "--part-weights",
            metavar="LIST|FILE",
            help="Shares of the blocks, as in 1,1,2, or a file, one per line; equal by default.",
            rich_help_panel=LIMITS,
            show_default=False,
        ),
    ] = None,
    fixed: Annotated[
        str | None,
        typer.Option(
            "--fixed",
            metavar="FILE",
            help="Block of every node that must not move, -1 for the others; one per line.",
            rich_help_panel=LIMITS,
            show_default=False,
        ),
    ] = None,
    input_partition: Annotated[
        str | None,
        typer.Option(
            "--input-partition",
            metavar="FILE",
            help="A partition to start from and improve.",
            rich_help_panel=LIMITS,
            show_default=False,
        ),
    ] = None,
    contiguous: Annotated[
        bool,
        typer.Option(
            "--contiguous", help="Every block is to be connected.", rich_help_panel=LIMITS
        ),
    ] = False,
    undirected: Undirected = False,
    personalities: PersonalitiesFile = None,
    capacity: Capacity = None,
    target_ratio: TargetRatio = None,
    mapping: StartMappingOption = StartMapping.proportional,
    selection: SelectionOption = Selection.affinity,
    static: Static = False,
    method: MethodOption = Method.extended,
    starts: Starts = None,
    objective: ObjectiveOption = Objective.cut,
    output: Output = None,
    labels: LabelTable = None,
    json: JsonFile = None,
    plot: Picture = None,
    coords: Annotated[
        str | None,
        typer.Option(
            "--coords",
            metavar="FILE",
            help="Coordinates for --plot, two or three numbers per line in row order, or .npy.",
            rich_help_panel=OUTPUT,
            show_default=False,
        ),
    ] = None,
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

    check_numbers(parts, imbalance, time_limit)
    check_format(format)
    sources, several = expand_inputs(inputs)
    check_kinds(context, sources, format)
    check_picture(plot)
    if device is DeviceName.cuda and preset not in (Preset.default, Preset.jet):
        raise UsageProblem(f"--device: cuda is for --preset jet, not {preset.value}")
    if coords is not None and plot is None:
        raise UsageProblem("--coords: serves --plot, which is not given")
    if personalities == "-" and (several or sources == ["-"]):
        raise UsageProblem("--personalities: '-' (standard input) can be read once only")
    common: dict[str, Any] = {
        "k": parts,
        "imbalance": imbalance,
        "seed": seed,
        "time_limit": time_limit,
        "format": format,
    }
    of_graphs: dict[str, Any] = {
        "preset": preset.value,
        "trials": trials,
        "device": device and device.value,
        "part_weights": read_part_weights(part_weights, parts),
        "contiguous": contiguous,
        "undirected": undirected,
    }
    of_netlists: dict[str, Any] = {
        "capacity": parse_amounts("--capacity", capacity, positive=False),
        "target_ratio": parse_amounts("--target-ratio", target_ratio, positive=True),
        "mapping": mapping.value,
        "selection": selection.value,
        "static": static,
        "method": method.value,
        "starts": starts,
        "objective": objective.value,
    }
    settings = {"threads": threads or (1 if jobs > 1 else -1), "quiet": quiet}
    work = []
    for source in sources:
        made, files = place_all(
            {"output": output, "labels": labels, "json": json, "plot": plot},
            source,
            default=f"{{name}}.part.{parts}",
            out_dir=out_dir,
            several=several,
        )
        if is_hypergraph(source, format):
            own = of_netlists
            needed = {"personalities": personalities and fill(personalities, source)}
        else:
            own = of_graphs
            needed = {
                "weights": weights if weights in ("auto", "none") else fill(weights, source),
                "fixed": fixed and fill(fixed, source),
                "input_partition": input_partition and fill(input_partition, source),
                "coords": coords and fill(coords, source),
            }
        reads = tuple(path for path in needed.values() if path and path not in ("auto", "none"))
        work.append(Job(source, files, reads, {**common, **own, **needed, **made}, settings))
    options = BatchOptions(
        several, out_dir, jobs, resume, report, retries, threads, quiet, verbose, debug
    )
    return run_batch(_TASK, work, options, _line if several else _lines)


def _lines(job: Job, record: dict[str, Any]) -> str | None:
    from partwise.cli._record import lines_of

    return lines_of(job, record, _keys(record))


def _line(job: Job, record: dict[str, Any]) -> str | None:
    from partwise.cli._record import line_of

    return line_of(job, record, _keys(record))


def _keys(record: dict[str, Any]) -> list[str]:
    """Return which numbers of a record are shown."""
    if "n_nets" not in record:
        return ["n_nodes", "n_edges", "n_parts", "cut", "imbalance", "feasible", "seconds"]
    several = record["options"]["personalities"] is not None
    more = ["max_utilisation"] if record["max_imbalance"] is None else ["imbalance"]
    more += ["deviation"] if record["deviation"] is not None else []
    more += ["n_changed"] if several else []
    sizes = ["n_nodes", "n_nets", "n_pins", "n_parts"]
    return [*sizes, "cut", "connectivity", *more, "feasible", "seconds"]
