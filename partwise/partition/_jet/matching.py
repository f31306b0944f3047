"""Which nodes are contracted: heavy-edge matching, and pairs at two hops where it leaves many."""

from __future__ import annotations

from typing import Any

from partwise.gpu._matching import match_handshakes
from partwise.partition._jet.level import Level

__all__ = ["clusters", "match"]

_ROUNDS = 16
_FEW = 0.01  # share of the nodes; a round that matches fewer is the last
_MANY_LEFT = 0.1  # share of the nodes without mate from which pairs at two hops are sought
_TWIN_DEGREE = 64  # largest one of nodes that are compared by their neighbourhoods


def match(level: Level, heaviest: int, seed: int) -> Any:
    """Return the mate of every node, -1 where there is none, int32 of shape (n,).

    Every node prefers the free neighbour with the largest squared weight of their edge over the
    product of their weights, and by chance where several are as good; pairs who prefer each other
    are matched, and the others choose anew [1]_. Where many are left, as in graphs with hubs, nodes
    with the same neighbourhood are paired, then those who have the same best neighbour [2]_.

    Parameters
    ----------
    heaviest : int
        No pair weighs more.
    seed : int

    References
    ----------
    .. [1] M. Birn, V. Osipov, P. Sanders, C. Schulz, N. Sitchinava, "Efficient parallel and
       external matching", Euro-Par 2013, arXiv:1302.4587.
    .. [2] D. LaSalle, M. M. A. Patwary, N. Satish, N. Sundaram, P. Dubey, G. Karypis, "Improving
       graph partitioning for modern graphs and architectures", 2015, doi:10.1145/2833179.2833188.
    """
    xp, n = level.backend.xp, level.n_nodes
    mate = xp.full(n, -1, xp.int32)
    free = xp.arange(n, dtype=xp.int32)
    for round_ in range(_ROUNDS):
        preferred = _preferred(level, mate, free, heaviest, seed + round_)
        first = match_handshakes(level.backend, preferred)
        wish = preferred[free]
        is_mutual = (wish >= 0) & (first[wish] == first[free])
        matched = xp.flatnonzero(is_mutual)
        mate[free[matched]] = wish[matched]
        n_matched = int(matched.shape[0])
        free = free[(wish >= 0) & ~is_mutual]
        if n_matched < _FEW * n or free.shape[0] == 0:
            break
    for hops in (_twins, _relatives):
        left = xp.flatnonzero(mate < 0).astype(xp.int32)
        if left.shape[0] <= _MANY_LEFT * n:
            break
        _pair(level, mate, *hops(level, left, heaviest, seed), heaviest)
    return mate


def clusters(level: Level, mate: Any) -> tuple[Any, int]:
    """Return the number of every node's pair, in the order of their smaller nodes, and how many."""
    xp = level.backend.xp
    own = xp.arange(level.n_nodes, dtype=xp.int32)
    first = xp.where(mate >= 0, xp.minimum(own, mate), own)
    number = xp.cumsum(first == own, dtype=xp.int64) - 1
    return number[first].astype(xp.int32), int(number[-1]) + 1


def _preferred(level: Level, mate: Any, nodes: Any, heaviest: int, seed: int) -> Any:
    """Return whom each of the nodes would like best of those without mate; -1 elsewhere."""
    xp = level.backend.xp
    preferred = xp.full(level.n_nodes, -1, xp.int32)
    group = mate if level.group is None else level.group
    head = (
        *level.arcs, level.node_weights, group, level.group is not None, mate, heaviest,
        seed % 2**63,
    )  # fmt: skip
    level.rows.launch("matching_prefer", head, nodes, (preferred,))
    return preferred


def _twins(level: Level, left: Any, heaviest: int, seed: int) -> tuple[Any, Any]:
    """Return nodes of few arcs, and a number of 64 bits for the neighbourhood of each."""
    xp = level.backend.xp
    nodes = left[xp.diff(level.indptr)[left] <= _TWIN_DEGREE]
    key = xp.zeros(level.n_nodes, xp.uint64)
    level.rows.launch("matching_neighbourhood", (level.indptr, level.indices), nodes, (key,))
    return nodes, key[nodes]


def _relatives(level: Level, left: Any, heaviest: int, seed: int) -> tuple[Any, Any]:
    """Return nodes, and for each the neighbour that it would like best, whether free or not."""
    xp = level.backend.xp
    nobody = xp.full(level.n_nodes, -1, xp.int32)
    key = _preferred(level, nobody, left, 2**62, seed)[left]
    return left[key >= 0], key[key >= 0].astype(xp.uint64)


def _pair(level: Level, mate: Any, nodes: Any, key: Any, heaviest: int) -> None:
    """Match nodes that have the same key and group, two by two, as long as they are light enough.

    In each run of equal keys, lighter nodes come first, so that heavy ones do not stand between.
    """
    xp = level.backend.xp
    if nodes.shape[0] < 2:
        return
    weight = level.node_weights[nodes]
    group = xp.zeros_like(nodes) if level.group is None else level.group[nodes]
    order = xp.argsort(weight, kind="stable")
    order = order[xp.argsort(key[order], kind="stable")]
    order = order[xp.argsort(group[order], kind="stable")]
    nodes, key, weight, group = nodes[order], key[order], weight[order], group[order]
    follows = xp.zeros(nodes.shape[0], bool)
    follows[1:] = (key[1:] == key[:-1]) & (group[1:] == group[:-1])
    starts = xp.flatnonzero(~follows)
    place = xp.arange(nodes.shape[0]) - starts[xp.cumsum(~follows) - 1]
    is_second = follows & (place % 2 == 1)
    is_second[1:] &= weight[1:] + weight[:-1] <= heaviest
    second = xp.flatnonzero(is_second)
    one, other = nodes[second - 1], nodes[second]
    mate[one], mate[other] = other, one
