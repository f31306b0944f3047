import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.graph import Graph
from partwise.graph.generators import grid_graph, hypercube_graph
from partwise.metrics import (
    block_weights,
    boundary_nodes,
    communication_volume,
    connected_blocks,
    edge_cut,
    evaluate_partition,
    imbalance,
    n_components_per_block,
)


@st.composite
def partitioned(draw, max_nodes=12, max_parts=4):
    """Draw n, distinct weighted edges, labels, a number of parts, node weights, directedness."""
    n = draw(st.integers(1, max_nodes))
    directed = draw(st.booleans())
    node = st.integers(0, n - 1)
    pairs = draw(st.lists(st.tuples(node, node), max_size=3 * n))
    if not directed:
        pairs = [(min(pair), max(pair)) for pair in pairs]
    edges = [(*pair, draw(st.integers(1, 9))) for pair in sorted(set(pairs))]
    k = draw(st.integers(1, max_parts))
    labels = draw(st.lists(st.integers(0, k - 1), min_size=n, max_size=n))
    node_weights = draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))
    return n, edges, labels, k, node_weights, directed


def build(n, edges, node_weights, directed, dtype=np.int64):
    pairs = np.array([edge[:2] for edge in edges], np.int64).reshape(-1, 2)
    weights = np.array([edge[2] for edge in edges], dtype)
    return Graph.from_edges(pairs, weights, n_nodes=n, node_weights=node_weights, directed=directed)


@given(partitioned())
def test_metrics_equal_their_plain_references(oracles, case):
    n, edges, labels, k, node_weights, directed = case
    graph = build(n, edges, node_weights, directed)
    plain = oracles.partition
    cut = edge_cut(graph, labels)
    assert cut == plain.edge_cut(edges, labels)
    assert type(cut) is int
    assert block_weights(graph, labels, k).tolist() == plain.block_weights(node_weights, labels, k)
    assert communication_volume(graph, labels) == plain.communication_volume(
        edges, labels, directed
    )
    assert boundary_nodes(graph, labels).tolist() == plain.boundary_nodes(edges, labels)
    assert n_components_per_block(graph, labels, k).tolist() == plain.n_components(edges, labels, k)
    assert imbalance(graph, labels, k) == pytest.approx(
        plain.imbalance(node_weights, labels, k), rel=1e-12
    )


@given(partitioned(), st.data())
def test_imbalance_with_shares_equals_exact_arithmetic(oracles, case, data):
    n, edges, labels, k, node_weights, directed = case
    shares = data.draw(st.lists(st.integers(1, 7), min_size=k, max_size=k))
    expected = oracles.partition.imbalance(node_weights, labels, k, shares)
    graph = build(n, edges, node_weights, directed)
    for scale in (1, 0.1, 1 / sum(shares)):
        given_shares = np.array(shares) * scale
        assert imbalance(graph, labels, k, given_shares) == pytest.approx(expected, rel=1e-12)


@given(partitioned())
def test_whole_float_weights_measure_as_integers_do(case):
    n, edges, labels, k, node_weights, directed = case
    exact = build(n, edges, node_weights, directed)
    floats = build(n, edges, np.array(node_weights, float), directed, np.float64)
    cut = edge_cut(floats, labels)
    assert cut == edge_cut(exact, labels)
    assert type(cut) is float
    assert imbalance(floats, labels, k) == imbalance(exact, labels, k)
    assert np.array_equal(block_weights(floats, labels, k), block_weights(exact, labels, k))


@given(partitioned(), st.randoms(use_true_random=False))
def test_metrics_do_not_depend_on_numbering(case, random):
    n, edges, labels, k, node_weights, directed = case
    order = list(range(n))
    random.shuffle(order)
    moved = [(order[u], order[v], w) for u, v, w in edges]
    new_labels, new_weights = [0] * n, [0] * n
    for v in range(n):
        new_labels[order[v]], new_weights[order[v]] = labels[v], node_weights[v]
    before = evaluate_partition(build(n, edges, node_weights, directed), labels, k).to_dict()
    after = evaluate_partition(build(n, moved, new_weights, directed), new_labels, k).to_dict()
    assert before == after


def test_weights_scale_the_cut():
    graph = grid_graph((5, 6))
    src, dst, _ = graph.to_edges()
    labels = np.arange(30) % 4
    weighted = Graph.from_edges((src, dst), np.full(len(src), 7))
    assert edge_cut(weighted, labels) == 7 * edge_cut(graph, labels)


def test_known_partitions():
    # A 4 x 6 grid in two halves of 4 x 3, then in columns.
    grid = grid_graph((4, 6))
    columns = np.tile(np.arange(6), 4)
    halves = columns // 3
    assert edge_cut(grid, halves) == 4
    assert communication_volume(grid, halves) == 8
    assert boundary_nodes(grid, halves).tolist() == [2, 3, 8, 9, 14, 15, 20, 21]
    assert imbalance(grid, halves) == 0.0
    assert edge_cut(grid, columns) == 20
    # One bit of a hypercube: half of all nodes' edges of that direction.
    assert edge_cut(hypercube_graph(5), np.arange(32) >> 4) == 16
    # A star: the centre is alone.
    star = Graph.from_edges([(0, leaf) for leaf in range(1, 6)])
    labels = [1, 0, 0, 0, 0, 0]
    assert edge_cut(star, labels) == 5
    assert n_components_per_block(star, labels).tolist() == [5, 1]
    assert connected_blocks(star, labels).tolist() == [False, True]


def test_self_loops_are_never_cut():
    graph = Graph.from_edges([(0, 0), (0, 1), (1, 1)], [5, 2, 9])
    assert edge_cut(graph, [0, 1]) == 2
    assert communication_volume(graph, [0, 1]) == 2
    assert boundary_nodes(graph, [0, 0]).tolist() == []


def test_directed_edges_count_one_way_each():
    graph = Graph.from_edges([(0, 1), (1, 0), (0, 2)], directed=True)
    assert edge_cut(graph, [0, 1, 2]) == 3
    assert communication_volume(graph, [0, 1, 2]) == 3
    assert boundary_nodes(graph, [0, 0, 1]).tolist() == [0, 2]
    assert n_components_per_block(graph, [0, 0, 0]).tolist() == [1]


def test_empty_blocks_count():
    path = Graph.from_edges([(0, 1), (1, 2), (2, 3)])
    assert block_weights(path, [0, 0, 2, 2], 4).tolist() == [2, 0, 2, 0]
    assert imbalance(path, [0, 0, 2, 2], 4) == 1.0
    assert connected_blocks(path, [0, 0, 2, 2], 4).all()
    assert evaluate_partition(path, [0, 0, 2, 2], 4).n_empty == 2


def test_rounding_up_leaves_room():
    path = Graph.from_edges([(0, 1), (1, 2), (2, 3), (3, 4)])
    assert imbalance(path, [0, 0, 0, 1, 1]) == 0.0
    assert imbalance(path, [0, 0, 1, 1, 2], 3) == 0.0
    fractional = Graph.from_edges([(0, 1)], node_weights=[0.5, 1.0])
    assert imbalance(fractional, [0, 1]) == pytest.approx(1.0 / 0.75 - 1)


@pytest.mark.parametrize("k", [3, 7, 10, 49, 1000])
def test_equal_shares_agree_with_none(k):
    n = 3 * k
    graph = Graph.from_edges(np.zeros((0, 2), int), n_nodes=n)
    labels = np.arange(n) % k
    for shares in (np.full(k, 1 / k), np.full(k, 0.1), np.ones(k)):
        assert imbalance(graph, labels, k, shares) == imbalance(graph, labels, k) == 0.0


def test_a_share_that_is_whole_up_to_rounding_is_not_rounded_up():
    # 0.1 + 0.2 + ... in binary: 0.3 * 10 is 3.0000000000000004 after scaling to sum 1.
    graph = Graph.from_edges(np.zeros((0, 2), int), n_nodes=10)
    labels = np.repeat([0, 1], [3, 7])
    assert imbalance(graph, labels, target_weights=[0.1 + 0.2, 0.7]) == 0.0


def test_a_block_without_a_share_must_be_empty():
    path = Graph.from_edges([(0, 1), (1, 2)])
    assert imbalance(path, [0, 0, 0], target_weights=[1, 0]) == 0.0
    assert imbalance(path, [0, 0, 1], target_weights=[1, 0]) == np.inf


def test_large_integer_weights_are_exact():
    big = 2**60 + 1
    graph = Graph.from_edges([(0, 1), (1, 2)], [big, 3], node_weights=[big, 2, 1])
    assert edge_cut(graph, [0, 1, 2]) == big + 3
    assert block_weights(graph, [0, 0, 1]).tolist() == [big + 2, 1]


def test_empty_graph():
    empty = Graph.from_edges([], n_nodes=0)
    report = evaluate_partition(empty, [])
    assert report.to_dict() == {
        "n_nodes": 0,
        "n_edges": 0,
        "n_parts": 0,
        "cut": 0,
        "imbalance": 0.0,
        "communication_volume": 0,
        "n_boundary": 0,
        "n_empty": 0,
        "connected": True,
        "block_weights": [],
        "n_components": [],
    }
    assert imbalance(empty, [], 3) == 0.0


def test_report_is_json_and_agrees_with_the_functions():
    graph = Graph.from_edges([(0, 1), (1, 2), (2, 3)], [1.5, 2.5, 1.0], node_weights=[1, 2, 3, 4])
    labels = np.array([0, 1, 1, 0], np.uint8)
    report = evaluate_partition(graph, labels)
    assert json.loads(json.dumps(report.to_dict())) == report.to_dict()
    assert report.cut == edge_cut(graph, labels) == 2.5
    assert report.imbalance == imbalance(graph, labels)
    assert report.n_components.tolist() == [2, 1]
    assert not report.connected


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int32, np.int64, np.uint64])
def test_labels_of_any_integer_type(dtype):
    assert edge_cut([(0, 1), (1, 2)], np.array([0, 1, 1], dtype)) == 1


def test_labels_are_not_modified_and_may_be_read_only():
    labels = np.array([0, 1, 1], np.int32)
    labels.flags.writeable = False
    assert edge_cut([(0, 1), (1, 2)], labels) == 1
    assert labels.tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    ("labels", "n_parts", "error", "message"),
    [
        ([0, 1], None, ValueError, r"labels must have shape \(3,\).*got \(2,\)"),
        ([[0], [1], [1]], None, ValueError, r"labels must have shape \(3,\).*got \(3, 1\)"),
        ([0, -1, 1], None, ValueError, r"labels holds -1 at position 1.*from 0"),
        ([0, 1, 2], 2, ValueError, r"labels holds 2 at position 2, allowed.*from 0 to 1"),
        ([0, 1, 2**31], None, ValueError, r"labels holds 2147483648 at position 2"),
        ([0.0, 1.0, 1.0], None, TypeError, r"labels must hold integers, got dtype float64"),
        (["a", "b", "b"], None, TypeError, r"labels must hold integers"),
        ([0, 0, 0], 0, ValueError, r"n_parts must be from 1.*got 0"),
        ([0, 0, 0], 1.5, TypeError, r"n_parts must be an integer, got float"),
    ],
)
def test_bad_labels(labels, n_parts, error, message):
    with pytest.raises(error, match=message):
        block_weights([(0, 1), (1, 2)], labels, n_parts)


@pytest.mark.parametrize(
    ("shares", "error", "message"),
    [
        ([1, 1, 1], ValueError, r"target_weights must have shape \(2,\).*got \(3,\)"),
        ([1, -1], ValueError, r"target_weights must be finite.*got -1.0 at position 1"),
        ([1, np.nan], ValueError, r"target_weights must be finite.*got nan at position 1"),
        ([0, 0], ValueError, r"target_weights must have a positive finite sum"),
        (["a", "b"], TypeError, r"target_weights must hold real numbers"),
    ],
)
def test_bad_shares(shares, error, message):
    with pytest.raises(error, match=message):
        imbalance([(0, 1), (1, 2)], [0, 1, 1], 2, shares)
