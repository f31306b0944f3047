"""The report of the partitioning suite: JSON, Markdown tables and the performance profile."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks._harness import CLOCKS
from benchmarks._peers import SOLVERS
from benchmarks._tables import (
    Cell,
    cells_of,
    group_ratios,
    markdown_table,
    performance_profile,
    solver_summary,
)

__all__ = ["REFERENCES", "write_report"]

REFERENCES = ("metis", "mtkahypar-default", "mtkahypar-quality")


def write_report(
    rows: Sequence[dict[str, Any]], facts: dict[str, Any], out: Path, *, clock: str = "wall"
) -> None:
    """Write the report of `rows` to `out` (JSON), and beside it as .md and .svg.

    Parameters
    ----------
    rows : sequence of dict
        The rows of the log, all of one allowed imbalance.
    facts : dict
        What :func:`benchmarks._harness.environment_facts` says of the run.
    out : Path
        A path that ends in ``.json``; its folder exists.
    clock : {"wall", "cpu"}
        Which time the tables show.
    """
    cells = cells_of(rows, CLOCKS[clock])
    solvers = [name for name in SOLVERS if any(cell.solver == name for cell in cells)]
    references = [name for name in REFERENCES if name in solvers]
    facts = facts | {
        "clock": clock,
        "imbalance": rows[0]["imbalance"],
        "seeds": len({row["seed"] for row in rows}),
        "cases": len({(cell.instance, cell.k) for cell in cells}),
        "instances": len({cell.instance for cell in cells}),
        "warm_up_seconds": _warm_up_seconds(rows, solvers),
    }
    summary = solver_summary(cells, solvers, references)
    out.write_text(_json(facts, summary, rows), encoding="utf-8")
    picture = out.with_suffix(".svg")
    performance_profile(cells, solvers, picture)
    text = _markdown(facts, summary, cells, solvers, references, rows, picture.name)
    out.with_suffix(".md").write_text(text, encoding="utf-8")


def _warm_up_seconds(rows: Sequence[dict[str, Any]], solvers: Sequence[str]) -> dict[str, float]:
    """Return the longest warm-up of each solver: the one that compiled, if one did."""
    seen = {name: [row["warm_up_seconds"] for row in rows if row["solver"] == name
                   and row["status"] == "ok"] for name in solvers}  # fmt: skip
    return {name: round(max(values), 3) for name, values in seen.items() if values}


def _json(
    facts: dict[str, Any], summary: dict[str, dict[str, Any]], rows: Sequence[dict[str, Any]]
) -> str:
    """Return the report as JSON: facts and means spread out, then a line per case and solver."""
    head = json.dumps({"facts": facts, "summary": _finite(summary)}, indent=1)
    lines = ",\n".join(json.dumps(line, separators=(",", ":")) for line in _measured(rows))
    return f'{head[:-2]},\n "measured": [\n{lines}\n]}}\n'


def _measured(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows with those that differ in the seed only put together."""
    same = ("instance", "family", "n", "m", "k", "solver")
    per_seed = ("cut", "feasible", "reached_imbalance", "seconds", "cpu_seconds", "peak_bytes")
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in same), []).append(row)
    lines = []
    for key, members in groups.items():
        good = [row for row in members if row["status"] == "ok"]
        line = dict(zip(same, key)) | {"seed": [row["seed"] for row in good]}
        line |= {name: [_rounded(row[name]) for row in good] for name in per_seed}
        failed = [{n: row[n] for n in ("seed", "status", "reason")} for row in members
                  if row["status"] != "ok"]  # fmt: skip
        lines.append(line | ({"failed": failed} if failed else {}))
    return lines


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value


def _rounded(value: Any) -> Any:
    return round(value, 5) if isinstance(value, float) else value


def _markdown(
    facts: dict[str, Any],
    summary: dict[str, dict[str, Any]],
    cells: Sequence[Cell],
    solvers: Sequence[str],
    references: Sequence[str],
    rows: Sequence[dict[str, Any]],
    picture: str,
) -> str:
    parts = [_introduction(facts, rows), _overview(summary, references)]
    parts.append(f"## Performance profile\n\n![performance profile]({picture})")
    for reference in references:
        parts.append(_by_group(cells, solvers, reference))
    parts.append(_failures(rows))
    parts.append(_every_cut(cells, solvers))
    return "\n\n".join(part for part in parts if part) + "\n"


def _introduction(facts: dict[str, Any], rows: Sequence[dict[str, Any]]) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in facts["packages"].items())
    warm = ", ".join(
        f"{name.removeprefix('partwise-')} {seconds:.1f} s"
        for name, seconds in facts["warm_up_seconds"].items()
        if name.startswith("partwise")
    )
    compiled = f" Warm-up of partwise, apart from all times below: {warm}." if warm else ""
    clock = {"wall": "wall-clock", "cpu": "processor"}[facts["clock"]]
    return (
        "# Balanced k-way partitioning\n\n"
        "Made by `python -m benchmarks partition`; do not edit.\n\n"
        f"{facts['date']}, {facts['cpu']}, {facts['cpu_count']} cores, {facts['system']}, Python "
        f"{facts['python']}; {packages}. {facts['instances']} graphs, {facts['cases']} cases "
        f"(graph and k), up to {facts['seeds']} seeds per case of which medians are taken, "
        f"imbalance {100 * facts['imbalance']:g} %, one thread, {clock} time after compilation and "
        f"without conversion to a solver's own format.{compiled} "
        "`metis` is METIS k-way through pymetis with ufactor = "
        "1000 x imbalance, `metis-rb` its recursive bisection. Ratios are geometric means over the "
        "cases that both sides solved, a cut of 0 counted as 1, infeasible results included; below "
        "1 is better than the reference. A partition is infeasible when a block weighs more than "
        "floor((1 + imbalance) ceil(c(V)/k)); cut and weights are recomputed from the labels. Peak "
        "memory is the growth of the resident set during the call."
    )


def _overview(summary: dict[str, dict[str, Any]], references: Sequence[str]) -> str:
    header = ["solver", "cases"]
    for reference in references:
        header += [f"cut / {reference}", f"time / {reference}"]
    header += ["mean s", "peak MiB", "best or tied", "infeasible runs", "failed runs"]
    lines = []
    for name, entry in summary.items():
        line = [name, entry["cases"]]
        for reference in references:
            line += [entry[f"cut_to_{reference}"], entry[f"time_to_{reference}"]]
        line += [entry["seconds"], entry["peak_mib"]]
        line += [entry["best_or_tied"], entry["infeasible_runs"], entry["failed_runs"]]
        lines.append(line)
    return "## Overview\n\n" + markdown_table(header, lines)


def _by_group(cells: Sequence[Cell], solvers: Sequence[str], reference: str) -> str:
    """Return the cut by k, and cut, time and memory by family, all relative to `reference`."""
    by_k = group_ratios(cells, solvers, reference, lambda cell: cell.k)
    tables = [("cut by k", "k", {k: by_k[k] for k in sorted(by_k)})]
    for of in ("cut", "worst cut", "time", "memory"):
        groups = group_ratios(cells, solvers, reference, lambda cell: cell.family, of=of)
        tables.append((f"{of} by family", "family", groups))
    text = [f"## Relative to {reference}"]
    for title, first, groups in tables:
        lines = [[str(name), *[line[s] for s in solvers]] for name, line in groups.items()]
        text.append(f"### {title.capitalize()}\n\n" + markdown_table([first, *solvers], lines))
    return "\n\n".join(text)


def _failures(rows: Sequence[dict[str, Any]]) -> str:
    failed = [row for row in rows if row["status"] != "ok"]
    if not failed:
        return ""
    seen: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in failed:
        seen.setdefault((row["solver"], row["status"], row["reason"]), []).append(row)
    lines = [
        [
            solver,
            status,
            reason.replace("|", "/"),
            ", ".join(sorted({f"{row['instance']} k={row['k']}" for row in group})),
        ]
        for (solver, status, reason), group in seen.items()
    ]
    return "## Failed runs\n\n" + markdown_table(["solver", "what", "reason", "where"], lines)


def _every_cut(cells: Sequence[Cell], solvers: Sequence[str]) -> str:
    """Return the median cut of every case; an infeasible result is marked with a star."""
    table: dict[tuple[str, int], dict[str, Cell]] = {}
    for cell in cells:
        table.setdefault((cell.instance, cell.k), {})[cell.solver] = cell
    lines = []
    for (instance, k), by_solver in table.items():
        lines.append([f"{instance}, {k}", *[_cut(by_solver.get(name)) for name in solvers]])
    return (
        "## Every case\n\n<details><summary>Median cuts; * marks a case with an infeasible run"
        "</summary>\n\n" + markdown_table(["graph, k", *solvers], lines) + "\n\n</details>"
    )


def _cut(cell: Cell | None) -> str:
    if cell is None or not cell.cuts:
        return "-"
    return f"{cell.cut:g}" + ("*" if cell.infeasible else "")
