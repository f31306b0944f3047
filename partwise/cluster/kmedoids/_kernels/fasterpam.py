"""FasterPAM: eager swaps, all k exchanges of a candidate priced in one pass over its row."""

from __future__ import annotations

import numpy as np

from partwise.cluster.kmedoids._kernels.masks import LANES, below, below4, lowest, no_distance
from partwise.cluster.kmedoids._kernels.nearest import assign, exchange, removal_losses
from partwise.kernels.jit import kernel

__all__ = [
    "TOLERANCE",
    "best_exchange",
    "cheapest_slot",
    "exchange_losses",
    "fault_of",
    "first_fault",
    "one_medoid",
    "swap_search",
    "total_of",
]

TOLERANCE = 1e-12  # share of the loss by which an exchange must lower it

FEW = 48  # slots up to which all are looked at instead of those that gained
PATIENCE = 12  # candidates in a row without a swap from which rows are priced four at a time


@kernel
def _visit(mask, at, row, weights, near, both, gains, touched, n_touched):
    """Add up what the objects of a mask gain: (shared gain, number of slots touched).

    Slots are listed in `touched` when they get their first gain, so that few need to be looked at;
    with few slots `touched` is empty and all are.
    """
    shared = 0.0
    while mask != np.uint64(0):
        o = np.uint64(at) + np.uint64(lowest(mask))
        mask &= mask - np.uint64(1)
        d = np.float64(row[o])
        first, second = both[np.uint64(2) * o], both[np.uint64(2) * o + np.uint64(1)]
        slot = near[o]
        gain = max(d, first) - second
        closer = min(d - first, 0.0)
        if weights is not None:
            gain *= weights[o]
            closer *= weights[o]
        shared += closer
        if touched.size > 0:
            touched[n_touched] = slot
            n_touched += gains[slot] == 0.0
        gains[slot] += gain
    return shared, n_touched


@kernel
def _tail(row, weights, near, both, ds, gains, touched, n_touched, start):
    """Do for the objects from `start` on, fewer than 64, what :func:`_visit` does."""
    mask = np.uint64(0)
    for o in range(start, row.size):
        if row[o] < ds[o]:
            mask |= np.uint64(1) << np.uint64(o - start)
    return _visit(mask, start, row, weights, near, both, gains, touched, n_touched)


@kernel
def _best_slot(losses, least, gains, touched, n_touched):
    """Return (loss, slot) of the cheapest slot to give up, and clear the gains.

    Gains are never positive, so that of the untouched slots only the one that is cheapest without
    them, `least`, can win. Ties go to the lowest slot.
    """
    best = losses[least] + gains[least]
    slot = least
    if touched.size == 0:
        for s in range(losses.size):
            loss = losses[s] + gains[s]
            gains[s] = 0.0
            if loss < best or (loss == best and s < slot):
                best, slot = loss, s
        return best, slot
    for i in range(n_touched):
        s = np.int64(touched[i])
        loss = losses[s] + gains[s]
        if loss < best or (loss == best and s < slot):
            best, slot = loss, s
    for i in range(n_touched):
        gains[touched[i]] = 0.0
    return best, slot


@kernel
def best_exchange(row, weights, near, both, ds, losses, least, gains, touched):
    """Return (change of the loss, slot) of the best exchange for one candidate."""
    n = row.size
    whole = n - n % LANES
    shared = 0.0
    n_touched = 0
    for at in range(0, whole, LANES):
        mask = below(row, ds, at)
        if mask != np.uint64(0):
            more, n_touched = _visit(mask, at, row, weights, near, both, gains, touched, n_touched)
            shared += more
    more, n_touched = _tail(row, weights, near, both, ds, gains, touched, n_touched, whole)
    loss, slot = _best_slot(losses, least, gains, touched, n_touched)
    return shared + more + loss, slot


@kernel
def _price4(a, b, c, d, weights, near, both, ds, losses, least, gains4, touched4, change, best):
    """Price four candidates in one pass, exactly as :func:`best_exchange` does one by one."""
    n = a.size
    whole = n - n % LANES
    s0, s1, s2, s3 = 0.0, 0.0, 0.0, 0.0
    n0, n1, n2, n3 = 0, 0, 0, 0
    for at in range(0, whole, LANES):
        m0, m1, m2, m3 = below4(a, b, c, d, ds, at)
        if m0 != np.uint64(0):
            more, n0 = _visit(m0, at, a, weights, near, both, gains4[0], touched4[0], n0)
            s0 += more
        if m1 != np.uint64(0):
            more, n1 = _visit(m1, at, b, weights, near, both, gains4[1], touched4[1], n1)
            s1 += more
        if m2 != np.uint64(0):
            more, n2 = _visit(m2, at, c, weights, near, both, gains4[2], touched4[2], n2)
            s2 += more
        if m3 != np.uint64(0):
            more, n3 = _visit(m3, at, d, weights, near, both, gains4[3], touched4[3], n3)
            s3 += more
    more, n0 = _tail(a, weights, near, both, ds, gains4[0], touched4[0], n0, whole)
    loss, best[0] = _best_slot(losses, least, gains4[0], touched4[0], n0)
    change[0] = s0 + more + loss
    more, n1 = _tail(b, weights, near, both, ds, gains4[1], touched4[1], n1, whole)
    loss, best[1] = _best_slot(losses, least, gains4[1], touched4[1], n1)
    change[1] = s1 + more + loss
    more, n2 = _tail(c, weights, near, both, ds, gains4[2], touched4[2], n2, whole)
    loss, best[2] = _best_slot(losses, least, gains4[2], touched4[2], n2)
    change[2] = s2 + more + loss
    more, n3 = _tail(d, weights, near, both, ds, gains4[3], touched4[3], n3, whole)
    loss, best[3] = _best_slot(losses, least, gains4[3], touched4[3], n3)
    change[3] = s3 + more + loss


@kernel
def exchange_losses(row, weights, near, both, ds, losses):
    """Return by how much the loss changes for every slot that a candidate might take."""
    changes = losses.copy()
    shared = 0.0
    for o in range(row.size):
        d = np.float64(row[o])
        if d < ds[o]:
            w = 1.0 if weights is None else weights[o]
            first, second = both[2 * o], both[2 * o + 1]
            if d < first:
                shared += (d - first) * w
                changes[near[o]] += (first - second) * w
            else:
                changes[near[o]] += (d - second) * w
    return changes + shared


@kernel
def first_fault(row):
    """Return the first object whose dissimilarity is negative, NaN or infinite, or -1."""
    n = row.size
    whole = n - n % LANES
    for at in range(0, whole, LANES):
        mask = no_distance(row, at)
        if mask != np.uint64(0):
            return at + lowest(mask)
    for o in range(whole, n):
        if not (row[o] >= 0 and row[o] < np.inf):
            return o
    return -1


@kernel
def fault_of(rows):
    """Return (candidate, object) of the first entry that :func:`first_fault` finds, or (-1, -1)."""
    for j in range(rows.shape[0]):
        o = first_fault(rows[j])
        if o >= 0:
            return j, o
    return -1, -1


@kernel
def cheapest_slot(losses):
    """Return the slot of the smallest removal loss, the first of equals."""
    least = 0
    for s in range(1, losses.size):
        if losses[s] < losses[least]:
            least = s
    return least


@kernel
def total_of(both, weights):
    """Return the summed (weighted) distance to the nearest medoids."""
    total = 0.0
    for o in range(both.size // 2):
        total += both[2 * o] if weights is None else both[2 * o] * weights[o]
    return total


@kernel
def swap_search(rows, weights, medoids, order, far, max_passes, checked, fault):
    """Improve `medoids` in place by FasterPAM: (loss, labels, dn, passes, swaps).

    Candidates are tried in the given order, again and again; one whose best exchange lowers the
    loss takes that slot at once. The search ends when a whole round has brought no exchange, or
    after `max_passes` rounds.

    Parameters
    ----------
    rows : ndarray of shape (n_candidates, n_objects)
        Any integer or floating dtype, rows contiguous.
    weights : float64 ndarray of shape (n_objects,) or None
    medoids : int64 ndarray of shape (k,), k >= 2
        Different candidates.
    order : int64 ndarray
        Candidates to try.
    far : scalar of the dtype of `rows`
        No dissimilarity exceeds it.
    checked : bool
        Whether `rows` is known to hold finite numbers of at least 0; if not, rows are checked when
        they are read for the first time.
    fault : int64 ndarray of shape (2,)
        Where an entry is none, (candidate, object) is written here and the search
        breaks off.

    Notes
    -----
    O(n_candidates n_objects) a round with one comparison per entry, and arithmetic only for objects
    nearer to the candidate than to their second medoid. Removal losses are kept exact to rounding
    by differences in float64, and made anew every round.

    References
    ----------
    E. Schubert, P. Rousseeuw, "Fast and eager k-medoids clustering: O(k) runtime improvement of the
    PAM, CLARA, and CLARANS algorithms", Information Systems 101, 2021, arXiv:2008.05171.
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
    losses = removal_losses(k, weights, near, both)
    least = cheapest_slot(losses)
    gains4 = np.zeros((4, k))
    touched4 = np.empty((4, n + 1 if k > FEW else 0), dtype=np.uint32)
    gains, touched = gains4[0], touched4[0]
    four = np.empty(4, dtype=np.int64)
    change4 = np.empty(4)
    best4 = np.empty(4, dtype=np.int64)
    n_tried = order.size
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
            change, slot = 0.0, 0
            j = order[position]
            count = 0
            if idle >= PATIENCE and checked:
                # the next four candidates that are no medoids
                ahead = position
                limit = min(n_tried, position + n_tried - idle)
                while ahead < limit and count < 4:
                    c = order[ahead]
                    if not is_medoid[c]:
                        four[count] = ahead
                        count += 1
                    ahead += 1
            if count == 4:
                _price4(
                    rows[order[four[0]]], rows[order[four[1]]], rows[order[four[2]]],
                    rows[order[four[3]]], weights, near, both, ds, losses, least, gains4, touched4,
                    change4, best4,
                )  # fmt: skip
                found = -1
                for i in range(4):
                    if change4[i] < -TOLERANCE * loss:
                        found = i
                        break
                if found < 0:
                    idle += four[3] + 1 - position
                    position = four[3] + 1
                    continue
                idle += four[found] - position
                position = four[found]
                j = order[position]
                change, slot = change4[found], best4[found]
            else:
                if is_medoid[j]:
                    position += 1
                    idle += 1
                    continue
                row = rows[j]
                if not checked:
                    o = first_fault(row)
                    if o >= 0:
                        fault[0], fault[1] = j, o
                        return loss, near, both[::2].copy(), passes, swaps
                change, slot = best_exchange(
                    row, weights, near, both, ds, losses, least, gains, touched
                )
            position += 1
            idle += 1
            if change < -TOLERANCE * loss:
                is_medoid[medoids[slot]] = False
                is_medoid[j] = True
                exchange(
                    rows, weights, medoids, slot, j, far, slots, distances, lengths, bounds, near,
                    both, ds, losses,
                )  # fmt: skip
                least = cheapest_slot(losses)
                loss += change
                swaps += 1
                idle = 1
        checked = True
    return total_of(both, weights), near, both[::2].copy(), passes, swaps


@kernel
def one_medoid(rows, weights):
    """Return the candidate of least summed (weighted) dissimilarity, the first of equals."""
    best = 0
    least = np.inf
    for j in range(rows.shape[0]):
        total = 0.0
        for o in range(rows.shape[1]):
            d = np.float64(rows[j, o])
            total += d if weights is None else d * weights[o]
        if total < least:
            best, least = j, total
    return best
