"""``partwise evaluate``: what partitions are worth, recomputed from the files alone."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from partwise.cli._errors import UsageProblem
from partwise.cli._jobs import Job
from partwise.cli._netlist_options import (
    Capacity,
    PersonalitiesFile,
    check_kinds,
    is_hypergraph,
    parse_amounts,
)
from partwise.cli._options import Debug, Format, Threads, paragraphs
from partwise.cli._progress import Monitor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partwise.graph import Graph
    from partwise.metrics import CommunityReport

__all__ = ["EVALUATE_HELP", "community_numbers", "evaluate", "number_of_blocks", "run"]

EVALUATE_HELP = paragraphs("""Recompute what a partition is worth, from the files alone.

PARTITION holds the block of each node, one number per line in row order (METIS style), or id and
block on each line, as --labels of the partition command writes them. Communities are a partition,
too: modularity, coverage and conductance of the blocks are for them.

The number of blocks is -k, else the K of a file named ...part.K, else one more than the largest
label. Values are plain digits; those of a further partition begin with compare1., compare2. and so
on: cut_ratio is its cut over that of the first, same_block the share of nodes that are together as
in the first one under the best renaming of blocks, and adjusted_rand the adjusted Rand index.

Of a netlist (.hgr) cut, connectivity and cut nets are counted. With --personalities, and the
personality of each node in a third column of PARTITION, it is also said what every block uses, and
with --capacity or --imbalance whether it may.

\b
Examples:
  partwise evaluate mesh.graph mesh.graph.part.8
  partwise evaluate roads.txt roads.tsv -k 4 -e 0.03
  partwise evaluate mesh.graph mesh.graph.part.8 --compare other.part.8
  partwise evaluate mesh.graph mesh.graph.part.8 --json
  partwise evaluate net.txt net.txt.communities
  partwise evaluate design.hgr design.tsv --personalities design.csv --capacity LUT=9000,DSP=40
""")

_TASK = "partwise.cli._evaluate:run"


def evaluate(
    context: typer.Context,
    graph: Annotated[
        str, typer.Argument(metavar="GRAPH", help="The graph or netlist.", show_default=False)
    ],
    partitions: Annotated[
        list[str],
        typer.Argument(
            metavar="PARTITION",
            help="The partition file; further ones are compared with it.",
            show_default=False,
        ),
    ],
    compare: Annotated[
        list[str] | None,
        typer.Option(
            "--compare",
            metavar="FILE",
            help="Further partitions of the same graph, as many as there are.",
            show_default=False,
        ),
    ] = None,
    parts: Annotated[
        int | None,
        typer.Option("-k", "--parts", metavar="K", help="Number of blocks.", show_default=False),
    ] = None,
    imbalance: Annotated[
        float | None,
        typer.Option(
            "-e",
            "--imbalance",
            metavar="E",
            help="Also say whether the partition is feasible for this allowed imbalance.",
            show_default=False,
        ),
    ] = None,
    weights: Annotated[
        str,
        typer.Option(
            "--weights",
            metavar="auto|none|FILE",
            help="As for the partition command.",
        ),
    ] = "auto",
    part_weights: Annotated[
        str | None,
        typer.Option(
            "--part-weights",
            metavar="LIST|FILE",
            help="Shares of the blocks. By default equal.",
            show_default=False,
        ),
    ] = None,
    undirected: Annotated[
        bool, typer.Option("--undirected", help="Ignore the directions of a directed file.")
    ] = False,
    personalities: PersonalitiesFile = None,
    capacity: Capacity = None,
    format: Format = None,
    json: Annotated[
        str | None,
        typer.Option(
            "--json",
            metavar="FILE",
            help="Write JSON; to stdout, instead of text, with - or without a value.",
            show_default=False,
        ),
    ] = None,
    threads: Threads = None,
    debug: Debug = False,
) -> int:
    """Check the options, compute, print."""
    from partwise.cli._batch import BatchOptions, run_batch
    from partwise.cli._checks import check_format, read_part_weights

    files = [partitions[0], *(compare or []), *partitions[1:]]
    if [graph, *files, personalities].count("-") > 1:
        raise UsageProblem("'-' (standard input) can be read once only")
    if parts is not None and parts < 1:
        raise UsageProblem(f"-k: must be at least 1, got {parts}")
    if imbalance is not None and not (math.isfinite(imbalance) and imbalance >= 0):
        raise UsageProblem(f"--imbalance: must be a finite number of at least 0, got {imbalance}")
    check_format(format)
    check_kinds(context, [graph], format)
    if part_weights is not None and parts is None:
        raise UsageProblem("--part-weights needs -k, the number of blocks")
    options = {
        "format": format,
        "weights": weights,
        "undirected": undirected,
        "partitions": files,
        "k": parts,
        "imbalance": imbalance,
        "part_weights": read_part_weights(part_weights, parts or 0),
        "personalities": personalities,
        "capacity": parse_amounts("--capacity", capacity, positive=False),
        "json": json,
    }
    outputs = () if json in (None, "-") else (json,)
    reads = tuple(path for path in (*files, personalities) if path not in (None, "-"))
    job = Job(graph, outputs, reads, options)
    batch = BatchOptions(threads=threads, quiet=False, debug=debug)
    return run_batch(_TASK, [job], batch, _text)


def run(job: Job, monitor: Monitor) -> dict[str, Any]:
    """Evaluate the partitions of `job` and return the numbers of the first, and of the others."""
    options = job.options
    started = time.perf_counter()
    monitor.stage(0.0, "reading")
    read: Any = None
    measure: Callable[[Any, str, dict[str, Any]], tuple[Any, dict[str, Any]]]
    if is_hypergraph(job.source, options["format"]):
        from partwise.cli._netlist_evaluate import measure
        from partwise.cli._netlist_job import read_input as read_netlist

        read = read_netlist(job.source, options["personalities"])
    else:
        from partwise.cli._graph_input import read_input as read_graph

        measure = _measure
        read = read_graph(
            job.source,
            options["format"],
            options["weights"],
            directed=False if options["undirected"] else None,
        )
    first, *others = options["partitions"]
    labels, record = measure(read, first, options)
    record = {"input": job.source, "partition": first, **record}
    for number, path in enumerate(others, 1):
        monitor.stage(number / (len(others) + 1), f"comparing {path}")
        other, numbers = measure(read, path, options)
        numbers["cut_ratio"] = _ratio(numbers["cut"], record["cut"])
        numbers |= _agreement(labels, other)
        record[f"compare{number}"] = {"partition": path, **numbers}
    record["seconds"] = time.perf_counter() - started
    if options["json"] not in (None, "-"):
        from partwise.cli._report import report_json
        from partwise.graph.io import atomic_write

        with atomic_write(options["json"], "w") as file:
            file.write(report_json(record) + "\n")
    return record


def _measure(graph: Graph, path: str, options: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    from partwise.cli._graph_input import read_blocks
    from partwise.metrics import evaluate_partition

    labels = read_blocks(graph, path)
    n_parts = number_of_blocks(labels, path, options["k"])
    report = evaluate_partition(graph, labels, n_parts, target_weights=options["part_weights"])
    numbers = report.to_dict()
    heaviest = report.block_weights.max(initial=0).item()
    numbers["max_block_weight"] = heaviest
    numbers["min_block_weight"] = report.block_weights.min(initial=heaviest).item()
    if options["imbalance"] is not None:
        numbers["feasible"] = _is_feasible(graph, report, options)
    numbers |= community_numbers(graph, labels)[0]
    return labels, numbers


def community_numbers(
    graph: Graph, labels: NDArray[Any]
) -> tuple[dict[str, float], CommunityReport]:
    """Return what blocks are worth as communities; those without a node do not count."""
    from partwise.metrics import community_report

    report = community_report(graph, labels)
    phi = report.conductances[report.sizes > 0]
    numbers = {
        "modularity": report.modularity,
        "coverage": report.coverage,
        "mean_conductance": float(phi.mean()) if len(phi) else 0.0,
        "max_conductance": float(phi.max(initial=0.0)),
    }
    return numbers, report


def number_of_blocks(labels: Any, path: str, given: int | None) -> int:
    """Return how many blocks there are: as given, else by the file's name or the labels."""
    from partwise.errors import GraphFormatError

    occurring = int(labels.max(initial=-1)) + 1
    if given is None:
        name = re.search(r"\.part\.(\d+)$", path)
        return max(occurring, int(name[1]) if name else 0)
    if given < occurring:
        raise GraphFormatError(
            path, None, f"has label {occurring - 1}, allowed with -k {given} are 0 to {given - 1}"
        )
    return given


def _is_feasible(graph: Graph, report: Any, options: dict[str, Any]) -> bool:
    """Tell whether every block is within the limit by which the partitioner goes."""
    from partwise.partition._problem import block_limits

    limits = block_limits(graph, report.n_parts, options["imbalance"], options["part_weights"])
    tolerance = 0.0 if limits.dtype.kind == "i" else 1e-9  # of sums of floats
    return bool((report.block_weights <= limits * (1.0 + tolerance)).all())


def _ratio(value: float, base: float) -> float:
    if base:
        return value / base
    return 1.0 if value == 0 else math.inf


def _agreement(one: Any, other: Any) -> dict[str, float]:
    """Return how far two partitions agree, whatever their blocks are called."""
    from partwise.metrics import adjusted_rand_index, hungarian_accuracy

    return {
        "same_block": hungarian_accuracy(one, other),
        "adjusted_rand": adjusted_rand_index(one, other),
    }


def _text(job: Job, record: dict[str, Any]) -> str | None:
    from partwise.cli._report import flat, format_lines, report_json

    record = {key: value for key, value in record.items() if key != "status"}
    if job.options["json"] == "-":
        return report_json(record)
    return format_lines({k: v for k, v in flat(record).items() if not isinstance(v, str)})
