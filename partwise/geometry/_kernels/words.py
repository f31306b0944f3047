"""Trees made of words: a hash table of (parent, word), and the nodes that paths run through.

A text is bytes, and a word a range of them. What is read together of a node sits in one row of an
array: HASH, PARENT, START and LENGTH.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = [
    "LENGTH",
    "PARENT",
    "START",
    "join_words",
    "nodes_of_paths",
    "number_words",
]

HASH, PARENT, START, LENGTH = 0, 1, 2, 3

_MIX = np.uint64(0x9E3779B97F4A7C15)
_LOW_HALF = np.uint64(0xFFFFFFFF)
_DOT = 46


@kernel
def _hash(buf, parent, start, length):
    """Return a hash of a word and the node it is below."""
    h = (np.uint64(parent) + np.uint64(1)) * _MIX
    for k in range(np.uint64(start), np.uint64(start + length)):
        h = (h ^ np.uint64(buf[k])) * np.uint64(0x100000001B3)
    h = (h ^ (h >> np.uint64(32))) * _MIX
    return h ^ (h >> np.uint64(29))


@kernel
def _same(buf, a, b, length):
    a, b, k, n = np.uint64(a), np.uint64(b), np.uint64(0), np.uint64(length)
    while k < n and buf[a + k] == buf[b + k]:
        k += np.uint64(1)
    return k == n


@kernel
def _find(buf, table, rows, h, parent, start, length):
    """Return the node of a word below `parent`, or -1, and the slot where it is or belongs.

    A slot holds half of the hash beside the node, so that few rows are read in vain.
    """
    mask = np.uint64(len(table) - 1)
    slot = h & mask
    while True:
        entry = table[slot]
        if entry < 0:
            return -1, slot
        if np.uint64(entry) >> np.uint64(32) == h >> np.uint64(33):
            node = np.int64(np.uint64(entry) & _LOW_HALF)
            row = rows[node]
            if (
                row[PARENT] == parent
                and row[LENGTH] == length
                and _same(buf, row[START], start, length)
            ):
                return node, slot
        slot = (slot + np.uint64(1)) & mask


@kernel
def _entry(h, node):
    return np.int64(((h >> np.uint64(33)) << np.uint64(32)) | np.uint64(node))


@kernel
def _rehashed(rows, n, size):
    """Return a table of `size` slots, a power of two, with the first `n` rows."""
    table = np.full(size, np.int64(-1))
    mask = np.uint64(size - 1)
    for node in range(n):
        h = np.uint64(rows[node, HASH])
        slot = h & mask
        while table[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        table[slot] = _entry(h, node)
    return table


@kernel
def _grown(old):
    new = np.empty((2 * len(old), old.shape[1]), old.dtype)
    new[: len(old)] = old
    return new


@kernel
def _put(rows, node, h, parent, start, length):
    rows[node, HASH] = np.int64(h)
    rows[node, PARENT] = parent
    rows[node, START] = start
    rows[node, LENGTH] = length


@kernel
def number_words(buf, starts, ends, numbers):
    """Give words numbers, by first appearance.

    Parameters
    ----------
    buf : uint8 array
    starts, ends : int64 arrays of shape (n,)
        The words are ``buf[starts[i]:ends[i]]``.
    numbers : int32 array of shape (n,)
        Receives the number of each.

    Returns
    -------
    int64 array of shape (n_words, 4)
        START and LENGTH of each distinct word.
    """
    rows = np.empty((1024, 4), np.int64)
    table = np.full(2048, np.int64(-1))
    n = 0
    for i in range(len(starts)):
        length = ends[i] - starts[i]
        h = _hash(buf, 0, starts[i], length)
        node, slot = _find(buf, table, rows, h, 0, starts[i], length)
        if node < 0:
            if n == len(rows):
                rows = _grown(rows)
                table = _rehashed(rows, n, 2 * len(rows))
                node, slot = _find(buf, table, rows, h, 0, starts[i], length)
            node = n
            n += 1
            _put(rows, node, h, 0, starts[i], length)
            table[slot] = _entry(h, node)
        numbers[i] = node
    return rows[:n].copy()


@kernel
def _separated(buf, at, end, separator):
    """Tell whether `separator` stands at ``buf[at]``."""
    if buf[at] != separator[0] or end - at < len(separator):
        return False
    return len(separator) == 1 or _same_bytes(buf, at, separator)


@kernel
def _same_bytes(buf, at, word):
    k = 0
    while k < len(word) and buf[at + k] == word[k]:
        k += 1
    return k == len(word)


@kernel
def _last(buf, lo, hi, byte):
    """Return the last place of `byte` in ``buf[lo:hi]``, or `lo`."""
    at = hi - 1
    while at > lo and buf[at] != byte:
        at -= 1
    return max(at, lo)


@kernel
def _shared(buf, old, old_length, new, new_length, separator, trail, depth):
    """Return how many steps of the path at `old` the path at `new` shares."""
    most = np.uint64(min(old_length, new_length))
    a, b, k = np.uint64(old), np.uint64(new), np.uint64(0)
    while k < most and buf[a + k] == buf[b + k]:
        k += np.uint64(1)
    common = np.int64(k)
    while depth > 0:
        end = trail[depth - 1, 0]
        if end <= common and (
            end == new_length or _separated(buf, new + end, new + new_length, separator)
        ):
            break
        depth -= 1
    return depth


@kernel
def nodes_of_paths(buf, starts, ends, separator, dots, node_of):
    """Find the nodes that paths run through, numbered by first appearance, parents first.

    Node 0 is above all paths. A path that starts with `separator` runs through a node named by
    it, below node 0; other separators in excess do not count.

    Parameters
    ----------
    buf : uint8 array
    starts, ends : int64 arrays of shape (n_paths,)
    separator : uint8 array
        At least one byte.
    dots : bool
        Whether a step ``.`` means to stay.
    node_of : int32 array of shape (n_paths,)
        Receives the node at which each path ends.

    Returns
    -------
    int64 array of shape (n_nodes, 4)
        PARENT, START and LENGTH of each node's word.

    Notes
    -----
    O(bytes) expected time. Neighbours in a listing share most of their steps: `trail` holds where
    steps of the last path ended and their nodes, and only what differs is looked up. Where paths
    come in any order a second table, of whole folders, spares most of the way down.
    """
    room = 1024
    while room < len(starts):
        room *= 2
    rows = np.empty((room, 4), np.int64)
    table = np.full(2 * room, np.int64(-1))
    folders = np.empty((1024, 4), np.int64)
    folder_table = np.full(2048, np.int64(-1))
    folder_nodes = np.empty((1024, 1), np.int64)
    trail = np.empty((64, 2), np.int64)
    rows[0] = 0
    rows[0, PARENT] = -1
    n, n_folders, depth, width = 1, 0, 0, len(separator)
    last, last_length = 0, 0
    for i in range(len(starts)):
        start, end = starts[i], ends[i]
        depth = _shared(buf, last, last_length, start, end - start, separator, trail, depth)
        last, last_length = start, end - start
        at, node = start, 0
        if depth > 0:
            at, node = start + trail[depth - 1, 0], trail[depth - 1, 1]
        # Separators of several bytes may overlap, and are not searched for from the end.
        folder = _last(buf, at, end, separator[0]) if width == 1 else at
        is_new = False
        if folder > at:
            h = _hash(buf, 0, start, folder - start)
            known, slot = _find(buf, folder_table, folders, h, 0, start, folder - start)
            is_new = known < 0
            if is_new:
                if n_folders == len(folders):
                    folders, folder_nodes = _grown(folders), _grown(folder_nodes)
                    folder_table = _rehashed(folders, n_folders, 2 * len(folders))
                    known, slot = _find(buf, folder_table, folders, h, 0, start, folder - start)
                _put(folders, n_folders, h, 0, start, folder - start)
                folder_nodes[n_folders, 0] = node
                folder_table[slot] = _entry(h, n_folders)
                n_folders += 1
            else:
                at, node, depth = folder, folder_nodes[known, 0], 1
                trail[0, 0], trail[0, 1] = folder - start, node
        while at < end:
            begin = at
            is_top = begin == start and _separated(buf, at, end, separator)
            if is_top:
                at += width
            elif _separated(buf, at, end, separator):
                at += width
                continue
            else:
                while at < end and not _separated(buf, at, end, separator):
                    at += 1
                if dots and at - begin == 1 and buf[begin] == _DOT:
                    continue
            h = _hash(buf, node, begin, at - begin)
            below, slot = _find(buf, table, rows, h, node, begin, at - begin)
            if below < 0:
                if n == len(rows):
                    rows = _grown(rows)
                    table = _rehashed(rows, n, 2 * len(rows))
                    below, slot = _find(buf, table, rows, h, node, begin, at - begin)
                below = n
                n += 1
                _put(rows, below, h, node, begin, at - begin)
                table[slot] = _entry(h, below)
            node = below
            if is_new and at <= folder:
                folder_nodes[n_folders - 1, 0] = node
            if is_top:
                continue  # not on the trail: no separator need follow it
            if depth == len(trail):
                trail = _grown(trail)
            trail[depth, 0] = at - start
            trail[depth, 1] = node
            depth += 1
        node_of[i] = node
    return rows[:n].copy()


@kernel
def join_words(buf, rows):
    """Return the words of `rows`, a NUL after each."""
    out = np.empty(np.sum(rows[:, LENGTH]) + len(rows), np.uint8)
    put = 0
    for k in range(len(rows)):
        start = rows[k, START]
        for j in range(rows[k, LENGTH]):
            out[put] = buf[start + j]
            put += 1
        out[put] = 0
        put += 1
    return out
