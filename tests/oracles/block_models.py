"""Stochastic block models by definition: sums over all graphs and partitions, terms one by one."""

from functools import cache
from itertools import combinations_with_replacement, product
from math import comb, factorial, log

import numpy as np


@cache
def integer_partitions(total, parts):
    """The number of ways to write `total` as a sum of at most `parts` positive integers."""
    if total == 0:
        return 1
    return sum(
        integer_partitions_of_largest(total - first, parts - 1, first)
        for first in range(1, total + 1)
        if parts
    )


@cache
def integer_partitions_of_largest(total, parts, largest):
    """The same with no summand above `largest`."""
    if total == 0:
        return 1
    if parts == 0:
        return 0
    return sum(
        integer_partitions_of_largest(total - first, parts - 1, first)
        for first in range(1, min(largest, total) + 1)
    )


def surjections(n, first=0):
    """All label vectors of n nodes that use the labels first, ..., first + B - 1, for every B."""
    for b in range(1, n + 1):
        for labels in product(range(first, first + b), repeat=n):
            if len(set(labels)) == b:
                yield labels


def multigraphs(pairs, n_edges):
    """All multisets of `n_edges` of the given pairs of nodes, as lists of (u, v, times)."""
    for chosen in combinations_with_replacement(pairs, n_edges):
        yield [(*pair, chosen.count(pair)) for pair in dict.fromkeys(chosen)]


def log_factorial(n):
    """ln n!"""
    return log(factorial(n))


def description_terms(n, edges, labels, types=None, degree_corrected=True, general=False):
    """(adjacency, partition, degree, edges) by the formulae, with integers of any length."""
    labels = list(labels)
    degree = [0] * n
    between = {}
    for u, v, times in edges:
        degree[u] += times
        degree[v] += times
        key = tuple(sorted((labels[u], labels[v])))
        between[key] = between.get(key, 0) + times
    blocks = sorted(set(labels))
    size = {r: labels.count(r) for r in blocks}
    ends = {r: sum(degree[u] for u in range(n) if labels[u] == r) for r in blocks}
    n_edges = sum(times for *_, times in edges)

    adjacency = 0.0
    for r in blocks:
        if degree_corrected:
            adjacency += log_factorial(ends[r])
        else:
            adjacency += ends[r] * log(size[r])
    for (r, s), times in between.items():
        adjacency -= log_factorial(times) + (times * log(2) if r == s else 0.0)
    if degree_corrected:
        adjacency -= sum(log_factorial(k) for k in degree)
    for u, v, times in edges:
        adjacency += log_factorial(times) + (times * log(2) if u == v else 0.0)

    partition = 0.0
    for kind in sorted(set(types)) if types is not None else [None]:
        mine = [r for r, t in zip(labels, types or [None] * n, strict=True) if t == kind]
        sizes = [mine.count(r) for r in set(mine)]
        partition += log(comb(len(mine) - 1, len(sizes) - 1)) + log(len(mine))
        partition += log_factorial(len(mine)) - sum(log_factorial(s) for s in sizes)

    degrees = 0.0
    for r in blocks if degree_corrected else []:
        mine = [degree[u] for u in range(n) if labels[u] == r]
        degrees += log(integer_partitions(ends[r], size[r])) + log_factorial(size[r])
        degrees -= sum(log_factorial(mine.count(k)) for k in set(mine))

    if types is not None and not general:
        first = {labels[u] for u in range(n) if types[u] == min(types)}
        pairs = len(first) * (len(blocks) - len(first))
    else:
        pairs = len(blocks) * (len(blocks) + 1) // 2
    return adjacency, partition, degrees, log(comb(pairs + n_edges - 1, n_edges))


def random_multigraph(rng, n, n_edges, types=None):
    """Edges (u, v, times) with repetitions, and loops if there are no types."""
    edges = {}
    while sum(edges.values()) < n_edges:
        u, v = sorted(int(x) for x in rng.integers(0, n, 2))
        if types is None or types[u] != types[v]:
            edges[u, v] = edges.get((u, v), 0) + 1
    return [(u, v, times) for (u, v), times in edges.items()]


def as_arrays(n, edges):
    """The symmetric matrix of multiplicities, a loop once on the diagonal."""
    matrix = np.zeros((n, n), np.int64)
    for u, v, times in edges:
        matrix[u, v] = matrix[v, u] = times
    return matrix
