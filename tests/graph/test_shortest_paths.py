"""Distances along edges, beside Floyd and Warshall's algorithm in plain Python."""

import numpy as np
import pytest

from partwise.graph import Graph, grid_graph, shortest_path_matrix


def floyd_warshall(n, arcs):
    lengths = np.full((n, n), np.inf)
    np.fill_diagonal(lengths, 0)
    for u, v, w in arcs:
        lengths[u, v] = min(lengths[u, v], w)
    for via in range(n):
        lengths = np.minimum(lengths, lengths[:, via, None] + lengths[None, via])
    return lengths


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("dtype", [None, np.int64, np.float64])
def test_equals_floyd_warshall(directed, dtype):
    rng = np.random.default_rng(3)
    n = 30
    ring = np.column_stack([np.arange(n), np.roll(np.arange(n), -1)])
    chords = rng.integers(n, size=(40, 2))
    edges = np.concatenate([ring, chords[chords[:, 0] != chords[:, 1]]])
    weights = None if dtype is None else rng.integers(1, 30, len(edges)).astype(dtype)
    if dtype is np.float64:
        weights /= 7
    graph = Graph.from_edges(edges, weights, directed=directed)
    src, dst, lengths = graph.to_edges()
    arcs = list(zip(src, dst, np.ones(len(src)) if lengths is None else lengths))
    arcs += [] if directed else [(v, u, w) for u, v, w in arcs]
    expected = floyd_warshall(n, arcs)
    found = shortest_path_matrix(graph)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert found.dtype == (np.float64 if dtype is np.float64 else np.int32)
    unweighted = floyd_warshall(n, [(u, v, 1) for u, v, _ in arcs])
    np.testing.assert_array_equal(shortest_path_matrix(graph, weighted=False), unweighted)
    assert shortest_path_matrix(graph, dtype=np.float32).dtype == np.float32


def test_without_a_path():
    graph = Graph.from_edges([(0, 1), (2, 3)])
    with pytest.raises(ValueError, match="the graph has 2 components"):
        shortest_path_matrix(graph)
    assert shortest_path_matrix(graph, dtype=float)[0].tolist() == [0, 1, np.inf, np.inf]
    one_way = Graph.from_edges([(0, 1)], directed=True)
    with pytest.raises(ValueError, match="2 strongly connected components"):
        shortest_path_matrix(one_way)
    with pytest.raises(ValueError, match="dtype must be float32 or float64"):
        shortest_path_matrix(graph, dtype=np.int64)


def test_blocks_of_rows_join(monkeypatch):
    from partwise.graph import _shortest_paths

    whole = shortest_path_matrix(grid_graph((7, 9)))
    monkeypatch.setattr(_shortest_paths, "_BLOCK_BYTES", 8 * 63 * 5)
    np.testing.assert_array_equal(shortest_path_matrix(grid_graph((7, 9))), whole)
    rows, columns = np.divmod(np.arange(63), 9)
    manhattan = abs(rows[:, None] - rows) + abs(columns[:, None] - columns)
    np.testing.assert_array_equal(whole, manhattan)


def test_lengths_beyond_32_bits():
    far = shortest_path_matrix(Graph.from_edges([(0, 1), (1, 2)], [2**31, 5]))
    assert far.dtype == np.float64
    assert far[0, 2] == 2**31 + 5
    assert shortest_path_matrix(Graph.from_edges([], n_nodes=1)).tolist() == [[0]]
