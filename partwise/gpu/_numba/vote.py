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
def _arc(indices, weights, weighted, label, arc, last):
    """Return label and weight at the end of an arc, if there is this one."""
    if arc >= last:
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


@cuda.jit
def vote_warp(indptr, indices, weights, weighted, label, nodes, size, winner, won):
    """Find for nodes of up to 64 arcs the label with the largest sum; of several the smallest."""
    lane = cuda.laneid
    for i in range(cuda.grid(1) // _WARP, size, cuda.gridsize(1) // _WARP):
        v = nodes[i]
        first, last = indptr[v], indptr[v + 1]
        best, weight = _arc(indices, weights, weighted, label, first + lane, last)
        total = _sum_of_alike(best, weight, weighted)
        if last - first > _WARP:
            # Further arcs, one for each lane: what they add to labels of the first ones, and labels
            # that none of the first ones has.
            arc = first + _WARP + lane
            other, weight = _arc(indices, weights, weighted, label, arc, last)
            other_total = _sum_of_alike(other, weight, weighted)
            is_new = True
            for j in range(last - first - _WARP):
                passed = cuda.shfl_sync(_ALL, other, j)
                passed_weight = cuda.shfl_sync(_ALL, weight, j)
                is_mine = passed == best
                if is_mine:
                    total += passed_weight
                if cuda.any_sync(_ALL, is_mine) and j == lane:
                    is_new = False
            if is_new and _is_better(other_total, other, total, best):
                best, total = other, other_total
        delta = _WARP // 2
        while delta > 0:
            other = cuda.shfl_down_sync(_ALL, best, delta)
            other_total = cuda.shfl_down_sync(_ALL, total, delta)
            if _is_better(other_total, other, total, best):
                best, total = other, other_total
            delta //= 2
        if lane == 0:
            winner[v] = best
            won[v] = total
