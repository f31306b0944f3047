"""Blocks from the bottom up: merges of many pairs at once, with moves of nodes between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from partwise.sbm._embedding import small_blocks
from partwise.sbm._problem import Model, Problem, compact, make_blocks

if TYPE_CHECKING:
    from partwise.sbm._kernels.blocks import Blocks
    from partwise.sbm._search import Budget, Found, Plan

__all__ = ["agglomerate"]

_LARGE = 2000  # nodes; of more, not every one begins as a block of its own
_WIDTH = 0.7  # blocks then at the start, of sqrt(edges): more cannot be told apart in this model
_LEAST_START, _MOST_AT_START = 100, 2000
_CANDIDATES = 10  # partners to try for every block


@dataclass(frozen=True, slots=True)
class _Pace:
    """How fast to go down."""

    shrink: float  # times fewer blocks from one level to the next
    hot: int  # sweeps at each level at temperature 1
    cold: int  # greedy ones after them
    past: float = np.inf  # times fewer blocks than the best, after which to stop
    gains_only: bool = False  # whether merges must each shorten the description


_ALL_LEVELS = _Pace(1.3, 10, 5)
# Large graphs: first past the best level, then from above it slowly to where merges end by
# themselves.
_COARSE, _FINE = _Pace(1.3, 3, 2, past=2.0), _Pace(1.1, 3, 3, gains_only=True)


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
    """Merge blocks until as few as allowed are left.

    At first every node is one, or in large graphs every group of similar nodes. At every level
    nodes are moved at temperature 1, then greedily. The best labels are offered to `found` and
    returned. `visit` is called with those of every level that are allowed.
    """
    n = problem.n_nodes
    descent = _Descent(problem, model, plan, rng, budget, found, report, visit)
    if n > _LARGE:
        wanted = int(np.clip(_WIDTH * np.sqrt(problem.n_edges), _LEAST_START, _MOST_AT_START))
        descent.go(small_blocks(problem, wanted, plan.limits[:, 0], rng), _COARSE)
        descent.go(descent.above, _FINE)
    else:
        descent.go(np.arange(n, dtype=np.int32), _ALL_LEVELS)
    found.offer(descent.best, descent.best_cost)
    return descent.best


class _Descent:
    """Merges and moves in turn, and the best level so far."""

    def __init__(
        self,
        problem: Problem,
        model: Model,
        plan: Plan,
        rng: NDArray[np.uint64],
        budget: Budget,
        found: Found,
        report: Callable[[float, str], None],
        visit: Callable[[NDArray[np.int32]], None] | None,
    ) -> None:
        self.problem, self.model, self.plan = problem, model, plan
        self.rng, self.budget, self.found, self.report = rng, budget, found, report
        self.visit = visit
        sides = 1 + problem.is_bipartite
        self.least = max(sides, int(plan.limits[:sides, 0].sum()))
        self.order = np.arange(problem.n_nodes, dtype=np.int32)
        self.best = problem.types.astype(np.int32)
        self.best_cost = np.inf
        self.best_number = 0
        self.above = self.best  # the level before the best

    def go(self, labels: NDArray[np.int32], pace: _Pace) -> None:
        """Go down from `labels`."""
        from partwise.sbm._kernels.gains import total_cost

        n = self.problem.n_nodes
        before = labels
        while True:
            labels = compact(labels)
            blocks = make_blocks(self.problem, self.model, labels, limits=self.plan.limits)
            n_blocks = int(blocks.n_active.sum())
            if n_blocks < n and not self.budget.spent():
                self._move_nodes(blocks, pace)
            cost = float(total_cost(blocks))
            few = blocks.n_active <= self.plan.limits[:, 1]
            if few.all() and cost < self.best_cost:
                self.best, self.best_cost = blocks.label.copy(), cost
                self.best_number, self.above = n_blocks, before
            if few.all() and self.visit is not None:
                self.visit(blocks.label)
            part = 0.4 * (1.0 - np.log(n_blocks) / max(1.0, np.log(n)))
            self.report(part, f"{n_blocks} blocks")
            if n_blocks <= self.least or n_blocks * pace.past < self.best_number:
                break
            if self.best_cost < np.inf and self.budget.spent():
                break
            before = blocks.label.copy()
            wanted = n_blocks - max(self.least, int(n_blocks / pace.shrink))
            merged = self._merge(blocks, max(1, wanted), pace.gains_only)
            if merged is None:
                break
            labels = merged

    def _move_nodes(self, blocks: Blocks, pace: _Pace) -> None:
        from partwise.sbm._kernels.acceptance import NOTHING
        from partwise.sbm._kernels.sweeps import sweep

        tally = self.found.tally[0]
        for _ in range(pace.hot):
            sweep(blocks, self.rng, self.order, 1.0, 1.0, 0.0, True, tally)
        for _ in range(pace.cold):
            if sweep(blocks, self.rng, self.order, np.inf, 1.0, 0.0, True, tally) > NOTHING:
                break
        self.found.sweeps += pace.hot + pace.cold

    def _merge(self, blocks: Blocks, wanted: int, gains_only: bool) -> NDArray[np.int32] | None:
        """Return labels of that many blocks fewer, or None if no two can be merged."""
        from partwise.sbm._kernels.agglomeration import merge_candidates, unite

        n_blocks = int(blocks.n_active.sum())
        source, target = np.zeros((2, n_blocks), np.int32)
        gain = np.zeros(n_blocks)
        pairs = merge_candidates(blocks, self.rng, _CANDIDATES, 1.0, source, target, gain)
        leader = np.zeros(n_blocks, np.int32)
        cheapest = np.argsort(gain[:pairs], kind="stable")
        if gains_only:
            cheapest = cheapest[gain[cheapest] < 0]
        if unite(blocks, source[:pairs], target[:pairs], cheapest, wanted, leader) == 0:
            return None
        merged: NDArray[np.int32] = leader[blocks.label]
        return merged
