"""Clustering of one level for coarsening, with two-hop joins where it stalls."""

from __future__ import annotations

import numpy as np

from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below, shuffle

__all__ = ["cluster_level", "visiting_order"]

BLOCK = 16  # nodes that stay together in the visiting order of a large graph
LARGE = 1_000


@kernel
def visiting_order(n, state):
    """Return a random order of the nodes; from LARGE nodes on, blocks of BLOCK stay together.

    Neighbouring nodes tend to have neighbouring numbers, so whole blocks keep the caches warm.
    """
    if n < LARGE:
        order = np.arange(n).astype(np.uint32)
        shuffle(state, order)
        return order
    n_blocks = (n + BLOCK - 1) // BLOCK
    blocks = np.arange(n_blocks)
    shuffle(state, blocks)
    order = np.empty(n, dtype=np.uint32)
    k = 0
    for b in blocks:
        for u in range(b * BLOCK, min((b + 1) * BLOCK, n)):
            order[k] = u
            k += 1
    return order


@kernel
def _compatible(confine, fixed, u, c):
    """Tell whether node `u` may join the cluster led by node `c`."""
    if confine.size > 0 and confine[u] != confine[c]:
        return False
    return fixed.size == 0 or fixed[u] < 0 or fixed[c] < 0 or fixed[u] == fixed[c]


@kernel
def cluster_level(
    indptr, indices, weights, node_weights, confine, fixed, max_weight, target, rating, state
):
    """Cluster the nodes of one level: (cluster, how many, their fixed blocks and confinement).

    Nodes are visited in random order; one that is still alone joins the neighbouring cluster of the
    best rating ``(summed weight)^2 / cluster weight`` (or the summed weight, where `rating` is 1),
    ties going to clusters of one node. The level ends when `target` clusters are left. Where that
    leaves more than 7/10 of the nodes as clusters, nodes still alone are joined with others whose
    best cluster is the same (two-hop): without it stars and power-law graphs do not coarsen.

    Parameters
    ----------
    confine : ndarray of shape (n,) or (0,)
        Nodes of different values are never joined; empty for no such limit.
    fixed : ndarray of shape (n,) or (0,)
        Block of a fixed node or -1; a cluster holds fixed nodes of one block at most. Empty where
        no node is fixed.
    max_weight : int
        Largest weight of a cluster.
    target : int
        Number of clusters at which the level ends.
    """
    n = node_weights.size
    labels = np.arange(n).astype(np.uint32)
    fixed = fixed.copy()  # of a cluster, at its leader
    # weight of a cluster beside the summed connection to it: both are read together
    slot = np.zeros(2 * n, dtype=np.int64)
    alone = np.ones(n, dtype=np.bool_)
    max_degree = 0
    for u in range(n):
        slot[2 * u] = node_weights[u]
        max_degree = max(max_degree, np.int64(indptr[u + 1] - indptr[u]))
    touched = np.empty(max_degree + 1, dtype=np.uint32)
    order = visiting_order(n, state)
    n_clusters = n
    for u in order:
        if n_clusters <= target:
            break
        if not alone[u]:
            continue
        best = _best_cluster(
            indptr, indices, weights, confine, fixed, labels, slot, alone, touched, u,
            max_weight - node_weights[u], rating, state,
        )  # fmt: skip
        if best >= 0:
            _join(labels, slot, alone, fixed, node_weights, u, best)
            n_clusters -= 1
    if n_clusters > target and 10 * n_clusters > 7 * n:
        n_clusters = _two_hop(
            indptr, indices, weights, node_weights, confine, fixed, labels, slot, alone, touched,
            order, max_weight, target, n_clusters, rating, state,
        )  # fmt: skip
    return _numbered(labels, n_clusters, confine, fixed)


@kernel
def _numbered(labels, n_clusters, confine, fixed):
    """Give the clusters numbers by their first node, and collect what is known of them."""
    n = labels.size
    number = np.full(n, -1, dtype=np.int32)
    cluster = np.empty(n, dtype=np.uint32)
    coarse_fixed = np.empty(n_clusters if fixed.size > 0 else 0, dtype=np.int32)
    coarse_confine = np.empty(n_clusters if confine.size > 0 else 0, dtype=np.int32)
    count = 0
    for u in range(n):
        leader = labels[u]
        if number[leader] < 0:
            number[leader] = count
            if fixed.size > 0:
                coarse_fixed[count] = fixed[leader]
            if confine.size > 0:
                coarse_confine[count] = confine[leader]
            count += 1
        cluster[u] = number[leader]
    return cluster, n_clusters, coarse_fixed, coarse_confine


@kernel
def _join(labels, slot, alone, fixed, node_weights, u, c):
    labels[u] = c
    slot[2 * np.int64(c)] += node_weights[u]
    alone[u] = False
    alone[c] = False
    if fixed.size > 0 and fixed[c] < 0:
        fixed[c] = fixed[u]


@kernel
def _best_cluster(
    indptr, indices, weights, confine, fixed, labels, slot, alone, touched, u, room, rating, state
):
    """Return the best-rated cluster of weight at most `room` next to `u`, or -1."""
    n_touched = 0
    two, one = np.uint64(2), np.uint64(1)
    for j in range(np.uint64(indptr[u]), np.uint64(indptr[u + 1])):
        c = np.uint64(labels[indices[j]])
        # branchless append: the place is written anyway and kept if the cluster is new
        touched[n_touched] = c
        n_touched += slot[two * c + one] == 0
        slot[two * c + one] += arc_weight(weights, j)
    best = np.int64(-1)
    best_rating = 0.0
    best_alone = False
    # starting at a random place breaks ties at random for one draw a node
    turn = next_below(state, n_touched) if n_touched > 1 else 0
    for i in range(n_touched):
        i += turn
        if i >= n_touched:
            i -= n_touched
        c = np.uint64(touched[i])
        s = slot[two * c + one]
        slot[two * c + one] = 0
        weight = slot[two * c]
        if weight > room:
            continue
        r = np.float64(s) if rating == 1 else np.float64(s) * s / max(weight, 1)
        better = r > best_rating or (r == best_rating and alone[c] and not best_alone)
        if better and c != u and _compatible(confine, fixed, u, c):
            best = np.int64(c)
            best_rating = r
            best_alone = alone[c]
    return best


@kernel
def _two_hop(
    indptr, indices, weights, node_weights, confine, fixed, labels, slot, alone, touched,
    order, max_weight, target, n_clusters, rating, state,
):  # fmt: skip
    """Pair nodes that are still alone and favour the same cluster, however heavy it is."""
    n = node_weights.size
    waiting = np.full(n, -1, dtype=np.int32)
    unlimited = np.iinfo(np.int64).max
    for u in order:
        if n_clusters <= target:
            break
        if not alone[u]:
            continue
        c = _best_cluster(
            indptr, indices, weights, confine, fixed[:0], labels, slot, alone, touched, u,
            unlimited, rating, state,
        )  # fmt: skip
        if c < 0:
            continue
        w = waiting[c]
        if w < 0 or not alone[w]:
            waiting[c] = u
        elif node_weights[w] + node_weights[u] <= max_weight and _compatible(confine, fixed, u, w):
            _join(labels, slot, alone, fixed, node_weights, u, w)
            n_clusters -= 1
            waiting[c] = -1
        elif node_weights[u] < node_weights[w]:
            waiting[c] = u
    return n_clusters
