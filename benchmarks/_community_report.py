"""The report of the suite `communities`: JSON and Markdown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks._community_summary import (
    OURS,
    best_of_seeds,
    iteration_means,
    medians,
    network_overview,
    targets,
    thread_table,
)
from benchmarks._meter import SHORT
from benchmarks._suite_report import (
    failures,
    introduction,
    table_of,
    warm_up_text,
    with_time,
    write_files,
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
            good[row["part"]].append(with_time(row, clock))
    graphs, threads = medians(good["graphs"]), medians(good["threads"])
    iterations, small = medians(good["iterations"]), best_of_seeds(good["small"])
    summary: dict[str, Any] = {
        "targets": targets(graphs, threads, small),
        "overview": network_overview(graphs),
        "graphs": graphs,
        "iterations": {"means": iteration_means(iterations), "graphs": iterations},
        "small": small,
        "threads": {"speedups": thread_table(threads), "graphs": threads},
    }
    text = [
        introduction("Communities", "communities", facts),
        "Times exclude the conversion to a package's own format and the reading of its result. "
        f"Calls below {SHORT:g} s are repeated for about {2 * SHORT:g} s and their mean is taken. "
        "Modularity, connectedness and agreement with known groups are recomputed from the labels. "
        "*Seeds* are fewer where a solver has used up its patience "
        f"({facts['patience']:g} s a network). igraph and leidenalg do 2 iterations, networkit's "
        "ParallelLeiden 3, networkit's PLM refines, the others have their defaults. Those called "
        "`labels` are label propagation, which maximises no modularity.",
        warm_up_text(row for part in good.values() for row in part),
        _targets(summary["targets"]),
        _overview(summary["overview"]),
        _small(small),
        _iterations(iteration_means(iterations), iterations),
        _threads(summary["threads"]["speedups"]),
        _networks("Every network", graphs),
        _networks("Every network of the section on threads", threads),
        failures(rows),
    ]
    write_files(out, facts, summary, rows, text)


def _targets(lines: Entries) -> str:
    if not lines:
        return ""
    text = "## Goals\n\nA goal counts on every network; *met* says on how many it is.\n\n"
    return text + table_of(
        lines,
        {
            "what": "what", "goal": "goal", "median": "median", "worst": "worst",
            "worst on": "where", "met": lambda e: f"{e['met']} of {e['networks']}",
        },
    )  # fmt: skip


def _overview(lines: Entries) -> str:
    if not lines:
        return ""
    return (
        f"## One thread\n\nGeometric means over the networks that both solved; *time / ours* and "
        f"differences of the median modularity are relative to `{OURS}`.\n\n"
        + table_of(
            lines,
            {
                "solver": "solver", "networks": "networks", "time / ours": "ratio",
                "edges/s": lambda e: f"{e['edges_per_second']:.3g}",
                "modularity - ours, mean": lambda e: _signed(e["quality"]),
                "worst": lambda e: _signed(e["worst"]), "disconnected communities": "pieces",
            },
        )
    )  # fmt: skip


def _signed(value: float | None) -> str:
    return "-" if value is None else f"{value:+.4f}"


def _small(entries: Entries) -> str:
    if not entries:
        return ""
    return "## Best of ten seeds\n\n" + table_of(
        entries,
        {
            "network": "instance", "solver": "solver",
            "best known": lambda e: f"{e['best_known']:.6f}",
            "best": lambda e: f"{e['best']:.6f}",
            "reached by": lambda e: f"{e['times']} of {e['seeds']}",
        },
    )  # fmt: skip


def _iterations(means: Entries, entries: Entries) -> str:
    if not means:
        return ""
    table = table_of(
        means,
        {
            "iterations": lambda e: "until stable" if e["iterations"] < 0 else str(e["iterations"]),
            "networks": "networks", "time / 2 iterations": "ratio",
            "modularity - that of 2": lambda e: _signed(e["gain"]),
            "least": lambda e: _signed(e["least"]), "most": lambda e: _signed(e["most"]),
        },
    )  # fmt: skip
    return (
        "## Number of iterations\n\nGeometric mean of times, mean difference of median "
        f"modularities.\n\n{table}\n\n" + _folded("Every network", entries)
    )


def _threads(lines: Entries) -> str:
    if not lines:
        return ""
    return (
        "## Two threads\n\nWall-clock times. `parallel` gives the same labels for any number of "
        "threads; `free` lets them race; with `leiden` only the steps between the moves use them. "
        f"The last column is the time of `{OURS}` on one thread, divided by that of two threads."
        "\n\n"
        + table_of(
            lines,
            {
                "network": "instance", "edges": "m", "solver": "solver", "s, one": "one",
                "s, two": "two", "speed-up": "speedup",
                "modularity, one": lambda e: f"{e['modularity_one']:.5f}",
                "two": lambda e: f"{e['modularity_two']:.5f}",
                "to ours on one": "to_sequential",
            },
        )
    )  # fmt: skip


def _networks(title: str, entries: Entries) -> str:
    if not entries:
        return ""
    return f"## {title}\n\n" + _folded("Medians over the seeds; time, edges/s, modularity", entries)


def _folded(title: str, entries: Entries) -> str:
    columns: dict[str, Any] = {
        "network": "instance", "edges": "m", "solver": "solver", "seeds": "seeds", "s": "seconds",
        "CPU s": "cpu_seconds", "time / ours": "ratio",
        "edges/s": lambda e: f"{e['edges_per_second']:.3g}",
        "modularity": lambda e: f"{e['modularity']:.5f}",
        "min": lambda e: f"{e['least']:.5f}", "max": lambda e: f"{e['most']:.5f}",
        "communities": lambda e: f"{e['communities']:g}", "disconnected, all seeds": "disconnected",
        "peak MiB": lambda e: None if e["peak_bytes"] is None else e["peak_bytes"] / 2**20,
        "NMI": lambda e: e.get("nmi"), "ARI": lambda e: e.get("ari"),
    }  # fmt: skip
    table = table_of(entries, columns)
    return f"<details><summary>{title}</summary>\n\n{table}\n\n</details>"
