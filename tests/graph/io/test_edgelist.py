"""Edge lists: what a file means, how it is read in pieces, and what is wrong with bad ones."""

from __future__ import annotations

import io
import re

import networkx as nx
import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partwise.errors import GraphFormatError
from partwise.graph import Graph, read_graph, write_graph
from partwise.graph.io import _relabel
from partwise.graph.io._edgelist import parse_edge_list, read_edge_list
from partwise.graph.io._source import read_text


def read(text, **options):
    data = text.encode() if isinstance(text, str) else text
    return read_graph(io.BytesIO(data), **options)


def written(graph, **options):
    file = io.BytesIO()
    write_graph(graph, file, **options)
    return file.getvalue()


def edges_of(graph):
    """Return the edges as a set of frozensets of ids, with weights."""
    src, dst, weights = graph.to_edges()
    ids = range(graph.n_nodes) if graph.names is None else graph.names.tolist()
    values = np.ones(len(src)) if weights is None else weights
    return {(frozenset((ids[u], ids[v])), w) for u, v, w in zip(src, dst, values.tolist())}


# -- what a file means ---------------------------------------------------------------------------


def test_integer_ids_are_ordered_by_value():
    graph = read("30 7\n7 -2\n")
    assert graph.names.tolist() == [-2, 7, 30]
    assert graph.names.dtype == np.int64
    assert graph.indices.tolist() == [1, 0, 2, 1]


def test_words_are_ordered_by_first_appearance():
    graph = read("pear fig\nfig 10\nähre pear\n")
    assert graph.names.tolist() == ["pear", "fig", "10", "ähre"]


def test_ids_from_zero_on_are_no_names():
    assert read("2 0\n0 1\n").names is None
    assert read("1 2\n2 3\n").names.tolist() == [1, 2, 3]


def test_separators_comments_blank_lines_and_further_columns():
    text = (
        "\ufeff# comment\n% comment\n\n"
        "0 1\n 1\t2\n2,3\n3 ,\t4  \n\r\n4 5\r\n5\r6\n6 7 # why\n7 8#\n8 9 x y\n"
        "   # indented\n9 10 %\n , \n10\v11"
    )
    graph = read(text)
    assert graph.n_nodes == 12
    assert graph.n_edges == 11
    assert graph.weights is None


def test_unweighted_repeated_edges_are_one_edge():
    graph = read("0 1\n1 0\n0 1\n")
    assert (graph.n_edges, graph.weights) == (1, None)
    directed = read("0 1\n1 0\n0 1\n", directed=True)
    assert (directed.n_edges, directed.weights) == (2, None)


@pytest.mark.parametrize(
    ("duplicates", "weight"), [("auto", 9), ("sum", 9), ("first", 2), ("max", 4), ("min", 2)]
)
def test_weighted_repeated_edges(duplicates, weight):
    graph = read("0 1 2\n1 0 3\n0 1 4\n", duplicates=duplicates)
    assert graph.weights.tolist() == [weight, weight]


def test_counting_unweighted_edges():
    assert read("0 1\n1 0\n2 1\n", duplicates="sum").weights.tolist() == [2, 2, 1, 1]


def test_weight_types():
    assert read("0 1 2\n1 2 3\n").weights.dtype == np.int64
    assert read("0 1 2\n1 2 3.0\n").weights.tolist() == [2.0, 2.0, 3.0, 3.0]
    assert read("0 1 2\n1 2 3e0\n").weights.dtype == np.float64
    assert read("0 1 +2\n").weights.tolist() == [2, 2]
    assert read(f"0 1 1\n1 2 {2**64}\n").weights.tolist() == [1, 1, 2.0**64, 2.0**64]
    assert read("a b 1\nb c 0.5\n").weights.tolist() == [1, 1, 0.5, 0.5]


def test_weights_are_correctly_rounded():
    texts = ["0.1", "1e-7", "123456789012345678901234567890", "2.2250738585072011e-308"]
    texts += ["9007199254740993.00000000000000000000000001", "0." + "0" * 30 + "1" * 30]
    graph = read("".join(f"0 {i} {text}\n" for i, text in enumerate(texts, 1)))
    assert graph.weights[: len(texts)].tolist() == [float(text) for text in texts]


def test_a_weight_is_what_the_first_edge_has():
    assert read("0 1\n1 2 5\n").weights is None
    assert read("0 1 x\n1 2 5\n").weights is None
    assert read("0 1 5\n1 2 6\n", weights="none").weights is None


def test_zero_weight_is_no_edge_but_keeps_the_nodes():
    graph = read("0 1 0\n1 2 5\n")
    assert (graph.n_nodes, graph.n_edges) == (3, 1)


def test_lines_of_networkx():
    assert read("0 1 {}\n1 2 {}\n").n_edges == 2
    graph = read("0 1 {'weight': 3}\n1 2 {'x': 'weight', \"weight\": 2.5}\n")
    assert graph.weights.tolist() == [3.0, 3.0, 2.5, 2.5]
    assert read("0 1 {'colour': 'red'}\n").weights is None


def test_empty_files():
    for text in ("", "\n", "# nothing\n", "% nothing", "\ufeff", " \r\n\t\n"):
        graph = read(text)
        assert (graph.n_nodes, graph.n_edges, graph.names) == (0, 0, None)


def test_remarks_of_other_programs_are_comments():
    graph = read("# Nodes: 99 Edges: 5\n# Directed graph\n# nodes: many\n1 2\n")
    assert (graph.n_nodes, graph.directed) == (2, False)


def test_directives():
    graph = read("# nodes: 5\n# directed\n0 1\n")
    assert (graph.n_nodes, graph.directed) == (5, True)
    assert not read("# directed\n0 1\n", directed=False).directed
    graph = read("# node: z\n# node: y\nx y\n")
    assert graph.names.tolist() == ["z", "y", "x"]
    graph = read("# node: 9\n# node: 4\n5 4\n3 5\n")
    assert graph.names.tolist() == [9, 4, 3, 5]


@pytest.mark.parametrize("base", [0, 10**12, -(2**62)])
@pytest.mark.parametrize("spread", [1, 5, 10**6])
def test_relabelling_of_many_ids(monkeypatch, base, spread):
    monkeypatch.setattr(_relabel, "SERIAL_BELOW", 10)
    rng = np.random.default_rng(1)
    pairs = base + spread * rng.integers(0, 5000, (20_000, 2))
    graph = read("".join(f"{u} {v}\n" for u, v in pairs.tolist()))
    ids = np.unique(pairs)
    expected = Graph.from_edges(np.searchsorted(ids, pairs), n_nodes=len(ids), names=ids)
    if graph.names is None:
        assert np.array_equal(ids, np.arange(len(ids)))
    else:
        assert np.array_equal(graph.names, ids)
    assert np.array_equal(graph.indptr, expected.indptr)
    assert np.array_equal(graph.indices, expected.indices)


# -- the same for any way to cut the text ----------------------------------------------------------

separators = st.text(alphabet=" \t,\r", min_size=1, max_size=3)
blanks = st.text(alphabet=" \t\r", max_size=2)
line_ends = st.sampled_from(["\n", "\r\n"])
noise = st.sampled_from(["", "# x 1 2\n", "%\n", "\n", " \t\n", "  # 3 4\r\n"])


@st.composite
def texts(draw, ids, weights):
    """Return lines in every disguise, and the edges that they hold."""
    edges = draw(st.lists(st.tuples(ids, ids, weights), min_size=1, max_size=12))
    weighted = draw(st.booleans())
    parts = []
    for u, v, w in edges:
        parts.append(draw(noise))
        fields = [str(u), str(v)] + ([repr(w)] if weighted else [])
        line = draw(blanks) + fields[0]
        for field in fields[1:]:
            line += draw(separators) + field
        parts.append(line + draw(st.sampled_from(["", " ", " #c", " %"])) + draw(line_ends))
    parts.append(draw(noise))
    text = "".join(parts)
    if draw(st.booleans()):
        text = text.rstrip("\r\n")
    return text, edges, weighted


def expected_edges(edges, weighted):
    """Return {end points: weight} with weights summed in order."""
    sums = {}
    for u, v, w in edges:
        key = frozenset((u, v))
        sums[key] = (sums.get(key, 0) + w) if weighted else 1
    return {key: w for key, w in sums.items() if w}


@settings(max_examples=120, deadline=None)
@given(
    texts(st.integers(-9, 40), st.integers(0, 9) | st.floats(0, 1e9)),
    st.integers(1, 64),
    st.booleans(),
)
def test_any_text_in_chunks_of_any_size(text_and_edges, chunk, use_gaps):
    text, edges, weighted = text_and_edges
    graph = read_edge_list(io.BytesIO(text.encode()), chunk=chunk)
    assert dict(edges_of(graph)) == expected_edges(edges, weighted)
    ids = sorted({x for u, v, _ in edges for x in (u, v)})
    names = list(range(graph.n_nodes)) if graph.names is None else graph.names.tolist()
    assert names == ids


@settings(max_examples=60, deadline=None)
@given(texts(st.sampled_from(["a", "b#", "x%y", "é", "ab", "{", "-", "3x"]), st.integers(1, 9)))
def test_any_text_of_words(text_and_edges):
    text, edges, weighted = text_and_edges
    graph = read(text)
    assert dict(edges_of(graph)) == expected_edges(edges, weighted)
    order = dict.fromkeys(x for u, v, _ in edges for x in (u, v))
    assert graph.names.tolist() == list(order)


def test_every_cut_of_one_text():
    text = "# c\n10 2 0.5\r\n\n2 3 1e3 # x\n%\n3\t10 7\n2,2 1"
    whole = read(text)
    for chunk in range(1, len(text) + 2):
        assert read_edge_list(io.BytesIO(text.encode()), chunk=chunk).equals(whole)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=40))
def test_equals_networkx(edges):
    lines = [f"{u} {v} {{}}" if u % 2 else f"{u} {v}" for u, v in edges]
    lines.insert(len(lines) // 2, "# comment")
    expected = nx.parse_edgelist(lines, nodetype=int)
    graph = read("\n".join(lines))
    ids = list(range(graph.n_nodes)) if graph.names is None else graph.names.tolist()
    assert ids == sorted(expected)
    assert {e for e, _ in edges_of(graph)} == {frozenset(e) for e in expected.edges}


def test_independent_of_the_number_of_threads():
    rng = np.random.default_rng(5)
    text = "".join(
        f"{u} {v} {w!r}\n"
        for u, v, w in zip(*rng.integers(0, 99, (2, 3000)).tolist(), rng.random(3000).tolist())
    )
    bad = text + "1 2 x\n" + text + "1 2 y\n" + text
    before = numba.get_num_threads()
    graphs, messages = [], []
    try:
        for n_threads in sorted({1, before}):
            numba.set_num_threads(n_threads)
            graphs.append(read_edge_list(io.BytesIO(text.encode()), chunk=1000))
            with pytest.raises(GraphFormatError) as error:
                read_edge_list(io.BytesIO(bad.encode()), chunk=1000)
            messages.append(str(error.value))
    finally:
        numba.set_num_threads(before)
    assert graphs[0].equals(graphs[-1])
    assert messages[0] == messages[-1]
    assert ":3001: " in messages[0]


# -- bad files -----------------------------------------------------------------------------------

FAULTS = [
    ("0 1\n2\n", 2, "two node ids, found only '2'"),
    ("0 1\n2 # 3\n", 2, "two node ids"),
    ("# a\n0 1\n\n1 x\n", 4, "expected an integer node id, as on the first line, found 'x'"),
    ("0 1\nx 1\n", 2, "integer node id"),
    ("0 1\n1 2.0\n", 2, "found '2.0'"),
    ("0 1\n1 2}\n", 2, "found '2}'"),
    ("0 1\n1 +2\n", 2, r"found '\+2'"),
    ("0 1\n1 9223372036854775808\n", 2, "9223372036854775808 does not fit 64 bits"),
    ("99999999999999999999 1\n", 1, "does not fit 64 bits"),
    ("0 1\n\x1d\n", 2, r"integer node id, .* found '\\x1d'"),
    ("\x1d\n0 1\n", 1, r"two node ids, found only '\\x1d'"),
    ("0 1 \x1e\n\u00a00 1\n", 2, r"integer node id, .* found '\\xa00'"),
    ("0 1 2\n1 2 \x85\n", 2, r"expected a number as weight, found '\\x85'"),
    ("0 1 2\n1 2\n", 2, "expected a weight in the third column"),
    ("a b 2\nb c\n", 2, "expected a weight in the third column"),
    ("0 1 2\n1 2 #\n", 2, "expected a weight"),
    ("0 1 2\n1 2 x\n", 2, "expected a number as weight, found 'x'"),
    ("0 1 2\n1 2 3x\n", 2, "found '3x'"),
    ("0 1 2\n1 2 1_0\n", 2, "found '1_0'"),
    ("0 1 2\n1 2 -3\n", 2, "weight -3 is negative"),
    ("0 1 2\n1 2 -1e-9\n", 2, "weight -1e-9 is negative"),
    ("0 1 2\n1 2 nan\n", 2, "weight nan is not finite"),
    ("0 1 nan\n", 1, "not finite"),
    ("0 1 1\n1 2 1e999\n", 2, "not finite"),
    ("a b 1\nb c inf\n", 2, "weight inf is not finite"),
    ("0 1 {'weight': 1}\n1 2 {}\n", 2, "expected a weight"),
    ("0 1 {'weight': 1}\n1 2 {'weight': 'x'}\n", 2, "number as weight"),
    ("0 1\n1 \x002\n", 2, "NUL byte"),
    ("# a\n#\0\n0 1\n", 2, "NUL byte"),
    (b"0 1\n1 2\n# \xff\n", 3, "byte 0xff is not UTF-8"),
    (b"a b\nb \xc3\n", 2, "is not UTF-8"),
    ("0 1".encode("utf-16"), 1, "UTF-16"),
    ("# nodes: 3\n0 1\n1 3\n", 3, "node id 3, allowed after '# nodes: 3' are 0 to 2"),
    ("# nodes: 3\n0 -1\n", 2, "node id -1"),
    ("# nodes: 3\na b\n", None, "2 nodes occur"),
    ("# node: a\n# node: a\na b\n", 2, "node 'a' is declared twice"),
    ("# node: 1\n# node: 1\n1 2\n", 2, "node '1' is declared twice"),
    ("# node: a\n1 2\n", 1, "node 'a' is no 64-bit integer"),
    ("# node: a 1\n# node: b\na b\n", 2, "node 'b' has no weight"),
    ("# node: a 1\n# node: b -1\na b\n", 2, "node 'b' has weight '-1'"),
    ("# node: a 1\n# node: b x\na b\n", 2, "node 'b' has weight 'x'"),
    ("# node: a 1\na b\n", None, "1 weights for 2 nodes"),
    (f"0 1 {2**62}\n0 1 {2**62}\n", None, "sum to"),
    ("0 1 1e308\n1 0 1e308\n", None, "sum to infinity"),
    (f"# nodes: {2**40}\n0 1\n", None, "fewer than 2"),
]


@pytest.mark.parametrize(("text", "line", "reason"), FAULTS)
def test_faults_have_file_line_and_reason(tmp_path, text, line, reason):
    path = tmp_path / "bad.txt"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(GraphFormatError, match=reason) as error:
        read_graph(path)
    assert error.value.line == line
    where = str(path) if line is None else f"{path}:{line}"
    assert str(error.value).startswith(where + ": ")


def test_the_first_fault_is_reported():
    good = "0 1\n" * 50
    for first, second in [("1 x\n", "2\n"), ("2\n", "1 \0\n"), ("1 \0\n", "2\n")]:
        data = (good + first + good + second + good).encode()
        for chunk in (7, 100, 10_000):
            with pytest.raises(GraphFormatError) as error:
                read_edge_list(io.BytesIO(data), chunk=chunk)
            assert error.value.line == 51


def test_repeated_edges_can_be_an_error():
    with pytest.raises(GraphFormatError, match=r"edge \(0, 1\) occurs more than once"):
        read("0 1\n1 0\n", duplicates="error")


def test_bad_arguments():
    for option, value in [("weights", "all"), ("duplicates", "most"), ("format", "dot")]:
        with pytest.raises(ValueError, match=f"{option} must be .*{value}"):
            read("0 1\n", **{option: value})
    with pytest.raises(TypeError, match="expected a path or a binary file"):
        read_graph(17)
    with pytest.raises(TypeError, match="text mode"):
        read_graph(io.StringIO("0 1\n"))
    with pytest.raises(TypeError, match="graph must be a Graph"):
        write_graph([(0, 1)], io.BytesIO())


# -- round trips -----------------------------------------------------------------------------------


def test_what_is_written():
    graph = Graph.from_edges([(0, 1), (1, 2)], [2, 3], n_nodes=4)
    assert written(graph) == b"# nodes: 4\n# edge weights: int64\n0 1 2\n1 2 3\n"
    graph = Graph.from_edges([(0, 1)], names=["b", "a"], node_weights=[0.5, 2])
    assert written(graph).decode().splitlines() == [
        "# nodes: 2",
        "# node weights: float64",
        "# ids: text",
        "# node: b 0.5",
        "# node: a 2.0",
        "b a",
    ]
    assert written(graph, names=False).endswith(b"# node: 1 2.0\n0 1\n")


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "a,b", "#x", "%x", "a\n", "\0", 1.5, ("a",), None]
)
def test_names_that_cannot_be_written(name):
    graph = Graph.from_edges([(0, 1)], names=["a", name])
    with pytest.raises(ValueError, match=re.escape(repr(name))):
        written(graph)


def test_names_must_be_distinct_to_be_written():
    with pytest.raises(ValueError, match="distinct"):
        written(Graph.from_edges([(0, 1)], names=["a", "a"]))


def test_networkx_reads_what_is_written():
    graph = Graph.from_edges([(0, 1), (1, 2)], [1.5, 2.0], n_nodes=4)
    lines = written(graph).decode().splitlines()
    read_back = nx.parse_edgelist(lines, nodetype=int, data=[("weight", float)])
    assert dict(read_back.edges) == {(0, 1): {"weight": 1.5}, (1, 2): {"weight": 2.0}}


def test_large_integers_survive():
    names = [2**63 - 1, -(2**63) + 1, 0, 10**18]
    graph = Graph.from_edges([(0, 1), (2, 3)], [2**61, 7], names=names)
    assert read(written(graph)).equals(graph)


def test_parsed_arrays():
    parsed = parse_edge_list(read_text(io.BytesIO(b"5 3 1\n3 5 0\n")))
    assert (parsed.n_nodes, parsed.src.tolist(), parsed.dst.tolist()) == (2, [1, 0], [0, 1])
    assert parsed.weights.tolist() == [1, 0]


def test_many_words_of_any_length():
    # Lengths around those that are compared at once, words that differ in one byte only, enough of
    # them for the table to grow, and a file that ends within reach of the last word.
    rng = np.random.default_rng(3)
    stems = ["x" * length for length in (1, 7, 8, 9, 15, 16, 17, 23, 24, 25, 100)]
    words = [f"{stem[:-1]}{letter}" for stem in stems for letter in "abë"]
    words += [f"{i:x}{stem}" for stem in stems for i in range(150)]
    words += [f"{stem}{i:x}" for stem in stems for i in range(16)]
    words = list(dict.fromkeys(words))
    assert len(words) > 1024
    pairs = rng.choice(words, (4000, 2))
    text = "".join(f"{u}\t{v}\n" if u < v else f"\n# c\n {u} {v} # d\n" for u, v in pairs)
    text += f"{pairs[0, 0]} {pairs[0, 1]}"
    graph = read_graph(io.BytesIO(text.encode()))
    order = list(dict.fromkeys(pairs.ravel().tolist()))
    assert graph.names.tolist() == order
    row = {word: i for i, word in enumerate(order)}
    edges = [(row[u], row[v]) for u, v in pairs.tolist()]
    assert graph.equals(Graph.from_edges(edges, n_nodes=len(order), names=order))
