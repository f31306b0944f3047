"""Re-mapping of a fixed partition against brute force and its own linear relaxation."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.partition.netlist import _remap_program
from partwise.partition.netlist._remap import best_mapping
from partwise.partition.netlist._remap_model import Measure, group_nodes
from partwise.partition.netlist._remap_program import Program


def usage_of(case, choice):
    indptr, amounts, labels, _, base, *_ = case
    usage = np.zeros(base.shape)
    for v, block in enumerate(labels):
        usage[block] += amounts[indptr[v] + choice[v]]
    return usage


def value(case, choice):
    """Return (violation, deviation) of a choice, as best_mapping states them."""
    *_, before, base, slope, ratio = case

    def limits_of(usage):
        return base + slope[:, None] * usage.sum(axis=0)

    usage, present = usage_of(case, choice), usage_of(case, before)
    limits, norm = limits_of(usage), np.maximum(limits_of(present), 1)
    over = usage - limits
    violation = (np.where(over > 1e-9 * limits, over, 0) / norm).sum()
    if ratio is None:
        return violation, (1 + over / norm).max()
    share = np.asarray(ratio) / np.sum(ratio)
    target, scale = share * usage.sum(), np.maximum(share * present.sum(), 1)
    return violation, (np.abs(usage.sum(axis=0) - target) / scale).sum()


def no_worse(new, old):
    return new[0] < old[0] - 1e-11 or (new[0] <= old[0] + 1e-11 and new[1] <= old[1] + 1e-11)


def random_case(rng, n, k, n_resources, largest, *, most=3):
    """Return arguments for best_mapping, in any form of limits, with or without a ratio."""
    counts = rng.integers(1, most + 1, n)
    indptr = np.concatenate([[0], np.cumsum(counts)])
    amounts = rng.integers(0, largest, (indptr[-1], n_resources))
    amounts *= rng.random(amounts.shape) < 0.7
    labels = rng.integers(0, k, n).astype(np.int32)
    choice = (rng.integers(0, 1000, n) % counts).astype(np.int32)
    base, slope = np.zeros((k, n_resources)), np.zeros(k)
    if rng.random() < 0.5:
        slope[:] = (1 + rng.choice([0.01, 0.1, 0.5])) / k
    else:
        share = amounts.mean(axis=0) * n / k
        base[:] = np.floor(share * rng.uniform(0.6, 1.4, n_resources))
    ratio = None if rng.random() < 0.3 else rng.uniform(0.5, 2, n_resources)
    return indptr, amounts, labels, choice, base, slope, ratio


@given(st.integers(0, 2**32), st.integers(1, 9), st.integers(1, 3), st.integers(1, 3))
def test_never_worse_than_before(seed, n, k, n_resources):
    case = random_case(np.random.default_rng(seed), n, k, n_resources, 9)
    indptr, _, _, before, *_ = case
    kept = before.copy()
    after = best_mapping(*case)
    assert after.dtype == np.int32
    assert ((after >= 0) & (after < np.diff(indptr))).all()
    assert no_worse(value(case, after), value(case, before))
    assert after is not before
    np.testing.assert_array_equal(before, kept)


def test_tiny_cases_are_mostly_optimal():
    rng = np.random.default_rng(0)
    optimal = 0
    for _ in range(100):
        case = random_case(rng, rng.integers(1, 8), rng.integers(1, 4), rng.integers(1, 4), 9)
        found = value(case, best_mapping(*case))
        every = itertools.product(*map(range, np.diff(case[0])))
        best = min((value(case, choice) for choice in every), key=lambda x: (x[0].round(9), x[1]))
        assert no_worse(best, found)
        optimal += no_worse(found, best)
    assert optimal >= 90


@pytest.mark.parametrize("method", ["simplex", "interior point"])
@pytest.mark.parametrize("seed", range(8))
def test_large_cases_are_near_their_relaxation(seed, method, monkeypatch):
    monkeypatch.setattr(_remap_program, "_LARGE", 0 if method == "interior point" else 10**9)
    case = random_case(np.random.default_rng(seed), 600, 1 + seed % 3, 3, 100)
    indptr, amounts, labels, before, base, slope, ratio = case
    measure = Measure.of(indptr, amounts, labels, before, base, slope, ratio)
    groups = group_nodes(indptr, amounts, labels, before)
    program = Program(measure, groups)
    violation = program.least_violation()[1]
    counts = program.least_deviation(violation + 1e-9, np.zeros(base.shape))
    np.testing.assert_allclose(np.add.reduceat(counts, groups.option_ptr[:-1]), groups.size)
    change = (counts - groups.present_counts())[:, None] * groups.amounts
    usage = measure.usage.copy()
    np.add.at(usage, groups.block[groups.group_of], change)
    deviation = measure.of_usage(usage)[1]

    found = value(case, best_mapping(*case))
    # a unit of rounding per tight row, each at most the largest amount
    gap = (
        base.size
        * 100
        / min(measure.norm.min(), measure.target.min() if ratio is not None else 1e9)
    )
    assert violation - 1e-6 <= found[0] <= violation + gap
    assert found[1] <= deviation + gap
    fractional = np.abs(counts - np.rint(counts)) > 1e-6
    assert len(set(groups.group_of[fractional])) <= 2 * base.size + 3 * base.shape[1]


def test_the_target_is_reached_where_it_can_be():
    # ten DSP blocks of 10 or 30 LUT: the ratio 3:1 needs five of each
    indptr, amounts = np.arange(0, 21, 2), np.tile([[0, 10], [30, 0]], (10, 1))
    arguments = (np.arange(10) % 2, np.zeros(10, np.int32), np.full((2, 2), 1000.0), np.zeros(2))
    choice = best_mapping(indptr, amounts, *arguments, np.array([3.0, 1.0]))
    assert choice.sum() == 5
    # the ratio is one of shares
    np.testing.assert_array_equal(
        choice, best_mapping(indptr, amounts, *arguments, np.array([6.0, 2.0]))
    )


def test_without_a_target_the_fullest_limit_is_relieved():
    indptr, amounts = np.arange(0, 9, 2), np.tile([[8, 0], [0, 1]], (4, 1))
    choice = best_mapping(
        indptr, amounts, np.zeros(4, np.int32), np.zeros(4, np.int32),
        np.array([[32.0, 4.0]]), np.zeros(1), None,
    )  # fmt: skip
    assert choice.sum() == 2


def test_few_nodes_change_where_many_are_alike():
    indptr, amounts = np.arange(0, 41, 2), np.tile([[8, 0], [0, 1]], (20, 1))
    before = np.tile([0, 1], 10).astype(np.int32)
    after = best_mapping(
        indptr, amounts, np.zeros(20, np.int32), before,
        np.array([[56.0, 100.0]]), np.zeros(1), np.array([8.0, 1.0]),
    )  # fmt: skip
    # seven fit, ten had the first personality
    assert (after == 0).sum() == 7
    assert (after != before).sum() == 3


def test_limits_come_before_the_target():
    indptr, amounts = np.array([0, 2]), np.array([[10, 0], [0, 10]])
    for limits, expected in (([9.0, 10.0], 1), ([10.0, 9.0], 0), ([5.0, 8.0], 1)):
        found = best_mapping(
            indptr, amounts, np.zeros(1, np.int32), np.zeros(1, np.int32),
            np.array([limits]), np.zeros(1), np.array([10.0, 1.0]),
        )  # fmt: skip
        assert found.tolist() == [expected]


def test_a_balance_may_be_met_by_personalities_alone():
    # the second block's nodes are larger until one of them takes its other personality
    indptr = np.array([0, 1, 2, 4])
    amounts = np.array([[5], [4], [9], [1]])
    labels, choice = np.array([0, 1, 1], np.int32), np.zeros(3, np.int32)
    after = best_mapping(indptr, amounts, labels, choice, np.zeros((2, 1)), np.full(2, 0.5), None)
    assert after.tolist() == [0, 0, 1]


@pytest.mark.parametrize("ratio", [None, np.array([1.0, 2.0])])
@pytest.mark.parametrize("slope", [0.0, 0.505])
def test_nothing_to_choose(ratio, slope):
    labels, choice = np.array([0, 1, 1], np.int32), np.zeros(3, np.int32)
    base = np.zeros((2, 2)) if slope else np.full((2, 2), 2.0)
    rest = (labels, choice, base, np.full(2, slope), ratio)
    fixed = best_mapping(np.arange(4), np.ones((3, 2), np.int64), *rest)
    assert fixed.tolist() == [0, 0, 0]
    alike = best_mapping(np.arange(0, 7, 2), np.ones((6, 2), np.int64), *rest)
    assert alike.tolist() == [0, 0, 0]
    nothing = best_mapping(np.arange(0, 7, 2), np.zeros((6, 2), np.int64), *rest)
    assert nothing.tolist() == [0, 0, 0]
    empty = np.zeros(0, np.int32)
    none = best_mapping(np.zeros(1, np.int64), np.zeros((0, 2), np.int64), empty, empty, *rest[2:])
    assert none.shape == (0,)


def test_limits_without_end():
    indptr, amounts = np.array([0, 2, 4]), np.array([[8, 0], [0, 1], [8, 0], [0, 1]])
    labels, choice = np.zeros(2, np.int32), np.zeros(2, np.int32)
    base = np.full((1, 2), 2.0**62)
    after = best_mapping(indptr, amounts, labels, choice, base, np.zeros(1), np.array([8.0, 1.0]))
    assert after.sum() == 1
    assert best_mapping(indptr, amounts, labels, choice, base, np.zeros(1), None).shape == (2,)
