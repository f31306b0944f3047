"""Plain references for the numbers of a partition: edges as Python tuples, no arrays, no tricks."""

import math


def edge_cut(edges, labels):
    """Sum the weights of (u, v, w) with ends in different blocks."""
    return sum(w for u, v, w in edges if labels[u] != labels[v])


def block_weights(node_weights, labels, n_parts):
    """Sum node weights block by block."""
    return [sum(w for w, label in zip(node_weights, labels) if label == b) for b in range(n_parts)]


def imbalance(node_weights, labels, n_parts, shares=None):
    """Evaluate max_b c(V_b) / ceil(t_b c(V)) - 1 for integer weights and rational shares."""
    total = sum(node_weights)
    weights = block_weights(node_weights, labels, n_parts)
    if total == 0:
        return 0.0
    shares = shares or [1] * n_parts
    sizes = [math.ceil(_exact(share * total, sum(shares))) for share in shares]
    return max(w / s - 1 for w, s in zip(weights, sizes) if w > 0)


def _exact(numerator, denominator):
    from fractions import Fraction

    return Fraction(numerator, denominator)


def neighbours(edges, n, directed=False):
    """Return the set of neighbours of every node."""
    result = [set() for _ in range(n)]
    for u, v, *_ in edges:
        result[u].add(v)
        if not directed:
            result[v].add(u)
    return result


def communication_volume(edges, labels, directed=False):
    """Count the foreign blocks among the neighbours of every node."""
    around = neighbours(edges, len(labels), directed)
    return sum(len({labels[v] for v in vs} - {labels[u]}) for u, vs in enumerate(around))


def boundary_nodes(edges, labels):
    """List the ends of cut edges."""
    return sorted({x for u, v, *_ in edges if labels[u] != labels[v] for x in (u, v)})


def n_components(edges, labels, n_parts):
    """Count the connected pieces of every block by flooding."""
    around = neighbours(edges, len(labels))
    unseen = set(range(len(labels)))
    counts = [0] * n_parts
    while unseen:
        start = unseen.pop()
        counts[labels[start]] += 1
        stack = [start]
        while stack:
            u = stack.pop()
            for v in around[u] & unseen:
                if labels[v] == labels[u]:
                    unseen.discard(v)
                    stack.append(v)
    return counts
