"""The report of the suite `treemaps`: JSON and Markdown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks._meter import SHORT
from benchmarks._suite_report import (
    failures,
    in_order,
    introduction,
    table_of,
    warm_up_text,
    with_time,
    write_files,
    yes_or_no,
)
from benchmarks._treemap_solvers import SOLVERS
from benchmarks._treemap_summary import (
    d3_summary,
    goals,
    points_summary,
    ratio_summary,
    speed_summary,
)

__all__ = ["write_report"]

Row = dict[str, Any]
Entries = Sequence[Mapping[str, Any]]


def write_report(rows: Sequence[Row], facts: Mapping[str, Any], out: Path, *, clock: str) -> None:
    """Write the report of `rows` to `out` (JSON) and beside it as .md.

    Parameters
    ----------
    clock : {"seconds", "cpu_seconds"}
        The field that the tables show as time.
    """
    good: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["status"] == "ok":
            good[row["part"]].append(with_time(row, clock) if "seconds" in row else row)
    summary: dict[str, Any] = {
        part: make(in_order(good[part], SOLVERS)) for part, (make, _) in _PARTS.items()
    }
    summary = {"goals": goals(summary)} | summary
    timed = [row for part in good.values() for row in part if "seconds" in row]
    text = [
        introduction("Treemaps and partitions of points", "treemaps", facts),
        f"Calls below {SHORT:g} s are repeated for about {2 * SHORT:g} s and their mean is taken.",
        warm_up_text(timed),
        _goals(summary["goals"]),
        *(write(summary[part]) for part, (_, write) in _PARTS.items() if summary[part]),
        failures(rows),
    ]
    write_files(out, facts, summary, rows, text)


def _goals(lines: Entries) -> str:
    if not lines:
        return ""
    columns = {"what": "what", "goal": "goal", "measured": "value",
               "met": lambda e: yes_or_no(e["met"])}  # fmt: skip
    return "## Goals\n\n" + table_of(lines, columns)


def _speed(entries: Entries) -> str:
    return (
        "## Speed\n\nSeconds of `treemap(tree, method)`, from a tree with its weights to the "
        "regions of all nodes, and of `squarify.squarify` for the same weights, normalised and "
        "sorted before. *squarify / ours* compares with the method squarified; *squarified-1* "
        "strives for rows of squares as squarify does, and draws the same boxes.\n\n"
        + table_of(
            entries,
            {
                "tree": "instance", "solver": "solver", "s": "seconds", "runs": "runs",
                "leaves per s": lambda e: f"{e['leaves_per_second']:.3g}",
                "squarify / ours": "ratio",
            },
        )
    )  # fmt: skip


_RATIOS = {
    "solver": "solver", "max square": "max_square", "mean square": "mean_square",
    "max diameter": "max_diameter", "mean diameter": "mean_diameter",
    "worst of all nodes": "worst", "bound": "bound", "in": "aspect_kind",
}  # fmt: skip


def _skew(entries: Entries) -> str:
    return (
        "## Aspect ratios while weights become unequal\n\nOf the leaves, apart from those with a "
        "side below 1e-7 of the picture's: largest, and mean by area. *square*: squared side of "
        "the smallest enclosing axis-parallel square over area, 1 for a square. *diameter*: "
        "squared diameter over area, 2 for a square. *worst of all nodes* is in the definition of "
        "the method (*in*), inner nodes included, and so is the bound that is proven. *sigma* is "
        "the deviation of the logarithm of the weights.\n\n"
        + table_of(entries, {"tree": "instance", **_RATIOS})
    )


def _supplied(entries: Entries) -> str:
    return "## Supplied trees\n\nAs above.\n\n" + table_of(
        entries, {"tree": "instance", "s": "seconds", **_RATIOS}
    )


def _d3(entries: Entries) -> str:
    return (
        "## Flare beside d3\n\nLargest difference of a coordinate between our squarified layout "
        "and the one that d3 makes, in a picture of 960 x 500.\n\n"
        + table_of(
            entries,
            {
                "layout": "instance",
                "nodes": "nodes",
                "difference": lambda e: f"{e['difference']:.1e}",
            },
        )
    )


def _points(entries: Entries) -> str:
    return (
        "## Points into 64 parts\n\n*Imbalance*: size of the largest part over the mean, minus 1. "
        "*Cut*: edges of the mesh between parts; *cut / multilevel* compares with our multilevel "
        "partitioner, which sees the edges and not the points (imbalance 0.03). scipy's kd-tree "
        "makes as many leaves as powers of two give.\n\n"
        + table_of(
            entries,
            {
                "points": "instance", "solver": "solver", "s": "seconds", "parts": "n_parts",
                "imbalance": lambda e: f"{e['imbalance']:.4f}", "cut": "cut",
                "cut / multilevel": "cut_ratio", "time / multilevel": "time_ratio",
            },
        )
    )  # fmt: skip


_PARTS = {
    "speed": (speed_summary, _speed),
    "skew": (ratio_summary, _skew),
    "supplied": (ratio_summary, _supplied),
    "d3": (d3_summary, _d3),
    "points": (points_summary, _points),
}
