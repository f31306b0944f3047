"""Multilevel bisection of a small graph: greedy growing and two-way FM."""

from __future__ import annotations

import numpy as np

from partwise.kernels.contraction import contract
from partwise.kernels.heap import (
    heap_clear,
    heap_pop,
    heap_push,
    heap_update,
)
from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below
from partwise.partition._kernels.clustering import cluster_level

__all__ = ["fm_bisection", "grow_bisection", "multilevel_bisection"]

COARSEST = 40  # nodes at which a bisection's own hierarchy ends
GROWINGS = 4  # greedy growings of the coarsest graph, each followed by FM
PASSES = 4  # FM passes at most
PATIENCE = 50  # FM moves without a new best before a pass ends


@kernel
def _connections(indptr, indices, weights, side, inner, outer):
    """Fill the weight of every node to its own and to the other side, and return the cut."""
    total = 0
    for u in range(side.size):
        a = side[u]
        same = 0
        other = 0
        for j in range(indptr[u], indptr[u + 1]):
            if side[indices[j]] == a:
                same += weights[j]
            else:
                other += weights[j]
        inner[u] = same
        outer[u] = other
        total += other
    return total // 2


@kernel
def _switch(indptr, indices, weights, node_weights, side, load, inner, outer, u):
    """Move `u` to the other side and keep the connections of its neighbours true."""
    a = side[u]
    side[u] = 1 - a
    load[a] -= node_weights[u]
    load[1 - a] += node_weights[u]
    inner[u], outer[u] = outer[u], inner[u]
    for j in range(indptr[u], indptr[u + 1]):
        v = indices[j]
        w = weights[j]
        if side[v] == a:
            inner[v] -= w
            outer[v] += w
        else:
            inner[v] += w
            outer[v] -= w


@kernel
def _overload(load, limit):
    return max(0, load[0] - limit[0]) + max(0, load[1] - limit[1])


@kernel
def fm_bisection(
    indptr, indices, weights, node_weights, fixed, side, load, limit, target, inner, outer, cut,
    keys, nodes, where, locked, moved,
):  # fmt: skip
    """Improve a bisection in place by Fiduccia-Mattheyses passes and return its cut.

    Each pass moves the node of best gain whose move the limits allow (from an overloaded side if
    there is one), locks it, and in the end goes back to the best state met: least overload, then
    least cut, then least distance from the target. `keys`, `nodes` have shape (2, n): a heap a
    side.
    """
    n = side.size
    slack = node_weights.max()
    for _ in range(PASSES):
        size = np.zeros(2, dtype=np.int64)
        over = _overload(load, limit)
        for u in range(n):
            locked[u] = fixed[u] >= 0
            if not locked[u] and (outer[u] > 0 or load[side[u]] > limit[side[u]]):
                a = side[u]
                key = np.float64(outer[u] - inner[u])
                size[a] = heap_push(keys[a], nodes[a], where, size[a], u, key)
        best_over, best_cut, best_distance = over, cut, abs(load[0] - target)
        first_over, first_cut = over, cut
        n_moved = 0
        n_best = 0
        while n_moved - n_best < PATIENCE:
            if load[0] > limit[0]:
                a = 0
            elif load[1] > limit[1] or size[0] == 0:
                a = 1
            elif size[1] == 0:
                a = 0
            elif keys[0, 0] != keys[1, 0]:
                a = 0 if keys[0, 0] > keys[1, 0] else 1
            else:
                a = 0 if load[0] > target else 1
            if size[a] == 0:
                break
            u = nodes[a, 0]
            size[a] = heap_pop(keys[a], nodes[a], where, size[a])
            locked[u] = True
            # over the limit by less than a node, so that tight sides can still exchange nodes
            if load[1 - a] > limit[1 - a] or (
                load[1 - a] + node_weights[u] > limit[1 - a] + slack and load[a] <= limit[a]
            ):
                continue
            cut -= outer[u] - inner[u]
            _switch(indptr, indices, weights, node_weights, side, load, inner, outer, u)
            moved[n_moved] = u
            n_moved += 1
            for j in range(indptr[u], indptr[u + 1]):
                v = indices[j]
                if not locked[v]:
                    b = side[v]
                    key = np.float64(outer[v] - inner[v])
                    if where[v] >= 0:
                        heap_update(keys[b], nodes[b], where, size[b], v, key)
                    elif outer[v] > 0:
                        size[b] = heap_push(keys[b], nodes[b], where, size[b], v, key)
            over = _overload(load, limit)
            distance = abs(load[0] - target)
            if over < best_over or (
                over == best_over
                and (cut < best_cut or (cut == best_cut and distance < best_distance))
            ):
                best_over, best_cut, best_distance = over, cut, distance
                n_best = n_moved
        heap_clear(nodes[0], where, size[0])
        heap_clear(nodes[1], where, size[1])
        while n_moved > n_best:
            n_moved -= 1
            u = moved[n_moved]
            _switch(indptr, indices, weights, node_weights, side, load, inner, outer, u)
        cut = best_cut
        if best_over == first_over and best_cut == first_cut:
            break
    return cut


@kernel
def grow_bisection(
    indptr, indices, weights, node_weights, fixed, side, load, limit, target, inner, outer,
    keys, nodes, where, state,
):  # fmt: skip
    """Grow side 0 from a random node, always by the node of best gain, up to `target`."""
    n = side.size
    keys, nodes = keys[0], nodes[0]
    size = np.int64(0)
    load[0] = 0
    load[1] = 0
    for u in range(n):
        side[u] = 1
        load[1] += node_weights[u]
        outer[u] = 0
        total = 0
        for j in range(indptr[u], indptr[u + 1]):
            total += weights[j]
        inner[u] = total
    for u in range(n):
        if fixed[u] == 0:
            _switch(indptr, indices, weights, node_weights, side, load, inner, outer, u)
    for u in range(n):
        if side[u] == 1 and outer[u] > 0 and fixed[u] < 0:
            size = heap_push(keys, nodes, where, size, u, np.float64(outer[u] - inner[u]))
    turn = next_below(state, n)
    scanned = 0
    while load[0] < target:
        if size > 0:
            u = nodes[0]
            size = heap_pop(keys, nodes, where, size)
        else:
            # a new seed: the next node from a random place on that is still on side 1
            while scanned < n:
                v = turn + scanned if turn + scanned < n else turn + scanned - n
                if side[v] == 1 and fixed[v] < 0:
                    break
                scanned += 1
            if scanned == n:
                break
            u = v
            scanned += 1
        w = node_weights[u]
        # stop where a further node leads further from the target than it brings
        if load[0] + w > limit[0] or load[0] + w - target > target - load[0]:
            if size == 0 and scanned >= n:
                break
            continue
        _switch(indptr, indices, weights, node_weights, side, load, inner, outer, u)
        for j in range(indptr[u], indptr[u + 1]):
            v = indices[j]
            if side[v] == 1 and fixed[v] < 0:
                key = np.float64(outer[v] - inner[v])
                if where[v] >= 0:
                    heap_update(keys, nodes, where, size, v, key)
                else:
                    size = heap_push(keys, nodes, where, size, v, key)
    heap_clear(nodes, where, size)
    cut = 0
    for u in range(n):
        if side[u] == 0:
            cut += outer[u]
    return cut


@kernel
def _better(over, cut, distance, best_over, best_cut, best_distance):
    if over != best_over:
        return over < best_over
    if cut != best_cut:
        return cut < best_cut
    return distance < best_distance


@kernel
def multilevel_bisection(
    indptr, indices, weights, node_weights, fixed, target, limit, tries, state
):
    """Return the best of `tries` multilevel bisections: an int8 array of sides.

    Parameters
    ----------
    fixed : int32 ndarray of shape (n,)
        Side of a fixed node or -1.
    target : int
        Weight that side 0 should have.
    limit : int64 ndarray of shape (2,)
        Largest weight of either side; exceeded only where FM finds no way not to.
    tries : int
    """
    n = node_weights.size
    best_side = np.ones(n, dtype=np.int8)
    best_over = np.iinfo(np.int64).max
    best_cut = np.iinfo(np.int64).max
    best_distance = np.iinfo(np.int64).max
    if n == 0:
        return best_side
    keys = np.empty((2, n))
    nodes = np.empty((2, n), dtype=np.uint32)
    where = np.full(n, -1, dtype=np.int32)
    locked = np.empty(n, dtype=np.bool_)
    moved = np.empty(n, dtype=np.uint32)
    inner = np.empty(n, dtype=np.int64)
    outer = np.empty(n, dtype=np.int64)
    load = np.zeros(2, dtype=np.int64)
    total = node_weights.sum()
    max_weight = max(1, np.int64(1.5 * total / COARSEST))
    nowhere = np.empty(0, dtype=np.int32)
    for _ in range(tries):
        graphs = [(indptr, indices, weights, node_weights, fixed)]
        maps = [np.empty(0, dtype=np.uint32)]
        while graphs[-1][3].size > COARSEST:
            g_indptr, g_indices, g_weights, g_node_weights, g_fixed = graphs[-1]
            size = g_node_weights.size
            cluster, count, coarse_fixed, _ = cluster_level(
                g_indptr, g_indices, g_weights, g_node_weights, nowhere, g_fixed, max_weight,
                max(size // 2, COARSEST), 0, state,
            )  # fmt: skip
            if count > 0.95 * size:
                break
            c_indptr, c_indices, c_weights, c_node_weights = contract(
                g_indptr, g_indices, g_weights, g_node_weights, cluster, count, g_weights
            )
            graphs.append((c_indptr, c_indices, c_weights, c_node_weights, coarse_fixed))
            maps.append(cluster)
        g_indptr, g_indices, g_weights, g_node_weights, g_fixed = graphs[-1]
        size = g_node_weights.size
        side = np.empty(size, dtype=np.int8)
        chosen = side.copy()
        over, cut, distance = best_over, best_cut, best_distance
        for trial in range(GROWINGS):
            value = grow_bisection(
                g_indptr, g_indices, g_weights, g_node_weights, g_fixed, side, load, limit, target,
                inner, outer, keys, nodes, where, state,
            )  # fmt: skip
            value = fm_bisection(
                g_indptr, g_indices, g_weights, g_node_weights, g_fixed, side, load, limit, target,
                inner, outer, value, keys, nodes, where, locked, moved,
            )  # fmt: skip
            off, far = _overload(load, limit), abs(load[0] - target)
            if trial == 0 or _better(off, value, far, over, cut, distance):
                over, cut, distance = off, value, far
                chosen[:] = side
        side = chosen
        for level in range(len(graphs) - 1, 0, -1):
            g_indptr, g_indices, g_weights, g_node_weights, g_fixed = graphs[level - 1]
            cluster = maps[level]
            fine = np.empty(g_node_weights.size, dtype=np.int8)
            for u in range(fine.size):
                fine[u] = side[cluster[u]]
            side = fine
            load[0] = 0
            load[1] = 0
            for u in range(side.size):
                load[side[u]] += g_node_weights[u]
            cut = _connections(g_indptr, g_indices, g_weights, side, inner, outer)
            cut = fm_bisection(
                g_indptr, g_indices, g_weights, g_node_weights, g_fixed, side, load, limit, target,
                inner, outer, cut, keys, nodes, where, locked, moved,
            )  # fmt: skip
            over, distance = _overload(load, limit), abs(load[0] - target)
        if _better(over, cut, distance, best_over, best_cut, best_distance):
            best_over, best_cut, best_distance = over, cut, distance
            best_side[:] = side
    return best_side
