"""``partwise local``: the members, JSON and pictures of a cluster, and what it refuses."""

import json

import numpy as np
import pytest

from partwise.cluster import local
from partwise.graph import planted_partition_graph, read_graph, write_graph


@pytest.fixture
def planted(tmp_path):
    """Return the path of a graph of 20 clusters with 10 nodes each: 0 to 9, 10 to 19..."""
    path = tmp_path / "planted.graph"
    write_graph(planted_partition_graph(20, 10, 0.9, 0.005, random_state=0), path)
    return path


def values(out):
    return dict(line.split(" ", 1) for line in out.splitlines())


def rows_of(path):
    return [line.split("\t") for line in path.read_text().splitlines()]


@pytest.mark.parametrize(
    ("method", "words"),
    [("wfd", ["--max-mass", 8]), ("flow", ["--mass", 8]), ("flow", ["--mass", "4x"]),
     ("acl", []), ("l1", []), ("heat-kernel", ["--temperature", 3]),
     ("simple-local", ["--delta", 0.1])],
)  # fmt: skip
def test_a_triangle_by_hand(call, pairs, method, words):
    done = call("local", pairs, "--seed-node", "a", "--method", method, *words)
    assert (done.code, done.errors) == (0, [])
    found = values(done.out)
    if method != "simple-local":
        members = rows_of(pairs.parent / "pairs.txt.cluster")
        assert {name for name, _ in members} == {"a", "b", "c"}
        assert all(float(value) > 0 for _, value in members)
        assert float(found["conductance"]) == pytest.approx(1 / 7)
        assert found["size"] == "3"
    else:
        assert float(found["conductance"]) <= 1  # of the seed


def test_same_as_the_function(call, planted):
    words = ["-s", 0, "-s", 5, "--method", "acl", "--alpha", 0.1, "--epsilon", 1e-4, "--json"]
    facts = json.loads(call("local", planted, *words).out)
    expected = local.approximate_pagerank(read_graph(planted), [0, 5], alpha=0.1, eps=1e-4)
    query = facts["queries"][0]
    assert query["cluster"] == expected.cluster.tolist()
    for key in ("size", "conductance", "n_touched", "touched_volume", "n_pushes", "converged"):
        assert facts[key] == query[key] == getattr(expected, key)
    assert query["seeds"] == ["0", "5"]
    members = rows_of(planted.with_name("planted.graph.cluster"))
    x = dict(zip(expected.x_idx.tolist(), expected.x_val.tolist()))
    assert {int(name): float(value) for name, value in members} == {
        node: x.get(node, 0.0) for node in expected.cluster.tolist()
    }


def test_the_default_finds_the_mass_by_itself(call, planted):
    words = ["--seed-node", 3, "--json"]
    facts = json.loads(call("local", planted, *words, "--max-mass", 200).out)
    assert facts["queries"][0]["cluster"] == list(range(10))
    assert 0 < facts["source_mass"] <= 200
    degree = read_graph(planted).degrees()[3]
    facts = json.loads(call("local", planted, *words, "--max-mass", "2x").out)
    assert facts["source_mass"] <= 2 * degree


def test_queries_of_a_file_are_answered_in_order(call, planted):
    seeds = planted.with_name("queries")
    seeds.write_text("# two clusters\n0\n\n15, 16\n42\t47\n")
    results = []
    for threads in (1, 2):
        words = ["--seeds", seeds, "--max-mass", 200, "-T", threads, "--json"]
        facts = json.loads(call("local", planted, *words).out)
        assert [query["seeds"] for query in facts["queries"]] == [["0"], ["15", "16"], ["42", "47"]]
        found = [query["cluster"] for query in facts["queries"]]
        assert found == [list(range(start, start + 10)) for start in (0, 10, 40)]
        assert (facts["n_queries"], facts["mean_size"], facts["converged"]) == (3, 10, True)
        rows = rows_of(planted.with_name("planted.graph.cluster"))
        assert [row[0] for row in rows] == ["1"] * 10 + ["2"] * 10 + ["3"] * 10
        results.append(rows)
    assert results[0] == results[1]


def test_the_best_subset_of_a_set(call, pairs):
    words = ["-s", "a", "-s", "b", "-s", "c", "-s", "e", "--method", "mqi", "--json"]
    path = pairs.with_name("more.txt")
    path.write_text(pairs.read_text() + "f g\ng h\nh f\n")
    facts = json.loads(call("local", path, *words).out)
    assert sorted(facts["queries"][0]["cluster"]) == ["a", "b", "c"]


def test_attributes_thin_edges_between_unlike_nodes(call, tmp_path):
    graph = planted_partition_graph(2, 40, 0.3, 0.1, random_state=0)
    groups = np.repeat([0.0, 5.0], 40)
    points = np.column_stack([groups, groups])
    write_graph(graph, tmp_path / "g.npz")
    np.save(tmp_path / "X.npy", points)
    words = ["local", tmp_path / "g.npz", "-s", 0, "--method", "flow", "--mass", 400, "--json"]
    plain = json.loads(call(*words).out)["queries"][0]
    done = call(*words, "--attributes", tmp_path / "X.npy", "--gamma", 0.05)
    with_points = json.loads(done.out)["queries"][0]
    expected = local.flow_diffusion(graph, 0, source_mass=400, attributes=points, gamma=0.05)
    assert with_points["cluster"] == expected.cluster.tolist()
    assert with_points["weighted_conductance"] == expected.weighted_conductance
    assert plain["weighted_conductance"] is None


def test_ids_of_every_kind(call, tmp_path):
    triangle = "{0} {1}\n{1} {2}\n{2} {0}\n{2} {3}\n{3} {4}\n{4} {5}\n{5} {3}\n"
    for number, ids in enumerate((["b", "07", "8", "d", "e", "f"], [5, 90, 10**12, 3, -4, 17])):
        path = tmp_path / f"g{number}.txt"
        path.write_text(triangle.format(*ids))
        words = ["--method", "acl", "--json"]
        facts = json.loads(call("local", path, f"--seed-node={ids[2]}", *words).out)
        assert sorted(facts["queries"][0]["cluster"], key=str) == sorted(ids[:3], key=str)
        assert call("local", path, "--seed-node", "0x5").code == 2


def test_directed_file_needs_a_word(call, tmp_path):
    path = tmp_path / "arcs.txt"
    path.write_text("# directed\n0 1\n1 2\n2 0\n")
    done = call("local", path, "-s", 0)
    assert (done.code, done.errors) == (
        1, [f"{path}: the graph is directed; --undirected ignores the directions"]
    )  # fmt: skip
    assert call("local", path, "-s", 0, "--undirected").code == 0


def test_weights_count_or_not(call, tmp_path):
    path = tmp_path / "path.txt"
    path.write_text("0 1 9\n1 2 1\n2 3 9\n")
    words = ["local", path, "-s", 0, "--method", "acl", "--json"]
    assert json.loads(call(*words).out)["conductance"] == pytest.approx(1 / 19)
    assert json.loads(call(*words, "--unweighted").out)["conductance"] == pytest.approx(1 / 3)


def test_many_files(call, planted, pairs):
    folder = planted.parent
    pairs.write_text("0 1\n1 2\n2 0\n")
    words = ["local", planted, pairs, "-s", 0, "--out-dir", folder / "out", "--report", "-"]
    done = call(*words, "-q", "-j", 2)
    assert (done.code, done.errors) == (0, [])
    assert {json.loads(line)["status"] for line in done.out.splitlines()} == {"ok"}
    assert (folder / "out" / "pairs.txt.cluster").exists()
    again = call(*words, "-q", "--resume")
    assert {json.loads(line)["status"] for line in again.out.splitlines()} == {"skipped"}


@pytest.mark.parametrize("method", ["wfd", "acl", "crd", "mqi"])
def test_pictures_are_the_same_each_time(call, planted, method):
    pytest.importorskip("matplotlib")
    picture = planted.with_name("picture.svg")
    words = ["local", planted, "-s", 0, "--method", method, "--plot", picture]
    assert call(*words).code == 0
    first = picture.read_bytes()
    assert call(*words).code == 0
    assert picture.read_bytes() == first


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "--seed-node, --seeds: one of them is needed"),
        (["-s", "a", "--seeds", "q"], "--seed-node, --seeds: only one of them can be given"),
        (["-s", "x"], "--seed-node: there is no node 'x'"),
        (["-s", "a", "--method", "best"], "--method: must be one of wfd, flow, acl"),
        (["-s", "a", "--alpha", 0.1], "--alpha: is for --method acl, l1, not wfd"),
        (["-s", "a", "--mass", 3], "--mass: is for --method flow, not wfd"),
        (["-s", "a", "--method", "flow"], "--mass: --method flow needs it"),
        (
            ["-s", "a", "--method", "flow", "--mass", "ax"],
            "--mass: must be a number, or a multiple",
        ),
        (["-s", "a", "--max-mass", "-3x"], "--max-mass: must be a finite number above 0, got -3"),
        (["-s", "a", "--method", "acl", "--alpha", 1], "--alpha: must be a finite number above 0"),
        (["-s", "a", "--gamma", 1], "--gamma: serves --attributes"),
        (["-s", "a", "--plot", "p.bmp"], "--plot: must end with one of"),
        (["-s", "a", "--format", "hmetis"], "is a netlist, this command takes graphs"),
    ],
)
def test_wrong_usage(call, pairs, words, message):
    done = call("local", pairs, *words)
    assert (done.code, len(done.errors)) == (2, 1)
    assert message in done.errors[0]
    assert [path.name for path in pairs.parent.iterdir()] == ["pairs.txt"]


def test_files_beside_the_graph_that_do_not_fit(call, pairs):
    seeds, table = pairs.with_name("q"), pairs.with_name("X.csv")
    for text, reason in (("a\nb x\n", f"{seeds}:2: there is no node 'x'"),
                         ("# nothing\n", "holds no query")):  # fmt: skip
        seeds.write_text(text)
        done = call("local", pairs, "--seeds", seeds)
        assert (done.code, len(done.errors)) == (1, 1)
        assert reason in done.errors[0]
    table.write_text("1,2\n3,4\n")
    done = call("local", pairs, "-s", "a", "--attributes", table)
    assert done.code == 1
    assert "holds 2 rows, expected 6, one per node" in done.errors[0]
    seeds.write_text("a\nf\n")
    done = call("local", pairs, "--seeds", seeds, "--plot", pairs.with_name("p.png"))
    assert done.code == 2
    assert "--plot: draws one cluster, --seeds asks for 2" in done.errors[0]
