"""Random types of the nodes of a hypergraph, the nodes of a type in clusters."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below_wide, next_float, stream_state

__all__ = ["clustered_types", "uniform"]


@kernel
def uniform(seed, stream, out):
    """Fill `out`, of one dimension, with random numbers in [0, 1)."""
    state = stream_state(seed, stream)
    for i in range(len(out)):
        out[i] = next_float(state)


@kernel
def clustered_types(seed, net_indptr, net_pins, node_indptr, node_nets, cumulative, clustering):
    """Return the type of each node, int8.

    As often as there are nodes, a type is drawn, then the node that gets it: with probability
    ``clustering[type]`` a random free one among the neighbours of nodes of this type, if there are
    any, else a random free one. The neighbours through one net count once.

    Parameters
    ----------
    cumulative : ndarray of shape (n_types,), float64
        Probability of a type up to this one; the last is 1. At most 8 types.
    clustering : ndarray of shape (n_types,), float64
    """
    n, n_nets, n_types = len(node_indptr) - 1, len(net_indptr) - 1, len(cumulative)
    state = stream_state(seed, 2)
    types = np.full(n, -1, np.int8)
    free = np.arange(n).astype(np.int32)
    place = np.arange(n).astype(np.int32)  # of each node in `free`
    # The neighbours of each clustered type, taken nodes among them; a net adds its pins once.
    n_clustered = np.count_nonzero(clustering > 0.0)
    pools = np.empty((n_clustered, len(net_pins)), np.int32)
    in_pool = np.zeros(n_types, np.int64)
    row = np.cumsum(clustering > 0.0) - 1
    added = np.zeros(n_nets, np.uint8)
    for n_free in range(n, 0, -1):
        draw = next_float(state)
        r = 0
        while r < n_types - 1 and draw >= cumulative[r]:
            r += 1
        v = -1
        if clustering[r] > 0.0 and next_float(state) < clustering[r]:
            pool = pools[row[r]]
            while v < 0 and in_pool[r] > 0:
                i = next_below_wide(state, in_pool[r])
                if types[pool[i]] < 0:
                    v = pool[i]
                in_pool[r] -= 1
                pool[i] = pool[in_pool[r]]
        if v < 0:
            v = free[next_below_wide(state, n_free)]
        types[v] = r
        other = free[n_free - 1]
        free[place[v]] = other
        place[other] = place[v]
        if clustering[r] > 0.0:
            bit = np.uint8(1 << r)
            for j in range(node_indptr[v], node_indptr[v + 1]):
                e = node_nets[j]
                if added[e] & bit:
                    continue
                added[e] |= bit
                for q in range(net_indptr[e], net_indptr[e + 1]):
                    u = net_pins[q]
                    pools[row[r], in_pool[r]] = u
                    in_pool[r] += types[u] < 0
    return types
