"""The search for a hierarchy of blocks of least description length."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from partwise.sbm._hierarchy import Items, Levels, build, improve, make_upper, read_levels
from partwise.sbm._kernels.blocks import Blocks
from partwise.sbm._problem import Model, Problem, compact, make_blocks
from partwise.sbm._result import Effort
from partwise.sbm._search import EPS, FRESH, LAST_STEPS, Budget, Plan, search

__all__ = ["NestedFound", "cost_of_levels", "make_nested", "nested_search"]

_FIRST_BETA, _LAST_BETA = 0.7, 3.0
_MOST_CYCLES, _LEAST_CYCLE = 3, 100  # of annealing, each from the best so far, and their sweeps
_GREEDY_STEPS = 20
_MOST_ROUNDS = 8  # of greedy moves and changes of levels
_CHUNK_SECONDS = 0.2  # between looks at the clock
_MOST_VISITED = 400  # blocks of the agglomeration above which levels are made
_MOST_WORSE = 3  # times in a row that more blocks are worse, after which no more are looked at


@dataclass(slots=True)
class NestedFound:
    """The best hierarchy so far.

    Attributes
    ----------
    levels : list of int32 ndarrays
    cost : float
        Their description length without the terms that no blocks change.
    trace : list of float
        After each stage.
    tally : int64 ndarray of shape (2, 2)
        Tried and made: moves, then splits and merges.
    sweeps : int
    """

    levels: Levels
    cost: float
    trace: list[float] = field(default_factory=list)
    tally: NDArray[np.int64] = field(default_factory=lambda: np.zeros((2, 2), np.int64))
    sweeps: int = 0

    def offer(self, levels: Levels, cost: float) -> None:
        """Take levels that are better."""
        if cost < self.cost - 1e-9:
            self.levels, self.cost = levels, cost

    def effort(self, budget: Budget) -> Effort:
        """Return what it has cost."""
        (tried, made), (splits, done) = self.tally.tolist()
        return Effort(self.sweeps, tried, made, splits, done, budget.seconds, not budget.is_spent)


def make_nested(
    problem: Problem,
    model: Model,
    levels: Sequence[NDArray[np.int32]],
    room: int = 0,
    limits: NDArray[np.int64] | None = None,
) -> Blocks:
    """Return the state of a fit with levels above the blocks of nodes.

    Parameters
    ----------
    levels : sequence of int32 ndarrays
        Without gaps; the last one all 0, groups of those before of one type.
    room : int
        Number of blocks of nodes that there may be.
    """
    blocks = make_blocks(problem, model, levels[0], room, limits)
    items = _items(problem, blocks, int(levels[0].max()) + 1)
    return blocks._replace(upper=make_upper(items, _above(levels), blocks.size.size))


def _above(levels: Sequence[NDArray[np.int32]]) -> Sequence[NDArray[np.int32]]:
    """Return the levels above that of nodes; one block of nodes may have none."""
    return levels[1:] if len(levels) > 1 else [np.zeros(1, np.int32)]


def _items(problem: Problem, blocks: Blocks, n_blocks: int) -> Items:
    """Return the blocks of nodes as items of the next level."""
    edges = blocks.edges[:n_blocks, :n_blocks].copy()
    return Items(edges, blocks.kind[:n_blocks].copy(), problem.is_bipartite, problem.n_edges)


def cost_of_levels(problem: Problem, model: Model, levels: Sequence[NDArray[np.int32]]) -> float:
    """Return the description length without the terms that no blocks change."""
    from partwise.sbm._kernels.gains import total_cost

    return float(total_cost(make_nested(problem, model, levels)))


def nested_search(
    problem: Problem,
    model: Model,
    plan: Plan,
    initial: Levels | None,
    rng: NDArray[np.uint64],
    budget: Budget,
    report: Callable[[float, str], None],
) -> NestedFound:
    """Return the best hierarchy that one run finds; never worse than `initial`.

    Without an initial one it is never worse either than the blocks of :func:`search` with the same
    random numbers, with one block on top.
    """
    run = _Run(problem, model, plan, rng, budget)
    found = run.found
    if initial is not None:
        found.offer(initial, cost_of_levels(problem, model, initial))
        if len(initial) <= 2:
            run.offer_labels(initial[0])
    else:
        run.start_flat(lambda part, what: report(0.4 * part, what))
    found.trace.append(found.cost)
    if not budget.spent():
        cycles = min(_MOST_CYCLES, max(1, plan.n_sweeps // _LEAST_CYCLE))
        betas = np.geomspace(_FIRST_BETA, _LAST_BETA, plan.n_sweeps // cycles)
        for cycle in range(cycles):
            if cycle > 0 and not budget.spent():
                run.mend()
            done, share = 0.4 + 0.5 * cycle / cycles, 0.5 / cycles
            run.anneal(betas, lambda part: report(done + share * part, "annealing"))  # noqa: B023
            found.trace.append(found.cost)
    report(0.9, "greedy moves")
    for _ in range(_MOST_ROUNDS):
        if budget.spent():
            break
        before = found.cost
        run.mend()
        run.anneal(np.full(_GREEDY_STEPS, np.inf), lambda part: None)
        found.trace.append(found.cost)
        if found.cost > before - 1e-9:
            break
    return found


class _Run:
    """One search: its stages, and the best hierarchy of all of them."""

    def __init__(
        self,
        problem: Problem,
        model: Model,
        plan: Plan,
        rng: NDArray[np.uint64],
        budget: Budget,
    ) -> None:
        self.problem, self.model, self.plan = problem, model, plan
        self.rng, self.budget = rng, budget
        self.found = NestedFound([], np.inf)
        self.last_offer = np.inf
        self.order = np.arange(problem.n_nodes, dtype=np.int32)
        self.work = np.zeros((2, problem.n_nodes), np.int32)

    def offer_labels(self, labels: NDArray[np.int32]) -> bool:
        """Offer blocks of nodes with levels made above them, and with one block on top.

        Returns
        -------
        bool
            Whether they are at most as bad as those of the offer before.
        """
        before = self.last_offer
        self.last_offer = np.inf
        labels = compact(labels)
        blocks = make_blocks(self.problem, self.model, labels)
        items = _items(self.problem, blocks, int(labels.max()) + 1)
        levels = build(items, self.rng)
        for above in ([np.zeros(len(items), np.int32)], levels):
            found = [labels, *above]
            cost = cost_of_levels(self.problem, self.model, found)
            self.found.offer(found, cost)
            self.last_offer = min(self.last_offer, cost)
        return self.last_offer <= before

    def start_flat(self, report: Callable[[float, str], None]) -> None:
        """Offer the blocks of a flat model, and others of the agglomeration that leads to them.

        The flat model cannot tell as small blocks as the nested one.
        """
        visited: list[NDArray[np.int32]] = []

        def visit(labels: NDArray[np.int32]) -> None:
            """Keep labels of few blocks."""
            if len(np.unique(labels)) <= _MOST_VISITED:
                visited.append(labels.copy())

        flat = search(self.problem, self.model, self.plan, self.rng, self.budget, report, visit)
        self.found.tally += flat.tally
        self.found.sweeps += flat.sweeps
        self.offer_labels(flat.labels)
        self.last_offer = np.inf
        worse = 0
        for labels in reversed(visited):  # fewer blocks first
            if self.budget.spent() or worse == _MOST_WORSE:
                break
            worse = 0 if self.offer_labels(labels) else worse + 1

    def mend(self) -> None:
        """Change levels above the best blocks of nodes."""
        labels = self.found.levels[0]
        blocks = make_blocks(self.problem, self.model, labels)
        items = _items(self.problem, blocks, int(labels.max()) + 1)
        levels, _ = improve(items, list(_above(self.found.levels)), self.rng)
        found = [labels, *levels]
        self.found.offer(found, cost_of_levels(self.problem, self.model, found))

    def anneal(self, betas: NDArray[np.float64], report: Callable[[float], None]) -> None:
        """Go through all temperatures from the best hierarchy on, or until the budget is spent.

        It has one level more meanwhile, of one block of each type, which may be divided.
        """
        from partwise.sbm._kernels.gains import total_cost
        from partwise.sbm._kernels.nested_annealing import anneal_nested

        found = self.found
        levels = self._with_spare_level(found.levels)
        n_blocks = int(levels[0].max()) + 1
        room = max(8, 2 * n_blocks)
        blocks = make_nested(self.problem, self.model, levels, room, self.plan.limits)
        upper = blocks.upper
        assert upper is not None
        best_labels, best_parent = blocks.label.copy(), upper.parent.copy()
        item_work = np.zeros((4, upper.parent.shape[1]), np.int32)
        gains = np.zeros(upper.parent.shape[1])
        tally = np.zeros((2, 2), np.int64)
        cost, best = float(total_cost(blocks)), found.cost
        done, size = 0, 1
        while done < len(betas) and not self.budget.spent():
            began = time.perf_counter()
            piece = betas[done : done + size]
            cost, best, steps = anneal_nested(
                blocks, self.rng, piece, self.plan.tries, EPS, FRESH, cost, best, best_labels,
                best_parent, self.order, self.work, item_work, gains, found.tally, tally,
            )  # fmt: skip
            found.sweeps += int(steps)
            done += len(piece)
            if time.perf_counter() - began < 0.5 * _CHUNK_SECONDS:
                size *= 2
            report(done / len(betas))
        if 0 < done < len(betas) and betas[done - 1] < np.inf:
            # Stopped while it was hot.
            _, best, steps = anneal_nested(
                blocks, self.rng, np.full(LAST_STEPS, np.inf), 0, EPS, 0.0, cost, best,
                best_labels, best_parent, self.order, self.work, item_work, gains, found.tally,
                tally,
            )  # fmt: skip
            found.sweeps += int(steps)
        found.tally += tally
        if best < found.cost - 1e-9:
            names, labels = np.unique(best_labels, return_inverse=True)
            levels = [labels.astype(np.int32), *read_levels(best_parent, names)]
            found.offer(levels, cost_of_levels(self.problem, self.model, levels))

    def _with_spare_level(self, levels: Levels) -> Levels:
        *divided, top = levels if len(levels) > 1 else [*levels, np.zeros(1, np.int32)]
        kinds = np.zeros(len(top), np.int8)
        of_block = self.problem.types
        for level in divided:
            kinds = np.zeros(int(level.max()) + 1, np.int8)
            kinds[level] = of_block
            of_block = kinds
        joined, spare = np.unique(kinds, return_inverse=True)
        return [*divided, spare.astype(np.int32), np.zeros(len(joined), np.int32)]
