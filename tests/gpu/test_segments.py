"""Sums over runs, against NumPy; a stand-in runs in the place of the kernels of numba.cuda."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.gpu import _segments
from partwise.gpu._segments import run_starts, segment_sums
from tests.gpu.strict import Strict, there


def summed(values, starts):
    return [values[a:b].sum() for a, b in pairwise(starts)]


def numbers(rng, size, dtype):
    return rng.integers(-99, 99, size) if dtype == "int64" else rng.random(size)


@pytest.mark.parametrize("dtype", ["int64", "float64"])
@pytest.mark.parametrize(
    "lengths", [[], [0], [1], [32], [33], [0, 0, 5], [31, 32, 33, 0, 64, 65, 1], [9000, 0, 4097, 3]]
)
def test_sums_of_runs(gpu, lengths, dtype):
    starts = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))
    values = numbers(np.random.default_rng(2), starts[-1], dtype)
    found = gpu.to_host(segment_sums(gpu, gpu.xp.asarray(values), gpu.xp.asarray(starts)))
    assert found.dtype == values.dtype
    assert found == pytest.approx(summed(values, starts), rel=1e-13)
    assert ("segment_sums_thread" in gpu.launched) == (len(lengths) > 0)
    assert ("segment_sums_warp" in gpu.launched) == (max(lengths, default=0) > 32)


@given(seed=st.integers(0, 10**6), piece=st.sampled_from([3, 40, 4096]))
def test_runs_of_equal_keys(seed, piece):
    rng = np.random.default_rng(seed)
    m = int(rng.integers(0, 300))
    keys = np.sort(rng.integers(0, rng.integers(1, 60), m))
    values = rng.integers(-99, 99, m)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_segments, "_PIECE", piece)  # so that runs are cut again and again
        starts = run_starts(Strict(), *there(keys))
        found = segment_sums(Strict(), *there(values), starts)
    starts = Strict().to_host(starts)
    unique, inverse = np.unique(keys, return_inverse=True)
    assert keys[starts[:-1]].tolist() == unique.tolist()
    assert starts[-1] == m
    expected = np.zeros(len(unique), np.int64)
    np.add.at(expected, inverse, values)
    assert found.tolist() == expected.tolist()


def test_other_types_are_refused():
    values, starts = there(np.zeros(2, np.float32), np.array([0, 2]))
    with pytest.raises(TypeError, match="values must be int64 or float64, got float32"):
        segment_sums(Strict(), values, starts)
