"""The suite `communities`: its inputs, its solvers, its arithmetic, and a run from end to end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import benchmarks.communities as suite
from benchmarks._community_inputs import Network, evaluate_communities, network_sources
from benchmarks._community_solvers import SOLVERS, CommunityRunner, _ring_of_cliques, available
from benchmarks._community_summary import (
    best_of_seeds,
    iteration_means,
    medians,
    network_overview,
    targets,
    thread_table,
)
from benchmarks._supplied import read_groups, supplied_networks
from benchmarks.communities import main
from partwise.graph import Graph

TWO_TRIANGLES = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with a network in each of the formats that the suite reads."""
    community, local = tmp_path / "community", tmp_path / "local-clustering"
    community.mkdir()
    local.mkdir()
    (community / "SOURCES.md").write_text("| file |\n")
    (community / "toy_edges.txt").write_text("0 1\n1 2\n2 2\n4 0\n")
    (community / "toy_labels.txt").write_text("7\n7\n8\n9\n-1\n")
    (community / "mail.txt").write_text("5\t6\n6\t5\n6\t7\n")
    (community / "mail-department-labels.txt").write_text("7\t1\n5\t0\n")
    nodes = "\n".join(f'node [ id {i} label "{c}" value "{v}" ]' for i, c, v in
                      ((0, "a", "x"), (1, "b", "y"), (2, "c", "x")))  # fmt: skip
    edge = "edge [ source 0 target 2 ]"
    (community / "books.gml").write_text(f"graph [\n{nodes}\n{edge}\n]\n")
    (local / "photo_adj.txt").write_text("2 3\n1\n1\n\n")
    (local / "photo_labels.txt").write_text("1\n1\n2\n2\n")
    (local / "school_edgelist.txt").write_text("1\t2\n2\t4\n4\t1\n")
    (local / "school_community.txt").write_text("4 1\n2\n")
    return tmp_path


# -- inputs ----------------------------------------------------------------------------------------


def test_every_format_is_read_with_its_labels(data: Path) -> None:
    found = {network.name: network.load() for network in supplied_networks(data)}
    assert set(found) == {"toy", "mail", "books", "photo", "school"}
    sizes = {name: (graph.n_nodes, graph.n_edges) for name, (graph, _) in found.items()}
    assert sizes == {"toy": (4, 3), "mail": (3, 2), "books": (3, 1), "photo": (4, 2),
                     "school": (3, 3)}  # fmt: skip
    labels = {name: None if known is None else known.tolist() for name, (_, known) in found.items()}
    assert labels == {
        "toy": [7, 7, 8, -1],  # node 3 is in no edge
        "mail": [0, -1, 1],
        "books": [0, 1, 0],
        "photo": [1, 1, 2, 2],
        "school": None,
    }


def test_groups_are_nodes_of_the_graph(data: Path) -> None:
    school = next(network for network in supplied_networks(data) if network.name == "school")
    graph, _ = school.load()
    assert [group.tolist() for group in read_groups(school, graph)] == [[2, 0], [1]]
    (data / "local-clustering" / "school_community.txt").write_text("4 1\n9\n")
    with pytest.raises(ValueError, match="line 2: no edge has node 9"):
        read_groups(school, graph)


def test_a_folder_without_networks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no networks in"):
        supplied_networks(tmp_path)


def test_small_networks_are_those_of_known_optimum() -> None:
    karate, lesmis = network_sources(None, quick=True)["small"]
    graph = karate.load().instance
    assert (graph.n_nodes, graph.n_edges, graph.weights) == (34, 78, None)
    assert lesmis.load().instance.weights.sum() == 2 * 820


def test_generated_networks_have_about_the_edges_they_announce() -> None:
    sources = network_sources(None, quick=True)
    for source in [*sources["graphs"], *sources["threads"]]:
        network = source.load()
        assert network.instance.n_edges == pytest.approx(source.edges, rel=0.25)
        assert np.diff(network.instance.indptr).min() >= (source.family == "rmat")


def test_numbers_are_recomputed_from_the_labels() -> None:
    graph = Graph.from_edges(np.array(TWO_TRIANGLES))
    network = Network.from_graph(graph, "x", "x", np.array([0, 0, 0, 1, 1, -1]))
    numbers = evaluate_communities(network, np.array([0, 0, 0, 5, 5, 5]))
    assert numbers["modularity"] == pytest.approx(6 / 7 - 1 / 2)
    assert (numbers["communities"], numbers["disconnected"]) == (2, 0)
    assert numbers["nmi"] == numbers["ari"] == 1
    apart = evaluate_communities(network, np.array([0, 0, 1, 1, 1, 0]))
    assert apart["disconnected"] == 1
    with pytest.raises(ValueError, match="labels"):
        evaluate_communities(network, np.zeros(5, np.int32))


# -- solvers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_every_solver_finds_communities_in_a_ring_of_cliques(name: str, weighted: bool) -> None:
    if not available(name):
        pytest.skip(f"{name} is not there")
    ring = _ring_of_cliques(weighted, 12, 4)
    runner = CommunityRunner(SOLVERS[name].form)
    runner.prepare(ring)
    answer = runner.solve(name, 1)
    numbers = evaluate_communities(Network(ring), answer["labels"])
    cliques = evaluate_communities(Network(ring), np.repeat(np.arange(12), 4))
    # label propagation stops at whatever its neighbours agree on
    slack = 0.3 if name.endswith("-labels") else 0.02
    assert numbers["modularity"] > cliques["modularity"] - slack
    assert answer["seconds"] > 0
    assert answer["compile_seconds"] == 0


def test_the_same_seed_gives_the_same_labels_for_one_and_two_threads() -> None:
    network = network_sources(None, quick=True)["graphs"][0].load()
    found = []
    for name in ("partwise-parallel", "partwise-parallel x2"):
        runner = CommunityRunner("partwise")
        runner.prepare(network.instance)
        found.append(runner.solve(name, 3)["labels"])
    np.testing.assert_array_equal(*found)


# -- arithmetic ------------------------------------------------------------------------------------


def row(solver: str, instance: str = "x", **numbers: Any) -> dict[str, Any]:
    values = {"instance": instance, "solver": solver, "family": "f", "n": 10, "m": 100, "time": 1.0}
    values |= {"cpu_seconds": 1.0, "modularity": 0.5, "communities": 3, "disconnected": 0}
    return values | {"peak_bytes": 2**20, "seed": 1} | numbers


def test_medians_are_over_seeds_and_ratios_to_ours() -> None:
    rows = [row("igraph-leiden", time=t, modularity=q, disconnected=d)
            for t, q, d in ((2.0, 0.4, 1), (4.0, 0.5, 2), (9.0, 0.45, 0))]  # fmt: skip
    rows += [row("partwise-leiden", time=t) for t in (1.0, 2.0, 8.0)]
    ours, theirs = medians(rows)
    assert ours["solver"] == "partwise-leiden"
    assert (theirs["seconds"], theirs["ratio"], theirs["edges_per_second"]) == (4.0, 2.0, 25.0)
    assert (theirs["modularity"], theirs["least"], theirs["most"]) == (0.45, 0.4, 0.5)
    assert (theirs["disconnected"], theirs["seeds"]) == (3, 3)


def test_the_overview_compares_networks_that_both_solved() -> None:
    rows = [row("partwise-leiden", name, time=1.0) for name in "abc"]
    rows += [row("leidenalg", "a", time=4.0, modularity=0.4)]
    rows += [row("leidenalg", "b", time=16.0, modularity=0.6)]
    _, theirs = network_overview(medians(rows))
    assert theirs["networks"] == 2
    assert theirs["ratio"] == pytest.approx(8.0)
    assert (theirs["quality"], theirs["worst"]) == (pytest.approx(0.0), pytest.approx(-0.1))


def test_the_best_of_the_seeds_is_held_against_the_best_known() -> None:
    rows = [row("partwise-leiden", modularity=q, best_known=0.41979) for q in (0.4, 0.4197896)]
    entry = best_of_seeds(rows)[0]
    assert entry["reached"]
    assert (entry["best"], entry["times"], entry["seeds"]) == (0.4197896, 1, 2)


def test_iterations_are_relative_to_two() -> None:
    rows = [row(f"partwise-leiden it={n}", time=t, modularity=q)
            for n, t, q in ((1, 0.5, 0.4), (2, 1.0, 0.5), (-1, 3.0, 0.6))]  # fmt: skip
    lines = {line["iterations"]: line for line in iteration_means(medians(rows))}
    assert (lines[-1]["ratio"], lines[-1]["gain"]) == (pytest.approx(3.0), pytest.approx(0.1))
    assert lines[1]["least"] == pytest.approx(-0.1)


def test_goals_count_on_every_network() -> None:
    rows = [row("partwise-leiden", "a", time=1.0), row("networkit-leiden", "a", time=4.0)]
    rows += [row("partwise-leiden", "b", time=1.0, modularity=0.4, disconnected=1)]
    rows += [row("networkit-leiden", "b", time=1.25)]
    rows += [row("partwise-leiden", "r", time=3.0, family="rmat")]
    rows += [row("networkit-leiden", "r", time=4.0, family="rmat")]
    threads = [row("partwise-parallel", "big", time=3.0, m=6_000_000)]
    threads += [row("partwise-parallel x2", "big", time=2.0, m=6_000_000)]
    lines = {line["what"]: line for line in targets(medians(rows), medians(threads), [])}
    plain = lines["time / networkit ParallelLeiden, without R-MAT"]
    assert (plain["worst"], plain["where"], plain["met"], plain["networks"]) == (0.8, "b", 1, 2)
    assert lines["time / networkit ParallelLeiden, R-MAT"]["met"] == 1
    quality = lines["modularity - the better of networkit's and igraph's"]
    assert (quality["worst"], quality["met"]) == (pytest.approx(-0.1), 2)
    assert lines["disconnected communities of Leiden, all runs"]["worst"] == 1
    assert lines["parallel: speed-up of two threads from 5e+06 edges on"]["worst"] == 1.5
    assert not any("leidenalg" in what for what in lines)  # not measured: no line
    assert thread_table(medians(threads))[0]["speedup"] == 1.5


# -- from end to end -------------------------------------------------------------------------------


def arguments(data: Path, out: Path, *more: str) -> list[str]:
    return [
        "--quick", "--data", str(data), "--out", str(out), "--part", "graphs", "small",
        "--instances", "planted*", "karate", "--solvers", "partwise-leiden", "igraph-leiden", *more,
    ]  # fmt: skip


def test_a_run_writes_a_report_and_goes_on_where_it_stopped(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "communities.json"
    assert main(arguments(data, out)) == 0
    report = json.loads(out.read_text())
    ours = [row for row in report["rows"] if row["solver"] == "partwise-leiden"]
    assert [row["part"] for row in ours] == ["graphs"] * 2 + ["small"] * 10
    assert all(row["status"] == "ok" and row["disconnected"] == 0 for row in ours)
    assert max(row["modularity"] for row in ours[2:]) == pytest.approx(0.419790, abs=1e-6)
    text = out.with_suffix(".md").read_text()
    for title in ("## Goals", "## One thread", "## Best of ten seeds", "## Every network"):
        assert title in text
    log = out.with_suffix(".rows.jsonl")
    lines = log.read_text().splitlines()
    log.write_text("\n".join(lines[:3]) + "\n")
    assert main(arguments(data, out, "--resume")) == 0
    assert log.read_text().splitlines()[:3] == lines[:3]
    assert len(log.read_text().splitlines()) == len(lines)
    assert main(arguments(data, out, "--report-only")) == 0


def test_a_solver_that_is_too_slow_gets_no_further_seeds(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "communities.json"
    assert main(arguments(data, out, "--patience", "1e-9")) == 0
    rows = json.loads(out.read_text())["rows"]
    assert {row["seed"] for row in rows} == {1}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--out", "report.txt"], "must end in .json"),
        (["--seeds", "0"], "--seeds must be at least 1"),
        (["--time-limit", "0"], "must be above 0"),
        (["--instances", "nothing"], "matches none of"),
        (["--data", "no/such/folder"], "no networks in"),
    ],
)
def test_bad_options_are_usage_errors(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as error:
        main(options)
    assert error.value.code == 2
    assert message in capsys.readouterr().err


def test_the_list_names_networks_and_solvers(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--list", "--quick", "--data", str(data), "--part", "graphs", "threads"]) == 0
    shown = capsys.readouterr().out
    assert "graphs: rmat-2k, planted-2k, lfr-3k" in shown
    assert "partwise-free x2" in shown
    assert set(suite.PARTS["graphs"]) <= set(SOLVERS)
