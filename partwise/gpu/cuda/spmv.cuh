// Sums over rows: out[v] = sum of x[indices[arc]] * weights[arc] over the arcs of v.
//
//   weighted     whether weights are read; else each is 1
//   nodes, size  the rows, all of them in order
//
// Where sums are added as they come, `out` is 0 at first, and they differ in their last bits from
// run to run.
#pragma once

#include "advance.cuh"
#include "block.cuh"
#include "merge_path.cuh"

DEVICE double term(const int* indices, const double* weights, int weighted, const double* x,
                   int64 arc) {
    return weighted ? x[indices[arc]] * weights[arc] : x[indices[arc]];
}

#define ADD_TERM \
    [=](int v, int64 arc) { atomicAdd(out + v, term(indices, weights, weighted, x, arc)); }

// A thread for each row; sums are those of a CPU to the bit. Rows may also be parts of rows.
GLOBAL void spmv_node(const int64* indptr, const int* indices, const double* weights, int weighted,
                      const double* x, int64 size, double* out) {
    for (int64 v = thread_number(); v < size; v += thread_count()) {
        double sum = 0.0;
        const int64 last = indptr[v + 1];
        for (int64 arc = indptr[v]; arc < last; ++arc)
            sum += term(indices, weights, weighted, x, arc);
        out[v] = sum;
    }
}

// Add up the sums of the parts of each row, in order.
GLOBAL void spmv_parts(const int* first_part, const double* part_sum, int size, double* out) {
    for (int64 v = thread_number(); v < size; v += thread_count()) {
        double sum = 0.0;
        for (int p = first_part[v]; p < first_part[v + 1]; ++p) sum += part_sum[p];
        out[v] = sum;
    }
}

// A thread for each term. Those of a warp are added up by rows, which follow each other, and then
// to the sums of the rows as they come. `source` has the row of every term.
GLOBAL void spmv_edge(const int* indices, const int* source, const double* weights, int weighted,
                      const double* x, int64 n_arcs, double* out) {
    const int lane = threadIdx.x % 32;
    for (int64 base = thread_number() - lane; base < n_arcs; base += thread_count()) {
        const int64 arc = base + lane;
        const int row = arc < n_arcs ? source[arc] : -1;
        double sum = arc < n_arcs ? term(indices, weights, weighted, x, arc) : 0.0;
        for (int delta = 1; delta < 32; delta *= 2) {
            const int other = __shfl_down_sync(WHOLE_WARP, row, delta);
            const double more = __shfl_down_sync(WHOLE_WARP, sum, delta);
            if (lane + delta < 32 && other == row) sum += more;
        }
        const int before = __shfl_up_sync(WHOLE_WARP, row, 1);
        if (row >= 0 && (lane == 0 || before != row)) atomicAdd(out + row, sum);
    }
}

// Some terms of each row at a time; sums are those of a CPU to the bit. `out` is 0 at first.
GLOBAL void spmv_hierarchical(const int64* indptr, const int* indices, const double* weights,
                              int weighted, const double* x, const int* nodes, int size, int64 done,
                              int64 most, int* rest, int* n_rest, double* out) {
    advance_some(indptr, nodes, size, done, most, rest, n_rest,
                 [=](int v, int64 arc) { out[v] += term(indices, weights, weighted, x, arc); },
                 [] {});
}

// Equal numbers of terms, added as they come.
GLOBAL void spmv_workload_decomposition(const int64* indptr, const int* indices,
                                        const double* weights, int weighted, const double* x,
                                        const int* nodes, int size, const int64* offsets,
                                        double* out) {
    advance_workload(indptr, nodes, size, offsets, ADD_TERM, [] {});
}

// A block for some rows; terms are added as they come.
GLOBAL void spmv_block(const int64* indptr, const int* indices, const double* weights, int weighted,
                       const double* x, const int* nodes, int size, int64 most, int* rest,
                       int* n_rest, double* out) {
    advance_block(indptr, nodes, size, most, rest, n_rest, ADD_TERM, [] {});
}

// Equal numbers of rows and terms. The block reads the terms of its tile side by side; its threads
// then add up a piece of ITEMS rows and terms each, from shared memory. A row that goes on in the
// next piece is carried over; if it goes on in the next tile, carry_row has it, else -1, and
// carry_sum what this tile has of it. Sums are always made in the same order.
GLOBAL void spmv_merge_path(const int64* indptr, const int* indices, const double* weights,
                            int weighted, const double* x, int size, int* carry_row,
                            double* carry_sum, double* out) {
    SHARED int ends[TILE], open_row[THREADS_OF_TILE + 1];
    SHARED double terms[TILE], open_sum[THREADS_OF_TILE];
    const int64 total = indptr[size], step = ITEMS * (int64)blockDim.x;
    for (int64 first = blockIdx.x * step; first < size + total; first += gridDim.x * step) {
        const PathTile tile = path_tile(indptr + 1, size, total, first);
        stage_ends(indptr + 1, tile, rows_of_tile(tile, size), ends);
        for (int arc = threadIdx.x; arc < tile.arcs; arc += blockDim.x)
            terms[arc] = term(indices, weights, weighted, x, tile.arc + arc);
        __syncthreads();
        const int path = tile.rows + tile.arcs;
        const int diagonal = (int)smaller(threadIdx.x * ITEMS, path);
        const int stop = (int)smaller(diagonal + ITEMS, path);
        int row = rows_before(ends, tile.rows, tile.arcs, diagonal), at = diagonal - row;
        double sum = 0.0;
        for (int i = diagonal; i < stop; ++i) {
            if (at < tile.arcs && (row >= tile.rows || at < ends[row])) {
                sum += terms[at++];
            } else {
                out[tile.row + row++] = sum;
                sum = 0.0;
            }
        }
        open_row[threadIdx.x] = row;
        open_sum[threadIdx.x] = sum;
        if (threadIdx.x == 0) open_row[blockDim.x] = -1;
        __syncthreads();
        if (threadIdx.x == 0 || open_row[threadIdx.x - 1] != row) {
            for (int next = threadIdx.x + 1; open_row[next] == row; ++next) sum += open_sum[next];
            if (row < tile.rows) {
                out[tile.row + row] += sum;
            } else {
                carry_row[first / step] = tile.row + row < size ? (int)(tile.row + row) : -1;
                carry_sum[first / step] = sum;
            }
        }
        __syncthreads();
    }
}

// Add what tiles carry over, to each row in the order of the tiles.
GLOBAL void spmv_carry(const int* carry_row, const double* carry_sum, int64 tiles, double* out) {
    for (int64 first = thread_number(); first < tiles; first += thread_count()) {
        const int row = carry_row[first];
        if (row < 0 || (first > 0 && carry_row[first - 1] == row)) continue;
        double sum = 0.0;
        for (int64 tile = first; tile < tiles && carry_row[tile] == row; ++tile)
            sum += carry_sum[tile];
        out[row] += sum;
    }
}
