"""The arithmetic of the suite `communities`: from rows to medians, ratios and targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any

from benchmarks._community_solvers import SOLVERS
from benchmarks._suite_report import in_order
from benchmarks._tables import geometric_mean

__all__ = [
    "OURS",
    "best_of_seeds",
    "iteration_means",
    "medians",
    "network_overview",
    "targets",
    "thread_table",
]

Row = dict[str, Any]
OURS = "partwise-leiden"
QUALITY_RIVALS = ("networkit-leiden", "igraph-leiden")
LARGE = 5_000_000  # edges, from which on a second thread has to pay
TOLERANCE = 1e-6  # the best known values are given to six digits


def medians(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return an entry per network and solver: medians over the seeds; rows went well.

    ``ratio`` is the time relative to partwise's Leiden on the same network, above 1 for slower.
    """
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in in_order(rows, SOLVERS):
        groups.setdefault((row["instance"], row["solver"]), []).append(row)
    entries = []
    for (instance, solver), mine in groups.items():
        values = [row["modularity"] for row in mine]
        peaks = [row["peak_bytes"] for row in mine if row["peak_bytes"] is not None]
        seconds = median(row["time"] for row in mine)
        base = [row["time"] for row in groups.get((instance, OURS), [])]
        entry = {
            "instance": instance, "family": mine[0]["family"], "n": mine[0]["n"],
            "m": mine[0]["m"], "solver": solver, "seeds": len(mine), "seconds": seconds,
            "cpu_seconds": median(row["cpu_seconds"] for row in mine),
            "edges_per_second": mine[0]["m"] / seconds,
            "ratio": seconds / median(base) if base else None,
            "modularity": median(values), "least": min(values), "most": max(values),
            "communities": median(row["communities"] for row in mine),
            "disconnected": sum(row["disconnected"] for row in mine),
            "peak_bytes": median(peaks) if peaks else None,
        }  # fmt: skip
        entry |= {
            name: median(row[name] for row in mine) for name in ("nmi", "ari") if name in mine[0]
        }
        entries.append(entry)
    return entries


def _by_network(entries: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Mapping[str, Any]]]:
    table: dict[str, dict[str, Mapping[str, Any]]] = {}
    for entry in entries:
        table.setdefault(entry["instance"], {})[entry["solver"]] = entry
    return table


def network_overview(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return an entry per solver: mean ratios over the networks, and what fell apart.

    ``quality`` is the mean difference of the median modularity to that of partwise's Leiden, and
    ``worst`` the least; ``pieces`` counts disconnected communities of all runs.
    """
    table = _by_network(entries)
    lines = []
    for solver in [name for name in SOLVERS if any(e["solver"] == name for e in entries)]:
        both = [(n[solver], n[OURS]) for n in table.values() if solver in n and OURS in n]
        mine = [entry for entry in entries if entry["solver"] == solver]
        gaps = [a["modularity"] - b["modularity"] for a, b in both]
        lines.append(
            {
                "solver": solver, "networks": len(mine),
                "ratio": geometric_mean(a["seconds"] / b["seconds"] for a, b in both),
                "edges_per_second": geometric_mean(e["edges_per_second"] for e in mine),
                "quality": sum(gaps) / len(gaps) if gaps else None,
                "worst": min(gaps, default=None),
                "pieces": sum(entry["disconnected"] for entry in mine),
            }
        )  # fmt: skip
    return lines


def best_of_seeds(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return an entry per network and solver: the best modularity, and how often it came."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in in_order(rows, SOLVERS):
        groups.setdefault((row["instance"], row["solver"]), []).append(row)
    entries = []
    for (instance, solver), mine in groups.items():
        values = [row["modularity"] for row in mine]
        known = mine[0]["best_known"]
        entries.append(
            {
                "instance": instance, "solver": solver, "seeds": len(mine), "best_known": known,
                "best": max(values), "reached": max(values) >= known - TOLERANCE,
                "times": sum(value >= known - TOLERANCE for value in values),
            }
        )  # fmt: skip
    return entries


def iteration_means(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return an entry per number of iterations: time and modularity relative to two iterations."""
    table = _by_network(entries)
    base = f"{OURS} it=2"
    lines = []
    for solver in [name for name in SOLVERS if any(e["solver"] == name for e in entries)]:
        both = [(n[solver], n[base]) for n in table.values() if solver in n and base in n]
        gaps = [a["modularity"] - b["modularity"] for a, b in both]
        lines.append(
            {
                "iterations": int(solver.partition("=")[2]), "networks": len(both),
                "ratio": geometric_mean(a["seconds"] / b["seconds"] for a, b in both),
                "gain": sum(gaps) / len(gaps) if gaps else None,
                "least": min(gaps, default=None), "most": max(gaps, default=None),
            }
        )  # fmt: skip
    return lines


def thread_table(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return an entry per network and algorithm that ran on one and on two threads."""
    lines = []
    for instance, by_solver in _by_network(entries).items():
        for solver, two in by_solver.items():
            one = by_solver.get(solver.removesuffix(" x2"))
            if not solver.endswith(" x2") or one is None:
                continue
            sequential = by_solver.get(OURS)
            lines.append(
                {
                    "instance": instance, "m": two["m"], "solver": solver.removesuffix(" x2"),
                    "one": one["seconds"], "two": two["seconds"],
                    "speedup": one["seconds"] / two["seconds"],
                    "to_sequential":
                        sequential["seconds"] / two["seconds"] if sequential else None,
                    "modularity_one": one["modularity"], "modularity_two": two["modularity"],
                }
            )  # fmt: skip
    return lines


# -- targets ---------------------------------------------------------------------------------------


def _target(
    what: str, goal: float, values: Mapping[str, float], *, at_most: bool
) -> dict[str, Any] | None:
    """Return how the values, by network, compare with a goal that each of them has to meet."""
    if not values:
        return None
    where = (max if at_most else min)(values, key=lambda name: values[name])
    met = [value <= goal if at_most else value >= goal for value in values.values()]
    return {
        "what": what, "goal": f"{'at most' if at_most else 'at least'} {goal:g}",
        "networks": len(values), "median": median(values.values()), "worst": values[where],
        "where": where, "met": sum(met),
    }  # fmt: skip


def _ratios(
    entries: Iterable[Mapping[str, Any]], above: str, below: str, skewed: bool | None = None
) -> dict[str, float]:
    """Return the ratio of two solvers' times by network; `skewed` chooses R-MAT or the others."""
    return {
        name: found[above]["seconds"] / found[below]["seconds"]
        for name, found in _by_network(entries).items()
        if above in found and below in found and skewed in (None, found[below]["family"] == "rmat")
    }


def targets(
    graphs: Sequence[Mapping[str, Any]],
    threads: Sequence[Mapping[str, Any]],
    small: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Return the measured values of what the library sets itself as goals.

    Parameters
    ----------
    graphs, threads : sequence of dict
        As from :func:`medians`, of the parts of that name.
    small : sequence of dict
        As from :func:`best_of_seeds`.
    """
    lost: dict[str, float] = {}
    apart: dict[str, int] = {}
    for name, found in _by_network(graphs).items():
        rivals = [found[rival]["modularity"] for rival in QUALITY_RIVALS if rival in found]
        if OURS in found and rivals:
            lost[name] = found[OURS]["modularity"] - max(rivals)
    for entry in [*graphs, *threads]:
        if entry["solver"].startswith(("partwise-leiden", "partwise-parallel", "partwise-free")):
            key = f"{entry['instance']}, {entry['solver']}"
            apart[key] = apart.get(key, 0) + entry["disconnected"]
    speedups = {
        line["instance"]: line["speedup"]
        for line in thread_table(threads)
        if line["solver"] == "partwise-parallel" and line["m"] >= LARGE
    }
    gaps = {
        entry["instance"]: entry["best"] - entry["best_known"]
        for entry in small
        if entry["solver"] == OURS
    }
    lines = [
        _target("time / networkit ParallelLeiden, without R-MAT", 0.5,
                _ratios(graphs, OURS, "networkit-leiden", False), at_most=True),
        _target("time / networkit ParallelLeiden, R-MAT", 0.8,
                _ratios(graphs, OURS, "networkit-leiden", True), at_most=True),
        _target("time / igraph, 2 iterations", 0.4,
                _ratios(graphs, OURS, "igraph-leiden"), at_most=True),
        _target("leidenalg's time / ours", 40, _ratios(graphs, "leidenalg", OURS), at_most=False),
        _target("networkx's time / ours", 200,
                _ratios(graphs, "networkx-louvain", OURS), at_most=False),
        _target("modularity - the better of networkit's and igraph's", -0.001, lost,
                at_most=False),
        _target("disconnected communities of Leiden, all runs", 0, apart, at_most=True),
        _target(f"parallel: speed-up of two threads from {LARGE:.0e} edges on", 1.5, speedups,
                at_most=False),
        _target("best of ten seeds - best known modularity", -TOLERANCE, gaps, at_most=False),
    ]  # fmt: skip
    return [line for line in lines if line is not None]
