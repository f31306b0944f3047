"""Blocks from the bottom up: merges of many pairs at once, with moves of nodes between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from partwise.sbm._problem import Model, Problem, compact, make_blocks

if TYPE_CHECKING:
    from partwise.sbm._search import Budget, Found, Plan

__all__ = ["agglomerate"]

_SHRINK = 1.3  # times fewer blocks from one level to the next
_CANDIDATES = 10  # partners to try for every block
_HOT, _COLD = 10, 5  # sweeps at each level


def agglomerate(
    problem: Problem,
    model: Model,
    plan: Plan,
    rng: NDArray[np.uint64],
    budget: Budget,
    found: Found,
    report: Callable[[float, str], None],
    visit: Callable[[NDArray[np.int32]], None] | None = None,
) -> NDArray[np.int32]:
    """Merge blocks, of one node each at first, until as few as allowed are left.

    At every level nodes are moved at temperature 1, then greedily. The best labels are offered to
    `found` and returned. `visit` is called with those of every level that are allowed.
    """
    from partwise.sbm._kernels.agglomeration import merge_candidates, unite
    from partwise.sbm._kernels.gains import total_cost
    from partwise.sbm._kernels.sweeps import NOTHING, sweep

    n = problem.n_nodes
    least = max(1 + problem.is_bipartite, int(plan.limits[: 1 + problem.is_bipartite, 0].sum()))
    labels = np.arange(n, dtype=np.int32)
    order = np.arange(n, dtype=np.int32)
    best, best_cost = problem.types.astype(np.int32), np.inf
    while True:
        labels = compact(labels)
        blocks = make_blocks(problem, model, labels, limits=plan.limits)
        n_blocks = int(blocks.n_active.sum())
        if n_blocks < n and not budget.spent():
            for _ in range(_HOT):
                sweep(blocks, rng, order, 1.0, 1.0, 0.0, True, found.tally[0])
            for _ in range(_COLD):
                if sweep(blocks, rng, order, np.inf, 1.0, 0.0, True, found.tally[0]) > NOTHING:
                    break
            found.sweeps += _HOT + _COLD
        cost = float(total_cost(blocks))
        few = blocks.n_active <= plan.limits[:, 1]
        if few.all() and cost < best_cost:
            best, best_cost = blocks.label.copy(), cost
        if few.all() and visit is not None:
            visit(blocks.label)
        report(0.4 * (1.0 - np.log(n_blocks) / max(1.0, np.log(n))), f"{n_blocks} blocks")
        if n_blocks <= least or (best_cost < np.inf and budget.spent()):
            break
        source, target = np.zeros((2, n_blocks), np.int32)
        gain = np.zeros(n_blocks)
        pairs = merge_candidates(blocks, rng, _CANDIDATES, 1.0, source, target, gain)
        wanted = n_blocks - max(least, int(n_blocks / _SHRINK))
        leader = np.zeros(n_blocks, np.int32)
        cheapest = np.argsort(gain[:pairs], kind="stable")
        if unite(blocks, source[:pairs], target[:pairs], cheapest, max(1, wanted), leader) == 0:
            break
        labels = leader[blocks.label]
    found.offer(best, best_cost)
    return best
