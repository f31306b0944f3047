"""The best personalities for a fixed partition, by linear programming and rounding."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from partwise.partition.netlist._remap_model import Groups, Measure, group_nodes
from partwise.partition.netlist._remap_program import Program

__all__ = ["best_mapping"]

_BEAM = 1024  # partial roundings that are kept
_MAX_ROUNDINGS = 3
_MAX_STEPS = 64  # of the local search over all nodes
_MAX_MOVES = 20_000  # that one of its steps looks at; the next step looks at others
_LEAST = 1e-9  # violation that a linear program may not tell from none
_SMALLER = 1e-12  # by which a measure must be smaller to count as better


def best_mapping(
    personality_indptr: NDArray[np.int64],
    amounts: NDArray[np.int64],
    labels: NDArray[np.int32],
    choice: NDArray[np.int32],
    base: NDArray[np.float64],
    slope: NDArray[np.float64],
    ratio: NDArray[np.float64] | None,
) -> NDArray[np.int32]:
    """Choose the personality of every node anew, while the nodes stay in their blocks.

    Minimised is, first, the violation ``sum_{b,r} max(0, W_r(b) - L_r(b)) / N_r(b)``, where the
    limit is ``L_r(b) = base[b, r] + slope[b] * W_r`` and N its present value (at least 1); second,
    the deviation ``sum_r |W_r - T_r| / T'_r`` from the target ``T_r = ratio_r * sum_s W_s``, with
    T' its present value (at least 1), or, without a ratio, the highest utilisation
    ``max_{b,r} 1 + (W_r(b) - L_r(b)) / N_r(b)``.

    Parameters
    ----------
    personality_indptr : int64 ndarray of shape (n + 1,)
    amounts : int64 ndarray of shape (n_personalities, R)
        The personalities of node v are the rows ``personality_indptr[v]`` to
        ``personality_indptr[v + 1] - 1``.
    labels : int32 ndarray of shape (n,)
        Block of every node, in ``range(k)``.
    choice : int32 ndarray of shape (n,)
        Present personality of every node, an index into its own list.
    base : float64 ndarray of shape (k, R)
    slope : float64 ndarray of shape (k,)
        Limits, as in ``Constraint``.
    ratio : float64 ndarray of shape (R,) or None
        Target ratio, positive; divided by its sum.

    Returns
    -------
    int32 ndarray of shape (n,)
        A new array. Never worse than `choice` by (violation, deviation), in this order.

    Notes
    -----
    A multiple-choice knapsack with a row for every limit. Nodes of one block that have the same
    list are one group, of whose members the program chooses how many take each personality. Its
    linear relaxation has at most as many fractional groups as it has tight rows besides, so that
    little is left to round: a beam search tries all roundings if they are few, and a local search
    over single changes of any node closes what remains. Two sparse linear programs with one
    variable per further personality; no random numbers.

    Examples
    --------
    The block has no room for both nodes in resource 0.

    >>> amounts = np.array([[6, 0], [0, 3], [6, 0], [0, 2]])
    >>> best_mapping(
    ...     np.array([0, 2, 4]), amounts, np.zeros(2, np.int32), np.zeros(2, np.int32),
    ...     np.array([[8.0, 2.0]]), np.zeros(1), None,
    ... ).tolist()
    [0, 1]
    """
    measure = Measure.of(personality_indptr, amounts, labels, choice, base, slope, ratio)
    groups = group_nodes(personality_indptr, amounts, labels, choice)
    if groups.n_groups == 0 or amounts.shape[1] == 0:
        return choice.astype(np.int32)
    present = _State(measure, groups, groups.present_counts())
    before = best_value = present.value
    counts = None
    for state in _candidates(measure, groups, before[0] > 0):
        _improve(state)
        if _less(state.value, best_value):
            best_value, counts = state.value, state.counts
    if counts is None:
        _improve(present)
        if not _less(present.value, before):
            return choice.astype(np.int32)
        counts = present.counts
    return groups.expand(counts, choice)


def _candidates(measure: Measure, groups: Groups, violated: bool) -> Iterator[_State]:
    """Yield roundings of the linear relaxation, which the caller improves in between.

    Where the limits can be met, but not by the last one, they are lowered by what it lacked.
    """
    program = Program(measure, groups)
    counts, violation = None, 0.0
    if violated:
        counts, violation = program.least_violation()
        if counts is None:
            return
        violation = 0.0 if violation < _LEAST else violation * (1.0 + _LEAST)
    margin = np.zeros(measure.base.shape)
    for attempt in range(_MAX_ROUNDINGS):
        refined = program.least_deviation(violation, margin)
        counts = counts if refined is None else refined
        if counts is None or (attempt > 0 and refined is None):
            return
        state = _round(measure, groups, counts)
        yield state
        if violation > 0 or state.value[0] == 0:
            return
        margin += 2.0 * np.maximum(measure.over(state.usage)[0], 0.0) / measure.norm


def _less(left: tuple[float, float], right: tuple[float, float]) -> bool:
    """Compare (violation, deviation) in this order, differences by rounding taken for none."""
    if abs(left[0] - right[0]) > _SMALLER:
        return left[0] < right[0]
    return left[1] < right[1] - _SMALLER


class _State:
    """Counts of all options, with the usage and the value that they give."""

    def __init__(self, measure: Measure, groups: Groups, counts: NDArray[np.int64]) -> None:
        self.measure, self.groups = measure, groups
        self.counts = counts
        change = (counts - groups.present_counts())[:, np.newaxis] * groups.amounts
        self.usage = measure.usage.copy()
        np.add.at(self.usage, groups.block[groups.group_of], change)
        self.value = self._value()

    def _value(self) -> tuple[float, float]:
        violation, deviation = self.measure.of_usage(self.usage)
        return float(violation), float(deviation)

    def move(self, source: int, target: int, block: int) -> None:
        """Let one node take the option `target` of its group instead of `source`."""
        self.counts[source] -= 1
        self.counts[target] += 1
        self.usage[block] += self.groups.amounts[target] - self.groups.amounts[source]
        self.value = self._value()


def _round(measure: Measure, groups: Groups, fractions: NDArray[np.float64]) -> _State:
    """Return whole counts near to `fractions`.

    Groups are rounded one after the other while the rest keep their fractions; of all roundings so
    far the best `_BEAM` go on, so that few fractions mean that every rounding is tried.
    """
    counts = np.floor(fractions + 1e-7).astype(np.int64)
    first = groups.option_ptr[:-1]
    missing = groups.size - np.add.reduceat(counts, first)
    usage = measure.usage.copy()
    block = groups.block[groups.group_of]
    np.add.at(usage, block, (fractions - groups.present_counts())[:, np.newaxis] * groups.amounts)
    beam = usage[np.newaxis]
    picked: list[tuple[NDArray[np.int64], list[NDArray[np.int64]]]] = []
    for g in np.flatnonzero(missing):
        options = np.arange(groups.option_ptr[g], groups.option_ptr[g + 1])
        rest = fractions[options] - counts[options]
        near = options[rest > 1e-7] if np.count_nonzero(rest > 1e-7) >= missing[g] else options
        ways = [np.array(way) for way in itertools.combinations(near, int(missing[g]))]
        lost = rest @ groups.amounts[options]
        gains = np.stack([groups.amounts[way].sum(axis=0) - lost for way in ways])
        wider = np.repeat(beam, len(ways), axis=0)
        wider[:, groups.block[g]] += np.tile(gains, (beam.shape[0], 1))
        order = np.lexsort(measure.of_usage(wider)[::-1])[:_BEAM]
        beam = wider[order]
        picked.append((order, ways))
    # back along the best rounding
    at = 0
    for order, ways in reversed(picked):
        at, way = divmod(int(order[at]), len(ways))
        np.add.at(counts, ways[way], 1)
    return _State(measure, groups, counts)


def _improve(state: _State) -> None:
    """Change one node's personality after the other as long as that makes the state better."""
    groups = state.groups
    source, target = _moves(groups)
    block = groups.block[groups.group_of[source]]
    stride = -(-source.size // _MAX_MOVES)
    for step in range(_MAX_STEPS):
        some = np.arange(step % stride, source.size, stride)
        some = some[state.counts[source[some]] > 0]
        if some.size == 0:
            continue
        usage = np.repeat(state.usage[np.newaxis], some.size, axis=0)
        usage[np.arange(some.size), block[some]] += (
            groups.amounts[target[some]] - groups.amounts[source[some]]
        )
        violation, deviation = state.measure.of_usage(usage)
        best = int(np.lexsort((deviation, violation))[0])
        value = float(violation[best]), float(deviation[best])
        if not _less(value, state.value):
            return
        move = some[best]
        state.move(int(source[move]), int(target[move]), int(block[move]))


def _moves(groups: Groups) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return all ordered pairs of options of the same group."""
    sizes = np.diff(groups.option_ptr)
    repeats = np.repeat(sizes, sizes)
    source = np.repeat(np.arange(repeats.size), repeats)
    offset = np.arange(source.size) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    target = groups.option_ptr[groups.group_of[source]] + offset
    different = source != target
    return source[different], target[different]
