"""METIS graph files."""

from __future__ import annotations

import io

import numpy as np
import pytest

from partwise.errors import GraphFormatError
from partwise.graph import Graph, read_graph, write_graph
from partwise.graph.io._rows import scan_rows
from partwise.graph.io._source import read_text


def read(text, **options):
    return read_graph(io.BytesIO(text.encode()), format="metis", **options)


def written(graph, **options):
    file = io.BytesIO()
    write_graph(graph, file, format="metis", **options)
    return file.getvalue().decode()


# A triangle 1-2-3 with the pendant edge 3-4; edge weights 5, 6, 7, 8; node weights 1..4.
PATHS = {
    "": "4 4\n2 3\n1 3\n1 2 4\n3\n",
    "0": "4 4 0\n2 3\n1 3\n1 2 4\n3\n",
    "1": "4 4 1\n2 5 3 6\n1 5 3 7\n1 6 2 7 4 8\n3 8\n",
    "001": "4 4 001\n2 5 3 6\n1 5 3 7\n1 6 2 7 4 8\n3 8\n",
    "10": "4 4 10\n1 2 3\n2 1 3\n3 1 2 4\n4 3\n",
    "10 1": "4 4 10 1\n1 2 3\n2 1 3\n3 1 2 4\n4 3\n",
    "11": "4 4 11\n1 2 5 3 6\n2 1 5 3 7\n3 1 6 2 7 4 8\n4 3 8\n",
    "100": "4 4 100\n9 2 3\n9 1 3\n9 1 2 4\n9 3\n",
    "101": "4 4 101\n9 2 5 3 6\n9 1 5 3 7\n9 1 6 2 7 4 8\n9 3 8\n",
    "110": "4 4 110\n9 1 2 3\n9 2 1 3\n9 3 1 2 4\n9 4 3\n",
    "111 1": "4 4 111 1\n9 1 2 5 3 6\n9 2 1 5 3 7\n9 3 1 6 2 7 4 8\n9 4 3 8\n",
}


@pytest.mark.parametrize("fmt", PATHS)
def test_every_format_code(fmt):
    graph = read(PATHS[fmt])
    digits = fmt.split(" ")[0].zfill(3)
    weights = [5, 6, 7, 8] if digits[2] == "1" else None
    node_weights = [1, 2, 3, 4] if digits[1] == "1" else None
    expected = Graph.from_edges(
        [(0, 1), (0, 2), (1, 2), (2, 3)], weights, node_weights=node_weights
    )
    assert graph.equals(expected)
    assert read(written(graph)).equals(graph)


def test_comments_blank_lines_and_order():
    text = "% first\n\n  5 2  \n%\n3 2\n 1\r\n%x\n1\n\n"
    graph = read(text + "\n\n% last\n")
    assert graph.equals(Graph.from_edges([(0, 1), (0, 2)], n_nodes=5))
    assert read("0 0\n").n_nodes == 0
    assert read("1 0\n\n").n_nodes == 1


def test_what_is_written():
    graph = Graph.from_edges([(0, 2), (2, 1)], [3.0, 4.0], n_nodes=4, node_weights=[0, 1, 2, 3])
    assert written(graph) == "4 2 011\n0 3 3\n1 3 4\n2 1 3 2 4\n3\n"
    assert written(Graph.from_edges([(0, 1)], n_nodes=3)) == "3 1\n2\n1\n\n"


@pytest.mark.parametrize("chunk", [1, 3, 7, 1000])
def test_rows_in_chunks_of_any_size(chunk):
    text = read_text(io.BytesIO(b"1 2\n\n% c\n-3 \n 4\t5 # d\n6"))
    rows = scan_rows(text, skip_blank=False, chunk=chunk)
    assert [rows.row(i).tolist() for i in range(len(rows))] == [[1, 2], [], [-3], [4, 5], [6]]
    assert [text.line_of(int(at)) for at in rows.offsets] == [1, 2, 4, 5, 6]
    assert len(scan_rows(text, skip_blank=True, chunk=chunk)) == 4


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "expected a header"),
        ("% only\n", 1, "expected a header"),
        ("5\n", 1, "found 1 numbers"),
        ("1 0 0 1 1\n\n", 1, "found 5 numbers"),
        ("-1 0\n", 1, "-1 nodes"),
        ("2 1 7\n2\n1\n", 1, "format code 7"),
        ("2 1 -1\n2\n1\n", 1, "format code -1"),
        ("2 1 10 2\n1 1 2\n1 1 1\n", 1, "2 weights per vertex"),
        ("2 1 1 3\n2 1\n1 1\n", 1, "3 weights per vertex"),
        ("2 1\n2\n", 2, "2 nodes, but only 1 lines"),
        ("2 1\n2\n1\n\n1\n", 5, "one line more"),
        ("2 1\n2\nx\n", 3, "expected integers, found 'x'"),
        ("2 1\n2\n1.5\n", 3, "found '1.5'"),
        (f"2 1\n2\n{2**64}\n", 3, "does not fit 64 bits"),
        ("2 2\n2\n1\n", 1, "says 2 edges, but the lines list 2"),
        ("2 1\n2\n3\n", 3, "neighbour 3, allowed are 1 to 2"),
        ("2 1\n2\n0\n", 3, "neighbour 0"),
        ("2 1\n1\n1\n", 2, "its own neighbour"),
        ("3 2\n2\n1 1\n1\n", 3, "listed twice"),
        ("3 2 1\n2 1\n1 1 1 1\n1 1\n", None, "occurs more than once"),
        ("3 2\n2 3\n1 3\n\n", 2, "nodes 1 and 3 is not listed in both"),
        ("2 1 1\n2 5\n1 6\n", 2, "nodes 1 and 2 is not listed in both"),
        ("2 1 1\n2 5\n1\n", 3, "pairs"),
        ("2 1 1\n2 0\n1 0\n", 2, "edge weight 0"),
        ("2 1 10\n-1 2\n1 1\n", 2, "vertex weight -1"),
        ("2 1 10\n1 2\n\n", 3, "0 numbers, expected a vertex size or weight"),
        ("2 1 100\n\n1 1\n", 2, "0 numbers"),
        ("2 1\n2\n1 \0\n", 3, "NUL|expected integers"),
    ],
)
def test_faults(text, line, reason):
    with pytest.raises(GraphFormatError, match=reason) as error:
        read(text)
    assert error.value.line == line


def test_what_the_format_cannot_hold():
    edges = [(0, 1), (1, 2)]
    for graph, reason in [
        (Graph.from_edges(edges, directed=True), "undirected graphs only"),
        (Graph.from_edges([(0, 0), (0, 1)]), "no self-loops"),
        (Graph.from_edges(edges, [1.0, 2.5]), r"weights\[2\] is 2.5"),
        (Graph.from_edges(edges, node_weights=[1, 0.5, 1]), r"node_weights\[1\] is 0.5"),
        (Graph.from_edges(edges, names=["a", "b", "c"]), "no names"),
    ]:
        with pytest.raises(ValueError, match=reason):
            written(graph)
    named = Graph.from_edges(edges, names=["a", "b", "c"])
    assert read(written(named, names=False)).equals(Graph.from_edges(edges))
    with pytest.raises(ValueError, match="directed=True"):
        read(PATHS[""], directed=True)


def test_weights_can_be_ignored():
    assert read(PATHS["11"], weights="none").weights is None


def test_larger_graph_in_parallel():
    rng = np.random.default_rng(0)
    graph = Graph.from_edges(rng.integers(0, 30_000, (150_000, 2)), n_nodes=30_001)
    graph = graph.without_self_loops()
    assert read(written(graph)).equals(graph)
