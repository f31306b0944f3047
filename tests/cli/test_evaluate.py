"""``partwise evaluate``: numbers by hand, in plain digits."""

import json
import re

import pytest

# The 2 x 3 grid 0-1-2 / 3-4-5 has 7 edges; left column against the rest cuts 2 edges.
GRID = "6 7\n2 4\n1 3 5\n2 6\n1 5\n4 6 2\n5 3\n"
LEFT = "0\n1\n1\n0\n1\n1\n"
ROWS = "0\n0\n0\n1\n1\n1\n"
CHECKERS = "0\n1\n0\n1\n0\n1\n"


@pytest.fixture
def files(tmp_path):
    for name, text in (("g.graph", GRID), ("left", LEFT), ("rows", ROWS), ("checkers", CHECKERS)):
        (tmp_path / name).write_text(text)
    return tmp_path


def values(out):
    return dict(line.split(" ", 1) for line in out.splitlines())


def test_numbers_by_hand(call, files):
    done = call("evaluate", files / "g.graph", files / "left")
    assert (done.code, done.errors) == (0, [])
    found = values(done.out)
    assert found.pop("seconds")
    assert float(found.pop("modularity")) == pytest.approx(5 / 7 - (4**2 + 10**2) / 14**2)
    assert found == {
        "n_nodes": "6",
        "n_edges": "7",
        "n_parts": "2",
        "cut": "2",
        "imbalance": "0.33333333333333326",
        "communication_volume": "4",
        "n_boundary": "4",
        "n_empty": "0",
        "connected": "true",
        "max_block_weight": "4",
        "min_block_weight": "2",
        # 1 and 4 of 7 edges are inside, in volumes 4 and 10; 2 edges leave the smaller volume
        "coverage": str(5 / 7),
        "mean_conductance": "0.5",
        "max_conductance": "0.5",
    }


def test_digits_are_plain(call, tmp_path):
    (tmp_path / "g.txt").write_text("0 1 2e-7\n1 2 3e21\n")
    (tmp_path / "p").write_text("0\n1\n1\n")
    out = call("evaluate", tmp_path / "g.txt", tmp_path / "p").out
    assert "cut 0.0000002\n" in out
    (tmp_path / "p").write_text("0\n0\n1\n")
    out = call("evaluate", tmp_path / "g.txt", tmp_path / "p").out
    assert "cut 3000000000000000000000\n" in out
    assert all(re.fullmatch(r"[a-z_]+ (-?[0-9.]+|true|false)", line) for line in out.splitlines())


def test_compare(call, files):
    graph = files / "g.graph"
    done = call("evaluate", graph, files / "rows", "--compare", files / "left", files / "checkers")
    found = values(done.out)
    assert (found["cut"], found["compare1.cut"], found["compare2.cut"]) == ("3", "2", "7")
    assert found["compare1.cut_ratio"] == str(2 / 3)
    assert found["compare2.same_block"] == str(4 / 6)
    # table of rows against checkers: (2, 1), (1, 2): 2 pairs together of 15, 6 and 6 alone
    assert float(found["compare2.adjusted_rand"]) == pytest.approx((2 - 2.4) / (6 - 2.4))


def test_same_partition_under_other_names_agrees(call, files):
    (files / "renamed").write_text("4\n0\n0\n4\n0\n0\n")
    done = call("evaluate", files / "g.graph", files / "left", "--compare", files / "renamed")
    found = values(done.out)
    assert found["compare1.same_block"] == found["compare1.adjusted_rand"] == "1.0"
    assert (found["compare1.n_parts"], found["compare1.n_empty"]) == ("5", "3")


def test_number_of_blocks_from_option_or_name(call, files):
    (files / "g.graph.part.3").write_text(LEFT)
    graph = files / "g.graph"
    assert values(call("evaluate", graph, files / "g.graph.part.3").out)["n_parts"] == "3"
    found = values(call("evaluate", graph, files / "left", "-k", 6).out)
    assert (found["n_parts"], found["n_empty"], found["imbalance"]) == ("6", "4", "3.0")


@pytest.mark.parametrize(("allowed", "feasible"), [("0.33", "false"), ("0.34", "true")])
def test_feasible(call, files, allowed, feasible):
    out = call("evaluate", files / "g.graph", files / "left", "-e", allowed).out
    assert values(out)["feasible"] == feasible


def test_feasible_is_decided_in_whole_weights(call, tmp_path):
    # 103 nodes where 100 are the share: 103 / 100 - 1 is above 0.03 in floating point
    (tmp_path / "g.txt").write_text("# nodes: 200\n0 1\n")
    (tmp_path / "p").write_text("0\n" * 103 + "1\n" * 97)
    out = call("evaluate", tmp_path / "g.txt", tmp_path / "p", "-e", "0.03").out
    assert values(out)["feasible"] == "true"


def test_json_has_the_lists_too(call, files):
    target = files / "out.json"
    to_stdout = call("evaluate", files / "g.graph", files / "left", "--json")
    assert call("evaluate", files / "g.graph", files / "left", "--json", target).code == 0
    for text in (to_stdout.out, target.read_text()):
        facts = json.loads(text)
        assert facts["block_weights"] == [2, 4]
        assert facts["n_components"] == [1, 1]
        assert facts["cut"] == 2


def test_labels_beside_ids_in_any_order(call, pairs):
    table = pairs.parent / "labels.tsv"
    table.write_text("a\t0\nb\t0\nc\t0\nd\t1\nf\t1\ne\t1\n")
    assert values(call("evaluate", pairs, table).out)["cut"] == "1"


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("a\t0\nb\t0\n", "no label for node"),
        ("a\t0\nb\t0\nc\t0\nd\t1\nf\t1\ne\t1\nx\t1\n", "'x', which is no node"),
        ("a\t0\nb\t0\nc\t0\nd\t1\nf\t1\ne\t1\ne\t1\n", "2 labels for node 'e'"),
    ],
)
def test_labels_that_do_not_fit_the_graph(call, pairs, table, reason):
    path = pairs.parent / "labels.tsv"
    path.write_text(table)
    done = call("evaluate", pairs, path)
    assert done.code == 1
    assert done.errors[0].startswith(f"{pairs}: {path}")
    assert reason in done.errors[0]


def test_what_partition_writes_is_what_evaluate_finds(call, grid):
    report = grid.parent / "report.json"
    table = grid.parent / "labels.tsv"
    call("partition", grid, "-k", 3, "--json", report, "--labels", table, "-q")
    facts = json.loads(report.read_text())
    for path in (f"{grid}.part.3", table):
        found = values(call("evaluate", grid, path).out)
        assert found["cut"] == str(facts["cut"])
        assert float(found["imbalance"]) == facts["imbalance"]


@pytest.mark.parametrize("text", ["0\n1\n", "0\n1\n1\n0\n1\nx\n", "0\n1\n1\n0\n1\n-1\n"])
def test_bad_partition(call, files, text):
    (files / "bad").write_text(text)
    done = call("evaluate", files / "g.graph", files / "bad")
    assert done.code == 1
    assert len(done.errors) == 1
    assert done.errors[0].startswith(f"{files / 'g.graph'}: {files / 'bad'}")


def test_label_beyond_k(call, files):
    done = call("evaluate", files / "g.graph", files / "left", "-k", 1)
    assert done.code == 1
    assert "label 1, allowed with -k 1 are 0 to 0" in done.errors[0]


def test_wrong_usage(call, files):
    for words in ([], ["-k", 0], ["-e", -1], ["--part-weights", "1,1"], ["--format", "x"]):
        arguments = [files / "g.graph", files / "left"] if words else [files / "g.graph"]
        done = call("evaluate", *arguments, *words)
        assert (done.code, len(done.errors)) == (2, 1)
    assert call("evaluate", "-", "-").code == 2
