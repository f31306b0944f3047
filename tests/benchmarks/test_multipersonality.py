"""The multi-personality suite: its inputs, its arithmetic, and a run from end to end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks._harness import is_installed
from benchmarks._netlist_solvers import NetlistRunner, imbalance_for_ceiling
from benchmarks._netlist_summary import (
    bootstrap_mean,
    plan_summary,
    single_summary,
    small_summary,
)
from benchmarks._netlists import (
    RATIO,
    Problem,
    evaluate_netlist,
    leaderboard,
    plan_sources,
    scale_source,
    single_sources,
    small_problems,
    warm_up_problems,
)
from benchmarks.multipersonality import main
from partwise.partition.netlist import Netlist, rent_netlist


def small_netlist() -> Netlist:
    lists = [[[4, 0]], [[2, 0], [0, 3]], [[4, 0]], [[1, 1]]]
    nets: list[list[int]] = [[0, 1], [1, 2, 3], [2, 3], [], [3]]
    return Netlist.from_arrays(4, nets, lists, net_weights=[1, 10, 100, 1000, 1000])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a folder laid out as the suite expects, with one small file of each kind."""
    (tmp_path / "walshaw" / "graphs").mkdir(parents=True)
    (tmp_path / "netlists").mkdir()
    ring = "".join(f"{(v - 1) % 40 + 1} {(v + 1) % 40 + 1}\n" for v in range(40))
    (tmp_path / "walshaw" / "graphs" / "add20.graph").write_text("40 40\n" + ring)
    nets = "".join(f"{v + 1} {v + 2}\n" for v in range(29))
    (tmp_path / "netlists" / "ibm01.hgr").write_text("29 30\n" + nets)
    (tmp_path / "netlists" / "ispd98_titan23_leaderboard.csv").write_text(
        "instance,vertices,hyperedges,k,ubfactor_percent,best_cut_hyperedges,solver\n"
        "IBM01,30,29,2,1,7,x\nIBM01,30,29,2,5,6,x\nIBM01,30,29,3,5,9,x\nIBM01_wt,30,29,2,1,5,x\n"
        "IBM18,30,29,2,1,5,x\n"
    )
    entry = {
        "seed": 3,
        "n": 4,
        "nets": [[0, 1], [1, 2], [2, 3]],
        "personalities": [[[4, 0]], [[9, 0], [0, 2]], [[4, 0]], [[4, 0]]],
        "capacity": [8.0, 2.0],
        "joint_opt_cut": 1,
        "static_proportional_opt_cut": 1,
    }
    (tmp_path / "netlists" / "mp_small_exact.json").write_text(json.dumps([entry]))
    return tmp_path


# -- inputs ----------------------------------------------------------------------------------------


def test_numbers_are_recomputed_from_labels_and_personalities() -> None:
    problem = Problem(small_netlist(), 2, (6.0, 2.0), 0.0, (2.0, 1.0))
    found = evaluate_netlist(problem, np.array([0, 0, 1, 1]), np.array([0, 1, 0, 0]))
    # usage [[4, 3], [5, 1]]: DSP over by 1 of 2; totals 9 and 4, targets 26/3 and 13/3
    assert found["cut"] == 10
    assert not found["feasible"]
    assert found["violation"] == pytest.approx(0.5)
    assert found["max_utilisation"] == pytest.approx(1.5)
    assert found["deviation"] == pytest.approx(np.sqrt(((1 / 26) ** 2 + (1 / 13) ** 2) / 2))
    balanced = evaluate_netlist(Problem(small_netlist(), 2, None, 0.5), np.array([0, 0, 1, 1]))
    # usage [[6, 0], [5, 1]]: of the one DSP three quarters are allowed
    assert (balanced["feasible"], balanced["deviation"]) == (False, None)
    assert balanced["violation"] == pytest.approx(0.25)
    assert evaluate_netlist(problem, np.array([0, 1, 1, 1]))["cut"] == 1


def test_evaluation_agrees_with_the_library() -> None:
    from partwise.partition.netlist import partition_netlist

    netlist = rent_netlist(200, random_state=1)
    result = partition_netlist(netlist, 2, balance=0.1, n_starts=1, random_state=0)
    found = evaluate_netlist(Problem(netlist, 2, None, 0.1), result.labels, result.personality)
    assert (found["cut"], found["feasible"]) == (result.cut, result.feasible)
    assert found["max_utilisation"] == pytest.approx(result.utilisation.max())


@pytest.mark.parametrize(
    ("labels", "personality", "message"),
    [
        ([0, 0, 2, 0], None, "labels run from 0 to 2"),
        ([0, 0, 0], None, "labels: int64"),
        ([0, 0, 0, 0], [0, 2, 0, 0], "personality run from 0 to 2"),
        ([0.0, 0, 0, 0], None, "labels: float64"),
    ],
)
def test_invalid_answers_are_refused(labels: Any, personality: Any, message: str) -> None:
    given = None if personality is None else np.array(personality)
    with pytest.raises(ValueError, match=message):
        evaluate_netlist(Problem(small_netlist(), 2), np.array(labels), given)


def test_inputs_of_a_folder(data: Path) -> None:
    names = [(source.name, source.family) for source in plan_sources(data)]
    assert names == [("add20", "walshaw"), ("ibm01", "circuit")]
    first, again, other = (plan_sources(data)[0].load(seed) for seed in (1, 1, 2))
    assert first.resources == ("LUT", "DSP", "BRAM")
    assert first.n_nets == 40
    assert first.equals(again)
    assert not first.equals(other)
    [single] = single_sources(data)
    netlist = single.load(1)
    assert netlist.amounts.tolist() == [[1]] * 30
    with pytest.raises(FileNotFoundError, match=r"no walshaw/graphs/\*.graph"):
        plan_sources(data / "netlists")


def test_known_values(data: Path) -> None:
    path = data / "netlists" / "ispd98_titan23_leaderboard.csv"
    assert leaderboard(path) == {("ibm01", 0.02): 7, ("ibm01", 0.1): 6}
    assert leaderboard(data / "nothing.csv") == {}
    [(problem, known)] = small_problems(data / "netlists" / "mp_small_exact.json")
    assert problem.capacities == (8.0, 2.0)
    assert known == {"instance": "small03-4", "joint_optimum": 1, "static_optimum": 1}


def test_generated_inputs_need_no_folder() -> None:
    assert [source.name for source in plan_sources(None)] == ["rent1k", "rent5k", "rent20k"]
    assert [source.name for source in single_sources(None, quick=True)] == ["rent1k"]
    assert scale_source(500).load(1).n_resources == 4
    assert {p.netlist.n_resources for p in warm_up_problems()} == {1, 3, 4}


# -- arithmetic ------------------------------------------------------------------------------------


def test_bootstrap_draws_instances_before_runs() -> None:
    found = bootstrap_mean({"a": [1.0, 1.0, 1.0, 1.0], "b": [2.0], "none": []})
    # two instances: both a, one of each, or both b, with probabilities 1/4, 1/2 and 1/4
    assert (found["low"], found["mean"], found["high"]) == (1.0, 1.5, 2.0)
    assert (found["instances"], found["runs"]) == (2, 5)
    assert bootstrap_mean({"a": []})["mean"] is None
    alone = bootstrap_mean({"a": [1.0, 2.0, 3.0, 6.0]})
    assert alone["low"] < alone["mean"] == 3.0 < alone["high"]
    assert alone == bootstrap_mean({"a": [1.0, 2.0, 3.0, 6.0]})


def test_bootstrap_interval_is_that_of_the_normal_approximation() -> None:
    rng = np.random.default_rng(0)
    groups = {str(i): [float(rng.normal(1.0, 0.1))] for i in range(200)}
    found = bootstrap_mean(groups)
    values = np.array(list(groups.values()))
    half = 1.96 * values.std() / np.sqrt(200)
    assert found["high"] - found["low"] == pytest.approx(2 * half, rel=0.05)


def row(instance: str, seed: int, solver: str, **numbers: Any) -> dict[str, Any]:
    values = {"part": "plan", "instance": instance, "seed": seed, "solver": solver, "starts": 2}
    values |= {"method": "klfm", "status": "ok", "cut": 10, "feasible": True, "deviation": 0.5}
    return values | {"max_utilisation": 1.0, "violation": 0.0, "seconds": 1.0} | numbers


def test_plan_compares_pairs_of_feasible_runs() -> None:
    rows = [
        row("a", 1, "adaptive", cut=5, deviation=0.1),
        row("a", 1, "static", cut=10),
        row("a", 1, "post-mapping", deviation=0.4, feasible=False),
        row("a", 2, "adaptive", cut=0, deviation=0.2),
        row("a", 2, "static", cut=10, feasible=False),
        row("a", 2, "post-mapping", deviation=0.0),
        row("a", 2, "post-mapping-lp", deviation=0.1),
        row("b", 1, "adaptive", cut=3),
        {k: v for k, v in row("b", 1, "static", status="crash").items() if k != "cut"},
    ]
    found = plan_summary(rows)["klfm"]
    assert found["cut"]["mean"] == 0.5
    assert found["cut"]["runs"] == 1
    assert found["cut_all_runs"]["mean"] == pytest.approx((0.5 + 0.1) / 2)
    assert found["deviation"]["mean"] == pytest.approx(0.25)
    assert found["deviation_lp"]["mean"] == pytest.approx(2.0)
    assert found["both_directions_hold"]
    assert found["feasible"]["static"] == 0.5
    assert found["instances"]["b"]["solvers"]["static"] == {"runs": 0}
    assert found["instances"]["b"]["cut"]["mean"] is None


def test_both_directions_need_their_whole_intervals() -> None:
    rows = []
    for name, cut in (("a", 5), ("b", 12)):
        rows += [row(name, 1, "adaptive", cut=cut, deviation=0.1), row(name, 1, "static")]
        rows += [row(name, 1, "post-mapping")]
    assert not plan_summary(rows)["klfm"]["both_directions_hold"]


def test_small_counts_distances_to_the_optimum() -> None:
    known = {"optimum": 9, "joint_optimum": 9}
    rows = [
        row("a", 1, "adaptive", cut=9, **known),
        row("a", 2, "adaptive", cut=10, **known),
        row("b", 1, "adaptive", cut=12, **known),
        row("c", 1, "adaptive", cut=8, feasible=False, **known),
        row("a", 1, "static", cut=12, optimum=13, joint_optimum=9),
    ]
    found = small_summary(rows)
    assert found["adaptive klfm x2"] == {
        "runs": 4,
        "infeasible_runs": 1,
        "below_joint_optimum": 0,
        "at_optimum": 1,
        "at_most_one_more": 2,
        "summed_cut": 39,
        "summed_optimum": 36,
        "seconds": 1.0,
    }
    assert found["static klfm x2"]["at_optimum"] == 1


def test_single_takes_medians_over_seeds_first() -> None:
    ours = [
        row("a", seed, "adaptive", cut=cut, imbalance=0.02, best_known=10, seconds=4.0)
        for seed, cut in enumerate([10, 20, 90])
    ]
    peer = {"starts": None, "method": "-", "imbalance": 0.02, "best_known": 10}
    theirs = [row("a", 0, "peer", cut=40, **peer), row("b", 0, "peer", cut=0, **peer)]
    found = single_summary([*ours, *theirs], "peer")
    assert found["adaptive klfm x2 at 2 %"]["cut_to_reference"] == pytest.approx(0.5)
    assert found["adaptive klfm x2 at 2 %"]["time_to_reference"] == pytest.approx(4.0)
    assert found["adaptive klfm x2 at 2 %"]["cut_to_best_known"] == pytest.approx(2.0)
    assert found["peer at 2 %"]["instances"] == 2


@pytest.mark.parametrize("total", [100, 101, 12_752])
@pytest.mark.parametrize("balance", [0.02, 0.1])
def test_peers_get_our_limit(total: int, balance: float) -> None:
    imbalance = imbalance_for_ceiling(total, 2, balance)
    assert int((1 + imbalance) * -(-total // 2)) == int((1 + balance) * total / 2)


# -- runs ------------------------------------------------------------------------------------------


@pytest.mark.peer
def test_mtkahypar_partitions_a_netlist() -> None:
    if not is_installed("mtkahypar"):
        pytest.skip("mtkahypar is not installed")
    code = (
        "from benchmarks._netlist_solvers import NetlistRunner\n"
        "from benchmarks._netlists import evaluate_netlist, warm_up_problems\n"
        "[problem] = warm_up_problems(single=True)\n"
        "runner = NetlistRunner('mtkahypar')\n"
        "runner.prepare(problem)\n"
        "answers = [runner.solve('mtkahypar-default', '-', None, 1) for _ in range(2)]\n"
        "found = evaluate_netlist(problem, answers[0]['labels'])\n"
        "assert found['feasible'] and found['cut'] > 0, found\n"
        "assert (answers[0]['labels'] == answers[1]['labels']).all()\n"
    )  # in a process of its own, as its threads and those of others do not mix
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("solver", ["adaptive", "static", "post-mapping", "post-mapping-lp"])
def test_every_solver_of_ours_answers(solver: str) -> None:
    problem = Problem(plan_sources(None)[0].load(1), 2, None, 0.05, RATIO)
    runner = NetlistRunner("partwise")
    runner.prepare(problem)
    answer = runner.solve(solver, "extended", 1, 1)
    numbers = evaluate_netlist(problem, answer["labels"], answer["personality"])
    assert 0 < numbers["cut"] < problem.netlist.n_nets
    assert answer["seconds"] > 0


def test_suite_writes_and_resumes_its_report(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = data / "results" / "multipersonality.json"
    arguments = ["--data", str(data), "--out", str(out), "--starts", "2", "--seeds", "1"]
    arguments += ["--methods", "extended", "--scale-nodes", "200"]
    assert main(arguments) == 0
    report = json.loads(out.read_text())
    assert {line["part"] for line in report["rows"]} == {"plan", "small", "single", "scale"}
    assert {line["status"] for line in report["rows"]} == {"ok"}
    assert list(report["summary"]) == ["plan", "small", "single"]
    assert report["summary"]["small"]["exact"]["at_optimum"] == 1
    text = out.with_suffix(".md").read_text()
    for heading in ("Reproduction", "Small instances", "One resource", "Scale"):
        assert f"## {heading}" in text
    assert "Failed runs" not in text
    # nothing is missing, so nothing runs again
    capsys.readouterr()
    before = out.with_suffix(".rows.jsonl").read_text()
    assert main([*arguments, "--resume"]) == 0
    assert capsys.readouterr().err.count("\n") == 1
    assert out.with_suffix(".rows.jsonl").read_text() == before


def test_failures_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "multipersonality.json"
    failed = row("a", 1, "adaptive", imbalance=0.01, status="timeout", reason="no answer in 1 s")
    for name in ("cut", "feasible", "deviation", "max_utilisation", "violation", "seconds"):
        del failed[name]
    out.with_suffix(".rows.jsonl").write_text(json.dumps(failed) + "\n")
    assert main(["--report-only", "--out", str(out)]) == 1
    text = out.with_suffix(".md").read_text()
    assert "| plan a seed 1: adaptive klfm x2 | timeout | no answer in 1 s |" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "table.md"], "must end in .json"),
        (["--starts", "0"], "must be at least 1"),
        (["--part", "plans"], "invalid choice"),
        (["--data", "/no/such/folder", "--part", "plan"], "no walshaw/graphs"),
        (["--instances", "nothing-like-it", "--part", "plan"], "matches none of"),
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
