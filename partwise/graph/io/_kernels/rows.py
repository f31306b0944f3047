"""The scanner of texts whose lines are rows of integers, of any length."""

from __future__ import annotations

import numpy as np
from numba import prange

from partwise.graph.io._kernels.numbers import NEWLINE, is_blank, scan_int
from partwise.kernels.jit import kernel

__all__ = ["count_rows", "count_rows_parallel", "parse_rows", "parse_rows_parallel"]


@kernel
def count_rows(buf, lo, hi, skip_blank, report):
    """Report the number of rows and of words in the lines of ``buf[lo:hi]``."""
    one = np.uint64(1)
    i, end = np.uint64(lo), np.uint64(hi)
    rows, words = 0, 0
    while i < end:
        before, comment = words, False
        while buf[i] != NEWLINE:
            while is_blank(buf[i]):
                i += one
            if buf[i] == 37 or buf[i] == 35:
                comment = words == before
                while buf[i] != NEWLINE:
                    i += one
            elif buf[i] != NEWLINE:
                words += 1
                while not is_blank(buf[i]) and buf[i] != NEWLINE:
                    i += one
        i += one
        rows += not comment and not (skip_blank and words == before)
    report[0], report[1] = rows, words


@kernel
def parse_rows(buf, lo, hi, skip_blank, values, at_value, row_ends, offsets, at_row, report):
    """Read the rows of ``buf[lo:hi]``.

    Their integers go to ``values[at_value:]``, the end of each row and where its line starts to
    ``row_ends[at_row:]`` and ``offsets[at_row:]``, and where the first line that holds something
    else starts, or -1, to ``report[2]``.
    """
    one = np.uint64(1)
    i, end = np.uint64(lo), np.uint64(hi)
    n, row = at_value, at_row
    report[2] = -1
    while i < end:
        line, before, comment = i, n, False
        while buf[i] != NEWLINE:
            while is_blank(buf[i]):
                i += one
            if buf[i] == 37 or buf[i] == 35:
                comment = n == before
                while buf[i] != NEWLINE:
                    i += one
            elif buf[i] != NEWLINE:
                value, i, ok = scan_int(buf, i)
                if not ok or not (is_blank(buf[i]) or buf[i] == NEWLINE):
                    report[2] = np.int64(line)
                    return
                values[n] = value
                n += 1
        i += one
        if not comment and not (skip_blank and n == before):
            row_ends[row] = n
            offsets[row] = np.int64(line)
            row += 1


@kernel(parallel=True)
def count_rows_parallel(buf, bounds, skip_blank, report):
    for c in prange(len(bounds) - 1):
        count_rows(buf, bounds[c], bounds[c + 1], skip_blank, report[c])


@kernel(parallel=True)
def parse_rows_parallel(
    buf, bounds, skip_blank, values, at_value, row_ends, offsets, at_row, report
):
    for c in prange(len(bounds) - 1):
        parse_rows(
            buf, bounds[c], bounds[c + 1], skip_blank, values, at_value[c], row_ends, offsets,
            at_row[c], report[c],
        )  # fmt: skip
