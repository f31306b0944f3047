"""Netlists on the command line: partition, evaluate and info, alone and in batches."""

import gzip
import json

import numpy as np
import pytest

from partwise.graph import grid_graph, write_graph
from partwise.partition import partition_netlist, read_netlist, rent_netlist, write_netlist

# A ring of four nodes. The first two fit a DSP block or 60 LUTs, the others take 5 LUTs.
RING = "4 4\n1 2\n2 3\n3 4\n4 1\n"
RING_TABLE = "node,LUT,DSP\n1,0,1\n1,60,0\n2,0,1\n2,60,0\n3,5,0\n4,5,0\n"


@pytest.fixture
def ring(tmp_path):
    """Return the path of the ring, with ring.csv beside it."""
    (tmp_path / "ring.csv").write_text(RING_TABLE)
    path = tmp_path / "ring.hgr"
    path.write_text(RING)
    return path


@pytest.fixture
def design(tmp_path):
    """Return the path of a netlist of 120 nodes, with design.csv beside it."""
    path = tmp_path / "design.hgr"
    write_netlist(rent_netlist(120, random_state=3), path, tmp_path / "design.csv")
    return path


def values(out):
    return dict(line.split(" ", 1) for line in out.splitlines())


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


# -- partition -------------------------------------------------------------------------------------


def test_two_multipliers_by_hand(call, ring, blocks_of):
    report, table = ring.parent / "report.json", ring.parent / "labels.tsv"
    done = call(
        "partition", ring, "--personalities", ring.parent / "ring.csv", "--capacity",
        "LUT=9,DSP=1", "-k", 2, "--starts", 5, "--json", report, "--labels", table,
    )  # fmt: skip
    assert (done.code, done.errors) == (0, [])
    facts = json.loads(report.read_text())
    blocks = blocks_of(f"{ring}.part.2")
    assert blocks[0] != blocks[1]
    assert blocks[2] != blocks[3]
    assert (facts["cut"], facts["connectivity"], facts["feasible"]) == (2, 2, True)
    assert (facts["n_nodes"], facts["n_nets"], facts["n_pins"], facts["n_parts"]) == (4, 4, 8, 2)
    assert facts["resources"] == ["LUT", "DSP"]
    assert facts["usage"] == [{"LUT": 5, "DSP": 1}] * 2
    assert facts["limits"] == [{"LUT": 9.0, "DSP": 1.0}] * 2
    assert facts["utilisation"] == [{"LUT": 5 / 9, "DSP": 1.0}] * 2
    assert facts["violation"] == [{"LUT": 0.0, "DSP": 0.0}] * 2
    assert facts["target"] == pytest.approx({"LUT": 12 * 0.9, "DSP": 12 * 0.1})
    assert (facts["seed"], facts["n_starts"], facts["max_imbalance"]) == (0, 5, None)
    assert facts["seconds"] > 0
    rows = [line.split("\t") for line in table.read_text().splitlines()]
    assert rows == [[str(v + 1), str(blocks[v]), "1"] for v in range(4)]
    found = values(done.out)
    assert (found["cut"], found["max_utilisation"], found["feasible"]) == ("2", "1.0", "true")
    assert found["output"] == f"{ring}.part.2"


def test_plain_hypergraph(call, design, blocks_of):
    done = call("partition", design, "-k", 4, "--imbalance", 0.1, "--starts", 3)
    assert (done.code, done.errors) == (0, [])
    blocks = blocks_of(f"{design}.part.4")
    assert np.bincount(blocks).max() <= 33
    found = values(done.out)
    assert found["cut"] == str(read_netlist(design).cut(blocks))
    assert float(found["imbalance"]) == pytest.approx(np.bincount(blocks).max() / 30 - 1)
    assert names_in(design.parent) == ["design.csv", "design.hgr", "design.hgr.part.4"]


def test_node_weights_of_the_file_count(call, tmp_path, blocks_of):
    path = tmp_path / "weighted.hgr"
    path.write_text("3 4 11\n5 1 2\n1 2 3\n5 3 4\n1\n1\n1\n1\n")
    assert "cut 1\n" in call("partition", path, "-k", 2, "--starts", 2).out
    path.write_text("3 4 11\n5 1 2\n1 2 3\n5 3 4\n3\n1\n1\n1\n")
    assert "cut 5\n" in call("partition", path, "-k", 2, "--starts", 2).out
    assert blocks_of(f"{path}.part.2").tolist() in ([0, 1, 1, 1], [1, 0, 0, 0])


@pytest.mark.filterwarnings("ignore::partwise.errors.InfeasibleWarning")
@pytest.mark.parametrize(
    ("words", "options"),
    [
        ([], {}),
        (["--method", "klfm", "--mapping", "random"], {"method": "klfm", "mapping": "random"}),
        (["--static", "--objective", "km1", "-k", 3], {"adaptive": False, "objective": "km1"}),
        (
            ["--selection", "classic", "--target-ratio", "BRAM=1,DSP=2,LUT=60, FF=90"],
            {"selection": "classic", "target_ratio": [60, 90, 2, 1]},
        ),
    ],
)
def test_same_as_the_function(call, design, words, options):
    side, table = design.parent / "design.csv", design.parent / "labels.tsv"
    done = call(
        "partition", design, "--personalities", side, "-k", 2, "--seed", 5, "-e", 0.8, "--starts",
        2, "--labels", table, *words, "-q",
    )  # fmt: skip
    assert (done.code, done.out) == (0, "")
    k = 3 if "-k" in words else 2
    result = partition_netlist(
        read_netlist(design, side), k, balance=0.8, n_starts=2, random_state=5, **options
    )
    rows = np.loadtxt(table, dtype=int)
    assert rows[:, 0].tolist() == list(range(1, 121))
    assert rows[:, 1].tolist() == result.labels.tolist()
    assert (rows[:, 2] - 1).tolist() == result.personality.tolist()


def test_json_names_what_changed(call, design):
    side = design.parent / "design.csv"
    words = ["partition", design, "--personalities", side, "-k", 2, "-e", 0.05, "--starts", 2]
    facts = json.loads(call(*words, "--json").out)
    netlist = read_netlist(design, side)
    result = partition_netlist(netlist, 2, balance=0.05, n_starts=2, random_state=0)
    assert facts["n_changed"] == len(facts["changed"]) == len(result.changed) > 0
    assert [change["node"] for change in facts["changed"]] == (result.changed + 1).tolist()
    for change in facts["changed"]:
        v = change["node"] - 1
        assert change["old"] == result.initial_personality[v] + 1
        assert change["new"] == result.personality[v] + 1
    file = design.parent / "report.json"
    call(*words, "--json", file)
    written = json.loads(file.read_text())
    assert written["changed"] == facts["changed"]
    assert written["usage"] == facts["usage"]
    assert set(written["times"]) == {"read", "solve", "write"}
    assert written["input_sha256"]
    assert call(*words, "--json", file, "--static").code == 0
    assert json.loads(file.read_text())["changed"] == []


def test_labels_without_personalities_have_two_columns(call, ring):
    table = ring.parent / "labels.tsv"
    assert call("partition", ring, "-k", 2, "--labels", table, "--starts", 1).code == 0
    rows = [line.split("\t") for line in table.read_text().splitlines()]
    assert [row[0] for row in rows] == ["1", "2", "3", "4"]
    assert {len(row) for row in rows} == {2}


def test_number_of_starts_depends_on_the_size(call, design, monkeypatch):
    from partwise.cli import _netlist_job

    def starts():
        done = call("partition", design, "-k", 2, "-e", 0.2, "--json", "--method", "klfm")
        return json.loads(done.out)["n_starts"]

    assert starts() == 50
    monkeypatch.setattr(_netlist_job, "_MANY_NODES", 119)
    assert starts() == 10


def test_compressed_and_json_files(call, ring):
    (ring.parent / "ring.hgr.gz").write_bytes(gzip.compress(RING.encode()))
    side = ring.parent / "ring.json"
    lists = [[[0, 1], [60, 0]], [[0, 1], [60, 0]], [[5, 0]], [[5, 0]]]
    side.write_text(json.dumps({"resources": ["LUT", "DSP"], "personalities": lists}))
    done = call(
        "partition", f"{ring}.gz", "--personalities", side, "--capacity", "LUT=9,DSP=1", "-k", 2,
        "--starts", 2,
    )  # fmt: skip
    assert values(done.out)["cut"] == "2"


def test_pipe(spawn, ring):
    words = ["partition", "-", "--format", "hmetis", "-k", "2", "--starts", "1"]
    done = spawn(*words, stdin=RING.encode())
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.split()) == [b"0", b"0", b"1", b"1"]


def test_infeasible_is_a_warning_and_a_result(call, ring):
    done = call(
        "partition", ring, "--personalities", ring.parent / "ring.csv", "--capacity",
        "LUT=4,DSP=2", "-k", 2, "--starts", 2,
    )  # fmt: skip
    assert done.code == 0
    assert "feasible false\n" in done.out
    assert len(done.errors) == 1
    assert done.errors[0].startswith(f"{ring}: warning: block ")
    assert "of LUT, allowed are 4" in done.errors[0]
    assert (ring.parent / "ring.hgr.part.2").exists()


def test_empty_netlist_has_an_empty_result(call, tmp_path):
    path, picture = tmp_path / "empty.hgr", tmp_path / "empty.svg"
    path.write_text("0 0\n")
    done = call("partition", path, "-k", 3, "--plot", picture)
    assert (done.code, done.errors) == (0, [])
    assert (tmp_path / "empty.hgr.part.3").read_text() == ""
    assert picture.exists()


@pytest.mark.parametrize(
    ("suffix", "start"),
    [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF"), ("html", b"<!DO")],
)
def test_pictures(call, ring, suffix, start):
    picture = ring.parent / f"picture.{suffix}"
    side = ring.parent / "ring.csv"
    words = ["partition", ring, "-k", 2, "--personalities", side, "--starts", 1, "-e", 0.5]
    assert call(*words, "--plot", picture).code == 0
    data = picture.read_bytes()
    assert data.startswith(start)
    assert call(*words, "--plot", picture).code == 0
    assert picture.read_bytes() == data


SIDE = ["--personalities", "ring.csv"]


@pytest.mark.parametrize(
    ("words", "about"),
    [
        (["--preset", "fast"], "--preset: is for graphs only"),
        (["--trials", "2"], "--trials: is for graphs only"),
        (["--weights", "none"], "--weights: is for graphs only"),
        (["--part-weights", "1,1"], "--part-weights: is for graphs only"),
        (["--fixed", "fix"], "--fixed: is for graphs only"),
        (["--input-partition", "start"], "--input-partition: is for graphs only"),
        (["--contiguous"], "--contiguous: is for graphs only"),
        (["--undirected"], "--undirected: is for graphs only"),
        (["--coords", "xy", "--plot", "p.svg"], "--coords: is for graphs only"),
        ([*SIDE, "--capacity", "LUT=9"], "--capacity: has no number for DSP; the netlist has LUT"),
        ([*SIDE, "--capacity", "LUT=9,DSP=1,FF=3"], "--capacity: names FF, which is no resource"),
        ([*SIDE, "--capacity", "LUT=9,dsp=1"], "no number for DSP and names dsp"),
        ([*SIDE, "--target-ratio", "LUT=9"], "--target-ratio: has no number for DSP"),
        (["--capacity", "weight=4", "-e", "0.1"], "--imbalance: has no effect beside --capacity"),
        (["--capacity", "LUT"], "--capacity: needs NAME=NUMBER,..., got 'LUT'"),
        (["--capacity", "=3"], "--capacity: needs NAME=NUMBER,..., got '=3'"),
        (["--capacity", "LUT=x"], "--capacity: LUT must be a number, at least 0, got 'x'"),
        (["--capacity", "LUT=-1"], "--capacity: LUT must be a number, at least 0, got '-1'"),
        (["--capacity", "LUT=nan"], "--capacity: LUT must be a number, at least 0, got 'nan'"),
        (["--capacity", "LUT=1,LUT=2"], "--capacity: names LUT twice"),
        (["--target-ratio", "LUT=0"], "--target-ratio: LUT must be a number, positive, got '0'"),
        (["--target-ratio", "LUT=inf"], "--target-ratio: LUT must be a number, positive"),
        (["--starts", "0"], "'--starts'"),
        (["--method", "fm"], "'--method'"),
        (["--mapping", "best"], "'--mapping'"),
        (["--selection", "all"], "'--selection'"),
        (["--objective", "soed"], "'--objective'"),
        (["-k", "5"], "-k: must be at most the number of nodes, 4, got 5"),
    ],
)
def test_wrong_usage(call, ring, monkeypatch, words, about):
    monkeypatch.chdir(ring.parent)
    done = call("partition", "ring.hgr", *([] if "-k" in words else ["-k", "2"]), *words)
    assert done.code == 2
    assert len(done.errors) == 1
    assert done.errors[0].startswith("partwise partition: ")
    assert about in done.errors[0]
    assert names_in(ring.parent) == ["ring.csv", "ring.hgr"]


@pytest.mark.parametrize(
    "words",
    [
        ["--personalities", "p.csv"], ["--capacity", "weight=9"], ["--target-ratio", "weight=1"],
        ["--mapping", "random"], ["--selection", "classic"], ["--static"], ["--method", "klfm"],
        ["--starts", "3"], ["--objective", "km1"],
    ],
)  # fmt: skip
def test_graphs_have_no_such_option(call, grid, words):
    done = call("partition", grid, "-k", 2, *words)
    assert done.code == 2
    assert len(done.errors) == 1
    assert f"{words[0]}: is for netlists only" in done.errors[0]
    assert str(grid) in done.errors[0]


def test_format_decides_what_a_file_is(call, ring):
    path = ring.parent / "ring.txt"
    path.write_text(RING)
    assert "n_nets 4\n" in call("partition", path, "-k", 2, "--format", "hmetis").out
    assert "n_edges" in call("partition", path, "-k", 2).out
    assert call("partition", ring, "-k", 2, "--format", "edgelist", "--starts", 2).code == 2


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("node,LUT\n1,2\n2,3\n3,4\n", "node 4 has no row"),
        ("node,LUT\n1,2\n2,3\n3,4\n4,-1\n", "LUT is '-1'"),
        ("name,LUT\n", "expected a header"),
    ],
)
def test_bad_personalities_are_one_line(call, ring, table, reason):
    side = ring.parent / "ring.csv"
    side.write_text(table)
    done = call("partition", ring, "-k", 2, "--personalities", side)
    assert done.code == 1
    assert len(done.errors) == 1
    assert done.errors[0].startswith(f"{ring}: {side}:")
    assert reason in done.errors[0]


def test_missing_personalities(call, ring):
    done = call("partition", ring, "-k", 2, "--personalities", ring.parent / "no.csv")
    assert done.code == 1
    assert done.errors == [f"{ring}: {ring.parent / 'no.csv'}: No such file or directory"]


# -- batches ---------------------------------------------------------------------------------------


@pytest.fixture
def several(tmp_path):
    """Return a list file and three netlists in it, with personalities beside them."""
    paths = []
    for n in (30, 40, 50):
        path = tmp_path / f"net{n}.hgr"
        write_netlist(rent_netlist(n, random_state=n), path, tmp_path / f"net{n}.csv")
        paths.append(path)
    (tmp_path / "list.txt").write_text("".join(f"{path}\n" for path in paths))
    return paths


@pytest.mark.parametrize("jobs", [1, 2])
def test_batch_resumes_unless_personalities_change(call, tmp_path, several, jobs):
    out, report = tmp_path / "out", tmp_path / "report.jsonl"

    def statuses():
        done = call(
            "partition", f"@{tmp_path}/list.txt", "--personalities", "{dir}/{stem}.csv", "-k", 2,
            "-e", 0.3, "--starts", 2, "--out-dir", out, "--json", "{stem}.json", "--report", report,
            "--labels", "{stem}.tsv", "--jobs", jobs, "--resume",
        )  # fmt: skip
        assert (done.code, done.errors) == (0, [])
        lines = {x["input"]: x for x in map(json.loads, report.read_text().splitlines())}
        for line in lines.values():
            assert line["n_nets"] > 0
            assert line["usage"]
        return [lines[str(path)]["status"] for path in several], done.out.splitlines()

    first, lines = statuses()
    assert first == ["ok"] * 3
    assert len(lines) == 3
    assert all("\tn_nets=" in line and "\tfeasible=" in line for line in lines)
    assert statuses() == (["skipped"] * 3, [])
    side = tmp_path / "net40.csv"
    side.write_text(side.read_text() + "# the same, but who knows\n")
    assert statuses()[0] == ["skipped", "ok", "skipped"]
    for path in several:
        facts = json.loads((out / f"{path.stem}.json").read_text())
        assert len((out / f"{path.stem}.tsv").read_text().splitlines()) == facts["n_nodes"]


def test_graphs_and_netlists_in_one_batch(call, tmp_path, ring, grid):
    done = call("partition", ring, grid, "-k", 2, "-e", 0.1, "--out-dir", tmp_path / "out")
    assert (done.code, done.errors) == (0, [])
    netlist, graph = sorted(done.out.splitlines(), reverse=True)
    assert netlist.startswith(f"{ring}\tn_nodes=4\tn_nets=4\tn_pins=8\tcut=2\tconnectivity=2\t")
    assert graph.startswith(f"{grid}\tn_nodes=100\tn_edges=180\tcut=")
    for option in ("--preset=fast", "--starts=2"):
        done = call("partition", ring, grid, "-k", 2, option)
        assert done.code == 2
        assert str(ring if option == "--preset=fast" else grid) in done.errors[0]


def test_one_pipe_for_two_is_refused(call, ring, several):
    done = call("partition", *several, "-k", 2, "--personalities", "-")
    assert (done.code, len(done.errors)) == (2, 1)
    done = call("partition", "-", "-k", 2, "--personalities", "-", "--format", "hmetis")
    assert (done.code, len(done.errors)) == (2, 1)


def test_personalities_are_never_overwritten(call, ring):
    side = ring.parent / "ring.csv"
    for option in ("-o", "--json", "--labels"):
        done = call("partition", ring, "--personalities", side, "-k", 2, option, side)
        assert done.code == 2
        assert "would be overwritten" in done.errors[0]
    assert side.read_text() == RING_TABLE


# -- evaluate and info -----------------------------------------------------------------------------


def test_evaluate_by_hand(call, tmp_path):
    path, blocks = tmp_path / "net.hgr", tmp_path / "blocks"
    path.write_text("3 5 1\n2 1 2\n3 2 3 5\n7 4 5\n")
    blocks.write_text("0\n0\n1\n2\n2\n")
    done = call("evaluate", path, blocks, "-e", 0.2)
    assert (done.code, done.errors) == (0, [])
    found = values(done.out)
    assert found.pop("seconds")
    assert found == {
        "n_nodes": "5",
        "n_nets": "3",
        "n_pins": "7",
        "n_parts": "3",
        "cut": "3",
        "connectivity": "6",
        "n_cut_nets": "1",
        "n_empty": "0",
        "imbalance": "0.2",
        "max_block_weight": "2",
        "min_block_weight": "1",
        "feasible": "true",
    }
    assert values(call("evaluate", path, blocks, "-e", 0.19).out)["feasible"] == "false"
    assert values(call("evaluate", path, blocks, "-k", 4).out)["n_empty"] == "1"


def test_evaluate_says_what_blocks_use(call, ring):
    table = ring.parent / "labels.tsv"
    table.write_text("4\t1\t1\n1\t0\t2\n2\t0\t1\n3\t1\t1\n")  # in any order
    side = ["--personalities", ring.parent / "ring.csv"]
    found = values(call("evaluate", ring, table, *side).out)
    assert found.pop("seconds")
    assert found == {
        "n_nodes": "4", "n_nets": "4", "n_pins": "8", "n_parts": "2", "cut": "2",
        "connectivity": "2", "n_cut_nets": "2", "n_empty": "0", "imbalance": "1.0",
        "total.LUT": "70", "total.DSP": "1",
        "usage.0.LUT": "60", "usage.0.DSP": "1", "usage.1.LUT": "10", "usage.1.DSP": "0",
    }  # fmt: skip
    limits = ["--capacity", "DSP=1,LUT=55.5"]
    found = values(call("evaluate", ring, table, *side, *limits).out)
    assert found["feasible"] == "false"
    assert (found["limits.0.LUT"], found["limits.1.DSP"]) == ("55.5", "1.0")
    assert (found["violation.0.LUT"], found["violation.0.DSP"]) == ("4.5", "0.0")
    facts = json.loads(call("evaluate", ring, table, *side, *limits, "--json").out)
    assert facts["usage"] == [{"LUT": 60, "DSP": 1}, {"LUT": 10, "DSP": 0}]
    # without the file the third column says nothing, and the rest is the same
    found = values(call("evaluate", ring, table).out)
    assert (found["cut"], found["n_cut_nets"]) == ("2", "2")
    assert not any(name.startswith(("usage", "imbalance")) for name in found)


def test_what_partition_writes_is_what_evaluate_finds(call, design):
    side, report = design.parent / "design.csv", design.parent / "report.json"
    table = design.parent / "labels.tsv"
    call(
        "partition", design, "--personalities", side, "-k", 3, "-e", 0.1, "--starts", 2, "--json",
        report, "--labels", table, "-q",
    )  # fmt: skip
    facts = json.loads(report.read_text())
    words = ["evaluate", design, table, "--personalities", side, "-e", 0.1, "--json"]
    found = json.loads(call(*words).out)
    same = ("cut", "connectivity", "usage", "limits", "violation", "imbalance", "feasible")
    assert {key: found[key] for key in same} == {key: facts[key] for key in same}
    blocks = f"{design}.part.3"
    assert values(call("evaluate", design, blocks).out)["cut"] == str(facts["cut"])


def test_evaluate_compares(call, ring):
    one, two = ring.parent / "one", ring.parent / "two"
    one.write_text("0\n0\n1\n1\n")
    two.write_text("0\n1\n0\n1\n")
    found = values(call("evaluate", ring, one, "--compare", two).out)
    assert (found["cut"], found["compare1.cut"], found["compare1.cut_ratio"]) == ("2", "4", "2.0")
    assert found["compare1.same_block"] == "0.5"


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("1\t0\t1\n2\t0\t1\n3\t1\t1\n", "expected 4 lines"),
        ("1\t0\t1\n2\t0\t1\n3\t1\t1\n4\t1\t1\n4\t1\t1\n", "labels.tsv:5: expected 4 lines"),
        ("1\t0\t1\n2\t0\t1\n3\t1\t1\n3\t1\t1\n", "labels.tsv:4: node 3 is there already"),
        ("0\t0\t1\n1\t0\t1\n2\t1\t1\n3\t1\t1\n", "labels.tsv:1: node 0, allowed are 1 to 4"),
        ("1\t0\t1\n2\t0\n3\t1\t1\n4\t1\t1\n", "labels.tsv:2: 2 numbers, expected 3"),
        ("1\t0\t1\t1\n", "labels.tsv:1: 4 numbers"),
        ("1\t-1\t1\n2\t0\t1\n3\t1\t1\n4\t1\t1\n", "labels.tsv:1: block -1"),
        (
            "1\t0\t3\n2\t0\t1\n3\t1\t1\n4\t1\t1\n",
            "has personality 3 for node 1, allowed are 1 to 2",
        ),
        ("1\t0\n2\t0\n3\t1\n4\t1\n", "does not say which personality"),
        ("0\n0\n1\n1\n", "does not say which personality"),
        ("a\t0\t1\n", "expected integers"),
    ],
)
def test_tables_that_do_not_fit_the_netlist(call, ring, table, reason):
    path = ring.parent / "labels.tsv"
    path.write_text(table)
    done = call("evaluate", ring, path, "--personalities", ring.parent / "ring.csv")
    assert done.code == 1
    assert len(done.errors) == 1
    assert done.errors[0].startswith(f"{ring}: {path}")
    assert reason in done.errors[0]


@pytest.mark.parametrize(
    ("words", "about"),
    [
        (["--weights", "none"], "--weights: is for graphs only"),
        (["--part-weights", "1,1", "-k", "2"], "--part-weights: is for graphs only"),
        (["--undirected"], "--undirected: is for graphs only"),
        (["--capacity", "LUT=9"], "--capacity: has no number for weight and names LUT"),
        (["--capacity", "weight=9", "-e", "0"], "--imbalance: has no effect beside --capacity"),
    ],
)
def test_evaluate_wrong_usage(call, ring, words, about):
    blocks = ring.parent / "blocks"
    blocks.write_text("0\n0\n1\n1\n")
    done = call("evaluate", ring, blocks, *words)
    assert (done.code, len(done.errors)) == (2, 1)
    assert about in done.errors[0]


def test_limits_of_unknown_personalities(call, ring):
    table = ring.parent / "labels.tsv"
    table.write_text("1\t0\t1\n2\t0\t1\n3\t1\t1\n4\t1\t1\n")
    done = call("evaluate", ring, table, "-e", 0.1)
    assert done.code == 2
    assert "needs --personalities" in done.errors[0]


def test_evaluate_knows_netlist_options_for_netlists_only(call, grid):
    blocks = grid.parent / "blocks"
    blocks.write_text("0\n" * 100)
    for words in (["--personalities", "p.csv"], ["--capacity", "weight=1"]):
        done = call("evaluate", grid, blocks, *words)
        assert (done.code, len(done.errors)) == (2, 1)
        assert "is for netlists only" in done.errors[0]


def test_info(call, ring):
    found = values(call("info", ring).out)
    assert (found["format"], found["n_nodes"], found["n_nets"]) == ("hmetis", "4", "4")
    assert (found["mean_net_size"], found["n_components"]) == ("2.0", "1")
    found = values(call("info", ring, "--personalities", ring.parent / "ring.csv").out)
    assert (found["n_personalities"], found["n_flexible"], found["max_personalities"]) == (
        "6",
        "2",
        "2",
    )
    assert [found[f"least_use.{name}"] for name in ("LUT", "DSP")] == ["10", "0"]
    assert [found[f"most_use.{name}"] for name in ("LUT", "DSP")] == ["130", "2"]
    facts = json.loads(
        call("info", ring, "--personalities", "{dir}/{stem}.csv", "--json-lines").out
    )
    assert facts["resources"] == ["LUT", "DSP"]
    assert facts["most_use"] == {"LUT": 130, "DSP": 2}


def test_info_of_pieces_and_of_nothing(call, tmp_path):
    path = tmp_path / "net.hgr"
    path.write_text("2 6 1\n4 1 2\n9 3 4\n")
    found = values(call("info", path).out)
    assert (found["n_components"], found["largest_component"], found["n_isolated"]) == (
        "4",
        "2",
        "2",
    )
    assert (found["min_net_weight"], found["max_net_weight"]) == ("4", "9")
    path.write_text("0 3\n")
    assert values(call("info", path).out)["n_components"] == "3"
    path.write_text("0 0\n")
    assert values(call("info", path).out)["n_nodes"] == "0"


def test_info_of_graphs_has_no_personalities(call, tmp_path):
    path = tmp_path / "g.graph"
    write_graph(grid_graph((3, 3)), path)
    done = call("info", path, "--personalities", "p.csv")
    assert (done.code, len(done.errors)) == (2, 1)
