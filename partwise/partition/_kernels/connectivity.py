"""The weight that connects a node to each block, filled when first needed and kept incrementally.

A node's entries lie in one piece of `pool`, given out in the order of first use, so that the nodes
near a boundary, which are all that refinement ever looks at, lie together in memory:

- a node of degree >= k has k numbers, the connection to every block;
- another has pairs (block, connection) of the blocks it touches, ``count`` of them, unordered.

``count[v]`` is -1 while the node has no entries and k for the first kind.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel

__all__ = ["best_move", "clear_connectivity", "fill", "new_connectivity", "shift", "connection"]


@kernel
def pool_size(indptr, k):
    """Return the length of the pool that suffices for all nodes."""
    size = 0
    for u in range(indptr.size - 1):
        degree = np.int64(indptr[u + 1] - indptr[u])
        size += k if degree >= k else 2 * degree
    return size


@kernel
def new_connectivity(indptr, k, like):
    """Return (pool, place, count, top) with no node filled; memory is touched only on use."""
    n = indptr.size - 1
    pool = np.empty(pool_size(indptr, k), dtype=like.dtype)
    place = np.empty(n, dtype=np.int64)
    count = np.full(n, -1, dtype=np.int32)
    return pool, place, count, np.zeros(1, dtype=np.int64)


@kernel
def clear_connectivity(count, top):
    """Forget all entries."""
    count[:] = -1
    top[0] = 0


@kernel
def fill(indptr, indices, weights, part, k, pool, place, count, top, v):
    """Compute the entries of node `v`."""
    begin, end = np.uint64(indptr[v]), np.uint64(indptr[v + 1])
    degree = np.int64(end - begin)
    at = top[0]
    place[v] = at
    if degree >= k:
        top[0] = at + k
        count[v] = k
        for b in range(at, at + k):
            pool[b] = 0
        for j in range(begin, end):
            pool[at + part[indices[j]]] += arc_weight(weights, j)
        return
    top[0] = at + 2 * degree
    n = 0
    for j in range(begin, end):
        b = part[indices[j]]
        i = at
        stop = at + 2 * n
        while i < stop and pool[i] != b:
            i += 2
        if i == stop:
            pool[i] = b
            pool[i + 1] = 0
            n += 1
        pool[i + 1] += arc_weight(weights, j)
    count[v] = n


@kernel
def shift(k, pool, place, count, v, a, b, w):
    """Account for a neighbour of the filled node `v`, at weight `w`, going from `a` to `b`."""
    at = place[v]
    n = count[v]
    if n == k:
        pool[at + a] -= w
        pool[at + b] += w
        return
    i_a = -1
    i_b = -1
    for i in range(at, at + 2 * n, 2):
        c = pool[i]
        if c == a:
            i_a = i
        elif c == b:
            i_b = i
    if i_b >= 0:
        pool[i_b + 1] += w
    pool[i_a + 1] -= w
    if pool[i_a + 1] == 0:
        if i_b < 0:
            pool[i_a] = b
            pool[i_a + 1] = w
            return
        last = at + 2 * (n - 1)
        pool[i_a] = pool[last]
        pool[i_a + 1] = pool[last + 1]
        count[v] = n - 1
    elif i_b < 0:
        pool[at + 2 * n] = b
        pool[at + 2 * n + 1] = w
        count[v] = n + 1


@kernel
def connection(k, pool, place, count, v, b):
    """Return the weight that connects the filled node `v` to block `b`."""
    at = place[v]
    n = count[v]
    if n == k:
        return np.int64(pool[at + b])
    for i in range(at, at + 2 * n, 2):
        if pool[i] == b:
            return np.int64(pool[i + 1])
    return np.int64(0)


@kernel
def best_move(k, pool, place, count, load, limit, v, a, weight, strict):
    """Return (block, gain) of the best feasible move of filled node `v` out of block `a`.

    Only blocks that `v` touches are looked at; the block is -1 where none has room. Among equally
    good ones that with most room is taken. With `strict` a move must not fill a block more than
    its limit; without, it only must not be `a`.
    """
    at = place[v]
    n = count[v]
    inside = np.int64(0)
    best = np.int64(-1)
    best_w = np.int64(-1)
    best_room = np.int64(0)
    if n == k:
        for b in range(k):
            w = np.int64(pool[at + b])
            if b == a:
                inside = w
            elif w > 0 and w >= best_w:
                room = limit[b] - load[b] - weight
                if (room >= 0 or not strict) and (w > best_w or room > best_room):
                    best, best_w, best_room = np.int64(b), w, room
    else:
        for i in range(at, at + 2 * n, 2):
            b = np.int64(pool[i])
            w = np.int64(pool[i + 1])
            if b == a:
                inside = w
            elif w >= best_w:
                room = limit[b] - load[b] - weight
                if (room >= 0 or not strict) and (w > best_w or room > best_room):
                    best, best_w, best_room = b, w, room
    return best, best_w - inside
