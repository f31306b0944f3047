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

#include "dialect.cuh"

DEVICE void discover(int v, int* level, int depth, int* next, int* n_next) {
    if (level[v] < 0 && atomicCAS(level + v, -1, depth) < 0) next[atomicAdd(n_next, 1)] = v;
}

// A thread for each node of the frontier.
GLOBAL void bfs_node(const int64* indptr, const int* indices, int* level, int depth,
                     const int* frontier, int size, int* next, int* n_next) {
    for (int64 i = thread_number(); i < size; i += thread_count()) {
        const int u = frontier[i];
        for (int64 arc = indptr[u]; arc < indptr[u + 1]; ++arc)
            discover(indices[arc], level, depth, next, n_next);
    }
}

// Threads share the arcs of the frontier evenly. Those of one node are from offsets[i] on, the sum
// of the degrees before it; offsets has size + 1 entries. Neighbouring threads take neighbouring
// arcs, so that a warp reads whole lines; each block has consecutive ones.
GLOBAL void bfs_workload_decomposition(const int64* indptr, const int* indices, int* level,
                                       int depth, const int* frontier, int size,
                                       const int64* offsets, int* next, int* n_next) {
    const int64 total = offsets[size];
    const int64 per_block = (total + gridDim.x - 1) / gridDim.x;
    const int64 first = (int64)blockIdx.x * per_block;
    const int64 last = smaller(first + per_block, total);
    int i = -1;
    int64 end = 0;
    for (int64 at = first + threadIdx.x; at < last; at += blockDim.x) {
        if (i < 0) {
            i = last_at_most(offsets, size, at);
            end = offsets[i + 1];
        }
        while (at >= end) end = offsets[++i + 1];
        const int64 arc = indptr[frontier[i]] + at - offsets[i];
        CHECK(arc < indptr[frontier[i] + 1]);
        discover(indices[arc], level, depth, next, n_next);
    }
}

// At most `most` arcs of each node, from arc number `done` of the node on; nodes with arcs left go
// to the rest.
GLOBAL void bfs_hierarchical(const int64* indptr, const int* indices, int* level, int depth,
                             const int* frontier, int size, int64 done, int64 most, int* rest,
                             int* n_rest, int* next, int* n_next) {
    for (int64 i = thread_number(); i < size; i += thread_count()) {
        const int u = frontier[i];
        const int64 first = indptr[u] + done;
        const int64 last = smaller(first + most, indptr[u + 1]);
        for (int64 arc = first; arc < last; ++arc)
            discover(indices[arc], level, depth, next, n_next);
        if (last < indptr[u + 1]) rest[atomicAdd(n_rest, 1)] = u;
    }
}

// The path that merges the ends of the rows (offsets[1..size]) with the numbers of the arcs is cut
// into equal pieces: every thread has `items` rows and arcs together, also where rows are empty.
GLOBAL void bfs_merge_path(const int64* indptr, const int* indices, int* level, int depth,
                           const int* frontier, int size, const int64* offsets, int items,
                           int* next, int* n_next) {
    const int64 total = offsets[size];
    const int64 path = size + total;
    for (int64 piece = thread_number(); piece * items < path; piece += thread_count()) {
        const int64 diagonal = piece * items;
        int64 low = larger(0, diagonal - total), high = smaller(diagonal, size);
        while (low < high) {
            const int64 middle = low + (high - low) / 2;
            if (offsets[middle + 1] <= diagonal - middle - 1) low = middle + 1;
            else high = middle;
        }
        int64 row = low, at = diagonal - low;
        const int64 stop = smaller(diagonal + items, path);
        for (int64 step = diagonal; step < stop; ++step) {
            if (at < offsets[row + 1]) {
                const int64 arc = indptr[frontier[row]] + at - offsets[row];
                CHECK(arc >= indptr[frontier[row]] && arc < indptr[frontier[row] + 1]);
                discover(indices[arc], level, depth, next, n_next);
                ++at;
            } else {
                ++row;
            }
        }
    }
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
