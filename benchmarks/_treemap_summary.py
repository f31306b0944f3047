"""The arithmetic of the suite `treemaps`: from rows to medians, ratios and goals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any

__all__ = ["d3_summary", "goals", "points_summary", "ratio_summary", "speed_summary"]

Row = dict[str, Any]
Entries = Sequence[Mapping[str, Any]]

LIMITS = (  # solver, leaves, seconds
    ("partwise-squarified", 100_000, 0.03),
    ("partwise-squarified", 1_000_000, 0.5),
    ("partwise-convex", 1_000_000, 10.0),
    ("partwise-orthoconvex", 1_000_000, 5.0),
)
POINTS_LIMIT = ("partwise-rcb", 1_000_000, 0.4)


def _groups(rows: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["instance"], row["solver"]), []).append(row)
    return groups


def _time(rows: Iterable[Row]) -> float:
    return median(row["time"] for row in rows)


def speed_summary(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return an entry per tree and solver; ``ratio`` is squarify's time over ours."""
    found = _groups(rows)
    entries = []
    for (instance, solver), mine in found.items():
        seconds = _time(mine)
        theirs = found.get((instance, "squarify"))
        ratio = _time(theirs) / seconds if theirs and "squarified" in solver else None
        entries.append(
            {
                "instance": instance, "solver": solver, "n": mine[0]["n"], "seconds": seconds,
                "runs": len(mine), "leaves_per_second": mine[0]["n"] / seconds, "ratio": ratio,
            }
        )  # fmt: skip
    return entries


def ratio_summary(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return an entry per tree and solver: its aspect ratios, which no run changes."""
    names = ("max_square", "mean_square", "max_diameter", "mean_diameter", "worst", "bound")
    return [
        {
            "instance": instance, "solver": solver, "seconds": _time(mine),
            "aspect_kind": mine[0].get("aspect_kind"),
            **{name: mine[0].get(name) for name in names},
        }
        for (instance, solver), mine in _groups(rows).items()
    ]  # fmt: skip


def d3_summary(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return an entry per layout."""
    return [{name: row[name] for name in ("instance", "nodes", "difference")} for row in rows]


def points_summary(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return an entry per mesh and solver, with ratios to the multilevel partitioner."""
    found = _groups(rows)
    entries = []
    for (instance, solver), mine in found.items():
        reference = found.get((instance, "partwise-multilevel"))
        cuts = [row["cut"] for row in mine if "cut" in row]
        entries.append(
            {
                "instance": instance, "solver": solver, "n": mine[0]["n"],
                "seconds": _time(mine), "n_parts": mine[0]["n_parts"],
                "imbalance": max(row["imbalance"] for row in mine),
                "cut": median(cuts) if cuts else None,
                "cut_ratio": (
                    median(cuts) / median(row["cut"] for row in reference)
                    if cuts and reference else None
                ),
                "time_ratio": _time(mine) / _time(reference) if reference else None,
            }
        )  # fmt: skip
    return entries


def goals(summary: Mapping[str, Entries]) -> list[dict[str, Any]]:
    """Return what the project asks of itself beside what was measured."""
    lines = []

    def line(what: str, goal: str, value: str, met: bool) -> None:
        """Add a line of the table."""
        lines.append({"what": what, "goal": goal, "value": value, "met": met})

    for solver, n, limit in LIMITS:
        times = [e["seconds"] for e in summary["speed"] if (e["solver"], e["n"]) == (solver, n)]
        if times:
            name = solver.removeprefix("partwise-")
            what = f"{name}, {n} leaves, slower of star and nested, s"
            line(what, f"<= {limit:g}", f"{max(times):.4g}", max(times) <= limit)
    kept = [
        entry for part in ("skew", "supplied") for entry in summary[part]
        if entry["bound"] is not None
    ]  # fmt: skip
    if kept:
        good = sum(entry["worst"] <= entry["bound"] * (1 + 1e-9) for entry in kept)
        line("layouts within their bound", "all", f"{good} of {len(kept)}", good == len(kept))
    if summary["d3"]:
        far = max(entry["difference"] for entry in summary["d3"])
        line("largest difference to d3", "<= 1e-9", f"{far:.1e}", far <= 1e-9)
    solver, n, limit = POINTS_LIMIT
    times = [e["seconds"] for e in summary["points"] if (e["solver"], e["n"]) == (solver, n)]
    if times:
        line(
            f"RCB of {n} points in 3D, s", f"<= {limit:g}", f"{max(times):.4g}", max(times) <= limit
        )
    return lines
