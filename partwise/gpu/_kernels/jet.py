"""Refinement by moving many nodes at once, on the CPU: twins of the kernels of ``cuda/jet.cuh``."""

from __future__ import annotations

import numba

from partwise.kernels.jit import kernel

__all__ = ["jet_gain", "jet_open"]


@kernel(parallel=True)
def jet_gain(indptr, indices, weights, weighted, part, goal, claim, nodes, size, gain):
    """Sum up what candidates gain if better neighbours move first."""
    for i in numba.prange(size):
        v = nodes[i]
        total = 0.0
        for arc in range(indptr[v], indptr[v + 1]):
            u = indices[arc]
            if u == v:
                continue
            block = part[u]
            if goal[u] >= 0 and (claim[u] > claim[v] or (claim[u] == claim[v] and u < v)):
                block = goal[u]
            weight = weights[arc] if weighted != 0 else 1.0
            if block == goal[v]:
                total += weight
            elif block == part[v]:
                total -= weight
        gain[v] = total


@kernel(parallel=True)
def jet_open(indptr, indices, weights, weighted, part, is_open, nodes, size, total):
    """Sum up the weight of the arcs to blocks that are open."""
    for i in numba.prange(size):
        v = nodes[i]
        found = 0.0
        for arc in range(indptr[v], indptr[v + 1]):
            u = indices[arc]
            if u != v and is_open[part[u]] != 0:
                found += weights[arc] if weighted != 0 else 1.0
        total[v] = found
