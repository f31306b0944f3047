// From a frontier along its arcs: four ways to share the arcs of some nodes among threads.
//
//   indptr           where the arcs of a node begin and end
//   frontier, size   the nodes
//   offsets          sums of the degrees before each of them, and of all; size + 1 entries
//   visit(u, arc)    is called once for every arc of every node
#pragma once

#include "dialect.cuh"

// A thread for each node.
template <typename Visit>
DEVICE void advance_node(const int64* indptr, const int* frontier, int size, Visit visit) {
    for (int64 i = thread_number(); i < size; i += thread_count()) {
        const int u = frontier[i];
        for (int64 arc = indptr[u]; arc < indptr[u + 1]; ++arc) visit(u, arc);
    }
}

// Equal numbers of arcs. Each block has consecutive ones; neighbouring threads take neighbouring
// arcs, so that a warp reads whole lines.
template <typename Visit>
DEVICE void advance_workload(const int64* indptr, const int* frontier, int size,
                             const int64* offsets, Visit visit) {
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
        visit(frontier[i], arc);
    }
}

// At most `most` arcs of each node, from arc number `done` of the node on; nodes with arcs left go
// to the rest.
template <typename Visit>
DEVICE void advance_some(const int64* indptr, const int* frontier, int size, int64 done, int64 most,
                         int* rest, int* n_rest, Visit visit) {
    for (int64 i = thread_number(); i < size; i += thread_count()) {
        const int u = frontier[i];
        const int64 first = indptr[u] + done;
        const int64 last = smaller(first + most, indptr[u + 1]);
        for (int64 arc = first; arc < last; ++arc) visit(u, arc);
        if (last < indptr[u + 1]) rest[atomicAdd(n_rest, 1)] = u;
    }
}

// The path that merges the ends of the rows (offsets[1..size]) with the numbers of the arcs is cut
// into equal pieces: every thread has `items` rows and arcs together, also where rows are empty.
template <typename Visit>
DEVICE void advance_merge_path(const int64* indptr, const int* frontier, int size,
                               const int64* offsets, int items, Visit visit) {
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
                const int u = frontier[row];
                const int64 arc = indptr[u] + at - offsets[row];
                CHECK(arc >= indptr[u] && arc < indptr[u + 1]);
                visit(u, arc);
                ++at;
            } else {
                ++row;
            }
        }
    }
}
