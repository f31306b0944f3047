"""Building a BSP tree along planes of its own faces."""

from __future__ import annotations

import numpy as np

from partwise.geometry.space._kernels.bsp_pieces import (
    BACK,
    FRONT,
    SPLIT,
    measure_of,
    side_of,
    split_piece,
)
from partwise.geometry.space._kernels.room import room_for
from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below

__all__ = ["auto_partition"]


@kernel
def _choose(
    V, begin, size, source, todo, lo, hi, normals, offsets, n_candidates, balance, eps, state
):
    """Return the face whose plane costs least: pieces cut + balance * |in front - behind|.

    All faces are candidates if they are few, else some that are drawn; the first best one counts.
    """
    count = hi - lo
    best, least = -1, np.inf
    for t in range(min(count, n_candidates)):
        at = lo + t if count <= n_candidates else lo + next_below(state, count)
        plane = source[todo[at]]
        front = back = cut = 0
        for i in range(lo, hi):
            piece = todo[i]
            if source[piece] == plane:
                continue
            code = side_of(V, begin[piece], size[piece], normals, offsets, plane, eps)
            front += code & FRONT
            back += code >> 1
            if code == SPLIT:
                cut += 1
                if cut >= least:
                    break
        cost = cut + balance * abs(front - back)
        if cost < least:
            best, least = plane, cost
    return best


@kernel
def _outward(V, begin, size, source, within, count, normals, cut):
    """Return whether pieces in a plane have the outside in front (1), behind (-1), or neither (0).

    Solids that touch from both sides have opposite pieces there, which cancel. What remains faces
    one way wherever one side of the plane is a single leaf.
    """
    ahead = behind = 0.0
    for i in range(count):
        piece = within[i]
        along = 0.0
        for c in range(normals.shape[1]):
            along += normals[source[piece], c] * normals[cut, c]
        if along > 0.0:
            ahead += measure_of(V, begin[piece], size[piece])
        else:
            behind += measure_of(V, begin[piece], size[piece])
    if abs(ahead - behind) <= 1e-9 * (ahead + behind):
        return 0
    return 1 if ahead > behind else -1


@kernel
def auto_partition(V, ptr, normals, offsets, solid, n_candidates, balance, eps, state):
    """Cut faces, and space, by planes of faces until every cell is free of faces.

    In a solid, a cut that only holds faces that cancel is left out if it has nothing on one side.

    Parameters
    ----------
    V : float64 ndarray of shape (n_vertices, d), d = 2 or 3
    ptr : int64 ndarray of shape (n + 1,)
        The vertices of face f are rows ptr[f] to ptr[f + 1] - 1.
    normals : float64 ndarray of shape (n, d)
    offsets : float64 ndarray of shape (n,)
        Planes of the faces.
    solid : bool
        Whether the faces bound a solid.
    n_candidates : int
        Planes that are tried at a node.
    balance, eps : float
    state : uint64 ndarray of shape (1,)

    Returns
    -------
    plane : int32 ndarray of shape (n_nodes,)
        Face in whose plane a node cuts; node 0 is the root, a parent comes before its children.
    children : int32 ndarray of shape (n_nodes, 2)
        Node behind and node in front, or ``-1 - leaf``.
    inside : int8 ndarray of shape (n_leaves,)
        Whether a leaf is in the solid; without one -1.
    V, begin, size, source, owner
        Vertices of all pieces, their first ones and numbers, the face of which each is a piece, and
        the node in whose plane it lies, -1 if the node was left out.
    """
    n = ptr.size - 1
    begin, size = ptr[:n].copy(), ptr[1:] - ptr[:n]
    source, owner = np.arange(n).astype(np.int32), np.empty(n, np.int32)
    V, used, n_pieces = V.copy(), V.shape[0], n
    scratch = 4
    for f in range(n):
        scratch = max(scratch, 2 * size[f] + 2)
    front_part, back_part = np.empty((scratch, V.shape[1])), np.empty((scratch, V.shape[1]))
    # pieces that wait: those of the task on top of the stack come last
    todo, ahead, within = np.arange(n), np.empty(n, np.int64), np.empty(n, np.int64)
    # parent, side of it, pieces, and whether a leaf would be inside
    tasks = np.empty((64, 5), np.int64)
    tasks[0] = -1, 0, 0, n, 0 if solid else -1
    top, n_nodes, n_leaves = 1, 0, 0
    plane = np.empty(64, np.int32)
    children = np.empty((64, 2), np.int32)
    inside = np.empty(64, np.int8)
    while top > 0:
        top -= 1
        parent, side, lo, hi, label = tasks[top]
        if lo == hi:
            inside = room_for(inside, n_leaves, n_leaves + 1)
            inside[n_leaves] = label
            n_leaves += 1
            if parent >= 0:
                children[parent, side] = -n_leaves
            continue
        cut = _choose(V, begin, size, source, todo, lo, hi, normals, offsets, n_candidates,
                      balance, eps, state)  # fmt: skip
        behind, n_ahead, n_within = lo, 0, 0
        ahead, within = room_for(ahead, 0, hi - lo), room_for(within, 0, hi - lo)
        for i in range(lo, hi):
            piece = todo[i]
            code = 0
            if source[piece] != cut:
                code = side_of(V, begin[piece], size[piece], normals, offsets, cut, eps)
            if code == 0:
                within[n_within] = piece
                n_within += 1
            elif code == FRONT:
                ahead[n_ahead] = piece
                n_ahead += 1
            elif code == BACK:
                todo[behind] = piece
                behind += 1
            else:
                n_front, n_back = split_piece(V, begin[piece], size[piece], normals, offsets, cut,
                                              eps, front_part, back_part)  # fmt: skip
                V = room_for(V, used, used + n_front + n_back)
                V[used : used + n_front] = front_part[:n_front]
                V[used + n_front : used + n_front + n_back] = back_part[:n_back]
                other = n_pieces
                n_pieces += 1
                begin, size = room_for(begin, other, n_pieces), room_for(size, other, n_pieces)
                source, owner = room_for(source, other, n_pieces), room_for(owner, other, n_pieces)
                begin[piece], size[piece] = used, n_front
                begin[other], size[other], source[other] = used + n_front, n_back, source[piece]
                used += n_front + n_back
                if 2 * max(n_front, n_back) + 2 > front_part.shape[0]:
                    front_part = room_for(front_part, 0, 2 * max(n_front, n_back) + 2)
                    back_part = room_for(back_part, 0, front_part.shape[0])
                ahead[n_ahead] = piece
                n_ahead += 1
                todo[behind] = other
                behind += 1
        outward = 1
        if solid:
            outward = _outward(V, begin, size, source, within, n_within, normals, cut)
        kept = outward != 0 or (behind > lo and n_ahead > 0)
        node = n_nodes if kept else -1
        for i in range(n_within):
            owner[within[i]] = node
        todo = room_for(todo, behind, behind + n_ahead)
        todo[behind : behind + n_ahead] = ahead[:n_ahead]
        tasks = room_for(tasks, top, top + 2)
        if not kept:
            tasks[top] = parent, side, lo, behind + n_ahead, label
            top += 1
            continue
        n_nodes += 1
        plane, children = room_for(plane, node, n_nodes), room_for(children, node, n_nodes)
        plane[node] = cut
        if parent >= 0:
            children[parent, side] = node
        tasks[top] = node, 0, lo, behind, np.int64(outward > 0) if solid else -1
        tasks[top + 1] = (node, 1, behind, behind + n_ahead,
                          np.int64(outward < 0) if solid else -1)  # fmt: skip
        top += 2
    return (plane[:n_nodes].copy(), children[:n_nodes].copy(), inside[:n_leaves].copy(), V,
            begin[:n_pieces].copy(), size[:n_pieces].copy(), source[:n_pieces].copy(),
            owner[:n_pieces].copy())  # fmt: skip
