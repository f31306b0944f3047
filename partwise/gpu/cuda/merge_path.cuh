// The path that merges the ends of rows with the numbers of their arcs, cut into equal pieces, so
// that threads have as many rows and arcs together as all others, also where rows are empty.
//
// D. Merrill, M. Garland, "Merge-based parallel sparse matrix-vector multiplication", 2016
// (doi:10.1109/SC.2016.57): a block finds its tile of the path by two searches in global memory and
// copies the ends of its rows to shared memory, where every thread finds its own piece.
#pragma once

#include "worklist.cuh"

// How many of the rows end before a diagonal of the path; ends[i] is the end of row i.
template <typename Index>
DEVICE Index rows_before(const Index* ends, Index rows, Index arcs, Index diagonal) {
    Index low = diagonal > arcs ? diagonal - arcs : 0, high = diagonal < rows ? diagonal : rows;
    while (low < high) {
        const Index middle = low + (high - low) / 2;
        if (ends[middle] <= diagonal - middle - 1) low = middle + 1;
        else high = middle;
    }
    return low;
}

// A tile of a path: `rows` ends from row `row` on, and `arcs` arcs from number `arc` on.
struct PathTile {
    int64 row, arc;
    int rows, arcs;
};

// The tile that begins at a diagonal. The whole block calls this, with ends[i] the end of row i.
DEVICE PathTile path_tile(const int64* ends, int64 rows, int64 arcs, int64 first) {
    SHARED int64 corner[2];
    const int64 last = smaller(first + ITEMS * (int64)blockDim.x, rows + arcs);
    CHECK(blockDim.x <= THREADS_OF_TILE);
    if (threadIdx.x < 2)
        corner[threadIdx.x] = rows_before(ends, rows, arcs, threadIdx.x == 0 ? first : last);
    __syncthreads();
    const int64 row = corner[0], arc = first - row, end = corner[1];
    return {row, arc, (int)(end - row), (int)(last - end - arc)};
}

// Rows that a tile has arcs of: those that end in it, and one that may go on.
DEVICE int rows_of_tile(PathTile tile, int64 rows) {
    return tile.arcs == 0 ? 0 : (int)smaller(tile.rows + 1, rows - tile.row);
}

// Copy the ends of the rows of a tile to shared memory, counted from its first arc.
DEVICE void stage_ends(const int64* ends, PathTile tile, int n, int* staged) {
    for (int r = threadIdx.x; r < n; r += blockDim.x)
        staged[r] = (int)smaller(ends[tile.row + r] - tile.arc, TILE);
}

// Threads write whose row each arc of the tile is in, and then visit the arcs side by side.
template <typename Visit, typename Settle>
DEVICE void advance_merge_path(const int64* indptr, const int* frontier, int size,
                               const int64* offsets, Visit visit, Settle settle) {
    SHARED int ends[TILE], nodes[TILE];
    SHARED int64 shift[TILE];  // from numbers in the tile to those in the graph
    SHARED unsigned short row_of[TILE];
    const int64 total = offsets[size], step = ITEMS * (int64)blockDim.x;
    for (int64 first = blockIdx.x * step; first < size + total; first += gridDim.x * step) {
        const PathTile tile = path_tile(offsets + 1, size, total, first);
        const int n = rows_of_tile(tile, size);
        stage_ends(offsets + 1, tile, n, ends);
        for (int r = threadIdx.x; r < n; r += blockDim.x) {
            const int u = frontier[tile.row + r];
            nodes[r] = u;
            shift[r] = indptr[u] - offsets[tile.row + r] + tile.arc;
        }
        __syncthreads();
        const int diagonal = (int)smaller(threadIdx.x * ITEMS, tile.rows + tile.arcs);
        const int stop = (int)smaller(diagonal + ITEMS, tile.rows + tile.arcs);
        int row = rows_before(ends, tile.rows, tile.arcs, diagonal), at = diagonal - row;
        for (int i = diagonal; i < stop; ++i) {
            if (at < tile.arcs && (row >= tile.rows || at < ends[row])) row_of[at++] = row;
            else ++row;
        }
        __syncthreads();
        for (int arc = threadIdx.x; arc < tile.arcs; arc += blockDim.x) {
            const int r = row_of[arc];
            CHECK(r < n && shift[r] + arc >= indptr[nodes[r]]);
            CHECK(shift[r] + arc < indptr[nodes[r] + 1]);
            visit(nodes[r], shift[r] + arc);
        }
        settle();
        __syncthreads();
    }
}
