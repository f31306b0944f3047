"""Kernels of matching, refinement and contraction: emulated, on the CPU, and by plain loops."""

from collections import defaultdict

import numpy as np
import pytest

from partwise.gpu._contraction import contracted, first_nodes
from partwise.gpu._host import Host
from partwise.gpu._rows import Rows
from tests.gpu.strict import Strict, there
from tests.gpu.test_bfs_kernels import GRAPHS, rows_of

BACKENDS = {
    "cpu": lambda seed: Host(1),
    "threads": lambda seed: Host(2),
    "emulated": Strict,
}


class Case:
    """A graph with weights, and what refinement knows of its nodes."""

    def __init__(self, graph, is_weighted, seed=0):
        rng = np.random.default_rng(seed)
        self.indptr, self.indices = rows_of(*GRAPHS[graph])
        self.n = n = len(self.indptr) - 1
        source = np.repeat(np.arange(n), np.diff(self.indptr))
        self.source = source
        # the same from both ends
        low, high = np.minimum(source, self.indices), np.maximum(source, self.indices)
        self.weights = (1.0 + (low * 7 + high * 3) % 4) if is_weighted else np.ones(len(source))
        self.node_weights = rng.integers(0, 4, n)
        self.part = rng.integers(0, 4, n).astype(np.int32)
        self.goal = rng.integers(-1, 4, n).astype(np.int32)
        self.claim = rng.integers(-3, 4, n).astype(float)
        self.arcs = (self.indptr, self.indices, self.weights, int(is_weighted))
        self.nodes = np.flatnonzero(rng.random(n) < 0.7).astype(np.int32)

    def row(self, v):
        """Return the neighbours of a node but itself, and the weights."""
        arcs = slice(self.indptr[v], self.indptr[v + 1])
        return [(u, w) for u, w in zip(self.indices[arcs], self.weights[arcs]) if u != v]


def cases(test):
    """Run a test for all graphs, with and without weights, and on all backends."""
    for name, values in (
        ("backend", BACKENDS), ("is_weighted", [False, True]), ("graph", GRAPHS),
    ):  # fmt: skip
        test = pytest.mark.parametrize(name, values)(test)
    return test


def launch(backend, case, name, head, nodes, tail):
    """Run a kernel; what it writes comes to be in the arrays of the tail."""
    device = BACKENDS[backend](3)
    put, get = device.xp.asarray, device.to_host

    def moved(arguments):
        """Put arrays where the kernel runs, and leave numbers."""
        return tuple(put(a) if isinstance(a, np.ndarray) else a for a in arguments)

    written = moved(tail)
    rows = Rows(device, put(case.indptr), short=2, long=20)
    rows.launch(name, moved(head), put(nodes), written)
    for array, found in zip(tail, written, strict=True):
        array[:] = get(found)


@cases
def test_gain_counts_better_neighbours_as_moved(graph, is_weighted, backend):
    case = Case(graph, is_weighted)
    gain = np.full(case.n, 99.0)
    nodes = case.nodes[case.goal[case.nodes] >= 0]
    head = (*case.arcs, case.part, case.goal, case.claim)
    launch(backend, case, "jet_gain", head, nodes, (gain,))
    for v in range(case.n):
        expected = 99.0
        if v in nodes:
            expected = 0.0
            for u, weight in case.row(v):
                moved = case.goal[u] >= 0 and (-case.claim[u], u) < (-case.claim[v], v)
                block = case.goal[u] if moved else case.part[u]
                if case.goal[v] != case.part[v]:
                    expected += weight * (int(block == case.goal[v]) - int(block == case.part[v]))
                else:
                    expected += weight * int(block == case.goal[v])
        assert gain[v] == expected


@cases
def test_weight_of_arcs_to_open_blocks(graph, is_weighted, backend):
    case = Case(graph, is_weighted)
    total = np.full(case.n, 99.0)
    is_open = np.array([1, 0, 0, 1], np.int32)
    launch(backend, case, "jet_open", (*case.arcs, case.part, is_open), case.nodes, (total,))
    for v in range(case.n):
        there = sum(weight for u, weight in case.row(v) if case.part[u] in (0, 3))
        assert total[v] == (there if v in case.nodes else 99.0)


@cases
def test_marks_are_at_nodes_and_their_neighbours(graph, is_weighted, backend):
    case = Case(graph, is_weighted)
    mark = np.zeros(case.n, np.int32)
    launch(backend, case, "mark", case.arcs[:2], case.nodes, (mark,))
    expected = set(case.nodes.tolist())
    for v in case.nodes:
        expected |= {int(u) for u, _ in case.row(v)}
    assert np.flatnonzero(mark).tolist() == sorted(expected)


@pytest.mark.parametrize("is_grouped", [False, True])
@cases
def test_nodes_prefer_heavy_edges_to_light_free_neighbours(graph, is_weighted, backend, is_grouped):
    case = Case(graph, is_weighted)
    mate = np.where(case.goal == 0, 0, -1).astype(np.int32)
    preferred = np.full(case.n, -9, np.int32)
    head = (
        *case.arcs, case.node_weights, case.part, int(is_grouped), mate, 5, 12345
    )  # fmt: skip
    launch(backend, case, "matching_prefer", head, case.nodes, (preferred,))
    again = np.full(case.n, -9, np.int32)
    launch("cpu", case, "matching_prefer", head, case.nodes, (again,))
    assert preferred.tolist() == again.tolist()
    for v in range(case.n):
        if v not in case.nodes:
            assert preferred[v] == -9
            continue
        ratings = {
            int(u): weight**2 / (max(case.node_weights[u], 1) * max(case.node_weights[v], 1))
            for u, weight in case.row(v)
            if mate[u] < 0
            and case.node_weights[u] + case.node_weights[v] <= 5
            and (not is_grouped or case.part[u] == case.part[v])
        }
        if not ratings:
            assert preferred[v] == -1
        else:
            assert ratings[preferred[v]] == max(ratings.values())


def test_chance_is_the_same_from_both_ends_of_an_edge():
    # on a circle of equal edges, the best of all edges is preferred by both its ends
    n = 1000
    indptr, indices = rows_of(n, [(v, (v + 1) % n) for v in range(n)])
    preferred = np.empty(n, np.int32)
    nodes = np.arange(n, dtype=np.int32)
    nothing = np.full(n, -1, np.int32)
    for seed in (1, 2**63 + 5):
        head = (
            indptr, indices, np.zeros(1), 0, np.ones(n, np.int64), nothing, 0, nothing, 2, seed
        )  # fmt: skip
        Rows(Host(), indptr).launch("matching_prefer", head, nodes, (preferred,))
        mutual = np.flatnonzero(preferred[preferred] == nodes)
        # an edge is the best of three with probability 1/3: two thirds of the nodes are matched
        assert abs(len(mutual) / n - 2 / 3) < 0.06


@cases
def test_neighbourhoods_have_the_same_number_if_they_are_the_same(graph, is_weighted, backend):
    case = Case(graph, is_weighted)
    key = np.zeros(case.n, np.uint64)
    nodes = np.arange(case.n, dtype=np.int32)
    launch(backend, case, "matching_neighbourhood", case.arcs[:2], nodes, (key,))
    rows = [tuple(sorted(case.indices[case.indptr[v] : case.indptr[v + 1]])) for v in range(case.n)]
    assert len(set(zip(rows, key.tolist()))) == len(set(rows)) == len(set(key.tolist()))


@cases
def test_arcs_between_clusters_add_up(graph, is_weighted, backend):
    case = Case(graph, is_weighted)
    device = BACKENDS[backend](1)
    given = case.weights if is_weighted else None
    arrays = case.indptr, case.indices, given, case.part
    indptr, indices, weights, part = arrays if device.is_host else there(*arrays)
    found = contracted(device, indptr, indices, weights, part, 4)
    indptr, indices, weights = map(device.to_host, found)
    expected = defaultdict(float)
    for u, v, weight in zip(case.source, case.indices, case.weights):
        if case.part[u] != case.part[v]:
            expected[int(case.part[u]), int(case.part[v])] += weight
    assert (indptr.dtype, indices.dtype, weights.dtype) == (np.int64, np.int32, np.float64)
    source = np.repeat(np.arange(4), np.diff(indptr))
    found = dict(zip(zip(source.tolist(), indices.tolist()), weights.tolist(), strict=True))
    assert found == expected
    assert len(indices) == len(expected)
    assert first_nodes(np, case.indptr, len(case.indices)).tolist() == case.source.tolist()
