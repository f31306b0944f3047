"""The k-medoids suite: its inputs, its solvers, its arithmetic, and a run from end to end."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import benchmarks._kmedoids_solvers as solvers
import benchmarks.kmedoids as suite
from benchmarks._harness import is_installed
from benchmarks._kmedoids_inputs import (
    Cloud,
    Data,
    Network,
    distance_matrix,
    network_matrix,
    network_medoids,
    networks,
    optima,
    summed_distance,
)
from benchmarks._kmedoids_report import write_report
from benchmarks._kmedoids_solvers import SOLVERS, KMedoidsRunner, package_of
from benchmarks._kmedoids_summary import (
    large_summary,
    orlib_summary,
    pam_summary,
    speed_summary,
)
from benchmarks._meter import SHORT
from benchmarks.kmedoids import main

CLOUD = Cloud("blobs", 90, 3)
RING = 12


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a folder laid out as the suite expects, with a ring of 12 nodes as pmed1."""
    folder = tmp_path / "k-medoids" / "pmed"
    folder.mkdir(parents=True)
    ring = "".join(f" {v + 1} {(v + 1) % RING + 1} 1 \n" for v in range(RING))
    (folder / "pmed1.txt").write_text(f" {RING} {RING} 3 \n{ring}")
    (folder / "pmedopt.txt").write_text("Data file   Optimal solution value\npmed1 12\npmed2 5\n")
    return tmp_path


# -- inputs ----------------------------------------------------------------------------------------


def test_of_several_lines_for_an_edge_the_last_one_counts(tmp_path: Path) -> None:
    path = tmp_path / "pmed3.txt"
    path.write_text(" 3 5 2\n 1 2 9\n 2 3 4\n 2 1 3\n 3 2 1\n 1 3 7\n")
    assert network_matrix(path).tolist() == [[0, 3, 4], [3, 0, 1], [4, 1, 0]]
    assert network_medoids(path) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [("3 1 1\n1 2 5\n", "not connected"), ("2 2 1\n1 2 5\n", "6 numbers, expected 9 for 2 edges")],
)
def test_faulty_networks_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "pmed1.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        network_matrix(path)


def test_networks_come_in_numerical_order(tmp_path: Path) -> None:
    folder = tmp_path / "k-medoids" / "pmed"
    folder.mkdir(parents=True)
    with pytest.raises(FileNotFoundError, match=r"no pmed1\.txt"):
        networks(tmp_path)
    for name in ("pmed10.txt", "pmed9.txt", "pmedopt.txt"):
        (folder / name).touch()
    assert [path.name for path in networks(tmp_path)] == ["pmed9.txt", "pmed10.txt"]


def test_optima_are_read(data: Path) -> None:
    assert optima(data / "k-medoids" / "pmed" / "pmedopt.txt") == {"pmed1": 12, "pmed2": 5}


def test_clouds_are_reproducible() -> None:
    for kind in ("uniform", "blobs"):
        first, second = (Cloud(kind, 50, 4).load().points for _ in range(2))
        assert first.dtype == np.float32
        assert first.shape == (50, 4)
        np.testing.assert_array_equal(first, second)
    assert Cloud("uniform", 10_000, 4).tiny() == Cloud("uniform", 300, 4)


def test_matrix_is_symmetric_and_right() -> None:
    points = Cloud("uniform", 40, 3).load().points
    matrix = distance_matrix(points)
    wide = points.astype(float)
    exact = np.sqrt(((wide[:, None] - wide) ** 2).sum(axis=2))
    np.testing.assert_array_equal(matrix, exact.astype(np.float32))
    np.testing.assert_array_equal(matrix, matrix.T)


def test_summed_distance_is_that_of_all_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks._kmedoids_inputs._ROWS", 3)  # blocks of 30
    points = CLOUD.load().points
    centres = points[:4] + np.float32(0.01)
    pairs = np.linalg.norm(points.astype(float)[:, None] - centres.astype(float), axis=2)
    loss, rows = summed_distance(points, centres)
    assert loss == pytest.approx(pairs.min(axis=1).sum(), rel=1e-12)
    assert rows.tolist() == pairs.argmin(axis=0).tolist()


def test_losses_are_recomputed(data: Path) -> None:
    ring = Network(data / "k-medoids" / "pmed" / "pmed1.txt")
    assert (ring.name, ring.n) == ("pmed1", RING)
    whole = ring.load()
    best = min(whole.loss(np.array(some)) for some in combinations(range(RING), 3))
    assert best == 12
    assert isinstance(best, int)
    assert replace(ring, limit=5).load().matrix.shape == (5, 5)
    cloud = CLOUD.load()
    medoids = cloud.start(5, 1)
    by_points = cloud.loss(medoids)
    assert cloud.matrix.shape == (90, 90)
    assert cloud.loss(medoids) == pytest.approx(by_points, rel=1e-6)


@pytest.mark.parametrize("medoids", [[1, 1], [0, RING], [-1, 0]])
def test_wrong_medoids_are_refused(data: Path, medoids: list[int]) -> None:
    ring = Network(data / "k-medoids" / "pmed" / "pmed1.txt").load()
    with pytest.raises(ValueError, match=r"2 medoids are not different objects below 12"):
        ring.loss(np.array(medoids))


# -- solvers ---------------------------------------------------------------------------------------


def solved(solver: str, problem: Any = CLOUD, k: int = 4, budget: float | None = None) -> Any:
    if not is_installed(package_of(solver)):
        pytest.skip(f"{package_of(solver)} is not installed")
    runner = KMedoidsRunner(package_of(solver), "wall")
    runner.prepare(problem)
    return runner.solve(solver, k, 1, budget)


ON_MATRIX = [
    name
    for part in ("speed", "pam")
    for name in suite.PARTS[part]
    if name != "stream" and package_of(name) == "partwise"
]
ON_POINTS = [*suite.PARTS["large"], "fasterpam on points"]


@pytest.mark.parametrize("solver", ON_MATRIX)
def test_every_solver_on_a_matrix_answers(solver: str) -> None:
    answer = solved(solver)
    assert 0 < answer["loss"] < CLOUD.load().loss(np.arange(4))
    assert answer["seconds"] > 0
    assert answer["share"] == 1.0


@pytest.mark.parametrize("solver", ON_POINTS)
def test_every_solver_on_points_answers(solver: str) -> None:
    answer = solved(solver, Cloud("blobs", 600, 4))
    assert 0 < answer["loss"] < Cloud("blobs", 600, 4).load().loss(np.arange(4))
    if "k-means" in solver:
        assert answer["loss"] < answer["snapped_loss"]


@pytest.mark.parametrize("solver", suite.PARTS["orlib"])
def test_restarts_and_iterations_find_the_optimum_of_a_ring(solver: str, data: Path) -> None:
    ring = Network(data / "k-medoids" / "pmed" / "pmed1.txt")
    answer = solved(solver, ring, 3, 0.01)
    assert answer["loss"] == 12
    if solver.startswith("iterated"):
        assert answer["rounds"] >= 1
        assert answer["budget"] == 0.01


@pytest.mark.peer
def test_kmedoids_makes_the_same_exchanges() -> None:
    theirs = solved("kmedoids")
    ours, two = solved("fasterpam"), solved("fasterpam x2")
    assert ours["medoids"] == theirs["medoids"]
    assert ours["result"] == two["result"]
    assert ours["n_swap"] == theirs["n_swap"]


def test_long_iterations_of_pam_are_measured_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = solved("pam iteration")
    assert whole["same_exchange"]
    monkeypatch.setattr(solvers, "PATIENCE", 0.0)
    assert 0 < solved("pam iteration")["share"] < 1


def test_short_calls_are_repeated() -> None:
    answer = solved("stream")
    assert answer["calls"] > 1
    assert answer["seconds"] < SHORT


# -- arithmetic ------------------------------------------------------------------------------------


def row(part: str, solver: str, **numbers: Any) -> dict[str, Any]:
    values = {"part": part, "instance": "x", "n": 1000, "k": 100, "seed": 1, "repeat": 0}
    values |= {"solver": solver, "time": 1.0, "loss": 10.0, "n_iter": 3, "n_swap": 7}
    values |= {"medoids": "m", "result": "r", "share": 1.0, "peak_bytes": 2**20}
    return values | numbers


def test_speed_takes_medians_and_compares_medoids() -> None:
    rows = [row("speed", "fasterpam", time=time) for time in (1.0, 2.0, 9.0)]
    rows += [row("speed", "kmedoids", time=12.0, loss=8.0), row("speed", "stream", time=0.1)]
    rows += [row("speed", "fasterpam x2", time=3.0, result="other")]
    rows += [row("speed", "fasterpam", k=5), row("speed", "kmedoids", k=5, time=1.5, medoids="o")]
    found = speed_summary(rows)
    first, second = found["cases"]
    assert (first["seconds"], first["peer_seconds"], first["speedup"]) == (2.0, 12.0, 6.0)
    assert first["floors_per_pass"] == pytest.approx(2.0 / 0.1 / 3)
    assert first["excess"] == pytest.approx(0.25)
    assert (first["same_medoids"], first["two_threads_identical"]) == (True, False)
    assert (second["same_medoids"], second["two_threads_identical"]) == (False, None)
    [by_n] = found["by_n"]
    assert by_n["speedup"] == pytest.approx(3.0)
    assert (by_n["least"], by_n["same_medoids"], by_n["cases"]) == (1.5, 1, 2)


def test_pam_takes_the_iterations_of_fastpam1() -> None:
    rows = [
        row("pam", "build", time=4.0),
        row("pam", "pam iteration", time=2.0, share=0.25),
        row("pam", "fastpam1 from build", time=1.6, n_iter=20),
        row("pam", "fasterpam from build", time=0.5),
        row("pam", "fasterpam from build", k=7),
    ]
    [entry] = pam_summary(rows)
    assert entry["pam_seconds"] == 160.0
    assert (entry["pam_to_fastpam1"], entry["pam_to_fasterpam"]) == (100.0, 320.0)
    assert entry["published"] == 458


def test_gaps_are_averaged_over_problems_and_optima_over_seeds() -> None:
    reference = "kmedoids, 10 starts"
    rows = [
        row("orlib", reference, instance="a", optimum=100, loss=110, time=2.0),
        row("orlib", reference, instance="a", optimum=100, loss=100, time=2.0, seed=2),
        row("orlib", reference, instance="b", optimum=10, loss=10, time=8.0),
        row("orlib", "iterated, 1 T", instance="a", optimum=100, loss=100, rounds=5, time=1.0),
        row("orlib", "iterated, 1 T", instance="b", optimum=10, loss=10, rounds=7, time=8.0),
    ]
    found = orlib_summary(rows)
    assert found["reference"] == reference
    peer, ours = found["solvers"].values()
    assert (peer["optima"], ours["optima"]) == (1.0, 2.0)
    assert peer["gap"] == pytest.approx(10 / 3)
    assert peer["worst_gap"] == pytest.approx(10.0)
    assert ours["summed_time_to_reference"] == pytest.approx(0.9)
    assert ours["time_to_reference"] == pytest.approx(0.5**0.5)
    assert found["cases"][0]["rounds"] == {"iterated, 1 T": [5]}


def test_losses_are_relative_to_the_same_seed() -> None:
    rows = [
        row("large", "fasterpam on a subset", loss=10.0),
        row("large", "fasterpam on a subset", loss=20.0, seed=2),
        row("large", "k-means", loss=9.0, snapped_loss=12.0),
        row("large", "onebatch", loss=11.0),
        row("large", "onebatch", loss=20.0, seed=2, peak_bytes=None),
        row("large", "onebatch", loss=5.0, seed=3),
    ]
    entries = {entry["solver"]: entry for entry in large_summary(rows)}
    assert list(entries) == ["fasterpam on a subset", "onebatch", "k-means"]
    assert entries["onebatch"]["ratio"] == pytest.approx(1.05)
    assert entries["onebatch"]["worst_ratio"] == pytest.approx(1.1)
    assert entries["k-means"]["snapped_ratio"] == pytest.approx(1.2)
    assert entries["onebatch"]["peak_bytes"] == 2**20


# -- runs ------------------------------------------------------------------------------------------


def test_suite_writes_and_resumes_its_report(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        suite, "QUICK", suite.Sizes((60,), (5, 40), 60, (5,), 100, 600, 5, (60,), 5)
    )
    out = data / "results" / "kmedoids.json"
    arguments = ["--data", str(data), "--out", str(out), "--quick"]
    assert main(arguments) == 0
    report = json.loads(out.read_text())
    parts = {line["part"] for line in report["rows"]}
    assert parts >= {"speed", "pam", "orlib", "large"}
    assert {line["status"] for line in report["rows"]} == {"ok"}
    assert {line["k"] for line in report["rows"] if line["part"] == "speed"} == {5}
    assert report["summary"]["orlib"]["solvers"]["iterated, 4 T"]["optima"] == 1.0
    text = out.with_suffix(".md").read_text()
    for heading in ("FasterPAM beside the original", "Gap to known optima", "Many points"):
        assert f"## {heading}" in text
    assert "Failed runs" not in text
    # nothing is missing, so nothing runs again
    capsys.readouterr()
    before = out.with_suffix(".rows.jsonl").read_text()
    assert main([*arguments, "--resume"]) == 0
    assert "seed" not in capsys.readouterr().err
    assert out.with_suffix(".rows.jsonl").read_text() == before


def test_a_run_can_stop_early(tmp_path: Path) -> None:
    out = tmp_path / "kmedoids.json"
    assert main(["--quick", "--part", "speed", "--stop-after", "-1", "--out", str(out)]) == 0
    assert not out.exists()


def test_what_is_not_there_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--out", str(tmp_path / "kmedoids.json")]
    assert main(["--quick", "--part", "orlib", *out]) == 0
    assert "orlib: left out" in capsys.readouterr().err


def test_iterations_need_the_time_of_the_restarts(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(suite.PARTS, "orlib", ("iterated, 1 T", "iterated, 1 T", "iterated, 1 T"))
    out = tmp_path / "kmedoids.json"
    assert main(["--quick", "--data", str(data), "--part", "orlib", "--out", str(out)]) == 1
    assert "10 starts has no time to keep to" in out.with_suffix(".md").read_text()


def test_failures_are_told(tmp_path: Path) -> None:
    out = tmp_path / "kmedoids.json"
    failed = {
        key: value
        for key, value in row("speed", "fasterpam", status="timeout").items()
        if key in (*suite.KEY, "status")
    }
    log = json.dumps(failed | {"reason": "no answer in 1 s"}) + "\n"
    out.with_suffix(".rows.jsonl").write_text(log)
    assert main(["--report-only", "--out", str(out)]) == 1
    text = out.with_suffix(".md").read_text()
    assert "| speed x, n 1000, k 100, seed 1: fasterpam | timeout | no answer in 1 s |" in text


def test_tables_of_peers_have_ratios(tmp_path: Path) -> None:
    rows = [row("peers", name, status="ok", seconds=1.0, cpu_seconds=2.0, warm_up_seconds=0.5)
            for name in suite.PARTS["peers"]]  # fmt: skip
    facts = {"packages": {}, "clock": "cpu", "usable_cpus": 1, "date": "", "cpu": "",
             "cpu_count": 1, "system": "", "python": ""}  # fmt: skip
    out = tmp_path / "kmedoids.json"
    write_report(rows, facts, out, clock="cpu_seconds")
    text = out.with_suffix(".md").read_text()
    assert "| x, n 1000, k 100 | banditpam | 1 | 10 | 1.0000 | 1.0000 | 2.000 | 1.000 |" in text


def test_every_solver_has_a_part() -> None:
    assert {name for part in suite.PARTS.values() for name in part} == set(SOLVERS)
    assert Data(None, np.zeros((2, 2))).n == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "table.md"], "must end in .json"),
        (["--seeds", "0"], "must be at least 1"),
        (["--part", "speeds"], "invalid choice"),
        (["--data", "/no/such/folder", "--part", "orlib"], "no pmed1.txt"),
    ],
)
def test_wrong_usage_is_told(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(tmp_path / "x.json")] if "--out" not in arguments else []
    with pytest.raises(SystemExit) as caught:
        main([*arguments, *out])
    assert caught.value.code == 2
    assert message in capsys.readouterr().err
