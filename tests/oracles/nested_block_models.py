"""Hierarchies of blocks by definition, with integers of any length."""

from math import comb, log

from tests.oracles.block_models import description_terms, log_factorial, surjections


def hierarchies(n, n_levels):
    """All sequences of labellings without gaps, each of the blocks of the one before."""
    if n_levels == 0:
        yield []
        return
    for labels in surjections(n):
        for above in hierarchies(max(labels) + 1, n_levels - 1):
            yield [list(labels), *above]


def partition_term(labels):
    """-ln P of the blocks of some items: number of blocks, their sizes, who is where."""
    n, sizes = len(labels), [labels.count(r) for r in set(labels)]
    if n == 0:
        return 0.0
    found = log(comb(n - 1, len(sizes) - 1)) + log_factorial(n) + log(n)
    return found - sum(log_factorial(size) for size in sizes)


def nested_description_length(n, edges, levels, types=None, degree_corrected=True):
    """Level by level; pairs of blocks that may have edges are counted one by one."""
    bottom = description_terms(n, edges, levels[0], types, degree_corrected)
    total = sum(bottom[:3])
    ends = {}
    for u, v, times in edges:
        key = tuple(sorted((levels[0][u], levels[0][v])))
        ends[key] = ends.get(key, 0) + times
    kinds = None
    if types is not None:
        kinds = [types[levels[0].index(r)] for r in range(max(levels[0]) + 1)]
    for labels in levels[1:]:
        items = range(len(labels))
        # every pair of items is a place for edges between or inside the groups
        places = {}
        for u in items:
            for v in range(u + 1):
                if kinds is None or kinds[u] != kinds[v]:
                    key = tuple(sorted((labels[u], labels[v])))
                    places[key] = places.get(key, 0) + 1
        lifted = {}
        for (u, v), times in ends.items():
            key = tuple(sorted((labels[u], labels[v])))
            lifted[key] = lifted.get(key, 0) + times
        for key, times in lifted.items():
            total += log(comb(places[key] + times - 1, times))
        above = None
        if kinds is not None:
            of_group = [{kinds[u] for u in items if labels[u] == r} for r in range(max(labels) + 1)]
            if all(len(found) == 1 for found in of_group):
                above = [found.pop() for found in of_group]
        if above is None:
            total += partition_term(list(labels))
        else:
            for kind in set(kinds):
                total += partition_term(
                    [r for r, t in zip(labels, kinds, strict=True) if t == kind]
                )
        ends, kinds = lifted, above
    n_blocks, n_edges = max(levels[-1]) + 1, sum(ends.values())
    pairs = n_blocks * (n_blocks + 1) // 2
    if kinds is not None:
        second = kinds.count(max(types))
        pairs = second * (n_blocks - second)
    return total + (log(comb(pairs + n_edges - 1, n_edges)) if n_edges else 0.0)


def random_levels(rng, n, types=None, ends=True):
    """Levels of fewer and fewer blocks, the lower ones apart by type, the last one of one block."""
    levels, kinds = [], types
    while True:
        wanted = int(rng.integers(1, n + 1))
        drawn = rng.integers(0, wanted, n)
        if kinds is not None:
            drawn = 2 * drawn + kinds
        labels = [sorted(set(drawn.tolist())).index(x) for x in drawn]
        levels.append(labels)
        if kinds is not None:
            kinds = [kinds[labels.index(r)] for r in range(max(labels) + 1)]
        n = max(labels) + 1
        if n <= (1 if kinds is None else 2) or rng.random() < 0.2:
            break
    return [*levels, [0] * n] if ends else levels
