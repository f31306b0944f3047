"""Scanners of texts whose lines are rows of fields.

A text ends with a newline, so that loops need no bound. Places are offsets in the text.
"""

from __future__ import annotations

import numpy as np

from partwise.graph.io._kernels.numbers import INEXACT, NEWLINE, OK, is_blank, scan_float
from partwise.kernels.jit import kernel

__all__ = [
    "AFTER_QUOTE",
    "BAD_NUMBER",
    "EMPTY",
    "NEGATIVE",
    "OPEN_QUOTE",
    "WIDTH",
    "scan_numbers",
    "scan_rows",
    "scan_words",
]

WIDTH, OPEN_QUOTE, AFTER_QUOTE = 1, 2, 3
"""Why a row is wrong: its number of fields, a quote without an end, text after a quote."""

BAD_NUMBER, NEGATIVE, EMPTY = 1, 2, 3
"""Why a field is no weight: no finite number, less than 0, nothing there."""

_QUOTE, _RETURN, _SPACE, _TAB = 34, 13, 32, 9


@kernel
def _unquoted(buf, i):
    """Take the field in quotes that starts at ``buf[i]``: its end, and the place after the quote.

    A doubled quote stands for one; what it holds is moved together, in place. The place is -1 if
    the text ends first.
    """
    put = i
    while i < len(buf) - 1:
        if buf[i] == _QUOTE:
            if buf[i + 1] != _QUOTE:
                buf[put:i] = _QUOTE
                return put, i + 1
            i += 1
        buf[put] = buf[i]
        put += 1
        i += 1
    return put, -1


@kernel
def scan_rows(buf, i, delimiter, quotes, to_end, slots, starts, ends, report):
    """Find the fields of rows, from ``buf[i]``, the start of a line, to the end.

    Parameters
    ----------
    buf : uint8 array
        Fields in quotes are unquoted in place.
    i : int
    delimiter : int
        A byte.
    quotes : bool
        Whether a field may stand in double quotes.
    to_end : bool
        Whether the last field takes all the rest of its line.
    slots : int64 array of shape (n_columns,)
        Where the fields of each column go, -1 for nowhere.
    starts, ends : int64 arrays of shape (n_lines, n_slots)
        Receive the fields, without white space around those that stand in no quotes.
    report : int64 array of shape (2,)
        Receives why a row is wrong, or 0, and where it starts.

    Returns
    -------
    int
        Number of rows; blank lines are none.
    """
    n = 0
    report[0] = 0
    width = len(slots)
    while i < len(buf):
        line, column = i, 0
        while buf[i] == _SPACE or buf[i] == _RETURN:
            i += 1
        if buf[i] == NEWLINE:
            i += 1
            continue
        while True:
            while buf[i] == _SPACE and (column == 0 or not to_end):
                i += 1
            if quotes and buf[i] == _QUOTE:
                start = i + 1
                end, i = _unquoted(buf, start)
                if i < 0:
                    report[0], report[1] = OPEN_QUOTE, line
                    return n
                while buf[i] == _SPACE or buf[i] == _RETURN:
                    i += 1
                if buf[i] != delimiter and buf[i] != NEWLINE:
                    report[0], report[1] = AFTER_QUOTE, line
                    return n
            else:
                start = i
                rest = to_end and column == width - 1
                while buf[i] != NEWLINE and (rest or buf[i] != delimiter):
                    i += 1
                end = i
                while end > start and (
                    buf[end - 1] == _RETURN or (buf[end - 1] == _SPACE and not rest)
                ):
                    end -= 1
            if column < width and slots[column] >= 0:
                starts[n, slots[column]] = start
                ends[n, slots[column]] = end
            column += 1
            if buf[i] == NEWLINE:
                break
            i += 1
        i += 1
        if column != width:
            report[0], report[1] = WIDTH, line
            return n
        n += 1
    return n


@kernel
def scan_words(buf, width, starts, ends, report):
    """Find the `width` words of every line, as the reader of edge lists does.

    Words are separated by spaces, tabs, commas; what starts with ``#`` or ``%`` is a comment.
    `starts`, `ends`, `report` and the result are those of :func:`scan_rows`.
    """
    n, i = 0, 0
    report[0] = 0
    while i < len(buf):
        line, found = i, 0
        while buf[i] != NEWLINE:
            if is_blank(buf[i]):
                i += 1
                continue
            start = i
            comment = buf[i] == 35 or buf[i] == 37
            while buf[i] != NEWLINE and (comment or not is_blank(buf[i])):
                i += 1
            if not comment:
                if found < width:
                    starts[n, found] = start
                    ends[n, found] = i
                found += 1
        i += 1
        if found == 0:
            continue
        if found != width:
            report[0], report[1] = WIDTH, line
            return n
        n += 1
    return n


@kernel
def scan_numbers(buf, starts, ends, may_be_empty, values, report):
    """Read fields as finite numbers of at least 0; an empty field may be 0.

    NaN stands for what only exact arithmetic can read. Receives in `report`: why a field is wrong,
    or 0; which; how many are NaN.
    """
    report[:] = 0
    for k in range(len(starts)):
        i, end = np.uint64(starts[k]), np.uint64(ends[k])
        if i == end and may_be_empty:
            values[k] = 0.0
            continue
        reason = EMPTY
        if i != end:
            bits, i, status = scan_float(buf, i)
            value = np.uint64(bits).view(np.float64)
            reason = OK
            if i != end or (status != OK and status != INEXACT):
                reason = BAD_NUMBER
            elif value < 0.0:
                reason = NEGATIVE
            elif status == INEXACT:
                value = np.nan
                report[2] += 1
            values[k] = value
        if reason != OK:
            report[0], report[1] = reason, k
            return
