"""The report of the suite `gpu`: JSON and Markdown."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks._gpu_traversal import BYTES, CACHED_NODES, SOURCES
from benchmarks._tables import markdown_table

__all__ = ["write_report"]

Row = dict[str, Any]
#: What the sheet of the roofline gives for a state that does not fit the cache of an H200.
_LIMIT_GTEPS = 119.0


def write_report(rows: list[Row], facts: Row, out: Path) -> None:
    """Write the rows and the facts as JSON, and tables of them beside it."""
    out.parent.mkdir(parents=True, exist_ok=True)
    report = {"facts": facts, "rows": rows}
    out.write_text(json.dumps(report, indent=1, default=str) + "\n")
    out.with_suffix(".md").write_text(_page(rows, facts))


def _page(rows: list[Row], facts: Row) -> str:
    parts = [_introduction(facts)]
    sections: list[tuple[str, Callable[[list[Row]], str]]] = [
        ("Checks", _checks), ("Goals", _goals), ("Traversal", _traversal), ("Graphs", _graphs),
        ("Peers", _peers), ("Points", _points), ("Memory", _memory), ("Not run", _not_run),
    ]  # fmt: skip
    for title, section in sections:
        text = section(rows)
        if text:
            parts.append(f"## {title}\n\n{text}")
    return "\n\n".join(parts) + "\n"


def _introduction(facts: Row) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in facts["packages"].items())
    device = facts["device"] or f"no GPU ({facts['why_no_device']})"
    copied = facts["copy_bytes_per_second"]
    speed = "" if copied is None else f", copies at {copied / 1e12:.2f} TB/s (read and written)"
    return (
        "# GPU kernels\n\nMade by `python -m benchmarks gpu`; do not edit.\n\n"
        f"{facts['date']}, commit {facts['commit']}; {device}{speed}; {facts['cpu']}, "
        f"{facts['threads']} threads of {facts['cpu_count']} cores, {facts['system']}, Python "
        f"{facts['python']}; {packages}. Inputs are generated; times are means of warm runs."
    )


def _ok(rows: list[Row], part: str) -> list[Row]:
    return [row for row in rows if row["part"] == part and row["status"] == "ok"]


def _table(header: list[str], lines: list[list[Any]]) -> str:
    return markdown_table(header, lines) if lines else ""


def _number(value: Any, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}g}"


def _checks(rows: list[Row]) -> str:
    here = [row for row in rows if row["part"] == "checks"]
    done = [row for row in here if row["status"] == "ok"]
    if not done:
        return ""
    failed = [row for row in here if row["status"] == "failed"]
    text = f"{len(done)} comparisons with the CPU agree, {len(failed)} do not."
    wrong = [[row["graph"], row["what"], row.get("strategy", "-"), row["reason"]] for row in failed]
    table = _table(["graph", "driver", "strategy", "what is wrong"], wrong)
    return f"{text}\n\n{table}" if table else text


def _goals(rows: list[Row]) -> str:
    """Return what was wanted of a GPU and what was reached."""
    lines = []
    largest = [row for row in _ok(rows, "traversal") if row["graph"] == "R-MAT 24"]
    push = {row["strategy"]: row["gteps"] for row in largest if row["what"] == "bfs, push"}
    both = [row["gteps"] for row in largest if row["what"] == "bfs, direction-optimising"]
    if "node" in push:
        ratio = max(push.values()) / push["node"]
        lines.append(["best strategy / by node, R-MAT 24", "3", _number(ratio), _met(ratio >= 3)])
        share = max(push.values()) / _LIMIT_GTEPS
        lines.append(["push BFS / 119 GTEPS", "0.15", _number(share), _met(share >= 0.15)])
    if both:
        share = max(both) / _LIMIT_GTEPS
        lines.append(
            ["direction-optimising BFS / 119 GTEPS", "0.6", _number(share), _met(share >= 0.6)]
        )
    for row in _ok(rows, "graphs"):
        if row.get("edges", 0) >= 5e7:
            seconds = row["seconds"]
            name = f"partition of {row['graph']}, s"
            lines.append([name, "20", _number(seconds), _met(seconds < 20)])
    for what in ("k-medoids", "pairwise arg-max"):
        rates: dict[str, float] = {}
        for row in _ok(rows, "points"):
            if row["what"].startswith(what):
                best = max(rates.get(row["device"], 0.0), row["pairs_per_second"])
                rates[row["device"]] = best
        if len(rates) == 2:
            ratio = rates["cuda"] / rates["cpu"]
            lines.append([f"{what}: GPU / two cores", "20", _number(ratio), _met(ratio >= 20)])
    return _table(["goal", "target", "measured", "met"], lines)


def _met(value: bool) -> str:
    return "yes" if value else "no"


def _traversal(rows: list[Row]) -> str:
    lines = [
        [
            row["graph"], row["device"], row["what"], row["strategy"], row["runs"],
            _number(1000 * row["seconds"]), _number(row["gteps"]),
            _number(row.get("bytes_share_of_copy")),
        ]
        for row in _ok(rows, "traversal")
        if row["what"] != "graph"
    ]  # fmt: skip
    if not lines:
        return ""
    sizes = ", ".join(
        f"{row['graph']} on {row['device']} {row['nodes']} nodes and {row['arcs']} arcs"
        for row in _ok(rows, "traversal")
        if row["what"] == "graph"
    )
    text = (
        f"Graphs: {sizes}. Searches start from {SOURCES} nodes with arcs. GTEPS are 10^9 arcs of "
        "the component that is reached, whether or not they were read, in a second. Of a push the "
        f"bytes are {BYTES[0]} for an arc where the levels of up to {CACHED_NODES} nodes are in "
        f"the cache, else {BYTES[1]}, against those of a copy."
    )
    header = ["graph", "device", "what", "strategy", "runs", "ms", "GTEPS", "bytes / copy"]
    return f"{text}\n\n{_table(header, lines)}"


def _peers(rows: list[Row]) -> str:
    here = _ok(rows, "peers")
    ours = {
        (row["graph"], row["what"]): row["seconds"] for row in here if row["package"] == "partwise"
    }
    lines = [
        [
            row["graph"], row["what"], row["package"], _number(1000 * row["seconds"]),
            _number(row["seconds"] / ours[row["graph"], row["what"]]),
        ]
        for row in here
        if (row["graph"], row["what"]) in ours
    ]  # fmt: skip
    if not lines:
        return ""
    text = (
        "On the CPU, by the functions that users call, from the same 5 sources. scipy's search "
        "returns an order and predecessors and no levels; igraph's and networkit's PageRank end by "
        "rules of their own; igraph keeps in mind that a graph is connected. networkit and our "
        "sums over rows use two threads."
    )
    header = ["graph", "what", "package", "ms", "times ours"]
    return f"{text}\n\n{_table(header, lines)}"


def _graphs(rows: list[Row]) -> str:
    lines = []
    for row in _ok(rows, "graphs"):
        result = next(
            (f"{name} {_number(row[name], 6)}" for name in ("cut", "modularity", "communities")
             if name in row),
            "-",
        )  # fmt: skip
        lines.append([row["graph"], row["device"], row["what"], _number(row["seconds"]), result])
    return _table(["graph", "device", "what", "s", "result"], lines)


def _points(rows: list[Row]) -> str:
    lines = [
        [row["what"], row["device"], _number(row["seconds"]), _number(row["pairs_per_second"])]
        for row in _ok(rows, "points")
    ]
    return _table(["what, and number of points", "device", "s", "pairs / s"], lines)


def _memory(rows: list[Row]) -> str:
    lines = [
        [
            row["graph"], row["what"], row["strategy"], _number(row["estimate"] / 2**20),
            _number(row["allocated"] / 2**20 if "allocated" in row else None),
        ]
        for row in rows
        if row["part"] == "memory" and "estimate" in row
    ]  # fmt: skip
    header = ["graph", "function", "strategy", "estimate, MiB", "allocated, MiB"]
    return _table(header, lines)


def _not_run(rows: list[Row]) -> str:
    lines = [
        [row["part"], row.get("graph", "-"), row["what"], row.get("device", "cuda"), row["status"],
         row["reason"]]
        for row in rows
        if row["status"] != "ok" and row["part"] != "memory"
    ]  # fmt: skip
    return _table(["part", "graph", "what", "device", "status", "reason"], lines)
