"""``partwise cluster``: its options, and the jobs that they make."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from partwise.cli._checks import check_format, check_picture
from partwise.cli._errors import UsageProblem
from partwise.cli._jobs import Job, expand_inputs, place_all
from partwise.cli._options import (
    OUTPUT,
    Debug,
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
    Verbose,
    paragraphs,
)

__all__ = ["CLUSTER_HELP", "GRAPH_METRIC", "cluster"]

CLUSTER_HELP = paragraphs("""Group points, or objects with given distances, around k of them.

INPUT is a table with a point in each row: CSV or TSV, with or without a header, a NumPy array
(.npy) or a Parquet file. With --precomputed it is a square table of distances instead, and with
--metric shortest-path a graph file, whose nodes are as far apart as the edges between them are
long.

The cluster of every row goes to INPUT.part.K, one number per line, and the numbers that matter to
stdout. The sum of the distances to the medoids is the loss.

With several inputs, an option that names a file holds {name}, {stem} or {dir}, which become the
input's file name, the same without suffixes, and its folder.

\b
Examples:
  partwise cluster points.csv -k 8
  partwise cluster iris.csv -k 3 --id name --columns 1-4 --plot iris.png
  partwise cluster --precomputed D.npy -k 5 --labels d.tsv --medoids d.medoids.tsv
  partwise cluster roads.txt -k 12 --metric shortest-path --algorithm ils
  partwise cluster points.csv -k 8 --method msc --plot p.png --plot-kind silhouette
  partwise cluster data/*.csv -k 8 --out-dir out -j 2 --resume --report out.jsonl
""")

GRAPH_METRIC = "shortest-path"
_TASK = "partwise.cli._cluster_job:run"
_TABLE, _SEARCH = "Table", "Search"


class Method(StrEnum):
    """What a clustering optimises."""

    kmedoids = "kmedoids"
    msc = "msc"


class Algorithm(StrEnum):
    """How medoids are searched."""

    auto = "auto"
    fasterpam = "fasterpam"
    ils = "ils"
    fastpam1 = "fastpam1"
    pam = "pam"
    alternating = "alternating"
    fasterclara = "fasterclara"
    fasterclarans = "fasterclarans"
    onebatch = "onebatch"


class Start(StrEnum):
    """Medoids to start from."""

    random = "random"
    build = "build"
    lab = "lab"
    plusplus = "k-medoids++"


class PlotKind(StrEnum):
    """What is drawn."""

    auto = "auto"
    scatter = "scatter"
    silhouette = "silhouette"


def cluster(
    inputs: Inputs,
    clusters: Annotated[
        int,
        typer.Option(
            "-k", "--clusters", metavar="K", help="Number of clusters.", show_default=False
        ),
    ],
    method: Annotated[
        Method,
        typer.Option(
            "--method",
            help="kmedoids: least summed distance to the medoids; msc: largest average medoid "
            "silhouette.",
        ),
    ] = Method.kmedoids,
    metric: Annotated[
        str,
        typer.Option(
            "--metric",
            metavar="NAME",
            help="Distance of two points: euclidean, manhattan, cosine or another name that "
            "scipy's cdist knows; precomputed; or shortest-path, for graphs.",
        ),
    ] = "euclidean",
    precomputed: Annotated[
        bool,
        typer.Option("--precomputed", help="INPUT holds distances, as with --metric precomputed."),
    ] = False,
    seed: Seed = 0,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="F",
            help="Format of the input, where its suffix does not say it: csv, tsv, npy, parquet, "
            "or one of the partition command for a graph.",
            show_default=False,
        ),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            "--columns",
            metavar="LIST",
            help="Columns of the coordinates, by name or by number from 1, as in x,y or 1,3-5; "
            "all others by default.",
            rich_help_panel=_TABLE,
            show_default=False,
        ),
    ] = None,
    id_column: Annotated[
        str | None,
        typer.Option(
            "--id",
            metavar="COLUMN",
            help="Column that names the rows; their numbers from 0 by default.",
            rich_help_panel=_TABLE,
            show_default=False,
        ),
    ] = None,
    weight_column: Annotated[
        str | None,
        typer.Option(
            "--weight",
            metavar="COLUMN",
            help="Column with the weights of the rows; each counts 1 by default.",
            rich_help_panel=_TABLE,
            show_default=False,
        ),
    ] = None,
    header: Annotated[
        bool | None,
        typer.Option(
            "--header/--no-header",
            help="Whether the first line of a text holds names. By default it does if none of its "
            "fields is a number.",
            rich_help_panel=_TABLE,
            show_default=False,
        ),
    ] = None,
    unweighted: Annotated[
        bool,
        typer.Option(
            "--unweighted", help="Every edge of a graph has length 1.", rich_help_panel=_TABLE
        ),
    ] = False,
    algorithm: Annotated[
        Algorithm,
        typer.Option(
            "--algorithm",
            help="Of kmedoids. auto: fasterpam, on the matrix of all distances, for at most 20,000 "
            "rows, and fasterclara, without it, for more.",
            rich_help_panel=_SEARCH,
        ),
    ] = Algorithm.auto,
    init: Annotated[
        Start,
        typer.Option(
            "--init",
            help="Medoids to start from, for algorithms on the matrix.",
            rich_help_panel=_SEARCH,
        ),
    ] = Start.random,
    restarts: Annotated[
        int,
        typer.Option(
            "--restarts",
            min=1,
            metavar="N",
            help="Runs from different starts, of which the best counts.",
            rich_help_panel=_SEARCH,
        ),
    ] = 1,
    max_iter: Annotated[
        int,
        typer.Option(
            "--max-iter", min=1, metavar="N", help="Most rounds.", rich_help_panel=_SEARCH
        ),
    ] = 100,
    coreset: Annotated[
        int | None,
        typer.Option(
            "--coreset",
            min=1,
            metavar="M",
            help="Search the medoids among a coreset of this many points.",
            rich_help_panel=_SEARCH,
            show_default=False,
        ),
    ] = None,
    output: Output = None,
    labels: LabelTable = None,
    medoids: Annotated[
        str | None,
        typer.Option(
            "--medoids",
            metavar="FILE",
            help="Also write the medoids: id, tab and label, a line per cluster.",
            rich_help_panel=OUTPUT,
            show_default=False,
        ),
    ] = None,
    json: JsonFile = None,
    plot: Picture = None,
    plot_kind: Annotated[
        PlotKind,
        typer.Option(
            "--plot-kind",
            help="scatter: the points, on their two principal components if there are more than "
            "two columns; silhouette: a bar per row; auto: scatter where there are points.",
            rich_help_panel=OUTPUT,
        ),
    ] = PlotKind.auto,
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

    if precomputed and metric not in ("euclidean", "precomputed"):
        raise UsageProblem(f"--precomputed: the table holds distances; --metric {metric} computes")
    metric = "precomputed" if precomputed else metric
    is_graph = metric == GRAPH_METRIC
    least = 1 if method is Method.kmedoids else 2
    if clusters < least:
        raise UsageProblem(f"-k: must be at least {least}, got {clusters}")
    _check_algorithm(method, metric, algorithm, coreset, restarts)
    if is_graph:
        check_format(format)
        _refuse_table_options(columns, id_column, weight_column, header)
    else:
        _check_table_format(format)
        if unweighted:
            raise UsageProblem(f"--unweighted: is for graphs, with --metric {GRAPH_METRIC}")
    check_picture(plot)
    if plot_kind is PlotKind.scatter and metric in ("precomputed", GRAPH_METRIC):
        raise UsageProblem("--plot-kind: there are no points to scatter, only distances")
    sources, several = expand_inputs(inputs)
    options: dict[str, Any] = {
        "k": clusters,
        "method": method.value,
        "metric": metric,
        "seed": seed,
        "format": format,
        "columns": None if columns is None else parse_columns(columns),
        "id": _column(id_column),
        "weight": _column(weight_column),
        "header": header,
        "unweighted": unweighted,
        "algorithm": algorithm.value,
        "init": init.value,
        "restarts": restarts,
        "max_iter": max_iter,
        "coreset": coreset,
        "plot_kind": plot_kind.value,
    }
    settings = {"threads": threads or (1 if jobs > 1 else -1), "quiet": quiet}
    work = []
    for source in sources:
        made, files = place_all(
            {"output": output, "labels": labels, "medoids": medoids, "json": json, "plot": plot},
            source,
            default=f"{{name}}.part.{clusters}",
            out_dir=out_dir,
            several=several,
        )
        work.append(Job(source, files, (), {**options, **made}, settings))
    batch = BatchOptions(
        several, out_dir, jobs, resume, report, retries, threads, quiet, verbose, debug
    )
    return run_batch(_TASK, work, batch, _line if several else _lines)


def parse_columns(text: str) -> list[int | str]:
    """Return columns by name or by number from 0, for a list with numbers from 1 and ranges.

    >>> parse_columns("1,3-5,x")
    [0, 2, 3, 4, 'x']
    """
    found: list[int | str] = []
    for word in text.split(","):
        first, dash, last = word.partition("-")
        if dash and first.isdecimal() and last.isdecimal():
            if not 1 <= int(first) <= int(last):
                raise UsageProblem(f"--columns: must be numbers from 1 on, ascending, got {word!r}")
            found.extend(range(int(first) - 1, int(last)))
            continue
        column = _column(word)
        if column in (None, -1, ""):
            raise UsageProblem(f"--columns: must be names or numbers from 1 on, got {text!r}")
        found.append(column)
    return found


def _column(word: str | None) -> int | str | None:
    """Return a column's number, counted from 0, or its name."""
    if word is not None and word.strip().isdecimal():
        return int(word) - 1
    return word


def _check_algorithm(
    method: Method, metric: str, algorithm: Algorithm, coreset: int | None, restarts: int
) -> None:
    """Refuse combinations that have no meaning."""
    if method is Method.msc:
        if algorithm is not Algorithm.auto or coreset is not None or restarts > 1:
            raise UsageProblem("--algorithm, --coreset, --restarts: are for --method kmedoids")
        return
    without_matrix = (Algorithm.fasterclara, Algorithm.fasterclarans, Algorithm.onebatch)
    if metric in ("precomputed", GRAPH_METRIC):
        if algorithm in without_matrix:
            raise UsageProblem(f"--algorithm: {algorithm.value} needs points, not distances")
        if coreset is not None:
            raise UsageProblem("--coreset: needs points, not distances")
    if algorithm in without_matrix and coreset is not None:
        raise UsageProblem(f"--coreset: is for algorithms on a matrix, not {algorithm.value}")
    if algorithm in without_matrix and restarts > 1:
        raise UsageProblem(f"--restarts: {algorithm.value} has none")


def _check_table_format(format: str | None) -> None:
    from partwise.cluster._points_file import TABLE_FORMATS

    if format is not None and format not in TABLE_FORMATS:
        raise UsageProblem(
            f"--format: must be one of {', '.join(TABLE_FORMATS)} for points, got {format!r}; "
            f"graphs need --metric {GRAPH_METRIC}"
        )


def _refuse_table_options(*given: Any) -> None:
    for option, value in zip(("--columns", "--id", "--weight", "--header"), given):
        if value is not None:
            raise UsageProblem(f"{option}: is for tables, --metric {GRAPH_METRIC} takes graphs")


_KEYS = ("n_objects", "n_features", "n_clusters", "loss", "medoid_silhouette", "n_swap", "seconds")


def _lines(job: Job, record: dict[str, Any]) -> str | None:
    from partwise.cli._record import lines_of

    return lines_of(job, record, _KEYS)


def _line(job: Job, record: dict[str, Any]) -> str | None:
    from partwise.cli._record import line_of

    return line_of(job, record, _KEYS)
