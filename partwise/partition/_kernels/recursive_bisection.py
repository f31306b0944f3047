"""Initial partition of the coarsest graph by recursive bisection with adaptive imbalance."""

from __future__ import annotations

import math

import numpy as np

from partwise.kernels.jit import kernel
from partwise.partition._kernels.bisection import multilevel_bisection

__all__ = ["recursive_bisection"]


@kernel
def recursive_bisection(
    indptr, indices, weights, node_weights, fixed, fractions, limits, tries, state
):
    """Partition into ``limits.size`` blocks: an int32 array of blocks.

    A sub-problem of k' blocks with weight c' and room ``sum of limits`` is halved with the
    imbalance ``(room / c') ** (1 / ceil(log2 k')) - 1``, so that what a bisection uses up is left
    over for those below it and the k blocks come out feasible.

    Parameters
    ----------
    fixed : int32 ndarray of shape (n,) or (0,)
        Block of a fixed node or -1.
    fractions : float64 ndarray of shape (k,)
        Share of the weight that each block should have.
    limits : int64 ndarray of shape (k,)
        Largest weight of each block.
    """
    n = node_weights.size
    k = limits.size
    part = np.zeros(n, dtype=np.int32)
    if k == 1:
        return part
    members = np.arange(n).astype(np.uint32)
    local = np.empty(n, dtype=np.uint32)
    stack_node = np.zeros((2 * k + 2, 2), dtype=np.int64)
    stack_block = np.zeros((2 * k + 2, 2), dtype=np.int64)
    stack_node[0, 1] = n
    stack_block[0, 1] = k
    depth = 1
    while depth > 0:
        depth -= 1
        begin, end = stack_node[depth]
        low, high = stack_block[depth]
        n_blocks = high - low
        if n_blocks == 1:
            for i in range(begin, end):
                part[members[i]] = low
            continue
        middle = low + n_blocks // 2
        # the sub-graph of members[begin:end]
        size = end - begin
        nodes = members[begin:end].copy()
        n_arcs = 0
        total = 0
        for i in range(size):
            u = nodes[i]
            local[u] = i
            part[u] = low
            n_arcs += np.int64(indptr[u + 1] - indptr[u])
            total += node_weights[u]
        sub_indptr = np.zeros(size + 1, dtype=indptr.dtype)
        sub_indices = np.empty(n_arcs, dtype=indices.dtype)
        sub_weights = np.empty(n_arcs, dtype=weights.dtype)
        sub_node_weights = np.empty(size, dtype=np.int64)
        sub_fixed = np.full(size, -1, dtype=np.int32)
        top = 0
        for i in range(size):
            u = nodes[i]
            sub_node_weights[i] = node_weights[u]
            if fixed.size > 0 and fixed[u] >= 0:
                sub_fixed[i] = 0 if fixed[u] < middle else 1
            for j in range(indptr[u], indptr[u + 1]):
                v = indices[j]
                w = local[v]
                # local is also what other sub-problems left: the node at that place decides
                if w < size and nodes[w] == v:
                    sub_indices[top] = w
                    sub_weights[top] = weights[j]
                    top += 1
            sub_indptr[i + 1] = top
        share = fractions[low:middle].sum() / fractions[low:high].sum()
        target = np.int64(round(share * total))
        limit = np.empty(2, dtype=np.int64)
        limit[0] = limits[low:middle].sum()
        limit[1] = limits[middle:high].sum()
        if n_blocks > 2 and total > 0:
            room = np.float64(limit[0] + limit[1]) / total
            slack = max(room, 1.0) ** (1.0 / math.ceil(math.log2(n_blocks)))
            limit[0] = min(limit[0], max(target, np.int64(math.floor(slack * share * total))))
            limit[1] = min(
                limit[1], max(total - target, np.int64(math.floor(slack * (1.0 - share) * total)))
            )
        side = multilevel_bisection(
            sub_indptr, sub_indices[:top], sub_weights[:top], sub_node_weights, sub_fixed,
            target, limit, tries, state,
        )  # fmt: skip
        place = begin
        for i in range(size):
            if side[i] == 0:
                members[place] = nodes[i]
                place += 1
        split = place
        for i in range(size):
            if side[i] == 1:
                members[place] = nodes[i]
                place += 1
        stack_node[depth] = (begin, split)
        stack_block[depth] = (low, middle)
        depth += 1
        stack_node[depth] = (split, end)
        stack_block[depth] = (middle, high)
        depth += 1
    return part
