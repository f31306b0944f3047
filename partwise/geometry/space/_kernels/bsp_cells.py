"""Convex cells: boxes cut by the planes on the way to the leaves.

A cell is a list of faces, polygons whose vertices run counterclockwise seen from outside; in the
plane it is one polygon. ``V`` holds the vertices, face f has rows ptr[f] to ptr[f + 1] - 1.
"""

from __future__ import annotations

import math

import numpy as np

from partwise.geometry.space._kernels.bsp_pieces import BACK, FRONT, height
from partwise.geometry.space._kernels.room import room_for
from partwise.kernels.jit import kernel

__all__ = ["cell_volume", "clip_planes", "cut_cell", "leaf_cells", "sides_of_cell"]


@kernel
def sides_of_cell(V, size, normals, offsets, plane, eps):
    """Return on which sides of a plane a cell has vertices farther than eps: FRONT, BACK, both."""
    code = 0
    for v in range(size):
        h = height(normals, offsets, plane, V, v)
        if h > eps:
            code |= FRONT
        elif h < -eps:
            code |= BACK
    return code


@kernel
def _around(points, count, normals, plane, slack):
    """Sort points of a plane counterclockwise, as seen from in front; return how many differ."""
    d = normals.shape[1]
    if d == 2:
        # from one to the other with the normal to the right
        if count >= 2:
            x, y = points[1, 0] - points[0, 0], points[1, 1] - points[0, 1]
            if y * normals[plane, 0] - x * normals[plane, 1] < 0.0:
                for c in range(2):
                    points[0, c], points[1, c] = points[1, c], points[0, c]
        return min(count, 2)
    middle, first, second = np.zeros(3), np.empty(3), np.empty(3)
    for i in range(count):
        for c in range(3):
            middle[c] += points[i, c] / count
    far, at = -1.0, 0
    for i in range(count):
        away = 0.0
        for c in range(3):
            away += (points[i, c] - middle[c]) ** 2
        if away > far:
            far, at = away, i
    for c in range(3):
        first[c] = points[at, c] - middle[c]
    for c in range(3):
        a, b = (c + 1) % 3, (c + 2) % 3
        second[c] = normals[plane, a] * first[b] - normals[plane, b] * first[a]
    angle = np.empty(count)
    for i in range(count):
        x = y = 0.0
        for c in range(3):
            x += first[c] * (points[i, c] - middle[c])
            y += second[c] * (points[i, c] - middle[c])
        angle[i] = math.atan2(y, x)
    order = np.argsort(angle)
    points[:count] = points[:count][order]
    kept = 0
    for i in range(count):
        # every vertex comes from two faces
        again = kept > 0 and _close(points, i, kept - 1, slack)
        if not again and not (kept > 0 and _close(points, i, 0, slack)):
            points[kept] = points[i]
            kept += 1
    return kept


@kernel
def _close(points, i, j, slack):
    apart = 0.0
    for c in range(points.shape[1]):
        apart = max(apart, abs(points[i, c] - points[j, c]))
    return apart <= slack


@kernel
def cut_cell(
    V, ptr, n_faces, normals, offsets, plane, slack, front, front_ptr, back, back_ptr, cap
):
    """Write the parts of a cell in front of a plane and behind it, and the polygon between them.

    Parameters
    ----------
    V, ptr, n_faces
        The cell, of which there is something on both sides.
    slack : float
        Vertices not farther from the plane belong to both parts.
    front, back : float64 ndarrays with at least three times as many rows as the cell has vertices
    front_ptr, back_ptr : int64 ndarrays of at least ``n_faces + 2``
    cap : float64 ndarray with as many rows as `front`
        Receives the polygon, counterclockwise as seen from in front of the plane; in the plane, the
        segment with the normal to its right.

    Returns
    -------
    n_front, n_back, n_cap : int
        Faces of both parts, and vertices of the cap.
    """
    d = V.shape[1]
    n_front = n_back = n_cap = 0
    front_ptr[0] = back_ptr[0] = 0
    for f in range(n_faces):
        i, j = front_ptr[n_front], back_ptr[n_back]
        for v in range(ptr[f], ptr[f + 1]):
            w = ptr[f] if v == ptr[f + 1] - 1 else v + 1
            h, g = height(normals, offsets, plane, V, v), height(normals, offsets, plane, V, w)
            if h >= -slack:
                front[i] = V[v]
                i += 1
            if h <= slack:
                back[j] = V[v]
                j += 1
                if h >= -slack:
                    cap[n_cap] = V[v]
                    n_cap += 1
            if (h > slack and g < -slack) or (h < -slack and g > slack):
                high, low = (v, w) if h > g else (w, v)
                t = max(h, g) / (max(h, g) - min(h, g))
                for c in range(d):
                    x = V[high, c] + t * (V[low, c] - V[high, c])
                    front[i, c], back[j, c], cap[n_cap, c] = x, x, x
                i += 1
                j += 1
                n_cap += 1
        if i - front_ptr[n_front] >= 3:
            n_front += 1
            front_ptr[n_front] = i
        if j - back_ptr[n_back] >= 3:
            n_back += 1
            back_ptr[n_back] = j
    n_cap = _around(cap, n_cap, normals, plane, slack)
    if d == 3 and n_cap >= 3:
        i, j = front_ptr[n_front], back_ptr[n_back]
        for v in range(n_cap):
            front[i + v] = cap[n_cap - 1 - v]
            back[j + v] = cap[v]
        n_front += 1
        n_back += 1
        front_ptr[n_front], back_ptr[n_back] = i + n_cap, j + n_cap
    return n_front, n_back, n_cap


@kernel
def cell_volume(V, ptr, n_faces):
    """Return the volume of a cell, in the plane its area: cones from its first vertex, summed."""
    total = 0.0
    if n_faces == 0:
        return total
    d = V.shape[1]
    for f in range(n_faces):
        a = ptr[f]
        for b in range(a + 1, ptr[f + 1] - 1):
            if d == 2:
                total += 0.5 * (
                    (V[b, 0] - V[a, 0]) * (V[b + 1, 1] - V[a, 1])
                    - (V[b, 1] - V[a, 1]) * (V[b + 1, 0] - V[a, 0])
                )
                continue
            for c in range(3):
                e, g = (c + 1) % 3, (c + 2) % 3
                total += ((V[a, c] - V[0, c]) / 6.0) * (
                    (V[b, e] - V[a, e]) * (V[b + 1, g] - V[a, g])
                    - (V[b, g] - V[a, g]) * (V[b + 1, e] - V[a, e])
                )
    return total


@kernel
def clip_planes(normals, offsets, box, box_ptr, eps, slack):
    """Return the parts of planes within a box: (vertices, ptr, planes that there are)."""
    n_faces = box_ptr.size - 1
    rows = 3 * box.shape[0] + 8
    d = box.shape[1]
    front, back, cap = np.empty((rows, d)), np.empty((rows, d)), np.empty((rows, d))
    front_ptr, back_ptr = np.empty(n_faces + 2, np.int64), np.empty(n_faces + 2, np.int64)
    V, used = np.empty((64, d)), 0
    ptr, kept = np.zeros(normals.shape[0] + 1, np.int64), np.empty(normals.shape[0], np.int64)
    count = 0
    for plane in range(normals.shape[0]):
        if sides_of_cell(box, box.shape[0], normals, offsets, plane, eps) != FRONT | BACK:
            continue
        _, _, n_cap = cut_cell(box, box_ptr, n_faces, normals, offsets, plane, slack, front,
                               front_ptr, back, back_ptr, cap)  # fmt: skip
        V = room_for(V, used, used + n_cap)
        V[used : used + n_cap] = cap[:n_cap]
        used += n_cap
        kept[count] = plane
        count += 1
        ptr[count] = used
    return V[:used].copy(), ptr[: count + 1].copy(), kept[:count].copy()


@kernel
def leaf_cells(normals, offsets, children, box, box_ptr, eps, slack):
    """Return the cells of all leaves that reach into a box.

    Parameters
    ----------
    normals : float64 ndarray of shape (n_nodes, d), d = 2 or 3
    offsets : float64 ndarray of shape (n_nodes,)
    children : int32 ndarray of shape (n_nodes, 2)
    box, box_ptr
        Vertices and faces of the box.
    eps : float
        A cell is cut only if it reaches farther than that on both sides.
    slack : float
        Vertices not farther from a plane than that lie in it.

    Returns
    -------
    leaf : int32 ndarray of shape (n_cells,)
    volume : float64 ndarray of shape (n_cells,)
    V : float64 ndarray of shape (n_vertices, d)
    face_ptr : int64 ndarray of shape (n_faces + 1,)
    cell_ptr : int64 ndarray of shape (n_cells + 1,)
    """
    d = box.shape[1]
    n_faces, rows = box_ptr.size - 1, box.shape[0]
    here, ptr = box.copy(), box_ptr.copy()
    front, back, cap = np.empty((64, d)), np.empty((64, d)), np.empty((64, d))
    front_ptr, back_ptr = np.empty(16, np.int64), np.empty(16, np.int64)
    # cells that wait: vertices and sizes of faces, one cell after the other
    wait, wait_size = np.empty((64, d)), np.empty(64, np.int64)
    tasks = np.empty((64, 2), np.int64)
    wait_rows = wait_faces = top = 0
    leaf, volume = np.empty(64, np.int32), np.empty(64)
    V, face_ptr, cell_ptr = np.empty((64, d)), np.zeros(64, np.int64), np.zeros(64, np.int64)
    used = total_faces = n_cells = 0
    node = 0 if children.shape[0] else -1
    while True:
        while node >= 0:
            code = sides_of_cell(here, rows, normals, offsets, node, eps)
            if code != FRONT | BACK:
                node = np.int64(children[node, 1 if code == FRONT else 0])
                continue
            front, back = room_for(front, 0, 3 * rows + 8), room_for(back, 0, 3 * rows + 8)
            cap = room_for(cap, 0, 3 * rows + 8)
            front_ptr, back_ptr = (room_for(front_ptr, 0, n_faces + 2),
                                   room_for(back_ptr, 0, n_faces + 2))  # fmt: skip
            n_front, n_back, _ = cut_cell(here, ptr, n_faces, normals, offsets, node, slack, front,
                                          front_ptr, back, back_ptr, cap)  # fmt: skip
            more = front_ptr[n_front]
            wait = room_for(wait, wait_rows, wait_rows + more)
            wait[wait_rows : wait_rows + more] = front[:more]
            wait_size = room_for(wait_size, wait_faces, wait_faces + n_front)
            for f in range(n_front):
                wait_size[wait_faces + f] = front_ptr[f + 1] - front_ptr[f]
            wait_rows += more
            wait_faces += n_front
            tasks = room_for(tasks, top, top + 1)
            tasks[top, 0], tasks[top, 1] = children[node, 1], n_front
            top += 1
            here, back, ptr, back_ptr = back, here, back_ptr, ptr
            n_faces, rows = n_back, ptr[n_back]
            node = np.int64(children[node, 0])
        leaf, volume = room_for(leaf, n_cells, n_cells + 1), room_for(volume, n_cells, n_cells + 1)
        leaf[n_cells], volume[n_cells] = -1 - node, cell_volume(here, ptr, n_faces)
        V = room_for(V, used, used + rows)
        V[used : used + rows] = here[:rows]
        face_ptr = room_for(face_ptr, total_faces + 1, total_faces + n_faces + 1)
        for f in range(n_faces):
            face_ptr[total_faces + f + 1] = used + ptr[f + 1]
        used += rows
        total_faces += n_faces
        n_cells += 1
        cell_ptr = room_for(cell_ptr, n_cells, n_cells + 1)
        cell_ptr[n_cells] = total_faces
        if top == 0:
            break
        top -= 1
        node, n_faces = tasks[top, 0], tasks[top, 1]
        wait_faces -= n_faces
        ptr = room_for(ptr, 0, n_faces + 2)
        ptr[0] = 0
        for f in range(n_faces):
            ptr[f + 1] = ptr[f] + wait_size[wait_faces + f]
        rows = ptr[n_faces]
        wait_rows -= rows
        here = room_for(here, 0, rows)
        here[:rows] = wait[wait_rows : wait_rows + rows]
    return (leaf[:n_cells].copy(), volume[:n_cells].copy(), V[:used].copy(),
            face_ptr[: total_faces + 1].copy(), cell_ptr[: n_cells + 1].copy())  # fmt: skip
