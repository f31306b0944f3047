"""Every strategy visits every arc of a frontier once, also where numbers of arcs take 64 bits."""

import ctypes

import numpy as np
import pytest

from partwise.gpu._splitting import split_nodes
from tests.gpu.emulated import Emulated
from tests.gpu.emulator import build

SHIFT = 5 * 2**31  # arcs before those that are there; more than 32 bits can count
SHAPES = {
    "no nodes": [],
    "no arcs": [0, 0, 0],
    "one arc": [1],
    "gaps": [0, 1, 5, 0, 0, 9, 0],
    "hub": [0] * 40 + [700] + [0] * 40,
    "leaves": [3, *[1] * 300],
    "tile": [256],
    "tiles of empty rows": [0] * 600,
    "mixed": np.random.default_rng(0).integers(0, 90, 150).tolist(),
}

KERNELS = """
#include "advance.cuh"
#include "block.cuh"
#include "merge_path.cuh"

struct Case {
    const int64* indptr;
    const int* nodes;
    int size;
    const int64* offsets;
    const int64* part_indptr;
    const int* owner;
    const int* parts;
    int n_parts;
    const int64* work;
    int64 n_work;
    int* rest;
    int* n_rest;
    const int* row;  // of every arc
    int* visits;
};

struct Count {
    Case c;
    void operator()(int u, int64 arc) const {
        CHECK(c.row[arc] == u);
        atomicAdd(c.visits + arc, 1);
    }
};

struct Few {  // no thread has more than ITEMS visits between two calls that settle
    int visits = 0;
    void more() { CHECK(++visits <= ITEMS); }
    void settle() { visits = 0; __syncthreads(); }
};
#define FEW Few few
#define VISIT [&](int u, int64 arc) { few.more(); count(u, arc); }
#define SETTLE [&] { few.settle(); }

static void node(Case c, Count count) { advance_node(c.indptr, c.nodes, c.size, count, [] {}); }
static void edge(Case c, Count count) {
    advance_edges(c.work, c.n_work, [&](int64 arc) { count(c.row[arc], arc); });
}
static void workload_decomposition(Case c, Count count) {
    FEW; advance_workload(c.indptr, c.nodes, c.size, c.offsets, VISIT, SETTLE);
}
static void node_splitting(Case c, Count count) {
    advance_parts(c.part_indptr, c.owner, c.parts, c.n_parts, count);
}
static void hierarchical(Case c, Count count) {
    advance_some(c.indptr, c.nodes, c.size, 0, 20, c.rest, c.n_rest, count, [] {});
}
static void hierarchical_rest(Case c, Count count) {
    advance_some(c.indptr, c.rest, *c.n_rest, 20, 1000000, nullptr, nullptr, count, [] {});
}
static void merge_path(Case c, Count count) {
    FEW; advance_merge_path(c.indptr, c.nodes, c.size, c.offsets, VISIT, SETTLE);
}
static void block(Case c, Count count) {
    FEW; advance_block(c.indptr, c.nodes, c.size, 50, c.rest, c.n_rest, VISIT, SETTLE);
}
static void block_rest(Case c, Count count) {
    advance_node(c.indptr, c.rest, *c.n_rest, count, [] {});
}

extern "C" const char* failure() { return emulator::failure.c_str(); }
#define RUN(name) \\
    extern "C" bool run_##name(unsigned grid_, unsigned block_, unsigned seed, const Case* c) { \\
        return emulator::launch(grid_, block_, 0, seed, [=] { name(*c, Count{*c}); }); \\
    }
RUN(node) RUN(edge) RUN(workload_decomposition) RUN(node_splitting) RUN(hierarchical)
RUN(hierarchical_rest) RUN(merge_path) RUN(block) RUN(block_rest)
"""
TURNS = {
    "node": ["node"],
    "edge": ["edge"],
    "workload_decomposition": ["workload_decomposition"],
    "node_splitting": ["node_splitting"],
    "hierarchical": ["hierarchical", "hierarchical_rest"],
    "merge_path": ["merge_path"],
    "block": ["block", "block_rest"],
}


class Case(ctypes.Structure):
    """Arguments of all kernels."""

    _fields_ = [
        ("indptr", ctypes.c_void_p), ("nodes", ctypes.c_void_p), ("size", ctypes.c_int),
        ("offsets", ctypes.c_void_p), ("part_indptr", ctypes.c_void_p), ("owner", ctypes.c_void_p),
        ("parts", ctypes.c_void_p), ("n_parts", ctypes.c_int), ("work", ctypes.c_void_p),
        ("n_work", ctypes.c_int64), ("rest", ctypes.c_void_p), ("n_rest", ctypes.c_void_p),
        ("row", ctypes.c_void_p), ("visits", ctypes.c_void_p),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Return the kernels, compiled for the emulator."""
    folder = tmp_path_factory.mktemp("advance")
    found = ctypes.CDLL(str(build(KERNELS, folder)))
    found.failure.restype = ctypes.c_char_p
    return found


def visits(library, strategy, degrees, seed, grid, block, shift=0):
    """Return how often every arc is visited.

    The frontier has every node but each third one, in some order. With a shift, arrays by arc are
    handed over as if there were so many arcs before the first one, which nobody may touch.
    """
    degrees = np.array(degrees, np.int64)
    n, m = len(degrees), int(degrees.sum())
    rng = np.random.default_rng(seed)
    nodes = rng.permutation(np.flatnonzero(np.arange(n) % 3 != 2)).astype(np.int32)
    indptr = np.concatenate(([0], np.cumsum(degrees))).astype(np.int64) + shift
    offsets = np.concatenate(([0], np.cumsum(degrees[nodes]))).astype(np.int64)
    split = split_nodes(Emulated(seed), indptr, 7)
    parts = np.flatnonzero(np.isin(split.owner, nodes)).astype(np.int32)
    row = np.repeat(np.arange(n, dtype=np.int32), degrees)
    work = np.flatnonzero(np.isin(row, nodes)) + shift
    count, rest, n_rest = np.zeros(m, np.int32), np.zeros(n, np.int32), np.zeros(1, np.int32)
    arrays = (indptr, nodes, offsets, split.indptr, split.owner, parts, work, rest, n_rest)
    at = [array.ctypes.data for array in arrays]
    by_arc = [array.ctypes.data - 4 * shift for array in (row, count)]
    case = Case(at[0], at[1], len(nodes), *at[2:6], len(parts), at[6], len(work), *at[7:], *by_arc)
    for turn in TURNS[strategy]:
        run = getattr(library, f"run_{turn}")
        run.restype = ctypes.c_bool
        assert run(grid, block, seed, ctypes.byref(case)), library.failure().decode()
    return count, np.isin(row, nodes)


@pytest.mark.parametrize(("grid", "block"), [(1, 32), (3, 32), (2, 64), (1, 256)])
@pytest.mark.parametrize("strategy", TURNS)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_arc_is_visited_once(library, shape, strategy, grid, block):
    for seed in range(2):
        count, is_in = visits(library, strategy, SHAPES[shape], seed, grid, block)
        assert count.tolist() == is_in.astype(int).tolist()


@pytest.mark.parametrize("strategy", TURNS)
@pytest.mark.parametrize("shape", ["gaps", "hub", "mixed"])
def test_numbers_of_arcs_may_take_64_bits(library, shape, strategy):
    count, is_in = visits(library, strategy, SHAPES[shape], 1, 3, 32, SHIFT)
    assert count.tolist() == is_in.astype(int).tolist()


def test_parts_and_rows_of_arcs_beyond_32_bits():
    degrees = np.array([0, 9, 0, 20, 1])
    indptr = np.concatenate(([0], np.cumsum(degrees))) + SHIFT
    split = split_nodes(Emulated(), indptr, 6)
    assert (split.indptr - SHIFT).tolist() == [0, 0, 6, 9, 9, 15, 21, 27, 29, 30]
    assert split.owner.tolist() == [0, 1, 1, 2, 3, 3, 3, 3, 4]
    row = np.zeros(30, np.int32)
    moved = np.ctypeslib.as_array((ctypes.c_int32 * 1).from_address(row.ctypes.data - 4 * SHIFT))
    Emulated().launch("rows_of_arcs", 30, indptr, 5, moved)
    assert row.tolist() == np.repeat(np.arange(5), degrees).tolist()
