"""Edges of stochastic block models, by skipping over absent pairs."""

from __future__ import annotations

import math

import numpy as np

from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_float, stream_state

__all__ = ["sample_pairs"]


@kernel
def sample_pairs(seed, stream, p, rows, cols, triangle, row0, col0, src, dst):
    """Draw every pair of a rectangle or triangle with probability `p`, independently.

    The number of absent pairs before the next present one is geometric, so the work is one
    logarithm per edge and not one draw per pair.

    Parameters
    ----------
    seed, stream : int
        The same stream gives the same pairs: call once with empty outputs to count them.
    p : float in [0, 1]
    rows, cols : int
        Size of the rectangle; of the triangle only `rows` counts.
    triangle : bool
        The pairs (i, j) with j < i < rows, instead of all (i, j) with i < rows, j < cols.
    row0, col0 : int
        Added to i and j.
    src, dst : int32 arrays

    Returns
    -------
    int
        Number of pairs drawn.
    """
    if p <= 0.0:
        return 0
    state = stream_state(seed, stream)
    total = np.int64(rows) * (rows - 1) // 2 if triangle else np.int64(rows) * cols
    log_absent = math.log1p(-p) if p < 1.0 else -np.inf
    fill = len(src) > 0
    put = 0
    at = np.int64(-1)  # the pair that was drawn last, in row order
    i, before = np.int64(1), np.int64(0)  # triangle: row of `at`, and pairs in the rows above
    while True:
        skip = math.log1p(-next_float(state)) / log_absent if p < 1.0 else 0.0
        if skip >= total - at - 1:
            return put
        at += 1 + np.int64(skip)
        if fill:
            if triangle:
                while at - before >= i:
                    before += i
                    i += 1
                src[put] = row0 + i
                dst[put] = col0 + at - before
            else:
                row = at // cols
                src[put] = row0 + row
                dst[put] = col0 + at - row * cols
        put += 1
