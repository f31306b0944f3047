"""The nearest medoids of every object: up to five each, kept true when a medoid is exchanged.

``slots[o, p]`` is the slot of the p-th nearest medoid of object o and ``distances[o, p]`` its
distance. Rows have STRIDE places, a cache line for four-byte numbers, of which the first LIST are
used; places beyond ``lengths[o]`` hold NONE, so that the objects which list a slot are found by
comparing 64 places, those of 8 objects, at a time.

With few medoids nearly all objects list the one that goes: lists are empty then, and the two
nearest are found anew after every exchange, in plain sweeps over the rows of the medoids.
"""

from __future__ import annotations

import numpy as np

from partwise.cluster.kmedoids._kernels.masks import LANES, below, equal, lowest
from partwise.kernels.jit import kernel

__all__ = ["BLOCK", "LIST", "NONE", "STRIDE", "SWEPT", "assign", "exchange", "removal_losses"]

LIST = 5  # nearest medoids kept per object
STRIDE = 8
SWEPT = 16  # medoids up to which no lists are kept
BLOCK = 1024  # objects whose numbers stay in the first cache during a sweep
NONE = np.uint32(0xFFFFFFFF)


@kernel
def _insert(slots, distances, o, n, slot, d):
    """Insert into the list of length `n`, after entries of the same distance."""
    at = n
    while at > 0 and distances[o, at - 1] > d:
        distances[o, at] = distances[o, at - 1]
        slots[o, at] = slots[o, at - 1]
        at -= 1
    distances[o, at] = d
    slots[o, at] = slot


@kernel
def _scan(rows, medoids, o, slots, distances, lengths, bounds, far):
    """Make the list of object `o` anew."""
    for place in range(LIST):
        slots[o, place] = NONE
    n = 0
    bound = far
    for s in range(medoids.size):
        d = rows[medoids[s], o]
        if n == LIST:
            if d >= distances[o, LIST - 1]:
                bound = min(bound, d)
                continue
            n -= 1
            bound = distances[o, LIST - 1]
        _insert(slots, distances, o, n, s, d)
        n += 1
    lengths[o] = n
    bounds[o] = bound


@kernel
def _sweep(row, s, first, second, near):
    """Take note of slot `s`, whose medoid is at the distances `row`, without branches."""
    for o in range(row.size):
        d, f, g = row[o], first[o], second[o]
        closer = d < f
        between = d if d < g else g
        second[o] = f if closer else between
        near[o] = s if closer else near[o]
        first[o] = d if closer else f


@kernel
def _two_nearest(rows, medoids, far, near, both, ds):
    """Write the nearest slot and the two smallest distances of every object."""
    n = rows.shape[1]
    first = np.empty(BLOCK, dtype=rows.dtype)
    for at in range(0, n, BLOCK):
        end = min(at + BLOCK, n)
        first[:] = far
        ds[at:end] = far
        near[at:end] = 0
        for s in range(medoids.size):
            _sweep(rows[medoids[s], at:end], np.uint32(s), first, ds[at:end], near[at:end])
        for o in range(at, end):
            both[2 * o] = first[o - at]
            both[2 * o + 1] = ds[o]


@kernel
def assign(rows, medoids, far):
    """Return (slots, distances, lengths, bounds, near, both, ds) for the given medoids.

    `slots` and `distances`, of shape (n, STRIDE), hold the nearest medoids of every object in
    ascending order, `lengths` how many; all other medoids are at least `bounds` away. These four
    are empty for up to SWEPT medoids. `near` and `ds` repeat the nearest slot and the second
    distance, contiguously; `both`, of shape (2 n,), the two smallest distances in float64 side by
    side: the search reads them together, and converting them anew for every visit would cost more
    than all the rest.

    Parameters
    ----------
    far : scalar of the dtype of `rows`
        No dissimilarity exceeds it.
    """
    n = rows.shape[1]
    k = medoids.size
    near = np.empty(n, dtype=np.uint32)
    both = np.empty(2 * n)
    ds = np.empty(n, dtype=rows.dtype)
    listed = 0 if k <= SWEPT else n
    slots = np.full((listed, STRIDE), NONE, dtype=np.uint32)
    distances = np.empty((listed, STRIDE), dtype=rows.dtype)
    lengths = np.full(listed, LIST, dtype=np.uint8)
    bounds = np.empty(listed, dtype=rows.dtype)
    if listed == 0:
        _two_nearest(rows, medoids, far, near, both, ds)
        return slots, distances, lengths, bounds, near, both, ds
    for s in range(LIST):
        row = rows[medoids[s]]
        for o in range(n):
            _insert(slots, distances, o, s, s, row[o])
    # what is not listed is at least as far as the last that is: bounds are its distance
    bounds[:] = distances[:, LIST - 1]
    whole = n - n % LANES
    for s in range(LIST, k):
        row = rows[medoids[s]]
        for at in range(0, whole, LANES):
            mask = below(row, bounds, at)
            while mask != np.uint64(0):
                o = at + lowest(mask)
                mask &= mask - np.uint64(1)
                _insert(slots, distances, o, LIST - 1, s, row[o])
                bounds[o] = distances[o, LIST - 1]
        for o in range(whole, n):
            if row[o] < bounds[o]:
                _insert(slots, distances, o, LIST - 1, s, row[o])
                bounds[o] = distances[o, LIST - 1]
    near[:] = slots[:, 0]
    ds[:] = distances[:, 1]
    for o in range(n):
        both[2 * o] = distances[o, 0]
        both[2 * o + 1] = distances[o, 1]
    return slots, distances, lengths, bounds, near, both, ds


@kernel
def removal_losses(k, weights, near, both):
    """Return by how much the loss grows if a medoid is dropped without replacement, shape (k,)."""
    losses = np.empty(k)
    _sum_losses(losses, weights, near, both)
    return losses


@kernel
def _sum_losses(losses, weights, near, both):
    losses[:] = 0.0
    for o in range(near.size):
        w = 1.0 if weights is None else weights[o]
        losses[near[o]] += (both[2 * o + 1] - both[2 * o]) * w


@kernel
def _repair(
    rows, weights, medoids, slot, d, o, far, slots, distances, lengths, bounds, near, both, ds,
    losses,
):  # fmt: skip
    """Bring the list of object `o` up to date: the medoid in `slot` is now at distance `d`."""
    n = np.int64(lengths[o])
    at = -1
    for place in range(n):
        if slots[o, place] == slot:
            at = place
    if at < 0 and n == LIST and d >= distances[o, LIST - 1]:
        bounds[o] = d
        return
    w = 1.0 if weights is None else weights[o]
    losses[near[o]] -= (both[2 * o + 1] - both[2 * o]) * w
    if at >= 0:
        n -= 1
        for place in range(at, n):
            slots[o, place] = slots[o, place + 1]
            distances[o, place] = distances[o, place + 1]
        slots[o, n] = NONE
    if d < bounds[o]:
        if n == LIST:
            n -= 1
            bounds[o] = distances[o, n]
        _insert(slots, distances, o, n, slot, d)
        n += 1
    lengths[o] = n
    if n < 2 and n < medoids.size:
        _scan(rows, medoids, o, slots, distances, lengths, bounds, far)
    near[o] = slots[o, 0]
    both[2 * o] = distances[o, 0]
    both[2 * o + 1] = distances[o, 1]
    ds[o] = distances[o, 1]
    losses[near[o]] += (both[2 * o + 1] - both[2 * o]) * w


@kernel
def _lists(slots, o, slot):
    found = False
    for place in range(LIST):
        found |= slots[o, place] == slot
    return found


@kernel
def exchange(
    rows, weights, medoids, slot, candidate, far, slots, distances, lengths, bounds, near, both, ds,
    losses,
):  # fmt: skip
    """Put `candidate` in the place of the medoid in `slot` and repair everything kept of it.

    With few medoids everything is made anew. Else only objects that list the slot, or that are
    nearer to the candidate than all medoids not listed, are visited; of these, only those left with
    a single listed medoid look at all of them.

    Notes
    -----
    O(n k) steps with few medoids. Else O(n / 64) comparisons, O(1) for an object visited and O(k)
    for the few that look again.
    """
    medoids[slot] = candidate
    if medoids.size <= SWEPT:
        _two_nearest(rows, medoids, far, near, both, ds)
        _sum_losses(losses, weights, near, both)
        return
    row = rows[candidate]
    n = row.size
    wanted = np.uint32(slot)
    places = slots.reshape(n * STRIDE)
    together = LANES // STRIDE
    for at in range(0, n - n % together, together):
        mask = equal(places, wanted, at * STRIDE)
        while mask != np.uint64(0):
            o = at + lowest(mask) // STRIDE
            mask &= mask - np.uint64(1)
            _repair(
                rows, weights, medoids, wanted, row[o], o, far, slots, distances, lengths, bounds,
                near, both, ds, losses,
            )  # fmt: skip
    for o in range(n - n % together, n):
        for place in range(LIST):
            if slots[o, place] == wanted:
                _repair(
                    rows, weights, medoids, wanted, row[o], o, far, slots, distances, lengths,
                    bounds, near, both, ds, losses,
                )  # fmt: skip
                break
    # those repaired list the slot again, or are no nearer than their bounds
    whole = n - n % LANES
    for at in range(0, whole, LANES):
        mask = below(row, bounds, at)
        while mask != np.uint64(0):
            o = at + lowest(mask)
            mask &= mask - np.uint64(1)
            if not _lists(slots, o, wanted):
                _repair(
                    rows, weights, medoids, wanted, row[o], o, far, slots, distances, lengths,
                    bounds, near, both, ds, losses,
                )  # fmt: skip
    for o in range(whole, n):
        if row[o] < bounds[o] and not _lists(slots, o, wanted):
            _repair(
                rows, weights, medoids, wanted, row[o], o, far, slots, distances, lengths, bounds,
                near, both, ds, losses,
            )  # fmt: skip
