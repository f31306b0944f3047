"""The search for blocks of least description length: agglomeration, annealing, greedy ends."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from partwise.sbm._agglomeration import agglomerate
from partwise.sbm._problem import Model, Problem, compact, cost_of, make_blocks
from partwise.sbm._result import Effort

__all__ = ["Budget", "Found", "Plan", "search"]

EPS = 1.0  # how far proposals are from those of the edges, towards uniform ones
FRESH = 0.01  # part of the proposals that make a new block
_BETAS, _GREEDY_STEPS = (0.7, 3.0), 20
_CYCLE = 250  # sweeps from hot to cold, again and again: small graphs have minima far apart
LAST_STEPS = 2  # greedy sweeps even when the budget is spent
# Large graphs have few minima, but many nodes that are not yet where they belong.
_LARGE, _BETAS_OF_LARGE, _GREEDY_STEPS_OF_LARGE = 5000, (1.0, 10.0), 5
_CHUNK_SECONDS = 0.2  # between looks at the clock
_ROOM = 2  # times the blocks of the start, for those that annealing makes


class Budget:
    """When to stop: at a deadline, or when asked to.

    Parameters
    ----------
    time_limit : float, optional
        Seconds from now.
    stop : callable, optional
        Returns whether to stop.
    """

    def __init__(
        self, time_limit: float | None = None, stop: Callable[[], bool] | None = None
    ) -> None:
        self.started = time.perf_counter()
        self.deadline = math.inf if time_limit is None else self.started + time_limit
        self._stop = stop
        self.is_spent = False

    def spent(self) -> bool:
        """Return whether to stop, and remember it."""
        if not self.is_spent:
            asked = self._stop is not None and self._stop()
            self.is_spent = asked or time.perf_counter() >= self.deadline
        return self.is_spent

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.started


@dataclass(frozen=True, slots=True)
class Plan:
    """How much work a search is.

    Attributes
    ----------
    n_sweeps : int
        Of the annealing.
    tries : int
        Splits and merges after each sweep.
    limits : int64 ndarray of shape (2, 2)
        Least and largest number of blocks of each type.
    initial : int32 ndarray of shape (n,), optional
        Blocks to begin with, instead of agglomeration.
    """

    n_sweeps: int
    tries: int
    limits: NDArray[np.int64]
    initial: NDArray[np.int32] | None = None


@dataclass(slots=True)
class Found:
    """The best labels so far.

    Attributes
    ----------
    labels : int32 ndarray of shape (n,)
    cost : float
        Their description length without the terms that no blocks change.
    trace : list of float
        After each stage.
    tally : int64 ndarray of shape (2, 2)
        Tried and made: moves, then splits and merges.
    sweeps : int
    """

    labels: NDArray[np.int32]
    cost: float
    trace: list[float] = field(default_factory=list)
    tally: NDArray[np.int64] = field(default_factory=lambda: np.zeros((2, 2), np.int64))
    sweeps: int = 0

    def offer(self, labels: NDArray[np.int32], cost: float) -> None:
        """Take labels that are better."""
        if cost < self.cost - 1e-9:
            self.labels, self.cost = labels.copy(), cost

    def effort(self, budget: Budget) -> Effort:
        """Return what it has cost."""
        (tried, made), (splits, done) = self.tally.tolist()
        return Effort(self.sweeps, tried, made, splits, done, budget.seconds, not budget.is_spent)


def search(
    problem: Problem,
    model: Model,
    plan: Plan,
    rng: NDArray[np.uint64],
    budget: Budget,
    report: Callable[[float, str], None],
    visit: Callable[[NDArray[np.int32]], None] | None = None,
) -> Found:
    """Return the best blocks that one run finds; never worse than those of `plan.initial`.

    Parameters
    ----------
    rng : uint64 ndarray of shape (1,)
        State of the random numbers.
    report : callable
        Called with the finished fraction and what is going on.
    visit : callable, optional
        Called with the labels of every level of the agglomeration.
    """
    trivial = problem.types.astype(np.int32)
    found = Found(trivial, np.inf)
    if (plan.limits[:, 0] <= 1).all():
        found.offer(trivial, cost_of(problem, model, trivial))
    if plan.initial is not None:
        found.offer(plan.initial, cost_of(problem, model, plan.initial))
        start = plan.initial
    else:
        start = agglomerate(problem, model, plan, rng, budget, found, report, visit)
    found.trace.append(found.cost)
    if budget.spent():
        return found
    _anneal(problem, model, plan, start, rng, budget, found, report)
    return found


def _anneal(
    problem: Problem,
    model: Model,
    plan: Plan,
    start: NDArray[np.int32],
    rng: NDArray[np.uint64],
    budget: Budget,
    found: Found,
    report: Callable[[float, str], None],
) -> None:
    """Anneal from `start`, then go on greedily from the best of all."""
    if problem.n_nodes > _LARGE:
        betas = np.geomspace(*_BETAS_OF_LARGE, plan.n_sweeps)
        steps = _GREEDY_STEPS_OF_LARGE
    else:
        cycles = max(1, plan.n_sweeps // _CYCLE)
        betas = np.tile(np.geomspace(*_BETAS, plan.n_sweeps // cycles), cycles)
        steps = _GREEDY_STEPS
    run = _Run(problem, model, plan, rng, budget, found)
    run.go(start, betas, lambda part: report(0.4 + 0.5 * part, "annealing"))
    found.trace.append(found.cost)
    report(0.9, "greedy moves")
    run.go(found.labels, np.full(steps, np.inf), lambda part: None)
    found.trace.append(found.cost)


class _Run:
    """Annealing in pieces between which the clock is looked at."""

    def __init__(
        self,
        problem: Problem,
        model: Model,
        plan: Plan,
        rng: NDArray[np.uint64],
        budget: Budget,
        found: Found,
    ) -> None:
        self.problem, self.model, self.plan = problem, model, plan
        self.rng, self.budget, self.found = rng, budget, found
        n = problem.n_nodes
        self.order = np.arange(n, dtype=np.int32)
        self.work = np.zeros((2, n), np.int32)

    def go(
        self,
        start: NDArray[np.int32],
        betas: NDArray[np.float64],
        report: Callable[[float], None],
    ) -> None:
        """Run through all temperatures, or until the budget is spent."""
        from partwise.sbm._kernels.annealing import anneal
        from partwise.sbm._kernels.gains import total_cost

        found = self.found
        labels = compact(start)
        room = max(8, _ROOM * (int(labels.max(initial=0)) + 1))
        blocks = make_blocks(self.problem, self.model, labels, room, self.plan.limits)
        best_labels = found.labels.copy()
        cost, best = total_cost(blocks), found.cost
        done, size = 0, 1
        while done < len(betas) and not self.budget.spent():
            began = time.perf_counter()
            piece = betas[done : done + size]
            cost, best, steps = anneal(
                blocks, self.rng, piece, self.plan.tries, EPS, FRESH, cost, best, best_labels,
                self.order, self.work, found.tally,
            )  # fmt: skip
            found.sweeps += int(steps)
            done += len(piece)
            if steps < len(piece):
                break
            if time.perf_counter() - began < 0.5 * _CHUNK_SECONDS:
                size *= 2
            report(done / len(betas))
        if 0 < done < len(betas) and betas[done - 1] < np.inf:
            # Stopped while it was hot.
            _, best, steps = anneal(
                blocks, self.rng, np.full(LAST_STEPS, np.inf), 0, EPS, 0.0, cost, best,
                best_labels, self.order, self.work, found.tally,
            )  # fmt: skip
            found.sweeps += int(steps)
        found.offer(best_labels, float(best))
