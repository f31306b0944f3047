"""Moves of many nodes at once: merges, splits, and both together."""

from __future__ import annotations

import math

import numpy as np

from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below, next_float, shuffle
from partwise.sbm._kernels.acceptance import NOTHING, accepted
from partwise.sbm._kernels.blocks import gather, move_node, release, take_idle
from partwise.sbm._kernels.gains import gain_of_merge, gain_of_move
from partwise.sbm._kernels.hierarchy import parent_of, set_parent
from partwise.sbm._kernels.proposals import draw_target

__all__ = ["bring_node", "merge_blocks", "split_block", "try_blocks"]

#: Restricted sweeps by Gibbs' rule after which a split is improved greedily.
_GIBBS, _GREEDY = 3, 6


@kernel(allocates=False)
def members_of(blocks, r, members):
    """Write the nodes of a block to a list and return how many there are."""
    n = 0
    i = blocks.head[r]
    while i >= 0:
        members[n] = i
        n += 1
        i = blocks.after[i]
    return n


@kernel(allocates=False)
def bring_node(blocks, i, s):
    """Move node i to block s and return the change of the description length."""
    count = gather(blocks, i)
    gain = gain_of_move(blocks, i, s, count)
    move_node(blocks, i, s, count)
    release(blocks, count)
    return gain


@kernel(allocates=False)
def move_all(blocks, members, n, source, target):
    """Move those of the first n members that are in one block to another."""
    for j in range(n):
        i = members[j]
        if blocks.label[i] == source:
            count = gather(blocks, i)
            move_node(blocks, i, target, count)
            release(blocks, count)


@kernel(allocates=False)
def merge_blocks(blocks, r, s, members):
    """Move all nodes of block r to block s; return how many they were."""
    n = members_of(blocks, r, members)
    move_all(blocks, members, n, r, s)
    return n


@kernel(allocates=False)
def undo_merge(blocks, members, n, s, group):
    """Undo :func:`merge_blocks`, of which r was the last block to become idle, in a group."""
    r = take_idle(blocks, s)
    set_parent(blocks.upper, r, group)
    move_all(blocks, members, n, s, r)


@kernel(allocates=False)
def split_block(blocks, rng, r, members):
    """Split a block of two nodes or more in two as well as can be found; return the change.

    Parameters
    ----------
    members : int32 ndarray
        Output: the nodes of the block; those that moved have the new label.

    Returns
    -------
    n, s : int
        The number of nodes that the block had, and the new block; -1 if there is none.
    change : float
    """
    n = members_of(blocks, r, members)
    s = take_idle(blocks, r)
    if s < 0:
        return n, s, 0.0
    shuffle(rng, members[:n])
    change = _scatter(blocks, rng, r, s, members, n)
    return n, s, change + _settle(blocks, rng, r, s, members, n)


@kernel(allocates=False)
def _settle(blocks, rng, r, s, members, n):
    """Move members between two blocks by Gibbs' rule, then greedily; return the change."""
    change = 0.0
    for step in range(_GIBBS + _GREEDY):
        greedy = step >= _GIBBS
        shuffle(rng, members[:n])
        moved = False
        for j in range(n):
            i = members[j]
            here = blocks.label[i]
            if blocks.size[here] == 1:
                continue
            there = s if here == r else r
            count = gather(blocks, i)
            gain = gain_of_move(blocks, i, there, count)
            if greedy:
                accept = gain < NOTHING
            else:
                accept = gain <= 0.0 or next_float(rng) * (1.0 + math.exp(gain)) < 1.0
            if accept:
                move_node(blocks, i, there, count)
                change += gain
                moved = True
            release(blocks, count)
        if greedy and not moved:
            break
    return change


@kernel(allocates=False)
def _scatter(blocks, rng, r, s, members, n):
    """Move some nodes of r to s: any half, or a node with those that share its neighbours."""
    change = 0.0
    way = next_below(rng, 3)
    wanted = max(1, n // 2)
    seed = members[0]
    if way > 0:
        # Its neighbours, or theirs.
        taken = 0
        for arc in range(blocks.indptr[seed], blocks.indptr[seed + 1]):
            j = blocks.indices[arc]
            if way == 1:
                if taken < wanted - 1 and blocks.label[j] == r and j != seed:
                    change += bring_node(blocks, j, s)
                    taken += 1
            else:
                for other in range(blocks.indptr[j], blocks.indptr[j + 1]):
                    k = blocks.indices[other]
                    if taken < wanted - 1 and blocks.label[k] == r and k != seed:
                        change += bring_node(blocks, k, s)
                        taken += 1
        change += bring_node(blocks, seed, s)
        return change
    for j in range(wanted):
        change += bring_node(blocks, members[j], s)
    return change


@kernel(allocates=False)
def _any_block(blocks, rng):
    """Return a block: that of a random node, or any, by equal chances."""
    if next_below(rng, 2) == 0:
        return np.int64(blocks.label[next_below(rng, blocks.label.size)])
    at = next_below(rng, blocks.n_active[0] + blocks.n_active[1])
    if at < blocks.n_active[0]:
        return np.int64(blocks.active[0, at])
    return np.int64(blocks.active[1, at - blocks.n_active[0]])


@kernel(allocates=False)
def _partner(blocks, rng, r, eps):
    """Return a block to merge r with, as one of its nodes would choose it, or r."""
    size = min(blocks.size[r], 50)
    i = blocks.head[r]
    for _ in range(next_below(rng, size)):
        i = blocks.after[i]
    s = r
    count = gather(blocks, i)
    for _ in range(8):
        s = draw_target(blocks, rng, i, count, eps)
        if s != r:
            break
    release(blocks, count)
    return np.int64(s)


@kernel(allocates=False)
def try_blocks(blocks, rng, beta, eps, first, second, tally):
    """Try one split, merge, merge and split of the result, or merge and split elsewhere.

    In graphs with types also two splits, of a block of each type: one of them alone may be no gain.
    It is accepted by Metropolis' rule without regard to how likely the way back is: for a search,
    not for samples.

    Parameters
    ----------
    first, second : int32 ndarrays of shape (n,)
        Work.
    tally : int64 ndarray of shape (2,)
        Tries and successes are added here.

    Returns
    -------
    float
        The change of the description length.
    """
    way = next_below(rng, 5 if blocks.n_active[1] > 0 else 4)
    r = _any_block(blocks, rng)
    tally[0] += 1
    if way == 4:
        return _try_two_splits(blocks, rng, r, beta, first, second, tally)
    merged, group = 0, parent_of(blocks.upper, r)
    change = 0.0
    target = r
    if way > 0:
        target = _partner(blocks, rng, r, eps)
        if target == r:
            return 0.0
        change = gain_of_merge(blocks, r, target)
        kind = blocks.kind[r]
        may = blocks.n_active[kind] > blocks.limits[kind, 0]
        if way == 1 and not (may and accepted(rng, beta, change)):
            return 0.0
        merged = merge_blocks(blocks, r, target, first)
        if way == 1:
            tally[1] += 1
            return change
    victim = target
    if way == 3:
        victim = _any_block(blocks, rng)
    split, new = 0, np.int64(-1)
    if blocks.size[victim] > 1:
        split, taken, gain = split_block(blocks, rng, victim, second)
        new = np.int64(taken)
        change += gain
    if new >= 0 and _within_limits(blocks) and accepted(rng, beta, change):
        tally[1] += 1
        return change
    if new >= 0:
        move_all(blocks, second, split, new, victim)
    if way > 0:
        undo_merge(blocks, first, merged, target, group)
    return 0.0


@kernel(allocates=False)
def _try_two_splits(blocks, rng, r, beta, first, second, tally):
    """Try to split a block and one of the other type, each with regard to the other split."""
    i = blocks.head[r]
    for _ in range(next_below(rng, min(blocks.size[r], 50))):
        i = blocks.after[i]
    arcs = blocks.indptr[i + 1] - blocks.indptr[i]
    if arcs == 0:
        return 0.0
    t = np.int64(blocks.label[blocks.indices[blocks.indptr[i] + next_below(rng, arcs)]])
    if blocks.size[r] == 1 or blocks.size[t] == 1:
        return 0.0
    n_first, s, change = split_block(blocks, rng, r, first)
    if s < 0:
        return 0.0
    n_second, u, gain = split_block(blocks, rng, t, second)
    change += gain
    if u >= 0:
        change += _settle(blocks, rng, r, s, first, n_first)
        change += _settle(blocks, rng, t, u, second, n_second)
        if _within_limits(blocks) and accepted(rng, beta, change):
            tally[1] += 1
            return change
        move_all(blocks, second, n_second, u, t)
    move_all(blocks, first, n_first, s, r)
    return 0.0


@kernel(allocates=False)
def _within_limits(blocks):
    for kind in range(2):
        n = blocks.n_active[kind]
        if n < blocks.limits[kind, 0] or n > blocks.limits[kind, 1]:
            return False
    return True
