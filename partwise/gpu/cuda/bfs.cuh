// Breadth-first search: one round, from the frontier to the nodes that it discovers.
//
// All kernels find the same levels, as a level is written once, by whoever comes first, and all who
// come in a round would write the same. The order of the next frontier is any.
//
//   indptr, indices   arcs of n nodes, in rows
//   level             of every node, -1 where it is not known; out: `depth` for new ones
//   frontier, size    the nodes whose arcs are followed
//   next, n_next      out: the nodes that are new, and how many
#pragma once

#include "advance.cuh"

DEVICE void discover(int v, int* level, int depth, int* next, int* n_next) {
    if (level[v] < 0 && atomicCAS(level + v, -1, depth) < 0) next[atomicAdd(n_next, 1)] = v;
}

GLOBAL void bfs_node(const int64* indptr, const int* indices, int* level, int depth,
                     const int* frontier, int size, int* next, int* n_next) {
    advance_node(indptr, frontier, size,
                 [=](int, int64 arc) { discover(indices[arc], level, depth, next, n_next); });
}

GLOBAL void bfs_workload_decomposition(const int64* indptr, const int* indices, int* level,
                                       int depth, const int* frontier, int size,
                                       const int64* offsets, int* next, int* n_next) {
    advance_workload(indptr, frontier, size, offsets,
                     [=](int, int64 arc) { discover(indices[arc], level, depth, next, n_next); });
}

GLOBAL void bfs_hierarchical(const int64* indptr, const int* indices, int* level, int depth,
                             const int* frontier, int size, int64 done, int64 most, int* rest,
                             int* n_rest, int* next, int* n_next) {
    advance_some(indptr, frontier, size, done, most, rest, n_rest,
                 [=](int, int64 arc) { discover(indices[arc], level, depth, next, n_next); });
}

GLOBAL void bfs_merge_path(const int64* indptr, const int* indices, int* level, int depth,
                           const int* frontier, int size, const int64* offsets, int items,
                           int* next, int* n_next) {
    advance_merge_path(indptr, frontier, size, offsets, items,
                       [=](int, int64 arc) { discover(indices[arc], level, depth, next, n_next); });
}

// Whoever is not yet known looks for a neighbour that is on the level before; `incoming` arcs are
// those that end at a node. `known` has a bit for every node of the level before or earlier.
GLOBAL void bfs_pull(const int64* incoming_indptr, const int* incoming, const unsigned* known,
                     int* level, int depth, int n_nodes, int* next, int* n_next) {
    for (int64 v = thread_number(); v < n_nodes; v += thread_count()) {
        if (level[v] >= 0) continue;
        for (int64 arc = incoming_indptr[v]; arc < incoming_indptr[v + 1]; ++arc) {
            const int u = incoming[arc];
            if (known[u >> 5] >> (u & 31) & 1u) {
                level[v] = depth;
                next[atomicAdd(n_next, 1)] = (int)v;
                break;
            }
        }
    }
}

// A thread for each arc of the worklist, which has the numbers of all arcs of the frontier. Whoever
// discovers a node makes room for all its arcs at once.
GLOBAL void bfs_edge(const int64* indptr, const int* indices, int* level, int depth,
                     const int64* work, int64 n_work, int64* next, uint64* n_next) {
    for (int64 i = thread_number(); i < n_work; i += thread_count()) {
        const int v = indices[work[i]];
        if (level[v] >= 0 || atomicCAS(level + v, -1, depth) >= 0) continue;
        const int64 first = indptr[v], degree = indptr[v + 1] - first;
        const int64 place = (int64)atomicAdd(n_next, (uint64)degree);
        for (int64 j = 0; j < degree; ++j) next[place + j] = first + j;
    }
}

// A thread for each part of a node: the arcs from part_indptr[p] up to part_indptr[p + 1], of which
// none has more than some number. Node v has the parts from first_part[v] up to first_part[v + 1];
// the frontier has parts.
GLOBAL void bfs_node_splitting(const int64* part_indptr, const int* indices, const int* first_part,
                               int* level, int depth, const int* frontier, int size, int* next,
                               int* n_next) {
    for (int64 i = thread_number(); i < size; i += thread_count()) {
        const int p = frontier[i];
        for (int64 arc = part_indptr[p]; arc < part_indptr[p + 1]; ++arc) {
            const int v = indices[arc];
            if (level[v] >= 0 || atomicCAS(level + v, -1, depth) >= 0) continue;
            const int first = first_part[v], parts = first_part[v + 1] - first;
            const int place = atomicAdd(n_next, parts);
            for (int j = 0; j < parts; ++j) next[place + j] = first + j;
        }
    }
}
