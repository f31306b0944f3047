"""D^z seeding: centres drawn with probability proportional to the cost that is left."""

from __future__ import annotations

import numpy as np

from partwise.cluster.coresets._kernels.distances import nearest, powers
from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_float

__all__ = ["seed_centres"]

CHUNK = 4096  # points whose costs are summed up together


@kernel
def _costs(d2, weights, z, sums, buffer):
    """Write the cost of every chunk to `sums`; return the total."""
    total = 0.0
    for b in range(sums.size):
        chunk = d2[b * CHUNK : (b + 1) * CHUNK]
        powers(chunk, z, buffer)
        part = 0.0
        for p in range(chunk.size):
            part += buffer[p] if weights is None else weights[b * CHUNK + p] * buffer[p]
        sums[b] = part
        total += part
    return total


@kernel
def _pick(d2, weights, z, sums, buffer, target):
    """Return the point at which the running cost exceeds `target`; -1 if all costs are zero."""
    n = d2.size
    run = 0.0
    last = np.int64(-1)
    for b in range(sums.size):
        if sums[b] <= 0.0:
            continue
        if run + sums[b] <= target and b + 1 < sums.size:
            run += sums[b]
            continue
        powers(d2[b * CHUNK : min(n, (b + 1) * CHUNK)], z, buffer)
        for p in range(b * CHUNK, min(n, (b + 1) * CHUNK)):
            cost = buffer[p - b * CHUNK]
            if weights is not None:
                cost *= weights[p]
            if cost > 0.0:
                last = p
                run += cost
                if run > target:
                    return last
    if last < 0:  # the target lies beyond the sum by a rounding error, past empty chunks
        for p in range(n - 1, -1, -1):
            if d2[p] > 0.0 and (weights is None or weights[p] > 0.0):
                return np.int64(p)
    return last


@kernel
def seed_centres(X, weights, most, z, state, chosen, d2, label):
    """Draw up to `most` rows of X as centres: (their number, cost).

    The first is drawn by weight. In every further round as many are drawn as there are already,
    with probability proportional to ``w_p * d(p, centres) ** z``, one from each of that many equal
    slices of the running cost, and the distances are then brought up to date once: a number of
    passes logarithmic in `most`. Fewer than `most` are found where there are fewer distinct points.

    Parameters
    ----------
    X : ndarray of shape (n, d)
    weights : float64 ndarray of shape (n,) or None
    chosen : int64 ndarray of shape (most,)
        Receives the rows.
    d2 : ndarray of shape (n,), of the type of X
        Receives squared distances to the nearest centre.
    label : uint32 ndarray of shape (n,)
        Receives the number of that centre.

    Notes
    -----
    O(n * most * d). Drawing from delayed distances is that of k-means|| (B. Bahmani et al., PVLDB
    5(7), 2012, doi:10.14778/2180912.2180915); D^z seeding is of D. Arthur, S. Vassilvitskii, SODA
    2007; that O(k) of its centres cost no more than a constant times the best k is shown by
    A. Aggarwal, A. Deshpande, R. Kannan, APPROX 2009, doi:10.1007/978-3-642-03685-9_2.
    """
    n, d = X.shape
    sums = np.empty((n + CHUNK - 1) // CHUNK)
    buffer = np.empty(CHUNK)
    centres = np.empty((most, d), X.dtype)
    d2[:] = 1.0
    total = _costs(d2, weights, 2.0, sums, buffer)
    chosen[0] = _pick(d2, weights, 2.0, sums, buffer, next_float(state) * total)
    d2[:] = np.inf
    found, count = np.int64(0), np.int64(1)
    while True:
        for c in range(found, count):
            for i in range(d):
                centres[c, i] = X[chosen[c], i]
        nearest(X, centres[found:count], found, d2, label)
        found = count
        total = _costs(d2, weights, z, sums, buffer)
        if found == most or total <= 0.0:
            return found, total
        draws = min(found, most - found)
        for i in range(draws):
            target = (i + next_float(state)) / draws * total
            p = _pick(d2, weights, z, sums, buffer, target)
            if count == found or chosen[count - 1] != p:
                chosen[count] = p
                count += 1
