"""FasterMSC and DynMSC: swaps that raise the average medoid silhouette, for three medoids and more.

Of an object whose distances to the nearest, second and third medoid are a <= b <= c, the loss is
a/b (0 if a is 0), and the sum of all losses is minimised. Without its nearest medoid, but with a
candidate at distance d, the loss is L(b, d) if d < c, else L(b, c), where L(x, y) is the smaller
divided by the larger; without the second it is L(a, d) or L(a, c); if neither is dropped it is
L(a, d) if d < b, else a/b. So only objects with d < c differ from what dropping a medoid without
replacement costs them.
"""

from __future__ import annotations

import numpy as np

from partwise.cluster.kmedoids._kernels.masks import LANES, below, below4
from partwise.cluster.kmedoids._kernels.msc_lanes import (
    DN,
    DS,
    DT,
    LOSS,
    NEAR,
    NEAR_GAIN,
    SECOND,
    SECOND_GAIN,
    TINY,
    WIDTH,
    visit,
    visit4,
)
from partwise.kernels.jit import kernel

__all__ = [
    "assign3",
    "cheapest",
    "drop",
    "exchange3",
    "losses_of",
    "optimise",
    "optimise_pair",
    "pair_losses",
    "price",
]

PATIENCE = 8  # candidates in a row without a swap from which rows are priced four at a time


@kernel
def _write(table, slots, o, a, b, c, near, second):
    """Set the line of one object."""
    loss = a / max(b, TINY)
    beyond = max(c, TINY)
    table[o, DN] = a
    table[o, DS] = b
    table[o, DT] = c
    table[o, LOSS] = loss
    table[o, NEAR_GAIN] = loss - b / beyond
    table[o, SECOND_GAIN] = loss - a / beyond
    slots[o, NEAR] = near
    slots[o, SECOND] = second


@kernel
def losses_of(table, slots, losses):
    """Return the summed loss; `losses` gets what dropping each medoid without replacement costs."""
    losses[:] = 0.0
    total = 0.0
    for o in range(table.shape[0]):
        losses[slots[o, NEAR]] -= table[o, NEAR_GAIN]
        losses[slots[o, SECOND]] -= table[o, SECOND_GAIN]
        total += table[o, LOSS]
    return total


@kernel
def assign3(rows, medoids):
    """Return (table, third, third_slot) for at least three medoids.

    `table`, float64 of shape (n, 8), has the lines described beside the columns' names; `third`
    repeats the third distance in the dtype of `rows`, `third_slot` names that medoid. Of equally
    near medoids the lowest slot comes first.
    """
    n = rows.shape[1]
    best = np.empty((n, 3), dtype=rows.dtype)
    slot = np.zeros((n, 3), dtype=np.uint32)
    for s in range(medoids.size):
        row = rows[medoids[s]]
        for o in range(n):
            d = row[o]
            last = min(s, 2)
            if s > 2 and d >= best[o, 2]:
                continue
            at = last
            while at > 0 and best[o, at - 1] > d:
                best[o, at] = best[o, at - 1]
                slot[o, at] = slot[o, at - 1]
                at -= 1
            best[o, at] = d
            slot[o, at] = s
    table = np.empty((n, WIDTH))
    slots = table.view(np.int64)
    third = np.empty(n, dtype=rows.dtype)
    third_slot = np.empty(n, dtype=np.uint32)
    for o in range(n):
        a, b, c = np.float64(best[o, 0]), np.float64(best[o, 1]), np.float64(best[o, 2])
        _write(table, slots, o, a, b, c, slot[o, 0], slot[o, 1])
        third[o] = best[o, 2]
        third_slot[o] = slot[o, 2]
    return table, third, third_slot


@kernel
def price(row, table, third, gains, shared):
    """Write by how much the summed loss changes if a candidate takes the place of each medoid.

    The change is ``shared[0] + gains[slot, 0]``, beyond what dropping that slot's medoid without
    replacement costs. O(n) comparisons, arithmetic for objects that are nearer to the candidate
    than to their third medoid.

    Parameters
    ----------
    row : ndarray of shape (n,)
        Dissimilarities of all objects to the candidate, in the dtype of `third`.
    table, third : ndarrays of shapes (n, 8) and (n,)
        See :func:`assign3`.
    gains : float64 ndarray of shape (k, 1)
    shared : float64 ndarray of shape (1,)
    """
    n = row.size
    gains[:] = 0.0
    shared[0] = 0.0
    whole = n - n % LANES
    for at in range(0, whole, LANES):
        visit(row, at, below(row, third, at), table, gains, shared)
    mask = np.uint64(0)
    for o in range(whole, n):
        if row[o] < third[o]:
            mask |= np.uint64(1) << np.uint64(o - whole)
    visit(row, whole, mask, table, gains, shared)


@kernel
def _price4(a, b, c, d, table, third, gains, shared):
    """Do for four candidates what :func:`price` does for one."""
    n = a.size
    gains[:] = 0.0
    shared[:] = 0.0
    whole = n - n % LANES
    for at in range(0, whole, LANES):
        m0, m1, m2, m3 = below4(a, b, c, d, third, at)
        visit4(a, b, c, d, at, m0 | m1 | m2 | m3, table, gains, shared)
    mask = np.uint64(0)
    for o in range(whole, n):
        t = third[o]
        if a[o] < t or b[o] < t or c[o] < t or d[o] < t:
            mask |= np.uint64(1) << np.uint64(o - whole)
    visit4(a, b, c, d, whole, mask, table, gains, shared)


@kernel
def _best_slot(losses, gains, lane):
    """Return (change without the shared part, slot) of the best exchange, the lowest of equals."""
    best = np.inf
    slot = 0
    for s in range(losses.size):
        change = losses[s] + gains[s, lane]
        if change < best:
            best, slot = change, s
    return best, slot


@kernel
def _refill(rows, medoids, orphans, pairs, count, table, third, third_slot):
    """Find the third medoid of `count` objects whose first two are known, and write their lines."""
    slots = table.view(np.int64)
    for i in range(count):
        third_slot[orphans[i]] = medoids.size
    for s in range(medoids.size):
        row = rows[medoids[s]]
        for i in range(count):
            o = orphans[i]
            d = row[o]
            free = third_slot[o] == medoids.size or d < third[o]
            if free and s != slots[o, NEAR] and s != slots[o, SECOND]:
                third[o] = d
                third_slot[o] = s
    for i in range(count):
        o = orphans[i]
        c = np.float64(third[o])
        a, b = pairs[i, 0], pairs[i, 1]
        near, second = slots[o, NEAR], slots[o, SECOND]
        _write(table, slots, o, a, b, c, near, second)


@kernel
def exchange3(rows, medoids, slot, candidate, table, third, third_slot, losses, orphans, pairs):
    """Put `candidate` in the place of the medoid in `slot` and repair everything kept of it.

    Objects of which one of the three listed medoids goes, and to which the candidate is not nearer
    than the third was, look for a new third among all. O(n + k * number of those objects).
    """
    medoids[slot] = candidate
    row = rows[candidate]
    slots = table.view(np.int64)
    count = 0
    for o in range(row.size):
        raw = row[o]
        near, second, last = slots[o, NEAR], slots[o, SECOND], np.int64(third_slot[o])
        listed = near == slot or second == slot or last == slot
        if not listed and raw >= third[o]:
            continue
        d = np.float64(raw)
        a, b, c = table[o, DN], table[o, DS], table[o, DT]
        losses[near] += table[o, NEAR_GAIN]
        losses[second] += table[o, SECOND_GAIN]
        if near == slot:
            a, near, b, second = b, second, c, last
        elif second == slot:
            b, second = c, last
        orphan = listed and raw > third[o]
        if orphan:
            # the line is finished when the third is known
            slots[o, NEAR], slots[o, SECOND] = near, second
            orphans[count] = o
            pairs[count, 0], pairs[count, 1] = a, b
            count += 1
            continue
        if d < a:
            c, last, b, second, a, near = b, second, a, near, d, slot
        elif d < b:
            c, last, b, second = b, second, d, slot
        else:
            c, last = d, slot
        _write(table, slots, o, a, b, c, near, second)
        third_slot[o] = last
        third[o] = c
        losses[near] -= table[o, NEAR_GAIN]
        losses[second] -= table[o, SECOND_GAIN]
    _refill(rows, medoids, orphans, pairs, count, table, third, third_slot)
    for i in range(count):
        o = orphans[i]
        losses[slots[o, NEAR]] -= table[o, NEAR_GAIN]
        losses[slots[o, SECOND]] -= table[o, SECOND_GAIN]


@kernel
def drop(rows, medoids, slot, table, third, third_slot, orphans, pairs):
    """Remove the medoid in `slot` of four or more; the last medoid moves to its place.

    Returns the remaining medoids, a view of the given array.
    """
    last_slot = medoids.size - 1
    medoids[slot] = medoids[last_slot]
    medoids = medoids[:last_slot]
    slots = table.view(np.int64)
    count = 0
    for o in range(third.size):
        near, second, last = slots[o, NEAR], slots[o, SECOND], np.int64(third_slot[o])
        a, b = table[o, DN], table[o, DS]
        orphan = near == slot or second == slot or last == slot
        if near == slot:
            a, near, b, second = b, second, table[o, DT], last
        elif second == slot:
            b, second = table[o, DT], last
        if near == last_slot:
            near = slot
        elif second == last_slot:
            second = slot
        elif last == last_slot:
            third_slot[o] = slot
        slots[o, NEAR], slots[o, SECOND] = near, second
        if orphan:
            orphans[count] = o
            pairs[count, 0], pairs[count, 1] = a, b
            count += 1
    _refill(rows, medoids, orphans, pairs, count, table, third, third_slot)
    return medoids


@kernel
def cheapest(table, k):
    """Return the slot whose medoid costs least if it is dropped, the lowest of equals."""
    losses = np.empty(k)
    losses_of(table, table.view(np.int64), losses)
    return np.argmin(losses)


@kernel
def optimise(
    rows, medoids, is_medoid, order, max_passes, least_gain, table, third, third_slot, orphans,
    pairs,
):  # fmt: skip
    """Swap three medoids or more until a round brings nothing: (number of rounds, of swaps).

    Candidates are tried in the given order, again and again; one whose best exchange lowers the
    summed loss by more than `least_gain` takes that slot at once.

    Parameters
    ----------
    rows : ndarray of shape (n_candidates, n_objects)
        Any integer or floating dtype, rows contiguous; no negative numbers and no NaN.
    medoids : int64 ndarray of shape (k,)
        Changed in place, as are all that follow from it: `is_medoid`, of every candidate, and
        `table`, `third` and `third_slot` of :func:`assign3`.
    order : int64 ndarray
        Candidates to try.
    orphans, pairs : ndarrays of shapes (n_objects,) and (n_objects, 2)
        Room for :func:`exchange3`.

    Notes
    -----
    O(n_candidates n_objects) a round. What dropping medoids costs is kept up to date in float64 and
    made anew every round.
    """
    k = medoids.size
    slots = table.view(np.int64)
    losses = np.empty(k)
    gains, shared = np.empty((k, 1)), np.empty(1)
    gains4, shared4 = np.empty((k, 4)), np.empty(4)
    four = np.empty(4, dtype=np.int64)
    n_tried = order.size
    idle, passes, swaps = 0, 0, 0
    while passes < max_passes and idle < n_tried:
        passes += 1
        losses_of(table, slots, losses)
        position = 0
        while position < n_tried and idle < n_tried:
            count = 0
            if idle >= PATIENCE:
                # the next four candidates that are no medoids
                ahead = position
                limit = min(n_tried, position + n_tried - idle)
                while ahead < limit and count < 4:
                    if not is_medoid[order[ahead]]:
                        four[count] = ahead
                        count += 1
                    ahead += 1
            change, slot = 0.0, 0
            if count == 4:
                _price4(
                    rows[order[four[0]]], rows[order[four[1]]], rows[order[four[2]]],
                    rows[order[four[3]]], table, third, gains4, shared4,
                )  # fmt: skip
                for i in range(4):
                    change, slot = _best_slot(losses, gains4, i)
                    change += shared4[i]
                    idle += four[i] + 1 - position
                    position = four[i] + 1
                    if change < -least_gain:
                        break
            else:
                position += 1
                idle += 1
                j = order[position - 1]
                if is_medoid[j]:
                    continue
                price(rows[j], table, third, gains, shared)
                change, slot = _best_slot(losses, gains, 0)
                change += shared[0]
            if change < -least_gain:
                j = order[position - 1]
                is_medoid[medoids[slot]] = False
                is_medoid[j] = True
                exchange3(rows, medoids, slot, j, table, third, third_slot, losses, orphans, pairs)
                swaps += 1
                idle = 1
    return passes, swaps


@kernel(fastmath={"reassoc", "nsz"})
def pair_losses(row, first, second):
    """Return the summed losses of (candidate, second) and (first, candidate) as the two medoids.

    Sums are taken in vectors, whatever the number of threads.
    """
    with_second = 0.0
    with_first = 0.0
    for o in range(row.size):
        d, a, b = np.float64(row[o]), np.float64(first[o]), np.float64(second[o])
        with_second += min(d, b) / max(max(d, b), TINY)
        with_first += min(d, a) / max(max(d, a), TINY)
    return with_second, with_first


@kernel
def optimise_pair(rows, medoids, order, max_passes, least_gain):
    """Do for two medoids what :func:`optimise` does for three and more."""
    loss, _ = pair_losses(rows[medoids[0]], rows[medoids[0]], rows[medoids[1]])
    n_tried = order.size
    idle, passes, swaps = 0, 0, 0
    while passes < max_passes and idle < n_tried:
        passes += 1
        for position in range(n_tried):
            j = order[position]
            idle += 1
            if j != medoids[0] and j != medoids[1]:
                without_first, without_second = pair_losses(
                    rows[j], rows[medoids[0]], rows[medoids[1]]
                )
                slot = 0 if without_first <= without_second else 1
                then = min(without_first, without_second)
                if then < loss - least_gain:
                    medoids[slot] = j
                    loss = then
                    swaps += 1
                    idle = 1
            if idle >= n_tried:
                break
    return passes, swaps
