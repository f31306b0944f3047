"""Cuts of prefixes, and of sets."""

from __future__ import annotations

import numpy as np

from partwise.cluster.local._kernels.ball import TOUCHED, degree_of
from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel

__all__ = ["ROUNDING", "cut_and_volume", "sweep"]

#: The rest of the graph has no volume if it is smaller than this part of the set's.
ROUNDING = 1e-12


@kernel
def sweep(ball, kept, order, total, phi):
    """Fill `phi` with the conductance of every prefix of `order` and return the best length.

    Parameters
    ----------
    order : int array
        Local numbers of opened nodes.
    total : float
        Volume of the graph; infinity where it is not known and taken to be large.
    phi : float64 array as long as `order`
        ``cut / min(volume, total - volume)``, infinity where one side has no volume.

    Returns
    -------
    int
        Length of the prefix of least conductance, the longest of several.
    """
    for i in range(ball.count[TOUCHED]):
        ball.mark[i] = 0
    cut = 0.0
    volume = 0.0
    best = np.inf
    length = 0
    for t in range(order.size):
        i = order[t]
        inner = 0.0
        for a in range(ball.first[i], ball.last[i]):
            if ball.mark[ball.to[a]] == 1:
                inner += arc_weight(kept, a)
        ball.mark[i] = 1
        cut = max(cut + ball.strength[i] - 2.0 * inner, 0.0)
        volume += ball.strength[i] + ball.loop[i]
        rest = total - volume
        has_both = volume > 0.0 and rest > ROUNDING * volume
        phi[t] = cut / min(volume, rest) if has_both else np.inf
        if phi[t] <= best:
            best = phi[t]
            length = t + 1
    return length


@kernel
def cut_and_volume(indptr, indices, weights, known, member, nodes):
    """Return (weight of the edges that leave a set, summed degrees in it), from the graph alone.

    Parameters
    ----------
    member : uint8 array of shape (n,)
        All zero, before and after.
    nodes : int array
        The set.
    """
    for u in nodes:
        member[u] = 1
    cut = 0.0
    volume = 0.0
    for u in nodes:
        volume += degree_of(indptr, weights, known, u)
        for j in range(indptr[u], indptr[u + 1]):
            if member[indices[j]] == 0:
                cut += arc_weight(weights, j)
    for u in nodes:
        member[u] = 0
    return cut, volume
