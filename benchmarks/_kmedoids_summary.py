"""From rows of the k-medoids suite to the numbers of its tables.

A row has its time in the field ``time``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import mean, median
from typing import Any

from benchmarks._kmedoids_solvers import REFERENCES, SOLVERS
from benchmarks._tables import geometric_mean

__all__ = ["PUBLISHED", "large_summary", "orlib_summary", "pam_summary", "speed_summary"]

PUBLISHED = {100: 458, 200: 1191}  # PAM / FasterPAM by k, arXiv:2008.05171, on other data

Row = dict[str, Any]


def _cases(rows: Iterable[Row], *names: str) -> dict[tuple[Any, ...], dict[str, list[Row]]]:
    """Return rows by the fields `names`, and within by solver."""
    cases: dict[tuple[Any, ...], dict[str, list[Row]]] = {}
    for row in rows:
        key = tuple(row[name] for name in names)
        cases.setdefault(key, {}).setdefault(row["solver"], []).append(row)
    return cases


def _time(rows: Sequence[Row]) -> float | None:
    return median(row["time"] for row in rows) if rows else None


def _ratio(a: float | None, b: float | None) -> float | None:
    return None if a is None or not b else a / b


def speed_summary(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the entries of ``cases``, medians over the repeats, and their means ``by_n``."""
    cases = []
    for (instance, n, k), found in _cases(rows, "instance", "n", "k").items():
        ours, theirs = found.get("fasterpam", []), found.get("kmedoids", [])
        if not ours:
            continue
        two = found.get("fasterpam x2", [])
        floor, seconds = _time(found.get("stream", [])), _time(ours)
        loss = theirs[0]["loss"] if theirs else None
        cases.append(
            {
                "instance": instance, "n": n, "k": k,
                "seconds": seconds, "peer_seconds": _time(theirs),
                "speedup": _ratio(_time(theirs), seconds),
                "same_medoids": _same("medoids", ours + theirs) if theirs else None,
                "loss": ours[0]["loss"],
                "excess": None if not loss else ours[0]["loss"] / loss - 1,
                "swaps": ours[0]["n_swap"], "passes": ours[0]["n_iter"],
                "floor_seconds": floor,
                "floors_per_pass": _ratio(_ratio(seconds, floor), ours[0]["n_iter"]),
                "two_threads_seconds": _time(two),
                "two_threads_identical": _same("result", ours + two) if two else None,
            }
        )  # fmt: skip
    by_n = []
    for n in dict.fromkeys(entry["n"] for entry in cases):
        mine = [e for e in cases if e["n"] == n and e["speedup"] is not None]
        if mine:
            speedups = [entry["speedup"] for entry in mine]
            by_n.append(
                {
                    "n": n, "cases": len(mine), "speedup": geometric_mean(speedups),
                    "least": min(speedups),
                    "same_medoids": sum(entry["same_medoids"] for entry in mine),
                }
            )  # fmt: skip
    return {"by_n": by_n, "cases": cases}


def _same(what: str, rows: Sequence[Row]) -> bool:
    return len({row[what] for row in rows}) == 1


def pam_summary(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return an entry per n and k: what PAM's swaps take, by its iterations, and FasterPAM's."""
    entries = []
    for (n, k), found in _cases(rows, "n", "k").items():
        once, steps = found.get("pam iteration", []), found.get("fastpam1 from build", [])
        eager = found.get("fasterpam from build", [])
        if not (once and steps and eager):
            continue
        iteration = once[0]["time"] / once[0]["share"]
        iterations = steps[0]["n_iter"]
        pam, fastpam1, fasterpam = iterations * iteration, _time(steps), _time(eager)
        entries.append(
            {
                "n": n, "k": k, "build_seconds": _time(found.get("build", [])),
                "iteration_seconds": iteration, "measured_share": once[0]["share"],
                "same_exchange": once[0].get("same_exchange"), "iterations": iterations,
                "pam_seconds": pam, "fastpam1_seconds": fastpam1, "fasterpam_seconds": fasterpam,
                "pam_to_fastpam1": _ratio(pam, fastpam1),
                "pam_to_fasterpam": _ratio(pam, fasterpam), "published": PUBLISHED.get(k),
                "fasterpam_swaps": eager[0]["n_swap"], "fastpam1_loss": steps[0]["loss"],
                "fasterpam_loss": eager[0]["loss"],
            }
        )  # fmt: skip
    return entries


def orlib_summary(rows: Sequence[Row]) -> dict[str, Any]:
    """Return ``solvers``, means over instances and seeds, and ``cases``, means over seeds.

    Gaps are to the optimum, in percent. Optima reached are counted per seed and averaged.
    """
    by_instance = _cases(rows, "instance", "n", "k", "optimum")
    solvers = [name for name in SOLVERS if any(row["solver"] == name for row in rows)]
    times = {(row["instance"], row["seed"], row["solver"]): row["time"] for row in rows}
    reference = next((name for name in REFERENCES if name in solvers), REFERENCES[0])
    means = {}
    for solver in solvers:
        mine = [row for row in rows if row["solver"] == solver]
        shares = [
            row["time"] / times[row["instance"], row["seed"], reference]
            for row in mine
            if (row["instance"], row["seed"], reference) in times
        ]
        means[solver] = {
            "instances": len({row["instance"] for row in mine}),
            "seeds": len({row["seed"] for row in mine}),
            "gap": mean(map(_gap, mine)),
            "worst_gap": max(map(_gap, mine)),
            "optima": sum(row["loss"] <= row["optimum"] for row in mine)
            / len({row["seed"] for row in mine}),
            "seconds": mean(row["time"] for row in mine),
            "summed_time_to_reference": sum(row["time"] for row in mine)
            / (sum(times.get((row["instance"], row["seed"], reference), 0.0) for row in mine) or 1),
            "time_to_reference": geometric_mean(shares) if shares else None,
        }
    cases = [
        {
            "instance": instance, "n": n, "k": k, "optimum": optimum,
            "gap": {solver: mean(map(_gap, found[solver])) for solver in found},
            "seconds": {solver: _time(found[solver]) for solver in found},
            "rounds": {
                solver: [row["rounds"] for row in found[solver]]
                for solver in found
                if "rounds" in found[solver][0]
            },
        }
        for (instance, n, k, optimum), found in by_instance.items()
    ]  # fmt: skip
    return {"reference": reference, "solvers": means, "cases": cases}


def _gap(row: Row) -> float:
    return 100.0 * (row["loss"] / row["optimum"] - 1.0)


def large_summary(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return an entry per input and solver: losses on all points, relative to FasterPAM's.

    The reference, FasterPAM on a subset or on all points, is that of the same seed.
    """
    base = {
        (row["instance"], row["n"], row["k"], row["seed"]): row["loss"]
        for row in rows
        if row["solver"].startswith("fasterpam on ")
    }
    entries = []
    for (instance, n, k), found in _cases(rows, "instance", "n", "k").items():
        for solver in filter(found.get, SOLVERS):
            mine = found[solver]
            ratios, snapped = [], []
            for row in mine:
                reference = base.get((instance, n, k, row["seed"]))
                if reference:
                    ratios.append(row["loss"] / reference)
                    if "snapped_loss" in row:
                        snapped.append(row["snapped_loss"] / reference)
            peaks = [row["peak_bytes"] for row in mine if row["peak_bytes"] is not None]
            entries.append(
                {
                    "instance": instance, "n": n, "k": k, "solver": solver, "seeds": len(mine),
                    "loss": mean(row["loss"] for row in mine),
                    "ratio": mean(ratios) if ratios else None,
                    "worst_ratio": max(ratios, default=None),
                    "snapped_ratio": mean(snapped) if snapped else None,
                    "seconds": _time(mine), "peak_bytes": max(peaks, default=None),
                }
            )  # fmt: skip
    return entries
