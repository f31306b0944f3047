"""``partwise sbm``: labels, JSON and pictures, what Ctrl-C does, and what it refuses."""

import json
import re
import signal

import networkx as nx
import numpy as np
import pytest

from partwise.cli import _sbm_job
from partwise.graph import Graph, planted_partition_graph, read_graph, write_graph
from partwise.metrics import description_length
from partwise.sbm import fit_sbm
from tests.cli._reading import table_of, values

# Zachary's karate club: the shortest descriptions that are known, with and without degrees
BEST_KARATE = {"dc": 222.890131, "ndc": 215.329714}
# southern women and the events that they went to, one block each
BEST_WOMEN = 192.18973645364


@pytest.fixture
def bicliques(tmp_path):
    """Return the paths of two bicliques of 12 + 9 nodes with one edge between, and of the types."""
    path, types = tmp_path / "two.txt", tmp_path / "types.tsv"
    pairs = [(u, v) for u in range(24) for v in range(18) if u // 12 == v // 9]
    path.write_text("".join(f"u{u} v{v}\n" for u, v in [*pairs, (0, 9)]))
    rows = [*(f"v{v}\titem\n" for v in range(18)), *(f"u{u}\tbuyer\n" for u in range(24))]
    types.write_text("".join(rows))
    return path, types


def test_two_cliques_by_hand(call, tmp_path, blocks_of):
    path, table = tmp_path / "g.txt", tmp_path / "labels.tsv"
    nodes = [f"{side}{i}" for side in "ab" for i in range(8 if side == "a" else 10)]
    pairs = [(u, v) for u in nodes for v in nodes if u < v and u[0] == v[0]]
    path.write_text("".join(f"{u} {v}\n" for u, v in [*pairs, ("a0", "b0")]))
    done = call("sbm", path, "--labels", table, "--model", "ndc")
    assert (done.code, done.errors) == (0, [])
    assert table_of(table) == {node: str(int(node[0] == "a")) for node in nodes}
    assert sorted(blocks_of(f"{path}.sbm").tolist()) == [0] * 10 + [1] * 8
    found = values(done.out)
    assert (found["n_blocks"], found["largest"], found["model"]) == ("2", "10", "ndc")
    graph, labels = read_graph(path), blocks_of(f"{path}.sbm")
    for name, blocks in (("description_length", labels), ("trivial_length", 0 * labels)):
        expected = description_length(graph, blocks, degree_corrected=False)
        assert float(found[name]) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("model", "best"), [("dc", "dc"), ("ndc", "ndc"), ("auto", "ndc")]
)  # fmt: skip
def test_karate_club_has_the_shortest_known_description(call, karate, model, best):
    facts = json.loads(call("sbm", karate, "--model", model, "--json").out)
    assert facts["model"] == best
    assert facts["description_length"] == pytest.approx(BEST_KARATE[best], abs=1e-6)
    assert facts["n_blocks"] == {"dc": 1, "ndc": 2}[best]


def test_same_as_the_function_and_report_is_whole(call, karate, blocks_of):
    report = karate.parent / "report.json"
    words = ["--model", "ndc", "--runs", 2, "--sweeps", 50, "--seed", 3, "--min-blocks", 3]
    assert call("sbm", karate, *words, "--json", report, "-q").code == 0
    labels, facts = blocks_of(f"{karate}.sbm"), json.loads(report.read_text())
    expected = fit_sbm(
        read_graph(karate), degree_corrected=False, n_init=2, n_sweeps=50, random_state=3,
        min_blocks=3,
    )  # fmt: skip
    assert labels.tolist() == expected.labels.tolist()
    assert facts["terms"] == expected.terms.to_dict()
    assert facts["terms"]["total"] == facts["description_length"] == expected.description_length
    assert facts["n_blocks"] == len(facts["sizes"]) == expected.n_blocks >= 3
    assert facts["sizes"] == np.bincount(labels).tolist()
    assert (facts["largest"], facts["smallest"]) == (max(facts["sizes"]), min(facts["sizes"]))
    effort = facts["effort"]
    assert facts["acceptance"] == effort["moves_made"] / effort["moves_tried"]
    assert (facts["n_nodes"], facts["n_edges"], facts["seed"]) == (34, 78, 3)
    assert (facts["is_complete"], facts["is_interrupted"]) == (True, False)
    assert facts["n_blocks_by_type"] is facts["n_blocks_by_level"] is None


def test_blocks_of_bicliques_by_type(call, bicliques, tmp_path):
    path, types = bicliques
    table = tmp_path / "labels.tsv"
    facts = json.loads(call("sbm", path, "--bipartite", types, "--labels", table, "--json").out)
    assert (facts["types"], facts["n_blocks_by_type"]) == (["buyer", "item"], [2, 2])
    labels = {name: int(block) for name, block in table_of(table).items()}
    assert {labels[f"u{u}"] for u in range(24)} == {0, 1}
    assert {labels[f"v{v}"] for v in range(18)} == {2, 3}
    for name, size in (("u", 12), ("v", 9)):
        for half in (0, 1):
            members = {labels[f"{name}{i}"] for i in range(half * size, (half + 1) * size)}
            assert len(members) == 1


def test_types_in_every_form_mean_the_same(call, bicliques, tmp_path, blocks_of):
    path, types = bicliques
    kinds, names = table_of(types), read_graph(path).names.tolist()
    forms = {
        "words": "".join(f"{kinds[name]}\n" for name in names),
        "numbers": "# by row\n" + "".join(f"{2 + 8 * (kinds[n] == 'item')}\n" for n in names),
        "ids": "\n".join(f"{name}\t{kinds[name] == 'item':d}" for name in reversed(names)),
    }
    results = []
    for key, text in forms.items():
        (tmp_path / key).write_text(text)
        done = call("sbm", path, "--bipartite", tmp_path / key, "--json")
        facts = json.loads(done.out)
        results.append((facts["types"], blocks_of(f"{path}.sbm").tolist()))
    assert call("sbm", path, "--bipartite", "auto", "-q").code == 0
    results.append((None, blocks_of(f"{path}.sbm").tolist()))
    assert [kinds for kinds, _ in results] == [["buyer", "item"], ["2", "10"], ["0", "1"], None]
    assert all(labels == results[0][1] for _, labels in results)


def test_southern_women_and_events_have_one_block_each(call, tmp_path):
    path = tmp_path / "women.txt"
    women = nx.davis_southern_women_graph()
    path.write_text("".join(f"{u}\t{v}\n".replace(" ", "_") for u, v in women.edges()))
    facts = json.loads(call("sbm", path, "--bipartite", "auto", "--model", "dc", "--json").out)
    assert facts["n_blocks_by_type"] == [1, 1]
    assert facts["description_length"] == pytest.approx(BEST_WOMEN, abs=1e-8)
    assert facts["trivial_length"] == pytest.approx(BEST_WOMEN, abs=1e-8)


@pytest.mark.parametrize(
    ("words", "bounds"),
    [(["-k", "4"], (4, 4)), (["--max-blocks", "1"], (1, 1)), (["--min-blocks", "3"], (3, 34))],
)
def test_the_number_of_blocks_is_within_its_bounds(call, karate, words, bounds):
    facts = json.loads(call("sbm", karate, "--model", "ndc", *words, "--json").out)
    assert bounds[0] <= facts["n_blocks"] <= bounds[1]


def test_numbers_of_blocks_are_in_the_order_of_the_types(call, bicliques):
    path, types = bicliques
    words = ["--bipartite", types, "--blocks", "3,2", "--json"]
    assert json.loads(call("sbm", path, *words).out)["n_blocks_by_type"] == [3, 2]


def test_a_start_is_never_worsened(call, karate):
    start = karate.parent / "start.tsv"
    assert call("sbm", karate, "--model", "ndc", "--labels", start, "-q").code == 0
    words = ["--model", "ndc", "--init", start, "--sweeps", 1, "--seed", 9, "--json"]
    found = json.loads(call("sbm", karate, *words).out)
    assert found["description_length"] <= BEST_KARATE["ndc"] + 1e-6


def test_weights_are_parallel_edges_unless_ignored(call, tmp_path, blocks_of):
    path = tmp_path / "weighted.txt"
    path.write_text("a b 3.0\nb c 1\nc a 2\nc d 5\n")
    lengths = []
    for words, weights in (([], "auto"), (["--weights", "none"], "none")):
        facts = json.loads(call("sbm", path, "--model", "dc", *words, "--json").out)
        first, second, times = read_graph(path, weights=weights).to_edges()
        times = np.ones(len(first), int) if times is None else times.astype(int)
        graph = Graph.from_edges((first, second), times)
        expected = description_length(graph, blocks_of(f"{path}.sbm"))
        assert facts["description_length"] == pytest.approx(expected)
        lengths.append(expected)
    assert lengths[0] > lengths[1]
    path.write_text("a b 1.5\nb c 1\n")
    done = call("sbm", path)
    assert (done.code, len(done.errors)) == (1, 1)
    assert "must be whole, numbers of parallel edges, got 1.5; --weights none" in done.errors[0]


def test_directions_are_refused_or_ignored(call, tmp_path):
    path = tmp_path / "arcs.txt"
    path.write_text("# directed\n0 1\n1 2\n2 0\n")
    done = call("sbm", path)
    assert (done.code, len(done.errors)) == (1, 1)
    assert done.errors[0].endswith("has directed edges; --undirected ignores the directions")
    assert call("sbm", path, "--undirected", "-q").code == 0


def test_threads_change_nothing(call, tmp_path):
    path = tmp_path / "g.npz"
    write_graph(planted_partition_graph(5, 20, 0.5, 0.05, random_state=0), path)
    results = []
    for threads in (1, 2):
        out = tmp_path / f"out{threads}"
        words = ["--runs", 3, "--sweeps", 20, "--model", "dc", "-T", threads, "-o", out, "-q"]
        assert call("sbm", path, *words).code == 0
        results.append(out.read_bytes())
    assert results[0] == results[1]


def test_nested_blocks(call, tmp_path, blocks_of):
    path, picture = tmp_path / "g.txt", tmp_path / "g.svg"
    write_graph(planted_partition_graph(6, 15, 0.8, 0.02, random_state=0), path)
    pytest.importorskip("matplotlib")
    facts = json.loads(call("sbm", path, "--nested", "--json", "--plot", picture).out)
    labels = blocks_of(f"{path}.sbm")
    assert [facts["n_blocks"], facts["n_blocks_by_level"][0]] == [6, 6]
    assert len(set(zip(labels.tolist(), (np.arange(90) // 15).tolist()))) == 6
    above = facts["levels_above"]
    assert [len(level) for level in above] == facts["n_blocks_by_level"][:-1]
    assert [max(level) + 1 for level in above] == facts["n_blocks_by_level"][1:]
    assert facts["terms"]["total"] == facts["description_length"] < facts["trivial_length"]
    assert picture.stat().st_size > 0


def interrupt(monkeypatch, times):
    """Let a fit begin with so many Ctrl-C."""

    def fit(graph, **arguments):
        for _ in range(times):
            signal.raise_signal(signal.SIGINT)
        return fit_sbm(graph, **arguments)

    monkeypatch.setattr(_sbm_job, "_fit", lambda nested: fit)


def test_a_first_ctrl_c_gives_the_best_so_far(call, karate, monkeypatch, blocks_of):
    interrupt(monkeypatch, 1)
    report = karate.parent / "report.json"
    done = call("sbm", karate, "--sweeps", 10**6, "--model", "ndc", "--json", report)
    assert done.code == 0
    assert [line.partition(":")[0] for line in done.errors] == ["interrupted"]
    facts = json.loads(report.read_text())
    assert (facts["is_complete"], facts["is_interrupted"]) == (False, True)
    labels = blocks_of(f"{karate}.sbm")
    expected = description_length(read_graph(karate), labels, degree_corrected=False)
    assert facts["description_length"] == pytest.approx(expected)
    assert expected <= facts["trivial_length"]


def test_a_second_ctrl_c_ends_it(call, karate, monkeypatch):
    interrupt(monkeypatch, 2)
    assert call("sbm", karate).code == 130
    assert [path.name for path in karate.parent.iterdir()] == ["karate.txt"]


def test_ctrl_c_ends_a_batch_at_once(call, karate, pairs, monkeypatch):
    interrupt(monkeypatch, 1)
    assert call("sbm", karate, pairs).code == 130
    assert not list(karate.parent.glob("*.sbm"))


def test_what_was_interrupted_is_done_again(call, karate, monkeypatch):
    report = karate.parent / "report.jsonl"
    found = []
    for interrupted in (True, False, False):
        with monkeypatch.context() as patch:
            if interrupted:
                interrupt(patch, 1)
            words = ["--model", "ndc", "--resume", "--report", report]
            assert call("sbm", karate, *words).code == 0
        line = json.loads(report.read_text())
        found.append((line["status"], line["is_complete"]))
    assert found == [("ok", False), ("ok", True), ("skipped", True)]


def test_a_time_limit_is_kept_and_said(call, karate):
    words = ["--sweeps", 10**6, "--time-limit", 0.5, "--json"]
    facts = json.loads(call("sbm", karate, *words).out)
    assert (facts["is_complete"], facts["is_interrupted"]) == (False, False)
    assert facts["description_length"] <= facts["trivial_length"]


def test_a_graph_without_edges(call, tmp_path):
    path = tmp_path / "g.txt"
    for text, labels in (("# nodes: 3\n", "0\n0\n0\n"), ("# nothing\n", "")):
        path.write_text(text)
        assert call("sbm", path, "-q").code == 0
        assert (tmp_path / "g.txt.sbm").read_text() == labels


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--blocks", 0], "--blocks: must be a whole number of at least 1, got '0'"),
        (["--blocks", "2,3"], "--blocks: must be a whole number of at least 1, got '2,3'"),
        (["--bipartite", "auto", "-k", 4], "--blocks: must be two whole numbers, of the types"),
        (["-k", 4, "--min-blocks", 2], "--blocks: excludes --min-blocks and --max-blocks"),
        (["--min-blocks", 5, "--max-blocks", 4], "must be at most --max-blocks 4, got 5"),
        (["--bipartite", "auto", "--min-blocks", "2,5", "--max-blocks", "9,4"],
         "must be at most --max-blocks 9,4, got 2,5"),
        (["--time-limit", 0], "--time-limit: must be a finite number above 0, got 0"),
        (["--time-limit", "nan"], "--time-limit: must be a finite number above 0, got nan"),
        (["--model", "best"], "'best' is not one of"),
        (["--sweeps", 0], "--sweeps': Input should be greater"),
        (["--plot", "a.bmp"], "--plot: must end with one of"),
        (["--format", "hmetis"], "is a netlist, this command takes graphs"),
        (["-o", "-", "--json", "-"], "only one of them can go to standard output"),
    ],
)  # fmt: skip
def test_wrong_usage(call, pairs, words, message):
    done = call("sbm", pairs, *words)
    assert (done.code, len(done.errors)) == (2, 1)
    assert message in done.errors[0]
    assert [path.name for path in pairs.parent.iterdir()] == ["pairs.txt"]


@pytest.mark.parametrize(
    ("option", "text", "reason"),
    [
        ("--bipartite", "a\tx\n", "has no label for node"),
        ("--bipartite", "a\tx\na\ty\n", "has 2 labels for node 'a', allowed is one"),
        ("--bipartite", "a\tx\nb\n", ":2: expected 'id<TAB>type', found 'b'"),
        ("--bipartite", "x\ny\n", "expected 6 lines, one per node, found 2"),
        ("--bipartite", "x\n" * 6, "must hold two types, found 1 ('x')"),
        ("--bipartite", "1\n2\n3\n4\n4\n4\n", "must hold two types, found 4 ('1', '2', '3', ...)"),
        ("--init", "a\t1\n", "has no label for node"),
        ("--init", "1\n2\n", "expected 6 lines"),
    ],
)
def test_labels_that_do_not_fit_the_graph(call, pairs, option, text, reason):
    path = pairs.parent / "labels.tsv"
    path.write_text(text)
    done = call("sbm", pairs, option, path)
    assert (done.code, len(done.errors)) == (1, 1)
    assert done.errors[0].startswith(f"{pairs}: {path}")
    assert reason in done.errors[0]


def test_edges_within_a_type_are_named(call, pairs, tmp_path):
    types = tmp_path / "types.tsv"
    types.write_text("".join(f"{name}\t{kind}\n" for name, kind in zip("abcdef", "121212")))
    done = call("sbm", pairs, "--bipartite", types)
    assert (done.code, len(done.errors)) == (1, 1)
    assert "edge d f joins two nodes of type '2'" in done.errors[0]
    told = call("sbm", pairs, "--bipartite", "auto").errors[0]
    edge = re.search(r"not bipartite: edge \((\w), (\w)\)", told).groups()
    assert set(edge) in [set(line.split()) for line in pairs.read_text().splitlines()[1:]]


def test_both_models_share_the_time(call, karate):
    # the second one is the better one here, and needs time to show it
    words = ["--sweeps", 10**6, "--time-limit", 3, "--verbose", "--json"]
    done = call("sbm", karate, *words)
    assert json.loads(done.out)["model"] == "ndc"
    assert sum("annealing" in line for line in done.errors) == 2
    assert json.loads(done.out)["is_complete"] is False


def test_progress_goes_on_to_the_end_with_two_models():
    told = []
    graph = nx.karate_club_graph()
    pairs = list(graph.edges())
    fit_sbm(pairs, degree_corrected="auto", n_sweeps=20, random_state=0,
            callback=lambda part, what: told.append(part))  # fmt: skip
    assert told == sorted(told)
    assert 0.9 < told[-1] <= 1
