// Refinement of partitions of a graph by moving many nodes at once (Jet).
//
//   indptr, indices  arcs in rows
//   weights          of the arcs, if `weighted`; else each is 1
//   part             block of every node
//   nodes, size      the rows that are worked on, of similar degrees
//
// Sums are exact, and so the same in every run, where weights are whole numbers.
#pragma once

#include "rowwise.cuh"

struct Sum {
    DEVICE_MEMBER double operator()(double one, double other) const { return one + other; }
};

// What a candidate gains if all neighbours that are better candidates move before it.
//
//   goal    of every node, the block that it would like to move to, -1 if to none
//   claim   of every candidate, what it gains if it moves alone
struct Afterburner {
    const int* indices;
    const double* weights;
    int weighted;
    const int* part;
    const int* goal;
    const double* claim;

    DEVICE_MEMBER double operator()(int v, int64 arc) const {
        const int u = indices[arc];
        if (u == v) return 0.0;
        const bool is_before =
            goal[u] >= 0 && (claim[u] > claim[v] || (claim[u] == claim[v] && u < v));
        const int block = is_before ? goal[u] : part[u];
        const double weight = weighted ? weights[arc] : 1.0;
        return block == goal[v] ? weight : block == part[v] ? -weight : 0.0;
    }
};

GLOBAL void jet_gain_thread(const int64* indptr, const int* indices, const double* weights,
                            int weighted, const int* part, const int* goal, const double* claim,
                            const int* nodes, int size, double* gain) {
    const Afterburner each = {indices, weights, weighted, part, goal, claim};
    rows_by_thread(indptr, nodes, size, 0.0, each, Sum(),
                   [=](int v, double sum) { gain[v] = sum; });
}

GLOBAL void jet_gain_block(const int64* indptr, const int* indices, const double* weights,
                           int weighted, const int* part, const int* goal, const double* claim,
                           const int* nodes, int size, double* gain) {
    const Afterburner each = {indices, weights, weighted, part, goal, claim};
    rows_by_block(indptr, nodes, size, 0.0, each, Sum(),
                  [=](int v, double sum) { gain[v] = sum; });
}

// Weight of the arcs to blocks that are open.
struct OpenWeight {
    const int* indices;
    const double* weights;
    int weighted;
    const int* part;
    const int* is_open;

    DEVICE_MEMBER double operator()(int v, int64 arc) const {
        const int u = indices[arc];
        if (u == v || !is_open[part[u]]) return 0.0;
        return weighted ? weights[arc] : 1.0;
    }
};

GLOBAL void jet_open_thread(const int64* indptr, const int* indices, const double* weights,
                            int weighted, const int* part, const int* is_open, const int* nodes,
                            int size, double* sum) {
    const OpenWeight each = {indices, weights, weighted, part, is_open};
    rows_by_thread(indptr, nodes, size, 0.0, each, Sum(),
                   [=](int v, double all) { sum[v] = all; });
}

GLOBAL void jet_open_block(const int64* indptr, const int* indices, const double* weights,
                           int weighted, const int* part, const int* is_open, const int* nodes,
                           int size, double* sum) {
    const OpenWeight each = {indices, weights, weighted, part, is_open};
    rows_by_block(indptr, nodes, size, 0.0, each, Sum(),
                  [=](int v, double all) { sum[v] = all; });
}
