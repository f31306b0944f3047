"""Radix sort against numpy's."""

import numpy as np
import pytest

from partwise.kernels.radix import sort_by_key

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("top", [1, 2, 300, 2**40, 2**64 - 1])
@pytest.mark.parametrize("n", [0, 1, 2, 5000])
def test_keys_are_sorted_stably(n, top):
    keys = RNG.integers(0, top, n, dtype=np.uint64, endpoint=True)
    expected = np.argsort(keys, kind="stable")
    found, order = keys.copy(), np.arange(n, dtype=np.uint32)
    sort_by_key(found, order, np.empty_like(keys), np.empty_like(order))
    assert order.tolist() == expected.tolist()
    assert np.array_equal(found, keys[expected])
