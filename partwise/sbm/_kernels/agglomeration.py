"""Merging blocks of a graph of blocks, many pairs at once."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below
from partwise.sbm._kernels.blocks import gather, release
from partwise.sbm._kernels.gains import gain_of_merge
from partwise.sbm._kernels.proposals import draw_target

__all__ = ["merge_candidates", "unite"]


@kernel(allocates=False)
def merge_candidates(blocks, rng, n_candidates, eps, source, target, gain):
    """Find for every block the best of some partners to merge with.

    Partners are those that random nodes of the block would choose.

    Parameters
    ----------
    n_candidates : int
    source, target : int32 ndarrays of shape (c,)
        Output.
    gain : float64 ndarray of shape (c,)
        Output: the change of the description length by each merge alone.

    Returns
    -------
    int
        The number of blocks for which there is one.
    """
    found = 0
    for kind in range(2):
        for at in range(blocks.n_active[kind]):
            r = blocks.active[kind, at]
            best, best_gain = -1, np.inf
            # A few nodes stand for the block; each is gathered once.
            i = blocks.head[r]
            size = blocks.size[r]
            left = n_candidates
            while left > 0:
                draws = left if size == 1 else max(1, n_candidates // min(size, 5))
                draws = min(draws, left)
                count = gather(blocks, i)
                for _ in range(draws):
                    s = draw_target(blocks, rng, i, count, eps)
                    if s != r and s != best:
                        change = gain_of_merge(blocks, r, s)
                        if change < best_gain:
                            best, best_gain = s, change
                release(blocks, count)
                left -= draws
                for _ in range(1 + next_below(rng, 3)):
                    i = blocks.after[i]
                    if i < 0:
                        i = blocks.head[r]
            if best >= 0:
                source[found] = r
                target[found] = best
                gain[found] = best_gain
                found += 1
    return found


@kernel
def unite(blocks, source, target, order, wanted, leader):
    """Unite pairs in the given order until some number of them has been united.

    Of neither kind fewer blocks are left than there must be.

    Parameters
    ----------
    source, target : int32 ndarrays
    order : int64 ndarray
    wanted : int
    leader : int32 ndarray of shape (c,)
        Output: a block for each block, the same for those that are united.

    Returns
    -------
    int
        How many pairs were.
    """
    for r in range(leader.size):
        leader[r] = r
    left = np.empty(2, np.int64)
    for kind in range(2):
        left[kind] = blocks.n_active[kind] - max(1, blocks.limits[kind, 0])
    done = 0
    for at in order:
        if done == wanted:
            break
        kind = blocks.kind[source[at]]
        if left[kind] <= 0:
            continue
        r, s = _find(leader, source[at]), _find(leader, target[at])
        if r != s:
            leader[r] = s
            done += 1
            left[kind] -= 1
    for r in range(leader.size):
        leader[r] = _find(leader, r)
    return done


@kernel
def _find(leader, r):
    while leader[r] != r:
        leader[r] = leader[leader[r]]
        r = leader[r]
    return r
