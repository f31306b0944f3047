"""Sorting by 64-bit keys."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["sort_by_key"]

_BYTE = np.uint64(255)


@kernel
def sort_by_key(keys, order, keys_2, order_2):
    """Sort `keys` in place, and `order` along with them; equal keys stay in order.

    Radix sort from the lowest byte up, O(n) for every byte in which the keys differ.

    Parameters
    ----------
    keys : uint64 array of shape (n,)
    order : uint32 array of shape (n,)
    keys_2, order_2 : arrays of the same shapes and dtypes
        Scratch.
    """
    n = len(keys)
    counts = np.zeros((8, 256), np.uint32)
    for i in range(n):
        key = keys[i]
        for byte in range(8):
            counts[byte, key & _BYTE] += np.uint32(1)
            key >>= np.uint64(8)
    source, ids, target, target_ids = keys, order, keys_2, order_2
    moved = False
    for byte in range(8):
        shift = np.uint64(8 * byte)
        count = counts[byte]
        if n == 0 or count[(source[0] >> shift) & _BYTE] == n:
            continue
        total = np.uint32(0)
        for b in range(256):
            here = count[b]
            count[b] = total
            total += here
        for i in range(n):
            key = source[i]
            b = (key >> shift) & _BYTE
            at = count[b]
            count[b] = at + np.uint32(1)
            target[at] = key
            target_ids[at] = ids[i]
        source, target = target, source
        ids, target_ids = target_ids, ids
        moved = not moved
    if moved:
        keys[:] = source
        order[:] = ids
