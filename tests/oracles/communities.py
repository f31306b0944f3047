"""Plain references for communities: edges as Python tuples, sums over all pairs, dense matrices."""

import itertools
import math

import numpy as np


def adjacency(edges, n, directed):
    """Return A as lists; an undirected self-loop of weight w has the entry 2w."""
    matrix = [[0.0] * n for _ in range(n)]
    for u, v, w in edges:
        matrix[u][v] += w
        if not directed:
            matrix[v][u] += w
    return matrix


def modularity(edges, n, labels, directed, resolution=1.0):
    """Sum A_ij - gamma d_i d_j / 2m over the pairs of nodes that are together."""
    a = adjacency(edges, n, directed)
    total = sum(map(sum, a))
    if total == 0:
        return 0.0
    out = [sum(row) for row in a]
    into = [sum(row[j] for row in a) for j in range(n)]
    return math.fsum(
        a[i][j] / total - resolution * out[i] * into[j] / total**2
        for i, j in itertools.product(range(n), repeat=2)
        if labels[i] == labels[j]
    )


def barber(edges, n, labels, sides, resolution=1.0):
    """Sum B_ij - gamma d_i d_j / m over the pairs of a red and a blue node that are together."""
    a = adjacency(edges, n, False)
    m = sum(map(sum, a)) / 2
    degree = [sum(row) for row in a]
    return math.fsum(
        (a[i][j] - resolution * degree[i] * degree[j] / m) / m
        for i, j in itertools.product(range(n), repeat=2)
        if labels[i] == labels[j] and sides[i] == 0 and sides[j] == 1
    )


def potts(edges, labels, sizes, directed, gamma):
    """Subtract gamma times the pairs in every community from the weight inside."""
    inside = sum(w for u, v, w in edges if labels[u] == labels[v])
    pairs = 0
    for c in set(labels):
        size = sum(s for s, label in zip(sizes, labels) if label == c)
        pairs += size * (size - 1) / (1 if directed else 2)
    return inside - gamma * pairs


def cut_and_volume(edges, members, directed):
    """Return the weight that crosses the border of a set, and the volume inside and outside."""
    cut, volume = 0, {True: 0, False: 0}
    for u, v, w in edges:
        cut += w * ((u in members) != (v in members))
        volume[u in members] += w
        if u != v or directed:
            volume[v in members] += w
    return cut, volume[True], volume[False]


def normalized_laplacian(edges, n):
    """Return the dense normalised Laplacian, self-loops counted once."""
    a = np.array(adjacency(edges, n, False)).reshape(n, n)
    a[np.diag_indices(n)] /= 2
    degree = a.sum(axis=1)
    root = np.sqrt(np.where(degree > 0, degree, 1.0))
    return np.diag((degree > 0).astype(float)) - a / np.outer(root, root)


def best_renaming(a, b):
    """Try every renaming of the clusters: the most items that can be named alike."""
    rows, columns = sorted(set(a)), sorted(set(b))
    if len(rows) > len(columns):
        a, b, rows, columns = b, a, columns, rows
    return max(
        sum(dict(zip(rows, names))[x] == y for x, y in zip(a, b))
        for names in itertools.permutations(columns, len(rows))
    )
