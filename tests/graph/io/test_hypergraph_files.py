"""hMETIS files and incidence matrices."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.errors import GraphFormatError
from partwise.graph import Hypergraph, read_hypergraph, write_hypergraph


def read(text, **options):
    return read_hypergraph(io.BytesIO(text.encode()), **options)


def written(hypergraph, **options):
    file = io.BytesIO()
    write_hypergraph(hypergraph, file, **options)
    return file.getvalue().decode()


NETS = [[0, 1], [0, 6, 4, 5], [4, 5, 3], [1, 2, 3]]
BODY = ["1 2", "1 7 5 6", "5 6 4", "2 3 4"]


@pytest.mark.parametrize("fmt", ["", " 0", " 1", " 10", " 11"])
def test_every_format_code(fmt):
    net_weights = [2, 3, 8, 7] if fmt.endswith("1") else None
    node_weights = [5, 1, 8, 7, 3, 9, 3] if fmt in (" 10", " 11") else None
    lines = ["% comment", f"4 7{fmt}"]
    lines += [
        line if net_weights is None else f"{w} {line}"
        for w, line in zip(net_weights or [0] * 4, BODY)
    ]
    lines += [str(w) for w in node_weights or []]
    hypergraph = read("\n".join(lines))
    expected = Hypergraph.from_nets(
        NETS, n_nodes=7, net_weights=net_weights, node_weights=node_weights
    )
    assert hypergraph.equals(expected)
    assert read(written(hypergraph)).equals(hypergraph)


def test_repeated_pins_single_pins_and_blank_lines():
    hypergraph = read("3 4\n1 1 2\n\n3\n% c\n2 3\n\n")
    assert hypergraph.n_pins == 5
    assert hypergraph.n_nodes == 4
    assert read("0 3\n").n_nodes == 3


def test_fixed_blocks():
    hypergraph, fixed = read("1 3\n1 2 3\n", fixed=io.BytesIO(b"-1\n0\n2\n"))
    assert hypergraph.n_nodes == 3
    assert fixed.tolist() == [-1, 0, 2]
    assert fixed.dtype == np.int32
    with pytest.raises(GraphFormatError, match="3 lines"):
        read("1 3\n1 2 3\n", fixed=io.BytesIO(b"-1\n0\n"))


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "header"),
        ("3\n", 1, "found 1 numbers"),
        ("1 2 5\n1 2\n", 1, "format code 5"),
        ("-1 2\n", 1, "-1 nets"),
        ("2 2\n1 2\n", 2, "2 lines"),
        ("1 2\n1 2\n1\n", 3, "one more"),
        ("1 2\n1 3\n", 2, "pin 3, allowed are 1 to 2"),
        ("2 3\n1 2\n2 0\n", 3, "pin 0"),
        ("1 2 1\n-1 1\n", 2, "net weight -1"),
        ("1 2 10\n1 2\n1\n-1\n", 4, "node weight -1"),
        ("1 2 10\n1 2\n1\n1 2\n", 4, "2 numbers"),
        ("1 2\n1 a\n", 2, "found 'a'"),
    ],
)
def test_faults(text, line, reason):
    with pytest.raises(GraphFormatError, match=reason) as error:
        read(text)
    assert error.value.line == line


def test_what_the_format_cannot_hold():
    for hypergraph, reason in [
        (Hypergraph.from_nets(NETS, names=list("abcdefg")), "no names"),
        (Hypergraph.from_nets(NETS, net_weights=[1, 2, 3, 0.5]), r"net_weights\[3\] is 0.5"),
        (Hypergraph.from_nets(NETS, node_weights=np.ones((7, 2))), "one weight per node"),
        (Hypergraph.from_nets([[0], []]), "net 1 has none"),
    ]:
        with pytest.raises(ValueError, match=reason):
            written(hypergraph)
    named = Hypergraph.from_nets(NETS, names=list("abcdefg"))
    assert read(written(named, names=False)).equals(Hypergraph.from_nets(NETS))
    with pytest.raises(TypeError, match="must be a Hypergraph"):
        write_hypergraph(NETS, io.BytesIO())


def test_incidence_matrix():
    hypergraph = Hypergraph.from_nets([*NETS, []], n_nodes=9)
    text = written(hypergraph, format="matrixmarket")
    assert text.startswith("%%MatrixMarket matrix coordinate pattern general\n9 5 12\n")
    assert read(text, format="matrixmarket").equals(hypergraph)
    weighted = Hypergraph.from_nets(NETS, net_weights=[1, 1, 1, 1])
    with pytest.raises(ValueError, match="no net_weights"):
        written(weighted, format="matrixmarket")


@given(
    st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=6), max_size=8),
    st.booleans(),
    st.booleans(),
)
def test_round_trip(nets, with_net_weights, with_node_weights):
    hypergraph = Hypergraph.from_nets(
        nets,
        n_nodes=11,
        net_weights=list(range(len(nets))) if with_net_weights else None,
        node_weights=list(range(11)) if with_node_weights else None,
    )
    back = read(written(hypergraph))
    if nets or not with_net_weights:
        assert back.equals(hypergraph)
