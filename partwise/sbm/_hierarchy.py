"""Levels of groups above given blocks: made from the bottom up, then mended level by level."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from partwise.sbm._kernels.hierarchy import Upper
from partwise.sbm._tables import make_tables

__all__ = ["Items", "build", "improve", "make_upper", "read_levels"]

Levels = list[NDArray[np.int32]]

_SHRINK = 1.3  # times fewer groups from one round of unions to the next
_CANDIDATES = 10  # partners to try for every group
_MOST_SWEPT = 64  # groups up to which items are moved between unions
_LEAST_ROOM = 16


@dataclass(frozen=True, slots=True)
class Items:
    """What a level divides into groups.

    Attributes
    ----------
    edges : int32 ndarray of shape (b, b)
        Between them; twice those inside one.
    kinds : int8 ndarray of shape (b,)
        Type of the nodes of each; 0 without types.
    is_bipartite : bool
    n_edges : int
        Of the whole graph.
    """

    edges: NDArray[np.int32]
    kinds: NDArray[np.int8]
    is_bipartite: bool
    n_edges: int

    def __len__(self) -> int:
        return len(self.kinds)

    def grouped(self, labels: NDArray[np.int32]) -> Items:
        """Return the groups as items of the next level."""
        n = int(labels.max(initial=-1)) + 1
        rows = np.zeros((n, len(self)), np.int32)
        np.add.at(rows, labels, self.edges)
        both = np.zeros((n, n), np.int32)
        np.add.at(both, labels, np.ascontiguousarray(rows.T))
        kinds = np.zeros(n, np.int8)
        kinds[labels] = self.kinds
        return Items(both, kinds, self.is_bipartite, self.n_edges)

    @property
    def n_kinds(self) -> int:
        """Number of types, 1 without types."""
        return len(np.unique(self.kinds))


def make_upper(items: Items, levels: Sequence[NDArray[np.int32]], room: int = 0) -> Upper:
    """Return the state of levels above some items.

    Parameters
    ----------
    items : Items
    levels : sequence of int32 ndarrays
        The last one is all 0; groups of the others have items of one type.
    room : int
        Number of items that there may be.
    """
    from partwise.sbm._kernels.hierarchy import count_upper

    depth = len(levels)
    c = max(_LEAST_ROOM, 2 * max(int(level.max(initial=0)) + 1 for level in levels))
    p = max(c, room, len(items))
    parent = np.zeros((depth, p), np.int32)
    for row, level in zip(parent, levels, strict=True):
        row[: len(level)] = level
    upper = Upper(
        parent,
        edges=np.zeros((depth, c, c), np.int32),
        size=np.zeros((depth, c), np.int64),
        kind=np.zeros((depth, c), np.int8),
        number=np.zeros((depth, 2), np.int64),
        n_edges=items.n_edges,
        bipartite=items.is_bipartite,
        factorials=make_tables(2 * items.n_edges).factorials,
        toward=np.zeros((depth, c), np.int64),
        touched=np.zeros((depth, c), np.int32),
    )
    count_upper(upper, items.edges, np.ones(len(items), np.int64), items.kinds)
    return upper


def read_levels(parent: NDArray[np.int32], present: NDArray[np.integer]) -> Levels:
    """Return the levels above the items that are present, with labels without gaps."""
    levels = []
    for row in parent:
        present, labels = np.unique(row[present], return_inverse=True)
        levels.append(labels.astype(np.int32))
    return levels


def cost_above(items: Items, levels: Sequence[NDArray[np.int32]]) -> float:
    """Return the terms of some levels."""
    from partwise.sbm._kernels.hierarchy import upper_cost

    return float(upper_cost(make_upper(items, levels)))


def insert_level(items: Items, above: Levels, rng: NDArray[np.uint64]) -> tuple[Levels, float]:
    """Return levels with one more at the bottom, if that is better, and their terms.

    The new level has a group for each item at first, and groups are united as long as there are
    two of a type; between rounds of that items move. The best of all rounds counts.
    """
    from partwise.sbm._kernels.groups import unite_groups
    from partwise.sbm._kernels.hierarchy import upper_cost
    from partwise.sbm._kernels.nested_annealing import anneal_level

    n = len(items)
    best, best_cost = above, cost_above(items, above)
    levels: Levels = [np.arange(n, dtype=np.int32), *above]
    alive = np.ones(n, np.int64)
    tally = np.zeros((2, 2), np.int64)
    least = items.n_kinds
    between = np.array([1.0] * 2 + [np.inf] * 2)
    while True:
        upper = make_upper(items, levels)
        work = np.zeros((4, upper.parent.shape[1]), np.int32)
        gains = np.zeros(upper.parent.shape[1])
        n_groups = int(levels[0].max(initial=0)) + 1
        if n_groups < n and n_groups <= _MOST_SWEPT:
            anneal_level(upper, items.edges, alive, rng, 0, between, 0, False, work, gains, tally)
        cost = float(upper_cost(upper))
        if cost < best_cost - 1e-9:
            best, best_cost = read_levels(upper.parent, np.arange(n)), cost
        wanted = max(1, n_groups - max(least, int(n_groups / _SHRINK)))
        if n_groups <= least:
            break
        _, done = unite_groups(upper, items.edges, alive, 0, rng, _CANDIDATES, wanted, work, gains)
        if done == 0:
            break
        levels = read_levels(upper.parent, np.arange(n))
    if len(best) > len(above):
        upper = make_upper(items, best)
        work = np.zeros((4, upper.parent.shape[1]), np.int32)
        gains = np.zeros(upper.parent.shape[1])
        anneal_level(
            upper, items.edges, alive, rng, 0, np.full(6, np.inf), 5, True, work, gains, tally
        )
        cost = float(upper_cost(upper))
        if cost < best_cost - 1e-9:
            best, best_cost = read_levels(upper.parent, np.arange(n)), cost
    return best, best_cost


def build(items: Items, rng: NDArray[np.uint64]) -> Levels:
    """Return levels above some items, made from the bottom up."""
    above: Levels = [np.zeros(len(items), np.int32)]
    if len(items) <= items.n_kinds:
        return above
    levels, _ = insert_level(items, above, rng)
    if len(levels) == 1:
        return levels
    return [levels[0], *build(items.grouped(levels[0]), rng)]


def improve(items: Items, levels: Levels, rng: NDArray[np.uint64]) -> tuple[Levels, float]:
    """Delete, insert and make anew levels until nothing of that is better."""
    best, best_cost = levels, cost_above(items, levels)
    improved = True
    while improved:
        improved = False
        for candidate in _changed(items, best, rng):
            cost = cost_above(items, candidate)
            if cost < best_cost - 1e-9:
                best, best_cost, improved = candidate, cost, True
                break
    return best, best_cost


def _changed(items: Items, levels: Levels, rng: NDArray[np.uint64]) -> Iterator[Levels]:
    """Yield hierarchies that differ in a level."""
    for number in range(len(levels) - 1):
        joined = levels[number + 1][levels[number]]
        yield [*levels[:number], joined, *levels[number + 2 :]]
    for number in range(len(levels)):
        below = levels[:number]
        if len(items) > items.n_kinds:
            yield [*below, *insert_level(items, levels[number:], rng)[0]]
            if number > 0:
                yield [*below, *build(items, rng)]
        items = items.grouped(levels[number])
