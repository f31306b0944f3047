"""The scanner of edge lists whose ids are any words."""

from __future__ import annotations

import numpy as np

from partwise.graph.io._kernels.edges import NO_WEIGHT, ONE_ID, scan_weight
from partwise.graph.io._kernels.numbers import NEWLINE, OK, is_blank
from partwise.kernels.jit import kernel

__all__ = ["join_words", "parse_named_edges"]


@kernel
def _word_end(buf, i):
    """Return where the word at ``buf[i]`` ends, and its hash (FNV-1a)."""
    h = np.uint64(14695981039346656037)
    while not is_blank(buf[i]) and buf[i] != NEWLINE:
        h = (h ^ np.uint64(buf[i])) * np.uint64(1099511628211)
        i += np.uint64(1)
    # The table takes the low bits, which the last characters reach weakly.
    return i, h ^ (h >> np.uint64(32))


@kernel
def _same_word(buf, a, b, length):
    k = np.uint64(0)
    while k < np.uint64(length) and buf[a + k] == buf[b + k]:
        k += np.uint64(1)
    return k == np.uint64(length)


@kernel
def _grown(old):
    new = np.empty(2 * len(old), old.dtype)
    new[: len(old)] = old
    return new


@kernel
def parse_named_edges(buf, start, src, dst, weights, report):
    """Read lines of two words, numbered by first appearance, and a weight unless it is None.

    Fills ``report`` as ``parse_edges`` does, and returns where each word starts and its length.
    """
    one = np.uint64(1)
    i, end = np.uint64(start), np.uint64(len(buf))
    table = np.full(1 << 10, np.int32(-1))
    hashes = np.empty(1 << 9, np.uint64)
    starts, lengths = np.empty(1 << 9, np.int64), np.empty(1 << 9, np.int64)
    n_words, n, inexact, reason = 0, 0, 0, 0
    line = i
    while i < end:
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
                i, h = _word_end(buf, i)
                length = np.int64(i - word)
                mask = np.uint64(len(table) - 1)
                slot = h & mask
                while True:
                    k = table[slot]
                    if k < 0:
                        k = np.int32(n_words)
                        table[slot] = k
                        hashes[k], starts[k], lengths[k] = h, np.int64(word), length
                        n_words += 1
                        break
                    known = hashes[k] == h and lengths[k] == length
                    if known and _same_word(buf, np.uint64(starts[k]), word, length):
                        break
                    slot = (slot + one) & mask
                if n_words == len(starts):
                    hashes, starts, lengths = _grown(hashes), _grown(starts), _grown(lengths)
                    table = np.full(2 * len(table), np.int32(-1))
                    mask = np.uint64(len(table) - 1)
                    for j in range(n_words):
                        slot = hashes[j] & mask
                        while table[slot] >= 0:
                            slot = (slot + one) & mask
                        table[slot] = j
                if side == 0:
                    src[n] = k
                else:
                    dst[n] = k
            if reason == OK and weights is not None:
                while is_blank(buf[i]):
                    i += one
                c = buf[i]
                if c == NEWLINE or c == 35 or c == 37:
                    reason = NO_WEIGHT
                else:
                    i, reason = scan_weight(buf, i, weights, n)
                    if reason == OK and weights.dtype.kind == "f":
                        inexact += weights[n] != weights[n]
            if reason != OK:
                break
            n += 1
        while buf[i] != NEWLINE:
            i += one
        i += one
    report[0], report[3], report[4], report[5] = n, reason, np.int64(line), inexact
    return starts[:n_words], lengths[:n_words]


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
