"""FasterPAM with candidates priced by several threads: the same exchanges, to the last bit."""

from __future__ import annotations

import numpy as np
from numba import prange

from partwise.cluster.kmedoids._kernels.fasterpam import (
    FEW,
    TOLERANCE,
    best_exchange,
    cheapest_slot,
    first_fault,
    total_of,
)
from partwise.cluster.kmedoids._kernels.nearest import assign, exchange, removal_losses
from partwise.kernels.jit import kernel

__all__ = ["swap_search_threads"]

SMALLEST, LARGEST = 8, 256  # candidates that are priced together


@kernel(parallel=True)
def _price_many(
    rows, order, position, size, is_medoid, weights, near, both, ds, losses, least, gains, touched,
    changes, best, checked, faults,
):  # fmt: skip
    for i in prange(size):
        j = order[position + i]
        changes[i] = 0.0
        faults[i] = -1
        if is_medoid[j]:
            continue
        if not checked:
            faults[i] = first_fault(rows[j])
            if faults[i] >= 0:
                continue
        changes[i], best[i] = best_exchange(
            rows[j], weights, near, both, ds, losses, least, gains[i], touched[i]
        )


@kernel
def swap_search_threads(rows, weights, medoids, order, far, max_passes, checked, fault):
    """Do what ``swap_search`` does, pricing several candidates ahead at the same time.

    The first one in order that improves is taken, those after it are priced again; the number
    priced together falls with every exchange and grows otherwise. Parameters and results are those
    of :func:`~partwise.cluster.kmedoids._kernels.fasterpam.swap_search`.
    """
    k = medoids.size
    n = rows.shape[1]
    is_medoid = np.zeros(rows.shape[0], dtype=np.bool_)
    for s in range(k):
        is_medoid[medoids[s]] = True
        if not checked:
            o = first_fault(rows[medoids[s]])
            if o >= 0:
                fault[0], fault[1] = medoids[s], o
                return 0.0, np.empty(0, np.uint32), np.empty(0), 0, 0
    slots, distances, lengths, bounds, near, both, ds = assign(rows, medoids, far)
    loss = total_of(both, weights)
    gains = np.zeros((LARGEST, k))
    touched = np.empty((LARGEST, n + 1 if k > FEW else 0), dtype=np.uint32)
    changes = np.empty(LARGEST)
    best = np.empty(LARGEST, dtype=np.int64)
    faults = np.empty(LARGEST, dtype=np.int64)
    n_tried = order.size
    together = SMALLEST
    idle = 0
    passes = 0
    swaps = 0
    while passes < max_passes and idle < n_tried:
        passes += 1
        losses = removal_losses(k, weights, near, both)
        least = cheapest_slot(losses)
        loss = total_of(both, weights)
        position = 0
        while position < n_tried and idle < n_tried:
            size = min(together, n_tried - position, n_tried - idle)
            _price_many(
                rows, order, position, size, is_medoid, weights, near, both, ds, losses, least,
                gains, touched, changes, best, checked, faults,
            )  # fmt: skip
            found = -1
            for i in range(size):
                if faults[i] >= 0:
                    fault[0], fault[1] = order[position + i], faults[i]
                    return loss, near, both[::2].copy(), passes, swaps
                if changes[i] < -TOLERANCE * loss:
                    found = i
                    break
            if found < 0:
                position += size
                idle += size
                together = min(2 * together, LARGEST)
                continue
            j = order[position + found]
            slot = best[found]
            position += found + 1
            is_medoid[medoids[slot]] = False
            is_medoid[j] = True
            exchange(
                rows, weights, medoids, slot, j, far, slots, distances, lengths, bounds, near, both,
                ds, losses,
            )  # fmt: skip
            least = cheapest_slot(losses)
            loss += changes[found]
            swaps += 1
            idle = 1
            together = max(together // 2, SMALLEST)
        checked = True
    return total_of(both, weights), near, both[::2].copy(), passes, swaps
