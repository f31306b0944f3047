"""Rounds of breadth-first search on the emulated device, against SciPy."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from partwise.gpu._advance import STRATEGIES, Advance
from tests.gpu.emulated import Emulated

SEEDS = (0, 1, 2)


def star(leaves):
    return [(0, v) for v in range(1, leaves + 1)]


def random_edges(n, m, seed):
    return np.random.default_rng(seed).integers(0, n, (m, 2)).tolist()


GRAPHS = {
    "one node": (1, []),
    "isolated source": (5, [(1, 2), (2, 3)]),
    "self-loop and parallel edges": (4, [(0, 0), (0, 1), (0, 1), (1, 2), (2, 2)]),
    "path": (40, [(v, v + 1) for v in range(39)]),
    "star from its centre": (400, star(399)),
    "two hubs": (300, star(150) + [(150, v) for v in range(151, 300)]),
    "sparse": (200, random_edges(200, 220, 1)),
    "dense": (60, random_edges(60, 900, 2)),
}


def rows_of(n, edges):
    """Arcs in both directions, parallel ones kept."""
    both = np.array([*edges, *((v, u) for u, v in edges)], np.int64).reshape(-1, 2)
    order = np.argsort(both[:, 0], kind="stable")
    indptr = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(both[:, 0], minlength=n), out=indptr[1:])
    return indptr, both[order, 1].astype(np.int32)


def expected(indptr, indices):
    n = len(indptr) - 1
    data = np.ones(len(indices))
    matrix = csr_array((data, indices.copy(), indptr.copy()), shape=(n, n))  # changed in place
    matrix.sum_duplicates()
    matrix.data[:] = 1
    distance = shortest_path(matrix, indices=0, unweighted=True)
    return np.where(np.isinf(distance), -1, distance).astype(np.int32)


class Search:
    """Rounds from node 0 on, by one kernel; what every list and count has is looked at."""

    def __init__(self, indptr, indices, strategy, seed):
        self.device = Emulated(seed)
        self.indptr, self.indices, self.n = indptr, indices, len(indptr) - 1
        self.advance = Advance(self.device, "bfs", strategy, indptr, indices, both_ends=False)
        self.advance.wave = 0  # "hierarchical" goes on to the end
        self.advance.large = 100  # for "block"
        self.level = np.full(self.n, -1, np.int32)
        self.level[0] = 0

    def entries(self, nodes):
        """What a list has for some nodes, in order."""
        if self.advance.kind == "nodes":
            return nodes.tolist()
        ends = self.indptr if self.advance.kind == "arcs" else self.advance.parts.first_part
        return [entry for v in nodes for entry in range(ends[v], ends[v + 1])]

    def check(self, depth, found, counts):
        """Compare lists and counts with the levels, and return whether there is anything."""
        new = np.flatnonzero(self.level == depth)
        degrees = np.diff(self.indptr)[new]
        assert sorted(found[: counts[0]].tolist()) == self.entries(new)
        assert counts[1] == degrees.sum()
        assert counts[2] == degrees.max(initial=0)
        return counts[1] > 0

    def push(self):
        frontier, following = self.advance.new_list(), self.advance.new_list()
        size, arcs = self.advance.begin(0, frontier)
        counts = np.array([size, arcs, arcs], np.uint64)
        depth = 0
        while self.check(depth, frontier, counts):
            depth += 1
            size, arcs = int(counts[0]), int(counts[1])
            counts[:] = 0
            tail = (*self.advance.room, following, counts)
            self.advance.go(frontier, size, arcs, (self.level, depth), tail)
            frontier, following = following, frontier
        return self.level

    def pull(self):
        known = np.zeros((self.n + 31) // 32, np.uint32)
        self.device.launch("bfs_known", self.n, self.level, self.n, known)
        found, counts = np.zeros(self.n, np.int32), np.zeros(3, np.uint64)
        found[0], counts[:2] = 0, (1, self.indptr[1])
        counts[2] = counts[1]
        depth = 0
        while self.check(depth, found, counts):
            depth += 1
            counts[:] = 0
            now_known = np.zeros_like(known)
            self.device.launch(
                "bfs_pull", self.n, self.indptr, self.indices, self.indptr, known, self.level,
                depth, self.n, now_known, found, counts,
            )  # fmt: skip
            bits = np.unpackbits(now_known.view(np.uint8), bitorder="little")[: self.n]
            assert (bits == (self.level >= 0)).all()
            known = now_known
        return self.level


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("strategy", [*STRATEGIES, "pull"])
@pytest.mark.parametrize("graph", GRAPHS)
def test_levels_are_those_of_scipy_whatever_the_schedule(graph, strategy, seed):
    indptr, indices = rows_of(*GRAPHS[graph])
    search = Search(indptr, indices, "node" if strategy == "pull" else strategy, seed)
    level = search.pull() if strategy == "pull" else search.push()
    assert level.tolist() == expected(indptr, indices).tolist()


def test_a_hub_is_worked_off_in_turns_or_by_all_blocks():
    indptr, indices = rows_of(*GRAPHS["star from its centre"])
    hierarchical = Search(indptr, indices, "hierarchical", 0)
    hierarchical.push()
    # 399 arcs of the centre, 64 at a time; the leaves have one each
    assert hierarchical.device.launched == ["bfs_hierarchical"] * 8
    hierarchical = Search(indptr, indices, "hierarchical", 0)
    hierarchical.advance.wave = 2
    hierarchical.push()
    assert hierarchical.device.launched == [
        "bfs_hierarchical", "bfs_workload_decomposition", "bfs_hierarchical"
    ]  # fmt: skip
    block = Search(indptr, indices, "block", 0)
    block.push()
    assert block.device.launched == ["bfs_block", "bfs_workload_decomposition", "bfs_block"]


@pytest.mark.parametrize("strategy", ["node", "hierarchical", "merge_path"])
def test_more_nodes_than_a_block_can_gather_go_to_the_list_at_once(strategy):
    # one thread finds all leaves, or 32 threads 64 each: there is room for 1024
    hubs = {"node": 1, "hierarchical": 40, "merge_path": 40}[strategy]
    first = [(0, 1 + hub) for hub in range(hubs)]
    leaves = [(1 + leaf % hubs, 1 + hubs + leaf) for leaf in range(2600)]
    indptr, indices = rows_of(2601 + hubs, first + leaves)
    level = Search(indptr, indices, strategy, 3).push()
    assert level.tolist() == [0] + [1] * hubs + [2] * 2600


@pytest.mark.parametrize(("most_nodes", "most_arcs"), [(1, 10**6), (3, 20), (10**6, 10**6)])
@pytest.mark.parametrize("graph", GRAPHS)
def test_one_block_goes_on_until_the_frontier_is_too_large(graph, most_nodes, most_arcs):
    indptr, indices = rows_of(*GRAPHS[graph])
    n, degrees = len(indptr) - 1, np.diff(indptr)
    level, frontier, following = (np.full(n, -1, np.int32) for _ in range(3))
    level[0] = frontier[0] = 0
    counts = np.array([1, degrees[0], degrees[0], 0, 0], np.uint64)
    Emulated(5).launch(
        "bfs_one_block", 1, indptr, indices, level, 0, most_nodes, most_arcs, frontier, following,
        counts,
    )  # fmt: skip
    size, arcs, widest, rounds, pushed = (int(count) for count in counts)
    whole = expected(indptr, indices)
    assert level.tolist() == np.where(whole <= rounds, whole, -1).tolist()
    last = np.flatnonzero(whole == rounds)
    found = following if rounds % 2 == 1 else frontier
    assert sorted(found[:size].tolist()) == last.tolist()
    assert (arcs, widest) == (degrees[last].sum(), degrees[last].max(initial=0))
    assert pushed == degrees[(whole >= 0) & (whole < rounds)].sum()
    assert arcs == 0 or size > most_nodes or arcs > most_arcs
    for depth in range(rounds):
        before = whole == depth
        assert before.sum() <= most_nodes
        assert 0 < degrees[before].sum() <= most_arcs
