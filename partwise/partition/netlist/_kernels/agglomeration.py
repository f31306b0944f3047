"""The paper's clustering: agglomeration into clusters of a bounded number of nodes."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel
from partwise.partition.netlist._kernels.contraction import number_clusters

__all__ = ["agglomerate"]

LARGEST_NET = 49
CANDIDATES = 100
TO_CLUSTER = 10.0  # weight of a net to the cluster, beside 1 for nets to other candidates
APART = 24.0  # cost per node of a candidate without any connection


@kernel
def agglomerate(net_ptr, pins, node_ptr, nets, weights, largest):
    """Merge clusters of at most `largest` nodes: (cluster of every node, number of clusters).

    Clusters are scanned cyclically. Cluster S merges with the neighbouring cluster T of least
    ``|T| / score(T)``, where the score of T sums, over its nodes, ten times the weight of nets to
    S and once that of nets to other candidates; nets of 50 pins or more do not count, and at most
    100 neighbours are looked at. A cluster without a candidate is final.

    References
    ----------
    A. Gregerson, A. Chadha, K. Morrow, FPT 2013, arXiv:1704.01676; numbers from the first author's
    published research code.
    """
    n = node_ptr.size - 1
    leader = np.arange(n)
    size = np.ones(n, dtype=np.int64)
    following = np.full(n, -1, dtype=np.int64)  # members of a cluster as a chain from its leader
    last = np.arange(n)
    final = np.zeros(n, dtype=np.bool_)
    candidate = np.full(n, -1, dtype=np.int64)  # stamped with the step of the scan
    found = np.empty(CANDIDATES, dtype=np.int64)
    step = 0
    left = n
    scan = np.arange(n)
    while left > 0:
        left = 0
        for k in range(scan.size):
            c = scan[k]
            if leader[c] != c or final[c]:
                continue
            step += 1
            n_found = 0
            u = c
            while u >= 0 and n_found < CANDIDATES:
                for i in range(node_ptr[u], node_ptr[u + 1]):
                    e = nets[i]
                    if net_ptr[e + 1] - net_ptr[e] > LARGEST_NET:
                        continue
                    for j in range(net_ptr[e], net_ptr[e + 1]):
                        t = leader[pins[j]]
                        if t == c or candidate[t] == step or final[t]:
                            continue
                        if size[t] + size[c] <= largest and n_found < CANDIDATES:
                            candidate[t] = step
                            found[n_found] = t
                            n_found += 1
                u = following[u]
            if n_found == 0:
                final[c] = True
                continue
            best = np.int64(-1)
            best_cost = np.inf
            for k2 in range(n_found):
                t = found[k2]
                score = 0.0
                u = t
                while u >= 0:
                    for i in range(node_ptr[u], node_ptr[u + 1]):
                        e = nets[i]
                        if net_ptr[e + 1] - net_ptr[e] > LARGEST_NET:
                            continue
                        near = 0.0
                        for j in range(net_ptr[e], net_ptr[e + 1]):
                            other = leader[pins[j]]
                            if other == c:
                                near = TO_CLUSTER
                                break
                            if other != t and candidate[other] == step:
                                near = 1.0
                        score += near * weights[e]
                    u = following[u]
                cost = size[t] / score if score > 0.0 else APART * size[t]
                if cost < best_cost:
                    best, best_cost = t, cost
            u = best
            while u >= 0:
                leader[u] = c
                u = following[u]
            following[last[c]] = best
            last[c] = last[best]
            size[c] += size[best]
            left += 1
        kept = 0
        for k in range(scan.size):
            if leader[scan[k]] == scan[k] and not final[scan[k]]:
                scan[kept] = scan[k]
                kept += 1
        scan = scan[:kept]
        left = kept
    return number_clusters(leader)
