"""Simulated annealing of blocks: sweeps of single nodes between splits and merges."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel
from partwise.sbm._kernels.acceptance import NOTHING
from partwise.sbm._kernels.splits import try_blocks
from partwise.sbm._kernels.sweeps import sweep

__all__ = ["anneal"]


@kernel
def anneal(blocks, rng, betas, tries, eps, fresh, cost, best, best_label, order, work, tally):
    """Run a sweep and some tries of splits and merges at each temperature.

    Parameters
    ----------
    betas : float64 ndarray
        Inverse temperatures; infinity is greedy.
    tries : int
        Splits and merges after each sweep.
    eps, fresh : float
        See :func:`partwise.sbm._kernels.sweeps.sweep`.
    cost, best : float
        Of the labels at the start, and the least found before.
    best_label : int32 ndarray of shape (n,)
        Labels of least cost, written whenever a sweep ends below `best`.
    order : int32 ndarray of shape (n,)
        The nodes.
    work : int32 ndarray of shape (2, n)
    tally : int64 ndarray of shape (2, 2)
        Tried and made: moves, then splits and merges.

    Returns
    -------
    cost, best : float
    steps : int
        Temperatures gone through; greedy ones end when nothing moves.
    """
    steps = 0
    for beta in betas:
        before = cost
        cost += sweep(blocks, rng, order, beta, eps, fresh, False, tally[0])
        for _ in range(tries):
            cost += try_blocks(blocks, rng, beta, eps, work[0], work[1], tally[1])
        steps += 1
        if cost < best + NOTHING:
            best = cost
            best_label[:] = blocks.label
        if beta == np.inf and tries == 0 and cost >= before + NOTHING:
            break
    return cost, best, steps
