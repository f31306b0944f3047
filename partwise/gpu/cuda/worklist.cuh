// Where nodes go that a round finds: lists of nodes, of their arcs, or of their parts.
//
//   counts   of the list that is made: its entries, the arcs of its nodes, and the largest degree
//
// Arcs and degrees are added up by every thread for itself, and handed in once, by finish().
#pragma once

#include "dialect.cuh"

constexpr int ENTRIES = 0, ARCS = 1, WIDEST = 2;

// Blocks that share arcs have at most so many threads, and each of them so many arcs at a time.
constexpr int THREADS_OF_TILE = 256, ITEMS = 4, TILE = THREADS_OF_TILE * ITEMS;

// What a thread has added to a list.
struct Tally {
    uint64 arcs = 0, widest = 0;
    DEVICE_MEMBER void add(int64 degree) {
        arcs += (uint64)degree;
        if ((uint64)degree > widest) widest = (uint64)degree;
    }
    DEVICE_MEMBER void finish(uint64* counts) {
        if (arcs == 0) return;
        atomicAdd(counts + ARCS, arcs);
        atomicMax(counts + WIDEST, widest);
    }
};

// Nodes one by one, for lists that are short or whose counts are in shared memory. Where `indptr` is
// null, only entries are counted.
struct NodeList {
    const int64* indptr;
    int* list;
    uint64* counts;
    Tally tally;
    DEVICE_MEMBER void append(int v) {
        list[atomicAdd(counts + ENTRIES, (uint64)1)] = v;
        if (indptr != nullptr) tally.add(indptr[v + 1] - indptr[v]);
    }
    DEVICE_MEMBER void finish() { tally.finish(counts); }
};

// All arcs of a node; room is made for them at once.
struct ArcList {
    const int64* indptr;
    int64* list;
    uint64* counts;
    Tally tally;
    DEVICE_MEMBER void append(int v) {
        const int64 first = indptr[v], degree = indptr[v + 1] - first;
        const uint64 place = atomicAdd(counts + ENTRIES, (uint64)degree);
        for (int64 j = 0; j < degree; ++j) list[place + j] = first + j;
        tally.add(degree);
    }
    DEVICE_MEMBER void finish() { tally.finish(counts); }
};

// All parts of a node; room is made for them at once.
struct PartList {
    const int64* part_indptr;
    const int* first_part;
    int* list;
    uint64* counts;
    Tally tally;
    DEVICE_MEMBER void append(int v) {
        const int first = first_part[v], last = first_part[v + 1];
        const uint64 place = atomicAdd(counts + ENTRIES, (uint64)(last - first));
        for (int p = first; p < last; ++p) list[place + (p - first)] = p;
        tally.add(part_indptr[last] - part_indptr[first]);
    }
    DEVICE_MEMBER void finish() { tally.finish(counts); }
};

// Nodes that a block gathers in shared memory. Now and then the whole block calls settle(): then
// they are copied to the list, after one atomic for all of them, and side by side. Nodes for which
// there is no room until then go to the list at once.
struct BlockList {
    const int64* indptr;  // null where only entries are counted
    int* list;
    uint64* counts;
    int* held;  // of TILE entries
    int* n_held;
    Tally tally;
    DEVICE_MEMBER void append(int v) {
        const int place = atomicAdd(n_held, 1);
        if (place < TILE) {
            held[place] = v;
        } else {
            list[atomicAdd(counts + ENTRIES, (uint64)1)] = v;
            if (indptr != nullptr) tally.add(indptr[v + 1] - indptr[v]);
        }
    }
    DEVICE_MEMBER void settle() {
        SHARED uint64 place;
        __syncthreads();
        const int n = *n_held < TILE ? *n_held : TILE;
        if (threadIdx.x == 0 && n > 0) place = atomicAdd(counts + ENTRIES, (uint64)n);
        __syncthreads();
        for (int i = threadIdx.x; i < n; i += blockDim.x) {
            const int v = held[i];
            list[place + i] = v;
            if (indptr != nullptr) tally.add(indptr[v + 1] - indptr[v]);
        }
        if (threadIdx.x == 0) *n_held = 0;
        __syncthreads();
    }
    DEVICE_MEMBER void finish() { tally.finish(counts); }
};

// An empty list of the block; lists that are in use at once have different numbers.
template <int number>
DEVICE BlockList block_list(const int64* indptr, int* list, uint64* counts) {
    SHARED int held[TILE];
    SHARED int n_held;
    if (threadIdx.x == 0) n_held = 0;
    __syncthreads();
    return {indptr, list, counts, held, &n_held, {}};
}
