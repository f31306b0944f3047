"""What a start of the command loads, says and survives."""

import json
import os
import subprocess
import sys

import pytest

import partwise
from partwise.graph import grid_graph, write_graph
from partwise.partition import Netlist, write_netlist

HEAVY = {"numpy", "scipy", "numba", "networkx", "sklearn", "pandas", "matplotlib", "torch"}

SIDE = ["--personalities", "ring.csv"]

LOADED = """
import json, sys
from partwise.cli import main
code = main(json.loads(sys.argv[1]))
names = sorted({name.partition(".")[0] for name in sys.modules})
print("LOADED", json.dumps([code, names]))
"""


def loaded_by(*words, cwd=None):
    """Return the exit code and the packages that a run of the command has loaded at its end."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, json.dumps([str(word) for word in words])],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=600,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("LOADED ")]
    assert lines, done.stderr
    code, names = json.loads(lines[-1].removeprefix("LOADED "))
    return code, set(names)


def write_ring(folder):
    """Write ring.hgr, 500 nodes of which every second one has two personalities, and ring.csv."""
    nets = [[v, (v + 1) % 500, (v + 9) % 500] for v in range(500)]
    ways = [[[9, 0], [0, 1]][: 1 + v % 2] for v in range(500)]
    ring = Netlist.from_arrays(500, nets, ways, resources=["LUT", "DSP"])
    write_netlist(ring, folder / "ring.hgr", folder / "ring.csv")


def test_version_loads_no_parser():
    code, names = loaded_by("--version")
    assert code == 0
    assert not names & {*HEAVY, "typer", "rich"}


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["partition", "--help"],
        ["cluster", "-h"],
        ["communities", "-h"],
        ["local", "-h"],
        ["sbm", "-h"],
        ["treemap", "-h"],
        ["evaluate", "-h"],
        ["warmup", "--help"],
        ["-V", "x"],
    ],
)
def test_help_loads_nothing_heavy(words):
    code, names = loaded_by(*words)
    assert code == 0
    assert not names & HEAVY


@pytest.mark.parametrize(
    "words",
    [
        ["partition", "x", "-k", "0"],
        ["cluster", "x", "-k", "0"],
        ["communities", "x", "--iterations", "0"],
        ["local", "x"],
        ["sbm", "x", "--blocks", "0"],
        ["treemap", "x", "--ratio", "0.5"],
        ["nothing"],
        ["info", "--no"],
    ],
)
def test_wrong_usage_loads_nothing_heavy(words):
    code, names = loaded_by(*words)
    assert code == 2
    assert not names & HEAVY


def test_a_run_imports_no_sklearn(grid):
    table = grid.parent / "labels.tsv"
    coordinates = grid.parent / "points.csv"
    coordinates.write_text("".join(f"{i % 7},{i * i % 11}\n" for i in range(50)))
    sizes = grid.parent / "sizes.csv"
    sizes.write_text("path,size\na/b,3\na/c,4\nd,5\n")
    for words in (
        ["partition", grid, "-k", 3, "--labels", table, "--json", grid.parent / "j", "--plot",
         grid.parent / "p.png"],
        ["evaluate", grid, table, "--compare", f"{grid}.part.3"],
        ["convert", grid, grid.parent / "copy.mtx"],
        ["info", grid],
        ["cluster", grid, "-k", 3, "--metric", "shortest-path", "--plot", grid.parent / "c.png"],
        ["cluster", coordinates, "-k", 3, "--plot", grid.parent / "c.svg"],
        ["cluster", coordinates, "-k", 3, "--algorithm", "fasterclara"],
        ["communities", grid, "--plot", grid.parent / "m.png"],
        ["communities", grid, "--method", "label-propagation"],
        ["local", grid, "-s", 0, "--plot", grid.parent / "l.png"],
        ["sbm", grid, "--bipartite", "auto", "--plot", grid.parent / "b.png"],
        ["treemap", sizes, "--out", grid.parent / "t.png"],
        ["treemap", sizes, "--out", grid.parent / "t.html"],
    ):  # fmt: skip
        code, names = loaded_by(*words)
        assert code == 0
        assert not names & {"sklearn", "pandas", "networkx", "torch"}


def test_a_run_with_a_netlist_imports_no_sklearn(tmp_path):
    write_ring(tmp_path)
    for words in (
        ["partition", "ring.hgr", "-k", 2, *SIDE, "--capacity", "LUT=2499,DSP=50", "--starts", 2,
         "--labels", "l.tsv", "--json", "r.json", "--plot", "p.png"],
        ["evaluate", "ring.hgr", "l.tsv", *SIDE, "-e", 0.1, "--compare", "l.tsv"],
        ["info", "ring.hgr", *SIDE],
    ):  # fmt: skip
        code, names = loaded_by(*words, cwd=tmp_path)
        assert code == 0
        assert not names & {"sklearn", "pandas", "networkx", "torch"}


@pytest.mark.parametrize("words", [["--version"], ["-V"]])
def test_version(call, words):
    done = call(*words)
    assert (done.code, done.out) == (0, f"partwise {partwise.__version__}\n")


def test_help_names_every_command_and_shows_examples(call):
    overview = call("--help").out
    for name in (
        "partition", "communities", "local", "sbm", "cluster", "treemap", "evaluate", "convert",
        "info", "warmup",
    ):  # fmt: skip
        assert name in overview
        done = call(name, "--help")
        assert done.code == 0
        assert f"partwise {name} " in done.out.split("Examples:")[1]


def test_no_command_shows_the_help(call):
    done = call()
    assert done.code == 2
    assert "partition" in done.out + done.err


def test_misspelt_command(call):
    done = call("partitio")
    assert done.code == 2
    assert len(done.errors) == 1
    assert "partition" in done.errors[0]


@pytest.mark.skipif(os.name == "nt", reason="pipes as POSIX has them")
@pytest.mark.parametrize(
    "words", [["--help"], ["info", "G"], ["info", "G", "G"], ["partition", "G", "-k", "2", "-o-"]]
)
def test_a_reader_that_leaves_is_no_error(command, grid, words):
    words = [str(grid) if word == "G" else word for word in words]
    process = subprocess.Popen(
        [*command, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.close()
    errors = process.stderr.read()
    assert process.wait(timeout=600) == 141
    assert not [x for x in errors.splitlines() if not x.startswith("compiling kernels")]


def test_first_compilation_is_announced_and_only_that(spawn, tmp_path):
    path = tmp_path / "g.graph"
    write_graph(grid_graph((3, 3)), path)
    cache = {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    first = spawn("convert", path, tmp_path / "g.txt", env=cache)
    assert first.returncode == 0, first.stderr
    notices = [x for x in first.stderr.splitlines() if x.startswith(b"compiling kernels")]
    assert len(notices) == 1
    again = spawn("convert", path, tmp_path / "g.txt", env=cache)
    assert (again.returncode, again.stderr) == (0, b"")


def test_an_unwritable_cache_is_survived(spawn, tmp_path):
    # A file where the cache folder should be: nothing can be kept there, even by root.
    (tmp_path / "file").touch()
    path = tmp_path / "g.graph"
    write_graph(grid_graph((3, 3)), path)
    cache = {"NUMBA_CACHE_DIR": str(tmp_path / "file" / "cache"), "TMPDIR": str(tmp_path)}
    done = spawn("convert", path, tmp_path / "g.mtx", "-q", env=cache)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "g.mtx").exists()


@pytest.mark.slow
def test_warmup_leaves_nothing_to_compile(spawn, tmp_path):
    cache = {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    done = spawn("warmup", env=cache, timeout=1800)  # compiles everything, perhaps on a busy core
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(b"compiling kernels") == 1
    again = spawn("warmup", env=cache)
    assert again.stderr == b""
    assert b"nothing to compile" in again.stdout

    graph = grid_graph((20, 20))
    for name in ("g.txt", "g.graph", "g.mtx", "g.npz"):
        write_graph(graph, tmp_path / name)
    (tmp_path / "weighted.txt").write_text("a b 1.5\nb c 2\nc d 1\nd a 0.5\n")
    (tmp_path / "sizes.csv").write_text("path,size\na/b,3\na/c,4\nd,5\n")
    (tmp_path / "sizes.du").write_text("1\ta/x\n3\ta\n")
    (tmp_path / "sizes.json").write_text('{"name": "a", "children": [{"name": "b", "value": 3}]}')
    (tmp_path / "ids.txt").write_text("900000000000 5\n5 77\n77 900000000000 \n")
    (tmp_path / "weights").write_text("2\n" * 400)
    (tmp_path / "fixed").write_text("1\n" + "-1\n" * 399)
    write_ring(tmp_path)
    for words in (
        ["g.txt", "-k", "3", "--preset", "fast", "--labels", "l.tsv", "--plot", "p.png"],
        ["g.graph", "-k", "4", "--contiguous", "--fixed", "fixed"],
        ["g.mtx", "-k", "2", "--weights", "weights", "--part-weights", "1,2"],
        ["g.npz", "-k", "5", "--preset", "quality"],
        ["g.npz", "-k", "6", "--preset", "jet", "--device", "cpu"],
        ["g.npz", "-k", "4", "--input-partition", "g.graph.part.4"],
        ["weighted.txt", "-k", "2"],
        ["ids.txt", "-k", "2"],
        ["ring.hgr", "-k", "4", "-e", "0.2", "--starts", "2"],
        ["ring.hgr", *SIDE, "-k", "2", "--labels", "r.tsv", "--plot", "r.png", "--starts", "2"],
        ["ring.hgr", *SIDE, "-k", "3", "-e", "0.2", "--objective", "km1", "--mapping", "random",
         "--starts", "2"],
        ["ring.hgr", *SIDE, "-k", "2", "--method", "klfm", "--selection", "classic", "--starts",
         "2", "--mapping", "universal", "--target-ratio", "LUT=9,DSP=1", "-e", "0.2"],
        ["ring.hgr", *SIDE, "-k", "1", "--method", "klfm", "--mapping", "min_variance"],
        ["ring.hgr", *SIDE, "-k", "3", "-e", "0.2", "--static", "--starts", "2"],
    ):  # fmt: skip
        done = spawn("partition", *words, env=cache, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, b""), words
    for words in (
        ["communities", "g.graph"],
        ["communities", "weighted.txt", "--min-size", "2"],
        ["communities", "g.graph", "--method", "label-propagation", "--device", "cpu"],
        ["local", "g.txt", "-s", "0", "--plot", "q.png"],
        ["local", "weighted.txt", "-s", "a", "--method", "acl"],
        ["sbm", "g.txt", "--bipartite", "auto", "--plot", "b.png", "--sweeps", "20"],
        ["sbm", "g.npz", "--nested", "--init", "g.txt.sbm", "--sweeps", "20"],
        ["treemap", "sizes.csv", "--out", "t.svg"],
        ["treemap", "sizes.du", "--method", "orthoconvex", "--out", "t.png", "--validate"],
        ["treemap", "sizes.json", "--method", "squarified", "--out", "t.html"],
    ):
        done = spawn(*words, env=cache, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, b""), words
    for words in (["g.graph", "g.graph.part.4", "l.tsv"], ["ring.hgr", "r.tsv", *SIDE]):
        done = spawn("evaluate", *words, env=cache, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, b""), words
