"""The scanner of edge lists with integer ids."""

from __future__ import annotations

import numpy as np
from numba import prange

from partwise.graph.io._kernels.numbers import (
    BAD,
    INEXACT,
    NEWLINE,
    NOT_FINITE,
    OK,
    is_blank,
    is_end,
    scan_digits,
    scan_float,
    scan_int,
)
from partwise.kernels.jit import kernel

__all__ = [
    "BAD_ID",
    "BAD_WEIGHT",
    "INFINITE_WEIGHT",
    "NEGATIVE_WEIGHT",
    "NO_WEIGHT",
    "ONE_ID",
    "REPORT_SIZE",
    "WIDE_ID",
    "WIDE_WEIGHT",
    "parse_edges",
    "parse_edges_parallel",
    "scan_weight",
]

# What stopped a scan. The first two are no errors: the caller starts again with wider types.
WIDE_ID, WIDE_WEIGHT = 1, 2
BAD_ID, ONE_ID, NO_WEIGHT, BAD_WEIGHT, NEGATIVE_WEIGHT, INFINITE_WEIGHT = 3, 4, 5, 6, 7, 8

# Fields of a report: edges, smallest id, largest id, reason, where the line starts, inexact weights
REPORT_SIZE = 6

_QUOTE, _APOSTROPHE, _COLON, _OPEN, _CLOSE = 34, 39, 58, 123, 125


@kernel
def _skip_line(buf, i):
    while buf[i] != NEWLINE:
        i += np.uint64(1)
    return i + np.uint64(1)


@kernel
def _find_in_dict(buf, i):
    """Return where the value of 'weight' starts in the dict at ``buf[i]``, or 0."""
    one = np.uint64(1)
    while buf[i] != NEWLINE:
        quote = buf[i]
        i += one
        if quote not in (_APOSTROPHE, _QUOTE):
            continue
        start = i
        while buf[i] != quote and buf[i] != NEWLINE:
            i += one
        if buf[i] == NEWLINE:
            break
        # w e i g h t
        found = (
            i - start == np.uint64(6)
            and buf[start] == 119
            and buf[start + np.uint64(1)] == 101
            and buf[start + np.uint64(2)] == 105
            and buf[start + np.uint64(3)] == 103
            and buf[start + np.uint64(4)] == 104
            and buf[start + np.uint64(5)] == 116
        )
        i += one
        while found and is_blank(buf[i]):
            i += one
        if found and buf[i] == _COLON:
            i += one
            while is_blank(buf[i]):
                i += one
            return i
    return np.uint64(0)


@kernel
def scan_weight(buf, i, weights, n):
    """Read the weight at ``buf[i]`` into ``weights[n]``; returns the position after it and why not.

    An inexact weight is stored as a NaN that carries its position, for the caller to read again.
    """
    in_dict = buf[i] == _OPEN
    if in_dict:
        i = _find_in_dict(buf, i)
        if i == np.uint64(0):
            return i, NO_WEIGHT
    start = i
    bits, i, status = scan_float(buf, i)
    value = np.uint64(bits).view(np.float64)
    if status == NOT_FINITE:
        return i, INFINITE_WEIGHT
    if status == BAD or not (is_end(buf[i]) or (in_dict and buf[i] == _CLOSE)):
        return i, BAD_WEIGHT
    if value < 0:
        return i, NEGATIVE_WEIGHT
    if weights.dtype.kind == "i":
        whole, after, fits = scan_int(buf, start + np.uint64(buf[start] == 43))
        if not fits or after != i:
            return i, WIDE_WEIGHT
        weights[n] = whole
    elif status == INEXACT:
        marked = np.uint64(0x7FF8 << 48) | np.uint64(start)
        weights[n] = np.uint64(marked).view(np.float64)
    else:
        weights[n] = value
    return i, OK


@kernel
def parse_edges(buf, lo, hi, src, dst, weights, at, limit, report):
    """Read the lines in ``buf[lo:hi]`` into ``src[at:]``, ``dst[at:]`` and ``weights[at:]``.

    ``weights`` is None to ignore what follows the ids. Ids beyond ``limit`` stop the scan.
    """
    one = np.uint64(1)
    i, end = np.uint64(lo), np.uint64(hi)
    n = np.int64(at)
    smallest, largest = np.int64(2**63 - 1), np.int64(-(2**63))
    inexact, reason = 0, 0
    line = i
    while i < end:
        line = i
        while is_blank(buf[i]):
            i += one
        c = buf[i]
        if c == NEWLINE:
            i += one
            continue
        if c == 35 or c == 37:
            i = _skip_line(buf, i)
            continue
        u, length = scan_digits(buf, i)
        if length and is_end(buf[i + length]):
            i += length
        else:
            u, i, ok = scan_int(buf, i)
            if not ok or not is_end(buf[i]):
                reason = BAD_ID
                break
        while is_blank(buf[i]):
            i += one
        c = buf[i]
        if c == NEWLINE or c == 35 or c == 37:
            reason = ONE_ID
            break
        v, length = scan_digits(buf, i)
        if length and is_end(buf[i + length]):
            i += length
        else:
            v, i, ok = scan_int(buf, i)
            if not ok or not is_end(buf[i]):
                reason = BAD_ID
                break
        if weights is not None:
            while is_blank(buf[i]):
                i += one
            c = buf[i]
            if c == NEWLINE or c == 35 or c == 37:
                reason = NO_WEIGHT
                break
            i, reason = scan_weight(buf, i, weights, n)
            if reason != OK:
                break
            if weights.dtype.kind == "f":
                inexact += weights[n] != weights[n]
        smallest = min(smallest, min(u, v))
        largest = max(largest, max(u, v))
        if largest > limit or smallest < -limit:
            reason = WIDE_ID
            break
        src[n] = u
        dst[n] = v
        n += 1
        i = _skip_line(buf, i)
    report[0] = n - at
    report[1] = smallest
    report[2] = largest
    report[3] = reason
    report[4] = np.int64(line)
    report[5] = inexact


@kernel(parallel=True)
def parse_edges_parallel(buf, bounds, src, dst, weights, at, limit, reports):
    for c in prange(len(bounds) - 1):
        parse_edges(buf, bounds[c], bounds[c + 1], src, dst, weights, at[c], limit, reports[c])
