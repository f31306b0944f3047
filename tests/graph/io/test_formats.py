"""Round trips through every format, and what each of them refuses."""

from __future__ import annotations

import base64
import gzip
import io

import networkx as nx
import numpy as np
import pytest
import scipy.io
import scipy.sparse
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from partwise.errors import GraphFormatError
from partwise.graph import Graph, read_graph, write_graph
from partwise.graph.io._format import GRAPH_FORMATS, graph_format, hypergraph_format

FORMATS = {
    "edgelist": "g.txt",
    "metis": "g.graph",
    "matrixmarket": "g.mtx",
    "npz": "g.npz",
    "parquet": "g.parquet",
    "graphml": "g.graphml",
    "gml": "g.gml",
}


def read(data, format, **options):
    data = data.encode() if isinstance(data, str) else data
    return read_graph(io.BytesIO(data), format=format, **options)


def written(graph, format, **options):
    file = io.BytesIO()
    write_graph(graph, file, format=format, **options)
    return file.getvalue()


def assert_equal(found, expected):
    """Equal, and with the same dtypes."""
    assert found.equals(expected)
    for field in ("weights", "node_weights", "names"):
        a, b = getattr(found, field), getattr(expected, field)
        assert (a is None) == (b is None), field
        assert a is None or a.dtype == b.dtype, field


whole = st.integers(1, 2**40)
reals = st.floats(5e-324, 1e300)
names = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=4)


@st.composite
def graphs(draw, named=True, node_weighted=True, directed=True, reals=reals):
    n = draw(st.integers(0, 7))
    ends = st.integers(0, max(n - 1, 0))
    edges = draw(st.lists(st.tuples(ends, ends), max_size=12, unique_by=frozenset)) if n else []
    weights = draw(st.sampled_from([None, whole, reals]))
    node_weights = draw(
        st.sampled_from([None, whole | st.just(0), reals | st.just(0)] if node_weighted else [None])
    )
    kind = draw(st.sampled_from(["none", "int", "text"] if named else ["none"]))
    labels = None
    if kind == "int":
        ids = st.integers(-(2**62), 2**62)
        labels = np.array(draw(st.lists(ids, min_size=n, max_size=n, unique=True)), np.int64)
    elif kind == "text" and n:
        labels = np.empty(n, object)
        word = st.one_of(names, st.sampled_from(["0", "1", "-3", "007", "1.5", "nan"]))
        labels[:] = draw(st.lists(word, min_size=n, max_size=n, unique=True))
    dtype = {None: None, whole: np.int64}.get(weights, np.float64)
    node_dtype = None if node_weights is None else np.float64
    values = None
    if weights is not None:
        values = np.array(draw(st.lists(weights, min_size=len(edges), max_size=len(edges))), dtype)
    loads = None
    if node_weights is not None:
        given_loads = draw(st.lists(node_weights, min_size=n, max_size=n))
        integral = all(isinstance(w, int) for w in given_loads)
        loads = np.array(given_loads, np.int64 if integral else node_dtype)
    return Graph.from_edges(
        np.array(edges, np.int64).reshape(-1, 2),
        values,
        n_nodes=n,
        directed=directed and draw(st.booleans()),
        node_weights=loads,
        names=labels,
    )


@pytest.mark.parametrize("format", ["edgelist", "npz", "parquet", "graphml", "gml"])
@settings(max_examples=60, deadline=None)
@given(graph=graphs())
def test_round_trip(format, graph):
    if graph.names is not None and graph.names.dtype == object and format != "npz":
        # Names with a character that the format cannot hold have a test of their own.
        assume(not any(set(name) & set("#%,") for name in graph.names))
    assert_equal(read(written(graph, format), format), graph)


@settings(max_examples=60, deadline=None)
@given(graph=graphs(named=False, directed=False, reals=whole))
def test_metis_round_trip(graph):
    graph = graph.without_self_loops()
    assert read(written(graph, "metis"), "metis").equals(graph)


@settings(max_examples=60, deadline=None)
@given(graph=graphs(named=False, node_weighted=False))
def test_matrix_market_round_trip(graph):
    matrix = graph.to_scipy()
    if graph.directed and (matrix != matrix.T).nnz == 0:
        with pytest.raises(ValueError, match="directed graph with a symmetric matrix"):
            written(graph, "matrixmarket")
    else:
        assert_equal(read(written(graph, "matrixmarket"), "matrixmarket"), graph)


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("format", GRAPH_FORMATS)
def test_files_by_suffix(tmp_path, format, suffix):
    graph = Graph.from_edges([(0, 1), (1, 2), (4, 2)], [1, 2, 3], n_nodes=6)
    path = tmp_path / (FORMATS[format] + suffix)
    write_graph(graph, path)
    data = path.read_bytes()
    assert (data[:2] == b"\x1f\x8b") == bool(suffix)
    assert_equal(read_graph(path), graph)
    assert_equal(read_graph(str(path), format=format), graph)
    # Compressed or not is seen from the content.
    other = tmp_path / ("x" + FORMATS[format])
    other.write_bytes(gzip.decompress(data) if suffix else gzip.compress(data))
    assert_equal(read_graph(other), graph)
    write_graph(graph, path)
    assert path.read_bytes() == data, "the same graph gives the same bytes"


def test_format_by_name():
    for format, name in FORMATS.items():
        assert graph_format(name, None) == format
        assert graph_format(name.upper() + ".GZ", None) == format
    for name in ("edges", "g.tsv", "g.csv.gz", "-", "a.b/c"):
        assert graph_format(name, None) == "edgelist"
    assert graph_format(io.BytesIO(), None) == "edgelist"
    assert hypergraph_format("x.hgr", None) == hypergraph_format("x", None) == "hmetis"
    with pytest.raises(ValueError, match="hypergraph file by its name"):
        graph_format("x.hgr", None)
    with pytest.raises(ValueError, match=r"format must be one of .*got 'dot'"):
        graph_format("x", "dot")


def test_weights_can_be_ignored_everywhere():
    graph = Graph.from_edges([(0, 1), (1, 2)], [1, 2])
    for format in GRAPH_FORMATS:
        found = read(written(graph, format), format, weights="none")
        assert found.equals(Graph.from_edges([(0, 1), (1, 2)])), format


def test_direction_can_be_asked_for():
    graph = Graph.from_edges([(0, 1), (2, 1)], [1, 2], directed=True)
    undirected = Graph.from_edges([(0, 1), (2, 1)], [1, 2])
    for format in ("edgelist", "parquet", "graphml", "gml"):
        assert read(written(graph, format), format, directed=False).equals(undirected), format
        assert read(written(undirected, format), format, directed=True).directed, format
    for format in ("matrixmarket", "npz"):
        assert read(written(undirected, format), format, directed=True).directed, format
        with pytest.raises(GraphFormatError, match="symmetric"):
            read(written(graph, format), format, directed=False)


# -- Matrix Market ---------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["integer", "real", "pattern"])
@pytest.mark.parametrize("symmetry", ["general", "symmetric"])
def test_matrix_market_of_scipy(field, symmetry):
    rng = np.random.default_rng(2)
    matrix = scipy.sparse.random_array((20, 20), density=0.2, rng=rng).tocoo()
    matrix.data = np.ceil(9 * matrix.data) if field != "real" else matrix.data
    matrix = (matrix + matrix.T if symmetry == "symmetric" else matrix).tocoo()
    file = io.BytesIO()
    scipy.io.mmwrite(file, matrix, field=field, symmetry=symmetry)
    graph = read(file.getvalue(), "matrixmarket")
    assert graph.directed == (symmetry == "general")
    expected = matrix.toarray() if field != "pattern" else (matrix.toarray() != 0)
    np.testing.assert_array_equal(graph.to_scipy(float).toarray(), expected)


def test_scipy_reads_what_is_written(tmp_path):
    graph = Graph.from_edges([(0, 1), (1, 2), (3, 3)], [0.1, 2.0, 5.0], n_nodes=5)
    write_graph(graph, tmp_path / "g.mtx")
    matrix = scipy.io.mmread(tmp_path / "g.mtx")
    np.testing.assert_array_equal(matrix.toarray(), graph.to_scipy().toarray())


HEAD = "%%MatrixMarket matrix coordinate real general\n"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "%%MatrixMarket"),
        ("1 1 0\n", 1, "%%MatrixMarket"),
        ("%%MatrixMarket matrix coordinate complex general\n1 1 0\n", 1, "complex"),
        (HEAD, 1, "3 integers"),
        (HEAD + "% c\n2 2\n", 3, "3 integers"),
        (HEAD + "2 2 999999999999\n1 1 1\n", None, "999999999999 entries"),
        (HEAD + "2 3 1\n1 3 1\n", None, "2 by 3 is no graph"),
        (HEAD + "2 2 1\n3 1 1\n", 3, "."),
        (HEAD + "2 2 1\n1 x 1\n", 3, "."),
        (HEAD + "2 2 2\n1 2 1\n", None, "."),
        (HEAD + "2 2 1\n1 2 -4\n", None, "holds -4.0, allowed are weights >= 0"),
        (HEAD + "2 2 1\n1 2 nan\n", None, "holds nan"),
        (HEAD + "9999999999 9999999999 0\n", None, "below 2"),
        (HEAD + "2 2 1\n1 2 1 \0\n", 3, "NUL"),
    ],
)
def test_matrix_market_faults(text, line, reason):
    with pytest.raises(GraphFormatError, match=reason) as error:
        read(text, "matrixmarket")
    assert error.value.line == line


def test_negative_entries_can_be_read_as_a_pattern():
    graph = read(HEAD + "2 2 2\n1 2 -4\n1 1 0\n", "matrixmarket", weights="none")
    assert graph.n_edges == 1


def test_dense_matrix_market():
    text = "%%MatrixMarket matrix array real general\n2 2\n0\n3\n3\n0\n"
    assert read(text, "matrixmarket").equals(Graph.from_edges([(0, 1)], [3.0]))


def test_what_matrix_market_cannot_hold():
    edges = [(0, 1), (1, 0)]
    for graph, reason in [
        (Graph.from_edges(edges, names=["a", "b"]), "no names"),
        (Graph.from_edges(edges, node_weights=[1, 2]), "no node weights"),
        (Graph.from_edges(edges, directed=True), "symmetric matrix"),
    ]:
        with pytest.raises(ValueError, match=reason):
            written(graph, "matrixmarket")


# -- npz -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", ["csr", "csc", "coo", "bsr", "dia"])
def test_npz_of_scipy(layout):
    dense = np.array([[0, 2.5, 0], [2.5, 0, 1], [0, 1, 4]])
    file = io.BytesIO()
    scipy.sparse.save_npz(file, scipy.sparse.csr_array(dense).asformat(layout))
    graph = read(file.getvalue(), "npz")
    assert not graph.directed
    np.testing.assert_array_equal(graph.to_scipy().toarray(), dense)


def test_scipy_loads_what_is_written():
    graph = Graph.from_edges([(0, 1), (1, 2)], [3, 4], names=["a", "b", "c"])
    matrix = scipy.sparse.load_npz(io.BytesIO(written(graph, "npz")))
    np.testing.assert_array_equal(matrix.toarray(), graph.to_scipy().toarray())


def archive(**changes):
    arrays = {
        "format": np.array(b"csr"),
        "shape": np.array([2, 2]),
        "indptr": np.array([0, 1, 2]),
        "indices": np.array([1, 0]),
        "data": np.array([1.0, 1.0]),
    } | changes
    file = io.BytesIO()
    np.savez(file, **{key: value for key, value in arrays.items() if value is not None})
    return file.getvalue()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"data": None}, "lacks the arrays"),
        ({"format": np.array(b"xyz")}, "format is 'xyz'"),
        ({"shape": np.array([2, 3])}, "no graph"),
        ({"shape": np.array([-1, -1])}, "-1 rows"),
        ({"indptr": np.array([0, 1, 5])}, "indptr"),
        ({"indptr": np.array([0, 3, 2])}, "decrease"),
        ({"indptr": np.array([0, 2])}, "3 entries"),
        ({"indices": np.array([1, 7])}, "indices"),
        ({"indices": np.array([1, -1])}, "indices"),
        ({"indices": np.array([1.0, 0.0])}, "integers"),
        ({"data": np.array([1.0, -1.0])}, "non-negative"),
        ({"data": np.array(["a", "b"])}, "real numbers"),
        ({"data": np.array([None, 1], object)}, "no readable"),
        ({"node_weights": np.array([1, 2, 3])}, "node_weights"),
        ({"names": np.array([1, 2, 3])}, "names"),
        ({"directed": np.array(False), "data": np.array([1.0, 2.0])}, "symmetric"),
    ],
)
def test_npz_faults(changes, reason):
    with pytest.raises(GraphFormatError, match=reason):
        read(archive(**changes), "npz")


def test_npz_is_never_unpickled(tmp_path):
    class Trap:
        def __reduce__(self):
            return (tmp_path.joinpath("sprung").touch, ())

    data = archive(names=np.array([Trap(), Trap()], object))
    with pytest.raises(GraphFormatError):
        read(data, "npz")
    assert not tmp_path.joinpath("sprung").exists()


# -- Parquet ---------------------------------------------------------------------------------------


def table(columns, **options):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet

    file = io.BytesIO()
    pyarrow.parquet.write_table(pa.table(columns), file, **options)
    return file.getvalue()


def test_parquet_of_others():
    graph = read(
        table({"dst": [7, 3], "src": [3, 9], "weight": [0.5, 1.0], "x": [1, 2]}), "parquet"
    )
    assert graph.names.tolist() == [3, 7, 9]
    assert graph.weights.tolist() == [0.5, 1.0, 0.5, 1.0]
    graph = read(table({"src": ["b", "a"], "dst": ["a", "c"]}), "parquet")
    assert graph.names.tolist() == ["b", "a", "c"]
    graph = read(table({"src": [0, 1], "dst": [1, 0], "weight": [2, 3]}), "parquet")
    assert graph.weights.tolist() == [5, 5]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"a": [1], "b": [2]}, "columns src, dst"),
        ({"src": [1, None], "dst": [1, 2]}, "missing values"),
        ({"src": [1.5], "dst": [1.0]}, "floating-point"),
        ({"src": [1], "dst": [2], "weight": [-1]}, "non-negative"),
        ({"src": [1], "dst": [2], "weight": ["x"]}, "real numbers"),
        ({"src": [[1]], "dst": [[2]]}, "no table of edges"),
    ],
)
def test_parquet_faults(columns, reason):
    with pytest.raises(GraphFormatError, match=reason):
        read(table(columns), "parquet")


def test_parquet_with_damaged_names():
    # The names travel in the metadata, where an offset out of bounds must not be followed.
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet

    stream = io.BytesIO()
    nodes = pa.table({"id": ["a", "b", "c"]})
    with pa.ipc.new_stream(stream, nodes.schema) as writer:
        writer.write_table(nodes)
    raw = stream.getvalue()
    offsets = np.array([0, 1, 2, 3], np.int32).tobytes()
    assert raw.count(offsets) == 1
    for changed, good in [([0, 1, 2, 3], True), ([0, 1, 2**30, 3], False), ([0, 2, 1, 3], False)]:
        data = raw.replace(offsets, np.array(changed, np.int32).tobytes())
        edges = pa.table({"src": ["a"], "dst": ["b"]}).replace_schema_metadata(
            {b"partwise.nodes": base64.b64encode(data)}
        )
        file = io.BytesIO()
        pyarrow.parquet.write_table(edges, file)
        if good:
            assert read(file.getvalue(), "parquet").names.tolist() == ["a", "b", "c"]
        else:
            with pytest.raises(GraphFormatError, match="no table of edges"):
                read(file.getvalue(), "parquet")


def test_parquet_pages_have_checksums():
    pytest.importorskip("pyarrow")
    graph = Graph.from_edges([(0, 1), (1, 2)], [123456789012345, 3])
    data = bytearray(written(graph, "parquet"))
    at = data.find(np.int64(123456789012345).tobytes())
    assert at > 0
    data[at] ^= 1
    with pytest.raises(GraphFormatError, match="no table of edges"):
        read(bytes(data), "parquet")


def test_parquet_without_pyarrow(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match=r"partwise\[io\]"):
        read(b"", "parquet")


# -- GraphML and GML -------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["graphml", "gml"])
def test_files_of_networkx(format):
    graph = nx.karate_club_graph()
    file = io.BytesIO()
    getattr(nx, f"write_{format}")(graph, file)
    assert read(file.getvalue(), format).equals(Graph.from_networkx(graph))


def test_gml_in_the_wild():
    text = 'Creator "x"\ngraph\n[\n  directed 0\n  node\n  [\n    id 3\n    label "Zoë"\n  ]\n'
    text += '  node [ id 5 label "b" ]\n  edge\n  [\n    source 3\n    target 5\n  ]\n'
    text += "  edge [ source 5 target 3 ]\n]\n"
    graph = read(text, "gml")
    assert graph.names.tolist() == ["Zoë", "b"]
    assert graph.n_edges == 1
    for other, names in [
        (text.replace('label "Zoë"', "").replace('label "b"', ""), [3, 5]),
        (text.replace('"Zoë"', '"b"'), [3, 5]),
    ]:
        assert read(other, "gml").names.tolist() == names


@pytest.mark.parametrize("format", ["graphml", "gml"])
@pytest.mark.parametrize("text", ["", "x", "<graphml>", "graph [", "graph [ node [ id ] ]"])
def test_no_graph(format, text):
    with pytest.raises(GraphFormatError, match="no G"):
        read(text, format)


def test_bad_weights_in_networkx_formats():
    graph = nx.Graph()
    graph.add_edge("a", "b", weight=-2)
    for format in ("graphml", "gml"):
        file = io.BytesIO()
        getattr(nx, f"write_{format}")(graph, file)
        with pytest.raises(GraphFormatError, match="non-negative"):
            read(file.getvalue(), format)
