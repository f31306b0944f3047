"""Shortest paths on the CPU: nodes in buckets by their distance, or in a binary heap."""

from __future__ import annotations

import numpy as np

from partwise.kernels.heap import heap_pop, heap_push, heap_update
from partwise.kernels.jit import kernel

__all__ = ["by_buckets", "dijkstra", "find_parents"]


@kernel
def dijkstra(indptr, indices, weights, source, distance):
    """Find the distances of all nodes; those without a path stay infinite.

    Parameters
    ----------
    indptr, indices, weights
        Arcs in rows; weights are not negative.
    source : int
    distance : float64 ndarray of shape (n,)
        Infinite everywhere; output.
    """
    n = distance.size
    keys, nodes = np.empty(n), np.empty(n, np.int32)
    where = np.full(n, -1, np.int32)
    distance[source] = 0.0
    size = heap_push(keys, nodes, where, 0, source, -0.0)
    while size > 0:
        u = nodes[0]
        size = heap_pop(keys, nodes, where, size)
        for arc in range(indptr[u], indptr[u + 1]):
            v = indices[arc]
            through = distance[u] + weights[arc]
            if through < distance[v]:
                distance[v] = through
                if where[v] < 0:
                    size = heap_push(keys, nodes, where, size, v, -through)
                else:
                    heap_update(keys, nodes, where, size, v, -through)


@kernel(allocates=False)
def by_buckets(
    indptr, indices, weights, source, per_width, most, distance, first, following, before, bucket
):
    """Find the same distances with a ring of buckets, which nodes leave and enter as they change.

    Parameters
    ----------
    indptr, indices, weights
        Arcs in rows; weights are not negative.
    source : int
    per_width : float
        One over the width of a bucket; a weight reaches less than all buckets but one.
    most : int
        Nodes that are taken out of buckets, at most. Within a bucket the order is any, so that a
        node can be there more than once.
    distance : float64 ndarray of shape (n,)
        Infinite everywhere; output.
    first, following, before, bucket : int32 ndarrays of shape (n_buckets,) and thrice (n,)
        First node of every bucket and bucket of every node, -1 everywhere; the nodes after and
        before a node.

    Returns
    -------
    bool
        Whether that many were enough.
    """
    n_buckets = first.size
    distance[source] = 0.0
    first[0], following[source], before[source], bucket[source] = source, -1, -1, 0
    waiting, current, taken = 1, 0, 0
    while waiting > 0:
        while first[current] < 0:
            current += 1
            if current == n_buckets:
                current = 0
        if taken == most:
            return False
        taken += 1
        waiting -= 1
        u = first[current]
        _leave(u, first, following, before, bucket)
        for arc in range(indptr[u], indptr[u + 1]):
            v = indices[arc]
            through = distance[u] + weights[arc]
            if through < distance[v]:
                distance[v] = through
                place = np.int64(through * per_width) % n_buckets
                if bucket[v] == place:
                    continue
                if bucket[v] >= 0:
                    _leave(v, first, following, before, bucket)
                else:
                    waiting += 1
                ahead = first[place]
                following[v], before[v], bucket[v] = ahead, -1, place
                if ahead >= 0:
                    before[ahead] = v
                first[place] = v
    return True


@kernel(allocates=False, inline="always")
def _leave(v, first, following, before, bucket):
    """Take a node out of its bucket."""
    one, other = before[v], following[v]
    if one >= 0:
        following[one] = other
    else:
        first[bucket[v]] = other
    if other >= 0:
        before[other] = one
    bucket[v] = -1


@kernel
def find_parents(in_indptr, in_indices, in_weights, source, distance, parent):
    """Write for every node a neighbour before it on a shortest path.

    It is the one of least number among those that are nearer; where there are only others at the
    same distance, over arcs that add nothing, of those that got a parent in an earlier round.

    Parameters
    ----------
    in_indptr, in_indices, in_weights
        Arcs in rows of their second node.
    parent : int32 ndarray of shape (n,)
        -1 everywhere; output.
    """
    n = distance.size
    left = np.empty(n, np.int32)
    n_left = 0
    for v in range(n):
        if v == source or distance[v] == np.inf:
            continue
        for arc in range(in_indptr[v], in_indptr[v + 1]):
            u = in_indices[arc]
            is_before = distance[u] < distance[v] and distance[u] + in_weights[arc] == distance[v]
            if is_before and (parent[v] < 0 or u < parent[v]):
                parent[v] = u
        if parent[v] < 0:
            left[n_left] = v
            n_left += 1
    chosen = np.empty(n_left, np.int32)
    while n_left > 0:
        for i in range(n_left):
            v = left[i]
            chosen[i] = -1
            for arc in range(in_indptr[v], in_indptr[v + 1]):
                u = in_indices[arc]
                if u == v or distance[u] + in_weights[arc] != distance[v]:
                    continue
                if (u == source or parent[u] >= 0) and (chosen[i] < 0 or u < chosen[i]):
                    chosen[i] = u
        kept = 0
        for i in range(n_left):
            if chosen[i] >= 0:
                parent[left[i]] = chosen[i]
            else:
                left[kept] = left[i]
                kept += 1
        n_left = kept
