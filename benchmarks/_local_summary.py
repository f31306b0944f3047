"""The arithmetic of the suite `local`: from rows to medians, ratios and goals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import mean, median
from typing import Any

from benchmarks._tables import geometric_mean

__all__ = [
    "MEASURED",
    "attributes_summary",
    "batch_summary",
    "community_summary",
    "goals",
    "labelled_summary",
    "locality_summary",
    "ppr_summary",
]

Row = dict[str, Any]
Entries = Sequence[Mapping[str, Any]]
MEASURED = {
    "coauthor_cs, class 1": 0.295,
    "coauthor_cs, class 2": 0.308,
    "coauthor_cs, class 3": 0.356,
    "coauthor_cs, class 4": 0.354,
    "coauthor_cs, class 5": 0.376,
    "amazon_photo, class 1": 0.702,
}
"""F1 without attributes by the reference implementation, as far as it was measured, to 3 digits."""
ROUNDING = 0.0005


def _groups(rows: Iterable[Row], *names: str) -> dict[tuple[Any, ...], list[Row]]:
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in names), []).append(row)
    return groups


def _time(rows: Iterable[Row]) -> float:
    return median(row["time"] for row in rows)


def locality_summary(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return an entry per method: counts and median times by background, and how they compare.

    ``same`` says whether counts and vectors are equal in all backgrounds; ``spread`` is the longest
    time divided by the shortest.
    """
    entries = []
    for (solver,), mine in _groups(rows, "solver").items():
        by_size = {n: members for (n,), members in sorted(_groups(mine, "n").items())}
        counts = ("n_touched", "touched_volume", "n_pushes", "digest")
        seconds = {n: _time(members) for n, members in by_size.items()}
        entries.append(
            {
                "solver": solver, "n_touched": mine[0]["n_touched"],
                "touched_volume": mine[0]["touched_volume"], "n_pushes": mine[0]["n_pushes"],
                "same": len({tuple(row[name] for name in counts) for row in mine}) == 1,
                "seconds": {str(n): value for n, value in seconds.items()},
                "spread": max(seconds.values()) / min(seconds.values()),
            }
        )  # fmt: skip
    return entries


def ppr_summary(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return an entry per graph, error and solver; ``ratio`` is its time relative to ours.

    That of one call for all queries, for those that take them all at once, else that of single
    calls.
    """
    entries = []
    found = _groups(rows, "instance", "solver")
    for (instance, solver), mine in found.items():
        who, _, eps = solver.partition(" eps=")
        together = who in ("get_ppr", "partwise-batch")
        ours = found.get((instance, f"partwise{'-batch' if together else ''} eps={eps}"))
        first = mine[0]
        entries.append(
            {
                "instance": instance, "eps": float(eps), "solver": who, "queries": first["queries"],
                "seconds": _time(mine) / first["queries"], "mass": first["mass"],
                "support": first["support"], "ratio": _time(mine) / _time(ours) if ours else None,
            }
        )  # fmt: skip
    return sorted(entries, key=lambda e: (e["instance"], -e["eps"], e["solver"]))


def attributes_summary(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return an entry per setting: mean scores with and without attributes, and who was better."""
    entries = []
    for (setting,), mine in _groups(rows, "instance").items():
        pairs: dict[int, dict[str, Row]] = {}
        for row in mine:
            pairs.setdefault(row["seed"], {})[row["solver"]] = row
        both = [
            (found["partwise-attributes"], found["partwise-plain"])
            for found in pairs.values()
            if len(found) == 2
        ]
        if not both:
            continue
        entry: dict[str, Any] = {"setting": setting, "graphs": len(both)}
        entry["edges"] = mean(a["edges"] for a, _ in both)
        for name in ("f1", "precision", "recall", "mass", "time"):
            entry[name] = mean(a[name] for a, _ in both)
            entry[f"plain_{name}"] = mean(b[name] for _, b in both)
        entry["better"] = sum(a["f1"] > b["f1"] for a, b in both) / len(both)
        entries.append(entry)
    return entries


def labelled_summary(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return an entry per class: F1 by rounding, and the reference value where there is one."""
    entries = []
    for (instance,), mine in _groups(rows, "instance").items():
        by_solver = {row["solver"]: row for row in mine}
        entry = {"class": instance, "class_size": mine[0]["class_size"]}
        for solver, row in by_solver.items():
            name = solver.removeprefix("partwise-")
            entry |= {f"f1_{name}": row["f1"], f"size_{name}": row["size"],
                      f"seconds_{name}": row["time"]}  # fmt: skip
        entries.append(entry | {"measured": MEASURED.get(instance)})
    return entries


def batch_summary(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return an entry per method: times on one and two threads, and whether results are equal."""
    found = _groups(rows, "instance", "solver")
    entries = []
    for (instance, solver), one in found.items():
        two = found.get((instance, f"{solver} x2"))
        if two is None:
            continue
        digests = {(row["seed"], row["digest"]) for row in [*one, *two]}
        entries.append(
            {
                "instance": instance, "solver": solver, "queries": one[0]["queries"],
                "one": _time(one), "two": _time(two), "speedup": _time(one) / _time(two),
                "identical": len(digests) == len({seed for seed, _ in digests}),
            }
        )  # fmt: skip
    return entries


def community_summary(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return an entry per community and method: medians over the seeds."""
    names = ("f1", "size", "conductance", "touched_volume", "time")
    return [
        {
            "community": instance, "solver": solver, "seeds": len(mine),
            "community_size": mine[0]["community_size"],
            "community_conductance": mine[0]["community_conductance"],
            "best": min(row["conductance"] for row in mine),
        }
        | {name: median(row[name] for row in mine) for name in names}
        for (instance, solver), mine in _groups(rows, "instance", "solver").items()
    ]  # fmt: skip


def goals(summary: Mapping[str, Entries]) -> list[dict[str, Any]]:
    """Return the measured values of what the library sets itself as goals."""
    lines: list[dict[str, Any]] = []

    def add(what: str, goal: str, value: float, met: bool) -> None:
        lines.append({"what": what, "goal": goal, "value": value, "met": met})

    if locality := summary["locality"]:
        spread = max(entry["spread"] for entry in locality)
        same = all(entry["same"] for entry in locality)
        add("locality: methods whose counts differ between backgrounds", "0",
            sum(not entry["same"] for entry in locality), same)  # fmt: skip
        add("locality: longest query time / shortest, worst method", "at most 1.5", spread,
            spread <= 1.5)  # fmt: skip
    for who, least in (("python", 20.0), ("get_ppr", 3.0)):
        ratios = [e["ratio"] for e in summary["ppr"] if e["solver"] == who and e["ratio"]]
        if ratios:
            add(f"ppr: time of {who} / ours, mean", f"at least {least:g}",
                geometric_mean(ratios), min(ratios) >= least)  # fmt: skip
            add(f"ppr: time of {who} / ours, least", f"at least {least:g}", min(ratios),
                min(ratios) >= least)  # fmt: skip
    for entry in summary["attributes"]:
        add(f"attributes: better F1 with them, {entry['setting']}", "at least 0.95",
            entry["better"], entry["better"] >= 0.95)  # fmt: skip
    for entry in summary["labelled"]:
        if entry["measured"] is not None and "f1_support" in entry:
            best = max(entry["f1_support"], entry.get("f1_sweep", 0.0))
            add(f"labelled: F1 of {entry['class']}", f"at least {entry['measured']:g}", best,
                best >= entry["measured"] - ROUNDING)  # fmt: skip
    for entry in summary["batch"]:
        add(f"batch: speed-up of two threads, {entry['solver'].removeprefix('partwise-')}",
            "at least 1.7", entry["speedup"], entry["speedup"] >= 1.7)  # fmt: skip
    return lines
