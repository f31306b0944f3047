"""The nodes in community order: each community a range of consecutive nodes."""

from __future__ import annotations

import numpy as np

from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel

__all__ = ["community_order", "permute_rows"]

_1 = np.uint64(1)


@kernel
def community_order(labels, members, sequence, starts, number, place, nodes):
    """Give the communities consecutive numbers and sort the nodes by them.

    Parameters
    ----------
    labels : uint32 ndarray (n,)
        Renumbered: communities are then ``0, 1, ..., n_communities - 1`` in the old order.
    members : uint32 ndarray (n,)
        Nodes in every community; renumbered likewise, zero behind.
    sequence : uint32 ndarray (n,)
        A permutation of the nodes, kept within the communities.
    starts : uint64 ndarray (n + 1,)
        Receives the first place of every community, and n behind the last.
    number : uint32 ndarray (n,)
        Scratch.
    place, nodes : uint32 ndarray (n,)
        Receive the place of every node and the node at every place.

    Returns
    -------
    int
        Number of communities.
    """
    n = len(labels)
    n_communities = np.uint64(0)
    total = np.uint64(0)
    for c in range(n):
        size = members[c]
        number[c] = n_communities
        if size > 0:
            members[n_communities] = size
            starts[n_communities] = total
            n_communities += _1
            total += np.uint64(size)
    members[n_communities:] = 0
    starts[n_communities] = total
    for v in range(n):
        labels[v] = number[np.uint64(labels[v])]
    number[:n_communities] = starts[:n_communities]
    for i in range(n):
        v = np.uint64(sequence[i])
        c = np.uint64(labels[v])
        at = number[c]
        number[c] = at + np.uint32(1)
        place[v] = at
        nodes[np.uint64(at)] = v
    return n_communities


@kernel
def permute_rows(
    indptr, indices, weights, labels, starts, place, nodes, first, last,
    new_indptr, new_indices, new_weights, external,
):  # fmt: skip
    """Write the rows of the places ``first:last`` with neighbours renumbered by place.

    Parameters
    ----------
    indptr, indices, weights
        The graph in its old order.
    new_indptr : uint64 ndarray (n + 1,)
        Already filled.
    external : float64 ndarray (n,)
        Receives the weight of each node, at its place, to the rest of its own community.
    """
    for i in range(np.uint64(first), np.uint64(last)):
        v = np.uint64(nodes[i])
        c = np.uint64(labels[v])
        low, width = np.uint32(starts[c]), np.uint32(starts[c + _1] - starts[c])
        put = new_indptr[i]
        start, stop = indptr[v], indptr[v + _1]
        inside = 0.0
        for j in range(start, stop):
            x = place[np.uint64(indices[j])]
            new_indices[put] = x
            if new_weights is not None:
                new_weights[put] = weights[j]
            # unsigned: also false for what lies below `low`
            inside += arc_weight(weights, j) * np.float64(np.uint32(x - low) < width)
            put += _1
        external[i] = inside
