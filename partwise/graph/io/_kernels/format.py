"""Integers to decimal text."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["format_rows"]


@kernel
def _put_int(out, put, value):
    if value < 0:
        out[put] = 45
        put += 1
    # Two's complement: right for the smallest integer as well.
    x = np.uint64(value) if value >= 0 else ~np.uint64(value) + np.uint64(1)
    digits = 1
    rest = x // np.uint64(10)
    while rest:
        digits += 1
        rest //= np.uint64(10)
    for k in range(digits):
        out[put + digits - 1 - k] = np.uint8(np.uint64(48) + x % np.uint64(10))
        x //= np.uint64(10)
    return put + digits


@kernel
def format_rows(row_ptr, values):
    """Return the text whose lines are the rows of integers, separated by spaces."""
    room = len(row_ptr)
    for value in values:
        room += 21 if value < -99_999_999 or value > 999_999_999 else 11
    out = np.empty(room, np.uint8)
    put = 0
    for r in range(len(row_ptr) - 1):
        for k in range(row_ptr[r], row_ptr[r + 1]):
            if k > row_ptr[r]:
                out[put] = 32
                put += 1
            put = _put_int(out, put, values[k])
        out[put] = 10
        put += 1
    return out[:put]
