"""Where bytes come from and go to: files, pipes, standard streams, gzip, atomic writes."""

from __future__ import annotations

import gzip
import io
import os
import stat
import sys
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from partwise.errors import GraphFormatError
from partwise.graph import Graph, read_graph, write_graph
from partwise.graph.io import _source
from partwise.graph.io._atomic import atomic_write

GRAPH = Graph.from_edges([(0, 1), (1, 2)])
TEXT = b"# nodes: 3\n0 1\n1 2\n"


def test_atomic_write_replaces_and_keeps_permissions(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o640)
    with atomic_write(path) as file:
        file.write(b"new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_atomic_write_of_a_new_file_follows_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        with atomic_write(tmp_path / "file", "w") as file:
            file.write("ä\n")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o640
    assert (tmp_path / "file").read_bytes() == "ä\n".encode()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("exists", [True, False])
def test_a_failing_writer_leaves_nothing(tmp_path, error, exists):
    path = tmp_path / "file"
    if exists:
        path.write_text("old")

    def write_half():
        with atomic_write(path) as file:
            file.write(b"half")
            raise error

    with pytest.raises(error):
        write_half()
    assert [p.name for p in tmp_path.iterdir()] == (["file"] if exists else [])
    assert not exists or path.read_text() == "old"


def test_atomic_write_follows_links_and_refuses_folders(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    with atomic_write(tmp_path / "link") as file:
        file.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"
    with pytest.raises(IsADirectoryError), atomic_write(tmp_path):
        pass
    with pytest.raises(FileNotFoundError), atomic_write(tmp_path / "no" / "file"):
        pass
    with pytest.raises(ValueError, match="mode must be"), atomic_write(tmp_path / "x", "a"):
        pass
    with atomic_write(os.devnull) as file:
        file.write(b"gone")


@pytest.mark.parametrize("name", ["g.txt", "g.txt.gz", "g.mtx", "g.graph"])
def test_a_graph_that_cannot_be_written_leaves_the_old_file(tmp_path, name):
    path = tmp_path / name
    path.write_text("old")
    bad = Graph.from_edges([(0, 1), (1, 1)], [0.5, 0.5], names=["a b", "c"])
    with pytest.raises(ValueError, match=r"name|loop"):
        write_graph(bad, path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_standard_streams(monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(gzip.compress(TEXT))))
    output = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=output))
    write_graph(read_graph("-"), "-")
    assert output.getvalue() == TEXT
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"0 x\n")))
    with pytest.raises(GraphFormatError, match=r"^<stdin>:1: "):
        read_graph("-")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX")
def test_named_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(TEXT,))
    writer.start()
    assert read_graph(pipe).equals(GRAPH)
    writer.join()


def test_several_gzip_members(tmp_path):
    path = tmp_path / "g.gz"
    path.write_bytes(gzip.compress(TEXT[:14]) + gzip.compress(TEXT[14:]))
    assert read_graph(path).equals(GRAPH)


@pytest.mark.parametrize("cut", [3, 12, -9, -1])
def test_damaged_gzip(tmp_path, cut):
    path = tmp_path / "g.gz"
    path.write_bytes(gzip.compress(TEXT * 20)[:cut])
    with pytest.raises(GraphFormatError, match="damaged gzip data"):
        read_graph(path)


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_graph(tmp_path / "none")
    with pytest.raises(IsADirectoryError):
        read_graph(tmp_path)


def test_reading_leaves_the_stream_of_the_caller_open(tmp_path):
    path = tmp_path / "g"
    with path.open("wb") as file:
        write_graph(GRAPH, file)
        assert not file.closed
    with path.open("rb") as file:
        assert read_graph(file).equals(GRAPH)
        assert not file.closed


def test_large_files_are_read_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(_source, "_PIECE", 7)
    path = tmp_path / "g"
    rng = np.random.default_rng(0)
    for size in (14, 15, 20, 21, 22, 1000):
        content = rng.integers(1, 256, size, np.uint8).tobytes()
        path.write_bytes(content)
        assert _source.read_all(path).tobytes() == content + b"\n"


@pytest.mark.parametrize("change", [-30, -1, 0, 1, 30])
def test_files_that_change_size_while_they_are_read(tmp_path, monkeypatch, change):
    monkeypatch.setattr(_source, "_PIECE", 7)
    path = tmp_path / "g"
    content = bytes(range(1, 101))
    path.write_bytes(content)
    with path.open("rb", buffering=0) as file:
        data = _source._read_file(file, len(content) - change)
    assert data.tobytes() == content + b"\n"
