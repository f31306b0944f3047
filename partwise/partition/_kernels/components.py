"""Connected components, and packing them whole into blocks where they fit: a cut of zero."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["components", "pack_components"]


@kernel
def components(indptr, indices):
    """Return (component of every node, number of components), numbered by their first node."""
    n = indptr.size - 1
    component = np.full(n, -1, dtype=np.int32)
    queue = np.empty(n, dtype=np.uint32)
    n_components = 0
    for root in range(n):
        if component[root] >= 0:
            continue
        component[root] = n_components
        queue[0] = root
        head, tail = 0, 1
        while head < tail:
            u = queue[head]
            head += 1
            for j in range(np.uint64(indptr[u]), np.uint64(indptr[u + 1])):
                v = indices[j]
                if component[v] < 0:
                    component[v] = n_components
                    queue[tail] = v
                    tail += 1
        n_components += 1
    return component, n_components


@kernel
def pack_components(indptr, indices, node_weights, fixed, limits):
    """Return blocks that hold whole components, or an empty array where that does not work out.

    The heaviest component goes first: each to the block with most room, which balances best, or, if
    that fails, to the block that it fills up most.
    """
    n = node_weights.size
    k = limits.size
    failed = np.empty(0, dtype=np.int32)
    component, count = components(indptr, indices)
    if count < k or k == 1:
        return failed
    weight = np.zeros(count, dtype=np.int64)
    held = np.full(count, -1, dtype=np.int32)
    for u in range(n):
        c = component[u]
        weight[c] += node_weights[u]
        if fixed.size > 0 and fixed[u] >= 0:
            if held[c] >= 0 and held[c] != fixed[u]:
                return failed
            held[c] = fixed[u]
    order = np.argsort(-weight, kind="mergesort")
    for tight in range(2):
        where = held.copy()
        room = limits.copy()
        for c in range(count):
            if where[c] >= 0:
                room[where[c]] -= weight[c]
        for c in order:
            if where[c] >= 0:
                continue
            b = np.argmax(room)
            if tight == 1:
                for other in range(k):
                    if weight[c] <= room[other] < room[b]:
                        b = other
            where[c] = b
            room[b] -= weight[c]
        if room.min() >= 0:
            part = np.empty(n, dtype=np.int32)
            for u in range(n):
                part[u] = where[component[u]]
            return part
    return failed
