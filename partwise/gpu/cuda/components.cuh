// Connected components: trees of nodes, whose roots are the least numbers in the end.
//
//   parent   of every node, itself at first; never a larger number than the node's own
#pragma once

#include "advance.cuh"
#include "block.cuh"
#include "merge_path.cuh"

DEVICE int root_of(int* parent, int v) {
    int up = parent[v];
    while (up != v) {
        const int higher = parent[up];
        // Halving the path: whoever else writes here writes an ancestor as well.
        if (higher != up) parent[v] = higher;
        v = up;
        up = higher;
    }
    return v;
}

// The larger root goes below the smaller one, unless it has gone below another meanwhile.
DEVICE void link(int* parent, int u, int v) {
    int a = root_of(parent, u), b = root_of(parent, v);
    while (a != b) {
        const int low = a < b ? a : b, high = a < b ? b : a;
        const int before = atomicCAS(parent + high, high, low);
        if (before == high) return;
        a = root_of(parent, before);
        b = root_of(parent, low);
    }
}

GLOBAL void components_node(const int64* indptr, const int* indices, int* parent,
                            const int* frontier, int size) {
    advance_node(indptr, frontier, size,
                 [=](int u, int64 arc) { link(parent, u, indices[arc]); }, [] {});
}

// `source` has the first node of every arc.
GLOBAL void components_edge(const int* indices, const int* source, int* parent, int64 n_arcs) {
    advance_all_edges(n_arcs, [=](int64 arc) { link(parent, source[arc], indices[arc]); });
}

GLOBAL void components_workload_decomposition(const int64* indptr, const int* indices, int* parent,
                                              const int* frontier, int size,
                                              const int64* offsets) {
    advance_workload(indptr, frontier, size, offsets,
                     [=](int u, int64 arc) { link(parent, u, indices[arc]); }, [] {});
}

GLOBAL void components_node_splitting(const int64* part_indptr, const int* indices,
                                      const int* owner, int* parent, const int* parts, int size) {
    advance_parts(part_indptr, owner, parts, size,
                  [=](int u, int64 arc) { link(parent, u, indices[arc]); });
}

GLOBAL void components_hierarchical(const int64* indptr, const int* indices, int* parent,
                                    const int* frontier, int size, int64 done, int64 most,
                                    int* rest, int* n_rest) {
    advance_some(indptr, frontier, size, done, most, rest, n_rest,
                 [=](int u, int64 arc) { link(parent, u, indices[arc]); }, [] {});
}

GLOBAL void components_merge_path(const int64* indptr, const int* indices, int* parent,
                                  const int* frontier, int size, const int64* offsets) {
    advance_merge_path(indptr, frontier, size, offsets,
                       [=](int u, int64 arc) { link(parent, u, indices[arc]); }, [] {});
}

GLOBAL void components_block(const int64* indptr, const int* indices, int* parent,
                             const int* frontier, int size, int64 most, int* rest, int* n_rest) {
    advance_block(indptr, frontier, size, most, rest, n_rest,
                  [=](int u, int64 arc) { link(parent, u, indices[arc]); }, [] {});
}

GLOBAL void components_flatten(int* parent, int n_nodes) {
    for (int64 v = thread_number(); v < n_nodes; v += thread_count())
        parent[v] = root_of(parent, (int)v);
}
