// Shortest paths: one round of relaxations, and the piles between rounds.
//
// Distances are doubles that are not negative, kept as their bits: these have the same order, and
// there is an atomic minimum of integers. A sum along a path does not depend on when it is made,
// and the least fixed point is the same in any order of relaxations; so is the result, to the bit.
//
//   distance       bits of every node's distance
//   limit          nodes nearer than it go to the near list, others to the far pile
//   stamp, round   of every node, the round that put it on the near list last: once is enough
//   is_far         of every node, whether it is on the far pile, for the same reason
#pragma once

#include "advance.cuh"

#ifdef PARTWISE_EMULATOR
DEVICE uint64 bits_of_double(double x) { return emulator::bits_of(x); }
DEVICE double double_of_bits(uint64 x) { return emulator::from_bits<double>(x); }
#else
DEVICE uint64 bits_of_double(double x) { return (uint64)__double_as_longlong(x); }
DEVICE double double_of_bits(uint64 x) { return __longlong_as_double((int64)x); }
#endif

struct Piles {
    uint64* distance;
    uint64 limit;
    int* stamp;
    int round;
    int* is_far;
    int* near;
    int* n_near;
    int* far;
    int* n_far;
};

DEVICE void put(const Piles& piles, int v, uint64 distance) {
    if (distance < piles.limit) {
        if (atomicExch(piles.stamp + v, piles.round) != piles.round)
            piles.near[atomicAdd(piles.n_near, 1)] = v;
    } else if (atomicExch(piles.is_far + v, 1) == 0) {
        piles.far[atomicAdd(piles.n_far, 1)] = v;
    }
}

DEVICE void relax(const Piles& piles, int u, int v, double weight) {
    const uint64 through = bits_of_double(double_of_bits(piles.distance[u]) + weight);
    if (through < piles.distance[v] && through < atomicMin(piles.distance + v, through))
        put(piles, v, through);
}

#define PILES \
    const Piles piles = {distance, bits_of_double(limit), stamp, round, is_far, near, n_near, far, n_far}

GLOBAL void sssp_node(const int64* indptr, const int* indices, const double* weights,
                      const int* frontier, int size, uint64* distance, double limit, int* stamp,
                      int round, int* is_far, int* near, int* n_near, int* far, int* n_far) {
    PILES;
    advance_node(indptr, frontier, size,
                 [=](int u, int64 arc) { relax(piles, u, indices[arc], weights[arc]); });
}

GLOBAL void sssp_workload_decomposition(const int64* indptr, const int* indices,
                                        const double* weights, const int* frontier, int size,
                                        const int64* offsets, uint64* distance, double limit,
                                        int* stamp, int round, int* is_far, int* near, int* n_near,
                                        int* far, int* n_far) {
    PILES;
    advance_workload(indptr, frontier, size, offsets,
                     [=](int u, int64 arc) { relax(piles, u, indices[arc], weights[arc]); });
}

GLOBAL void sssp_hierarchical(const int64* indptr, const int* indices, const double* weights,
                              const int* frontier, int size, int64 done, int64 most, int* rest,
                              int* n_rest, uint64* distance, double limit, int* stamp, int round,
                              int* is_far, int* near, int* n_near, int* far, int* n_far) {
    PILES;
    advance_some(indptr, frontier, size, done, most, rest, n_rest,
                 [=](int u, int64 arc) { relax(piles, u, indices[arc], weights[arc]); });
}

GLOBAL void sssp_merge_path(const int64* indptr, const int* indices, const double* weights,
                            const int* frontier, int size, const int64* offsets, int items,
                            uint64* distance, double limit, int* stamp, int round, int* is_far,
                            int* near, int* n_near, int* far, int* n_far) {
    PILES;
    advance_merge_path(indptr, frontier, size, offsets, items,
                       [=](int u, int64 arc) { relax(piles, u, indices[arc], weights[arc]); });
}

// From the pile to the near list and to a pile for later; nodes that have become nearer than
// `before` since they were put there have had their turn.
GLOBAL void sssp_split(const int* pile, int size, double before, uint64* distance, double limit,
                       int* stamp, int round, int* is_far, int* near, int* n_near, int* far,
                       int* n_far) {
    PILES;
    const uint64 settled = bits_of_double(before);
    for (int64 i = thread_number(); i < size; i += thread_count()) {
        const int v = pile[i];
        is_far[v] = 0;
        if (distance[v] >= settled) put(piles, v, distance[v]);
    }
}
