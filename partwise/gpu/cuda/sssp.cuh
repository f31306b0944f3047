// Shortest paths: one round of relaxations, from the near list to the next one and to the far pile.
//
// The method is the near-far one of A. Davidson, S. Baxter, M. Garland, J. D. Owens,
// "Work-efficient parallel GPU methods for single-source shortest paths", 2014
// (doi:10.1109/IPDPS.2014.45). Arguments are explained in relax.cuh and advance.cuh.
#pragma once

#include "advance.cuh"
#include "block.cuh"
#include "merge_path.cuh"
#include "relax.cuh"

#define TURN const Turn turn = {distance, bits_of_double(limit), stamp, round, is_far}
#define RELAX [&](int u, int64 arc) { relax(turn, u, indices[arc], weights[arc], closer, farther); }
#define SETTLE [&] { closer.settle(); farther.settle(); }

GLOBAL void sssp_node(const int64* indptr, const int* indices, const double* weights,
                      const int* frontier, int size, uint64* distance, double limit, int* stamp,
                      int round, int* is_far, int* near, int* far, uint64* counts) {
    TURN;
    BlockList closer = block_list<0>(indptr, near, counts);
    BlockList farther = block_list<1>(nullptr, far, counts + FAR);
    advance_node(indptr, frontier, size, RELAX, SETTLE);
    closer.finish();
}

// `work` has the numbers of all arcs of the near list, and so will `near`.
GLOBAL void sssp_edge(const int* indices, const int* source, const double* weights,
                      const int64* work, int64 size, uint64* distance, double limit, int* stamp,
                      int round, int* is_far, const int64* indptr, int64* near, int* far,
                      uint64* counts) {
    TURN;
    ArcList closer = {indptr, near, counts, {}};
    NodeList farther = {nullptr, far, counts + FAR, {}};
    advance_edges(work, size, [&](int64 arc) {
        relax(turn, source[arc], indices[arc], weights[arc], closer, farther);
    });
    closer.finish();
}

GLOBAL void sssp_workload_decomposition(const int64* indptr, const int* indices,
                                        const double* weights, const int* frontier, int size,
                                        const int64* offsets, uint64* distance, double limit,
                                        int* stamp, int round, int* is_far, int* near, int* far,
                                        uint64* counts) {
    TURN;
    BlockList closer = block_list<0>(indptr, near, counts);
    BlockList farther = block_list<1>(nullptr, far, counts + FAR);
    advance_workload(indptr, frontier, size, offsets, RELAX, SETTLE);
    closer.finish();
}

GLOBAL void sssp_node_splitting(const int64* part_indptr, const int* indices, const int* owner,
                                const double* weights, const int* parts, int size,
                                uint64* distance, double limit, int* stamp, int round, int* is_far,
                                const int* first_part, int* near, int* far, uint64* counts) {
    TURN;
    PartList closer = {part_indptr, first_part, near, counts, {}};
    NodeList farther = {nullptr, far, counts + FAR, {}};
    advance_parts(part_indptr, owner, parts, size, RELAX);
    closer.finish();
}

GLOBAL void sssp_hierarchical(const int64* indptr, const int* indices, const double* weights,
                              const int* frontier, int size, int64 done, int64 most, int* rest,
                              int* n_rest, uint64* distance, double limit, int* stamp, int round,
                              int* is_far, int* near, int* far, uint64* counts) {
    TURN;
    BlockList closer = block_list<0>(indptr, near, counts);
    BlockList farther = block_list<1>(nullptr, far, counts + FAR);
    advance_some(indptr, frontier, size, done, most, rest, n_rest, RELAX, SETTLE);
    closer.finish();
}

GLOBAL void sssp_merge_path(const int64* indptr, const int* indices, const double* weights,
                            const int* frontier, int size, const int64* offsets, uint64* distance,
                            double limit, int* stamp, int round, int* is_far, int* near, int* far,
                            uint64* counts) {
    TURN;
    BlockList closer = block_list<0>(indptr, near, counts);
    BlockList farther = block_list<1>(nullptr, far, counts + FAR);
    advance_merge_path(indptr, frontier, size, offsets, RELAX, SETTLE);
    closer.finish();
}

GLOBAL void sssp_block(const int64* indptr, const int* indices, const double* weights,
                       const int* frontier, int size, int64 most, int* rest, int* n_rest,
                       uint64* distance, double limit, int* stamp, int round, int* is_far,
                       int* near, int* far, uint64* counts) {
    TURN;
    BlockList closer = block_list<0>(indptr, near, counts);
    BlockList farther = block_list<1>(nullptr, far, counts + FAR);
    advance_block(indptr, frontier, size, most, rest, n_rest, RELAX, SETTLE);
    closer.finish();
}
