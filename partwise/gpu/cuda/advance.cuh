// From a frontier along its arcs: ways to share the arcs of some nodes among threads.
//
//   indptr           where the arcs of a node begin and end
//   frontier, size   the nodes
//   offsets          sums of the degrees before each of them, and of all; size + 1 entries
//   visit(u, arc)    is called once for every arc of every node
//   settle()         is called by all threads of a block together, time and again and in the end;
//                    where arcs are shared, after at most ITEMS visits each
//
// Merge path and block are in files of their own.
#pragma once

#include "worklist.cuh"

// A thread for each node.
template <typename Visit, typename Settle>
DEVICE void advance_node(const int64* indptr, const int* frontier, int size, Visit visit,
                         Settle settle) {
    for (int64 i = thread_number(); i - threadIdx.x < size; i += thread_count()) {
        if (i < size) {
            const int u = frontier[i];
            const int64 last = indptr[u + 1];
            for (int64 arc = indptr[u]; arc < last; ++arc) visit(u, arc);
        }
        settle();
    }
}

// A thread for each part of a node, which are nodes of another graph with the same arcs: part p has
// those from part_indptr[p] up to part_indptr[p + 1], and belongs to owner[p].
template <typename Visit>
DEVICE void advance_parts(const int64* part_indptr, const int* owner, const int* parts, int size,
                          Visit visit) {
    advance_node(part_indptr, parts, size, [&](int p, int64 arc) { visit(owner[p], arc); }, [] {});
}

// A thread for each arc of a worklist.
template <typename Visit>
DEVICE void advance_edges(const int64* work, int64 size, Visit visit) {
    for (int64 i = thread_number(); i < size; i += thread_count()) visit(work[i]);
}

// A thread for each arc that there is.
template <typename Visit>
DEVICE void advance_all_edges(int64 n_arcs, Visit visit) {
    for (int64 arc = thread_number(); arc < n_arcs; arc += thread_count()) visit(arc);
}

// Equal numbers of arcs. Each block has consecutive ones; neighbouring threads take neighbouring
// arcs, so that a warp reads whole lines.
template <typename Visit, typename Settle>
DEVICE void advance_workload(const int64* indptr, const int* frontier, int size,
                             const int64* offsets, Visit visit, Settle settle) {
    const int64 total = offsets[size];
    const int64 per_block = (total + gridDim.x - 1) / gridDim.x;
    const int64 first = (int64)blockIdx.x * per_block;
    const int64 last = smaller(first + per_block, total);
    int i = -1;
    int64 end = 0;
    for (int64 tile = first; tile < last; tile += ITEMS * (int64)blockDim.x) {
        for (int item = 0; item < ITEMS; ++item) {
            const int64 at = tile + item * (int64)blockDim.x + threadIdx.x;
            if (at >= last) break;
            if (i < 0) {
                i = last_at_most(offsets, size, at);
                end = offsets[i + 1];
            }
            while (at >= end) end = offsets[++i + 1];
            const int u = frontier[i];
            const int64 arc = indptr[u] + at - offsets[i];
            CHECK(arc < indptr[u + 1]);
            visit(u, arc);
        }
        settle();
    }
}

// At most `most` arcs of each node, from arc number `done` of the node on; nodes with arcs left go
// to the rest.
template <typename Visit, typename Settle>
DEVICE void advance_some(const int64* indptr, const int* frontier, int size, int64 done, int64 most,
                         int* rest, int* n_rest, Visit visit, Settle settle) {
    for (int64 i = thread_number(); i - threadIdx.x < size; i += thread_count()) {
        if (i < size) {
            const int u = frontier[i];
            const int64 first = indptr[u] + done, end = indptr[u + 1];
            const int64 last = smaller(first + most, end);
            for (int64 arc = first; arc < last; ++arc) visit(u, arc);
            if (last < end) rest[atomicAdd(n_rest, 1)] = u;
        }
        settle();
    }
}
