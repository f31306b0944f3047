"""A scanner of trees in Newick's format, without recursion."""

from __future__ import annotations

import numpy as np

from partwise.graph.io._kernels.numbers import INEXACT, OK, scan_float
from partwise.kernels.jit import kernel

__all__ = [
    "AFTER_END",
    "BAD_LENGTH",
    "NO_END",
    "NO_PARENT",
    "OPEN_COMMENT",
    "OPEN_PARENTHESIS",
    "OPEN_QUOTE",
    "OUT_OF_PLACE",
    "scan_newick",
]

OUT_OF_PLACE, OPEN_QUOTE, OPEN_COMMENT, OPEN_PARENTHESIS = 1, 2, 3, 4
NO_PARENT, BAD_LENGTH, NO_END, AFTER_END = 5, 6, 7, 8
"""Why a text is no tree: something that cannot be where it is; a quote, a comment or a parenthesis
without an end; a closing parenthesis or a comma outside of all others; a branch length that is no
finite number of at least 0; no semicolon; more after it."""

# What is due: a subtree; a label, or what may follow it; that; a branch length; what follows it;
# the end of the text.
_SUBTREE, _LABEL, _NAMED, _LENGTH, _MEASURED, _DONE = 0, 1, 2, 3, 4, 5

_OPEN, _CLOSE, _COMMA, _COLON, _SEMICOLON, _QUOTE = 40, 41, 44, 58, 59, 39
_OPEN_BRACKET, _CLOSE_BRACKET = 91, 93


@kernel
def _is_white(c):
    return c == 32 or 9 <= c <= 13


@kernel
def _ends_label(c):
    mark = c in (_OPEN, _CLOSE, _COMMA, _COLON, _SEMICOLON, _QUOTE, _OPEN_BRACKET, _CLOSE_BRACKET)
    return mark or _is_white(c)


@kernel
def _after_comment(buf, i):
    """Return the place after the comment at ``buf[i]``, which may hold others, or -1."""
    depth = 0
    while i < len(buf):
        depth += buf[i] == _OPEN_BRACKET
        depth -= buf[i] == _CLOSE_BRACKET
        i += 1
        if depth == 0:
            return i
    return -1


@kernel
def scan_newick(buf, weigh, parents, places, lengths, report):
    """Find the nodes of a tree, numbered as they start.

    Parameters
    ----------
    buf : uint8 array
        Ends with a newline. Labels in quotes are unquoted in place.
    weigh : bool
        Whether branch lengths matter: if not, negative ones are as good as others.
    parents : int32 array of shape (room,)
    places : int64 array of shape (room, 4)
        Where a node starts, where its label starts and ends, and where its branch length starts,
        or -1.
    lengths : float64 array of shape (room,)
        Branch lengths: 0 where there is none, NaN where only exact arithmetic can read it.
    report : int64 array of shape (3,)
        Receives why the text is no tree, or 0; where; how many lengths are NaN.

    Returns
    -------
    int
        Number of nodes.
    """
    n, i = 0, 0
    node, above = -1, -1  # the subtree that is read last; the parent of the next one
    due = _SUBTREE
    report[:] = 0
    while i < len(buf):
        c = buf[i]
        if _is_white(c):
            i += 1
        elif c == _OPEN_BRACKET:
            start = i
            i = _after_comment(buf, i)
            if i < 0:
                report[0], report[1] = OPEN_COMMENT, start
                return n
        elif due == _SUBTREE:
            parents[n] = above
            places[n, 0], places[n, 1], places[n, 2], places[n, 3] = i, i, i, -1
            lengths[n] = 0.0
            node = n
            n += 1
            if c == _OPEN:
                above = node
                i += 1
            else:
                due = _LABEL  # a leaf, perhaps one without a name
        elif due == _LENGTH:
            bits, end, status = scan_float(buf, np.uint64(i))
            value = np.uint64(bits).view(np.float64)
            is_number = (status in (OK, INEXACT)) and _ends_label(buf[end])
            if not is_number or (weigh and value < 0.0):
                report[0], report[1] = BAD_LENGTH, i
                return n
            if status == INEXACT:
                value = np.nan
                report[2] += 1
            lengths[node] = value
            places[node, 3] = i
            i = np.int64(end)
            due = _MEASURED
        elif due == _DONE:
            report[0], report[1] = AFTER_END, i
            return n
        elif c == _COLON and due != _MEASURED:
            i += 1
            due = _LENGTH
        elif c in (_COMMA, _CLOSE):
            if above < 0:
                report[0], report[1] = NO_PARENT, i
                return n
            due = _SUBTREE
            if c == _CLOSE:
                node = above
                above = np.int64(parents[node])
                due = _LABEL
            i += 1
        elif c == _SEMICOLON and above < 0:
            i += 1
            due = _DONE
        elif due == _LABEL and (c == _QUOTE or not _ends_label(c)):
            start = i
            i = _label(buf, i, places, node)
            if i < 0:
                report[0], report[1] = OPEN_QUOTE, start
                return n
            due = _NAMED
        else:
            report[0], report[1] = OUT_OF_PLACE, i
            if c == _SEMICOLON:
                report[0], report[1] = OPEN_PARENTHESIS, places[above, 0]
            return n
    if due != _DONE:
        report[0], report[1] = NO_END, len(buf) - 1
        if above >= 0:
            report[0], report[1] = OPEN_PARENTHESIS, places[above, 0]
    return n


@kernel
def _label(buf, i, places, node):
    """Take the label at ``buf[i]``, in quotes or not; return the place after it, or -1."""
    if buf[i] != _QUOTE:
        places[node, 1] = i
        while not _ends_label(buf[i]):
            i += 1
        places[node, 2] = i
        return i
    i += 1
    put = i
    places[node, 1] = i
    while i < len(buf):
        if buf[i] == _QUOTE:
            if i + 1 == len(buf) or buf[i + 1] != _QUOTE:
                places[node, 2] = put
                buf[put:i] = _QUOTE
                return i + 1
            i += 1
        buf[put] = buf[i]
        put += 1
        i += 1
    return -1
