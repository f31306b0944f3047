"""Simulated annealing of a whole hierarchy of blocks."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel
from partwise.sbm._kernels.acceptance import NOTHING
from partwise.sbm._kernels.groups import sweep_items, try_groups
from partwise.sbm._kernels.splits import try_blocks
from partwise.sbm._kernels.sweeps import sweep

__all__ = ["anneal_level", "anneal_nested"]

_TRIES_ABOVE = 2  # splits and merges of groups after each sweep of a level


@kernel(allocates=False)
def _step(upper, base, alive, rng, level, beta, tries, fresh, work, gains, tally):
    """Run a sweep and some tries at a level above."""
    change = 0.0
    if level > 0:
        base, alive = upper.edges[level - 1], upper.size[level - 1]
    change += sweep_items(upper, base, alive, level, rng, beta, fresh, work, gains, tally[0])
    for _ in range(tries):
        change += try_groups(upper, base, alive, level, rng, beta, work, tally[1])
    return change


@kernel
def anneal_nested(
    blocks, rng, betas, tries, eps, fresh, cost, best, best_label, best_parent, order, work,
    item_work, gains, tally, upper_tally,
):  # fmt: skip
    """Run sweeps and tries of splits and merges in all levels at each temperature.

    Parameters
    ----------
    blocks
        With levels above.
    betas, tries, eps, fresh, cost, best, best_label, order, work, tally
        As for :func:`partwise.sbm._kernels.annealing.anneal`.
    best_parent : int32 ndarray of the shape of ``blocks.upper.parent``
        Written together with `best_label`.
    item_work : int32 ndarray of shape (4, p)
    gains : float64 ndarray of shape (p,)
    upper_tally : int64 ndarray of shape (2, 2)
        The tally of the levels above.

    Returns
    -------
    cost, best : float
    steps : int
        Temperatures gone through; greedy ones end when nothing changes.
    """
    upper = blocks.upper
    last = upper.edges.shape[0] - 1
    steps = 0
    for beta in betas:
        cost += sweep(blocks, rng, order, beta, eps, fresh, False, tally[0])
        for _ in range(tries):
            cost += try_blocks(blocks, rng, beta, eps, work[0], work[1], tally[1])
        for level in range(last):
            cost += _step(
                upper, blocks.edges, blocks.size, rng, level, beta, _TRIES_ABOVE, True, item_work,
                gains, upper_tally,
            )  # fmt: skip
        steps += 1
        if cost < best + NOTHING:
            best = cost
            best_label[:] = blocks.label
            best_parent[:] = upper.parent
    return cost, best, steps


@kernel(allocates=False)
def anneal_level(upper, base, alive, rng, level, betas, tries, fresh, item_work, gains, tally):
    """Run sweeps and tries at one level above only; return the change of the description length.

    Parameters
    ----------
    base : int32 ndarray
        Edges between the items of the lowest level.
    alive : int64 ndarray
        0 for those that are not there.
    """
    change = 0.0
    for beta in betas:
        step = _step(upper, base, alive, rng, level, beta, tries, fresh, item_work, gains, tally)
        change += step
        if beta == np.inf and step >= NOTHING:
            break
    return change
