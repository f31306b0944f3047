// Breadth-first search from the side of the nodes that are not known, with a bit for each that is.
//
// A warp has 32 nodes, and so a word of bits that nobody else writes. Its lanes look after nodes of
// few arcs one each, and after the others together.
//
// S. Beamer, K. Asanovic, D. Patterson, "Direction-optimizing breadth-first search", 2012
// (doi:10.1109/SC.2012.50).
#pragma once

#include "worklist.cuh"

constexpr int64 FEW_ARCS = 32;

DEVICE bool has_bit(const unsigned* bits, int v) { return bits[v >> 5] >> (v & 31) & 1u; }

// Set the bits of all nodes that have a level.
GLOBAL void bfs_known(const int* level, int n_nodes, unsigned* known) {
    for (int64 base = thread_number() & ~31ll; base < n_nodes; base += thread_count()) {
        const int64 v = base + threadIdx.x % 32;
        const unsigned bits = __ballot_sync(WHOLE_WARP, v < n_nodes && level[v] >= 0);
        if (threadIdx.x % 32 == 0) known[base >> 5] = bits;
    }
}

// Nodes without a level look for a neighbour that is known; `incoming` arcs are those that end at a
// node.
//
//   known        a bit for every node of the level before or earlier
//   now_known    out: the same with those that are discovered
//   outgoing     where the arcs of a node begin, which are counted
GLOBAL void bfs_pull(const int64* incoming_indptr, const int* incoming, const int64* outgoing,
                     const unsigned* known, int* level, int depth, int n_nodes, unsigned* now_known,
                     int* next, uint64* counts) {
    const int lane = threadIdx.x % 32;
    Tally tally;
    for (int64 base = thread_number() & ~31ll; base < n_nodes; base += thread_count()) {
        const int64 v = base + lane;
        const unsigned word = known[base >> 5];
        const bool is_open = v < n_nodes && !(word >> lane & 1u);
        const int64 first = is_open ? incoming_indptr[v] : 0;
        const int64 last = is_open ? incoming_indptr[v + 1] : 0;
        const bool has_many = last - first >= FEW_ARCS;
        bool is_found = false;
        for (int64 arc = first; arc < last && !has_many && !is_found; ++arc)
            is_found = has_bit(known, incoming[arc]);
        unsigned many = __ballot_sync(WHOLE_WARP, has_many);
        for (; many != 0; many &= many - 1) {
            const int whose = __ffs((int)many) - 1;
            const int64 begin = __shfl_sync(WHOLE_WARP, first, whose);
            const int64 end = __shfl_sync(WHOLE_WARP, last, whose);
            unsigned seen = 0;
            for (int64 arc = begin; arc < end && seen == 0; arc += 32)
                seen = __ballot_sync(WHOLE_WARP,
                                     arc + lane < end && has_bit(known, incoming[arc + lane]));
            if (lane == whose) is_found = seen != 0;
        }
        const unsigned found = __ballot_sync(WHOLE_WARP, is_found);
        uint64 place = 0;
        if (lane == 0) {
            now_known[base >> 5] = word | found;
            if (found != 0) place = atomicAdd(counts + ENTRIES, (uint64)__popc(found));
        }
        place = __shfl_sync(WHOLE_WARP, place, 0);
        if (is_found) {
            level[v] = depth;
            next[place + __popc(found & ((1u << lane) - 1))] = (int)v;
            tally.add(outgoing[v + 1] - outgoing[v]);
        }
    }
    tally.finish(counts);
}
