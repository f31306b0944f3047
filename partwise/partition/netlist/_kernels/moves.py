"""Moves of nodes between two sides of a netlist: net counts, gains, and queues of candidates.

The gain of a node is by how much the weight of cut nets falls when it changes sides; it does not
depend on personalities. Unlocked nodes wait in ``2 R`` heaps, one per side and *affinity*: the
resource of which a personality needs most, measured by the limits. A node with personalities of
several affinities waits in several heaps. Heap keys are int64, ``gain * 2^24 + time``, so that of
equal gains the one changed last comes first.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.heap import heap_clear, heap_push, heap_remove, heap_update
from partwise.kernels.jit import kernel

__all__ = [
    "affinity_entries",
    "clear_queues",
    "count_pins",
    "cut_of",
    "enqueue",
    "leave_queues",
    "move",
    "node_gains",
    "usage_of",
]

TIME_BITS = 24
_TIME_MAX = (1 << TIME_BITS) - 1


@kernel
def count_pins(net_ptr, pins, side):
    """Return the pins of every net on either side, shape (n_nets, 2)."""
    count = np.zeros((net_ptr.size - 1, 2), dtype=np.int32)
    for e in range(net_ptr.size - 1):
        for j in range(net_ptr[e], net_ptr[e + 1]):
            count[e, side[pins[j]]] += 1
    return count


@kernel
def cut_of(count, weights):
    """Return the summed weight of the nets with pins on both sides."""
    total = np.int64(0)
    for e in range(weights.size):
        if count[e, 0] > 0 and count[e, 1] > 0:
            total += weights[e]
    return total


@kernel
def usage_of(side, current, amounts):
    """Return what either side uses of every resource, shape (2, R)."""
    usage = np.zeros((2, amounts.shape[1]), dtype=np.int64)
    for v in range(side.size):
        for r in range(amounts.shape[1]):
            usage[side[v], r] += amounts[current[v], r]
    return usage


@kernel
def node_gains(node_ptr, nets, weights, side, count, gain, border):
    """Fill in the gain of every node, and whether it has a pin in a cut net."""
    for v in range(side.size):
        s = side[v]
        total = np.int64(0)
        border[v] = False
        for i in range(node_ptr[v], node_ptr[v + 1]):
            e = nets[i]
            if count[e, 1 - s] == 0:
                total -= weights[e]
            else:
                border[v] = True
                if count[e, s] == 1:
                    total += weights[e]
        gain[v] = total


@kernel
def affinity_entries(pers_ptr, amounts, current, scale, adaptive):
    """Return (entry_ptr, entry_resource): the heaps, by affinity, in which every node waits.

    Parameters
    ----------
    scale : float64 ndarray of shape (R,)
        One over the limit of every resource.
    adaptive : bool
        False counts only the present personality of a node.
    """
    n = pers_ptr.size - 1
    width = amounts.shape[1]
    entry_ptr = np.zeros(n + 1, dtype=np.int64)
    entry_resource = np.empty(amounts.shape[0] if adaptive else n, dtype=np.int64)
    has = np.zeros(width, dtype=np.bool_)
    top = 0
    for v in range(n):
        has[:] = False
        first, last = pers_ptr[v], pers_ptr[v + 1]
        if not adaptive:
            first, last = current[v], current[v] + 1
        for p in range(first, last):
            best = 0
            most = amounts[p, 0] * scale[0]
            for r in range(1, width):
                if amounts[p, r] * scale[r] > most:
                    best, most = r, amounts[p, r] * scale[r]
            has[best] = True
        for r in range(width):
            if has[r]:
                entry_resource[top] = r
                top += 1
        entry_ptr[v + 1] = top
    return entry_ptr, entry_resource[:top].copy()


@kernel
def _key(gain, clock):
    return (gain << TIME_BITS) + min(clock[0], _TIME_MAX)


@kernel
def enqueue(entry_ptr, entry_resource, keys, queue, where, sizes, clock, side, gain, v):
    """Put the absent node `v` into the heaps of its affinities."""
    n_resources = where.shape[0]
    key = _key(gain[v], clock)
    clock[0] += 1
    for i in range(entry_ptr[v], entry_ptr[v + 1]):
        r = entry_resource[i]
        h = side[v] * n_resources + r
        sizes[h] = heap_push(keys[h], queue[h], where[r], sizes[h], v, key)


@kernel
def leave_queues(entry_ptr, entry_resource, keys, queue, where, sizes, side, v):
    """Take the waiting node `v` out of its heaps."""
    n_resources = where.shape[0]
    for i in range(entry_ptr[v], entry_ptr[v + 1]):
        r = entry_resource[i]
        h = side[v] * n_resources + r
        sizes[h] = heap_remove(keys[h], queue[h], where[r], sizes[h], v)


@kernel
def clear_queues(queue, where, sizes):
    """Empty all heaps."""
    n_resources = where.shape[0]
    for h in range(sizes.size):
        sizes[h] = heap_clear(queue[h], where[h % n_resources], sizes[h])


@kernel
def _change_gain(
    entry_ptr, entry_resource, keys, queue, where, sizes, clock, side, gain, locked, admit, u, delta
):
    gain[u] += delta
    if locked[u]:
        return
    first = entry_ptr[u]
    if where[entry_resource[first], u] >= 0:
        n_resources = where.shape[0]
        key = _key(gain[u], clock)
        clock[0] += 1
        for i in range(first, entry_ptr[u + 1]):
            r = entry_resource[i]
            h = side[u] * n_resources + r
            heap_update(keys[h], queue[h], where[r], sizes[h], u, key)
    elif admit:
        enqueue(entry_ptr, entry_resource, keys, queue, where, sizes, clock, side, gain, u)


@kernel
def move(
    net_ptr, pins, node_ptr, nets, weights, entry_ptr, entry_resource, keys, queue, where, sizes,
    clock, side, count, gain, locked, admit, v,
):  # fmt: skip
    """Move `v`, which waits in no heap, to the other side; update counts, gains and heaps.

    Parameters
    ----------
    locked : bool ndarray of shape (n,)
        Nodes that do not wait in heaps; their gains are kept true all the same.
    admit : bool
        Whether an unlocked node that waits nowhere is put into the heaps when its gain changes.

    Notes
    -----
    Only nets that are cut or whole on the other side of the move can change a gain: O(pins) of
    the nets of `v` that become critical, O(1) for the others.
    """
    s = np.int64(side[v])
    t = 1 - s
    for i in range(node_ptr[v], node_ptr[v + 1]):
        e = nets[i]
        w = weights[e]
        there = count[e, t]
        here = count[e, s] - 1
        count[e, t] = there + 1
        count[e, s] = here
        if there == 0 and here == 0:
            continue  # a single pin
        # before the move: a net that was whole here starts to be cut, or a lone pin there gets
        # company; after it: a lone pin stays here, or the net is whole there
        if there > 1 and here > 1:
            continue
        for j in range(net_ptr[e], net_ptr[e + 1]):
            u = pins[j]
            if u == v:
                continue
            delta = np.int64(0)
            if side[u] == s:
                if there == 0:
                    delta += w
                if here == 1:
                    delta += w
            else:
                if there == 1:
                    delta -= w
                if here == 0:
                    delta -= w
            if delta != 0:
                _change_gain(
                    entry_ptr, entry_resource, keys, queue, where, sizes, clock, side, gain,
                    locked, admit, u, delta,
                )  # fmt: skip
    side[v] = t
    gain[v] = -gain[v]
