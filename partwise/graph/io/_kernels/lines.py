"""Cutting a text into chunks of whole lines, and what every text is checked for."""

from __future__ import annotations

import numpy as np
from numba import prange

from partwise.kernels.jit import kernel

__all__ = ["count_lines", "count_lines_parallel", "cut_lines"]


@kernel
def cut_lines(buf, start, chunk):
    """Return bounds of pieces of ``buf[start:]``, about `chunk` bytes each, of whole lines."""
    size = len(buf)
    bounds = np.empty((size - start) // chunk + 2, np.int64)
    bounds[0] = start
    n, at = 1, start
    while at < size:
        at = max(at, min(start + n * chunk, size) - 1)
        while buf[at] != 10:
            at += 1
        at += 1
        bounds[n] = at
        n += 1
    return bounds[:n]


@kernel
def count_lines(buf, words, lo, hi, report):
    """Report the number of newlines in ``buf[lo:hi]``, and whether there are NULs or non-ASCII.

    ``words`` is the same memory as 64-bit integers, as far as it fills them.
    """
    ones, low = np.uint64(0x0101010101010101), np.uint64(0x7F7F7F7F7F7F7F7F)
    newlines, nuls, high = np.uint64(0), np.uint64(0), np.uint64(0)
    first = (lo + 7) // 8
    last = max(first, hi // 8)
    for i in range(lo, min(first * 8, hi)):
        newlines += np.uint64(buf[i] == 10)
        nuls |= np.uint64(buf[i] == 0)
        high |= np.uint64(buf[i] >> 7)
    for i in range(first, last):
        w = words[i]
        # The top bit of each byte of ~(((x & low) + low) | x | low) says that the byte is zero.
        x = w ^ (np.uint64(10) * ones)
        zero = ~(((x & low) + low) | x | low)
        newlines += ((zero >> np.uint64(7)) * ones) >> np.uint64(56)
        nuls |= ~(((w & low) + low) | w | low)
        high |= w & ~low
    for i in range(max(last * 8, lo), hi):
        newlines += np.uint64(buf[i] == 10)
        nuls |= np.uint64(buf[i] == 0)
        high |= np.uint64(buf[i] >> 7)
    report[0], report[1], report[2] = newlines, nuls != 0, high != 0


@kernel(parallel=True)
def count_lines_parallel(buf, words, bounds, report):
    for c in prange(len(bounds) - 1):
        count_lines(buf, words, bounds[c], bounds[c + 1], report[c])
