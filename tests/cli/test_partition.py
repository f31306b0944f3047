"""One graph through ``partwise partition``: the files it writes, and what it refuses."""

import gzip
import hashlib
import json
from itertools import pairwise

import numpy as np
import pytest

from partwise.graph import grid_graph, read_graph, write_graph
from partwise.metrics import edge_cut, imbalance, n_components_per_block
from partwise.partition import partition_graph


def test_default_output_lies_beside_the_input(call, grid, blocks_of):
    done = call("partition", grid, "-k", 2)
    assert (done.code, done.errors) == (0, [])
    blocks = blocks_of(f"{grid}.part.2")
    graph = read_graph(grid)
    assert np.bincount(blocks).max() <= 51
    assert f"cut {edge_cut(graph, blocks)}\n" in done.out
    assert f"output {grid}.part.2" in done.out.splitlines()
    assert sorted(path.name for path in grid.parent.iterdir()) == [
        "grid.graph",
        "grid.graph.part.2",
    ]


def test_same_as_the_function(call, grid, blocks_of):
    call("partition", grid, "-k", 5, "--seed", 3, "-e", 0.1, "--preset", "fast", "-q")
    graph = read_graph(grid)
    result = partition_graph(graph, 5, imbalance=0.1, preset="fast", random_state=3)
    assert blocks_of(f"{grid}.part.5").tolist() == result.labels.tolist()


def test_threads_change_nothing(call, grid):
    one, two = grid.parent / "one", grid.parent / "two"
    for threads, output in ((1, one), (2, two)):
        call("partition", grid, "-k", 6, "--trials", 2, "-T", threads, "-o", output, "-q")
    assert one.read_bytes() == two.read_bytes()


def test_json_report_can_be_recomputed(call, grid, blocks_of):
    report = grid.parent / "report.json"
    done = call("partition", grid, "-k", 4, "--seed", 7, "--json", report)
    assert done.code == 0
    facts = json.loads(report.read_text())
    graph, blocks = read_graph(grid), blocks_of(f"{grid}.part.4")
    assert facts["cut"] == edge_cut(graph, blocks)
    assert facts["imbalance"] == imbalance(graph, blocks, 4)
    assert facts["block_weights"] == np.bincount(blocks, minlength=4).tolist()
    assert (facts["n_nodes"], facts["n_edges"], facts["n_parts"]) == (100, 180, 4)
    assert (facts["feasible"], facts["seed"], facts["preset"]) == (True, 7, "default")
    assert facts["seconds"] > 0
    assert set(facts["times"]) == {"read", "solve", "write"}
    assert set(facts["versions"]) == {"partwise", "python", "numpy", "scipy", "numba"}
    assert facts["input_sha256"] == hashlib.sha256(grid.read_bytes()).hexdigest()


def test_json_to_stdout_is_nothing_but_json(call, grid):
    for words in (["--json", "-"], ["--json"], ["--json", "-q"]):
        done = call("partition", grid, "-k", 2, *words)
        assert json.loads(done.out)["n_parts"] == 2


def test_ids_and_their_blocks(call, pairs, blocks_of):
    labels = pairs.parent / "labels.tsv"
    done = call("partition", pairs, "-k", 2, "--labels", labels)
    assert done.code == 0
    rows = [line.split("\t") for line in labels.read_text().splitlines()]
    assert [row[0] for row in rows] == ["d", "e", "a", "b", "c", "f"]
    blocks = {name: int(block) for name, block in rows}
    assert blocks["a"] == blocks["b"] == blocks["c"] != blocks["d"]
    assert blocks["d"] == blocks["e"] == blocks["f"]
    assert blocks_of(f"{pairs}.part.2").tolist() == [int(row[1]) for row in rows]


def test_output_elsewhere_and_nowhere(call, grid, blocks_of):
    out = grid.parent / "deep" / "blocks"
    out.parent.mkdir()
    assert call("partition", grid, "-k", 2, "-o", out).code == 0
    assert len(blocks_of(out)) == 100
    assert call("partition", grid, "-k", 2, "-o", "none").code == 0
    assert not (grid.parent / "grid.graph.part.2").exists()


def test_pipes(spawn, grid):
    text = b"".join(b"%d %d\n" % (u, u + 1) for u in range(9))
    done = spawn("partition", "-", "-k", "2", stdin=text)
    assert done.returncode == 0, done.stderr
    blocks = done.stdout.split()
    assert len(blocks) == 10
    assert sum(a != b for a, b in pairwise(blocks)) == 1
    packed = spawn("partition", "-", "-k", "2", "-o", "-", stdin=gzip.compress(text))
    assert packed.stdout == done.stdout


def test_edge_weights_of_the_file_count_unless_told_not_to(call, tmp_path, blocks_of):
    # A ring of four in which the cheap cut separates 0, 3 from 1, 2.
    path = tmp_path / "ring.txt"
    path.write_text("0 1 1\n1 2 9\n2 3 1\n3 0 9\n")
    call("partition", path, "-k", 2, "-q")
    blocks = blocks_of(f"{path}.part.2")
    assert blocks[0] == blocks[3] != blocks[1] == blocks[2]
    assert "cut 2\n" in call("partition", path, "-k", 2, "--weights", "none").out


def test_node_weights_from_a_file(call, tmp_path, blocks_of):
    path, weights = tmp_path / "path.txt", tmp_path / "weights"
    path.write_text("0 1\n1 2\n2 3\n")
    weights.write_text("3\n1\n1\n1\n")
    done = call("partition", path, "-k", 2, "-e", 0, "--weights", weights)
    assert done.code == 0
    assert blocks_of(f"{path}.part.2").tolist() in ([0, 1, 1, 1], [1, 0, 0, 0])


def test_no_weights_means_node_weights_too(call, tmp_path):
    path = tmp_path / "heavy.graph"
    path.write_text("4 3 10\n30 2\n1 1 3\n1 2 4\n1 3\n")
    assert "feasible false" in call("partition", path, "-k", 2).out
    assert "feasible true" in call("partition", path, "-k", 2, "--weights", "none").out


@pytest.mark.parametrize("form", ["list", "file"])
def test_part_weights(call, grid, form):
    shares = "1,1,2"
    if form == "file":
        shares = grid.parent / "shares"
        shares.write_text("1\n1\n2\n")
    done = call("partition", grid, "-k", 3, "-e", 0, "--part-weights", shares, "--json", "-")
    assert json.loads(done.out)["block_weights"] == [25, 25, 50]


def test_fixed_nodes_stay(call, grid, blocks_of):
    fixed = np.full(100, -1)
    fixed[[0, 99, 50]] = 1, 1, 0
    path = grid.parent / "fixed"
    np.savetxt(path, fixed, fmt="%d")
    assert call("partition", grid, "-k", 2, "--fixed", path, "-q").code == 0
    assert blocks_of(f"{grid}.part.2")[[0, 99, 50]].tolist() == [1, 1, 0]


def test_input_partition_is_never_worsened(call, grid):
    start = grid.parent / "start"
    np.savetxt(start, np.arange(100) // 50, fmt="%d")
    assert "cut 10\n" in call("partition", grid, "-k", 2, "--input-partition", start).out


def test_contiguous_blocks(call, tmp_path, blocks_of):
    path = tmp_path / "grid.mtx"
    write_graph(grid_graph((15, 15)), path)
    assert call("partition", path, "-k", 7, "--contiguous", "-q").code == 0
    counts = n_components_per_block(read_graph(path), blocks_of(f"{path}.part.7"), 7)
    assert counts.tolist() == [1] * 7


def test_coordinates_for_the_picture(call, grid):
    points, picture = grid.parent / "xy", grid.parent / "grid.svg"
    np.savetxt(points, np.argwhere(np.ones((10, 10))))
    done = call("partition", grid, "-k", 4, "--plot", picture, "--coords", points)
    assert done.code == 0
    assert "<svg" in picture.read_text()


@pytest.mark.parametrize(
    ("suffix", "start"),
    [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF"), ("html", b"<!DO")],
)
def test_pictures(call, grid, suffix, start):
    picture = grid.parent / f"picture.{suffix}"
    assert call("partition", grid, "-k", 3, "--plot", picture).code == 0
    assert picture.read_bytes().startswith(start)


def test_infeasible_is_a_warning_and_a_result(call, tmp_path):
    path = tmp_path / "heavy.graph"
    path.write_text("4 3 10\n30 2\n1 1 3\n1 2 4\n1 3\n")
    done = call("partition", path, "-k", 2)
    assert done.code == 0
    assert len(done.errors) == 1
    assert done.errors[0].startswith(f"{path}: warning: block ")
    assert (tmp_path / "heavy.graph.part.2").exists()


def test_empty_graph_has_an_empty_result(call, tmp_path):
    path = tmp_path / "empty.txt"
    path.write_text("# nothing\n")
    done = call("partition", path, "-k", 3)
    assert done.code == 0
    assert (tmp_path / "empty.txt.part.3").read_text() == ""


@pytest.mark.parametrize(
    ("words", "about"),
    [
        (["-k", "0"], "-k: must be at least 1, got 0"),
        (["-k", "-3"], "-k: must be at least 1, got -3"),
        (["-k", "101"], "-k: must be at most the number of nodes, 100, got 101"),
        (["-k", "2", "-e", "-0.01"], "--imbalance: must be a finite number of at least 0"),
        (["-k", "2", "-e", "nan"], "--imbalance: must be a finite number of at least 0"),
        (["-k", "two"], "'-k'"),
        ([], "'-k'"),
        (["-k", "2", "--preset", "slow"], "'--preset'"),
        (["-k", "2", "--format", "dimacs"], "--format: must be one of edgelist, metis"),
        (["-k", "2", "--part-weights", "1,2,3"], "--part-weights: needs 2 numbers"),
        (["-k", "2", "--part-weights", "1,-2"], "--part-weights: must be finite and positive"),
        (["-k", "2", "--part-weights", "missing"], "--part-weights: missing: No such file"),
        (["-k", "2", "--time-limit", "0"], "--time-limit: must be positive"),
        (["-k", "2", "--plot", "p.bmp"], "--plot: must end with one of .png, .svg, .pdf, .html"),
        (["-k", "2", "--coords", "xy"], "--coords: serves --plot"),
        (["-k", "2", "-o", "-", "--json", "-"], "only one of them can go to standard output"),
        (["-k", "2", "--unknown"], "--unknown"),
    ],
)
def test_wrong_usage(call, grid, words, about):
    done = call("partition", grid, *words)
    assert done.code == 2
    assert len(done.errors) == 1
    assert done.errors[0].startswith("partwise partition: ")
    assert about in done.errors[0]
    assert [path.name for path in grid.parent.iterdir()] == ["grid.graph"]


def test_an_input_is_never_overwritten(call, grid):
    before = grid.read_bytes()
    for option in ("-o", "--json", "--labels"):
        done = call("partition", grid, "-k", 2, option, grid)
        assert done.code == 2
        assert "would be overwritten" in done.errors[0]
    assert grid.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("bad.txt", "0 1\n1\n", "bad.txt:2: "),
        ("bad.txt", "0 1 2\n1 2 nan\n", "bad.txt:2: "),
        ("bad.graph", "3 2\n2\n1\n", "bad.graph"),
        ("net.hgr", "1 2\n1 3\n", "net.hgr:2: "),
    ],
)
def test_bad_file_is_one_line(call, tmp_path, name, content, reason):
    path = tmp_path / name
    path.write_text(content)
    done = call("partition", path, "-k", 2)
    assert done.code == 1
    assert len(done.errors) == 1
    assert done.errors[0].startswith(str(path))
    assert reason in done.errors[0]
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_missing_file(call, tmp_path):
    path = tmp_path / "missing.txt"
    done = call("partition", path, "-k", 2)
    assert (done.code, done.errors) == (1, [f"{path}: No such file or directory"])


@pytest.mark.parametrize("option", ["--fixed", "--input-partition", "--weights"])
def test_side_file_of_the_wrong_length(call, grid, option):
    side = grid.parent / "side"
    side.write_text("0\n1\n")
    done = call("partition", grid, "-k", 2, option, side)
    assert done.code == 1
    assert done.errors[0].startswith(f"{grid}: {side}")


def test_directed_file_needs_a_word(call, tmp_path):
    path = tmp_path / "arcs.txt"
    path.write_text("# directed\n0 1\n1 2\n2 3\n")
    assert call("partition", path, "-k", 2).code == 1
    assert "cut 1\n" in call("partition", path, "-k", 2, "--undirected").out


def test_debug_shows_where(call, tmp_path):
    done = call("partition", tmp_path / "missing", "-k", 2, "--debug")
    assert done.code == 1
    assert "Traceback" in done.err


def test_verbose_and_quiet(call, grid):
    assert "reading" in call("partition", grid, "-k", 2, "-v").err
    done = call("partition", grid, "-k", 2, "-q")
    assert (done.out, done.errors) == ("", [])
