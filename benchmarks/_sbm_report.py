"""The report of the suite `sbm`: JSON and Markdown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks._meter import SHORT
from benchmarks._sbm_inputs import KINDS
from benchmarks._sbm_resolution import PRIORS
from benchmarks._sbm_solvers import EFFORTS, SOLVERS
from benchmarks._sbm_summary import (
    LIMITS,
    goals,
    large_summary,
    peers_overview,
    peers_summary,
    planted_summary,
    resolution_summary,
    small_summary,
)
from benchmarks._suite_report import (
    failures,
    in_order,
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
    parts: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        parts[row["part"]].append(with_time(row, clock) if row["status"] == "ok" else row)
    for part in parts.keys() - {"resolution"}:
        parts[part] = in_order(parts[part], SOLVERS)
    summary: dict[str, Any] = {
        "small": small_summary(parts["small"]),
        "planted": planted_summary(parts["planted"]),
        "large": large_summary(parts["large"]),
        "peers": peers_summary(parts["peers"]),
        "resolution": resolution_summary(parts["resolution"]),
    }
    measured = (summary[part] for part in ("small", "planted", "large", "resolution"))
    summary = {"goals": goals(*measured), "overview": peers_overview(summary["peers"])} | summary
    good = [row for row in rows if row["status"] == "ok" and row["part"] != "resolution"]
    text = [
        introduction("Stochastic block models", "sbm", facts),
        f"Times exclude the conversion to a package's own format. Calls below {SHORT:g} s are "
        f"repeated for about {2 * SHORT:g} s and their mean is taken. Description lengths (DL) are "
        "in nats and recomputed from the labels, with exact counts of partitions, by "
        "`partwise.metrics.description_length`: *dc* with degree correction, *ndc* without; graphs "
        "with types have the prior of bipartite graphs. Edge weights are left out. A process that "
        f"needs more than {facts['memory_limit']:g} GiB, or more than {facts['time_limit']:g} s "
        "for a fit, has a failed run; our fits of large graphs, and beside other packages, are "
        f"told to return what they have after {facts['fit_limit']:g} s.",
        warm_up_text(good),
        *(write(summary[name]) for name, write in _SECTIONS.items() if summary[name]),
        failures(rows),
    ]
    write_files(out, facts, summary, rows, text)


def _signed(name: str, digits: int = 3) -> Any:
    """Return a column with a relative excess, in per cent."""

    def cell(entry: Mapping[str, Any]) -> str:
        """Return the text of an entry."""
        value = entry[name]
        # + 0.0 makes a plain zero of a negative one
        return "-" if value is None else f"{round(100 * value, digits) + 0.0:+.{digits}f} %"

    return cell


def _length(name: str, digits: int = 2) -> Any:
    def cell(entry: Mapping[str, Any]) -> str:
        """Return the text of an entry."""
        return "-" if entry[name] is None else f"{entry[name]:.{digits}f}"

    return cell


def _share(name: str) -> Any:
    return lambda entry: f"{100 * entry[name]:.0f} %"


def _blocks(name: str) -> Any:
    """Return a column with numbers of blocks, as 3 or 4+6."""

    def cell(entry: Mapping[str, Any]) -> str:
        """Return the text of an entry."""
        return "-" if entry[name] is None else "+".join(map(str, entry[name]))

    return cell


def _mib(entry: Mapping[str, Any]) -> float | None:
    return None if entry["peak_bytes"] is None else entry["peak_bytes"] / 2**20


def _goals(lines: Entries) -> str:
    text = "## Goals\n\nA goal counts on every graph; *met* says on how many it is.\n\n"
    return text + table_of(
        lines,
        {
            "what": "what", "goal": "goal", "median": "median", "worst": "worst",
            "worst on": "where", "met": lambda e: f"{e['met']} of {e['of']}",
        },
    )  # fmt: skip


def _small(entries: Entries) -> str:
    efforts = ", ".join(f"*{name}* {n} sweeps" for name, n in EFFORTS.items())
    limits = ", ".join(f"{limit:g} s for *{name}*" for name, (limit, _) in LIMITS.items())
    return (
        f"## Small graphs\n\nHow often seeds reach the best known DL: {efforts} of annealing. *In "
        f"time*: those that do within the seconds of the goal, {limits}.\n\n"
        + table_of(
            entries,
            {
                "graph": "instance", "solver": "solver", "seeds": "seeds",
                "best known": _length("best_known", 4), "best": _length("best", 4),
                "worst": _length("worst", 4), "reached by": _share("share"),
                "in time": _share("in_time"), "s": "seconds", "slowest": "slowest",
                "failed": "failed",
            },
        )
    )  # fmt: skip


def _planted(entries: Entries) -> str:
    return (
        "## Planted blocks, and none\n\nEvery seed has a graph of its own. *Right*: the number of "
        "blocks (of each type) is that of the planted ones, or 1 in random graphs of mean degree "
        "5. *DL - planted*: difference to the DL of the planted blocks.\n\n"
        + table_of(
            entries,
            {
                "graphs": "instance", "edges": "m", "planted": _blocks("planted"),
                "solver": "solver", "seeds": "seeds", "right": _share("share"),
                "DL - planted, median": _length("gap"), "largest": _length("excess"),
                "ARI": "ari", "s": "seconds", "failed": "failed",
            },
        )
    )  # fmt: skip


def _large(entries: Entries) -> str:
    return (
        f"## Large graphs\n\nPlanted blocks of mean degree 20: {', '.join(KINDS)}. *From planted* "
        "anneals from the planted blocks instead of agglomerating. Of the worst seed: DL relative "
        "to that of the planted blocks, and to the best anneal from them. *Stopped*: seeds that "
        "were still at work when the time for a fit was over, and returned the best so far.\n\n"
        + table_of(
            entries,
            {
                "graph": "instance", "edges": "m", "planted": _blocks("planted"),
                "solver": "solver", "seeds": "seeds", "s": "seconds", "slowest": "slowest",
                "blocks": _blocks("blocks"), "DL": _length("dl", 0),
                "over planted": _signed("to_planted"), "over anneal": _signed("to_anneal"),
                "stopped": "incomplete", "failed": "failed", "peak MiB": _mib,
            },
        )
    )  # fmt: skip


def _overview(lines: Entries) -> str:
    return (
        "## Partitions of other packages\n\nScored by the same DL; communities of graphs with "
        "types are cut in two by type. The methods but ours and graph-tool's maximise something "
        "else, so this is for orientation. Over the graphs that both solved: geometric mean of "
        "times relative to `partwise-dc`, mean and least excess of the DL over that of our fit of "
        "the same model.\n\n"
        + table_of(
            lines,
            {
                "solver": "solver", "graphs": "graphs", "time / ours": "ratio",
                "dc, mean": _signed("mean_dc", 2), "dc, least": _signed("least_dc", 2),
                "ndc, mean": _signed("mean_ndc", 2), "ndc, least": _signed("least_ndc", 2),
            },
        )
    )  # fmt: skip


def _peers(entries: Entries) -> str:
    table = table_of(
        entries,
        {
            "graph": "instance", "nodes": "n", "edges": "m", "solver": "solver", "seeds": "seeds",
            "s": "seconds", "blocks": _blocks("blocks"), "DL, dc": _length("dl_dc"),
            "excess, dc": _signed("excess_dc", 2), "DL, ndc": _length("dl_ndc"),
            "excess, ndc": _signed("excess_ndc", 2), "DL as reported": _length("own"),
            "failed": "failed",
        },
    )  # fmt: skip
    return f"<details><summary>Every graph</summary>\n\n{table}\n\n</details>"


def _resolution(entries: Entries) -> str:
    priors = " and the ".join(PRIORS)
    return (
        "## Resolution\n\nEqual blocks in pairs, with edges inside pairs only. How many of them "
        f"have a shorter description than pairs of them merged, under the {priors} prior of the "
        "numbers of edges. When the graph is given and the blocks become smaller, the ratio tends "
        "to sqrt(2); when the blocks are given and the graph becomes larger, to 2 (derived in "
        "`benchmarks/_sbm_resolution.py`).\n\n"
        + table_of(
            entries,
            {
                "graphs": "instance", **{f"blocks, {prior}": prior for prior in PRIORS},
                "ratio": "ratio", "derived": "expected",
            },
        )
    )  # fmt: skip


_SECTIONS = {
    "goals": _goals,
    "small": _small,
    "planted": _planted,
    "large": _large,
    "overview": _overview,
    "peers": _peers,
    "resolution": _resolution,
}
