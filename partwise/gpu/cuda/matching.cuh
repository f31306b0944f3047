// Heavy-edge matching: whom each node would like best as its mate.
//
//   indptr, indices   arcs in rows
//   weights           of the arcs, if `weighted`; else each is 1
//   node_weights      of the nodes; no pair may weigh more than `heaviest`
//   group             of every node, if `grouped`; mates are of one group
//   mate              of every node, -1 as long as it has none
//   seed              of the chance that decides where edges are equally good
//   nodes, size       the nodes that choose, of similar degrees
//   preferred         out, by number of the node; -1 where nobody is left
#pragma once

#include "rowwise.cuh"

// splitmix64's way to mix the bits of a number.
DEVICE uint64 mixed(uint64 z) {
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return z ^ z >> 31;
}

struct Choice {
    double rating;
    uint64 chance;
    int node;
};

struct Chooser {
    const int64* indptr;
    const int* indices;
    const double* weights;
    int weighted;
    const int64* node_weights;
    const int* group;
    int grouped;
    const int* mate;
    int64 heaviest;
    uint64 seed;

    // The same from both ends of an edge.
    DEVICE_MEMBER uint64 chance(int u, int v) const {
        const uint64 low = u < v ? u : v, high = u < v ? v : u;
        return mixed(seed + (low << 32 | high) * 0x9E3779B97F4A7C15ull);
    }

    // Squared weight of the edge over the product of those of the nodes: clusters stay even.
    DEVICE_MEMBER Choice operator()(int v, int64 arc) const {
        const int u = indices[arc];
        const bool is_free = u != v && mate[u] < 0 && (!grouped || group[u] == group[v]);
        if (!is_free || node_weights[u] + node_weights[v] > heaviest) return {0.0, 0, -1};
        const double weight = weighted ? weights[arc] : 1.0;
        // nodes without weight count as if they had one
        const double product =
            (double)larger(node_weights[u], 1) * (double)larger(node_weights[v], 1);
        return {weight * weight / product, chance(u, v), u};
    }
};

struct BetterChoice {
    DEVICE_MEMBER Choice operator()(const Choice& one, const Choice& other) const {
        if (other.node < 0) return one;
        if (one.node < 0) return other;
        if (one.rating != other.rating) return one.rating > other.rating ? one : other;
        if (one.chance != other.chance) return one.chance > other.chance ? one : other;
        return one.node < other.node ? one : other;
    }
};

#define CHOOSER                                                                               \
    const Chooser chooser = {indptr, indices, weights, weighted, node_weights, group, grouped, \
                             mate, heaviest, seed};                                           \
    const Choice nobody = {0.0, 0, -1}

GLOBAL void matching_prefer_thread(const int64* indptr, const int* indices, const double* weights,
                                   int weighted, const int64* node_weights, const int* group,
                                   int grouped, const int* mate, int64 heaviest, uint64 seed,
                                   const int* nodes, int size, int* preferred) {
    CHOOSER;
    rows_by_thread(indptr, nodes, size, nobody, chooser, BetterChoice(),
                   [=](int v, const Choice& best) { preferred[v] = best.node; });
}

GLOBAL void matching_prefer_block(const int64* indptr, const int* indices, const double* weights,
                                  int weighted, const int64* node_weights, const int* group,
                                  int grouped, const int* mate, int64 heaviest, uint64 seed,
                                  const int* nodes, int size, int* preferred) {
    CHOOSER;
    rows_by_block(indptr, nodes, size, nobody, chooser, BetterChoice(),
                  [=](int v, const Choice& best) { preferred[v] = best.node; });
}

// A number for the neighbourhood of each node: the same where the neighbours are the same, and most
// likely not where they differ.
struct Neighbour {
    const int* indices;
    DEVICE_MEMBER uint64 operator()(int, int64 arc) const {
        return mixed(((uint64)indices[arc] + 1) * 0x9E3779B97F4A7C15ull);
    }
};

struct Total {
    DEVICE_MEMBER uint64 operator()(uint64 one, uint64 other) const { return one + other; }
};

GLOBAL void matching_neighbourhood_thread(const int64* indptr, const int* indices, const int* nodes,
                                          int size, uint64* key) {
    rows_by_thread(indptr, nodes, size, (uint64)0, Neighbour{indices}, Total(),
                   [=](int v, uint64 all) { key[v] = all; });
}

GLOBAL void matching_neighbourhood_block(const int64* indptr, const int* indices, const int* nodes,
                                         int size, uint64* key) {
    rows_by_block(indptr, nodes, size, (uint64)0, Neighbour{indices}, Total(),
                  [=](int v, uint64 all) { key[v] = all; });
}
