// Breadth-first search: one round, from the frontier to the nodes that it discovers.
//
// All kernels find the same levels, as a level is written once, by whoever comes first, and all who
// come in a round would write the same. The order of the next frontier is any.
//
//   indptr, indices   arcs of n nodes, in rows
//   level             of every node, -1 where it is not known; out: `depth` for new ones
//   frontier, size    the nodes whose arcs are followed
//   next, counts      out: the nodes that are new; how many, their arcs and their largest degree
#pragma once

#include "advance.cuh"
#include "block.cuh"
#include "discover.cuh"
#include "merge_path.cuh"

GLOBAL void bfs_node(const int64* indptr, const int* indices, int* level, int depth,
                     const int* frontier, int size, int* next, uint64* counts) {
    BlockList found = block_list<0>(indptr, next, counts);
    advance_node(indptr, frontier, size,
                 [&](int, int64 arc) { discover(indices[arc], level, depth, found); },
                 [&] { found.settle(); });
    found.finish();
}

// `work` has the numbers of all arcs of the frontier, and so will `next`.
GLOBAL void bfs_edge(const int* indices, int* level, int depth, const int64* work, int64 size,
                     const int64* indptr, int64* next, uint64* counts) {
    ArcList found = {indptr, next, counts, {}};
    advance_edges(work, size, [&](int64 arc) { discover(indices[arc], level, depth, found); });
    found.finish();
}

GLOBAL void bfs_workload_decomposition(const int64* indptr, const int* indices, int* level,
                                       int depth, const int* frontier, int size,
                                       const int64* offsets, int* next, uint64* counts) {
    BlockList found = block_list<0>(indptr, next, counts);
    advance_workload(indptr, frontier, size, offsets,
                     [&](int, int64 arc) { discover(indices[arc], level, depth, found); },
                     [&] { found.settle(); });
    found.finish();
}

// The frontier has parts of nodes; node v has those from first_part[v] up to first_part[v + 1].
GLOBAL void bfs_node_splitting(const int64* part_indptr, const int* indices, int* level, int depth,
                               const int* frontier, int size, const int* first_part, int* next,
                               uint64* counts) {
    PartList found = {part_indptr, first_part, next, counts, {}};
    advance_node(part_indptr, frontier, size,
                 [&](int, int64 arc) { discover(indices[arc], level, depth, found); }, [] {});
    found.finish();
}

GLOBAL void bfs_hierarchical(const int64* indptr, const int* indices, int* level, int depth,
                             const int* frontier, int size, int64 done, int64 most, int* rest,
                             int* n_rest, int* next, uint64* counts) {
    BlockList found = block_list<0>(indptr, next, counts);
    advance_some(indptr, frontier, size, done, most, rest, n_rest,
                 [&](int, int64 arc) { discover(indices[arc], level, depth, found); },
                 [&] { found.settle(); });
    found.finish();
}

GLOBAL void bfs_merge_path(const int64* indptr, const int* indices, int* level, int depth,
                           const int* frontier, int size, const int64* offsets, int* next,
                           uint64* counts) {
    BlockList found = block_list<0>(indptr, next, counts);
    advance_merge_path(indptr, frontier, size, offsets,
                       [&](int, int64 arc) { discover(indices[arc], level, depth, found); },
                       [&] { found.settle(); });
    found.finish();
}

GLOBAL void bfs_block(const int64* indptr, const int* indices, int* level, int depth,
                      const int* frontier, int size, int64 most, int* rest, int* n_rest, int* next,
                      uint64* counts) {
    BlockList found = block_list<0>(indptr, next, counts);
    advance_block(indptr, frontier, size, most, rest, n_rest,
                  [&](int, int64 arc) { discover(indices[arc], level, depth, found); },
                  [&] { found.settle(); });
    found.finish();
}
