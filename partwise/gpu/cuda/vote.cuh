// The vote of the neighbours: of every node, the label that its arcs speak for most, but its own,
// and what speaks for its own.
//
// A label r has at node v the sum of the weights of v's arcs to nodes of that label; where labels
// are penalised, less share[v] * total[r], for its own label less share[v] * (total[r] - mass[v]).
// Of several best ones the smallest counts. Self-loops do not vote.
//
//   indptr, indices  arcs in rows
//   weights          of the arcs, if `weighted`; else each is 1
//   label            of every node, from 0 on
//   nodes, size      the nodes whose arcs vote, of similar degrees
//   winner, won      out, by number of the node: the best other label, -1 where there is none, and
//                    its score
//   kept             out: the score of its own
//
// Sums are exact, and so the same in every run, where weights are whole numbers or few bits apart.
#pragma once

#include "dialect.cuh"

struct Voters {
    const int64* indptr;
    const int* indices;
    const double* weights;
    int weighted;
    const int* label;
    int penalised;
    const double* share;
    const double* total;
    const double* mass;
};

#define THE_VOTERS \
    const Voters voters = {indptr, indices, weights, weighted, label, penalised, share, total, mass}

struct Best {
    double score;
    int label;
};

DEVICE Best nobody() { return {0.0, -1}; }

DEVICE bool is_better(const Best& one, const Best& other) {
    if (one.label < 0) return false;
    if (other.label < 0) return true;
    return one.score > other.score || (one.score == other.score && one.label < other.label);
}

DEVICE double weight_of(const Voters& voters, int64 arc) {
    return voters.weighted ? voters.weights[arc] : 1.0;
}

DEVICE double penalty(const Voters& voters, int v, int label) {
    if (!voters.penalised) return 0.0;
    const double rest = label == voters.label[v] ? voters.mass[v] : 0.0;
    return voters.share[v] * (voters.total[label] - rest);
}

// A thread for each node, for few arcs: every label is summed up where it comes first.
GLOBAL void vote_thread(const int64* indptr, const int* indices, const double* weights, int weighted,
                        const int* label, int penalised, const double* share, const double* total,
                        const double* mass, const int* nodes, int size, int* winner, double* won,
                        double* kept) {
    THE_VOTERS;
    for (int64 i = thread_number(); i < size; i += thread_count()) {
        const int v = nodes[i], own = label[v];
        const int64 first = indptr[v], last = indptr[v + 1];
        Best best = nobody();
        double for_own = 0.0;
        for (int64 arc = first; arc < last; ++arc) {
            if (indices[arc] == v) continue;
            const int candidate = label[indices[arc]];
            if (candidate == own) {
                for_own += weight_of(voters, arc);
                continue;
            }
            bool is_new = true;
            for (int64 other = first; other < arc && is_new; ++other)
                is_new = label[indices[other]] != candidate;
            if (!is_new) continue;
            double sum = 0.0;
            for (int64 other = arc; other < last; ++other)
                if (label[indices[other]] == candidate) sum += weight_of(voters, other);
            const Best found = {sum - penalty(voters, v, candidate), candidate};
            if (is_better(found, best)) best = found;
        }
        winner[v] = best.label;
        won[v] = best.score;
        kept[v] = for_own - penalty(voters, v, own);
    }
}

// The place of a label in a table of `slots` places, a power of two; -1 where it is not there and
// is not to be put there.
DEVICE int place_of(int* keys, int slots, int label, bool put) {
    int slot = (int)(((unsigned)label * 2654435769u) & (unsigned)(slots - 1));
    while (true) {
        const int before = put ? atomicCAS(keys + slot, -1, label) : keys[slot];
        if (before == label) return slot;
        if (before == -1) return put ? slot : -1;
        slot = (slot + 1) & (slots - 1);
    }
}

// Sums by label in a table with more places than labels, filled by all threads of a block of at
// most 256, a power of two.
DEVICE void vote_in_table(const Voters& voters, int v, int* keys, double* sums, int slots,
                          int* winner, double* won, double* kept) {
    SHARED Best bests[256];
    for (int slot = threadIdx.x; slot < slots; slot += blockDim.x) {
        keys[slot] = -1;
        sums[slot] = 0.0;
    }
    __syncthreads();
    const int64 last = voters.indptr[v + 1];
    for (int64 arc = voters.indptr[v] + threadIdx.x; arc < last; arc += blockDim.x) {
        const int u = voters.indices[arc];
        if (u != v)
            atomicAdd(sums + place_of(keys, slots, voters.label[u], true), weight_of(voters, arc));
    }
    __syncthreads();
    const int own = voters.label[v];
    Best best = nobody();
    for (int slot = threadIdx.x; slot < slots; slot += blockDim.x) {
        if (keys[slot] < 0 || keys[slot] == own) continue;
        const Best found = {sums[slot] - penalty(voters, v, keys[slot]), keys[slot]};
        if (is_better(found, best)) best = found;
    }
    bests[threadIdx.x] = best;
    __syncthreads();
    for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
        if (threadIdx.x < half && is_better(bests[threadIdx.x + half], bests[threadIdx.x]))
            bests[threadIdx.x] = bests[threadIdx.x + half];
        __syncthreads();
    }
    if (threadIdx.x == 0) {
        const int slot = place_of(keys, slots, own, false);
        winner[v] = bests[0].label;
        won[v] = bests[0].score;
        kept[v] = (slot < 0 ? 0.0 : sums[slot]) - penalty(voters, v, own);
    }
    __syncthreads();
}

// A block for each node, with a table in shared memory of 12 bytes for each slot.
GLOBAL void vote_block(const int64* indptr, const int* indices, const double* weights, int weighted,
                       const int* label, int penalised, const double* share, const double* total,
                       const double* mass, const int* nodes, int size, int slots, int* winner,
                       double* won, double* kept) {
    DYNAMIC_SHARED(double, sums);
    int* keys = (int*)(sums + slots);
    THE_VOTERS;
    for (int i = blockIdx.x; i < size; i += gridDim.x)
        vote_in_table(voters, nodes[i], keys, sums, slots, winner, won, kept);
}

// A block for each node, with a table in global memory of slots[i] places from place[i] on: hubs.
GLOBAL void vote_hub(const int64* indptr, const int* indices, const double* weights, int weighted,
                     const int* label, int penalised, const double* share, const double* total,
                     const double* mass, const int* nodes, int size, const int64* place,
                     const int* slots, int* keys, double* sums, int* winner, double* won,
                     double* kept) {
    THE_VOTERS;
    for (int i = blockIdx.x; i < size; i += gridDim.x)
        vote_in_table(voters, nodes[i], keys + place[i], sums + place[i], slots[i], winner, won,
                      kept);
}
