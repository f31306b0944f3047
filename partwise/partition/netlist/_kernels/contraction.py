"""Contraction of a hypergraph along clusters, and restriction to some of its nodes."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["cluster_members", "contract_nets", "node_incidence", "number_clusters"]

_MIX = np.uint64(0x9E3779B97F4A7C15)
_S29 = np.uint64(29)
_S32 = np.uint64(32)


@kernel
def number_clusters(leader):
    """Return (cluster of every node, count), numbered by first nodes, given their leaders."""
    n = leader.size
    number = np.full(n, -1, dtype=np.int64)
    cluster = np.empty(n, dtype=np.uint32)
    count = 0
    for v in range(n):
        c = leader[v]
        if number[c] < 0:
            number[c] = count
            count += 1
        cluster[v] = number[c]
    return cluster, count


@kernel
def node_incidence(net_ptr, pins, n_nodes):
    """Return (node_ptr, nets): the nets of every node, ascending."""
    node_ptr = np.zeros(n_nodes + 1, dtype=np.int64)
    for j in range(pins.size):
        node_ptr[pins[j] + 1] += 1
    for v in range(n_nodes):
        node_ptr[v + 1] += node_ptr[v]
    place = node_ptr[:-1].copy()
    nets = np.empty(pins.size, dtype=np.uint32)
    for e in range(net_ptr.size - 1):
        for j in range(net_ptr[e], net_ptr[e + 1]):
            v = pins[j]
            nets[place[v]] = e
            place[v] += 1
    return node_ptr, nets


@kernel
def cluster_members(cluster, n_clusters):
    """Return (member_ptr, members): the nodes of every cluster, ascending."""
    member_ptr = np.zeros(n_clusters + 1, dtype=np.int64)
    for v in range(cluster.size):
        member_ptr[cluster[v] + 1] += 1
    for c in range(n_clusters):
        member_ptr[c + 1] += member_ptr[c]
    place = member_ptr[:-1].copy()
    members = np.empty(cluster.size, dtype=np.uint32)
    for v in range(cluster.size):
        c = cluster[v]
        members[place[c]] = v
        place[c] += 1
    return member_ptr, members


@kernel
def contract_nets(net_ptr, pins, weights, cluster, n_clusters):
    """Return the nets of the clusters: (net_ptr, pins, weights).

    Several pins of a net in one cluster become one; nets with one pin left vanish; nets with the
    same pins become one of the summed weight, at the place of the first.

    Notes
    -----
    O(pins + nets log nets): equal nets are found by sorting hashes of their pin sets, and compared
    pin by pin where hashes agree.
    """
    n_nets = net_ptr.size - 1
    seen = np.full(n_clusters, -1, dtype=np.int64)
    coarse_ptr = np.zeros(n_nets + 1, dtype=np.int64)
    coarse_pins = np.empty(pins.size, dtype=np.uint32)
    coarse_weights = np.empty(n_nets, dtype=np.int64)
    hashes = np.empty(n_nets, dtype=np.uint64)
    count = 0
    top = np.int64(0)
    for e in range(n_nets):
        start = top
        digest = np.uint64(0)
        for j in range(net_ptr[e], net_ptr[e + 1]):
            c = cluster[pins[j]]
            if seen[c] != e:
                seen[c] = e
                coarse_pins[top] = c
                top += 1
                x = (np.uint64(c) + np.uint64(1)) * _MIX
                x = (x ^ (x >> _S32)) * _MIX
                digest += x ^ (x >> _S29)
        if top - start < 2:
            top = start
            continue
        hashes[count] = digest
        coarse_weights[count] = weights[e]
        count += 1
        coarse_ptr[count] = top
    twin = _first_equal(coarse_ptr, coarse_pins, hashes[:count], n_clusters)
    kept = 0
    top = np.int64(0)
    for e in range(count):
        start, end = coarse_ptr[e], coarse_ptr[e + 1]
        if twin[e] != e:
            # its twin came before and has been moved to where `hashes` now says
            coarse_weights[np.int64(hashes[twin[e]])] += coarse_weights[e]
            continue
        hashes[e] = np.uint64(kept)
        coarse_weights[kept] = coarse_weights[e]
        for j in range(start, end):
            coarse_pins[top] = coarse_pins[j]
            top += 1
        kept += 1
        coarse_ptr[kept] = top
    return coarse_ptr[: kept + 1].copy(), coarse_pins[:top].copy(), coarse_weights[:kept].copy()


@kernel
def _first_equal(net_ptr, pins, hashes, n_clusters):
    """Return for every net the first net with the same pins: itself, if no earlier one has them."""
    n_nets = hashes.size
    twin = np.arange(n_nets)
    order = np.argsort(hashes, kind="mergesort")  # stable: equal hashes stay ascending
    mark = np.full(n_clusters, -1, dtype=np.int64)
    i = 0
    while i < n_nets:
        j = i + 1
        while j < n_nets and hashes[order[j]] == hashes[order[i]]:
            j += 1
        for a in range(i, j - 1):
            first = order[a]
            if twin[first] != first:
                continue
            size = net_ptr[first + 1] - net_ptr[first]
            for p in range(net_ptr[first], net_ptr[first + 1]):
                mark[pins[p]] = first
            for b in range(a + 1, j):
                other = order[b]
                if twin[other] != other or net_ptr[other + 1] - net_ptr[other] != size:
                    continue
                same = True
                for p in range(net_ptr[other], net_ptr[other + 1]):
                    if mark[pins[p]] != first:
                        same = False
                        break
                if same:
                    twin[other] = first
        i = j
    return twin
