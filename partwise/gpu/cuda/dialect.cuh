// What kernels are written in: CUDA C, with a few words that a CPU can be taught.
//
// The same source is compiled for devices and, with PARTWISE_EMULATOR, for the emulator of the tests.
#pragma once

#ifdef PARTWISE_EMULATOR
#include "emulator.hpp"
#else
#define GLOBAL extern "C" __global__
#define DEVICE static __device__ __forceinline__
#define DEVICE_METHOD __device__ __forceinline__
#define SHARED __shared__
#define DYNAMIC_SHARED(type, name)                   \
    extern __shared__ unsigned char shared_bytes[]; \
    type* name = reinterpret_cast<type*>(shared_bytes)
#define CHECK(condition) ((void)0)
#endif

typedef long long int64;
typedef unsigned long long uint64;

// Number of this thread among all, and of all.
DEVICE int64 thread_number() { return (int64)blockIdx.x * blockDim.x + threadIdx.x; }
DEVICE int64 thread_count() { return (int64)gridDim.x * blockDim.x; }

DEVICE int64 smaller(int64 a, int64 b) { return a < b ? a : b; }
DEVICE int64 larger(int64 a, int64 b) { return a > b ? a : b; }

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
