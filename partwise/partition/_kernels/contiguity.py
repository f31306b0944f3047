"""Connected blocks: joining stray pieces, and balancing without tearing a block apart."""

from __future__ import annotations

import numpy as np

from partwise.kernels.csr_access import arc_weight
from partwise.kernels.heap import heap_clear, heap_pop, heap_push
from partwise.kernels.jit import kernel

__all__ = ["balance_connected", "block_pieces", "join_pieces"]


@kernel
def block_pieces(indptr, indices, part):
    """Return (piece of every node, number of pieces): the connected components of the blocks."""
    n = part.size
    piece = np.full(n, -1, dtype=np.int32)
    queue = np.empty(n, dtype=np.uint32)
    count = 0
    for root in range(n):
        if piece[root] >= 0:
            continue
        piece[root] = count
        queue[0] = root
        head, tail = 0, 1
        while head < tail:
            u = queue[head]
            head += 1
            for j in range(indptr[u], indptr[u + 1]):
                v = indices[j]
                if piece[v] < 0 and part[v] == part[u]:
                    piece[v] = count
                    queue[tail] = v
                    tail += 1
        count += 1
    return piece, count


@kernel
def join_pieces(indptr, indices, weights, node_weights, fixed, part, load, limits):
    """Leave every block one piece where the graph allows it, in place.

    The heaviest piece of a block stays (one that holds a fixed node always does), each other one
    goes to the adjacent block it is connected to most, one with room for it if there is. Returns
    the number of pieces that have no neighbouring block.
    """
    n = part.size
    k = limits.size
    while True:
        piece, count = block_pieces(indptr, indices, part)
        weight = np.zeros(count, dtype=np.int64)
        block = np.empty(count, dtype=np.int64)
        size = np.zeros(count, dtype=np.int64)
        held = np.zeros(count, dtype=np.bool_)
        for u in range(n):
            c = piece[u]
            weight[c] += node_weights[u]
            size[c] += 1
            block[c] = part[u]
            if fixed.size > 0 and fixed[u] >= 0:
                held[c] = True
        main = np.full(k, -1, dtype=np.int64)
        for c in range(count):
            b = block[c]
            if (
                main[b] < 0
                or weight[c] > weight[main[b]]
                or (weight[c] == weight[main[b]] and size[c] > size[main[b]])
            ):
                main[b] = c
        begin = np.zeros(count + 1, dtype=np.int64)
        for c in range(count):
            begin[c + 1] = begin[c] + size[c]
        members = np.empty(n, dtype=np.uint32)
        place = begin[:-1].copy()
        for u in range(n):
            members[place[piece[u]]] = u
            place[piece[u]] += 1
        conn = np.zeros(k, dtype=np.int64)
        joined = 0
        stranded = 0
        for c in np.argsort(weight, kind="mergesort"):
            a = block[c]
            if main[a] == c or held[c]:
                continue
            conn[:] = 0
            for i in range(begin[c], begin[c + 1]):
                u = members[i]
                for j in range(indptr[u], indptr[u + 1]):
                    conn[part[indices[j]]] += arc_weight(weights, j)
            conn[a] = 0
            best = -1
            for b in range(k):
                if conn[b] == 0:
                    continue
                fits = load[b] + weight[c] <= limits[b]
                if best < 0:
                    best = b
                else:
                    best_fits = load[best] + weight[c] <= limits[best]
                    if (fits and not best_fits) or (fits == best_fits and conn[b] > conn[best]):
                        best = b
            if best < 0:
                stranded += 1
                continue
            for i in range(begin[c], begin[c + 1]):
                part[members[i]] = best
            load[a] -= weight[c]
            load[best] += weight[c]
            joined += 1
        if joined == 0:
            return stranded


@kernel
def _holds_together(indptr, indices, part, v, seen, mark, queue):
    """Tell whether the block of `v` stays in one piece without `v` (it is in one piece with it)."""
    a = part[v]
    wanted = 0
    first = -1
    for j in range(indptr[v], indptr[v + 1]):
        u = indices[j]
        if part[u] == a:
            wanted += 1
            first = np.int64(u)
    if wanted == 0:
        return False  # the only node of its block
    if wanted == 1:
        return True
    seen[v] = mark
    seen[first] = mark
    queue[0] = first
    head, tail = 0, 1
    # neighbours of v are counted as they are reached; all reached: connected
    for j in range(indptr[v], indptr[v + 1]):
        if indices[j] == first:
            wanted -= 1
    while head < tail and wanted > 0:
        u = queue[head]
        head += 1
        for j in range(indptr[u], indptr[u + 1]):
            w = indices[j]
            if part[w] == a and seen[w] != mark:
                seen[w] = mark
                queue[tail] = w
                tail += 1
                for i in range(indptr[w], indptr[w + 1]):
                    if indices[i] == v:
                        wanted -= 1
                        break
    return wanted == 0


@kernel
def balance_connected(indptr, indices, weights, node_weights, fixed, part, load, limits):
    """Move single nodes out of overloaded blocks, keeping blocks in one piece, in place.

    A node goes to an adjacent block; if none has room, to the adjacent block with most, as long as
    that lowers the summed squares of the loads relative to the limits, so that weight flows on
    towards where there is room. Returns the overload that is left.
    """
    n = part.size
    k = limits.size
    seen = np.zeros(n, dtype=np.int32)
    queue = np.empty(n, dtype=np.uint32)
    keys = np.empty(n)
    nodes = np.empty(n, dtype=np.uint32)
    where = np.full(n, -1, dtype=np.int32)
    conn = np.zeros(k, dtype=np.int64)
    mark = np.int32(0)
    for _ in range(4 * k):
        moves = 0
        for a in np.argsort(limits - load, kind="mergesort"):
            if load[a] <= limits[a]:
                break
            heap = np.int64(0)
            for u in range(n):
                if part[u] != a or (fixed.size > 0 and fixed[u] >= 0):
                    continue
                outside = np.int64(0)
                for j in range(indptr[u], indptr[u + 1]):
                    w = arc_weight(weights, j)
                    outside += w if part[indices[j]] != a else -w
                    if part[indices[j]] != a and where[u] < 0:
                        where[u] = 0
                if where[u] == 0:
                    where[u] = -1
                    heap = heap_push(keys, nodes, where, heap, np.uint32(u), np.float64(outside))
            while heap > 0 and load[a] > limits[a]:
                u = nodes[0]
                heap = heap_pop(keys, nodes, where, heap)
                weight = node_weights[u]
                for j in range(indptr[u], indptr[u + 1]):
                    conn[part[indices[j]]] += arc_weight(weights, j)
                best = -1
                for j in range(indptr[u], indptr[u + 1]):
                    b = part[indices[j]]
                    if b == a:
                        continue
                    # the fuller block must stay the fuller one
                    if load[b] + weight - limits[b] >= load[a] - limits[a]:
                        continue
                    fits = load[b] + weight <= limits[b]
                    if best < 0:
                        best = b
                        continue
                    best_fits = load[best] + weight <= limits[best]
                    if fits != best_fits:
                        better = fits
                    elif fits:
                        better = conn[b] > conn[best]
                    else:
                        better = limits[b] - load[b] > limits[best] - load[best]
                    if better:
                        best = b
                for j in range(indptr[u], indptr[u + 1]):
                    conn[part[indices[j]]] = 0
                if best < 0:
                    continue
                mark += 1
                if not _holds_together(indptr, indices, part, u, seen, mark, queue):
                    continue
                part[u] = best
                load[a] -= weight
                load[best] += weight
                moves += 1
                for j in range(indptr[u], indptr[u + 1]):
                    v = indices[j]
                    if part[v] == a and where[v] < 0 and not (fixed.size > 0 and fixed[v] >= 0):
                        heap = heap_push(
                            keys, nodes, where, heap, v, np.float64(-(indptr[v + 1] - indptr[v]))
                        )
            heap_clear(nodes, where, heap)
        if moves == 0:
            break
    total = np.int64(0)
    for b in range(k):
        total += max(np.int64(0), load[b] - limits[b])
    return total
