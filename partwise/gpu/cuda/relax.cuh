// What shortest paths do along an arc.
//
// Distances are doubles that are not negative, kept as their bits: these have the same order, and
// there is an atomic minimum of integers. A sum along a path does not depend on when it is made,
// and the least fixed point is the same in any order of relaxations; so is the result, to the bit.
//
//   distance       bits of every node's distance
//   limit          nodes nearer than it go to the near list, others to the far pile
//   stamp, round   of every node, the round that put it on the near list last: once is enough
//   is_far         of every node, whether it is on the far pile, for the same reason
#pragma once

#include "worklist.cuh"

#ifdef PARTWISE_EMULATOR
DEVICE uint64 bits_of_double(double x) { return emulator::bits_of(x); }
DEVICE double double_of_bits(uint64 x) { return emulator::from_bits<double>(x); }
#else
DEVICE uint64 bits_of_double(double x) { return (uint64)__double_as_longlong(x); }
DEVICE double double_of_bits(uint64 x) { return __longlong_as_double((int64)x); }
#endif

// Where the counts of the near list are followed by those of the far pile: its entries; the bits of
// the least distance in it; and the bits of the limit of the turn that is on.
constexpr int FAR = 3, LEAST = 4, LIMIT = 5;

constexpr uint64 NOBODY = ~0ull;  // least of no distances

struct Turn {
    uint64* distance;
    uint64 limit;
    int* stamp;
    int round;
    int* is_far;
};

template <typename Near, typename Far>
DEVICE void put(const Turn& turn, int v, uint64 distance, Near& near, Far& far) {
    if (distance < turn.limit) {
        if (atomicExch(turn.stamp + v, turn.round) != turn.round) near.append(v);
    } else if (atomicExch(turn.is_far + v, 1) == 0) {
        far.append(v);
    }
}

template <typename Near, typename Far>
DEVICE void relax(const Turn& turn, int u, int v, double weight, Near& near, Far& far) {
    const uint64 through = bits_of_double(double_of_bits(turn.distance[u]) + weight);
    if (through < turn.distance[v] && through < atomicMin(turn.distance + v, through))
        put(turn, v, through, near, far);
}

// A node leaves the far pile for the near list or for a pile for later; it has had its turn if it
// has become nearer than `settled` since it was put there.
template <typename Near, typename Far>
DEVICE void put_again(const Turn& turn, int v, uint64 settled, Near& near, Far& later) {
    turn.is_far[v] = 0;
    if (turn.distance[v] >= settled) put(turn, v, turn.distance[v], near, later);
}

// The limit of the next turn, for which a node is waiting that is `least` away; without one it is
// the same again. Where delta is lost in rounding, the nearest nodes go alone.
DEVICE double next_limit(double settled, double delta, uint64 least_bits) {
    if (least_bits == NOBODY) return settled;
    const double least = double_of_bits(least_bits);
    const double limit = (settled > least ? settled : least) + delta;
    return limit > least ? limit : double_of_bits(least_bits + 1);
}
