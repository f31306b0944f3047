"""The scanner of tables of non-negative integers with one separator."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["LIMIT", "parse_table"]

LIMIT = 2**62  # amounts stay below it

_NEWLINE, _HASH, _ZERO = 10, 35, 48
# Tab, vertical tab, form feed, carriage return and blank, as bits.
_BLANKS = np.uint64(sum(1 << c for c in (9, 11, 12, 13, 32)))


@kernel
def _is_blank(byte, separator):
    return byte <= 32 and (_BLANKS >> np.uint64(byte)) & np.uint64(1) != 0 and byte != separator


@kernel
def parse_table(buf, start, separator, table, offsets):
    """Read the lines of ``buf[start:]``, which ends with a newline: (rows, offset of the fault).

    A row is one integer from 0 to LIMIT - 1 for each column of `table`, with one `separator`
    between two; blanks do not count, ``#`` starts a comment, and lines with nothing else are
    skipped. Where the line of each row starts goes to `offsets`. The scan stops at the first line
    that is no row; without one the offset of the fault is -1.
    """
    width = table.shape[1]
    one = np.uint64(1)
    i, end = np.uint64(start), np.uint64(len(buf))
    row = 0
    while i < end:
        line = i
        while _is_blank(buf[i], separator):
            i += one
        if buf[i] != _NEWLINE and buf[i] != _HASH:
            for c in range(width):
                while _is_blank(buf[i], separator):
                    i += one
                value, digits = np.int64(0), 0
                while _ZERO <= buf[i] < _ZERO + 10:
                    digit = np.int64(buf[i]) - _ZERO
                    if value > (LIMIT - 1 - digit) // 10:
                        return row, np.int64(line)
                    value = 10 * value + digit
                    digits += 1
                    i += one
                while _is_blank(buf[i], separator):
                    i += one
                last = c == width - 1
                ended = buf[i] == _NEWLINE or buf[i] == _HASH
                if digits == 0 or (not ended if last else buf[i] != separator):
                    return row, np.int64(line)
                if not last:
                    i += one
                table[row, c] = value
            offsets[row] = np.int64(line)
            row += 1
        while buf[i] != _NEWLINE:
            i += one
        i += one
    return row, np.int64(-1)
