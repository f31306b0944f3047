"""Questions to a BSP tree: the leaf of a place, the order of painting, the first face on a ray."""

from __future__ import annotations

import math

import numpy as np

from partwise.geometry.space._kernels.bsp_pieces import height
from partwise.geometry.space._kernels.room import room_for
from partwise.kernels.jit import kernel

__all__ = ["far_to_near", "find_leaves", "first_hits", "tree_depth"]


@kernel
def find_leaves(normals, offsets, children, Q, leaf):
    """Write the leaf of every row; a place within a plane counts as behind it."""
    for q in range(Q.shape[0]):
        node = np.int64(0 if children.shape[0] else -1)
        while node >= 0:
            node = children[node, np.int64(height(normals, offsets, node, Q, q) > 0.0)]
        leaf[q] = -1 - node


@kernel
def tree_depth(children):
    """Return the number of cuts above the deepest leaf."""
    level = np.zeros(children.shape[0], np.int64)
    deepest = 0
    for node in range(children.shape[0]):
        deepest = max(deepest, level[node] + 1)
        for side in range(2):
            if children[node, side] >= 0:
                level[children[node, side]] = level[node] + 1
    return deepest


@kernel
def far_to_near(normals, offsets, children, face_ptr, eye, order):
    """Write the pieces in an order in which none hides a later one, seen from row 0 of `eye`.

    Parameters
    ----------
    face_ptr : int64 ndarray of shape (n_nodes + 1,)
        The pieces in the plane of a node are face_ptr[node] to face_ptr[node + 1] - 1.
    eye : float64 ndarray of shape (1, d)
    order : int32 ndarray of shape (n_pieces,)
    """
    stack = np.empty((64, 2), np.int64)
    stack[0, 0], stack[0, 1] = 0, 0
    top = 1 if children.shape[0] else 0
    count = 0
    while top > 0:
        top -= 1
        node, own = stack[top, 0], stack[top, 1]
        if own:
            for f in range(face_ptr[node], face_ptr[node + 1]):
                order[count] = f
                count += 1
            continue
        near = np.int64(height(normals, offsets, node, eye, 0) > 0.0)
        stack = room_for(stack, top, top + 3)
        if children[node, near] >= 0:
            stack[top, 0], stack[top, 1] = children[node, near], 0
            top += 1
        stack[top, 0], stack[top, 1] = node, 1
        top += 1
        if children[node, 1 - near] >= 0:
            stack[top, 0], stack[top, 1] = children[node, 1 - near], 0
            top += 1


@kernel
def _covers(V, begin, size, normals, node, x, eps):
    """Tell whether a piece in the plane of a node contains x, up to `eps`."""
    d = x.size
    if d == 2:
        along = length = 0.0
        for c in range(2):
            u = V[begin + 1, c] - V[begin, c]
            along += u * (x[c] - V[begin, c])
            length += u * u
        length = math.sqrt(length)
        return -eps * length <= along <= (length + eps) * length
    # x is on the same side of all edges, whichever way they run
    left = right = False
    for i in range(size):
        v = begin + i
        w = begin if i == size - 1 else v + 1
        inward = length = 0.0
        for c in range(3):
            a, b = (c + 1) % 3, (c + 2) % 3
            edge_a, edge_b = V[w, a] - V[v, a], V[w, b] - V[v, b]
            length += edge_a * edge_a
            inward += normals[node, c] * (edge_a * (x[b] - V[v, b]) - edge_b * (x[a] - V[v, a]))
        slack = eps * math.sqrt(length)
        left |= inward > slack
        right |= inward < -slack
    return not (left and right)


@kernel
def first_hits(
    normals, offsets, children, face_ptr, V, begin, size, origins, directions, eps, hit_at, hit
):
    """Write where rays first meet a piece, and which: infinity and -1 if none.

    A ray is walked through the cells in order: along a cut first the side it comes from, then the
    pieces in the cut, then the other side.

    Parameters
    ----------
    V, begin, size
        The pieces; those of a node are face_ptr[node] to face_ptr[node + 1] - 1.
    origins, directions : float64 ndarrays of shape (m, d)
    hit_at : float64 ndarray of shape (m,)
        Receives lengths, in units of the direction.
    hit : int32 ndarray of shape (m,)
    """
    d = normals.shape[1]
    stack, spans = np.empty((64, 2), np.int64), np.empty((64, 2))
    x = np.empty(d)
    for r in range(origins.shape[0]):
        best, who = np.inf, -1
        speed = 0.0
        for c in range(d):
            speed += directions[r, c] * directions[r, c]
        speed = math.sqrt(speed)
        slack = eps / speed
        stack[0, 0], stack[0, 1], spans[0, 0], spans[0, 1] = 0, 0, 0.0, np.inf
        top = 1 if children.shape[0] else 0
        while top > 0:
            top -= 1
            node, own = stack[top, 0], stack[top, 1]
            start, stop = spans[top, 0], spans[top, 1]
            if node < 0 or start > best + slack:
                continue
            if own:
                if start >= best:
                    continue
                for c in range(d):
                    x[c] = origins[r, c] + start * directions[r, c]
                for f in range(face_ptr[node], face_ptr[node + 1]):
                    if _covers(V, begin[f], size[f], normals, node, x, eps):
                        best, who = start, f
                        break
                continue
            stack, spans = room_for(stack, top, top + 3), room_for(spans, top, top + 3)
            rise = 0.0
            for c in range(d):
                rise += normals[node, c] * directions[r, c]
            h = height(normals, offsets, node, origins, r)
            if abs(rise) <= 1e-14 * speed:
                for side in range(2):
                    if (h >= -eps) if side else (h <= eps):
                        stack[top, 0], stack[top, 1] = children[node, side], 0
                        spans[top, 0], spans[top, 1] = start, stop
                        top += 1
                continue
            t = -h / rise
            after = np.int64(rise > 0.0)
            if t >= start - slack:
                before = 1 - after
                if t <= stop + slack:
                    stack[top, 0], stack[top, 1] = children[node, after], 0
                    spans[top, 0], spans[top, 1] = max(t, start), stop
                    stack[top + 1, 0], stack[top + 1, 1] = node, 1
                    spans[top + 1, 0], spans[top + 1, 1] = max(t, start), stop
                    top += 2
                stack[top, 0], stack[top, 1] = children[node, before], 0
                spans[top, 0], spans[top, 1] = start, min(t, stop)
                top += 1
            else:
                stack[top, 0], stack[top, 1] = children[node, after], 0
                spans[top, 0], spans[top, 1] = start, stop
                top += 1
        hit_at[r], hit[r] = best, who
