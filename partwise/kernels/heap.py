"""Binary max-heap of nodes with changeable float64 keys, as three flat arrays.

``keys`` and ``nodes`` hold the heap, ``where[node]`` the position of a node in it or -1. The size
travels through the calls as a plain integer, so that a kernel can keep it in a register. Ties are
broken by the order of operations, which is the same in every run.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["heap_clear", "heap_pop", "heap_push", "heap_remove", "heap_update"]


@kernel
def _sift_up(keys, nodes, where, hole, node, key):
    while hole > 0:
        parent = (hole - 1) >> 1
        if keys[parent] >= key:
            break
        keys[hole] = keys[parent]
        nodes[hole] = nodes[parent]
        where[nodes[hole]] = hole
        hole = parent
    keys[hole] = key
    nodes[hole] = node
    where[node] = hole


@kernel
def _sift_down(keys, nodes, where, size, hole, node, key):
    while True:
        child = 2 * hole + 1
        if child >= size:
            break
        if child + 1 < size and keys[child + 1] > keys[child]:
            child += 1
        if keys[child] <= key:
            break
        keys[hole] = keys[child]
        nodes[hole] = nodes[child]
        where[nodes[hole]] = hole
        hole = child
    keys[hole] = key
    nodes[hole] = node
    where[node] = hole


@kernel
def heap_push(keys, nodes, where, size, node, key):
    """Insert `node`, which must be absent, and return the new size."""
    _sift_up(keys, nodes, where, size, node, key)
    return size + 1


@kernel
def heap_update(keys, nodes, where, size, node, key):
    """Give the present `node` another key."""
    hole = where[node]
    if key > keys[hole]:
        _sift_up(keys, nodes, where, hole, node, key)
    else:
        _sift_down(keys, nodes, where, size, hole, node, key)


@kernel
def heap_pop(keys, nodes, where, size):
    """Remove the root (read ``nodes[0]`` and ``keys[0]`` before) and return the new size."""
    where[nodes[0]] = -1
    size -= 1
    if size > 0:
        _sift_down(keys, nodes, where, size, 0, nodes[size], keys[size])
    return size


@kernel
def heap_remove(keys, nodes, where, size, node):
    """Remove the present `node` and return the new size."""
    hole = where[node]
    where[node] = -1
    size -= 1
    if hole < size:
        last, key = nodes[size], keys[size]
        if hole > 0 and key > keys[(hole - 1) >> 1]:
            _sift_up(keys, nodes, where, hole, last, key)
        else:
            _sift_down(keys, nodes, where, size, hole, last, key)
    return size


@kernel
def heap_clear(nodes, where, size):
    """Empty the heap and return 0."""
    for i in range(size):
        where[nodes[i]] = -1
    return np.int64(0)
