// A block for as many nodes as it has threads, which share the arcs of all these nodes.
//
// As in the block-mapped advance of Gunrock (Y. Wang et al., "Gunrock: a high-performance graph
// processing library on the GPU", 2016, doi:10.1145/2851141.2851145), reconstructed.
#pragma once

#include "worklist.cuh"

constexpr int MOST_THREADS = 1024;  // of a block

// Sums of the values of the threads before each, and of all: sums[0] up to sums[blockDim.x].
DEVICE void sum_before(int64 value, int64* sums) {
    SHARED int64 of_warp[32];
    const unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    int64 sum = value;
    for (unsigned delta = 1; delta < 32; delta *= 2) {
        const int64 lower = __shfl_up_sync(WHOLE_WARP, sum, delta);
        if (lane >= delta) sum += lower;
    }
    if (lane == 31) of_warp[warp] = sum;
    __syncthreads();
    KEEP_LOOP for (unsigned w = 0; w < warp; ++w) sum += of_warp[w];
    if (threadIdx.x == 0) sums[0] = 0;
    sums[threadIdx.x + 1] = sum;
    __syncthreads();
}

// Nodes with more than `most` arcs are left out; they go to the rest, where there is one.
template <typename Visit, typename Settle>
DEVICE void advance_block(const int64* indptr, const int* frontier, int size, int64 most, int* rest,
                          int* n_rest, Visit visit, Settle settle) {
    SHARED int nodes[MOST_THREADS];
    SHARED int64 firsts[MOST_THREADS], sums[MOST_THREADS + 1];
    const int64 stride = (int64)gridDim.x * blockDim.x;
    for (int64 base = (int64)blockIdx.x * blockDim.x; base < size; base += stride) {
        const int64 i = base + threadIdx.x;
        int64 degree = 0;
        if (i < size) {
            const int u = frontier[i];
            nodes[threadIdx.x] = u;
            firsts[threadIdx.x] = indptr[u];
            degree = indptr[u + 1] - indptr[u];
            if (degree > most) {
                rest[atomicAdd(n_rest, 1)] = u;
                degree = 0;
            }
        }
        sum_before(degree, sums);
        const int64 total = sums[blockDim.x];
        for (int64 tile = 0; tile < total; tile += ITEMS * (int64)blockDim.x) {
            KEEP_LOOP for (int item = 0; item < ITEMS; ++item) {
                const int64 at = tile + item * (int64)blockDim.x + threadIdx.x;
                if (at >= total) break;
                const int j = last_at_most(sums, blockDim.x, at);
                visit(nodes[j], firsts[j] + at - sums[j]);
            }
            settle();
        }
        __syncthreads();
    }
}
