"""The report of the multi-personality suite: JSON and Markdown."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks._netlist_summary import (
    PLAN_SOLVERS,
    RESAMPLES,
    plan_summary,
    row_label,
    single_summary,
    small_summary,
)
from benchmarks._tables import markdown_table

__all__ = ["write_report"]

PUBLISHED = {"cut": 0.73, "deviation": 0.50}  # Gregerson, Chadha and Morrow, FPT 2013

Row = dict[str, Any]


def write_report(rows: Sequence[Row], facts: dict[str, Any], out: Path, *, reference: str) -> None:
    """Write the report of `rows` to `out` (JSON) and beside it as .md."""
    by_part: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_part[row["part"]].append(row)
    summary: dict[str, Any] = {}
    if by_part["plan"]:
        summary["plan"] = plan_summary(by_part["plan"])
    if by_part["small"]:
        summary["small"] = small_summary(by_part["small"])
    if by_part["single"]:
        summary["single"] = single_summary(by_part["single"], reference)
    head = json.dumps(
        {"facts": facts, "published": PUBLISHED, "summary": _rounded(summary)}, indent=1
    )
    lines = ",\n".join(json.dumps(_rounded(row), separators=(",", ":")) for row in rows)
    out.write_text(f'{head[:-2]},\n "rows": [\n{lines}\n]}}\n', encoding="utf-8")
    out.with_suffix(".md").write_text(_markdown(summary, by_part, facts, reference), "utf-8")


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(entry) for key, entry in value.items()}
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return value


def _markdown(
    summary: dict[str, Any],
    by_part: Mapping[str, Sequence[Row]],
    facts: dict[str, Any],
    reference: str,
) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in facts["packages"].items())
    parts = [
        "# Multi-personality partitioning",
        "Made by `python -m benchmarks multipersonality`; do not edit.",
        f"{facts['date']}, {facts['cpu']}, {facts['cpu_count']} cores, {facts['system']}, Python "
        f"{facts['python']}; {packages}. One thread, wall-clock time after compilation and without "
        "a peer's conversion to its own format. All numbers are recomputed from labels and "
        "personalities. `xN` is the number of starts, of which the best counts.",
    ]
    if "plan" in summary:
        parts += _plan_text(summary["plan"], by_part["plan"])
    if "small" in summary:
        parts += _small_text(summary["small"], by_part["small"])
    if "single" in summary:
        parts += _single_text(summary["single"], by_part["single"], reference)
    if by_part["scale"]:
        parts += _scale_text(by_part["scale"])
    failed = [row for rows in by_part.values() for row in rows if row["status"] != "ok"]
    if failed:
        header = ["run", "what", "reason"]
        lines = [
            [
                f"{row['part']} {row['instance']} seed {row['seed']}: {row_label(row)}",
                row["status"],
                row["reason"].replace("|", "/"),
            ]
            for row in failed
        ]
        parts.append("## Failed runs\n\n" + markdown_table(header, lines))
    return "\n\n".join(parts) + "\n"


def _interval(entry: Mapping[str, Any]) -> str:
    if entry["mean"] is None:
        return "-"
    return f"{entry['mean']:.3f} [{entry['low']:.3f}, {entry['high']:.3f}]"


def _plan_text(summary: Mapping[str, Any], rows: Sequence[Row]) -> list[str]:
    first = rows[0]
    seeds = len({row["seed"] for row in rows})
    ratios = ("cut", "cut_all_runs", "deviation", "deviation_lp")
    lines = [
        [method, *[_interval(entry[what]) for what in ratios], entry["cut"]["runs"],
         "yes" if entry["both_directions_hold"] else "no"]
        for method, entry in summary.items()
    ]  # fmt: skip
    published = [f"{PUBLISHED[what]:.3f}" for what in ("cut", "deviation")]
    lines.append(["published", published[0], "-", published[1], "-", "-", "-"])
    header = ["method", "cut / static", "cut / static, all runs", "deviation / post-mapping",
              "deviation / post-mapping-lp", "feasible pairs", "both below 1"]  # fmt: skip
    parts = [
        "## Reproduction of the published ratios",
        f"Netlists typed LUT, DSP, BRAM with {seeds} weight seeds, two blocks, imbalance "
        f"{100 * first['imbalance']:g} % in every resource, target ratio 200:74:105, "
        f"{first['starts']} starts. Ratios of `adaptive` to the baselines, means of the instances' "
        "means with 95 % confidence intervals: percentile bootstrap over instances and, within "
        f"them, seeds, {RESAMPLES} resamples. Cuts are compared over the runs in which both sides "
        "are feasible, then over all runs; deviations over all runs, feasible or not. "
        "`post-mapping` chooses personalities for the finished blocks by the published sweeps, "
        "`post-mapping-lp` for blocks from the same partitioner by linear programming, which is "
        "ours; where both deviations are below 0.001, their ratio is one of rounding. *Both below "
        "1*: the upper ends of the intervals of the published comparisons, `cut / static` over "
        "feasible pairs and `deviation / post-mapping`.",
        markdown_table(header, lines),
        "Share of feasible runs:",
        markdown_table(
            ["method", *PLAN_SOLVERS],
            [[method, *entry["feasible"].values()] for method, entry in summary.items()],
        ),
    ]
    for method, entry in summary.items():
        parts += _plan_instances(method, entry["instances"])
    return parts


def _plan_instances(method: str, instances: Mapping[str, Any]) -> list[str]:
    lines = []
    for name, entry in instances.items():
        feasible = entry["cut"]["runs"] > 0
        cut = entry["cut" if feasible else "cut_all_runs"]
        lines.append([name, _interval(cut) + ("" if feasible else "*"),
                      _interval(entry["deviation"]), _interval(entry["deviation_lp"])])  # fmt: skip
    header = ["instance", "cut / static", "deviation / post-mapping", "deviation / post-mapping-lp"]
    parts = [f"### Method {method}", markdown_table(header, lines)]
    if any("*" in line[1] for line in lines):
        parts.append("* over all runs, as no pair of runs is feasible on both sides.")
    lines = [
        [name, solver, *[numbers.get(what) for what in (
            "cut", "feasible", "deviation", "max_utilisation", "violation", "seconds")]]
        for name, entry in instances.items()
        for solver, numbers in entry["solvers"].items()
    ]  # fmt: skip
    header = ["instance", "solver", "cut", "feasible", "deviation", "max utilisation",
              "violation", "s"]  # fmt: skip
    text = "<details><summary>Means over seeds</summary>\n\n"
    return [*parts, text + markdown_table(header, lines) + "\n\n</details>"]


def _small_text(summary: Mapping[str, Any], rows: Sequence[Row]) -> list[str]:
    instances = len({row["instance"] for row in rows})
    header = ["solver", "runs", "infeasible", "at the optimum", "at most 1 more", "summed cut",
              "summed optimum", "mean s"]  # fmt: skip
    names = ("runs", "infeasible_runs", "at_optimum", "at_most_one_more", "summed_cut",
             "summed_optimum", "seconds")  # fmt: skip
    lines = [[label, *[entry[name] for name in names]] for label, entry in summary.items()]
    return [
        "## Small instances with known optima",
        f"{instances} netlists of 16 to 24 nodes, two blocks of given capacities. The optimum of "
        "`static` is that of the proportional mapping computed with the instances.",
        markdown_table(header, lines),
    ]


def _single_text(summary: Mapping[str, Any], rows: Sequence[Row], reference: str) -> list[str]:
    header = ["solver", "instances", f"cut / {reference}", f"time / {reference}",
              "cut / best known", "infeasible runs", "mean s"]  # fmt: skip
    lines = [[label, *entry.values()] for label, entry in summary.items()]
    parts = [
        "## One resource",
        "Every node takes 1 and has one personality; two blocks. Geometric means of medians over "
        f"{len({row['seed'] for row in rows})} seeds. The best known cuts are those of the TILOS "
        "leaderboard for the same balance.",
        markdown_table(header, lines),
    ]
    labels = sorted({row_label(row) for row in rows if row["status"] == "ok"})
    cases: dict[tuple[str, float], list[Row]] = defaultdict(list)
    for row in rows:
        if row["status"] == "ok":
            cases[row["instance"], row["imbalance"]].append(row)
    lines = []
    for (name, imbalance), found in cases.items():
        line: list[Any] = [f"{name}, {100 * imbalance:g} %", found[0]["best_known"]]
        for what in ("cut", "seconds"):
            for label in labels:
                values = [row[what] for row in found if row_label(row) == label]
                line.append(median(values) if values else None)
        lines.append(line)
    header = ["netlist, imbalance", "best known", *[f"cut {label}" for label in labels]]
    header += [f"s {label}" for label in labels]
    # there is nothing to adapt
    return [
        part.replace("adaptive", "partwise") for part in (*parts, markdown_table(header, lines))
    ]


def _scale_text(rows: Sequence[Row]) -> list[str]:
    header = ["netlist", "solver", "nodes", "nets", "cut", "feasible", "s", "peak MiB"]
    lines = [
        [row["instance"], row_label(row), row["n"], row["nets"], row["cut"],
         "yes" if row["feasible"] else "no", row["seconds"],
         None if row["peak_bytes"] is None else row["peak_bytes"] / 2**20]
        for row in rows if row["status"] == "ok"
    ]  # fmt: skip
    return [
        "## Scale",
        "Generated netlists with four resources, two blocks, imbalance 1 %.",
        markdown_table(header, lines),
    ]
