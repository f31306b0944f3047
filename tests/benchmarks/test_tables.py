"""Means, profiles and tables, each against numbers worked out by hand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from benchmarks._tables import (
    cells_of,
    geometric_mean,
    group_ratios,
    markdown_table,
    performance_profile,
    profile_fractions,
    solver_summary,
)


def row(
    instance: str, k: int, solver: str, seed: int, cut: int, seconds: float, **more: Any
) -> dict[str, Any]:
    """Return a row of the log."""
    return {
        "instance": instance, "family": instance[0], "k": k, "solver": solver, "seed": seed,
        "status": "ok", "cut": cut, "seconds": seconds, "peak_bytes": 2**20, "feasible": True,
    } | more  # fmt: skip


ROWS = [
    *[row("a1", 2, "metis", s, cut, 1.0) for s, cut in enumerate([10, 30, 20])],
    *[row("a1", 2, "ours", s, cut, 4.0) for s, cut in enumerate([5, 5, 5])],
    *[row("b1", 2, "metis", s, 8, 2.0) for s in range(3)],
    *[row("b1", 2, "ours", s, 8, 2.0) for s in range(2)],
    row("b1", 2, "ours", 2, 1, 2.0, feasible=False),
    row("b1", 4, "metis", 0, 0, 2.0),
    row("b1", 4, "ours", 0, 4, 2.0),
    {"instance": "b1", "family": "b", "k": 8, "solver": "metis", "seed": 0, "status": "crash",
     "reason": "killed"},
    row("b1", 8, "ours", 0, 4, 2.0),
]  # fmt: skip


def test_cells_take_medians_and_count_what_went_wrong() -> None:
    cells = {(c.instance, c.k, c.solver): c for c in cells_of(ROWS)}
    assert cells["a1", 2, "metis"].cut == 20
    assert cells["a1", 2, "metis"].solved
    assert cells["b1", 2, "ours"].cut == 8
    assert cells["b1", 2, "ours"].infeasible == 1
    assert not cells["b1", 2, "ours"].solved
    assert cells["b1", 8, "metis"].failures == 1
    assert math.isinf(cells["b1", 8, "metis"].cut)
    assert cells["b1", 8, "metis"].peak_bytes is None


def test_summary_by_hand() -> None:
    summary = solver_summary(cells_of(ROWS), ["ours", "metis"], ["metis"])
    # cases that both solved: 5/20, 8/8, 4/max(0, 1)
    assert summary["ours"]["cut_to_metis"] == pytest.approx((0.25 * 1 * 4) ** (1 / 3))
    assert summary["ours"]["time_to_metis"] == pytest.approx(4 ** (1 / 3))
    assert summary["ours"]["infeasible_runs"] == 1
    assert summary["metis"]["failed_runs"] == 1
    assert summary["metis"]["cut_to_metis"] == 1.0
    # an infeasible case is never the best one
    assert summary["ours"]["best_or_tied"] == 2
    assert summary["metis"]["best_or_tied"] == 2
    assert summary["ours"]["peak_mib"] == pytest.approx(1.0)


def test_ratios_by_group() -> None:
    by_family = group_ratios(cells_of(ROWS), ["ours"], "metis", lambda cell: cell.family)
    assert by_family["a"]["ours"] == pytest.approx(0.25)
    assert by_family["b"]["ours"] == pytest.approx(2.0)
    by_k = group_ratios(cells_of(ROWS), ["ours"], "metis", lambda cell: cell.k, of="time")
    assert by_k[2]["ours"] == pytest.approx(2.0)
    assert math.isnan(by_k[8]["ours"])
    worst = group_ratios(
        cells_of(ROWS), ["ours"], "metis", lambda cell: cell.family, of="worst cut"
    )
    assert (worst["a"]["ours"], worst["b"]["ours"]) == (0.25, 4.0)
    memory = group_ratios(cells_of(ROWS), ["ours"], "metis", lambda cell: cell.family, of="memory")
    assert memory["a"]["ours"] == 1.0


def test_profile_counts_unsolved_cases_as_never_reached() -> None:
    curves = profile_fractions(cells_of(ROWS), ["ours", "metis"])
    assert curves["ours"] == ([1.0, 1.0, 4.0], [0.25, 0.5, 0.75])
    assert curves["metis"] == ([1.0, 1.0, 4.0], [0.25, 0.5, 0.75])


def test_profile_picture_is_reproducible(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    for name in ("first.svg", "second.svg"):
        performance_profile(cells_of(ROWS), ["ours", "metis"], tmp_path / name)
    first = (tmp_path / "first.svg").read_bytes()
    assert first.startswith(b"<?xml")
    assert first == (tmp_path / "second.svg").read_bytes()


def test_geometric_mean() -> None:
    assert geometric_mean([1, 10, 100]) == pytest.approx(10)
    assert math.isnan(geometric_mean([]))


def test_table_text() -> None:
    lines = markdown_table(
        ["x", "y", "z"], [["a", 3, 0.01234], ["b", None, math.inf], ["c", 1234.5, 12.3456]]
    ).splitlines()
    assert lines[1] == "|:---|---:|---:|"
    assert lines[2:] == ["| a | 3 | 0.012 |", "| b | - | - |", "| c | 1234 | 12.346 |"]
