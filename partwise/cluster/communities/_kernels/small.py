"""Which neighbour a small community joins."""

from __future__ import annotations

import numpy as np

from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel

__all__ = ["choose_partners"]


@kernel
def choose_partners(
    indptr, indices, weights, a, b, coefficient, pinned, bulk, capacity, small, partner
):
    """Pair small communities with the neighbour they lose least with; return how many merged.

    Parameters
    ----------
    indptr, indices, weights, a, b, coefficient, pinned, bulk, capacity
        The graph of the communities, as for
        :func:`~partwise.cluster.communities._kernels.move.local_moves`.
    small : uint32 ndarray
        Communities in the order in which they choose.
    partner : uint32 ndarray (n,)
        Own number everywhere; receives the number of the community that takes this one in.
    """
    size = bulk.astype(np.int64)
    sum_a = a.copy()
    sum_b = sum_a if b is None else b.copy()
    settled = np.zeros(len(partner), np.bool_)  # it has joined another
    joined = np.zeros(len(partner), np.bool_)  # another has joined it
    merges = 0
    for i in range(len(small)):
        c = small[i]
        if joined[c]:
            continue
        best = -np.inf
        to = c
        for j in range(indptr[c], indptr[c + np.uint32(1)]):
            d = indices[j]
            if settled[d] or size[c] + size[d] > capacity:
                continue
            if pinned is not None and pinned[c] and pinned[d]:
                continue
            if b is None:
                taken = sum_a[c] * sum_a[d]
            else:
                taken = sum_a[c] * sum_b[d] + sum_b[c] * sum_a[d]
            gain = arc_weight(weights, j) - coefficient * taken
            if gain > best or (gain == best and d < to):
                best = gain
                to = d
        if to != c:
            partner[c] = to
            settled[c] = True
            joined[to] = True
            size[to] += size[c]
            sum_a[to] += sum_a[c]
            if b is not None:
                sum_b[to] += sum_b[c]
            if pinned is not None and pinned[c]:
                pinned[to] = 1
            merges += 1
    return merges
