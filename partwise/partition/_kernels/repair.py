"""What is left to do on the finest level: isolated nodes, empty blocks, swaps for balance."""

from __future__ import annotations

import numpy as np

from partwise.kernels.csr_access import arc_weight
from partwise.kernels.heap import heap_pop, heap_push
from partwise.kernels.jit import kernel

__all__ = ["fill_empty_blocks", "pack_isolated", "swap_to_balance"]

MAX_SWAPS = 1000


@kernel
def pack_isolated(isolated, node_weights, fixed, labels, load, limits):
    """Give every node of `isolated` a block, in place: the heaviest first, to the most room.

    O(n log n + n log k).
    """
    k = limits.size
    free = np.empty(isolated.size, dtype=np.int64)
    n_free = 0
    for v in isolated:
        if fixed.size > 0 and fixed[v] >= 0:
            labels[v] = fixed[v]
            load[fixed[v]] += node_weights[v]
        else:
            free[n_free] = v
            n_free += 1
    free = free[:n_free]
    keys = np.empty(k)
    blocks = np.empty(k, dtype=np.uint32)
    where = np.full(k, -1, dtype=np.int32)
    size = np.int64(0)
    for b in range(k):
        size = heap_push(keys, blocks, where, size, np.uint32(b), np.float64(limits[b] - load[b]))
    for i in np.argsort(-node_weights[free], kind="mergesort"):
        v = free[i]
        b = blocks[0]
        labels[v] = b
        load[b] += node_weights[v]
        size = heap_pop(keys, blocks, where, size)
        size = heap_push(keys, blocks, where, size, b, np.float64(limits[b] - load[b]))


@kernel
def fill_empty_blocks(indptr, indices, weights, node_weights, fixed, labels, load):
    """Give every empty block the node that loses least, from a block of several nodes, in place."""
    n = labels.size
    k = load.size
    members = np.zeros(k, dtype=np.int64)
    for u in range(n):
        members[labels[u]] += 1
    for b in range(k):
        if members[b] > 0:
            continue
        best = -1
        best_loss = np.int64(0)
        for u in range(n):
            if members[labels[u]] < 2 or (fixed.size > 0 and fixed[u] >= 0):
                continue
            loss = np.int64(0)
            for j in range(indptr[u], indptr[u + 1]):
                if labels[indices[j]] == labels[u]:
                    loss += arc_weight(weights, j)
            if best < 0 or loss < best_loss:
                best, best_loss = u, loss
        if best < 0:
            return
        a = labels[best]
        members[a] -= 1
        members[b] += 1
        load[a] -= node_weights[best]
        load[b] += node_weights[best]
        labels[best] = b


@kernel
def swap_to_balance(node_weights, fixed, labels, load, limits):
    """Exchange nodes of overloaded blocks for lighter ones elsewhere, in place.

    For blocks that single moves cannot bring under their limits because no other block has room for
    any of their nodes. Each exchange takes as much as it can off the overload; the cut is not
    looked at. O(n log n) an exchange.
    """
    n = labels.size
    k = limits.size
    for _ in range(MAX_SWAPS):
        a = -1
        for b in range(k):
            if load[b] > limits[b] and (a < 0 or load[b] - limits[b] > load[a] - limits[a]):
                a = b
        if a < 0:
            return
        excess = load[a] - limits[a]
        order = np.argsort(node_weights, kind="mergesort")
        best = np.int64(0)
        best_u, best_v = -1, -1
        for b in range(k):
            room = limits[b] - load[b]
            if b == a or room <= 0:
                continue
            # two pointers over the nodes by weight: v is the lightest of b that u may be
            # exchanged for without overfilling b
            i_v = 0
            for i_u in range(n):
                u = order[i_u]
                if labels[u] != a or (fixed.size > 0 and fixed[u] >= 0):
                    continue
                lowest = node_weights[u] - room
                while i_v < n and (
                    labels[order[i_v]] != b
                    or node_weights[order[i_v]] < lowest
                    or (fixed.size > 0 and fixed[order[i_v]] >= 0)
                ):
                    i_v += 1
                if lowest <= 0 and min(node_weights[u], excess) > best:
                    best, best_u, best_v = min(node_weights[u], excess), u, -1
                if i_v == n:
                    continue
                v = order[i_v]
                step = min(node_weights[u] - node_weights[v], excess)
                if step > best:
                    best, best_u, best_v = step, u, v
        if best_u < 0:
            return
        # the block of v, or for a plain move the one with most room
        if best_v >= 0:
            b = labels[best_v]
            labels[best_v] = a
            load[a] += node_weights[best_v]
            load[b] -= node_weights[best_v]
        else:
            b = np.argmax(limits - load)
        labels[best_u] = b
        load[b] += node_weights[best_u]
        load[a] -= node_weights[best_u]
