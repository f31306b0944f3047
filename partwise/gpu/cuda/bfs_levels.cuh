// Many rounds of breadth-first search by one block, which need not return between them.
#pragma once

#include "block.cuh"
#include "discover.cuh"

// As long as the frontier has arcs, at most `most_arcs`, of at most `most_nodes` nodes.
//
//   level               out: depth + 1 for what the first round discovers, and so on
//   frontier, next      lists of nodes; the last frontier is in `next` after an odd number of
//                       rounds
//   counts              of the frontier, in and out; out: counts[3] rounds, counts[4] arcs of all
//                       their frontiers
GLOBAL_WIDE void bfs_one_block(const int64* indptr, const int* indices, int* level, int depth,
                               int most_nodes, int64 most_arcs, int* frontier, int* next,
                               uint64* counts) {
    SHARED uint64 of_next[3];
    CHECK(gridDim.x == 1 && blockDim.x <= MOST_THREADS);
    int size = (int)counts[ENTRIES];
    int64 arcs = (int64)counts[ARCS], pushed = 0;
    uint64 widest = counts[WIDEST];
    int rounds = 0;
    __syncthreads();
    while (arcs > 0 && size <= most_nodes && arcs <= most_arcs) {
        ++rounds;
        pushed += arcs;
        if (threadIdx.x < 3) of_next[threadIdx.x] = 0;
        __syncthreads();
        NodeList found = {indptr, next, of_next, {}};
        advance_block(indptr, frontier, size, most_arcs, nullptr, nullptr,
                      [&](int, int64 arc) { discover(indices[arc], level, depth + rounds, found); },
                      [] {});
        found.finish();
        __syncthreads();
        size = (int)of_next[ENTRIES];
        arcs = (int64)of_next[ARCS];
        widest = of_next[WIDEST];
        swap(frontier, next);
        __syncthreads();
    }
    if (threadIdx.x > 0) return;
    counts[ENTRIES] = (uint64)size;
    counts[ARCS] = (uint64)arcs;
    counts[WIDEST] = widest;
    counts[3] = (uint64)rounds;
    counts[4] = (uint64)pushed;
}
