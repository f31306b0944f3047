"""PAM and its kin: BUILD, LAB, the original SWAP, FastPAM1, alternating."""

from __future__ import annotations

import numpy as np

from partwise.cluster.kmedoids._kernels.fasterpam import (
    TOLERANCE,
    best_exchange,
    cheapest_slot,
    total_of,
)
from partwise.cluster.kmedoids._kernels.masks import LANES, below, lowest
from partwise.cluster.kmedoids._kernels.nearest import assign, exchange, removal_losses
from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below, next_float

__all__ = ["alternate", "build", "fastpam1_swap", "lab", "pam_iteration", "pam_swap", "plusplus"]


@kernel
def _reduction(row, weights, dn):
    """Return by how much a further medoid would lower the loss."""
    n = row.size
    whole = n - n % LANES
    total = 0.0
    for at in range(0, whole, LANES):
        mask = below(row, dn, at)
        while mask != np.uint64(0):
            o = np.uint64(at) + np.uint64(lowest(mask))
            mask &= mask - np.uint64(1)
            gain = np.float64(dn[o]) - np.float64(row[o])
            total += gain if weights is None else gain * weights[o]
    for o in range(whole, n):
        if row[o] < dn[o]:
            gain = np.float64(dn[o]) - np.float64(row[o])
            total += gain if weights is None else gain * weights[o]
    return total


@kernel
def build(rows, weights, k, first):
    """Return (medoids, how many of them lower the loss) by the greedy BUILD of PAM.

    Parameters
    ----------
    first : int
        The first medoid: the best single one.

    References
    ----------
    L. Kaufman, P. J. Rousseeuw, "Finding groups in data", 1990, doi:10.1002/9780470316801.
    """
    m, n = rows.shape
    medoids = np.empty(k, dtype=np.int64)
    taken = np.zeros(m, dtype=np.bool_)
    dn = rows[first].copy()
    medoids[0] = first
    taken[first] = True
    useful = 1
    for s in range(1, k):
        best = -1
        most = -1.0
        for j in range(m):
            if taken[j]:
                continue
            gain = _reduction(rows[j], weights, dn)
            if gain > most:
                best, most = j, gain
        if most > 0.0:
            useful = s + 1
        medoids[s] = best
        taken[best] = True
        row = rows[best]
        for o in range(n):
            if row[o] < dn[o]:
                dn[o] = row[o]
    return medoids, useful


@kernel
def lab(rows, weights, k, state):
    """Return medoids by LAB: BUILD on a fresh sample of ``10 + ceil(sqrt(n))`` objects per step."""
    m, n = rows.shape
    size = min(m, 10 + np.int64(np.ceil(np.sqrt(np.float64(m)))))
    medoids = np.empty(k, dtype=np.int64)
    pool = np.arange(m)  # those from s on are not taken
    dn = np.empty(n, dtype=rows.dtype)
    for s in range(k):
        left = m - s
        sample = min(size, left)
        for i in range(sample):
            other = s + i + next_below(state, left - i)
            pool[s + i], pool[other] = pool[other], pool[s + i]
        best = s
        least = np.inf
        for i in range(sample):
            row = rows[pool[s + i]]
            loss = 0.0
            for i2 in range(sample):
                o = pool[s + i2]
                d = np.float64(row[o])
                if s > 0:
                    d = min(d - np.float64(dn[o]), 0.0)
                loss += d if weights is None else d * weights[o]
            if loss < least:
                best, least = s + i, loss
        pool[s], pool[best] = pool[best], pool[s]
        medoids[s] = pool[s]
        row = rows[medoids[s]]
        for o in range(n):
            if s == 0 or row[o] < dn[o]:
                dn[o] = row[o]
    return medoids


@kernel
def plusplus(rows, weights, k, state):
    """Draw medoids in proportion to (weight times) the distance from those drawn before."""
    m, n = rows.shape
    medoids = np.empty(k, dtype=np.int64)
    taken = np.zeros(m, dtype=np.bool_)
    medoids[0] = next_below(state, m)
    taken[medoids[0]] = True
    dn = rows[medoids[0]].copy()
    for s in range(1, k):
        total = 0.0
        for o in range(n):
            total += np.float64(dn[o]) if weights is None else np.float64(dn[o]) * weights[o]
        left = next_float(state) * total
        chosen = -1
        for o in range(n):
            if taken[o]:
                continue
            mass = np.float64(dn[o]) if weights is None else np.float64(dn[o]) * weights[o]
            # where nothing is left to draw from, the last free object serves
            if chosen < 0 or mass > 0.0:
                chosen = o
            left -= mass
            if left < 0.0:
                break
        medoids[s] = chosen
        taken[chosen] = True
        row = rows[chosen]
        for o in range(n):
            if row[o] < dn[o]:
                dn[o] = row[o]
    return medoids


@kernel
def pam_iteration(rows, weights, is_medoid, near, both, k):
    """Return (change, slot, candidate) of the best exchange, each priced on its own: O(n^2 k)."""
    best = 0.0
    slot, candidate = -1, -1
    for j in range(rows.shape[0]):
        if is_medoid[j]:
            continue
        row = rows[j]
        for i in range(k):
            change = 0.0
            for o in range(row.size):
                d = np.float64(row[o])
                first = both[2 * o]
                if near[o] == i:
                    gain = min(d, both[2 * o + 1]) - first
                else:
                    gain = min(d - first, 0.0)
                change += gain if weights is None else gain * weights[o]
            if change < best:
                best, slot, candidate = change, i, j
    return best, slot, candidate


@kernel
def _steepest(rows, weights, medoids, far, max_iterations, original):
    k = medoids.size
    is_medoid = np.zeros(rows.shape[0], dtype=np.bool_)
    for s in range(k):
        is_medoid[medoids[s]] = True
    slots, distances, lengths, bounds, near, both, ds = assign(rows, medoids, far)
    gains = np.zeros(k)
    touched = np.empty(rows.shape[1] + 1, dtype=np.uint32)
    iterations = 0
    swaps = 0
    while iterations < max_iterations:
        iterations += 1
        losses = removal_losses(k, weights, near, both)
        loss = total_of(both, weights)
        best = 0.0
        slot, candidate = -1, -1
        if original:
            best, slot, candidate = pam_iteration(rows, weights, is_medoid, near, both, k)
        else:
            least = cheapest_slot(losses)
            for j in range(rows.shape[0]):
                if is_medoid[j]:
                    continue
                change, s = best_exchange(
                    rows[j], weights, near, both, ds, losses, least, gains, touched
                )
                if change < best:
                    best, slot, candidate = change, s, j
        if best >= -TOLERANCE * loss:
            break
        is_medoid[medoids[slot]] = False
        is_medoid[candidate] = True
        exchange(
            rows, weights, medoids, slot, candidate, far, slots, distances, lengths, bounds, near,
            both, ds, losses,
        )  # fmt: skip
        swaps += 1
    return total_of(both, weights), near, both[::2].copy(), iterations, swaps


@kernel
def pam_swap(rows, weights, medoids, far, max_iterations):
    """Improve `medoids` in place by the SWAP of PAM: (loss, labels, dn, iterations, swaps).

    Every exchange of a medoid for an object is priced on its own, O(n^2 k) an iteration, and the
    best one made. Ties go to the first object, then to the first slot.
    """
    return _steepest(rows, weights, medoids, far, max_iterations, True)


@kernel
def fastpam1_swap(rows, weights, medoids, far, max_iterations):
    """Do the exchanges of :func:`pam_swap`, found in O(n^2) an iteration."""
    return _steepest(rows, weights, medoids, far, max_iterations, False)


@kernel
def alternate(rows, weights, medoids, far, max_iterations):
    """Improve `medoids` in place as k-means does: (loss, labels, dn, iterations, changes).

    Objects go to their nearest medoid, and every cluster takes its member of least summed
    dissimilarity to the others as medoid, until nothing changes.
    """
    k = medoids.size
    n = rows.shape[1]
    iterations = 0
    changes = 0
    near, both = assign(rows, medoids, far)[4:6]
    while iterations < max_iterations:
        iterations += 1
        start = np.zeros(k + 1, dtype=np.int64)
        for o in range(n):
            start[near[o] + 1] += 1
        for s in range(k):
            start[s + 1] += start[s]
        members = np.empty(n, dtype=np.int64)
        place = start[:-1].copy()
        for o in range(n):
            members[place[near[o]]] = o
            place[near[o]] += 1
        moved = 0
        for s in range(k):
            best = medoids[s]
            least = 0.0
            for i in range(start[s], start[s + 1]):
                o = members[i]
                d = np.float64(rows[best, o])
                least += d if weights is None else d * weights[o]
            for c in range(start[s], start[s + 1]):
                total = 0.0
                for i in range(start[s], start[s + 1]):
                    o = members[i]
                    d = np.float64(rows[members[c], o])
                    total += d if weights is None else d * weights[o]
                    if total >= least:
                        break
                if total < least:
                    best, least = members[c], total
            if best != medoids[s]:
                medoids[s] = best
                moved += 1
        changes += moved
        near, both = assign(rows, medoids, far)[4:6]
        if moved == 0:
            break
    return total_of(both, weights), near, both[::2].copy(), iterations, changes
