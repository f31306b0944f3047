import subprocess
import sys
from types import SimpleNamespace

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from partwise.graph import Graph, as_graph

FORMATS = ["csr", "csc", "coo", "bsr", "lil", "dok", "dia"]


@st.composite
def graphs(draw, weighted=None, directed=None, named=False):
    n = draw(st.integers(1, 9))
    node = st.integers(0, n - 1)
    pairs = draw(st.lists(st.tuples(node, node), max_size=2 * n))
    weighted = draw(st.booleans()) if weighted is None else weighted
    weights = None
    if weighted:
        kind = draw(st.sampled_from([st.integers(1, 9), st.floats(0.5, 9.0)]))
        weights = np.array([draw(kind) for _ in pairs], dtype=None if pairs else float)
    return Graph.from_edges(
        np.array(pairs, np.int64).reshape(-1, 2),
        weights,
        n_nodes=n,
        directed=draw(st.booleans()) if directed is None else directed,
        names=[f"v{v}" for v in range(n)] if named else None,
    )


def is_symmetric(graph):
    dense = graph.to_scipy(float).toarray()
    return np.array_equal(dense, dense.T)


# -- scipy and dense -------------------------------------------------------------------------------


@pytest.mark.parametrize("container", [sp.csr_array, sp.csr_matrix])
@pytest.mark.parametrize("layout", FORMATS)
@given(graph=graphs())
def test_scipy_round_trip(container, layout, graph):
    matrix = container(graph.to_scipy()).asformat(layout)
    assert Graph.from_scipy(matrix, directed=graph.directed).equals(graph)
    # Left to itself, a symmetric matrix is an undirected graph.
    assert as_graph(matrix).directed != is_symmetric(graph)


@given(graphs())
def test_dense_round_trip(graph):
    dense = graph.to_scipy().toarray()
    again = as_graph(dense, directed=graph.directed)
    assert again.equals(graph)
    assert as_graph(dense.tolist(), directed=graph.directed).equals(graph)


@pytest.mark.parametrize(
    ("dtype", "becomes"),
    [
        (np.int8, np.int64),
        (np.uint16, np.int64),
        (np.float32, np.float64),
        (np.float64, np.float64),
    ],
)
def test_matrix_types(dtype, becomes):
    dense = np.array([[0, 3], [3, 0]], dtype)
    for matrix in (dense, sp.csr_array(dense), sp.coo_array(dense)):
        graph = as_graph(matrix)
        assert graph.weights.dtype == becomes
        assert graph.weights.tolist() == [3, 3]
        assert not graph.directed
    assert as_graph(dense != 0).weights is None


def test_repeated_entries_sum_without_overflow():
    matrix = sp.coo_array((np.full(4, 100, np.int8), ([0, 0, 1, 1], [1, 1, 0, 0])), shape=(2, 2))
    assert as_graph(matrix).weights.tolist() == [200, 200]
    csr = sp.csr_array((np.full(4, 100, np.int8), [1, 1, 0, 0], [0, 2, 4]), shape=(2, 2))
    assert as_graph(csr).weights.tolist() == [200, 200]
    assert csr.nnz == 4


def test_explicit_zeros_and_the_zero_diagonal_of_a_neighbour_graph_are_absent():
    matrix = sp.csr_array(([0.0, 2.0, 2.0, 0.0], [0, 1, 0, 1], [0, 2, 4]), shape=(2, 2))
    assert as_graph(matrix).equals(Graph.from_edges([(0, 1)], [2.0]))


def test_weight_none_ignores_weights():
    plain = Graph.from_edges([(0, 1), (1, 2)])
    weighted = Graph.from_edges([(0, 1), (1, 2)], [2, 3])
    edges = np.array([[0, 1, 2], [1, 2, 3]])
    frame = pytest.importorskip("pandas").DataFrame(edges, columns=["source", "target", "weight"])
    for obj in (weighted, weighted.to_scipy(), weighted.to_networkx(), edges, frame):
        assert as_graph(obj).equals(weighted)
        assert as_graph(obj, weight=None).equals(plain)


def test_directed_argument():
    one_way = sp.csr_array(np.array([[0, 2], [0, 0]]))
    both = sp.csr_array(np.array([[0, 2], [2, 0]]))
    assert as_graph(one_way).directed
    assert as_graph(both, directed=True).n_edges == 2
    for obj in (one_way, one_way.toarray(), one_way.tocoo(), as_graph(one_way)):
        with pytest.raises(ValueError, match=r"asymmetric entry: \(0, 1\) is 2 but \(1, 0\) is 0"):
            as_graph(obj, directed=False)
    undirected = as_graph(both)
    directed = as_graph(undirected, directed=True)
    assert directed.directed
    assert as_graph(directed, directed=False).equals(undirected)
    assert as_graph(undirected) is undirected
    with pytest.raises(ValueError, match=r"asymmetric entry: \(0, 1\) is 1 but \(1, 0\) is 0"):
        as_graph(nx.DiGraph([(0, 1)]), directed=False)


def test_node_weights_and_names_with_scipy():
    matrix = sp.csr_array(np.array([[0, 1], [1, 0]]))
    graph = Graph.from_scipy(matrix, node_weights=[1, 2], names=["a", "b"])
    assert graph.node_weights.tolist() == [1, 2]
    assert graph.names.tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("obj", "error", "message"),
    [
        (np.zeros((2, 5), int), ValueError, r"\(2, 5\).*Graph.from_edge_index"),
        (np.zeros((3, 4)), ValueError, r"square .* or have 2 or 3 columns.*got shape \(3, 4\)"),
        (np.zeros(3), ValueError, r"got shape \(3,\)"),
        (np.zeros((2, 2, 2)), ValueError, r"got shape \(2, 2, 2\)"),
        (sp.csr_array((2, 3)), ValueError, r"must be square, got shape \(2, 3\)"),
        (np.array([[0, np.nan], [1, 0]]), ValueError, r"got nan for the entry \(0, 1\)"),
        (np.array([[0, 1], [-1, 0]]), ValueError, r"got -1 for the entry \(1, 0\)"),
        (sp.csr_array([[0, 1], [-1.5, 0]]), ValueError, r"got -1.5 for the entry \(1, 0\)"),
        (sp.coo_array([[0, np.inf], [1, 0]]), ValueError, r"got inf for the entry \(0, 1\)"),
        (np.array([[0, 1j], [1j, 0]]), TypeError, r"real numbers, got dtype complex128"),
        (sp.csr_array([[0, 1j], [1j, 0]]), TypeError, r"real numbers, got dtype complex128"),
        (np.array([[0, None], [1, 0]], object), TypeError, r"real numbers, got dtype object"),
        (np.array([[0.5, 1], [1, 2], [2, 3], [0, 3]]), ValueError, r"\[0.5, 1.0\] in row 0"),
        (np.array([[0, np.nan], [1, 2], [2, 3]]), ValueError, r"node numbers must be integers"),
        ("graph.txt", TypeError, r"the path 'graph.txt'; use read_graph"),
        (None, TypeError, r"expected a partwise Graph, .*, got NoneType"),
        (5, TypeError, r"got int"),
        ({"a": 1}, TypeError, r"got dict"),
    ],
)
def test_what_is_no_graph(obj, error, message):
    with pytest.raises(error, match=message):
        as_graph(obj)


# -- edge arrays -----------------------------------------------------------------------------------


def test_edge_arrays():
    path = Graph.from_edges([(0, 1), (1, 2), (2, 3), (3, 4)])
    pairs = np.array([[0, 1], [1, 2], [2, 3], [3, 4]])
    assert as_graph(pairs).equals(path)
    assert as_graph(pairs.astype(float)).equals(path)
    assert as_graph(pairs, directed=True).n_edges == 4
    assert as_graph(np.column_stack([pairs, [1, 2, 3, 4]])).weights.sum() == 20
    weighted = as_graph(np.column_stack([pairs, [0.5, 1, 0, 2]]))
    assert weighted.to_edges()[2].tolist() == [0.5, 1.0, 2.0]
    assert weighted.n_nodes == 5
    assert as_graph([]).n_nodes == 0
    assert as_graph(np.zeros((0, 2), int)).n_nodes == 0


def test_square_arrays_are_matrices_and_lists_of_tuples_are_edges():
    edges = [(0, 1), (1, 2)]
    assert as_graph(edges).equals(Graph.from_edges(edges))
    assert as_graph(np.array(edges)).equals(Graph.from_csr([0, 1, 3], [1, 0, 1], [1, 1, 2]))
    assert as_graph([(0, 1, 5), (1, 2, 6), (2, 3, 7)]).n_nodes == 4
    assert as_graph([[0, 1, 5], [1, 0, 6], [5, 6, 0]]).n_nodes == 3


# -- networkx --------------------------------------------------------------------------------------


@given(graphs(named=True))
def test_networkx_round_trip(graph):
    there = graph.to_networkx()
    assert there.is_directed() == graph.directed
    assert Graph.from_networkx(there).equals(graph) or graph.n_edges == 0
    assert as_graph(there).n_edges == graph.n_edges == there.number_of_edges()


def test_networkx_round_trip_with_everything():
    graph = Graph.from_edges([(0, 1), (2, 2)], [1.5, 2.5], node_weights=[1, 2, 3, 4])
    again = Graph.from_networkx(graph.to_networkx(), node_weight="weight")
    assert again.equals(graph)
    renamed = graph.to_networkx(weight="w", node_weight="size")
    assert renamed.edges[0, 1] == {"w": 1.5}
    assert renamed.nodes[3] == {"size": 4}
    assert Graph.from_networkx(renamed, weight="w", node_weight="size").equals(graph)


def test_networkx_nodes_keep_their_order_and_names():
    graph = nx.Graph([("b", "a"), ("a", ("t", 1)), (frozenset({2}), "b")])
    ours = as_graph(graph)
    assert ours.names.tolist() == list(graph.nodes)
    assert {frozenset((ours.names[u], ours.names[v])) for u, v in zip(*ours.to_edges()[:2])} == {
        frozenset(edge) for edge in graph.edges
    }
    assert as_graph(nx.path_graph(4)).names is None
    assert as_graph(nx.Graph([(2, 0), (0, 1)])).names.tolist() == [2, 0, 1]
    assert as_graph(nx.Graph([(1, 2)])).names.dtype == np.int64


def test_networkx_weights():
    graph = nx.Graph()
    graph.add_edge(0, 1, weight=3, cost=2.5)
    graph.add_edge(1, 2)
    assert as_graph(graph).to_edges()[2].tolist() == [3, 1]
    assert as_graph(graph, weight="cost").to_edges()[2].tolist() == [2.5, 1.0]
    assert as_graph(graph, weight="colour").weights is None
    graph.add_edge(2, 3, weight="heavy")
    with pytest.raises(TypeError, match=r"edge attribute 'weight' must hold real numbers.*heavy"):
        as_graph(graph)
    graph.add_edge(2, 3, weight=-1)
    with pytest.raises(ValueError, match=r"finite and non-negative, got -1"):
        as_graph(graph)
    with pytest.raises(TypeError, match=r"expected a networkx graph, got list"):
        Graph.from_networkx([(0, 1)])


def test_parallel_edges_of_networkx():
    multi = nx.MultiGraph([(0, 1), (0, 1), (1, 0), (1, 2)])
    assert as_graph(multi).weights is None
    assert as_graph(multi).n_edges == 2
    for u, v, key in multi.edges(keys=True):
        multi.edges[u, v, key]["weight"] = key + 1
    assert as_graph(multi).to_edges()[2].tolist() == [6, 1]
    digraph = nx.MultiDiGraph([(0, 1), (0, 1), (1, 0)])
    assert as_graph(digraph).n_edges == 2
    assert as_graph(digraph).directed


def test_repeated_names_cannot_become_networkx_nodes():
    with pytest.raises(ValueError, match="names must be distinct"):
        Graph.from_edges([(0, 1)], names=["a", "a"]).to_networkx()


# -- data frames -----------------------------------------------------------------------------------


@pytest.fixture(params=["pandas", "polars", "dict-like"])
def frame(request):
    """Build a frame of columns with one of several libraries."""
    if request.param == "dict-like":

        class Frame(dict):
            @property
            def columns(self):
                return list(self)

        return Frame
    return pytest.importorskip(request.param).DataFrame


def test_frame_of_integer_ids(frame):
    graph = as_graph(frame({"source": [30, 10, 20], "target": [10, 20, 10], "weight": [1, 2, 3]}))
    assert graph.names.tolist() == [10, 20, 30]
    assert entries(graph) == {(0, 1): 5, (0, 2): 1}
    extreme = as_graph(frame({"source": [-(2**63), 2**63 - 1], "target": [0, -(2**63)]}))
    assert extreme.names.tolist() == [-(2**63), 0, 2**63 - 1]
    assert extreme.indices.tolist() == [1, 2, 0, 0]
    assert as_graph(frame({"source": [-3], "target": [-1]})).names.tolist() == [-3, -1]
    plain = as_graph(frame({"target": [1, 2], "source": [0, 1]}))
    assert plain.names is None
    assert plain.weights is None


def entries(graph):
    src, dst, weights = graph.to_edges()
    return dict(zip(zip(src.tolist(), dst.tolist()), weights.tolist()))


def test_frame_of_strings_in_order_of_first_appearance(frame):
    graph = as_graph(frame({"source": ["z", "b", "a"], "target": ["b", "a", "z"], "w": [1, 2, 3]}))
    assert graph.names.tolist() == ["z", "b", "a"]
    assert graph.weights is None
    weighted = as_graph(
        frame({"source": ["z", "b"], "target": ["b", "z"], "w": [0.5, 2.0]}),
        weight="w",
        directed=True,
    )
    assert weighted.directed
    assert weighted.weights.tolist() == [0.5, 2.0]


def test_bad_frames(frame):
    with pytest.raises(ValueError, match=r"columns source and target, got \['from', 'to'\]"):
        as_graph(frame({"from": [0], "to": [1]}))
    with pytest.raises(TypeError, match=r"column 'source' must hold integer or string ids"):
        as_graph(frame({"source": [0.5], "target": [1]}))
    with pytest.raises(ValueError, match=r"column 'target' has a missing id in row 1"):
        as_graph(frame({"source": ["a", "b"], "target": ["b", None]}))
    with pytest.raises(ValueError, match=r"weights must be finite and non-negative, got -1"):
        as_graph(frame({"source": [0], "target": [1], "weight": [-1]}))
    with pytest.raises(TypeError, match=r"must hold real numbers"):
        as_graph(frame({"source": [0], "target": [1], "weight": ["x"]}))


def test_table_of_pyarrow():
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table({"source": [5, 7], "target": [7, 9], "weight": [1.0, 2.0]})
    graph = as_graph(table)
    assert graph.names.tolist() == [5, 7, 9]
    assert graph.to_edges()[2].tolist() == [1.0, 2.0]


# -- torch-geometric -------------------------------------------------------------------------------


@given(graphs())
def test_edge_index_round_trip(graph):
    edge_index, weights = graph.to_edge_index()
    assert edge_index.dtype == np.int64
    again = Graph.from_edge_index(
        edge_index, weights, num_nodes=graph.n_nodes, directed=graph.directed
    )
    assert again.equals(graph)


def test_edge_index_errors():
    with pytest.raises(ValueError, match=r"edge_index must have shape \(2, m\), got \(3, 2\)"):
        Graph.from_edge_index(np.zeros((3, 2), int))
    with pytest.raises(ValueError, match=r"edge_weight must have shape \(1,\), got \(2,\)"):
        Graph.from_edge_index([[0], [1]], [1, 2], directed=True)
    with pytest.raises(ValueError, match=r"asymmetric entry: \(0, 1\)"):
        Graph.from_edge_index([[0], [1]])
    with pytest.raises(ValueError, match=r"allowed are nodes below n_nodes=1"):
        Graph.from_edge_index([[0], [1]], num_nodes=1, directed=True)
    with pytest.raises(ValueError, match="SimpleNamespace has no edge_index"):
        Graph.from_pyg(SimpleNamespace())


class FakeTensor:
    """What partwise needs of a tensor: it may live elsewhere and carry a gradient."""

    def __init__(self, values):
        self._values = np.array(values)

    def detach(self):
        return self

    def cpu(self):
        return self

    def numpy(self):
        return self._values


def test_data_by_its_attributes():
    data = SimpleNamespace(
        edge_index=FakeTensor([[0, 1, 1, 2], [1, 0, 2, 1]]),
        edge_weight=FakeTensor(np.array([[1.5], [1.5], [2.0], [2.0]], np.float32)),
        num_nodes=5,
    )
    expected = Graph.from_edges([(0, 1), (1, 2)], [1.5, 2.0], n_nodes=5)
    assert as_graph(data).equals(expected)
    assert Graph.from_pyg(data).equals(expected)
    data.edge_weight = None
    assert as_graph(data).weights is None
    data.edge_index = FakeTensor([[0, 1], [1, 2]])
    assert as_graph(data).directed


def test_data_of_torch_geometric():
    torch = pytest.importorskip("torch")
    data_class = pytest.importorskip("torch_geometric.data").Data
    graph = Graph.from_edges([(0, 1), (1, 2)], [1.5, 2.0], n_nodes=5)
    edge_index, weights = map(torch.from_numpy, graph.to_edge_index())
    assert as_graph(data_class(edge_index=edge_index, edge_weight=weights, num_nodes=5)).equals(
        graph
    )


# -- cold start ------------------------------------------------------------------------------------


def test_the_api_modules_load_no_heavy_library():
    code = (
        "import sys, partwise.graph, partwise.metrics, partwise.graph.generators\n"
        "from partwise.graph import Graph, Hypergraph, as_graph, quotient_graph\n"
        "from partwise.graph.generators import grid_graph, rmat_graph, stochastic_block_graph\n"
        "from partwise.graph.generators import delaunay_graph\n"
        "from partwise.metrics import edge_cut, evaluate_partition\n"
        "heavy = {'numba', 'scipy', 'networkx', 'sklearn', 'pandas', 'torch', 'matplotlib'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
