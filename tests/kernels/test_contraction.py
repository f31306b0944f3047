"""Contraction keeps what it must keep."""

import networkx as nx
import numpy as np
import pytest

from partwise.graph import Graph, as_graph
from partwise.kernels.contraction import contract
from partwise.metrics import edge_cut


def arrays(graph, weights):
    indptr, indices, _, _ = graph._arrays
    node_weights = np.arange(1, graph.n_nodes + 1)
    return indptr.view(np.uint64), indices.view(np.uint32), weights, node_weights


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_every_coarse_partition_has_the_cut_of_its_projection(seed, weighted):
    rng = np.random.default_rng(seed)
    fine = as_graph(nx.gnm_random_graph(40, 120, seed=seed))
    weights = None
    if weighted:
        src, dst, _ = fine.to_edges()
        fine = Graph.from_edges((src, dst), rng.integers(1, 9, len(src)), n_nodes=40)
        weights = fine._arrays[2].astype(np.int32)
    cluster = np.unique(rng.integers(0, 12, 40), return_inverse=True)[1].astype(np.uint32)
    count = int(cluster.max()) + 1
    parts = contract(*arrays(fine, weights), cluster, count, np.empty(0, dtype=np.int32))
    indptr, indices, coarse_weights, node_weights = parts
    coarse = Graph.from_csr(indptr.astype(np.int64), indices.astype(np.int32), coarse_weights)
    assert node_weights.sum() == 40 * 41 // 2
    assert not coarse.has_self_loops
    for _ in range(10):
        labels = rng.integers(0, 3, count)
        assert edge_cut(coarse, labels) == edge_cut(fine, labels[cluster])


def test_one_cluster_leaves_no_edge():
    graph = as_graph(nx.complete_graph(5))
    cluster = np.zeros(5, dtype=np.uint32)
    indptr, indices, weights, node_weights = contract(
        *arrays(graph, None), cluster, 1, np.empty(0, dtype=np.int32)
    )
    assert indptr.tolist() == [0, 0]
    assert indices.size == weights.size == 0
    assert node_weights.tolist() == [15]
