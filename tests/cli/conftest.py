"""Two ways to call the command: in this process, and as a process of its own."""

import os
import subprocess
import sys
from types import SimpleNamespace

import networkx as nx
import numpy as np
import pytest

from partwise.cli import main
from partwise.graph import grid_graph, write_graph


@pytest.fixture
def call(capfd):
    """Return a function that runs the command here; it gives code, out, err and their lines."""

    def run(*words):
        capfd.readouterr()
        code = main([str(word) for word in words])
        out, err = capfd.readouterr()
        # A first compilation may be announced in any test.
        errors = [line for line in err.splitlines() if not line.startswith("compiling kernels")]
        return SimpleNamespace(code=code, out=out, err=err, errors=errors)

    return run


@pytest.fixture
def command():
    """Return the start of a command line that runs partwise in a process of its own."""
    return [sys.executable, "-m", "partwise.cli"]


@pytest.fixture
def spawn(command):
    """Return a function that runs the command as a process of its own, to its end."""

    def run(*words, stdin=None, env=None, cwd=None, timeout=600):
        return subprocess.run(
            [*command, *map(str, words)],
            input=stdin,
            capture_output=True,
            env={**os.environ, **(env or {})},
            cwd=cwd,
            timeout=timeout,
            check=False,
        )

    return run


@pytest.fixture
def grid(tmp_path):
    """Return the path of a 10 x 10 grid as a METIS file."""
    path = tmp_path / "grid.graph"
    write_graph(grid_graph((10, 10)), path)
    return path


@pytest.fixture
def pairs(tmp_path):
    """Return the path of an edge list with words for ids: two triangles joined by one edge."""
    path = tmp_path / "pairs.txt"
    path.write_text("# two triangles\nd e\na b\nb c\nc a\ne f\nf d\nc d\n")
    return path


@pytest.fixture
def blocks_of():
    """Return a function that reads a partition file."""
    return lambda path: np.loadtxt(path, dtype=int, ndmin=1)


@pytest.fixture
def karate(tmp_path):
    """Return the path of an edge list of Zachary's karate club, with words for ids."""
    path = tmp_path / "karate.txt"
    path.write_text("".join(f"m{u} m{v}\n" for u, v in nx.karate_club_graph().edges()))
    return path
