"""Samples of the posterior distribution of partitions."""

from __future__ import annotations

import math

import numpy as np

from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below, next_float, shuffle
from partwise.sbm._kernels.blocks import gather, move_node, release, take_idle
from partwise.sbm._kernels.gains import gain_of_merge, gain_of_move
from partwise.sbm._kernels.splits import bring_node, members_of, merge_blocks, move_all
from partwise.sbm._kernels.sweeps import sweep

__all__ = ["sample", "split_or_merge"]


@kernel(allocates=False)
def split_or_merge(blocks, rng, scans, members, wanted, work):
    """Split or merge blocks by the rule of Jain and Neal (2004), which keeps the distribution.

    Two nodes are drawn. If they are in the same block, it is split between them; else their blocks
    are merged. The proposal is what a restricted Gibbs scan makes of a state of the other nodes
    that is random and has gone through some scans.

    Parameters
    ----------
    scans : int
        Restricted scans before that of the proposal.
    members, wanted, work : int32 ndarrays of shape (n,)
        Work.

    Returns
    -------
    float
        The change of the description length, 0 where nothing happened.
    """
    n_nodes = blocks.label.size
    i = next_below(rng, n_nodes)
    j = next_below(rng, n_nodes)
    r, other = blocks.label[i], blocks.label[j]
    kind = blocks.kind[r]
    if i == j or kind != blocks.kind[other]:
        return 0.0
    b = blocks.n_active[kind]
    is_split = r == other
    if is_split:
        if b >= blocks.limits[kind, 1]:
            return 0.0
        s = take_idle(blocks, r)
        if s < 0:
            return 0.0
    else:
        if b <= blocks.limits[kind, 0]:
            return 0.0
        s = np.int64(other)
    n = members_of(blocks, r, members)
    if not is_split:
        n += members_of(blocks, s, members[n:])
    # i and j stay where they are, in different blocks
    kept = 0
    for k in range(n):
        if members[k] != i and members[k] != j:
            members[kept] = members[k]
            kept += 1
    n = kept
    shuffle(rng, members[:n])
    change = 0.0
    if is_split:
        change += bring_node(blocks, j, s)
    else:
        for k in range(n):
            wanted[k] = blocks.label[members[k]]
        change -= gain_of_merge(blocks, r, s)  # up to the split state, from that of one block
    reached = 0.0
    for k in range(n):
        if next_below(rng, 2) == 0:
            there = s if blocks.label[members[k]] == r else r
            reached += bring_node(blocks, members[k], there)
    for _ in range(scans):
        gain, _ = _scan(blocks, rng, r, s, members, n, wanted, False)
        reached += gain
    gain, log_proposal = _scan(blocks, rng, r, s, members, n, wanted, not is_split)
    reached += gain
    if is_split:
        change += reached
        # one block more has b + 1 times as many namings
        odds = -change + math.log(b + 1.0) - log_proposal
        if odds >= 0.0 or next_float(rng) < math.exp(odds):
            return change
        move_all(blocks, members, n, s, r)
        move_all(blocks, _single(work, j), 1, s, r)
        return 0.0
    odds = change - math.log(b) + log_proposal
    if odds >= 0.0 or next_float(rng) < math.exp(odds):
        merge_blocks(blocks, r, s, work)
        return -change
    return 0.0


@kernel(allocates=False)
def _single(work, i):
    work[0] = i
    return work


@kernel(allocates=False)
def _scan(blocks, rng, r, s, members, n, wanted, forced):
    """Choose r or s for every member in turn; return the change and ln of the probability.

    `forced`: what is chosen is `wanted`, and only the probability is new.
    """
    change = 0.0
    log_probability = 0.0
    for k in range(n):
        i = members[k]
        here = blocks.label[i]
        there = s if here == r else r
        count = gather(blocks, i)
        gain = gain_of_move(blocks, i, there, count)
        # ln of the probability to stay, and to go
        if gain > 0.0:
            stay = -math.log1p(math.exp(-gain))
        else:
            stay = gain - math.log1p(math.exp(gain))
        go = stay - gain
        if forced:
            goes = wanted[k] != here
        else:
            goes = math.log(1.0 - next_float(rng)) < go
        if goes:
            move_node(blocks, i, there, count)
            change += gain
            log_probability += go
        else:
            log_probability += stay
        release(blocks, count)
    return change, log_probability


@kernel(allocates=False)
def sample(blocks, rng, sweeps, tries, scans, eps, fresh, order, work, tally):
    """Take the state `sweeps` sweeps on, each followed by `tries` splits or merges.

    Returns
    -------
    float
        The change of the description length.
    """
    change = 0.0
    for _ in range(sweeps):
        change += sweep(blocks, rng, order, 1.0, eps, fresh, False, tally)
        for _ in range(tries):
            change += split_or_merge(blocks, rng, scans, work[0], work[1], work[2])
    return change
