"""Slow references for local clustering: dense matrices and all subsets."""

from itertools import combinations

import numpy as np


def small_graph(n, p, seed, weights=None, loops=False):
    """Return a random adjacency matrix; `weights` is None, "int" or "float"."""
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.random((n, n)) < p, 0 if loops else 1).astype(float)
    if weights == "int":
        upper *= rng.integers(1, 6, (n, n))
    elif weights == "float":
        upper *= rng.uniform(0.1, 3.0, (n, n))
    return np.triu(upper) + np.triu(upper, 1).T


def laplacian(A):
    """Return the Laplacian; self-loops play no part."""
    off = A - np.diag(np.diag(A))
    return np.diag(off.sum(axis=1)) - off


def cut_and_volume(A, nodes):
    """Return (weight that leaves a set, summed degrees in it); a self-loop counts once."""
    inside = np.zeros(len(A), bool)
    inside[list(nodes)] = True
    return A[np.ix_(inside, ~inside)].sum(), A[inside].sum()


def conductance(A, nodes):
    """Return the conductance, 1 where one side has no volume."""
    cut, volume = cut_and_volume(A, nodes)
    small = min(volume, A.sum() - volume)
    return cut / small if small > 1e-12 * A.sum() else 1.0


def diffusion(L, sink, source):
    """Return the minimiser of x'Lx/2 + x'(sink - source) over x >= 0, for a Laplacian L.

    Nodes that hold too much for the best x on a smaller support belong to the support, because off
    the diagonal L is not positive.
    """
    x = np.zeros(len(L))
    support = source > sink
    while support.any():
        x[support] = np.linalg.solve(L[np.ix_(support, support)], (source - sink)[support])
        more = (source - L @ x > sink + 1e-9) & ~support
        if not more.any():
            break
        support |= more
    assert (x >= 0).all()
    return x


def attribute_weights(A, X, gamma):
    """Return the matrix with every edge multiplied by exp(-gamma |X_i - X_j|^2)."""
    squares = ((X[:, None] - X[None]) ** 2).sum(axis=2)
    return A * np.exp(-gamma * squares)


def pagerank(A, alpha, start):
    """Return alpha (I - (1 - alpha) (I + A D^-1) / 2)^-1 start."""
    walk = (np.eye(len(A)) + A / A.sum(axis=0)) / 2
    return alpha * np.linalg.solve(np.eye(len(A)) - (1 - alpha) * walk, start)


def heat_kernel(A, t, start):
    """Return exp(-t (I - A D^-1)) start."""
    from scipy.linalg import expm

    return expm(-t * (np.eye(len(A)) - A / A.sum(axis=0))) @ start


def best_prefix(A, order):
    """Return the prefix of least conductance, the longest of several, and all conductances."""
    values = []
    for length in range(1, len(order) + 1):
        cut, volume = cut_and_volume(A, order[:length])
        small = min(volume, A.sum() - volume)
        values.append(cut / small if small > 1e-12 * A.sum() else np.inf)
    best = max(i for i, value in enumerate(values) if value == min(values))
    return list(order[: best + 1]), values


def subsets(nodes):
    """Yield all non-empty subsets."""
    for size in range(1, len(nodes) + 1):
        yield from combinations(nodes, size)


def best_quotient(A, reference, eps):
    """Return the least cut(S) / (vol(S in R) - eps vol(S outside R)) where that is positive.

    An infinite `eps` allows subsets of R only.
    """
    degrees = A.sum(axis=1)
    inside = set(reference)
    best = np.inf
    for chosen in subsets(range(len(A)) if np.isfinite(eps) else sorted(inside)):
        size = sum(degrees[u] if u in inside else -eps * degrees[u] for u in chosen)
        if size > 1e-12:
            best = min(best, cut_and_volume(A, chosen)[0] / size)
    return best
