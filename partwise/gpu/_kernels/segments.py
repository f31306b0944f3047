"""Sums over runs of values on the CPU, in the order of the device, so that they are the same."""

from __future__ import annotations

import numpy as np

from partwise.gpu._kernels import bodies
from partwise.kernels.jit import kernel

__all__ = ["long_sums", "short_sums"]

_WARP = 32
_sum_of_every = kernel(bodies.sum_of_every)


@kernel
def short_sums(values, starts, size, longest, sums):
    """Add up the values of every run that is not too long, one after another.

    Parameters
    ----------
    values : ndarray of shape (m,)
    starts : int64 ndarray of shape (size + 1,)
        Where runs begin; the last one ends at the last entry.
    size : int
    longest : int
        Longer runs are left out.
    sums : ndarray of shape (size,)
        Output, of the type of the values.
    """
    zero = values.dtype.type(0)
    for i in range(size):
        if starts[i + 1] - starts[i] <= longest:
            sums[i] = _sum_of_every(values, starts[i], starts[i + 1], 1, zero)


@kernel
def long_sums(values, starts, runs, size, sums):
    """Add up the values of some runs: by 32 lanes first, then those of the lanes by a tree.

    Parameters
    ----------
    values, starts, sums
        See :func:`short_sums`.
    runs : int32 ndarray of shape (size,)
        Numbers of the runs.
    size : int
    """
    zero = values.dtype.type(0)
    lanes = np.empty(_WARP, values.dtype)
    for run in runs[:size]:
        for lane in range(_WARP):
            lanes[lane] = _sum_of_every(values, starts[run] + lane, starts[run + 1], _WARP, zero)
        delta = _WARP // 2
        while delta > 0:
            for lane in range(delta):
                lanes[lane] += lanes[lane + delta]
            delta //= 2
        sums[run] = lanes[0]
