"""Chance by number and seed: half of the numbers, and nothing in common between seeds."""

import numpy as np
import pytest

from partwise.gpu._chance import half, mixed
from tests.gpu.strict import Strict, there


def test_bits_are_those_of_splitmix64():
    # the first numbers of the reference implementation for the seed 0, whose state is a multiple
    # of its increment
    assert mixed(np.arange(1, 4), 0).tolist() == [
        0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F,
    ]  # fmt: skip


@pytest.mark.parametrize("seed", [0, 1, 12345, 2**62])
def test_half_is_drawn_and_seeds_have_nothing_in_common(seed):
    numbers = np.arange(20_000)
    one = half(numbers, seed)
    assert abs(one.mean() - 0.5) < 0.02
    for other in (1, 2, 1000):
        for shift in (0, 1, 5):  # also not after a shift of the numbers
            two = half(numbers + shift, seed + other)
            assert abs((one == two).mean() - 0.5) < 0.02


def test_the_same_on_every_device():
    numbers = np.array([0, 5, 2**31 - 1], np.int32)
    assert Strict().to_host(mixed(there(numbers)[0], 7)).tolist() == mixed(numbers, 7).tolist()
