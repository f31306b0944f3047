"""Moves in the levels above the blocks of nodes: of single items, merges and splits of groups."""

from __future__ import annotations

import math

import numpy as np

from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below, next_float, shuffle
from partwise.sbm._kernels.acceptance import NOTHING, accepted
from partwise.sbm._kernels.hierarchy import add_toward, clear_toward, shift

__all__ = ["move_item", "sweep_items", "try_groups", "unite_groups"]

#: Groups that an item is tried in; all of them, if they are no more.
_CANDIDATES = 8
_GIBBS, _GREEDY = 3, 6


@kernel(allocates=False)
def _gather_item(upper, below, level, x):
    """Gather the edges of an item by groups; return how many these are."""
    row, parent = below[x], upper.parent[level]
    count = 0
    for y in range(row.size):
        if row[y] > 0 and y != x:
            count = add_toward(upper, level, parent[y], row[y], count)
    return count


@kernel(allocates=False)
def _gain_of_item(upper, below, level, x, s, count):
    """Return the change if an item, whose edges are gathered, goes to group s."""
    r = upper.parent[level, x]
    kind, loops = upper.kind[level, r], below[x, x] // 2
    change = shift(upper, level, r, s, loops, count, -1, 1, kind)
    shift(upper, level, s, r, loops, count, -1, 1, kind)
    return change


@kernel(allocates=False)
def _put_item(upper, below, level, x, s, count):
    r = upper.parent[level, x]
    change = shift(upper, level, r, s, below[x, x] // 2, count, -1, 1, upper.kind[level, r])
    upper.parent[level, x] = s
    return change


@kernel(allocates=False)
def move_item(upper, below, level, x, s):
    """Move an item to another group s and return the change of the description length."""
    count = _gather_item(upper, below, level, x)
    change = _put_item(upper, below, level, x, s, count)
    clear_toward(upper, level, count)
    return change


@kernel(allocates=False)
def _take_group(upper, level, like):
    """Return a group without items, made like another one, or -1 if there is none."""
    size = upper.size[level]
    for s in range(size.size):
        if size[s] == 0:
            upper.kind[level, s] = upper.kind[level, like]
            upper.parent[level + 1, s] = upper.parent[level + 1, like]
            return s
    return -1


@kernel(allocates=False)
def _groups_of(upper, level, kind, groups):
    """List the groups of a kind and return how many there are."""
    n = 0
    for r in range(upper.size.shape[1]):
        if upper.size[level, r] > 0 and upper.kind[level, r] == kind:
            groups[n] = r
            n += 1
    return n


@kernel(allocates=False)
def _draw_group(upper, rng, level, count, groups, n_groups):
    """Return a group that groups with edges to a gathered item have edges to, or any of a list."""
    if count > 0 and next_below(rng, 4) > 0:
        t = upper.touched[level, next_below(rng, count)]
        row = upper.edges[level, t]
        total = 0
        for j in range(n_groups):
            total += row[groups[j]]
        at = next_float(rng) * total
        for j in range(n_groups):
            at -= row[groups[j]]
            if at < 0:
                return groups[j]
    return groups[next_below(rng, n_groups)]


@kernel(allocates=False)
def sweep_items(upper, below, alive, level, rng, beta, fresh, work, gains, tally):
    """Move every item of a level once, to one of some groups by Gibbs' rule, or to the best.

    Parameters
    ----------
    below : int32 ndarray
        Edges between the items.
    alive : int64 ndarray
        0 for items that are not there.
    level : int
        Not the last one.
    beta : float
        Inverse temperature; infinity for the best group.
    fresh : bool
        Whether items may make new groups.
    work : int32 ndarray of shape (4, p)
    gains : float64 ndarray of shape (p,)
    tally : int64 ndarray of shape (2,)
        Moves tried and made are added here.

    Returns
    -------
    float
        The change of the description length.
    """
    items, groups, choice = work[0], work[1], work[2]
    n = 0
    for x in range(alive.size):
        if alive[x] > 0:
            items[n] = x
            n += 1
    shuffle(rng, items[:n])
    change = 0.0
    for at in range(n):
        x = items[at]
        r = upper.parent[level, x]
        n_groups = _groups_of(upper, level, upper.kind[level, r], groups)
        count = _gather_item(upper, below, level, x)
        choice[0], gains[0] = r, 0.0
        options = 1
        tried = min(n_groups, _CANDIDATES)
        for j in range(tried):
            s = groups[j]
            if n_groups > _CANDIDATES:
                s = _draw_group(upper, rng, level, count, groups, n_groups)
            if s != r:
                choice[options] = s
                gains[options] = _gain_of_item(upper, below, level, x, s, count)
                options += 1
        if fresh and upper.size[level, r] > 1:
            s = _take_group(upper, level, groups[next_below(rng, n_groups)])
            if s >= 0:
                choice[options] = s
                gains[options] = _gain_of_item(upper, below, level, x, s, count)
                options += 1
        s = choice[_pick(rng, gains, options, beta)]
        tally[0] += 1
        if s != r:
            change += _put_item(upper, below, level, x, s, count)
            tally[1] += 1
        clear_toward(upper, level, count)
    return change


@kernel(allocates=False)
def _pick(rng, gains, n, beta):
    """Return the number of an option by Gibbs' rule, or of the best, the first of equals."""
    best = 0
    for j in range(1, n):
        if gains[j] < gains[best] + NOTHING:
            best = j
    if beta == np.inf:
        return best
    least = gains[best]
    total = 0.0
    for j in range(n):
        gains[j] = math.exp(-beta * (gains[j] - least))
        total += gains[j]
    at = next_float(rng) * total
    for j in range(n):
        at -= gains[j]
        if at < 0:
            return j
    return best


@kernel(allocates=False)
def _members(upper, alive, level, r, members):
    n = 0
    for x in range(alive.size):
        if alive[x] > 0 and upper.parent[level, x] == r:
            members[n] = x
            n += 1
    return n


@kernel(allocates=False)
def _move_all(upper, below, level, members, n, source, target):
    """Move those of the first n members that are in one group to another."""
    change = 0.0
    for j in range(n):
        if upper.parent[level, members[j]] == source:
            change += move_item(upper, below, level, members[j], target)
    return change


@kernel(allocates=False)
def _split_group(upper, below, level, rng, r, s, members, n):
    """Split a group of n > 1 members in two as well as can be found; return the change."""
    shuffle(rng, members[:n])
    change = 0.0
    for j in range(max(1, n // 2)):
        change += move_item(upper, below, level, members[j], s)
    for step in range(_GIBBS + _GREEDY):
        greedy = step >= _GIBBS
        shuffle(rng, members[:n])
        moved = False
        for j in range(n):
            x = members[j]
            here = upper.parent[level, x]
            if upper.size[level, here] == 1:
                continue
            there = s if here == r else r
            count = _gather_item(upper, below, level, x)
            gain = _gain_of_item(upper, below, level, x, there, count)
            if greedy:
                accept = gain < NOTHING
            else:
                accept = gain <= 0.0 or next_float(rng) * (1.0 + math.exp(gain)) < 1.0
            if accept:
                change += _put_item(upper, below, level, x, there, count)
                moved = True
            clear_toward(upper, level, count)
        if greedy and not moved:
            break
    return change


@kernel(allocates=False)
def try_groups(upper, below, alive, level, rng, beta, work, tally):
    """Try to split a group, to merge two, or to merge two and split the result.

    Parameters
    ----------
    below, alive, level, beta
        As for :func:`sweep_items`.
    work : int32 ndarray of shape (4, p)
    tally : int64 ndarray of shape (2,)
        Tries and successes are added here.

    Returns
    -------
    float
        The change of the description length.
    """
    first, second, groups = work[0], work[1], work[2]
    kind = 0
    if upper.number[level, 1] > 0 and next_below(rng, 2) == 1:
        kind = 1
    n_groups = _groups_of(upper, level, kind, groups)
    if n_groups == 0:
        return 0.0
    way = next_below(rng, 3)
    r = groups[next_below(rng, n_groups)]
    target, merged, change = r, 0, 0.0
    above = upper.parent[level + 1, r]
    tally[0] += 1
    if way > 0:
        target = groups[next_below(rng, n_groups)]
        if target == r:
            return 0.0
        merged = _members(upper, alive, level, r, first)
        change = _move_all(upper, below, level, first, merged, r, target)
        if way == 1:
            if accepted(rng, beta, change):
                tally[1] += 1
                return change
            upper.parent[level + 1, r] = above
            _move_all(upper, below, level, first, merged, target, r)
            return 0.0
    new, split = -1, 0
    if upper.size[level, target] > 1:
        new = _take_group(upper, level, target)
        if new >= 0:
            split = _members(upper, alive, level, target, second)
            change += _split_group(upper, below, level, rng, target, new, second, split)
            if accepted(rng, beta, change):
                tally[1] += 1
                return change
            _move_all(upper, below, level, second, split, new, target)
    if way > 0:
        upper.parent[level + 1, r] = above
        _move_all(upper, below, level, first, merged, target, r)
    return 0.0


@kernel(allocates=False)
def _gain_of_union(upper, below, alive, level, r, s, members):
    """Return the change if all items of group r go to s."""
    above = upper.parent[level + 1, r]
    n = _members(upper, alive, level, r, members)
    change = _move_all(upper, below, level, members, n, r, s)
    upper.parent[level + 1, r] = above
    _move_all(upper, below, level, members, n, s, r)
    return change


@kernel
def unite_groups(upper, below, alive, level, rng, n_candidates, wanted, work, gains):
    """Unite pairs of groups, those first that cost least, until some number of them is united.

    Parameters
    ----------
    below, alive, level
        As for :func:`sweep_items`.
    n_candidates : int
        Partners to try for each group; all, if they are no more.
    wanted : int
    work : int32 ndarray of shape (4, p)
    gains : float64 ndarray of shape (p,)

    Returns
    -------
    change : float
        Of the description length.
    done : int
        How many pairs were united.
    """
    members, groups, partner, drawn = work[0], work[1], work[2], work[3]
    gains[:] = np.inf
    for r in range(upper.size.shape[1]):
        if upper.size[level, r] == 0:
            continue
        n_groups = _groups_of(upper, level, upper.kind[level, r], groups)
        tried = n_groups
        if n_groups <= n_candidates:
            for j in range(n_groups):
                drawn[j] = groups[j]
        else:
            tried = n_candidates
            count = _gather_group(upper, level, r)
            for j in range(tried):
                drawn[j] = _draw_group(upper, rng, level, count, groups, n_groups)
            clear_toward(upper, level, count)
        for j in range(tried):
            s = drawn[j]
            if s != r:
                gain = _gain_of_union(upper, below, alive, level, r, s, members)
                if gain < gains[r]:
                    gains[r], partner[r] = gain, s
    order = np.argsort(gains)
    change, done = 0.0, 0
    for r in order:
        if done == wanted or gains[r] == np.inf:
            break
        s = partner[r]
        # a group that went to another one before is no longer there
        if upper.size[level, r] > 0 and upper.size[level, s] > 0:
            n = _members(upper, alive, level, r, members)
            change += _move_all(upper, below, level, members, n, r, s)
            done += 1
    return change, done


@kernel(allocates=False)
def _gather_group(upper, level, r):
    """Gather what groups a group has edges to, which only :func:`_draw_group` is to see."""
    row = upper.edges[level, r]
    count = 0
    for t in range(row.size):
        if row[t] > 0 and t != r:
            count = add_toward(upper, level, t, row[t], count)
    return count
