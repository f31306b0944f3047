"""The solver: bisections by either method, recursion to k blocks, starts, V-cycles, re-mapping."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from partwise.kernels.rng import stream_state
from partwise.partition.netlist._kernels.agglomeration import agglomerate
from partwise.partition.netlist._kernels.balance import rebalance_personalities
from partwise.partition.netlist._kernels.clustering import cluster_nodes, node_shares
from partwise.partition.netlist._kernels.contraction import (
    cluster_members,
    contract_nets,
    node_incidence,
)
from partwise.partition.netlist._kernels.initial import by_fullness, first_bisection
from partwise.partition.netlist._kernels.klfm import klfm
from partwise.partition.netlist._kernels.personalities import (
    adopt,
    combine_fronts,
    combine_sampled,
    flexible_nodes,
    only_current,
)
from partwise.partition.netlist._kernels.restriction import restrict_nets
from partwise.partition.netlist._kernels.search import search
from partwise.partition.netlist._kernels.switching import switch_pairs
from partwise.partition.netlist._problem import Constraint, LevelNetlist

__all__ = ["Candidate", "Effort", "Task", "solve"]

COARSEST = 160  # nodes at which the extended method stops coarsening
SHRINK = 2.0  # a level ends when this factor fewer clusters are left
STALL = 0.95  # coarsening ends when a level keeps more than this share of its nodes
HEAVIEST = 1.5  # largest share of a coarse node, in mean shares of the coarsest level
PAIRS = 200_000  # random pairs of switches that are tried at the end
SEPARATE = 1 << 40  # stream of random numbers for what follows the starts


@dataclass(frozen=True, slots=True)
class Effort:
    """What the search is allowed to do.

    Attributes
    ----------
    method : {"extended", "klfm"}
    adaptive : bool
        Whether nodes may change their personality.
    relaxed : bool
        Whether only the first resource is limited on coarse levels.
    policy, depth : int
        Selection of candidates; see the kernels.
    objective : {"cut", "km1"}
    cap : int
        Personalities kept per coarse node.
    cluster_size : int
        Nodes per cluster in the one level of ``"klfm"``.
    passes, tries, v_cycles : int
    """

    method: str = "extended"
    adaptive: bool = True
    relaxed: bool = False
    policy: int = 0
    depth: int = 3
    objective: str = "cut"
    cap: int = 16
    cluster_size: int = 16
    passes: int = 30
    tries: int = 12
    v_cycles: int = 3


@dataclass(frozen=True, slots=True)
class Task:
    """A netlist to partition, in the form of the kernels.

    Attributes
    ----------
    level : LevelNetlist
    constraint : Constraint
    ratio : float64 ndarray of shape (R,) or (0,)
        Target shares; empty for none.
    initial : callable
        ``initial(start) -> int64 ndarray (n,)``: the static mapping of a start, as rows of amounts.
    active : bool ndarray of shape (R,)
        Resources whose limits count.
    """

    level: LevelNetlist
    constraint: Constraint
    ratio: NDArray[np.float64]
    initial: Callable[[int], NDArray[np.int64]]
    active: NDArray[np.bool_]


class Candidate(NamedTuple):
    """A partition and what it is worth."""

    over: float
    cost: int
    labels: NDArray[np.int32]
    current: NDArray[np.int64]
    start: int

    @property
    def value(self) -> tuple[float, int]:
        """What candidates are compared by: less is better."""
        return self.over, self.cost


class _Half(NamedTuple):
    """Limits of the two sides of a bisection."""

    base: NDArray[np.float64]
    slope: NDArray[np.float64]


class _Coarsening(NamedTuple):
    """A level, and how its nodes are grouped into the next one."""

    level: LevelNetlist
    cluster: NDArray[np.uint32]
    member_ptr: NDArray[np.int64]
    members: NDArray[np.uint32]
    picks: NDArray[np.int32]
    coarse_ptr: NDArray[np.int64]

    def lift(
        self, side: NDArray[np.uint8], current: NDArray[np.int64]
    ) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Return side and current of the nodes of this level, given those of the next one."""
        own = adopt(
            self.member_ptr, self.members, self.level.pers_ptr, self.coarse_ptr, self.picks, current
        )
        return side[self.cluster], own


def _contract(
    level: LevelNetlist,
    current: NDArray[np.int64],
    cluster: NDArray[np.uint32],
    count: int,
    effort: Effort,
    ratio: NDArray[np.float64],
    monotone: bool,
    state: NDArray[np.uint64],
) -> tuple[_Coarsening, LevelNetlist, NDArray[np.int64]]:
    member_ptr, members = cluster_members(cluster, count)
    given = (member_ptr, members, level.pers_ptr, level.amounts, current)
    if not effort.adaptive:
        coarse = only_current(*given)
    elif effort.method == "klfm":
        coarse = combine_sampled(*given, effort.cap, ratio, state)
    else:
        scale = 1.0 / np.maximum(level.amounts[current].sum(axis=0), 1.0)
        cap = max(effort.cap, scale.size + 2)
        coarse = combine_fronts(*given, cap, scale, ratio, monotone)
    coarse_ptr, amounts, picks, coarse_current = coarse
    net_ptr, pins, weights = contract_nets(*level[:2], level.weights, cluster, count)
    node_ptr, nets = node_incidence(net_ptr, pins, count)
    below = LevelNetlist(net_ptr, pins, node_ptr, nets, weights, coarse_ptr, amounts)
    step = _Coarsening(level, cluster, member_ptr, members, picks, coarse_ptr)
    return step, below, coarse_current


def _search(
    level: LevelNetlist,
    side: NDArray[np.uint8],
    current: NDArray[np.int64],
    half: _Half,
    active: NDArray[np.bool_],
    ratio: NDArray[np.float64],
    effort: Effort,
    state: NDArray[np.uint64],
) -> tuple[float, int]:
    patience = 150 + level.n_nodes // 25
    over, cut, _ = search(
        *level, side, current, *half, active, ratio, effort.adaptive, effort.policy, effort.depth,
        effort.passes, patience, state,
    )  # fmt: skip
    return over, cut


def _multilevel(
    task: Task,
    level: LevelNetlist,
    current: NDArray[np.int64],
    half: _Half,
    effort: Effort,
    state: NDArray[np.uint64],
    side: NDArray[np.uint8] | None = None,
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Bisect by the extended method; from `side`, if given, as a V-cycle."""
    monotone = not task.constraint.is_balance
    totals = level.amounts[current].sum(axis=0)
    scale = np.where(task.active, 1.0 / np.maximum(totals, 1.0), 0.0)
    largest = HEAVIEST / COARSEST
    share = node_shares(level.pers_ptr, level.amounts, scale)
    confine = np.empty(0, dtype=np.uint8) if side is None else side
    steps: list[_Coarsening] = []
    while level.n_nodes > COARSEST:
        target = max(int(level.n_nodes / SHRINK), COARSEST)
        cluster, count = cluster_nodes(*level[:5], share, largest, confine, target, state)
        if count > STALL * level.n_nodes:
            break
        if side is not None:
            coarse_side = np.empty(count, dtype=np.uint8)
            coarse_side[cluster] = side
            side = confine = coarse_side
        share = np.bincount(cluster, weights=share, minlength=count)
        step, level, current = _contract(
            level, current, cluster, count, effort, task.ratio, monotone, state
        )
        steps.append(step)
    active = task.active
    if effort.relaxed and steps:
        active = task.active & (np.arange(active.size) == 0)
    if side is None:
        side, current = first_bisection(
            *level, current, *half, active, task.ratio, effort.adaptive, effort.policy,
            effort.depth, effort.tries, 8, 100 + level.n_nodes, state,
        )  # fmt: skip
    else:
        side, current = side.copy(), current.copy()
    _search(level, side, current, half, active, task.ratio, effort, state)
    for step in reversed(steps):
        side, current = step.lift(side, current)
        if step is steps[0]:
            active = task.active
        _search(step.level, side, current, half, active, task.ratio, effort, state)
    return side, current


def _one_level(
    task: Task,
    level: LevelNetlist,
    current: NDArray[np.int64],
    half: _Half,
    effort: Effort,
    state: NDArray[np.uint64],
    clusters: tuple[NDArray[np.uint32], int] | None,
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Bisect by the paper's method: one level of clusters, KLFM on it and on the netlist."""
    cluster, count = clusters or agglomerate(*level[:5], effort.cluster_size)
    step, coarse, coarse_current = _contract(
        level, current, cluster, count, effort, task.ratio, False, state
    )
    active = task.active
    if effort.relaxed:
        active = task.active & (np.arange(active.size) == 0)
    side = by_fullness(coarse.amounts, coarse_current, *half, state)
    options = (effort.adaptive, effort.policy, effort.depth, effort.passes, state)
    klfm(*coarse, side, coarse_current, *half, active, task.ratio, *options)
    side, current = step.lift(side, coarse_current)
    # KLFM begins with a rebalancing of personalities, by ratio first and then by both
    klfm(*level, side, current, *half, task.active, task.ratio, *options)
    return side, current


def _bisect(
    task: Task,
    level: LevelNetlist,
    current: NDArray[np.int64],
    half: _Half,
    effort: Effort,
    state: NDArray[np.uint64],
    clusters: tuple[NDArray[np.uint32], int] | None = None,
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    if effort.method == "klfm":
        return _one_level(task, level, current, half, effort, state, clusters)
    return _multilevel(task, level, current, half, effort, state)


def _restrict(
    level: LevelNetlist, nodes: NDArray[np.int64], objective: str
) -> tuple[LevelNetlist, NDArray[np.int64]]:
    """Return the netlist of some nodes, and the row of amounts where each one's own begin.

    A net with pins elsewhere is cut already: it is left out where cut nets are counted, and kept
    with the pins that remain where blocks per net are.
    """
    net_ptr, pins, weights = restrict_nets(*level[:4], level.weights, nodes, objective == "km1")
    counts = np.diff(level.pers_ptr)[nodes]
    pers_ptr = np.zeros(nodes.size + 1, dtype=np.int64)
    np.cumsum(counts, out=pers_ptr[1:])
    shift = level.pers_ptr[nodes] - pers_ptr[:-1]
    rows = np.arange(pers_ptr[-1]) + np.repeat(shift, counts)
    node_ptr, nets = node_incidence(net_ptr, pins, nodes.size)
    amounts = level.amounts[rows]
    return LevelNetlist(net_ptr, pins, node_ptr, nets, weights, pers_ptr, amounts), shift


def _half_limits(
    constraint: Constraint,
    blocks: list[int],
    inside: NDArray[np.int64],
    everything: NDArray[np.int64],
) -> _Half:
    """Return the limits of splitting `blocks` in two, tightened for the splits that follow.

    The room that the limits of the final blocks leave is shared out evenly over the levels of the
    recursion (as adaptive imbalance does in recursive bisection).
    """
    groups = (blocks[: len(blocks) // 2], blocks[len(blocks) // 2 :])
    depth = math.ceil(math.log2(len(blocks)))
    limits = constraint.limits(everything)
    allowed = limits[blocks].sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        slack = np.where(inside > 0, allowed / inside, np.inf)
    grown = np.maximum(slack, 1.0) ** (1.0 / depth)
    if constraint.is_balance:
        grown = np.where(np.isfinite(grown), grown, 1.0 + constraint.slope[0])
        share = np.array([len(group) / len(blocks) for group in groups])
        return _Half(np.zeros((2, inside.size)), share[:, None] * grown[None, :])
    # capacities: of a resource that is filled to the fraction u, sides may be filled to
    # u^(1 - 1/depth), and to the whole in the last split
    with np.errstate(invalid="ignore"):
        fill = np.where(np.isfinite(slack), np.minimum(grown / np.maximum(slack, 1.0), 1.0), 1.0)
    base = np.stack([limits[group].sum(axis=0) for group in groups]) * fill
    return _Half(base, np.zeros_like(base))


def _recurse(
    task: Task,
    level: LevelNetlist,
    current: NDArray[np.int64],
    effort: Effort,
    state: NDArray[np.uint64],
    clusters: tuple[NDArray[np.uint32], int] | None,
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return (labels, current) by recursive bisection."""
    labels = np.zeros(level.n_nodes, dtype=np.int32)
    current = current.copy()
    work = [(np.arange(level.n_nodes), list(range(task.constraint.n_parts)))]
    while work:
        nodes, blocks = work.pop()
        if len(blocks) == 1 or nodes.size == 0:
            labels[nodes] = blocks[0]
            continue
        whole = nodes.size == level.n_nodes
        if whole:
            part, shift = level, np.zeros(nodes.size, dtype=np.int64)
        else:
            part, shift = _restrict(level, nodes, effort.objective)
        own = current[nodes] - shift
        everything = level.amounts[current].sum(axis=0)
        half = _half_limits(task.constraint, blocks, part.amounts[own].sum(axis=0), everything)
        side, own = _bisect(task, part, own, half, effort, state, clusters if whole else None)
        current[nodes] = own + shift
        middle = len(blocks) // 2
        work.append((nodes[side == 0], blocks[:middle]))
        work.append((nodes[side == 1], blocks[middle:]))
    return labels, current


def _pair_limits(
    constraint: Constraint, pair: tuple[int, int], outside: NDArray[np.int64]
) -> _Half:
    rows = list(pair)
    slope = np.repeat(constraint.slope[rows, None], outside.size, axis=1)
    return _Half(constraint.base[rows] + slope * outside, slope)


def _polish(
    task: Task,
    found: Candidate,
    effort: Effort,
    state: NDArray[np.uint64],
    rounds: int = 3,
) -> Candidate:
    """Improve a partition into more than two blocks, pair of blocks by pair of blocks."""
    level, k = task.level, task.constraint.n_parts
    labels, current = found.labels.copy(), found.current.copy()
    best = found
    for _ in range(rounds):
        for pair in _neighbours(level, labels, k):
            nodes = np.flatnonzero((labels == pair[0]) | (labels == pair[1]))
            part, shift = _restrict(level, nodes, effort.objective)
            own = current[nodes] - shift
            side = (labels[nodes] == pair[1]).astype(np.uint8)
            outside = level.amounts[current].sum(axis=0) - part.amounts[own].sum(axis=0)
            half = _pair_limits(task.constraint, pair, outside)
            _search(part, side, own, half, task.active, task.ratio, effort, state)
            labels[nodes] = np.where(side == 1, pair[1], pair[0])
            current[nodes] = own + shift
        now = _measure(task, labels.copy(), current.copy(), effort, found.start)
        if now.value >= best.value:
            break
        best = now
    return best


def _neighbours(level: LevelNetlist, labels: NDArray[np.int32], k: int) -> list[tuple[int, int]]:
    """Return the pairs of blocks, those that share most net weight first; all pairs for few."""
    together = np.zeros((k, k))
    sizes = np.diff(level.net_ptr)
    blocks = labels[level.pins]
    first = np.repeat(blocks[level.net_ptr[:-1]], sizes)
    np.add.at(together, (first, blocks), np.repeat(level.weights, sizes))
    together += together.T
    pairs = [(a, b) for a in range(k) for b in range(a + 1, k)]
    pairs.sort(key=lambda pair: -together[pair])
    return pairs if k <= 6 else [pair for pair in pairs if together[pair] > 0]


def _measure(
    task: Task,
    labels: NDArray[np.int32],
    current: NDArray[np.int64],
    effort: Effort,
    start: int,
) -> Candidate:
    """Return the candidate of a partition, measured from its arrays alone."""
    level, k = task.level, task.constraint.n_parts
    usage, _ = _usage(task, labels, current)
    limits = np.maximum(task.constraint.limits(usage.sum(axis=0)), 1.0)
    over = (task.constraint.violation(usage) / limits)[:, task.active].sum()
    blocks = labels[level.pins]
    nets = np.repeat(np.arange(level.weights.size), np.diff(level.net_ptr))
    if effort.objective == "km1":
        pairs = np.unique(nets * k + blocks) // k
        touched = np.bincount(pairs, minlength=level.weights.size)
        cost = int(((touched - 1) * level.weights).sum())
    elif nets.size:
        starts = level.net_ptr[:-1]
        low, high = np.minimum.reduceat(blocks, starts), np.maximum.reduceat(blocks, starts)
        cost = int(level.weights[low != high].sum())
    else:
        cost = 0
    return Candidate(float(over), cost, labels, current, start)


def _one_start(task: Task, effort: Effort, seed: int, start: int, clusters: Any) -> Candidate:
    state = stream_state(seed, start)
    labels, current = _recurse(task, task.level, task.initial(start), effort, state, clusters)
    found = _measure(task, labels, current, effort, start)
    if task.constraint.n_parts > 2 and effort.method == "extended":
        found = _polish(task, found, effort, state)
    return found


def _v_cycles(task: Task, found: Candidate, effort: Effort, state: NDArray[np.uint64]) -> Candidate:
    """Coarsen a bisection along its sides and refine it anew, as long as that helps."""
    constraint = task.constraint
    half = _pair_limits(constraint, (0, 1), np.zeros(task.active.size, dtype=np.int64))
    for _ in range(effort.v_cycles):
        side, current = _multilevel(
            task, task.level, found.current, half, effort, state, found.labels.astype(np.uint8)
        )
        again = _measure(task, side.astype(np.int32), current, effort, found.start)
        if again.value >= found.value:
            break
        found = again
    return found


def _remap(task: Task, found: Candidate, effort: Effort, state: NDArray[np.uint64]) -> Candidate:
    """Choose the personalities anew for the blocks as they are.

    A linear program with rounding comes first, and then switches of random pairs.
    """
    from partwise.partition.netlist._remap import best_mapping

    level, constraint = task.level, task.constraint
    choice = best_mapping(
        level.pers_ptr,
        level.amounts,
        found.labels,
        (found.current - level.pers_ptr[:-1]).astype(np.int32),
        constraint.base,
        constraint.slope,
        task.ratio if task.ratio.size else None,
    )
    current = level.pers_ptr[:-1] + choice
    usage, slope = _usage(task, found.labels, current)
    flexible = flexible_nodes(level.pers_ptr)
    switch_pairs(
        level.pers_ptr, level.amounts, flexible, found.labels, current, usage, constraint.base,
        slope, task.active, task.ratio, PAIRS, state,
    )  # fmt: skip
    again = _measure(task, found.labels, current, effort, found.start)
    return again if again.over <= found.over else found


def _usage(
    task: Task, labels: NDArray[np.int32], current: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return (usage, slope), both of shape (k, R)."""
    usage = np.zeros((task.constraint.n_parts, task.level.amounts.shape[1]), dtype=np.int64)
    np.add.at(usage, labels, task.level.amounts[current])
    return usage, np.repeat(task.constraint.slope[:, None], usage.shape[1], axis=1)


def solve(
    task: Task,
    effort: Effort,
    *,
    n_starts: int,
    n_jobs: int,
    seed: int,
    is_over: Callable[[], bool],
    report: Callable[[float, str], None] | None = None,
) -> tuple[Candidate, int]:
    """Return the best partition of `n_starts` starts, and how many were run.

    Starts have streams of `seed` of their own, so that threads do not change the result.
    """
    clusters = None
    if effort.method == "klfm" and task.constraint.n_parts > 1 and task.level.n_nodes:
        clusters = agglomerate(*task.level[:5], effort.cluster_size)
    best: Candidate | None = None
    done = 0
    with ThreadPoolExecutor(max(1, min(n_jobs, n_starts))) as pool:
        while done < n_starts and not (done and is_over()):
            batch = range(done, min(done + max(1, n_jobs), n_starts))
            work = [pool.submit(_one_start, task, effort, seed, i, clusters) for i in batch]
            for future in work:
                found = future.result()
                if best is None or found.value < best.value:
                    best = found
                done += 1
            if report is not None:
                report(0.95 * done / n_starts, f"start {done} of {n_starts}")
    assert best is not None
    k = task.constraint.n_parts
    if effort.method == "extended":
        state = stream_state(seed, SEPARATE)
        if k == 2 and best.cost > 0 and not is_over():
            best = _v_cycles(task, best, effort, state)
        flexible = bool((np.diff(task.level.pers_ptr) > 1).any())
        if effort.adaptive and flexible and (task.ratio.size or best.over > 0):
            best = _remap(task, best, effort, state)
    return best, done


def map_blocks(task: Task, found: Candidate, effort: Effort, seed: int) -> Candidate:
    """Choose personalities for given blocks by implementation rebalancing.

    Five sweeps by the target ratio, if there is one, and five by ratio and limits.
    """
    level = task.level
    current = found.current.copy()
    usage, slope = _usage(task, found.labels, current)
    flexible = flexible_nodes(level.pers_ptr)
    state = stream_state(seed, SEPARATE + 1)
    for by_limits in (False, True) if task.ratio.size else (True,):
        rebalance_personalities(
            level.pers_ptr, level.amounts, flexible, found.labels, current, usage,
            task.constraint.base, slope, task.active, task.ratio, by_limits, True, 5, state,
        )  # fmt: skip
    return _measure(task, found.labels, current, effort, found.start)
