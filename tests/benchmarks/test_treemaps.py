"""The suite `treemaps`: its inputs, its solvers, its arithmetic, and a run from end to end."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import benchmarks.treemaps as suite
from benchmarks._harness import is_installed
from benchmarks._treemap_inputs import Mesh, Nested, Star
from benchmarks._treemap_solvers import SOLVERS, TreemapRunner, package_of, ratios_of
from benchmarks._treemap_summary import goals, points_summary, ratio_summary, speed_summary
from benchmarks.treemaps import main


def test_trees_have_the_leaves_they_should() -> None:
    star, nested = Star(50, 2.0).load(), Nested(500, 1.0).load()
    assert (star.n_leaves, star.depth) == (50, 1)
    assert nested.n_leaves == 500
    assert 2 <= nested.depth <= 6
    inner = ~nested.is_leaf
    assert (np.diff(nested.indptr)[inner] >= 1).all()
    assert np.diff(nested.indptr).max() <= 20


def test_meshes_have_a_point_for_every_node() -> None:
    for kind, dim in (("mesh", 2), ("mesh", 3), ("grid", 2), ("clusters", 2)):
        points, graph = Mesh(kind, 400, dim).load()
        assert points.shape == (400, dim)
        assert graph.n_nodes == 400
        assert graph.n_edges > 700
    assert Mesh("cloud", 100, 3).load()[1] is None


def test_ratios_of_a_square_and_a_two_to_one_box() -> None:
    boxes = np.array([(0.0, 0.0, 1.0, 1.0), (0.0, 0.0, 2.0, 1.0)])
    found = ratios_of(np.array([1.0, 2.0]), boxes, np.array([2.0, 5.0]), np.array([1.0, 2.0]))
    assert (found["max_square"], found["max_diameter"]) == (2.0, 2.5)
    assert found["mean_square"] == pytest.approx(5 / 3)


def test_squarify_draws_what_we_draw_for_rows_of_squares() -> None:
    if not is_installed("squarify"):
        pytest.skip("squarify is not installed")
    runner = TreemapRunner()
    runner.prepare(Star(200, 1.0))
    theirs, ours = runner.solve("squarify", 1), runner.solve("partwise-squarified-1", 1)
    for name in ("leaves", "max_square", "mean_square", "max_diameter", "mean_diameter"):
        assert theirs[name] == pytest.approx(ours[name], rel=1e-9)


@pytest.mark.parametrize("solver", suite.PARTS["points"])
def test_every_partition_of_points_has_all_parts(solver: str) -> None:
    if not is_installed(package_of(solver)):
        pytest.skip(f"{package_of(solver)} is not installed")
    runner = TreemapRunner()
    runner.prepare(Mesh("mesh", 1000))
    row = runner.solve(solver, 1)
    assert row["n_parts"] >= 64
    assert row["cut"] > 0
    assert row["imbalance"] >= 0


def test_arithmetic_of_times_ratios_and_goals() -> None:
    base = {"instance": "star 100000, sigma 1", "seed": 1, "n": 100_000, "status": "ok"}
    rows = [
        base | {"solver": "partwise-squarified", "time": 0.02},
        base | {"solver": "partwise-squarified", "time": 0.04},
        base | {"solver": "squarify", "time": 30.0},
    ]
    speed = speed_summary(rows)
    assert speed[0]["seconds"] == pytest.approx(0.03)
    assert speed[0]["ratio"] == pytest.approx(1000.0)
    ratios = {"max_square": 2.0, "mean_square": 1.5, "max_diameter": 3.0, "mean_diameter": 2.5}
    kept = base | ratios | {"solver": "partwise-convex", "time": 1.0, "worst": 9.0, "bound": 8.0}
    summary = {
        "speed": speed,
        "skew": ratio_summary([kept]),
        "supplied": [],
        "d3": [{"instance": "flare", "nodes": 9, "difference": 1e-12}],
        "points": [],
    }
    lines = {line["what"]: line for line in goals(summary)}
    assert lines["squarified, 100000 leaves, slower of star and nested, s"]["met"]
    assert not lines["layouts within their bound"]["met"]
    assert lines["largest difference to d3"]["met"]


def test_cuts_are_set_beside_the_multilevel_partitioner() -> None:
    base = {"instance": "mesh", "n": 10, "n_parts": 64, "imbalance": 0.0}
    rows = [
        base | {"solver": "partwise-rcb", "time": 1.0, "cut": 30},
        base | {"solver": "partwise-multilevel", "time": 4.0, "cut": 20},
    ]
    first = points_summary(rows)[0]
    assert (first["cut_ratio"], first["time_ratio"]) == (1.5, 0.25)


@pytest.mark.slow
def test_a_quick_run_writes_a_report_and_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "polygon-treemaps"
    folder.mkdir()
    leaf = {"name": "a", "value": 3}
    flare = {
        "name": "flare",
        "children": [leaf, {"name": "b", "children": [{"name": "c", "value": 1}]}],
    }
    (folder / "flare.json").write_text(json.dumps(flare))
    box = {"name": "flare", "x": 0, "y": 0, "dx": 960, "dy": 500, "children": [
        {"name": "a", "x": 0, "y": 0, "dx": 720, "dy": 500},
        {"name": "b", "x": 720, "y": 0, "dx": 240, "dy": 500, "children": [
            {"name": "c", "x": 720, "y": 0, "dx": 240, "dy": 500}]},
    ]}  # fmt: skip
    (folder / "flare-phi.json").write_text(json.dumps(box))
    out = tmp_path / "treemaps.json"
    words = ["--quick", "--data", str(tmp_path), "--out", str(out), "--part", "skew", "supplied"]
    assert main(words) == 0
    report = json.loads(out.read_text())
    assert report["summary"]["d3"][0]["difference"] < 1e-9
    solvers = {row["solver"] for row in report["rows"]}
    assert {"partwise-convex", "partwise-orthoconvex", "partwise-squarified"} <= solvers
    assert all(solver in SOLVERS for solver in solvers)
    text = out.with_suffix(".md").read_text()
    assert "## Goals" in text
    assert "| flare |" in text
    assert main([*words, "--resume"]) == 0
    assert len(json.loads(out.read_text())["rows"]) == len(report["rows"])
