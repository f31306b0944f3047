// What medoids.cuh and medoids_exchange.cuh share: distances, and the two nearest medoids.
#pragma once

#include "dialect.cuh"

namespace kmedoids {

constexpr int EUCLIDEAN = 0, SQEUCLIDEAN = 1, MANHATTAN = 2;
constexpr int TILE = 64;       // rows, and candidates, of a tile
constexpr int THREADS = 256;   // of every block here
constexpr unsigned WARP = 0xffffffffu;

#ifdef PARTWISE_EMULATOR
DEVICE float square_more(float gap, float sum) { return gap * gap + sum; }
DEVICE float root(float x) { return std::sqrt(x); }
DEVICE int64 rounded(float x) { return std::llrint(x); }
#else
DEVICE float square_more(float gap, float sum) { return __fmaf_rn(gap, gap, sum); }
DEVICE float root(float x) { return __fsqrt_rn(x); }
DEVICE int64 rounded(float x) { return __float2ll_rn(x); }
#endif

DEVICE float more(bool absolute, float x, float y, float sum) {
    const float gap = x - y;
    return absolute ? sum + fabsf(gap) : square_more(gap, sum);
}

DEVICE float distance_of(float raw, int metric) { return metric == EUCLIDEAN ? root(raw) : raw; }

// What obeys the triangle inequality.
DEVICE float length_of(float distance, int metric) {
    return metric == SQEUCLIDEAN ? root(distance) : distance;
}

DEVICE float distance_between(const float* a, int64 a_stride, int64 row, const float* b,
                              int64 b_stride, int64 column, int d, int metric) {
    float raw = 0.0f;
    for (int t = 0; t < d; ++t)
        raw = more(metric == MANHATTAN, a[t * a_stride + row], b[t * b_stride + column], raw);
    return distance_of(raw, metric);
}

DEVICE void add(int64* place, int64 value) {
    if (value != 0) atomicAdd(reinterpret_cast<uint64*>(place), (uint64)value);
}

// The two least of some (distance, medoid) pairs; ties go to the medoid of the smaller number.
struct Two {
    float d1, d2;
    int first, second;
};

DEVICE bool comes_before(float d, int slot, float other_d, int other) {
    return other < 0 || d < other_d || (d == other_d && slot < other);
}

DEVICE void take(Two& two, float d, int slot) {
    if (slot < 0) return;
    if (comes_before(d, slot, two.d1, two.first)) {
        two.d2 = two.d1;
        two.second = two.first;
        two.d1 = d;
        two.first = slot;
    } else if (comes_before(d, slot, two.d2, two.second)) {
        two.d2 = d;
        two.second = slot;
    }
}

// The two least of all `lanes` neighbouring lanes.
DEVICE void merge_lanes(Two& two, int lanes) {
    for (int apart = lanes / 2; apart > 0; apart /= 2) {
        const Two other = {__shfl_xor_sync(WARP, two.d1, apart),
                           __shfl_xor_sync(WARP, two.d2, apart),
                           __shfl_xor_sync(WARP, two.first, apart),
                           __shfl_xor_sync(WARP, two.second, apart)};
        take(two, other.d1, other.first);
        take(two, other.d2, other.second);
    }
}

// A row has no second medoid where there is only one: `bound` is farther than any.
DEVICE void store(const Two& two, float bound, int64 row, int* near, int* second, float* d1,
                  float* d2) {
    near[row] = two.first;
    second[row] = two.second;
    d1[row] = two.d1;
    d2[row] = two.second < 0 ? bound : two.d2;
}

}  // namespace kmedoids
