"""The levels above the blocks of nodes: counts, costs, and what a move below changes in them.

A flat model has no such levels: None stands for them, and the compiler leaves them out.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from partwise.kernels.jit import kernel
from partwise.sbm._kernels.counting import log_choose, log_factorial, log_multisets

__all__ = [
    "Upper",
    "add_toward",
    "adopt",
    "clear_toward",
    "count_upper",
    "edge_prior",
    "gain_above",
    "gain_of_union_above",
    "move_above",
    "parent_of",
    "set_parent",
    "shift",
    "upper_cost",
]


class Upper(NamedTuple):
    """K levels of groups; items are the groups of the level below, at first the blocks of nodes.

    The last level is one group of all. Below it, groups have items of one kind. There is room for c
    groups in a level and for p items.
    """

    parent: NDArray[np.int32]  # (K, p) group of each item; of an idle item, the one it had
    edges: NDArray[np.int32]  # (K, c, c) between groups; twice those inside
    size: NDArray[np.int64]  # (K, c) items
    kind: NDArray[np.int8]  # (K, c) type of nodes; 0 without types
    number: NDArray[np.int64]  # (K, 2) items of each kind
    n_edges: int
    bipartite: bool
    factorials: NDArray[np.float64]
    # scratch
    toward: NDArray[np.int64]  # (K, c)
    touched: NDArray[np.int32]  # (K, c)


@kernel(allocates=False)
def count_upper(upper, below, alive, kinds):
    """Count everything from the parents; all counts must be 0.

    Parameters
    ----------
    below : int32 ndarray of shape (p', p')
        Edges between the items of the lowest level.
    alive : int64 ndarray of shape (p',)
        0 for items that are not there.
    kinds : int8 ndarray of shape (p',)
        Of the items.
    """
    _count_level(upper, 0, below, alive, kinds)
    for level in range(1, upper.edges.shape[0]):
        before = level - 1
        _count_level(upper, level, upper.edges[before], upper.size[before], upper.kind[before])


@kernel(allocates=False)
def _count_level(upper, level, below, alive, kinds):
    parent, edges = upper.parent[level], upper.edges[level]
    for x in range(alive.size):
        if alive[x] > 0:
            r = parent[x]
            upper.size[level, r] += 1
            upper.kind[level, r] = kinds[x]
            upper.number[level, kinds[x]] += 1
            for y in range(alive.size):
                if alive[y] > 0:
                    edges[r, parent[y]] += below[x, y]


@kernel(allocates=False)
def _inside(upper, n, ends):
    return log_multisets(upper.factorials, n * (n + 1) // 2, ends // 2)


@kernel(allocates=False)
def _row_cost(upper, level, r, skip):
    """Return the terms of a group: its size, and its edges to all groups but `skip`."""
    n = upper.size[level, r]
    if n == 0:
        return 0.0
    table = upper.factorials
    row, size = upper.edges[level, r], upper.size[level]
    cost = _inside(upper, n, row[r]) - log_factorial(table, n)
    for t in range(row.size):
        if row[t] > 0 and t != r and t != skip:
            cost += log_multisets(table, n * size[t], row[t])
    return cost


@kernel(allocates=False)
def _touched_cost(upper, level, r, s, count):
    """Return the terms of edges of groups r and s that an item with gathered edges may change."""
    table, size = upper.factorials, upper.size[level]
    row_r, row_s = upper.edges[level, r], upper.edges[level, s]
    cost = _inside(upper, size[r], row_r[r]) + _inside(upper, size[s], row_s[s])
    cost += log_multisets(table, size[r] * size[s], row_r[s])
    for j in range(count):
        t = upper.touched[level, j]
        if t != r and t != s:
            cost += log_multisets(table, size[r] * size[t], row_r[t])
            cost += log_multisets(table, size[s] * size[t], row_s[t])
    return cost


@kernel(allocates=False)
def _partition_cost(table, items, groups):
    if items == 0:
        return 0.0
    cost = log_choose(table, items - 1, groups - 1) + log_factorial(table, items)
    return cost + math.log(items)


@kernel(allocates=False)
def _top_cost(upper):
    """Return the terms of the last level, of one group."""
    last = upper.edges.shape[0] - 1
    a, b = upper.number[last, 0], upper.number[last, 1]
    if a + b == 0:
        return 0.0
    pairs = a * b if upper.bipartite else a * (a + 1) // 2
    return log_multisets(upper.factorials, pairs, upper.n_edges) + math.log(a + b)


@kernel(allocates=False)
def upper_cost(upper):
    """Return the sum of the terms of all levels above the blocks of nodes; 0 without any."""
    if upper is None:
        return 0.0
    table = upper.factorials
    cost = _top_cost(upper)
    for level in range(upper.edges.shape[0] - 1):
        for kind in range(2):
            cost += _partition_cost(table, upper.number[level, kind], upper.number[level + 1, kind])
        size = upper.size[level]
        for r in range(size.size):
            if size[r] > 0:
                row = upper.edges[level, r]
                cost += _inside(upper, size[r], row[r]) - log_factorial(table, size[r])
                for s in range(r):
                    cost += log_multisets(table, size[r] * size[s], row[s])
    return cost


@kernel(allocates=False)
def _carry(upper, level, r, s, loops, count):
    """Take the edges of an item from group r to group s."""
    edges, toward = upper.edges[level], upper.toward[level]
    for j in range(count):
        t = upper.touched[level, j]
        x = toward[t]
        edges[r, t] -= x
        edges[t, r] -= x
        edges[s, t] += x
        edges[t, s] += x
    edges[r, r] -= 2 * loops
    edges[s, s] += 2 * loops


@kernel(allocates=False)
def add_toward(upper, level, r, x, count):
    """Add x edges towards group r to those gathered; return how many groups they reach."""
    if upper.toward[level, r] == 0:
        upper.touched[level, count] = r
        count += 1
    upper.toward[level, r] += x
    return count


@kernel(allocates=False)
def clear_toward(upper, level, count):
    """Forget what was gathered."""
    for j in range(count):
        upper.toward[level, upper.touched[level, j]] = 0


@kernel(allocates=False)
def shift(upper, level, r, s, loops, count, step_r, step_s, kind):
    """Take the edges of something from group r to s, at `level` and in all levels above.

    Parameters
    ----------
    level, r, s : int
    loops : int
        Edges that both start and end in what is moved.
    count : int
        Groups that its other edges reach; they are gathered in ``toward[level]``.
    step_r, step_s : int
        By how much the numbers of items of r and s change: -1, 0 or 1.
    kind : int
        Of the items.

    Returns
    -------
    float
        The change of the terms of these levels. The same call with r and s, and the negative steps,
        exchanged takes everything back.
    """
    change = 0.0
    start, last = level, upper.edges.shape[0] - 1
    table = upper.factorials
    while True:
        steps = step_r + step_s
        if level == last:
            if steps != 0:
                change -= _top_cost(upper)
                upper.number[last, kind] += steps
                change += _top_cost(upper)
            break
        if r == s and steps == 0:
            break
        size = upper.size[level]
        next_r, next_s = 0, 0
        if step_r == 0 and step_s == 0:
            change -= _touched_cost(upper, level, r, s, count)
            _carry(upper, level, r, s, loops, count)
            change += _touched_cost(upper, level, r, s, count)
        else:
            had_r, had_s = size[r] > 0, size[s] > 0
            change -= _row_cost(upper, level, r, -1)
            if r == s:
                size[r] += steps
            else:
                change -= _row_cost(upper, level, s, r)
                _carry(upper, level, r, s, loops, count)
                size[r] += step_r
                size[s] += step_s
                change += _row_cost(upper, level, s, r)
                next_s = int(size[s] > 0) - int(had_s)
            next_r = int(size[r] > 0) - int(had_r)
            change += _row_cost(upper, level, r, -1)
            items, groups = upper.number[level, kind], upper.number[level + 1, kind]
            change -= _partition_cost(table, items, groups)
            change += _partition_cost(table, items + steps, groups + next_r + next_s)
            upper.number[level, kind] += steps
        up_r, up_s = upper.parent[level + 1, r], upper.parent[level + 1, s]
        up_count = 0
        if up_r != up_s and level + 1 < last:
            for j in range(count):
                t = upper.touched[level, j]
                up_t = upper.parent[level + 1, t]
                up_count = add_toward(upper, level + 1, up_t, upper.toward[level, t], up_count)
        if level > start:
            clear_toward(upper, level, count)
        level += 1
        r, s, count, step_r, step_s = up_r, up_s, up_count, next_r, next_s
    if level > start:
        clear_toward(upper, level, count)
    return change


@kernel(allocates=False)
def _gather_node(upper, blocks, count):
    """Gather by groups what is gathered by blocks."""
    up_count = 0
    for j in range(count):
        t = blocks.touched[j]
        up_count = add_toward(upper, 0, upper.parent[0, t], blocks.toward[t], up_count)
    return up_count


@kernel(allocates=False)
def gain_above(upper, blocks, i, s, count):
    """Return the change above if a node, whose edges are gathered, moves to block s."""
    if upper is None:
        return 0.0
    r = blocks.label[i]
    lost, won = -int(blocks.size[r] == 1), int(blocks.size[s] == 0)
    up_r, up_s = upper.parent[0, r], upper.parent[0, s]
    if up_r == up_s and lost + won == 0:
        return 0.0
    kind, loops = blocks.kind[r], blocks.loops[i]
    up_count = _gather_node(upper, blocks, count)
    change = shift(upper, 0, up_r, up_s, loops, up_count, lost, won, kind)
    shift(upper, 0, up_s, up_r, loops, up_count, -won, -lost, kind)
    clear_toward(upper, 0, up_count)
    return change


@kernel(allocates=False)
def move_above(upper, blocks, i, s, count):
    """Change the counts above for a node that is about to move to block s."""
    if upper is not None:
        r = blocks.label[i]
        lost, won = -int(blocks.size[r] == 1), int(blocks.size[s] == 0)
        up_r, up_s = upper.parent[0, r], upper.parent[0, s]
        if up_r != up_s or lost + won != 0:
            up_count = _gather_node(upper, blocks, count)
            shift(upper, 0, up_r, up_s, blocks.loops[i], up_count, lost, won, blocks.kind[r])
            clear_toward(upper, 0, up_count)


@kernel(allocates=False)
def gain_of_union_above(upper, blocks, r, s):
    """Return the change above if all nodes of block r go to block s."""
    if upper is None:
        return 0.0
    up_r, up_s = upper.parent[0, r], upper.parent[0, s]
    kind, loops = blocks.kind[r], blocks.edges[r, r] // 2
    row = blocks.edges[r]
    count = 0
    for t in range(row.size):
        if row[t] > 0 and t != r:
            count = add_toward(upper, 0, upper.parent[0, t], row[t], count)
    change = shift(upper, 0, up_r, up_s, loops, count, -1, 0, kind)
    shift(upper, 0, up_s, up_r, loops, count, 0, 1, kind)
    clear_toward(upper, 0, count)
    return change


@kernel(allocates=False)
def edge_prior(upper, table, pairs, n_edges):
    """Return the term of the numbers of edges between blocks, which levels above replace."""
    if upper is None:
        return log_multisets(table, pairs, n_edges)
    return 0.0


@kernel(allocates=False)
def adopt(upper, r, like):
    """Put a block that is to get its first node into the group of block `like`."""
    if upper is not None:
        upper.parent[0, r] = upper.parent[0, like]


@kernel(allocates=False)
def parent_of(upper, r):
    """Return the group of a block, or -1 without groups."""
    if upper is None:
        return np.int32(-1)
    return upper.parent[0, r]


@kernel(allocates=False)
def set_parent(upper, r, group):
    """Put an idle block into a group."""
    if upper is not None:
        upper.parent[0, r] = group
