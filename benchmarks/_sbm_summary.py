"""The arithmetic of the suite `sbm`: from rows to hit rates, medians, ratios and goals."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any

from benchmarks._tables import geometric_mean

__all__ = [
    "LIMITS",
    "goals",
    "large_summary",
    "peers_overview",
    "peers_summary",
    "planted_summary",
    "resolution_summary",
    "small_summary",
]

Row = dict[str, Any]
Entries = Sequence[Mapping[str, Any]]

LIMITS = {"short": (0.3, 0.8), "long": (2.0, 0.95)}
"""Of an effort: seconds, and the share of seeds that should be at the best known within them."""
TOLERANCE = 1e-5  # nats; the best known values are given to six digits
RELATIVE = 1e-9  # of a description length, which is a sum of many terms
LARGE = (  # graphs, seconds, largest excess over the anneal from the planted blocks
    (("assortative 100k", "disassortative 100k", "bipartite 100k"), 12.0, 0.002),
    (("assortative 1M",), 60.0, 0.01),
    (("disassortative 1M", "bipartite 1M"), 300.0, 0.02),
)
OURS, ANNEAL = "partwise-dc", "partwise-dc from planted"


def _groups(rows: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["instance"], row["solver"]), []).append(row)
    return groups


def _model(solver: str) -> str:
    return "ndc" if "-ndc" in solver else "dc"


def _good(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["status"] == "ok"]


def _median(rows: Iterable[Row], name: str) -> float | None:
    """Return the median of a field over the runs that went well and have it."""
    values = [row[name] for row in _good(rows) if row.get(name) is not None]
    return median(values) if values else None


def _head(instance: str, solver: str, rows: Sequence[Row]) -> dict[str, Any]:
    return {
        "instance": instance, "solver": solver, "n": rows[0]["n"], "m": rows[0]["m"],
        "seeds": len(rows), "failed": len(rows) - len(_good(rows)),
        "seconds": _median(rows, "time"), "peak_bytes": _median(rows, "peak_bytes"),
    }  # fmt: skip


def small_summary(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return an entry per graph and solver: how often the seeds are at the best known length.

    ``share`` is that of the seeds, ``in_time`` that of those within the seconds of the effort.
    """
    entries = []
    for (instance, solver), mine in _groups(rows).items():
        field = f"dl_{_model(solver)}"
        known = mine[0]["best_known"]
        limit, _ = LIMITS[solver.split()[1]]
        hits = [row for row in _good(mine) if row[field] <= known + TOLERANCE]
        lengths = [row[field] for row in _good(mine)]
        entries.append(
            _head(instance, solver, mine)
            | {
                "best_known": known, "best": min(lengths, default=None),
                "worst": max(lengths, default=None), "share": len(hits) / len(mine),
                "in_time": sum(row["time"] <= limit for row in hits) / len(mine),
                "slowest": max((row["time"] for row in _good(mine)), default=None),
            }
        )  # fmt: skip
    return entries


def planted_summary(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return an entry per family of graphs and solver: how often the right blocks are counted.

    ``excess`` is the largest difference to the description length of the planted blocks.
    """
    entries = []
    for (instance, solver), mine in _groups(rows).items():
        model = _model(solver)
        gaps = [row[f"dl_{model}"] - row[f"planted_{model}"] for row in _good(mine)]
        right = [row["blocks"] == row["planted_blocks"] for row in _good(mine)]
        entries.append(
            _head(instance, solver, mine)
            | {
                "family": mine[0]["family"], "planted": mine[0]["planted_blocks"],
                "share": sum(right) / len(mine), "excess": max(gaps, default=None),
                "gap": median(gaps) if gaps else None, "ari": _median(mine, "ari"),
            }
        )  # fmt: skip
    return entries


def large_summary(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return an entry per graph and solver, with its excess over planted and annealed blocks.

    Excesses are relative: of the worst seed over the planted blocks, and of the worst seed over the
    best anneal that began with these.
    """
    groups = _groups(rows)
    entries = []
    for (instance, solver), mine in groups.items():
        model = _model(solver)
        good = _good(mine)
        worst = max((row[f"dl_{model}"] for row in good), default=None)
        anneals = _good(groups.get((instance, ANNEAL), []))
        annealed = min((row["dl_dc"] for row in anneals), default=None) if model == "dc" else None
        entries.append(
            _head(instance, solver, mine)
            | {
                "blocks": good[0]["blocks"] if good else None,
                "planted": mine[0]["planted_blocks"], "dl": worst,
                "to_planted": _excess(worst, mine[0][f"planted_{model}"]),
                "to_anneal": _excess(worst, annealed),
                "slowest": max((row["time"] for row in good), default=None),
                "incomplete": sum(not row["complete"] for row in good),
            }
        )  # fmt: skip
    return entries


def _excess(value: float | None, base: float | None) -> float | None:
    return None if value is None or base is None else value / base - 1.0


def peers_summary(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return an entry per graph and solver: medians, and excesses over our fit of each model.

    ``own`` is what the package itself calls the description length, where it does.
    """
    groups = _groups(rows)
    entries = []
    for (instance, solver), mine in groups.items():
        entry = _head(instance, solver, mine)
        good = _good(mine)
        entry["blocks"] = good[0]["blocks"] if good else None
        for model in ("dc", "ndc"):
            length = _median(mine, f"dl_{model}")
            ours = _median(groups.get((instance, f"partwise-{model}"), []), f"dl_{model}")
            entry[f"dl_{model}"], entry[f"excess_{model}"] = length, _excess(length, ours)
        ours = _median(groups.get((instance, OURS), []), "time")
        known = entry["seconds"] is not None and ours is not None
        entry["ratio"] = entry["seconds"] / ours if known else None
        entry["own"] = _median(mine, "own")
        entries.append(entry)
    return entries


def peers_overview(entries: Entries) -> list[dict[str, Any]]:
    """Return an entry per solver: means over the graphs that it and our fit both solved."""
    lines = []
    for solver in dict.fromkeys(entry["solver"] for entry in entries):
        mine = [entry for entry in entries if entry["solver"] == solver]
        line: dict[str, Any] = {
            "solver": solver, "graphs": sum(entry["seconds"] is not None for entry in mine),
            "ratio": geometric_mean(e["ratio"] for e in mine if e["ratio"] is not None),
        }  # fmt: skip
        for model in ("dc", "ndc"):
            gaps = [e[f"excess_{model}"] for e in mine if e[f"excess_{model}"] is not None]
            line[f"mean_{model}"] = sum(gaps) / len(gaps) if gaps else None
            line[f"least_{model}"] = min(gaps, default=None)
        lines.append(line)
    return lines


def resolution_summary(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return an entry per family of graphs: most blocks under both priors."""
    names = ("instance", "bipartite", "general", "ratio", "expected", "time")
    return [{name: row[name] for name in names} for row in _good(rows)]


# -- goals -----------------------------------------------------------------------------------------


def _goal(
    what: str, goal: str, values: Mapping[str, float | None], bound: float, *, at_most: bool
) -> dict[str, Any] | None:
    """Return a line of the table of goals; a value of None was not reached at all."""
    if not values:
        return None
    sign = 1.0 if at_most else -1.0
    failed = sign * math.inf
    known = {name: failed if value is None else value for name, value in values.items()}
    where = max(known, key=lambda name: sign * known[name])
    return {
        "what": what, "goal": goal, "median": median(known.values()), "worst": known[where],
        "where": where, "met": sum(sign * (value - bound) <= 0 for value in known.values()),
        "of": len(known),
    }  # fmt: skip


def _all_ran(entry: Mapping[str, Any], name: str) -> float | None:
    """Return a value of an entry, None if one of its runs failed."""
    return None if entry["failed"] else entry[name]


def goals(
    small: Entries, planted: Entries, large: Entries, resolution: Entries
) -> list[dict[str, Any]]:
    """Return the measured values of what the library sets itself as goals.

    Parameters
    ----------
    small, planted, large, resolution : sequence of dict
        As from the functions named after them.
    """
    lines = []
    for effort, (limit, share) in LIMITS.items():
        shares = {
            f"{e['instance']}, {e['solver'].split()[0]}": e["in_time"]
            for e in small
            if e["solver"].endswith(effort)
        }
        lines.append(
            _goal(f"small graphs: share of seeds at the best known length within {limit:g} s",
                  f">= {share:g}", shares, share, at_most=False)
        )  # fmt: skip
    found = [entry for entry in planted if entry["family"] == "planted"]
    noise = [entry for entry in planted if entry["family"] == "random"]
    lines += [
        _goal("planted blocks: share of seeds with their numbers", ">= 0.95",
              {e["instance"]: e["share"] for e in found}, 0.95, at_most=False),
        _goal("planted blocks: length - that of the planted blocks, nats", "<= 0",
              {e["instance"]: _all_ran(e, "excess") for e in found}, 1e-6, at_most=True),
        _goal("random graphs: share of seeds with one block, or one of each type", "1",
              {f"{e['instance']}, {e['solver']}": e["share"] for e in noise}, 1.0, at_most=False),
    ]  # fmt: skip
    for names, seconds, excess in LARGE:
        ours = [e for e in large if e["solver"] == OURS and e["instance"] in names]
        size = names[0].split()[1]
        kinds = ", ".join(name.split()[0] for name in names)
        lines.append(
            _goal(f"{size} edges, {kinds}: seconds", f"<= {seconds:g}",
                  {e["instance"]: _all_ran(e, "slowest") for e in ours}, seconds, at_most=True)
        )  # fmt: skip
        if size == "100k":
            lines.append(
                _goal(f"{size} edges, {kinds}: length / that of the planted blocks - 1", "<= 0",
                      {e["instance"]: _all_ran(e, "to_planted") for e in ours}, RELATIVE,
                      at_most=True)
            )  # fmt: skip
        lines.append(
            _goal(f"{size} edges, {kinds}: length / that of an anneal from the planted blocks - 1",
                  f"<= {excess:g}", {e["instance"]: _all_ran(e, "to_anneal") for e in ours},
                  excess, at_most=True)
        )  # fmt: skip
    off = {e["instance"]: abs(e["ratio"] / e["expected"] - 1.0) for e in resolution}
    lines.append(
        _goal("most blocks with the bipartite / the general prior: distance from what is derived",
              "<= 0.03", off, 0.03, at_most=True)
    )  # fmt: skip
    return [line for line in lines if line is not None]
