"""From measured rows to the numbers, tables and pictures of a report."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

__all__ = [
    "Cell",
    "cells_of",
    "geometric_mean",
    "group_ratios",
    "markdown_table",
    "performance_profile",
    "profile_fractions",
    "solver_summary",
]

_PAGE = 4096.0


@dataclass(frozen=True)
class Cell:
    """What one solver did on one instance with one k, over its seeds.

    Parameters
    ----------
    instance, family, solver : str
    k : int
    cuts, seconds : list
        One entry per run that ended well.
    peak_bytes : int or None
        Median; None where it is not known.
    infeasible, failures : int
        Runs with a block too heavy, and runs without a result.
    """

    instance: str
    family: str
    k: int
    solver: str
    cuts: list[int]
    seconds: list[float]
    peak_bytes: float | None
    infeasible: int
    failures: int

    @property
    def cut(self) -> float:
        """Median cut; infinite without a result."""
        return median(self.cuts) if self.cuts else math.inf

    @property
    def time(self) -> float:
        """Median seconds; infinite without a result."""
        return median(self.seconds) if self.seconds else math.inf

    @property
    def solved(self) -> bool:
        """Whether every run gave a feasible partition."""
        return bool(self.cuts) and not self.infeasible and not self.failures


def cells_of(rows: Iterable[dict[str, Any]], clock: str = "seconds") -> list[Cell]:
    """Return a cell per instance, k and solver; `clock` names the field that holds the time."""
    groups: dict[tuple[str, int, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row["instance"], row["k"], row["solver"]].append(row)
    cells = []
    for (instance, k, solver), members in groups.items():
        good = [row for row in members if row["status"] == "ok"]
        peaks = [row["peak_bytes"] for row in good if row["peak_bytes"] is not None]
        cells.append(
            Cell(
                instance=instance,
                family=members[0]["family"],
                k=k,
                solver=solver,
                cuts=[row["cut"] for row in good],
                seconds=[row[clock] for row in good],
                peak_bytes=median(peaks) if peaks else None,
                infeasible=sum(not row["feasible"] for row in good),
                failures=len(members) - len(good),
            )
        )
    return cells


def geometric_mean(values: Iterable[float]) -> float:
    """Return the geometric mean of positive numbers; NaN of none.

    >>> geometric_mean([1, 4])
    2.0
    """
    logs = [math.log(value) for value in values]
    return math.exp(math.fsum(logs) / len(logs)) if logs else math.nan


def _pairs(cells: Sequence[Cell], solver: str, reference: str) -> list[tuple[Cell, Cell]]:
    """Return the cells of `solver` beside those of `reference`, where both have a result."""
    theirs = {(cell.instance, cell.k): cell for cell in cells if cell.solver == reference}
    pairs = [(cell, theirs.get((cell.instance, cell.k))) for cell in cells if cell.solver == solver]
    return [(a, b) for a, b in pairs if b is not None and a.cuts and b.cuts]


def _cut_ratio(pairs: Sequence[tuple[Cell, Cell]]) -> float:
    # a cut of 0 counts as 1, so that a ratio to it exists
    return geometric_mean(max(a.cut, 1) / max(b.cut, 1) for a, b in pairs)


def _time_ratio(pairs: Sequence[tuple[Cell, Cell]]) -> float:
    return geometric_mean(a.time / b.time for a, b in pairs)


def _worst_cut_ratio(pairs: Sequence[tuple[Cell, Cell]]) -> float:
    return max((max(a.cut, 1) / max(b.cut, 1) for a, b in pairs), default=math.nan)


def _memory_ratio(pairs: Sequence[tuple[Cell, Cell]]) -> float:
    # a page at least, as a call that reuses freed memory may seem to take none
    peaks = [(a.peak_bytes, b.peak_bytes) for a, b in pairs]
    return geometric_mean(
        max(a, _PAGE) / max(b, _PAGE) for a, b in peaks if a is not None and b is not None
    )


_RATIOS = {
    "cut": _cut_ratio,
    "worst cut": _worst_cut_ratio,
    "time": _time_ratio,
    "memory": _memory_ratio,
}


def solver_summary(
    cells: Sequence[Cell], solvers: Sequence[str], references: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Return per solver its mean ratios to the references, its failures, memory and best cuts."""
    best: dict[tuple[str, int], float] = defaultdict(lambda: math.inf)
    for cell in cells:
        if cell.solved:
            best[cell.instance, cell.k] = min(best[cell.instance, cell.k], cell.cut)
    summary: dict[str, dict[str, Any]] = {}
    for solver in solvers:
        mine = [cell for cell in cells if cell.solver == solver]
        entry: dict[str, Any] = {
            "cases": len(mine),
            "infeasible_runs": sum(cell.infeasible for cell in mine),
            "failed_runs": sum(cell.failures for cell in mine),
            "best_or_tied": sum(
                cell.solved and cell.cut <= best[cell.instance, cell.k] for cell in mine
            ),
            "seconds": geometric_mean(cell.time for cell in mine if cell.seconds),
            "peak_mib": geometric_mean(
                max(cell.peak_bytes / 2**20, 0.01) for cell in mine if cell.peak_bytes is not None
            ),
        }
        for reference in references:
            pairs = _pairs(cells, solver, reference)
            entry[f"cut_to_{reference}"] = _cut_ratio(pairs)
            entry[f"time_to_{reference}"] = _time_ratio(pairs)
        summary[solver] = entry
    return summary


def group_ratios(
    cells: Sequence[Cell],
    solvers: Sequence[str],
    reference: str,
    group: Callable[[Cell], Any],
    *,
    of: str = "cut",
) -> dict[Any, dict[str, float]]:
    """Return, per group of cells and solver, a ratio to `reference`.

    `of` is "cut", "time" or "memory" (geometric means) or "worst cut" (the largest ratio).
    """
    ratio = _RATIOS[of]
    members: dict[Any, list[Cell]] = defaultdict(list)
    for cell in cells:
        members[group(cell)].append(cell)
    return {
        name: {solver: ratio(_pairs(inside, solver, reference)) for solver in solvers}
        for name, inside in members.items()
    }


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a Markdown table; numbers are set right, floats to three digits, NaN as a dash.

    >>> print(markdown_table(["who", "cut"], [["a", 0.5], ["b", float("nan")]]))
    | who | cut |
    |:---|---:|
    | a | 0.500 |
    | b | - |
    """
    lines = [header, *[[_text(value) for value in row] for row in rows]]
    rule = "|:---|" + "---:|" * (len(header) - 1)
    body = ["| " + " | ".join(line) + " |" for line in lines]
    return "\n".join([body[0], rule, *body[1:]])


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if not isinstance(value, float):
        return str(value)
    if not math.isfinite(value):
        return "-"
    if value and abs(value) < 0.1:
        return f"{value:.2g}"
    return f"{value:.3f}" if abs(value) < 100 else f"{value:.0f}"


def profile_fractions(
    cells: Sequence[Cell], solvers: Sequence[str]
) -> dict[str, tuple[list[float], list[float]]]:
    """Return the steps of the performance profile of every solver.

    The curve of a solver at tau is the fraction of cases whose cut is at most tau times the best
    feasible cut of any solver (Dolan and More 2002, doi:10.1007/s101070100263). A case without a
    result, or with an infeasible one, counts as never reached.

    Returns
    -------
    dict of str to (list of float, list of float)
        Ratios, ascending, and the fraction that is reached at each.
    """
    cases = {(cell.instance, cell.k) for cell in cells if cell.solver in solvers}
    best: dict[tuple[str, int], float] = {}
    for cell in cells:
        if cell.solver in solvers and cell.solved:
            case = cell.instance, cell.k
            best[case] = min(best.get(case, math.inf), max(cell.cut, 1))
    curves = {}
    for solver in solvers:
        ratios = sorted(
            max(cell.cut, 1) / best[cell.instance, cell.k]
            for cell in cells
            if cell.solver == solver and cell.solved
        )
        curves[solver] = ratios, [(i + 1) / len(cases) for i in range(len(ratios))]
    return curves


def performance_profile(cells: Sequence[Cell], solvers: Sequence[str], path: Path) -> None:
    """Draw the performance profile to `path`; the suffix decides the format.

    Raises
    ------
    ImportError
        matplotlib is not installed.
    """
    try:
        import matplotlib
    except ImportError as error:
        raise ImportError("the profile needs matplotlib: pip install 'partwise[plot]'") from error
    matplotlib.use("agg")
    matplotlib.rcParams["svg.hashsalt"] = "partwise"  # the same data give the same file
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 5), layout="constrained")
    for position, (solver, (ratios, fractions)) in enumerate(
        profile_fractions(cells, solvers).items()
    ):
        ours = solver.startswith("partwise")
        axes.step(
            [1.0, *ratios, 2.0],
            [0.0, *fractions, fractions[-1] if fractions else 0.0],
            where="post",
            label=solver,
            color=f"C{position}",
            linewidth=2.2 if ours else 1.2,
            linestyle="-" if ours else "--",
        )
    axes.set(
        xlim=(1.0, 1.5),
        ylim=(0.0, 1.02),
        xlabel="cut divided by the best cut of any solver",
        ylabel="fraction of cases",
    )
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right", fontsize="small")
    metadata = {"Date": None} if path.suffix == ".svg" else None
    figure.savefig(path, metadata=metadata)
    plt.close(figure)
