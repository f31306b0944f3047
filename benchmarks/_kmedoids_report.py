"""The report of the k-medoids suite: JSON and Markdown."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks._kmedoids_solvers import coreset_size, package_of, subset_size
from benchmarks._kmedoids_summary import (
    PUBLISHED,
    large_summary,
    orlib_summary,
    pam_summary,
    speed_summary,
)
from benchmarks._meter import SHORT
from benchmarks._tables import markdown_table

__all__ = ["write_report"]

Row = dict[str, Any]


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
            # threads share their work, and their processor time is a sum
            time = row["seconds"] if row["solver"].endswith(" x2") else row[clock]
            good[row["part"]].append(row | {"time": time})
    summary: dict[str, Any] = {
        part: entries
        for part, (make, _) in _PARTS.items()
        if good[part] and (entries := make(good[part]))
    }
    head = json.dumps({"facts": facts, "published": PUBLISHED, "summary": summary}, indent=1)
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    out.write_text(f'{head[:-2]},\n "rows": [\n{lines}\n]}}\n', encoding="utf-8")
    parts = [*_introduction(facts), _warm_up(good)]
    for part, entries in summary.items():
        parts += _PARTS[part][1](entries, facts)
    parts.append(_failures(rows))
    out.with_suffix(".md").write_text("\n\n".join(filter(None, parts)) + "\n", encoding="utf-8")


def _introduction(facts: Mapping[str, Any]) -> list[str]:
    packages = ", ".join(f"{name} {version}" for name, version in facts["packages"].items())
    clock = {"wall": "wall-clock", "cpu": "processor"}[facts["clock"]]
    return [
        "# k-medoids",
        "Made by `python -m benchmarks kmedoids`; do not edit.",
        f"{facts['date']}, {facts['cpu']}, {facts['cpu_count']} cores of which the run could use "
        f"{facts['usable_cpus']}, {facts['system']}, Python {facts['python']}; {packages}. One "
        f"thread unless stated, {clock} time after compilation; calls below {SHORT:g} s are "
        f"repeated for about {2 * SHORT:g} s and their mean is taken. partwise is called through "
        "its public functions, whose times include the checks of their input; matrices exist "
        "before the clock starts. Losses are recomputed from the medoids by numpy.",
    ]


def _warm_up(good: Mapping[str, Sequence[Row]]) -> str:
    texts = []
    for part, rows in good.items():
        longest: dict[str, float] = {}
        for row in rows:
            if package_of(row["solver"]) == "partwise":
                before = longest.get(row["solver"], 0.0)
                longest[row["solver"]] = max(before, row["warm_up_seconds"])
        if longest:
            texts.append(f"{part} {sum(longest.values()):.1f} s")
    if not texts:
        return ""
    return (
        "First calls of partwise on a small input, which compile its kernels or load them from the "
        f"cache, apart from all times below: {', '.join(texts)}."
    )


def _yes(value: bool | None) -> str:
    return "-" if value is None else "yes" if value else "no"


def _list(entries: Iterable[Mapping[str, Any]], columns: Mapping[str, Any]) -> str:
    """Return a table; a column is the name of a field, or a function of an entry."""
    lines = [
        [column(entry) if callable(column) else entry[column] for column in columns.values()]
        for entry in entries
    ]
    return markdown_table(list(columns), lines)


# -- speed -----------------------------------------------------------------------------------------


def _speed_text(summary: Mapping[str, Any], facts: Mapping[str, Any]) -> list[str]:
    cpus = facts["usable_cpus"]
    parts = [
        "## FasterPAM beside kmedoids",
        "`fasterpam(D, medoids)` of partwise beside `kmedoids.fasterpam(D, medoids, n_cpu=1)`: the "
        "same float32 matrix of Euclidean distances, the same random medoids to start from, objects"
        " tried in the same order. The solvers take turns, medians over the repeats. *Speedup* is "
        "the time of kmedoids divided by ours: geometric mean and least of the cases.",
        _list(
            summary["by_n"],
            {
                "n": lambda e: str(e["n"]), "cases": "cases", "speedup": "speedup",
                "least": "least", "same medoids": "same_medoids",
            },
        ),
        "Every case. *Loss / theirs - 1* compares the losses. *Floor* is the time of one streamed "
        "read of the matrix, by a product of BLAS on one thread: a search cannot do with less per "
        "pass. A pass is a round over all objects, and the last one may end early; *floors per "
        "pass* has the whole call for its numerator, with checks and first assignment. With two "
        "threads, times are wall-clock, and *identical* says whether medoids and labels are "
        f"those of one thread in every bit; the run could use {cpus} processor(s).",
        _list(
            summary["cases"],
            {
                "points": "instance", "n": "n", "k": "k", "s partwise": "seconds",
                "s kmedoids": "peer_seconds", "speedup": "speedup",
                "same medoids": lambda e: _yes(e["same_medoids"]),
                "loss": lambda e: f"{e['loss']:.8g}",
                "loss / theirs - 1": lambda e: _scientific(e["excess"]),
                "swaps": "swaps", "passes": "passes", "s floor": "floor_seconds",
                "floors per pass": "floors_per_pass", "s two threads": "two_threads_seconds",
                "identical": lambda e: _yes(e["two_threads_identical"]),
            },
        ),
    ]  # fmt: skip
    return parts if summary["by_n"] else [parts[0], *parts[3:]]


def _scientific(value: float | None) -> str:
    return "-" if value is None else "0" if value == 0 else f"{value:.1e}"


# -- pam -------------------------------------------------------------------------------------------


def _pam_text(entries: Sequence[Mapping[str, Any]], facts: Mapping[str, Any]) -> list[str]:
    return [
        "## FasterPAM beside the original PAM",
        "Our own implementations on one float32 matrix (blobs), all from the medoids of BUILD, "
        "whose time is apart. FastPAM1 makes the same exchanges as PAM, so PAM takes the "
        "iterations of FastPAM1 times what one iteration of `pam` takes, which is measured: "
        "whole, or where a trial says that it takes minutes, for a share of the candidates and "
        "scaled (*measured*). *Same exchange*: whether PAM's first exchange is that of FastPAM1. "
        "The published factors are those of Schubert and Rousseeuw 2021 (arXiv:2008.05171) for "
        "their data and their PAM. Times of FastPAM1 and FasterPAM are medians and include the "
        "checks of the input.",
        _list(
            entries,
            {
                "n": lambda e: str(e["n"]), "k": "k", "s BUILD": "build_seconds",
                "s PAM iteration": "iteration_seconds",
                "measured": lambda e: f"{100 * e['measured_share']:.3g} %",
                "same exchange": lambda e: _yes(e["same_exchange"]),
                "iterations": "iterations", "s PAM": "pam_seconds",
                "s FastPAM1": "fastpam1_seconds", "s FasterPAM": "fasterpam_seconds",
                "PAM / FastPAM1": "pam_to_fastpam1", "PAM / FasterPAM": "pam_to_fasterpam",
                "published": "published",
                "loss FasterPAM / PAM": lambda e: _digits(e["fasterpam_loss"] / e["fastpam1_loss"]),
            },
        ),
    ]  # fmt: skip


# -- orlib -----------------------------------------------------------------------------------------


def _orlib_text(summary: Mapping[str, Any], facts: Mapping[str, Any]) -> list[str]:
    solvers = summary["solvers"]
    lines = [
        [solver, *[entry[name] for name in (
            "instances", "seeds", "gap", "worst_gap", "optima", "seconds",
            "summed_time_to_reference", "time_to_reference")]]
        for solver, entry in solvers.items()
    ]  # fmt: skip
    header = ["solver", "instances", "seeds", "mean gap %", "worst gap %", "optima", "mean s",
              "summed time / T", "mean time / T"]  # fmt: skip
    cases = [
        [
            f"{case['instance']}, n {case['n']}, k {case['k']}",
            case["optimum"],
            *[case["gap"].get(solver) for solver in solvers],
            *[case["seconds"].get(solver) for solver in solvers],
        ]
        for case in summary["cases"]
    ]
    columns = [
        "problem",
        "optimum",
        *[f"gap %: {s}" for s in solvers],
        *[f"s: {s}" for s in solvers],
    ]
    return [
        "## Gap to known optima",
        "p-median problems of the OR-Library: shortest paths in networks as int32 matrices, of "
        "which the optima are known. `10 starts`: the best of as many runs from random "
        "medoids, each package drawing its own and trying objects in random order. `iterated`: "
        "`iterated_fasterpam` with a `time_limit`, by the wall clock always, of the time T that "
        f"`{summary['reference']}` took for the same problem and seed (`1 T`), or of four times as "
        "much (`4 T`). *Optima*: problems solved to optimality, mean over the seeds. The last "
        "columns show the time really taken, summed over all runs, and as geometric mean.",
        markdown_table(header, lines),
        "<details><summary>Every problem: mean gaps and median times over the seeds</summary>\n\n"
        + markdown_table(columns, cases)
        + "\n\n</details>",
    ]


# -- points ----------------------------------------------------------------------------------------


_LOSSES: dict[str, str | Callable[[Mapping[str, Any]], Any]] = {
    "solver": "solver",
    "seeds": "seeds",
    "loss": lambda e: f"{e['loss']:.8g}",
    "mean ratio": lambda e: _digits(e["ratio"]),
    "worst ratio": lambda e: _digits(e["worst_ratio"]),
    "ratio, snapped": lambda e: _digits(e["snapped_ratio"]),
    "s": "seconds",
    "peak MiB": lambda e: None if e["peak_bytes"] is None else e["peak_bytes"] / 2**20,
}


def _digits(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _large_text(entries: Sequence[Mapping[str, Any]], facts: Mapping[str, Any]) -> list[str]:
    first = entries[0]
    n = first["n"]
    return [
        "## Many points without a matrix",
        f"{n} points ({first['instance']}, float32), k = {first['k']}, by `KMedoids(method=...)` "
        f"with its defaults; `coreset` searches among {max(coreset_size(n), first['k'])} weighted "
        "points. *Loss* is the summed Euclidean distance of all points to their nearest medoid, "
        f"and *ratio* that loss divided by the one of `fasterpam on a subset`: {subset_size(n)} "
        "random points and their matrix, whose medoids then serve all points (its time is without "
        "assigning them, all other times include it). k-means, from scikit-learn with one start, "
        "is for orientation: it minimises squared distances and its centres are no points; "
        "*snapped* has the nearest point in the place of each centre. Peak memory is the growth of "
        "the resident set during the call, beyond the points; the largest of the seeds. Times are "
        "medians.",
        _list(entries, _LOSSES),
    ]


def _peers_text(entries: Sequence[Mapping[str, Any]], facts: Mapping[str, Any]) -> list[str]:
    parts = [
        "## BanditPAM",
        "From points to medoids, the matrix of distances included where one is made. Losses and "
        "ratios as above, relative to FasterPAM on all points.",
    ]
    columns = {"points": lambda e: f"{e['instance']}, n {e['n']}, k {e['k']}"} | {
        name: column for name, column in _LOSSES.items() if "snapped" not in name
    }
    return [*parts, _list(entries, columns)]


def _failures(rows: Sequence[Row]) -> str:
    failed = [row for row in rows if row["status"] != "ok"]
    if not failed:
        return ""
    lines = [
        [
            f"{row['part']} {row['instance']}, n {row['n']}, k {row['k']}, seed {row['seed']}: "
            f"{row['solver']}",
            row["status"],
            row["reason"].replace("|", "/"),
        ]
        for row in failed
    ]
    return "## Failed runs\n\n" + markdown_table(["run", "what", "reason"], lines)


_PARTS: dict[str, tuple[Callable[..., Any], Callable[..., list[str]]]] = {
    "speed": (speed_summary, _speed_text),
    "pam": (pam_summary, _pam_text),
    "orlib": (orlib_summary, _orlib_text),
    "large": (large_summary, _large_text),
    "peers": (large_summary, _peers_text),
}
