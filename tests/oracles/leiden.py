"""Plain references for Leiden: all partitions of few nodes, definitions checked set by set.

A problem is given as a dense symmetric matrix without diagonal, values a and b of the nodes and the
coefficient c; the value of a partition is the sum over communities of the weight inside minus c
times A^2 / 2, or A B.
"""

import itertools

import numpy as np


def dense(problem):
    """Return the matrix of a Problem."""
    matrix = np.zeros((problem.n, problem.n))
    for u in range(problem.n):
        for j in range(int(problem.indptr[u]), int(problem.indptr[u + 1])):
            weight = 1.0 if problem.weights is None else problem.weights[j]
            matrix[u, problem.indices[j]] += weight
    return matrix


def expected(problem, first, second):
    """Return what the null model expects between two disjoint sets of nodes."""
    first, second = list(first), list(second)
    a, c = problem.a, problem.coefficient
    b = problem.b
    if b is None:
        return c * a[first].sum() * a[second].sum()
    return c * (a[first].sum() * b[second].sum() + b[first].sum() * a[second].sum())


def value(problem, labels):
    """Return the value of a partition."""
    matrix = dense(problem)
    total = 0.0
    for c in set(np.asarray(labels).tolist()):
        nodes = np.flatnonzero(np.asarray(labels) == c)
        a = problem.a[nodes].sum()
        null = a**2 / 2 if problem.b is None else a * problem.b[nodes].sum()
        total += matrix[np.ix_(nodes, nodes)].sum() / 2 - problem.coefficient * null
    return total


def set_partitions(n):
    """Yield every partition of n items as labels in order of first occurrence."""
    labels = [0] * n

    def extend(i, used):
        if i == n:
            yield tuple(labels)
            return
        for label in range(used + 1):
            labels[i] = label
            yield from extend(i + 1, max(used, label + 1))

    yield from extend(0, 0)


def is_connected(matrix, nodes):
    """Search from one node."""
    nodes = set(nodes)
    seen, stack = set(), [next(iter(nodes))]
    while stack:
        u = stack.pop()
        if u not in seen:
            seen.add(u)
            stack += [v for v in nodes - seen if matrix[u, v] > 0]
    return seen == nodes


def is_well_joined(problem, matrix, nodes):
    """Tell whether a set is one node, or two such sets with at least the expected weight between.

    This is gamma-connectedness in the definition of Traag, Waltman and van Eck.
    """
    nodes = tuple(nodes)
    if len(nodes) == 1:
        return True
    rest = nodes[1:]
    for size in range(len(rest) + 1):
        for chosen in itertools.combinations(rest, size):
            first = (nodes[0], *chosen)
            second = tuple(v for v in nodes if v not in first)
            if not second:
                continue
            between = matrix[np.ix_(first, second)].sum()
            if (
                between > 0
                and between >= expected(problem, first, second) - 1e-9
                and is_well_joined(problem, matrix, first)
                and is_well_joined(problem, matrix, second)
            ):
                return True
    return False
