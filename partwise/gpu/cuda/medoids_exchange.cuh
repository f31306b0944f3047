// k-medoids of points: one candidate is priced and, if that lowers the loss, becomes a medoid.
//
// Arrays and sums are those of medoids.cuh. The device decides; kernels after medoids_decide do
// nothing where decision[0] is negative, so that candidates can be tried in turn without a word to
// the host. All kernels read or write a few numbers for each row, but medoids_price, which reads
// all coordinates once: memory bounds them, or how long a launch takes.
#pragma once

#include "medoids_common.cuh"

namespace kmedoids {

constexpr int SPAN = 128;  // rows that a warp sums up before it writes

// A sum by medoid of one thread that comes along rows sorted by their medoids.
struct Run {
    int slot = -1;
    int64 sum = 0;
};

DEVICE void add_to(Run& run, int slot, int64 value, int64* sums) {
    if (slot != run.slot) {
        if (run.slot >= 0) add(sums + run.slot, run.sum);
        run.slot = slot;
        run.sum = 0;
    }
    run.sum += value;
}

DEVICE int64 sum_of_warp(int64 value) {
    for (int apart = 16; apart > 0; apart /= 2) value += __shfl_xor_sync(WARP, value, apart);
    return value;
}

// Write what the lanes of a warp have at the end: at once where all have the same medoid.
DEVICE void flush(const Run& run, int64* sums) {
    const int common = __shfl_sync(WARP, run.slot, 0);
    if (__ballot_sync(WARP, run.slot == common) == WARP) {
        const int64 sum = sum_of_warp(run.sum);
        if (threadIdx.x % 32 == 0 && common >= 0) add(sums + common, sum);
    } else if (run.slot >= 0) {
        add(sums + run.slot, run.sum);
    }
}

// The sum of all threads of a block, in an order that is always the same; for thread 0.
DEVICE double sum_of_block(double value) {
    SHARED double parts[THREADS];
    parts[threadIdx.x] = value;
    __syncthreads();
    for (unsigned half = THREADS / 2; half > 0; half /= 2) {
        if (threadIdx.x < half) parts[threadIdx.x] += parts[threadIdx.x + half];
        __syncthreads();
    }
    return parts[0];
}

}  // namespace kmedoids

// Gains of exchanges with one candidate, candidates[turn], and the distances of all rows to it.
// `gains` and `shared` are 0 at first.
GLOBAL void medoids_price(const float* points, int64 stride, int n, int d, int metric,
                          const int* candidates, int turn, const int* near, const float* d1,
                          const float* d2, const float* weight, const float* scale,
                          float* distances, int64* gains, int64* shared) {
    const int lane = threadIdx.x % 32;
    const int candidate = candidates[turn];
    for (int64 span = thread_number() / 32; span * kmedoids::SPAN < n;
         span += thread_count() / 32) {
        kmedoids::Run run;
        int64 closer = 0;
        const int64 first = span * kmedoids::SPAN;
        for (int64 row = first + lane; row < smaller(n, first + kmedoids::SPAN); row += 32) {
            const float distance = kmedoids::distance_between(points, stride, row, points, stride,
                                                             candidate, d, metric);
            distances[row] = distance;
            const float nearest = d1[row], far = d2[row];
            if (distance >= far) continue;
            const float factor = weight[row] * scale[0];
            const int64 q = kmedoids::rounded(distance * factor);
            const int64 q1 = kmedoids::rounded(nearest * factor);
            const int64 q2 = kmedoids::rounded(far * factor);
            if (distance < nearest) closer += q - q1;
            kmedoids::add_to(run, near[row], distance < nearest ? q1 - q2 : q - q2, gains);
        }
        kmedoids::flush(run, gains);
        closer = kmedoids::sum_of_warp(closer);
        if (lane == 0) kmedoids::add(shared, closer);
    }
}

// Let the candidate take the place that is best if that lowers the loss; one block.
//
//   decision   out: the place or -1, and 0
//   n_swaps    how many have done so
GLOBAL void medoids_decide(const float* points, int64 stride, int d, const int* candidates,
                           int turn, const int* ids, int k, const int64* losses, const int64* total,
                           int64* gains, int64* shared, int* medoids, float* medoids_of,
                           int64 medoids_stride, int* decision, int* n_swaps) {
    CHECK(blockDim.x == kmedoids::THREADS);
    SHARED int64 changes[kmedoids::THREADS];
    SHARED int slots[kmedoids::THREADS];
    SHARED int chosen;
    const int i = threadIdx.x;
    changes[i] = 0;
    slots[i] = -1;
    for (int s = i; s < k; s += kmedoids::THREADS) {
        const int64 change = losses[s] + gains[s];
        gains[s] = 0;
        if (slots[i] < 0 || change < changes[i]) {
            changes[i] = change;
            slots[i] = s;
        }
    }
    __syncthreads();
    for (int half = kmedoids::THREADS / 2; half > 0; half /= 2) {
        if (i < half && slots[i + half] >= 0 &&
            (changes[i + half] < changes[i] ||
             (changes[i + half] == changes[i] && slots[i + half] < slots[i]))) {
            changes[i] = changes[i + half];
            slots[i] = slots[i + half];
        }
        __syncthreads();
    }
    const int candidate = candidates[turn];
    if (i == 0) {
        chosen = shared[0] + changes[0] < -(total[0] >> 30) ? slots[0] : -1;
        shared[0] = 0;
        decision[0] = chosen;
        decision[1] = 0;
        if (chosen >= 0) {
            medoids[chosen] = ids[candidate];
            n_swaps[0] += 1;
        }
    }
    __syncthreads();
    if (chosen < 0) return;
    for (int64 t = i; t < d; t += kmedoids::THREADS)
        medoids_of[t * medoids_stride + chosen] = points[t * stride + candidate];
}

// The two nearest medoids after the one in a place has changed. Rows that lose one of theirs to a
// farther one are put on the list `orphans`, decision[1] of them.
GLOBAL void medoids_update(int n, const float* distances, int* near, int* second, float* d1,
                           float* d2, int* decision, int* orphans) {
    const int slot = decision[0];
    if (slot < 0) return;
    for (int64 row = thread_number(); row < n; row += thread_count()) {
        const float d = distances[row];
        const bool was_near = near[row] == slot, was_second = second[row] == slot;
        const bool before_second =
            d < d2[row] || (d == d2[row] && (was_second || slot < second[row]));
        if (was_near || was_second) {
            if (!before_second) {
                orphans[atomicAdd(decision + 1, 1)] = (int)row;
                continue;
            }
            if (was_near) {
                d1[row] = d;
                continue;
            }
        }
        if (kmedoids::comes_before(d, slot, d1[row], near[row])) {
            second[row] = near[row];
            d2[row] = d1[row];
            near[row] = slot;
            d1[row] = d;
        } else if (before_second) {
            second[row] = slot;
            d2[row] = d;
        }
    }
}

// The two nearest medoids of the rows of the list, among all; a warp for each.
GLOBAL void medoids_rescan(const float* points, int64 stride, int d, int metric,
                           const float* medoids_of, int64 medoids_stride, int k, float bound,
                           const int* decision, const int* orphans, int* near, int* second,
                           float* d1, float* d2) {
    if (decision[0] < 0) return;
    const int lane = threadIdx.x % 32;
    for (int64 i = thread_number() / 32; i < decision[1]; i += thread_count() / 32) {
        const int64 row = orphans[i];
        kmedoids::Two two = {bound, bound, -1, -1};
        for (int slot = lane; slot < k; slot += 32)
            kmedoids::take(two,
                           kmedoids::distance_between(points, stride, row, medoids_of,
                                                      medoids_stride, slot, d, metric),
                           slot);
        kmedoids::merge_lanes(two, 32);
        if (lane == 0) kmedoids::store(two, bound, row, near, second, d1, d2);
    }
}

// Sums of weighted distances to the second medoids, for every 4096 rows; a block for each.
GLOBAL void medoids_spread(int n, const float* d2, const float* weight, const int* decision,
                           int n_parts, double* parts) {
    CHECK(blockDim.x == kmedoids::THREADS);
    if (decision[0] < 0) return;
    for (int part = blockIdx.x; part < n_parts; part += gridDim.x) {
        const int64 first = (int64)part * kmedoids::TILE * kmedoids::TILE;
        double sum = 0.0;
        for (int64 row = first + threadIdx.x;
             row < smaller(n, first + kmedoids::TILE * kmedoids::TILE); row += kmedoids::THREADS)
            sum += weight[row] * d2[row];
        sum = kmedoids::sum_of_block(sum);
        if (threadIdx.x == 0) parts[part] = sum;
        __syncthreads();
    }
}

// Choose the quantum: the largest power of two of them that keeps all sums below 2^60; one block.
// Clears `losses` and `total`.
GLOBAL void medoids_scale(const double* parts, int n_parts, const int* decision, int k,
                          float* scale, int64* losses, int64* total) {
    CHECK(blockDim.x == kmedoids::THREADS);
    if (decision[0] < 0) return;
    double sum = 0.0;
    for (int part = threadIdx.x; part < n_parts; part += kmedoids::THREADS) sum += parts[part];
    sum = kmedoids::sum_of_block(sum);
    for (int s = threadIdx.x; s < k; s += kmedoids::THREADS) losses[s] = 0;
    if (threadIdx.x > 0) return;
    total[0] = 0;
    int exponent = 0;
    if (sum > 0.0) {
        frexp(sum, &exponent);
        exponent = 60 - exponent < 100 ? 60 - exponent : 100;
    }
    scale[0] = ldexpf(1.0f, exponent);
}

// What the removal of every medoid costs, and the loss. `losses` and `total` are 0 at first.
GLOBAL void medoids_losses(int n, const int* near, const float* d1, const float* d2,
                           const float* weight, const float* scale, const int* decision,
                           int64* losses, int64* total) {
    if (decision[0] < 0) return;
    const int lane = threadIdx.x % 32;
    for (int64 span = thread_number() / 32; span * kmedoids::SPAN < n;
         span += thread_count() / 32) {
        kmedoids::Run run;
        int64 loss = 0;
        const int64 first = span * kmedoids::SPAN;
        for (int64 row = first + lane; row < smaller(n, first + kmedoids::SPAN); row += 32) {
            const float factor = weight[row] * scale[0];
            const int64 q1 = kmedoids::rounded(d1[row] * factor);
            loss += q1;
            kmedoids::add_to(run, near[row], kmedoids::rounded(d2[row] * factor) - q1, losses);
        }
        kmedoids::flush(run, losses);
        loss = kmedoids::sum_of_warp(loss);
        if (lane == 0) kmedoids::add(total, loss);
    }
}
