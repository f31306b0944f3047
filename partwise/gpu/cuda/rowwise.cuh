// Something over all arcs of some rows: rows of few arcs by a thread each, others by a block each.
//
//   nodes, size       the rows, of similar degrees
//   each(v, arc)      what an arc has to say
//   join(one, other)  of two of these; in whatever order, the result must be the same
//   done(v, all)      is called once for every row
#pragma once

#include "dialect.cuh"

template <typename T, typename Each, typename Join, typename Done>
DEVICE void rows_by_thread(const int64* indptr, const int* nodes, int size, T nothing, Each each,
                           Join join, Done done) {
    for (int64 i = thread_number(); i < size; i += thread_count()) {
        const int v = nodes[i];
        T all = nothing;
        for (int64 arc = indptr[v]; arc < indptr[v + 1]; ++arc) all = join(all, each(v, arc));
        done(v, all);
    }
}

// Blocks have at most 256 threads, a power of two.
template <typename T, typename Each, typename Join, typename Done>
DEVICE void rows_by_block(const int64* indptr, const int* nodes, int size, T nothing, Each each,
                          Join join, Done done) {
    SHARED T parts[256];
    for (int i = blockIdx.x; i < size; i += gridDim.x) {
        const int v = nodes[i];
        T all = nothing;
        for (int64 arc = indptr[v] + threadIdx.x; arc < indptr[v + 1]; arc += blockDim.x)
            all = join(all, each(v, arc));
        parts[threadIdx.x] = all;
        __syncthreads();
        for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
            if (threadIdx.x < half)
                parts[threadIdx.x] = join(parts[threadIdx.x], parts[threadIdx.x + half]);
            __syncthreads();
        }
        if (threadIdx.x == 0) done(v, parts[0]);
        __syncthreads();
    }
}
