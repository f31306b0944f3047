"""The report of the suite `local`: JSON and Markdown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks._local_solvers import SOLVERS
from benchmarks._local_summary import (
    attributes_summary,
    batch_summary,
    community_summary,
    goals,
    labelled_summary,
    locality_summary,
    ppr_summary,
)
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
    summary: dict[str, Any] = {
        part: make(in_order(good[part], SOLVERS)) for part, (make, _) in _PARTS.items()
    }
    summary = {"goals": goals(summary)} | summary
    text = [
        introduction("Local clusters", "local", facts),
        f"Calls below {SHORT:g} s are repeated for about {2 * SHORT:g} s and their mean is taken, "
        "without the working memory that the first query on a graph makes.",
        warm_up_text(row for part in good.values() for row in part),
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


def _milliseconds(name: str) -> Callable[[Mapping[str, Any]], float | None]:
    return lambda entry: None if entry.get(name) is None else 1000 * entry[name]


def _locality(entries: Entries) -> str:
    sizes = list(entries[0]["seconds"])
    columns: dict[str, Any] = {
        "method": "solver", "nodes touched": "n_touched",
        "volume read": lambda e: f"{e['touched_volume']:g}", "pushes": "n_pushes",
        "equal": lambda e: yes_or_no(e["same"]),
    } | {
        f"ms, n = {n}": lambda e, n=n: 1000 * e["seconds"][n] for n in sizes
    } | {"longest / shortest": "spread"}  # fmt: skip
    return (
        "## Locality\n\nOne cluster and its surroundings up to distance 3, in backgrounds of "
        "different size; the same question in each. *Equal*: nodes touched, volume read, pushes "
        "and every bit of the vector are the same in all backgrounds.\n\n"
        + table_of(entries, columns)
    )


def _ppr(entries: Entries) -> str:
    return (
        "## Approximate PageRank\n\nTime per query, from 20 random nodes: in one call (`get_ppr`, "
        "`partwise-batch`) or one after the other. `python` is the same algorithm on lists and "
        "dictionaries, with the same pushes in the same order; `get_ppr` is that of "
        "torch_geometric, with the same bound on the error: its walk is not lazy, so it returns "
        "with probability 2a / (1 + a) for a = 0.15. *Mass* is the mean sum of the vectors, "
        "*support* their mean number of nodes; ours computes the conductance of the support too. "
        "*Time / ours* sets single calls beside single calls and one call beside one call.\n\n"
        + table_of(
            entries,
            {
                "graph": "instance", "eps": lambda e: f"{e['eps']:g}", "solver": "solver",
                "ms": _milliseconds("seconds"), "time / ours": "ratio",
                "mass": lambda e: f"{e['mass']:.6f}", "support": lambda e: f"{e['support']:.1f}",
            },
        )
    )  # fmt: skip


def _attributes(entries: Entries) -> str:
    def both(name: str) -> Callable[[Mapping[str, Any]], str]:
        return lambda e: f"{e[name]:.3f} / {e['plain_' + name]:.3f}"

    return (
        "## Attributes\n\nContextual random graphs of 10 000 nodes with a cluster of 500 and 100 "
        "attributes, in the settings of Yang and Fountoulakis (ICML 2023): *good* and *okay* "
        "attributes have means 3 and 2.5 ln n apart. From one random node of the cluster; masses "
        "of 1.1 to 10.1 times its size, of which conductance chooses (with attributes: that of the "
        "weights made from them); capacities 1; the cluster is the support. Means, with attributes "
        "/ without. *Better*: share of the graphs where attributes give the higher F1.\n\n"
        + table_of(
            entries,
            {
                "setting": "setting", "graphs": "graphs", "edges": lambda e: f"{e['edges']:.0f}",
                "F1": both("f1"), "precision": both("precision"), "recall": both("recall"),
                "mass / size": both("mass"), "s": both("time"), "better": "better",
            },
        )
    )  # fmt: skip


def _labelled(entries: Entries) -> str:
    return (
        "## Classes without attributes\n\nFlow diffusion from the first 12 nodes of each class, "
        "each alone: capacities are degrees, tolerance 0.01, masses of 1.5 to 5 times the volume "
        "of the class, of which conductance chooses, at most 50 pushes a node and mass; mean F1. "
        "*Reference*: what the authors' implementation reached in this protocol, where it was "
        "run.\n\n"
        + table_of(
            entries,
            {
                "class": "class", "nodes": "class_size",
                "F1, support": lambda e: e.get("f1_support"),
                "F1, sweep": lambda e: e.get("f1_sweep"), "reference": "measured",
                "found, support": lambda e: e.get("size_support"),
                "found, sweep": lambda e: e.get("size_sweep"),
                "s, support": lambda e: e.get("seconds_support"),
                "s, sweep": lambda e: e.get("seconds_sweep"),
            },
        )
    )  # fmt: skip


def _batch(entries: Entries) -> str:
    return (
        "## Many seeds\n\n`batch_local_clusters`, wall-clock time. *Identical*: the same clusters "
        "on one and on two threads.\n\n"
        + table_of(
            entries,
            {
                "graph": "instance", "method": "solver", "seeds": "queries", "s, one": "one",
                "s, two": "two", "speed-up": "speedup",
                "identical": lambda e: yes_or_no(e["identical"]),
            },
        )
    )  # fmt: skip


def _communities(entries: Entries) -> str:
    return (
        "## Johns Hopkins\n\nEvery method on the known communities of a Facebook network, from one "
        "random node of them; MQI and SimpleLocal improve the community itself. Masses and "
        "tolerances follow its volume. Medians over the seeds, and the least conductance of "
        "any.\n\n"
        + table_of(
            entries,
            {
                "community": lambda e: f"{e['community']} ({e['community_size']} nodes, "
                f"{e['community_conductance']:.4f})",
                "method": "solver", "conductance": lambda e: f"{e['conductance']:.4f}",
                "least": lambda e: f"{e['best']:.4f}", "nodes": lambda e: f"{e['size']:g}",
                "F1": "f1", "volume read": lambda e: f"{e['touched_volume']:g}",
                "ms": _milliseconds("time"),
            },
        )
    )  # fmt: skip


_PARTS: dict[str, tuple[Callable[[Sequence[Row]], Any], Callable[[Entries], str]]] = {
    "locality": (locality_summary, _locality),
    "ppr": (ppr_summary, _ppr),
    "attributes": (attributes_summary, _attributes),
    "labelled": (labelled_summary, _labelled),
    "batch": (batch_summary, _batch),
    "johnshopkins": (community_summary, _communities),
}
