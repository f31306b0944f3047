// k-medoids of points by exchanges, without the n x n matrix of distances.
//
// Layout. Points are columns: `points` has d rows of `stride` numbers, a multiple of 64; rows of
// the data are its columns [0, n), the others are 0 with weight 0. They are sorted by their
// nearest medoid, so that gains can be summed up in registers while it stays the same.
//
//   near, second         of every row, its two nearest medoids; of equally near ones the first
//   d1, d2               how far these are
//   weight               of every row
//   scale                quanta in a unit: all sums are integers, in quanta. They are the same in
//                        whatever order they are made, and what an exchange is said to change is
//                        exactly by how much the sum of all d1 in quanta differs afterwards.
//   losses, total        of every medoid, by how much the loss rises without it; the loss
//
// An exchange of candidate c for medoid s changes the loss by shared[c] + losses[s] + gains[c][s],
// with sums over the rows o that are nearer to c than their second medoid is (FasterPAM):
//     d < d1[o]:  shared[c] += d - d1[o],  gains[c][near[o]] += d1[o] - d2[o]
//     else:       gains[c][near[o]] += d - d2[o]
//
// What bounds medoids_evaluate. A pair of a candidate and a row takes 2 d instructions on float32
// (a difference, a fused multiply-add) and, where the candidate matters, some 40 more. Differences
// are taken instead of |x|^2 + |y|^2 - 2 x.y, which needs half as many: their relative error is at
// most (d + 2) 2^-24 wherever the points lie, while the other loses the near pairs, which are all
// that counts here, and would have to do those again. A block has 64 x 64 pairs, a thread 4 x 4 of
// them: for each dimension it reads two 16-byte words of shared memory and does 32 float32
// instructions, so that these, and not shared memory, are what it waits for. From global memory a
// pair takes 8 d / 64 bytes, nearly all from L2. At 128 float32 lanes on 132 multiprocessors of
// 1.7 GHz the bound is 2.9e13 / (2 d) pairs a second: 2.2e11 for d = 64.
//
// Tiles of rows that no candidate of a tile can matter to are left out: all rows of a tile are
// nearer to their second medoids than to a candidate `radius` or more away from the tile's centre,
// by the triangle inequality. One tile of pairs of centres and candidates decides for 64 tiles.
#pragma once

#include "medoids_common.cuh"

namespace kmedoids {

constexpr int CHUNK = 16;  // dimensions in shared memory at a time

struct Columns {
    const float* values;
    int64 stride, first;  // of 64 columns
};

// Four numbers of a dimension for each thread: the columns of a tile, 16 threads to a dimension.
DEVICE float4 fetched(const Columns& columns, int t, int d) {
    if (t >= d) return float4{0.0f, 0.0f, 0.0f, 0.0f};
    const float* place = columns.values + t * columns.stride + columns.first;
    return reinterpret_cast<const float4*>(place)[threadIdx.x % 16];
}

DEVICE void accumulate(bool absolute, float4 x, float4 y, float raw[4][4]) {
    const float row[4] = {x.x, x.y, x.z, x.w}, column[4] = {y.x, y.y, y.z, y.w};
#pragma unroll
    for (int r = 0; r < 4; ++r)
#pragma unroll
        for (int c = 0; c < 4; ++c) raw[r][c] = more(absolute, row[r], column[c], raw[r][c]);
}

// Raw distances of 64 x 64 pairs, all threads together: a thread has rows 4 (threadIdx.x / 16) + r
// and columns 4 (threadIdx.x % 16) + c. All threads have passed a barrier since the last call.
DEVICE void tile_of_raw(const Columns& rows, const Columns& columns, int d, int metric,
                        float raw[4][4]) {
    SHARED float4 left[2][CHUNK][TILE / 4];
    SHARED float4 right[2][CHUNK][TILE / 4];
    const int x = threadIdx.x % 16, y = threadIdx.x / 16;
#pragma unroll
    for (int r = 0; r < 4; ++r)
#pragma unroll
        for (int c = 0; c < 4; ++c) raw[r][c] = 0.0f;
    float4 next_left = fetched(rows, y, d), next_right = fetched(columns, y, d);
    int phase = 0;
    for (int first = 0; first < d; first += CHUNK) {
        left[phase][y][x] = next_left;
        right[phase][y][x] = next_right;
        __syncthreads();
        next_left = fetched(rows, first + CHUNK + y, d);
        next_right = fetched(columns, first + CHUNK + y, d);
        const int count = d - first < CHUNK ? d - first : CHUNK;
        if (metric == MANHATTAN) {
#pragma unroll 4
            for (int t = 0; t < count; ++t)
                accumulate(true, left[phase][t][y], right[phase][t][x], raw);
        } else {
#pragma unroll 4
            for (int t = 0; t < count; ++t)
                accumulate(false, left[phase][t][y], right[phase][t][x], raw);
        }
        phase ^= 1;
    }
}

// What 64 rows of a tile bring along, in shared memory.
struct Rows {
    float limit[TILE];  // raw distances from which candidates do not matter
    float d1[TILE], d2[TILE], factor[TILE];
    int64 q1[TILE], q2[TILE];
    int slot[TILE];
};

DEVICE void load_row(Rows& rows, int i, int64 row, int metric, const int* near, const float* d1,
                     const float* d2, const float* weight, float scale) {
    const float far = d2[row], factor = weight[row] * scale;
    // A little more than the square, also where that is too small to be exact.
    rows.limit[i] = metric == EUCLIDEAN ? far * far * 1.0001f + 1e-37f : far;
    rows.d1[i] = d1[row];
    rows.d2[i] = far;
    rows.factor[i] = factor;
    rows.q1[i] = rounded(d1[row] * factor);
    rows.q2[i] = rounded(far * factor);
    rows.slot[i] = near[row];
}

// Sums of a thread over its rows, for its 4 candidates.
struct Gains {
    int slot = -1;
    int64 shared[4] = {0, 0, 0, 0};
    int64 own[4] = {0, 0, 0, 0};
};

DEVICE void write_gains(Gains& gains, int64* place, int64 k) {
#pragma unroll
    for (int c = 0; c < 4; ++c) {
        if (gains.slot >= 0) add(place + c * k + gains.slot, gains.own[c]);
        gains.own[c] = 0;
    }
}

// `place` has the gains of this thread's first candidate.
DEVICE void gain(const Rows& rows, const float raw[4][4], int metric, Gains& gains, int64* place,
                 int64 k) {
#pragma unroll
    for (int r = 0; r < 4; ++r) {
        const int i = 4 * (threadIdx.x / 16) + r;
        const float limit = rows.limit[i];
        if (raw[r][0] >= limit && raw[r][1] >= limit && raw[r][2] >= limit && raw[r][3] >= limit)
            continue;
        if (gains.slot != rows.slot[i]) {
            write_gains(gains, place, k);
            gains.slot = rows.slot[i];
        }
#pragma unroll
        for (int c = 0; c < 4; ++c) {
            if (raw[r][c] >= limit) continue;
            const float distance = distance_of(raw[r][c], metric);
            if (distance >= rows.d2[i]) continue;
            const int64 quanta = rounded(distance * rows.factor[i]);
            if (distance < rows.d1[i]) {
                gains.shared[c] += quanta - rows.q1[i];
                gains.own[c] += rows.q1[i] - rows.q2[i];
            } else {
                gains.own[c] += quanta - rows.q2[i];
            }
        }
    }
}

}  // namespace kmedoids

// The two nearest medoids of all rows. `medoids_of` has the medoids as columns, in multiples of 64.
GLOBAL void medoids_assign(const float* points, int64 stride, int n, int d, int metric,
                           const float* medoids_of, int64 medoids_stride, int k, float bound,
                           int* near, int* second, float* d1, float* d2) {
    CHECK(blockDim.x == kmedoids::THREADS);
    const int x = threadIdx.x % 16, y = threadIdx.x / 16;
    for (int64 first = (int64)blockIdx.x * kmedoids::TILE; first < n;
         first += (int64)gridDim.x * kmedoids::TILE) {
        kmedoids::Two two[4];
        for (int r = 0; r < 4; ++r) two[r] = {bound, bound, -1, -1};
        for (int slots = 0; slots < k; slots += kmedoids::TILE) {
            float raw[4][4];
            __syncthreads();
            kmedoids::tile_of_raw({points, stride, first}, {medoids_of, medoids_stride, slots}, d,
                                 metric, raw);
#pragma unroll
            for (int r = 0; r < 4; ++r)
#pragma unroll
                for (int c = 0; c < 4; ++c) {
                    const int slot = slots + 4 * x + c;
                    if (slot < k)
                        kmedoids::take(two[r], kmedoids::distance_of(raw[r][c], metric), slot);
                }
        }
#pragma unroll
        for (int r = 0; r < 4; ++r) {
            kmedoids::merge_lanes(two[r], 16);
            const int64 row = first + 4 * y + r;
            if (x == 0 && row < n) kmedoids::store(two[r], bound, row, near, second, d1, d2);
        }
    }
}

// Of every tile of rows, how far from its centre candidates can matter; a warp for each tile.
GLOBAL void medoids_radii(const float* points, int64 stride, int n, int d, int metric,
                          const float* centres, int64 centres_stride, const float* d2, float slack,
                          float* radius) {
    const int lane = threadIdx.x % 32;
    for (int64 tile = thread_number() / 32; tile < centres_stride; tile += thread_count() / 32) {
        float most = -1.0f;
        for (int64 row = tile * kmedoids::TILE + lane;
             row < smaller(n, (tile + 1) * kmedoids::TILE); row += 32) {
            const float distance = kmedoids::distance_between(points, stride, row, centres,
                                                             centres_stride, tile, d, metric);
            const float reach =
                kmedoids::length_of(distance, metric) + kmedoids::length_of(d2[row], metric);
            most = reach > most ? reach : most;
        }
        for (int apart = 16; apart > 0; apart /= 2) {
            const float other = __shfl_xor_sync(kmedoids::WARP, most, apart);
            most = other > most ? other : most;
        }
        if (lane == 0) radius[tile] = most * (1.0f + slack);
    }
}

// Gains of exchanges with all candidates of some tiles; a block for each of these, and for one of
// `parts` parts of each 64 tiles of rows. `gains` and `shared` are 0 at first.
GLOBAL void medoids_evaluate(const float* points, int64 stride, int n, int d, int metric,
                             const float* centres, int64 centres_stride, const float* radius,
                             float slack, const int* near, const float* d1, const float* d2,
                             const float* weight, const float* scale, const int* tiles, int n_tiles,
                             int parts, int k, int64* gains, int64* shared) {
    CHECK(blockDim.x == kmedoids::THREADS);
    SHARED kmedoids::Rows rows;
    SHARED int needed[kmedoids::TILE];
    const int64 n_items = centres_stride / kmedoids::TILE * parts * n_tiles;
    const int x = threadIdx.x % 16, y = threadIdx.x / 16;
    const int share = kmedoids::TILE / parts;
    for (int64 item = blockIdx.x; item < n_items; item += gridDim.x) {
        const int number = (int)(item % n_tiles);
        const int64 part = item / n_tiles;
        const kmedoids::Columns candidates = {points, stride,
                                              (int64)tiles[number] * kmedoids::TILE};
        const int64 group = part / parts * kmedoids::TILE;
        const int first = (int)(part % parts) * share;
        float raw[4][4];
        __syncthreads();
        if (threadIdx.x < kmedoids::TILE) needed[threadIdx.x] = 0;
        kmedoids::tile_of_raw({centres, centres_stride, group}, candidates, d, metric, raw);
#pragma unroll
        for (int r = 0; r < 4; ++r)
#pragma unroll
            for (int c = 0; c < 4; ++c) {
                const float length =
                    kmedoids::length_of(kmedoids::distance_of(raw[r][c], metric), metric);
                if (length * (1.0f - slack) < radius[group + 4 * y + r] &&
                    candidates.first + 4 * x + c < n)
                    needed[4 * y + r] = 1;
            }
        __syncthreads();
        kmedoids::Gains sums;
        int64* place = gains + ((int64)number * kmedoids::TILE + 4 * x) * k;
        for (int tile = first; tile < first + share; ++tile) {
            if (!needed[tile]) continue;
            const int64 row = (group + tile) * kmedoids::TILE;
            __syncthreads();
            if (threadIdx.x < kmedoids::TILE)
                kmedoids::load_row(rows, threadIdx.x, row + threadIdx.x, metric, near, d1, d2,
                                  weight, scale[0]);
            kmedoids::tile_of_raw({points, stride, row}, candidates, d, metric, raw);
            kmedoids::gain(rows, raw, metric, sums, place, k);
        }
        kmedoids::write_gains(sums, place, k);
#pragma unroll
        for (int c = 0; c < 4; ++c)
            kmedoids::add(shared + (int64)number * kmedoids::TILE + 4 * x + c, sums.shared[c]);
    }
}

// Of every candidate the best change of the loss, 0 where there is none; a warp for each.
GLOBAL void medoids_best(const int* tiles, int n_tiles, int n, int k, const int64* losses,
                         const int64* total, const int64* gains, const int64* shared,
                         int64* changes) {
    const int lane = threadIdx.x % 32;
    const int64 size = (int64)n_tiles * kmedoids::TILE;
    for (int64 i = thread_number() / 32; i < size; i += thread_count() / 32) {
        int64 best = losses[0] + gains[i * k];
        for (int s = lane; s < k; s += 32) best = smaller(best, losses[s] + gains[i * k + s]);
        for (int apart = 16; apart > 0; apart /= 2)
            best = smaller(best, __shfl_xor_sync(kmedoids::WARP, best, apart));
        const int64 row = (int64)tiles[i / kmedoids::TILE] * kmedoids::TILE + i % kmedoids::TILE;
        const int64 change = shared[i] + best;
        if (lane == 0) changes[i] = row < n && change < -(total[0] >> 30) ? change : 0;
    }
}
