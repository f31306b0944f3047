"""``partwise treemap``: its options, and the jobs that they make."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Annotated, Any

import typer

from partwise.cli._checks import check_range
from partwise.cli._errors import UsageProblem
from partwise.cli._jobs import Job, expand_inputs, fill, place_all
from partwise.cli._methods import Method, choose
from partwise.cli._options import (
    Debug,
    Jobs,
    JsonFile,
    OutDir,
    Quiet,
    ReportFile,
    Resume,
    Retries,
    Verbose,
    paragraphs,
)

__all__ = ["METHODS", "PICTURES", "TREEMAP_HELP", "treemap"]

TREEMAP_HELP = paragraphs("""Draw trees with weights, such as folders with their sizes, as treemaps:
every node a region, of area in proportion to its weight.

The input is the output of du -a or of find -printf '%s\\t%p\\n', a table of paths and sizes or of
id, parent and value (CSV, TSV), nested JSON, an edge list, Newick, or the RECORD file of a Python
package; gzip or not. The picture goes to INPUT.svg, or to what --out says: .svg, .png, .html or
.geojson. The page (.html) needs nothing else: click or press Enter to zoom in, Escape to zoom out,
arrow keys to move; the tooltip has path, weight and aspect ratio. The numbers that matter go to
stdout.

convex (the default), orthoconvex and l_shape keep every region fat, whatever the weights; slack
does with rectangles, whose areas may be too small by a part --eps; greedy and squarified usually
do, without a promise; slice_and_dice, strip and pivot keep the order of the input; voronoi looks
organic.

\b
Examples:
  du -a ~/data | partwise treemap - --out data.html
  partwise treemap sizes.tsv --method orthoconvex --out sizes.png --size 1600x1200
  partwise treemap sales.csv --out sales.svg --depth 2 --colour weight
  partwise treemap flare.json --method squarified --padding 1 --header 12 --out flare.html
  find src -type f -printf '%s\\t%p\\n' | partwise treemap - --format find --json -o none
""")

_TASK = "partwise.cli._treemap_job:run"
_LOOK, _LAYOUT = "Look", "Layout"
_PADDED = {"padding": "padding", "header": "header"}

METHODS = {
    "convex": Method("convex", {}),
    "angular": Method("angular", {}),
    "greedy": Method("greedy", {}),
    "greedy_safe": Method("greedy_safe", {}),
    "orthoconvex": Method("orthoconvex", {}),
    "l_shape": Method("l_shape", {}),
    "slack": Method("slack", {"eps": "eps"}),
    "squarified": Method("squarified", {**_PADDED, "ratio": "ratio"}),
    "slice_and_dice": Method("slice_and_dice", _PADDED),
    "strip": Method("strip", _PADDED),
    "pivot": Method("pivot", {**_PADDED, "pivot": "pivot"}),
    "voronoi": Method("voronoi", {"seed": "random_state"}),
}
"""The methods of the command, with the options of :func:`partwise.geometry.treemap` they take."""

PICTURES = (".svg", ".png", ".html", ".geojson")
"""What ``--out`` can end with."""

_FORMATS = ("du", "find", "paths", "parents", "json", "edges", "newick", "record")


class Pivot(StrEnum):
    """Which child is the pivot."""

    middle = "middle"
    size = "size"
    split = "split"  # type: ignore[assignment]


class Colour(StrEnum):
    """What the colour of a region shows."""

    branch = "branch"
    depth = "depth"
    weight = "weight"
    aspect = "aspect"


class Internal(StrEnum):
    """What happens to the own weight of a node that has children."""

    error = "error"
    add_leaf = "add_leaf"
    ignore = "ignore"


class Duplicates(StrEnum):
    """What happens to a path that comes twice."""

    error = "error"
    sum = "sum"


def treemap(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT",
            help="Files; @list.txt names a file that lists them, one per line; - is a pipe.",
            show_default=False,
        ),
    ],
    method: Annotated[
        str,
        typer.Option("--method", metavar="|".join(METHODS), help="How regions are laid out."),
    ] = "convex",
    out: Annotated[
        str | None,
        typer.Option(
            "--out",
            "-o",
            "--output",
            metavar="FILE",
            help="The picture, instead of INPUT.svg: .svg, .png, .html or .geojson; - for SVG on "
            "stdout, none for nowhere.",
            show_default=False,
        ),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="F",
            help=f"Format of the input, where it does not show: {', '.join(_FORMATS)}.",
            show_default=False,
        ),
    ] = None,
    internal: Annotated[
        Internal | None,
        typer.Option(
            "--internal",
            help="What becomes of the weight of a node that has children: an error, one more leaf, "
            "or nothing. By default a leaf for du and find, nothing for newick, else an error.",
            show_default=False,
        ),
    ] = None,
    duplicates: Annotated[
        Duplicates,
        typer.Option("--duplicates", help="What becomes of a path that comes twice."),
    ] = Duplicates.error,
    cumulative: Annotated[
        bool,
        typer.Option(
            "--cumulative",
            help="Weights of nodes with children are those of all below; always so for du.",
        ),
    ] = False,
    weights: Annotated[
        str | None,
        typer.Option(
            "--weights",
            metavar="FILE",
            help="Beside an edge list: a node and its weight on each line.",
            show_default=False,
        ),
    ] = None,
    size: Annotated[
        str,
        typer.Option("--size", metavar="WxH", help="Size in pixels.", rich_help_panel=_LOOK),
    ] = "1200x800",
    depth: Annotated[
        int | None,
        typer.Option(
            "--depth",
            min=0,
            metavar="N",
            help="Deepest level that is drawn; by default all of them.",
            rich_help_panel=_LOOK,
            show_default=False,
        ),
    ] = None,
    with_labels: Annotated[
        bool,
        typer.Option(
            "--labels/--no-labels",
            help="Write names into the regions that have room for them.",
            rich_help_panel=_LOOK,
        ),
    ] = True,
    colour: Annotated[
        Colour,
        typer.Option("--colour", "--color", help="What colours show.", rich_help_panel=_LOOK),
    ] = Colour.branch,
    title: Annotated[
        str | None,
        typer.Option(
            "--title",
            metavar="TEXT",
            help="Above the picture; of a page the file's name by default.",
            rich_help_panel=_LOOK,
            show_default=False,
        ),
    ] = None,
    ratio: Annotated[
        float | None,
        typer.Option(
            "--ratio",
            metavar="R",
            help="Of squarified: aspect ratio that rows strive for; 1.618 by default.",
            rich_help_panel=_LAYOUT,
            show_default=False,
        ),
    ] = None,
    eps: Annotated[
        float | None,
        typer.Option(
            "--eps",
            metavar="E",
            help="Of slack: part of its area that a region may lose at a level; 1/3 by default.",
            rich_help_panel=_LAYOUT,
            show_default=False,
        ),
    ] = None,
    pivot: Annotated[
        Pivot | None,
        typer.Option(
            "--pivot",
            help="Of pivot: the middle child (the default), the largest one, or the one that "
            "halves the weight.",
            rich_help_panel=_LAYOUT,
            show_default=False,
        ),
    ] = None,
    padding: Annotated[
        float | None,
        typer.Option(
            "--padding",
            metavar="P",
            help="Margin inside regions with children, in pixels. Of squarified, slice_and_dice, "
            "strip, pivot; areas are then not in proportion over different parents.",
            rich_help_panel=_LAYOUT,
            show_default=False,
        ),
    ] = None,
    header: Annotated[
        float | None,
        typer.Option(
            "--header",
            metavar="H",
            help="Strip for the name at the top of regions with children, in pixels.",
            rich_help_panel=_LAYOUT,
            show_default=False,
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed",
            min=0,
            metavar="N",
            help="Of voronoi: same seed, same result; 0 by default.",
            rich_help_panel=_LAYOUT,
            show_default=False,
        ),
    ] = None,
    validate: Annotated[
        bool,
        typer.Option(
            "--validate",
            help="Check that regions tile, and keep the area, shape and ratio that is promised.",
            rich_help_panel=_LAYOUT,
        ),
    ] = False,
    json: JsonFile = None,
    out_dir: OutDir = None,
    jobs: Jobs = 1,
    resume: Resume = False,
    report: ReportFile = None,
    retries: Retries = 1,
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
            "ratio": ratio,
            "eps": eps,
            "pivot": pivot and pivot.value,
            "padding": padding,
            "header": header,
            "seed": seed,
        },
    )
    check_range("--ratio", ratio, 1.0, open=False)
    check_range("--padding", padding, open=False)
    check_range("--header", header, open=False)
    if eps is not None and not 0.0 < eps <= 1 / 3:
        raise UsageProblem(f"--eps: must be above 0 and at most 1/3, got {eps:g}")
    if format is not None and format not in _FORMATS:
        raise UsageProblem(f"--format: must be one of {', '.join(_FORMATS)}, got {format!r}")
    if out not in (None, "-", "none") and os.path.splitext(out)[1].lower() not in PICTURES:
        raise UsageProblem(f"--out: must end with one of {', '.join(PICTURES)}, got {out!r}")
    sources, several = expand_inputs(inputs)
    work = []
    for source in sources:
        made, files = place_all(
            {"output": out, "json": json},
            source,
            default="{name}.svg",
            out_dir=out_dir,
            several=several,
        )
        beside = weights and fill(weights, source)
        options: dict[str, Any] = {
            "method": method,
            "arguments": arguments,
            "format": format,
            "internal": internal and internal.value,
            "duplicates": duplicates.value,
            "cumulative": cumulative,
            "weights": beside,
            "size": parse_size(size),
            "depth": depth,
            "with_labels": with_labels,
            "colour": colour.value,
            "title": title,
            "validate": validate,
            **made,
        }
        work.append(Job(source, files, (beside,) if beside else (), options, {"quiet": quiet}))
    batch = BatchOptions(
        several, out_dir, jobs, resume, report, retries, None, quiet, verbose, debug
    )
    return run_batch(_TASK, work, batch, _line if several else _lines)


def parse_size(text: str) -> tuple[int, int]:
    """Return width and height.

    >>> parse_size("640x480")
    (640, 480)
    """
    words = text.lower().replace("×", "x").split("x")
    if len(words) != 2 or not all(word.isdecimal() and 16 <= int(word) <= 16_384 for word in words):
        raise UsageProblem(
            f"--size: must be WIDTHxHEIGHT in pixels, each from 16 to 16384, got {text!r}"
        )
    return int(words[0]), int(words[1])


_KEYS = (
    "n_nodes", "n_leaves", "depth", "aspect_kind", "max_aspect_ratio", "mean_aspect_ratio", "bound",
    "n_degenerate", "seconds",
)  # fmt: skip


def _lines(job: Job, record: dict[str, Any]) -> str | None:
    from partwise.cli._record import lines_of

    return lines_of(job, record, _KEYS)


def _line(job: Job, record: dict[str, Any]) -> str | None:
    from partwise.cli._record import line_of

    return line_of(job, record, _KEYS)
