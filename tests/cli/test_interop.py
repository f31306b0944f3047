"""Files go to METIS' own programs and come back (Debian package ``metis``)."""

import re
import shutil
import subprocess

import numpy as np
import pytest

from partwise.graph import Graph, delaunay_graph, write_graph

pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(
        not (shutil.which("gpmetis") and shutil.which("graphchk")),
        reason="gpmetis and graphchk are not installed",
    ),
]


@pytest.fixture(params=["plain", "edge weights", "node weights", "both", "isolated"])
def graph(request):
    base = delaunay_graph(300, random_state=0)
    src, dst, _ = base.to_edges()
    rng = np.random.default_rng(0)
    return Graph.from_edges(
        (src, dst),
        rng.integers(1, 9, len(src)) if request.param in ("edge weights", "both") else None,
        n_nodes=303 if request.param == "isolated" else 300,
        node_weights=rng.integers(1, 5, 300) if request.param in ("node weights", "both") else None,
    )


def test_metis_reads_what_we_write_and_we_read_what_it_writes(call, tmp_path, graph):
    write_graph(graph, tmp_path / "start.txt")
    path = tmp_path / "mesh.graph"
    assert call("convert", tmp_path / "start.txt", path).code == 0
    check = subprocess.run(["graphchk", path], capture_output=True, text=True, check=False)
    assert "The format of the graph is correct" in check.stdout

    run = subprocess.run(["gpmetis", path, "4"], capture_output=True, text=True, check=True)
    cut = re.search(r"Edgecut: (\d+)", run.stdout)[1]
    volume = re.search(r"communication volume: (\d+)", run.stdout)[1]
    done = call("evaluate", path, f"{path}.part.4")
    assert done.code == 0
    assert f"cut {cut}\n" in done.out
    assert f"communication_volume {volume}\n" in done.out

    improved = call(
        "partition", path, "-k", 4, "--input-partition", f"{path}.part.4", "-o", tmp_path / "ours"
    )
    assert improved.code == 0
    assert int(re.search(r"^cut (\d+)$", improved.out, re.M)[1]) <= int(cut)
