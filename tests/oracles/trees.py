"""Random weighted trees of every kind that layouts meet."""

import numpy as np

from partwise.geometry import Tree

FAMILIES = ("recursive", "bounded", "star", "geometric", "caterpillar", "path", "binary")


def recursive_tree(rng, n_leaves, sigma, max_depth=10**9):
    """A tree whose nodes hang from random earlier ones; log-normal weights on its leaves."""
    n = int(1.4 * n_leaves) + 2
    parents, depths = [-1], [0]
    while len(parents) < n:
        parent = int(rng.integers(0, len(parents)))
        if rng.random() < 0.5:
            parent = max(0, len(parents) - 1 - int(rng.integers(0, 3)))
        if depths[parent] < max_depth:
            parents.append(parent)
            depths.append(depths[parent] + 1)
    return _weighted(parents, rng.lognormal(0.0, sigma, n))


def star(weights):
    """A root with one leaf for each weight."""
    return Tree.from_parents([-1] + [0] * len(weights), [0.0, *weights])


def caterpillar(weights):
    """A path whose nodes have one leaf each."""
    n = len(weights)
    parents = np.empty(2 * n, int)
    parents[0], parents[1:n], parents[n:] = -1, np.arange(n - 1), np.arange(n)
    return Tree.from_parents(parents, np.concatenate((np.zeros(n), weights)))


def random_tree(seed, largest=100):
    """One tree of the family ``seed % 7``, of at most about `largest` leaves."""
    rng = np.random.default_rng(seed)
    family = FAMILIES[seed % len(FAMILIES)]
    n = int(rng.integers(1, largest))
    sigma = 4.0 * rng.random()
    if family == "recursive":
        return recursive_tree(rng, n, sigma)
    if family == "bounded":
        return recursive_tree(rng, n, sigma, int(rng.integers(1, 5)))
    if family == "star":
        return star(rng.lognormal(0.0, sigma, n))
    if family == "geometric":
        return star(2.0 ** -np.arange(min(n, 60)))
    if family == "caterpillar":
        return caterpillar(rng.lognormal(0.0, sigma, n))
    if family == "path":
        return _weighted(list(range(-1, n - 1)), np.ones(n))
    return _weighted([-1] + [(i - 1) // 2 for i in range(1, n)], rng.lognormal(0.0, sigma, n))


def _weighted(parents, weights):
    inner = np.zeros(len(parents), bool)
    inner[[p for p in parents if p >= 0]] = True
    return Tree.from_parents(parents, np.where(inner, 0.0, weights))
