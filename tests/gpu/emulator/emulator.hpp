// A CUDA device in one thread of the CPU, to test kernels where there is no GPU.
//
// Every thread of a block is a fiber; blocks run one after another. Fibers run in an order drawn
// from a seed and change at barriers, at warp operations and, now and then, at atomics, so that a
// few seeds are a few schedules. What a device would leave undefined is an error here: a barrier
// that threads reach at different places, a warp operation that a lane of its mask never reaches,
// and whatever a kernel refuses with CHECK.
#pragma once

#include <ucontext.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace emulator {

struct Dim {
    unsigned x = 1, y = 1, z = 1;
};

enum class State { ready, at_block_barrier, at_warp_barrier, done };

struct Fiber {
    ucontext_t context;
    std::unique_ptr<char[]> stack;
    Dim thread;
    unsigned lane = 0, warp = 0;
    State state = State::done;
    unsigned mask = 0;         // of the warp operation that it waits in
    const char* where = "";    // the barrier that it waits at
    int line = 0;
};

constexpr size_t STACK_BYTES = 64 * 1024;
constexpr unsigned WARP = 32;
constexpr unsigned YIELDS_IN = 4;  // one atomic of so many changes the fiber

inline ucontext_t scheduler;
inline std::vector<Fiber> fibers;
inline Fiber* current = nullptr;
inline Dim block_index, block_size, grid_size;
inline std::vector<char> dynamic_shared;
inline std::vector<uint64_t> exchange;  // of every thread, what its warp operation passes on
inline std::function<void()> body;
inline std::string failure;
inline uint64_t random_state = 1;

inline uint64_t draw() {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

inline void leave(State state) {
    Fiber* fiber = current;
    fiber->state = state;
    swapcontext(&fiber->context, &scheduler);
}

[[noreturn]] inline void fail(const std::string& what) {
    if (failure.empty()) {
        char place[96];
        snprintf(place, sizeof place, " (block %u, thread %u)", block_index.x, current->thread.x);
        failure = what + place;
    }
    leave(State::done);
    __builtin_unreachable();
}

inline void block_barrier(const char* where, int line) {
    current->where = where;
    current->line = line;
    leave(State::at_block_barrier);
}

inline void warp_barrier(unsigned mask) {
    if (!(mask >> current->lane & 1)) fail("a lane takes part in a warp operation without it");
    current->mask = mask;
    leave(State::at_warp_barrier);
}

inline void maybe_yield() {
    if (draw() % YIELDS_IN == 0) leave(State::ready);
}

inline void run_fiber() {
    body();
    leave(State::done);
}

// Let those go on who wait for each other; return whether there are any.
inline bool release_barriers() {
    bool released = false;
    size_t alive = 0, waiting = 0;
    const Fiber* first = nullptr;
    for (Fiber& fiber : fibers) {
        if (fiber.state == State::done) continue;
        ++alive;
        if (fiber.state != State::at_block_barrier) continue;
        ++waiting;
        if (first == nullptr) first = &fiber;
        if (fiber.line != first->line || strcmp(fiber.where, first->where) != 0) {
            failure = "threads of a block wait at different barriers, lines " +
                      std::to_string(first->line) + " and " + std::to_string(fiber.line);
            return false;
        }
    }
    if (alive > 0 && waiting == fibers.size()) {
        for (Fiber& fiber : fibers) fiber.state = State::ready;
        return true;
    }
    if (waiting > 0 && waiting == alive) {
        failure = "a thread has ended before the barrier in line " + std::to_string(first->line);
        return false;
    }
    for (size_t start = 0; start < fibers.size(); start += WARP) {
        const size_t end = std::min(start + WARP, fibers.size());
        for (size_t i = start; i < end; ++i) {
            if (fibers[i].state != State::at_warp_barrier) continue;
            const unsigned mask = fibers[i].mask;
            bool all = true;
            for (unsigned lane = 0; lane < WARP; ++lane) {
                if (!(mask >> lane & 1)) continue;
                const bool is_there = start + lane < end;
                all = all && is_there && fibers[start + lane].state == State::at_warp_barrier &&
                      fibers[start + lane].mask == mask;
            }
            if (!all) continue;
            for (unsigned lane = 0; lane < WARP; ++lane)
                if (mask >> lane & 1) fibers[start + lane].state = State::ready;
            released = true;
        }
    }
    return released;
}

inline void run_block() {
    const unsigned n = block_size.x;
    std::vector<unsigned> order(n);
    for (unsigned i = 0; i < n; ++i) {
        Fiber& fiber = fibers[i];
        order[i] = i;
        fiber.thread = {i, 0, 0};
        fiber.lane = i % WARP;
        fiber.warp = i / WARP;
        fiber.state = State::ready;
        getcontext(&fiber.context);
        fiber.context.uc_stack.ss_sp = fiber.stack.get();
        fiber.context.uc_stack.ss_size = STACK_BYTES;
        fiber.context.uc_link = &scheduler;
        makecontext(&fiber.context, run_fiber, 0);
    }
    while (failure.empty()) {
        for (unsigned i = n; i > 1; --i) std::swap(order[i - 1], order[draw() % i]);
        bool ran = false;
        for (unsigned i : order) {
            if (fibers[i].state != State::ready) continue;
            ran = true;
            current = &fibers[i];
            swapcontext(&scheduler, &current->context);
            if (!failure.empty()) return;
        }
        if (ran) continue;
        const bool over = std::all_of(fibers.begin(), fibers.end(), [](const Fiber& fiber) {
            return fiber.state == State::done;
        });
        if (over) return;
        if (!release_barriers() && failure.empty())
            failure = "threads wait for others that never come";
    }
}

// Run a kernel; return whether all went well. The message is in `failure`.
inline bool launch(unsigned grid, unsigned block, size_t shared_bytes, uint64_t seed,
                   std::function<void()> kernel) {
    failure.clear();
    body = std::move(kernel);
    random_state = seed * 0x9E3779B97F4A7C15ull + 1;
    grid_size = {grid, 1, 1};
    block_size = {block, 1, 1};
    exchange.assign(block, 0);
    if (fibers.size() != block) {
        fibers.clear();
        fibers.resize(block);
        for (Fiber& fiber : fibers) fiber.stack.reset(new char[STACK_BYTES]);
    }
    std::vector<unsigned> blocks(grid);
    for (unsigned i = 0; i < grid; ++i) blocks[i] = i;
    for (unsigned i = grid; i > 1; --i) std::swap(blocks[i - 1], blocks[draw() % i]);
    for (unsigned i : blocks) {
        block_index = {i, 0, 0};
        dynamic_shared.assign(shared_bytes, static_cast<char>(0xCD));  // shared memory is not zero
        run_block();
        if (!failure.empty()) return false;
    }
    return true;
}

template <typename T>
uint64_t bits_of(T value) {
    static_assert(sizeof(T) <= 8);
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof(T));
    return bits;
}

template <typename T>
T from_bits(uint64_t bits) {
    T value;
    memcpy(&value, &bits, sizeof(T));
    return value;
}

// Pass values through a warp: of every lane in `mask`, what lane `source` has.
template <typename T>
T pass(unsigned mask, T value, unsigned source) {
    const unsigned start = current->warp * WARP;
    exchange[start + current->lane] = bits_of(value);
    warp_barrier(mask);
    const T found = source < WARP && (mask >> source & 1) ? from_bits<T>(exchange[start + source])
                                                          : value;
    warp_barrier(mask);
    return found;
}

// Gather one bit of every lane in `mask`: whether `is_one(its value)`.
template <typename Test>
unsigned gather(unsigned mask, uint64_t value, Test is_one) {
    const unsigned start = current->warp * WARP;
    exchange[start + current->lane] = value;
    warp_barrier(mask);
    unsigned found = 0;
    for (unsigned lane = 0; lane < WARP; ++lane)
        if ((mask >> lane & 1) && is_one(exchange[start + lane])) found |= 1u << lane;
    warp_barrier(mask);
    return found;
}

template <typename T, typename Change>
T atomic(T* place, Change change) {
    maybe_yield();
    const T before = *place;
    *place = change(before);
    return before;
}

}  // namespace emulator

// -- what kernels see -----------------------------------------------------------------------------

#define GLOBAL static
#define GLOBAL_WIDE static
#define KEEP_LOOP
#define DEVICE static inline
#define DEVICE_MEMBER inline
#define SHARED static
#define DYNAMIC_SHARED(type, name) \
    type* name = reinterpret_cast<type*>(emulator::dynamic_shared.data())
#define CHECK(condition) \
    do { if (!(condition)) emulator::fail("CHECK failed: " #condition); } while (0)

#define threadIdx (emulator::current->thread)
#define blockIdx (emulator::block_index)
#define blockDim (emulator::block_size)
#define gridDim (emulator::grid_size)
#define __syncthreads() emulator::block_barrier(__FILE__, __LINE__)
#define __syncwarp(...) emulator::warp_barrier(__VA_ARGS__)
#define __threadfence() emulator::maybe_yield()

struct alignas(16) float4 {
    float x, y, z, w;
};

template <typename T>
T __shfl_sync(unsigned mask, T value, int source) {
    return emulator::pass(mask, value, static_cast<unsigned>(source) % emulator::WARP);
}

template <typename T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta) {
    const unsigned lane = emulator::current->lane;
    return emulator::pass(mask, value, lane >= delta ? lane - delta : lane);
}

template <typename T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta) {
    const unsigned lane = emulator::current->lane;
    return emulator::pass(mask, value, lane + delta < emulator::WARP ? lane + delta : lane);
}

template <typename T>
T __shfl_xor_sync(unsigned mask, T value, int lanes) {
    return emulator::pass(mask, value, emulator::current->lane ^ static_cast<unsigned>(lanes));
}

inline unsigned __ballot_sync(unsigned mask, int predicate) {
    return emulator::gather(mask, predicate != 0, [](uint64_t x) { return x != 0; });
}

template <typename T>
unsigned __match_any_sync(unsigned mask, T value) {
    const uint64_t own = emulator::bits_of(value);
    return emulator::gather(mask, own, [own](uint64_t x) { return x == own; });
}

inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __ffs(unsigned x) { return __builtin_ffs(static_cast<int>(x)); }
inline int __clz(int x) { return x == 0 ? 32 : __builtin_clz(static_cast<unsigned>(x)); }

template <typename T, typename U>
T atomicAdd(T* place, U value) {
    return emulator::atomic(place, [=](T x) { return static_cast<T>(x + static_cast<T>(value)); });
}

template <typename T>
T atomicMin(T* place, T value) {
    return emulator::atomic(place, [=](T x) { return std::min(x, value); });
}

template <typename T>
T atomicMax(T* place, T value) {
    return emulator::atomic(place, [=](T x) { return std::max(x, value); });
}

template <typename T>
T atomicOr(T* place, T value) {
    return emulator::atomic(place, [=](T x) { return static_cast<T>(x | value); });
}

template <typename T>
T atomicExch(T* place, T value) {
    return emulator::atomic(place, [=](T) { return value; });
}

template <typename T>
T atomicCAS(T* place, T compare, T value) {
    return emulator::atomic(place, [=](T x) { return x == compare ? value : x; });
}
