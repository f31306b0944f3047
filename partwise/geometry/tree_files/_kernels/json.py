"""A scanner of JSON that keeps the nodes of a tree: objects with a name, children and a weight.

Everything else is checked for its form and skipped. No recursion: open brackets are on a stack, so
the depth of a text has no limit.
"""

from __future__ import annotations

import numpy as np

from partwise.graph.io._kernels.numbers import INEXACT, MINUS, OK, POINT, scan_float
from partwise.kernels.jit import kernel

__all__ = [
    "BAD_TOKEN",
    "NOT_CHILDREN",
    "NOT_NAME",
    "NOT_NODE",
    "NOT_WEIGHT",
    "OPEN",
    "TWICE",
    "scan_nodes",
]

BAD_TOKEN, OPEN, NOT_NODE, NOT_CHILDREN, NOT_NAME, NOT_WEIGHT, TWICE = 1, 2, 3, 4, 5, 6, 7
"""Why a text is no tree: another character was due; the text ends too soon; a value of the wrong
kind for a node, its children, its name, its weight; a key of these that is there twice."""

_NAME, _CHILDREN, _WEIGHT, _OTHER, _NODE = 0, 1, 2, 3, 4  # what the value to come is
_IN_NODE, _IN_CHILDREN, _IN_OBJECT, _IN_ARRAY = 0, 1, 2, 3  # what an open bracket is
_VALUE, _FIRST_VALUE, _KEY, _FIRST_KEY, _AFTER, _DONE = 0, 1, 2, 3, 4, 5  # what is due

_QUOTE, _BACKSLASH, _COMMA, _COLON = 34, 92, 44, 58
_OPEN_OBJECT, _CLOSE_OBJECT, _OPEN_ARRAY, _CLOSE_ARRAY = 123, 125, 91, 93


@kernel
def _after_blanks(buf, i):
    while i < len(buf) and (buf[i] == 32 or buf[i] == 10 or buf[i] == 13 or buf[i] == 9):
        i += 1
    return i


@kernel
def _is_hex(c):
    return 48 <= c <= 57 or 65 <= c <= 70 or 97 <= c <= 102


@kernel
def _after_string(buf, i):
    """Return the place after the string whose text starts at ``buf[i]``, or ~place of a fault."""
    n = len(buf)
    while i < n:
        c = buf[i]
        if c == _QUOTE:
            return i + 1
        if c < 32:
            return ~i
        if c == _BACKSLASH:
            i += 1
            if i == n:
                break
            c = buf[i]
            if c == 117:
                for k in range(i + 1, i + 5):
                    if k >= n or not _is_hex(buf[k]):
                        return ~min(k, n - 1)
                i += 4
            elif not (
                c == 34 or c == 47 or c == 92 or c == 98 or c == 102 or c == 110 or c == 114
                or c == 116
            ):  # fmt: skip
                return ~i
        i += 1
    return ~(n - 1)


@kernel
def _after_number(buf, i):
    """Return the place after the number at ``buf[i]``, or ~place of what is wrong with it."""
    if buf[i] == MINUS:
        i += 1
    first = i
    while 48 <= buf[i] <= 57:
        i += 1
    if i == first:
        return ~i
    if buf[first] == 48 and i > first + 1:
        return ~first
    if buf[i] == POINT:
        i += 1
        first = i
        while 48 <= buf[i] <= 57:
            i += 1
        if i == first:
            return ~i
    if buf[i] | 32 == 101:
        i += 1
        if buf[i] == 43 or buf[i] == MINUS:
            i += 1
        first = i
        while 48 <= buf[i] <= 57:
            i += 1
        if i == first:
            return ~i
    return i


@kernel
def _after_word(buf, i, word):
    for k in range(len(word)):
        if i + k >= len(buf) or buf[i + k] != word[k]:
            return ~min(i + k, len(buf) - 1)
    return i + len(word)


@kernel
def _role_of(buf, start, end, keys, key_ends, roles):
    """Return the role of the value under a key, and the number of the key."""
    first = 0
    for k in range(len(roles)):
        length = key_ends[k] - first
        if length == end - start:
            j = 0
            while j < length and buf[start + j] == keys[first + j]:
                j += 1
            if j == length:
                return roles[k], k
        first = key_ends[k]
    return _OTHER, -1


@kernel
def scan_nodes(buf, keys, key_ends, roles, words, parents, places, weights, numbers, stack, report):
    """Find the nodes of the tree that a text in JSON holds, in the order in which they start.

    Parameters
    ----------
    buf : uint8 array
        Ends with a newline.
    keys : uint8 array
        The names of keys, one after another.
    key_ends, roles : int64 arrays of shape (n_keys,)
        Where each ends in `keys`, and what it means: 0 name, 1 children, 2 weight. Of several
        keys for weights that a node has, the first in this order counts.
    words : uint8 array of shape (13,)
        ``truefalsenull``.
    parents : int32 array of shape (room,)
    places : int64 array of shape (room, 3)
        Where a node starts, and where its name starts and ends, quotes included, or -1, -1.
    weights, numbers : float64 array of shape (room,), int64 array of shape (room, 2)
        The weight, 0 where there is none, NaN where only exact arithmetic can read it; the key it
        is under, or n_keys, and where it stands.
    stack : int64 array of shape (room for brackets, 3)
        Of every open bracket: what it is, its node, and its place, as ~place once a node has its
        children.
    report : int64 array of shape (4,)
        Receives why the text is no tree, or 0; where; how many weights are NaN; the last node in
        which a value starts.

    Returns
    -------
    int
        Number of nodes.
    """
    n, depth, i = 0, 0, 0
    due, role, key = _VALUE, _NODE, -1
    n_keys = len(roles)
    report[:] = 0
    while True:
        i = _after_blanks(buf, i)
        if i == len(buf):
            if due != _DONE:
                place = stack[depth - 1, 2] if depth else len(buf) - 1
                report[0], report[1] = OPEN, max(place, ~place)
            return n
        c = buf[i]
        at = i
        closes = False
        if due == _DONE:
            report[0], report[1] = BAD_TOKEN, i
            return n
        if due in (_KEY, _FIRST_KEY):
            if c == _CLOSE_OBJECT and due == _FIRST_KEY:
                closes = True
            elif c != _QUOTE:
                report[0], report[1] = BAD_TOKEN, i
                return n
            else:
                i = _after_string(buf, i + 1)
                if i < 0:
                    report[0], report[1] = BAD_TOKEN, ~i
                    return n
                role, key = _OTHER, -1
                if stack[depth - 1, 0] == _IN_NODE:
                    role, key = _role_of(buf, at + 1, i - 1, keys, key_ends, roles)
                i = _after_blanks(buf, i)
                if i == len(buf) or buf[i] != _COLON:
                    report[0], report[1] = BAD_TOKEN, min(i, len(buf) - 1)
                    return n
                i += 1
                due = _VALUE
                continue
        elif due == _AFTER:
            kind = stack[depth - 1, 0]
            in_object = kind in (_IN_NODE, _IN_OBJECT)
            if c == _COMMA:
                i += 1
                due = _KEY if in_object else _VALUE
                role = _NODE if kind == _IN_CHILDREN else _OTHER
                continue
            if c != (_CLOSE_OBJECT if in_object else _CLOSE_ARRAY):
                report[0], report[1] = BAD_TOKEN, i
                return n
            closes = True
        elif due == _FIRST_VALUE and c == _CLOSE_ARRAY:
            closes = True
        if closes:
            i += 1
            depth -= 1
            due = _AFTER if depth else _DONE
            continue
        # A value.
        node = stack[depth - 1, 1] if depth else -1
        report[3] = node
        if c in (_OPEN_OBJECT, _OPEN_ARRAY):
            if role == _NODE and c == _OPEN_OBJECT:
                parents[n] = node
                places[n, 0], places[n, 1], places[n, 2] = i, -1, -1
                weights[n] = 0.0
                numbers[n, 0], numbers[n, 1] = n_keys, -1
                node, kind = n, _IN_NODE
                n += 1
            elif role == _CHILDREN and c == _OPEN_ARRAY:
                if stack[depth - 1, 2] < 0:
                    report[0], report[1] = TWICE, i
                    return n
                stack[depth - 1, 2] = ~stack[depth - 1, 2]
                kind = _IN_CHILDREN
            elif role == _OTHER:
                kind = _IN_OBJECT if c == _OPEN_OBJECT else _IN_ARRAY
            else:
                report[0], report[1] = _fault_of(role), i
                return n
            stack[depth, 0], stack[depth, 1], stack[depth, 2] = kind, node, i
            depth += 1
            i += 1
            due = _FIRST_KEY if c == _OPEN_OBJECT else _FIRST_VALUE
            if kind == _IN_CHILDREN:
                role = _NODE
            elif kind == _IN_ARRAY:
                role = _OTHER
            continue
        is_null, is_number = c == 110, c == MINUS or 48 <= c <= 57
        if c == _QUOTE:
            i = _after_string(buf, i + 1)
        elif is_number:
            i = _after_number(buf, i)
        elif c == 116:
            i = _after_word(buf, i, words[:4])
        elif c == 102:
            i = _after_word(buf, i, words[4:9])
        elif is_null:
            i = _after_word(buf, i, words[9:])
        else:
            i = ~i
        if i < 0:
            report[0], report[1] = BAD_TOKEN, ~i
            return n
        if role == _NAME and (c == _QUOTE or is_number):
            if places[node, 1] >= 0:
                report[0], report[1] = TWICE, at
                return n
            places[node, 1], places[node, 2] = at, i
        elif role == _WEIGHT and is_number:
            if key == numbers[node, 0]:
                report[0], report[1] = TWICE, at
                return n
            if key < numbers[node, 0]:
                bits, _, status = scan_float(buf, np.uint64(at))
                value = np.uint64(bits).view(np.float64)
                if status == INEXACT:
                    value = np.nan
                    report[2] += 1
                elif status != OK or value < 0.0:
                    report[0], report[1] = NOT_WEIGHT, at
                    return n
                weights[node] = value
                numbers[node, 0], numbers[node, 1] = key, at
        elif role != _OTHER and (not is_null or role == _NODE):
            report[0], report[1] = _fault_of(role), at
            return n
        due = _AFTER if depth else _DONE


@kernel
def _fault_of(role):
    if role == _NODE:
        return NOT_NODE
    if role == _CHILDREN:
        return NOT_CHILDREN
    return NOT_NAME if role == _NAME else NOT_WEIGHT
