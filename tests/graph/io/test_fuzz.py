"""Damaged files of every format give a graph or a GraphFormatError, nothing else."""

from __future__ import annotations

import io
import warnings

import numpy as np
import pytest

from partwise.errors import GraphFormatError
from partwise.graph import (
    Graph,
    Hypergraph,
    read_fixed,
    read_graph,
    read_hypergraph,
    read_labels,
    read_node_weights,
    read_partition,
    write_graph,
    write_hypergraph,
)

EDGES = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (6, 5)]
NAMES = ["a", "b", "7", "d", "ë", "f", "g"]
PLAIN = Graph.from_edges(EDGES, n_nodes=8)
WHOLE = Graph.from_edges(EDGES, [1, 2, 3, 4, 5, 6], node_weights=range(7))
NAMED = Graph.from_edges(EDGES, np.linspace(0.1, 1, 6), names=NAMES, node_weights=range(7))
NUMBERED = Graph.from_edges(EDGES, names=[5, 3, 99, 1000, -2, 10**12, 0], directed=True)


def file_of(thing, format):
    file = io.BytesIO()
    write = write_graph if isinstance(thing, Graph) else write_hypergraph
    write(thing, file, format=format)
    return file.getvalue()


def graph_case(graph, format):
    return file_of(graph, format), lambda file: read_graph(file, format=format)


HYPERGRAPH = Hypergraph.from_nets(
    [[0, 1, 2], [2, 3], [1, 4]], net_weights=[1, 2, 3], node_weights=range(5)
)
PLAIN_HYPERGRAPH = Hypergraph.from_nets([[0, 1, 2], [2, 3], [1, 4]])

CASES = {
    "edgelist": graph_case(PLAIN, "edgelist"),
    "edgelist-weights": graph_case(WHOLE, "edgelist"),
    "edgelist-names": graph_case(NAMED, "edgelist"),
    "edgelist-numbers": graph_case(NUMBERED, "edgelist"),
    "edgelist-networkx": (b"0 1 {'weight': 2.5}\n1 2 {\"weight\": 1}\n", read_graph),
    "metis": graph_case(PLAIN, "metis"),
    "metis-weights": graph_case(WHOLE, "metis"),
    "matrixmarket": graph_case(PLAIN, "matrixmarket"),
    "matrixmarket-weights": graph_case(
        Graph.from_edges(EDGES, np.linspace(0.1, 1, 6), directed=True), "matrixmarket"
    ),
    "npz": graph_case(NAMED, "npz"),
    "parquet": graph_case(NAMED, "parquet"),
    "graphml": graph_case(NAMED, "graphml"),
    "gml": graph_case(NAMED, "gml"),
    "hmetis": (file_of(HYPERGRAPH, "hmetis"), read_hypergraph),
    "incidence": (
        file_of(PLAIN_HYPERGRAPH, "matrixmarket"),
        lambda file: read_hypergraph(file, format="matrixmarket"),
    ),
    "partition": (b"0\n1\n2\n1\n", lambda file: read_partition(file, 4)),
    "fixed": (b"-1\n1\n-1\n1\n", lambda file: read_fixed(file, 4)),
    "node weights": (b"1\n2.5\n3e4\n", lambda file: read_node_weights(file, 3)),
    "labels": (b"a\t0\nb\t1\n", read_labels),
}

TOKENS = [b"\n", b" ", b"\t", b"\r", b"#", b"%", b"-1", b"0", b"9" * 25, b"1e400", b"nan", b"\0"]
TOKENS += [b"\xff", b"'", b"{", b"}", b":", b"[", b"]", b"<", b">", b'"', b"# nodes: 3\n", b","]


def damaged(data, rng):
    """Return `data` with one to four random edits."""
    data = bytearray(data)
    for _ in range(rng.integers(1, 5)):
        at = int(rng.integers(0, len(data) + 1))
        kind = rng.integers(0, 5)
        length = int(rng.integers(1, 9))
        if kind == 0:
            del data[at : at + length]
        elif kind == 1:
            data[at:at] = TOKENS[rng.integers(0, len(TOKENS))]
        elif kind == 2 and at < len(data):
            data[at] = rng.integers(0, 256)
        elif kind == 3:
            start = int(rng.integers(0, len(data) + 1))
            data[at:at] = data[start : start + 3 * length]
        elif rng.integers(0, 4) == 0:
            del data[at:]
    return bytes(data)


@pytest.mark.parametrize("case", CASES)
def test_damaged_files(case):
    data, read = CASES[case]
    rng = np.random.default_rng(len(case))
    rounds = 60 if case in ("graphml", "gml") else 250
    outcomes = {True: 0, False: 0}
    with warnings.catch_warnings():
        # scipy and networkx warn about some of this, which is fine.
        warnings.simplefilter("ignore")
        for _ in range(rounds):
            bad = damaged(data, rng)
            try:
                read(io.BytesIO(bad))
            except GraphFormatError:
                outcomes[False] += 1
            except Exception as error:
                raise AssertionError(f"{bad!r} raised {error!r}") from error
            else:
                outcomes[True] += 1
    assert outcomes[False] > 0, "the damage was never noticed"


@pytest.mark.parametrize("case", CASES)
def test_undamaged_files(case):
    data, read = CASES[case]
    read(io.BytesIO(data))
