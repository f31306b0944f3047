"""Morton keys of cells, and back; keys of points are in tests/geometry/points/test_curve.py."""

import numpy as np
import pytest

from partwise.kernels.morton import join_bits, part_bits

RNG = np.random.default_rng(0)


def keys_of(cells):
    keys = np.empty(len(cells), np.uint64)
    join_bits(cells.astype(np.uint32), keys)
    return keys


def test_bits_of_the_first_axis_come_first():
    assert keys_of(np.array([[0b10, 0b01], [0b11, 0b00]])).tolist() == [0b1001, 0b1010]
    assert keys_of(np.array([[1, 0, 0], [0, 0, 1]])).tolist() == [0b100, 0b001]


@pytest.mark.parametrize(("d", "bits"), [(1, 32), (2, 31), (3, 21), (4, 15), (9, 7)])
def test_keys_are_joined_and_parted(oracles, d, bits):
    cells = RNG.integers(0, 2**bits, (200, d), dtype=np.uint32)
    keys, again = keys_of(cells), np.empty_like(cells)
    assert keys.tolist() == [oracles.points.morton([int(x) for x in c], bits) for c in cells]
    part_bits(keys, bits, again)
    assert np.array_equal(again, cells)
