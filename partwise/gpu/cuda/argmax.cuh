// For every row the column of the largest inner product, without the matrix of products.
//
// What bounds it is arithmetic: n = 10^6 points of d = 64 are 2 n^2 d = 1.3e14 operations, 1.9 s at
// the 67 TFLOP/s of float that an H200 has on paper, and half of that where a product serves both of
// its points. A block makes a tile of 128 x 128 products, 8 x 8 in the registers of each of its 256
// threads (64 x 64 and 4 x 4 for doubles). For 64 multiply-adds a thread reads 16 numbers from
// shared memory, four at a time; for each byte that it reads from L2 a tile has 32 operations. What
// is written are only the best column and product of each row.
//
//   x, y          points in columns: coordinate l of point i is at x[l * width + i]. The width is a
//                 multiple of the tile, the depth one of 8, and what is beyond the points is 0
//   label         products within a label do not count, if `labelled`
//
// A product is a chain of fused multiply-adds over the coordinates in their order. It is the same to
// the bit for (i, j) and (j, i), in every kernel here, whatever the schedule.
#pragma once

#include "dialect.cuh"

#ifdef PARTWISE_EMULATOR
#include <cmath>
#define UNROLL
#define UNROLL_BY_4
DEVICE float fused(float a, float b, float c) { return std::fma(a, b, c); }
DEVICE double fused(double a, double b, double c) { return std::fma(a, b, c); }
DEVICE float maximum(float a, float b) { return std::fmax(a, b); }
DEVICE double maximum(double a, double b) { return std::fmax(a, b); }
DEVICE unsigned bits_of_float(float x) { return (unsigned)emulator::bits_of(x); }
#else
#define UNROLL _Pragma("unroll")
#define UNROLL_BY_4 _Pragma("unroll 4")
DEVICE float fused(float a, float b, float c) { return __fmaf_rn(a, b, c); }
DEVICE double fused(double a, double b, double c) { return __fma_rn(a, b, c); }
DEVICE float maximum(float a, float b) { return fmaxf(a, b); }
DEVICE double maximum(double a, double b) { return fmax(a, b); }
DEVICE unsigned bits_of_float(float x) { return __float_as_uint(x); }
#endif

constexpr int TILE_THREADS = 256;  // 16 x 16
constexpr int TILE_DEPTH = 8;      // coordinates that are in shared memory at a time

// Less than any product, of which the host makes sure that it is within half of the range.
template <typename T>
constexpr T NO_PRODUCT = sizeof(T) == 4 ? (T)-3e38 : (T)-1.7e308;

// What is read at a time.
template <typename T>
struct alignas(16) Pack {
    static constexpr int SIZE = 16 / sizeof(T);
    T at[SIZE];
};

// The coordinates of the rows and columns of a tile; one half is read while the other is written.
template <typename T, int SIDE>
struct Stage {
    Pack<T> rows[2][TILE_DEPTH][16 * SIDE / Pack<T>::SIZE];
    Pack<T> columns[2][TILE_DEPTH][16 * SIDE / Pack<T>::SIZE];
};

// Place of this thread among 16 x 16. A warp is 4 x 8 of them: it reads 4 and 8 packs at a time,
// which is all banks once.
DEVICE int thread_row() { return threadIdx.x / 64 * 4 + threadIdx.x % 32 / 8; }
DEVICE int thread_column() { return threadIdx.x / 32 % 2 * 8 + threadIdx.x % 8; }

// Row of a tile of the k-th row that a thread has, or the same for columns: they come in packs.
template <typename T>
DEVICE int within_tile(int place, int k) {
    constexpr int SIZE = Pack<T>::SIZE;
    return k / SIZE * 16 * SIZE + place * SIZE + k % SIZE;
}

// All products of a tile. Barriers are before the first use of the stage and after the last.
template <typename T, int SIDE>
DEVICE void multiply_tile(const T* x, int64 x_width, int64 row, const T* y, int64 y_width,
                          int64 column, int depth, Stage<T, SIDE>& stage, T (&sum)[SIDE][SIDE]) {
    constexpr int SIZE = Pack<T>::SIZE;
    static_assert(16 * SIDE / SIZE * TILE_DEPTH == TILE_THREADS, "one pack for each thread");
    const int level = threadIdx.x / 32, lane = threadIdx.x % 32;
    const T* from_x = x + level * x_width + row + lane * SIZE;
    const T* from_y = y + level * y_width + column + lane * SIZE;
    UNROLL for (int r = 0; r < SIDE; ++r) {
        UNROLL for (int c = 0; c < SIDE; ++c) sum[r][c] = 0;
    }
    stage.rows[0][level][lane] = *(const Pack<T>*)from_x;
    stage.columns[0][level][lane] = *(const Pack<T>*)from_y;
    __syncthreads();
    for (int done = 0, half = 0; done < depth; done += TILE_DEPTH, half ^= 1) {
        const bool is_last = done + TILE_DEPTH >= depth;
        Pack<T> next_x, next_y;
        if (!is_last) {
            next_x = *(const Pack<T>*)(from_x += TILE_DEPTH * x_width);
            next_y = *(const Pack<T>*)(from_y += TILE_DEPTH * y_width);
        }
        UNROLL_BY_4 for (int k = 0; k < TILE_DEPTH; ++k) {
            Pack<T> a[SIDE / SIZE], b[SIDE / SIZE];
            UNROLL for (int g = 0; g < SIDE / SIZE; ++g) {
                a[g] = stage.rows[half][k][g * 16 + thread_row()];
                b[g] = stage.columns[half][k][g * 16 + thread_column()];
            }
            UNROLL for (int r = 0; r < SIDE; ++r) {
                UNROLL for (int c = 0; c < SIDE; ++c)
                    sum[r][c] = fused(a[r / SIZE].at[r % SIZE], b[c / SIZE].at[c % SIZE], sum[r][c]);
            }
        }
        if (!is_last) {
            stage.rows[half ^ 1][level][lane] = next_x;
            stage.columns[half ^ 1][level][lane] = next_y;
        }
        __syncthreads();
    }
}

// Take out what is no candidate: beyond the points, a point with itself, two points of a label.
template <typename T, int SIDE>
DEVICE void drop_products(T (&sum)[SIDE][SIDE], int n_rows, int n_columns, int diagonal,
                          const int* row_label, const int* column_label, int labelled) {
    UNROLL for (int r = 0; r < SIDE; ++r) {
        const int row = within_tile<T>(thread_row(), r);
        UNROLL for (int c = 0; c < SIDE; ++c) {
            const int column = within_tile<T>(thread_column(), c);
            if (row >= n_rows || column >= n_columns || (diagonal && row == column) ||
                (labelled && row_label[row] == column_label[column]))
                sum[r][c] = NO_PRODUCT<T>;
        }
    }
}

// A product and its column in one number: the larger product is the larger number, of equal ones the
// smaller column. Never 0, which is none; -0 is 0.
DEVICE unsigned in_order(float product) {
    const unsigned bits = bits_of_float(product + 0.0f);
    return bits ^ (bits >> 31 ? 0xffffffffu : 0x80000000u);
}
DEVICE uint64 packed(float product, int column) {
    return (uint64)in_order(product) << 32 | (unsigned)~column;
}

// The best of some products, the k-th of which is with the point first + within_tile(place, k).
// What is there is read without care: it only grows, so that what is old costs a little time.
template <typename Product>
DEVICE void offer(Product product, int place, int first, uint64* best) {
    float top = product(0);
    UNROLL for (int k = 1; k < 8; ++k) top = maximum(top, product(k));
    if (top == NO_PRODUCT<float> || in_order(top) < (unsigned)(*best >> 32)) return;
    int found = 0;
    UNROLL for (int k = 7; k >= 0; --k) if (product(k) == top) found = k;
    const uint64 key = packed(top, first + within_tile<float>(place, found));
    if (key > *best) atomicMax(best, key);
}

// Pairs of points of one set, each product once for both. A block takes the tiles of some rows and
// `span` times as many columns, from the diagonal on; blocks of the same columns are neighbours, so
// that these stay in L2. `best` is 0 at first, and then as packed() has it.
GLOBAL void argmax_symmetric(const float* x, int64 width, int n, int depth, const int* label,
                             int labelled, int span, uint64* best) {
    constexpr int SIDE = 8, TILE = 16 * SIDE;
    SHARED Stage<float, SIDE> stage;
    SHARED uint64 row_best[TILE], column_best[TILE];
    SHARED int row_label[TILE], column_label[TILE];
    const int t = threadIdx.x, tiles = (n + TILE - 1) / TILE;
    const int64 items = (int64)tiles * ((tiles + span - 1) / span);
    for (int64 item = blockIdx.x; item < items; item += gridDim.x) {
        const int row_tile = (int)(item % tiles), begin = (int)(item / tiles) * span;
        const int stop = (int)smaller(begin + span, tiles), row = row_tile * TILE;
        if (stop <= row_tile) continue;
        const bool has_row = t < TILE && row + t < n;
        const uint64 row_before = has_row ? best[row + t] : 0;
        if (has_row) {
            row_best[t] = row_before;
            if (labelled) row_label[t] = label[row + t];
        }
        for (int tile = (int)larger(begin, row_tile); tile < stop; ++tile) {
            const int column = tile * TILE;
            const bool has_column = t < TILE && column + t < n;
            const uint64 before = has_column ? best[column + t] : 0;
            if (has_column) {
                column_best[t] = before;
                if (labelled) column_label[t] = label[column + t];
            }
            float sum[SIDE][SIDE];
            multiply_tile<float, SIDE>(x, width, row, x, width, column, depth, stage, sum);
            if (labelled || tile == row_tile || column + TILE > n)
                drop_products(sum, n - row, n - column, tile == row_tile, row_label, column_label,
                              labelled);
            UNROLL for (int r = 0; r < SIDE; ++r)
                offer([&](int c) { return sum[r][c]; }, thread_column(), column,
                      row_best + within_tile<float>(thread_row(), r));
            UNROLL for (int c = 0; c < SIDE; ++c)
                offer([&](int r) { return sum[r][c]; }, thread_row(), row,
                      column_best + within_tile<float>(thread_column(), c));
            __syncthreads();
            if (has_column && column_best[t] > before) atomicMax(best + column + t, column_best[t]);
        }
        if (has_row && row_best[t] > row_before) atomicMax(best + row + t, row_best[t]);
    }
}

// The better of two columns for a row.
template <typename T>
DEVICE void keep_better(T& product, int& column, T other_product, int other_column) {
    if (other_product > product || (other_product == product && other_column < column)) {
        product = other_product;
        column = other_column;
    }
}

// Points x against points y; with `same` these are the same, and none is its own. A block takes the
// tiles of some rows and of one of the `splits` of the columns, and writes for each of its rows the
// best product and column in product[split * n + row] and index; a column of -1 is none.
template <typename T, int SIDE>
DEVICE void argmax_rows(const T* x, int64 x_width, int n, const T* y, int64 y_width, int m,
                        int depth, const int* x_label, const int* y_label, int labelled, int same,
                        int splits, T* product, int* index) {
    constexpr int TILE = 16 * SIDE;
    SHARED Stage<T, SIDE> stage;
    SHARED int row_label[TILE], column_label[TILE];
    SHARED int at[SIDE][TILE_THREADS];  // columns of the best of each thread, seldom written
    SHARED T half_product[2][TILE];
    SHARED int half_index[2][TILE];
    const int t = threadIdx.x, row_tiles = (n + TILE - 1) / TILE, tiles = (m + TILE - 1) / TILE;
    const int span = (tiles + splits - 1) / splits;
    for (int64 item = blockIdx.x; item < (int64)row_tiles * splits; item += gridDim.x) {
        const int row = (int)(item % row_tiles) * TILE, split = (int)(item / row_tiles);
        const int stop = (int)smaller((int64)(split + 1) * span, tiles);
        T best[SIDE];
        UNROLL for (int r = 0; r < SIDE; ++r) {
            best[r] = NO_PRODUCT<T>;
            at[r][t] = -1;
        }
        if (labelled && t < TILE && row + t < n) row_label[t] = x_label[row + t];
        for (int64 tile = (int64)split * span; tile < stop; ++tile) {
            const int column = (int)tile * TILE;
            if (labelled && t < TILE && column + t < m) column_label[t] = y_label[column + t];
            T sum[SIDE][SIDE];
            multiply_tile<T, SIDE>(x, x_width, row, y, y_width, column, depth, stage, sum);
            if (labelled || (same && row == column) || column + TILE > m)
                drop_products(sum, n - row, m - column, same && row == column, row_label,
                              column_label, labelled);
            UNROLL for (int r = 0; r < SIDE; ++r) {
                T top = sum[r][0];
                UNROLL for (int c = 1; c < SIDE; ++c) top = maximum(top, sum[r][c]);
                if (top <= best[r]) continue;
                best[r] = top;
                UNROLL for (int c = SIDE - 1; c >= 0; --c)
                    if (sum[r][c] == top) at[r][t] = column + within_tile<T>(thread_column(), c);
            }
            if (labelled) __syncthreads();
        }
        UNROLL for (int r = 0; r < SIDE; ++r) {
            int found = at[r][t];
            for (int lanes = 4; lanes > 0; lanes /= 2)
                keep_better(best[r], found, __shfl_xor_sync(0xffffffffu, best[r], lanes),
                            __shfl_xor_sync(0xffffffffu, found, lanes));
            if (t % 8 == 0) {
                half_product[t / 32 % 2][within_tile<T>(thread_row(), r)] = best[r];
                half_index[t / 32 % 2][within_tile<T>(thread_row(), r)] = found;
            }
        }
        __syncthreads();
        if (t < TILE && row + t < n) {
            keep_better(half_product[0][t], half_index[0][t], half_product[1][t], half_index[1][t]);
            product[(int64)split * n + row + t] = half_product[0][t];
            index[(int64)split * n + row + t] = half_index[0][t];
        }
        __syncthreads();
    }
}

GLOBAL void argmax_rows_float(const float* x, int64 x_width, int n, const float* y, int64 y_width,
                              int m, int depth, const int* x_label, const int* y_label,
                              int labelled, int same, int splits, float* product, int* index) {
    argmax_rows<float, 8>(x, x_width, n, y, y_width, m, depth, x_label, y_label, labelled, same,
                          splits, product, index);
}

GLOBAL void argmax_rows_double(const double* x, int64 x_width, int n, const double* y,
                               int64 y_width, int m, int depth, const int* x_label,
                               const int* y_label, int labelled, int same, int splits,
                               double* product, int* index) {
    argmax_rows<double, 4>(x, x_width, n, y, y_width, m, depth, x_label, y_label, labelled, same,
                           splits, product, index);
}
