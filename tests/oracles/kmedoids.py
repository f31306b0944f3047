"""Slow, obviously right counterparts of the k-medoids functions, on plain Python lists."""

from __future__ import annotations

import itertools


def loss_of(D, medoids, weights=None):
    """Return the summed dissimilarity of every object to its nearest medoid."""
    n = len(D)
    weights = weights if weights is not None else [1] * n
    return sum(w * min(D[o][m] for m in medoids) for o, w in zip(range(n), weights))


def deltas(D, medoids, candidate, weights=None):
    """Return the change of the loss for every medoid that `candidate` might replace."""
    before = loss_of(D, medoids, weights)
    changes = []
    for i in range(len(medoids)):
        swapped = [*medoids[:i], candidate, *medoids[i + 1 :]]
        changes.append(loss_of(D, swapped, weights) - before)
    return changes


def best_loss(D, k, weights=None):
    """Return the least loss of any k objects."""
    return min(loss_of(D, list(m), weights) for m in itertools.combinations(range(len(D)), k))


def pam(D, medoids, weights=None):
    """Return the medoids after every swap of the original PAM, the start included."""
    medoids = list(medoids)
    history = [list(medoids)]
    while True:
        best = (0, None, None)
        for j in range(len(D)):
            if j in medoids:
                continue
            for i, change in enumerate(deltas(D, medoids, j, weights)):
                if change < best[0] - 1e-9:
                    best = (change, i, j)
        if best[1] is None:
            return history
        medoids[best[1]] = best[2]
        history.append(list(medoids))
