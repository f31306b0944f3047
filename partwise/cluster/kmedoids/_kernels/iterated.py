"""Local iterated search: small disturbances, searched where they were made.

All that is kept of a set of medoids is a *state*, the tuple (medoids, is_medoid, slots, distances,
lengths, bounds, near, both, ds, losses) with the meanings of :mod:`nearest`.
"""

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

__all__ = ["descend", "disturb", "state_of"]

STRONGEST = 3  # exchanges of a disturbance, at most
SLACK = 4e-4  # share of the best loss by which a state may be worse and be gone on from


@kernel
def state_of(rows, weights, medoids, far):
    """Return the state of `medoids`, which are copied."""
    is_medoid = np.zeros(rows.shape[0], dtype=np.bool_)
    for s in range(medoids.size):
        is_medoid[medoids[s]] = True
    slots, distances, lengths, bounds, near, both, ds = assign(rows, medoids, far)
    losses = removal_losses(medoids.size, weights, near, both)
    return (
        medoids.copy(), is_medoid, slots, distances, lengths, bounds, near, both, ds, losses,
    )  # fmt: skip


@kernel
def _copy_state(target, source):
    target[0][:] = source[0]
    target[1][:] = source[1]
    target[2][:] = source[2]
    target[3][:] = source[3]
    target[4][:] = source[4]
    target[5][:] = source[5]
    target[6][:] = source[6]
    target[7][:] = source[7]
    target[8][:] = source[8]
    target[9][:] = source[9]


@kernel
def _put(rows, weights, far, state, slot, candidate, known):
    """Give `slot` to `candidate`; return by how much more medoids differ from those `known`."""
    medoids, is_medoid, slots, distances, lengths, bounds, near, both, ds, losses = state
    more = np.int64(known[medoids[slot]]) - np.int64(known[candidate])
    is_medoid[medoids[slot]] = False
    is_medoid[candidate] = True
    exchange(
        rows, weights, medoids, slot, candidate, far, slots, distances, lengths, bounds, near, both,
        ds, losses,
    )  # fmt: skip
    return more


@kernel
def _improve(rows, weights, tried, far, state, known, differing, gains, touched):
    """Make improving exchanges with the candidates `tried` until none is left.

    Return (loss, swaps, differing): `differing` medoids are not among those `known`. Where none is
    left, the search has come back to a state that was searched before, and stops.
    """
    is_medoid, near, both, ds, losses = state[1], state[6], state[7], state[8], state[9]
    loss = total_of(both, weights)
    least = cheapest_slot(losses)
    idle = 0
    position = 0
    swaps = 0
    while idle < tried.size and differing > 0:
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
            differing += _put(rows, weights, far, state, slot, j, known)
            least = cheapest_slot(losses)
            loss += change
            swaps += 1
            idle = 1
    return loss, swaps, differing


@kernel
def _room(n, k):
    """Return the buffers (gains, touched) of :func:`best_exchange`."""
    return np.zeros(k), np.empty(n + 1 if k > FEW else 0, dtype=np.uint32)


@kernel
def descend(rows, weights, order, far, state):
    """Make improving exchanges with all candidates in `order` until none is left: (loss, swaps)."""
    gains, touched = _room(rows.shape[1], state[0].size)
    nothing = np.zeros(rows.shape[0], dtype=np.bool_)
    _, swaps, _ = _improve(rows, weights, order, far, state, nothing, state[0].size, gains, touched)
    state[9][:] = removal_losses(state[0].size, weights, state[6], state[7])
    return total_of(state[7], weights), swaps


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
def disturb(rows, weights, order, reach, rounds, far, random, state, medoids, best):
    """Go on with local iterated search for some rounds: (best loss, swaps).

    Every round picks an object and makes one to three exchanges near it: each gives up the medoid
    of the object, or of one of its neighbours, for one of its `reach` nearest objects. Only its
    ``2 reach`` nearest objects are then tried as candidates, over and over until none improves or
    the medoids are those of before. A new best state is searched in full; one that is little worse
    than the best is kept; from others the round goes back.

    Parameters
    ----------
    rows : ndarray of shape (n, n)
    order : int64 ndarray
        Candidates of a full descent, in the order in which they are tried.
    reach, rounds : int
    random : uint64 ndarray of shape (1,)
        State of the random numbers.
    state : tuple
        Where to go on, no single exchange improves it; the state reached when the rounds are over.
    medoids : int64 ndarray of shape (k,)
        The best medoids so far, replaced by better ones.
    best : float
        Their loss.

    Notes
    -----
    A round costs O(n) for exchanges and for going back, and one pass of O(n / 64) comparisons per
    candidate tried. Iterated local search with restricted neighbourhoods is generic (H. Lourenco,
    O. Martin, T. Stuetzle, "Iterated local search", 2003, doi:10.1007/0-306-48056-5_11); this form
    for k-medoids is our own.
    """
    n, k = rows.shape[1], medoids.size
    gains, touched = _room(n, k)
    wide, narrow = min(n, 2 * reach), min(n, reach)
    around = np.empty(n, dtype=np.int64)
    is_medoid, near, both = state[1], state[6], state[7]
    kept = state_of(rows, weights, state[0], far)
    _copy_state(kept, state)
    known = kept[1]
    swaps = 0
    for _ in range(rounds):
        o = next_below(random, n)
        _nearest_objects(rows[o], wide, around)
        differing = 0
        for _ in range(1 + next_below(random, STRONGEST)):
            candidate = around[next_below(random, narrow)]
            if is_medoid[candidate]:
                continue
            center = o if next_below(random, 2) == 0 else around[next_below(random, narrow)]
            slot = np.int64(near[center])
            differing += _put(rows, weights, far, state, slot, candidate, known)
        tried = around[:wide]
        shuffle(random, tried)
        loss, more, differing = _improve(
            rows, weights, tried, far, state, known, differing, gains, touched
        )
        if differing > 0 and loss < best * (1.0 - TOLERANCE):
            best, again = descend(rows, weights, order, far, state)
            loss = best
            more += again
            medoids[:] = state[0]
        if differing > 0 and loss <= best * (1.0 + SLACK):
            swaps += more
            state[9][:] = removal_losses(k, weights, near, both)
            _copy_state(kept, state)
        else:
            _copy_state(state, kept)
    return best, swaps
