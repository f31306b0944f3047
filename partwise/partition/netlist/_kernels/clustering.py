"""Clustering of the nodes of a hypergraph for coarsening, by heavy-edge rating."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below, shuffle
from partwise.partition.netlist._kernels.contraction import number_clusters

__all__ = ["cluster_nodes", "node_shares"]

LARGEST_NET = 500  # larger nets say little about who belongs together and are not looked at


@kernel
def node_shares(pers_ptr, amounts, scale):
    """Return the share of every node: the least over its personalities of ``max_r a_r scale_r``."""
    n = pers_ptr.size - 1
    share = np.empty(n)
    for v in range(n):
        least = np.inf
        for p in range(pers_ptr[v], pers_ptr[v + 1]):
            most = 0.0
            for r in range(scale.size):
                most = max(most, amounts[p, r] * scale[r])
            least = min(least, most)
        share[v] = least
    return share


@kernel
def cluster_nodes(net_ptr, pins, node_ptr, nets, weights, share, largest, confine, target, state):
    """Cluster the nodes of one level: (cluster of every node, number of clusters).

    Nodes are visited in random order; one that is still alone joins the neighbouring cluster of the
    best rating ``sum over common nets e of w(e) / (|e| - 1)``, divided by the cluster's share to
    keep clusters even; ties are broken at random, clusters of one node first. The level ends when
    `target` clusters are left.

    Parameters
    ----------
    share : float64 ndarray of shape (n,)
        Shares of the nodes; a cluster's is their sum.
    largest : float
        Largest share of a cluster.
    confine : ndarray of shape (n,) or (0,)
        Nodes of different values are never joined; empty for no such limit.

    References
    ----------
    G. Karypis, R. Aggarwal, V. Kumar, S. Shekhar, "Multilevel hypergraph partitioning: applications
    in VLSI domain", IEEE Trans. VLSI 7(1), 1999, doi:10.1109/92.748202.
    """
    n = node_ptr.size - 1
    leader = np.arange(n).astype(np.uint32)
    alone = np.ones(n, dtype=np.bool_)
    total = share.copy()  # of a cluster, at its leader
    rating = np.zeros(n)
    touched = np.empty(n, dtype=np.uint32)
    order = np.arange(n).astype(np.uint32)
    shuffle(state, order)
    left = n
    for u in order:
        if left <= target:
            break
        if not alone[u]:
            continue
        n_touched = 0
        for i in range(node_ptr[u], node_ptr[u + 1]):
            e = nets[i]
            start, end = net_ptr[e], net_ptr[e + 1]
            if end - start > LARGEST_NET:
                continue
            score = weights[e] / (end - start - 1)
            for j in range(start, end):
                c = leader[pins[j]]
                if rating[c] == 0.0:
                    touched[n_touched] = c
                    n_touched += 1
                rating[c] += score
        best = np.int64(-1)
        best_rating = 0.0
        turn = next_below(state, n_touched) if n_touched > 1 else 0
        for i in range(n_touched):
            i += turn
            if i >= n_touched:
                i -= n_touched
            c = touched[i]
            score = rating[c] / max(total[c], 1e-300)
            rating[c] = 0.0
            if c == u or total[c] + share[u] > largest:
                continue
            if confine.size > 0 and confine[c] != confine[u]:
                continue
            if score > best_rating or (score == best_rating and alone[c] and not alone[best]):
                best, best_rating = np.int64(c), score
        if best >= 0:
            leader[u] = best
            total[best] += share[u]
            alone[u] = False
            alone[best] = False
            left -= 1
    return number_clusters(leader)
