"""The vote of the neighbours for nodes of up to 64 arcs: a warp for each, labels in registers.

What comes out is what the kernels of ``vote.cuh`` give. Sums of weights are added in the order of
the arcs, as on the CPU, and so are the same to the bit.
"""

from __future__ import annotations

import numpy as np
from numba import cuda

from partwise.gpu._kernels import bodies

__all__ = ["vote_warp"]

_WARP = 32
_ALL = 0xFFFFFFFF  # lanes
_NONE = -1  # the label of a lane without an arc

_is_better = cuda.jit(device=True)(bodies.is_better)


@cuda.jit(device=True)
def _arc(indices, weights, weighted, label, v, arc, last):
    """Return label and weight at the end of an arc, if there is this one and it is no loop."""
    if arc >= last or indices[arc] == v:
        return np.int32(_NONE), 0.0
    if weighted != 0:
        return label[indices[arc]], weights[arc]
    return label[indices[arc]], 1.0


@cuda.jit(device=True)
def _sum_of_alike(label, weight, weighted):
    """Return the sum of the weights of all lanes with the label of this one, in their order."""
    alike = np.int64(cuda.match_any_sync(_ALL, label)) & _ALL
    if label == _NONE:
        alike = np.int64(0)
    if weighted == 0:
        return np.float64(cuda.popc(alike))
    total = 0.0
    # Groups of lanes go on together, each to its next lane, as long as the largest one takes.
    while cuda.any_sync(_ALL, alike != 0):
        passed = cuda.shfl_sync(_ALL, weight, max(cuda.ffs(alike) - 1, 0))
        if alike != 0:
            total += passed
            alike &= alike - 1
    return total


@cuda.jit(device=True)
def _sum_of(own, label, total):
    """Return the sum of the first lane that has a label, and whether there is one."""
    lanes = np.int64(cuda.ballot_sync(_ALL, label == own)) & _ALL
    passed = cuda.shfl_sync(_ALL, total, max(cuda.ffs(lanes) - 1, 0))
    if lanes == 0:
        return 0.0, False
    return passed, True


@cuda.jit(device=True)
def _score(sum_of_label, label, own, penalised, share, total):
    """Return what a label is worth, and the label, none in the place of the node's own."""
    is_none, is_own = label == _NONE, label == own
    if is_none or is_own:
        return 0.0, np.int32(_NONE)
    if penalised != 0:
        return sum_of_label - share * total[label], label
    return sum_of_label, label


@cuda.jit
def vote_warp(
    indptr, indices, weights, weighted, label, penalised, share, total, mass, nodes, size, winner,
    won, kept,
):  # fmt: skip
    """Find for nodes of up to 64 arcs the best other label, and what their own is worth."""
    lane = cuda.laneid
    for i in range(cuda.grid(1) // _WARP, size, cuda.gridsize(1) // _WARP):
        v = nodes[i]
        own, first, last = label[v], indptr[v], indptr[v + 1]
        of_node = share[v] if penalised != 0 else 0.0
        one, weight = _arc(indices, weights, weighted, label, v, first + lane, last)
        one_sum = _sum_of_alike(one, weight, weighted)
        for_own, is_there = 0.0, False
        if last - first > _WARP:
            # Further arcs, one for each lane: what they add to labels of the first ones, and labels
            # that none of the first ones has.
            arc = first + _WARP + lane
            other, weight = _arc(indices, weights, weighted, label, v, arc, last)
            other_sum = _sum_of_alike(other, weight, weighted)
            is_new = True
            for j in range(last - first - _WARP):
                passed = cuda.shfl_sync(_ALL, other, j)
                passed_weight = cuda.shfl_sync(_ALL, weight, j)
                is_mine = passed == one
                if is_mine:
                    one_sum += passed_weight
                if cuda.any_sync(_ALL, is_mine) and j == lane:
                    is_new = False
            for_own, is_there = _sum_of(own, one, one_sum)
            best, best_label = _score(one_sum, one, own, penalised, of_node, total)
            if not is_there:
                for_own, is_there = _sum_of(own, other, other_sum)
            found, found_label = _score(other_sum, other, own, penalised, of_node, total)
            if is_new and _is_better(found, found_label, best, best_label):
                best, best_label = found, found_label
        else:
            for_own, is_there = _sum_of(own, one, one_sum)
            best, best_label = _score(one_sum, one, own, penalised, of_node, total)
        delta = _WARP // 2
        while delta > 0:
            found_label = cuda.shfl_down_sync(_ALL, best_label, delta)
            found = cuda.shfl_down_sync(_ALL, best, delta)
            if _is_better(found, found_label, best, best_label):
                best, best_label = found, found_label
            delta //= 2
        if lane == 0:
            if penalised != 0:
                for_own -= of_node * (total[own] - mass[v])
            winner[v], won[v], kept[v] = best_label, best, for_own
