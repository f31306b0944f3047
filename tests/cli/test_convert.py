"""``partwise convert`` and ``partwise info``."""

import json

import pytest

from partwise.graph import barabasi_albert_graph, read_graph, read_hypergraph, write_graph


@pytest.fixture
def graph(tmp_path):
    graph = barabasi_albert_graph(50, 3, random_state=0)
    write_graph(graph, tmp_path / "start.txt")
    return graph


@pytest.mark.parametrize("suffix", ["graph", "mtx", "npz", "graphml", "gml", "txt", "txt.gz"])
def test_there_and_back(call, tmp_path, graph, suffix):
    middle, end = tmp_path / f"middle.{suffix}", tmp_path / "end.txt"
    done = call("convert", tmp_path / "start.txt", middle)
    assert (done.code, done.errors) == (0, [])
    assert f"n_edges={graph.n_edges}" in done.out
    assert call("convert", middle, end).code == 0
    assert read_graph(end).equals(graph)


def test_through_pipes(spawn, tmp_path, graph):
    text = (tmp_path / "start.txt").read_bytes()
    done = spawn("convert", "-", "-", "--to", "metis", stdin=text)
    assert done.returncode == 0, done.stderr
    (tmp_path / "piped.graph").write_bytes(done.stdout)
    assert read_graph(tmp_path / "piped.graph").equals(graph)


def test_names_are_kept_or_left_out(call, pairs):
    target = pairs.parent / "pairs.graph"
    done = call("convert", pairs, target)
    assert done.code == 1
    assert done.errors[0].startswith(f"{pairs}: ")
    assert not target.exists()
    assert call("convert", pairs, target, "--no-names").code == 0
    assert read_graph(target).n_edges == 7


def test_weights_duplicates_directions(call, tmp_path):
    source, target = tmp_path / "arcs.txt", tmp_path / "out.txt"
    source.write_text("0 1 5\n0 1 2\n1 0 1\n")
    call("convert", source, target, "--directed")
    assert sorted(read_graph(target).weights.tolist()) == [1, 7]
    call("convert", source, target, "--duplicates", "max")
    assert read_graph(target).weights.tolist() == [5, 5]
    call("convert", source, target, "--no-weights")
    assert read_graph(target).weights is None


def test_hypergraph(call, tmp_path):
    source, target = tmp_path / "net.hgr", tmp_path / "copy.hgr"
    source.write_text("2 4 1\n3 1 2 3\n1 3 4\n")
    assert call("convert", source, target).code == 0
    assert read_hypergraph(target).equals(read_hypergraph(source))
    done = call("info", source)
    assert "n_nets 2\n" in done.out
    assert "n_pins 5\n" in done.out
    assert call("convert", source.with_name("x.txt"), target).code == 1


def test_many(call, tmp_path, graph):
    write_graph(graph, tmp_path / "other.mtx")
    done = call(
        "convert", tmp_path / "start.txt", tmp_path / "other.mtx", "--to", "metis",
        "--out-dir", tmp_path / "out",
    )  # fmt: skip
    assert done.code == 0
    for name in ("start.graph", "other.graph"):
        assert read_graph(tmp_path / "out" / name).equals(graph)


def test_wrong_usage(call, tmp_path, graph):
    start = tmp_path / "start.txt"
    for words in (
        [start],
        [start, "a", "b"],
        [start, "--out-dir", tmp_path / "out"],
        [start, tmp_path / "x", "--to", "dimacs"],
        [start, start],
    ):
        done = call("convert", *words)
        assert (done.code, len(done.errors)) == (2, 1)
    assert read_graph(start).equals(graph)


def test_info_by_hand(call, tmp_path):
    path = tmp_path / "g.txt"
    path.write_text("# nodes: 6\n0 1 2\n1 2 3\n3 4 4\n3 3 1\n")
    done = call("info", path)
    assert (done.code, done.errors) == (0, [])
    found = dict(line.split(" ", 1) for line in done.out.splitlines())
    expected = {
        "format": "edgelist",
        "n_nodes": "6",
        "n_edges": "4",
        "directed": "false",
        "weighted": "true",
        "n_self_loops": "1",
        "n_isolated": "1",
        "n_components": "3",
        "largest_component": "3",
        "min_edge_weight": "1",
        "max_edge_weight": "4",
        "edge_weight_type": "int64",
        "total_edge_weight": "10",
    }
    assert {key: found[key] for key in expected} == expected


def test_info_of_many_and_as_json(call, tmp_path, graph, pairs):
    report = tmp_path / "report.jsonl"
    done = call("info", tmp_path / "start.txt", pairs, tmp_path / "no", "--report", report)
    assert done.code == 1
    assert done.errors == [f"{tmp_path / 'no'}: No such file or directory"]
    lines = [json.loads(line) for line in report.read_text().splitlines()]
    assert [line["status"] for line in lines] == ["ok", "ok", "failed"]
    assert [line.get("n_nodes") for line in lines] == [50, 6, None]
    assert lines[1]["ids"] == "words"
    done = call("info", "--json-lines", pairs)
    assert json.loads(done.out)["n_edges"] == 7


def test_info_of_an_empty_file(call, tmp_path):
    path = tmp_path / "empty.txt"
    path.write_text("")
    done = call("info", path)
    assert done.code == 0
    assert "n_nodes 0\n" in done.out
