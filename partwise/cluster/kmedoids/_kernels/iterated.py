"""Local iterated search: small disturbances, searched where they were made."""

from __future__ import annotations

import numpy as np

from partwise.cluster.kmedoids._kernels.fasterpam import (
    FEW,
    TOLERANCE,
    best_exchange,
    cheapest_slot,
    total_of,
)
from partwise.cluster.kmedoids._kernels.nearest import assign, exchange, removal_losses
from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below, shuffle

__all__ = ["iterated_search"]

STRONGEST = 3  # exchanges of a disturbance, at most


@kernel
def _descend(
    rows, weights, medoids, tried, far, is_medoid, slots, distances, lengths, bounds, near, both,
    ds, losses, gains, touched, loss,
):  # fmt: skip
    """Make improving exchanges with the candidates `tried` until none is left: (loss, swaps)."""
    idle = 0
    position = 0
    swaps = 0
    least = cheapest_slot(losses)
    while idle < tried.size:
        j = tried[position]
        position += 1
        if position == tried.size:
            position = 0
        idle += 1
        if is_medoid[j]:
            continue
        change, slot = best_exchange(
            rows[j], weights, near, both, ds, losses, least, gains, touched
        )
        if change < -TOLERANCE * loss:
            is_medoid[medoids[slot]] = False
            is_medoid[j] = True
            exchange(
                rows, weights, medoids, slot, j, far, slots, distances, lengths, bounds, near, both,
                ds, losses,
            )  # fmt: skip
            least = cheapest_slot(losses)
            loss += change
            swaps += 1
            idle = 1
    return loss, swaps


@kernel
def _nearest_objects(row, count, found):
    """Write the `count` objects of least dissimilarity in `row` to `found`, nearest first."""
    n = row.size
    limit = np.partition(row, count - 1)[count - 1]
    size = 0
    for o in range(n):
        if row[o] < limit:
            found[size] = o
            size += 1
    for o in range(n):
        if size == count:
            break
        if row[o] == limit:
            found[size] = o
            size += 1
    order = np.argsort(row[found[:count]], kind="mergesort")
    found[:count] = found[:count][order]


@kernel
def iterated_search(rows, weights, medoids, order, reach, rounds, far, state):
    """Improve `medoids` in place by local iterated search: (loss, labels, dn, rounds, swaps).

    After a descent over all candidates, every round picks an object and makes one to three
    exchanges near it: each gives up the medoid of the object, or of one of its neighbours, for one
    of its `reach` nearest objects. Only its ``2 reach`` nearest objects are then tried as
    candidates, over and over until none improves. A better state is searched in full; an equal one
    is kept; from a worse one the round goes back.

    Parameters
    ----------
    rows : ndarray of shape (n, n)
    order : int64 ndarray
        Candidates of a full descent, in the order in which they are tried.
    reach, rounds : int

    Notes
    -----
    A round costs O(n) for exchanges and for going back, and one pass of O(n / 64) comparisons per
    candidate tried. Iterated local search with restricted neighbourhoods is generic (H. Lourenco,
    O. Martin, T. Stuetzle, "Iterated local search", 2003, doi:10.1007/0-306-48056-5_11); this form
    for k-medoids is our own.
    """
    k = medoids.size
    n = rows.shape[1]
    is_medoid = np.zeros(n, dtype=np.bool_)
    for s in range(k):
        is_medoid[medoids[s]] = True
    slots, distances, lengths, bounds, near, both, ds = assign(rows, medoids, far)
    losses = removal_losses(k, weights, near, both)
    loss = total_of(both, weights)
    gains = np.zeros(k)
    touched = np.empty(n + 1 if k > FEW else 0, dtype=np.uint32)
    wide = min(n, 2 * reach)
    narrow = min(n, reach)
    around = np.empty(n, dtype=np.int64)
    loss, swaps = _descend(
        rows, weights, medoids, order, far, is_medoid, slots, distances, lengths, bounds, near,
        both, ds, losses, gains, touched, loss,
    )  # fmt: skip
    kept = (
        medoids.copy(), is_medoid.copy(), slots.copy(), distances.copy(), lengths.copy(),
        bounds.copy(), near.copy(), both.copy(), ds.copy(), losses.copy(),
    )  # fmt: skip
    best = loss
    for _ in range(rounds if k < n else 0):
        o = next_below(state, n)
        _nearest_objects(rows[o], wide, around)
        for _ in range(1 + next_below(state, STRONGEST)):
            candidate = around[next_below(state, narrow)]
            if is_medoid[candidate]:
                continue
            center = o if next_below(state, 2) == 0 else around[next_below(state, narrow)]
            slot = np.int64(near[center])
            is_medoid[medoids[slot]] = False
            is_medoid[candidate] = True
            exchange(
                rows, weights, medoids, slot, candidate, far, slots, distances, lengths, bounds,
                near, both, ds, losses,
            )  # fmt: skip
        loss = total_of(both, weights)
        tried = around[:wide]
        shuffle(state, tried)
        loss, more = _descend(
            rows, weights, medoids, tried, far, is_medoid, slots, distances, lengths, bounds, near,
            both, ds, losses, gains, touched, loss,
        )  # fmt: skip
        better = loss < best * (1.0 - TOLERANCE)
        if better:
            loss, again = _descend(
                rows, weights, medoids, order, far, is_medoid, slots, distances, lengths, bounds,
                near, both, ds, losses, gains, touched, loss,
            )  # fmt: skip
            more += again
            losses = removal_losses(k, weights, near, both)
            loss = total_of(both, weights)
        if loss <= best * (1.0 + TOLERANCE):
            best = loss
            swaps += more
            kept[0][:] = medoids
            kept[1][:] = is_medoid
            kept[2][:] = slots
            kept[3][:] = distances
            kept[4][:] = lengths
            kept[5][:] = bounds
            kept[6][:] = near
            kept[7][:] = both
            kept[8][:] = ds
            kept[9][:] = losses
        else:
            medoids[:] = kept[0]
            is_medoid[:] = kept[1]
            slots[:] = kept[2]
            distances[:] = kept[3]
            lengths[:] = kept[4]
            bounds[:] = kept[5]
            near[:] = kept[6]
            both[:] = kept[7]
            ds[:] = kept[8]
            losses[:] = kept[9]
    return total_of(both, weights), near, both[::2].copy(), rounds, swaps
