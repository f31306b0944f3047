// What kernels are written in: CUDA C, with a few words that a CPU can be taught.
//
// The same source is compiled for devices and, with PARTWISE_EMULATOR, for the emulator of the tests.
// Kernels are GLOBAL, or GLOBAL_WIDE where blocks have up to 1024 threads instead of 256.
#pragma once

#ifdef PARTWISE_EMULATOR
#include "emulator.hpp"
#else
#define GLOBAL extern "C" __global__
#define GLOBAL_WIDE extern "C" __global__ __launch_bounds__(1024, 1)
#define DEVICE static __device__ __forceinline__
#define DEVICE_MEMBER __device__ __forceinline__
#define SHARED __shared__
#define DYNAMIC_SHARED(type, name)                   \
    extern __shared__ unsigned char shared_bytes[]; \
    type* name = reinterpret_cast<type*>(shared_bytes)
#define CHECK(condition) ((void)0)
#define KEEP_LOOP _Pragma("unroll 1")
#endif

typedef long long int64;
typedef unsigned long long uint64;

// Number of this thread among all, and of all.
DEVICE int64 thread_number() { return (int64)blockIdx.x * blockDim.x + threadIdx.x; }
DEVICE int64 thread_count() { return (int64)gridDim.x * blockDim.x; }

DEVICE int64 smaller(int64 a, int64 b) { return a < b ? a : b; }
DEVICE int64 larger(int64 a, int64 b) { return a > b ? a : b; }

template <typename T>
DEVICE void swap(T& a, T& b) {
    const T before = a;
    a = b;
    b = before;
}

constexpr unsigned WHOLE_WARP = 0xffffffffu;

// The last i in [0, n) with offsets[i] <= at, where offsets[0] <= at.
DEVICE int last_at_most(const int64* offsets, int n, int64 at) {
    int low = 0, high = n;
    while (high - low > 1) {
        const int middle = low + (high - low) / 2;
        if (offsets[middle] <= at) low = middle;
        else high = middle;
    }
    return low;
}
