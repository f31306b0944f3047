// The vote of the neighbours: for every node the label with the largest sum of weights over its
// arcs, of several the smallest one; -1 for a node without arcs.
//
//   weighted      whether weights are read; else each is 1
//   label         of every node, from 0 on
//   nodes, size   the nodes that vote, of similar degrees
//   winner, won   out: label and sum of weights, by number of the node
//
// Sums are exact, and so the same in every run, where weights are whole numbers or few bits apart.
#pragma once

#include "dialect.cuh"

DEVICE double weight_of(const double* weights, int weighted, int64 arc) {
    return weighted ? weights[arc] : 1.0;
}

// The better of two; a label of -1 is none.
DEVICE bool is_better(double sum, int label, double best_sum, int best) {
    if (label < 0) return false;
    return best < 0 || sum > best_sum || (sum == best_sum && label < best);
}

// A thread for each node, for few arcs: every label is summed up where it comes first.
GLOBAL void vote_thread(const int64* indptr, const int* indices, const double* weights, int weighted,
                        const int* label, const int* nodes, int size, int* winner, double* won) {
    for (int64 i = thread_number(); i < size; i += thread_count()) {
        const int v = nodes[i];
        const int64 first = indptr[v], last = indptr[v + 1];
        int best = -1;
        double best_sum = 0.0;
        for (int64 arc = first; arc < last; ++arc) {
            const int candidate = label[indices[arc]];
            bool is_new = true;
            for (int64 other = first; other < arc && is_new; ++other)
                is_new = label[indices[other]] != candidate;
            if (!is_new) continue;
            double sum = 0.0;
            for (int64 other = arc; other < last; ++other)
                if (label[indices[other]] == candidate) sum += weight_of(weights, weighted, other);
            if (is_better(sum, candidate, best_sum, best)) {
                best = candidate;
                best_sum = sum;
            }
        }
        winner[v] = best;
        won[v] = best_sum;
    }
}

// Sums by label in a table of `slots` places, a power of two and more than there are labels; the
// block works on it together, and every thread returns the best of the places that it looked at.
DEVICE void vote_in_table(const int64* indptr, const int* indices, const double* weights,
                          int weighted, const int* label, int v, int* keys, double* sums, int slots,
                          int* best, double* best_sum) {
    for (int slot = threadIdx.x; slot < slots; slot += blockDim.x) {
        keys[slot] = -1;
        sums[slot] = 0.0;
    }
    __syncthreads();
    for (int64 arc = indptr[v] + threadIdx.x; arc < indptr[v + 1]; arc += blockDim.x) {
        const int candidate = label[indices[arc]];
        int slot = (int)(((unsigned)candidate * 2654435769u) & (unsigned)(slots - 1));
        while (true) {
            const int before = atomicCAS(keys + slot, -1, candidate);
            if (before == -1 || before == candidate) break;
            slot = (slot + 1) & (slots - 1);
        }
        atomicAdd(sums + slot, weight_of(weights, weighted, arc));
    }
    __syncthreads();
    *best = -1;
    *best_sum = 0.0;
    for (int slot = threadIdx.x; slot < slots; slot += blockDim.x) {
        if (is_better(sums[slot], keys[slot], *best_sum, *best)) {
            *best = keys[slot];
            *best_sum = sums[slot];
        }
    }
}

// The best of all threads of a block of at most 256, a power of two.
DEVICE void best_of_block(int best, double best_sum, int v, int* winner, double* won) {
    SHARED int labels[256];
    SHARED double sums[256];
    labels[threadIdx.x] = best;
    sums[threadIdx.x] = best_sum;
    __syncthreads();
    for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
        if (threadIdx.x < half &&
            is_better(sums[threadIdx.x + half], labels[threadIdx.x + half], sums[threadIdx.x],
                      labels[threadIdx.x])) {
            labels[threadIdx.x] = labels[threadIdx.x + half];
            sums[threadIdx.x] = sums[threadIdx.x + half];
        }
        __syncthreads();
    }
    if (threadIdx.x == 0) {
        winner[v] = labels[0];
        won[v] = sums[0];
    }
    __syncthreads();
}

// A block for each node, with a table in shared memory of 12 bytes for each slot.
GLOBAL void vote_block(const int64* indptr, const int* indices, const double* weights, int weighted,
                       const int* label, const int* nodes, int size, int slots, int* winner,
                       double* won) {
    DYNAMIC_SHARED(double, sums);
    int* keys = (int*)(sums + slots);
    for (int i = blockIdx.x; i < size; i += gridDim.x) {
        int best;
        double best_sum;
        vote_in_table(indptr, indices, weights, weighted, label, nodes[i], keys, sums, slots, &best,
                      &best_sum);
        best_of_block(best, best_sum, nodes[i], winner, won);
    }
}

// A block for each node, with a table in global memory from place[i] on: for hubs.
GLOBAL void vote_hub(const int64* indptr, const int* indices, const double* weights, int weighted,
                     const int* label, const int* nodes, int size, const int64* place, int* keys,
                     double* sums, int* winner, double* won) {
    for (int i = blockIdx.x; i < size; i += gridDim.x) {
        int best;
        double best_sum;
        vote_in_table(indptr, indices, weights, weighted, label, nodes[i], keys + place[i],
                      sums + place[i], (int)(place[i + 1] - place[i]), &best, &best_sum);
        best_of_block(best, best_sum, nodes[i], winner, won);
    }
}
