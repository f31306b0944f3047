"""Rounds of breadth-first search on the emulated device, against SciPy."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from tests.gpu.emulator import launch

PUSH = ("node", "workload_decomposition", "hierarchical", "merge_path")
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
    """Rounds from node 0 on, by one kernel."""

    def __init__(self, indptr, indices, seed, grid=3, block=32):
        self.indptr, self.indices = indptr, indices
        self.n = len(indptr) - 1
        self.seed, self.grid, self.block = seed, grid, block
        self.level = np.full(self.n, -1, np.int32)
        self.level[0] = 0
        self.next, self.count = np.zeros(self.n, np.int32), np.zeros(1, np.int32)

    def launch(self, name, *arguments):
        launch(f"bfs_{name}", self.grid, self.block, *arguments, seed=self.seed)

    def round(self, strategy, frontier, depth):
        start = (self.indptr, self.indices, self.level, depth, frontier, len(frontier))
        end = (self.next, self.count)
        degrees = np.diff(self.indptr)[frontier]
        offsets = np.concatenate(([0], np.cumsum(degrees)))
        if strategy == "node":
            self.launch(strategy, *start, *end)
        elif strategy == "workload_decomposition":
            self.launch(strategy, *start, offsets, *end)
        elif strategy == "merge_path":
            self.launch(strategy, *start, offsets, 5, *end)
        elif strategy == "hierarchical":
            most, done = 7, 0
            while len(frontier):
                rest, n_rest = np.zeros(self.n, np.int32), np.zeros(1, np.int32)
                self.launch(
                    strategy, *start[:4], frontier, len(frontier), done, most, rest, n_rest, *end
                )
                assert n_rest[0] == (degrees > done + most).sum()
                frontier, done = rest[: n_rest[0]].copy(), done + most
        elif strategy == "pull":
            known = np.zeros((self.n + 31) // 32, np.uint32)
            for u in np.flatnonzero(self.level >= 0):
                known[u >> 5] |= np.uint32(1) << np.uint32(u & 31)
            self.launch(strategy, self.indptr, self.indices, known, self.level, depth, self.n, *end)

    def go(self, strategy):
        frontier, depth = np.zeros(1, np.int32), 0
        while len(frontier):
            depth += 1
            self.count[0] = 0
            self.round(strategy, frontier, depth)
            frontier = self.next[: self.count[0]].copy()
            assert sorted(frontier) == np.flatnonzero(self.level == depth).tolist()
        return self.level


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("strategy", [*PUSH, "pull"])
@pytest.mark.parametrize("graph", GRAPHS)
def test_levels_are_those_of_scipy_whatever_the_schedule(graph, strategy, seed):
    indptr, indices = rows_of(*GRAPHS[graph])
    level = Search(indptr, indices, seed).go(strategy)
    assert level.tolist() == expected(indptr, indices).tolist()


@pytest.mark.parametrize("strategy", PUSH)
def test_an_empty_frontier_discovers_nothing(strategy):
    indptr, indices = rows_of(*GRAPHS["sparse"])
    search = Search(indptr, indices, 0)
    search.round(strategy, np.zeros(0, np.int32), 1)
    assert search.count[0] == 0
    assert (search.level[1:] == -1).all()


@pytest.mark.parametrize("items", [1, 2, 3, 64])
@pytest.mark.parametrize("grid", [1, 4])
def test_every_arc_is_on_one_piece_of_the_merge_path(items, grid):
    # rows of length 0, 1, 5, 0, 0, 9, 0: every neighbour is a node of its own, found just once
    degrees = np.array([0, 1, 5, 0, 0, 9, 0])
    n = len(degrees) + degrees.sum()
    indptr = np.concatenate(([0], np.cumsum(degrees), np.full(n - len(degrees), degrees.sum())))
    indices = np.arange(len(degrees), n, dtype=np.int32)
    search = Search(indptr.astype(np.int64), indices, 1, grid=grid)
    frontier = np.arange(len(degrees), dtype=np.int32)
    search.level[frontier] = 0
    offsets = np.concatenate(([0], np.cumsum(degrees)))
    search.launch(
        "merge_path", search.indptr, indices, search.level, 1, frontier, len(frontier), offsets,
        items, search.next, search.count,
    )  # fmt: skip
    assert search.count[0] == degrees.sum()
    assert sorted(search.next[: search.count[0]]) == indices.tolist()
