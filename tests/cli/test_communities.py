"""``partwise communities``: labels, JSON and pictures, and what it refuses."""

import json

import numpy as np
import pytest

from partwise.cluster import leiden, louvain
from partwise.graph import planted_partition_graph, read_graph, write_graph
from partwise.metrics import community_report, modularity
from tests.cli._reading import table_of, values

# Zachary's karate club has 34 nodes; 0.41979 is the largest modularity there is.
BEST_KARATE = 0.4197896


def test_two_triangles_by_hand(call, pairs, blocks_of):
    table = pairs.parent / "labels.tsv"
    done = call("communities", pairs, "--labels", table)
    assert (done.code, done.errors) == (0, [])
    assert table_of(table) == {"d": "0", "e": "0", "f": "0", "a": "1", "b": "1", "c": "1"}
    assert sorted(blocks_of(f"{pairs}.communities").tolist()) == [0, 0, 0, 1, 1, 1]
    found = values(done.out)
    # 3 of 7 edges inside each community of volume 7
    assert float(found["modularity"]) == pytest.approx(6 / 7 - 2 * (7 / 14) ** 2)
    assert float(found["coverage"]) == pytest.approx(6 / 7)
    assert float(found["mean_conductance"]) == pytest.approx(1 / 7)
    assert (found["n_communities"], found["n_disconnected"], found["largest"]) == ("2", "0", "3")


@pytest.mark.parametrize(("method", "function"), [("leiden", leiden), ("louvain", louvain)])
def test_same_as_the_function(call, karate, blocks_of, method, function):
    words = ["--method", method, "--resolution", 1.5, "--iterations", 2, "--seed", 3, "-q"]
    assert call("communities", karate, *words).code == 0
    expected = function(read_graph(karate), resolution=1.5, n_iterations=2, random_state=3)
    assert blocks_of(f"{karate}.communities").tolist() == expected.labels.tolist()


def test_report_is_what_the_metrics_say(call, karate, blocks_of):
    report = karate.parent / "report.json"
    assert call("communities", karate, "--json", report, "--seed", 1).code == 0
    facts = json.loads(report.read_text())
    graph, labels = read_graph(karate), blocks_of(f"{karate}.communities")
    expected = community_report(graph, labels)
    assert facts["quality"] == pytest.approx(BEST_KARATE)
    assert facts["modularity"] == expected.modularity
    assert facts["sizes"] == expected.sizes.tolist()
    assert facts["conductances"] == expected.conductances.tolist()
    assert facts["max_conductance"] == max(facts["conductances"])
    assert (facts["largest"], facts["smallest"]) == (max(facts["sizes"]), min(facts["sizes"]))
    assert (facts["n_nodes"], facts["n_edges"], facts["seed"]) == (34, 78, 1)
    assert facts["mean_stability"] is None
    assert facts["options"]["arguments"] == {"algorithm": "sequential"}


def test_evaluate_finds_what_communities_says(call, karate):
    table = karate.parent / "labels.tsv"
    said = values(call("communities", karate, "--labels", table).out)
    for path in (table, f"{karate}.communities"):
        found = values(call("evaluate", karate, path).out)
        for key in ("modularity", "coverage", "mean_conductance"):
            assert float(found[key]) == pytest.approx(float(said[key]))


@pytest.mark.parametrize("words", [[], ["--algorithm", "parallel"], ["--consensus", 3]])
def test_threads_change_nothing(call, tmp_path, words):
    path = tmp_path / "g.npz"
    write_graph(planted_partition_graph(400, 20, 0.7, 0.002, random_state=0), path)
    results = []
    for threads in (1, 2):
        out = tmp_path / f"out{threads}"
        assert call("communities", path, *words, "-T", threads, "-o", out, "-q").code == 0
        results.append(out.read_bytes())
    assert results[0] == results[1]


def test_consensus_says_how_stable_nodes_are(call, karate):
    facts = json.loads(call("communities", karate, "--consensus", 5, "--json").out)
    assert len(facts["stability"]) == 34
    assert facts["mean_stability"] == pytest.approx(np.mean(facts["stability"]))
    assert 0 < facts["mean_stability"] <= 1


def test_fixed_labels_by_id_may_be_few(call, pairs):
    fixed, table = pairs.parent / "fixed.tsv", pairs.parent / "labels.tsv"
    fixed.write_text("a\t7\nf\t3\n")
    facts = json.loads(
        call("communities", pairs, "--fixed", fixed, "--labels", table, "--json").out
    )
    assert table_of(table) == {"d": "3", "e": "3", "f": "3", "a": "7", "b": "7", "c": "7"}
    assert (facts["n_communities"], facts["sizes"]) == (2, [3, 3])


def test_fixed_labels_by_row(call, pairs, blocks_of):
    fixed = pairs.parent / "fixed"
    rows = read_graph(pairs).names.tolist()
    fixed.write_text("".join("5\n" if name in "ad" else "-1\n" for name in rows))
    assert call("communities", pairs, "--fixed", fixed, "-q").code == 0
    labels = dict(zip(rows, blocks_of(f"{pairs}.communities").tolist()))
    assert (labels["a"], labels["d"]) == (5, 5)


def test_a_start_is_never_worsened(call, karate):
    start = karate.parent / "start.tsv"
    call("communities", karate, "--labels", start, "--seed", 1, "-q")
    out = call("communities", karate, "--initial", start, "--iterations", 1, "--seed", 9).out
    assert float(values(out)["quality"]) >= BEST_KARATE - 1e-6


def test_size_limits_hold(call, karate):
    facts = json.loads(call("communities", karate, "--max-size", 8, "--json").out)
    assert facts["largest"] <= 8
    words = ["--resolution", 4, "--min-size", 3, "--json"]
    assert json.loads(call("communities", karate, *words).out)["smallest"] >= 3


def test_directions_count_or_not(call, tmp_path, blocks_of):
    path = tmp_path / "arcs.txt"
    path.write_text("# directed\n0 1\n1 2\n2 0\n3 4\n4 5\n5 3\n2 3\n")
    for words, directed in (([], True), (["--undirected"], False)):
        facts = json.loads(call("communities", path, *words, "--json").out)
        assert facts["directed"] is directed
        labels = blocks_of(f"{path}.communities")
        graph = read_graph(path, directed=directed)
        assert facts["quality"] == pytest.approx(modularity(graph, labels))


def test_bipartite_communities(call, tmp_path):
    path, sides = tmp_path / "two.txt", tmp_path / "sides.tsv"
    path.write_text("a x\na y\nb x\nb y\nc z\nc w\nd z\nd w\n")
    sides.write_text("".join(f"{name}\t{int(name in 'wxyz')}\n" for name in "abcdwxyz"))
    words = ["--quality", "barber", "--json"]
    assert "sides must be given" in call("communities", path, *words).errors[0]
    facts = json.loads(call("communities", path, *words, "--sides", sides).out)
    assert (facts["n_communities"], facts["quality"]) == (2, 0.5)


@pytest.mark.parametrize(
    ("method", "words"),
    [("label-propagation", ["--iterations", 50]), ("spectral", ["-k", 2]),
     ("markov", ["--inflation", 1.8])],
)  # fmt: skip
def test_other_methods_part_two_triangles(call, pairs, method, words):
    facts = json.loads(call("communities", pairs, "--method", method, *words, "--json").out)
    assert (facts["method"], facts["n_communities"], facts["sizes"]) == (method, 2, [3, 3])
    assert facts["modularity"] == pytest.approx(6 / 7 - 0.5)


def test_a_graph_without_edges(call, tmp_path):
    path = tmp_path / "g.txt"
    for text, labels in (("# nodes: 3\n", "0\n1\n2\n"), ("# nothing\n", "")):
        path.write_text(text)
        assert call("communities", path, "-q").code == 0
        assert (tmp_path / "g.txt.communities").read_text() == labels


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--method", "best"], "--method: must be one of leiden, louvain"),
        (["--method", "louvain", "--theta", 1], "--theta: is for --method leiden, not louvain"),
        (["--method", "markov", "--min-size", 2], "--min-size: is for --method leiden, louvain"),
        (["-k", 3], "--clusters: is for --method spectral, not leiden"),
        (["--method", "markov", "--inflation", 1], "--inflation: must be a finite number above 1"),
        (["--resolution", -1], "--resolution: must be a finite number at least 0, got -1"),
        (["--resolution", "nan"], "--resolution: must be a finite number at least 0, got nan"),
        (["--iterations", 0], "--iterations: must be at least 1, or -1"),
        (["--method", "label-propagation", "--iterations", -1], "--iterations: must be at least 1"),
        (["--min-size", 5, "--max-size", 4], "--min-size: must be at most --max-size 4, got 5"),
        (["--sides", "s"], "--sides: is for --quality barber"),
        (["--directed", "--quality", "barber"], "--directed: --quality barber is for undirected"),
        (["--format", "hmetis"], "is a netlist, this command takes graphs"),
        (["-o", "-", "--json", "-"], "only one of them can go to standard output"),
    ],
)
def test_wrong_usage(call, pairs, words, message):
    done = call("communities", pairs, *words)
    assert (done.code, len(done.errors)) == (2, 1)
    assert message in done.errors[0]
    assert [path.name for path in pairs.parent.iterdir()] == ["pairs.txt"]


@pytest.mark.parametrize(
    ("option", "text", "reason"),
    [
        ("--fixed", "x\t1\n", "has id 'x', which is no node of the graph"),
        ("--fixed", "a\t1\na\t2\n", "has 2 labels for node 'a', allowed is one"),
        ("--fixed", "1\n2\n", "expected 6 lines"),
        ("--initial", "a\t1\n", "has no label for node"),
    ],
)
def test_labels_that_do_not_fit_the_graph(call, pairs, option, text, reason):
    path = pairs.parent / "labels.tsv"
    path.write_text(text)
    done = call("communities", pairs, option, path)
    assert (done.code, len(done.errors)) == (1, 1)
    assert done.errors[0].startswith(f"{pairs}: {path}")
    assert reason in done.errors[0]
