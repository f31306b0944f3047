from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.kernels.rng import (
    next_below,
    next_below_wide,
    next_float,
    next_u64,
    seed_state,
    shuffle,
    stream_state,
)

MASK = 2**64 - 1


def splitmix64(state):
    """Yield the published algorithm's numbers, in Python integers."""
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield z ^ (z >> 31)


def test_published_numbers_of_splitmix64_from_state_zero():
    state = np.zeros(1, np.uint64)
    expected = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    assert [int(next_u64(state)) for _ in range(3)] == expected


@given(st.integers(0, 2**63 - 1))
def test_next_u64_is_splitmix64(seed):
    state = seed_state(seed)
    reference = splitmix64(int(state[0]))
    assert [int(next_u64(state)) for _ in range(5)] == [next(reference) for _ in range(5)]


@given(st.integers(0, 2**63 - 1), st.integers(1, 2**32))
def test_next_below_is_the_high_word_of_a_32_bit_product(seed, n):
    state = seed_state(seed)
    reference = next(splitmix64(int(state[0])))
    value = next_below(state, n)
    assert value == ((reference >> 32) * n) >> 32
    assert 0 <= value < n


@given(st.integers(0, 2**63 - 1), st.integers(1, 2**63 - 1))
def test_next_below_wide_is_the_high_word_of_a_64_bit_product(seed, n):
    state = seed_state(seed)
    reference = next(splitmix64(int(state[0])))
    assert next_below_wide(state, n) == (reference * n) >> 64


@pytest.mark.parametrize("draw", [next_below, next_below_wide])
def test_small_ranges_are_uniform(draw):
    state = seed_state(3)
    n, draws = 7, 21_000
    counts = np.bincount([draw(state, n) for _ in range(draws)], minlength=n)
    # Chi-square with 6 degrees of freedom: 22.5 is its 99.9 % quantile.
    assert ((counts - draws / n) ** 2 / (draws / n)).sum() < 22.5


def test_next_float_fills_the_unit_interval():
    state = seed_state(11)
    values = np.array([next_float(state) for _ in range(20_000)])
    assert values.min() >= 0.0
    assert values.max() < 1.0
    # Five standard deviations of the mean of uniforms.
    assert abs(values.mean() - 0.5) < 5 / np.sqrt(12 * len(values))
    assert np.array_equal(values * 2.0**53, np.rint(values * 2.0**53))


def test_shuffle_reaches_every_order_equally_often():
    state = seed_state(5)
    seen = dict.fromkeys(permutations(range(4)), 0)
    draws = 12_000
    for _ in range(draws):
        array = np.arange(4)
        shuffle(state, array)
        seen[tuple(array.tolist())] += 1
    expected = draws / len(seen)
    # Chi-square with 23 degrees of freedom: 49.7 is its 99.9 % quantile.
    assert sum((count - expected) ** 2 / expected for count in seen.values()) < 49.7


@pytest.mark.parametrize("length", [0, 1])
def test_shuffle_leaves_short_arrays_alone(length):
    array = np.arange(length)
    shuffle(seed_state(0), array)
    assert array.tolist() == list(range(length))


def test_states_of_seeds_and_streams_are_distinct_and_repeatable():
    states = [int(seed_state(seed)[0]) for seed in range(100)]
    states += [int(stream_state(seed, s)[0]) for seed in range(20) for s in range(20)]
    assert len(set(states)) == len(states)
    assert int(seed_state(42)[0]) == int(seed_state(42)[0])
    assert int(stream_state(42, 7)[0]) == int(stream_state(42, 7)[0])


def test_streams_of_one_seed_are_uncorrelated():
    draws = np.empty((2, 4000))
    for stream in range(2):
        state = stream_state(9, stream)
        draws[stream] = [next_float(state) for _ in range(draws.shape[1])]
    assert abs(np.corrcoef(draws)[0, 1]) < 5 / np.sqrt(draws.shape[1])
