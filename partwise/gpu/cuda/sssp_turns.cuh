// Shortest paths between the rounds: from one turn of the near list to the next, by way of the far
// pile; and many rounds and turns by one block, which need not return between them.
//
//   pile, size   the far pile
//   settled      limit of the turn that is over
//   counts       of the near list and the far pile; see relax.cuh
#pragma once

#include "block.cuh"
#include "relax.cuh"

// Find the least distance among nodes of the far pile that have not had their turn.
GLOBAL void sssp_least(const int* pile, int size, const uint64* distance, double settled,
                       uint64* counts) {
    uint64 least = NOBODY;
    for (int64 i = thread_number(); i < size; i += thread_count()) {
        const uint64 mine = distance[pile[i]];
        if (mine >= bits_of_double(settled) && mine < least) least = mine;
    }
    if (least != NOBODY) atomicMin(counts + LEAST, least);
}

template <typename Near>
DEVICE void split(const int* pile, int size, double settled, double delta, uint64* distance,
                  int* stamp, int round, int* is_far, Near near, int* later, uint64* counts) {
    const double limit = next_limit(settled, delta, counts[LEAST]);
    const Turn turn = {distance, bits_of_double(limit), stamp, round, is_far};
    NodeList farther = {nullptr, later, counts + FAR, {}};
    for (int64 i = thread_number(); i < size; i += thread_count())
        put_again(turn, pile[i], bits_of_double(settled), near, farther);
    near.finish();
    if (thread_number() == 0) counts[LIMIT] = turn.limit;
}

// Divide the far pile between a near list of nodes and a pile for later.
GLOBAL void sssp_split_nodes(const int* pile, int size, double settled, double delta,
                             uint64* distance, int* stamp, int round, int* is_far,
                             const int64* indptr, int* near, int* later, uint64* counts) {
    const NodeList closer = {indptr, near, counts, {}};
    split(pile, size, settled, delta, distance, stamp, round, is_far, closer, later, counts);
}

// The same with a near list of arcs.
GLOBAL void sssp_split_arcs(const int* pile, int size, double settled, double delta,
                            uint64* distance, int* stamp, int round, int* is_far,
                            const int64* indptr, int64* near, int* later, uint64* counts) {
    const ArcList closer = {indptr, near, counts, {}};
    split(pile, size, settled, delta, distance, stamp, round, is_far, closer, later, counts);
}

// The same with a near list of parts.
GLOBAL void sssp_split_parts(const int* pile, int size, double settled, double delta,
                             uint64* distance, int* stamp, int round, int* is_far,
                             const int64* part_indptr, const int* first_part, int* near, int* later,
                             uint64* counts) {
    const PartList closer = {part_indptr, first_part, near, counts, {}};
    split(pile, size, settled, delta, distance, stamp, round, is_far, closer, later, counts);
}

// Rounds and turns by one block, until nothing is left, or the near list or the far pile has more
// than `most_nodes` nodes, or the near list more than `most_arcs` arcs. Near lists without arcs are
// as good as empty.
//
//   counts   in: of the near list and the far pile, with the limit; out: the same, and counts[6]
//            rounds, those between turns too; counts[7] and counts[8] how often `near` and `next`,
//            and `far` and `later`, have changed places
GLOBAL_WIDE void sssp_one_block(const int64* indptr, const int* indices, const double* weights,
                                uint64* distance, double delta, int* stamp, int round, int* is_far,
                                int most_nodes, int64 most_arcs, int* near, int* next, int* far,
                                int* later, uint64* counts) {
    SHARED uint64 here[4], least;
    CHECK(gridDim.x == 1 && blockDim.x <= MOST_THREADS);
    if (threadIdx.x < 4) here[threadIdx.x] = counts[threadIdx.x];
    Turn turn = {distance, counts[LIMIT], stamp, round, is_far};
    int turns_of_near = 0, turns_of_far = 0;
    __syncthreads();
    while (true) {
        const int size = (int)here[ENTRIES], pile = (int)here[FAR];
        const int64 arcs = (int64)here[ARCS];
        const bool is_turn = arcs == 0 && pile > 0 && pile <= most_nodes;
        const bool is_round = arcs > 0 && arcs <= most_arcs && size <= most_nodes;
        __syncthreads();
        if (!is_turn && !is_round) break;
        if (threadIdx.x < (is_turn ? 4 : 3)) here[threadIdx.x] = 0;
        least = NOBODY;
        __syncthreads();
        ++turn.round;
        NodeList closer = {indptr, is_turn ? near : next, here, {}};
        NodeList farther = {nullptr, is_turn ? later : far, here + FAR, {}};
        if (is_turn) {
            uint64 mine = NOBODY;
            for (int i = threadIdx.x; i < pile; i += blockDim.x) {
                const uint64 found = distance[far[i]];
                if (found >= turn.limit && found < mine) mine = found;
            }
            if (mine != NOBODY) atomicMin(&least, mine);
            __syncthreads();
            const uint64 settled = turn.limit;
            turn.limit = bits_of_double(next_limit(double_of_bits(settled), delta, least));
            for (int i = threadIdx.x; i < pile; i += blockDim.x)
                put_again(turn, far[i], settled, closer, farther);
        } else {
            advance_block(indptr, near, size, most_arcs, nullptr, nullptr,
                          [&](int u, int64 arc) {
                              relax(turn, u, indices[arc], weights[arc], closer, farther);
                          },
                          [] {});
        }
        closer.finish();
        if (is_turn) {
            swap(far, later);
            ++turns_of_far;
        } else {
            swap(near, next);
            ++turns_of_near;
        }
        __syncthreads();
    }
    if (threadIdx.x < 4) counts[threadIdx.x] = here[threadIdx.x];
    if (threadIdx.x > 0) return;
    counts[LIMIT] = turn.limit;
    counts[6] = (uint64)turn.round;
    counts[7] = (uint64)turns_of_near;
    counts[8] = (uint64)turns_of_far;
}
