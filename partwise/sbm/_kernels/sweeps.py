"""Moves of single nodes, by Metropolis and Hastings or greedily."""

from __future__ import annotations

import math

import numpy as np

from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_float, shuffle
from partwise.sbm._kernels.acceptance import NOTHING
from partwise.sbm._kernels.blocks import gather, move_node, put_idle_back, release, take_idle
from partwise.sbm._kernels.gains import gain_of_move
from partwise.sbm._kernels.proposals import draw_target, probability, return_probability

__all__ = ["sweep"]


@kernel(allocates=False)
def sweep(blocks, rng, order, beta, eps, fresh, keep, tally):
    """Try to move every node once, in random order.

    Parameters
    ----------
    order : int32 ndarray of shape (n,)
        The nodes; shuffled.
    beta : float
        Inverse temperature; infinity for greedy moves. At 1, without `keep`, this samples from the
        posterior distribution of partitions whose blocks have no names.
    eps : float
        See :func:`partwise.sbm._kernels.proposals.draw_target`.
    fresh : float
        Probability to propose a block without nodes.
    keep : bool
        Whether the last node of a block stays.
    tally : int64 ndarray of shape (2,)
        Moves tried and made are added here.

    Returns
    -------
    float
        The change of the description length.
    """
    shuffle(rng, order)
    change = 0.0
    for i in order:
        r = blocks.label[i]
        kind = blocks.kind[r]
        alone = blocks.size[r] == 1
        if alone and (keep or fresh == 0.0 or blocks.n_active[kind] <= blocks.limits[kind, 0]):
            continue
        tally[0] += 1
        new = fresh > 0.0 and next_float(rng) < fresh
        if new and (alone or blocks.n_active[kind] >= blocks.limits[kind, 1]):
            continue
        count = gather(blocks, i)
        s = take_idle(blocks, r) if new else draw_target(blocks, rng, i, count, eps)
        if s != r and s >= 0:
            gain = gain_of_move(blocks, i, s, count)
            if beta == np.inf:
                accept = gain < NOTHING
            else:
                odds = -beta * gain + _log_ratio(blocks, i, s, count, eps, fresh)
                accept = odds >= 0.0 or next_float(rng) < math.exp(odds)
            if accept:
                move_node(blocks, i, s, count)
                change += gain
                tally[1] += 1
            elif new:
                put_idle_back(blocks, s)
        release(blocks, count)
    return change


@kernel(allocates=False)
def _log_ratio(blocks, i, s, count, eps, fresh):
    """Return ln of the odds to propose the way back, and of the namings of what is there then."""
    r = blocks.label[i]
    alone, new = blocks.size[r] == 1, blocks.size[s] == 0
    b = blocks.n_active[blocks.kind[r]]
    if new:
        there = math.log(fresh)
    else:
        there = math.log(probability(blocks, i, s, count, eps)) + math.log1p(-fresh)
    if alone:
        back = math.log(fresh)
    else:
        back = math.log(return_probability(blocks, i, s, count, eps, b + new)) + math.log1p(-fresh)
    # b blocks have b! namings, each of which has the same description length.
    if new:
        return back - there + math.log(b + 1.0)
    if alone:
        return back - there - math.log(b)
    return back - there
