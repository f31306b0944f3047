"""The scanner of edge lists whose ids are any words."""

from __future__ import annotations

import numpy as np

from partwise.graph.io._kernels.edges import NO_WEIGHT, ONE_ID, scan_weight
from partwise.graph.io._kernels.numbers import NEWLINE, OK, eight_bytes, is_blank
from partwise.kernels.jit import kernel

__all__ = ["join_words", "parse_named_edges"]


_MIX = np.uint64(0x9E3779B97F4A7C15)
_BLOCK_WORDS = 256  # looked up together
_LOW_HALF = np.uint64(0xFFFFFFFF)


@kernel
def _bytes_of(buf, i, length):
    """Return the first bytes of the `length`, eight at most, at ``buf[i]`` as an integer."""
    eight = np.uint64(8)
    if i + eight <= np.uint64(len(buf)):
        word = eight_bytes(buf, i)
        if length < eight:
            word &= (np.uint64(1) << (eight * length)) - np.uint64(1)
        return word
    word = np.uint64(0)
    for k in range(min(length, eight)):
        word |= np.uint64(buf[i + np.uint64(k)]) << (eight * np.uint64(k))
    return word


@kernel
def _hash(buf, start, length, head, tail):
    """Return the hash of a word whose first 16 bytes are `head` and `tail`."""
    eight = np.uint64(8)
    h = (head ^ length) * _MIX
    h = (h ^ (h >> np.uint64(32)) ^ tail) * _MIX
    k = np.uint64(16)
    while k < length:
        h = (h ^ (h >> np.uint64(32)) ^ _bytes_of(buf, start + k, length - k)) * _MIX
        k += eight
    h = (h ^ (h >> np.uint64(29))) * _MIX
    return h ^ (h >> np.uint64(32))


@kernel
def _same_end(buf, a, b, length):
    """Tell whether two words agree beyond their first 16 bytes."""
    k = np.uint64(16)
    while k < length and buf[a + k] == buf[b + k]:
        k += np.uint64(1)
    return k >= length


@kernel
def _grown(old):
    new = np.empty((2 * len(old), old.shape[1]), old.dtype)
    new[: len(old)] = old
    return new


@kernel
def _rehashed(buf, words, n_words, size):
    """Return a table of `size` slots with the first `n_words` words."""
    table = np.full(size, np.int64(-1))
    mask = np.uint64(size - 1)
    for k in range(n_words):
        h = _hash(buf, words[k, 2], words[k, 3], words[k, 0], words[k, 1])
        slot = h & mask
        while table[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        table[slot] = np.int64(((h >> np.uint64(33)) << np.uint64(32)) | np.uint64(k))
    return table


@kernel
def _scan_block(buf, i, end, weights, n, fields, report):
    """Read lines until ``fields`` is full: the words of the edges, not numbered yet.

    A row of ``fields`` is a word: its first 16 bytes, start, length and hash. Returns the position
    after the last line and the number of edges; what stopped the scan goes to ``report``.
    """
    one, eight = np.uint64(1), np.uint64(8)
    put, reason = 0, OK
    while i < end and put + 1 < len(fields):
        line = i
        while is_blank(buf[i]):
            i += one
        c = buf[i]
        if c != NEWLINE and c != 35 and c != 37:
            for side in range(2):
                while is_blank(buf[i]):
                    i += one
                c = buf[i]
                if c == NEWLINE or c == 35 or c == 37:
                    reason = ONE_ID
                    break
                word = i
                while not is_blank(buf[i]) and buf[i] != NEWLINE:
                    i += one
                length = i - word
                head, tail = _bytes_of(buf, word, length), np.uint64(0)
                if length > eight:
                    tail = _bytes_of(buf, word + eight, length - eight)
                at = put + side
                fields[at, 0], fields[at, 1] = head, tail
                fields[at, 2], fields[at, 3] = word, length
                fields[at, 4] = _hash(buf, word, length, head, tail)
            if reason == OK and weights is not None:
                while is_blank(buf[i]):
                    i += one
                c = buf[i]
                if c == NEWLINE or c == 35 or c == 37:
                    reason = NO_WEIGHT
                else:
                    at = n + put // 2
                    i, reason = scan_weight(buf, i, weights, at)
                    if reason == OK and weights.dtype.kind == "f":
                        report[5] += weights[at] != weights[at]
            if reason != OK:
                report[3], report[4] = reason, np.int64(line)
                break
            put += 2
        while buf[i] != NEWLINE:
            i += one
        i += one
    return i, put // 2


@kernel
def _touch(table, words, fields):
    """Bring what the words will be compared with into the cache; returns something of no use.

    The loads of one word do not wait for those of another, as they do where words are numbered.
    """
    mask = np.uint64(len(table) - 1)
    seen = np.uint64(0)
    for q in range(len(fields)):
        entry = np.uint64(table[fields[q, 4] & mask])
        if np.int64(entry) >= 0:
            seen ^= words[entry & _LOW_HALF, 0]
    return seen


@kernel
def _number_word(buf, table, words, n_words, field):
    """Return the number of the word `field`, which is `n_words` if it is new and now entered."""
    head, tail, start, length = field[0], field[1], field[2], field[3]
    tag = field[4] >> np.uint64(33)
    mask = np.uint64(len(table) - 1)
    slot = field[4] & mask
    while True:
        entry = table[slot]
        if entry < 0:
            table[slot] = np.int64((tag << np.uint64(32)) | np.uint64(n_words))
            words[n_words] = field[:4]
            return n_words
        k = np.int64(np.uint64(entry) & _LOW_HALF)
        if (
            np.uint64(entry) >> np.uint64(32) == tag
            and words[k, 0] == head
            and words[k, 1] == tail
            and words[k, 3] == length
            and _same_end(buf, words[k, 2], start, length)
        ):
            return k
        slot = (slot + np.uint64(1)) & mask


@kernel
def parse_named_edges(buf, start, src, dst, weights, report):
    """Read lines of two words, numbered by first appearance, and a weight unless it is None.

    Fills ``report`` as ``parse_edges`` does, and returns where each word starts and its length.

    A slot of the hash table holds 31 bits of the hash beside the number of the word, and a row of
    ``words`` its first 16 bytes, start and length: most look-ups cost two cache misses, and those
    of a block of words overlap.
    """
    i, end = np.uint64(start), np.uint64(len(buf))
    fields = np.empty((_BLOCK_WORDS, 5), np.uint64)
    words = np.empty((4 * _BLOCK_WORDS, 4), np.uint64)
    table = np.full(2 * len(words), np.int64(-1))
    n_words, n, touched = 0, 0, np.uint64(0)
    report[:] = 0
    while i < end and report[3] == OK:
        i, edges = _scan_block(buf, i, end, weights, n, fields, report)
        if n_words + _BLOCK_WORDS > len(words):
            words = _grown(words)
            table = _rehashed(buf, words, n_words, 2 * len(words))
        touched ^= _touch(table, words, fields[: 2 * edges])
        for e in range(edges):
            k = _number_word(buf, table, words, n_words, fields[2 * e])
            n_words += k == n_words
            src[n] = k
            k = _number_word(buf, table, words, n_words, fields[2 * e + 1])
            n_words += k == n_words
            dst[n] = k
            n += 1
    # Only a result that is used keeps the compiler from leaving the loads out.
    report[1] = np.int64(touched)
    report[0] = n
    return words[:n_words, 2].astype(np.int64), words[:n_words, 3].astype(np.int64)


@kernel
def join_words(buf, starts, lengths):
    """Return the words, a newline after each."""
    out = np.empty(np.sum(lengths) + len(lengths), np.uint8)
    put = 0
    for k in range(len(starts)):
        for j in range(lengths[k]):
            out[put] = buf[starts[k] + j]
            put += 1
        out[put] = NEWLINE
        put += 1
    return out
