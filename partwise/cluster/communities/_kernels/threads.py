"""The steps between two levels, spread over threads: every thread a range of rows.

What a row becomes does not depend on the range it is in, so the results are those of one thread.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from partwise.cluster.communities._kernels.aggregate import aggregate_rows
from partwise.cluster.communities._kernels.move import SPARE
from partwise.cluster.communities._kernels.order import permute_rows
from partwise.cluster.communities._kernels.refine import refine
from partwise.kernels.jit import kernel

__all__ = ["aggregate_on_threads", "close_gaps", "permute_on_threads", "refine_on_threads"]


@kernel(parallel=True)
def permute_on_threads(
    indptr, indices, weights, labels, starts, place, nodes, bounds,
    new_indptr, new_indices, new_weights, external,
):  # fmt: skip
    """Run :func:`permute_rows` on the places ``bounds[t]:bounds[t + 1]`` in thread t."""
    for t in prange(len(bounds) - 1):
        permute_rows(
            indptr, indices, weights, labels, starts, place, nodes, bounds[t], bounds[t + 1],
            new_indptr, new_indices, new_weights, external,
        )  # fmt: skip


@kernel(parallel=True)
def refine_on_threads(
    indptr, indices, weights, a, b, coefficient, starts, bounds, theta, seed,
    piece, table, grown, touched, chance, joined,
):  # fmt: skip
    """Run :func:`refine` on the communities ``bounds[t]:bounds[t + 1]`` in thread t.

    `touched`, `chance` and `joined` have a row or an entry for each thread, `piece` and `table` its
    spare rows.
    """
    for t in prange(len(bounds) - 1):
        joined[t] = refine(
            indptr, indices, weights, a, b, coefficient, starts, bounds[t], bounds[t + 1],
            theta, seed, piece, table, len(a) + t * SPARE, grown, touched[t], chance[t],
        )  # fmt: skip


@kernel(parallel=True)
def aggregate_on_threads(
    indptr, indices, weights, piece, starts, nodes, bounds, begin,
    sums, new_indices, new_weights, lengths, end,
):  # fmt: skip
    """Run :func:`aggregate_rows` on the pieces ``bounds[t]:bounds[t + 1]`` in thread t.

    It writes from ``begin[t]`` on and up to ``end[t]``; `sums` has a row for every thread.
    """
    for t in prange(len(bounds) - 1):
        end[t] = aggregate_rows(
            indptr, indices, weights, piece, starts, nodes, bounds[t], bounds[t + 1], begin[t],
            sums[t], new_indices, new_weights, lengths,
        )  # fmt: skip


@kernel
def close_gaps(begin, end, indices, weights):
    """Move the entries ``begin[t]:end[t]`` of all t together; return how many there are."""
    put = end[0]
    for t in range(1, len(begin)):
        for i in range(begin[t], end[t]):
            indices[put] = indices[i]
            weights[put] = weights[i]
            put += np.uint64(1)
    return np.int64(put)
