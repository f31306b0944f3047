"""Matching on the CPU: twins of the kernels of ``cuda/matching.cuh``, and of the handshake."""

from __future__ import annotations

import numba
import numpy as np

from partwise.gpu._kernels import bodies
from partwise.kernels.jit import kernel

__all__ = ["handshake", "matching_neighbourhood", "matching_prefer"]

_representative_of = kernel(bodies.representative_of)

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S27, _S30, _S31, _S32 = (np.uint64(s) for s in (27, 30, 31, 32))


@kernel(inline="always")
def _chance(seed, u, v):
    low, high = np.uint64(min(u, v)), np.uint64(max(u, v))
    return _mixed(seed + (low << _S32 | high) * _GAMMA)


@kernel(inline="always")
def _mixed(z):
    z = (z ^ (z >> _S30)) * _MIX_1
    z = (z ^ (z >> _S27)) * _MIX_2
    return z ^ (z >> _S31)


@kernel(parallel=True)
def matching_prefer(
    indptr, indices, weights, weighted, node_weights, group, grouped, mate, heaviest, seed, nodes,
    size, preferred,
):  # fmt: skip
    """Find the free neighbour that each node would like best; see ``cuda/matching.cuh``."""
    for i in numba.prange(size):
        v = nodes[i]
        best, best_rating, best_chance = np.int32(-1), 0.0, np.uint64(0)
        for arc in range(indptr[v], indptr[v + 1]):
            u = indices[arc]
            if u == v or mate[u] >= 0 or (grouped != 0 and group[u] != group[v]):
                continue
            if node_weights[u] + node_weights[v] > heaviest:
                continue
            weight = weights[arc] if weighted != 0 else 1.0
            # nodes without weight count as if they had one
            product = np.float64(max(node_weights[u], 1)) * np.float64(max(node_weights[v], 1))
            rating = weight * weight / product
            if best >= 0 and rating < best_rating:
                continue
            chance = _chance(seed, u, v)
            if best < 0 or rating > best_rating or chance > best_chance or (
                chance == best_chance and u < best
            ):  # fmt: skip
                best, best_rating, best_chance = u, rating, chance
        preferred[v] = best


@kernel(parallel=True)
def matching_neighbourhood(indptr, indices, nodes, size, key):
    """Write a number for the neighbourhood of each node; see ``cuda/matching.cuh``."""
    for i in numba.prange(size):
        v = nodes[i]
        total = np.uint64(0)
        for arc in range(indptr[v], indptr[v + 1]):
            total += _mixed((np.uint64(indices[arc]) + np.uint64(1)) * _GAMMA)
        key[v] = total


@kernel(parallel=True)
def handshake(best, size, representative):
    """Write for every node the smaller one of its pair, or itself where it has none.

    Parameters
    ----------
    best : int32 ndarray of shape (size,)
        The neighbour that a node wants, -1 for none.
    size : int
    representative : int32 ndarray of shape (size,)
        Output.
    """
    for v in numba.prange(size):
        representative[v] = _representative_of(best, v)
