"""Sums over runs of values: a thread for each short run, a warp for each long one."""

from __future__ import annotations

from numba import cuda

from partwise.gpu._kernels import bodies

__all__ = ["segment_sums_thread", "segment_sums_warp"]

_WARP = 32
_ALL = 0xFFFFFFFF  # lanes

_sum_of_every = cuda.jit(device=True)(bodies.sum_of_every)


@cuda.jit
def segment_sums_thread(values, starts, size, longest, sums):
    """Add up the values of every run that is not too long, one after another."""
    zero = values.dtype.type(0)
    for i in range(cuda.grid(1), size, cuda.gridsize(1)):
        if starts[i + 1] - starts[i] <= longest:
            sums[i] = _sum_of_every(values, starts[i], starts[i + 1], 1, zero)


@cuda.jit
def segment_sums_warp(values, starts, runs, size, sums):
    """Add up the values of some runs: by the lanes first, then those of the lanes by a tree."""
    zero = values.dtype.type(0)
    lane = cuda.laneid
    for i in range(cuda.grid(1) // _WARP, size, cuda.gridsize(1) // _WARP):
        run = runs[i]
        total = _sum_of_every(values, starts[run] + lane, starts[run + 1], _WARP, zero)
        delta = _WARP // 2
        while delta > 0:
            total += cuda.shfl_down_sync(_ALL, total, delta)
            delta //= 2
        if lane == 0:
            sums[run] = total
