// What breadth-first search does at the second node of an arc.
#pragma once

#include "worklist.cuh"

// Give a node its level if it has none, and append it to a list; of several who try, one succeeds.
template <typename List>
DEVICE void discover(int v, int* level, int depth, List& found) {
    if (level[v] < 0 && atomicCAS(level + v, -1, depth) < 0) found.append(v);
}
