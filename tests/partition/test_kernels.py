"""The partitioner's kernels against recomputation from scratch."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.graph import Graph, as_graph, grid_graph
from partwise.kernels.rng import seed_state
from partwise.metrics import edge_cut
from partwise.partition._kernels.clustering import cluster_level
from partwise.partition._kernels.components import components, pack_components
from partwise.partition._kernels.connectivity import (
    best_move,
    connection,
    fill,
    new_connectivity,
)
from partwise.partition._kernels.contiguity import block_pieces, join_pieces
from partwise.partition._kernels.fm import relocate
from partwise.partition._kernels.frontier import cut_weight, full_frontier
from partwise.partition._kernels.recursive_bisection import recursive_bisection
from partwise.partition._kernels.refinement import refine_level
from partwise.partition._kernels.repair import swap_to_balance

NONE = np.empty(0, dtype=np.int32)


def arrays(graph):
    indptr, indices, weights, node_weights = graph._arrays
    weights = None if weights is None else weights.astype(np.int32)
    if node_weights is None:
        node_weights = np.ones(graph.n_nodes, dtype=np.int64)
    return indptr.view(np.uint64), indices.view(np.uint32), weights, node_weights


def random_graph(seed, n=30, m=90, weighted=True):
    rng = np.random.default_rng(seed)
    graph = as_graph(nx.gnm_random_graph(n, m, seed=seed))
    if not weighted:
        return graph
    src, dst, _ = graph.to_edges()
    return Graph.from_edges((src, dst), rng.integers(1, 9, len(src)), n_nodes=n)


@pytest.mark.parametrize("weighted", [False, True])
@given(
    seed=st.integers(0, 20),
    k=st.integers(2, 9),
    moves=st.lists(st.tuples(st.integers(0, 29), st.integers(0, 8)), max_size=60),
)
def test_connectivity_kept_is_connectivity_recomputed(weighted, seed, k, moves):
    graph = random_graph(seed, weighted=weighted)
    indptr, indices, weights, node_weights = arrays(graph)
    part = np.random.default_rng(seed).integers(0, k, 30).astype(np.int32)
    load = np.bincount(part, minlength=k)
    pool, place, count, top = new_connectivity(indptr, k, NONE)
    for v in range(0, 30, 2):  # the others are filled later, at another partition
        fill(indptr, indices, weights, part, k, pool, place, count, top, v)
    for v, b in moves:
        if part[v] != b % k:
            relocate(
                indptr, indices, weights, node_weights, part, load, k, pool, place, count, v, b % k
            )
    for v in range(1, 30, 2):
        fill(indptr, indices, weights, part, k, pool, place, count, top, v)
    assert np.array_equal(load, np.bincount(part, minlength=k))
    dense = graph.to_scipy().toarray().astype(int)
    for v in range(30):
        truth = np.bincount(part, weights=dense[v], minlength=k)
        found = [connection(k, pool, place, count, v, b) for b in range(k)]
        assert found == truth.tolist()
        limit = np.full(k, 30)
        block, gain = best_move(k, pool, place, count, load, limit, v, part[v], 1, True)
        others = {b: truth[b] for b in range(k) if b != part[v] and truth[b] > 0}
        if block < 0:
            assert not others
        else:
            assert gain == max(others.values()) - truth[part[v]]


@pytest.mark.parametrize("rounds", [0, 1, 8])
@pytest.mark.parametrize("seed", range(6))
def test_refinement_keeps_its_books_and_never_gets_worse(seed, rounds):
    graph = random_graph(seed, 200, 600)
    indptr, indices, weights, node_weights = arrays(graph)
    k = 5
    part = (np.arange(200) % k).astype(np.int32)
    load = np.bincount(part, minlength=k)
    limit = np.full(k, 41)
    frontier, listed, size = full_frontier(indptr, indices, part)
    start = cut_weight(indptr, indices, weights, part)
    assert start == edge_cut(graph, part)
    cut, _ = refine_level(
        indptr, indices, weights, node_weights, NONE, part, load, limit, frontier, listed, size,
        start, rounds, 10, 1.0, NONE, seed_state(seed),
    )  # fmt: skip
    assert cut == edge_cut(graph, part)
    assert cut < start
    assert np.array_equal(load, np.bincount(part, minlength=k))
    assert load.max() <= 41


def test_clusters_respect_weight_confinement_and_fixed_blocks():
    graph = grid_graph((20, 20))
    confine = (np.arange(400) // 100).astype(np.int32)
    fixed = np.full(400, -1, dtype=np.int32)
    fixed[::37] = np.arange(len(fixed[::37])) % 3
    cluster, count, coarse_fixed, coarse_confine = cluster_level(
        *arrays(graph), confine, fixed, 4, 100, 0, seed_state(3)
    )
    assert cluster.max() + 1 == count
    assert np.bincount(cluster).max() <= 4
    assert np.array_equal(coarse_confine[cluster], confine)
    held = fixed >= 0
    assert np.array_equal(coarse_fixed[cluster][held], fixed[held])
    pieces = [cluster[graph.indices[graph.indptr[u] : graph.indptr[u + 1]]] for u in range(400)]
    lone = np.bincount(cluster)[cluster] == 1
    joined = [cluster[u] in pieces[u] for u in np.flatnonzero(~lone)]
    assert np.mean(joined) > 0.95  # the rest are two-hop pairs


def test_stars_coarsen_by_two_hop_joins():
    graph = as_graph(nx.star_graph(300))
    _, count, _, _ = cluster_level(*arrays(graph), NONE, NONE, 20, 20, 0, seed_state(0))
    assert count <= 160


@pytest.mark.parametrize("k", [2, 3, 5, 8, 13])
def test_recursive_bisection_is_feasible_on_unit_weights(k):
    graph = grid_graph((13, 17))
    indptr, indices, _, node_weights = arrays(graph)
    limits = np.full(k, int(1.03 * -(-221 // k) + 1e-9))
    part = recursive_bisection(
        indptr, indices, np.ones(len(indices), dtype=np.int32), node_weights, NONE,
        np.full(k, 1 / k), limits, 2, seed_state(k),
    )  # fmt: skip
    load = np.bincount(part, minlength=k)
    assert load.sum() == 221
    assert load.max() <= limits[0] + 1  # what is over by rounding, refinement takes off


def test_components_and_packing():
    graph = as_graph(nx.disjoint_union_all([nx.path_graph(n) for n in (6, 5, 4, 3, 2)]))
    indptr, indices, _, node_weights = arrays(graph)
    found, count = components(indptr, indices)
    assert count == 5
    assert np.bincount(found).tolist() == [6, 5, 4, 3, 2]
    part = pack_components(indptr, indices, node_weights, NONE, np.array([10, 10]))
    assert np.bincount(part).tolist() == [10, 10]
    assert edge_cut(graph, part) == 0
    assert pack_components(indptr, indices, node_weights, NONE, np.array([10, 9])).size == 0


def test_pieces_join_their_neighbours():
    graph = grid_graph((1, 9))
    part = np.array([0, 1, 0, 0, 0, 1, 1, 0, 1], dtype=np.int32)
    load = np.bincount(part)
    assert block_pieces(*arrays(graph)[:2], part)[1] == 6
    stranded = join_pieces(*arrays(graph), NONE, part, load, np.array([9, 9]))
    assert stranded == 0
    assert block_pieces(*arrays(graph)[:2], part)[1] == len(set(part.tolist()))
    assert np.array_equal(load, np.bincount(part, minlength=2))


def test_exchanges_balance_what_moves_cannot():
    # 9 + 5 against 4 + 4 with a limit of 13: only an exchange of 5 for 4 helps
    weights = np.array([9, 5, 4, 4])
    labels = np.array([0, 0, 1, 1], dtype=np.int32)
    load = np.array([14, 8])
    swap_to_balance(weights, NONE, labels, load, np.array([13, 9]))
    assert load.tolist() == [13, 9]
    assert np.array_equal(load, np.bincount(labels, weights=weights))
