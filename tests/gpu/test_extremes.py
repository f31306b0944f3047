"""Graphs that one or the other way to share arcs finds hard, for all functions and strategies."""

import numpy as np
import pytest
from scipy.sparse import csgraph, csr_array

from partwise.gpu import bfs, connected_components, pagerank, sssp
from partwise.gpu._advance import STRATEGIES
from partwise.gpu._splitting import most_arcs
from partwise.graph import Graph

SMALL = {
    "path": (300, [(v, v + 1) for v in range(299)]),
    "hub with all arcs, and nodes without": (700, [(5, v) for v in range(6, 600)]),
    "self-loops only": (40, [(v, v) for v in range(40)]),
    "parallel edges": (30, [(v, (v * 7 + 1) % 30) for v in range(30)] * 9),
    "many parts": (90, [(3 * v, 3 * v + 1) for v in range(30)]),
    "no edges": (50, []),
}
LARGE = {
    "star": (100_001, np.stack([np.full(100_000, 100_000), np.arange(100_000)], 1)),
    "path": (10_000, np.stack([np.arange(9_999), np.arange(1, 10_000)], 1)),
}


def with_lengths(n, edges):
    """A graph whose lengths are not 0: edges of weight 0 are no edges of a graph."""
    edges = np.array(edges, np.int64).reshape(-1, 2)
    lengths = ((edges[:, 0] * 5 + edges[:, 1] * 3) % 7 + 1) / 4
    return Graph.from_edges(edges, lengths, n_nodes=n)


def levels_of(graph, source):
    indptr, indices, _, _ = graph._arrays
    ones = np.ones(len(indices))
    matrix = csr_array((ones, indices.copy(), indptr.copy()), shape=(graph.n_nodes,) * 2)
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    found = csgraph.dijkstra(matrix, indices=source, unweighted=True)
    return np.where(np.isinf(found), -1, found).astype(int)


def distances_of(graph, source):
    indptr, indices, lengths, _ = graph._arrays
    matrix = csr_array((lengths, indices.copy(), indptr.copy()), shape=(graph.n_nodes,) * 2)
    return csgraph.dijkstra(matrix, indices=source)


def check(graph, source, device, strategy="auto"):
    """Compare all functions with SciPy, and PageRank with what it solves; return the search."""
    options = {"device": device, "strategy": strategy}
    search = bfs(graph, source, **options)
    assert search.level.tolist() == levels_of(graph, source).tolist()
    found = sssp(graph, source, **options).distance
    assert np.allclose(found, distances_of(graph, source), rtol=1e-12, atol=1e-8)
    number, _ = csgraph.connected_components(graph.to_scipy())
    parts = connected_components(graph, **options)
    assert parts.n_components == number
    rows = np.repeat(np.arange(graph.n_nodes), np.diff(graph._arrays[0]))
    assert (parts.labels[rows] == parts.labels[graph._arrays[1]]).all()
    ranks = pagerank(graph, tol=1e-9, max_iter=20 if device == "cuda" else 1000, **options)
    same = pagerank(graph, tol=1e-9, max_iter=20 if device == "cuda" else 1000, device="cpu")
    assert np.allclose(ranks.scores, same.scores, rtol=1e-10, atol=0)
    assert ranks.n_iter == same.n_iter
    return search


@pytest.mark.parametrize("strategy", ["auto", *STRATEGIES])
@pytest.mark.parametrize("graph", SMALL)
def test_on_the_emulated_device(gpu, graph, strategy):
    n, edges = SMALL[graph]
    search = check(with_lengths(n, edges), 5, "cuda", strategy)
    assert search.device == "cuda"
    assert len(gpu.launched) > 3 or not edges


@pytest.mark.parametrize("graph", LARGE)
def test_on_the_cpu(graph):
    search = check(with_lengths(*LARGE[graph]), 77, "cpu")
    assert search.device == "cpu"
    assert search.n_reached == LARGE[graph][0]
    # from a leaf of the star, and from node 77 of the path to its far end
    assert search.depth == {"star": 2, "path": 9_999 - 77}[graph]


def test_a_star_is_split_where_the_paper_says():
    # the fullest bin has the leaves, of one arc each, and reaches up to a tenth of the centre's
    degrees = np.r_[np.ones(100_000, np.int64), 100_000]
    assert most_arcs(np, degrees) == 10_000


@pytest.mark.parametrize("call", ["bfs", "sssp", "connected_components", "pagerank"])
def test_one_error_for_all(call):
    names = "auto, node, edge, workload_decomposition, node_splitting, hierarchical, merge_path, "
    functions = {
        "bfs": lambda **o: bfs([(0, 1)], 0, **o),
        "sssp": lambda **o: sssp([(0, 1)], 0, **o),
        "connected_components": lambda **o: connected_components([(0, 1)], **o),
        "pagerank": lambda **o: pagerank([(0, 1)], **o),
    }
    with pytest.raises(ValueError, match=f"strategy must be one of {names}block, got 'twc'"):
        functions[call](strategy="twc")
