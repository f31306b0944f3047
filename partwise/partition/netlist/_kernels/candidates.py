"""Which waiting nodes a step of the search looks at."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below

__all__ = ["AFFINITY", "CLASSIC", "MOST_UNBALANCED", "RANDOM_RESOURCE", "gather"]

AFFINITY, CLASSIC, MOST_UNBALANCED, RANDOM_RESOURCE = range(4)


@kernel
def _top(keys, queue, size, depth, open_places, found, n):
    """Append the `depth` nodes of largest key in a heap to `found`; return its new length."""
    if size == 0:
        return n
    open_places[0] = 0
    n_open = 1
    for _ in range(min(depth, size)):
        best = 0
        for i in range(1, n_open):
            if keys[open_places[i]] > keys[open_places[best]]:
                best = i
        place = open_places[best]
        found[n] = queue[place]
        n += 1
        n_open -= 1
        open_places[best] = open_places[n_open]
        for child in range(2 * place + 1, min(2 * place + 3, size)):
            open_places[n_open] = child
            n_open += 1
    return n


@kernel
def gather(policy, depth, keys, queue, sizes, x, open_places, found, state):
    """Write the candidates of the next move to `found` and return how many.

    Parameters
    ----------
    policy : int
        AFFINITY: the top `depth` of all heaps. CLASSIC: the top of either side. MOST_UNBALANCED and
        RANDOM_RESOURCE: the top `depth` of the heaps of one resource, that of largest pressure or
        a random one; where both are empty, as AFFINITY.
    x : float64 ndarray of shape (R,)
        Pressure of the resources.
    open_places, found : int64 ndarrays
        Work space for ``depth + 2`` and ``2 R depth`` numbers.
    """
    n_resources = x.size
    n = 0
    if policy == CLASSIC:
        for s in range(2):
            best = -1
            for r in range(n_resources):
                h = s * n_resources + r
                if sizes[h] > 0 and (best < 0 or keys[h, 0] > keys[best, 0]):
                    best = h
            if best >= 0:
                found[n] = queue[best, 0]
                n += 1
        return n
    if policy in (MOST_UNBALANCED, RANDOM_RESOURCE):
        r = next_below(state, n_resources) if policy == RANDOM_RESOURCE else np.argmax(x)
        for s in range(2):
            h = s * n_resources + r
            n = _top(keys[h], queue[h], sizes[h], depth, open_places, found, n)
        if n > 0:
            return n
    for h in range(2 * n_resources):
        n = _top(keys[h], queue[h], sizes[h], depth, open_places, found, n)
    return n
