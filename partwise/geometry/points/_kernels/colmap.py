"""Records of different length in the bytes of a COLMAP file."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["copy_tracks", "find_records"]


@kernel
def _unsigned(data, at, n_bytes):
    """Return the little-endian number that starts at byte `at`."""
    value = np.uint64(0)
    for i in range(n_bytes):
        value |= np.uint64(data[at + i]) << np.uint64(8 * i)
    return value


@kernel
def find_records(data, start, n_bytes, starts, lengths):
    """Write where each record starts and the length of its track; return how many were found.

    A record has `n_bytes` bytes, the last eight of which hold the length, and eight bytes per entry
    of the track. Fewer records than `starts` has room for mean that the data end within one.
    """
    at, end = np.uint64(start), np.uint64(data.size)
    size = np.uint64(n_bytes)
    for i in range(starts.size):
        if end - at < size:
            return i
        length = _unsigned(data, at + size - np.uint64(8), 8)
        starts[i] = at
        at += size
        # a length that is garbage may not be multiplied: it could overflow
        if length > (end - at) // np.uint64(8):
            return i
        lengths[i] = length
        at += np.uint64(8) * length
    return starts.size


@kernel
def copy_tracks(data, starts, lengths, n_bytes, images):
    """Write the image numbers of all tracks, one after the other."""
    at = 0
    for i in range(starts.size):
        base = np.uint64(starts[i] + n_bytes)
        for j in range(lengths[i]):
            images[at] = np.int32(_unsigned(data, base + np.uint64(8 * j), 4))
            at += 1
