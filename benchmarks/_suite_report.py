"""What the reports of several suites have in common."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks._tables import markdown_table

__all__ = [
    "failures",
    "in_order",
    "introduction",
    "table_of",
    "warm_up_text",
    "with_time",
    "write_files",
    "yes_or_no",
]

Row = dict[str, Any]


_WALL_CLOCK = ("threads", "batch")


def with_time(row: Row, clock: str) -> Row:
    """Return `row` with ``time``: by the wall clock in parts that set two threads beside one."""
    wall = row["part"] in _WALL_CLOCK or row["solver"].endswith(" x2")
    return row | {"time": row["seconds"] if wall else row[clock]}


def in_order(rows: Iterable[Row], solvers: Iterable[str]) -> list[Row]:
    """Return the rows by instance, as these came, and by solver, as these are listed."""
    rows = list(rows)
    place = {solver: position for position, solver in enumerate(solvers)}
    came = {name: i for i, name in enumerate(dict.fromkeys(row["instance"] for row in rows))}
    return sorted(rows, key=lambda row: (came[row["instance"]], place[row["solver"]]))


def introduction(title: str, suite: str, facts: Mapping[str, Any]) -> str:
    """Return the title and the circumstances of the run."""
    packages = ", ".join(f"{name} {version}" for name, version in facts["packages"].items())
    clock = {"wall": "wall-clock", "cpu": "processor"}[facts["clock"]]
    return (
        f"# {title}\n\nMade by `python -m benchmarks {suite}`; do not edit.\n\n"
        f"{facts['date']}, {facts['cpu']}, {facts['cpu_count']} cores of which the run could use "
        f"{facts['usable_cpus']}, {facts['system']}, Python {facts['python']}; {packages}. One "
        f"thread unless stated, {clock} time after compilation, medians over the seeds. Peak "
        "memory is the growth of the resident set during the call."
    )


def warm_up_text(rows: Iterable[Row]) -> str:
    """Return the longest first call of every solver of partwise, "" if there is none."""
    longest: dict[str, float] = {}
    for row in rows:
        if row["solver"].startswith("partwise"):
            seconds = row["warm_up_seconds"] + row["compile_seconds"]
            longest[row["solver"]] = max(seconds, longest.get(row["solver"], 0.0))
    if not longest:
        return ""
    times = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in longest.items())
    return (
        "First calls of partwise in a process, which compile its kernels or load them from the "
        f"cache, apart from all times below (solvers share processes and kernels): {times}."
    )


def yes_or_no(value: bool) -> str:
    """Return a word for a cell of a table."""
    return "yes" if value else "no"


def table_of(entries: Iterable[Mapping[str, Any]], columns: Mapping[str, Any]) -> str:
    """Return a table; a column is the name of a field, or a function of an entry."""
    lines = [
        [column(entry) if callable(column) else entry[column] for column in columns.values()]
        for entry in entries
    ]
    return markdown_table(list(columns), lines)


def failures(rows: Sequence[Row]) -> str:
    """Return a table of the runs without a result, "" if there is none."""
    failed = [row for row in rows if row["status"] != "ok"]
    if not failed:
        return ""
    lines = [
        [
            f"{row['part']} {row['instance']}, seed {row['seed']}: {row['solver']}",
            row["status"],
            row["reason"].replace("|", "/"),
        ]
        for row in failed
    ]
    return "## Failed runs\n\n" + markdown_table(["run", "what", "reason"], lines)


def write_files(
    out: Path,
    facts: Mapping[str, Any],
    summary: Mapping[str, Any],
    rows: Sequence[Row],
    text: Sequence[str],
) -> None:
    """Write `out` (JSON: facts and summary spread out, a line per row) and the text as .md."""
    head = json.dumps({"facts": facts, "summary": _finite(summary)}, indent=1)
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    out.write_text(f'{head[:-2]},\n "rows": [\n{lines}\n]}}\n', encoding="utf-8")
    out.with_suffix(".md").write_text("\n\n".join(filter(None, text)) + "\n", encoding="utf-8")


def _finite(value: Any) -> Any:
    """Return `value` with what JSON cannot hold replaced by None."""
    if isinstance(value, Mapping):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_finite(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
