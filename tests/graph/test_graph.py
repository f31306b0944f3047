import copy
import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.graph import Graph

TRIANGLE = [(0, 1), (1, 2), (2, 0)]


@st.composite
def edge_lists(draw, max_nodes=10):
    """Draw n, pairs (with loops and repetitions), integer weights (with zeros), directedness."""
    n = draw(st.integers(1, max_nodes))
    node = st.integers(0, n - 1)
    pairs = draw(st.lists(st.tuples(node, node), max_size=3 * n))
    weights = draw(st.lists(st.integers(0, 6), min_size=len(pairs), max_size=len(pairs)))
    return n, pairs, weights, draw(st.booleans())


def as_dict(n, pairs, weights, directed, combine=lambda old, new: old + new):
    """Store every edge in a dictionary, the plain way."""
    entries = {}
    for (u, v), w in zip(pairs, weights):
        if w == 0:
            continue
        for arc in {(u, v)} if directed else {(u, v), (v, u)}:
            entries[arc] = combine(entries[arc], w) if arc in entries else w
    return entries


def entries_of(graph):
    rows = np.repeat(np.arange(graph.n_nodes), graph.degrees())
    weights = np.ones(len(rows), int) if graph.weights is None else graph.weights
    return dict(zip(zip(rows.tolist(), graph.indices.tolist()), weights.tolist()))


def pairs_array(pairs):
    return np.array(pairs, np.int64).reshape(-1, 2)


# -- from_edges ------------------------------------------------------------------------------------


@given(edge_lists())
def test_weighted_edges_sum(case):
    n, pairs, weights, directed = case
    graph = Graph.from_edges(pairs_array(pairs), weights, n_nodes=n, directed=directed)
    expected = as_dict(n, pairs, weights, directed)
    assert entries_of(graph) == expected
    loops = sum(u == v for u, v in expected)
    assert graph.n_edges == (len(expected) if directed else (len(expected) + loops) // 2)
    assert graph.has_self_loops == (loops > 0)


@given(edge_lists())
def test_unweighted_edges_are_one(case):
    n, pairs, _, directed = case
    graph = Graph.from_edges(pairs_array(pairs), n_nodes=n, directed=directed)
    assert graph.weights is None
    assert entries_of(graph) == dict.fromkeys(as_dict(n, pairs, [1] * len(pairs), directed), 1)


@pytest.mark.parametrize(
    ("duplicates", "combine"),
    [
        ("sum", lambda old, new: old + new),
        ("first", lambda old, new: old),
        ("max", max),
        ("min", min),
    ],
)
@given(case=edge_lists(max_nodes=4))
def test_duplicates(duplicates, combine, case):
    n, pairs, weights, directed = case
    graph = Graph.from_edges(
        pairs_array(pairs), weights, n_nodes=n, directed=directed, duplicates=duplicates
    )
    assert entries_of(graph) == as_dict(n, pairs, weights, directed, combine)


def test_duplicates_error_names_the_edge():
    with pytest.raises(ValueError, match=r"\(0, 1\) occurs more than once"):
        Graph.from_edges([(0, 1), (2, 1), (1, 0)], duplicates="error")


@given(edge_lists())
def test_arrays_are_canonical(case):
    n, pairs, weights, directed = case
    weights = np.array(weights, np.int64)
    graph = Graph.from_edges(pairs_array(pairs), weights, n_nodes=n, directed=directed)
    assert graph.indptr.dtype == np.int64
    assert graph.indices.dtype == np.int32
    assert graph.weights.dtype == np.int64
    assert graph.indptr[0] == 0
    assert graph.indptr[-1] == len(graph.indices) == len(graph.weights)
    for u in range(n):
        row = graph.indices[graph.indptr[u] : graph.indptr[u + 1]]
        assert (np.diff(row) > 0).all()
    assert (graph.weights > 0).all()


@given(edge_lists())
def test_order_and_direction_of_undirected_edges_do_not_matter(case):
    n, pairs, weights, _ = case
    graph = Graph.from_edges(pairs_array(pairs), weights, n_nodes=n)
    turned = Graph.from_edges(pairs_array(pairs)[::-1, ::-1], weights[::-1], n_nodes=n)
    assert graph.equals(turned)


@given(edge_lists(), st.randoms(use_true_random=False))
def test_relabelling_permutes_the_matrix(case, random):
    n, pairs, weights, directed = case
    order = list(range(n))
    random.shuffle(order)
    order = np.array(order)
    graph = Graph.from_edges(pairs_array(pairs), weights, n_nodes=n, directed=directed)
    moved = Graph.from_edges(order[pairs_array(pairs)], weights, n_nodes=n, directed=directed)
    dense = graph.to_scipy().toarray()
    assert np.array_equal(moved.to_scipy().toarray()[np.ix_(order, order)], dense)
    assert moved.subgraph(order).equals(graph)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.uint32, np.int64, np.uint64])
def test_node_numbers_of_any_integer_type(dtype):
    expected = Graph.from_edges(TRIANGLE)
    array = np.array(TRIANGLE, dtype)
    assert Graph.from_edges(array).equals(expected)
    assert Graph.from_edges(np.asfortranarray(array)).equals(expected)
    assert Graph.from_edges((array[:, 0], array[:, 1])).equals(expected)


@pytest.mark.parametrize(
    ("dtype", "becomes"),
    [
        (np.uint8, np.int64),
        (np.int32, np.int64),
        (np.uint64, np.int64),
        (np.float16, np.float64),
        (np.float32, np.float64),
        (np.longdouble, np.float64),
    ],
)
def test_weight_types(dtype, becomes):
    graph = Graph.from_edges(TRIANGLE, np.array([1, 2, 3], dtype), node_weights=np.ones(3, dtype))
    assert graph.weights.dtype == becomes
    assert graph.node_weights.dtype == becomes
    assert graph.to_edges()[2].tolist() == [1, 3, 2]


def test_boolean_weights_say_which_edges_there_are():
    graph = Graph.from_edges(TRIANGLE, [True, False, True])
    assert graph.weights is None
    assert entries_of(graph).keys() == {(0, 1), (1, 0), (0, 2), (2, 0)}


def test_number_of_nodes():
    assert Graph.from_edges([(0, 4)]).n_nodes == 5
    assert Graph.from_edges([(0, 4)], n_nodes=7).n_nodes == 7
    assert Graph.from_edges([(0, 1)], node_weights=[1, 2, 3]).n_nodes == 3
    assert Graph.from_edges([(0, 1)], names=["a", "b", "c", "d"]).n_nodes == 4
    assert Graph.from_edges([]).n_nodes == 0
    assert Graph.from_edges([], n_nodes=3).n_edges == 0


def test_input_is_neither_modified_nor_kept():
    edges, weights, node_weights = np.array(TRIANGLE), np.array([1.0, 2.0, 3.0]), np.ones(3)
    for array in (edges, weights, node_weights):
        array.flags.writeable = False
    graph = Graph.from_edges(edges, weights, node_weights=node_weights)
    for array in (edges, weights, node_weights):
        array.flags.writeable = True
        array[...] = 0
    assert graph.to_edges()[2].tolist() == [1.0, 3.0, 2.0]
    assert graph.node_weights.tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"edges": [(0, -1)]}, ValueError, r"edges holds the target -1 in row 0"),
        ({"edges": [(0, 1), (0, 3)], "n_nodes": 3}, ValueError, r"\(0, 3\) in row 1.*n_nodes=3"),
        ({"edges": [(0.0, 1.0)]}, TypeError, r"edges must hold integers, got dtype float64"),
        ({"edges": [("a", "b")]}, TypeError, r"edges must hold integers"),
        ({"edges": np.zeros((2, 5), int)}, ValueError, r"\(2, 5\).*Graph.from_edge_index"),
        ({"edges": np.zeros((4, 3), int)}, ValueError, r"edges must have shape \(m, 2\).*\(4, 3\)"),
        ({"edges": ([0, 1], [1])}, ValueError, r"equally long, got 2 and 1"),
        ({"edges": TRIANGLE, "weights": [1, 2]}, ValueError, r"weights must have shape \(3,\)"),
        ({"edges": TRIANGLE, "weights": [1, -2, 1]}, ValueError, r"got -2 at position 1"),
        ({"edges": TRIANGLE, "weights": [1, 2, np.nan]}, ValueError, r"got nan at position 2"),
        ({"edges": TRIANGLE, "weights": [np.inf, 2, 1]}, ValueError, r"got inf at position 0"),
        ({"edges": TRIANGLE, "weights": [1j, 1, 1]}, TypeError, r"weights must hold real numbers"),
        ({"edges": TRIANGLE, "weights": [None, 1, 1]}, TypeError, r"got dtype object"),
        ({"edges": TRIANGLE, "weights": [2**61] * 3}, ValueError, r"sum.*below 2\*\*62"),
        ({"edges": TRIANGLE, "weights": np.full(3, 2**64 - 1, np.uint64)}, ValueError, "2\\*\\*63"),
        ({"edges": TRIANGLE, "node_weights": [1, 2]}, ValueError, r"in row 1.*n_nodes=2"),
        ({"edges": TRIANGLE, "node_weights": [1, np.nan, 1]}, ValueError, r"node_weights.*nan"),
        ({"edges": TRIANGLE, "names": "abcd", "n_nodes": 3}, ValueError, r"names must have shape"),
        ({"edges": TRIANGLE, "n_nodes": -1}, ValueError, r"n_nodes must be at least 0, got -1"),
        ({"edges": TRIANGLE, "n_nodes": 3.0}, TypeError, r"n_nodes must be an integer, got float"),
        ({"edges": TRIANGLE, "duplicates": "mean"}, ValueError, r"duplicates must be one of auto"),
    ],
)
def test_bad_edges(arguments, error, message):
    with pytest.raises(error, match=message):
        Graph.from_edges(**arguments)


# -- from_csr --------------------------------------------------------------------------------------


@given(edge_lists())
def test_csr_arrays_come_back(case):
    n, pairs, weights, directed = case
    graph = Graph.from_edges(pairs_array(pairs), weights, n_nodes=n, directed=directed)
    again = Graph.from_csr(graph.indptr, graph.indices, graph.weights, directed=directed)
    assert again.equals(graph)


@given(edge_lists())
def test_any_order_of_entries_gives_the_canonical_one(case):
    n, pairs, weights, directed = case
    arcs = [(arc, w) for arc, w in zip(pairs, weights)]
    if not directed:
        arcs += [((v, u), w) for (u, v), w in arcs if u != v]
    arcs.sort(key=lambda item: item[0][0])  # by row only
    indptr = np.searchsorted([u for (u, _), _ in arcs], np.arange(n + 1))
    graph = Graph.from_csr(
        indptr, [v for (_, v), _ in arcs], [w for _, w in arcs], directed=directed
    )
    assert entries_of(graph) == as_dict(n, pairs, weights, directed)


@pytest.mark.parametrize(
    ("indptr", "indices", "message"),
    [
        ([], [], r"indptr must have shape \(n_nodes \+ 1,\)"),
        ([1, 1], [0], r"indptr must start with 0, got 1"),
        ([0, 2, 1, 2], [1, 0], r"must not decrease, got indptr\[1\]=2 and indptr\[2\]=1"),
        ([0, 1, 3], [1, 0], r"indptr must end with len\(indices\)=2, got 3"),
        ([0, 1, 2], [1, 2], r"indices\[1\] is 2, allowed are node numbers from 0 to 1"),
        ([0, 1, 2], [-1, 0], r"indices\[0\] is -1, allowed"),
        ([0, 1, 2], [2**40, 0], r"indices\[0\] is 1099511627776, allowed"),
        ([0, 1, 1], [1], r"\(0, 1\) is 1 but \(1, 0\) is 0"),
        ([0, 0, 1], [0], r"\(1, 0\) is 1 but \(0, 1\) is 0"),
        ([0, 1, 3, 3], [1, 0, 2], r"\(1, 2\) is 1 but \(2, 1\) is 0"),
        ([0, 2, 4, 5], [1, 2, 0, 2, 0], r"\(1, 2\) is 1 but \(2, 1\) is 0"),
    ],
)
def test_bad_csr(indptr, indices, message):
    with pytest.raises(ValueError, match=message):
        Graph.from_csr(indptr, indices)


@given(edge_lists(max_nodes=6))
def test_symmetry_is_found_exactly(case):
    n, pairs, weights, _ = case
    entries = as_dict(n, pairs, weights, directed=True)
    symmetric = all(entries.get((v, u)) == w for (u, v), w in entries.items())
    graph = Graph.from_edges(pairs_array(pairs), weights, n_nodes=n, directed=True)
    if symmetric:
        again = Graph.from_csr(graph.indptr, graph.indices, graph.weights)
        assert entries_of(again) == entries
    else:
        with pytest.raises(ValueError, match="asymmetric entry"):
            Graph.from_csr(graph.indptr, graph.indices, graph.weights)


def test_asymmetric_weights_are_named():
    with pytest.raises(ValueError, match=r"\(0, 1\) is 2 but \(1, 0\) is 3"):
        Graph.from_csr([0, 1, 2], [1, 0], [2, 3])


def test_rounding_is_no_asymmetry():
    a, b = 0.1 + 0.2, 0.3
    weights = np.array([a, b])
    graph = Graph.from_csr([0, 1, 2], [1, 0], weights)
    assert graph.weights[0] == graph.weights[1] == pytest.approx(0.3)
    assert weights.tolist() == [a, b]
    with pytest.raises(ValueError, match="asymmetric"):
        Graph.from_csr([0, 1, 2], [1, 0], [0.3, 0.3 + 1e-8])


def test_explicit_zeros_are_absent():
    graph = Graph.from_csr([0, 2, 3, 4], [1, 2, 0, 0], [5, 0, 5, 0])
    assert entries_of(graph) == {(0, 1): 5, (1, 0): 5}


def test_read_only_and_strided_arrays_are_taken():
    indices = np.array([1, 9, 0, 9], np.int32)[::2]
    indptr = np.array([0, 1, 2], np.int32)
    indptr.flags.writeable = indices.flags.writeable = False
    assert Graph.from_csr(indptr, indices).equals(Graph.from_edges([(0, 1)]))


# -- the object ------------------------------------------------------------------------------------


def test_a_graph_cannot_be_changed():
    graph = Graph.from_edges(TRIANGLE, [1, 2, 3], node_weights=[1, 1, 1], names=["a", "b", "c"])
    for field in ("indptr", "indices", "weights", "node_weights", "names"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(graph, field)[0] = 0
        with pytest.raises(AttributeError, match="frozen"):
            setattr(graph, field, None)
    with pytest.raises(AttributeError, match="frozen"):
        graph.directed = True
    with pytest.raises(AttributeError, match="frozen"):
        del graph.indptr


def test_copies_and_pickles_are_equal():
    graph = Graph.from_edges(TRIANGLE, [1.5, 2, 3], node_weights=[1, 1, 1], names=["a", 2, (3,)])
    for other in (copy.copy(graph), copy.deepcopy(graph), pickle.loads(pickle.dumps(graph))):
        assert other.equals(graph)
        assert not other.indices.flags.writeable


def test_equality_sees_every_part():
    def build(**changes):
        given = {"weights": [1, 2, 3], "node_weights": [1, 2, 3], "names": [5, 6, 7], **changes}
        return Graph.from_edges(TRIANGLE, **given)

    graph = build()
    assert graph.equals(build())
    assert graph.equals(build(weights=[1.0, 2.0, 3.0]))
    for changes in (
        {"weights": [1, 2, 4]},
        {"weights": None},
        {"node_weights": [1, 2, 4]},
        {"node_weights": None},
        {"names": [5, 6, 8]},
        {"names": None},
        {"directed": True},
        {"n_nodes": 4, "node_weights": [1, 2, 3, 4], "names": [5, 6, 7, 8]},
    ):
        assert not graph.equals(build(**changes))
    assert not graph.equals("graph")


def test_names_keep_their_kind():
    assert Graph.from_edges(TRIANGLE, names=[3, 1, 2]).names.dtype == np.int64
    strings = Graph.from_edges(TRIANGLE, names=np.array(["a", "bb", "c"]))
    assert strings.names.dtype == object
    assert [type(name) for name in strings.names] == [str] * 3
    mixed = Graph.from_edges(TRIANGLE, names=["a", 1, (2, 3)])
    assert mixed.names.tolist() == ["a", 1, (2, 3)]


def test_numbers():
    graph = Graph.from_edges([(0, 1), (1, 1), (3, 1)], [2, 4, 6], node_weights=[1, 2, 3, 4])
    assert graph.degrees().tolist() == [1, 3, 0, 1]
    assert graph.total_node_weight == 10
    numbers = graph.to_dict()
    assert json.loads(json.dumps(numbers)) == numbers
    assert numbers == {
        "n_nodes": 4,
        "n_edges": 3,
        "directed": False,
        "weighted": True,
        "node_weighted": True,
        "named": False,
        "n_self_loops": 1,
        "n_isolated": 1,
        "min_degree": 0,
        "max_degree": 3,
        "total_edge_weight": 12,
        "total_node_weight": 10,
    }
    assert repr(graph) == "Graph(n_nodes=4, n_edges=3, undirected, weighted, node weights)"
    assert Graph.from_edges([]).to_dict()["min_degree"] == 0
    assert Graph.from_edges(TRIANGLE).total_node_weight == 3


@given(edge_lists())
def test_total_edge_weight_counts_every_edge_once(case):
    n, pairs, weights, directed = case
    for dtype in (int, float):
        graph = Graph.from_edges(
            pairs_array(pairs), np.array(weights, dtype), n_nodes=n, directed=directed
        )
        assert graph.to_dict()["total_edge_weight"] == sum(weights)


@given(edge_lists())
def test_to_edges_lists_every_edge_once(case):
    n, pairs, weights, directed = case
    graph = Graph.from_edges(pairs_array(pairs), weights, n_nodes=n, directed=directed)
    src, dst, w = graph.to_edges()
    assert len(src) == graph.n_edges
    assert directed or (src <= dst).all()
    assert (np.diff(src * n + dst) > 0).all()
    assert Graph.from_edges((src, dst), w, n_nodes=n, directed=directed).equals(graph)


# -- subgraphs -------------------------------------------------------------------------------------


@given(edge_lists(), st.data())
def test_subgraph_is_a_submatrix(case, data):
    n, pairs, weights, directed = case
    graph = Graph.from_edges(
        pairs_array(pairs),
        weights,
        n_nodes=n,
        directed=directed,
        node_weights=np.arange(n),
        names=[f"v{v}" for v in range(n)],
    )
    nodes = data.draw(st.lists(st.integers(0, n - 1), unique=True))
    part = graph.subgraph(np.array(nodes, int))
    dense = graph.to_scipy().toarray()
    assert np.array_equal(part.to_scipy().toarray(), dense[np.ix_(nodes, nodes)])
    assert part.node_weights.tolist() == nodes
    assert part.names.tolist() == [f"v{v}" for v in nodes]
    assert part.directed == directed
    assert part.equals(
        Graph.from_csr(
            *part._arrays[:3], directed=directed, node_weights=part.node_weights, names=part.names
        )
    )
    mask = np.isin(np.arange(n), nodes)
    assert graph.subgraph(mask).equals(graph.subgraph(sorted(nodes)))


def test_subgraph_of_unweighted_graph():
    graph = Graph.from_edges(TRIANGLE)
    assert graph.subgraph([2, 0]).equals(Graph.from_edges([(0, 1)]))
    assert graph.subgraph([]).n_nodes == 0
    assert graph.subgraph([True, True, True]).equals(graph)


@pytest.mark.parametrize(
    ("nodes", "error", "message"),
    [
        ([0, 3], ValueError, r"nodes holds 3, allowed are node numbers from 0 to 2"),
        ([-1], ValueError, r"nodes holds -1"),
        ([1, 0, 1], ValueError, r"nodes must be distinct, got 1 more than once"),
        ([True, False], ValueError, r"nodes must have shape \(3,\) if it is a mask, got \(2,\)"),
        ([0.0], TypeError, r"nodes must hold integers, got dtype float64"),
        ([[0]], ValueError, r"nodes must be one-dimensional"),
    ],
)
def test_bad_subgraph(nodes, error, message):
    with pytest.raises(error, match=message):
        Graph.from_edges(TRIANGLE).subgraph(nodes)


@given(edge_lists())
def test_without_self_loops(case):
    n, pairs, weights, directed = case
    graph = Graph.from_edges(
        pairs_array(pairs), weights, n_nodes=n, directed=directed, node_weights=np.ones(n)
    )
    bare = graph.without_self_loops()
    assert entries_of(bare) == {arc: w for arc, w in entries_of(graph).items() if arc[0] != arc[1]}
    assert not bare.has_self_loops
    assert bare.node_weights.tolist() == graph.node_weights.tolist()
    assert bare.without_self_loops() is bare
