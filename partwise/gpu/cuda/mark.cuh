// Who has a neighbour among some nodes.
//
//   indptr, indices  arcs in rows
//   nodes, size      the nodes, of similar degrees
//   mark             out, of every node: 1 for the nodes and their neighbours
#pragma once

#include "dialect.cuh"

GLOBAL void mark_thread(const int64* indptr, const int* indices, const int* nodes, int size,
                            int* mark) {
    for (int64 i = thread_number(); i < size; i += thread_count()) {
        const int v = nodes[i];
        mark[v] = 1;
        for (int64 arc = indptr[v]; arc < indptr[v + 1]; ++arc) mark[indices[arc]] = 1;
    }
}

GLOBAL void mark_block(const int64* indptr, const int* indices, const int* nodes, int size,
                           int* mark) {
    for (int i = blockIdx.x; i < size; i += gridDim.x) {
        const int v = nodes[i];
        if (threadIdx.x == 0) mark[v] = 1;
        for (int64 arc = indptr[v] + threadIdx.x; arc < indptr[v + 1]; arc += blockDim.x)
            mark[indices[arc]] = 1;
    }
}
