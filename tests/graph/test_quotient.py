import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.graph import Graph, quotient_graph
from partwise.metrics import block_weights, edge_cut


@st.composite
def partitioned(draw):
    n = draw(st.integers(1, 10))
    node = st.integers(0, n - 1)
    pairs = draw(st.lists(st.tuples(node, node), max_size=3 * n))
    kind = draw(st.sampled_from([None, int, float]))
    weights = None
    if kind is not None:
        weights = np.array([draw(st.integers(1, 9)) for _ in pairs], kind) * (
            1.1 if kind is float else 1
        )
    graph = Graph.from_edges(
        np.array(pairs, np.int64).reshape(-1, 2),
        weights,
        n_nodes=n,
        directed=draw(st.booleans()),
        node_weights=draw(st.none() | st.lists(st.integers(0, 5), min_size=n, max_size=n)),
    )
    labels = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    return graph, labels


@given(partitioned())
def test_quotient_is_the_matrix_product(case):
    graph, labels = case
    k = 5
    member = np.eye(k)[labels]
    flow = member.T @ graph.to_scipy(float).toarray() @ member
    whole = quotient_graph(graph, labels, k, self_loops=True)
    bare = quotient_graph(graph, labels, k)
    assert whole.directed == bare.directed == graph.directed
    assert np.array_equal(whole.node_weights, block_weights(graph, labels, k))
    outside = flow - np.diag(np.diag(flow))
    np.testing.assert_allclose(bare.to_scipy(float).toarray(), outside, rtol=1e-12)
    dense = whole.to_scipy(float).toarray()
    if not graph.directed:
        # Both directions of an inside edge are in the product, self-loops once.
        loops = member.T @ np.diag(graph.to_scipy(float).diagonal()) @ member
        flow[np.diag_indices(k)] = (np.diag(flow) + np.diag(loops)) / 2
    np.testing.assert_allclose(dense, flow, rtol=1e-12)


@given(partitioned())
def test_quotient_weights_sum_to_the_cut(case):
    graph, labels = case
    total = quotient_graph(graph, labels).to_dict()["total_edge_weight"]
    assert total == pytest.approx(edge_cut(graph, labels), rel=1e-12)


@given(partitioned())
def test_quotient_is_a_valid_graph(case):
    graph, labels = case
    blocks = quotient_graph(graph, labels, self_loops=True)
    again = Graph.from_csr(
        blocks.indptr,
        blocks.indices,
        blocks.weights,
        directed=blocks.directed,
        node_weights=blocks.node_weights,
    )
    assert again.equals(blocks)


def test_quotient_by_identity_is_the_graph():
    graph = Graph.from_edges([(0, 1), (1, 2), (2, 2)], [2, 3, 4], node_weights=[1, 1, 2])
    assert quotient_graph(graph, [0, 1, 2], self_loops=True).equals(graph)


def test_empty_and_bad():
    assert quotient_graph(Graph.from_edges([]), []).n_nodes == 0
    assert quotient_graph(Graph.from_edges([], n_nodes=2), [0, 2]).node_weights.tolist() == [
        1,
        0,
        1,
    ]
    with pytest.raises(ValueError, match=r"labels holds 2 at position 1, allowed.*0 to 1"):
        quotient_graph([(0, 1), (1, 2)], [0, 2, 1], 2)
