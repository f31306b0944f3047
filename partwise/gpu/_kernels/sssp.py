"""Shortest paths on the CPU: Dijkstra's algorithm with a binary heap."""

from __future__ import annotations

import numpy as np

from partwise.kernels.heap import heap_pop, heap_push, heap_update
from partwise.kernels.jit import kernel

__all__ = ["dijkstra", "find_parents"]


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
