// Which row entries are in, and rows cut into parts: what strategies need to be told beforehand.
#pragma once

#include "dialect.cuh"

// Write the first node of every arc.
GLOBAL void rows_of_arcs(const int64* indptr, int n_rows, int* row) {
    const int64 end = indptr[n_rows];
    for (int64 arc = indptr[0] + thread_number(); arc < end; arc += thread_count())
        row[arc] = last_at_most(indptr, n_rows, arc);
}

// Write where the arcs of every part begin, and whose they are. Row v has the parts from
// first_part[v] up to first_part[v + 1], and each has `most` arcs but for the last.
GLOBAL void rows_in_parts(const int64* indptr, const int64* first_part, int n_rows, int64 most,
                          int64* part_indptr, int* owner) {
    const int64 n_parts = first_part[n_rows];
    for (int64 p = thread_number(); p <= n_parts; p += thread_count()) {
        if (p == n_parts) {
            part_indptr[p] = indptr[n_rows];
            continue;
        }
        const int v = last_at_most(first_part, n_rows, p);
        part_indptr[p] = indptr[v] + (p - first_part[v]) * most;
        owner[p] = v;
    }
}
