"""From rows of the multi-personality suite to ratios with their confidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import mean, median
from typing import Any

import numpy as np

from benchmarks._tables import geometric_mean

__all__ = [
    "PLAN_SOLVERS",
    "RESAMPLES",
    "bootstrap_mean",
    "plan_summary",
    "row_label",
    "single_summary",
    "small_summary",
]

PLAN_SOLVERS = ("adaptive", "static", "post-mapping", "post-mapping-lp")
RESAMPLES = 10_000
_BOOTSTRAP_SEED = 20

Row = dict[str, Any]


def bootstrap_mean(groups: Mapping[str, Sequence[float]]) -> dict[str, float | int | None]:
    """Return the mean of the groups' means with a 95 % confidence interval.

    The interval is the percentile bootstrap in two stages with a fixed seed: instances are drawn
    with replacement, then runs within each, so that several seeds of one instance do not count as
    several instances. With a single instance it speaks of that instance only.

    Parameters
    ----------
    groups : mapping of str to sequence of float
        Values of the runs, by instance; empty ones are left out.

    Returns
    -------
    dict
        ``mean``, ``low``, ``high`` (None without values), ``instances`` and ``runs``.
    """
    filled = [list(values) for values in groups.values() if values]
    if not filled:
        return {"mean": None, "low": None, "high": None, "instances": 0, "runs": 0}
    sizes = np.array([len(values) for values in filled])
    table = np.zeros((len(filled), sizes.max()))
    for row, values in zip(table, filled):
        row[: len(values)] = values
    rng = np.random.default_rng(_BOOTSTRAP_SEED)
    instance = rng.integers(0, len(filled), (RESAMPLES, len(filled)))
    count = sizes[instance][..., np.newaxis]
    run = (rng.random((*instance.shape, sizes.max())) * count).astype(int)
    drawn = np.where(np.arange(sizes.max()) < count, table[instance[..., np.newaxis], run], 0.0)
    means = (drawn.sum(axis=2) / count[..., 0]).mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return {
        "mean": mean(map(mean, filled)),
        "low": float(low),
        "high": float(high),
        "instances": len(filled),
        "runs": int(sizes.sum()),
    }


def plan_summary(rows: Sequence[Row]) -> dict[str, Any]:
    """Return ratios and feasibility by method, of the rows of the reproduction plan.

    Cuts are compared, as adaptive divided by static, over the runs that are feasible on both sides,
    a cut of 0 counted as 1, and once more over all runs; deviations, as adaptive divided by
    post-mapping and by post-mapping with linear programming, over all runs, except where the latter
    has none.
    """
    found: dict[tuple[str, str], dict[tuple[str, int], Row]] = defaultdict(dict)
    for row in rows:
        if row["status"] == "ok":
            found[row["method"], row["solver"]][row["instance"], row["seed"]] = row
    return {
        method: _method_summary(found, method)
        for method in dict.fromkeys(row["method"] for row in rows)
    }


def _method_summary(
    found: Mapping[tuple[str, str], dict[tuple[str, int], Row]], method: str
) -> dict[str, Any]:
    runs = {name: found.get((method, name), {}) for name in PLAN_SOLVERS}
    ratios: dict[str, dict[str, list[float]]] = {
        name: defaultdict(list) for name in ("cut", "cut_all_runs", "deviation", "deviation_lp")
    }
    for key, row in runs["adaptive"].items():
        if other := runs["static"].get(key):
            ratio = max(row["cut"], 1) / max(other["cut"], 1)
            ratios["cut_all_runs"][key[0]].append(ratio)
            if row["feasible"] and other["feasible"]:
                ratios["cut"][key[0]].append(ratio)
        for what, solver in (("deviation", "post-mapping"), ("deviation_lp", "post-mapping-lp")):
            if (other := runs[solver].get(key)) and other["deviation"]:
                ratios[what][key[0]].append(row["deviation"] / other["deviation"])
    instances = dict.fromkeys(instance for keys in runs.values() for instance, _ in keys)
    overall = {what: bootstrap_mean(groups) for what, groups in ratios.items()}
    highs = [overall[what]["high"] for what in ("cut", "deviation")]
    return overall | {
        "both_directions_hold": all(high is not None and high < 1 for high in highs),
        "feasible": {solver: _share(rows) for solver, rows in runs.items()},
        "instances": {
            name: {what: bootstrap_mean({name: groups[name]}) for what, groups in ratios.items()}
            | {
                "solvers": {
                    solver: _mean_numbers([row for key, row in rows.items() if key[0] == name])
                    for solver, rows in runs.items()
                }
            }
            for name in instances
        },
    }


def _share(runs: Mapping[Any, Row]) -> float | None:
    return mean(row["feasible"] for row in runs.values()) if runs else None


def _mean_numbers(rows: Sequence[Row]) -> dict[str, float | int | None]:
    if not rows:
        return {"runs": 0}
    names = ("cut", "feasible", "deviation", "max_utilisation", "violation", "seconds")
    return {"runs": len(rows)} | {name: mean(row[name] for row in rows) for name in names}


def small_summary(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """Return how near each solver comes to the optima of the small instances.

    The optimum of the static solver is that of its mapping as computed for the file of instances,
    which may be another mapping than its own; the others have the joint one.
    """
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["status"] == "ok":
            groups[row_label(row)].append(row)
    summary = {}
    for label, members in groups.items():
        good = [row for row in members if row["feasible"]]
        over = [row["cut"] - row["optimum"] for row in good]
        summary[label] = {
            "runs": len(members),
            "infeasible_runs": len(members) - len(good),
            "below_joint_optimum": sum(row["cut"] < row["joint_optimum"] for row in good),
            "at_optimum": sum(x <= 0 for x in over),
            "at_most_one_more": sum(x <= 1 for x in over),
            "summed_cut": sum(row["cut"] for row in members),
            "summed_optimum": sum(row["optimum"] for row in members),
            "seconds": mean(row["seconds"] for row in members),
        }
    return summary


def single_summary(rows: Sequence[Row], reference: str) -> dict[str, dict[str, Any]]:
    """Return means by solver and imbalance over the instances, of medians over seeds.

    Ratios to `reference` are geometric means over the instances that both sides solved, those to
    the best known cut over the instances where one is known.
    """
    cases: dict[tuple[float, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row["status"] == "ok":
            cases[row["imbalance"], row_label(row), row["instance"]].append(row)
    summary = {}
    for imbalance, label in sorted({(b, label) for b, label, _ in cases}):
        mine = {name: found for (b, other, name), found in cases.items()
                if (b, other) == (imbalance, label)}  # fmt: skip
        theirs = {name: cases[imbalance, reference, name] for name in mine
                  if (imbalance, reference, name) in cases}  # fmt: skip
        best = {name: found[0]["best_known"] for name, found in mine.items()}
        members = [row for found in mine.values() for row in found]
        summary[f"{label} at {100 * imbalance:g} %"] = {
            "instances": len(mine),
            "cut_to_reference": geometric_mean(
                _cut(mine[name]) / _cut(theirs[name]) for name in theirs
            ),
            "time_to_reference": geometric_mean(
                _seconds(mine[name]) / _seconds(theirs[name]) for name in theirs
            ),
            "cut_to_best_known": geometric_mean(
                _cut(mine[name]) / value for name, value in best.items() if value is not None
            ),
            "infeasible_runs": sum(not row["feasible"] for row in members),
            "mean_seconds": mean(row["seconds"] for row in members),
        }
    return summary


def _cut(rows: Sequence[Row]) -> float:
    return max(median(row["cut"] for row in rows), 1)  # so that a ratio to it exists


def _seconds(rows: Sequence[Row]) -> float:
    return median(row["seconds"] for row in rows)


def row_label(row: Row) -> str:
    """Return the solver with its method and number of starts."""
    name = row["solver"] if row["method"] == "-" else f"{row['solver']} {row['method']}"
    return name if row["starts"] is None else f"{name} x{row['starts']}"
