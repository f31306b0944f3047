"""Matching, balance and refinement of ``preset="jet"``, on the CPU and emulated."""

import math

import numpy as np
import pytest

from partwise.gpu._host import Host
from partwise.graph import Graph, grid_graph, random_geometric_graph, rmat_graph
from partwise.metrics import edge_cut
from partwise.partition._jet.balance import evict, push_out
from partwise.partition._jet.level import contract_level, from_host
from partwise.partition._jet.matching import clusters, match
from partwise.partition._jet.refinement import State, refine
from partwise.partition._problem import pose
from tests.gpu.strict import Strict

BACKENDS = {"cpu": lambda: Host(1), "threads": lambda: Host(2), "emulated": Strict}


def star_of_stars():
    """A hub with 6 leaves, of which each has 10 leaves of its own."""
    edges = [(0, v) for v in range(1, 7)]
    edges += [(v, 7 + 10 * (v - 1) + i) for v in range(1, 7) for i in range(10)]
    return Graph.from_edges(edges)


def twins():
    """Two centres with the same 30 neighbours."""
    return Graph.from_edges([(c, v) for c in (0, 1) for v in range(2, 32)])


def power_law():
    """A graph with hubs and without isolated nodes."""
    src, dst, _ = rmat_graph(7, 4, random_state=1).to_edges()
    edges = np.stack([src, dst], 1)
    return Graph.from_edges(np.unique(edges, return_inverse=True)[1].reshape(-1, 2))


GRAPHS = {
    "grid": grid_graph((9, 11)),
    "power law": power_law(),
    "stars": star_of_stars(),
    "twins": twins(),
}


def level_of(graph, backend, held=None, group=None):
    problem = pose(graph, 2, 0.1, None, None)
    return from_host(backend, problem.level, held, group)


def on_host(level, *arrays):
    """Return arrays that the host can look at; one by itself."""
    found = [level.backend.to_host(array) for array in arrays]
    return found if len(found) > 1 else found[0]


def on_device(level, array):
    return level.backend.xp.asarray(array)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("graph", GRAPHS)
def test_matches_are_mutual_light_and_of_one_group(graph, backend):
    level = level_of(GRAPHS[graph], BACKENDS[backend]())
    group = (np.arange(level.n_nodes) % 3 > 0).astype(np.int32)
    for chosen in (None, group):
        level = level_of(GRAPHS[graph], BACKENDS[backend](), group=chosen)
        there = match(level, 2, seed=5)
        mate = on_host(level, there)
        twin = level_of(GRAPHS[graph], Host(), group=chosen)
        assert mate.tolist() == match(twin, 2, seed=5).tolist()
        matched = np.flatnonzero(mate >= 0)
        assert (mate[mate[matched]] == matched).all()
        assert (mate[matched] != matched).all()
        if chosen is not None:
            assert (group[mate[matched]] == group[matched]).all()
        assert (on_host(level, match(level, 1, seed=5)) == -1).all()  # no pair is that light
        cluster, count = clusters(level, there)
        cluster = on_host(level, cluster)
        assert count == level.n_nodes - len(matched) // 2
        assert (np.bincount(cluster, minlength=count) <= 2).all()
        first = [np.flatnonzero(cluster == c)[0] for c in range(count)]
        assert first == sorted(first)


@pytest.mark.parametrize("graph", ["stars", "twins"])
def test_leaves_and_twins_are_paired_at_two_hops(graph):
    graph = GRAPHS[graph]
    level = level_of(graph, Host())
    mate = match(level, 2, seed=1)
    free = np.flatnonzero(mate < 0)
    # a matching of neighbours leaves most leaves alone
    assert len(free) <= 0.2 * graph.n_nodes
    pairs = [(v, u) for v, u in enumerate(mate) if u > v]
    adjacent = graph.to_scipy().toarray() > 0
    at_two = [pair for pair in pairs if not adjacent[pair]]
    assert at_two
    for v, u in at_two:
        assert (adjacent[v] & adjacent[u]).any()


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_coarse_partition_cuts_what_the_fine_one_does(backend):
    graph = GRAPHS["power law"]
    level = level_of(graph, BACKENDS[backend]())
    cluster, count = clusters(level, match(level, 3, seed=2))
    coarse = contract_level(level, cluster, count)
    assert int(coarse.node_weights.sum()) == int(level.node_weights.sum())
    part = on_device(level, np.random.default_rng(0).integers(0, 3, count).astype(np.int32))
    assert State(coarse, part, 3).cut == State(level, part[cluster], 3).cut


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_known_of_nodes_stays_true_when_some_move(backend):
    rng = np.random.default_rng(4)
    level = level_of(GRAPHS["power law"], BACKENDS[backend]())
    part = rng.integers(0, 5, level.n_nodes).astype(np.int32)
    state = State(level, on_device(level, part), 5)
    for _ in range(6):
        nodes = np.flatnonzero(rng.random(level.n_nodes) < 0.1).astype(np.int32)
        blocks = rng.integers(0, 5, len(nodes)).astype(np.int32)
        state.move(on_device(level, nodes), on_device(level, blocks))
        again = State(level, state.part.copy(), 5)
        for name in ("best", "towards", "inside", "loads"):
            assert getattr(state, name).tolist() == getattr(again, name).tolist()
        assert state.cut == again.cut


def crowded(backend, seed, weights=None):
    """Return a state whose first block has far too much, and the limits of the blocks."""
    rng = np.random.default_rng(seed)
    graph = random_geometric_graph(150, 0.15, random_state=seed)
    level = level_of(graph, backend)
    if weights is not None:
        level.node_weights[:] = on_device(level, rng.integers(1, weights, level.n_nodes))
    part = (rng.random(level.n_nodes) < 0.4).astype(np.int32) * 3
    part[:9] = rng.integers(0, 4, 9)
    state = State(level, on_device(level, part), 4)
    ideal = np.full(4, state.loads.sum() / 4)
    return state, np.ceil(1.03 * ideal).astype(np.int64), ideal


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("seed", range(5))
def test_eviction_leaves_blocks_of_unit_weights_within_their_limits(seed, backend):
    state, limits, ideal = crowded(BACKENDS[backend](), seed)
    assert (state.loads > limits).any()
    before = on_host(state.level, state.part).copy()
    there = evict(state, limits, ideal)
    nodes = on_host(state.level, there[0])
    assert len(set(nodes.tolist())) == len(nodes)
    assert (state.loads[before[nodes]] > limits[before[nodes]]).all()
    excess = np.maximum(state.loads - limits, 0).sum()
    assert len(nodes) == excess  # not one more than needed
    state.move(*there)
    assert (state.loads <= limits).all()


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("weights", [None, 5])
def test_pushing_out_moves_the_nodes_that_lose_least(backend, weights):
    state, limits, ideal = crowded(BACKENDS[backend](), 1, weights)
    nodes, blocks = on_host(state.level, *push_out(state, limits, ideal, seed=1))
    loads, (weight, part) = state.loads, on_host(state.level, state.level.node_weights, state.part)
    matrix = matrix_of(state.level)
    is_open = loads < np.maximum(0.99 * limits, limits - 100)
    for b in np.flatnonzero(loads > limits):
        left = nodes[part[nodes] == b]
        given = weight[left].sum()
        assert given >= loads[b] - limits[b]
        assert given - weight[left].max() < loads[b] - limits[b] + weight[left].max()
    for v, b in zip(nodes, blocks):
        assert is_open[b]
        towards = np.bincount(part, matrix[v], 4)
        if towards[is_open].max() > 0:
            assert towards[b] == towards[is_open].max()


def matrix_of(level):
    """Return the adjacency matrix."""
    matrix = np.zeros((level.n_nodes, level.n_nodes))
    indptr, indices = on_host(level, level.indptr, level.indices)
    source = np.repeat(np.arange(level.n_nodes), np.diff(indptr))
    matrix[source, indices] = 1.0 if level.weights is None else on_host(level, level.weights)
    return matrix


@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize("k", [2, 5])
def test_refinement_is_the_same_everywhere_and_never_for_the_worse(graph, k):
    graph = GRAPHS[graph]
    rng = np.random.default_rng(8)
    start = (np.arange(graph.n_nodes) % k).astype(np.int32)
    rng.shuffle(start)
    limits = np.full(k, math.ceil(1.1 * graph.n_nodes / k))
    held = np.where(rng.random(graph.n_nodes) < 0.1, start, -1).astype(np.int32)
    found = []
    for make in (*BACKENDS.values(), lambda: Strict(99, most_blocks=2)):
        level = level_of(graph, make(), held=held)
        ideal = np.full(k, graph.n_nodes / k)
        given = on_device(level, start.copy())
        part, over, cut = refine(level, given, limits, ideal, 0.75, 3, lambda: False)
        part = on_host(level, part)
        found.append((part.tolist(), over, cut))
        assert cut == edge_cut(graph, part)
        assert cut <= edge_cut(graph, start)
        assert over == 0
        assert (np.bincount(part, minlength=k) <= limits).all()
        assert (part[held >= 0] == held[held >= 0]).all()
    assert all(other == found[0] for other in found)


def test_nothing_more_is_begun_when_time_is_up():
    graph = GRAPHS["grid"]
    start = (np.arange(graph.n_nodes) % 2).astype(np.int32)
    limits = np.full(2, 60)
    level = level_of(graph, Host())
    part, over, cut = refine(level, start.copy(), limits, limits / 1.1, 0.75, 3, lambda: True)
    assert part.tolist() == start.tolist()
    assert (over, cut) == (0, edge_cut(graph, start))
