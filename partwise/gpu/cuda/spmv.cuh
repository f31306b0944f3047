// Sums over rows: out[v] = sum of x[indices[arc]] * weights[arc] over the arcs of v.
//
//   weighted     whether weights are read; else each is 1
//   nodes, size  the rows, all of them in order
#pragma once

#include "advance.cuh"

DEVICE double term(const int* indices, const double* weights, int weighted, const double* x,
                   int64 arc) {
    return weighted ? x[indices[arc]] * weights[arc] : x[indices[arc]];
}

// A thread for each row; sums are those of a CPU to the bit.
GLOBAL void spmv_node(const int64* indptr, const int* indices, const double* weights, int weighted,
                      const double* x, const int* nodes, int size, double* out) {
    for (int64 i = thread_number(); i < size; i += thread_count()) {
        const int v = nodes[i];
        double sum = 0.0;
        for (int64 arc = indptr[v]; arc < indptr[v + 1]; ++arc)
            sum += term(indices, weights, weighted, x, arc);
        out[v] = sum;
    }
}

// Some terms of each row at a time; sums are those of a CPU to the bit. `out` is 0 at first.
GLOBAL void spmv_hierarchical(const int64* indptr, const int* indices, const double* weights,
                              int weighted, const double* x, const int* nodes, int size, int64 done,
                              int64 most, int* rest, int* n_rest, double* out) {
    advance_some(indptr, nodes, size, done, most, rest, n_rest, [=](int v, int64 arc) {
        out[v] += term(indices, weights, weighted, x, arc);
    });
}

// Equal numbers of terms, added as they come: sums differ in their last bits from run to run.
// `out` is 0 at first.
GLOBAL void spmv_workload_decomposition(const int64* indptr, const int* indices,
                                        const double* weights, int weighted, const double* x,
                                        const int* nodes, int size, const int64* offsets,
                                        double* out) {
    advance_workload(indptr, nodes, size, offsets, [=](int v, int64 arc) {
        atomicAdd(out + v, term(indices, weights, weighted, x, arc));
    });
}

// Equal numbers of rows and terms. A row that goes on in the next piece is carried over: carry_row
// has it, or -1, and carry_sum what this piece has of it.
GLOBAL void spmv_merge_path(const int64* indptr, const int* indices, const double* weights,
                            int weighted, const double* x, int size, int items, int* carry_row,
                            double* carry_sum, double* out) {
    const int64 total = indptr[size];
    const int64 path = size + total;
    for (int64 piece = thread_number(); piece * items < path; piece += thread_count()) {
        const int64 diagonal = piece * items;
        int64 low = larger(0, diagonal - total), high = smaller(diagonal, size);
        while (low < high) {
            const int64 middle = low + (high - low) / 2;
            if (indptr[middle + 1] <= diagonal - middle - 1) low = middle + 1;
            else high = middle;
        }
        int64 row = low, arc = diagonal - low;
        const int64 stop = smaller(diagonal + items, path);
        double sum = 0.0;
        for (int64 step = diagonal; step < stop; ++step) {
            if (arc < indptr[row + 1]) {
                sum += term(indices, weights, weighted, x, arc++);
            } else {
                out[row++] = sum;
                sum = 0.0;
            }
        }
        carry_row[piece] = row < size ? (int)row : -1;
        carry_sum[piece] = sum;
    }
}

// Add what pieces carry over, to each row in the order of the pieces.
GLOBAL void spmv_carry(const int* carry_row, const double* carry_sum, int64 pieces, double* out) {
    for (int64 first = thread_number(); first < pieces; first += thread_count()) {
        const int row = carry_row[first];
        if (row < 0 || (first > 0 && carry_row[first - 1] == row)) continue;
        double sum = 0.0;
        for (int64 piece = first; piece < pieces && carry_row[piece] == row; ++piece)
            sum += carry_sum[piece];
        out[row] += sum;
    }
}
