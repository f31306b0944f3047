"""The suite `local`: its inputs, its solvers, its arithmetic, and a run from end to end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import benchmarks.local as suite
from benchmarks._harness import is_installed
from benchmarks._local_inputs import SETTINGS, Background, Contextual, Grouped, Lfr
from benchmarks._local_solvers import (
    SOLVERS,
    LocalRunner,
    f_score,
    package_of,
    push_pagerank,
    worker_of,
)
from benchmarks._local_summary import (
    attributes_summary,
    batch_summary,
    community_summary,
    goals,
    labelled_summary,
    locality_summary,
    ppr_summary,
)
from benchmarks.local import main
from partwise.cluster.local import approximate_pagerank
from partwise.graph import planted_partition_graph


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with two planted networks under the names that the suite looks for."""
    folder = tmp_path / "local-clustering"
    folder.mkdir()
    graph = planted_partition_graph(3, 20, 0.5, 0.02, random_state=1)
    rows = np.split(graph.indices + 1, graph.indptr[1:-1])
    lines = [" ".join(map(str, row.tolist())) for row in rows]
    (folder / "amazon_photo_adj.txt").write_text("\n".join([*lines, ""]) + "\n")  # and one alone
    labels = [*np.repeat([1, 2, 3], 20).tolist(), 3]
    (folder / "amazon_photo_labels.txt").write_text("\n".join(map(str, labels)) + "\n")
    source, target, _ = graph.to_edges()
    edges = "".join(f"{a + 1}\t{b + 1}\n" for a, b in zip(source.tolist(), target.tolist()))
    (folder / "Johnshopkins55_edgelist.txt").write_text(edges)
    (folder / "Johnshopkins55_community.txt").write_text(" ".join(map(str, range(1, 21))) + "\n")
    return tmp_path


# -- inputs ----------------------------------------------------------------------------------------


def test_backgrounds_agree_within_distance_three() -> None:
    small, large = (Background(n, 20).load().graph for n in (1000, 3000))
    inner = 20 + 8 + 16  # the cluster and the shells at distances 1 and 2: all their edges
    rows = slice(0, int(small.indptr[inner]))
    np.testing.assert_array_equal(small.indptr[: inner + 1], large.indptr[: inner + 1])
    np.testing.assert_array_equal(small.indices[rows], large.indices[rows])
    assert small.indices[rows].max() < inner + 32
    assert large.n_nodes == 3000


def test_contextual_graphs_have_the_edges_of_their_setting() -> None:
    for setting, (edges, _) in SETTINGS.items():
        data = Contextual(setting, 1).load()
        assert data.graph.n_edges == pytest.approx(edges, rel=0.02)
        assert data.attributes is not None
        assert data.attributes.shape == (10_000, 100)
    assert Contextual("dense, good", 1).gamma == pytest.approx(1 / (4 * np.log(10_000) ** 1.5))


def test_nodes_outside_the_largest_component_are_in_no_class(data: Path) -> None:
    classes = Grouped(data, "amazon_photo").load()
    assert [group.tolist() for group in classes.groups] == [
        list(range(start, start + 20)) for start in (0, 20, 40)
    ]
    assert classes.graph.n_nodes == 61
    assert len(Grouped(data, "Johnshopkins55").load().groups) == 1
    with pytest.raises(FileNotFoundError, match="no network coauthor_cs"):
        Grouped(data, "coauthor_cs").load()


# -- solvers ---------------------------------------------------------------------------------------


def test_the_f_score_is_the_harmonic_mean_of_precision_and_recall() -> None:
    assert f_score(np.array([1, 2, 3, 4]), np.array([3, 4, 5, 6, 7, 8])) == pytest.approx(0.4)
    assert f_score(np.array([1]), np.array([2])) == 0


@pytest.mark.parametrize("eps", [1e-3, 1e-5])
def test_plain_python_pushes_the_same_vector(eps: float) -> None:
    graph = Lfr(300).load().graph
    rows = [row.tolist() for row in np.split(graph.indices, graph.indptr[1:-1])]
    expected = approximate_pagerank(graph, 5, alpha=0.15, eps=eps, cluster="support")
    p = push_pagerank(rows, 5, 0.15, eps)
    assert sorted(p) == expected.x_idx.tolist()
    np.testing.assert_allclose([p[node] for node in sorted(p)], expected.x_val, rtol=1e-12)


PROBLEMS: dict[str, Any] = {
    "locality": Background(1000, 20),
    "ppr": Lfr(300),
    "attributes": Contextual("sparse, good", 1, 1000),
    "batch": Lfr(300),
}


@pytest.mark.parametrize("part", suite.PARTS)
def test_every_solver_answers(part: str, data: Path) -> None:
    problem = PROBLEMS.get(part) or Grouped(
        data, "amazon_photo" if part == "labelled" else "Johnshopkins55"
    )
    runner = LocalRunner()
    runner.prepare(problem)
    for name in suite.PARTS[part]:
        if "1e-06" in name or not is_installed(package_of(name)):
            continue
        answer = runner.solve(name, 1, 0)
        assert answer["seconds"] > 0
        assert answer["m"] > 100
        if part in ("labelled", "johnshopkins"):
            assert answer["f1"] > 0.7
        if part == "ppr":
            assert 0 < answer["mass"] < 1
            assert answer["queries"] == 20


def test_all_solvers_are_in_one_part_and_in_a_process_with_their_threads() -> None:
    listed = [solver for solvers in suite.PARTS.values() for solver in solvers]
    assert sorted(listed) == sorted(SOLVERS)
    assert worker_of("partwise-acl batch x2") != worker_of("partwise-acl batch")
    assert worker_of("get_ppr eps=1e-05") == "get_ppr"


# -- arithmetic ------------------------------------------------------------------------------------


def row(solver: str, instance: str = "x", **numbers: Any) -> dict[str, Any]:
    return {"instance": instance, "solver": solver, "seed": 1, "time": 1.0} | numbers


def test_equal_counts_and_the_spread_of_times_show_locality() -> None:
    counts = {"n_touched": 5, "touched_volume": 9.0, "n_pushes": 7, "digest": "a"}
    rows = [row("partwise-acl", n=n, time=t, **counts) for n, t in ((10, 1.0), (20, 1.2))]
    entry = locality_summary(rows)[0]
    assert entry["same"]
    assert entry["spread"] == pytest.approx(1.2)
    rows[1]["n_pushes"] = 8
    assert not locality_summary(rows)[0]["same"]


def test_single_calls_stand_beside_single_calls() -> None:
    numbers = {"queries": 20, "mass": 0.9, "support": 10.0}
    times = {"partwise": 2.0, "partwise-batch": 1.0, "python": 50.0, "get_ppr": 4.0}
    rows = [row(f"{who} eps=1e-05", time=t, **numbers) for who, t in times.items()]
    ratios = {entry["solver"]: entry["ratio"] for entry in ppr_summary(rows)}
    assert ratios == {"partwise": 1.0, "partwise-batch": 1.0, "python": 25.0, "get_ppr": 4.0}


def test_attributes_are_compared_graph_by_graph() -> None:
    scores = {"precision": 0.5, "recall": 1.0, "mass": 2.0, "edges": 100}
    rows = []
    for seed, (with_them, without) in enumerate(((0.9, 0.5), (0.4, 0.6)), 1):
        rows.append(row("partwise-attributes", seed=seed, f1=with_them, **scores))
        rows.append(row("partwise-plain", seed=seed, f1=without, **scores))
    rows.append(row("partwise-plain", seed=3, f1=0.1, **scores))  # the other one failed
    entry = attributes_summary(rows)[0]
    assert (entry["graphs"], entry["better"]) == (2, 0.5)
    assert (entry["f1"], entry["plain_f1"]) == (pytest.approx(0.65), pytest.approx(0.55))


def test_goals_say_whether_they_are_met() -> None:
    counts = {"n_touched": 5, "touched_volume": 9.0, "n_pushes": 7, "digest": "a"}
    numbers = {"queries": 20, "mass": 0.9, "support": 10.0}
    classes = [row("partwise-support", "coauthor_cs, class 1", f1=0.3, class_size=9, size=8.0)]
    batch = {"queries": 10, "size": 3.0, "digest": "b"}
    summary = {
        "locality": locality_summary(
            [row("partwise-acl", n=n, time=t, **counts) for n, t in ((10, 1.0), (20, 1.6))]
        ),
        "ppr": ppr_summary(
            [row("partwise eps=1e-05", **numbers), row("python eps=1e-05", time=21.0, **numbers)]
        ),
        "attributes": [],
        "labelled": labelled_summary(classes),
        "batch": batch_summary(
            [row("partwise-acl batch", time=3.4, **batch), row("partwise-acl batch x2", time=2.0,
                                                              **batch)]
        ),
        "johnshopkins": [],
    }  # fmt: skip
    lines = {line["what"]: (line["value"], line["met"]) for line in goals(summary)}
    assert lines == {
        "locality: methods whose counts differ between backgrounds": (0, True),
        "locality: longest query time / shortest, worst method": (1.6, False),
        "ppr: time of python / ours, mean": (pytest.approx(21.0), True),
        "ppr: time of python / ours, least": (21.0, True),
        "labelled: F1 of coauthor_cs, class 1": (0.3, True),
        "batch: speed-up of two threads, acl batch": (1.7, True),
    }
    assert summary["batch"][0]["identical"]


def test_communities_show_medians_and_the_least_conductance() -> None:
    rows = [
        row("partwise-mqi", conductance=c, f1=0.5, size=3, touched_volume=9.0, community_size=4,
            community_conductance=0.2, seed=seed)
        for seed, c in enumerate((0.3, 0.1, 0.2))
    ]  # fmt: skip
    entry = community_summary(rows)[0]
    assert (entry["conductance"], entry["best"], entry["seeds"]) == (0.2, 0.1, 3)


# -- from end to end -------------------------------------------------------------------------------


def test_a_run_writes_a_report_and_goes_on_where_it_stopped(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "local.json"
    parts = ["--part", "locality", "labelled", "johnshopkins"]
    arguments = ["--quick", "--data", str(data), "--out", str(out), *parts]
    assert main(arguments) == 0
    report = json.loads(out.read_text())
    assert {row["status"] for row in report["rows"]} == {"ok"}
    assert all(entry["same"] for entry in report["summary"]["locality"])
    assert [entry["class"] for entry in report["summary"]["labelled"]] == [
        f"amazon_photo, class {c}" for c in (1, 2, 3)
    ]
    text = out.with_suffix(".md").read_text()
    for title in ("## Goals", "## Locality", "## Classes", "## Johns Hopkins"):
        assert title in text
    log = out.with_suffix(".rows.jsonl")
    lines = log.read_text().splitlines()
    log.write_text("\n".join(lines[:-2]) + "\n")
    assert main([*arguments, "--resume"]) == 0
    assert len(log.read_text().splitlines()) == len(lines)


def test_parts_without_data_are_left_out(tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "local.json"
    assert main(["--quick", "--part", "labelled", "johnshopkins", "--out", str(out)]) == 0
    assert not out.exists()
    assert "left out, as it needs --data" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--out", "report.txt"], "must end in .json"),
        (["--graphs", "0"], "--graphs must be at least 1"),
        (["--patience", "-1"], "must be above 0"),
    ],
)
def test_bad_options_are_usage_errors(options: list[str], message: str, capsys: Any) -> None:
    with pytest.raises(SystemExit) as error:
        main(options)
    assert error.value.code == 2
    assert message in capsys.readouterr().err
